"""Is a group's level low? Only against a reference declared beforehand."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import TypedDict

import pandas as pd

from ..results import Reason, Result
from .distributions import hedges_correction, noncentral_t_interval, t_interval, t_p_value
from .inputs import check_probability, complete_rows, numbers


@dataclass(frozen=True, kw_only=True, eq=False)
class LevelComparison(Result):
    """Scores against one declared number.

    difference = mean - reference, with its interval, in scale units. d: difference / sd; g: J(n - 1) d; both with
    intervals. share_below: share of the children strictly below the reference.
    """

    reference: float
    n: int
    mean: float = math.nan
    sd: float = math.nan
    difference: float = math.nan
    std_error: float = math.nan
    conf_low: float = math.nan
    conf_high: float = math.nan
    statistic: float = math.nan
    df: float = math.nan
    p_value: float = math.nan
    d: float = math.nan
    d_conf_low: float = math.nan
    d_conf_high: float = math.nan
    g: float = math.nan
    g_conf_low: float = math.nan
    g_conf_high: float = math.nan
    share_below: float = math.nan

    def tidy(self) -> pd.DataFrame:
        """Rows difference, d, g: term, estimate, std_error, conf_low, conf_high, n."""
        rows = [
            ("difference", self.difference, self.std_error, self.conf_low, self.conf_high),
            ("d", self.d, math.nan, self.d_conf_low, self.d_conf_high),
            ("g", self.g, math.nan, self.g_conf_low, self.g_conf_high),
        ]
        return pd.DataFrame(rows, columns=["term", "estimate", "std_error", "conf_low", "conf_high"]).assign(n=self.n)


def compare_to_reference(scores: pd.Series, *, reference: float, conf_level: float = 0.95) -> LevelComparison:
    """Compare the mean score with a declared reference (midpoint, published norm, comparison group's mean).

    scores: one score a child. reference: same units, taken as known without error. t = (M - reference)/(s/sqrt(n)),
    df = n - 1; d = (M - reference)/s, interval ncp/sqrt(n) by noncentral t; g = J(n - 1) d, its interval J times d's.
    Returns LevelComparison; fewer than 2 scores or no spread: not computable. Raises ValueError for a reference that is
    not a number. Cumming (2012). R: ``t.test(x, mu=reference)``, ``effectsize::cohens_d(x, mu=reference)``.
    """
    check_probability(conf_level, "conf_level")
    if not math.isfinite(reference):
        raise ValueError(f"reference={reference!r}: a finite number")
    complete, n_dropped = complete_rows(score=numbers(scores, "scores"))
    values = complete["score"]
    n = len(values)
    empty = LevelComparison(
        n_used=n,
        n_dropped=n_dropped,
        n=n,
        method="one_sample_t",
        conf_level=conf_level,
        reference=float(reference),
        mean=float(values.mean()) if n else math.nan,
        sd=float(values.std()) if n > 1 else math.nan,
        share_below=float((values < reference).mean()) if n else math.nan,
    )
    reason = None
    if n < 2:
        reason = Reason("too_few_rows", {"n": n, "minimum": 2})
    elif empty.sd <= 1e-13 * values.abs().max():
        reason = Reason("zero_variance", {"variable": "scores"})
    if reason is not None:
        return dataclasses.replace(empty, status="not_computable", reasons=(reason,))
    return dataclasses.replace(empty, **_against(empty.mean - reference, empty.sd, n, conf_level))


class _Distance(TypedDict):
    difference: float
    std_error: float
    conf_low: float
    conf_high: float
    statistic: float
    df: float
    p_value: float
    d: float
    d_conf_low: float
    d_conf_high: float
    g: float
    g_conf_low: float
    g_conf_high: float


def _against(difference: float, sd: float, n: int, conf_level: float) -> _Distance:
    std_error, df = sd / math.sqrt(n), n - 1
    low, high = t_interval(difference, std_error, df, conf_level)
    ncp_low, ncp_high = noncentral_t_interval(difference / std_error, df, conf_level)
    correction, root_n = hedges_correction(df), math.sqrt(n)
    return {
        "difference": difference,
        "std_error": std_error,
        "conf_low": low,
        "conf_high": high,
        "statistic": difference / std_error,
        "df": float(df),
        "p_value": t_p_value(difference / std_error, df),
        "d": difference / sd,
        "d_conf_low": ncp_low / root_n,
        "d_conf_high": ncp_high / root_n,
        "g": correction * difference / sd,
        "g_conf_low": correction * ncp_low / root_n,
        "g_conf_high": correction * ncp_high / root_n,
    }
