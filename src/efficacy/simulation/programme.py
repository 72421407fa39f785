"""What happens to the chosen children: attendance, dose, satisfaction, coded interviews."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from .answers import shares
from .truth import AttendanceTruth, BoolArray, CausesTruth, FloatArray, IntArray


def attendance(rng: np.random.Generator, *, n: int, truth: AttendanceTruth) -> BoolArray:
    """Who attended, children x sessions: each child has a chance of its own (``shares``), sessions are independent."""
    chances = shares(rng, n=n, rate=truth.rate, spread=truth.spread)
    return np.asarray(rng.random((n, truth.n_sessions)) < chances[:, None], dtype=np.bool_)


def dose(attended: BoolArray, *, dose_share: float) -> FloatArray:
    """Each child's share of the programme's effect, mean 1 over the children.

    attended: children x sessions. Formula: 1 - w + w a_i / mean(a), a the sessions attended, w = dose_share.
    Raises ValueError where w is outside 0..1; where nobody attended the dose is 0 for everybody.
    """
    if not 0.0 <= dose_share <= 1.0:
        raise ValueError(f"dose_share={dose_share!r}: from 0 to 1")
    sessions = attended.sum(axis=1).astype(np.float64)
    if not sessions.any():
        return np.zeros(len(sessions))
    return np.asarray(1.0 - dose_share + dose_share * sessions / sessions.mean(), dtype=np.float64)


def satisfaction(rng: np.random.Generator, attended: BoolArray, *, proportions: Sequence[float]) -> FloatArray:
    """Mark 1, 2, ... given after each attended session, NaN where the child was absent; marks are independent."""
    if abs(sum(proportions) - 1.0) > 1e-9 or min(proportions) < 0:
        raise ValueError("satisfaction: expected shares of the marks, none negative, adding to 1")
    marks = 1.0 + np.searchsorted(np.cumsum(proportions)[:-1], rng.random(attended.shape), side="right")
    return np.where(attended, marks, np.nan)


def dropouts(rng: np.random.Generator, *, n: int, k: int) -> BoolArray:
    """True for k of n children drawn with equal chance, whatever they answered."""
    gone = np.zeros(n, dtype=np.bool_)
    gone[rng.choice(n, size=k, replace=False)] = True
    return gone


def coded_causes(
    true_rng: np.random.Generator, rater_rng: np.random.Generator, *, children: IntArray, truth: CausesTruth
) -> pd.DataFrame:
    """Levels each rater found in each interview: columns child, rater, level, one row per code given.

    children: numbers of the interviewed. A level is truly a cause with its own rate; each rater finds a true one with
    ``sensitivity`` and a false one with 1 - ``specificity``, independently of the other rater.
    """
    names = [level for level, _ in truth.rates]
    real = true_rng.random((len(children), len(names))) < np.array([rate for _, rate in truth.rates])
    chances = np.where(real, truth.sensitivity, 1.0 - truth.specificity)
    found = rater_rng.random((len(truth.raters), *real.shape)) < chances
    rows = [
        (int(children[i]), rater, names[j])
        for r, rater in enumerate(truth.raters)
        for i, j in zip(*np.nonzero(found[r]), strict=True)
    ]
    return pd.DataFrame(rows, columns=["child", "rater", "level"])
