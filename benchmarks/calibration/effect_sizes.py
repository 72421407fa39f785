"""Intervals of standardised effects: d_z and its corrected twin for one group, Hedges' g for two."""

from __future__ import annotations

import math

import numpy as np

from efficacy.calibration.model import Cell
from efficacy.effects.distributions import hedges_correction, noncentral_t_interval

from .family import Aim, Family, FloatArray, Found, around, interval_found

BASE: Cell = {"n": 12, "d": 0.6}
GRID = around(BASE, {"n": (8, 12, 20, 54), "d": (0.0, 0.3, 0.6, 0.9, 1.2)})
"""n: children in the one group, or in each of the two; d: the true effect."""
CONF_LEVEL = 0.95


def replicate(cell: Cell, random: np.random.Generator, count: int) -> Found:
    """Noncentral t intervals on normal data, as paired_change and compare_groups build them."""
    n, d = int(cell["n"]), float(cell["d"])
    changes = d + random.standard_normal((count, n))
    d_z = changes.mean(axis=1) / changes.std(axis=1, ddof=1)
    one = _intervals(d_z, 1 / math.sqrt(n), n - 1)
    first, second = d + random.standard_normal((count, n)), random.standard_normal((count, n))
    pooled = np.sqrt((first.var(axis=1, ddof=1) + second.var(axis=1, ddof=1)) / 2)
    between = (first.mean(axis=1) - second.mean(axis=1)) / pooled
    two = _intervals(between, math.sqrt(2 / n), 2 * n - 2)
    j_one, j_two = hedges_correction(n - 1), hedges_correction(2 * n - 2)
    return (
        interval_found("d_z", d_z, *one, d)
        | interval_found("smcc", j_one * d_z, *(j_one * one), d)
        | interval_found("hedges_g", j_two * between, *(j_two * two), d)
    )


def _intervals(effects: FloatArray, scale: float, df: int) -> FloatArray:
    ends = [noncentral_t_interval(effect / scale, df, CONF_LEVEL) for effect in effects]
    return scale * np.array(ends).T


def aim(procedure: str, statistic: str, _cell: Cell) -> Aim | None:
    """The interval holds the true effect; the corrected estimates are free of bias."""
    if statistic == "coverage":
        return (0.94, 0.96)
    return (-0.02, 0.02) if statistic == "bias" and procedure != "d_z" else None


EFFECT_SIZES = Family(
    name="effect_sizes", grid=GRID, replicate=replicate, replications=lambda _: 4_000, batch=500, aim=aim
)
