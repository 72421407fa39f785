"""One child's change against what measurement error and regression to the mean would bring about."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from scipy import stats

from ..results import Reason, Result
from .inputs import Improvement, check_improvement, check_probability, complete_rows, numbers

ReliableMethod = Literal["regression_based", "jacobson_truax"]
Verdict = Literal["improved", "unchanged", "deteriorated"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

CHILDREN = ("participant_id", "pre", "post", "expected", "statistic", "verdict", "verdict_lowest", "verdict_highest")
COUNTS = ("retest_r", "n_improved", "n_unchanged", "n_deteriorated")


@dataclass(frozen=True, kw_only=True, eq=False)
class ReliableChange(Result):
    """Which children changed by more than chance, at one retest correlation and at the ends of its interval.

    sem: sd sqrt(1 - r). sd_difference: of the difference of two testings, sqrt(2) sem. critical: normal quantile.
    smallest_reliable: the smallest deviation of a posttest from what was expected that counts as reliable. n_improved,
    n_unchanged, n_deteriorated: children, at retest_r. r_low, r_high: ends of r's interval, NaN where none is known.
    counts: retest_r (r_low, retest_r, r_high where known), n_improved, n_unchanged, n_deteriorated.
    """

    n: int
    mean: float
    sd: float
    retest_r: float
    improvement: Improvement
    critical: float
    sem: float
    sd_difference: float
    smallest_reliable: float
    r_low: float = math.nan
    r_high: float = math.nan
    n_improved: int = 0
    n_unchanged: int = 0
    n_deteriorated: int = 0
    counts: pd.DataFrame
    children: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """One row a child: participant_id, pre, post, expected (posttest to expect of no change), statistic (z, up for
        higher scores), verdict, and verdict_lowest, verdict_highest at r_low and r_high ("" where not known)."""
        return self.children.copy()


def reliable_change(
    pre: pd.Series,
    post: pd.Series,
    *,
    mean: float,
    sd: float,
    retest_r: float,
    retest_n: int | None = None,
    retest_ends: tuple[float, float] | None = None,
    method: ReliableMethod = "regression_based",
    improvement: Improvement = "increase",
    conf_level: float = 0.95,
) -> ReliableChange:
    """Judge each child's change against the error of the scale.

    pre, post: one score a child, aligned by index; children with both. mean, sd: of the unselected surveyed children or
    of a norm, never of a selected group, taken as known. retest_r: correlation of two testings without a programme,
    never alpha. Its uncertainty: retest_n, the children behind it, gives Fisher's interval, cut at 0; or retest_ends, a
    declared lowest and highest r. "regression_based": z = [Y - (mean + r (X - mean))] / (sd sqrt(1 - r^2)), right for
    children chosen by their pretest. "jacobson_truax": z = (Y - X) / (sd sqrt(2 (1 - r))), which counts regression to
    the mean as change. Reliable: |z| beyond the normal quantile of conf_level. Returns ReliableChange; no child with
    both scores: not computable. Raises ValueError for sd <= 0, r outside (0, 1), retest_n < 4, both retest_n and
    retest_ends, ends that do not hold retest_r, or another method. Jacobson & Truax (1991),
    doi:10.1037/0022-006X.59.1.12; McSweeny et al. (1993), The Clinical Neuropsychologist 7:300. R: the expressions,
    and ``qnorm``.
    """
    _check(mean, sd, retest_r, retest_n, retest_ends, method)
    check_improvement(improvement)
    check_probability(conf_level, "conf_level")
    complete, n_dropped = complete_rows(pre=numbers(pre, "pre"), post=numbers(post, "post"))
    critical = float(stats.norm.ppf((1 + conf_level) / 2))
    low, high = retest_ends or _fisher_interval(retest_r, retest_n, critical)
    empty = ReliableChange(
        n_used=len(complete),
        n_dropped=n_dropped,
        method=f"reliable_change_{method}",
        conf_level=conf_level,
        n=len(complete),
        mean=float(mean),
        sd=float(sd),
        retest_r=retest_r,
        improvement=improvement,
        critical=critical,
        sem=sd * math.sqrt(1 - retest_r),
        sd_difference=sd * math.sqrt(2 * (1 - retest_r)),
        smallest_reliable=critical * _error(sd, retest_r, method),
        r_low=low,
        r_high=high,
        counts=pd.DataFrame(columns=list(COUNTS)),
        children=pd.DataFrame(columns=list(CHILDREN)),
    )
    if complete.empty:
        reason = Reason("too_few_rows", {"n": 0, "minimum": 1})
        return dataclasses.replace(empty, status="not_computable", reasons=(reason,))
    return _judged(empty, complete, method)


def _check(
    mean: float,
    sd: float,
    retest_r: float,
    retest_n: int | None,
    retest_ends: tuple[float, float] | None,
    method: ReliableMethod,
) -> None:
    if method not in get_args(ReliableMethod):
        raise ValueError(f"method={method!r}: one of {get_args(ReliableMethod)}")
    if not (math.isfinite(mean) and math.isfinite(sd) and sd > 0):
        raise ValueError(f"mean={mean!r}, sd={sd!r}: finite numbers, sd positive")
    check_probability(retest_r, "retest_r")
    if retest_n is not None and retest_n < 4:
        raise ValueError(f"retest_n={retest_n!r}: at least 4")
    if retest_ends is not None:
        if retest_n is not None:
            raise ValueError("retest_n, retest_ends: one of them says how well r is known, not both")
        if not 0 < retest_ends[0] <= retest_r <= retest_ends[1] < 1:
            raise ValueError(f"retest_ends={retest_ends!r}: lowest and highest r inside (0, 1), with retest_r between")


def _fisher_interval(r: float, n: int | None, critical: float) -> tuple[float, float]:
    """Fisher's interval of a correlation, cut at 0; NaN where nobody says how many children are behind it."""
    if n is None:
        return math.nan, math.nan
    half = critical / math.sqrt(n - 3)
    return max(0.0, math.tanh(math.atanh(r) - half)), math.tanh(math.atanh(r) + half)


