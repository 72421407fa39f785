"""A group chosen by its pretest: what it would gain by regression to the mean, and its change corrected for that."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from ..results import Reason, Result
from .distributions import t_interval
from .inputs import check_probability, numbers
from .retest import beyond_regression, measured_members, survey_unusable, transported_retest


@dataclass(frozen=True, kw_only=True, eq=False)
class RegressionToMean(Result):
    """Gain to expect from the members without any programme, one row a retest correlation.

    n: members with a pretest; n_survey: all surveyed. mean_survey, sd_survey: over all surveyed, members included.
    standing: (mean_members - mean_survey) / sd_survey.
    """

    n: int
    n_survey: int
    mean_survey: float = math.nan
    sd_survey: float = math.nan
    mean_members: float = math.nan
    standing: float = math.nan
    gains: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """retest_r, estimate (scale units), std_error, df, conf_low, conf_high, standardized (estimate/sd_survey)."""
        return self.gains.copy()


@dataclass(frozen=True, kw_only=True, eq=False)
class AdjustedChange(Result):
    """Change of the members beyond what regression to the mean explains, at one retest correlation.

    estimate: tau. expected_gain: (1 - rho)(mu - X). unadjusted: Y - X. part_a, part_b, part_c: the members', the
    survey's and the retest study's share of std_error^2. delta: tau / sd_survey with its interval. retest_r: rho used;
    transported: whether it was carried over to this survey's spread; externally_estimated: whether its uncertainty is
    in part_c, without which this is one point of a range and supports no verdict by itself.
    """

    n: int
    n_survey: int
    retest_r: float
    retest_r_given: float
    transported: bool
    externally_estimated: bool
    mean_survey: float = math.nan
    sd_survey: float = math.nan
    mean_pre: float = math.nan
    mean_post: float = math.nan
    unadjusted: float = math.nan
    expected_gain: float = math.nan
    estimate: float = math.nan
    std_error: float = math.nan
    df: float = math.nan
    statistic: float = math.nan
    p_value: float = math.nan
    conf_low: float = math.nan
    conf_high: float = math.nan
    part_a: float = math.nan
    part_b: float = math.nan
    part_c: float = math.nan
    delta: float = math.nan
    delta_std_error: float = math.nan
    delta_conf_low: float = math.nan
    delta_conf_high: float = math.nan

    def tidy(self) -> pd.DataFrame:
        """Rows adjusted_change (scale units) and delta (survey standard deviations)."""
        rows = [
            ("adjusted_change", self.estimate, self.std_error, self.conf_low, self.conf_high),
            ("delta", self.delta, self.delta_std_error, self.delta_conf_low, self.delta_conf_high),
        ]
        columns = ["term", "estimate", "std_error", "conf_low", "conf_high"]
        return pd.DataFrame(rows, columns=columns).assign(df=self.df, n=self.n)


def regression_to_mean(
    survey_pre: pd.Series,
    members: pd.Index,
    *,
    retest_r: float | Sequence[float],
    conf_level: float = 0.95,
) -> RegressionToMean:
    """Expected gain of children who stand at X on a pretest, if nothing is done: (1 - rho)(mu - X).

    survey_pre: pretest of everybody surveyed, members included. members: participant_ids. retest_r: rho, the slope of
    a retest on a test with no programme, each in (0, 1). Interval: rho as given, mu estimated with
    SE = (1 - rho) s_X / sqrt(N), t on N - 1. Returns RegressionToMean. Nobody surveyed beyond the members, no member
    with a pretest, or no spread: not computable. James (1973), Biometrics 29:121; Davis (1976).
    R: ``(1 - rho) * (mean(survey) - mean(members))``.
    """
    check_probability(conf_level, "conf_level")
    given = [float(retest_r)] if isinstance(retest_r, (int, float)) else [float(r) for r in retest_r]
    for r in given:
        check_probability(r, "retest_r")
    survey = numbers(survey_pre, "survey_pre").dropna()
    chosen = survey[survey.index.isin(members)]
    columns = ["retest_r", "estimate", "std_error", "df", "conf_low", "conf_high", "standardized"]
    empty = RegressionToMean(
        n_used=len(chosen),
        n_dropped=len(members) - len(chosen),
        method="regression_to_mean",
        conf_level=conf_level,
        n=len(chosen),
        n_survey=len(survey),
        gains=pd.DataFrame({"retest_r": given}).reindex(columns=columns),
    )
    reason = survey_unusable(survey, chosen, minimum=1)
    if reason is not None:
        return dataclasses.replace(empty, status="not_computable", reasons=(reason,))
    mean, sd, df = float(survey.mean()), float(survey.std()), len(survey) - 1
    rows = []
    for r in given:
        gain, std_error = (1 - r) * (mean - float(chosen.mean())), (1 - r) * sd / math.sqrt(len(survey))
        low, high = t_interval(gain, std_error, df, conf_level)
        rows.append((r, gain, std_error, float(df), low, high, gain / sd))
    return dataclasses.replace(
        empty,
        mean_survey=mean,
        sd_survey=sd,
        mean_members=float(chosen.mean()),
        standing=(float(chosen.mean()) - mean) / sd,
        gains=pd.DataFrame(rows, columns=columns),
    )


def adjusted_change(
    survey_pre: pd.Series,
    post: pd.Series,
    *,
    members: pd.Index,
    retest_r: float,
    retest_n: int | None = None,
    retest_sd: float | None = None,
    conf_level: float = 0.95,
) -> AdjustedChange:
    """Change of a selected group beyond regression to the mean (retest correction).

    survey_pre: pretest of everybody surveyed, members included. post: posttest, at least the members'. members:
    participant_ids. retest_r: from a retest without programme, never from the members themselves. retest_n: children
    behind it; None: rho is fixed (C = 0). retest_sd: their standard deviation; None: not transported.

    tau = Y - mu - rho (X - mu); SE^2 = A + B + C, A = s^2(Y_i - rho X_i)/n, B = (1 - rho)^2 s_X^2/N,
    C = (X - mu)^2 SE_rho^2, SE_rho = (1 - rho^2)/sqrt(n_ext - 3); df = (A + B + C)^2 /
    [A^2/(n - 1) + B^2/(N - 1) + C^2/(n_ext - 3)]. X, Y over the n members with both waves; mu, s_X over all N.
    delta = tau/s_X, SE^2 = SE_tau^2/s_X^2 + delta^2/(2(N - 1)), same df. Assumes no drift, equal spread at both waves
    and a straight regression. Returns AdjustedChange; nobody surveyed beyond the members, fewer than 3 members, no
    spread, or rho outside (0, 1) after transport: not computable. Raises ValueError for retest_r outside (0, 1),
    retest_n < 4 or retest_sd <= 0. James (1973), Biometrics 29:121; Mee & Chua (1991),
    The American Statistician 45:39. R: the formulas, from ``mean``, ``var`` and ``pt``.
    """
    check_probability(conf_level, "conf_level")
    check_probability(retest_r, "retest_r")
    if retest_n is not None and retest_n < 4:
        raise ValueError(f"retest_n={retest_n!r}: at least 4")
    data, reason = measured_members(survey_pre, post, members)
    rho = retest_r
    if retest_sd is not None and data.sd_survey > 0:
        rho = transported_retest(retest_r, retest_sd=retest_sd, survey_sd=data.sd_survey)
        if reason is None and not 0 < rho < 1:
            reason = Reason("retest_out_of_range", {"retest_r": rho, "given": retest_r})
    empty = AdjustedChange(
        n_used=len(data.pre),
        n_dropped=data.n_dropped,
        method="retest_correction",
        conf_level=conf_level,
        n=len(data.pre),
        n_survey=data.n_survey,
        retest_r=rho,
        retest_r_given=retest_r,
        transported=retest_sd is not None,
        externally_estimated=retest_n is not None,
    )
    if reason is not None:
        return dataclasses.replace(empty, status="not_computable", reasons=(reason,))
    return dataclasses.replace(empty, **beyond_regression(data, rho, retest_n=retest_n, conf_level=conf_level))
