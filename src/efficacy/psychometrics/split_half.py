"""Split-half reliability: of the two customary splits, and over every way of halving a scale."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.special import comb

from ..results import Result
from .inputs import Mask, Matrix, correlation_matrix, is_flat, numbers
from .scale_data import scale_state

MOST_SPLITS = 100_000  # 20 items have 92,378 splits into halves; longer scales are not split in every way

_AT_ONCE = 20_000


@dataclass(frozen=True, kw_only=True, eq=False)
class SplitHalves(Result):
    """Split-half coefficients of one scale.

    splits: what tidy() returns. highest (Guttman's lambda 4), lowest, mean: of Guttman's coefficient over all n_splits
    splits into halves, on the correlation matrix; NaN and n_splits 0 beyond 20 items.
    """

    highest: float
    lowest: float
    mean: float
    n_splits: int
    n_items: int
    splits: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """One row a split (odd_even, first_last): split, r, spearman_brown, horst, guttman, n."""
        return self.splits.copy()


def split_halves(items: pd.DataFrame) -> SplitHalves:
    """Split-half reliability of one scale on its complete rows, and how much it depends on where the scale is cut.

    items: respondents x items of one scale, reverse-scored, NaN missing. Splits: odd against even items; the first
    half (with the middle item) against the last, which is SPSS's. With r the correlation of the halves a and b:
    spearman_brown = 2 r / (1 + r), for halves of equal length; horst = [sqrt(r^4 + 4 r^2 (1 - r^2) p q) - r^2]
    / [2 (1 - r^2) p q] for shares p and q of the items; guttman = 2 (1 - (var a + var b) / var(a + b)). Not computable
    and flagged as cronbach_alpha. Raises ValueError for a wrong call. Reference: Guttman (1945),
    doi:10.1007/BF02288892; Horst (1951), Educational and Psychological Measurement 11:368. R: psych::splitHalf(items,
    raw = TRUE), which lists only half of the splits of an odd number of items; SPSS: RELIABILITY /MODEL=SPLIT.
    """
    frame = numbers(items)
    complete = frame.dropna()
    reasons, status = scale_state(frame, complete)
    values, k = complete.to_numpy(), len(frame.columns)
    cuts = {"odd_even": odd_even(k), "first_last": first_last(k)}
    nothing = dict.fromkeys(("r", "spearman_brown", "horst", "guttman"), math.nan)
    rows = [
        {"split": name, **(nothing if status == "not_computable" else split_half(values, first)), "n": len(values)}
        for name, first in cuts.items()
    ]
    every = every_split(correlation_matrix(values, "pearson")) if status == "ok" else np.empty(0)
    return SplitHalves(
        n_used=len(values),
        n_dropped=len(frame) - len(values),
        method="Split-half reliability, listwise",
        status=status,
        reasons=reasons,
        highest=float(every.max()) if every.size else math.nan,
        lowest=float(every.min()) if every.size else math.nan,
        mean=float(every.mean()) if every.size else math.nan,
        n_splits=len(every),
        n_items=k,
        splits=pd.DataFrame(rows),
    )


def odd_even(n_items: int) -> Mask:
    """Which items make the first half: the first, third, fifth, ..."""
    return np.asarray(np.arange(n_items) % 2 == 0)


def first_last(n_items: int) -> Mask:
    """Which items make the first half: the first half of them, the middle one included."""
    return np.asarray(np.arange(n_items) < math.ceil(n_items / 2))


def split_half(values: Matrix, first: Mask) -> dict[str, float]:
    """Coefficients of one split of complete answers (respondents x items) into the items of ``first`` and the others.

    As split_halves defines them; NaN where a half does not vary.
    """
    a, b = values[:, first].sum(axis=1), values[:, ~first].sum(axis=1)
    if is_flat(a) or is_flat(b) or is_flat(a + b):
        return dict.fromkeys(("r", "spearman_brown", "horst", "guttman"), math.nan)
    r = float(np.corrcoef(a, b)[0, 1])
    pq = float(first.mean() * (1 - first.mean()))
    rest = 1 - r**2
    return {
        "r": r,
        "spearman_brown": 2 * r / (1 + r) if r > -1 else math.nan,
        "horst": (math.sqrt(r**4 + 4 * r**2 * rest * pq) - r**2) / (2 * rest * pq) if rest > 0 else 1.0,
        "guttman": float(2 * (1 - (a.var(ddof=1) + b.var(ddof=1)) / (a + b).var(ddof=1))),
    }


def every_split(matrix: Matrix) -> Matrix:
    """Guttman's coefficient 4 c / V of every split into halves (for an odd number the larger has one item more).

    matrix: correlations or covariances of k items with sum V; c is the sum of the entries that join the two halves.
    For an even k every split stands once. Empty where there are more than MOST_SPLITS.
    """
    k = len(matrix)
    half = k // 2
    n_splits = int(comb(k, half, exact=True)) // (2 if k % 2 == 0 else 1)
    if k < 2 or n_splits > MOST_SPLITS:
        return np.empty(0)
    # with an even k the last item always stands in the second half: no split is met twice
    choices = combinations(range(k - 1 if k % 2 == 0 else k), half)
    members = np.fromiter((item for choice in choices for item in choice), dtype=np.intp, count=n_splits * half)
    coefficients = np.empty(n_splits)
    for start in range(0, n_splits, _AT_ONCE):
        part = members.reshape(n_splits, half)[start : start + _AT_ONCE]
        first = np.zeros((len(part), k))
        np.put_along_axis(first, part, 1.0, axis=1)
        coefficients[start : start + len(part)] = ((first @ matrix) * (1 - first)).sum(axis=1)
    return np.asarray(4 * coefficients / matrix.sum(), dtype=float)
