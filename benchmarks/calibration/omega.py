"""The bootstrap interval of McDonald's omega: does it hold the population's omega?"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pandas as pd

from efficacy.calibration.model import Cell
from efficacy.psychometrics import mcdonald_omega
from efficacy.simulation import (
    QuestionnaireTruth,
    factor_scores,
    item_answers,
    item_covariances,
    skip_answers,
)

from .family import Aim, Family, Found, around, interval_found
from .questionnaires import one_factor

RESAMPLES = 400
BASE: Cell = {"n": 54, "n_items": 11, "categories": 5, "answers": "symmetric", "missing": 0.0}
GRID = around(
    BASE,
    {"n": (30, 54, 95, 200)},
    {"n_items": (6, 22), "n": (54, 95)},
    {"categories": (3, 7)},
    {"answers": ("skewed",), "n": (54, 95)},
    {"missing": (0.05,), "n": (54, 95)},
)


def replicate(cell: Cell, random: np.random.Generator, count: int) -> Found:
    """mcdonald_omega on ``count`` samples, RESAMPLES resamples each; a sample without a solution counts for nothing."""
    truth = one_factor(n_items=int(cell["n_items"]), categories=int(cell["categories"]), answers=str(cell["answers"]))
    results = []
    for _ in range(count):
        answers = item_answers(
            random, factor_scores(random, n=int(cell["n"]), factor_correlations=truth.phi), questionnaire=truth
        )
        items = pd.DataFrame(skip_answers(random, answers, rate=float(cell["missing"])))
        results.append(mcdonald_omega(items, n_resamples=RESAMPLES, seed=int(random.integers(2**31))))
    estimate, low, high = (
        [getattr(result, name) for result in results] for name in ("estimate", "conf_low", "conf_high")
    )
    found = interval_found("omega", estimate, low, high, _omega(truth))
    del found["omega", "upward"]
    return found


@cache
def _omega(truth: QuestionnaireTruth) -> float:
    """Omega of the observed answers in the population: the one-factor model nearest to their covariances.

    The answers of a cut factor have exactly one common factor up to rounding of the thresholds; the loadings are found
    by principal axes of their covariances, iterated until the communalities stand still.
    """
    covariances = item_covariances(truth)
    shared = covariances.copy()
    for _ in range(10_000):
        values, vectors = np.linalg.eigh(shared)
        loadings = vectors[:, -1] * math.sqrt(values[-1])
        if np.abs(np.diag(shared) - loadings**2).max() < 1e-12:
            break
        np.fill_diagonal(shared, loadings**2)
    common = float(loadings.sum() ** 2)
    return common / (common + float((np.diag(covariances) - loadings**2).sum()))


def aim(_procedure: str, statistic: str, _cell: Cell) -> Aim | None:
    """The interval's coverage."""
    return (0.93, 0.97) if statistic == "coverage" else None


OMEGA = Family(name="omega", grid=GRID, replicate=replicate, replications=lambda _: 2_000, batch=50, aim=aim)
