"""Finding the minimum of a discrepancy function: damped Fisher scoring that ends in Newton's steps."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ..inputs import Matrix

CONVERGED = 1e-18  # Newton decrement, in units of f: parameters are then within 1e-8 standard errors at any usual n
_GOOD_ENOUGH = 1e-12  # a decrement that rounding may stop the search at: 1e-5 standard errors at n = 100
_NEAR = 1e-2  # decrement below which the second derivatives may be trusted
_MOST_STEPS = 300
_MOST_HALVINGS = 30
_SINGULAR = 1e-11  # smallest over largest eigenvalue of the information of parameters in units of their own


class Objective(Protocol):
    """What is minimised: a function of the free parameters, infinite where it does not exist."""

    def value(self, parameters: Matrix) -> float:
        """The discrepancy f."""

    def slope(self, parameters: Matrix) -> tuple[Matrix, Matrix]:
        """Gradient of f and a metric: the expected information, never indefinite."""

    def hessian(self, parameters: Matrix) -> Matrix:
        """Second derivatives of f."""


@dataclass(frozen=True, kw_only=True)
class Optimum:
    """Where a search ended: parameters, f, the gradient, the expected information there, the Newton decrement
    g' I^-1 g (free of the units of items), and whether this is a stationary point."""

    parameters: Matrix
    value: float
    gradient: Matrix
    information: Matrix
    decrement: float
    converged: bool


def minimise(objective: Objective, start: Matrix) -> Optimum | None:
    """The minimum near a start; None where f does not exist at the start.

    Every step lowers f: Fisher scoring, its step halved until f falls, and Newton's step once the decrement
    g' I^-1 g is small and the Hessian positive definite. Ends when the decrement is below 1e-18, or when rounding
    allows no lower f; that counts as converged only below 1e-12.
    """
    parameters, value = start, objective.value(start)
    if not math.isfinite(value):
        return None
    for _ in range(_MOST_STEPS):
        gradient, information = objective.slope(parameters)
        step = solved(information, gradient)
        decrement = float(gradient @ step)
        reached = decrement < CONVERGED
        moved = None
        if not reached:
            moved = _downhill(objective, parameters, value, _newton(objective, parameters, gradient, decrement, step))
        if moved is None:
            break
        parameters, value = moved
    return Optimum(
        parameters=parameters,
        value=value,
        gradient=gradient,
        information=information,
        decrement=decrement,
        converged=decrement < _GOOD_ENOUGH,
    )


def solved(matrix: Matrix, vector: Matrix) -> Matrix:
    """matrix^-1 vector for a matrix that is not negative; directions without information are left alone."""
    scale = _scale(matrix)
    try:
        root = np.linalg.cholesky(matrix / np.outer(scale, scale))
        if root.diagonal().min() > math.sqrt(_SINGULAR):
            inner = np.linalg.solve(root.T, np.linalg.solve(root, vector / scale))
            return np.asarray(inner / scale, dtype=float)
    except np.linalg.LinAlgError:
        pass
    return np.asarray(np.linalg.pinv(matrix / np.outer(scale, scale), rcond=1e-9) @ (vector / scale) / scale)


def is_singular(information: Matrix) -> bool:
    """Whether some combination of parameters cannot be told from the moments."""
    if not len(information):
        return False
    scale = _scale(information)
    values = np.linalg.eigvalsh(information / np.outer(scale, scale))
    return bool(values[0] < _SINGULAR * values[-1])


def _scale(matrix: Matrix) -> Matrix:
    diagonal = matrix.diagonal()
    return np.sqrt(np.where(diagonal > 0, diagonal, 1.0))


def _newton(objective: Objective, parameters: Matrix, gradient: Matrix, decrement: float, step: Matrix) -> Matrix:
    if decrement > _NEAR:
        return step
    hessian = objective.hessian(parameters)
    scale = _scale(hessian)
    try:
        np.linalg.cholesky(hessian / np.outer(scale, scale))
    except np.linalg.LinAlgError:
        return step
    return solved(hessian, gradient)


def _downhill(objective: Objective, parameters: Matrix, value: float, step: Matrix) -> tuple[Matrix, float] | None:
    """The first of the step and its halves at which f is lower; None where none of them is."""
    for _ in range(_MOST_HALVINGS):
        moved = parameters - step
        lower = objective.value(moved)
        if lower < value:
            return moved, lower
        step = step / 2
    return None
