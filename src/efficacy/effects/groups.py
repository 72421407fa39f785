"""Scores of groups side by side: description, Welch's tests with their rank twins, and many groupings with Holm."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.oneway import anova_oneway

from ..results import Reason, Result
from .distributions import (
    Interval,
    hedges_correction,
    noncentral_f_interval,
    noncentral_t_interval,
    t_interval,
    t_p_value,
)
from .exact import rank_sum_p_value
from .inputs import categories, check_probability, complete_rows, numbers
from .means import one_way_f, welch_difference

SMALLEST_LEVEL = 2
"""A level needs a variance to be compared."""


@dataclass(frozen=True, kw_only=True, eq=False)
class GroupComparison(Result):
    """Do the levels of one grouping variable differ in their mean score?

    estimate, conf_low, conf_high: mean of the first level minus the second (two levels only, else NaN). statistic, df,
    df_denominator, p_value: Welch's t (df_denominator NaN) or Welch's F. effect: Hedges' g of first minus second, or
    omega squared, with its interval. rank_*: the test that uses only the order of the scores.
    """

    by: str
    n_levels: int
    estimate: float = math.nan
    conf_low: float = math.nan
    conf_high: float = math.nan
    statistic: float = math.nan
    df: float = math.nan
    df_denominator: float = math.nan
    p_value: float = math.nan
    effect_name: str = ""
    effect: float = math.nan
    effect_conf_low: float = math.nan
    effect_conf_high: float = math.nan
    rank_method: str = ""
    rank_statistic: float = math.nan
    rank_df: float = math.nan
    rank_p_value: float = math.nan
    rank_effect_name: str = ""
    rank_effect: float = math.nan
    levels: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """One row a level: level, n, mean, sd, std_error, conf_low, conf_high."""
        return self.levels.copy()


def describe_scores(scores: pd.DataFrame, *, by: pd.Series | None = None, conf_level: float = 0.95) -> pd.DataFrame:
    """Describe each scale, over everybody or by level.

    scores: children x scales, scale units, NaN for no score. by: level of each child, aligned by index; children
    without a level appear in no row. Returns scale, level ("" without ``by``), n, mean, sd, std_error = sd / sqrt(n),
    conf_low, conf_high = mean +- t(n - 1) std_error, median, minimum, maximum. A row with n < 2 has NaN spread.
    Raises ValueError for scores that are not numbers. R: ``t.test(x)$conf.int``.
    """
    check_probability(conf_level, "conf_level")
    everyone = pd.Series("", index=scores.index) if by is None else by
    level = categories(everyone, "by")
    rows = []
    for scale in scores.columns:
        complete, _ = complete_rows(score=numbers(scores[scale], "scores"), level=level)
        for name in level.cat.categories:
            values = complete.loc[complete["level"] == name, "score"]
            rows.append({"scale": scale, "level": name, **_description(values, conf_level)})
    return pd.DataFrame(rows, columns=["scale", "level", *_DESCRIPTION])


def compare_groups(scores: pd.Series, *, by: pd.Series, conf_level: float = 0.95) -> GroupComparison:
    """Compare mean scores over the levels of a grouping variable without assuming equal variances.

    scores: one score a child. by: level of each child (categories in declared order, else sorted), aligned by index.
    Two levels: Welch's t, df of Welch-Satterthwaite; g = J(n1 + n2 - 2) (M1 - M2) / s_pooled, interval by noncentral t
    with equal variances; Mann-Whitney U of the first level with r = 2U/(n1 n2) - 1. More: Welch's F; omega squared =
    df1 (F - 1) / (df1 (F - 1) + N) from the equal-variance F, cut at 0, interval ncp/(ncp + N) by noncentral F;
    Kruskal-Wallis H with epsilon squared = H / (N - 1). Levels with fewer than 2 scores are left out and said.
    Returns GroupComparison; fewer than two levels left, or a level without spread: not computable.
    Welch (1951), doi:10.1093/biomet/38.3-4.330; Hedges (1981), doi:10.3102/10769986006002107; Steiger (2004),
    doi:10.1037/1082-989X.9.2.164. R: ``t.test``, ``oneway.test``, ``effectsize::hedges_g``,
    ``effectsize::omega_squared``, ``coin::wilcox_test``, ``kruskal.test``.
    """
    check_probability(conf_level, "conf_level")
    complete, n_dropped = complete_rows(score=numbers(scores, "scores"), level=categories(by, "by"))
    groups, left_out = _usable_levels(complete)
    reasons = [Reason("levels_left_out", {"levels": left_out, "minimum": SMALLEST_LEVEL})] if left_out else []
    used = sum(len(values) for values in groups.values())
    frame = pd.DataFrame([{"level": k, **_description(v, conf_level)} for k, v in groups.items()])
    empty = GroupComparison(
        by="" if by.name is None else str(by.name),
        n_used=used,
        n_dropped=n_dropped + len(complete) - used,
        method="welch_t" if len(groups) == 2 else "welch_anova",
        conf_level=conf_level,
        n_levels=len(groups),
        levels=frame.reindex(columns=["level", *_DESCRIPTION[:-3]]),
    )
    if len(groups) < 2:
        reasons.append(Reason("fewer_than_two_levels", {"n_levels": len(groups)}))
        return dataclasses.replace(empty, status="not_computable", reasons=tuple(reasons))
    arrays = [values.to_numpy() for values in groups.values()]
    flat = [k for k, v in groups.items() if v.var() <= _rounding(v)]
    if (len(groups) > 2 and flat) or len(flat) == len(groups):
        reasons.append(Reason("level_without_spread", {"levels": tuple(flat)}))
        return dataclasses.replace(empty, status="not_computable", reasons=tuple(reasons))
    tests = _two_levels(arrays[0], arrays[1], conf_level) if len(arrays) == 2 else _several_levels(arrays, conf_level)
    return dataclasses.replace(empty, **tests, status="flagged" if reasons else "ok", reasons=tuple(reasons))


def compare_by(scores: pd.Series, groups: pd.DataFrame, *, conf_level: float = 0.95) -> pd.DataFrame:
    """Compare the same scores over several grouping variables, with p adjusted for their number.

    scores: one score a child. groups: children x grouping variables, aligned by index. Returns one row a variable:
    variable, the columns of GroupComparison.glance(), reasons, and p_value_adjusted = Holm's p over the variables that
    could be computed. Raises ValueError for repeated children. Holm (1979). R: ``p.adjust(p, "holm")``.
    """
    rows = []
    for variable in groups.columns:
        result = compare_groups(scores, by=groups[variable], conf_level=conf_level)
        rows.append({"variable": variable, **result.glance().iloc[0].to_dict(), "reasons": result.reasons})
    table = pd.DataFrame(rows)
    if table.empty:
        return table
    return table.assign(p_value_adjusted=holm(table["p_value"]))


def holm(p_values: pd.Series) -> pd.Series:
    """Holm's step-down p over the values that exist; NaN stays NaN and does not count as a test.

    Sorted p_(i) of m: the largest so far of (m - i + 1) p_(i), at most 1. (statsmodels' own function collects garbage
    at every call, which costs more than a whole comparison.) Holm (1979). R: ``p.adjust(p, "holm")``.
    """
    present = p_values.dropna().sort_values(kind="stable")
    steps = present * np.arange(len(present), 0, -1)
    return steps.cummax().clip(upper=1.0).reindex(p_values.index)


def categorical_table(covariates: pd.DataFrame) -> pd.DataFrame:
    """Count the children on every level of every categorical variable.

    covariates: children x categorical variables. Returns variable, level (declared order, empty levels with 0), n,
    share of the children with an answer to that variable (NaN where nobody has one), n_missing.
    R: ``prop.table(table(x))``.
    """
    rows = []
    for variable in covariates.columns:
        column = categories(covariates[variable], "covariates")
        answered = int(column.notna().sum())
        counts = column.value_counts(sort=False)
        rows += [
            {
                "variable": variable,
                "level": level,
                "n": int(counts.loc[level]),
                "share": int(counts.loc[level]) / answered if answered else math.nan,
                "n_missing": len(column) - answered,
            }
            for level in column.cat.categories
        ]
    return pd.DataFrame(rows, columns=["variable", "level", "n", "share", "n_missing"])


_DESCRIPTION = ("n", "mean", "sd", "std_error", "conf_low", "conf_high", "median", "minimum", "maximum")


def _description(values: pd.Series, conf_level: float) -> dict[str, float]:
    n = len(values)
    sd = float(values.std()) if n > 1 else math.nan
    std_error = sd / math.sqrt(n) if n else math.nan
    mean = float(values.mean()) if n else math.nan
    low, high = t_interval(mean, std_error, n - 1, conf_level) if n > 1 else (math.nan, math.nan)
    return {
        "n": n,
        "mean": mean,
        "sd": sd,
        "std_error": std_error,
        "conf_low": low,
        "conf_high": high,
        "median": float(values.median()) if n else math.nan,
        "minimum": float(values.min()) if n else math.nan,
        "maximum": float(values.max()) if n else math.nan,
    }


def _usable_levels(complete: pd.DataFrame) -> tuple[dict[str, pd.Series], tuple[str, ...]]:
    """Scores by level in declared order, and the levels somebody has but too few to compare."""
    by_level = {name: complete.loc[complete["level"] == name, "score"] for name in complete["level"].cat.categories}
    usable = {name: values for name, values in by_level.items() if len(values) >= SMALLEST_LEVEL}
    return usable, tuple(str(k) for k, v in by_level.items() if 0 < len(v) < SMALLEST_LEVEL)


def _rounding(values: pd.Series) -> float:
    """Largest variance that rounding alone gives equal values of this size."""
    return float((1e-13 * values.abs().max()) ** 2)


class _Tests(TypedDict, total=False):
    """What two levels, or more, give; the rest stays as it is."""

    estimate: float
    conf_low: float
    conf_high: float
    statistic: float
    df: float
    df_denominator: float
    p_value: float
    effect_name: str
    effect: float
    effect_conf_low: float
    effect_conf_high: float
    rank_method: str
    rank_statistic: float
    rank_df: float
    rank_p_value: float
    rank_effect_name: str
    rank_effect: float


def _two_levels(first: np.ndarray, second: np.ndarray, conf_level: float) -> _Tests:
    difference, std_error, welch_df = welch_difference(first, second)
    interval = t_interval(difference, std_error, welch_df, conf_level)
    n1, n2 = len(first), len(second)
    df = n1 + n2 - 2
    pooled = math.sqrt(((n1 - 1) * first.var(ddof=1) + (n2 - 1) * second.var(ddof=1)) / df)
    scale = math.sqrt(1 / n1 + 1 / n2)
    d = difference / pooled
    correction = hedges_correction(df)
    low, high = noncentral_t_interval(d / scale, df, conf_level)
    u = float(stats.mannwhitneyu(first, second, method="asymptotic", use_continuity=False).statistic)
    rank_p_value, how = rank_sum_p_value(first, second)
    return {
        "estimate": difference,
        "conf_low": interval[0],
        "conf_high": interval[1],
        "statistic": difference / std_error,
        "df": welch_df,
        "p_value": t_p_value(difference / std_error, welch_df),
        "effect_name": "hedges_g",
        "effect": correction * d,
        "effect_conf_low": correction * scale * low,
        "effect_conf_high": correction * scale * high,
        "rank_method": f"mann_whitney_{how}",
        "rank_statistic": u,
        "rank_p_value": rank_p_value,
        "rank_effect_name": "rank_biserial",
        "rank_effect": 2 * u / (n1 * n2) - 1,
    }


def _several_levels(arrays: list[np.ndarray], conf_level: float) -> _Tests:
    welch = anova_oneway(arrays, use_var="unequal", welch_correction=True)
    total = sum(len(a) for a in arrays)
    kruskal = stats.kruskal(*arrays)
    effect, interval = _omega_squared(arrays, conf_level)
    return {
        "statistic": float(welch.statistic),
        "df": float(welch.df_num),
        "df_denominator": float(welch.df_denom),
        "p_value": float(welch.pvalue),
        "effect_name": "omega_squared",
        "effect": effect,
        "effect_conf_low": interval[0],
        "effect_conf_high": interval[1],
        "rank_method": "kruskal_wallis",
        "rank_statistic": float(kruskal.statistic),
        "rank_df": float(len(arrays) - 1),
        "rank_p_value": float(kruskal.pvalue),
        "rank_effect_name": "epsilon_squared",
        "rank_effect": float(kruskal.statistic) / (total - 1),
    }


def _omega_squared(arrays: list[np.ndarray], conf_level: float) -> tuple[float, Interval]:
    total, df = sum(len(a) for a in arrays), len(arrays) - 1
    f, _ = one_way_f(arrays)
    excess = df * (f - 1)
    low, high = noncentral_f_interval(f, df, total - len(arrays), conf_level)
    return max(0.0, excess / (excess + total)), (low / (low + total), high / (high + total))
