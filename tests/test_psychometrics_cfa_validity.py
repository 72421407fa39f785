"""Variance extracted, composite reliability and omega of fitted factor models, against lavaan and semTools."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import pandas as pd
import pytest
from cfa_facts import AC, CE, HS, data
from psychometrics_facts import REFERENCE, assert_agrees, facts, table

from efficacy.psychometrics import ConvergentValidity, convergent_validity, fit_cfa, mcdonald_omega

FACTS = facts("cfa_validity")
BIG_FIVE = {
    **AC,
    "Extra": ["E1", "E2", "E3", "E4", "E5"],
    "Neuro": ["N1", "N2", "N3", "N4", "N5"],
}
MODELS = {"bfi_AC": AC, "bfi95_22": BIG_FIVE, "bfi54_CE": CE, "hs9": HS}
REVERSED = {"bfi_A": ["A1"], "bfi_AC": ["A1", "C4", "C5"], "bfi95_22": ["A1", "C4", "C5", "E1", "E2", "O2"],
            "bfi54_CE": ["C4", "C5", "E1", "E2"]}  # fmt: skip


def items_of(entry: dict[str, Any]) -> pd.DataFrame:
    """The complete rows of an entry's items, reversed as its setup says."""
    items = pd.read_csv(REFERENCE / entry["data"], encoding="utf-8")[entry["columns"]]
    reverse = REVERSED.get(entry["id"].split(".")[0], [])
    return items.assign(**{name: 7 - items[name] for name in reverse}).dropna()


@cache
def validity(name: str) -> ConvergentValidity:
    entry = FACTS[name]
    tag, kind, _ = name.split(".")
    model = {"F": entry["columns"]} if kind == "mcdonald" else MODELS[tag]
    return convergent_validity(fit_cfa(items_of(entry), model))


@pytest.mark.parametrize("name", [name for name in FACTS if name.endswith("mcdonald.ml")])
def test_one_factor_equals_lavaan(name: str) -> None:
    value, found = FACTS[name]["value"], validity(name).tidy().loc[0]
    ours = ["omega", "omega_observed", "composite_reliability", "ave", "ave_unstandardized"]
    theirs = ["omega_model", "omega_observed", "CR_std", "AVE_std", "AVE_unstd"]
    assert_agrees(found[ours], [value[key] for key in theirs], 1e-5)
    semtools = table(FACTS[name.replace(".ml", ".semTools")]["value"])["F"]
    assert_agrees(
        found[["omega", "omega_observed", "ave_unstandardized"]], semtools[["omega", "omega3", "avevar"]], 1e-5
    )
    loadings = FACTS[name.replace(".ml", ".std_loadings")]["value"]
    fit = fit_cfa(items_of(FACTS[name]), {"F": list(loadings)}, identification="std_lv")
    assert_agrees(fit.loadings["F"], list(loadings.values()), 1e-5)
    assert math.isnan(found["highest_correlation"])


@pytest.mark.parametrize("tag", MODELS)
def test_several_factors_equal_lavaan_and_semtools(tag: str) -> None:
    found = validity(f"{tag}.multi.reliability").tidy().set_index("factor")
    value = FACTS[f"{tag}.multi.reliability"]["value"]
    by_hand = table(FACTS[f"{tag}.multi.CR"]["value"])
    semtools = table(value["reliability"])
    correlations = table(value["factor_cor"])
    assert_agrees(found[["composite_reliability", "ave"]].T, by_hand[found.index], 1e-5)
    assert_agrees(found[["omega", "omega_observed", "ave_unstandardized"]].T,
                  semtools.loc[["omega", "omega3", "avevar"], found.index], 1e-5)  # fmt: skip
    assert_agrees(found["ave_unstandardized"], [value["AVE"][factor] for factor in found.index], 1e-5)
    assert_agrees(found["omega_observed"], [value["compRelSEM"][factor] for factor in found.index], 1e-5)
    highest = [correlations.loc[factor].drop(factor).abs().max() for factor in found.index]
    assert_agrees(found["highest_correlation"], highest, 1e-5)
    assert list(found["n_items"]) == [len(items) for items in MODELS[tag].values()]


def test_general_and_group_factors_share_the_variance_of_the_total_score() -> None:
    blocks = {"C": AC["Consc"], "N": ["N1", "N2", "N3", "N4", "N5"]}
    bifactor = fit_cfa(data("bfi_n1000"), blocks, structure="bifactor", identification="std_lv")
    found = convergent_validity(bifactor).tidy().set_index("factor")
    loadings = bifactor.tidy().query("kind == 'loading'")
    general = loadings.query("lhs == 'general'")["estimate"].sum()
    total = bifactor.implied.to_numpy().sum()
    assert found.loc["general", "omega"] == pytest.approx(general**2 / total)
    own = loadings.query("lhs == 'N'")["estimate"].sum()
    subscale = bifactor.implied.loc[blocks["N"], blocks["N"]].to_numpy().sum()
    assert found.loc["N", "omega"] == pytest.approx(own**2 / subscale)
    assert found["highest_correlation"].isna().all()


def test_a_second_order_factor_is_measured_through_its_factors() -> None:
    second = fit_cfa(data("hs1939"), HS, structure="second_order")
    found = convergent_validity(second).tidy().set_index("factor")
    table_ = second.tidy().set_index("term")
    through = sum(
        table_.loc[f"{factor} =~ {item}", "estimate"] * table_.loc[f"general =~ {factor}", "estimate"]
        for factor, items in HS.items()
        for item in items
    )
    variance = table_.loc["general ~~ general", "estimate"]
    assert found.loc["general", "omega"] == pytest.approx(through**2 * variance / second.implied.to_numpy().sum())
    assert found.loc["general", "n_items"] == 9


def test_mcdonalds_omega_of_one_scale_is_that_of_the_one_factor_model() -> None:
    items = items_of(FACTS["bfi54_CE.mcdonald.ml"])
    one = convergent_validity(fit_cfa(items, {"F": list(items.columns)})).tidy().loc[0, "omega"]
    assert mcdonald_omega(items, n_resamples=20).estimate == pytest.approx(one, abs=0.02)  # minres there, ML here


def test_of_a_model_without_solution_there_is_nothing_to_say() -> None:
    unsolved = fit_cfa(data("hs1939").assign(x1=2.0), HS)
    found = convergent_validity(unsolved)
    assert (found.status, found.reasons) == ("not_computable", unsolved.reasons)
    assert list(found.tidy()["factor"]) == list(HS)
    assert found.tidy()["ave"].isna().all()


def test_ordered_items_have_no_omega_of_the_sum() -> None:
    items = data("bfi_n1000")
    fit = fit_cfa(items, AC, estimator="WLSMV")
    found = convergent_validity(fit)
    assert "omega_of_ordered_items" in [reason.key for reason in found.reasons]
    assert found.tidy()[["omega", "omega_observed", "ave_unstandardized"]].isna().all(axis=None)
    loadings = fit.loadings.loc[AC["Consc"], "Consc"]
    assert found.tidy().set_index("factor").loc["Consc", "ave"] == pytest.approx((loadings**2).mean())
