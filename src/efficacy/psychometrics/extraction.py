"""Factor extraction: loadings of a common-factor model before rotation, certified on their objective."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.optimize import minimize

from .inputs import Matrix
from .uniquenesses import LOWEST_UNIQUENESS, Discrepancy, discrepancy_of, leading_axes, loadings_at, minimise

Extraction = Literal["minres", "ml", "paf"]

N_STARTS = 20  # random starts beside the customary one
SAME_OPTIMUM = 1e-6  # objectives closer than this are one optimum, reached to different precision

_START_SEED = 20260901  # fixed: the starts are part of the method, not of the analysis
_STATIONARY = 1e-5  # a step down the gradient moves no uniqueness further than this at a minimum
_MOST_ITERATIONS = 10_000
_PAF_TOLERANCE = 1e-9  # largest change of a communality


@dataclass(frozen=True, kw_only=True)
class Extracted:
    """Unrotated loadings (items x factors, factors by variance), whether the iterations ended properly, which items
    lie on or beyond the limit of their uniqueness, and by how much the best of several starts beat the first."""

    loadings: Matrix
    converged: bool
    improper: tuple[int, ...]
    gain_over_first_start: float


def extract(correlations: Matrix, n_factors: int, method: Extraction) -> Extracted:
    """Extract common factors from an invertible correlation matrix R.

    minres: minimises half the sum of squares of the eigenvalues of R - Psi that the factors leave over, which is the
    sum of squared off-diagonal residuals (Harman & Jones 1966, doi:10.1007/BF02289468). ml: minimises
    sum_{j>m} (theta_j - log theta_j - 1), theta the eigenvalues of Psi^-1/2 R Psi^-1/2 (Joreskog 1967,
    doi:10.1007/BF02289658). Both over uniquenesses in [.005, 1], from the customary solution (L-BFGS-B started at
    1 - squared multiple correlations, as in psych and factor_analyzer) and from 20 random starts; the lowest objective
    is taken. paf: principal axes with squared multiple correlations as first
    communalities, iterated until none changes by 1e-9. R: psych::fa(R, n_factors, fm = "minres", "ml" or "pa",
    rotate = "none", max.iter = 1000, min.err = 1e-9).
    """
    if method == "paf":
        return _principal_axes(correlations, n_factors)
    stack = np.repeat(correlations[None], N_STARTS + 1, axis=0)
    found = minimise(stack, _starts(correlations, n_factors, method), n_factors=n_factors, discrepancy=method)
    # equal optima give the answer of the earliest start
    best = int(np.flatnonzero(found.values <= found.values.min() + 1e-9)[0])
    uniquenesses = found.uniquenesses[best]
    loadings = loadings_at(correlations[None], uniquenesses[None], n_factors=n_factors, discrepancy=method)[0]
    improper = (uniquenesses <= LOWEST_UNIQUENESS * (1 + 1e-6)) | ((loadings**2).sum(axis=1) >= 1)
    return Extracted(
        loadings=loadings,
        converged=bool(found.distance[best] < _STATIONARY),
        improper=tuple(np.flatnonzero(improper).tolist()),
        gain_over_first_start=float(found.values[0] - found.values[best]),
    )


def _starts(correlations: Matrix, n_factors: int, method: Discrepancy) -> Matrix:
    generator = np.random.default_rng(_START_SEED)
    random = generator.uniform(0.05, 0.95, (N_STARTS, len(correlations)))
    return np.vstack([customary_solution(correlations, n_factors, method), random])


def customary_solution(correlations: Matrix, n_factors: int, method: Discrepancy) -> Matrix:
    """The uniquenesses that a program with one start ends at: which of several optima that is depends on its path."""
    result = minimize(
        discrepancy_of(correlations, n_factors, method),
        (1 / np.linalg.inv(correlations).diagonal()).clip(LOWEST_UNIQUENESS, 1),
        jac=True,
        method="L-BFGS-B",
        bounds=[(LOWEST_UNIQUENESS, 1.0)] * len(correlations),
    )
    return np.asarray(result.x, dtype=float)


def _principal_axes(correlations: Matrix, n_factors: int) -> Extracted:
    reduced = correlations.copy()
    communalities = 1 - 1 / np.linalg.inv(correlations).diagonal()
    loadings = np.zeros((len(correlations), n_factors))
    converged = False
    for _ in range(_MOST_ITERATIONS):
        np.fill_diagonal(reduced, communalities)
        loadings = leading_axes(reduced, n_factors)
        updated = (loadings**2).sum(axis=1)
        converged = bool(np.abs(updated - communalities).max() < _PAF_TOLERANCE)
        communalities = updated
        if converged:
            break
    improper = tuple(np.flatnonzero(communalities >= 1).tolist())
    return Extracted(loadings=loadings, converged=converged, improper=improper, gain_over_first_start=0.0)
