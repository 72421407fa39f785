"""Fit of a common-factor model to a correlation matrix, in the conventions of psych::fa."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats
from scipy.optimize import brentq

from .inputs import SMALLEST_EIGENVALUE, Matrix

RMSEA_LEVEL = 0.90  # the customary level of this interval (Browne & Cudeck 1993), whatever conf_level is elsewhere


@dataclass(frozen=True, kw_only=True)
class FactorFit:
    """Fit indices; NaN where they cannot be computed."""

    chisq: float = math.nan
    df: float = math.nan
    p_value: float = math.nan
    rmsea: float = math.nan
    rmsea_low: float = math.nan
    rmsea_high: float = math.nan
    tli: float = math.nan
    bic: float = math.nan
    objective: float = math.nan
    rms: float = math.nan

    def values(self) -> dict[str, Any]:
        """The indices by name."""
        return dataclasses.asdict(self)


def n_free(n_items: int, n_factors: int) -> int:
    """Degrees of freedom of m factors in p items: [(p - m)^2 - (p + m)] / 2; negative where not identified."""
    return ((n_items - n_factors) ** 2 - (n_items + n_factors)) // 2


def factor_fit(correlations: Matrix, common: Matrix, *, n: int, n_factors: int) -> FactorFit:
    """Fit of the model R* (common variance off the diagonal, 1 on it) to the correlation matrix R of n respondents.

    objective = tr(R*^-1 R) - log det(R*^-1 R) - p; chisq = c objective with Bartlett's multiplier
    c = n - 1 - (2 p + 5) / 6 - 2 m / 3 and df = [(p - m)^2 - (p + m)] / 2; rmsea = sqrt(max(chisq / (n df)
    - 1 / (n - 1), 0)), its 90 % interval from the noncentral chi-square (ends sqrt(lambda / ((n - 1) df)));
    tli = (q0 - q) / (q0 - 1) with q = chisq / df and q0 the same of no factors (-c log det R, p (p - 1) / 2 df);
    bic = chisq - df log n; rms over the off-diagonal residuals. With minres, paf or Spearman correlations the test is
    the customary approximation, not a likelihood ratio. With df = 0 only objective, bic, chisq and rms are given;
    with a model that is not positive definite or a multiplier below 0 only df and rms. Reference: Bartlett (1950),
    doi:10.1111/j.2044-8317.1950.tb00285.x; Tucker & Lewis (1973), doi:10.1007/BF02291170; Steiger (1990),
    doi:10.1207/s15327906mbr2502_4. R: psych::fa (STATISTIC, dof, PVAL, RMSEA, TLI, BIC, objective, rms).
    """
    p = len(correlations)
    df = float(n_free(p, n_factors))
    model = common.copy()
    np.fill_diagonal(model, 1.0)
    rms = math.sqrt(float(((correlations - model) ** 2).sum()) / (p * (p - 1)))
    multiplier = n - 1 - (2 * p + 5) / 6 - 2 * n_factors / 3
    if multiplier <= 0 or np.linalg.eigvalsh(model)[0] < SMALLEST_EIGENVALUE:
        return FactorFit(df=df, rms=rms)
    ratio = np.linalg.solve(model, correlations)
    objective = float(ratio.trace() - np.linalg.slogdet(ratio)[1] - p)
    chisq = multiplier * objective
    fit = FactorFit(chisq=chisq, df=df, bic=chisq - df * math.log(n), objective=objective, rms=rms)
    if df == 0:
        return fit
    null_ratio = -multiplier * float(np.linalg.slogdet(correlations)[1]) / (p * (p - 1) / 2)
    low, high = _rmsea_interval(chisq, df, n)
    return dataclasses.replace(
        fit,
        p_value=float(stats.chi2.sf(chisq, df)),
        rmsea=math.sqrt(max(chisq / (n * df) - 1 / (n - 1), 0)),
        rmsea_low=low,
        rmsea_high=high,
        tli=(null_ratio - chisq / df) / (null_ratio - 1) if null_ratio != 1 else math.nan,
    )


def _rmsea_interval(chisq: float, df: float, n: int) -> tuple[float, float]:
    tail = (1 - RMSEA_LEVEL) / 2
    ends = (_noncentrality(chisq, df, 1 - tail), _noncentrality(chisq, df, tail))
    low, high = (math.sqrt(end / ((n - 1) * df)) for end in ends)
    return low, high


def _noncentrality(chisq: float, df: float, probability: float) -> float:
    """The noncentrality at which chisq is this quantile; 0 where even the central distribution lies above it."""
    if stats.chi2.cdf(chisq, df) <= probability:
        return 0.0
    upper = chisq + 10 * math.sqrt(chisq) + 100  # the quantile's noncentrality is below chisq + a few deviations
    return float(brentq(lambda value: stats.ncx2.cdf(chisq, df, value) - probability, 0.0, upper, xtol=1e-10))
