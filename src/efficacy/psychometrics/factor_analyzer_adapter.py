"""The only door to factor_analyzer: what is used of it, on which input, and which of its habits are kept out.

Used: KMO, Bartlett's test, varimax and promax. Kept out: its extraction and its oblimin (one start at a time, numerical
gradients), its default of filling missing answers with medians, its ``principal`` method (principal components, not
factors), its ordering of factors (loadings are sorted, their correlations are not), and its own fit to the data's
variances (the KMO of small variances would silently use a pseudo-inverse).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import numpy as np
from factor_analyzer import calculate_bartlett_sphericity, calculate_kmo
from factor_analyzer.rotator import Rotator

from .inputs import Matrix


@contextmanager
def _known_warnings() -> Iterator[None]:
    """Silence one message by name: the pseudo-inverse (of an invertible matrix: callers refuse singular ones first)."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The inverse of the variance-covariance matrix", category=UserWarning)
        yield


def sampling_adequacy(standardised: Matrix) -> tuple[float, Matrix]:
    """KMO of all items and of each, from complete standardised answers (respondents x items)."""
    with _known_warnings():
        by_item, overall = calculate_kmo(standardised)
    return float(overall), np.asarray(by_item, dtype=float)


def sphericity(standardised: Matrix) -> tuple[float, float]:
    """Bartlett's chi-square and its p, from complete standardised answers (respondents x items)."""
    statistic, p_value = calculate_bartlett_sphericity(standardised)
    return float(statistic), float(p_value)


def rotated(
    loadings: Matrix, method: Literal["varimax", "promax"], *, tolerance: float = 1e-5
) -> tuple[Matrix, Matrix]:
    """Rotated pattern loadings and the factor correlations, for two factors or more.

    tolerance: relative gain at which varimax stops; the default is that of R's stats::varimax.
    """
    rotator = Rotator(method=method, normalize=True, power=4, max_iter=1000, tol=tolerance)
    pattern = np.asarray(rotator.fit_transform(loadings), dtype=float)
    phi = np.eye(loadings.shape[1]) if rotator.phi_ is None else np.asarray(rotator.phi_, dtype=float)
    return pattern, phi