def _error(sd: float, r: float, method: ReliableMethod) -> float:
    """Standard deviation of a posttest around what is expected of a child who did not change."""
    return sd * math.sqrt(1 - r**2 if method == "regression_based" else 2 * (1 - r))


def _judged(empty: ReliableChange, complete: pd.DataFrame, method: ReliableMethod) -> ReliableChange:
    pre, post = complete["pre"], complete["post"]

    def expected(r: float) -> pd.Series:
        return empty.mean + r * (pre - empty.mean) if method == "regression_based" else pre

    def verdicts(r: float) -> pd.Series:
        if math.isnan(r):
            return pd.Series("", index=pre.index)
        z = (post - expected(r)) / _error(empty.sd, r, method)
        better = z if empty.improvement == "increase" else -z
        judged = np.select(
            [better > empty.critical, better < -empty.critical], ["improved", "deteriorated"], "unchanged"
        )
        return pd.Series(judged, index=pre.index)

    ends = {"lowest": empty.r_low, "here": empty.retest_r, "highest": empty.r_high}
    at = {name: verdicts(r) for name, r in ends.items()}
    counts = [
        {"retest_r": r, **{f"n_{verdict}": int((at[name] == verdict).sum()) for verdict in VERDICTS}}
        for name, r in ends.items()
        if not math.isnan(r)
    ]
    here = expected(empty.retest_r)
    children = pd.DataFrame(
        {
            "pre": pre,
            "post": post,
            "expected": here,
            "statistic": (post - here) / _error(empty.sd, empty.retest_r, method),
            "verdict": at["here"],
            "verdict_lowest": at["lowest"],
            "verdict_highest": at["highest"],
        }
    )
    n_improved, n_unchanged, n_deteriorated = (int((children["verdict"] == verdict).sum()) for verdict in VERDICTS)
    return dataclasses.replace(
        empty,
        n_improved=n_improved,
        n_unchanged=n_unchanged,
        n_deteriorated=n_deteriorated,
        counts=pd.DataFrame(counts, columns=list(COUNTS)),
        children=children.rename_axis("participant_id").reset_index()[list(CHILDREN)],
    )
