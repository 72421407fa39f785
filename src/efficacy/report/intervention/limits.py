"""What the design leaves open, and what may not be concluded: computed from the parameters and the data."""

from __future__ import annotations

import math

from ..blocks import Column, Row, Sentence, Table
from ..labels import arm_label
from ..shared import count_words, smallest_shown
from ..wording import Message, Words, say
from .case import OTHER_POPULATION, Case
from .evaluation import READINGS, Evaluation
from .power import declared_power
from .programme import service_limits
from .results import arm_claims
from .words import comparison_label, level, outcome_label, points, retest, row_where

CONTROLLED = ("regression_discontinuity", "randomised_ancova")


def limitations_table(evaluation: Evaluation) -> Table:
    """The limits of this study, each one that its design and data give."""
    aspects = (
        ("comparison", _comparison_limits(evaluation)),
        ("cluster", _cluster_limits(evaluation)),
        ("services", service_limits(evaluation.case)),
        ("selection", _selection_limits(evaluation)),
        ("retest", _retest_limits(evaluation)),
        ("followup", _followup_limits(evaluation)),
        ("attrition", _attrition_limits(evaluation.case)),
        ("precision", _precision_limits(evaluation)),
        ("measure", _measure_limits(evaluation.case)),
        ("scope", _scope_limits(evaluation.case)),
    )
    return Table(
        id="intervention.limits",
        title=say("intervention_limits.title"),
        columns=[
            Column(role="term", header=say("intervention_limits.column_aspect"), align="left"),
            Column(role="text", header=say("intervention_limits.column_limit"), align="left"),
        ],
        rows=[
            Row(cells=["" if later else say(f"intervention_limits.aspect_{aspect}"), limit])
            for aspect, limits in aspects
            for later, limit in enumerate(limits)
        ],
    )


def not_concluded_sentence(evaluation: Evaluation) -> Sentence:
    return Sentence(id="intervention.not_concluded", parts=not_concluded(evaluation), tone="caution")


def not_concluded(evaluation: Evaluation) -> list[Words]:
    """What these data do not allow to be said."""
    case = evaluation.case
    census = "census" if case.study.site.sampling == "census" else "sample"
    return [*_no_effect(evaluation), *_no_maintenance(evaluation), say(f"intervention_limits.not_general_{census}")]


def _no_effect(evaluation: Evaluation) -> list[Words]:
    case, key = evaluation.case, evaluation.key
    outcome = outcome_label(case)
    effect = say("intervention_limits.not_effect", outcome=outcome)
    if key == "randomised_ancova":
        return _no_arm(evaluation)
    if key in READINGS:
        return [effect, say("intervention_limits.not_single_number")]
    held = next(iter(evaluation.claims.values())).rung("more_than_selection").reached
    if key == "paired_change":
        said = say("intervention_limits.not_cause_no_control") if held else None
        return [said or say("intervention_limits.not_changed", outcome=outcome)]
    if held:
        controlled = key in CONTROLLED
        return [_content_unproven(case) if controlled else say("intervention_limits.not_cause_no_comparison")]
    more: list[Words] = []
    if evaluation.at_post.discontinuity is not None:
        depends = evaluation.at_post.discontinuity.verdict == "depends_on_straight_line"
        more = [say(f"intervention_limits.not_more{'_straight_line' if depends else ''}")]
    low, high = _main_interval(evaluation)
    absence: list[Words] = [say("intervention_limits.not_absence")] if low <= 0 <= high else []
    return [effect, *more, *absence]


def _no_arm(evaluation: Evaluation) -> list[Words]:
    case, result = evaluation.case, evaluation.at_post.randomised
    parts: list[Words] = []
    if result is not None:
        for arm in result.tidy()["level"]:
            if not arm_claims(evaluation, arm).rung("more_than_untreated").reached:
                fields = {"arm": arm_label(case.study, arm), "comparison": comparison_label(case)}
                parts.append(say("intervention_limits.not_arm", **fields))
        if len(result.tidy()) == 1 and not parts:
            parts.append(_content_unproven(case))
        if len(result.tidy()) > 1:
            parts.append(say("intervention_limits.not_between_arms", comparison=comparison_label(case)))
    if not case.same_test:
        parts.append(say("intervention_limits.not_improved_points"))
    return parts


def _content_unproven(case: Case) -> Message:
    """Leaders and rooms are not told apart from the content by one group, and hardly by a few."""
    key = "not_cause_few_groups" if case.n_groups > 1 else "not_cause_one_group"
    return say(f"intervention_limits.{key}", n=case.n_groups)


def _no_maintenance(evaluation: Evaluation) -> list[Words]:
    if evaluation.at_followup is None:
        return [say("intervention_limits.not_maintained")]
    lasting = [claims.rung("maintained").reached for claims in evaluation.claims.values()]
    return [] if all(lasting) else [say("intervention_limits.not_maintained_followup")]


def _comparison_limits(evaluation: Evaluation) -> list[Words]:
    case = evaluation.case
    if case.params.comparison_group in OTHER_POPULATION:
        return [say("intervention_limits.limit_other_population")]
    if evaluation.key in CONTROLLED:
        line = evaluation.key == "regression_discontinuity"
        return [say("intervention_limits.limit_straight_line")] if line else []
    if evaluation.compared_readings:
        return []
    if len(case.both_waves[1]):
        return [say("intervention_limits.limit_comparison_unused")]
    return [say(f"intervention_limits.limit_no_comparison{'' if len(case.others) else '_at_all'}")]


