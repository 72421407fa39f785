"""Krippendorff's alpha: agreement of any number of raters, with missing ratings, at four levels of measurement."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...results import Reason, Result
from ..inputs import Matrix, check_choice
from .bootstrap import check_options, left_out, percentile_ends, resampled
from .ratings import Ratings, check_order, coded, numeric_levels, one_hot

Level = Literal["nominal", "ordinal", "interval", "ratio"]

_STREAM = "krippendorff_alpha"


@dataclass(frozen=True, kw_only=True, eq=False)
class KrippendorffAlpha(Result):
    """Krippendorff's alpha: estimate with its interval, observed and expected disagreement, the pairable ratings."""

    estimate: float
    conf_low: float
    conf_high: float
    observed: float
    expected: float
    level: str
    n_raters: int
    n_ratings: int
    n_resamples: int
    n_resamples_used: int
    seed: int

    def tidy(self) -> pd.DataFrame:
        """One row: term (krippendorff_alpha), estimate, conf_low, conf_high, n (units)."""
        names = ("estimate", "conf_low", "conf_high")
        row = {name: getattr(self, name) for name in names}
        return pd.DataFrame([{"term": _STREAM, **row, "n": self.n_used}])


def krippendorff_alpha(
    ratings: pd.DataFrame,
    *,
    level: Level = "nominal",
    levels: Sequence[object] | None = None,
    conf_level: float = 0.95,
    n_resamples: int = 1000,
    seed: int = 1,
) -> KrippendorffAlpha:
    """Krippendorff's alpha of units that two raters or more rated.

    ratings: units x raters, missing where a rater did not rate; numbers, words or ordered categoricals. levels: all
    categories in order, needed for words at the ordinal level. With the coincidences o_ck (each unit's ordered pairs of
    ratings, divided by its number of ratings - 1), their margins n_c and sum n, alpha = 1 - (n - 1) sum o_ck d_ck
    / sum n_c n_k d_ck; d is 1 for different categories (nominal), (c - k)^2 (interval), ((c - k) / (c + k))^2 (ratio,
    ratings of 0 or more), or (sum of n_g from c to k - (n_c + n_k) / 2)^2 (ordinal). observed, expected: the
    two mean disagreements. Interval: percentiles over n_resamples resamples of units (seed: of their draw). Not
    computable: too_few_raters, too_few_units (below 2 with two ratings), one_category_only. Flagged:
    resamples_without_solution. Raises ValueError for a wrong call. Reference: Krippendorff (2011), Computing
    Krippendorff's alpha-reliability; Zapf et al. (2016), doi:10.1186/s12874-016-0200-9. R: irr::kripp.alpha(t(ratings),
    method).
    """
    check_choice(level, "level", get_args(Level))
    check_options(conf_level, n_resamples, seed)
    found = coded(ratings, levels)
    if level == "ordinal":
        check_order(found, 'level="ordinal"')
    distances = _fixed_distances(found, level)
    pairable = found.codes[(found.codes >= 0).sum(axis=1) >= 2]
    reason = _obstacle(pairable, len(found.raters))
    estimate = observed = expected = math.nan
    replicates = np.empty((0, 1))
    reasons: tuple[Reason, ...] = (reason,) if reason else ()
    if reason is None:
        coincidences = _coincidences(pairable, len(found.levels))
        everyone = np.ones((1, len(pairable)))
        estimate, observed, expected = (float(x[0]) for x in _alpha(coincidences, everyone, distances))
        replicates = resampled(
            lambda weights: _alpha(coincidences, weights, distances)[0][:, None],
            len(pairable),
            n_resamples=n_resamples,
            seed=seed,
            name=_STREAM,
        )
        reasons = left_out(replicates, n_resamples)
    low, high = percentile_ends(replicates, conf_level)
    return KrippendorffAlpha(
        n_used=len(pairable),
        n_dropped=len(ratings) - len(pairable),
        method=f"Krippendorff's alpha, {level}, percentile bootstrap interval, units with two ratings or more",
        conf_level=conf_level,
        status="not_computable" if reason else "flagged" if reasons else "ok",
        reasons=reasons,
        estimate=estimate,
        conf_low=float(low[0]),
        conf_high=float(high[0]),
        observed=observed,
        expected=expected,
        level=level,
        n_raters=len(found.raters),
        n_ratings=int((pairable >= 0).sum()),
        n_resamples=n_resamples,
        n_resamples_used=len(replicates),
        seed=seed,
    )


def _obstacle(pairable: NDArray[np.int64], n_raters: int) -> Reason | None:
    if n_raters < 2:
        return Reason("too_few_raters", {"n_raters": n_raters, "minimum": 2})
    if len(pairable) < 2:
        return Reason("too_few_units", {"n_used": len(pairable), "minimum": 2})
    if len(np.unique(pairable[pairable >= 0])) < 2:
        return Reason("one_category_only")
    return None


def _fixed_distances(ratings: Ratings, level: Level) -> Matrix | None:
    """Squared distances of the levels; None at the ordinal level, where they depend on the frequencies."""
    if level == "ordinal":
        return None
    if level == "nominal":
        return np.asarray(1 - np.eye(len(ratings.levels)), dtype=float)
    values = numeric_levels(ratings)
    difference = np.subtract.outer(values, values) ** 2
    if level == "interval":
        return np.asarray(difference, dtype=float)
    if (values < 0).any():
        raise ValueError("ratings: 0 or more expected at the ratio level")
    total = np.add.outer(values, values) ** 2
    return np.asarray(np.divide(difference, total, out=np.zeros_like(difference), where=total > 0), dtype=float)


def _coincidences(pairable: NDArray[np.int64], n_levels: int) -> Matrix:
    """Coincidences of each unit, flattened: units x (levels x levels)."""
    counts = one_hot(pairable, n_levels).sum(axis=1)
    pairs = counts[:, :, None] * counts[:, None, :]
    diagonal = np.arange(n_levels)
    pairs[:, diagonal, diagonal] -= counts
    return np.asarray((pairs / (counts.sum(axis=1) - 1)[:, None, None]).reshape(len(pairable), -1), dtype=float)


def _alpha(coincidences: Matrix, weights: Matrix, distances: Matrix | None) -> tuple[Matrix, Matrix, Matrix]:
    """Alpha, observed and expected disagreement for weighted units (resamples x units); NaN where nothing varies."""
    k = math.isqrt(coincidences.shape[1])
    together = (weights @ coincidences).reshape(-1, k, k)
    margins = together.sum(axis=2)
    n = margins.sum(axis=1)
    apart = _ordinal_distances(margins) if distances is None else distances[None]
    observed = (together * apart).sum(axis=(1, 2)) / n
    expected = (margins[:, :, None] * margins[:, None, :] * apart).sum(axis=(1, 2)) / (n * (n - 1))
    varied = expected > 0
    ratio = np.divide(observed, expected, out=np.full_like(observed, math.nan), where=varied)
    return 1 - ratio, observed, expected


def _ordinal_distances(margins: Matrix) -> NDArray[np.float64]:
    """(sum of n_g from c to k - (n_c + n_k) / 2)^2 for every resample."""
    middle = margins.cumsum(axis=1) - margins / 2  # mean rank of each level
    return np.asarray((middle[:, :, None] - middle[:, None, :]) ** 2, dtype=float)
