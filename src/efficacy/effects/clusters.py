"""Children in groups or classes: least squares with cluster-robust standard errors that hold for few clusters."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

from ..results import Reason, Result
from .inputs import categories, check_probability, complete_rows, numbers
from .linear import ESTIMATE_COLUMNS, estimated
from .terms import check_predictors, design_of, design_unusable

Covariance = Literal["CR0", "CR1", "CR2"]

SMALLEST_DF = 4.0
"""Below so many degrees of freedom a cluster-robust t has no size to speak of (Pustejovsky & Tipton 2018)."""

COLUMNS = ("variable", "level", *ESTIMATE_COLUMNS)


@dataclass(frozen=True, kw_only=True, eq=False)
class ClusteredRegression(Result):
    """Least squares of rows that belong to clusters. smallest_cluster, largest_cluster: their rows."""

    covariance: Covariance
    n_clusters: int
    smallest_cluster: int
    largest_cluster: int
    coefficients: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """One row a coefficient, the intercept first; statistic, p_value and the interval are NaN where df is below
        SMALLEST_DF."""
        return self.coefficients.copy()


def clustered_regression(
    outcome: pd.Series,
    predictors: pd.DataFrame,
    *,
    clusters: pd.Series,
    covariance: Covariance = "CR2",
    conf_level: float = 0.95,
) -> ClusteredRegression:
    """Regress a score on predictors where the rows come in clusters (groups, classes, villages).

    outcome: one score a row. predictors: rows x variables, numbers or categorical with the reference level first; no
    column at all gives the mean. clusters: each row's cluster; all aligned by index. V = M (sum_g X_g' A_g e_g e_g' A_g
    X_g) M, M = (X'X)^-1; A_g = (I - H_gg)^(-1/2) for CR2, I for CR0, sqrt(G/(G - 1)) I for CR1. Satterthwaite's df of a
    coefficient: (sum_g p_g'p_g)^2 / sum_gh (p_g'p_h)^2, p_g = (I - H)_g' A_g X_g M c. Returns ClusteredRegression; one
    cluster: not computable, since what reached the cluster and what was done to it cannot be separated; a coefficient
    with fewer than 4 df: flagged, and no test or interval of it. Raises ValueError for another covariance or predictors
    that are text. Bell & McCaffrey (2002), Survey Methodology 28:169; Pustejovsky & Tipton (2018),
    doi:10.1080/07350015.2016.1247004. R: ``clubSandwich::coef_test(lm(...), vcov = "CR2", cluster = ...)``.
    """
    check_probability(conf_level, "conf_level")
    if covariance not in get_args(Covariance):
        raise ValueError(f"covariance={covariance!r}: one of {get_args(Covariance)}")
    check_predictors(predictors)
    columns = {str(name): predictors[name] for name in predictors.columns}
    given = {"__outcome": numbers(outcome, "outcome"), "__cluster": categories(clusters, "clusters")}
    complete, n_dropped = complete_rows(**columns, **given)
    y, cluster = complete.pop("__outcome").rename("outcome"), complete.pop("__cluster")
    design, origin = design_of(complete)
    codes, names = pd.factorize(cluster.astype(str))
    sizes = np.bincount(codes, minlength=1)
    variables = pd.DataFrame([(term, *origin[term]) for term in design.columns], columns=["term", "variable", "level"])
    empty = ClusteredRegression(
        n_used=len(y),
        n_dropped=n_dropped,
        method=f"ols_{covariance.lower()}",
        conf_level=conf_level,
        covariance=covariance,
        n_clusters=len(names),
        smallest_cluster=int(sizes.min()),
        largest_cluster=int(sizes.max()),
        coefficients=variables.reindex(columns=list(COLUMNS)),
    )
    reason = design_unusable(y, design)
    if reason is None and len(names) < 2:
        reason = Reason("one_cluster", {})
    if reason is not None:
        return dataclasses.replace(empty, status="not_computable", reasons=(reason,))
    return _fitted(empty, y.to_numpy(), design.to_numpy(dtype=float), codes)


def _fitted(empty: ClusteredRegression, y: np.ndarray, x: np.ndarray, codes: np.ndarray) -> ClusteredRegression:
    inverse = np.linalg.inv(x.T @ x)
    estimates = inverse @ (x.T @ y)
    errors = y - x @ estimates
    if errors @ errors <= 1e-20 * (y @ y):
        reason = Reason("perfect_fit", {"n": empty.n_used})
        return dataclasses.replace(empty, status="not_computable", reasons=(reason,))
    groups = [codes == group for group in range(empty.n_clusters)]
    adjusted = [_adjusted(x[rows], inverse, empty.covariance, empty.n_clusters) for rows in groups]
    scores = np.array([a.T @ errors[rows] for a, rows in zip(adjusted, groups, strict=True)])
    std_errors = np.sqrt(np.diag(inverse @ (scores.T @ scores) @ inverse))
    dfs = _degrees_of_freedom(adjusted, [x[rows] for rows in groups], inverse)
    terms = empty.coefficients["term"]
    shown = [
        {"term": term, **estimated(estimate, std_error, df, empty.conf_level or math.nan)}
        for term, estimate, std_error, df in zip(terms, estimates, std_errors, dfs, strict=True)
    ]
    table = empty.coefficients[["variable", "level"]].join(pd.DataFrame(shown))
    few = table["df"] < SMALLEST_DF
    table.loc[few, ["statistic", "p_value", "conf_low", "conf_high"]] = math.nan
    reasons = (Reason("few_cluster_df", {"terms": tuple(terms[few]), "minimum": SMALLEST_DF}),) if few.any() else ()
    return dataclasses.replace(
        empty, coefficients=table[list(COLUMNS)], status="flagged" if reasons else "ok", reasons=reasons
    )


def _adjusted(x: np.ndarray, inverse: np.ndarray, covariance: Covariance, n_clusters: int) -> np.ndarray:
    """A_g X_g of one cluster; directions in which a cluster fits itself wholly (h = 1) carry nothing."""
    if covariance != "CR2":
        return x * (math.sqrt(n_clusters / (n_clusters - 1)) if covariance == "CR1" else 1.0)
    values, vectors = np.linalg.eigh(np.eye(len(x)) - x @ inverse @ x.T)
    roots = np.where(values > 1e-9, values, np.inf) ** -0.5
    return np.asarray((vectors * roots) @ (vectors.T @ x))


def _degrees_of_freedom(adjusted: list[np.ndarray], x: list[np.ndarray], inverse: np.ndarray) -> np.ndarray:
    """Satterthwaite's df of every coefficient under independent rows of equal variance."""
    result = np.empty(len(inverse))
    for column in range(len(inverse)):
        own = [a @ inverse[:, column] for a in adjusted]
        within = np.array([v @ v for v in own])
        moved = np.array([rows.T @ v for rows, v in zip(x, own, strict=True)])
        products = np.diag(within) - moved @ inverse @ moved.T  # (I - H) is idempotent
        result[column] = np.trace(products) ** 2 / (products**2).sum()
    return result
