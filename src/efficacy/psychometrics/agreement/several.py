"""Agreement of two raters or more on categories: share of agreement, Scott, Fleiss, Conger, Gwet."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from ...results import Reason, Result
from ..inputs import Matrix
from .bootstrap import check_options, left_out, percentile_ends, resampled
from .ratings import coded, obstacle, one_hot

_TERMS = ("agreement", "fleiss_kappa", "conger_kappa", "gwet_ac1")


@dataclass(frozen=True, kw_only=True, eq=False)
class RaterAgreement(Result):
    """Coefficients of agreement beside each other on the same units.

    coefficients: what tidy() returns. by_level: one row a category: level, estimate (Fleiss' kappa of this category
    against all others), std_error, statistic, p_value (under no agreement), share (of all ratings). statistic,
    p_value: of Fleiss' kappa under no agreement beyond chance.
    """

    statistic: float
    p_value: float
    n_raters: int
    n_levels: int
    n_resamples: int
    n_resamples_used: int
    seed: int
    coefficients: pd.DataFrame
    by_level: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """Rows agreement, fleiss_kappa (Scott's pi where there are two raters), conger_kappa (Cohen's kappa where
        there are two), gwet_ac1: term, estimate, expected (agreement by chance), conf_low, conf_high, n."""
        return self.coefficients.copy()


def rater_agreement(
    ratings: pd.DataFrame,
    *,
    levels: Sequence[object] | None = None,
    conf_level: float = 0.95,
    n_resamples: int = 1000,
    seed: int = 1,
) -> RaterAgreement:
    """Share of agreeing pairs of raters, and what is left of it beyond three kinds of chance.

    ratings: units x raters, numbers or words; units that every rater rated are used. levels: all categories (Gwet's
    coefficient counts those nobody used too); without it those that were used. agreement is the mean over units of the
    share of agreeing pairs of raters, P. With p_j the share of category j in all ratings and p_gj in those of rater g,
    kappa = (P - E) / (1 - E) and E = sum p_j^2 (fleiss_kappa; Scott's pi of two raters), the mean over pairs of raters
    g, h of sum p_gj p_hj (conger_kappa; Cohen's kappa of two), sum p_j (1 - p_j) / (k - 1) (gwet_ac1). Interval:
    percentiles over n_resamples resamples of units (seed: of their draw). statistic, p_value: Fleiss, Nee & Landis
    (1979), doi:10.1037/0033-2909.86.5.974. Not computable: too_few_raters, too_few_units (below 2),
    one_category_only. Flagged: resamples_without_solution (only one category was left). Raises ValueError for a wrong
    call. Reference: Scott (1955), doi:10.1086/266577; Fleiss (1971), doi:10.1037/h0031619; Conger (1980),
    doi:10.1037/0033-2909.88.2.322; Gwet (2008), doi:10.1348/000711006X126600. R: irr::kappam.fleiss(ratings, exact =
    FALSE | TRUE, detail = TRUE).
    """
    check_options(conf_level, n_resamples, seed)
    found = coded(ratings, levels)
    codes, k = found.complete, len(found.levels)
    reason = obstacle(codes)
    estimates, chances = np.full((1, 4), math.nan), np.full((1, 4), math.nan)
    replicates = np.empty((0, 4))
    reasons: tuple[Reason, ...] = (reason,) if reason else ()
    votes = one_hot(codes, k)
    if reason is None:
        estimates, chances = _coefficients(votes, np.ones((1, len(codes))))
        replicates = resampled(
            lambda weights: _coefficients(votes, weights)[0],
            len(codes),
            n_resamples=n_resamples,
            seed=seed,
            name="rater_agreement",
        )
        reasons = left_out(replicates, n_resamples)
    low, high = percentile_ends(replicates, conf_level)
    statistic, by_level = _tests(votes, estimates[0, 1], [str(level) for level in found.levels])
    return RaterAgreement(
        n_used=len(codes),
        n_dropped=len(ratings) - len(codes),
        method="Agreement of raters on categories, percentile bootstrap intervals, complete units",
        conf_level=conf_level,
        status="not_computable" if reason else "flagged" if reasons else "ok",
        reasons=reasons,
        statistic=statistic,
        p_value=float(2 * stats.norm.sf(abs(statistic))),
        n_raters=len(found.raters),
        n_levels=k,
        n_resamples=n_resamples,
        n_resamples_used=len(replicates),
        seed=seed,
        coefficients=pd.DataFrame(
            {
                "term": _TERMS,
                "estimate": estimates[0],
                "expected": chances[0],
                "conf_low": low,
                "conf_high": high,
                "n": len(codes),
            }
        ),
        by_level=by_level,
    )


def _coefficients(votes: NDArray[np.float64], weights: Matrix) -> tuple[Matrix, Matrix]:
    """Coefficients and their chance agreement for weighted units: resamples x 4 each; NaN where chance explains all.

    votes: units x raters x levels. weights: resamples x units.
    """
    n, r, k = votes.shape
    counts = votes.sum(axis=1)
    agreeing = ((counts**2).sum(axis=1) - r) / (r * (r - 1))
    total = weights.sum(axis=1)
    agreement = weights @ agreeing / total
    by_rater = (weights @ votes.reshape(n, r * k)).reshape(-1, r, k) / total[:, None, None]
    shares = by_rater.mean(axis=1)
    own = (shares**2).sum(axis=1)
    pairs = (r**2 * own - (by_rater**2).sum(axis=(1, 2))) / (r * (r - 1))
    gwet = (1 - own) / (k - 1) if k > 1 else np.full_like(own, math.nan)
    chances = np.stack([np.zeros_like(own), own, pairs, gwet], axis=1)
    one_category = np.isclose(own, 1)
    chances[one_category, 1:] = math.nan
    certain = chances >= 1
    chances[certain] = math.nan
    return (agreement[:, None] - chances) / (1 - chances), chances


def _tests(votes: NDArray[np.float64], kappa: float, levels: list[str]) -> tuple[float, pd.DataFrame]:
    """Fleiss' test of no agreement beyond chance, for all categories together and for each."""
    n, r, _ = votes.shape
    if math.isnan(kappa):
        nothing = dict.fromkeys(("estimate", "std_error", "statistic", "p_value", "share"), math.nan)
        return math.nan, pd.DataFrame([{"level": level, **nothing} for level in levels])
    counts = votes.sum(axis=1)
    p = counts.mean(axis=0) / r
    pq = p * (1 - p)
    scale = math.sqrt(2 / (n * r * (r - 1)))
    std_error = scale * math.sqrt(max(float(pq.sum() ** 2 - (pq * (1 - 2 * p)).sum()), 0.0)) / float(pq.sum())
    used = pq > 0  # a category that nobody used has nothing to agree on
    disagreeing = (counts * (r - counts)).sum(axis=0)
    estimates = np.where(used, 1 - disagreeing / (n * r * (r - 1) * np.where(used, pq, 1)), math.nan)
    statistics = estimates / scale
    by_level = pd.DataFrame(
        {
            "level": levels,
            "estimate": estimates,
            "std_error": np.where(used, scale, math.nan),
            "statistic": statistics,
            "p_value": 2 * stats.norm.sf(np.abs(statistics)),
            "share": p,
        }
    )
    return kappa / std_error if std_error > 0 else math.nan, by_level
