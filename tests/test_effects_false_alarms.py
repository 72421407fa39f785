"""False alarms of the uncorrected paired t: the published table recovered within Monte-Carlo error, and its limits."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from efficacy.effects import false_alarm_rate, false_alarm_rate_of_members

# lowest 12 of 54, no effect: share significant in any direction, apparent gain in survey standard deviations
TABLE = {0.6: (0.52, 0.52), 0.7: (0.40, 0.39), 0.8: (0.28, 0.26), 0.9: (0.16, 0.13)}
# lowest 12 of 95: share significant
OF_95 = {0.6: 0.70, 0.7: 0.56, 0.8: 0.39, 0.9: 0.22}


def test_recovers_the_table_of_false_alarms() -> None:
    result = false_alarm_rate(n_survey=54, n_members=12, retest_r=list(TABLE), seed=20260901)
    tidy = result.tidy().set_index("retest_r")
    for r, (share, gain) in TABLE.items():
        assert tidy.loc[r, "estimate"] == pytest.approx(share, abs=0.005 + 4 * 0.005)
        assert tidy.loc[r, "mean_gain"] == pytest.approx(gain, abs=0.012)
        assert tidy.loc[r, "std_error"] == pytest.approx(
            math.sqrt(tidy.loc[r, "estimate"] * (1 - tidy.loc[r, "estimate"]) / 10_000)
        )
        assert 0.97 < tidy.loc[r, "upward"] / tidy.loc[r, "estimate"] <= 1
    assert (result.basis, result.n_survey, result.n_members) == ("lowest_of_survey", 54, 12)
    assert (result.n_simulations, result.alpha, result.seed, result.n_used) == (10_000, 0.05, 20260901, 12)


def test_larger_survey_is_worse() -> None:
    tidy = false_alarm_rate(n_survey=95, n_members=12, retest_r=list(OF_95), seed=1).tidy()
    assert np.allclose(tidy["estimate"], list(OF_95.values()), atol=0.025)


def test_gain_is_the_expected_order_statistics() -> None:
    """E(gain) = (1 - r) times minus the mean of the lowest n expected normal order statistics."""
    n, total, r = 8, 30, 0.75
    grid = np.linspace(-8, 8, 4001)
    # density of the average rank <= n: mean of the lowest n order statistics
    lowest = (
        sum(
            np.trapezoid(
                grid * stats.norm.pdf(grid) * total * stats.binom.pmf(k, total - 1, stats.norm.cdf(grid)), grid
            )
            for k in range(n)
        )
        / n
    )
    result = false_alarm_rate(n_survey=total, n_members=n, retest_r=[r], n_simulations=40_000, seed=2)
    assert result.tidy()["mean_gain"][0] == pytest.approx(-(1 - r) * lowest, abs=0.006)


def test_seed_repeats_and_other_seeds_differ() -> None:
    calls = [false_alarm_rate(n_survey=40, n_members=10, retest_r=[0.7], n_simulations=2000, seed=s) for s in (5, 5, 6)]
    values = [c.tidy()["estimate"][0] for c in calls]
    assert values[0] == values[1] != values[2]
    alone = false_alarm_rate(n_survey=40, n_members=10, retest_r=[0.7], n_simulations=2000, seed=5)
    among = false_alarm_rate(n_survey=40, n_members=10, retest_r=[0.5, 0.7], n_simulations=2000, seed=5)
    assert alone.tidy()["estimate"][0] == among.tidy()["estimate"][1]


def test_blocks_hold_all_simulations(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = false_alarm_rate(n_survey=30, n_members=8, retest_r=[0.7], n_simulations=4001, seed=5).tidy()
    monkeypatch.setattr("efficacy.effects.false_alarms.CELLS", 999)
    blocked = false_alarm_rate(n_survey=30, n_members=8, retest_r=[0.7], n_simulations=4001, seed=5).tidy()
    assert blocked["estimate"][0] * 4001 == pytest.approx(round(blocked["estimate"][0] * 4001))
    assert blocked["estimate"][0] == pytest.approx(whole["estimate"][0], abs=6 * whole["std_error"][0])


def test_members_as_they_are() -> None:
    random = np.random.default_rng(4)
    pre = pd.Series(random.normal(50, 8, 54), index=[f"p{i}" for i in range(54)])
    lowest = false_alarm_rate_of_members(pre, members=pre.nsmallest(12).index, retest_r=[0.7], seed=1)
    middle = pre.iloc[(pre - pre.mean()).abs().argsort()[:12]]
    near_mean = false_alarm_rate_of_members(pre, members=middle.index, retest_r=[0.7], seed=1)
    assert lowest.basis == near_mean.basis == "actual_members"
    assert lowest.tidy()["estimate"][0] > 0.3
    assert near_mean.tidy()["estimate"][0] == pytest.approx(0.05, abs=0.02)
    standing = (pre.nsmallest(12).mean() - pre.mean()) / pre.std()
    assert lowest.tidy()["mean_gain"][0] == pytest.approx(-0.3 * standing, abs=0.01)
    assert (lowest.n_survey, lowest.n_members, lowest.n_dropped) == (54, 12, 0)
    rescaled = false_alarm_rate_of_members(3 * pre + 7, members=pre.nsmallest(12).index, retest_r=[0.7], seed=1)
    assert rescaled.tidy()["estimate"][0] == lowest.tidy()["estimate"][0]


def test_no_correlation_left_means_nominal_level() -> None:
    tidy = false_alarm_rate(n_survey=54, n_members=12, retest_r=[0.999], seed=3).tidy()
    assert tidy["estimate"][0] == pytest.approx(0.05, abs=0.012)
    strict = false_alarm_rate(n_survey=54, n_members=12, retest_r=[0.999], alpha=0.01, seed=3).tidy()
    assert strict["estimate"][0] == pytest.approx(0.01, abs=0.006)


def test_refusals() -> None:
    pre = pd.Series([1.0, 2.0, 3.0], index=["a", "b", "c"])
    nobody_else = false_alarm_rate_of_members(pre, members=pre.index, retest_r=[0.7], seed=1)
    assert (nobody_else.status, nobody_else.reasons[0].key) == ("not_computable", "no_survey_beyond_members")
    assert nobody_else.tidy()["estimate"].isna().all()
    with pytest.raises(ValueError, match="n_members=5, n_survey=5"):
        false_alarm_rate(n_survey=5, n_members=5, retest_r=[0.7], seed=1)
    with pytest.raises(ValueError, match="retest_r"):
        false_alarm_rate(n_survey=50, n_members=5, retest_r=[1.0], seed=1)
    with pytest.raises(ValueError, match="n_simulations=0"):
        false_alarm_rate(n_survey=50, n_members=5, retest_r=[0.7], n_simulations=0, seed=1)
