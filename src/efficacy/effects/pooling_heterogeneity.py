"""How far true effects differ between studies: the estimators of tau^2, its interval, and I^2 and H^2.

Throughout, y are estimates and v their sampling variances; a weight is 1/(v + tau^2).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import optimize, stats

Floats = npt.NDArray[np.float64]
Heterogeneity = Literal["PM", "DL", "REML", "ML", "HE", "SJ", "EB", "FE"]
"""Paule-Mandel, DerSimonian-Laird, restricted and full maximum likelihood, Hedges, Sidik-Jonkman, empirical Bayes, and
fixed effect, which sets tau^2 to 0."""

_PRECISION = 1e-14
_GRID = 400


def weighted_mean(y: Floats, v: Floats, tau2: float) -> tuple[float, Floats]:
    """mu = sum w y / sum w, and the weights w."""
    weights = 1 / (v + tau2)
    return float(weights @ y / weights.sum()), weights


def generalised_q(y: Floats, v: Floats, tau2: float) -> float:
    """Q(tau^2) = sum w (y - mu)^2, falling in tau^2; at 0 it is Cochran's Q."""
    mean, weights = weighted_mean(y, v, tau2)
    return float(weights @ (y - mean) ** 2)


def between_variance(y: Floats, v: Floats, method: Heterogeneity) -> float:
    """tau^2 by one of the methods, never below 0."""
    return max(0.0, _ESTIMATORS[method](y, v))


def q_profile(y: Floats, v: Floats, conf_level: float) -> tuple[float, float]:
    """Interval of tau^2: where Q(tau^2) meets the chi-square quantiles with k - 1 df, each end cut at 0.

    Viechtbauer (2007), doi:10.1002/sim.2514.
    """
    upper, lower = (float(stats.chi2.ppf(0.5 + side * conf_level / 2, len(y) - 1)) for side in (1, -1))
    return _where_q_is(y, v, upper), _where_q_is(y, v, lower)


def typical_variance(v: Floats) -> float:
    """s^2 = (k - 1) sum w / [(sum w)^2 - sum w^2], w = 1/v: the sampling variance of a typical study.

    Higgins & Thompson (2002), doi:10.1002/sim.1186.
    """
    weights = 1 / v
    return float((len(v) - 1) * weights.sum() / (weights.sum() ** 2 - (weights**2).sum()))


def i2_of(tau2: float, v: Floats) -> float:
    """Share of the variance between estimates that is not sampling error: tau^2 / (tau^2 + s^2)."""
    return tau2 / (tau2 + typical_variance(v))


def _where_q_is(y: Floats, v: Floats, target: float) -> float:
    """tau^2 at which Q(tau^2) falls to target; 0 where it lies below from the start."""

    def excess(tau2: float) -> float:
        return generalised_q(y, v, tau2) - target

    if excess(0.0) <= 0:
        return 0.0
    high = float(((y - y.mean()) ** 2).sum()) / target  # Q(tau^2) is at most this sum divided by tau^2
    return float(optimize.brentq(excess, 0.0, high, xtol=_PRECISION * high, rtol=_PRECISION))


def _paule_mandel(y: Floats, v: Floats) -> float:
    """Q(tau^2) = k - 1. Paule & Mandel (1982), doi:10.6028/jres.087.022; equal to empirical Bayes (Morris 1983)."""
    return _where_q_is(y, v, len(y) - 1)


def _dersimonian_laird(y: Floats, v: Floats) -> float:
    """(Q - (k - 1)) / (sum w - sum w^2 / sum w). DerSimonian & Laird (1986), doi:10.1016/0197-2456(86)90046-2."""
    weights = 1 / v
    return float((generalised_q(y, v, 0.0) - (len(y) - 1)) / (weights.sum() - (weights**2).sum() / weights.sum()))


def _hedges(y: Floats, v: Floats) -> float:
    """s_y^2 - mean v. Hedges & Olkin (1985), chapter 9."""
    return float(y.var(ddof=1) - v.mean())


def _sidik_jonkman(y: Floats, v: Floats) -> float:
    """One step from tau0^2 = sum (y - mean)^2 / k: tau0^2 sum w0 (y - mu)^2 / (k - 1), w0 = 1/(v + tau0^2).

    Sidik & Jonkman (2005), doi:10.1111/j.1467-9876.2005.00489.x.
    """
    start = float(y.var())
    return start * generalised_q(y, v, start) / (len(y) - 1)


def _likelihood(y: Floats, v: Floats, *, restricted: bool) -> float:
    """The maximum over tau^2 >= 0 of the (restricted) likelihood; the best of every local one.

    2 l = -sum log(v + tau^2) - Q(tau^2) [- log sum w]. Where only the ends of a grid are best, the maximum lies at 0.
    """

    def loss(tau2: float) -> float:
        value = float(np.log(v + tau2).sum()) + generalised_q(y, v, tau2)
        return value + (math.log(float((1 / (v + tau2)).sum())) if restricted else 0.0)

    scale = float(((y - y.mean()) ** 2).sum()) + float(v.max())  # the maximum lies below
    grid = np.concatenate([[0.0], scale * np.geomspace(1e-8, 1.0, _GRID)])
    losses = [loss(float(tau2)) for tau2 in grid]
    best = int(np.argmin(losses))
    if best == 0:
        return 0.0
    around = (float(grid[best - 1]), float(grid[min(best + 1, _GRID)]))
    found = optimize.minimize_scalar(loss, bounds=around, method="bounded", options={"xatol": 1e-12 * scale})
    return float(found.x)


_ESTIMATORS: Mapping[Heterogeneity, Callable[[Floats, Floats], float]] = {
    "PM": _paule_mandel,
    "DL": _dersimonian_laird,
    "REML": lambda y, v: _likelihood(y, v, restricted=True),
    "ML": lambda y, v: _likelihood(y, v, restricted=False),
    "HE": _hedges,
    "SJ": _sidik_jonkman,
    "EB": _paule_mandel,
    "FE": lambda _y, _v: 0.0,
}
