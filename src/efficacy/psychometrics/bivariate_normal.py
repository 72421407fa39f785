"""The standard bivariate normal distribution, for whole arrays of points and correlations at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, owens_t

Floats = NDArray[np.float64]

_BESIDE_ZERO = 1e-150  # stands for a zero: Owen's formula divides by its points


def bivariate_normal_cdf(x: Floats, y: Floats, correlation: Floats) -> Floats:
    """P(X <= x, Y <= y) for standard normal X and Y with this correlation; the arguments are broadcast.

    x, y: finite. correlation: strictly between -1 and 1. Formula: [Phi(x) + Phi(y)] / 2 - T(x, (y - r x) / (x s))
    - T(y, (x - r y) / (y s)) - (1/2 where x and y differ in sign), s = sqrt(1 - r^2) and T Owen's function.
    Reference: Owen (1956), doi:10.1214/aoms/1177728074. R: mvtnorm::pmvnorm(upper = c(x, y), corr = matrix(c(1, r, r,
    1), 2)).
    """
    x = np.where(x == 0, _BESIDE_ZERO, x)
    y = np.where(y == 0, _BESIDE_ZERO, y)
    spread = np.sqrt((1 - correlation) * (1 + correlation))
    opposite = np.where((x < 0) != (y < 0), 0.5, 0.0)
    along_x = owens_t(x, (y - correlation * x) / (x * spread))
    along_y = owens_t(y, (x - correlation * y) / (y * spread))
    return np.asarray((ndtr(x) + ndtr(y)) / 2 - along_x - along_y - opposite, dtype=float)


def bivariate_normal_density(x: Floats, y: Floats, correlation: Floats) -> Floats:
    """Density at (x, y), which is also the derivative of the distribution function by the correlation (Plackett 1954,
    doi:10.1093/biomet/41.3-4.351); arguments as in bivariate_normal_cdf. R: mvtnorm::dmvnorm."""
    unexplained = (1 - correlation) * (1 + correlation)
    distance = (x**2 - 2 * correlation * x * y + y**2) / unexplained
    return np.asarray(np.exp(-distance / 2) / (2 * np.pi * np.sqrt(unexplained)), dtype=float)
