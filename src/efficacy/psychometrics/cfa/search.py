"""Finding the minimum of a discrepancy function: Fisher scoring, then Newton's steps within a trust region."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ..inputs import Matrix

CONVERGED = 1e-18  # Newton decrement, in units of f: parameters are then within 1e-8 standard errors at any usual n
GOOD_ENOUGH = 1e-12  # a decrement that rounding may stop the search at: 1e-5 standard errors at n = 100

_SCORING_STEPS = 4  # first steps with the expected information, which is never indefinite
_NEAR = 1e-2  # decrement below which second derivatives are used at once
_MOST_STEPS = 100
_MOST_TRIALS = 25
_SINGULAR = 1e-11  # smallest over largest eigenvalue of the information of parameters in units of their own
_FLATTEST = 1e-7  # curvature, relative to the largest, that a step is computed with at least


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


def minimise(objective: Objective, start: Matrix, *, lost: Callable[[Matrix], bool] | None = None) -> Optimum | None:
    """The minimum near a start; None where f does not exist at the start.

    Every step lowers f. First Fisher scoring, its step halved until f falls; then Newton's steps within a trust
    region, the absolute values of the Hessian's eigenvalues in place of negative ones, so that neither saddles nor
    bent valleys hold the search. Ends when the decrement is below 1e-18, when rounding allows no lower f, or after
    100 steps; it has converged only if the decrement is then below 1e-12. lost: whether the search has run off to where
    no minimum is to be expected, and may be given up. Reference: Nocedal & Wright (2006),
    doi:10.1007/978-0-387-40065-5; Dauphin et al. (2014), arXiv:1406.2572.
    """
    parameters, value = start, objective.value(start)
    if not math.isfinite(value):
        return None
    radius: float | None = None
    for number in range(_MOST_STEPS):
        gradient, information = objective.slope(parameters)
        step = solved(information, gradient)
        decrement = float(gradient @ step)
        if decrement < CONVERGED:
            break
        moved = None
        if number >= _SCORING_STEPS or decrement < _NEAR:
            region = _Region(objective.hessian(parameters), gradient, information)
            moved, radius = region.step(objective, parameters, value, radius)
        if moved is None:
            moved = _downhill(objective, parameters, value, step)
        if moved is None:
            break
        parameters, value = moved
        if lost is not None and lost(parameters):
            gradient, information = objective.slope(parameters)
            decrement = math.inf
            break
    return Optimum(
        parameters=parameters,
        value=value,
        gradient=gradient,
        information=information,
        decrement=decrement,
        converged=decrement < GOOD_ENOUGH,
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


def _downhill(objective: Objective, parameters: Matrix, value: float, step: Matrix) -> tuple[Matrix, float] | None:
    """The first of the step and its halves at which f is lower; None where none of them is."""
    for _ in range(_MOST_TRIALS):
        moved = parameters - step
        lower = objective.value(moved)
        if lower < value:
            return moved, lower
        step = step / 2
    return None


class _Region:
    """The quadratic model of f about one point, in parameters scaled by their information."""

    def __init__(self, hessian: Matrix, gradient: Matrix, information: Matrix) -> None:
        self.scale = _scale(information)
        self.curvature, self.axes = np.linalg.eigh(hessian / np.outer(self.scale, self.scale))
        self.gradient = self.axes.T @ (gradient / self.scale)
        steepness = np.abs(self.curvature)
        self.steepness = np.maximum(steepness, _FLATTEST * steepness.max())

    def step(
        self, objective: Objective, parameters: Matrix, value: float, radius: float | None
    ) -> tuple[tuple[Matrix, float] | None, float]:
        """A step that lowers f about as the model foretells, and the radius for the next one; no step where even the
        shortest does not. The radius grows with good predictions and shrinks with bad ones."""
        if radius is None:
            whole = float(np.linalg.norm(self.gradient / self.steepness))
            radius = whole if self.curvature[0] > 0 else min(whole, 1.0)
        for _ in range(_MOST_TRIALS):
            along = self._within(radius)
            length = float(np.linalg.norm(along))
            foretold = float(self.gradient @ along - (self.curvature * along) @ along / 2)
            moved = parameters - (self.axes @ along) / self.scale
            lower = objective.value(moved)
            gain = (value - lower) / foretold if foretold > 0 else -math.inf
            if gain > 0.05 and lower < value:
                if gain > 0.7:
                    radius = max(radius, 2.5 * length)
                elif gain < 0.25:
                    radius = length / 2
                return (moved, lower), radius
            radius = 0.35 * length
        return None, radius

    def _within(self, radius: float) -> Matrix:
        """The model's step of at most this length: damping found by bisection."""
        step = self.gradient / self.steepness
        if np.linalg.norm(step) <= radius:
            return np.asarray(step, dtype=float)
        low, high = 0.0, 1.0
        while np.linalg.norm(self.gradient / (self.steepness + high)) > radius:
            low, high = high, 4 * high
        for _ in range(30):
            middle = (low + high) / 2
            if np.linalg.norm(self.gradient / (self.steepness + middle)) > radius:
                low = middle
            else:
                high = middle
        return np.asarray(self.gradient / (self.steepness + high), dtype=float)
