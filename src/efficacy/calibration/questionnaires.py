"""What a questionnaire of this size can be expected to show in so many children, by the nearest measured cell."""

from __future__ import annotations

from typing import Literal

from .lookup import nearest_calibration
from .model import CalibratedValue

NumberRule = Literal["parallel_analysis", "minimum_average_partial"]
LOADINGS = {"low": 0.50, "high": 0.65}
"""Mean loading of the questionnaires that were simulated: .35 to .65, and .5 to .8."""


def factor_recovery(
    *,
    n: int,
    n_factors: int,
    factor_r: float,
    mean_loading: float,
    rule: NumberRule = "parallel_analysis",
    statistic: Literal["recovered", "too_few", "too_many"] = "recovered",
) -> CalibratedValue:
    """Share of samples of n children in which a rule finds the true number of factors, too few, or too many.

    n_factors, factor_r, mean_loading: of the questionnaire as it is supposed to be. The simulated questionnaires have
    22 five-point items with symmetric answers; the cell of the value says which one was nearest.
    """
    loadings = min(LOADINGS, key=lambda name: abs(LOADINGS[name] - mean_loading))
    cell = {"n": n, "n_items": 22, "n_factors": n_factors, "factor_r": factor_r if n_factors > 1 else 0.0}
    return nearest_calibration(rule, statistic, {**cell, "loadings": loadings, "answers": "symmetric"})


def true_model_fit(
    *,
    n: int,
    n_items: int,
    answers: Literal["normal", "symmetric", "skewed"] = "symmetric",
    estimator: Literal["ML", "WLSMV"] = "ML",
    statistic: Literal[
        "rmsea", "rmsea_above", "cfi", "rejected", "rejected_bartlett", "rejected_swain", "rejected_scaled"
    ] = "rmsea",
) -> CalibratedValue:
    """What a perfectly correct two-factor CFA shows in n children: its mean RMSEA and CFI, how often it is rejected.

    rmsea_above: share with an RMSEA above .08. rejected: by the chi-square at .05; _bartlett, _swain: with these
    corrections; _scaled: by the scaled chi-square of WLSMV. Simulated factors correlate .6, loadings .5 to .8.
    """
    cell = {"n": n, "n_items": n_items, "n_factors": 2, "factor_r": 0.6, "answers": answers, "estimator": estimator}
    return nearest_calibration("cfa", statistic, cell)
