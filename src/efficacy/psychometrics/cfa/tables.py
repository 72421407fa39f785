"""The tables of a fitted model: parameters, standardised loadings, explained variance, residuals."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from ..inputs import Matrix
from .moments import jacobian, matrices, vech_indices
from .specification import FIXED, Element, Specification
from .standardized import Tendencies, standardized

_KINDS = {
    "lambda": "loading",
    "beta": "second_order_loading",
    "nu": "intercept",
    "alpha": "factor_mean",
    "tau": "threshold",
    "delta": "scale",
}
_SCALES = {"estimate": "", "standardized": "standardized_"}  # column: what its standard errors and so on begin with
_EXACT = 1e-10  # share of a residual's variance below which the model reproduces the moment whatever the data


def parameter_table(
    specification: Specification,
    parameters: Matrix,
    covariance: Matrix,
    *,
    conf_level: float,
    groups: Sequence[str] = (),
    tendencies: Sequence[Tendencies] | None = None,
) -> pd.DataFrame:
    """One row an element: the columns that CfaResult.tidy() describes, after a column group where there are several.

    covariance: of the free parameters. groups: their names. tendencies: as ``standardized`` takes them.
    """
    elements = specification.elements
    values, slopes = standardized(specification, parameters, tendencies=tendencies)
    estimates = np.array([e.value if e.free == FIXED else parameters[e.free] for e in elements])
    variances = np.array([0.0 if e.free == FIXED else covariance[e.free, e.free] for e in elements])
    spread = np.einsum("ik,kl,il->i", slopes, covariance, slopes, optimize=True)
    table = _names(specification)
    if groups:
        table.insert(0, "group", [groups[element.group] for element in elements])
    both = zip(_SCALES.items(), (estimates, values), (variances, spread), strict=True)
    columns = [_with_errors(name, prefix, value, variance, conf_level) for (name, prefix), value, variance in both]
    return pd.concat([table, *columns], axis=1)


def empty_parameter_table(specification: Specification) -> pd.DataFrame:
    """The same of one group without a solution: every number NaN."""
    nothing = np.full(len(specification.elements), math.nan)
    blanks = [_with_errors(name, prefix, nothing, nothing, 0.95) for name, prefix in _SCALES.items()]
    return pd.concat([_names(specification), *blanks], axis=1)


def loading_table(specification: Specification, parameters: Matrix) -> pd.DataFrame:
    """Standardised loadings of the first group, items x factors, 0 where an item is no indicator; without a
    second-order factor, which has no items."""
    values, _ = standardized(specification, parameters)
    names = {e.column for e in specification.elements if e.matrix == "lambda"}
    factors = [factor for column, factor in enumerate(specification.factors) if column in names]
    table = pd.DataFrame(0.0, index=list(specification.items), columns=factors)
    for element, value in zip(specification.elements, values, strict=True):
        if element.matrix == "lambda" and element.group == 0:
            table.iloc[element.row, factors.index(specification.factors[element.column])] = value
    return table


def factor_correlation_table(specification: Specification, parameters: Matrix) -> pd.DataFrame:
    """Correlations of the factors that the model implies in the first group."""
    factors = list(specification.factors)
    return pd.DataFrame(_correlations(matrices(specification, 0, parameters).phi), index=factors, columns=factors)


def explained(specification: Specification, parameters: Matrix) -> pd.Series:
    """Share of the variance of every item (and of every first-order factor of a second-order model) that the model
    explains in the first group; above 1 where a residual variance is negative."""
    at = matrices(specification, 0, parameters)
    shares = dict(zip(specification.items, 1 - at.theta.diagonal() / at.covariance.diagonal(), strict=True))
    for row in dict.fromkeys(e.row for e in specification.elements if e.matrix == "beta"):
        shares[specification.factors[row]] = 1 - at.psi[row, row] / at.phi[row, row]
    return pd.Series(shares, name="r_squared", dtype=float)


def residual_table(
    specification: Specification, parameters: Matrix, observed: Matrix, *, information: Matrix | None, n: int
) -> pd.DataFrame:
    """One row a pair of items of the first group, an item with itself included: what CfaResult.residuals describes.

    observed: covariances of the items. information: expected, per respondent; None where no standard errors are to be
    had (missing answers). They are those of normal theory: of the residuals (I - P) s with P the projection on the
    model at its own moments and s the sample's moments with the covariances these have at ``observed``; NaN where the
    model reproduces the moment whatever the data. R: residuals(fit, "raw" | "cor" | "standardized").
    """
    implied = matrices(specification, 0, parameters).covariance
    rows, columns = vech_indices(len(specification.items))
    residual = (observed - implied)[rows, columns]
    errors = np.full(len(rows), math.nan)
    if information is not None:
        errors = _residual_errors(specification, parameters, observed, information) / math.sqrt(n)
    names = np.array(specification.items, dtype=object)
    return pd.DataFrame(
        {
            "item": names[columns],
            "other_item": names[rows],
            "observed": observed[rows, columns],
            "implied": implied[rows, columns],
            "residual": residual,
            "correlation_residual": (_correlations(observed) - _correlations(implied))[rows, columns],
            "statistic": residual / errors,
        }
    )


def squared_residuals(observed: Matrix, implied: Matrix, away: Matrix | None) -> float:
    """Square of one group's srmr: mean squared residual over the observed standard deviations; with a mean structure
    (away: observed minus implied means) over variances, covariances and means. Reference: Bentler (1995)."""
    scale = np.sqrt(observed.diagonal())
    rows, columns = vech_indices(len(scale))
    squares = ((observed - implied) / np.outer(scale, scale))[rows, columns] ** 2
    if away is not None:
        squares = np.concatenate([squares, (away / scale) ** 2])
    return float(squares.mean())


def _names(specification: Specification) -> pd.DataFrame:
    """The columns that say which parameter a row is."""
    parts = [specification.parts(element) for element in specification.elements]
    return pd.DataFrame(
        {
            "term": [specification.term(element) for element in specification.elements],
            "kind": [_kind(element) for element in specification.elements],
            "lhs": [lhs for lhs, _, _ in parts],
            "rhs": [rhs for _, _, rhs in parts],
            "free": [element.free != FIXED for element in specification.elements],
        }
    )


def _kind(element: Element) -> str:
    if element.matrix == "theta":
        return "residual_variance" if element.row == element.column else "residual_covariance"
    if element.matrix == "psi":
        return "factor_variance" if element.row == element.column else "factor_covariance"
    return _KINDS[element.matrix]


def _with_errors(name: str, prefix: str, values: Matrix, variances: Matrix, conf_level: float) -> pd.DataFrame:
    """Estimates with normal standard errors, tests and intervals; NaN where an estimate cannot vary."""
    errors = np.sqrt(np.where(variances > _EXACT**2, variances, math.nan))
    half = stats.norm.ppf((1 + conf_level) / 2) * errors
    statistic = values / errors
    return pd.DataFrame(
        {
            name: values,
            f"{prefix}std_error": errors,
            f"{prefix}statistic": statistic,
            f"{prefix}p_value": 2 * stats.norm.sf(np.abs(statistic)),
            f"{prefix}conf_low": values - half,
            f"{prefix}conf_high": values + half,
        }
    )


def _correlations(covariance: Matrix) -> Matrix:
    variances = covariance.diagonal()
    scale = np.sqrt(np.where(variances > 0, variances, math.nan))
    return np.asarray(covariance / np.outer(scale, scale), dtype=float)


def _residual_errors(specification: Specification, parameters: Matrix, observed: Matrix, information: Matrix) -> Matrix:
    """Standard errors of the covariance residuals, times the root of n."""
    rows, columns = vech_indices(len(specification.items))
    inverse = np.linalg.inv(matrices(specification, 0, parameters).covariance)
    delta = jacobian(specification, 0, parameters)[-len(rows) :]
    weight = (
        inverse[np.ix_(rows, rows)] * inverse[np.ix_(columns, columns)]
        + inverse[np.ix_(rows, columns)] * inverse[np.ix_(columns, rows)]
    ) * np.outer(*[np.where(rows == columns, 0.5, 1.0)] * 2)
    gamma = (
        observed[np.ix_(rows, rows)] * observed[np.ix_(columns, columns)]
        + observed[np.ix_(rows, columns)] * observed[np.ix_(columns, rows)]
    )
    left_over = np.eye(len(rows)) - delta @ np.linalg.solve(information, delta.T @ weight)
    variances = ((left_over @ gamma) * left_over).sum(axis=1)
    return np.sqrt(np.where(variances > _EXACT * gamma.diagonal(), variances, math.nan))
