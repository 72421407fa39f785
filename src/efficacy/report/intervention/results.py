"""What the main analysis found, as whole sentences: used on the first page and in its own section."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from ...effects import Claims, PairedChange
from ..labels import arm_label, wave_label
from ..numbers import Number
from ..wording import Message, Words, reasons_of, say
from .case import Case
from .evaluation import Evaluation
from .words import (
    baseline_label,
    comparison_label,
    estimate,
    interval,
    level,
    outcome_label,
    points,
    retest,
    row_where,
    waves,
)


def described_parts(evaluation: Evaluation) -> list[Words]:
    """The members' means before and after, and how much of the change was to be expected anyway."""
    change = evaluation.at_post.unadjusted
    if change is None or change.status == "not_computable":
        return []
    case = evaluation.case
    if evaluation.key == "paired_change":
        return []
    fields = {
        "before": points(change.mean_pre),
        "after": points(change.mean_post),
        "change": points(change.mean_change),
    }
    means = say("intervention_results.means", outcome=outcome_label(case), n=change.n, **waves(case), **fields)
    return [means, *expected_parts(evaluation)]


def expected_parts(evaluation: Evaluation) -> list[Words]:
    """What the members would have gained without a programme: at the retest study's r, or over the range."""
    expected = evaluation.expected
    if expected is None or expected.status == "not_computable":
        return []
    lowest, highest = evaluation.case.params.retest_lowest, evaluation.case.params.retest_highest
    if evaluation.expected_improvement < 0:
        return [say("intervention_results.gain_fall", gain=points(-evaluation.expected_improvement))]
    case = evaluation.case
    as_declared = case.params.selection_rule != "lowest_on_pretest" or case.strictly_lowest
    assumed = "" if case.chosen_by_score and as_declared else "_if"  # where the rule is not known, neither is the gain
    if evaluation.study_r is not None:
        gain, r = points(evaluation.expected_improvement), retest(evaluation.shown_r)
        return [say(f"intervention_results.gain_study{assumed}", gain=gain, r=r)]
    return [
        say(
            f"intervention_results.gain_range{assumed}",
            low=points(case.sign * evaluation.gain_at(highest)),
            high=points(case.sign * evaluation.gain_at(lowest)),
            lowest=retest(lowest),
            highest=retest(highest),
        )
    ]


def main_parts(evaluation: Evaluation) -> list[Words]:
    """The main analysis: its estimate with interval, and what that allows to be said."""
    parts = _BY_DESIGN[evaluation.key](evaluation)
    return parts or [say("intervention_results.none"), *_why_not(evaluation)]


def _why_not(evaluation: Evaluation) -> list[Words]:
    """Why the main analysis could not be computed: the first reason any of its results gives, or different tests."""
    results = [*vars(evaluation.at_post).values(), evaluation.readings]
    failed = [result for result in results if result is not None and result.status == "not_computable"]
    if not failed and not evaluation.case.same_test:
        return [say("intervention.unadjusted_none")]
    return list(reasons_of(failed[0])) if failed else []


def retest_refused(evaluation: Evaluation) -> list[Words]:
    """Why a retest study that the parameters name is not used, where the range of r serves in its place."""
    adjusted, over = evaluation.at_post.adjusted, evaluation.at_post.over_r
    if adjusted is None or adjusted.status != "not_computable" or over is None or over.status == "not_computable":
        return []
    return list(reasons_of(adjusted))


def tipping_parts(evaluation: Evaluation) -> list[Words]:
    """The retest correlation at which "more than selection" begins or ceases to hold."""
    over = evaluation.at_post.over_r
    if over is None or over.status == "not_computable":
        return []
    if over.tipping == "holds_between":
        return []  # two r at which it tips: the figure shows both
    if over.tipping in ("holds_above", "holds_below"):
        side = over.tipping.removeprefix("holds_")
        return [say(f"intervention_results.tipping_{side}", r=retest(over.tipping_r))]
    return [say(f"intervention_results.tipping_{over.tipping.removeprefix('holds_')}")]


def _retest_correction(evaluation: Evaluation) -> list[Words]:
    case, adjusted = evaluation.case, evaluation.at_post.adjusted
    if evaluation.study_r is not None and adjusted is not None:
        fields = estimate(case, adjusted.estimate, adjusted.conf_low, adjusted.conf_high)
        return [say("intervention_results.adjusted", **fields), _beyond(case, adjusted.conf_low, adjusted.conf_high)]
    over = evaluation.at_post.over_r
    if over is None or over.status == "not_computable":
        return []
    row = row_where(over.tidy(), "retest_r", over.decisive_r)
    fields = estimate(case, row["estimate"], row["conf_low"], row["conf_high"])
    said = say("intervention_results.adjusted_at", r=retest(over.decisive_r), **fields)
    return [said, _beyond(case, row["conf_low"], row["conf_high"])]


def _beyond(case: Case, low: float, high: float) -> Message:
    side = "beyond" if case.better(low, high) else "below" if case.worse(low, high) else "not_beyond"
    return say(f"intervention_results.verdict_{side}")


