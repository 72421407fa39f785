"""What SPSS prints for the same comparison, so that a difference from a reader's own output can be explained."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from ..results import Reason, Result
from .exact import signed_ranks
from .inputs import categories, check_probability, complete_rows, numbers
from .linear import estimated
from .means import one_way_f, welch_difference

COLUMNS = ("term", "statistic", "df", "df_denominator", "p_value", "estimate", "std_error", "conf_low", "conf_high")
"""In the order SPSS prints them."""

Row = Mapping[str, object]


@dataclass(frozen=True, kw_only=True, eq=False)
class SpssTable(Result):
    """Rows as SPSS prints them, for reconciling differences only.

    tidy: term, statistic, df, df_denominator, p_value, estimate (a mean difference), std_error, conf_low, conf_high;
    NaN where SPSS prints nothing.
    """

    rows: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """One row a line of SPSS's output."""
        return self.rows.copy()


def spss_groups(scores: pd.Series, *, by: pd.Series, conf_level: float = 0.95) -> SpssTable:
    """The lines SPSS prints for a comparison of groups.

    scores: one score a child. by: level of each child, aligned by index. Two levels, first minus second: levene
    (deviations from the mean), t_equal_variances, t_unequal_variances, anova, mann_whitney_u (the smaller U),
    mann_whitney_z (tie-corrected, no continuity correction, never positive: SPSS's convention). More: levene, anova,
    kruskal_wallis. Every level with a score counts, as in SPSS; a level with one child leaves anova, the ranks and, of
    two levels, t_equal_variances, while levene and t_unequal_variances are NaN. Returns SpssTable, flagged with such a
    level; fewer than 3 children, one level or no spread inside the levels: not computable. SPSS: T-TEST GROUPS,
    ONEWAY, NPAR TESTS. R: ``t.test(var.equal=TRUE)``, ``car::leveneTest(center=mean)``,
    ``wilcox.test(correct=FALSE)``.
    """
    check_probability(conf_level, "conf_level")
    complete, n_dropped = complete_rows(score=numbers(scores, "scores"), level=categories(by, "by"))
    arrays = [values.to_numpy() for _, values in complete.groupby("level", observed=True)["score"]]
    reason = _groups_unusable(arrays)
    if reason is not None:
        return _table([], n_used=len(complete), n_dropped=n_dropped, conf_level=conf_level, reason=reason)
    df_within = len(complete) - len(arrays)
    smallest = min(len(a) for a in arrays)
    levene = one_way_f([np.abs(a - a.mean()) for a in arrays]) if smallest > 1 else (math.nan, math.nan)
    anova = one_way_f(arrays)
    degrees = {"df": len(arrays) - 1.0, "df_denominator": float(df_within)}
    rows: list[Row] = [{"term": "levene", "statistic": levene[0], "p_value": levene[1], **degrees}]
    if len(arrays) == 2:
        rows += _t_rows(arrays[0], arrays[1], conf_level)
    rows.append({"term": "anova", "statistic": anova[0], "p_value": anova[1], **degrees})
    rows += _mann_whitney(*arrays) if len(arrays) == 2 else [_kruskal_wallis(arrays)]
    single = Reason("level_too_small", {"n": smallest, "minimum": 2}) if smallest < 2 else None
    return _table(rows, n_used=len(complete), n_dropped=n_dropped, conf_level=conf_level, reason=single)


