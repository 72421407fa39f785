"""Tau-U in the forms that bear this name, and Tau after correction for the baseline's trend."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

import numpy as np
import pandas as pd

from ...results import Result
from ..inputs import Improvement
from .phases import Phases, Points, exact, points_of, theil_sen, two_phases

TAU_U = ("Tau_U_parker", "Tau_U_complete", "Tau_U_trend_b", "Tau_U_full")
COMPARISONS = ("a_vs_b", "trend_a", "trend_b", "minus_trend_a", "plus_trend_b", "plus_trend_b_minus_trend_a")


@dataclass(frozen=True, kw_only=True, eq=False)
class TauU(Result):
    """Kendall's comparisons of two phases and of their trends, with every denominator in use."""

    comparisons: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """Rows COMPARISONS: term, pairs, positive, negative, ties, s, tau_a, tau_b, tau_parker (NaN: undefined)."""
        return self.comparisons.copy()


def tau_u(baseline: Points, intervention: Points, *, improvement: Improvement) -> TauU:
    """Kendall's S for the phases and their trends, and the ratios that are all called Tau-U.

    S = positive - negative pairs. a_vs_b: every baseline with every intervention point (m n pairs). trend_a, trend_b:
    later with earlier points inside a phase. minus_trend_a: S of a_vs_b - S of trend_a, and so on. tau_a = S / pairs
    ("complete"). tau_b: divided by sqrt((N - y)(N - x)), N all pairs of all points, y those tied in value, x those that
    the comparison does not order; for a_vs_b by pairs - ties/2, inside a phase by sqrt(pairs (pairs - ties)).
    tau_parker = S / (m n) for minus_trend_a, as Parker, Vannest, Davis & Sauber (2011) printed it: it can exceed 1.
    Direction: positive is the wished one. Fewer than 3 points in a phase: not computable. No p values: see non_overlap.
    doi:10.1016/j.beth.2010.08.006. R: ``scan::tau_u(s, method = "complete" | "parker", tau_method = "a" | "b")``.
    """
    phases = two_phases(baseline, intervention, improvement)
    described = phases.described("tau_u")
    if phases.shortage:
        nothing = pd.DataFrame({"term": COMPARISONS}).assign(**dict.fromkeys(_COLUMNS, math.nan))
        return TauU(**described, comparisons=nothing, status="not_computable", reasons=phases.shortage)
    return TauU(**described, comparisons=_comparisons(phases))


_COLUMNS = ("pairs", "positive", "negative", "ties", "s", "tau_a", "tau_b", "tau_parker")


def _comparisons(phases: Phases) -> pd.DataFrame:
    between = np.sign(phases.intervention[np.newaxis, :] - phases.baseline[:, np.newaxis]).ravel()
    first, second = _inside(phases.baseline), _inside(phases.intervention)
    parts = {
        "a_vs_b": (between,),
        "trend_a": (first,),
        "trend_b": (second,),
        "minus_trend_a": (between, -first),
        "plus_trend_b": (between, second),
        "plus_trend_b_minus_trend_a": (between, second, -first),
    }
    n_all = phases.n * (phases.n - 1) // 2
    tied = int((np.concatenate([between, first, second]) == 0).sum())
    rows = []
    for term, signs in parts.items():
        row = _counts(np.concatenate(signs))
        if term == "a_vs_b":
            divisor = row["pairs"] - row["ties"] / 2
        elif term.startswith("trend"):
            divisor = math.sqrt(row["pairs"] * (row["pairs"] - row["ties"]))
        else:
            divisor = math.sqrt(row["pairs"] * (n_all - tied))
        parker = row["s"] / len(between) if term == "minus_trend_a" else math.nan
        tau_b = row["s"] / divisor if divisor else math.nan
        rows.append({"term": term, **row, "tau_a": row["s"] / row["pairs"], "tau_b": tau_b, "tau_parker": parker})
    return pd.DataFrame(rows)


def _counts(signs: np.ndarray) -> dict[str, float]:
    positive, negative = int((signs > 0).sum()), int((signs < 0).sum())
    ties = len(signs) - positive - negative
    return {"pairs": len(signs), "positive": positive, "negative": negative, "ties": ties, "s": positive - negative}