def _regression_discontinuity(evaluation: Evaluation) -> list[Words]:
    result = evaluation.at_post.discontinuity
    if result is None or result.status == "not_computable":
        return []
    linear, quadratic = (row_where(result.tidy(), "term", form) for form in ("linear", "quadratic"))
    fields = {
        "level": level(evaluation.case),
        "linear": points(linear["estimate"]),
        "linear_interval": interval(linear["conf_low"], linear["conf_high"]),
    }
    verdict = say(f"intervention_results.verdict_{result.verdict}")
    if pd.isna(quadratic["estimate"]):
        return [say("intervention_results.discontinuity_linear", **fields), verdict]
    said = say(
        "intervention_results.discontinuity",
        quadratic=points(quadratic["estimate"]),
        quadratic_interval=interval(quadratic["conf_low"], quadratic["conf_high"]),
        **fields,
    )
    return [said, verdict]


def _randomised_ancova(evaluation: Evaluation) -> list[Words]:
    result, case = evaluation.at_post.randomised, evaluation.case
    if result is None or result.status == "not_computable":
        return []
    parts: list[Words] = [_arm(case, row) for _, row in result.tidy().iterrows()]
    shown = {arm: arm_claims(evaluation, arm).rung("more_than_untreated").reached for arm in result.tidy()["level"]}
    for reached, key in ((True, "verdict_arms_all"), (False, "verdict_arms_none")):
        arms = [arm_label(case.study, arm) for arm, held in shown.items() if bool(held) is reached]
        if arms:
            parts.append(say(f"intervention_results.{key}", arms=arms, comparison=comparison_label(case)))
    return parts


def arm_claims(evaluation: Evaluation, arm: str) -> Claims:
    """The ladder of an arm; where there is one arm, the only ladder."""
    return evaluation.claims.get(arm) or next(iter(evaluation.claims.values()))


def _arm(case: Case, row: pd.Series) -> Message:
    return say(
        "intervention_results.arm",
        arm=arm_label(case.study, row["level"]),
        comparison=comparison_label(case),
        baseline=baseline_label(case),
        p=Number(value=row["p_value_adjusted"], role="p_text"),
        p_permutation=Number(value=row["p_value_permutation_adjusted"], role="p_text", tolerance="resampled"),
        **estimate(case, row["estimate"], row["conf_low"], row["conf_high"]),
    )


def _second_baseline(evaluation: Evaluation) -> list[Words]:
    case, result = evaluation.case, evaluation.at_post.second_baseline
    if result is None or result.status == "not_computable" or case.second_baseline is None:
        return []
    said = say(
        "intervention_results.second_baseline",
        wave=wave_label(case.study, case.second_baseline),
        post=wave_label(case.study, case.post),
        **_change(case, result),
    )
    higher = "beyond" if case.better(result.conf_low, result.conf_high) else "not_beyond"
    return [said, say(f"intervention_results.verdict_second_{higher}")]


def _readings(evaluation: Evaluation) -> list[Words]:
    result, case = evaluation.readings, evaluation.case
    if result is None or result.status == "not_computable":
        return []
    said: list[Words] = [
        say(
            "intervention_results.reading",
            term=reading_label(evaluation, row),
            **estimate(case, row["estimate"], row["conf_low"], row["conf_high"]),
        )
        for _, row in result.tidy().iterrows()
    ]
    spread = {"lowest": points(result.lowest), "highest": points(result.highest)}
    return [
        *said,
        say("intervention_results.readings_spread", **spread),
        say(f"intervention_results.verdict_{evaluation.key}"),
    ]


def reading_label(evaluation: Evaluation, row: pd.Series) -> Message:
    """What a reading assumes; against another population neither assumption is known to fit."""
    compared = row["term"] in ("ancova", "change_score")
    stated = ("_plain" if evaluation.key == "population_readings" else "_if") if compared else ""
    fields = {} if pd.isna(row["retest_r"]) else {"r": retest(row["retest_r"])}
    return say(f"intervention_results.term_{row['term']}{stated}", **fields)


def _paired_change(evaluation: Evaluation) -> list[Words]:
    case, result = evaluation.case, evaluation.at_post.unadjusted
    if result is None or result.status == "not_computable":
        return []
    said = say(
        "intervention_results.paired",
        outcome=outcome_label(case),
        p=Number(value=result.p_value, role="p_text"),
        **_change(case, result),
    )
    higher = "higher" if case.better(result.conf_low, result.conf_high) else "not_higher"
    return [said, say(f"intervention_results.verdict_paired_{higher}")]


def _change(case: Case, result: PairedChange) -> dict[str, object]:
    return estimate(case, result.mean_change, result.conf_low, result.conf_high)


_BY_DESIGN: Mapping[str, Callable[[Evaluation], list[Words]]] = {
    "retest_correction": _retest_correction,
    "regression_discontinuity": _regression_discontinuity,
    "randomised_ancova": _randomised_ancova,
    "second_baseline": _second_baseline,
    "two_readings": _readings,
    "readings_not_bounds": _readings,
    "population_readings": _readings,
    "paired_change": _paired_change,
}
