"""Scores of respondents on the factors of a solution."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

from ..results import Reason, Result
from .efa import FactorSolution
from .inputs import Matrix, check_choice, numbers

ScoreMethod = Literal["regression", "bartlett", "ten_berge"]


@dataclass(frozen=True, kw_only=True, eq=False)
class FactorScores(Result):
    """Scores (respondents x factors, NaN where an answer is missing) and how they are made of the items.

    weights: of the standardised items, items x factors. determinacy: by factor, the squared multiple correlation of
    the factor with the items; below .81 (a correlation of .9) two equally good sets of scores may order respondents
    differently. n_used: respondents with a score.
    """

    scores: pd.DataFrame
    weights: pd.DataFrame
    determinacy: pd.Series
    score_method: str

    def tidy(self) -> pd.DataFrame:
        """One row an item and factor: item, factor, weight."""
        return self.weights.rename_axis("item").reset_index().melt("item", var_name="factor", value_name="weight")


def factor_scores(items: pd.DataFrame, solution: FactorSolution, *, method: ScoreMethod = "regression") -> FactorScores:
    """Factor scores of respondents from a solution of the same items.

    items: respondents x items, NaN missing; may be other respondents, or another wave, than the solution rests on:
    answers are standardised with the solution's means and deviations, so that a change of the whole group stays in the
    scores. With z the standardised answers, R the factored correlations, L pattern, S structure, F factor correlations
    and U uniquenesses, scores = z W: regression W = R^-1 S (Thurstone 1935; smallest error, biased towards 0); bartlett
    W = U^-1 L (L' U^-1 L)^-1 (Bartlett 1937; unbiased); ten_berge W = R^-1/2 V F^1/2 with V the orthonormal part of
    R^-1/2 L F^1/2 (scores correlate as the factors do). Not computable: the solution's own reasons;
    uniqueness_of_zero (bartlett, items without error variance). Raises ValueError for a wrong call or other items.
    Reference: ten Berge et al. (1999), doi:10.1016/S0024-3795(97)10007-6. R: psych::fa(items, scores = "regression" |
    "Bartlett" | "tenBerge")$scores, $weights, $R2.
    """
    check_choice(method, "method", get_args(ScoreMethod))
    frame = numbers(items)
    names = list(solution.loadings.index)
    if set(frame.columns) != set(names):
        raise ValueError("items: the items of the solution expected, found others")
    frame = frame[names]
    factors = list(solution.loadings.columns)
    reasons = solution.reasons if solution.status == "not_computable" else ()
    without_error = tuple(solution.uniquenesses.index[solution.uniquenesses <= 0])
    if method == "bartlett" and without_error:
        reasons = (*reasons, Reason("uniqueness_of_zero", {"items": without_error}))
    weights = np.full((len(names), len(factors)), math.nan)
    determinacy = np.full(len(factors), math.nan)
    if not reasons:
        correlations, structure = solution.correlations.to_numpy(), solution.structure.to_numpy()
        weights = _weights(solution, method)
        determinacy = (structure * np.linalg.solve(correlations, structure)).sum(axis=0)
    standardised = (frame - solution.means) / solution.deviations
    scores = pd.DataFrame(standardised.to_numpy() @ weights, index=items.index, columns=factors)
    n_used = int(frame.notna().all(axis=1).sum())
    return FactorScores(
        n_used=n_used,
        n_dropped=len(frame) - n_used,
        method=f"Factor scores, {method}, complete rows",
        status="not_computable" if reasons else "ok",
        reasons=reasons,
        scores=scores,
        weights=pd.DataFrame(weights, index=names, columns=factors),
        determinacy=pd.Series(determinacy, index=factors, name="determinacy"),
        score_method=method,
    )


def _weights(solution: FactorSolution, method: ScoreMethod) -> Matrix:
    correlations, pattern = solution.correlations.to_numpy(), solution.loadings.to_numpy()
    if method == "regression":
        return np.asarray(np.linalg.solve(correlations, solution.structure.to_numpy()), dtype=float)
    if method == "bartlett":
        weighted = pattern / solution.uniquenesses.to_numpy()[:, None]
        return np.asarray(weighted @ np.linalg.inv(pattern.T @ weighted), dtype=float)
    root_inverse = _power(correlations, -0.5)
    root_factors = _power(solution.factor_correlations.to_numpy(), 0.5)
    left, _, right = np.linalg.svd(root_inverse @ pattern @ root_factors, full_matrices=False)
    return np.asarray(root_inverse @ left @ right @ root_factors, dtype=float)


def _power(symmetric: Matrix, exponent: float) -> Matrix:
    values, vectors = np.linalg.eigh(symmetric)
    return np.asarray((vectors * values**exponent) @ vectors.T, dtype=float)
