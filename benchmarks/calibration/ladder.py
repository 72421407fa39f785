"""The ladder of claims itself: how often it says "more than selection" when nothing happened."""

from __future__ import annotations

import numpy as np
import pandas as pd

from efficacy.calibration.model import Cell
from efficacy.effects import (
    Evidence,
    adjusted_change,
    adjusted_change_over_r,
    claims_ladder,
    paired_change,
    randomised_ancova,
    regression_discontinuity,
)

from .family import Aim, Family, Found, around
from .shapes import population

RETEST_CHILDREN = 40
BASE: Cell = {
    "analysis": "retest_study",
    "n_survey": 54,
    "n_members": 12,
    "retest_r": 0.6,
    "shape": "normal",
    "drift": 0.0,
}
GRID = around(
    BASE,
    {"retest_r": (0.6, 0.8), "shape": ("normal", "skew_0.7")},
    {"retest_r": (0.6, 0.8), "drift": (0.2,)},
    {
        "analysis": ("second_baseline", "discontinuity", "waiting_list"),
        "retest_r": (0.6, 0.8),
        "shape": ("normal", "skew_0.7"),
    },
    {"analysis": ("second_baseline",), "drift": (0.2,), "retest_r": (0.6, 0.8)},
    {"analysis": ("range",), "retest_r": (0.6, 0.8), "drift": (0.0, 0.2)},
)
KEYS = {
    "retest_study": "retest_correction",
    "range": "retest_correction",
    "second_baseline": "second_baseline",
    "discontinuity": "regression_discontinuity",
    "waiting_list": "randomised_ancova",
}


def replicate(cell: Cell, random: np.random.Generator, count: int) -> Found:
    """``claims`` a study: 1 where claims_ladder says that the change is more than selection explains."""
    claims = [_claims(cell, random) for _ in range(count)]
    return {("claims_ladder", "upward"): np.asarray(claims, dtype=float)}


def _claims(cell: Cell, random: np.random.Generator) -> bool:
    analysis = str(cell["analysis"])
    children = population(
        random, shape=str(cell["shape"]), retest_r=float(cell["retest_r"]), size=(1, int(cell["n_survey"]))
    )
    drift, n = float(cell["drift"]), int(cell["n_members"])
    pre, second, post = (pd.Series(children.occasion(random, shift)[0]) for shift in (0.0, 0.0, drift))
    members = pre.nsmallest(n).index
    if analysis == "waiting_list":
        pool = pre.nsmallest(2 * n).index.to_numpy()
        members = pd.Index(random.permutation(pool)[:n])
        drawn = pd.Series(pd.Categorical(np.where(np.isin(pool, members), "group", "waits")), index=pool)
        arm = drawn.cat.reorder_categories(["waits", "group"])
        seed = int(random.integers(2**31))
        result = randomised_ancova(post[pool], pre[pool], arm, seed=seed, n_permutations=999)
        evidence = Evidence(randomised=result)
    elif analysis == "discontinuity":
        treated = pd.Series(pre.index.isin(members), index=pre.index)
        evidence = Evidence(discontinuity=regression_discontinuity(pre, post, treated))
    elif analysis == "second_baseline":
        evidence = Evidence(second_baseline=paired_change(second[members], post[members]))
    elif analysis == "range":
        evidence = Evidence(over_r=adjusted_change_over_r(pre, post, members=members, lowest=0.6, highest=0.9))
    else:
        r = _retest_study(cell, random)
        result_of = adjusted_change(pre, post, members=members, retest_r=r, retest_n=RETEST_CHILDREN)
        evidence = Evidence(adjusted=result_of)
    return bool(claims_ladder(KEYS[analysis], evidence).rung("more_than_selection").reached)  # type: ignore[arg-type]


def _retest_study(cell: Cell, random: np.random.Generator) -> float:
    others = population(random, shape=str(cell["shape"]), retest_r=float(cell["retest_r"]), size=(1, RETEST_CHILDREN))
    first, second = (others.occasion(random, 0.0)[0] for _ in range(2))
    return float(np.clip(np.corrcoef(first, second)[0, 1], 0.01, 0.99))


def aim(_procedure: str, _statistic: str, cell: Cell) -> Aim | None:
    """Nominal 2.5 %, not exceeded; a drift of everybody is what only untreated children can show."""
    return None if cell["drift"] else (0.0, 0.025)


LADDER = Family(
    name="ladder",
    grid=GRID,
    replicate=replicate,
    replications=lambda cell: 2_000 if cell["analysis"] == "range" else 10_000,
    batch=250,
    aim=aim,
)
