"""Goal attainment scaling, and a child's standing within its cohort."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ...results import Reason, Result
from ..inputs import numbers

EXPECTED_CORRELATION = 0.3
"""Kiresuk and Sherman's assumed correlation between the goals of one person."""


@dataclass(frozen=True, kw_only=True, eq=False)
class GoalAttainment(Result):
    """The goals of one person together.

    t_score: 50 where every goal was reached exactly as expected. n_above, n_expected, n_below: goals above, at and
    below the level expected; n_unrated: goals nobody rated yet.
    """

    t_score: float = math.nan
    n_above: int = 0
    n_expected: int = 0
    n_below: int = 0
    n_unrated: int = 0

    def tidy(self) -> pd.DataFrame:
        """One row t_score: term, estimate, n."""
        return pd.DataFrame([{"term": "t_score", "estimate": self.t_score, "n": self.n_used}])


def goal_attainment(
    levels: pd.Series, *, weights: pd.Series | None = None, correlation: float = EXPECTED_CORRELATION
) -> GoalAttainment:
    """Kiresuk and Sherman's T score of goals rated -2 to 2.

    levels: level attained x by goal, 0 the level expected; missing: not rated yet. weights: w by goal; left out: all
    alike. T = 50 + 10 sum(w x) / sqrt((1 - r) sum(w^2) + r (sum w)^2), r: the assumed correlation between goals.
    A description: it has no standard error, and its scale rests on how the levels were written. Raises ValueError for
    levels outside -2 to 2, weights that are not positive, or r outside 0 to 1.
    Kiresuk & Sherman (1968), doi:10.1007/BF01530764.
    R: ``50 + 10 * sum(w * x) / sqrt((1 - r) * sum(w^2) + r * sum(w)^2)``.
    """
    if not 0 <= correlation <= 1:
        raise ValueError(f"correlation={correlation!r}: from 0 to 1")
    given = numbers(levels, "levels")
    rated = given.dropna()
    if not rated.isin([-2, -1, 0, 1, 2]).all():
        raise ValueError("levels: whole numbers from -2 to 2")
    weight = pd.Series(1.0, index=given.index) if weights is None else numbers(weights, "weights").reindex(given.index)
    weight = weight.loc[rated.index]
    if weight.isna().any() or (weight <= 0).any():
        raise ValueError("weights: a positive number for every goal that is rated")
    counted: dict[str, Any] = {
        "n_above": int((rated > 0).sum()),
        "n_expected": int((rated == 0).sum()),
        "n_below": int((rated < 0).sum()),
        "n_unrated": int(given.isna().sum()),
    }
    described = {"n_used": len(rated), "n_dropped": len(given) - len(rated), "method": "kiresuk_sherman", **counted}
    if rated.empty:
        return GoalAttainment(**described, status="not_computable", reasons=(Reason("no_goal_rated"),))
    spread = (1 - correlation) * float((weight**2).sum()) + correlation * float(weight.sum()) ** 2
    return GoalAttainment(**described, t_score=50 + 10 * float((weight * rated).sum()) / math.sqrt(spread))


def cohort_standing(marks: pd.DataFrame) -> pd.DataFrame:
    """Where marks stand within their cohort: the same rows with z and share.

    marks: columns mark, cohort_mean, cohort_sd, rank (1 is best), cohort_n; missing where not known. z = (mark -
    cohort_mean)/cohort_sd. share: of the cohort that stands below, (cohort_n - rank + 1/2)/cohort_n. Two exams differ
    in difficulty, so raw marks of a child never show change; these do, for one cohort.
    R: ``transform(marks, z = (mark - cohort_mean) / cohort_sd, share = (cohort_n - rank + .5) / cohort_n)``.
    """
    needed = ("mark", "cohort_mean", "cohort_sd", "rank", "cohort_n")
    absent = [name for name in needed if name not in marks]
    if absent:
        raise ValueError(f"marks: columns {absent} are missing")
    values = {name: marks[name].astype("Float64").to_numpy(dtype=float, na_value=np.nan) for name in needed}
    spread = np.where(values["cohort_sd"] > 0, values["cohort_sd"], np.nan)
    z = (values["mark"] - values["cohort_mean"]) / spread
    return marks.assign(z=z, share=(values["cohort_n"] - values["rank"] + 0.5) / values["cohort_n"])
