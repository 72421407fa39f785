"""Polychoric correlations: what ordered answers would correlate if they had been given on a continuum."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from scipy.special import ndtri

from ..results import Reason, Result
from .contingency import EmptyCells, OrderedItems, ordered_items
from .inputs import (
    SMALLEST_EIGENVALUE,
    Matrix,
    check_choice,
    check_level,
    empty_columns,
    flat_columns,
    numbers,
    too_many_categories,
)
from .polychoric_errors import Errors, standard_errors
from .polychoric_estimation import FEWEST, PairEstimates, estimate_pairs, item_thresholds, square
from .smoothing import smooth

Smoothing = Literal["eigenvalues", "none"]


@dataclass(frozen=True, kw_only=True, eq=False)
class PolychoricCorrelations(Result):
    """Polychoric correlations of all pairs of items.

    correlations: items x items, smoothed where smoothed is true, NaN where a pair has none. thresholds: item,
    threshold (1, 2, ...), estimate, std_error, n. counts: respondents who answered both, items x items. pairs: what
    tidy() returns, never smoothed. n_used: respondents who contribute to at least one pair. smallest_eigenvalue: of
    the correlations before smoothing, NaN where some are missing. n_filled: tables with an empty cell that was
    filled. n_at_limit: pairs whose likelihood rises up to a perfect correlation.
    """

    correlations: pd.DataFrame
    thresholds: pd.DataFrame
    counts: pd.DataFrame
    pairs: pd.DataFrame
    empty_cells: str
    errors: str
    smoothed: bool
    smallest_eigenvalue: float
    n_filled: int
    n_at_limit: int

    def tidy(self) -> pd.DataFrame:
        """One row a pair: term_1, term_2, estimate, std_error, conf_low, conf_high, n, at_limit."""
        return self.pairs.copy()


def polychoric(
    items: pd.DataFrame,
    *,
    empty_cells: EmptyCells = "keep_margins",
    smoothing: Smoothing = "eigenvalues",
    errors: Errors = "robust",
    conf_level: float = 0.95,
) -> PolychoricCorrelations:
    """Polychoric correlation of every pair of items by two-step maximum likelihood; tetrachoric for two categories.

    items: respondents x items, ordered answers, NaN missing (thresholds on all answers to an item, each correlation
    on the respondents who answered both). Only answers that occur are categories. empty_cells, for tables of two by
    two: "keep_margins" moves half a respondent into a single empty cell and its opposite (lavaan), "half" puts .5 for
    every 0 (psych::tetrachoric), "none" lets the estimate run to -1 or 1 (psych::polychoric); larger tables stay as
    they are. smoothing: "eigenvalues", a matrix that is not positive definite is smoothed; "none", it stays.
    errors: of the standard errors, "robust", from second derivatives of the likelihood; "observed", from products of
    first derivatives as lavaan, too small where the sample is (see influences). Interval: tanh(atanh r +- z std_error
    / (1 - r^2)). Not computable: too_few_items (below 2), too_many_categories (an item with more than 20 answers), or
    no pair left for one of the reasons below. Flagged, with NaN in the pairs concerned: zero_variance, empty_items,
    pairs_too_small (fewer than 3 rows); flagged: correlation_at_limit (the estimate is 1 or -1, without standard
    error), correlations_smoothed. Raises ValueError for a wrong call. Reference: Olsson (1979), doi:10.1007/BF02296207;
    Muthen (1984), doi:10.1007/BF02294210. R: lavaan::lavCor(items, ordered = names(items), missing = "pairwise");
    psych::polychoric(items, correct = 0), psych::tetrachoric(items).
    """
    check_choice(empty_cells, "empty_cells", get_args(EmptyCells))
    check_choice(smoothing, "smoothing", get_args(Smoothing))
    check_choice(errors, "errors", get_args(Errors))
    check_level(conf_level)
    frame = numbers(items)
    names = list(frame.columns)
    reason = _obstacle(frame)
    ordered = ordered_items(np.full(frame.shape, math.nan) if reason else frame.to_numpy())
    estimates = estimate_pairs(ordered, empty_cells=empty_cells)
    threshold_errors, pair_errors = standard_errors(ordered, estimates, errors=errors)
    matrix = square(estimates.correlation, ordered)
    smallest = float(np.linalg.eigvalsh(matrix)[0]) if len(names) and np.isfinite(matrix).all() else math.nan
    smoothed = smoothing == "eigenvalues" and smallest < SMALLEST_EIGENVALUE
    reasons = (reason,) if reason else _reasons(frame, estimates, ordered, smallest if smoothed else None)
    contributing = int((frame.notna().sum(axis=1) >= 2).sum())
    return PolychoricCorrelations(
        n_used=contributing,
        n_dropped=len(frame) - contributing,
        method="Polychoric correlation, two-step maximum likelihood, pairwise",
        conf_level=conf_level,
        status="not_computable" if np.isnan(estimates.correlation).all() else "flagged" if reasons else "ok",
        reasons=reasons,
        correlations=pd.DataFrame(smooth(matrix) if smoothed else matrix, index=names, columns=names),
        thresholds=_threshold_table(ordered, threshold_errors, names),
        counts=_count_table(frame),
        pairs=_pair_table(estimates, pair_errors, ordered, names, conf_level),
        empty_cells=empty_cells,
        errors=errors,
        smoothed=smoothed,
        smallest_eigenvalue=smallest,
        n_filled=int(estimates.filled.sum()),
        n_at_limit=int(estimates.at_limit.sum()),
    )


def _obstacle(frame: pd.DataFrame) -> Reason | None:
    """Why no pair can be computed whatever the answers are."""
    if len(frame.columns) < 2:
        return Reason("too_few_items", {"n_items": len(frame.columns), "minimum": 2})
    return too_many_categories(frame)


def _reasons(
    frame: pd.DataFrame, estimates: PairEstimates, items: OrderedItems, smoothed_from: float | None
) -> tuple[Reason, ...]:
    if len(estimates.n) and (estimates.n < FEWEST).all():
        return (Reason("too_few_rows", {"n_used": int(estimates.n.max()), "minimum": FEWEST}),)
    reasons = []
    empty = empty_columns(frame)
    constant = tuple(name for name in flat_columns(frame) if name not in empty)
    if empty:
        reasons.append(Reason("empty_items", {"items": empty}))
    if constant:
        reasons.append(Reason("zero_variance", {"items": constant}))
    first, second = items.pairs
    varied = (items.n_categories[first] > 0) & (items.n_categories[second] > 0)
    if small := int((varied & (estimates.n < FEWEST)).sum()):
        reasons.append(Reason("pairs_too_small", {"n_pairs": small, "minimum": FEWEST}))
    if at_limit := int(estimates.at_limit.sum()):
        reasons.append(Reason("correlation_at_limit", {"n_pairs": at_limit}))
    if smoothed_from is not None:
        reasons.append(Reason("correlations_smoothed", {"smallest_eigenvalue": smoothed_from}))
    return tuple(reasons)


def _threshold_table(items: OrderedItems, std_errors: Matrix, names: list[str]) -> pd.DataFrame:
    item, threshold = np.nonzero(np.arange(std_errors.shape[1]) < (items.n_categories - 1)[:, None])
    estimates = item_thresholds(items.counts, items.n_categories)
    return pd.DataFrame(
        {
            "item": [names[number] for number in item],
            "threshold": threshold + 1,
            "estimate": estimates[item, threshold],
            "std_error": std_errors[item, threshold],
            "n": items.counts.sum(axis=1)[item].astype(int),
        }
    )


def _count_table(frame: pd.DataFrame) -> pd.DataFrame:
    answered = frame.notna().astype(int)
    return answered.T @ answered


def _pair_table(
    estimates: PairEstimates, std_errors: Matrix, items: OrderedItems, names: list[str], conf_level: float
) -> pd.DataFrame:
    first, second = items.pairs
    inside = np.where(np.abs(estimates.correlation) < 1, estimates.correlation, math.nan)
    half_width = float(ndtri((1 + conf_level) / 2)) * std_errors / (1 - inside**2)
    return pd.DataFrame(
        {
            "term_1": [names[number] for number in first],
            "term_2": [names[number] for number in second],
            "estimate": estimates.correlation,
            "std_error": std_errors,
            "conf_low": np.tanh(np.arctanh(inside) - half_width),
            "conf_high": np.tanh(np.arctanh(inside) + half_width),
            "n": estimates.n.astype(int),
            "at_limit": estimates.at_limit,
        }
    )
