"""The results that the ladder of claims is decided by, at one wave after the programme."""

from __future__ import annotations

import pandas as pd

from ...effects import (
    AdjustedChange,
    AdjustedChangeOverR,
    ChangeScoreComparison,
    Evidence,
    PairedChange,
    adjusted_change,
    adjusted_change_over_r,
    change_score_comparison,
    paired_change,
    randomised_ancova,
    regression_discontinuity,
)
from .case import FEWEST_UNTREATED, Case


def evidence_at(case: Case, wave: str) -> Evidence:
    """What the case's design allows to be computed of the primary outcome at a wave."""
    params, key, later = case.params, case.design.key, case.study.score(wave, case.outcome)
    since, compared = _since_post(case, wave, later)
    return Evidence(
        unadjusted=_paired(case, case.survey, later) if case.same_test else None,
        adjusted=_adjusted(case, later) if case.chosen_low else None,
        over_r=_over_r(case, later) if case.chosen_low else None,
        second_baseline=_from_second_baseline(case, later),
        discontinuity=regression_discontinuity(
            case.survey, later, case.treated, improvement=params.improvement, conf_level=params.conf_level
        )
        if key == "regression_discontinuity"
        else None,
        randomised=randomised_ancova(later, case.survey, case.drawn, conf_level=params.conf_level, seed=params.seed)
        if key == "randomised_ancova"
        else None,
        since_post=since,
        since_post_compared=compared,
    )


def _paired(case: Case, before: pd.Series, later: pd.Series) -> PairedChange:
    """The members' change."""
    params = case.params
    return paired_change(case.chosen(before), case.chosen(later), conf_level=params.conf_level, seed=params.seed)


def _adjusted(case: Case, later: pd.Series) -> AdjustedChange | None:
    """At the retest study's r; None where the parameters name none."""
    params = case.params
    if params.retest_r is None:
        return None
    return adjusted_change(
        case.own_survey,
        later,
        members=case.members,
        retest_r=params.retest_r,
        retest_n=params.retest_n,
        retest_sd=params.retest_sd,
        conf_level=params.conf_level,
    )


def _over_r(case: Case, later: pd.Series) -> AdjustedChangeOverR:
    params = case.params
    return adjusted_change_over_r(
        case.own_survey,
        later,
        members=case.members,
        lowest=params.retest_lowest,
        highest=params.retest_highest,
        improvement=params.improvement,
        conf_level=params.conf_level,
    )


def _from_second_baseline(case: Case, later: pd.Series) -> PairedChange | None:
    if case.second_baseline is None or not case.same_test:
        return None
    again = case.study.score(case.second_baseline, case.outcome)
    return _paired(case, again, later) if len(case.chosen(again)) else None


def _since_post(case: Case, wave: str, later: pd.Series) -> tuple[PairedChange | None, ChangeScoreComparison | None]:
    """The change from post to a later wave, of the members and less that of untreated children measured at both.

    Several arms are held against their comparison at each wave only.
    """
    if wave == case.post or len(case.arm.cat.categories) > 2:
        return None, None
    measured = case.later.index.intersection(later.index)
    if measured.isin(case.others).sum() < FEWEST_UNTREATED:
        return _paired(case, case.later, later), None
    compared = change_score_comparison(case.later, later, case.treated, conf_level=case.params.conf_level)
    return _paired(case, case.later, later), compared
