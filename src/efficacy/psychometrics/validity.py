"""What a fitted factor model says of its scales: variance extracted, composite reliability, omega."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..results import Reason, Result
from .cfa.result import CfaResult
from .inputs import Matrix


@dataclass(frozen=True, kw_only=True, eq=False)
class ConvergentValidity(Result):
    """Variance extracted and reliability of every factor's items; factors: the table that tidy() hands out."""

    factors: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """One row a factor.

        factor, n_items; ave (mean squared standardised loading), ave_unstandardized; composite_reliability (of
        standardised loadings), omega (model-implied total variance), omega_observed (observed total variance);
        highest_correlation (largest absolute correlation with another factor, NaN where there is none to compare).
        """
        return self.factors.copy()


def convergent_validity(fit: CfaResult) -> ConvergentValidity:
    """Average variance extracted, composite reliability and omega of a fitted factor model.

    fit: of fit_cfa. For a factor with loadings l_i, standardised s_i, factor variance v, residual variances t_i and
    items J: ave = mean of s_i^2; ave_unstandardized = v sum l_i^2 / (v sum l_i^2 + sum t_i);
    composite_reliability = (sum s_i)^2 / ((sum s_i)^2 + sum(1 - s_i^2)), as SPSS and Amos users compute it;
    omega = v (sum l_i)^2 / 1'Sigma_JJ 1 with the implied covariances, omega_observed the same with the observed ones.
    For the general factor of a bifactor or second-order model omega is omega hierarchical of all items, for group
    factors of a bifactor model that of their subscale. Discriminant validity by Fornell and Larcker: ave above
    highest_correlation squared. No standard error is given. Negative loadings enter as they are: reverse-score first.
    Not computable: as the fit. Flagged: as the fit, and omega_of_ordered_items (the scores are sums of categories, of
    which a model of the tendencies behind them does not give the reliability: omega and ave_unstandardized are NaN).
    Reference: Fornell & Larcker (1981), doi:10.2307/3151312; McDonald (1999). R: semTools::AVE,
    semTools::compRelSEM(obs.var = FALSE | TRUE), semTools::reliability.
    """
    factors = list(fit.factor_correlations.index)
    ordered = fit.estimator not in ("ML", "MLR", "MLM")
    reasons = (*fit.reasons, Reason("omega_of_ordered_items")) if ordered else fit.reasons
    computable = fit.status != "not_computable"
    return ConvergentValidity(
        n_used=fit.n_used,
        n_dropped=fit.n_dropped,
        method=f"AVE, composite reliability and omega of: {fit.method}",
        status="flagged" if computable and reasons else fit.status,
        reasons=reasons if computable else fit.reasons,
        factors=pd.DataFrame([_row(fit, factor, ordered=ordered) for factor in factors]),
    )


def _row(fit: CfaResult, factor: str, *, ordered: bool) -> dict[str, float | int | str]:
    standard, loadings = _loadings(fit, factor)
    items = list(standard.index)
    explained, common = float((loadings**2).sum()), float(loadings.sum()) ** 2
    residual = float(_values(fit, "residual_variance", items).sum())
    squares = standard.to_numpy() ** 2
    total, unique = float(standard.sum()) ** 2, float((1 - squares).sum())
    return {
        "factor": factor,
        "n_items": len(items),
        "ave": float(squares.mean()),
        "ave_unstandardized": math.nan if ordered else explained / (explained + residual),
        "composite_reliability": total / (total + unique),
        "omega": math.nan if ordered else common / _sum(fit.implied, items),
        "omega_observed": math.nan if ordered else common / _sum(fit.observed, items),
        "highest_correlation": _highest(fit, factor),
    }


def _loadings(fit: CfaResult, factor: str) -> tuple[pd.Series, Matrix]:
    """Loadings of a factor's items (of a second-order factor: through its factors): standardised, and in the units of
    the items for a factor variance of 1."""
    table = fit.parameters
    own = table[(table["kind"] == "loading") & (table["lhs"] == factor)]
    if len(own):
        standard = pd.Series(own["standardized"].to_numpy(), index=own["rhs"])
    else:
        above = table[(table["kind"] == "second_order_loading") & (table["lhs"] == factor)]
        weights = pd.Series(above["standardized"].to_numpy(), index=above["rhs"])
        standard = (fit.loadings[list(weights.index)] * weights).sum(axis="columns", skipna=False)
    spread = np.sqrt(np.diagonal(fit.implied.loc[list(standard.index), list(standard.index)]))
    return standard, np.asarray(standard.to_numpy() * spread, dtype=float)


def _values(fit: CfaResult, kind: str, items: list[str]) -> Matrix:
    table = fit.parameters[fit.parameters["kind"] == kind].set_index("lhs")["estimate"]
    return np.asarray(table.reindex(items), dtype=float)


def _sum(covariance: pd.DataFrame, items: list[str]) -> float:
    return float(covariance.loc[items, items].to_numpy().sum())


def _highest(fit: CfaResult, factor: str) -> float:
    others = fit.factor_correlations[factor].drop(factor)
    return float(others.abs().max()) if fit.structure == "correlated" and len(others) else math.nan
