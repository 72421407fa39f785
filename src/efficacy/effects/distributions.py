"""Intervals by inverting t, noncentral t and noncentral F, and the exact small-sample correction of d."""

from __future__ import annotations

import math
from collections.abc import Callable

from scipy import optimize, special, stats

Interval = tuple[float, float]
NO_INTERVAL: Interval = (math.nan, math.nan)


def t_interval(estimate: float, std_error: float, df: float, conf_level: float) -> Interval:
    """estimate +- t(1 - alpha/2, df) * std_error."""
    half = float(stats.t.ppf((1 + conf_level) / 2, df)) * std_error
    return estimate - half, estimate + half


def t_p_value(statistic: float, df: float) -> float:
    """Two-sided p of a t statistic."""
    return float(2 * stats.t.sf(abs(statistic), df))


def hedges_correction(df: float) -> float:
    """J(df) = Gamma(df/2) / (sqrt(df/2) Gamma((df-1)/2)), exact; NaN below 2 degrees of freedom.

    Hedges (1981), doi:10.3102/10769986006002107. R: ``exp(lgamma(df/2) - log(sqrt(df/2)) - lgamma((df-1)/2))``.
    """
    if df < 2:
        return math.nan
    return math.exp(special.gammaln(df / 2) - math.log(math.sqrt(df / 2)) - special.gammaln((df - 1) / 2))


def noncentral_t_interval(statistic: float, df: float, conf_level: float) -> Interval:
    """Interval of the noncentrality parameter of an observed t: P(T <= t | ncp) = 1 - alpha/2 and alpha/2.

    Steiger & Fouladi (1997). R: the interval of ``effectsize::cohens_d`` divided by its scale.
    """
    if not math.isfinite(statistic) or df < 1:
        return NO_INTERVAL
    if statistic < 0:
        low, high = noncentral_t_interval(-statistic, df, conf_level)
        return -high, -low
    alpha = 1 - conf_level
    # for t >= 0 no end lies below -z; 0 is tried first, because the distribution fails far below 0 when t is large
    lowest = -float(stats.norm.ppf(1 - alpha / 2)) - 1e-6

    def ncp_where(probability: float) -> float:
        def excess(ncp: float) -> float:
            return float(stats.nct.cdf(statistic, df, ncp)) - probability

        return _falling_root(excess, low=0.0 if excess(0.0) > 0 else lowest, step=statistic + 3)

    return ncp_where(1 - alpha / 2), ncp_where(alpha / 2)


def noncentral_f_interval(statistic: float, df: float, df_denominator: float, conf_level: float) -> Interval:
    """Interval of the noncentrality parameter of an observed F, each end cut at 0.

    Steiger (2004), doi:10.1037/1082-989X.9.2.164. R: ``effectsize::cohens_f(..., alternative="two.sided")`` squared,
    times the residual degrees of freedom.
    """
    if not math.isfinite(statistic) or statistic < 0:
        return NO_INTERVAL
    alpha = 1 - conf_level

    def ncp_where(probability: float) -> float:
        def excess(ncp: float) -> float:
            return float(stats.ncf.cdf(statistic, df, df_denominator, ncp)) - probability

        if excess(0.0) <= 0:
            return 0.0
        return _falling_root(excess, low=0.0, step=max(10.0, 2 * df * statistic))

    return ncp_where(1 - alpha / 2), ncp_where(alpha / 2)


def _falling_root(function: Callable[[float], float], *, low: float, step: float) -> float:
    """Root of a function falling from function(low) >= 0; NaN where the distribution cannot be computed."""
    high = low + step
    for _ in range(60):
        at_high = function(high)
        if math.isnan(at_high):
            return math.nan
        if at_high <= 0:
            return float(optimize.brentq(function, low, high, xtol=1e-12, rtol=1e-14))
        low, high, step = high, high + step, 2 * step
    return math.nan
