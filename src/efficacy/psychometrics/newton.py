"""Newton's method for many small bounded problems at once: every random start, resample or random matrix is one."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .inputs import Matrix

Stack = NDArray[np.float64]  # problems x variables x variables
Objective = Callable[[Matrix, NDArray[np.intp]], tuple[Matrix, Matrix, Stack]]
"""Points (problems x variables) and which problems they belong to -> values, gradients, Hessians."""

_FIRST_DAMPING = 1e-3
_LEAST_DAMPING = 1e-12
_MOST_STALLED = 12  # steps in a row without gain: at a corner of the function, or at the limit of double precision
_ROUNDING = 1e-14  # of a value: a step that changes it less has neither gained nor lost


class Minima(NamedTuple):
    """Points (problems x variables), their values, and how far each is from stationary: the largest change that a
    step down the gradient, cut at the bounds, makes to a variable."""

    points: Matrix
    values: Matrix
    distance: Matrix


def minimise_many(
    objective: Objective,
    starts: Matrix,
    *,
    lower: float,
    upper: float,
    tolerance: float = 1e-9,
    most_iterations: int = 500,
) -> Minima:
    """Local minima of many problems over the same box, each from its own start and in its own iteration.

    starts: problems x variables. Damped Newton steps d = -(H + mu I)^-1 g over the variables that are free to move
    (not held by a bound), cut at the bounds; a step that raises the value is taken back and mu grows, otherwise mu
    shrinks. A problem is finished when its distance from stationary falls below tolerance, or after twelve steps
    without gain. Reference: Levenberg (1944), doi:10.1090/qam/10666; Bertsekas (1982), doi:10.1137/0320018.
    """
    points = starts.clip(lower, upper)
    values, gradients, hessians = objective(points, np.arange(len(points)))
    damping = np.full(len(points), _FIRST_DAMPING)
    stalled = np.zeros(len(points), dtype=int)
    distance = _distance(points, gradients, lower, upper)
    for _ in range(most_iterations):
        active = np.flatnonzero((distance > tolerance) & (stalled < _MOST_STALLED))
        if not active.size:
            break
        step = _step(points[active], gradients[active], hessians[active], damping[active], lower, upper)
        trial = (points[active] + step).clip(lower, upper)
        value, gradient, hessian = objective(trial, active)
        rounding = _ROUNDING * np.maximum(1, np.abs(values[active]))
        good, gained = value <= values[active] + rounding, value < values[active] - rounding
        stalled[active] = np.where(gained, 0, stalled[active] + 1)
        taken = active[good]
        points[taken], values[taken] = trial[good], value[good]
        gradients[taken], hessians[taken] = gradient[good], hessian[good]
        distance[taken] = _distance(trial[good], gradient[good], lower, upper)
        damping[active] = np.where(good, np.maximum(damping[active] / 10, _LEAST_DAMPING), damping[active] * 10)
    return Minima(points, values, distance)


def _distance(points: Matrix, gradients: Matrix, lower: float, upper: float) -> Matrix:
    return np.asarray(np.abs((points - gradients).clip(lower, upper) - points).max(axis=1), dtype=float)


def _step(points: Matrix, gradients: Matrix, hessians: Stack, damping: Matrix, lower: float, upper: float) -> Matrix:
    held = ((points <= lower) & (gradients > 0)) | ((points >= upper) & (gradients < 0))
    free = (~held).astype(float)
    system = hessians * free[:, :, None] * free[:, None, :]
    diagonal = np.arange(points.shape[1])
    system[:, diagonal, diagonal] += damping[:, None] + held
    return np.asarray(np.linalg.solve(system, -(gradients * free)[:, :, None])[:, :, 0], dtype=float)
