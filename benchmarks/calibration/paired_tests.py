"""Twelve children before and after, nobody chosen: type I error of the three tests by what the changes look like."""

from __future__ import annotations

import numpy as np

from efficacy.calibration.model import Cell
from efficacy.effects.batch import paired_changes
from efficacy.effects.exact import sign_flip_p_value, signed_rank_p_value, signed_ranks

from .family import Aim, Family, FloatArray, Found, around

BASE: Cell = {"n": 12, "changes": "normal"}
GRID = around(BASE, {"n": (6, 8, 12, 20), "changes": ("normal", "skew", "ties", "zeros", "outlier")})
ALPHA = 0.05


def replicate(cell: Cell, random: np.random.Generator, count: int) -> Found:
    """``significant`` a study: 1 where the test rejects a mean change of 0, which is true."""
    changes = _changes(str(cell["changes"]), random, (count, int(cell["n"])))
    flat = np.ptp(changes, axis=1) == 0  # nobody's change differs: no test, no rejection
    estimates = paired_changes(np.zeros_like(changes[~flat]), changes[~flat])
    low, high = estimates.interval(1 - ALPHA)
    t = np.zeros(count)
    t[~flat] = (low > 0) | (high < 0)
    wilcoxon = [signed_rank_p_value(signed_ranks(row))[0] <= ALPHA for row in changes]
    flips = [sign_flip_p_value(row, seed=0)[0] <= ALPHA for row in changes]
    return {
        ("paired_t", "significant"): t,
        ("exact_wilcoxon", "significant"): np.asarray(wilcoxon, dtype=float),
        ("exact_sign_flip", "significant"): np.asarray(flips, dtype=float),
    }


def _changes(kind: str, random: np.random.Generator, size: tuple[int, int]) -> FloatArray:
    """Changes with mean 0: normal; exponential; whole points; whole points mostly 0; one child far out, either way."""
    if kind == "skew":
        return random.exponential(size=size) - 1
    normal = random.standard_normal(size)
    if kind == "ties":
        return np.rint(2 * normal)
    if kind == "zeros":
        return np.where(random.random(size) < 0.4, 0.0, np.rint(2 * normal))
    if kind == "outlier":
        normal[:, 0] *= 6
    return normal


def aim(procedure: str, _statistic: str, cell: Cell) -> Aim | None:
    """Exact tests may not exceed 5 % where changes are symmetric; t is held to its band for normal changes."""
    if cell["changes"] == "skew":
        return None
    if procedure == "paired_t":
        return (0.04, 0.06) if cell["changes"] == "normal" else None
    return (0.0, 0.05)


PAIRED_TESTS = Family(
    name="paired_tests", grid=GRID, replicate=replicate, replications=lambda _: 4_000, batch=500, aim=aim
)
