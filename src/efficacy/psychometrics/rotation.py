"""Rotation of factor loadings, and the order and signs in which factors are reported."""

from __future__ import annotations

from typing import Literal

import numpy as np

from .extraction import N_STARTS
from .factor_analyzer_adapter import rotated
from .inputs import Matrix

Rotation = Literal["oblimin", "promax", "varimax", "none"]

_START_SEED = 20260902  # fixed: the starts are part of the method, not of the analysis
_NO_LOADING = 1e-10  # an item whose loadings are all this small takes no part in the rotation


def rotate(loadings: Matrix, method: Rotation) -> tuple[Matrix, Matrix, float]:
    """Rotate unrotated loadings (items x factors); returns pattern, factor correlations and, for oblimin, by how much
    the best of several starts beat the first.

    oblimin: direct quartimin (gamma 0), minimum of sum_{i} sum_{r<s} l_ir^2 l_is^2 / 2 without Kaiser normalisation,
    from the unrotated loadings and 20 random rotations of them (Jennrich 2002, doi:10.1007/BF02294706). varimax:
    with Kaiser normalisation, stopped as stats::varimax stops (Kaiser 1958, doi:10.1007/BF02289233). promax: power 4
    on the Kaiser-normalised varimax solution (Hendrickson & White 1964, doi:10.1111/j.2044-8317.1964.tb00244.x).
    Raises numpy.linalg.LinAlgError where the loadings do not span as many factors. R: psych::fa(rotate = ...),
    GPArotation::oblimin, stats::varimax.
    """
    n_factors = loadings.shape[1]
    if method == "none" or n_factors == 1:
        return loadings, np.eye(n_factors), 0.0
    loaded = np.sqrt((loadings**2).sum(axis=1)) > _NO_LOADING
    gain = 0.0
    if method == "oblimin":
        rotated_rows, phi, gain = _best_oblimin(loadings[loaded])
    else:
        rotated_rows, phi = rotated(loadings[loaded], method)
    pattern = np.zeros_like(loadings)
    pattern[loaded] = rotated_rows
    return pattern, phi, gain


def quartimin(pattern: Matrix) -> float:
    """The criterion of oblimin with gamma 0: a quarter of the sum of l_ir^2 l_is^2 over items and r != s."""
    squares = pattern**2
    return float(((squares.sum(axis=1) ** 2) - (squares**2).sum(axis=1)).sum() / 4)


def arranged(pattern: Matrix, phi: Matrix) -> tuple[Matrix, Matrix]:
    """Factors by falling variance, each with a positive sum of loadings."""
    variance = (phi * (pattern.T @ pattern)).sum(axis=0)
    order = np.argsort(-variance, kind="stable")
    signs = np.where(pattern[:, order].sum(axis=0) < 0, -1.0, 1.0)
    return pattern[:, order] * signs, phi[np.ix_(order, order)] * np.outer(signs, signs)


def _best_oblimin(loadings: Matrix) -> tuple[Matrix, Matrix, float]:
    generator = np.random.default_rng(_START_SEED)
    n_factors = loadings.shape[1]
    starts = [np.eye(n_factors)]
    starts += [np.linalg.qr(generator.standard_normal((n_factors, n_factors)))[0] for _ in range(N_STARTS)]
    solutions = [rotated(loadings @ start, "oblimin") for start in starts]
    values = np.array([quartimin(pattern) for pattern, _ in solutions])
    best = int(np.flatnonzero(values <= values.min() + 1e-9)[0])
    return (*solutions[best], float(values[0] - values[best]))
