"""Correlations among scores or items, each pair on the respondents who have both."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, get_args

import numpy as np
import pandas as pd
from scipy import stats

from ..results import Reason, Result
from .inputs import (
    Matrix,
    check_choice,
    check_level,
    correlation_matrix,
    empty_columns,
    flat_columns,
    is_flat,
    numbers,
)

PairMethod = Literal["pearson", "spearman", "kendall"]
Adjustment = Literal["holm", "none"]


@dataclass(frozen=True, kw_only=True, eq=False)
class CorrelationMatrix(Result):
    """All pairwise correlations: ``estimates`` is the square matrix, ``pairs`` what tidy() returns.

    n_used: respondents who contribute to at least one pair. correlation: "pearson", "spearman" or "kendall". adjust:
    correction of the p values over all pairs.
    """

    correlation: str
    adjust: str
    estimates: pd.DataFrame
    pairs: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """One row a pair: term_1, term_2, estimate, conf_low and _high, statistic, df, p_value, p_value_adjusted, n."""
        return self.pairs.copy()


def correlations(
    frame: pd.DataFrame,
    *,
    method: PairMethod = "pearson",
    conf_level: float = 0.95,
    adjust: Adjustment = "holm",
) -> CorrelationMatrix:
    """Pearson or Spearman correlation, or Kendall's tau-b, of every pair of columns, with interval and test.

    frame: respondents x variables, NaN missing (deleted pair by pair). Test: t = r sqrt(df / (1 - r^2)), df = n - 2,
    two-sided, adjusted over all pairs; for Kendall z = S / sd(S) under independence with these ties, no df. Interval:
    tanh(atanh r +- z se) with se = 1 / sqrt(n - 3) (Fisher), for Spearman sqrt((1 + r^2 / 2) / (n - 3)), for Kendall
    sqrt(.437 / (n - 4)) (both Bonett & Wright 2000, doi:10.1007/BF02294183); NaN below n = 4 (Kendall 5). Not
    computable: too_few_items (below 2 columns), too_few_rows (no pair with 3 rows or more). Flagged, with NaN in
    the pairs concerned: zero_variance, empty_items, pairs_too_small (fewer than 3 rows). Raises ValueError for a
    wrong call. R: psych::corr.test(frame, method, adjust = "holm"); cor.test(x, y, exact = FALSE)
    (Kendall and Spearman without continuity correction).
    """
    check_choice(method, "method", get_args(PairMethod))
    check_choice(adjust, "adjust", get_args(Adjustment))
    check_level(conf_level)
    values = numbers(frame, "frame")
    names = list(values.columns)
    pairs = pd.DataFrame(
        [_pair(values, one, two, method, conf_level) for one, two in combinations(names, 2)], columns=_PAIR_COLUMNS
    )
    pairs["p_value_adjusted"] = _adjusted(pairs["p_value"].to_numpy(dtype=float), adjust)
    flat = flat_columns(values)
    square = np.diag([math.nan if name in flat else 1.0 for name in names])
    square[np.triu_indices(len(names), 1)] = pairs["estimate"]
    square.T[np.triu_indices(len(names), 1)] = pairs["estimate"]
    contributing = int((values.notna().sum(axis=1) >= 2).sum())
    reasons, computable = _reasons(values, pairs, flat)
    return CorrelationMatrix(
        n_used=contributing,
        n_dropped=len(values) - contributing,
        method=_NAMES[method],
        conf_level=conf_level,
        status="not_computable" if not computable else "flagged" if reasons else "ok",
        reasons=reasons,
        correlation=method,
        adjust=adjust,
        estimates=pd.DataFrame(square, index=names, columns=names),
        pairs=pairs,
    )


_NAMES: dict[PairMethod, str] = {
    "pearson": "Pearson correlation, pairwise",
    "spearman": "Spearman correlation, pairwise",
    "kendall": "Kendall tau-b, pairwise",
}
_PAIR_COLUMNS = (
    *("term_1", "term_2", "estimate", "conf_low", "conf_high"),
    *("statistic", "df", "p_value", "p_value_adjusted", "n"),
)


def _pair(
    values: pd.DataFrame, one: str, two: str, method: PairMethod, conf_level: float
) -> dict[str, float | int | str]:
    both = values[[one, two]].dropna().to_numpy()
    n = len(both)
    row: dict[str, float | int | str] = dict.fromkeys(_PAIR_COLUMNS, math.nan)
    row |= {"term_1": one, "term_2": two, "n": n}
    if n < 3 or is_flat(both[:, 0]) or is_flat(both[:, 1]):
        return row
    r, statistic, df = _kendall(both) if method == "kendall" else _product_moment(both, method)
    low, high = _interval(r, n, method, conf_level)
    return row | {
        "estimate": r,
        "conf_low": low,
        "conf_high": high,
        "statistic": statistic,
        "df": df,
        "p_value": float(2 * (stats.norm.sf(abs(statistic)) if math.isnan(df) else stats.t.sf(abs(statistic), df))),
    }


def _product_moment(both: Matrix, method: Literal["pearson", "spearman"]) -> tuple[float, float, float]:
    """r, t and its degrees of freedom."""
    r = min(1.0, max(-1.0, float(correlation_matrix(both, method)[0, 1])))
    df = len(both) - 2
    unexplained = (1 - r) * (1 + r)
    return r, r * math.sqrt(df / unexplained) if unexplained > 0 else math.copysign(math.inf, r), df


def _kendall(both: Matrix) -> tuple[float, float, float]:
    """tau-b, z, and no degrees of freedom: S = concordant - discordant pairs, its variance under independence given
    the ties (Kendall & Gibbons 1990, Rank Correlation Methods, 5th ed., 4.9)."""
    n = len(both)
    tau = min(1.0, max(-1.0, float(stats.kendalltau(both[:, 0], both[:, 1], variant="b").statistic)))
    sizes = [np.unique(both[:, side], return_counts=True)[1].astype(float) for side in (0, 1)]
    twos, threes = ([float((t * (t - 1)).sum()) for t in sizes], [float((t * (t - 1) * (t - 2)).sum()) for t in sizes])
    ranked = [float((t * (t - 1) * (2 * t + 5)).sum()) for t in sizes]
    untied = [(n * (n - 1) - tied) / 2 for tied in twos]
    variance = (n * (n - 1) * (2 * n + 5) - sum(ranked)) / 18 + threes[0] * threes[1] / (9 * n * (n - 1) * (n - 2))
    variance += twos[0] * twos[1] / (2 * n * (n - 1))
    return tau, tau * math.sqrt(untied[0] * untied[1] / variance), math.nan


def _interval(r: float, n: int, method: PairMethod, conf_level: float) -> tuple[float, float]:
    spread = {"pearson": 1.0, "spearman": 1 + r**2 / 2, "kendall": 0.437}[method]
    free = n - 4 if method == "kendall" else n - 3
    if free < 1:
        return math.nan, math.nan
    if abs(r) == 1:
        return r, r
    half_width = float(stats.norm.ppf((1 + conf_level) / 2)) * math.sqrt(spread / free)
    return math.tanh(math.atanh(r) - half_width), math.tanh(math.atanh(r) + half_width)


def _adjusted(p_values: Matrix, adjust: Adjustment) -> Matrix:
    """Holm's step-down correction over the pairs that have a p: the i-th smallest of m counts m - i + 1 times."""
    present = np.flatnonzero(~np.isnan(p_values))
    ascending = present[np.argsort(p_values[present], kind="stable")]
    adjusted = p_values.copy()
    if adjust == "holm":
        weights = np.arange(len(ascending), 0, -1)
        adjusted[ascending] = np.maximum.accumulate(p_values[ascending] * weights).clip(max=1)
    return adjusted


def _reasons(values: pd.DataFrame, pairs: pd.DataFrame, flat: tuple[str, ...]) -> tuple[tuple[Reason, ...], bool]:
    """Why pairs are missing, and whether any pair could be computed."""
    if len(values.columns) < 2:
        return (Reason("too_few_items", {"n_items": len(values.columns), "minimum": 2}),), False
    if (pairs["n"] < 3).all():
        return (Reason("too_few_rows", {"n_used": int(pairs["n"].max()), "minimum": 3}),), False
    reasons = []
    empty = empty_columns(values)
    constant = tuple(name for name in flat if name not in empty)
    if empty:
        reasons.append(Reason("empty_items", {"items": empty}))
    if constant:
        reasons.append(Reason("zero_variance", {"items": constant}))
    others = ~(pairs["term_1"].isin(empty) | pairs["term_2"].isin(empty))
    if small := int((others & (pairs["n"] < 3)).sum()):
        reasons.append(Reason("pairs_too_small", {"n_pairs": small, "minimum": 3}))
    return tuple(reasons), bool(pairs["estimate"].notna().any())
