"""Kendall's W: concordance of several raters' rankings."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from ...results import Reason, Result
from ..inputs import Matrix, is_flat
from .ratings import scores


@dataclass(frozen=True, kw_only=True, eq=False)
class KendallW(Result):
    """Kendall's coefficient of concordance: estimate, corrected for ties; uncorrected; chi-square test of none."""

    estimate: float
    uncorrected: float
    chisq: float
    df: float
    p_value: float
    n_raters: int

    def tidy(self) -> pd.DataFrame:
        """One row: term (kendall_w), estimate, chisq, df, p_value, n."""
        values = {name: getattr(self, name) for name in ("estimate", "chisq", "df", "p_value")}
        return pd.DataFrame([{"term": "kendall_w", **values, "n": self.n_used}])


def kendall_w(ratings: pd.DataFrame) -> KendallW:
    """Concordance of the rankings that k raters give the n units they all rated.

    ratings: units x raters, numbers; every rater's are ranked, ties at their mean rank. With S the sum of squares of
    the units' rank sums about their mean and T = sum over raters and ties of (t^3 - t), W = 12 S / [k^2 (n^3 - n)
    - k T]; uncorrected without T; chisq = k (n - 1) W with n - 1 df, an approximation for many units. No interval is
    known. Not computable: too_few_raters, too_few_units (below 2), rater_without_variation. Raises ValueError for a
    wrong call. Reference: Kendall & Babington Smith (1939), doi:10.1214/aoms/1177732186. R: irr::kendall(ratings,
    correct = TRUE | FALSE).
    """
    values, n_dropped = scores(ratings)
    n, k = values.shape
    reason = _obstacle(values, [str(column) for column in ratings.columns])
    estimate = uncorrected = chisq = p_value = math.nan
    if reason is None:
        ranks = stats.rankdata(values, axis=0)
        sums = ranks.sum(axis=1)
        spread = 12 * float(((sums - sums.mean()) ** 2).sum())
        full = k**2 * (n**3 - n)
        uncorrected, estimate = spread / full, spread / (full - k * _ties(values))
        chisq = k * (n - 1) * estimate
        p_value = float(stats.chi2.sf(chisq, n - 1))
    return KendallW(
        n_used=n,
        n_dropped=n_dropped,
        method="Kendall's W, corrected for ties, complete units",
        status="not_computable" if reason else "ok",
        reasons=(reason,) if reason else (),
        estimate=estimate,
        uncorrected=uncorrected,
        chisq=chisq,
        df=float(n - 1),
        p_value=p_value,
        n_raters=k,
    )


def _obstacle(values: Matrix, raters: list[str]) -> Reason | None:
    n, k = values.shape
    if k < 2:
        return Reason("too_few_raters", {"n_raters": k, "minimum": 2})
    if n < 2:
        return Reason("too_few_units", {"n_used": n, "minimum": 2})
    flat = tuple(name for name, column in zip(raters, values.T, strict=True) if is_flat(column))
    return Reason("rater_without_variation", {"raters": flat}) if flat else None


def _ties(values: Matrix) -> int:
    counts = [np.unique(column, return_counts=True)[1] for column in values.T]
    return int(sum((t**3 - t).sum() for t in counts))
