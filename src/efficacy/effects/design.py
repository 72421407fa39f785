"""Which analysis a design allows: the decision table, as data and one function."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from ..params.reports import ComparisonGroup, SelectionRule

AnalysisKey = Literal[
    "regression_discontinuity",
    "randomised_ancova",
    "retest_correction",
    "second_baseline",
    "two_readings",
    "readings_not_bounds",
    "population_readings",
    "paired_change",
]

BESIDE: dict[AnalysisKey, tuple[str, ...]] = {
    "regression_discontinuity": ("quadratic", "untreated_line", "change_score_comparison", "unadjusted_table"),
    "randomised_ancova": ("permutation", "change_score_comparison"),
    "retest_correction": ("retest_range", "regression_to_mean", "false_alarms", "unadjusted_table"),
    "second_baseline": ("retest_range", "regression_to_mean", "unadjusted_table"),
    "two_readings": ("regression_to_mean", "unadjusted_table"),
    "readings_not_bounds": ("regression_to_mean", "unadjusted_table"),
    "population_readings": ("expected_ancova_bias", "unadjusted_table"),
    "paired_change": ("wilcoxon", "permutation", "bayes_factor", "effect_sizes"),
}
"""What always stands beside the main analysis."""

SINGLE_TEST: frozenset[AnalysisKey] = frozenset(
    {"regression_discontinuity", "randomised_ancova", "retest_correction", "second_baseline", "paired_change"}
)
"""Analyses that end in one test; the others show readings without a single p."""


@dataclass(frozen=True, kw_only=True)
class MainAnalysis:
    """key: the analysis. reason: key of the rule that chose it. beside: what always stands next to it.
    single_test: whether it ends in one p and one interval."""

    key: AnalysisKey
    reason: str
    beside: tuple[str, ...]
    single_test: bool


def main_analysis(
    selection_rule: SelectionRule,
    comparison_group: ComparisonGroup,
    *,
    untreated_measured_twice: bool,
    second_baseline: bool = False,
    untreated_surveyed: bool = False,
) -> MainAnalysis:
    """The main analysis for how the members were chosen and whom they are compared with.

    selection_rule, comparison_group: as declared in the parameters. untreated_measured_twice: untreated children have
    both waves. second_baseline: the members were measured once more after selection and before the programme.
    untreated_surveyed: children of the same survey did not take part, which contradicts "not_selected". Raises
    ValueError naming the allowed values. Campbell & Erlebacher (1970); Ding & Li (2019), doi:10.1017/pan.2019.25;
    Campbell & Kenny (1999).
    """
    if selection_rule not in get_args(SelectionRule):
        raise ValueError(f"selection_rule={selection_rule!r}: one of {get_args(SelectionRule)}")
    if comparison_group not in get_args(ComparisonGroup):
        raise ValueError(f"comparison_group={comparison_group!r}: one of {get_args(ComparisonGroup)}")
    compared = comparison_group if untreated_measured_twice else "none"
    same_survey = comparison_group in ("none", "same_survey_not_chosen")
    left_out = same_survey and (untreated_surveyed or compared == "same_survey_not_chosen")
    key, reason = _choose(selection_rule, compared, second_baseline, left_out=left_out)
    return MainAnalysis(key=key, reason=reason, beside=BESIDE[key], single_test=key in SINGLE_TEST)


def _choose(
    selection_rule: SelectionRule, compared: ComparisonGroup, second_baseline: bool, *, left_out: bool
) -> tuple[AnalysisKey, str]:
    """The first line of the decision table that fits."""
    if compared in ("other_population", "matched_from_other_population"):
        return "population_readings", compared
    if compared in ("randomised", "eligible_not_chosen_at_random"):
        return "randomised_ancova", "drawn_at_random"
    if selection_rule in ("volunteers", "unknown"):
        return "readings_not_bounds", selection_rule
    if selection_rule == "not_selected":
        if left_out:
            return "readings_not_bounds", "not_selected_but_some_not_chosen"
        return "paired_change", "nobody_selected"
    if compared == "same_survey_not_chosen" and selection_rule == "random_from_low":
        return "randomised_ancova", "drawn_at_random_from_low"
    if compared == "same_survey_not_chosen" and selection_rule == "lowest_on_pretest":
        return "regression_discontinuity", "lowest_and_others_measured_again"
    if second_baseline:
        return "second_baseline", "measured_again_after_selection"
    if selection_rule in ("lowest_on_pretest", "random_from_low"):
        return "retest_correction", "low_and_nobody_untreated_measured_again"
    return "two_readings", selection_rule
