"""The retest correction where no retest study exists: a declared range of r, and the r at which the verdict tips."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import optimize

from ..results import Reason, Result
from .inputs import Improvement, check_improvement, check_probability
from .linear import ESTIMATE_COLUMNS
from .retest import MeasuredMembers, beyond_regression, measured_members

Tipping = Literal["holds_above", "holds_below", "holds_between", "holds_everywhere", "holds_nowhere"]

COLUMNS = (
    *("retest_r", "expected_gain", *ESTIMATE_COLUMNS[1:]),
    *("delta", "delta_std_error", "delta_conf_low", "delta_conf_high", "beyond_selection"),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class AdjustedChangeOverR(Result):
    """The adjusted change over a declared range of retest correlations.

    decisive_r: the end of the range where the interval lies least far on the side of improvement: the lowest r, unless
    the members stand near the survey's mean or on its improved side. verdict: does the interval at decisive_r exclude
    no change on the side of improvement? tipping: where in (0, 1) that claim holds, above or below tipping_r,
    "holds_between" two r of which tipping_r is the one nearest to decisive_r, or "holds_everywhere" / "holds_nowhere"
    with tipping_r NaN and a reason.
    """

    n: int
    n_survey: int
    lowest: float
    highest: float
    improvement: Improvement
    decisive_r: float
    verdict: bool = False
    tipping: Tipping = "holds_nowhere"
    tipping_r: float = math.nan
    rows: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """One row a retest_r, columns COLUMNS; beyond_selection: the claim at this r."""
        return self.rows.copy()


def adjusted_change_over_r(
    survey_pre: pd.Series,
    post: pd.Series,
    *,
    members: pd.Index,
    lowest: float,
    highest: float,
    step: float = 0.05,
    improvement: Improvement = "increase",
    conf_level: float = 0.95,
) -> AdjustedChangeOverR:
    """The adjusted change at every retest correlation of a declared range, and the r at which its verdict tips.

    survey_pre, post, members: as in adjusted_change. lowest, highest, step: the range, both ends included. Each row is
    adjusted_change at a fixed rho (C = 0). tipping_r: root in rho, to 1e-6 or better, of the interval's end on the side
    of no improvement. Returns AdjustedChangeOverR; not computable as adjusted_change. Raises ValueError for a range
    outside (0, 1), step <= 0 or another improvement. R: ``uniroot`` on the formulas of adjusted_change.
    """
    check_range(lowest, highest, step)
    check_improvement(improvement)
    check_probability(conf_level, "conf_level")
    data, reason = measured_members(survey_pre, post, members)
    grid = np.append(np.arange(lowest, highest - step / 1e6, step), highest).round(12)
    empty = AdjustedChangeOverR(
        n_used=len(data.pre),
        n_dropped=data.n_dropped,
        method="retest_correction_over_r",
        conf_level=conf_level,
        n=len(data.pre),
        n_survey=data.n_survey,
        lowest=lowest,
        highest=highest,
        improvement=improvement,
        decisive_r=lowest,
        rows=pd.DataFrame({"retest_r": grid}).reindex(columns=list(COLUMNS)),
    )
    if reason is not None:
        return dataclasses.replace(empty, status="not_computable", reasons=(reason,))
    margin = _margin(data, improvement, conf_level)
    decisive = lowest if margin(lowest) <= margin(highest) else highest  # next to concave in between
    tipping, tipping_r = tipping_point(margin, decisive)
    rows = [
        {
            "retest_r": float(r),
            **beyond_regression(data, float(r), retest_n=None, conf_level=conf_level),
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
        rows=pd.DataFrame(rows)[list(COLUMNS)],
        reasons=(Reason(f"claim_{tipping}", {}),) if math.isnan(tipping_r) else (),
    )


def check_range(lowest: float, highest: float, step: float) -> None:
    """Raise ValueError unless lowest <= highest lie in (0, 1) and step is positive."""
    check_probability(lowest, "lowest")
    check_probability(highest, "highest")
    if lowest > highest or step <= 0:
        raise ValueError(f"lowest={lowest!r}, highest={highest!r}, step={step!r}: lowest <= highest and step > 0")


def _margin(data: MeasuredMembers, improvement: Improvement, conf_level: float) -> Callable[[float], float]:
    """How far the interval's end lies beyond no change, in the direction of improvement, as a function of rho."""

    def margin(rho: float) -> float:
        at = beyond_regression(data, rho, retest_n=None, conf_level=conf_level)
        return float(at["conf_low"] if improvement == "increase" else -at["conf_high"])

    return margin


def tipping_point(margin: Callable[[float], float], decisive: float) -> tuple[Tipping, float]:
    """Where in (0, 1) a margin is positive, and its root nearest to decisive; NaN where it has none."""
    grid = np.linspace(1e-6, 1 - 1e-6, 201)
    holds = np.array([margin(float(r)) > 0 for r in grid])
    changes = np.flatnonzero(holds[1:] != holds[:-1])
    if len(changes) == 0:
        return ("holds_everywhere" if holds[0] else "holds_nowhere"), math.nan
    roots = [float(optimize.brentq(margin, grid[i], grid[i + 1], xtol=1e-9)) for i in changes]
    nearest = min(range(len(roots)), key=lambda i: abs(roots[i] - decisive))
    if len(roots) > 1:
        return "holds_between", roots[nearest]
    return ("holds_above" if holds[changes[nearest] + 1] else "holds_below"), roots[nearest]
