"""Several villages: the mean adjusted change, with one retest study for all of them."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from efficacy.calibration.model import Cell
from efficacy.effects import SurveyedGroup, pool_adjusted_changes

from .family import Aim, Family, Found, around, interval_found

RETEST_CHILDREN = 40
EFFECT = 0.3
BASE: Cell = {"k": 4, "n_survey": 54, "n_members": 12, "retest_r": 0.7, "tau2": 0.05, "r_from": "study"}
GRID = around(
    BASE,
    {"k": (3, 4, 5, 6), "tau2": (0.0, 0.05, 0.2)},
    {"r_from": ("truth",), "k": (3, 4, 6)},
    {"retest_r": (0.6, 0.8)},
)
"""tau2: variance of the villages' true effects; r_from: "study", one retest study of RETEST_CHILDREN serves every
village and its error is counted; "truth", the correlation is known."""


def replicate(cell: Cell, random: np.random.Generator, count: int) -> Found:
    """pool_adjusted_changes (Paule-Mandel, Hartung-Knapp) over ``count`` sets of villages."""
    results = [_pooled(cell, random) for _ in range(count)]
    estimate, low, high = np.array(results).T
    return interval_found("pooled_change", estimate, low, high, EFFECT)


def _pooled(cell: Cell, random: np.random.Generator) -> tuple[float, float, float]:
    r, study = float(cell["retest_r"]), cell["r_from"] == "study"
    groups = {f"v{number}": _village(cell, r, random) for number in range(int(cell["k"]))}
    used = _retest_study(r, random) if study else r
    result = pool_adjusted_changes(
        groups, unit="raw", retest_r=used, retest_n=RETEST_CHILDREN if study else None, retest_sd=None
    )
    return result.estimate, result.conf_low, result.conf_high


def _village(cell: Cell, r: float, random: np.random.Generator) -> SurveyedGroup:
    """One survey, its lowest children, and their village's own effect."""
    size, n = int(cell["n_survey"]), int(cell["n_members"])
    true = math.sqrt(r) * random.standard_normal(size)
    pre, post = (true + math.sqrt(1 - r) * random.standard_normal(size) for _ in range(2))
    effect = EFFECT + math.sqrt(float(cell["tau2"])) * random.standard_normal()
    members = np.argsort(pre)[:n]
    post[members] += effect
    return SurveyedGroup(survey_pre=pd.Series(pre), post=pd.Series(post), members=pd.Index(members))


def _retest_study(r: float, random: np.random.Generator) -> float:
    first = random.standard_normal(RETEST_CHILDREN)
    second = r * first + math.sqrt(1 - r**2) * random.standard_normal(RETEST_CHILDREN)
    return float(np.clip(np.corrcoef(first, second)[0, 1], 0.01, 0.99))


def aim(_procedure: str, statistic: str, _cell: Cell) -> Aim | None:
    """The interval's coverage of the mean effect, and no bias."""
    return {"coverage": (0.93, 0.97), "bias": (-0.02, 0.02)}.get(statistic)


POOLED = Family(name="pooled", grid=GRID, replicate=replicate, replications=lambda _: 4_000, batch=100, aim=aim)
