"""Correlations of every pair against R and scipy, and what must hold of any correlation."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from efficacy.effects.associations import pairwise_correlations

ROOT = Path(__file__).parents[1]
REFERENCE = json.loads((ROOT / "tests/reference/pairwise_correlations.json").read_text(encoding="utf-8"))
ITEMS = [f"{scale}{number}" for scale in "AC" for number in range(1, 6)]
BFI = pd.read_csv(ROOT / "data/bfi/bfi.csv")[ITEMS]


def by_pair(table: pd.DataFrame) -> pd.DataFrame:
    return table.set_index(table["first"] + " " + table["second"])


def test_pearson_as_in_r_over_pairs() -> None:
    table = by_pair(pairwise_correlations(BFI))
    for pair, r in REFERENCE["entries"][0]["values"].items():
        assert table.loc[pair, "estimate"] == pytest.approx(r, abs=1e-12)
        assert table.loc[pair, "n"] == BFI[pair.split()].dropna().shape[0]
    assert len(table) == 45


def test_spearman_as_in_r() -> None:
    complete = BFI.dropna()
    entry = REFERENCE["entries"][1]
    assert len(complete) == entry["n"]
    table = by_pair(pairwise_correlations(complete))
    for pair, rho in entry["values"].items():
        assert table.loc[pair, "spearman"] == pytest.approx(rho, abs=1e-12)


def test_interval_and_p_as_in_scipy() -> None:
    small = BFI.iloc[:60]
    table = by_pair(pairwise_correlations(small, conf_level=0.9))
    x, y = small[["A2", "A3"]].dropna().to_numpy().T
    pearson, spearman = stats.pearsonr(x, y), stats.spearmanr(x, y)
    interval = pearson.confidence_interval(0.9)
    row = table.loc["A2 A3"]
    assert row["p_value"] == pytest.approx(pearson.pvalue, rel=1e-9)
    assert (row["conf_low"], row["conf_high"]) == pytest.approx((interval.low, interval.high), abs=1e-12)
    assert row["spearman_p_value"] == pytest.approx(spearman.pvalue, rel=1e-9)


def test_too_few_and_flat_columns_say_why() -> None:
    data = pd.DataFrame({"x": [1.0, 2, 3, 4], "flat": [2.0] * 4, "short": [1.0, 2, math.nan, math.nan]})
    reasons = by_pair(pairwise_correlations(data))["reason"]
    assert reasons.to_dict() == {"x flat": "zero_variance", "x short": "too_few_rows", "flat short": "too_few_rows"}


def test_a_perfect_correlation_has_no_width() -> None:
    row = pairwise_correlations(pd.DataFrame({"x": [1.0, 2, 3, 4, 6], "y": [2.0, 4, 6, 8, 12]})).iloc[0]
    assert (row["estimate"], row["conf_low"], row["conf_high"], row["p_value"]) == (1, 1, 1, 0)


def test_one_column_has_no_pairs_and_text_is_refused() -> None:
    assert pairwise_correlations(BFI[["A1"]]).empty
    with pytest.raises(ValueError, match="data"):
        pairwise_correlations(pd.DataFrame({"x": ["a", "b"], "y": ["c", "d"]}))


@settings(max_examples=30, deadline=None)
@given(st.integers(5, 40), st.integers(0, 10_000))
def test_unit_and_order_are_irrelevant_and_the_estimate_lies_inside(n: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    data = pd.DataFrame({"x": random.normal(size=n), "y": random.normal(size=n)})
    row = pairwise_correlations(data).iloc[0]
    moved = pairwise_correlations(pd.DataFrame({"y": 3 - 2 * data["y"], "x": 10 + data["x"]})).iloc[0]
    assert moved["estimate"] == pytest.approx(-row["estimate"], abs=1e-10)
    assert moved["spearman"] == pytest.approx(-row["spearman"], abs=1e-10)
    assert row["conf_low"] <= row["estimate"] <= row["conf_high"]
