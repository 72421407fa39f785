"""Direct quartimin (oblimin, gamma 0) for many loading matrices at once: every start and every resample is one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .inputs import Matrix
from .newton import Stack

_MOST_ITERATIONS = 2000
_SMALLEST_STEP = 1e-14
_ENOUGH = 0.5  # share of the gain a straight slope promises that a step has to bring


class Oblique(NamedTuple):
    """patterns: problems x items x factors. correlations: of the factors, problems x factors x factors. values: the
    criterion. distance: length of the projected gradient, 0 at a stationary point."""

    patterns: Stack
    correlations: Stack
    values: Matrix
    distance: Matrix


def quartimin(patterns: Stack) -> Matrix:
    """The criterion, for each problem: a quarter of the sum of l_ir^2 l_is^2 over items and r != s."""
    squares = patterns**2
    return np.asarray(((squares.sum(axis=-1) ** 2) - (squares**2).sum(axis=-1)).sum(axis=-1) / 4, dtype=float)


def oblimin_many(loadings: Stack, *, tolerance: float = 1e-7) -> Oblique:
    """The nearest minimum of quartimin over oblique rotations of every loading matrix, without Kaiser normalisation.

    loadings: problems x items x factors, unrotated. Pattern L = A T'^-1 with columns of T of length 1, factor
    correlations T'T; the gradient is projected onto such T, a step doubled where it was taken and halved where it did
    not bring half of what its slope promises. Raises numpy.linalg.LinAlgError where loadings do not span as many
    factors. Reference: Jennrich (2002), doi:10.1007/BF02294706. R: GPArotation::oblimin(A, gam = 0).
    """
    n_problems, _, n_factors = loadings.shape
    turns = np.repeat(np.eye(n_factors)[None], n_problems, axis=0)
    patterns, values = loadings.copy(), quartimin(loadings)
    gradients = _projected_gradient(patterns, turns)
    distance = _length(gradients)
    steps = np.ones(n_problems)
    for _ in range(_MOST_ITERATIONS):
        active = np.flatnonzero((distance > tolerance) & (steps > _SMALLEST_STEP))
        if not active.size:
            break
        trial = turns[active] - steps[active, None, None] * gradients[active]
        trial /= np.sqrt((trial**2).sum(axis=1, keepdims=True))
        pattern = loadings[active] @ np.linalg.inv(trial).swapaxes(1, 2)
        value = quartimin(pattern)
        good = values[active] - value >= _ENOUGH * steps[active] * distance[active] ** 2
        taken = active[good]
        turns[taken], patterns[taken], values[taken] = trial[good], pattern[good], value[good]
        gradients[taken] = _projected_gradient(pattern[good], trial[good])
        distance[taken] = _length(gradients[taken])
        steps[active] = np.where(good, steps[active] * 2, steps[active] / 2)
    return Oblique(patterns, turns.swapaxes(1, 2) @ turns, values, distance)


def _projected_gradient(patterns: Stack, turns: Stack) -> Stack:
    squares = patterns**2
    slope = patterns * (squares.sum(axis=2, keepdims=True) - squares)
    gradients = -(patterns.swapaxes(1, 2) @ slope @ np.linalg.inv(turns)).swapaxes(1, 2)
    return np.asarray(gradients - turns * (turns * gradients).sum(axis=1, keepdims=True), dtype=float)


def _length(gradients: Stack) -> Matrix:
    return np.asarray(np.sqrt((gradients**2).sum(axis=(1, 2))), dtype=float)
