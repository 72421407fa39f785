"""Exact null distributions equal full enumeration to 1e-12, whatever the ties; intervals invert their distributions."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy import stats

from efficacy.effects.distributions import (
    hedges_correction,
    noncentral_f_interval,
    noncentral_t_interval,
    t_interval,
    t_p_value,
)
from efficacy.effects.exact import (
    EXACT_FLIPS,
    EXACT_RANK_SUM,
    EXACT_RANKS,
    rank_sum_p_value,
    sign_flip_p_value,
    signed_rank_p_value,
    signed_ranks,
)


def all_signs(n: int) -> np.ndarray:
    return np.array(list(itertools.product([-1.0, 1.0], repeat=n)))


def flips_by_enumeration(differences: np.ndarray) -> float:
    sums = all_signs(len(differences)) @ np.abs(differences)
    return float((np.abs(sums) >= abs(differences.sum()) - 1e-9 * np.abs(differences).sum()).mean())


def signed_rank_by_enumeration(differences: np.ndarray) -> float:
    kept = differences[differences != 0]
    ranks = stats.rankdata(np.abs(kept))
    sums = all_signs(len(kept)) @ ranks
    return float((np.abs(sums) >= abs((np.sign(kept) * ranks).sum()) - 1e-9).mean())


def samples() -> list[tuple[str, np.ndarray]]:
    random = np.random.default_rng(20260901)
    made = []
    for n in (6, 8, 12):
        normal = random.normal(0.4, 1, n)
        made += [
            (f"normal {n}", normal),
            (f"skewed {n}", random.exponential(1, n) - 0.6),
            (f"ties {n}", np.rint(2 * normal)),
            (f"zeros {n}", np.where(np.arange(n) % 3 == 0, 0.0, np.rint(3 * normal) + 0.5)),
            (f"outlier {n}", np.append(normal[1:], 30.0)),
            (f"tenths {n}", np.rint(10 * normal) / 10),
        ]
    return made


@pytest.mark.parametrize("differences", [pytest.param(values, id=name) for name, values in samples()])
def test_exact_tests_equal_enumeration(differences: np.ndarray) -> None:
    p_flip, error, method = sign_flip_p_value(differences, seed=0)
    assert p_flip == pytest.approx(flips_by_enumeration(differences), abs=1e-12)
    assert (error, method) == (0.0, "exact")
    p_rank, how = signed_rank_p_value(signed_ranks(differences))
    assert p_rank == pytest.approx(signed_rank_by_enumeration(differences), abs=1e-12)
    assert how == "exact"


def test_sign_flips_of_twenty_equal_enumeration() -> None:
    differences = np.random.default_rng(7).normal(0.3, 1, 20).round(1)
    sums = np.zeros(1)
    for size in np.abs(differences):
        sums = np.concatenate([sums + size, sums - size])
    expected = (np.abs(sums) >= abs(differences.sum()) - 1e-9).mean()
    assert sign_flip_p_value(differences, seed=0)[0] == pytest.approx(expected, abs=1e-12)


@settings(max_examples=80, deadline=None)
@given(differences=st.lists(st.integers(-6, 6), min_size=2, max_size=9).filter(any))
def test_signed_tests_on_any_integers(differences: list[int]) -> None:
    values = np.array(differences, dtype=float)
    assert sign_flip_p_value(values, seed=0)[0] == pytest.approx(flips_by_enumeration(values), abs=1e-12)
    assert signed_rank_p_value(signed_ranks(values))[0] == pytest.approx(signed_rank_by_enumeration(values), abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(
    first=st.lists(st.integers(1, 5), min_size=1, max_size=5),
    second=st.lists(st.integers(1, 5), min_size=1, max_size=5),
)
def test_rank_sum_equals_enumeration(first: list[int], second: list[int]) -> None:
    ranks = stats.rankdata(first + second)
    centre = len(first) * (len(ranks) + 1) / 2
    sums = np.array([ranks[list(chosen)].sum() for chosen in itertools.combinations(range(len(ranks)), len(first))])
    expected = (np.abs(sums - centre) >= abs(ranks[: len(first)].sum() - centre) - 1e-9).mean()
    p_value, how = rank_sum_p_value(np.array(first, dtype=float), np.array(second, dtype=float))
    assert p_value == pytest.approx(expected, abs=1e-12)
    assert how == "exact"


def test_large_samples_say_that_they_use_the_normal_distribution() -> None:
    random = np.random.default_rng(3)
    first, second = random.normal(0, 1, EXACT_RANK_SUM), random.normal(0.3, 1, 40)
    p_value, how = rank_sum_p_value(first, second)
    expected = stats.mannwhitneyu(first, second, method="asymptotic", use_continuity=False).pvalue
    assert (how, p_value) == ("normal", pytest.approx(expected))
    differences = random.normal(0.05, 1, EXACT_RANKS + 1)
    p_value, how = signed_rank_p_value(signed_ranks(differences))
    expected = stats.wilcoxon(differences, method="asymptotic", correction=False).pvalue
    assert (how, p_value) == ("normal", pytest.approx(expected))
    exact = signed_rank_p_value(signed_ranks(differences[:200]))
    near = stats.wilcoxon(differences[:200], method="asymptotic", correction=False).pvalue
    assert exact == (pytest.approx(near, abs=0.005), "exact")


def test_random_flips_agree_with_all_flips_in_distribution() -> None:
    differences = np.random.default_rng(11).normal(0.35, 1, EXACT_FLIPS + 1)
    p_random, error, method = sign_flip_p_value(differences, seed=5)
    p_t = stats.ttest_1samp(differences, 0).pvalue
    assert method == "monte_carlo" and 0 < error < 0.002
    assert p_random == pytest.approx(p_t, abs=0.02)
    assert sign_flip_p_value(differences, seed=5) == (p_random, error, method)


def test_no_difference_at_all() -> None:
    assert sign_flip_p_value(np.zeros(5), seed=0)[0] == 1.0
    assert math.isnan(signed_rank_p_value(signed_ranks(np.zeros(5)))[0])
    assert rank_sum_p_value(np.ones(3), np.ones(4)) == (1.0, "exact")


@settings(max_examples=60, deadline=None)
@given(statistic=st.floats(-40, 40), df=st.integers(2, 300), conf_level=st.sampled_from([0.8, 0.95, 0.99]))
def test_noncentral_t_interval_inverts_the_distribution(statistic: float, df: int, conf_level: float) -> None:
    low, high = noncentral_t_interval(statistic, df, conf_level)
    alpha = 1 - conf_level
    assert low < high
    assert stats.nct.cdf(statistic, df, low) == pytest.approx(1 - alpha / 2, abs=1e-7)
    assert stats.nct.cdf(statistic, df, high) == pytest.approx(alpha / 2, abs=1e-7)
    assert noncentral_t_interval(-statistic, df, conf_level) == pytest.approx((-high, -low), abs=1e-8)


@settings(max_examples=40, deadline=None)
@given(statistic=st.floats(0, 60), df=st.integers(1, 6), rest=st.integers(4, 200))
def test_noncentral_f_interval_inverts_the_distribution(statistic: float, df: int, rest: int) -> None:
    low, high = noncentral_f_interval(statistic, df, rest, 0.95)
    assert 0 <= low <= high
    if low > 0:
        assert stats.ncf.cdf(statistic, df, rest, low) == pytest.approx(0.975, abs=1e-7)
    if high > 0:
        assert stats.ncf.cdf(statistic, df, rest, high) == pytest.approx(0.025, abs=1e-7)
    else:
        assert stats.f.cdf(statistic, df, rest) <= 0.025


def test_what_has_no_interval() -> None:
    assert all(math.isnan(end) for end in noncentral_t_interval(math.inf, 10, 0.95))
    assert all(math.isnan(end) for end in noncentral_f_interval(math.nan, 2, 10, 0.95))
    assert math.isnan(hedges_correction(1))


def test_small_sample_correction_and_t() -> None:
    assert hedges_correction(2) == pytest.approx(1 / math.sqrt(math.pi) * math.sqrt(1.0), rel=1e-12)
    assert hedges_correction(10_000) == pytest.approx(1 - 3 / (4 * 10_000 - 1), rel=1e-9)
    assert t_interval(1.0, 0.5, 11, 0.95) == pytest.approx(
        (1 - 0.5 * 2.200985160083, 1 + 0.5 * 2.200985160083), rel=1e-9
    )
    assert t_p_value(-2.200985160082949, 11) == pytest.approx(0.05)
