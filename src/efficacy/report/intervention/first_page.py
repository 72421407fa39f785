"""The answer on one screen: question, sample, method, result, caution, sentence to paste, what cannot be said."""

from __future__ import annotations

from collections.abc import Sequence

from ...effects import (
    SessionRecord,
)
from ..blocks import FirstPage, PageRow, Tone
from ..labels import arm_label, wave_label
from ..numbers import Number
from ..wording import Message, Words, say
from .case import Case
from .evaluation import READINGS, Evaluation
from .limits import not_concluded
from .programme import service_cautions
from .results import described_parts, main_parts, retest_refused
from .words import (
    baseline_label,
    comparison_label,
    level,
    outcome_label,
    outcome_title,
    per_hundred,
    points,
    retest,
    share,
    treated_labels,
    waves,
)


def first_page(evaluation: Evaluation, record: SessionRecord) -> FirstPage:
    """The whole answer. record: who came to the sessions; not computable where there is no log."""
    case = evaluation.case
    described, main = described_parts(evaluation), main_parts(evaluation)
    return FirstPage(
        id="intervention.first_page",
        title=say("intervention_page.title"),
        subtitle=[case.study.site.title, outcome_title(case), *_days(case)],
        rows=[
            _row("question", [_question(case)]),
            _row("sample", _sample(evaluation, record)),
            _row("method", _method(evaluation)),
            *_results(described, main),
            _row("caution", _cautions(evaluation), tone="caution"),
            _row("paste", paste_parts(evaluation), tone="paste"),
            _row("not_concluded", not_concluded(evaluation)),
        ],
    )


def paste_parts(evaluation: Evaluation) -> list[Words]:
    """What may be copied into a thesis: the finding, what was ruled out, and what may not be concluded."""
    case = evaluation.case
    parts = _pasted_expectation(evaluation)
    if evaluation.key in ("second_baseline", *READINGS):
        parts += described_parts(evaluation)[:1]
    designs = {"regression_discontinuity": "with", "randomised_ancova": "randomised", "population_readings": "other"}
    compared = designs.get(case.design.key, "with" if evaluation.compared_readings else "without")
    followed = "with" if evaluation.at_followup is not None else "without"
    closing = say(
        f"intervention_page.paste_{compared}_comparison_{followed}_followup",
        therefore=say(
            f"intervention_page.therefore_{_therefore(evaluation)}", outcome=outcome_label(case), n=case.n_groups
        ),
    )
    return [*parts, *main_parts(evaluation), closing]


def _pasted_expectation(evaluation: Evaluation) -> list[Words]:
    """The glossary's opening sentence, where members were chosen low and would have risen."""
    gain, case = evaluation.expected_improvement, evaluation.case
    if not (gain > 0 and case.chosen_by_score):
        return []
    declared = case.params.selection_rule == "lowest_on_pretest"
    rule = "lowest" if declared and case.strictly_lowest else "chosen"
    pre = waves(case)["pre"]
    if evaluation.study_r is not None:
        return [say(f"intervention_page.paste_{rule}", gain=points(gain), pre=pre)]
    low, high = (case.sign * evaluation.gain_at(r) for r in (case.params.retest_highest, case.params.retest_lowest))
    return [say(f"intervention_page.paste_{rule}_range", low=points(low), high=points(high), pre=pre)]


def _therefore(evaluation: Evaluation) -> str:
    """What the design forbids to conclude, by how far the evidence carries."""
    reached = {claims.rung("more_than_selection").reached for claims in evaluation.claims.values()}
    if evaluation.key in READINGS:
        return "readings"
    if evaluation.key == "randomised_ancova":
        return "randomised"
    if evaluation.key == "paired_change":
        return "no_control"
    if True not in reached:
        return "not_shown"
    groups = "few_groups" if evaluation.case.n_groups > 1 else "one_group"
    return groups if evaluation.key == "regression_discontinuity" else "no_comparison"


def _row(name: str, parts: Sequence[Words], *, tone: Tone = "plain") -> PageRow:
    return PageRow(heading=say(f"common.page_{name}"), parts=parts, tone=tone)


def _results(described: list[Words], main: list[Words]) -> list[PageRow]:
    """What was seen, and below it in the accent what it comes to."""
    if not described:
        return [_row("result", main, tone="result")]
    return [_row("result", described), PageRow(heading="", parts=main, tone="result")]


def _days(case: Case) -> list[Words]:
    """The waves with their dates, where the parameters give them."""
    waves_with_day = [wave for wave in case.study.site.waves if wave.day is not None]
    return [
        say("intervention_page.subtitle_wave", wave=wave_label(case.study, wave.id), day=f"{wave.day:%Y-%m-%d}")
        for wave in waves_with_day
    ]


def _question(case: Case) -> Message:
    return say(
        f"intervention_page.question_{case.design.key}",
        outcome=outcome_label(case),
        arms=treated_labels(case),
        comparison=comparison_label(case),
        **waves(case),
    )


