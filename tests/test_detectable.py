"""Smallest detectable difference against another program's power and published sizes."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings, strategies as st
from statsmodels.stats.power import TTestIndPower

from efficacy.effects.detectable import smallest_detectable_difference


@pytest.mark.parametrize(
    ("first", "second"), [(5, 5), (12, 12), (12, 42), (27, 27), (48, 47), (200, 30), (900, 1800), (2, 2), (3, 400)]
)
def test_statsmodels_finds_the_power_asked_for(first: int, second: int) -> None:
    d = smallest_detectable_difference(first, second)
    power = TTestIndPower().power(effect_size=d, nobs1=first, alpha=0.05, ratio=second / first)
    assert power == pytest.approx(0.80, abs=1e-6)


def test_cohens_textbook_size() -> None:
    # Cohen (1988, table 2.4.1): d = .50 needs 64 in each group, d = .80 needs 26
    assert smallest_detectable_difference(64, 64) == pytest.approx(0.50, abs=0.005)
    assert smallest_detectable_difference(26, 26) == pytest.approx(0.80, abs=0.01)


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 120), st.integers(2, 120))
def test_symmetric_and_smaller_with_more_children(first: int, second: int) -> None:
    d = smallest_detectable_difference(first, second)
    assert d == pytest.approx(smallest_detectable_difference(second, first), rel=1e-8)
    assert smallest_detectable_difference(first + 10, second) < d
    assert smallest_detectable_difference(first, second, power=0.9) > d


def test_groups_of_one_have_none() -> None:
    assert math.isnan(smallest_detectable_difference(1, 50))


def test_wrong_calls_are_refused() -> None:
    with pytest.raises(ValueError, match="power"):
        smallest_detectable_difference(10, 10, power=0.01)
    with pytest.raises(ValueError, match="conf_level"):
        smallest_detectable_difference(10, 10, conf_level=95)
