"""Bootstrap resamples and their factors: a thousand at once, without copying a single answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ..streams import stream
from .inputs import Matrix
from .newton import Stack
from .uniquenesses import Discrepancy, loadings_at, minimise

_AT_ONCE = 1000  # matrices held in memory together
_FLAT = 1e-12  # variance, relative to the full sample's, that is rounding
_TOLERANCE = 1e-5  # of a resample's uniquenesses: far below what one resample differs from the next
_CONVERGED = 1e-3
_MOST_ITERATIONS = 60


class Resamples(NamedTuple):
    """correlations (resamples x items x items), deviations (n - 1, resamples x items): of the resamples in which every
    item varies."""

    correlations: Stack
    deviations: Matrix


class ResampledFactors(NamedTuple):
    """loadings (unrotated, resamples x items x factors), uniquenesses, correlations, deviations: of the resamples that
    have a solution."""

    loadings: Stack
    uniquenesses: Matrix
    correlations: Stack
    deviations: Matrix


def resampled_factors(
    complete: Matrix,
    uniquenesses: Matrix,
    *,
    n_factors: int,
    discrepancy: Discrepancy,
    n_resamples: int,
    seed: int,
    name: str,
) -> Iterator[ResampledFactors]:
    """Factors of resampled respondents, extracted from the uniquenesses of all respondents' solution.

    Arguments as resampled_correlations and uniquenesses.minimise. Left out: resamples in which an item does not vary,
    the iterations do not end at a minimum, or the loadings do not span as many factors.
    """
    for part in resampled_correlations(complete, n_resamples=n_resamples, seed=seed, name=name):
        found = minimise(
            part.correlations,
            np.tile(uniquenesses, (len(part.correlations), 1)),
            n_factors=n_factors,
            discrepancy=discrepancy,
            tolerance=_TOLERANCE,
            most_iterations=_MOST_ITERATIONS,
        )
        loadings = loadings_at(part.correlations, found.uniquenesses, n_factors=n_factors, discrepancy=discrepancy)
        spans = np.linalg.svd(loadings, compute_uv=False)[:, -1] > _TOLERANCE
        solved = (found.distance < _CONVERGED) & spans
        yield ResampledFactors(
            loadings[solved], found.uniquenesses[solved], part.correlations[solved], part.deviations[solved]
        )


def resampled_correlations(complete: Matrix, *, n_resamples: int, seed: int, name: str) -> Iterator[Resamples]:
    """Correlation matrices of respondents drawn with replacement, in stacks small enough for memory.

    complete: respondents x items, no missing answers. seed, name: of the stream of random numbers. All resamples'
    sums of products are one product of two matrices: how often each respondent was drawn (resamples x respondents)
    with the respondents' own products (respondents x pairs of items).
    """
    n, k = complete.shape
    generator = stream(seed, name)
    centred = complete - complete.mean(axis=0)
    rows, columns = np.triu_indices(k)
    products = centred[:, rows] * centred[:, columns]
    limits = _FLAT * (centred**2).mean(axis=0)
    for done in range(0, n_resamples, _AT_ONCE):
        size = min(_AT_ONCE, n_resamples - done)
        weights = generator.multinomial(n, np.full(n, 1 / n), size=size) / n
        means = weights @ centred
        covariances = np.empty((size, k, k))
        covariances[:, rows, columns] = covariances[:, columns, rows] = weights @ products
        covariances -= means[:, :, None] * means[:, None, :]
        variances = np.diagonal(covariances, axis1=1, axis2=2)
        usable = (variances > limits).all(axis=1)
        scale = np.sqrt(variances[usable])
        correlations = covariances[usable] / (scale[:, :, None] * scale[:, None, :])
        yield Resamples(correlations, scale * np.sqrt(n / (n - 1)))
