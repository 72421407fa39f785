"""Differences of independent means: Welch's standard error and the one-way F, quiet where there is no spread."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy import stats


def welch_difference(first: np.ndarray, second: np.ndarray) -> tuple[float, float, float]:
    """First mean minus second, its standard error without equal variances, and Welch-Satterthwaite df.

    SE^2 = A + B with A = s1^2/n1, B = s2^2/n2; df = (A + B)^2 / [A^2/(n1 - 1) + B^2/(n2 - 1)]. At least two values
    each, and spread in one of them. Welch (1938), doi:10.1093/biomet/29.3-4.350. R: ``t.test(x, y)``.
    """
    a, b = first.var(ddof=1) / len(first), second.var(ddof=1) / len(second)
    df = (a + b) ** 2 / (a**2 / (len(first) - 1) + b**2 / (len(second) - 1))
    return float(first.mean() - second.mean()), math.sqrt(a + b), float(df)


def one_way_f(groups: Sequence[np.ndarray]) -> tuple[float, float]:
    """F of a one-way analysis of variance with equal variances, and its p; NaN without spread inside the groups.

    R: ``anova(lm(v ~ k))``; on absolute deviations from the group means it is SPSS's Levene test.
    """
    together = np.concatenate(groups)
    df, rest = len(groups) - 1, len(together) - len(groups)
    # from deviations, so that values with many leading digits in common lose none (NIST's sets with a certified F)
    deviations = [g - together.mean() for g in groups]
    within = sum(float(((d - d.mean()) ** 2).sum()) for d in deviations)
    between = sum(len(d) * float(d.mean()) ** 2 for d in deviations)
    if within <= 1e-30 * float((together**2).sum()):  # equal to fifteen digits
        return math.nan, math.nan
    f = (between / df) / (within / rest)
    return f, float(stats.f.sf(f, df, rest))
