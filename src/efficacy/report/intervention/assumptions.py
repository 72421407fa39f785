"""What the main analysis assumes, with its measured error where that fails; the other outcomes beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ...effects import expected_ancova_bias, paired_change, randomised_ancova, regression_discontinuity
from ...effects.groups import holm
from ..blocks import Cell, Column, Row, Sentence, Table
from ..labels import arm_label, scale_label, scale_names, wave_label
from ..numbers import Number
from ..shared import conf_column
from ..wording import Words, say
from .case import Case
from .evaluation import Evaluation
from .measured import DRIFT, MORE_SKEWED, SKEWED, MeasuredDesign, nearest_design
from .words import comparison_label, interval, points, retest, row_where, share

_SENTENCES = {
    "retest_correction": "retest",
    "regression_discontinuity": "discontinuity",
    "randomised_ancova": "randomised",
    "second_baseline": "second",
    "two_readings": "two_readings",
    "readings_not_bounds": "readings",
    "population_readings": "population",
    "paired_change": "paired",
}


def assumptions_sentence(evaluation: Evaluation) -> Sentence:
    """What must hold for the main analysis, and how large its error is where that does not."""
    parts: list[Words] = [say(f"intervention_results.assume_{_SENTENCES[evaluation.key]}")]
    if evaluation.key == "retest_correction":
        parts.append(_retest_errors(evaluation))
    if evaluation.key == "regression_discontinuity" and evaluation.at_post.discontinuity is not None:
        parts += [_discontinuity_errors(evaluation), say("intervention_results.assume_power")]
    if evaluation.key == "two_readings" and evaluation.compared_readings:
        parts.append(say("intervention_results.assume_ancova_leans"))
    if evaluation.key == "population_readings":
        parts += _population_bias(evaluation)
    return Sentence(id="intervention.assumptions", parts=parts, tone="caution")


def other_outcomes_block(evaluation: Evaluation) -> Table | Sentence:
    """The same analysis of the other outcomes, Holm-corrected and descriptive, where the design allows a p."""
    case = evaluation.case
    if evaluation.key == "regression_discontinuity":
        rows = _other_discontinuities(case)
    elif evaluation.key == "randomised_ancova":
        rows = _other_arms(case)
    elif evaluation.key in ("paired_change", "second_baseline"):
        rows = _other_changes(case)
    else:
        key = "others_none" if evaluation.compared_readings else "others_none_retest"
        return Sentence(id="intervention.others", parts=[say(f"intervention_results.{key}")])
    if not rows:
        return Sentence(id="intervention.others", parts=[say("intervention_results.others_none")])
    return _others_table(case, rows)


@dataclass(frozen=True)
class _Other:
    """One estimate for one other outcome."""

    scale: str
    label: Words
    row: pd.Series
    n: int


def _others_table(case: Case, others: Sequence[_Other]) -> Table:
    p_values = pd.Series([other.row["p_value"] for other in others], dtype=float)
    rows = []
    for other, corrected in zip(others, holm(p_values), strict=True):
        cells: list[Cell] = [
            scale_label(case.study, other.scale),
            other.label,
            points(other.row["estimate"]),
            interval(other.row["conf_low"], other.row["conf_high"]),
            Number(value=other.row["p_value"], role="p"),
            Number(value=corrected, role="p"),
        ]
        rows.append(Row(cells=cells, n=other.n))
    return Table(
        id="intervention.others",
        title=say("intervention_results.others_title"),
        columns=[
            Column(role="scale", header=say("common.column_scale"), align="left"),
            Column(role="term", header=say("intervention_results.column_reading"), align="left"),
            Column(role="estimate", header=say("intervention_results.column_value")),
            conf_column(case.params.conf_level),
            Column(role="p_value", header=say("common.column_p")),
            Column(role="p_value_adjusted", header=say("common.column_p_adjusted")),
        ],
        rows=rows,
        notes=[say("intervention_results.others_note", n=int(p_values.notna().sum()))],
    )


def _other_discontinuities(case: Case) -> list[_Other]:
    """Both forms for every other scale measured at both waves."""
    others = []
    for scale in case.scales:
        if scale == case.outcome:
            continue
        before, after = case.study.score(case.baseline, scale), case.study.score(case.post, scale)
        result = regression_discontinuity(before, after, case.treated, conf_level=case.params.conf_level)
        for term in ("linear", "quadratic"):
            label = say(f"intervention_results.term_{term}")
            others.append(_Other(scale, label, row_where(result.tidy(), "term", term), result.n_treated))
    return others


def _other_arms(case: Case) -> list[_Other]:
    """Every arm for every other outcome after; given the same scale before, or the one test taken before."""
    after = case.study.scores.loc[case.study.scores["wave"] == case.post, "scale"]
    others = []
    for scale in scale_names(case.study):
        if scale == case.outcome or scale not in set(after):
            continue
        before = case.study.score(case.baseline, scale) if case.same_test else case.survey
        result = randomised_ancova(
            case.study.score(case.post, scale),
            before,
            case.drawn,
            conf_level=case.params.conf_level,
            seed=case.params.seed,
            n_permutations=1,  # only the robust test is shown of these
        )
        for _, row in result.tidy().iterrows():
            arm = arm_label(case.study, row["level"])
            label = say("intervention_results.term_arm", arm=arm, comparison=comparison_label(case))
            others.append(_Other(scale, label, row, 0 if pd.isna(row["n"]) else int(row["n"])))
    return others


def _other_changes(case: Case) -> list[_Other]:
    """The members' change in every other scale, from the baseline that the main analysis starts from."""
    again = case.second_baseline if case.design.key == "second_baseline" else None
    start = again or case.baseline
    label = say("intervention_results.term_change")
    if again:
        named = {"wave": wave_label(case.study, again), "post": wave_label(case.study, case.post)}
        label = say("intervention_results.term_second_baseline", **named)
    others = []
    for scale in case.scales:
        before, after = (case.chosen(case.study.score(wave, scale)) for wave in (start, case.post))
        if scale == case.outcome or before.empty:
            continue
        result = paired_change(before, after, conf_level=case.params.conf_level)
        row = result.tidy().iloc[0].copy()
        row["p_value"] = result.p_value
        others.append(_Other(scale, label, row, result.n))
    return others


