"""What chance alone does to a bottom share when nothing has changed."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from ..results import Reason, Result


@dataclass(frozen=True, kw_only=True, eq=False)
class ChanceOfFall(Result):
    """How often the share of the same n pupils falls at least so far with nothing changed.

    by_r: one row a correlation of marks: retest_r, p_leave (probability that a pupil is in the bottom share the first
    time and not the second), estimate (probability of the fall). share, fall: as asked.
    """

    share: float
    fall: float
    by_r: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """One row a correlation: retest_r, p_leave, estimate."""
        return self.by_r.copy()


def chance_of_fall(n: int, *, share: float, fall: float, retest_r: list[float]) -> ChanceOfFall:
    """Probability that the bottom share of n pupils falls by at least ``fall`` although nobody's standing changed.

    n: the same pupils at both terms. share: their true bottom share, fall: in shares (0.03 is three points). retest_r:
    correlations of marks between the two terms, each strictly between 0 and 1. A pupil leaves the bottom share with
    probability q = share - P(both), both marks normal with correlation r below the same cut, and enters it with the
    same probability; (left - entered) is the sum of n draws of 1, 0, -1 with probabilities q, 1 - 2q, q, summed
    exactly. Nobody or a share of 0 or 1: not computable. R: convolve the three probabilities n times.
    """
    for r in retest_r:
        if not 0 < r < 1:
            raise ValueError(f"retest_r={r!r}: strictly between 0 and 1")
    if n < 1 or not 0 < share < 1:
        reason = Reason("too_few_rows", {"n": n, "minimum": 1}) if n < 1 else Reason("zero_variance")
        return ChanceOfFall(
            n_used=max(n, 0),
            n_dropped=0,
            method="exact",
            status="not_computable",
            reasons=(reason,),
            share=share,
            fall=fall,
            by_r=pd.DataFrame({"retest_r": retest_r, "p_leave": math.nan, "estimate": math.nan}),
        )
    leaving = [probability_of_leaving(share, r) for r in retest_r]
    chances = [float(_net_leavers(n, q)[_at_least(n, fall)].sum()) for q in leaving]
    return ChanceOfFall(
        n_used=n,
        n_dropped=0,
        method="exact",
        share=share,
        fall=fall,
        by_r=pd.DataFrame({"retest_r": retest_r, "p_leave": leaving, "estimate": chances}),
    )


def luck_band(n: int, *, share: float, retest_r: float, conf_level: float = 0.95) -> float:
    """Net number of pupils up to which a change, down or up, is within what chance does.

    The smallest whole k with P(abs(left - entered) > k) <= 1 - conf_level, the probabilities being those of
    ``chance_of_fall``. n: the same pupils at both terms; share: their true bottom share. NaN for nobody or a share of 0
    or 1. Raises ValueError for retest_r outside 0..1.
    """
    if not 0 < retest_r < 1:
        raise ValueError(f"retest_r={retest_r!r}: strictly between 0 and 1")
    if n < 1 or not 0 < share < 1:
        return math.nan
    chances = _net_leavers(n, probability_of_leaving(share, retest_r))
    beyond = 2 * (chances[n:].sum() - np.cumsum(chances[n:]))  # symmetric: beyond k on either side
    return float(np.argmax(beyond <= 1 - conf_level + 1e-12))


def probability_of_leaving(share: float, retest_r: float) -> float:
    """Probability of a mark under the cut first and above it the second time, with nothing changed.

    share - Phi_2(z, z; r), z the normal quantile of the share. R: ``share - mvtnorm::pmvnorm(upper = c(z, z), corr =
    matrix(c(1, r, r, 1), 2))``.
    """
    cut = float(stats.norm.ppf(share))
    both = stats.multivariate_normal.cdf([cut, cut], cov=[[1.0, retest_r], [retest_r, 1.0]])
    return max(share - float(both), 0.0)


def _net_leavers(n: int, q: float) -> np.ndarray:
    """Probabilities of left - entered from -n to n."""
    one = np.array([q, 1 - 2 * q, q])
    total = np.array([1.0])
    for _ in range(n):
        total = np.convolve(total, one)
    return total


def _at_least(n: int, fall: float) -> np.ndarray:
    """Which of -n..n net leavers make at least this fall; a fall that is a whole number of pupils counts."""
    return np.asarray(np.arange(-n, n + 1) >= fall * n - 1e-9)