def _cluster_limits(evaluation: Evaluation) -> list[Words]:
    if not _one_group(evaluation):
        return [say("intervention_limits.limit_group_each_arm")]
    n_groups = evaluation.case.n_groups
    return [
        say(
            "intervention_limits.limit_few_groups" if n_groups > 1 else "intervention_limits.limit_one_group",
            n=n_groups,
        )
    ]


def _one_group(evaluation: Evaluation) -> bool:
    """Did one group have the programme, or several arms one each?"""
    return len(evaluation.case.arm.cat.categories) <= 2 or evaluation.key != "randomised_ancova"


def _followup_limits(evaluation: Evaluation) -> list[Words]:
    return [say("intervention_limits.limit_no_followup")] if evaluation.at_followup is None else []


def _selection_limits(evaluation: Evaluation) -> list[Words]:
    case = evaluation.case
    rule = "unknown" if case.design.reason == "not_selected_but_some_not_chosen" else case.params.selection_rule
    unclear = {"typical_cases": "selection_unclear", "nominated": "selection_unclear"}
    unclear |= {"volunteers": "self_selected", "unknown": "self_selected"}
    limits: list[Words] = [say(f"intervention_limits.limit_{unclear[rule]}")] if rule in unclear else []
    if evaluation.key == "second_baseline":
        limits.append(say("intervention_limits.limit_second_baseline"))
    return limits


def _retest_limits(evaluation: Evaluation) -> list[Words]:
    params, adjusted = evaluation.case.params, evaluation.at_post.adjusted
    if evaluation.key not in ("retest_correction", "two_readings", "readings_not_bounds"):
        return []
    if evaluation.compared_readings or not evaluation.case.chosen_low:
        return []
    if evaluation.study_r is None or adjusted is None:
        ends = {"lowest": retest(params.retest_lowest), "highest": retest(params.retest_highest)}
        return [say("intervention_limits.limit_retest_assumed", **ends)]
    study = {"n": params.retest_n or 0, "r": retest(adjusted.retest_r_given)}
    if params.retest_source is None:
        return [say("intervention_limits.limit_retest_unsourced", **study)]
    return [say("intervention_limits.limit_retest_external", source=params.retest_source, **study)]


def _attrition_limits(case: Case) -> list[Words]:
    """Who has a first score but no second; nobody is lost where nobody was to be measured again."""
    smallest = smallest_shown(case.study.site, case.params)
    members, others = case.both_waves
    chosen, rest = case.chosen(case.survey), case.untreated(case.survey)
    if case.design.key == "randomised_ancova":
        lost = len(case.drawn) - int(case.drawn.index.isin(members.append(others)).sum())
        said = say("intervention_limits.limit_attrition_arms", n_lost=count_words(lost, smallest=smallest))
        return [said] if lost else []
    lost, lost_others = len(chosen) - len(members), len(rest) - len(others)
    parts: list[Words] = []
    if lost:
        fields = {"n_members": len(chosen), "n_lost": count_words(lost, smallest=smallest)}
        parts.append(say("intervention_limits.limit_attrition", **fields))
    else:
        parts.append(say("intervention_limits.limit_no_attrition"))
    if lost_others and len(others):
        n_lost = count_words(lost_others, smallest=smallest)
        parts.append(say("intervention_limits.limit_attrition_others", n_lost=n_lost))
    return parts


def _precision_limits(evaluation: Evaluation) -> list[Words]:
    """How wide the interval of the main estimate is, and the power for the effect declared beforehand."""
    case = evaluation.case
    low, high = _main_interval(evaluation)
    small: list[Words] = []
    if low < high:
        half = points((high - low) / 2)
        small.append(say("intervention_limits.limit_small", n=len(case.both_waves[0]), level=level(case), half=half))
    return [*small, *declared_power(evaluation)]


def _main_interval(evaluation: Evaluation) -> tuple[float, float]:
    """The interval that decides; NaN where several do or none does."""
    at_post, key = evaluation.at_post, evaluation.key
    if key == "retest_correction" and at_post.adjusted is not None and evaluation.study_r is not None:
        return at_post.adjusted.conf_low, at_post.adjusted.conf_high
    if key == "retest_correction" and at_post.over_r is not None:
        row = row_where(at_post.over_r.tidy(), "retest_r", at_post.over_r.decisive_r)
        return row["conf_low"], row["conf_high"]
    if at_post.discontinuity is not None:
        row = row_where(at_post.discontinuity.tidy(), "term", "quadratic")
        return row["conf_low"], row["conf_high"]
    if at_post.discontinuity is None and key in ("second_baseline", "paired_change"):
        change = at_post.second_baseline if key == "second_baseline" else at_post.unadjusted
        return (change.conf_low, change.conf_high) if change is not None else (math.nan, math.nan)
    return math.nan, math.nan


def _measure_limits(case: Case) -> list[Words]:
    """Answers about oneself, given by children who know that they took part."""
    return [say("intervention_limits.limit_unblinded")] if case.study.instrument_of(case.outcome) is not None else []


def _scope_limits(case: Case) -> list[Words]:
    sampling = case.study.site.sampling
    return [] if sampling == "probability" else [say(f"intervention_limits.limit_{sampling}")]