def spss_paired(pre: pd.Series, post: pd.Series, *, conf_level: float = 0.95) -> SpssTable:
    """The lines SPSS prints for ``PAIRS=pre WITH post``: differences are pre - post, so a gain is negative.

    pre, post: one score a child, aligned by index; children with both. Rows: paired_t (with the mean difference) and
    wilcoxon_z (zeros dropped, ties corrected, no continuity correction, based on the smaller rank sum, so never
    positive). Returns SpssTable. SPSS: T-TEST PAIRS, NPAR TESTS /WILCOXON.
    R: ``t.test(pre, post, paired=TRUE)``, ``wilcox.test(..., exact=FALSE, correct=FALSE)``.
    """
    check_probability(conf_level, "conf_level")
    complete, n_dropped = complete_rows(pre=numbers(pre, "pre"), post=numbers(post, "post"))
    difference = (complete["pre"] - complete["post"]).to_numpy()
    n = len(difference)
    reason = None
    if n < 2:
        reason = Reason("too_few_rows", {"n": n, "minimum": 2})
    elif difference.std() <= 1e-13 * complete.abs().to_numpy().max():
        reason = Reason("zero_variance", {"variable": "change"})
    if reason is not None:
        return _table([], n_used=n, n_dropped=n_dropped, conf_level=conf_level, reason=reason)
    row = _t_row("paired_t", difference.mean(), difference.std(ddof=1) / math.sqrt(n), n - 1, conf_level)
    ranks = signed_ranks(difference)
    z = -abs(ranks.sum()) / math.sqrt((ranks**2).sum())
    wilcoxon = {"term": "wilcoxon_z", "statistic": z, "p_value": 2 * stats.norm.sf(abs(z))}
    return _table([row, wilcoxon], n_used=n, n_dropped=n_dropped, conf_level=conf_level)


def _table(
    rows: list[Row],
    *,
    n_used: int,
    n_dropped: int,
    conf_level: float,
    reason: Reason | None = None,
) -> SpssTable:
    return SpssTable(
        rows=pd.DataFrame(rows).reindex(columns=list(COLUMNS)),
        n_used=n_used,
        n_dropped=n_dropped,
        method="spss",
        conf_level=conf_level,
        status="ok" if reason is None else "flagged" if rows else "not_computable",
        reasons=() if reason is None else (reason,),
    )


def _groups_unusable(arrays: list[np.ndarray]) -> Reason | None:
    if len(arrays) < 2:
        return Reason("fewer_than_two_levels", {"n_levels": len(arrays)})
    n = sum(len(a) for a in arrays)
    if n <= len(arrays):
        return Reason("too_few_rows", {"n": n, "minimum": len(arrays) + 1})
    if all(np.ptp(a) <= 1e-13 * np.abs(a).max() for a in arrays):
        return Reason("zero_variance", {"variable": "scores"})
    return None


def _t_row(term: str, estimate: float, std_error: float, df: float, conf_level: float) -> Row:
    return {"term": term, **estimated(estimate, std_error, df, conf_level)}


def _t_rows(first: np.ndarray, second: np.ndarray, conf_level: float) -> list[Row]:
    n1, n2 = len(first), len(second)
    difference = float(first.mean() - second.mean())
    within = sum(float(((a - a.mean()) ** 2).sum()) for a in (first, second))
    pooled = math.sqrt(within / (n1 + n2 - 2) * (1 / n1 + 1 / n2))
    unequal: Row = {"term": "t_unequal_variances"}
    if min(n1, n2) > 1:
        unequal = _t_row("t_unequal_variances", *welch_difference(first, second), conf_level)
    return [_t_row("t_equal_variances", difference, pooled, n1 + n2 - 2, conf_level), unequal]


def _mann_whitney(first: np.ndarray, second: np.ndarray) -> list[Row]:
    n1, n2 = len(first), len(second)
    result = stats.mannwhitneyu(first, second, use_continuity=False, method="asymptotic")
    smaller = min(float(result.statistic), n1 * n2 - float(result.statistic))
    ranks = stats.rankdata(np.concatenate([first, second]))
    z = (smaller - n1 * n2 / 2) / math.sqrt(n1 * n2 * ranks.var(ddof=1) / (n1 + n2))
    return [
        {"term": "mann_whitney_u", "statistic": smaller},
        {"term": "mann_whitney_z", "statistic": z, "p_value": float(result.pvalue)},
    ]


def _kruskal_wallis(arrays: list[np.ndarray]) -> Row:
    result = stats.kruskal(*arrays)
    return {
        "term": "kruskal_wallis",
        "statistic": float(result.statistic),
        "df": len(arrays) - 1.0,
        "p_value": float(result.pvalue),
    }
