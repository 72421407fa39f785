"""Measure the error rates that the intervention report quotes, with the package's own functions.

    python benchmarks/error_rates.py [REPLICATIONS]

Each study: N children, the n lowest on the pretest are the members, no effect. True scores are normal or shifted gamma
with the given skewness, errors normal, retest correlation R. The results stand in
efficacy.report.intervention.measured, which names this script.
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd

from efficacy.effects.discontinuity import regression_discontinuity
from efficacy.effects.selection import adjusted_change

N, MEMBERS, R, RETEST_N, SEED = 54, 12, 0.7, 40, 20260901


def waves(random: np.random.Generator, skewness: float, drift: float) -> tuple[pd.Series, pd.Series, pd.Index]:
    """Pretest, posttest and the members of one study."""
    if skewness:
        shape = 4 / skewness**2
        true = (random.gamma(shape, size=N) - shape) / np.sqrt(shape)
    else:
        true = random.standard_normal(N)
    first, second = random.standard_normal((2, N))
    pre = np.sqrt(R) * true + np.sqrt(1 - R) * first
    post = np.sqrt(R) * true + np.sqrt(1 - R) * second + drift
    return pd.Series(pre), pd.Series(post), pd.Index(np.argsort(pre)[:MEMBERS])


def retest_correction(replications: int, *, skewness: float = 0.0, drift: float = 0.0) -> tuple[float, float]:
    """Coverage of the interval and upward false claims, r from a retest study of RETEST_N children."""
    random = np.random.default_rng(SEED)
    covered = upward = 0
    for _ in range(replications):
        pre, post, members = waves(random, skewness, drift)
        retest = np.clip(np.tanh(np.arctanh(R) + random.standard_normal() / np.sqrt(RETEST_N - 3)), 0.01, 0.99)
        result = adjusted_change(pre, post, members=members, retest_r=float(retest), retest_n=RETEST_N)
        covered += result.conf_low <= 0 <= result.conf_high
        upward += result.conf_low > 0
    return covered / replications, upward / replications


def discontinuity(replications: int, *, skewness: float) -> tuple[float, float, float]:
    """Upward false claims of the linear form, of both forms together, and the mean skewness of the pretest."""
    random = np.random.default_rng(SEED)
    linear = both = 0
    skewed = 0.0
    for _ in range(replications):
        pre, post, members = waves(random, skewness, 0.0)
        result = regression_discontinuity(pre, post, pd.Series(pre.index.isin(members), index=pre.index))
        low = result.tidy().set_index("term")["conf_low"]
        linear += low["linear"] > 0
        both += result.verdict == "changed_more"
        skewed += result.skewness_pre
    return linear / replications, both / replications, skewed / replications


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 4000
    for skewness, drift in ((0.0, 0.0), (1.2, 0.0), (2.0, 0.0), (0.0, 0.2)):
        coverage, claims = retest_correction(count, skewness=skewness, drift=drift)
        print(f"retest correction, skewness {skewness}, drift {drift}: coverage {coverage:.3f}, claims {claims:.3f}")
    for skewness in (0.0, 1.2, 2.0):
        one, two, observed = discontinuity(count, skewness=skewness)
        print(f"discontinuity, skewness {skewness} (pretest {observed:.2f}): linear {one:.3f}, both {two:.3f}")
