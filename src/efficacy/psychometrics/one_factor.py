"""One-factor minres for many correlation matrices at once: what parallel analysis needs a thousand times."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .inputs import Matrix
from .newton import Stack, minimise_many

HIGHEST_LOADING = float(np.sqrt(0.995))  # the same limit as in extraction: a uniqueness is at least .005

_TOLERANCE = 1e-8  # of a loading


def one_factor_loadings(stack: Stack) -> Matrix:
    """Loadings of the one-factor minres solution of every correlation matrix, each in its own iteration.

    stack: matrices x items x items, invertible. Minimises sum_{j<k} (r_jk - a_j a_k)^2 / 2 by Newton's method from
    the first principal axis with squared multiple correlations as communalities, every loading at most sqrt(.995).
    Returns matrices x items. Reference: Harman & Jones (1966), doi:10.1007/BF02289468.
    """

    def objective(loadings: Matrix, which: NDArray[np.intp]) -> tuple[Matrix, Matrix, Stack]:
        products = loadings[:, :, None] * loadings[:, None, :]
        residuals = stack[which] - products
        residuals[:, diagonal, diagonal] = 0
        gradients = -(residuals @ loadings[:, :, None])[:, :, 0]
        hessians = products - residuals
        squares = loadings**2
        hessians[:, diagonal, diagonal] = squares.sum(axis=1, keepdims=True) - squares
        return (residuals**2).sum(axis=(1, 2)) / 4, gradients, hessians

    diagonal = np.arange(stack.shape[1])
    starts = _principal_axis(stack)
    return minimise_many(objective, starts, lower=-HIGHEST_LOADING, upper=HIGHEST_LOADING, tolerance=_TOLERANCE).points


def _principal_axis(stack: Stack) -> Matrix:
    reduced = stack.copy()
    diagonal = np.arange(stack.shape[1])
    reduced[:, diagonal, diagonal] = 1 - 1 / np.diagonal(np.linalg.inv(stack), axis1=1, axis2=2)
    values, vectors = np.linalg.eigh(reduced)
    return np.asarray(vectors[:, :, -1] * np.sqrt(values[:, -1:].clip(min=0)), dtype=float)
