"""How large a difference must be before a comparison of this size would usually show it."""

from __future__ import annotations

import math

from scipy import optimize, stats

from .inputs import check_probability

LARGEST = 50.0
"""Standardised differences beyond this are not looked for."""
NO_LOWER_TAIL = 6.0
"""From this noncentrality on, the lower rejection region holds less than P(Z < -6) = 1e-9 and is left out: the
distribution function fails there."""


def smallest_detectable_difference(
    n_first: int, n_second: int, *, power: float = 0.80, conf_level: float = 0.95
) -> float:
    """The standardised difference (d) that a two-sided two-sample t-test finds with the given probability.

    n_first, n_second: children in the two groups. Solves power = P(|T| > t(1 - alpha/2, df)) for T noncentral t with
    df = n1 + n2 - 2 and ncp = d sqrt(n1 n2 / (n1 + n2)), equal variances; alpha = 1 - conf_level. NaN with a group of
    fewer than 2. About the size of a study, never about what it observed. Cohen (1988).
    R: ``pwr::pwr.t2n.test(n1, n2, power=0.8)$d``.
    """
    check_probability(conf_level, "conf_level")
    if not 1 - conf_level < power < 1:
        raise ValueError(f"power={power!r}: above 1 - conf_level and below 1")
    if min(n_first, n_second) < 2:
        return math.nan
    df = n_first + n_second - 2
    scale = math.sqrt(n_first * n_second / (n_first + n_second))
    critical = float(stats.t.ppf((1 + conf_level) / 2, df))

    def lacking(ncp: float) -> float:
        below = float(stats.nct.cdf(-critical, df, ncp)) if ncp < NO_LOWER_TAIL else 0.0
        return float(stats.nct.sf(critical, df, ncp)) + below - power

    highest = critical + float(stats.norm.ppf(power))
    while lacking(highest) < 0:
        highest *= 2
        if highest > LARGEST * scale:
            return math.nan
    return float(optimize.brentq(lacking, 0.0, highest, xtol=1e-10)) / scale
