"""How stable the factors of a solution are: the same analysis in resamples of the respondents."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from ..results import Result
from .efa import FactorSolution, fit_efa
from .extraction import Extraction
from .inputs import Matrix, check_count, check_level
from .newton import Stack
from .oblimin import oblimin_many
from .omega import unsolved_reason
from .resampling import resampled_factors
from .rotation import Rotation, rotate

FAIR_CONGRUENCE, EQUAL_CONGRUENCE = 0.85, 0.95  # Lorenzo-Seva & ten Berge (2006): fair similarity; the same factor

_TOLERANCE = 1e-5  # of a resample's rotation


@dataclass(frozen=True, kw_only=True, eq=False)
class LoadingStability(Result):
    """Agreement of the factors found in resamples with the factors found in all respondents.

    congruence: what tidy() returns. loadings: one row an item and factor: item, factor, loading (of all respondents),
    std_error (deviation over the resamples), conf_low, conf_high (percentiles). n_resamples: drawn; n_resamples_used:
    with a solution.
    """

    congruence: pd.DataFrame
    loadings: pd.DataFrame
    n_items: int
    n_factors: int
    extraction: str
    rotation: str
    n_resamples: int
    n_resamples_used: int
    seed: int

    def tidy(self) -> pd.DataFrame:
        """One row a factor: factor, median, low, high (of Tucker's congruence over the resamples, at the tails of
        conf_level), share_fair (congruence of .85 or more), share_equal (.95 or more)."""
        return self.congruence.copy()


def loading_stability(
    items: pd.DataFrame,
    *,
    n_factors: int,
    extraction: Extraction = "minres",
    rotation: Rotation = "oblimin",
    conf_level: float = 0.95,
    n_resamples: int = 1000,
    seed: int = 1,
) -> LoadingStability:
    """Bootstrap of an exploratory factor analysis: Tucker congruence of every factor, and intervals of the loadings.

    items: respondents x items, NaN missing; Pearson correlations of complete rows. Respondents are drawn with
    replacement; every resample is extracted from the uniquenesses of all respondents (paf as minres, which is where
    its iterations end), rotated in the same way, and its factors are put in the order and sign of highest congruence
    with those of all respondents. Not computable: as fit_efa, and resamples_without_solution (none). Flagged: as
    fit_efa, and resamples_without_solution (some). Raises ValueError for a wrong call. Reference: Lorenzo-Seva & ten
    Berge (2006), doi:10.1027/1614-2241.2.2.57; Zhang, Preacher & Luo (2010), doi:10.1080/00273170903504836. R:
    psych::fa(items, n_factors, n.iter = 1000) resamples loadings, psych::factor.congruence compares them.
    """
    check_count(n_resamples, "n_resamples", minimum=2)
    check_count(seed, "seed", minimum=0)
    check_level(conf_level)
    solution = fit_efa(items, n_factors=n_factors, extraction=extraction, rotation=rotation)
    target = solution.loadings.to_numpy()
    reasons, patterns = solution.reasons, np.empty((0, *target.shape))
    if solution.status != "not_computable":
        complete = items.dropna().to_numpy(dtype=float)
        patterns = _resampled_patterns(complete, solution, rotation, n_resamples, seed)
        reasons = (*reasons, *unsolved_reason(len(patterns), n_resamples))
    computable = len(patterns) > 1
    aligned, congruence = _aligned(patterns, target)
    return LoadingStability(
        n_used=solution.n_used,
        n_dropped=solution.n_dropped,
        method=f"Bootstrap of respondents, {extraction}, {rotation}, Tucker congruence",
        conf_level=conf_level,
        status="not_computable" if not computable else "flagged" if reasons else "ok",
        reasons=reasons,
        congruence=_congruence_table(solution, congruence, conf_level),
        loadings=_loading_table(solution, aligned, conf_level),
        n_items=solution.n_items,
        n_factors=n_factors,
        extraction=extraction,
        rotation=rotation,
        n_resamples=n_resamples,
        n_resamples_used=len(patterns),
        seed=seed,
    )


def _resampled_patterns(
    complete: Matrix, solution: FactorSolution, rotation: Rotation, n_resamples: int, seed: int
) -> Stack:
    parts = resampled_factors(
        complete,
        solution.uniquenesses.to_numpy(),
        n_factors=solution.n_factors,
        discrepancy="ml" if solution.extraction == "ml" else "minres",
        n_resamples=n_resamples,
        seed=seed,
        name="loading_stability",
    )
    return np.concatenate([_rotated(part.loadings, rotation) for part in parts])


def _rotated(loadings: Stack, rotation: Rotation) -> Stack:
    if rotation == "none" or loadings.shape[2] == 1 or not len(loadings):
        return loadings
    if rotation == "oblimin":
        return oblimin_many(loadings, tolerance=_TOLERANCE).patterns
    return np.stack([rotate(each, rotation)[0] for each in loadings])


def _aligned(patterns: Stack, target: Matrix) -> tuple[Stack, Matrix]:
    """Patterns with factors in the order and sign of the target, and the congruence of each factor with its own."""
    lengths = np.sqrt((patterns**2).sum(axis=1))[:, :, None] * np.sqrt((target**2).sum(axis=0))
    congruence = (patterns.swapaxes(1, 2) @ target) / np.where(lengths > 0, lengths, 1)
    aligned, own = np.empty_like(patterns), np.empty((len(patterns), target.shape[1]))
    for number, matrix in enumerate(congruence):
        theirs, ours = linear_sum_assignment(-np.abs(matrix))
        order = theirs[np.argsort(ours)]
        signs = np.where(matrix[order, range(len(order))] < 0, -1.0, 1.0)
        aligned[number] = patterns[number][:, order] * signs
        own[number] = np.abs(matrix[order, range(len(order))])
    return aligned, own


def _congruence_table(solution: FactorSolution, congruence: Matrix, conf_level: float) -> pd.DataFrame:
    low, high = _tails(congruence, conf_level)
    found = bool(len(congruence))
    nothing = np.full(solution.n_factors, math.nan)
    return pd.DataFrame(
        {
            "factor": list(solution.loadings.columns),
            "median": np.median(congruence, axis=0) if found else nothing,
            "low": low,
            "high": high,
            "share_fair": (congruence >= FAIR_CONGRUENCE).mean(axis=0) if found else nothing,
            "share_equal": (congruence >= EQUAL_CONGRUENCE).mean(axis=0) if found else nothing,
        }
    )


def _loading_table(solution: FactorSolution, patterns: Stack, conf_level: float) -> pd.DataFrame:
    low, high = _tails(patterns, conf_level)
    deviation = patterns.std(axis=0, ddof=1) if len(patterns) > 1 else np.full_like(low, math.nan)
    by_factor = {"std_error": deviation, "conf_low": low, "conf_high": high}
    table = solution.tidy()[["item", "factor", "loading"]]
    return table.assign(**{name: values.ravel(order="F") for name, values in by_factor.items()})


def _tails(values: Matrix, conf_level: float) -> tuple[Matrix, Matrix]:
    if len(values) < 2:
        nothing = np.full(values.shape[1:], math.nan)
        return nothing, nothing
    low, high = np.quantile(values, [(1 - conf_level) / 2, (1 + conf_level) / 2], axis=0)
    return low, high
