"""Mean squares of complete ratings, from which intraclass correlations are made."""

from __future__ import annotations

import math
from typing import NamedTuple

from ..inputs import Matrix


class MeanSquares(NamedTuple):
    """units, raters, residual: of the two-way layout; within: raters and residual together; n units, k raters."""

    units: float
    raters: float
    residual: float
    within: float
    n: int
    k: int


def mean_squares(values: Matrix) -> MeanSquares:
    """Mean squares of complete ratings (units x raters), from deviations so that nothing is lost to cancellation."""
    n, k = values.shape
    centred = values - values.mean()
    by_unit, by_rater = centred.mean(axis=1), centred.mean(axis=0)
    units = k * float((by_unit**2).sum())
    raters = n * float((by_rater**2).sum())
    residual = float(((centred - by_unit[:, None] - by_rater) ** 2).sum())
    return MeanSquares(
        units=units / (n - 1),
        raters=raters / (k - 1),
        residual=residual / ((n - 1) * (k - 1)),
        within=(raters + residual) / (n * (k - 1)),
        n=n,
        k=k,
    )


def nothing_to_compare(n: int, k: int) -> MeanSquares:
    """The mean squares of ratings that have none."""
    return MeanSquares(math.nan, math.nan, math.nan, math.nan, n, k)
