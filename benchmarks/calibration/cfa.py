"""A perfectly correct confirmatory model in few children: how often it is rejected, and its RMSEA."""

from __future__ import annotations

import numpy as np
import pandas as pd

from efficacy.calibration.model import Cell
from efficacy.psychometrics import CfaResult, fit_cfa
from efficacy.simulation import QuestionnaireTruth, factor_scores, item_answers

from .family import Family, FloatArray, Found, around
from .questionnaires import correlated_factors

ALPHA = 0.05
USUAL_LIMIT = 0.08
"""The RMSEA above which a model is usually called unacceptable."""
BASE: Cell = {"n": 54, "n_items": 22, "n_factors": 2, "factor_r": 0.6, "answers": "symmetric", "estimator": "ML"}
GRID = around(
    BASE,
    {"n": (54, 95, 200), "answers": ("normal", "symmetric", "skewed")},
    {"n": (54, 95, 200), "n_items": (11,)},
    {"n": (54, 95, 200), "answers": ("symmetric", "skewed"), "estimator": ("WLSMV",)},
    {"n": (54,), "n_items": (11,), "estimator": ("WLSMV",)},
)
_SLOW = "WLSMV"


def replicate(cell: Cell, random: np.random.Generator, count: int) -> Found:
    """fit_cfa of the model that made the answers; a fit without a solution counts for nothing but "converged"."""
    truth = correlated_factors(
        n_items=int(cell["n_items"]),
        n_factors=int(cell["n_factors"]),
        factor_r=float(cell["factor_r"]),
        loadings="high",
        answers="symmetric" if cell["answers"] == "normal" else str(cell["answers"]),
    )
    names = [f"i{number}" for number in range(truth.n_items)]
    split = np.array_split(names, int(cell["n_factors"]))
    model = {f"f{number}": [str(name) for name in items] for number, items in enumerate(split)}
    found = []
    for _ in range(count):
        factors = factor_scores(random, n=int(cell["n"]), factor_correlations=truth.phi)
        answers = _answers(str(cell["answers"]), random, factors, truth)
        result = fit_cfa(pd.DataFrame(answers, columns=names), model, estimator=cell["estimator"])  # type: ignore[arg-type]
        usable = result.converged and result.status != "not_computable"
        found.append([_measured(result, name) if usable else np.nan for name in _STATISTICS] + [float(usable)])
    table = np.array(found)
    return {("cfa", name): table[:, column] for column, name in enumerate((*_STATISTICS, "converged"))}


_STATISTICS = ("rejected", "rejected_bartlett", "rejected_swain", "rejected_scaled", "rmsea", "rmsea_above", "cfi")


def _measured(result: CfaResult, statistic: str) -> float:
    """One number of a fit; NaN for what this estimator does not have."""
    if statistic == "rejected" and result.chisq_scaled is not None:
        return np.nan  # the plain chi-square of a method that has to scale it
    if statistic.startswith("rejected"):
        p_value = getattr(result, statistic.replace("rejected", "p_value"))
        return np.nan if p_value is None else float(p_value < ALPHA)
    scaled = getattr(result, f"{statistic.removesuffix('_above')}_scaled")
    value = getattr(result, statistic.removesuffix("_above")) if scaled is None else scaled
    return float(value > USUAL_LIMIT) if statistic == "rmsea_above" else float(value)


def _answers(kind: str, random: np.random.Generator, factors: FloatArray, truth: QuestionnaireTruth) -> FloatArray:
    if kind != "normal":
        return item_answers(random, factors, questionnaire=truth)
    errors = random.standard_normal((len(factors), truth.n_items)) * np.sqrt(truth.uniquenesses)
    return np.asarray(factors @ truth.lambda_.T + errors)


CFA = Family(
    name="cfa",
    grid=GRID,
    replicate=replicate,
    replications=lambda cell: 1_000 if cell["estimator"] == _SLOW else 2_000,
    batch=25,
)
