"""Item statistics: against psych and e1071, and what must hold for any answers."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra.numpy import arrays
from psychometrics_facts import assert_agrees, facts, items_of, scored, table
from scipy import stats
from statsmodels.stats.weightstats import DescrStatsW

from efficacy.psychometrics import answer_counts, describe_items, item_analysis

FACTS = facts("items")
TAGS = ["bfi54_CE", "bfi95_22", "bfi_A", "bfi_AC", "bfi_N", "hs9"]
LIKERT = TAGS[:-1]  # hs9: test scores, without a response scale
answers = arrays(float, st.tuples(st.integers(8, 30), st.integers(3, 6)), elements=st.integers(1, 5).map(float))


def by_item(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.set_index("item")


@pytest.mark.parametrize("tag", LIKERT)
def test_counts_of_answers_equal_r(tag: str) -> None:
    entry = FACTS[f"{tag}.item.freq"]
    found = answer_counts(items_of(entry), minimum=1, maximum=6)
    wide = found.pivot(index="response", columns="item", values="n")
    assert_agrees(wide[entry["columns"]], table(entry["value"]), 0)
    assert_agrees(found.groupby("item")["share"].sum(), np.ones(len(entry["columns"])))


def test_an_answer_beside_the_scale_is_refused_and_an_item_without_answers_has_no_shares() -> None:
    items = pd.DataFrame({"a": [1.0, 2, 2.5], "b": [1.0, 2, math.nan], "c": [math.nan] * 3})
    with pytest.raises(ValueError, match="'a'") as refused:
        answer_counts(items, minimum=1, maximum=3)
    assert "2.5" not in str(refused.value)
    found = answer_counts(items[["b", "c"]], minimum=1, maximum=3)
    assert found["n"].tolist() == [1, 1, 0, 0, 0, 0]
    assert found["share"].tolist()[:3] == [0.5, 0.5, 0]
    assert found["share"][3:].isna().all()
    with pytest.raises(ValueError, match="minimum below maximum"):
        answer_counts(items, minimum=5, maximum=1)


@pytest.mark.parametrize("tag", TAGS)
def test_distribution_equals_psych_and_e1071(tag: str) -> None:
    entry = FACTS[f"{tag}.item.describe"]
    found = by_item(describe_items(items_of(entry), minimum=1, maximum=6))
    expected = table(entry["value"])
    assert list(found.index) == list(expected.index)
    for ours, theirs in {"n": "n", "mean": "mean", "sd": "sd", "std_error": "se", "median": "median"}.items():
        assert_agrees(found[ours], expected[theirs])
    assert_agrees(found["minimum"], expected["min"])
    assert_agrees(found["maximum"], expected["max"])
    assert_agrees(found["skewness"], table(FACTS[f"{tag}.item.skew_types"]["value"]).loc["type2_G1"])
    assert_agrees(found["kurtosis"], table(FACTS[f"{tag}.item.kurtosis_types"]["value"]).loc["type2_G2"])
    shares = table(FACTS[f"{tag}.item.floor_ceiling"]["value"])
    if tag in LIKERT:
        assert_agrees(found["floor"], shares.loc["floor"])
        assert_agrees(found["ceiling"], shares.loc["ceiling"])
    assert_agrees(found["n_missing"] / (found["n"] + found["n_missing"]), shares.loc["missing"])
    assert (found["reason"] == "").all()


@pytest.mark.parametrize("conf_level", [0.9, 0.95])
def test_interval_of_the_mean_equals_statsmodels(conf_level: float) -> None:
    items = items_of(FACTS["bfi54_CE.item.describe"])
    found = by_item(describe_items(items, conf_level=conf_level))
    for name in items:
        low, high = DescrStatsW(items[name].dropna()).tconfint_mean(alpha=1 - conf_level)
        assert_agrees(found.loc[name, ["conf_low", "conf_high"]], [low, high])


def test_floor_and_ceiling_need_the_response_scale() -> None:
    items = pd.DataFrame({"a": [1.0, 2, 2, 4], "b": [2.0, 3, 3, 3]})
    assert describe_items(items)[["floor", "ceiling"]].isna().all(axis=None)
    found = by_item(describe_items(items, minimum=1, maximum=4))
    assert found.loc["a", ["floor", "ceiling"]].tolist() == [1 / 4, 1 / 4]
    assert found.loc["b", ["floor", "ceiling"]].tolist() == [0, 0]


@pytest.mark.parametrize("tag", TAGS)
def test_discrimination_equals_psych(tag: str) -> None:
    entry = FACTS[f"{tag}.alpha.listwise"]
    items = scored(entry)
    found = by_item(item_analysis(items))
    per_item, dropped = table(entry["value"]["item.stats"]), table(entry["value"]["alpha.drop"])
    assert_agrees(found["n"], per_item["n"])
    assert (found["n_dropped"] == len(items) - found["n"]).all()
    assert_agrees(found["mean"], per_item["mean"])
    assert_agrees(found["sd"], per_item["sd"])
    assert_agrees(found["item_total_r"], per_item["raw.r"])
    assert_agrees(found["item_rest_r"], per_item["r.drop"])
    assert_agrees(found["alpha_if_dropped"], dropped["raw_alpha"])
    multiple = FACTS[f"{tag}.alpha.smc"]["value"]
    assert_agrees(found["squared_multiple_r"], [multiple[name] for name in found.index])
    assert (found["reverse_alarm"] == (per_item["r.drop"] < 0)).all()
    complete = describe_items(items.dropna())
    for column in ("std_error", "conf_low", "conf_high"):
        assert_agrees(found[column], complete[column])


def test_alarm_where_an_item_is_left_unreversed() -> None:
    entry = FACTS["bfi54_CE.alpha.listwise"]
    right, wrong = item_analysis(scored(entry)), item_analysis(scored(entry).assign(E2=lambda x: 7 - x["E2"]))
    assert not right["reverse_alarm"].any()
    assert wrong.loc[wrong["reverse_alarm"], "item"].tolist() == ["E2"]


@pytest.mark.parametrize("tag", TAGS)
def test_extreme_groups_are_those_at_or_beyond_the_27_percent_scores(tag: str) -> None:
    items = scored(FACTS[f"{tag}.alpha.listwise"]).dropna()
    total = items.sum(axis=1).sort_values()
    rank = round(0.27 * len(items))
    low, high = items[items.sum(axis=1) <= total.iloc[rank - 1]], items[items.sum(axis=1) >= total.iloc[-rank]]
    found = by_item(item_analysis(items))
    assert (found["n_low"] == len(low)).all()
    assert (found["n_high"] == len(high)).all()
    for name in items:
        test = stats.ttest_ind(high[name], low[name], equal_var=False)
        row = found.loc[name, ["high_low_statistic", "high_low_df", "high_low_p_value"]]
        assert_agrees(row, [test.statistic, test.df, test.pvalue])
        assert_agrees(found.loc[name, "high_low_difference"], high[name].mean() - low[name].mean())


def test_extreme_groups_by_hand() -> None:
    # totals 2, 4, 5, 6, 7, 8, 10: two at each end; first item 1, 3 against 4, 5: t = 3 / sqrt(1 + 1/4)
    items = pd.DataFrame({"a": [1.0, 3, 2, 3, 4, 4, 5], "b": [1.0, 1, 3, 3, 3, 4, 5]})
    row = by_item(item_analysis(items)).loc["a"]
    assert (row["n_low"], row["n_high"]) == (2, 2)
    assert row["high_low_statistic"] == pytest.approx(2.5 / math.sqrt(1.25))
    assert row["high_low_df"] == pytest.approx(1.25**2 / (1 + 1 / 16))
    assert math.isnan(row["alpha_if_dropped"])


@settings(max_examples=40, deadline=None)
@given(answers)
def test_order_of_items_and_respondents_is_irrelevant(values: np.ndarray) -> None:
    items = pd.DataFrame(values, columns=[f"i{k}" for k in range(values.shape[1])])
    shuffled = items.sample(frac=1, random_state=3)[items.columns[::-1]]
    for function in (describe_items, item_analysis):
        one, two = by_item(function(items)), by_item(function(shuffled)).loc[items.columns]
        pd.testing.assert_frame_equal(one, two, rtol=1e-9, atol=1e-9, check_names=False)


@settings(max_examples=40, deadline=None)
@given(answers, st.floats(-50, 50), st.floats(0.1, 20))
def test_shift_and_scale(values: np.ndarray, shift: float, scale: float) -> None:
    items = pd.DataFrame(values).add_prefix("i")
    one, two = describe_items(items), describe_items(items * scale + shift)
    for column in ("mean", "conf_low", "conf_high", "median", "minimum", "maximum"):
        np.testing.assert_allclose(two[column], one[column] * scale + shift, atol=1e-8)
    np.testing.assert_allclose(two["sd"], one["sd"] * scale, atol=1e-8)
    for column in ("skewness", "kurtosis"):
        np.testing.assert_allclose(two[column], one[column], atol=1e-6)
    assert ((one["conf_low"] <= one["mean"]) & (one["mean"] <= one["conf_high"])).all()


def test_reversing_an_item_twice_changes_nothing_and_once_flips_its_skew() -> None:
    items = items_of(FACTS["bfi54_CE.item.describe"])
    pd.testing.assert_frame_equal(describe_items(7 - (7 - items)), describe_items(items))
    np.testing.assert_allclose(describe_items(7 - items)["skewness"], -describe_items(items)["skewness"], atol=1e-12)


def test_what_cannot_be_computed_is_nan_with_its_reason() -> None:
    items = pd.DataFrame({"same": [3.0] * 6, "none": [math.nan] * 6, "one": [2.0, *[math.nan] * 5]})
    found = by_item(describe_items(items, minimum=1, maximum=5))
    assert found["reason"].to_dict() == {"same": "zero_variance", "none": "too_few_rows", "one": "too_few_rows"}
    assert found.loc["same", ["mean", "sd", "conf_low", "conf_high"]].tolist() == [3, 0, 3, 3]
    assert found.loc[["same", "none", "one"], ["skewness", "kurtosis"]].isna().all(axis=None)
    assert found.loc["none", ["mean", "median", "floor"]].isna().all()
    assert math.isnan(found.loc["one", "sd"])


@pytest.mark.parametrize(
    ("items", "reasons"),
    [
        (pd.DataFrame({"a": [1.0, 2], "b": [2.0, 3]}), {"too_few_rows"}),
        (pd.DataFrame({"a": [1.0, 2, 3, 4]}), {"too_few_items"}),
        (pd.DataFrame({"a": [1.0, 2, 3, 4], "b": [4.0, 2, 4, 5]}), {"groups_too_small"}),
        (pd.DataFrame({"a": [2.0, 3] * 4, "b": [3.0, 2] * 4}), {"groups_overlap"}),
        (pd.DataFrame({"a": [1.0, 2, 3, 4] * 2, "b": [3.0] * 8}), {"", "zero_variance"}),
        (pd.DataFrame({"a": [1.0, 2, 3, 4] * 2, "b": [math.nan] * 8}), {"too_few_rows"}),
    ],
)
def test_item_analysis_names_why_it_cannot(items: pd.DataFrame, reasons: set[str]) -> None:
    found = item_analysis(items)
    assert set(found["reason"]) == reasons
    without_test = found[found["reason"] != ""]
    assert without_test[["high_low_statistic", "high_low_p_value"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: describe_items([[1, 2]]), "items"),
        (lambda: describe_items(pd.DataFrame({"a": ["x", "y"]})), "column 'a'"),
        (lambda: describe_items(pd.DataFrame([[1, 2]], columns=["a", "a"])), "more than once"),
        (lambda: describe_items(pd.DataFrame({"a": [1.0, math.inf]})), "finite"),
        (lambda: describe_items(pd.DataFrame({"a": [1.0]}), conf_level=95), "conf_level"),
        (lambda: describe_items(pd.DataFrame({"a": [1.0]}), minimum=5, maximum=1), "minimum"),
        (lambda: item_analysis(pd.DataFrame({"a": [1.0]}), conf_level=1), "conf_level"),
    ],
)
def test_a_wrong_call_is_refused(call: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()  # type: ignore[operator]


def test_a_correlation_of_zero_up_to_rounding_is_no_alarm():
    """The fourth item is uncorrelated with the rest exactly; in floating point its sign goes by the order of rows."""
    rows = (
        "13525 15555 22344 12322 11111 25515 11532 11445 23512 25132 14424 11415 14525 13535 "
        "11135 13545 11154 11225 11515 12555 13515 11545 11235 55535 45523 11112 45515"
    )
    answers = pd.DataFrame([[int(answer) for answer in row] for row in rows.split()], columns=list("abcde"))
    for order in (answers, answers.iloc[::-1]):
        analysis = item_analysis(order).set_index("item").loc["d"]
        assert abs(analysis["item_rest_r"]) < 1e-15
        assert not analysis["reverse_alarm"]
