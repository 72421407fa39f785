"""Correlations: against base R and psych, and what must hold for any data."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra.numpy import arrays
from psychometrics_facts import assert_agrees, facts, items_of, table
from scipy import stats

from efficacy.psychometrics import correlations

FACTS = facts("correlations")
TAGS = ["bfi54_A", "bfi95_22", "bfi_AC", "lsat6", "lsat6_sparse"]
answers = arrays(float, st.tuples(st.integers(5, 25), st.integers(2, 5)), elements=st.integers(1, 5).map(float))


@pytest.mark.parametrize("tag", TAGS)
def test_pairwise_pearson_equals_r(tag: str) -> None:
    entry = FACTS[f"{tag}.pearson.pairwise"]
    items = items_of(entry)
    found = correlations(items)
    assert_agrees(found.estimates, table(entry["value"]))
    long = found.tidy()
    for row in long.itertuples():
        assert row.n == items[[row.term_1, row.term_2]].dropna().shape[0]
        assert row.estimate == found.estimates.loc[row.term_1, row.term_2]


@pytest.mark.parametrize("tag", TAGS)
def test_listwise_spearman_equals_r(tag: str) -> None:
    entry = FACTS[f"{tag}.spearman.listwise"]
    found = correlations(items_of(entry).dropna(), method="spearman")
    assert_agrees(found.estimates, table(entry["value"]))


@pytest.mark.parametrize("tag", TAGS)
def test_listwise_kendall_equals_r(tag: str) -> None:
    entry = FACTS[f"{tag}.kendall.listwise"]
    found = correlations(items_of(entry).dropna().head(300), method="kendall")
    assert_agrees(found.estimates, table(entry["value"]))


@pytest.mark.parametrize("tag", TAGS)
def test_intervals_and_tests_equal_psych(tag: str) -> None:
    entry = FACTS[f"{tag}.corr.test"]
    items = items_of(entry).dropna().iloc[:, :6]
    found = correlations(items).tidy()
    ci = table(entry["value"]["ci"])
    p = table(entry["value"]["p_upper_holm_lower_raw"])
    assert_agrees(found["conf_low"], ci["lower"])
    assert_agrees(found["conf_high"], ci["upper"])
    for row in found.itertuples():
        assert_agrees(row.p_value, p.loc[row.term_2, row.term_1])
        assert_agrees(row.p_value_adjusted, p.loc[row.term_1, row.term_2])
    raw = correlations(items, adjust="none").tidy()
    assert raw["p_value_adjusted"].tolist() == raw["p_value"].tolist()


@pytest.mark.parametrize("method", ["pearson", "spearman"])
def test_statistic_and_p_equal_scipy(method: str) -> None:
    items = items_of(FACTS["bfi54_A.pearson.pairwise"])
    function = {"pearson": stats.pearsonr, "spearman": stats.spearmanr}[method]
    for row in correlations(items, method=method).tidy().itertuples():  # type: ignore[arg-type]
        both = items[[row.term_1, row.term_2]].dropna()
        test = function(both.iloc[:, 0], both.iloc[:, 1])
        assert_agrees([row.estimate, row.p_value], [test.statistic, test.pvalue])
        assert row.df == len(both) - 2
        assert 2 * stats.t.sf(abs(row.statistic), row.df) == pytest.approx(row.p_value)
        assert math.copysign(1, row.statistic) == math.copysign(1, row.estimate)


def test_kendall_p_equals_scipy_and_its_interval_is_that_of_bonett_and_wright() -> None:
    items = items_of(FACTS["bfi54_A.pearson.pairwise"])
    for row in correlations(items, method="kendall").tidy().itertuples():
        both = items[[row.term_1, row.term_2]].dropna()
        test = stats.kendalltau(both.iloc[:, 0], both.iloc[:, 1], method="asymptotic")
        assert_agrees([row.estimate, row.p_value], [test.statistic, test.pvalue])
        assert math.isnan(row.df)
        assert 2 * stats.norm.sf(abs(row.statistic)) == pytest.approx(row.p_value)
        half = 1.959963984540054 * math.sqrt(0.437 / (len(both) - 4))
        assert row.conf_high == pytest.approx(math.tanh(math.atanh(row.estimate) + half))
        assert row.conf_low == pytest.approx(math.tanh(math.atanh(row.estimate) - half))


def test_spearman_interval_by_hand() -> None:
    # ranks 1..5 against 2 1 4 3 5: r = 1 - 6 * 4 / 120 = .8; se^2 = (1 + .32) / 2 (Bonett & Wright)
    frame = pd.DataFrame({"a": [10.0, 20, 30, 40, 50], "b": [0.2, 0.1, 0.4, 0.3, 0.9]})
    row = correlations(frame, method="spearman").tidy().iloc[0]
    half = 1.959963984540054 * math.sqrt(1.32 / 2)
    assert row["estimate"] == pytest.approx(0.8)
    assert_agrees(
        row[["conf_low", "conf_high"]], [math.tanh(math.atanh(0.8) - half), math.tanh(math.atanh(0.8) + half)]
    )


@settings(max_examples=50, deadline=None)
@given(answers, st.floats(0.1, 9), st.floats(-9, 9))
def test_invariants(values: np.ndarray, scale: float, shift: float) -> None:
    frame = pd.DataFrame(values).add_prefix("v")
    one = correlations(frame).tidy()
    two = correlations(frame.assign(v0=frame["v0"] * -scale + shift)).tidy()
    sign = np.where(one["term_1"] == "v0", -1, 1)
    np.testing.assert_allclose(two["estimate"], one["estimate"] * sign, atol=1e-9)
    np.testing.assert_allclose(two["p_value"], one["p_value"], atol=1e-6)
    present = one.dropna(subset=["estimate", "conf_low"])
    assert (present["conf_low"] <= present["estimate"]).all()
    assert (present["estimate"] <= present["conf_high"]).all()
    tested = one.dropna(subset=["p_value"])
    assert (tested["p_value_adjusted"] >= tested["p_value"]).all()
    square = correlations(frame[frame.columns[::-1]]).estimates.loc[frame.columns, frame.columns]
    np.testing.assert_allclose(square, correlations(frame).estimates, atol=1e-12)


@settings(max_examples=25, deadline=None)
@given(answers, st.sampled_from(["spearman", "kendall"]))
def test_rank_correlations_see_only_the_order(values: np.ndarray, method: Literal["spearman", "kendall"]) -> None:
    frame = pd.DataFrame(values).add_prefix("v")
    one, two = correlations(frame, method=method), correlations(np.exp(frame), method=method)
    np.testing.assert_allclose(two.estimates, one.estimates, atol=1e-12)


def test_a_perfect_correlation_has_no_width() -> None:
    row = correlations(pd.DataFrame({"a": [1.0, 2, 3, 4], "b": [2.0, 4, 6, 8]})).tidy().iloc[0]
    assert row[["estimate", "conf_low", "conf_high"]].tolist() == pytest.approx([1, 1, 1])
    assert row["p_value"] == pytest.approx(0, abs=1e-12)


def test_missing_and_constant_columns_are_flagged() -> None:
    frame = pd.DataFrame(
        {"a": [1.0, 3, 2, 5], "b": [2.0, 2, 4, 5], "c": [3.0] * 4, "d": [math.nan] * 4, "e": [1.0, 2, *[math.nan] * 2]}
    )
    result = correlations(frame)
    assert result.status == "flagged"
    assert {reason.key: dict(reason.values) for reason in result.reasons} == {
        "empty_items": {"items": ("d",)},
        "zero_variance": {"items": ("c",)},
        "pairs_too_small": {"n_pairs": 3, "minimum": 3},
    }
    assert result.tidy()["estimate"].notna().sum() == 1
    assert math.isnan(result.estimates.loc["c", "c"])
    assert result.estimates.loc["a", "a"] == 1


def test_counts_after_deletion() -> None:
    result = correlations(pd.DataFrame({"a": [1.0, 2, 3, 4, 5], "b": [2.0, 1, 3, math.nan, 9]}))
    assert (result.n_used, result.n_dropped, result.tidy()["n"].item()) == (4, 1, 4)
    assert len(result.glance()) == 1


@pytest.mark.parametrize(
    ("frame", "key"),
    [
        (pd.DataFrame({"a": [1.0, 2, 3]}), "too_few_items"),
        (pd.DataFrame({"a": [1.0, 2], "b": [1.0, 3]}), "too_few_rows"),
        (pd.DataFrame({"a": [1.0, math.nan] * 3, "b": [math.nan, 2.0] * 3}), "too_few_rows"),
        (pd.DataFrame({"a": [1.0] * 5, "b": [2.0] * 5}), "zero_variance"),
    ],
)
def test_not_computable_with_its_reason(frame: pd.DataFrame, key: str) -> None:
    result = correlations(frame)
    assert result.status == "not_computable"
    assert [reason.key for reason in result.reasons] == [key]
    assert result.tidy()["estimate"].isna().all()


def test_three_rows_have_a_test_but_no_interval() -> None:
    row = correlations(pd.DataFrame({"a": [1.0, 2, 3], "b": [1.0, 3, 2]})).tidy().iloc[0]
    assert row["estimate"] == pytest.approx(0.5)
    assert math.isnan(row["conf_low"])
    assert math.isfinite(row["p_value"])


@pytest.mark.parametrize("option", [{"method": "polychoric"}, {"adjust": "bonferroni"}, {"conf_level": 2}])
def test_a_wrong_call_is_refused(option: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(option))):
        correlations(pd.DataFrame({"a": [1.0, 2], "b": [1.0, 2]}), **option)  # type: ignore[arg-type]
