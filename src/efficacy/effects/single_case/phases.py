"""The two phases of a single case: points in order of time, wished direction upwards, and each phase described."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from ...results import Reason, Result
from ..inputs import Improvement, check_improvement

Points = Sequence[float] | np.ndarray | pd.Series
"""Measurements of one phase in order of time; missing ones are dropped and counted."""

LEAST_POINTS = 3
"""Fewer points in a phase show neither level nor trend: only the chart is drawn."""
ENVELOPE_SHARE = 0.25
"""Half the width of the stability envelope, as a share of the phase's median (Lane & Gast 2014)."""


@dataclass(frozen=True)
class Phases:
    """Points of both phases, turned so that upwards is the wished direction. sign: 1, or -1 where they were turned."""

    baseline: np.ndarray
    intervention: np.ndarray
    sign: int
    n_dropped: int

    @property
    def n(self) -> int:
        return len(self.baseline) + len(self.intervention)

    def described(self, method: str, conf_level: float | None = None) -> dict[str, Any]:
        """What every result says of the points it rests on."""
        return {"n_used": self.n, "n_dropped": self.n_dropped, "method": method, "conf_level": conf_level}

    @property
    def shortage(self) -> tuple[Reason, ...]:
        """Why these points support no index: one baseline point or none, or a phase of fewer than LEAST_POINTS."""
        n_baseline, n_intervention = len(self.baseline), len(self.intervention)
        reasons = []
        if n_baseline < 2:
            reasons.append(Reason("one_baseline_point" if n_baseline else "no_baseline_phase"))
        if min(n_baseline, n_intervention) < LEAST_POINTS:
            counts = {"n_baseline": n_baseline, "n_intervention": n_intervention, "minimum": LEAST_POINTS}
            reasons.append(Reason("phase_too_short", counts))
        return tuple(reasons)


def points_of(values: Points, name: str) -> tuple[np.ndarray, int]:
    """One phase as floats without missing ones, and how many these were; ValueError for anything but finite numbers."""
    try:
        points = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(f"{name}: numbers in order of time expected") from None
    if points.ndim != 1 or np.isinf(points).any():
        raise ValueError(f"{name}: one finite number a measurement expected")
    present = points[~np.isnan(points)]
    return present, len(points) - len(present)


def two_phases(baseline: Points, intervention: Points, improvement: Improvement) -> Phases:
    """Both phases, turned where improvement is "decrease"."""
    check_improvement(improvement)
    before, lost_before = points_of(baseline, "baseline")
    after, lost_after = points_of(intervention, "intervention")
    sign = 1 if improvement == "increase" else -1
    return Phases(sign * before, sign * after, sign, lost_before + lost_after)


def exact(value: float) -> Fraction:
    """The decimal a float was written as: scores that tie on paper tie."""
    return Fraction(repr(float(value)))


def theil_sen(points: Sequence[Fraction], times: Sequence[Fraction]) -> Fraction:
    """Median of the slopes between any two points of different times."""
    pairs = [(i, j) for i, j in combinations(range(len(points)), 2) if times[i] != times[j]]
    slopes = sorted((points[j] - points[i]) / (times[j] - times[i]) for i, j in pairs)
    return _median(slopes)


def _median(ordered: Sequence[Fraction]) -> Fraction:
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


@dataclass(frozen=True, kw_only=True, eq=False)
class PhaseDescription(Result):
    """Level, trend and spread of one phase, in the outcome's own unit and direction.

    slope, intercept: of the Theil-Sen line, value = intercept + slope x time. envelope: half the width of the band
    around that line; share: of the points inside it.
    """

    mean: float = math.nan
    sd: float = math.nan
    median: float = math.nan
    minimum: float = math.nan
    maximum: float = math.nan
    slope: float = math.nan
    intercept: float = math.nan
    envelope: float = math.nan
    share: float = math.nan

    def tidy(self) -> pd.DataFrame:
        """One row: mean, sd, median, minimum, maximum, slope, intercept, envelope, share, n."""
        names = ("mean", "sd", "median", "minimum", "maximum", "slope", "intercept", "envelope", "share")
        return pd.DataFrame([{name: getattr(self, name) for name in names} | {"n": self.n_used}])


def describe_phase(points: Points, *, times: Points | None = None, ratio_scale: bool = False) -> PhaseDescription:
    """Describe one phase, for its chart and its row in a table.

    points: in order of time. times: when each was measured, in any unit; left out: 1, 2, 3, ... ratio_scale: a count,
    minutes or another scale with a true zero. slope b = median of (y_j - y_i)/(t_j - t_i) over all pairs, intercept =
    median of y - b t. envelope: 25 % of the median on a ratio scale; elsewhere 25 % of nothing meaningful, so the
    largest distance of a point from the line. Fewer than 3 points: not computable; mean, minimum and maximum still say
    what was measured. Raises ValueError where times and points differ in number.
    Lane & Gast (2014), doi:10.1080/09602011.2013.815636; Sen (1968), doi:10.1080/01621459.1968.10480934.
    R: ``mblm::mblm(y ~ t, repeated = FALSE)`` for the slope.
    """
    given = pd.Series(np.asarray(points, dtype=float))
    when = pd.Series(np.arange(1.0, len(given) + 1) if times is None else np.asarray(times, dtype=float))
    if len(when) != len(given):
        raise ValueError(f"times: one for each of the {len(given)} points expected, found {len(when)}")
    kept = (given.notna() & when.notna()).to_numpy()
    y, t = given.to_numpy()[kept], when.to_numpy()[kept]
    counts: dict[str, Any] = {"n_used": len(y), "n_dropped": int((~kept).sum()), "method": "theil_sen"}
    seen: dict[str, Any] = (
        {"mean": float(y.mean()), "minimum": float(y.min()), "maximum": float(y.max())} if len(y) else {}
    )
    if len(y) < LEAST_POINTS or len(set(t)) < LEAST_POINTS:
        reason = Reason("points_too_few", {"n": len(y), "minimum": LEAST_POINTS})
        return PhaseDescription(**counts, **seen, status="not_computable", reasons=(reason,))
    exactly, when_exactly = [exact(value) for value in y], [exact(value) for value in t]
    slope = theil_sen(exactly, when_exactly)
    rests = sorted(value - slope * time for value, time in zip(exactly, when_exactly, strict=True))
    intercept = _median(rests)
    distances = [abs(rest - intercept) for rest in rests]
    median = _median(sorted(exactly))
    envelope = abs(median) * exact(ENVELOPE_SHARE) if ratio_scale else max(distances)
    return PhaseDescription(
        **counts,
        **seen,
        sd=float(y.std(ddof=1)),
        median=float(median),
        slope=float(slope),
        intercept=float(intercept),
        envelope=float(envelope),
        share=sum(distance <= envelope for distance in distances) / len(y),
    )
