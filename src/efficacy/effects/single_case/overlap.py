"""How little two phases overlap: NAP, PND, PAND, PEM, IRD and Tau, each by its name and variant."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import optimize, stats

from ...results import Result
from ..inputs import Improvement, check_probability
from .kendall import TAU_U, tau_u_estimates
from .phases import Points, two_phases

OVERLAP_TERMS = ("NAP", "PND", "PAND", "PAND_sort", "PEM", "PEM_strict", "IRD", "Tau", *TAU_U)


@dataclass(frozen=True, kw_only=True, eq=False)
class NonOverlap(Result):
    """Overlap of a baseline and an intervention phase; higher is better in the wished direction.

    n_baseline, n_intervention: points. None of these has a p value: successive points of one child depend on each
    other. Standard errors and intervals assume that they do not.
    """

    n_baseline: int
    n_intervention: int
    indices: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """Rows OVERLAP_TERMS: term, estimate, std_error, conf_low, conf_high (NaN where none is known)."""
        return self.indices.copy()

    def index(self, term: str) -> float:
        """One index by its term; ValueError names those there are."""
        found = self.indices.loc[self.indices["term"] == term, "estimate"]
        if found.empty:
            raise ValueError(f"term={term!r}: one of {OVERLAP_TERMS}")
        return float(found.iloc[0])


def non_overlap(
    baseline: Points, intervention: Points, *, improvement: Improvement, conf_level: float = 0.95
) -> NonOverlap:
    """Compare the points of two phases.

    baseline, intervention: m and n points in order of time. improvement: which direction is wished. With q_ij = 1 where
    intervention point j is better than baseline point i, 1/2 where they tie, 0 else:
    NAP = mean of q; SE^2 = [NAP - (m + n - 1) NAP^2 + (sum_i (sum_j q)^2 + sum_j (sum_i q)^2 - 2 sum q^2) / (m n)] /
    ((m - 1)(n - 1)) (Mee 1990; at NAP 0 or 1: x(1 - x)/((m - 1)(n - 1)) with x = 1/(2 m n)); interval: Newcombe's score
    method 5. PND = share of intervention points better than the best baseline point. PAND = 1 - the smallest share of
    points whose removal leaves no overlap; PAND_sort = share of points that stay in their phase when all are sorted,
    ties to the baseline (Parker, Hagan-Burke & Vannest 2007). PEM = share of intervention points better than the
    baseline's median, ties half; PEM_strict without the ties. IRD = 1 - (1 - PAND) (m + n)^2 / (2 m n). Tau =
    2 NAP - 1, SE and interval likewise. Tau-U: see tau_u. Fewer than 3 points in a phase: not computable.
    Parker & Vannest (2009), doi:10.1016/j.beth.2008.10.006; Parker, Vannest & Davis (2011),
    doi:10.1177/0145445511399147; Newcombe (2006), doi:10.1002/sim.2324.
    R: ``SingleCaseES::calc_ES(A, B, ES = c("NAP", "PND", "PAND", "PEM", "IRD", "Tau", "Tau_U"), improvement = ...)``.
    """
    check_probability(conf_level, "conf_level")
    phases = two_phases(baseline, intervention, improvement)
    counts: dict[str, Any] = {"n_baseline": len(phases.baseline), "n_intervention": len(phases.intervention)}
    described = phases.described("non_overlap", conf_level)
    if phases.shortage:
        nothing = _table(dict.fromkeys(OVERLAP_TERMS, math.nan), {})
        return NonOverlap(**counts, **described, indices=nothing, status="not_computable", reasons=phases.shortage)
    better = _better(phases.baseline, phases.intervention)
    nap, (m, n) = float(better.mean()), better.shape
    low, high = nap_interval(nap, m, n, conf_level)
    std_error = nap_std_error(better)
    pand = _pand(phases.baseline, phases.intervention)
    above_median = _better(np.array([np.median(phases.baseline)]), phases.intervention)
    estimates = {
        "NAP": nap,
        "PND": float((phases.intervention > phases.baseline.max()).mean()),
        "PAND": pand,
        "PAND_sort": _pand_sorted(phases.baseline, phases.intervention),
        "PEM": float(above_median.mean()),
        "PEM_strict": float((above_median == 1).mean()),
        "IRD": 1 - (1 - pand) * (m + n) ** 2 / (2 * m * n),
        "Tau": 2 * nap - 1,
        **tau_u_estimates(phases),
    }
    uncertain = {"NAP": (std_error, low, high), "Tau": (2 * std_error, 2 * low - 1, 2 * high - 1)}
    return NonOverlap(**counts, **described, indices=_table(estimates, uncertain))


def _table(estimates: dict[str, float], uncertain: dict[str, tuple[float, float, float]]) -> pd.DataFrame:
    missing = (math.nan, math.nan, math.nan)
    rows = [(term, value, *uncertain.get(term, missing)) for term, value in estimates.items()]
    return pd.DataFrame(rows, columns=["term", "estimate", "std_error", "conf_low", "conf_high"])


def _better(baseline: np.ndarray, intervention: np.ndarray) -> np.ndarray:
    """Baseline x intervention points: 1 where the second is better, 1/2 where they tie, else 0."""
    first, second = baseline[:, np.newaxis], intervention[np.newaxis, :]
    return np.asarray((second > first) + 0.5 * (second == first))


def nap_std_error(better: np.ndarray) -> float:
    """Standard error of NAP for independent points; better: baseline x intervention points, as in non_overlap."""
    m, n = better.shape
    nap = float(better.mean())
    if nap in (0.0, 1.0):
        share = 1 / (2 * m * n)
        return math.sqrt(share * (1 - share) / ((m - 1) * (n - 1)))
    sums = (better.sum(axis=1) ** 2).sum() + (better.sum(axis=0) ** 2).sum() - 2 * (better**2).sum()
    variance = (nap - (m + n - 1) * nap**2 + sums / (m * n)) / ((m - 1) * (n - 1))
    return math.sqrt(max(float(variance), 0.0))


def nap_interval(nap: float, m: int, n: int, conf_level: float) -> tuple[float, float]:
    """Newcombe's (2006) score interval, method 5, for NAP of m baseline and n intervention points."""
    z = stats.norm.ppf(0.5 + conf_level / 2)
    half = (m + n) / 2 - 1

    def distance(value: float) -> float:
        variance = value * (1 - value) * (1 + half * (1 - value) / (2 - value) + half * value / (1 + value)) / (m * n)
        return float((value - nap) ** 2 - z**2 * variance)

    low = optimize.brentq(distance, 0.0, nap, xtol=1e-13) if nap > 0 else 0.0
    high = optimize.brentq(distance, nap, 1.0, xtol=1e-13) if nap < 1 else 1.0
    return float(low), float(high)


def _pand(baseline: np.ndarray, intervention: np.ndarray) -> float:
    """Most points that can stay without any overlap: the i lowest of the baseline below the j highest of the other."""
    lower, upper = np.sort(baseline), np.sort(intervention)[::-1]
    most = max(len(lower), len(upper))
    for i in range(1, len(lower) + 1):
        kept = int((upper > lower[i - 1]).sum())
        most = max(most, i + kept)
    return most / (len(lower) + len(upper))


def _pand_sorted(baseline: np.ndarray, intervention: np.ndarray) -> float:
    values = np.concatenate([baseline, intervention])
    phase = np.repeat([0, 1], [len(baseline), len(intervention)])
    sorted_phase = phase[np.lexsort((phase, values))]
    return float((sorted_phase == phase).mean())
