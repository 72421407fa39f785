"""Bootstrap interval of omega on log(1 - omega), all resamples together, with its own Monte-Carlo error."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from .inputs import Matrix
from .newton import Stack
from .oblimin import oblimin_many
from .resampling import resampled_factors
from .schmid_leiman import schmid_leiman

_TOLERANCE = 1e-5  # of a resample's rotation
_STREAM = "omega"


@dataclass(frozen=True, kw_only=True)
class LogInterval:
    """Interval of a coefficient omega below 1, and the part of its ends' error that more resamples would remove.

    std_error: of omega, (1 - omega) times the deviation of log(1 - omega) over the resamples. monte_carlo_error_low,
    monte_carlo_error_high: standard errors of the ends over other seeds.
    """

    conf_low: float = math.nan
    conf_high: float = math.nan
    std_error: float = math.nan
    monte_carlo_error_low: float = math.nan
    monte_carlo_error_high: float = math.nan


def log_interval(estimate: float, replicates: Matrix, *, n: int, conf_level: float) -> LogInterval:
    """Interval 1 - exp(log(1 - omega) +- t s), cut at 0, with s the deviation of log(1 - omega) over the resamples.

    estimate: omega in all n respondents. replicates: omega in the resamples. t: quantile with n - 1 df, which covers
    better than the normal one in small groups. Monte-Carlo error of s: s sqrt((b - 1) / (4 B)) with the kurtosis b of
    the B replicates. Reference: Bonett (2002), doi:10.3102/10769986027004335 (the transformation, for alpha); Kelley &
    Pornprasertmanit (2016), doi:10.1037/a0040086 (bootstrap of omega).
    """
    if len(replicates) < 2 or not estimate < 1:
        return LogInterval()
    logs = np.log1p(-replicates)
    deviations = logs - logs.mean()
    variance = float((deviations**2).mean())
    s = math.sqrt(variance * len(logs) / (len(logs) - 1))
    kurtosis = float((deviations**4).mean()) / variance**2 if variance > 0 else 1.0
    s_error = s * math.sqrt(max(kurtosis - 1, 0) / (4 * len(logs)))
    t = float(stats.t.ppf((1 + conf_level) / 2, n - 1))
    above, below = (1 - estimate) * math.exp(t * s), (1 - estimate) * math.exp(-t * s)
    return LogInterval(
        conf_low=max(1 - above, min(0.0, estimate)),
        conf_high=1 - below,
        std_error=(1 - estimate) * s,
        monte_carlo_error_low=above * t * s_error,
        monte_carlo_error_high=below * t * s_error,
    )


def resampled_omega(complete: Matrix, uniquenesses: Matrix, *, n_resamples: int, seed: int) -> Matrix:
    """Omega of the raw sum from one ML factor, in every resample that has a solution.

    complete: respondents x items. uniquenesses: of all respondents' solution, where every resample starts.
    """
    parts = resampled_factors(
        complete, uniquenesses, n_factors=1, discrepancy="ml", n_resamples=n_resamples, seed=seed, name=_STREAM
    )
    return np.concatenate([raw_omega(part.loadings[:, :, 0], part.uniquenesses, part.deviations) for part in parts])


def raw_omega(loadings: Matrix, uniquenesses: Matrix, deviations: Matrix) -> Matrix:
    """Omega (sum l)^2 / ((sum l)^2 + sum u) of the raw sum from standardised loadings, problems x items each."""
    common = (loadings * deviations).sum(axis=1) ** 2
    return np.asarray(common / (common + (uniquenesses * deviations**2).sum(axis=1)), dtype=float)


def resampled_hierarchical(
    complete: Matrix, uniquenesses: Matrix, *, n_factors: int, flip: bool, n_resamples: int, seed: int
) -> Matrix:
    """Omega hierarchical and omega total of the standardised sum from minres factors, in every resample that has a
    solution: resamples x 2.

    As resampled_omega; every resample is rotated by oblimin from its unrotated loadings.
    """
    parts = resampled_factors(
        complete,
        uniquenesses,
        n_factors=n_factors,
        discrepancy="minres",
        n_resamples=n_resamples,
        seed=seed,
        name=_STREAM,
    )
    replicates = []
    for part in parts:
        oblique = oblimin_many(part.loadings, tolerance=_TOLERANCE)
        general = schmid_leiman(oblique.patterns, oblique.correlations).general
        replicates.append(omegas(part.correlations, general, (part.loadings**2).sum(axis=2), flip=flip))
    return np.concatenate(replicates)


def omegas(correlations: Stack, general: Matrix, communalities: Matrix, *, flip: bool) -> Matrix:
    """Omega hierarchical (sum g)^2 / V and omega total 1 - sum(1 - h^2) / V of the standardised sum, problems x 2.

    V: sum of the correlations. flip: items with a negative general loading are reversed before anything is summed.
    """
    signs = np.where(general < 0, -1.0, 1.0) if flip else np.ones_like(general)
    total = np.einsum("bi,bij,bj->b", signs, correlations, signs)
    hierarchical = (signs * general).sum(axis=1) ** 2 / total
    return np.stack([hierarchical, 1 - (1 - communalities).sum(axis=1) / total], axis=1)
