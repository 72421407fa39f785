"""Feldt's interval of alpha: does it hold the population's alpha?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from efficacy.calibration.model import Cell
from efficacy.psychometrics import cronbach_alpha
from efficacy.simulation import QuestionnaireTruth, factor_scores, item_answers, scale_truth, skip_answers

from .family import Aim, Family, Found, around, interval_found
from .questionnaires import one_factor

BASE: Cell = {"n": 54, "n_items": 11, "categories": 5, "answers": "symmetric", "missing": 0.0}
GRID = around(
    BASE,
    {"n": (12, 30, 54, 95, 200), "n_items": (6, 11, 22)},
    {"categories": (3, 4, 7)},
    {"answers": ("skewed",), "n": (12, 54, 95)},
    {"missing": (0.05,), "n": (30, 54, 95)},
)


def replicate(cell: Cell, random: np.random.Generator, count: int) -> Found:
    """cronbach_alpha on ``count`` samples, listwise where answers are missing."""
    truth = one_factor(n_items=int(cell["n_items"]), categories=int(cell["categories"]), answers=str(cell["answers"]))
    results = [cronbach_alpha(_sample(cell, truth, random)) for _ in range(count)]
    estimate, low, high = (
        [getattr(result, name) for result in results] for name in ("estimate", "conf_low", "conf_high")
    )
    found = interval_found("alpha", estimate, low, high, scale_truth(truth).alpha)
    del found["alpha", "upward"]
    return found


def _sample(cell: Cell, truth: QuestionnaireTruth, random: np.random.Generator) -> pd.DataFrame:
    factors = factor_scores(random, n=int(cell["n"]), factor_correlations=truth.phi)
    answers = item_answers(random, factors, questionnaire=truth)
    return pd.DataFrame(skip_answers(random, answers, rate=float(cell["missing"])))


def aim(_procedure: str, statistic: str, _cell: Cell) -> Aim | None:
    """The interval's coverage."""
    return (0.935, 0.965) if statistic == "coverage" else None


ALPHA = Family(name="alpha", grid=GRID, replicate=replicate, replications=lambda _: 2_000, batch=200, aim=aim)