def _inside(points: np.ndarray) -> np.ndarray:
    """Signs of later minus earlier points."""
    return np.array([np.sign(later - earlier) for earlier, later in combinations(points, 2)])


def tau_u_estimates(phases: Phases) -> dict[str, float]:
    """The four ratios of TAU_U for phases that are long enough."""
    found = _comparisons(phases).set_index("term")
    rows = ("minus_trend_a", "minus_trend_a", "plus_trend_b", "plus_trend_b_minus_trend_a")
    columns = ("tau_parker", "tau_a", "tau_a", "tau_a")
    return {term: float(found[column][row]) for term, row, column in zip(TAU_U, rows, columns, strict=True)}


@dataclass(frozen=True, kw_only=True, eq=False)
class BaselineCorrectedTau(Result):
    """Tau between the phases after the baseline's Theil-Sen slope was taken from every point.

    slope: of the baseline, in the outcome's own direction, per unit of time. s: Kendall's S. tau = s / (m n); tau_b
    divides by sqrt((N - ties in value)(N - ties in phase)), N all pairs.
    """

    slope: float = math.nan
    s: int | None = None
    tau: float = math.nan
    tau_b: float = math.nan

    def tidy(self) -> pd.DataFrame:
        """Rows tau and tau_b: term, estimate."""
        return pd.DataFrame({"term": ["tau", "tau_b"], "estimate": [self.tau, self.tau_b]})


def baseline_corrected_tau(
    baseline: Points, intervention: Points, *, improvement: Improvement, times: Points | None = None
) -> BaselineCorrectedTau:
    """Tau after the baseline's trend is continued and taken away, in exact arithmetic.

    baseline, intervention: points in order of time. times: of all of them, baseline first; left out: 1, 2, 3, ... over
    the points that are present. Every decimal is taken as it was written (0.1 is one tenth), so points that tie after
    the correction do tie; in floating point they often do not, and programs then differ by up to .01.
    The correction is always made, not only where the baseline's trend is significant: a test on 5 points decides
    nothing. Fewer than 3 points in a phase: not computable.
    Tarlow (2017), doi:10.1177/0145445516676750. R (up to broken ties): ``scan::corrected_tau``,
    ``SingleCaseES::Tau_BC(A, B, Kendall = FALSE)``.
    """
    phases = two_phases(baseline, intervention, improvement)
    described = phases.described("tarlow")
    if phases.shortage:
        return BaselineCorrectedTau(**described, status="not_computable", reasons=phases.shortage)
    when = _times(times, baseline, intervention, phases.n)
    m = len(phases.baseline)
    values = [exact(value) for value in np.concatenate([phases.baseline, phases.intervention])]
    slope = theil_sen(values[:m], when[:m])
    rests = [value - slope * time for value, time in zip(values, when, strict=True)]
    s = sum((later > earlier) - (later < earlier) for earlier in rests[:m] for later in rests[m:])
    n = len(rests) - m
    pairs = len(rests) * (len(rests) - 1) // 2
    tied = sum(k * (k - 1) // 2 for k in Counter(rests).values())
    divisor = math.sqrt((pairs - tied) * m * n)
    return BaselineCorrectedTau(
        **described,
        slope=phases.sign * float(slope),
        s=s,
        tau=s / (m * n),
        tau_b=s / divisor if divisor else math.nan,
    )


def _times(times: Points | None, baseline: Points, intervention: Points, n: int) -> Sequence[Fraction]:
    """The time of every point that is present."""
    if times is None:
        return [Fraction(number) for number in range(1, n + 1)]
    values = np.concatenate([np.asarray(baseline, dtype=float), np.asarray(intervention, dtype=float)])
    when = np.asarray(times, dtype=float)
    if when.shape != values.shape:
        raise ValueError(f"times: one for each of the {len(values)} points expected, found {when.size}")
    present, _ = points_of(when[~np.isnan(values)], "times")
    if len(present) < n or (np.diff(present) < 0).any():
        raise ValueError("times: a time for every point, in order")
    return [exact(value) for value in present]
