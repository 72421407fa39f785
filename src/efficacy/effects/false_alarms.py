"""How often the usual paired t-test is significant when nothing happened to a group chosen because it scored low."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from ..results import Reason, Result
from ..streams import stream
from .inputs import check_probability, numbers
from .retest import survey_unusable

CELLS = 4_000_000
"""Numbers held in memory at once."""


@dataclass(frozen=True, kw_only=True, eq=False)
class FalseAlarms(Result):
    """False alarms of the uncorrected paired t-test, one row a retest correlation.

    basis: "lowest_of_survey", a new survey drawn each time and its lowest chosen; "actual_members", these members'
    own pretest standing kept and only their posttest drawn. alpha: nominal level, two-sided.
    """

    basis: Literal["lowest_of_survey", "actual_members"]
    n_survey: int
    n_members: int
    n_simulations: int
    alpha: float
    seed: int
    rates: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """retest_r, estimate (share significant in any direction), std_error (Monte-Carlo), upward (share significant
        with a gain), mean_gain (apparent gain in survey standard deviations)."""
        return self.rates.copy()


def false_alarm_rate(
    *,
    n_survey: int,
    n_members: int,
    retest_r: Sequence[float],
    n_simulations: int = 10_000,
    alpha: float = 0.05,
    seed: int,
) -> FalseAlarms:
    """Simulate the paired t-test on the lowest ``n_members`` of ``n_survey`` children with no programme and no change.

    Pre and post are standard bivariate normal with correlation retest_r (each in (0, 1)); the same surveys serve every
    r. Returns FalseAlarms, basis "lowest_of_survey"; std_error = sqrt(p(1 - p)/n_simulations). Raises ValueError for
    n_members < 2, n_survey <= n_members, n_simulations < 1 or alpha outside (0, 1). Domain: selection strictly by the
    recorded score, normal scores; members chosen less strictly regress less. R: ``rnorm``, ``sort``, ``t.test``.
    """
    if n_members < 2 or n_survey <= n_members:
        raise ValueError(f"n_members={n_members!r}, n_survey={n_survey!r}: 2 <= n_members < n_survey")

    def draw(random: np.random.Generator, rows: int) -> np.ndarray:
        surveys = random.standard_normal((rows, n_survey))
        surveys.partition(n_members - 1, axis=1)
        return surveys[:, :n_members]

    rates = _simulate(draw, width=n_survey, retest_r=retest_r, n_simulations=n_simulations, alpha=alpha, seed=seed)
    return FalseAlarms(
        basis="lowest_of_survey",
        n_survey=n_survey,
        n_members=n_members,
        n_simulations=n_simulations,
        alpha=alpha,
        seed=seed,
        rates=rates,
        n_used=n_members,
        n_dropped=0,
        method="simulated_paired_t",
    )


def false_alarm_rate_of_members(
    survey_pre: pd.Series,
    *,
    members: pd.Index,
    retest_r: Sequence[float],
    n_simulations: int = 10_000,
    alpha: float = 0.05,
    seed: int,
) -> FalseAlarms:
    """Simulate the paired t-test on these very members' pretest standing with no programme and no change.

    survey_pre: pretest of everybody surveyed, members included. members: participant_ids. Each member's standing
    z = (X_i - mu)/s_X stays; only Y_i = r z_i + sqrt(1 - r^2) e_i is drawn. For members who are not the lowest the rate
    falls towards alpha. Returns FalseAlarms, basis "actual_members"; fewer than 2 members with a pretest, nobody
    surveyed beyond them, or no spread: not computable. Raises ValueError as false_alarm_rate. R: as false_alarm_rate.
    """
    survey = numbers(survey_pre, "survey_pre").dropna()
    chosen = survey[survey.index.isin(members)]
    reason: Reason | None = survey_unusable(survey, chosen, minimum=2)
    if reason is None:
        standing = ((chosen - survey.mean()) / survey.std()).to_numpy()

        def draw(_: np.random.Generator, rows: int) -> np.ndarray:
            return np.broadcast_to(standing, (rows, len(standing)))

        rates = _simulate(
            draw, width=len(chosen), retest_r=retest_r, n_simulations=n_simulations, alpha=alpha, seed=seed
        )
    else:
        rates = pd.DataFrame({"retest_r": [float(r) for r in retest_r]}).reindex(columns=list(_COLUMNS))
    return FalseAlarms(
        basis="actual_members",
        n_survey=len(survey),
        n_members=len(chosen),
        n_simulations=n_simulations,
        alpha=alpha,
        seed=seed,
        rates=rates,
        n_used=len(chosen),
        n_dropped=len(members) - len(chosen),
        method="simulated_paired_t",
        status="ok" if reason is None else "not_computable",
        reasons=() if reason is None else (reason,),
    )


_COLUMNS = ("retest_r", "estimate", "std_error", "upward", "mean_gain")


def _simulate(
    pretests: Callable[[np.random.Generator, int], np.ndarray],
    *,
    width: int,
    retest_r: Sequence[float],
    n_simulations: int,
    alpha: float,
    seed: int,
) -> pd.DataFrame:
    """Rates over ``n_simulations`` draws; ``pretests(random, rows)`` gives rows x members, in survey deviations."""
    check_probability(alpha, "alpha")
    if n_simulations < 1:
        raise ValueError(f"n_simulations={n_simulations!r}: at least 1")
    for r in retest_r:
        check_probability(r, "retest_r")
    random = stream(seed, "false_alarm_rate")
    counts = np.zeros((len(retest_r), 3))
    block = max(1, CELLS // width)
    for start in range(0, n_simulations, block):
        rows = min(block, n_simulations - start)
        pre = pretests(random, rows)
        noise = random.standard_normal(pre.shape)
        counts += [_alarms(pre, noise, r, alpha) for r in retest_r]
    significant, upward, gain = counts.T / n_simulations
    std_error = np.sqrt(significant * (1 - significant) / n_simulations)
    columns = (np.asarray(retest_r, dtype=float), significant, std_error, upward, gain)
    return pd.DataFrame(dict(zip(_COLUMNS, columns, strict=True)))


def _alarms(pre: np.ndarray, noise: np.ndarray, r: float, alpha: float) -> tuple[float, float, float]:
    """Significant tests, those with a gain, and the sum of the mean gains."""
    n = pre.shape[1]
    change = (r - 1) * pre + math.sqrt(1 - r**2) * noise
    gain = change.mean(axis=1)
    reached = np.abs(gain) * math.sqrt(n) > stats.t.ppf(1 - alpha / 2, n - 1) * change.std(axis=1, ddof=1)
    return float(reached.sum()), float((reached & (gain > 0)).sum()), float(gain.sum())