def _measured_design(evaluation: Evaluation) -> MeasuredDesign:
    """The calibrated design whose error rates are quoted for this study."""
    case = evaluation.case
    return nearest_design(n_survey=len(case.own_survey), n_members=len(case.both_waves[0]), retest_r=evaluation.shown_r)


def _named(design: MeasuredDesign, replications: int) -> dict[str, Any]:
    """Which simulated design a sentence quotes."""
    return {
        "n": design.n_survey,
        "members": design.n_members,
        "r": retest(design.retest_r),
        "replications": replications,
    }


def _retest_errors(evaluation: Evaluation) -> Words:
    design = _measured_design(evaluation)
    normal, skewed, drift = (
        design.value("retest_correction_study_r", "coverage", shape=shape, drift=drift)
        for shape, drift in (("normal", 0.0), (SKEWED, 0.0), ("normal", DRIFT))
    )
    return say(
        "intervention_results.assume_retest_measured",
        **_named(design, min(normal.replications, skewed.replications, drift.replications)),
        normal=share(normal.value),
        skewness=Number(value=design.value("pretest", "skewness", shape=SKEWED).value, role="effect"),
        skewed=share(skewed.value),
        drift=share(drift.value),
    )


def _discontinuity_errors(evaluation: Evaluation) -> Words:
    result, design = evaluation.at_post.discontinuity, _measured_design(evaluation)
    observed = result.skewness_pre if result is not None else float("nan")
    linear, both = (
        [design.value(f"discontinuity_{form}", "upward", shape=shape) for shape in (SKEWED, MORE_SKEWED)]
        for form in ("linear", "both")
    )
    low, high = (design.value("pretest", "skewness", shape=shape).value for shape in (SKEWED, MORE_SKEWED))
    return say(
        "intervention_results.assume_discontinuity_measured",
        observed=Number(value=observed, role="effect"),
        **_named(design, min(value.replications for value in (*linear, *both))),
        low=Number(value=low, role="effect"),
        low_linear=share(linear[0].value),
        low_both=share(both[0].value),
        high=Number(value=high, role="effect"),
        high_linear=share(linear[1].value),
        high_both=share(both[1].value),
    )


def _population_bias(evaluation: Evaluation) -> list[Words]:
    """What ANCOVA would show without any effect, where the means of both populations are known.

    Chosen members do not show their population's mean, everybody else of it does; matched children show neither.
    """
    case = evaluation.case
    members, others = case.own_survey, case.untreated(case.survey)
    known = case.params.selection_rule == "not_selected" or len(members) > len(case.chosen(members))
    if case.params.comparison_group != "other_population" or not known or members.empty or others.empty:
        return []
    r = evaluation.shown_r
    bias = expected_ancova_bias(members_mean=members.mean(), controls_mean=others.mean(), retest_r=r)
    return [say("intervention_results.population_bias", bias=points(bias), r=retest(r))]
