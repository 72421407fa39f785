"""Rotation of factor loadings, and the order and signs in which factors are reported."""

from __future__ import annotations

from typing import Literal

import numpy as np

from .extraction import N_STARTS
from .factor_analyzer_adapter import rotated
from .inputs import Matrix
from .oblimin import oblimin_many

Rotation = Literal["oblimin", "promax", "promax_spss", "varimax", "none"]

_START_SEED = 20260902  # fixed: the starts are part of the method, not of the analysis
_NO_LOADING = 1e-10  # an item whose loadings are all this small takes no part in the rotation
_PROMAX_POWER = 4
_CONVERGED = 1e-12  # SPSS iterates varimax further than R does


def rotate(loadings: Matrix, method: Rotation) -> tuple[Matrix, Matrix, float]:
    """Rotate unrotated loadings (items x factors); returns pattern, factor correlations and, for oblimin, by how much
    the best of several starts beat the first.

    oblimin: direct quartimin (gamma 0), minimum of sum_{i} sum_{r<s} l_ir^2 l_is^2 / 2 without Kaiser normalisation,
    from the unrotated loadings and 20 random rotations of them (Jennrich 2002, doi:10.1007/BF02294706). varimax:
    with Kaiser normalisation, stopped as stats::varimax stops (Kaiser 1958, doi:10.1007/BF02289233). promax: power 4
    on the Kaiser-normalised varimax solution (Hendrickson & White 1964, doi:10.1111/j.2044-8317.1964.tb00244.x), the
    target made of the varimax loadings as they are; promax_spss: as SPSS and PSPP compute it, the target made of
    converged varimax loadings divided by the root of their communality. Raises numpy.linalg.LinAlgError where the
    loadings do not span as many factors. R: psych::fa(rotate = ...), GPArotation::oblimin, stats::varimax; SPSS:
    FACTOR /ROTATION=PROMAX(4).
    """
    n_factors = loadings.shape[1]
    if method == "none" or n_factors == 1:
        return loadings, np.eye(n_factors), 0.0
    loaded = np.sqrt((loadings**2).sum(axis=1)) > _NO_LOADING
    gain = 0.0
    if method == "oblimin":
        rotated_rows, phi, gain = _best_oblimin(loadings[loaded])
    elif method == "promax_spss":
        rotated_rows, phi = _promax_spss(rotated(loadings[loaded], "varimax", tolerance=_CONVERGED)[0])
    else:
        rotated_rows, phi = rotated(loadings[loaded], method)
    pattern = np.zeros_like(loadings)
    pattern[loaded] = rotated_rows
    return pattern, phi, gain


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
    found = oblimin_many(loadings @ np.stack(starts))
    best = int(np.flatnonzero(found.values <= found.values.min() + 1e-9)[0])
    return found.patterns[best], found.correlations[best], float(found.values[0] - found.values[best])


def _promax_spss(varimax: Matrix) -> tuple[Matrix, Matrix]:
    """Pattern and factor correlations: varimax loadings regressed on the powers of their row-normalised selves."""
    normalised = varimax / np.sqrt((varimax**2).sum(axis=1, keepdims=True))
    target = np.sign(normalised) * np.abs(normalised) ** _PROMAX_POWER
    transformation = np.linalg.lstsq(varimax, target)[0]
    inverse = np.linalg.inv(transformation.T @ transformation)
    lengths = np.sqrt(inverse.diagonal())  # they give the factors a variance of 1
    return varimax @ transformation * lengths, inverse / np.outer(lengths, lengths)
