"""Shares and differences of shares with the intervals that hold for few pupils."""

from __future__ import annotations

import math
from typing import NamedTuple

from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint


class Estimate(NamedTuple):
    """A share, or a difference of shares, with its interval; NaN where nobody stands behind it."""

    estimate: float
    conf_low: float
    conf_high: float


NOTHING = Estimate(math.nan, math.nan, math.nan)


def wilson(count: int, n: int, *, conf_level: float = 0.95) -> Estimate:
    """A single share with Wilson's (1927) score interval.

    count of n pupils. (p + z^2/2n -+ z sqrt(p(1 - p)/n + z^2/4n^2)) / (1 + z^2/n). NaN for n = 0. Raises ValueError
    for a count outside 0..n.
    R: ``epiR::epi.conf(matrix(c(count, n - count), 1), ctype = "prop.single", method = "wilson")``.
    """
    _check(count, n)
    if n == 0:
        return NOTHING
    low, high = proportion_confint(count, n, alpha=1 - conf_level, method="wilson")
    return Estimate(count / n, float(low), float(high))


def newcombe_paired(
    both: int, first_only: int, second_only: int, neither: int, *, conf_level: float = 0.95
) -> Estimate:
    """Share at the second occasion minus share at the first, of the same pupils (Newcombe 1998, method 10).

    both, first_only, second_only, neither: pupils by what they were at the two occasions. The interval combines the two
    Wilson intervals with the correlation of the occasions, continuity-corrected where that is positive.
    Newcombe (1998) 10.1002/(SICI)1097-0258(19981130)17:22<2635::AID-SIM954>3.0.CO;2-C.
    R: ``epiR::epi.conf(matrix(c(both, second_only, first_only, neither), 1), ctype = "prop.paired")``.
    """
    counts = (both, first_only, second_only, neither)
    if min(counts) < 0:
        raise ValueError(f"counts {counts}: whole numbers of pupils, none negative")
    n = sum(counts)
    if n == 0:
        return NOTHING
    second = wilson(both + second_only, n, conf_level=conf_level)
    first = wilson(both + first_only, n, conf_level=conf_level)
    phi = _phi(both, first_only, second_only, neither)
    difference = (second_only - first_only) / n
    below = _combined(second.estimate - second.conf_low, first.conf_high - first.estimate, phi)
    above = _combined(second.conf_high - second.estimate, first.estimate - first.conf_low, phi)
    return Estimate(difference, difference - below, difference + above)


def newcombe_unpaired(
    count_first: int, n_first: int, count_second: int, n_second: int, *, conf_level: float = 0.95
) -> Estimate:
    """Share of the second group minus share of the first, of different pupils (Newcombe's hybrid score).

    NaN where a group is empty. 10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I.
    R: ``epiR::epi.conf(matrix(c(count2, n2 - count2, count1, n1 - count1), 1), ctype = "prop.unpaired")``.
    """
    _check(count_first, n_first)
    _check(count_second, n_second)
    if min(n_first, n_second) == 0:
        return NOTHING
    low, high = confint_proportions_2indep(
        count_second, n_second, count_first, n_first, method="newcomb", compare="diff", alpha=1 - conf_level
    )
    return Estimate(count_second / n_second - count_first / n_first, float(low), float(high))


def paired_standard_error(first_only: int, second_only: int, n: int) -> float:
    """Standard error of a paired difference of shares: sqrt(b + c - (b - c)^2 / n) / n."""
    if n == 0:
        return math.nan
    return math.sqrt(first_only + second_only - (first_only - second_only) ** 2 / n) / n


def binomial_limits(share: float, n: int, *, conf_level: float = 0.95) -> tuple[float, float]:
    """Shares between which n pupils with the same probability fall by chance: exact binomial quantiles / n."""
    if n == 0 or math.isnan(share):
        return math.nan, math.nan
    tail = (1 - conf_level) / 2
    low, high = stats.binom.ppf([tail, 1 - tail], n, share) / n
    return float(low), float(high)


def _phi(both: int, first_only: int, second_only: int, neither: int) -> float:
    """Correlation of the two occasions as Newcombe's method 10 takes it; 0 where a margin is empty."""
    product = (both + first_only) * (second_only + neither) * (both + second_only) * (first_only + neither)
    if product == 0:
        return 0.0
    excess: float = both * neither - first_only * second_only
    if excess > 0:  # the continuity correction never turns the sign
        n = both + first_only + second_only + neither
        excess = max(excess - n / 2, 0)
    return excess / math.sqrt(product)


def _combined(one: float, other: float, phi: float) -> float:
    return math.sqrt(max(one**2 - 2 * phi * one * other + other**2, 0.0))


def _check(count: int, n: int) -> None:
    if not 0 <= count <= n:
        raise ValueError(f"count={count!r} of n={n!r}: between 0 and n")