def _sample(evaluation: Evaluation, record: SessionRecord) -> list[Words]:
    case = evaluation.case
    members, others = case.both_waves
    fields = {
        "n_survey": len(case.survey),
        "n_members": len(case.chosen(case.survey)),
        "n_both": len(members),
        "n_others": len(others),
        **waves(case),
    }
    parts: list[Words] = [say("intervention_page.sample_population", population=case.study.site.population)]
    if evaluation.key == "randomised_ancova" and evaluation.at_post.randomised is not None:
        result = evaluation.at_post.randomised
        counts = [(result.comparison, result.n_comparison)]
        counts += [(row["level"], int(row["n"])) for _, row in result.tidy().iterrows() if row["n"] == row["n"]]
        arms = [say("intervention_page.sample_arm", arm=arm_label(case.study, arm), n=n) for arm, n in counts]
        parts.append(say("intervention_page.sample_arms", n=result.n_used, arms=arms))
    elif len(case.others) == 0:
        parts.append(say("intervention_page.sample_everybody", n=len(members)))
    elif len(others) == 0:
        parts.append(say("intervention_page.sample_members", **fields))
    else:
        parts.append(say("intervention_page.sample_compared", **fields))
    if record.status != "not_computable":
        parts.append(
            say(
                "intervention_page.sample_attendance",
                n_sessions=record.n_sessions,
                mean=Number(value=record.mean_attended, role="score"),
                share=share(record.share),
            )
        )
    return parts


def _method(evaluation: Evaluation) -> list[Words]:
    case, params = evaluation.case, evaluation.case.params
    parts: list[Words] = []
    if evaluation.key == "retest_correction":
        parts += _retest_method(evaluation)
    else:
        randomised = evaluation.at_post.randomised
        parts.append(
            say(
                f"intervention_page.method_{evaluation.key}",
                level=level(case),
                baseline=baseline_label(case),
                permutations=randomised.n_permutations if randomised is not None else 0,
                wave=wave_label(case.study, case.second_baseline or case.baseline),
                **waves(case),
            )
        )
        if randomised is not None and randomised.n_arms > 2:
            n_arms = randomised.n_arms - 1
            parts.append(say("intervention_page.method_holm", n_arms=n_arms, comparison=comparison_label(case)))
    if len(case.scales) > 1 or params.baseline_outcome is not None:
        parts.append(say("intervention_page.method_primary", outcome=outcome_label(case)))
    return parts


def _retest_method(evaluation: Evaluation) -> list[Words]:
    case, params, adjusted = evaluation.case, evaluation.case.params, evaluation.at_post.adjusted
    if evaluation.study_r is None or adjusted is None:
        over = evaluation.at_post.over_r
        decisive = over.decisive_r if over is not None else params.retest_lowest
        ends = {"lowest": retest(params.retest_lowest), "highest": retest(params.retest_highest)}
        refused = retest_refused(evaluation)
        return [*refused, say("intervention_page.method_retest_range", decisive=retest(decisive), **ends)]
    study = {"r": retest(adjusted.retest_r_given), "retest_n": params.retest_n or 0}
    parts: list[Words] = [say("intervention_page.method_retest_study", **study, **waves(case))]
    if adjusted.transported:
        given, used = retest(adjusted.retest_r_given), retest(adjusted.retest_r)
        parts.append(say("intervention_page.method_transported", given=given, r=used))
    return parts


def _cautions(evaluation: Evaluation) -> list[Words]:
    """What a reader of this design most easily gets wrong: three at most, and a service of the members alone."""
    case, rate = evaluation.case, evaluation.alarm_rate
    parts: list[Words] = []
    alpha = evaluation.alarms.alpha if evaluation.alarms is not None else rate
    low = case.chosen_by_score and evaluation.expected_improvement > 0
    if low and round(100 * rate) > round(100 * alpha):
        parts.append(
            say("intervention_page.caution_false_alarms", rate=per_hundred(rate), r=retest(evaluation.shown_r))
        )
    measured = len(case.both_waves[1]) > 0  # untreated children, whatever the parameters make of them
    keys = [key for key in _CAUTIONS[evaluation.key] if not (measured and key == "no_comparison")]
    groups = "few_groups" if case.n_groups > 1 else "one_group"
    keys = [groups if key == "one_group" else key for key in keys]
    parts += [say(f"intervention_page.caution_{key}", n=case.n_groups) for key in keys]
    if case.design.reason == "drawn_at_random_from_low" and case.params.comparison_group == "same_survey_not_chosen":
        declared = case.params.eligible_at_most
        pool = say("intervention_page.caution_pool") if declared is None else _declared_pool(case, declared)
        parts.append(pool)
    if not case.same_test:
        parts.append(say("intervention_page.caution_different_tests"))
    return [*parts, *service_cautions(case)]


def _declared_pool(case: Case, declared: float) -> Message:
    """Who could have been drawn by the declared score, and whether some member could not."""
    key = "caution_pool_outside" if case.drawn_from_outside else "caution_pool_declared"
    return say(f"intervention_page.{key}", score=points(declared), **waves(case))


_CAUTIONS = {
    "retest_correction": ("no_comparison", "retest_assumed"),
    "regression_discontinuity": ("straight_line", "one_group"),
    "randomised_ancova": ("random_draw",),
    "second_baseline": ("drift", "one_group"),
    "two_readings": ("two_readings", "no_comparison"),
    "readings_not_bounds": ("selection", "no_comparison"),
    "population_readings": ("population",),
    "paired_change": ("no_comparison_paired",),
}
