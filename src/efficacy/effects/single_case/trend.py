"""Level and slope across the phases of one case: piecewise regression, and a level shift with correlated errors."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...results import Reason, Result
from ..distributions import t_interval
from ..inputs import Improvement, check_probability
from .autoregression import Block, fit_autoregression
from .phases import LEAST_POINTS, Points, two_phases

PIECEWISE_TERMS = ("intercept", "trend", "level", "slope")
LEAST_FOR_AUTOCORRELATION = 20
"""Points below which an autocorrelation cannot be estimated."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PiecewiseRegression(Result):
    """Straight lines through both phases, in the wished direction.

    lag1: first-order autocorrelation of the residuals; durbin_watson: about 2 where neighbouring residuals are
    unrelated.
    """

    r_squared: float = math.nan
    lag1: float = math.nan
    durbin_watson: float = math.nan
    coefficients: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """Rows PIECEWISE_TERMS: term, estimate, std_error, conf_low, conf_high, df."""
        return self.coefficients.copy()


def piecewise_regression(
    baseline: Points, intervention: Points, *, improvement: Improvement, conf_level: float = 0.95
) -> PiecewiseRegression:
    """Least squares of y = intercept + trend t + level D + slope (t - t_B) D.

    t = 1, 2, ... over all points, D = 1 in the intervention, t_B its first point: level is the step there, slope the
    change of trend. Standard errors assume independent points, and no p value is given. Fewer than 3 points in a phase
    or no variation left: not computable.
    Huitema & McKean (2000), doi:10.1177/00131640021970358.
    R: ``lm(y ~ t + D + I((t - t_B) * D))``.
    """
    check_probability(conf_level, "conf_level")
    phases = two_phases(baseline, intervention, improvement)
    described = phases.described("least_squares", conf_level)
    m, n = len(phases.baseline), phases.n
    reasons = phases.shortage
    if reasons:
        return PiecewiseRegression(**described, coefficients=_coefficients(), status="not_computable", reasons=reasons)
    y = np.concatenate([phases.baseline, phases.intervention])
    time = np.arange(1.0, n + 1)
    step = (time > m).astype(float)
    x = np.column_stack([np.ones(n), time, step, (time - (m + 1)) * step])
    inverse = np.linalg.inv(x.T @ x)
    beta = inverse @ x.T @ y
    residuals = y - x @ beta
    rest, spread, df = float(residuals @ residuals), float(((y - y.mean()) ** 2).sum()), n - x.shape[1]
    if rest <= 1e-20 * max(spread, 1e-300):
        return PiecewiseRegression(
            **described,
            coefficients=_coefficients(),
            status="not_computable",
            reasons=(Reason("lines_fit_exactly"),),
        )
    errors = np.sqrt(rest / df * np.diag(inverse))
    return PiecewiseRegression(
        **described,
        r_squared=1 - rest / spread,
        lag1=float((residuals[1:] * residuals[:-1]).sum()) / rest,
        durbin_watson=float((np.diff(residuals) ** 2).sum()) / rest,
        coefficients=_coefficients(beta, errors, df, conf_level),
    )


def _coefficients(
    beta: np.ndarray | None = None, errors: np.ndarray | None = None, df: int = 0, conf_level: float = 0.95
) -> pd.DataFrame:
    if beta is None or errors is None:
        empty = pd.DataFrame({"term": PIECEWISE_TERMS})
        return empty.assign(**dict.fromkeys(("estimate", "std_error", "conf_low", "conf_high", "df"), math.nan))
    rows = []
    for term, estimate, std_error in zip(PIECEWISE_TERMS, beta, errors, strict=True):
        low, high = t_interval(float(estimate), float(std_error), df, conf_level)
        rows.append((term, float(estimate), float(std_error), low, high, float(df)))
    return pd.DataFrame(rows, columns=["term", "estimate", "std_error", "conf_low", "conf_high", "df"])


@dataclass(frozen=True, kw_only=True, eq=False)
class LevelShift(Result):
    """Difference of the phase levels with errors that follow a first-order autoregression; positive is wished.

    phi: the autocorrelation; sigma: standard deviation of the points about their phase's level.
    """

    level_baseline: float = math.nan
    shift: float = math.nan
    std_error: float = math.nan
    df: float = math.nan
    conf_low: float = math.nan
    conf_high: float = math.nan
    phi: float = math.nan
    sigma: float = math.nan

    def tidy(self) -> pd.DataFrame:
        """One row shift: term, estimate, std_error, conf_low, conf_high, df."""
        values = {"estimate": self.shift} | {
            name: getattr(self, name) for name in ("std_error", "conf_low", "conf_high", "df")
        }
        return pd.DataFrame([{"term": "shift", **values}])


def level_shift(
    baseline: Points, intervention: Points, *, improvement: Improvement, conf_level: float = 0.95
) -> LevelShift:
    """Generalised least squares of y = level + shift D with corr(y_t, y_s) = phi^|t - s|, REML.

    Points are taken as equally far apart. df = points - 2. Under LEAST_FOR_AUTOCORRELATION points phi cannot be told
    from 0 and the result is not computable. No p value is given.
    Pinheiro & Bates (2000), doi:10.1007/b98882. R: ``nlme::gls(y ~ D, correlation = nlme::corAR1(form = ~ t))``.
    """
    check_probability(conf_level, "conf_level")
    phases = two_phases(baseline, intervention, improvement)
    described = phases.described("gls_ar1", conf_level)
    m, n = len(phases.baseline), phases.n
    reasons = phases.shortage
    if not reasons and n < LEAST_FOR_AUTOCORRELATION:
        reasons = (Reason("too_few_for_autocorrelation", {"n": n, "minimum": LEAST_FOR_AUTOCORRELATION}),)
    if not reasons and min(phases.baseline.std(), phases.intervention.std()) == 0 and m >= LEAST_POINTS:
        reasons = (Reason("phase_without_spread"),)
    if reasons:
        return LevelShift(**described, status="not_computable", reasons=reasons)
    fit = fit_autoregression([level_block(phases.baseline, phases.intervention)], random_intercept=False)
    if not fit.converged:
        return LevelShift(**described, status="not_computable", reasons=(Reason("not_converged"),))
    shift, std_error = float(fit.coefficients[1]), math.sqrt(float(fit.covariance[1, 1]))
    low, high = t_interval(shift, std_error, fit.df, conf_level)
    return LevelShift(
        **described,
        level_baseline=phases.sign * float(fit.coefficients[0]),
        shift=shift,
        std_error=std_error,
        df=float(fit.df),
        conf_low=low,
        conf_high=high,
        phi=fit.phi,
        sigma=math.sqrt(fit.sigma2),
    )


def level_block(baseline: np.ndarray, intervention: np.ndarray) -> Block:
    """Both phases as one series with a level and a shift."""
    n = len(baseline) + len(intervention)
    step = (np.arange(n) >= len(baseline)).astype(float)
    return Block(
        np.concatenate([baseline, intervention]), np.column_stack([np.ones(n), step]), np.arange(n, dtype=float)
    )
