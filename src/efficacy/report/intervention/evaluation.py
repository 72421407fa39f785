"""Everything the main analysis needs, computed once: what the first page says and the sections show."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from ...effects import (
    Ancova,
    ChangeScoreComparison,
    Claims,
    Evidence,
    FalseAlarms,
    PairedChange,
    Readings,
    RegressionToMean,
    ancova,
    change_score_comparison,
    claims_ladder,
    comparison_readings,
    false_alarm_rate,
    false_alarm_rate_of_members,
    paired_change,
    regression_to_mean,
    selection_readings,
)
from ...psychometrics import Reliability, cronbach_alpha
from .case import Case
from .evidence import evidence_at
from .words import row_where

ONE_LADDER = ""
READINGS = ("two_readings", "readings_not_bounds", "population_readings")


@dataclass(frozen=True, kw_only=True, eq=False)
class Evaluation:
    """What was computed for the primary outcome. at_post, at_followup: by wave. gains: change against change. forms:
    the two ANCOVAs of a discontinuity. alpha: of the outcome before, for orientation only. again: the members from the
    first baseline to a second one. claims: one ladder, or one a randomised arm by its name."""

    case: Case
    at_post: Evidence
    at_followup: Evidence | None
    gains: ChangeScoreComparison | None
    forms: Mapping[str, Ancova]
    readings: Readings | None
    expected: RegressionToMean | None
    alarms: FalseAlarms | None
    alpha: Reliability | None
    again: PairedChange | None
    claims: Mapping[str, Claims]

    @property
    def key(self) -> str:
        """The main analysis."""
        return self.case.design.key

    @property
    def compared_readings(self) -> bool:
        """Do readings stand side by side that compare the members with untreated children?"""
        return self.key in READINGS and len(self.case.both_waves[1]) > 0

    @property
    def study_r(self) -> float | None:
        """The retest study's correlation as used here; None where there is none to use."""
        adjusted = self.at_post.adjusted
        usable = adjusted is not None and adjusted.externally_estimated and adjusted.status != "not_computable"
        return adjusted.retest_r if usable and adjusted is not None else None

    @property
    def shown_r(self) -> float:
        """The retest correlation that sentences about regression to the mean speak of."""
        return shown_r(self.case, self.at_post)

    @property
    def expected_gain(self) -> float:
        """Change to expect without a programme, at shown_r; NaN where it cannot be said."""
        return self.gain_at(self.shown_r)

    @property
    def expected_improvement(self) -> float:
        """The same, counted towards improvement."""
        return self.case.sign * self.expected_gain

    def gain_at(self, r: float) -> float:
        """Change to expect without a programme at one of the retest correlations shown."""
        if self.expected is None or self.expected.status == "not_computable":
            return math.nan
        return float(row_where(self.expected.tidy(), "retest_r", r)["estimate"])

    @property
    def alarm_rate(self) -> float:
        """Share of paired t-tests significant without any effect, at shown_r; NaN where it cannot be said."""
        if self.alarms is None or self.alarms.status == "not_computable" or math.isnan(self.expected_gain):
            return math.nan
        return float(row_where(self.alarms.tidy(), "retest_r", self.shown_r)["estimate"])


def evaluate(case: Case) -> Evaluation:
    """Run the analyses that the case's design allows, and those that stand beside them."""
    at_post = evidence_at(case, case.post)
    followed = case.followup is not None and len(case.chosen(case.study.score(case.followup, case.outcome))) > 0
    at_followup = evidence_at(case, case.followup) if case.followup is not None and followed else None
    compared = case.same_test and len(case.both_waves[1]) > 0
    discontinuity = case.design.key == "regression_discontinuity"
    grid = tuple(sorted({*case.retest_grid, shown_r(case, at_post)}))
    return Evaluation(
        case=case,
        at_post=at_post,
        at_followup=at_followup,
        gains=_gains(case) if compared else None,
        forms=_forms(case) if discontinuity else {},
        readings=_readings(case, at_post) if case.design.key in READINGS else None,
        expected=_expected(case, grid) if case.chosen_low else None,
        alarms=_alarms(case, grid) if case.chosen_low else None,
        alpha=_alpha(case) if case.chosen_low else None,
        again=_again(case),
        claims=_claims(case, at_post, at_followup),
    )


