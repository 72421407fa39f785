"""Correlation matrices that are not positive definite, made so in the open."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SMOOTHED_EIGENVALUE = 1e-6  # what eigenvalues below it are raised to


def smooth(correlations: Floats) -> Floats:
    """The matrix with its eigenvalues below 1e-6 raised to it, all scaled to their former sum, and a diagonal of ones.

    correlations: (matrices x) items x items, symmetric. Psych's rule with a higher floor, so that what is left can be
    inverted in double precision. R: psych::cor.smooth(correlations, eig.tol = 1e-8).
    """
    values, vectors = np.linalg.eigh(correlations)
    raised = np.maximum(values, SMOOTHED_EIGENVALUE)
    raised *= correlations.shape[-1] / raised.sum(axis=-1, keepdims=True)
    positive = (vectors * raised[..., None, :]) @ np.swapaxes(vectors, -1, -2)
    spread = np.sqrt(np.diagonal(positive, axis1=-2, axis2=-1))
    scaled = positive / (spread[..., :, None] * spread[..., None, :])
    diagonal = np.arange(correlations.shape[-1])
    scaled[..., diagonal, diagonal] = 1.0
    return np.asarray((scaled + np.swapaxes(scaled, -1, -2)) / 2, dtype=float)
