"""Pooling over a declared range of retest correlations, and the correlation at which its verdict tips."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

import numpy as np
import pandas as pd

from ..results import Reason, Result
from .inputs import Improvement, check_improvement, check_probability
from .linear import ESTIMATE_COLUMNS
from .pooling import FEWEST, MeanOfStudies, PoolingTest, mean_of_studies
from .pooling_heterogeneity import Heterogeneity
from .pooling_sites import PoolingUnit, SurveyedGroup
from .retest import MeasuredMembers, beyond_regression, measured_members
from .retest_range import Tipping, check_range, tipping_point

OVER_R_COLUMNS = ("retest_r", *ESTIMATE_COLUMNS[1:], "pred_low", "pred_high", "tau2", "beyond_selection")


@dataclass(frozen=True, kw_only=True, eq=False)
class PooledChangeOverR(Result):
    """The pooled adjusted change over a declared range of retest correlations. n_used: sites.

    decisive_r: the end of the range where the interval lies least far on the side of improvement. verdict: does the
    interval at decisive_r exclude no change on that side? tipping, tipping_r: as in AdjustedChangeOverR.
    """

    unit: PoolingUnit
    lowest: float
    highest: float
    improvement: Improvement
    decisive_r: float
    verdict: bool = False
    tipping: Tipping = "holds_nowhere"
    tipping_r: float = math.nan
    rows: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """One row a retest_r, columns OVER_R_COLUMNS; pred_low, pred_high: of a further site; tau2: between sites;
        beyond_selection: the claim at this r."""
        return self.rows.copy()


def pool_adjusted_changes_over_r(
    groups: Mapping[str, SurveyedGroup],
    *,
    unit: PoolingUnit,
    lowest: float,
    highest: float,
    step: float = 0.05,
    method: Heterogeneity = "PM",
    test: PoolingTest = "knapp_hartung",
    improvement: Improvement = "increase",
    conf_level: float = 0.95,
) -> PooledChangeOverR:
    """The pooled change at every retest correlation of a declared range, and the r at which its verdict tips.

    groups, unit, method, test: as in pool_adjusted_changes; each row is that pooling with rho = retest_r at every site,
    its own error left out. lowest, highest, step: the range, both ends included. Returns PooledChangeOverR; fewer than
    three sites that can be computed: not computable. Raises ValueError for a range outside (0, 1), step <= 0, another
    unit or improvement. R: ``uniroot`` on ``metafor::rma`` of the formulas of adjusted_change.
    """
    check_range(lowest, highest, step)
    check_improvement(improvement)
    check_probability(conf_level, "conf_level")
    if unit not in get_args(PoolingUnit):
        raise ValueError(f"unit={unit!r}: one of {get_args(PoolingUnit)}")
    measured = [measured_members(group.survey_pre, group.post, group.members) for group in groups.values()]
    sites = [data for data, reason in measured if reason is None]
    grid = np.append(np.arange(lowest, highest - step / 1e6, step), highest).round(12)
    empty = PooledChangeOverR(
        n_used=len(sites),
        n_dropped=len(measured) - len(sites),
        method=method,
        conf_level=conf_level,
        unit=unit,
        lowest=lowest,
        highest=highest,
        improvement=improvement,
        decisive_r=lowest,
        rows=pd.DataFrame({"retest_r": grid}).reindex(columns=list(OVER_R_COLUMNS)),
    )
    if len(sites) < FEWEST:
        key = "two_studies" if len(sites) == 2 else "too_few_studies"
        reason = Reason(key, {"n": len(sites), "minimum": FEWEST})
        return dataclasses.replace(empty, status="not_computable", reasons=(reason,))

    def margin(rho: float) -> float:
        found = _pooled_at(sites, rho, unit=unit, method=method, test=test, conf_level=conf_level)
        return found["conf_low"] if improvement == "increase" else -found["conf_high"]

    decisive = lowest if margin(lowest) <= margin(highest) else highest
    tipping, tipping_r = tipping_point(margin, decisive)
    rows = [
        {
            "retest_r": float(r),
            **_pooled_at(sites, float(r), unit=unit, method=method, test=test, conf_level=conf_level),
            "beyond_selection": margin(float(r)) > 0,
        }
        for r in grid
    ]
    return dataclasses.replace(
        empty,
        decisive_r=decisive,
        verdict=margin(decisive) > 0,
        tipping=tipping,
        tipping_r=tipping_r,
        rows=pd.DataFrame(rows)[list(OVER_R_COLUMNS)],
        reasons=(Reason(f"claim_{tipping}", {}),) if math.isnan(tipping_r) else (),
    )


def _pooled_at(
    sites: list[MeasuredMembers],
    rho: float,
    *,
    unit: PoolingUnit,
    method: Heterogeneity,
    test: PoolingTest,
    conf_level: float,
) -> MeanOfStudies:
    """The pooling with one rho at every site."""
    changes = [beyond_regression(data, rho, retest_n=None, conf_level=conf_level) for data in sites]
    if unit == "standardised":
        pairs = [(change["delta"], change["delta_std_error"]) for change in changes]
    else:
        pairs = [(change["estimate"], change["std_error"]) for change in changes]
    y, se = np.array(pairs).T
    return mean_of_studies(y, se**2, method=method, test=test, conf_level=conf_level)
