"""Sampling adequacy and sphericity: against psych, and what must hold for any answers."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from psychometrics_facts import assert_agrees, facts, items_of, with_correlations

from efficacy.psychometrics import factorability

FACTS = facts("factorability")
TAGS = sorted({name.rsplit(".", 1)[0] for name in FACTS})


@pytest.mark.parametrize("tag", TAGS)
def test_equals_psych(tag: str) -> None:
    kmo, bartlett = FACTS[f"{tag}.kmo"]["value"], FACTS[f"{tag}.bartlett"]["value"]
    found = factorability(items_of(FACTS[f"{tag}.kmo"]))
    assert_agrees(found.kmo, kmo["MSA"])
    assert_agrees(found.tidy()["msa"], [kmo["MSAi"][item] for item in found.tidy()["item"]])
    assert_agrees(found.bartlett_chisq, bartlett["chisq"])
    assert_agrees(found.bartlett_df, bartlett["df"])
    assert_agrees(found.bartlett_p_value, bartlett["p.value"])
    assert found.determinant == pytest.approx(FACTS[f"{tag}.determinant"]["value"]["det"], rel=1e-8)
    eigenvalues = np.linalg.eigvalsh(items_of(FACTS[f"{tag}.kmo"]).dropna().corr())[::-1]
    assert_agrees(eigenvalues, FACTS[f"{tag}.eigenvalues"]["value"])
    assert found.determinant == pytest.approx(eigenvalues.prod(), rel=1e-8)
    assert found.status == "ok"


def test_two_items_have_a_kmo_of_one_half() -> None:
    found = factorability(with_correlations([[1, 0.6], [0.6, 1]], n=30))
    assert found.kmo == pytest.approx(0.5)
    assert found.bartlett_chisq == pytest.approx(-(29 - 9 / 6) * math.log(1 - 0.36))
    assert found.bartlett_df == 1


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(1e-6, 1e6), st.floats(-100, 100))
def test_order_unit_and_origin_of_items_are_irrelevant(seed: int, scale: float, shift: float) -> None:
    generator = np.random.default_rng(seed)
    items = pd.DataFrame(generator.standard_normal((40, 5)) + generator.standard_normal((40, 1))).add_prefix("i")
    one = factorability(items)
    moved = items[items.columns[::-1]].assign(i0=items["i0"] * -scale + shift * scale)
    two = factorability(moved)
    assert one.kmo == pytest.approx(two.kmo, abs=1e-9)
    assert one.bartlett_chisq == pytest.approx(two.bartlett_chisq, abs=1e-6)
    np.testing.assert_allclose(two.msa[one.msa.index], one.msa, atol=1e-9)
    assert 0 <= one.kmo <= 1


def test_small_variances_do_not_change_the_kmo() -> None:
    items = items_of(FACTS["hs9.nf3.kmo"])
    assert factorability(items * 1e-4).kmo == pytest.approx(factorability(items).kmo, abs=1e-12)


def test_rows_with_a_missing_answer_are_dropped() -> None:
    items = items_of(FACTS["hs9.nf3.kmo"]).astype(float)
    holed = items.mask((items.index.to_numpy()[:, None] < 10) & (np.arange(9) == 2))
    found = factorability(holed)
    assert (found.n_used, found.n_dropped) == (291, 10)
    assert found.kmo == factorability(items.iloc[10:]).kmo


@pytest.mark.parametrize(
    ("items", "key"),
    [
        (pd.DataFrame({"a": [1.0, 2, 3]}), "too_few_items"),
        (pd.DataFrame({"a": [1.0, 2], "b": [2.0, 1]}), "fewer_rows_than_items"),
        (pd.DataFrame({"a": [1.0, 2, 3, 5], "b": [3.0] * 4}), "zero_variance"),
        (pd.DataFrame({"a": [1.0, 2, 3, 5], "b": [math.nan] * 4}), "empty_items"),
        (pd.DataFrame({"a": [1.0, 2, 3, 5], "b": [1.0, 2, 3, 5]}), "singular_correlations"),
        (pd.DataFrame({"a": [1.0, 2, 3, 5], "b": [5.0, 4, 3, 1]}), "singular_correlations"),
    ],
)
def test_not_computable_with_its_reason(items: pd.DataFrame, key: str) -> None:
    found = factorability(items)
    assert found.status == "not_computable"
    assert [reason.key for reason in found.reasons] == [key]
    assert math.isnan(found.kmo)
    assert math.isnan(found.bartlett_p_value)
    assert found.tidy()["msa"].isna().all()
    assert len(found.glance()) == 1
