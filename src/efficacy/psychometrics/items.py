"""Items one by one: what was answered, and how each item stands to the rest of its scale."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy import stats

from .inputs import Mask, Matrix, check_level, correlation_matrix, is_flat, is_singular, numbers

EXTREME_SHARE = 0.27  # Kelley (1939): the share at each end that separates high from low best under normality
ROUNDING = 1e-12  # a correlation this near 0 has no sign: its last digits change with the order of the items


def describe_items(
    items: pd.DataFrame, *, minimum: float | None = None, maximum: float | None = None, conf_level: float = 0.95
) -> pd.DataFrame:
    """Distribution of every item over the respondents who answered it.

    items: respondents x items, NaN missing. minimum, maximum: ends of the response scale, from the instrument.
    Returns one row an item: item, n, n_missing, mean, sd (n - 1), std_error = sd / sqrt(n), conf_low, conf_high
    (mean +- t(n - 1) std_error), median, minimum, maximum (as observed), skewness and excess kurtosis of type 2
    (G1 = g1 sqrt(n (n - 1)) / (n - 2); G2 = (n - 1) [(n + 1) g2 + 6] / [(n - 2)(n - 3)]), floor, ceiling (shares of
    the answers at either end of the response scale; NaN where it is not given), reason ("" or too_few_rows,
    zero_variance). Raises ValueError for a wrong call. Reference: Joanes & Gill (1998),
    doi:10.1111/1467-9884.00122. R: psych::describe(items, type = 2); e1071::skewness(x, type = 2).
    """
    check_level(conf_level)
    if minimum is not None and maximum is not None and not minimum < maximum:
        raise ValueError(f"minimum={minimum!r}, maximum={maximum!r}: minimum below maximum")
    frame = numbers(items)
    rows = [
        {"item": name, **_distribution(frame[name].to_numpy(), minimum, maximum, conf_level)} for name in frame.columns
    ]
    return pd.DataFrame(rows, columns=["item", *_distribution(np.empty(0), None, None, conf_level)])


def answer_counts(items: pd.DataFrame, *, minimum: int, maximum: int) -> pd.DataFrame:
    """How often each answer of the response scale was given to each item, answers that nobody gave included.

    items: respondents x items, NaN missing. minimum, maximum: ends of the response scale, from the instrument, in steps
    of 1. Returns one row an item and answer: item, response, n, share (of those who answered the item; NaN where
    nobody did). Raises ValueError for a wrong call and for an answer that is not on the scale (naming the item, never
    the answer). R: table(factor(x, levels = minimum:maximum)).
    """
    if not minimum < maximum:
        raise ValueError(f"minimum={minimum!r}, maximum={maximum!r}: minimum below maximum")
    frame = numbers(items)
    scale = np.arange(minimum, maximum + 1)
    parts = []
    for name in frame.columns:
        given = frame[name].dropna().to_numpy()
        if not np.isin(given, scale).all():
            raise ValueError(f"items: an answer to {name!r} is not on the scale from {minimum} to {maximum}")
        n = (given[:, None] == scale).sum(axis=0)
        share = n / len(given) if len(given) else np.full(len(scale), math.nan)
        parts.append(pd.DataFrame({"item": name, "response": scale, "n": n, "share": share}))
    columns = ["item", "response", "n", "share"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def item_analysis(items: pd.DataFrame, *, conf_level: float = 0.95) -> pd.DataFrame:
    """Item analysis of one scale on its complete rows: discrimination, and what the scale would be without the item.

    items: respondents x items of one scale, reverse-scored, NaN missing. Returns one row an item: item, n, n_dropped,
    mean, sd, std_error, conf_low, conf_high (t interval of the mean), item_total_r, item_rest_r (corrected
    item-total correlation), squared_multiple_r (R^2 of the item on the others; NaN where their correlations have no
    inverse), alpha_if_dropped (NaN for two items), high_low_difference (of the means), high_low_statistic,
    high_low_df, high_low_p_value (extreme groups: Welch's t of the respondents at or above the total score of rank
    round(.27 n) from the top against those at or below that of the same rank from the bottom, ties included), n_low,
    n_high, reverse_alarm (item_rest_r < 0: a reason to look at the wording, never a confirmation of a reversed key),
    reason ("" or too_few_rows, too_few_items, zero_variance, groups_overlap, groups_too_small). Raises ValueError for
    a wrong call. Reference: Kelley (1939), doi:10.1037/h0057123. R: psych::alpha(items)$item.stats (r.drop) and
    $alpha.drop; psych::smc(cor(items)); t.test(high, low).
    """
    check_level(conf_level)
    frame = numbers(items)
    complete = frame.dropna()
    values = complete.to_numpy()
    low, high = _extreme_groups(values.sum(axis=1))
    multiple = _squared_multiple(values)
    rows = []
    for position, name in enumerate(complete.columns):
        described = _distribution(values[:, position], None, None, conf_level)
        rows.append(
            {"item": name, "n_dropped": len(frame) - len(values), "n_low": int(low.sum()), "n_high": int(high.sum())}
            | {key: described[key] for key in ("n", "mean", "sd", "std_error", "conf_low", "conf_high")}
            | _discrimination(values, position, low, high)
            | {"squared_multiple_r": multiple[position]}
        )
    return pd.DataFrame(rows, columns=_ITEM_ANALYSIS_COLUMNS)


_NO_TEST = (math.nan, math.nan, math.nan)
_ITEM_ANALYSIS_COLUMNS = (
    *("item", "n", "n_dropped", "mean", "sd", "std_error", "conf_low", "conf_high"),
    *("item_total_r", "item_rest_r", "squared_multiple_r", "alpha_if_dropped", "high_low_difference"),
    *("high_low_statistic", "high_low_df", "high_low_p_value", "n_low", "n_high", "reverse_alarm", "reason"),
)


def _distribution(
    column: Matrix, minimum: float | None, maximum: float | None, conf_level: float
) -> Mapping[str, float | int | str]:
    values = column[~np.isnan(column)]
    n = values.size
    mean = float(values.mean()) if n else math.nan
    sd = float(values.std(ddof=1)) if n > 1 else math.nan
    std_error = sd / math.sqrt(n) if n > 1 else math.nan
    half_width = float(stats.t.ppf((1 + conf_level) / 2, n - 1)) * std_error if n > 1 else math.nan
    skewness, kurtosis = _shape(values)
    return {
        "n": n,
        "n_missing": column.size - n,
        "mean": mean,
        "sd": sd,
        "std_error": std_error,
        "conf_low": mean - half_width,
        "conf_high": mean + half_width,
        "median": float(np.median(values)) if n else math.nan,
        "minimum": float(values.min()) if n else math.nan,
        "maximum": float(values.max()) if n else math.nan,
        "skewness": skewness,
        "kurtosis": kurtosis,
        "floor": float((values == minimum).mean()) if n and minimum is not None else math.nan,
        "ceiling": float((values == maximum).mean()) if n and maximum is not None else math.nan,
        "reason": "too_few_rows" if n < 2 else "zero_variance" if is_flat(values) else "",
    }


def _shape(values: Matrix) -> tuple[float, float]:
    """Skewness G1 and excess kurtosis G2; NaN where undefined (no variation, fewer than 3 and 4 values)."""
    n = values.size
    if n < 3 or is_flat(values):
        return math.nan, math.nan
    deviations = values - values.mean()
    variance = float((deviations**2).mean())
    g1 = float((deviations**3).mean()) / variance**1.5
    skewness = g1 * math.sqrt(n * (n - 1)) / (n - 2)
    if n < 4:
        return skewness, math.nan
    g2 = float((deviations**4).mean()) / variance**2 - 3
    return skewness, (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * g2 + 6)


def _correlation(x: Matrix, y: Matrix) -> float:
    if x.size < 3 or is_flat(x) or is_flat(y):
        return math.nan
    return float(np.corrcoef(x, y)[0, 1])


def _alpha_without(values: Matrix, position: int) -> float:
    rest = np.delete(values, position, axis=1)
    k = rest.shape[1]
    if len(rest) < 3 or k < 2 or is_flat(rest.sum(axis=1)):
        return math.nan
    return float(k / (k - 1) * (1 - rest.var(axis=0, ddof=1).sum() / rest.sum(axis=1).var(ddof=1)))


def _squared_multiple(values: Matrix) -> Matrix:
    """R^2 of every item on the others: 1 - 1 / diag(R^-1)."""
    n, k = values.shape
    nothing = np.full(k, math.nan)
    if n <= k or k < 2 or any(is_flat(column) for column in values.T):
        return nothing
    correlations = correlation_matrix(values, "pearson")
    return nothing if is_singular(correlations) else 1 - 1 / np.linalg.inv(correlations).diagonal()


def _extreme_groups(total: Matrix) -> tuple[Mask, Mask]:
    """Masks of the low and the high group by total score; ties at the cut belong to the group."""
    if not total.size:
        return np.zeros(0, dtype=bool), np.zeros(0, dtype=bool)
    rank = max(1, math.floor(EXTREME_SHARE * total.size + 0.5))
    ordered = np.sort(total)
    return total <= ordered[rank - 1], total >= ordered[-rank]


def _welch(high: Matrix, low: Matrix) -> tuple[float, float, float]:
    """Welch's t of high - low, its df and two-sided p; NaN where a group has one member or neither varies."""
    if min(high.size, low.size) < 2 or (is_flat(high) and is_flat(low)):
        return _NO_TEST
    a, b = high.var(ddof=1) / high.size, low.var(ddof=1) / low.size
    statistic = float((high.mean() - low.mean()) / math.sqrt(a + b))
    df = float((a + b) ** 2 / (a**2 / (high.size - 1) + b**2 / (low.size - 1)))
    return statistic, df, float(2 * stats.t.sf(abs(statistic), df))