def shown_r(case: Case, at_post: Evidence) -> float:
    """The retest study's r as used here, else the end of the declared range that claims least."""
    adjusted = at_post.adjusted
    if adjusted is not None and adjusted.externally_estimated and adjusted.status != "not_computable":
        return adjusted.retest_r
    return at_post.over_r.decisive_r if at_post.over_r is not None else case.params.retest_lowest


def _gains(case: Case) -> ChangeScoreComparison:
    return change_score_comparison(case.survey, case.later, case.treated, conf_level=case.params.conf_level)


def _forms(case: Case) -> dict[str, Ancova]:
    conf_level = case.params.conf_level
    return {
        "linear": ancova(case.survey, case.later, case.treated, form="linear", conf_level=conf_level),
        "quadratic": ancova(case.survey, case.later, case.treated, form="quadratic", conf_level=conf_level),
    }


def _readings(case: Case, at_post: Evidence) -> Readings | None:
    if not case.same_test:
        return None
    params = case.params
    if len(case.both_waves[1]):
        return comparison_readings(case.survey, case.later, case.treated, conf_level=params.conf_level)
    adjusted = at_post.adjusted
    known = adjusted is not None and adjusted.status != "not_computable"
    given = [adjusted.retest_r] if known and adjusted else [params.retest_lowest, params.retest_highest]
    return selection_readings(
        case.own_survey,
        case.later,
        members=case.members,
        retest_r=given,
        retest_n=params.retest_n if known else None,
        conf_level=params.conf_level,
    )


def _expected(case: Case, grid: tuple[float, ...]) -> RegressionToMean:
    members = case.members.difference(case.few_lost, sort=False)
    return regression_to_mean(case.own_survey, members, retest_r=grid, conf_level=case.params.conf_level)


def _alarms(case: Case, grid: tuple[float, ...]) -> FalseAlarms:
    """Of the declared design where the records bear it out, else of these members' actual standing."""
    params = case.params
    if params.selection_rule == "lowest_on_pretest" and case.strictly_lowest and len(case.chosen(case.survey)) > 1:
        return false_alarm_rate(
            n_survey=len(case.own_survey),
            n_members=len(case.chosen(case.own_survey)),
            retest_r=grid,
            n_simulations=params.n_simulations,
            seed=params.seed,
        )
    standing = case.sign * case.own_survey  # "upward" then is towards improvement
    return false_alarm_rate_of_members(
        standing, members=case.members, retest_r=grid, n_simulations=params.n_simulations, seed=params.seed
    )


def _alpha(case: Case) -> Reliability | None:
    """Of the outcome before the programme; None for a score without items."""
    if case.study.instrument_of(case.outcome) is None:
        return None
    return cronbach_alpha(case.study.items(case.baseline, case.outcome), conf_level=case.params.conf_level)


def _again(case: Case) -> PairedChange | None:
    """The members' change from the first baseline to the second, before any programme."""
    if case.second_baseline is None or not case.same_test:
        return None
    later = case.chosen(case.study.score(case.second_baseline, case.outcome))
    if later.empty:
        return None
    before = case.chosen(case.described(case.survey))
    return paired_change(before, case.described(later), conf_level=case.params.conf_level)


def _claims(case: Case, at_post: Evidence, at_followup: Evidence | None) -> dict[str, Claims]:
    key = case.design.key
    randomised = at_post.randomised
    arms = list(randomised.tidy()["level"]) if randomised is not None else []
    better = case.params.improvement
    if len(arms) < 2:
        return {ONE_LADDER: claims_ladder(key, at_post, at_followup=at_followup, improvement=better)}
    return {arm: claims_ladder(key, at_post, at_followup=at_followup, arm=arm, improvement=better) for arm in arms}
