"""Reliability: against psych, and what must hold for any answers."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra.numpy import arrays
from psychometrics_facts import assert_agrees, facts, scored, subscales, table

from efficacy.psychometrics import correlations, cronbach_alpha, mcdonald_omega, reliability, split_halves
from efficacy.psychometrics.split_half import every_split

FACTS = facts("reliability")
TAGS = [name.removesuffix(".alpha.feldt") for name in FACTS if name.endswith(".alpha.feldt")]
EACH = [name for name in FACTS if name.endswith(".multi.alpha_each")]
SDC_PER_SEM = 1.959963984540054 * math.sqrt(2)
FEW = 20  # resamples of omega, whose interval is looked at elsewhere
answers = arrays(float, st.tuples(st.integers(8, 30), st.integers(2, 6)), elements=st.integers(1, 5).map(float))


@pytest.mark.parametrize("tag", TAGS)
def test_alpha_and_its_intervals_equal_psych_and_the_closed_forms(tag: str) -> None:
    entry, feldt = FACTS[f"{tag}.alpha.listwise"], FACTS[f"{tag}.alpha.feldt"]["value"]
    items = scored(entry)
    found = cronbach_alpha(items)
    total = table(entry["value"]["total"]).iloc[0]
    assert_agrees(found.estimate, total["raw_alpha"])
    assert_agrees(found.standardized, total["std.alpha"])
    assert_agrees(found.average_r, total["average_r"])
    assert_agrees([found.conf_low, found.conf_high], [feldt["lower95"], feldt["upper95"]], 1e-10)
    by_psych = FACTS[f"{tag}.alpha.psych_ci"]["value"]
    assert_agrees([found.conf_low, found.conf_high], [by_psych["lower.ci"], by_psych["upper.ci"]])
    assert_agrees(found.std_error, FACTS[f"{tag}.alpha.duhachek"]["value"]["ase"])
    assert_agrees(found.std_error, total["ase"])
    narrower = cronbach_alpha(items, conf_level=0.9)
    assert_agrees([narrower.conf_low, narrower.conf_high], [feldt["lower90"], feldt["upper90"]], 1e-10)
    assert (found.n_used, found.n_items) == (feldt["n"], feldt["k"])
    assert found.n_used + found.n_dropped == len(items)
    assert (found.status, found.reasons) == ("ok", ())
    bonett = cronbach_alpha(items, interval="bonett")
    expected = FACTS[f"{tag}.alpha.bonett"]["value"]
    assert_agrees([bonett.conf_low, bonett.conf_high], [expected["lower95"], expected["upper95"]])
    assert (bonett.estimate, bonett.interval, found.interval) == (found.estimate, "bonett", "feldt")


@pytest.mark.parametrize("name", EACH)
def test_alpha_of_every_subscale_equals_psych(name: str) -> None:
    expected = table(FACTS[name]["value"])
    items = scored(FACTS[name]).dropna()
    for scale, columns in subscales(FACTS[name]).items():
        found = cronbach_alpha(items[columns])
        assert_agrees([found.estimate, found.standardized, found.average_r], expected[scale])
    means = pd.DataFrame({scale: items[columns].mean(axis=1) for scale, columns in subscales(FACTS[name]).items()})
    by_r = table(FACTS[name.replace("alpha_each", "subscale_scores_cor")]["value"])
    assert_agrees(correlations(means).estimates, by_r[means.columns].loc[means.columns])


@pytest.mark.parametrize("tag", TAGS)
def test_coefficients_equal_psych_and_the_closed_forms(tag: str) -> None:
    items = scored(FACTS[f"{tag}.alpha.listwise"])
    result = reliability(items, n_resamples=FEW)
    found = result.tidy().set_index("term")
    closed, guttman = FACTS[f"{tag}.glb_lambda"]["value"], FACTS[f"{tag}.guttman"]["value"]
    omega = mcdonald_omega(items, n_resamples=FEW)  # against lavaan elsewhere
    expected = {
        "alpha": closed["lambda3"],
        "alpha_standardized": guttman["lambda.3"],
        "omega": omega.estimate,
        "lambda_2": guttman["lambda.2"],
        "lambda_2_covariance": closed["lambda2"],
        "lambda_6": guttman["lambda.6"],
        "lambda_6_covariance": closed["lambda6_cov"],
        "split_half": FACTS[f"{tag}.split_half.odd_even"]["value"]["spearman_brown"],
        "sem": FACTS[f"{tag}.total.describe"]["value"]["SEM_alpha"],
        "smallest_detectable_change": 1.959963984540054
        * math.sqrt(2)
        * FACTS[f"{tag}.total.describe"]["value"]["SEM_alpha"],
    }
    assert list(found.index) == list(expected)
    assert_agrees(found["estimate"], [expected[term] for term in found.index])
    alpha = cronbach_alpha(items)
    assert found.loc["alpha", ["conf_low", "conf_high"]].tolist() == [alpha.conf_low, alpha.conf_high]
    assert found.loc["omega", ["conf_low", "conf_high"]].tolist() == [omega.conf_low, omega.conf_high]
    assert found.drop(["alpha", "omega"])[["conf_low", "conf_high"]].isna().all(axis=None)
    assert (found["n"] == alpha.n_used).all()
    assert result.reasons == omega.reasons


@pytest.mark.parametrize("tag", TAGS)
def test_split_halves_equal_r(tag: str) -> None:
    items = scored(FACTS[f"{tag}.alpha.listwise"])
    found = split_halves(items)
    tidy = found.tidy().set_index("split")
    odd, first = FACTS[f"{tag}.split_half.odd_even"]["value"], FACTS[f"{tag}.split_half.first_last"]["value"]
    assert_agrees(tidy.loc["odd_even", ["r", "spearman_brown", "guttman"]], list(odd.values()))
    assert_agrees(tidy.loc["first_last", ["r", "spearman_brown", "horst", "guttman"]], list(first.values()))
    if found.n_items > 20:
        assert (found.n_splits, math.isnan(found.highest)) == (0, True)
        return
    every = FACTS[f"{tag}.split_half.all"]["value"]
    if found.n_items % 2:  # psych lists half of them: ours are at least as extreme
        assert found.n_splits >= 2 * every["n_splits"]
        assert found.highest >= every["maxrb"] - 1e-12
        assert found.lowest <= every["minrb"] + 1e-12
        return
    assert_agrees([found.highest, found.lowest, found.mean], [every["maxrb"], every["minrb"], every["meanr"]])
    assert found.n_splits == every["n_splits"]
    # Cronbach (1951): the mean over all splits is alpha, here of the standardised items
    assert found.mean == pytest.approx(cronbach_alpha(items).standardized, abs=1e-12)


def test_every_split_of_three_items_by_hand() -> None:
    matrix = np.array([[1, 0.5, 0.4], [0.5, 1, 0.3], [0.4, 0.3, 1]])
    np.testing.assert_allclose(np.sort(every_split(matrix)), 4 * np.array([0.7, 0.8, 0.9]) / 5.4)
    four = every_split(np.full((4, 4), 0.5) + 0.5 * np.eye(4))
    np.testing.assert_allclose(four, [16 * 0.5 / 10] * 3)


def test_tables_of_the_result() -> None:
    result = cronbach_alpha(scored(FACTS["hs9.alpha.listwise"]))
    assert result.tidy().loc[0, ["term", "estimate", "n"]].tolist() == ["alpha", result.estimate, 301]
    glance = result.glance()
    assert len(glance) == 1
    assert glance.loc[0, "conf_level"] == 0.95


@settings(max_examples=60, deadline=None)
@given(answers, st.floats(-20, 20))
def test_invariants_of_alpha(values: np.ndarray, shift: float) -> None:
    items = pd.DataFrame(values).add_prefix("i")
    one = cronbach_alpha(items)
    two = cronbach_alpha((6 - items[items.columns[::-1]]).sample(frac=1, random_state=1) + shift)
    assert one.status == two.status
    if one.status != "not_computable":
        assert one.estimate == pytest.approx(two.estimate, abs=1e-9)
        assert one.conf_low <= one.estimate <= one.conf_high
        assert one.estimate <= 1 + 1e-12


@settings(max_examples=15, deadline=None)
@given(answers, st.floats(0.5, 8))
def test_standardised_coefficients_ignore_the_unit_of_an_item(values: np.ndarray, unit: float) -> None:
    items = pd.DataFrame(values).add_prefix("i")
    one = reliability(items, n_resamples=2).tidy().set_index("term")["estimate"]
    two = reliability(items.assign(i0=items["i0"] * unit), n_resamples=2).tidy().set_index("term")["estimate"]
    for term in ("alpha_standardized", "lambda_2", "lambda_6"):
        assert one[term] == pytest.approx(two[term], abs=1e-7, nan_ok=True)


def test_two_parallel_items() -> None:
    # two items of equal variance: alpha is the Spearman-Brown of their correlation
    items = pd.DataFrame({"a": [1.0, 2, 3, 4, 5], "b": [2.0, 1, 3, 5, 4]})
    found = reliability(items).tidy().set_index("term")["estimate"]
    expected = 2 * 0.8 / 1.8
    assert found["alpha"] == pytest.approx(expected)
    assert found["split_half"] == pytest.approx(expected)
    assert found["sem"] == pytest.approx(math.sqrt(9) * math.sqrt(1 - expected))
    assert math.isnan(found["omega"])  # one factor of two items has no solution


@pytest.mark.parametrize(
    ("items", "key", "values"),
    [
        (pd.DataFrame({"a": [1.0, 2], "b": [2.0, 1]}), "too_few_rows", {"n_used": 2, "minimum": 3}),
        (pd.DataFrame({"a": [1.0, 2, 3]}), "too_few_items", {"n_items": 1, "minimum": 2}),
        (pd.DataFrame({"a": [1.0, 2, 3], "b": [math.nan] * 3}), "empty_items", {"items": ("b",)}),
        (pd.DataFrame({"a": [2.0] * 4, "b": [3.0] * 4}), "zero_variance", {"items": ("a", "b")}),
        (pd.DataFrame({"a": [1.0, 2, 3, 4], "b": [4.0, 3, 2, 1]}), "zero_variance", {"items": ("a", "b")}),
        (pd.DataFrame({"a": [1.0, math.nan] * 3, "b": [math.nan, 1.0] * 3}), "too_few_rows", None),
    ],
)
def test_not_computable_with_its_reason(items: pd.DataFrame, key: str, values: dict[str, object] | None) -> None:
    for result in (cronbach_alpha(items), reliability(items), split_halves(items)):
        assert result.status == "not_computable"
        assert [reason.key for reason in result.reasons] == [key]
        assert values is None or result.reasons[0].values == values
        assert result.tidy().filter(["estimate", "spearman_brown"]).isna().all(axis=None)
        assert result.n_used + result.n_dropped == len(items)
        assert len(result.glance()) == 1


def test_an_item_without_variance_is_flagged() -> None:
    items = scored(FACTS["hs9.alpha.listwise"]).assign(x1=3.0)
    found = cronbach_alpha(items)
    assert found.status == "flagged"
    assert found.reasons[0].key == "zero_variance"
    assert found.reasons[0].values == {"items": ("x1",)}
    assert math.isfinite(found.estimate)
    assert math.isnan(found.standardized)


def test_identical_items_have_no_lambda_6() -> None:
    items = scored(FACTS["hs9.alpha.listwise"])[["x1", "x2"]].assign(x3=lambda x: x["x1"])
    result = reliability(items)
    assert [reason.key for reason in result.reasons] == ["singular_correlations"]
    assert result.status == "flagged"
    found = result.tidy().set_index("term")["estimate"]
    assert found[["lambda_6", "lambda_6_covariance"]].isna().all()
    assert found[["alpha", "split_half", "sem", "lambda_2"]].notna().all()


def test_alpha_of_one_item_repeated_is_one() -> None:
    column = scored(FACTS["hs9.alpha.listwise"])["x1"]
    found = cronbach_alpha(pd.DataFrame({"a": column, "b": column, "c": column}))
    assert_agrees([found.estimate, found.conf_low, found.conf_high], [1, 1, 1])


def test_a_wrong_call_is_refused() -> None:
    with pytest.raises(ValueError, match="conf_level"):
        cronbach_alpha(pd.DataFrame({"a": [1.0, 2]}), conf_level=0)
    with pytest.raises(ValueError, match="interval"):
        cronbach_alpha(pd.DataFrame({"a": [1.0, 2]}), interval="duhachek")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="items"):
        reliability(pd.Series([1.0]))  # type: ignore[arg-type]


def test_a_scale_of_two_items_says_that_there_is_no_omega() -> None:
    result = reliability(scored(FACTS["hs9.alpha.listwise"])[["x1", "x2"]])
    assert (result.status, [reason.key for reason in result.reasons]) == ("flagged", ["omega_not_computable"])
    assert result.tidy().set_index("term").loc["alpha", "estimate"] > 0
