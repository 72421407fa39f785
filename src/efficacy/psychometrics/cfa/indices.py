"""Fit indices from chi-squares, in lavaan's conventions."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import stats
from scipy.optimize import brentq

RMSEA_LEVEL = 0.90  # the customary level of this interval, whatever conf_level is elsewhere
_CLOSE = 0.05  # the rmsea whose test is customary: "close fit"


@dataclass(frozen=True, kw_only=True)
class Chisquares:
    """Test statistics of a model and of the model of uncorrelated items, with their df and with what each is of on
    average when its model holds (trace: df for normal data; otherwise the scaling factor times df)."""

    chisq: float
    df: float
    trace: float
    baseline_chisq: float
    baseline_df: float
    baseline_trace: float
    n: int
    n_groups: int


@dataclass(frozen=True, kw_only=True)
class Indices:
    """Incremental and absolute fit; NaN without degrees of freedom."""

    cfi: float
    tli: float
    rmsea: float
    rmsea_conf_low: float
    rmsea_conf_high: float
    p_close: float


_NONE = Indices(
    cfi=math.nan,
    tli=math.nan,
    rmsea=math.nan,
    rmsea_conf_low=math.nan,
    rmsea_conf_high=math.nan,
    p_close=math.nan,
)


def indices(found: Chisquares) -> Indices:
    """cfi, tli and rmsea of a statistic that is compared with its own average when the model holds.

    With d = chisq - trace and d0 the same of uncorrelated items: cfi = 1 - max(d, 0) / max(d, d0, 0);
    tli = 1 - (d / df) / (d0 / df0); rmsea = sqrt(G max(d, 0) / (N df)) for G groups. Its 90 % interval has the
    noncentralities at which chisq df / trace is the 95th and the 5th percentile, p_close that at rmsea = .05. With
    trace = df these are the plain indices; the scaled ones take the scaled chi-squares as they are; with
    trace = scaling factor times df they are the robust ones. Reference: Bentler (1990),
    doi:10.1037/0033-2909.107.2.238; Steiger (1990), doi:10.1207/s15327906mbr2502_4; Brosseau-Liard, Savalei & Li
    (2012), doi:10.1080/00273171.2012.715252; Brosseau-Liard & Savalei (2014), doi:10.1080/00273171.2014.933697.
    R: lavaan::fitMeasures.
    """
    df, trace = found.df, found.trace
    if df <= 0 or not math.isfinite(found.chisq) or not trace > 0:
        return _NONE
    away, baseline_away = found.chisq - trace, found.baseline_chisq - found.baseline_trace
    worst = max(away, baseline_away, 0.0)
    ratio = (away / df) / (baseline_away / found.baseline_df) if baseline_away and found.baseline_df else math.nan
    unit = found.n_groups * trace / df / (found.n * df)  # rmsea^2 of a noncentrality of 1
    statistic = found.chisq * df / trace
    tail = (1 - RMSEA_LEVEL) / 2
    return Indices(
        cfi=1 - max(away, 0.0) / worst if worst > 0 else 1.0,
        tli=1 - ratio,
        rmsea=math.sqrt(found.n_groups * max(away, 0.0) / (found.n * df)),
        rmsea_conf_low=math.sqrt(unit * noncentrality(statistic, df, 1 - tail)),
        rmsea_conf_high=math.sqrt(unit * noncentrality(statistic, df, tail)),
        p_close=float(stats.ncx2.sf(statistic, df, _CLOSE**2 / unit)),
    )


def noncentrality(chisq: float, df: float, probability: float) -> float:
    """The noncentrality at which chisq is this quantile; 0 where even the central distribution lies above it."""
    if stats.chi2.cdf(chisq, df) <= probability:
        return 0.0
    upper = chisq + 10 * math.sqrt(chisq) + 100  # the quantile's noncentrality is below chisq + a few deviations
    return float(brentq(lambda value: stats.ncx2.cdf(chisq, df, value) - probability, 0.0, upper, xtol=1e-10))


def bartlett_corrected(chisq: float, *, n: int, n_items: int, n_factors: int) -> float:
    """The ML chi-square with Bartlett's multiplier for exploratory factor analysis, borrowed for a confirmatory one.

    [N - 1 - (2p + 5)/6 - 2m/3] F with F = chisq / N, p items, m factors; NaN where the multiplier is not positive.
    Reference: Bartlett (1950), doi:10.1111/j.2044-8317.1950.tb00285.x.
    """
    multiplier = n - 1 - (2 * n_items + 5) / 6 - 2 * n_factors / 3
    return chisq / n * multiplier if multiplier > 0 else math.nan


def swain_corrected(chisq: float, *, n: int, n_items: int, df: float) -> float:
    """The ML chi-square with Swain's correction.

    (N - 1) F times 1 - [p(2p^2 + 3p - 1) - q(2q^2 + 3q - 1)] / (12 df (N - 1)), q = [sqrt(1 + 4p(p + 1) - 8 df) - 1]/2,
    F = chisq / N, p items; NaN without degrees of freedom. Reference: Herzog & Boomsma (2009),
    doi:10.1080/10705510802561279.
    """
    if df <= 0:
        return math.nan
    p = n_items
    q = (math.sqrt(1 + 4 * p * (p + 1) - 8 * df) - 1) / 2
    factor = 1 - (p * (2 * p**2 + 3 * p - 1) - q * (2 * q**2 + 3 * q - 1)) / (12 * df * (n - 1))
    return chisq / n * (n - 1) * factor if factor > 0 else math.nan
