"""Numbers as they are shown, in both styles, and what a block records of them."""

import math

import numpy as np
import pytest

from efficacy.report.numbers import Interval, Number, PlusMinus, clean, describe_number, show_number


@pytest.mark.parametrize(
    ("value", "role", "style", "shown"),
    [
        (0.0321, "p", "chinese", "0.032"),
        (0.0321, "p", "apa", ".032"),
        (0.00099, "p", "chinese", "<0.001"),
        (0.00099, "p", "apa", "<.001"),
        (0.001, "p", "chinese", "0.001"),
        (0.9996, "p", "chinese", "1.000"),
        (0.8512, "coefficient", "chinese", "0.851"),
        (-0.8512, "coefficient", "apa", "-.851"),
        (1.0, "coefficient", "apa", "1.000"),
        (2.345, "score", "chinese", "2.35"),
        (-0.001, "score", "chinese", "0.00"),
        (0.5, "score", "apa", "0.50"),
        (12, "df", "chinese", "12"),
        (51.234, "df", "chinese", "51.23"),
        (0.4567, "percent", "chinese", "45.7%"),
        (54, "count", "chinese", "54"),
        (math.nan, "score", "chinese", "—"),
        (None, "score", "chinese", "—"),
        (math.inf, "statistic", "chinese", "∞"),
    ],
)
def test_shown(value, role, style, shown):
    assert show_number(value, role, style) == shown


def test_p_never_prints_as_zero():
    for value in 10.0 ** -np.arange(3.1, 300, 20):
        assert show_number(value, "p", "chinese") == "<0.001"


def test_a_described_number_keeps_its_raw_value():
    described = describe_number(Number(value=1 / 3, role="p", n=12, method="t"), "chinese")
    assert described == {"raw": 1 / 3, "shown": "0.333", "role": "p", "n": 12, "method": "t"}


def test_an_interval_without_an_end_is_not_shown_as_an_interval():
    described = describe_number(Interval(low=0.1, high=math.nan, role="score"), "chinese")
    assert described["shown"] == "—"
    assert described["raw"] == [0.1, None]


def test_mean_and_sd():
    assert describe_number(PlusMinus(mean=2.984, sd=0.511), "chinese")["shown"] == "2.98±0.51"


@pytest.mark.parametrize(
    ("value", "cleaned"),
    [(np.float64(2.0), 2.0), (np.int64(3), 3), (3, 3), (2.5, 2.5), (np.nan, None), (-np.inf, "-Inf"), (None, None)],
)
def test_raw_values_are_json(value, cleaned):
    assert clean(value) == cleaned
    assert type(clean(value)) is type(cleaned)
