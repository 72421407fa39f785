"""Questionnaires with known structure for the measurement procedures."""

from __future__ import annotations

from functools import cache

import numpy as np

from efficacy.simulation import QuestionnaireTruth

LOADINGS = {"low": (0.35, 0.65), "high": (0.5, 0.8)}
"""Lowest and highest loading; the items of a factor are spread evenly between."""
SKEWED_BY = 0.9
"""Skewed items: every threshold is moved so many standard deviations, which piles answers up at one end."""


def thresholds(categories: int, answers: str) -> tuple[float, ...]:
    """Equally wide inner categories over 3 standard deviations, moved for skewed answers."""
    cuts = np.linspace(-1.5, 1.5, categories - 1) if categories > 2 else np.zeros(1)
    return tuple((cuts + (SKEWED_BY if answers == "skewed" else 0.0)).tolist())


@cache
def one_factor(*, n_items: int, categories: int, answers: str) -> QuestionnaireTruth:
    """One scale with loadings from .45 to .7."""
    return QuestionnaireTruth(
        loadings=tuple((float(value),) for value in np.linspace(0.45, 0.7, n_items)),
        factor_correlations=((1.0,),),
        thresholds=(thresholds(categories, answers),) * n_items,
        reverse=(False,) * n_items,
    )


@cache
def correlated_factors(
    *, n_items: int, n_factors: int, factor_r: float, loadings: str, answers: str
) -> QuestionnaireTruth:
    """Five-point items, equally many a factor, simple structure; factors correlate factor_r."""
    lowest, highest = LOADINGS[loadings]
    rows: list[tuple[float, ...]] = []
    for factor, items in enumerate(np.array_split(np.arange(n_items), n_factors)):
        rows += [
            tuple(float(value) if column == factor else 0.0 for column in range(n_factors))
            for value in np.linspace(lowest, highest, len(items))
        ]
    correlations = np.full((n_factors, n_factors), factor_r)
    np.fill_diagonal(correlations, 1.0)
    return QuestionnaireTruth(
        loadings=tuple(rows),
        factor_correlations=tuple(tuple(row) for row in correlations.tolist()),
        thresholds=(thresholds(5, answers),) * n_items,
        reverse=(False,) * n_items,
    )
