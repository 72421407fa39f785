"""Randomisation test of a start that was drawn by lot: the one road to a p value for a single case."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd

from ...results import Reason, Result
from ..inputs import Improvement, check_improvement
from .phases import Points, exact, points_of

LEAST_STARTS = 20
"""Possible assignments below which p could not reach .05."""
MOST_ASSIGNMENTS = 2_000_000
"""Assignments of several cases that are still enumerated one by one."""


@dataclass(frozen=True, kw_only=True, eq=False)
class RandomisationTest(Result):
    """Where the start that was drawn stands among all starts that could have been drawn.

    estimate: mean over the cases of intervention mean minus baseline mean, positive is the wished direction. n_starts:
    possible assignments; n_reaching: those with at least this difference. p_value: their share, one-sided; NaN under
    LEAST_STARTS. distribution: the difference under every possible start, of one case in their order.
    """

    estimate: float = math.nan
    n_starts: int = 0
    n_reaching: int = 0
    p_value: float = math.nan
    distribution: pd.Series

    def tidy(self) -> pd.DataFrame:
        """One row: term, estimate, p_value, n_starts."""
        row = {"term": "mean_difference", "estimate": self.estimate, "p_value": self.p_value, "n_starts": self.n_starts}
        return pd.DataFrame([row])


def randomisation_test(
    values: Points | Mapping[str, Points],
    *,
    start: int | Mapping[str, int],
    possible_starts: Sequence[int] | Mapping[str, Sequence[int]],
    improvement: Improvement,
) -> RandomisationTest:
    """Exact test over every start that the lot could have given.

    values: all points of a case in order of time, or of several cases by name. start: 0-based position of the first
    intervention point, as drawn. possible_starts: the positions that the lot could have given, the drawn one among
    them, declared before the first measurement; several cases are drawn independently. p = share of assignments whose
    mean difference is at least the one observed, every decimal taken as written. Valid only if the start was drawn at
    random and that is on record. Under 20 possible assignments: flagged, without p. Missing values are not allowed:
    a lost point belongs to one phase or another depending on the draw.
    Edgington & Onghena (2007), ISBN 978-1-58488-589-0. R: ``scan::rand_test(s, statistic = "Mean B-A", complete = TRUE,
    startpoints = ...)``.
    """
    check_improvement(improvement)
    cases = {"": values} if not isinstance(values, Mapping) else values
    starts = {"": start} if not isinstance(start, Mapping) else start
    possible = {"": possible_starts} if not isinstance(possible_starts, Mapping) else possible_starts
    if set(cases) != set(starts) or set(cases) != set(possible):
        raise ValueError("start, possible_starts: one entry for each case of values")
    sign = 1 if improvement == "increase" else -1
    differences = [_differences(cases[name], starts[name], possible[name], sign) for name in cases]
    n_points = sum(len(points_of(points, "values")[0]) for points in cases.values())
    described: dict[str, Any] = {"n_used": n_points, "n_dropped": 0, "method": "randomisation"}
    n_starts = math.prod(len(found) for found, _ in differences)
    if n_starts > MOST_ASSIGNMENTS:
        reason = Reason("too_many_starts", {"n": n_starts, "maximum": MOST_ASSIGNMENTS})
        empty = pd.Series(dtype=float)
        return RandomisationTest(
            **described, n_starts=n_starts, distribution=empty, status="not_computable", reasons=(reason,)
        )
    whole = reduce(math.lcm, (value.denominator for found, _ in differences for value in found), 1)
    sums = reduce(
        _every_sum, (np.array([int(value * whole) for value in found], dtype=object) for found, _ in differences)
    )
    observed = sum(int(found[drawn] * whole) for found, drawn in differences)
    n_reaching = int((sums >= observed).sum())
    enough = n_starts >= LEAST_STARTS
    reasons = () if enough else (Reason("too_few_starts", {"n": n_starts, "minimum": LEAST_STARTS}),)
    return RandomisationTest(
        **described,
        estimate=float(Fraction(observed, whole * len(cases))),
        n_starts=n_starts,
        n_reaching=n_reaching,
        p_value=n_reaching / n_starts if enough else math.nan,
        distribution=pd.Series([float(Fraction(int(value), whole * len(cases))) for value in sums]),
        status="ok" if enough else "flagged",
        reasons=reasons,
    )


def _every_sum(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return np.asarray(np.add.outer(first, second)).ravel()


def _differences(values: Points, start: int, possible: Sequence[int], sign: int) -> tuple[list[Fraction], int]:
    """Intervention mean minus baseline mean under each possible start, and the position of the drawn one."""
    points, n_missing = points_of(values, "values")
    if n_missing:
        raise ValueError("values: a randomisation test needs every point")
    positions = [int(position) for position in possible]
    if start not in positions or len(set(positions)) < len(positions):
        raise ValueError("possible_starts: different positions, the drawn start among them")
    if min(positions) < 1 or max(positions) >= len(points):
        raise ValueError(f"possible_starts: from 1 to {len(points) - 1}, so that both phases have a point")
    running = [Fraction(0)]
    for value in points:
        running.append(running[-1] + sign * exact(value))
    n = len(points)
    found = [(running[n] - running[at]) / (n - at) - running[at] / at for at in positions]
    return found, positions.index(start)
