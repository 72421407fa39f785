"""Each child's reliable change: how many are judged "improved" when nothing happened to anybody."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pandas as pd

from efficacy.calibration.model import Cell
from efficacy.effects.reliable_change import ReliableMethod, reliable_change

from .family import Aim, Family, Found, around
from .shapes import population

ALPHA = 0.88
"""Internal consistency of a usual scale, for those who take it for a retest coefficient."""
BASE: Cell = {
    "n_survey": 54,
    "n_members": 12,
    "retest_r": 0.7,
    "members": "lowest",
    "sd_from": "survey",
    "r_from": "retest",
    "shape": "normal",
}
GRID = around(
    BASE,
    {"retest_r": (0.6, 0.7, 0.8, 0.9), "members": ("lowest", "random")},
    {"n_survey": (30, 95, 200)},
    {"sd_from": ("members",), "retest_r": (0.6, 0.7, 0.8)},
    {"r_from": ("alpha",), "retest_r": (0.6, 0.7)},
    {"shape": ("skew_0.7", "floor", "five_point")},
)
"""sd_from: whose mean and standard deviation are used. r_from: the retest coefficient, or alpha taken for one."""


def replicate(cell: Cell, random: np.random.Generator, count: int) -> Found:
    """Share of the members judged improved and deteriorated, by study."""
    r, n, size = float(cell["retest_r"]), int(cell["n_members"]), int(cell["n_survey"])
    children = population(random, shape=str(cell["shape"]), retest_r=r, size=(count, size))
    pre, post = children.occasion(random, 0.0), children.occasion(random, 0.0)
    order = np.indices(pre.shape)[1]
    if cell["members"] == "lowest":
        order = np.lexsort((random.random(pre.shape), pre), axis=1)  # ties in random order
    first, second = (np.take_along_axis(wave, order[:, :n], axis=1) for wave in (pre, post))
    norm = first if cell["sd_from"] == "members" else pre
    mean, sd = norm.mean(axis=1, keepdims=True), norm.std(axis=1, ddof=1, keepdims=True)
    # judged on each study's own scale: a change of origin and unit changes no verdict
    standing, later = ((wave - mean) / sd for wave in (first, second))
    used = ALPHA if cell["r_from"] == "alpha" else r
    found = {}
    for method in get_args(ReliableMethod):
        result = reliable_change(
            pd.Series(standing.ravel()), pd.Series(later.ravel()), mean=0.0, sd=1.0, retest_r=used, method=method
        )
        verdict = result.tidy()["verdict"].to_numpy().reshape(count, n)
        for statistic in ("improved", "deteriorated"):
            found[f"reliable_change_{method}", statistic] = (verdict == statistic).mean(axis=1)
    return found


def aim(procedure: str, _statistic: str, cell: Cell) -> Aim | None:
    """2.5 % a side, where the scores are normal and mean, spread and r are the right ones."""
    right = cell["sd_from"] == "survey" and cell["r_from"] == "retest" and cell["shape"] == "normal"
    return (0.02, 0.03) if right and procedure.endswith("regression_based") else None


CHILD = Family(name="child", grid=GRID, replicate=replicate, replications=lambda _: 10_000, batch=500, aim=aim)
