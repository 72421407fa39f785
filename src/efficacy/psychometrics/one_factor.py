"""One-factor minres for many correlation matrices at once: what parallel analysis needs a thousand times."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .inputs import Matrix

HIGHEST_LOADING = float(np.sqrt(0.995))  # the same limit as in extraction: a uniqueness is at least .005

_TOLERANCE = 1e-8  # largest change of a loading in one sweep
_MOST_SWEEPS = 5000


def one_factor_loadings(stack: NDArray[np.float64]) -> Matrix:
    """Loadings of the one-factor minres solution of every correlation matrix, each in its own iteration.

    stack: matrices x items x items, invertible. Minimises sum_{j<k} (r_jk - a_j a_k)^2 one loading at a time, for all
    matrices together: with the others fixed the minimum is a_j = sum_{k != j} r_jk a_k / sum_{k != j} a_k^2, cut at
    the highest admissible loading. Starts from the first principal axis with squared multiple correlations as
    communalities. Returns matrices x items. Reference: Harman & Jones (1966), doi:10.1007/BF02289468.
    """
    loadings = _principal_axis(stack)
    active = np.arange(len(stack))
    for _ in range(_MOST_SWEEPS):
        before = loadings[active]
        after = _sweep(stack[active], before.copy())
        loadings[active] = after
        active = active[np.abs(after - before).max(axis=1) > _TOLERANCE]
        if not active.size:
            break
    return loadings


def _principal_axis(stack: NDArray[np.float64]) -> Matrix:
    reduced = stack.copy()
    diagonal = np.arange(stack.shape[1])
    reduced[:, diagonal, diagonal] = 1 - 1 / np.diagonal(np.linalg.inv(stack), axis1=1, axis2=2)
    values, vectors = np.linalg.eigh(reduced)
    return np.asarray(vectors[:, :, -1] * np.sqrt(values[:, -1:].clip(min=0)), dtype=float)


def _sweep(stack: NDArray[np.float64], loadings: Matrix) -> Matrix:
    """One pass over all items, in place."""
    squares = (loadings**2).sum(axis=1)
    for j in range(loadings.shape[1]):
        own = loadings[:, j].copy()
        others = squares - own**2
        explained = np.einsum("ij,ij->i", stack[:, j, :], loadings) - own
        best = np.divide(explained, others, out=np.zeros_like(own), where=others > 0)
        loadings[:, j] = best.clip(-HIGHEST_LOADING, HIGHEST_LOADING)
        squares = others + loadings[:, j] ** 2
    return loadings
