"""Estimates in standard deviations of items and factors, with the derivatives their standard errors need."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..inputs import Matrix
from .moments import Matrices, Tangent, matrices, tangent
from .specification import FIXED, Element, Specification


@dataclass(frozen=True)
class Tendencies:
    """What stands behind the ordered items of one group: the variances of their tendencies, and the derivatives of
    these and of the residual variances, which are no parameters but follow from them, items x parameters."""

    variances: Matrix
    variance_slopes: Matrix
    residual_slopes: Matrix


def standardized(
    specification: Specification, parameters: Matrix, *, tendencies: Sequence[Tendencies] | None = None
) -> tuple[Matrix, Matrix]:
    """Every element in standard deviations, and its derivatives by the free parameters.

    Returns values (in the order of the table) and elements x parameters. Loadings lambda sqrt(phi_jj / sigma_ii),
    regressions among factors beta sqrt(phi_jj / phi_ii), covariances over the two standard deviations, intercepts and
    means over their own; phi and sigma as the model implies them. NaN where a variance is not positive.
    tendencies: of ordered items by group, their variances in place of the implied ones.
    """
    groups = []
    for group in range(specification.n_groups):
        at = matrices(specification, group, parameters)
        given = None if tendencies is None else tendencies[group]
        groups.append(_Units(specification, group, at, given))
    values, slopes = [], []
    for element in specification.elements:
        value = element.value if element.free == FIXED else float(parameters[element.free])
        own = np.zeros(specification.n_free)
        if element.free != FIXED:
            own[element.free] = 1.0
        elif tendencies is not None and element.matrix == "theta" and element.row == element.column:
            own = tendencies[element.group].residual_slopes[element.row]
        factor, relative = groups[element.group].of(element)
        values.append(value * factor)
        slopes.append((own + value * relative) * factor)
    return np.array(values), np.array(slopes).reshape(len(values), specification.n_free)


class _Units:
    """Standard deviations of one group's items and factors, and the relative change of each with every parameter."""

    def __init__(self, specification: Specification, group: int, at: Matrices, tendencies: Tendencies | None) -> None:
        by = tangent(specification, group, at)
        chain = specification.aggregate(group)
        if tendencies is None:
            moving = 2 * by.weight * by.left * by.right @ chain
            self.item, self.item_slope = _deviations(at.covariance.diagonal(), moving)
        else:
            self.item, self.item_slope = _deviations(tendencies.variances, tendencies.variance_slopes)
        self.factor, self.factor_slope = _deviations(
            at.phi.diagonal(), _latent_variances(specification, group, at, by) @ chain
        )

    def of(self, e: Element) -> tuple[float, Matrix]:
        """What to multiply an element with, and how that changes with the parameters relative to itself."""
        item, factor, moves, shifts = self.item, self.factor, self.item_slope, self.factor_slope
        match e.matrix:
            case "lambda":
                return float(factor[e.column] / item[e.row]), shifts[e.column] - moves[e.row]
            case "beta":
                return float(factor[e.column] / factor[e.row]), shifts[e.column] - shifts[e.row]
            case "psi":
                return float(1 / (factor[e.row] * factor[e.column])), -shifts[e.row] - shifts[e.column]
            case "theta":
                return float(1 / (item[e.row] * item[e.column])), -moves[e.row] - moves[e.column]
            case "alpha":
                return float(1 / factor[e.row]), -shifts[e.row]
            case "delta":
                return float(item[e.row]), moves[e.row]
            case _:
                return float(1 / item[e.row]), -moves[e.row]


def _deviations(variances: Matrix, slopes: Matrix) -> tuple[Matrix, Matrix]:
    """Standard deviations, and their derivatives over themselves."""
    proper = np.where(variances > 0, variances, math.nan)
    return np.sqrt(proper), slopes / (2 * proper[:, None])


def _latent_variances(specification: Specification, group: int, at: Matrices, by: Tangent) -> Matrix:
    """Derivatives of the factors' variances, factors x elements."""
    elements = specification.free_elements[group]
    slopes = np.zeros((len(specification.factors), len(elements.free)))
    for name in ("beta", "psi"):
        rows, columns, span = elements.rows[name], elements.columns[name], elements.slices[name]
        other = at.phi if name == "beta" else at.total
        slopes[:, span] = 2 * by.weight[span] * at.total[:, rows] * other[:, columns]
    return slopes
