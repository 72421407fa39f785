"""The arithmetic of the retest correction: one place for its formulas."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
import pandas as pd

from ..results import Reason
from .distributions import t_interval
from .inputs import check_probability, numbers
from .linear import estimated

SMALLEST_GROUP = 3


@dataclass(frozen=True, kw_only=True)
class MeasuredMembers:
    """What tau rests on: the waves of the n members with both, and the whole survey's size, mean and spread."""

    pre: np.ndarray
    post: np.ndarray
    n_survey: int
    mean_survey: float
    sd_survey: float
    n_dropped: int


def transported_retest(retest_r: float, *, retest_sd: float, survey_sd: float) -> float:
    """Carry a retest correlation over to a survey with another spread: 1 - (1 - r_ext) s_ext^2 / s_X^2.

    retest_sd, survey_sd: standard deviations of the same scale in the retest study and in the survey. May fall outside
    (0, 1): then that study says nothing about this survey. Raises ValueError for r outside (0, 1) or sd <= 0.
    Gulliksen (1950), Theory of Mental Tests, chapter 10. R: the same expression.
    """
    check_probability(retest_r, "retest_r")
    if not (retest_sd > 0 and survey_sd > 0):
        raise ValueError("retest_sd, survey_sd: positive numbers")
    return 1 - (1 - retest_r) * retest_sd**2 / survey_sd**2


def measured_members(
    survey_pre: pd.Series, post: pd.Series, members: pd.Index
) -> tuple[MeasuredMembers, Reason | None]:
    """The members' two waves and the survey's mean and spread, or why they cannot support a correction."""
    survey = numbers(survey_pre, "survey_pre").dropna()
    chosen = survey[survey.index.isin(members)]
    after = numbers(post, "post").dropna()
    both = chosen.index.intersection(after.index)
    data = MeasuredMembers(
        pre=chosen[both].to_numpy(),
        post=after[both].to_numpy(),
        n_survey=len(survey),
        mean_survey=float(survey.mean()) if len(survey) else math.nan,
        sd_survey=float(survey.std()) if len(survey) > 1 else math.nan,
        n_dropped=len(members) - len(both),
    )
    reason = survey_unusable(survey, chosen, minimum=SMALLEST_GROUP)
    if reason is None and len(both) < SMALLEST_GROUP:
        reason = Reason("too_few_rows", {"n": len(both), "minimum": SMALLEST_GROUP})
    return data, reason


def survey_unusable(survey: pd.Series, chosen: pd.Series, *, minimum: int) -> Reason | None:
    """Why a survey and its chosen members cannot support a correction; None if they can."""
    if len(chosen) < minimum:
        return Reason("too_few_rows", {"n": len(chosen), "minimum": minimum})
    if len(survey) == len(chosen):
        return Reason("no_survey_beyond_members", {"n": len(chosen)})
    if survey.std() <= 1e-13 * survey.abs().max():
        return Reason("zero_variance", {"variable": "survey_pre"})
    return None


class BeyondRegression(TypedDict):
    """tau(rho) with everything beside it, by the names of AdjustedChange."""

    mean_survey: float
    sd_survey: float
    mean_pre: float
    mean_post: float
    unadjusted: float
    expected_gain: float
    estimate: float
    std_error: float
    statistic: float
    df: float
    p_value: float
    conf_low: float
    conf_high: float
    part_a: float
    part_b: float
    part_c: float
    delta: float
    delta_std_error: float
    delta_conf_low: float
    delta_conf_high: float


def beyond_regression(
    data: MeasuredMembers, rho: float, *, retest_n: int | None, conf_level: float
) -> BeyondRegression:
    """tau(rho); formulas in adjusted_change."""
    n, below = len(data.pre), float(data.pre.mean()) - data.mean_survey
    tau = float(data.post.mean()) - data.mean_survey - rho * below
    part_a = float((data.post - rho * data.pre).var(ddof=1)) / n
    part_b = (1 - rho) ** 2 * data.sd_survey**2 / data.n_survey
    part_c = below**2 * (1 - rho**2) ** 2 / (retest_n - 3) if retest_n is not None else 0.0
    variance = part_a + part_b + part_c
    of_c = part_c**2 / (retest_n - 3) if retest_n is not None else 0.0
    df = variance**2 / (part_a**2 / (n - 1) + part_b**2 / (data.n_survey - 1) + of_c)
    std_error = math.sqrt(variance)
    delta, delta_error = standardised(tau, std_error, sd=data.sd_survey, n_survey=data.n_survey)
    delta_low, delta_high = t_interval(delta, delta_error, df, conf_level)
    return {
        "mean_survey": data.mean_survey,
        "sd_survey": data.sd_survey,
        "mean_pre": float(data.pre.mean()),
        "mean_post": float(data.post.mean()),
        "unadjusted": float(data.post.mean() - data.pre.mean()),
        "expected_gain": -(1 - rho) * below,
        **estimated(tau, std_error, df, conf_level),
        "part_a": part_a,
        "part_b": part_b,
        "part_c": part_c,
        "delta": delta,
        "delta_std_error": delta_error,
        "delta_conf_low": delta_low,
        "delta_conf_high": delta_high,
    }


def standardised(estimate: float, std_error: float, *, sd: float, n_survey: int) -> tuple[float, float]:
    """An effect in survey standard deviations, delta = estimate/sd, and SE: SE^2/sd^2 + delta^2/(2(N - 1))."""
    delta = estimate / sd
    return delta, math.sqrt(std_error**2 / sd**2 + delta**2 / (2 * (n_survey - 1)))
