"""Exact null distributions: signed ranks, rank sums and sign flips, with ties counted as they are."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from scipy import stats

from ..streams import stream

EXACT_RANKS = 1000
"""Exact signed ranks up to so many non-zero differences."""
EXACT_RANK_SUM = 100
"""Exact rank sums up to so many rows in both groups together."""
EXACT_FLIPS = 30
"""All 2^n sign flips up to so many differences."""
RANDOM_FLIPS = 99_999
"""Random sign flips beyond that."""

TIE = 1e-10
"""Two numbers closer than this share of their scale are equal: decimals that tie on paper differ in binary."""

Ties = Literal["as_stored", "rounded"]
"""When two differences tie: equal as stored (R's and SPSS's habit), or equal to TIE of the largest."""


def signed_ranks(differences: np.ndarray, *, ties: Ties = "as_stored") -> np.ndarray:
    """Mid-ranks of the absolute non-zero differences, each with its difference's sign (Wilcoxon's zero rule)."""
    sizes = np.abs(differences)
    scale = TIE * sizes.max(initial=0.0) if ties == "rounded" else 0.0
    kept = differences[sizes > scale]
    if scale == 0.0:
        return np.asarray(np.sign(kept) * stats.rankdata(np.abs(kept)))
    # a chain of neighbours each within the tolerance of the next is one tie
    order = np.argsort(np.abs(kept), kind="stable")
    tie_group = np.empty(len(kept), dtype=int)
    tie_group[order] = np.cumsum(np.diff(np.abs(kept)[order], prepend=0.0) > scale)
    return np.asarray(np.sign(kept) * stats.rankdata(tie_group))


def signed_rank_p_value(signed: np.ndarray) -> tuple[float, str]:
    """Two-sided p of Wilcoxon's signed-rank test and the method used, "exact" or "normal".

    signed: from signed_ranks. Exact: the distribution of W+ over all 2^m signs of the m non-zero differences,
    conditional on their mid-ranks, by convolution. Normal (m > EXACT_RANKS): tie-corrected, no continuity correction.
    NaN where every difference is 0.
    R: ``coin::wilcoxsign_test(post ~ pre, distribution="exact", zero.method="Wilcoxon")``.
    """
    if len(signed) == 0:
        return math.nan, "exact"
    if len(signed) > EXACT_RANKS:
        z = signed.sum() / math.sqrt((signed**2).sum())
        return float(2 * stats.norm.sf(abs(z))), "normal"
    doubled = np.rint(2 * np.abs(signed)).astype(int)
    probability = np.zeros(doubled.sum() + 1)
    probability[0] = 1.0
    for rank in doubled:
        probability *= 0.5
        probability[rank:] += probability[:-rank].copy()
    observed = int(doubled[signed > 0].sum())
    return _two_sided(probability, observed, doubled.sum() / 2), "exact"


def rank_sum_p_value(first: np.ndarray, second: np.ndarray) -> tuple[float, str]:
    """Two-sided p of the Mann-Whitney test and the method used, "exact" or "normal".

    Exact: all divisions of the pooled mid-ranks into groups of these sizes. Normal (more than EXACT_RANK_SUM rows):
    tie-corrected, no continuity correction. R: ``coin::wilcox_test(v ~ k, distribution="exact")``.
    """
    ranks = np.asarray(stats.rankdata(np.concatenate([first, second])))
    if np.ptp(ranks) == 0:
        return 1.0, "exact"
    n, total = min(len(first), len(second)), len(ranks)
    observed = ranks[: len(first)].sum() if len(first) == n else ranks[len(first) :].sum()
    if total > EXACT_RANK_SUM:
        z = (observed - n * (total + 1) / 2) / math.sqrt(n * (total - n) * ranks.var(ddof=1) / total)
        return float(2 * stats.norm.sf(abs(z))), "normal"
    doubled = np.rint(2 * ranks).astype(int)
    doubled -= doubled.min()
    largest = int(np.sort(doubled)[-n:].sum())
    ways = np.zeros((n + 1, largest + 1))
    ways[0, 0] = 1.0
    for rank in doubled:
        ways[1:, rank:] += ways[:-1, : largest + 1 - rank].copy()
    shift = int(np.rint(2 * ranks).min()) * n
    return _two_sided(ways[n] / ways[n].sum(), round(2 * observed) - shift, n * doubled.mean()), "exact"


def sign_flip_p_value(differences: np.ndarray, *, seed: int) -> tuple[float, float, str]:
    """Two-sided p of the mean difference under all sign flips, its Monte-Carlo standard error (0 if exact), method.

    Exact up to EXACT_FLIPS differences: both halves' 2^(n/2) sums, sorted and joined. Beyond: RANDOM_FLIPS random
    flips and the observed one, p = (1 + b) / (1 + RANDOM_FLIPS). Conditional on the absolute differences.
    """
    observed, scale = abs(differences.sum()), np.abs(differences).sum()
    threshold = observed - TIE * scale
    if len(differences) <= EXACT_FLIPS:
        if threshold <= 0:
            return 1.0, 0.0, "exact"
        half = len(differences) // 2
        left, right = _all_flips(differences[:half]), np.sort(_all_flips(differences[half:]))
        reaching = (len(right) - np.searchsorted(right, threshold - left)).sum()
        return float(2 * reaching / (len(left) * len(right))), 0.0, "exact"
    random = stream(seed, "sign_flip")
    rows = max(1, 2_000_000 // len(differences))
    reaching = 0
    for start in range(0, RANDOM_FLIPS, rows):
        signs = random.integers(0, 2, size=(min(rows, RANDOM_FLIPS - start), len(differences)), dtype=np.int8)
        sums = 2 * (signs @ differences) - differences.sum()
        reaching += int((np.abs(sums) >= threshold).sum())
    p_value = (1 + reaching) / (1 + RANDOM_FLIPS)
    return p_value, math.sqrt(p_value * (1 - p_value) / RANDOM_FLIPS), "monte_carlo"


def _all_flips(differences: np.ndarray) -> np.ndarray:
    sums = np.zeros(1)
    for difference in differences:
        sums = np.concatenate([sums + difference, sums - difference])
    return sums


def _two_sided(probability: np.ndarray, observed: int, centre: float) -> float:
    """P(|S - centre| >= |observed - centre|) for a statistic on 0, 1, 2, ..."""
    distance = np.abs(np.arange(len(probability)) - centre)
    return float(min(1.0, probability[distance >= abs(observed - centre) - 1e-9].sum()))
