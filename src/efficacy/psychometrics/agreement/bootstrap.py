"""Bootstrap of rated units: what every coefficient of more than two raters takes its interval from."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from ...results import Reason
from ...streams import stream
from ..inputs import Matrix, check_count, check_level

Coefficients = Callable[[Matrix], Matrix]
"""How often each unit counts (resamples x units) -> coefficients, resamples x coefficients; NaN where undefined."""


def check_options(conf_level: float, n_resamples: int, seed: int) -> None:
    """Raise ValueError where an option of the interval is wrong."""
    check_level(conf_level)
    check_count(n_resamples, "n_resamples", minimum=2)
    check_count(seed, "seed", minimum=0)


def resampled(coefficients: Coefficients, n_units: int, *, n_resamples: int, seed: int, name: str) -> Matrix:
    """Coefficients of units drawn with replacement; resamples in which one is undefined are left out."""
    weights = stream(seed, name).multinomial(n_units, np.full(n_units, 1 / n_units), size=n_resamples)
    found = coefficients(weights.astype(float))
    return found[np.isfinite(found).all(axis=1)]


def percentile_ends(replicates: Matrix, conf_level: float) -> tuple[Matrix, Matrix]:
    """Percentiles of each coefficient over the resamples (Zapf et al. 2016, doi:10.1186/s12874-016-0200-9)."""
    if len(replicates) < 2:
        nothing = np.full(replicates.shape[1], math.nan)
        return nothing, nothing
    low, high = np.quantile(replicates, [(1 - conf_level) / 2, (1 + conf_level) / 2], axis=0)
    return low, high


def left_out(replicates: Matrix, n_resamples: int) -> tuple[Reason, ...]:
    """How many resamples gave no coefficient; () where all did."""
    n = n_resamples - len(replicates)
    return (Reason("resamples_without_solution", {"n": n, "n_resamples": n_resamples}),) if n else ()
