"""Least squares with HC3 standard errors: the one place that touches statsmodels' regression."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.regression.linear_model import OLS

from ..results import Reason
from .distributions import t_interval, t_p_value
from .terms import design_unusable

ESTIMATE_COLUMNS = ("term", "estimate", "std_error", "statistic", "df", "p_value", "conf_low", "conf_high")
"""Columns of an EstimatedTerm, which this room's tables of estimates hold."""


class Estimated(TypedDict):
    """An estimate with its t test and interval, by the names of COLUMNS."""

    estimate: float
    std_error: float
    statistic: float
    df: float
    p_value: float
    conf_low: float
    conf_high: float


class EstimatedTerm(Estimated):
    """The same with what it is an estimate of: one tidy row."""

    term: str


@dataclass(frozen=True, kw_only=True, eq=False)
class LinearFit:
    """coefficients and HC3 covariance by column of the design; df = rows - columns; residual_sd on df."""

    coefficients: pd.Series
    covariance: pd.DataFrame
    residuals: pd.Series
    df: int
    r_squared: float
    r_squared_adjusted: float
    residual_sd: float

    def row(self, term: str, conf_level: float) -> EstimatedTerm:
        """One tidy row."""
        return {"term": term, **self.estimated(term, conf_level)}

    def estimated(self, term: str, conf_level: float) -> Estimated:
        """One coefficient with its test and interval."""
        return estimated(float(self.coefficients[term]), self.std_error(term), self.df, conf_level)

    def std_error(self, term: str) -> float:
        """HC3 standard error of one coefficient."""
        position = self.coefficients.index.get_loc(term)
        return float(np.sqrt(np.diag(self.covariance.to_numpy()))[position])

    def wald(self) -> tuple[float, float]:
        """Robust F, and its p, that all coefficients but the intercept are 0; NaN where too few rows have a residual
        for the covariance to be of full rank."""
        slopes = [c for c in self.coefficients.index if c != "intercept"]
        b = self.coefficients[slopes].to_numpy()
        covariance = self.covariance.loc[slopes, slopes].to_numpy()
        scale = np.sqrt(np.diag(covariance))
        if np.linalg.matrix_rank(covariance / np.outer(scale, scale), tol=1e-10, hermitian=True) < len(slopes):
            return math.nan, math.nan
        f = float(b @ np.linalg.solve(covariance, b)) / len(slopes)
        return f, float(stats.f.sf(f, len(slopes), self.df))


def estimated(estimate: float, std_error: float, df: float, conf_level: float) -> Estimated:
    """An estimate, its standard error and the degrees of freedom of its t, with test and interval."""
    low, high = t_interval(estimate, std_error, df, conf_level)
    return {
        "estimate": estimate,
        "std_error": std_error,
        "statistic": estimate / std_error,
        "df": float(df),
        "p_value": t_p_value(estimate / std_error, df),
        "conf_low": low,
        "conf_high": high,
    }


def fit_hc3(outcome: pd.Series, design: pd.DataFrame) -> LinearFit | Reason:
    """Least squares of ``outcome`` on the columns of ``design`` (with a column ``intercept``), HC3 covariance.

    V = (X'X)^-1 X' diag(e_i^2 / (1 - h_i)^2) X (X'X)^-1. A Reason instead where the data cannot support it: too few
    rows, an outcome without spread, columns that repeat each other, a row only its own column describes (h_i = 1,
    where HC3 does not exist), or a fit without residuals. MacKinnon & White (1985),
    doi:10.1016/0304-4076(85)90158-7. R: ``sandwich::vcovHC(lm(...), "HC3")``.
    """
    x, y = design.to_numpy(dtype=float), outcome.to_numpy(dtype=float)
    rows, columns = x.shape
    reason = design_unusable(outcome, design)
    if reason is not None:
        return reason
    basis, _ = np.linalg.qr(x)
    alone = int(((basis**2).sum(axis=1) > 1 - 1e-9).sum())
    if alone:
        return Reason("row_alone_on_its_level", {"n": alone})
    plain = OLS(y, x, hasconst=True).fit()
    if plain.ssr <= 1e-20 * (y**2).sum():
        return Reason("perfect_fit", {"n": rows})
    robust = plain.get_robustcov_results(cov_type="HC3", use_t=True)
    covariance = robust.cov_params()
    if (np.diag(covariance) <= 0).any():
        return Reason("perfect_fit", {"n": rows})
    names = design.columns
    return LinearFit(
        coefficients=pd.Series(robust.params, index=names),
        covariance=pd.DataFrame(covariance, index=names, columns=names),
        residuals=pd.Series(plain.resid, index=outcome.index),
        df=rows - columns,
        r_squared=float(plain.rsquared),
        r_squared_adjusted=float(plain.rsquared_adj),
        residual_sd=math.sqrt(plain.ssr / (rows - columns)),
    )
