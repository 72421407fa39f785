"""Intraclass correlations of ratings in numbers: the six forms of Shrout and Fleiss."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from ...results import Reason, Result
from ..inputs import Matrix, check_level, is_flat
from .ratings import scores
from .variance import MeanSquares, mean_squares, nothing_to_compare

SINGLE = ("ICC1", "ICC2", "ICC3")
AVERAGE = ("ICC1k", "ICC2k", "ICC3k")


@dataclass(frozen=True, kw_only=True, eq=False)
class IntraclassCorrelations(Result):
    """Six intraclass correlations of the same ratings and the mean squares they are made of."""

    n_raters: int
    ms_units: float
    ms_raters: float
    ms_residual: float
    ms_within: float
    correlations: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """Rows ICC1, ICC2, ICC3 (one rating), ICC1k, ICC2k, ICC3k (mean of all raters): term, estimate, conf_low,
        conf_high, statistic, df, df_denominator, p_value, n."""
        return self.correlations.copy()


def intraclass_correlations(ratings: pd.DataFrame, *, conf_level: float = 0.95) -> IntraclassCorrelations:
    """Intraclass correlations of the units that every rater rated.

    ratings: units x raters, numbers. Mean squares of n units (B), k raters (J), residual (E), within units (W):
    ICC1 = (B - W) / (B + (k - 1) W), each unit rated by other raters; ICC2 = (B - E) / (B + (k - 1) E + k (J - E) / n),
    raters drawn at random, absolute agreement; ICC3 = (B - E) / (B + (k - 1) E), these raters, consistency; ICC1k =
    (B - W) / B, ICC2k = (B - E) / (B + (J - E) / n), ICC3k = (B - E) / B, of the mean of k ratings. Negative estimates
    are left as they are; an end of ICC2k is NaN where that of ICC2 lies below -1 / (k - 1). statistic: B / W or B / E
    against an intraclass correlation of 0. Intervals: Shrout & Fleiss (1979), exact for normal ratings, of ICC2
    approximate. Not computable: too_few_raters, too_few_units (below 2), zero_variance, units_without_variation (all
    units have the same mean). Flagged: no_disagreement (E = 0: no test, no interval). Raises ValueError for a wrong
    call. Reference: Shrout & Fleiss (1979), doi:10.1037/0033-2909.86.2.420; McGraw & Wong (1996),
    doi:10.1037/1082-989X.1.1.30, call them ICC(1), ICC(A,1), ICC(C,1), ICC(k), ICC(A,k), ICC(C,k). R:
    psych::ICC(ratings, lmer = FALSE); its lmer = TRUE cuts negative components at 0.
    """
    check_level(conf_level)
    values, n_dropped = scores(ratings)
    reason = _obstacle(values, list(map(str, ratings.columns)))
    squares = mean_squares(values) if reason is None else nothing_to_compare(*values.shape)
    exact = reason is None and squares.residual <= np.finfo(float).eps * squares.units
    reasons = (reason,) if reason else (Reason("no_disagreement"),) if exact else ()
    return IntraclassCorrelations(
        n_used=len(values),
        n_dropped=n_dropped,
        method="Intraclass correlations, mean squares, complete units",
        conf_level=conf_level,
        status="not_computable" if reason else "flagged" if reasons else "ok",
        reasons=reasons,
        n_raters=values.shape[1],
        ms_units=squares.units,
        ms_raters=squares.raters,
        ms_residual=squares.residual,
        ms_within=squares.within,
        correlations=_six(squares, conf_level, testable=not reasons),
    )


def _obstacle(values: Matrix, raters: list[str]) -> Reason | None:
    n, k = values.shape
    if k < 2:
        return Reason("too_few_raters", {"n_raters": k, "minimum": 2})
    if n < 2:
        return Reason("too_few_units", {"n_used": n, "minimum": 2})
    if is_flat(values):
        return Reason("zero_variance", {"items": tuple(raters)})
    if is_flat(values.mean(axis=1)):
        return Reason("units_without_variation")
    return None


def _six(ms: MeanSquares, conf_level: float, *, testable: bool) -> pd.DataFrame:
    n, k = ms.n, ms.k
    estimates = (
        (ms.units - ms.within) / (ms.units + (k - 1) * ms.within),
        (ms.units - ms.residual) / (ms.units + (k - 1) * ms.residual + k * (ms.raters - ms.residual) / max(n, 1)),
        (ms.units - ms.residual) / (ms.units + (k - 1) * ms.residual),
    )
    tests = [(math.nan, math.nan, math.nan)] * 3
    ends = [(math.nan, math.nan)] * 3
    if testable:
        one_way, two_way = (ms.units / ms.within, n * (k - 1)), (ms.units / ms.residual, (n - 1) * (k - 1))
        tests = [(f, df, float(stats.f.sf(f, n - 1, df))) for f, df in (one_way, two_way, two_way)]
        ends = [
            _from_f(*one_way, n, k, conf_level),
            _absolute_agreement(ms, estimates[1], conf_level),
            _from_f(*two_way, n, k, conf_level),
        ]
    rows = []
    for terms, stepped in ((SINGLE, False), (AVERAGE, True)):
        for term, estimate, (statistic, df, p_value), (low, high) in zip(terms, estimates, tests, ends, strict=True):
            size = k if stepped else 1
            rows.append(
                {
                    "term": term,
                    "estimate": _stepped_up(estimate, size),
                    "conf_low": _stepped_up(low, size),
                    "conf_high": _stepped_up(high, size),
                    "statistic": statistic,
                    "df": float(n - 1),
                    "df_denominator": float(df),
                    "p_value": p_value,
                    "n": n,
                }
            )
    return pd.DataFrame(rows)


def _stepped_up(r: float, k: int) -> float:
    """Reliability of the mean of k ratings from that of one (Spearman-Brown); NaN below -1 / (k - 1), its pole."""
    return k * r / (1 + (k - 1) * r) if 1 + (k - 1) * r > 0 else math.nan


def _from_f(statistic: float, df: float, n: int, k: int, conf_level: float) -> tuple[float, float]:
    """Ends of ICC1 and ICC3 from their F statistic."""
    tail = (1 - conf_level) / 2
    low = statistic / float(stats.f.ppf(1 - tail, n - 1, df))
    high = statistic * float(stats.f.ppf(1 - tail, df, n - 1))
    return (low - 1) / (low + k - 1), (high - 1) / (high + k - 1)


def _absolute_agreement(ms: MeanSquares, estimate: float, conf_level: float) -> tuple[float, float]:
    """Ends of ICC2: Satterthwaite's degrees of freedom for the mixture of raters' and residual mean squares."""
    n, k = ms.n, ms.k
    ratio = k * estimate * ms.raters / ms.residual
    rest = n * (1 + (k - 1) * estimate) - k * estimate
    df = (k - 1) * (n - 1) * (ratio + rest) ** 2 / ((n - 1) * ratio**2 + rest**2)
    tail = (1 - conf_level) / 2
    upper, lower = float(stats.f.ppf(1 - tail, n - 1, df)), float(stats.f.ppf(1 - tail, df, n - 1))
    mixture = k * ms.raters + (k * n - k - n) * ms.residual
    low = n * (ms.units - upper * ms.residual) / (upper * mixture + n * ms.units)
    high = n * (lower * ms.units - ms.residual) / (mixture + n * lower * ms.units)
    return low, high
