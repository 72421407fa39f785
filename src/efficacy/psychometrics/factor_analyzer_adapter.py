"""The only door to factor_analyzer: what is used of it, on which input, and which of its habits are kept out.

Used: KMO, Bartlett's test, minres and ML extraction, and the rotations. Kept out: its default of filling missing
answers with medians (complete rows are passed), its ``principal`` method (principal components, not factors), its
ordering of factors (loadings are sorted, their correlations are not), and its own fit to the data's variances (the
KMO of small variances would silently use a pseudo-inverse).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import numpy as np
from factor_analyzer import FactorAnalyzer, calculate_bartlett_sphericity, calculate_kmo
from factor_analyzer.rotator import Rotator

from .inputs import Matrix

_OBLIMIN_TOLERANCE = 1e-7  # of the projected gradient; its default 1e-5 leaves the fifth digit of a loading open


@contextmanager
def _known_warnings() -> Iterator[None]:
    """Silence three messages by name: scikit-learn's renaming, the pseudo-inverse (of an invertible matrix: callers
    refuse singular ones first), and a failed optimisation (every solution is refined and judged by us)."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="'force_all_finite' was renamed", category=FutureWarning)
        warnings.filterwarnings("ignore", message="The inverse of the variance-covariance matrix", category=UserWarning)
        warnings.filterwarnings("ignore", message="Failed to converge", category=UserWarning)
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


def unrotated_loadings(correlations: Matrix, n_factors: int, method: Literal["minres", "ml"]) -> Matrix:
    """Loadings (items x factors) from an invertible correlation matrix, started from squared multiple correlations."""
    analyzer = FactorAnalyzer(n_factors=n_factors, rotation=None, method=method, is_corr_matrix=True)
    with _known_warnings():
        analyzer.fit(correlations.copy())
    return np.asarray(analyzer.loadings_, dtype=float)


def rotated(loadings: Matrix, method: Literal["varimax", "promax", "oblimin"]) -> tuple[Matrix, Matrix]:
    """Rotated pattern loadings and the factor correlations, for two factors or more."""
    if method == "oblimin":
        rotator = Rotator(method="oblimin", max_iter=2000, tol=_OBLIMIN_TOLERANCE)
    else:
        rotator = Rotator(method=method, normalize=True, power=4, max_iter=1000, tol=1e-5)
    pattern = np.asarray(rotator.fit_transform(loadings), dtype=float)
    phi = np.eye(loadings.shape[1]) if rotator.phi_ is None else np.asarray(rotator.phi_, dtype=float)
    return pattern, phi
