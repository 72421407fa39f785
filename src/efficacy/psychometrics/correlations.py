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
    CorrelationMethod,
    Matrix,
    check_choice,
    check_level,
    correlation_matrix,
    empty_columns,
    flat_columns,
    is_flat,
    numbers,
)

Adjustment = Literal["holm", "none"]


@dataclass(frozen=True, kw_only=True, eq=False)
class CorrelationMatrix(Result):
    """All pairwise correlations: ``estimates`` is the square matrix, ``pairs`` what tidy() returns.

    n_used: respondents who contribute to at least one pair. correlation: "pearson" or "spearman". adjust: correction
    of the p values over all pairs.
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
    method: CorrelationMethod = "pearson",
    conf_level: float = 0.95,
    adjust: Adjustment = "holm",
) -> CorrelationMatrix:
    """Pearson or Spearman correlation of every pair of columns, with interval and test.

    frame: respondents x variables, NaN missing (deleted pair by pair). Test: t = r sqrt(df / (1 - r^2)), df = n - 2,
    two-sided, adjusted over all pairs. Interval: tanh(atanh r +- z se) with se = 1 / sqrt(n - 3) (Fisher), for
    Spearman se = sqrt((1 + r^2 / 2) / (n - 3)) (Bonett & Wright 2000, doi:10.1007/BF02294183); NaN below n = 4.
    Not computable: too_few_items (below 2 columns), too_few_rows (no pair with 3 rows or more). Flagged, with NaN in
    the pairs concerned: zero_variance, empty_items, pairs_too_small (fewer than 3 rows). Raises ValueError for a
    wrong call. R: psych::corr.test(frame, method, adjust = "holm"); cor.test(x, y, exact = FALSE).
    """
    check_choice(method, "method", get_args(CorrelationMethod))
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
        method=f"{method.capitalize()} correlation, pairwise",
        conf_level=conf_level,
        status="not_computable" if not computable else "flagged" if reasons else "ok",
        reasons=reasons,
        correlation=method,
        adjust=adjust,
        estimates=pd.DataFrame(square, index=names, columns=names),
        pairs=pairs,
    )


_PAIR_COLUMNS = (
    *("term_1", "term_2", "estimate", "conf_low", "conf_high"),
    *("statistic", "df", "p_value", "p_value_adjusted", "n"),
)


def _pair(
    values: pd.DataFrame, one: str, two: str, method: CorrelationMethod, conf_level: float
) -> dict[str, float | int | str]:
    both = values[[one, two]].dropna().to_numpy()
    n = len(both)
    row: dict[str, float | int | str] = dict.fromkeys(_PAIR_COLUMNS, math.nan)
    row |= {"term_1": one, "term_2": two, "n": n}
    if n < 3 or is_flat(both[:, 0]) or is_flat(both[:, 1]):
        return row
    r = min(1.0, max(-1.0, float(correlation_matrix(both, method)[0, 1])))
    df = n - 2
    unexplained = (1 - r) * (1 + r)
    statistic = r * math.sqrt(df / unexplained) if unexplained > 0 else math.copysign(math.inf, r)
    low, high = _interval(r, n, method, conf_level)
    return row | {
        "estimate": r,
        "conf_low": low,
        "conf_high": high,
        "statistic": statistic,
        "df": df,
        "p_value": float(2 * stats.t.sf(abs(statistic), df)),
    }


def _interval(r: float, n: int, method: CorrelationMethod, conf_level: float) -> tuple[float, float]:
    if n < 4:
        return math.nan, math.nan
    if abs(r) == 1:
        return r, r
    spread = 1 + r**2 / 2 if method == "spearman" else 1.0
    half_width = float(stats.norm.ppf((1 + conf_level) / 2)) * math.sqrt(spread / (n - 3))
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
