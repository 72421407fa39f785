"""Paired change: every field against R (stats, coin, metafor, effectsize, BayesFactor), and invariants."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from effects_facts import agrees, data, facts
from hypothesis import given, settings, strategies as st

from efficacy.effects import PairedChange, paired_change
from efficacy.effects.change import TERMS, jzs_bayes_factor

FACTS = facts("change")
TAGS = ["sleep", "shoes", "anorexia.FT", "anorexia.CBT", "baumann.pre_post1", "anorexia12"]


def waves(tag: str) -> tuple[pd.Series, pd.Series]:
    entry = FACTS[f"{tag}.describe"]
    frame = data(entry["data"].removeprefix("data/").removesuffix(".csv"), entry.get("filter"))
    pre, post = entry["columns"][:2]
    return frame[pre], frame[post]


@pytest.fixture(params=TAGS)
def measured(request: pytest.FixtureRequest) -> tuple[str, PairedChange]:
    return request.param, paired_change(*waves(request.param), seed=1)


def test_description_equals_r(measured: tuple[str, PairedChange]) -> None:
    tag, result = measured
    entry = FACTS[f"{tag}.describe"]
    pairs = {"n": "n", "mean_change": "mean_diff", "sd_change": "sd_diff"}
    pairs |= {name: name for name in ("mean_pre", "sd_pre", "mean_post", "sd_post", "r")}
    for field, name in pairs.items():
        assert agrees(getattr(result, field), entry["value"][name], entry), field
    assert (result.n_used, result.n_dropped) == (result.n, 0)


def test_t_equals_r(measured: tuple[str, PairedChange]) -> None:
    tag, result = measured
    entry = FACTS[f"{tag}.t.paired"]
    pairs = {"statistic": "t", "df": "df", "p_value": "p", "conf_low": "ci_low", "conf_high": "ci_high"}
    for field, name in pairs.items():
        assert agrees(getattr(result, field), entry["value"][name], entry), field


def test_wilcoxon_equals_r(measured: tuple[str, PairedChange]) -> None:
    tag, result = measured
    sums, exact = FACTS[f"{tag}.wilcoxon.asymptotic"]["value"], FACTS[f"{tag}.wilcoxon.exact"]
    assert (result.w_plus, result.w_minus, result.n_nonzero) == (sums["W_plus"], sums["W_minus"], sums["n_nonzero"])
    # coin enumerates with ties; exactRankTests turns to the normal approximation at 50 pairs with ties
    assert agrees(result.p_value_wilcoxon, exact["value"]["p_coin_wilcoxon"], exact)
    assert result.wilcoxon_method == "exact"
    assert result.ties == "as_stored"


def test_sign_test_equals_r(measured: tuple[str, PairedChange]) -> None:
    tag, result = measured
    entry = FACTS[f"{tag}.sign_test"]
    assert (result.n_gains, result.n_nonzero) == (entry["value"]["pos"], entry["value"]["n"])
    assert agrees(result.p_value_sign, entry["value"]["p"], entry)


@pytest.mark.parametrize("tag", [tag for tag in TAGS if f"{tag}.signflip_exact" in FACTS])
def test_sign_flips_equal_full_enumeration_in_r(tag: str) -> None:
    result, entry = paired_change(*waves(tag)), FACTS[f"{tag}.signflip_exact"]
    assert agrees(result.p_value_permutation, entry["value"]["p_two_sided"], entry)
    assert (result.permutation_method, result.permutation_std_error) == ("exact", 0.0)


def test_bayes_factor_equals_r(measured: tuple[str, PairedChange]) -> None:
    tag, result = measured
    entry = FACTS[f"{tag}.bf.paired"]
    assert result.bf10 == pytest.approx(entry["value"]["BF10_medium"], rel=1e-5)
    for scale, name in ((1.0, "BF10_wide"), (math.sqrt(2), "BF10_ultrawide")):
        assert jzs_bayes_factor(result.statistic, result.n, scale=scale) == pytest.approx(
            entry["value"][name], rel=1e-5
        )


def test_family_of_d_equals_r(measured: tuple[str, PairedChange]) -> None:
    tag, result = measured
    tidy = result.tidy().set_index("term")
    assert tuple(tidy.index) == TERMS
    family, rank = FACTS[f"{tag}.d_family"], FACTS[f"{tag}.matched_rank_biserial"]
    pairs = {"d_z": "d_z", "d_av": "d_av_meanSD", "d_rm": "d_rm", "smcc": "g_z", "smcr": "g_pre", "g_av": "g_av_meanSD"}
    for term, name in pairs.items():
        assert agrees(tidy.loc[term, "estimate"], family["value"][name], family), term
    assert agrees(tidy.loc["rank_biserial", "estimate"], rank["value"]["r_rank_biserial"][0], rank)
    metafor = FACTS[f"{tag}.metafor.SMCC_SMCR"]
    for term in ("smcc", "smcr"):
        assert agrees(tidy.loc[term, "estimate"], metafor["value"][term.upper()]["yi"], metafor)
        assert agrees(tidy.loc[term, "std_error"] ** 2, metafor["value"][term.upper()]["vi"], metafor)
    assert agrees(tidy.loc["mean_change", "std_error"] ** 2, metafor["value"]["MC"]["vi"], metafor)
    for term, name in (("d_z", "d_z_ci"), ("smcc", "g_z_ci")):
        entry = FACTS[f"{tag}.{name}"]
        assert agrees(tidy.loc[term, "conf_low"], entry["value"]["CI_low"][0], entry)
        assert agrees(tidy.loc[term, "conf_high"], entry["value"]["CI_high"][0], entry)
    assert tidy.loc["mean_change", "estimate"] == result.mean_change
    assert tuple(tidy.loc["mean_change", ["conf_low", "conf_high"]]) == (result.conf_low, result.conf_high)
    assert tidy.loc[["d_av", "d_rm", "smcr", "g_av", "rank_biserial"], ["conf_low", "conf_high"]].isna().all(axis=None)
    assert set(tidy["n"]) == {result.n}


def test_random_flips_beyond_enumeration_stay_near_and_repeat() -> None:
    pre, post = waves("baumann.pre_post1")
    first, again, other = (paired_change(pre, post, seed=seed) for seed in (1, 1, 2))
    assert first.permutation_method == "monte_carlo"
    assert first.p_value_permutation == again.p_value_permutation
    pre, post = pre[:45], post[:45] + 1.2
    first, other = paired_change(pre, post, seed=1), paired_change(pre, post, seed=2)
    assert first.permutation_std_error > 0
    assert abs(first.p_value_permutation - other.p_value_permutation) < 6 * first.permutation_std_error
    assert first.p_value_permutation == pytest.approx(first.p_value, abs=0.02)


def test_children_with_both_waves_only_aligned_by_index() -> None:
    pre = pd.Series([1.0, 2.0, 4.0, np.nan], index=["a", "b", "c", "d"])
    post = pd.Series([5.0, 6.0, 3.0, 9.0], index=["c", "a", "b", "e"])
    result = paired_change(pre, post)
    assert (result.n, result.n_dropped) == (3, 2)
    assert result.mean_change == pytest.approx((5 + 1 + 1) / 3)


def test_rounded_ties_undo_binary_noise() -> None:
    tenths = pd.Series([3, 3, 3, -3, 5, 6, -7, 3], dtype=float)
    pre = pd.Series([0.1, 0.2, 0.7, 1.1, 2.3, 0.6, 0.9, 4.7])
    noisy = paired_change(pre, pre + tenths / 10, ties="rounded")
    whole = paired_change(pd.Series(0.0, index=tenths.index), tenths)
    assert (noisy.w_plus, noisy.w_minus, noisy.ties) == (whole.w_plus, whole.w_minus, "rounded")
    assert noisy.p_value_wilcoxon == whole.p_value_wilcoxon
    zero = paired_change(pd.Series([0.1 + 0.2, 1.0, 1.0]), pd.Series([0.3, 2.0, 3.0]), ties="rounded")
    assert zero.n_nonzero == 2


def test_without_an_answer() -> None:
    few = paired_change(pd.Series([1.0, np.nan]), pd.Series([2.0, 3.0]))
    assert (few.status, few.reasons[0].key, few.reasons[0].values) == (
        "not_computable",
        "too_few_rows",
        {"n": 1, "minimum": 2},
    )
    same = paired_change(pd.Series([0.1, 0.7, 1.3]), pd.Series([0.3, 0.9, 1.5]))
    assert (same.status, same.reasons[0].key, same.reasons[0].values) == (
        "not_computable",
        "zero_variance",
        {"variable": "change"},
    )
    assert same.mean_change == pytest.approx(0.2) and math.isnan(same.p_value) and math.isnan(same.bf10)
    assert tuple(same.tidy()["term"]) == TERMS and same.tidy()["estimate"].isna().all()


def test_a_constant_pretest_has_no_correlation_but_a_change() -> None:
    result = paired_change(pd.Series([2.0] * 4), pd.Series([2.0, 3.0, 4.0, 4.0]))
    tidy = result.tidy().set_index("term")["estimate"]
    assert math.isnan(result.r) and math.isnan(tidy["d_rm"]) and math.isnan(tidy["smcr"])
    assert tidy["d_z"] > 0 and result.p_value < 1


def test_wrong_calls() -> None:
    pre, post = pd.Series([1.0, 2.0]), pd.Series([2.0, 4.0])
    with pytest.raises(ValueError, match="ties='mean'"):
        paired_change(pre, post, ties="mean")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="conf_level=95"):
        paired_change(pre, post, conf_level=95)


gains = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=4, max_size=12)


@settings(max_examples=60, deadline=None)
@given(pairs=gains, shift=st.integers(-100, 100))
def test_invariants(pairs: list[tuple[int, int]], shift: int) -> None:
    pre, post = (pd.Series(column, dtype=float) for column in zip(*pairs, strict=True))
    result, swapped = paired_change(pre, post), paired_change(post, pre)
    moved = paired_change(pre + shift, post + shift)
    assert result.status == swapped.status == moved.status
    if result.status == "not_computable":
        return
    for field in ("p_value", "p_value_wilcoxon", "p_value_permutation", "bf10"):
        assert getattr(swapped, field) == pytest.approx(getattr(result, field)), field
        assert getattr(moved, field) == pytest.approx(getattr(result, field)), field
        assert getattr(result, field) > 0
    own, other, away = (r.tidy().set_index("term") for r in (result, swapped, moved))
    for term in set(TERMS) - {"smcr"}:
        if not math.isnan(own.loc[term, "estimate"]):
            assert other.loc[term, "estimate"] == pytest.approx(-own.loc[term, "estimate"], abs=1e-9), term
            assert away.loc[term, "estimate"] == pytest.approx(own.loc[term, "estimate"], abs=1e-9), term
    for term in ("mean_change", "d_z", "smcc"):
        low, estimate, high = own.loc[term, ["conf_low", "estimate", "conf_high"]]
        assert low <= estimate <= high
        assert other.loc[term, "conf_low"] == pytest.approx(-high, abs=1e-6)
    assert result.w_plus + result.w_minus == result.n_nonzero * (result.n_nonzero + 1) / 2


@settings(max_examples=30, deadline=None)
@given(pairs=gains)
def test_every_child_twice_changes_d_by_its_degrees_of_freedom_only(pairs: list[tuple[int, int]]) -> None:
    pre, post = (pd.Series(column, dtype=float) for column in zip(*pairs, strict=True))
    once = paired_change(pre, post)
    twice = paired_change(pd.concat([pre, pre], ignore_index=True), pd.concat([post, post], ignore_index=True))
    if once.status == "not_computable":
        return
    factor = math.sqrt((2 * once.n - 1) / (2 * (once.n - 1)))
    d_once, d_twice = (r.tidy().set_index("term")["estimate"] for r in (once, twice))
    assert twice.mean_change == pytest.approx(once.mean_change)
    for term in ("d_z", "d_av"):
        assert d_twice[term] == pytest.approx(factor * d_once[term], abs=1e-9)
    assert d_twice["rank_biserial"] == pytest.approx(d_once["rank_biserial"], abs=0.2)
