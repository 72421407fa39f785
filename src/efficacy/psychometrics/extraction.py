"""Factor extraction: loadings of a common-factor model before rotation, certified on their objective."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.optimize import minimize

from .factor_analyzer_adapter import unrotated_loadings
from .inputs import Matrix

Extraction = Literal["minres", "ml", "paf"]

LOWEST_UNIQUENESS = 0.005  # the bound of psych::fa and factor_analyzer; a solution lying on it is a Heywood case
N_STARTS = 20  # random starts beside factor_analyzer's own solution
SAME_OPTIMUM = 1e-6  # objectives closer than this are one optimum, reached to different precision

_START_SEED = 20260901  # fixed: the starts are part of the method, not of the analysis
_MOST_ITERATIONS = 10_000
_PAF_TOLERANCE = 1e-9  # largest change of a communality

Objective = Callable[[Matrix, Matrix, int], tuple[float, Matrix]]


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
    doi:10.1007/BF02289658). Both over uniquenesses in [.005, 1], from factor_analyzer's solution and 20 random
    starts; the lowest objective is taken. paf: principal axes with squared multiple correlations as first
    communalities, iterated until none changes by 1e-9. R: psych::fa(R, n_factors, fm = "minres", "ml" or "pa",
    rotate = "none", max.iter = 1000, min.err = 1e-9).
    """
    if method == "paf":
        return _principal_axes(correlations, n_factors)
    objective = _minres_objective if method == "minres" else _ml_objective
    generator = np.random.default_rng(_START_SEED)
    communalities = (unrotated_loadings(correlations, n_factors, method) ** 2).sum(axis=1)
    starts = [1 - communalities, *generator.uniform(0.05, 0.95, (N_STARTS, len(correlations)))]
    solutions = [_minimise(objective, correlations, n_factors, start) for start in starts]
    best = _first_within(solutions)
    value, uniquenesses, converged = solutions[best]
    to_loadings = _minres_loadings if method == "minres" else _ml_loadings
    loadings = to_loadings(uniquenesses, correlations, n_factors)
    improper = (uniquenesses <= LOWEST_UNIQUENESS * (1 + 1e-6)) | ((loadings**2).sum(axis=1) >= 1)
    return Extracted(
        loadings=loadings,
        converged=converged,
        improper=tuple(np.flatnonzero(improper).tolist()),
        gain_over_first_start=float(solutions[0][0] - value),
    )


def _first_within(solutions: list[tuple[float, Matrix, bool]]) -> int:
    """The first solution as good as the best: equal optima give the answer of the earliest start."""
    values = np.array([value for value, _, _ in solutions])
    return int(np.flatnonzero(values <= values.min() + 1e-9)[0])


def _minimise(objective: Objective, correlations: Matrix, n_factors: int, start: Matrix) -> tuple[float, Matrix, bool]:
    result = minimize(
        objective,
        start.clip(LOWEST_UNIQUENESS, 1),
        args=(correlations, n_factors),
        jac=True,
        method="L-BFGS-B",
        bounds=[(LOWEST_UNIQUENESS, 1.0)] * len(correlations),
        options={"maxiter": _MOST_ITERATIONS, "maxfun": 2 * _MOST_ITERATIONS, "ftol": 1e-15, "gtol": 1e-9},
    )
    uniquenesses = np.asarray(result.x, dtype=float)
    return float(result.fun), uniquenesses, _is_stationary(uniquenesses, np.asarray(result.jac, dtype=float))


def _is_stationary(uniquenesses: Matrix, gradient: Matrix) -> bool:
    """Whether no admissible step lowers the objective: judged here, because at the limit of double precision the
    optimiser may report an abnormal line search at a perfectly good minimum."""
    step = (uniquenesses - gradient).clip(LOWEST_UNIQUENESS, 1) - uniquenesses
    return bool(np.abs(step).max() < 1e-5)


def _minres_objective(uniquenesses: Matrix, correlations: Matrix, n_factors: int) -> tuple[float, Matrix]:
    values, vectors = np.linalg.eigh(correlations - np.diag(uniquenesses))
    left_over = values.copy()
    left_over[-n_factors:] = left_over[-n_factors:].clip(max=0)  # a factor cannot take up a negative eigenvalue
    return float((left_over**2).sum() / 2), -(vectors**2) @ left_over


def _minres_loadings(uniquenesses: Matrix, correlations: Matrix, n_factors: int) -> Matrix:
    return _leading_axes(correlations - np.diag(uniquenesses), n_factors)


def _ml_objective(uniquenesses: Matrix, correlations: Matrix, n_factors: int) -> tuple[float, Matrix]:
    scale = 1 / np.sqrt(uniquenesses)
    values, vectors = np.linalg.eigh(correlations * np.outer(scale, scale))
    rest = values[:-n_factors]
    gradient = (vectors[:, :-n_factors] ** 2) @ (1 - rest) / uniquenesses
    return float((rest - np.log(rest) - 1).sum()), gradient


def _ml_loadings(uniquenesses: Matrix, correlations: Matrix, n_factors: int) -> Matrix:
    scale = np.sqrt(uniquenesses)
    scaled = correlations / np.outer(scale, scale) - np.eye(len(correlations))
    return scale[:, None] * _leading_axes(scaled, n_factors)


def _leading_axes(matrix: Matrix, n_factors: int) -> Matrix:
    """Eigenvectors of the largest eigenvalues, each times the root of its eigenvalue (0 where that is negative)."""
    values, vectors = np.linalg.eigh(matrix)
    axes = vectors[:, -n_factors:] * np.sqrt(values[-n_factors:].clip(min=0))
    return np.asarray(axes[:, ::-1], dtype=float)


def _principal_axes(correlations: Matrix, n_factors: int) -> Extracted:
    reduced = correlations.copy()
    communalities = 1 - 1 / np.linalg.inv(correlations).diagonal()
    loadings = np.zeros((len(correlations), n_factors))
    converged = False
    for _ in range(_MOST_ITERATIONS):
        np.fill_diagonal(reduced, communalities)
        loadings = _leading_axes(reduced, n_factors)
        updated = (loadings**2).sum(axis=1)
        converged = bool(np.abs(updated - communalities).max() < _PAF_TOLERANCE)
        communalities = updated
        if converged:
            break
    improper = tuple(np.flatnonzero(communalities >= 1).tolist())
    return Extracted(loadings=loadings, converged=converged, improper=improper, gain_over_first_start=0.0)
