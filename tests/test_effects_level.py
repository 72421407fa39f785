"""Level against a declared reference: R's one-sample numbers, taken from the same differences as its paired tests."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from effects_facts import agrees, data, facts
from hypothesis import given, settings, strategies as st

from efficacy.effects import compare_to_reference

FACTS = facts("change")
TAGS = ["sleep", "shoes", "anorexia12", "baumann.pre_post1"]


def differences(tag: str) -> pd.Series:
    entry = FACTS[f"{tag}.describe"]
    frame = data(entry["data"].removeprefix("data/").removesuffix(".csv"), entry.get("filter"))
    pre, post = entry["columns"][:2]
    return frame[post] - frame[pre]


@pytest.mark.parametrize("tag", TAGS)
@pytest.mark.parametrize("reference", [0.0, 50.0])
def test_equals_r(tag: str, reference: float) -> None:
    result = compare_to_reference(differences(tag) + reference, reference=reference)
    t, d, g, described = (FACTS[f"{tag}.{name}"] for name in ("t.paired", "d_z_ci", "g_z_ci", "describe"))
    for field, name in (
        ("statistic", "t"),
        ("df", "df"),
        ("p_value", "p"),
        ("conf_low", "ci_low"),
        ("conf_high", "ci_high"),
    ):
        assert agrees(getattr(result, field), t["value"][name], t), field
    for field, entry, name in (("d", d, "Cohens_d"), ("g", g, "Hedges_g")):
        assert agrees(getattr(result, field), entry["value"][name][0], entry)
        assert agrees(getattr(result, f"{field}_conf_low"), entry["value"]["CI_low"][0], entry)
        assert agrees(getattr(result, f"{field}_conf_high"), entry["value"]["CI_high"][0], entry)
    values = described["value"]
    assert result.n == result.n_used == values["n"]
    assert result.mean == pytest.approx(values["mean_diff"] + reference, rel=1e-12)
    assert result.sd == pytest.approx(values["sd_diff"], rel=1e-9)
    assert result.difference == pytest.approx(values["mean_diff"], rel=1e-9)
    assert result.std_error == pytest.approx(values["sd_diff"] / math.sqrt(values["n"]), rel=1e-9)
    tidy = result.tidy().set_index("term")
    assert list(tidy.index) == ["difference", "d", "g"]
    assert list(tidy["estimate"]) == [result.difference, result.d, result.g]
    assert tidy.loc["d", "conf_low"] == result.d_conf_low and tidy.loc["g", "conf_high"] == result.g_conf_high


def test_share_below_counts_strictly_and_after_deletion() -> None:
    result = compare_to_reference(pd.Series([1.0, 2.0, 3.0, 4.0, np.nan]), reference=3.0)
    assert result.share_below == 0.5
    assert (result.n_used, result.n_dropped, result.reference) == (4, 1, 3.0)


@pytest.mark.parametrize(("scores", "key"), [([3.0], "too_few_rows"), ([2.0, 2.0, 2.0], "zero_variance")])
def test_without_an_answer(scores: list[float], key: str) -> None:
    result = compare_to_reference(pd.Series(scores), reference=1.0)
    assert (result.status, result.reasons[0].key) == ("not_computable", key)
    assert result.mean == scores[0] and math.isnan(result.p_value) and math.isnan(result.g)


def test_wrong_reference() -> None:
    with pytest.raises(ValueError, match="reference=nan"):
        compare_to_reference(pd.Series([1.0, 2.0]), reference=math.nan)


@settings(max_examples=50, deadline=None)
@given(scores=st.lists(st.integers(1, 5), min_size=3, max_size=40), shift=st.integers(-20, 20))
def test_invariants(scores: list[int], shift: int) -> None:
    series = pd.Series(scores, dtype=float)
    result = compare_to_reference(series, reference=3.0)
    moved = compare_to_reference(series + shift, reference=3.0 + shift)
    mirrored = compare_to_reference(6 - series, reference=3.0)
    assert result.status == moved.status == mirrored.status
    if result.status == "not_computable":
        return
    assert moved.d == pytest.approx(result.d, abs=1e-9) and moved.share_below == result.share_below
    assert mirrored.d == pytest.approx(-result.d, abs=1e-9)
    assert mirrored.p_value == pytest.approx(result.p_value)
    assert result.conf_low <= result.difference <= result.conf_high
    assert result.d_conf_low <= result.d <= result.d_conf_high
    assert result.g_conf_low <= result.g <= result.g_conf_high
    assert abs(result.g) <= abs(result.d)
