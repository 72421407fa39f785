"""One declared multiple regression: what goes with the outcome, never what causes it."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..results import Reason, Result
from .inputs import check_probability, complete_rows, numbers
from .linear import ESTIMATE_COLUMNS, LinearFit, fit_hc3
from .terms import Origin, check_predictors, design_of

ROWS_PER_PARAMETER = 10
"""Fewer rows per estimated slope than this is flagged: the customary lower limit (Harrell, 2015, section 4.4)."""

COLUMNS = ("variable", "level", *ESTIMATE_COLUMNS, "standardized", "gvif", "gvif_df", "vif")


@dataclass(frozen=True, kw_only=True, eq=False)
class Regression(Result):
    """Linear regression with HC3 standard errors.

    statistic, df, df_denominator, p_value: robust Wald F that all slopes are 0. residual_sd: on n - k. n_parameters:
    k, intercept included. tidy adds to the usual columns standardized = b s_x / s_y; gvif and gvif_df of the variable
    the column belongs to (Fox & Monette), and vif = gvif^(1/gvif_df), the plain VIF for a numeric variable.
    """

    outcome: str
    n_parameters: int
    statistic: float = math.nan
    df: float = math.nan
    df_denominator: float = math.nan
    p_value: float = math.nan
    r_squared: float = math.nan
    r_squared_adjusted: float = math.nan
    residual_sd: float = math.nan
    coefficients: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """One row a coefficient, the intercept first."""
        return self.coefficients.copy()


def linear_regression(outcome: pd.Series, predictors: pd.DataFrame, *, conf_level: float = 0.95) -> Regression:
    """Regress a score on declared predictors, with heteroscedasticity-consistent (HC3) standard errors.

    outcome: one score a child. predictors: children x variables, aligned by index: numbers in their own units, bool as
    0/1, or categorical with the reference level first; children with anything missing are dropped (listwise). t and
    intervals on df = n - k. Returns Regression with terms ``intercept``, ``x`` and ``x[level]``. Fewer than
    ROWS_PER_PARAMETER rows a slope: flagged; a variable without variation, columns that repeat each other, a level
    with one child, or n <= k: not computable. Raises ValueError for a predictor that is text instead of categorical.
    MacKinnon & White (1985), doi:10.1016/0304-4076(85)90158-7; Fox & Monette (1992),
    doi:10.1080/01621459.1992.10475190. R: ``lmtest::coeftest(m, sandwich::vcovHC(m, "HC3"))``, ``car::vif(m)``.
    """
    check_probability(conf_level, "conf_level")
    if predictors.shape[1] == 0:
        raise ValueError("predictors: at least one variable")
    check_predictors(predictors)
    columns = {name: predictors[name] for name in predictors.columns}
    complete, n_dropped = complete_rows(**columns, __outcome=numbers(outcome, "outcome"))
    y = complete.pop("__outcome").rename("outcome")
    design, origin = design_of(complete)
    empty = Regression(
        n_used=len(y),
        n_dropped=n_dropped,
        method="ols_hc3",
        conf_level=conf_level,
        outcome="" if outcome.name is None else str(outcome.name),
        n_parameters=design.shape[1],
        coefficients=pd.DataFrame({"term": design.columns}).reindex(columns=list(COLUMNS)),
    )
    fit = fit_hc3(y, design)
    if isinstance(fit, Reason):
        return dataclasses.replace(empty, status="not_computable", reasons=(fit,))
    slopes = design.shape[1] - 1
    reasons: tuple[Reason, ...] = ()
    if len(y) < ROWS_PER_PARAMETER * slopes:
        values = {"n": len(y), "parameters": slopes, "minimum": ROWS_PER_PARAMETER}
        reasons = (Reason("few_rows_per_parameter", values),)
    f, p_value = fit.wald()
    return dataclasses.replace(
        empty,
        statistic=f,
        df=float(slopes),
        df_denominator=float(fit.df),
        p_value=p_value,
        r_squared=fit.r_squared,
        r_squared_adjusted=fit.r_squared_adjusted,
        residual_sd=fit.residual_sd,
        coefficients=_coefficients(fit, y, design, origin, conf_level),
        status="flagged" if reasons else "ok",
        reasons=reasons,
    )


def _coefficients(
    fit: LinearFit, y: pd.Series, design: pd.DataFrame, origin: Origin, conf_level: float
) -> pd.DataFrame:
    inflation = _inflation(design, origin)
    rows = []
    for term in design.columns:
        variable, level = origin[term]
        gvif, df = inflation.get(variable, (math.nan, 0))
        rows.append(
            {
                **fit.row(term, conf_level),
                "variable": variable,
                "level": level,
                "standardized": float(fit.coefficients[term] * design[term].std() / y.std()) if variable else math.nan,
                "gvif": gvif,
                "gvif_df": df,
                "vif": gvif ** (1 / df) if df else math.nan,
            }
        )
    return pd.DataFrame(rows)[list(COLUMNS)]


def _inflation(design: pd.DataFrame, origin: Origin) -> dict[str, tuple[float, int]]:
    """Generalised variance inflation of each variable, det(R_jj) det(R_-j) / det(R), and its number of columns."""
    slopes = [term for term in design.columns if term != "intercept"]
    correlations = np.atleast_2d(np.corrcoef(design[slopes].to_numpy(), rowvar=False))
    whole = np.linalg.det(correlations)
    result = {}
    for variable in dict.fromkeys(origin[term][0] for term in slopes):
        own = np.array([origin[term][0] == variable for term in slopes])
        inside = np.linalg.det(correlations[np.ix_(own, own)])
        outside = np.linalg.det(correlations[np.ix_(~own, ~own)]) if (~own).any() else 1.0
        result[variable] = (float(inside * outside / whole), int(own.sum()))
    return result
