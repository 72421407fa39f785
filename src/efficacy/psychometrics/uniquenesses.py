"""Uniquenesses that minimise the minres or ML discrepancy, for many correlation matrices at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .inputs import Matrix
from .newton import Objective, Stack, minimise_many

Discrepancy = Literal["minres", "ml"]

LOWEST_UNIQUENESS = 0.005  # the bound of psych::fa and factor_analyzer; a solution lying on it is a Heywood case

_CLOSEST = 1e-9  # smallest gap of two eigenvalues that is divided by


class Uniquenesses(NamedTuple):
    """uniquenesses: problems x items. values: discrepancy of each. distance: how far each is from a minimum."""

    uniquenesses: Matrix
    values: Matrix
    distance: Matrix


def minimise(
    stack: Stack,
    starts: Matrix,
    *,
    n_factors: int,
    discrepancy: Discrepancy,
    tolerance: float = 1e-9,
    most_iterations: int = 500,
) -> Uniquenesses:
    """Minima over the uniquenesses in [.005, 1], one for every correlation matrix and start.

    stack: problems x items x items. starts: problems x items. With the eigenvalues g of R - Psi, minres minimises half
    the sum of squares of those that the n_factors largest leave over; with the eigenvalues t of Psi^-1/2 R Psi^-1/2,
    ml the sum of t - log t - 1 over the rest, in log Psi. First and second derivatives in closed form. Reference:
    Harman & Jones (1966), doi:10.1007/BF02289468; Joreskog (1967), doi:10.1007/BF02289658.
    """
    lower, upper = LOWEST_UNIQUENESS, 1.0
    if discrepancy == "minres":
        found = minimise_many(
            _minres(stack, n_factors),
            starts,
            lower=lower,
            upper=upper,
            tolerance=tolerance,
            most_iterations=most_iterations,
        )
        return Uniquenesses(*found)
    found = minimise_many(
        _ml(stack, n_factors),
        np.log(starts.clip(lower, upper)),
        lower=float(np.log(lower)),
        upper=0.0,
        tolerance=tolerance,
        most_iterations=most_iterations,
    )
    return Uniquenesses(np.exp(found.points), found.values, found.distance)


def discrepancy_of(
    correlations: Matrix, n_factors: int, discrepancy: Discrepancy
) -> Callable[[Matrix], tuple[float, Matrix]]:
    """One matrix's discrepancy and its gradient as a function of its uniquenesses."""
    make, only = (_minres if discrepancy == "minres" else _ml), np.zeros(1, dtype=np.intp)
    objective = make(correlations[None], n_factors)

    def value(uniquenesses: Matrix) -> tuple[float, Matrix]:
        if discrepancy == "minres":
            values, gradients, _ = objective(uniquenesses[None], only)
            return float(values[0]), gradients[0]
        values, gradients, _ = objective(np.log(uniquenesses)[None], only)
        return float(values[0]), gradients[0] / uniquenesses

    return value


def loadings_at(stack: Stack, uniquenesses: Matrix, *, n_factors: int, discrepancy: Discrepancy) -> Stack:
    """Unrotated loadings (problems x items x factors, factors by variance) at these uniquenesses."""
    if discrepancy == "minres":
        return leading_axes(_less_uniqueness(stack, uniquenesses), n_factors)
    scale = np.sqrt(uniquenesses)
    scaled = stack / (scale[:, :, None] * scale[:, None, :])
    diagonal = np.arange(scaled.shape[1])
    scaled[:, diagonal, diagonal] -= 1
    return scale[:, :, None] * leading_axes(scaled, n_factors)


def leading_axes(stack: Stack, n_factors: int) -> Stack:
    """Eigenvectors of the largest eigenvalues, each times the root of its eigenvalue (0 where that is negative)."""
    values, vectors = np.linalg.eigh(stack)
    axes = vectors[..., -n_factors:] * np.sqrt(values[..., None, -n_factors:].clip(min=0))
    return np.asarray(axes[..., ::-1], dtype=float)


def _less_uniqueness(stack: Stack, uniquenesses: Matrix) -> Stack:
    reduced = np.array(stack)
    diagonal = np.arange(reduced.shape[1])
    reduced[:, diagonal, diagonal] -= uniquenesses
    return reduced


def _minres(stack: Stack, n_factors: int) -> Objective:
    def objective(uniquenesses: Matrix, which: NDArray[np.intp]) -> tuple[Matrix, Matrix, Stack]:
        values, vectors = np.linalg.eigh(_less_uniqueness(stack[which], uniquenesses))
        left = values.copy()
        left[:, -n_factors:] = left[:, -n_factors:].clip(max=0)  # a factor cannot take up a negative eigenvalue
        gradients = -(vectors**2 @ left[:, :, None])[:, :, 0]
        rest, others = vectors[:, :, :-n_factors], values[:, :-n_factors]
        hessians = (rest @ rest.swapaxes(1, 2)) ** 2
        for s in range(1, n_factors + 1):
            weights = others / _gap(others - values[:, -s, None])
            hessians += 2 * _weighted(rest, weights) * _outer(vectors[:, :, -s])
        return (left**2).sum(axis=1) / 2, gradients, hessians

    return objective


def _ml(stack: Stack, n_factors: int) -> Objective:
    def objective(logs: Matrix, which: NDArray[np.intp]) -> tuple[Matrix, Matrix, Stack]:
        scale = np.exp(-logs / 2)
        values, vectors = np.linalg.eigh(stack[which] * (scale[:, :, None] * scale[:, None, :]))
        rest, others = vectors[:, :, :-n_factors], values[:, :-n_factors].clip(min=np.finfo(float).tiny)
        gradients = (rest**2 @ (1 - others)[:, :, None])[:, :, 0]
        hessians = _weighted(rest, others) * (rest @ rest.swapaxes(1, 2))
        for s in range(1, n_factors + 1):
            top = values[:, -s, None]
            weights = (1 - others) * (others + top) / _gap(top - others)
            hessians += _weighted(rest, weights) * _outer(vectors[:, :, -s])
        return (others - np.log(others) - 1).sum(axis=1), gradients, hessians

    return objective


def _weighted(vectors: Stack, weights: Matrix) -> Stack:
    return np.asarray((vectors * weights[:, None, :]) @ vectors.swapaxes(1, 2), dtype=float)


def _outer(vector: Matrix) -> Stack:
    return np.asarray(vector[:, :, None] * vector[:, None, :], dtype=float)


def _gap(differences: Matrix) -> Matrix:
    """Differences of eigenvalues kept off 0, where the second derivative does not exist."""
    return np.where(np.abs(differences) < _CLOSEST, np.copysign(_CLOSEST, differences), differences)