def _discrimination(values: Matrix, position: int, low: Mask, high: Mask) -> dict[str, float | bool | str]:
    item, total = values[:, position], values.sum(axis=1)
    overlap = bool((low & high).any())
    item_rest_r = _correlation(item, total - item) if values.shape[1] > 1 else math.nan
    statistic, df, p_value = _NO_TEST if overlap else _welch(item[high], item[low])
    return {
        "item_total_r": _correlation(item, total),
        "item_rest_r": item_rest_r,
        "alpha_if_dropped": _alpha_without(values, position),
        "high_low_difference": math.nan if overlap or not low.size else float(item[high].mean() - item[low].mean()),
        "high_low_statistic": statistic,
        "high_low_df": df,
        "high_low_p_value": p_value,
        "reverse_alarm": bool(item_rest_r < -ROUNDING),
        "reason": _item_reason(values, is_flat(item), overlap, min(low.sum(), high.sum())),
    }


def _item_reason(values: Matrix, flat: bool, overlap: bool, smallest_group: int) -> str:
    if len(values) < 3:
        return "too_few_rows"
    if values.shape[1] < 2:
        return "too_few_items"
    if flat:
        return "zero_variance"
    if overlap:
        return "groups_overlap"
    return "groups_too_small" if smallest_group < 2 else ""
