"""Which quantities go together: correlations of every pair, with intervals and a rank twin."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pandas as pd
from scipy import stats

from .distributions import t_p_value
from .inputs import check_probability, complete_rows, numbers

FEWEST = 4
"""Fisher's interval needs n - 3 > 0."""


def pairwise_correlations(data: pd.DataFrame, *, conf_level: float = 0.95) -> pd.DataFrame:
    """Correlate every pair of columns over the children who have both.

    data: children x quantities, NaN missing. Returns one row a pair: first, second, n, estimate (Pearson's r),
    conf_low, conf_high = tanh(atanh r -+ z / sqrt(n - 3)), p_value (t = r sqrt((n - 2)/(1 - r^2)), df n - 2),
    spearman, spearman_p_value (the same t on mid-ranks), reason ("", too_few_rows or zero_variance; NaN then).
    Raises ValueError for columns that are not numbers. Fisher (1921). R: ``cor.test(x, y)``,
    ``cor(x, y, method="spearman")``.
    """
    check_probability(conf_level, "conf_level")
    rows = []
    for first, second in combinations(data.columns, 2):
        pair, _ = complete_rows(x=numbers(data[first], "data"), y=numbers(data[second], "data"))
        rows.append({"first": first, "second": second, "n": len(pair), **_correlations(pair, conf_level)})
    return pd.DataFrame(rows, columns=list(_COLUMNS))


_NUMBERS = ("estimate", "conf_low", "conf_high", "p_value", "spearman", "spearman_p_value")
_COLUMNS = ("first", "second", "n", *_NUMBERS, "reason")


def _correlations(pair: pd.DataFrame, conf_level: float) -> dict[str, float | str]:
    n, x, y = len(pair), pair["x"].to_numpy(), pair["y"].to_numpy()
    reason = "too_few_rows" if n < FEWEST else "zero_variance" if _is_flat(x) or _is_flat(y) else ""
    if reason:
        return {**dict.fromkeys(_NUMBERS, math.nan), "reason": reason}
    r = _pearson(x, y)
    spearman = _pearson(stats.rankdata(x), stats.rankdata(y))
    half = float(stats.norm.ppf((1 + conf_level) / 2)) / math.sqrt(n - 3)
    centre = math.atanh(r) if abs(r) < 1 else math.copysign(math.inf, r)
    return {
        "estimate": r,
        "conf_low": math.tanh(centre - half),
        "conf_high": math.tanh(centre + half),
        "p_value": _p_value(r, n),
        "spearman": spearman,
        "spearman_p_value": _p_value(spearman, n),
        "reason": "",
    }


def _is_flat(values: np.ndarray) -> bool:
    return bool(np.ptp(values) <= 1e-13 * np.abs(values).max())


def _pearson(x: np.ndarray, y: np.ndarray) -> float:
    dx, dy = x - x.mean(), y - y.mean()
    r = float(dx @ dy / math.sqrt(float(dx @ dx) * float(dy @ dy)))
    return max(-1.0, min(1.0, r))


def _p_value(r: float, n: int) -> float:
    return t_p_value(r * math.sqrt((n - 2) / (1 - r**2)), n - 2) if abs(r) < 1 else 0.0
