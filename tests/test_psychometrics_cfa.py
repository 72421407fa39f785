"""Confirmatory factor analysis against lavaan: every field of every continuous estimator."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from cfa_facts import AC, CE, HS, MEASURES, data, fitted, terms
from psychometrics_facts import assert_agrees, facts, table

from efficacy.psychometrics import CfaResult, compare_models, fit_cfa

FACTS = facts("cfa")
FITS = [name for name, entry in FACTS.items() if {"fit", "parameters"} <= set(entry["value"]) and name[:5] != "bfi54"]
IMPROPER_ROBUST = "hs.bifactor.MLR"  # a variance below 0: lavaan's numerical Hessian is good to three digits there
LOOSE = {"bfi1000.second5.MLR": 3e-3, "hs.bifactor.MLR": 5e-3}
"""Standard errors whose reference rests on a numerical Hessian some way off the minimum."""


def tolerance(entry: dict[str, Any]) -> float:
    """lavaan stops within 4e-5 of the minimum in parameters; ours is at it to 1e-9."""
    return max(float(entry["tolerance"]), 4e-5)


def signs(ours: pd.Series, theirs: pd.Series) -> dict[str, float]:
    """By factor, whether it points the other way: with factor variances fixed its direction is a convention."""
    loadings = [term for term in theirs.index if " =~ " in term and theirs[term] != 0]
    found: dict[str, float] = {}
    for term in loadings:
        factor, _, item = term.split(" ")
        below = found.get(item, 1.0)
        found.setdefault(factor, float(np.sign(ours[term] * theirs[term])) * below)
    return found


def turned(term: str, sign: dict[str, float]) -> float:
    left, operator, *right = term.split(" ")
    names = [left, *right] if operator in ("=~", "~~") else [left]
    return float(np.prod([sign.get(name, 1.0) for name in names]))


def check(entry: dict[str, Any], kind: str, ours: list[str], theirs: list[str], within: float) -> None:
    """Estimates, standard errors, z, p and interval of every parameter lavaan lists as free."""
    found = fitted(entry)
    expected = pd.DataFrame(entry["value"][kind])
    expected = expected.set_index(terms(expected, found.structure))
    table_ = found.tidy().set_index("term")
    listed = [term for term in expected.index if term in table_.index]
    absent = expected.drop(index=listed)
    assert (absent[theirs[0]].abs() < 1e-12).all()  # only what bifactor models fix to 0
    sign = signs(table_[ours[0]], expected[theirs[0]])
    direction = np.array([turned(term, sign) for term in listed])
    mine, other = table_.loc[listed, ours], expected.loc[listed, theirs]
    assert_agrees(mine[ours[0]] * direction, other[theirs[0]], within)
    free = (other[theirs[1]] > 1e-9).to_numpy()
    assert (mine[ours[1]].notna().to_numpy() == free).all()
    mine, other, direction = mine[free], other[free], direction[free]
    within = LOOSE.get(entry["id"], within)
    assert_agrees(mine[ours[1]], other[theirs[1]], within)
    assert_agrees(
        mine[ours[2]] * direction, other[theirs[2]], 1e-3 if within < 1e-3 else within
    )  # small errors blow up
    assert_agrees(mine[ours[3]], other[theirs[3]], max(within, 1e-4))
    ends = np.where(direction[:, None] > 0, mine[ours[4:]], -mine[ours[:3:-1]])
    assert_agrees(ends, other[theirs[4:]], 2 * within)


@pytest.mark.parametrize("name", FITS)
def test_fit_measures_equal_lavaan(name: str) -> None:
    entry, found = FACTS[name], fitted(FACTS[name])
    expected = {key: value for key, value in entry["value"]["fit"].items() if key in MEASURES and value is not None}
    within = 1e-3 if name == IMPROPER_ROBUST else float(entry["tolerance"])
    assert_agrees([getattr(found, MEASURES[key]) for key in expected], list(expected.values()), within)
    assert found.converged
    assert len(expected) >= 17


@pytest.mark.parametrize("name", FITS)
def test_parameters_equal_lavaan(name: str) -> None:
    columns = ["estimate", "std_error", "statistic", "p_value", "conf_low", "conf_high"]
    theirs = ["est", "se", "z", "pvalue", "ci.lower", "ci.upper"]
    check(FACTS[name], "parameters", columns, theirs, tolerance(FACTS[name]))


@pytest.mark.parametrize("name", [name for name in FITS if "standardized" in FACTS[name]["value"]])
def test_the_standardised_solution_equals_lavaan(name: str) -> None:
    stem = "standardized_"
    columns = [
        "standardized",
        *(stem + part for part in ("std_error", "statistic", "p_value", "conf_low", "conf_high")),
    ]
    theirs = ["est.std", "se", "z", "pvalue", "ci.lower", "ci.upper"]
    check(FACTS[name], "standardized", columns, theirs, tolerance(FACTS[name]))


@pytest.mark.parametrize("name", [name for name in FITS if FACTS[name]["value"].get("r2")])
def test_explained_variance_and_admissibility_equal_lavaan(name: str) -> None:
    value, found = FACTS[name]["value"], fitted(FACTS[name])
    shares = {item: share for item, share in value["r2"].items() if share is not None}  # not of negative variances
    assert_agrees(found.r_squared[list(shares)], list(shares.values()), 1e-5)
    assert found.admissible == value["admissible"]
    assert (found.n_used, found.missing == "fiml") == (value["n"], value["missing"] == "ml")
    assert [reason.key for reason in found.reasons] == ([] if value["admissible"] else ["heywood_case"])


@pytest.mark.parametrize("name", [name for name in FITS if "modindices_top10" in FACTS[name]["value"]])
def test_the_largest_modification_indices_equal_lavaan(name: str) -> None:
    expected, found = pd.DataFrame(FACTS[name]["value"]["modindices_top10"]), fitted(FACTS[name])
    largest = found.modification_indices.head(10)
    assert list(largest["term"]) == list(terms(expected, found.structure))
    assert_agrees(largest["statistic"], expected["mi"], 1e-4)
    assert_agrees(largest["epc"].abs(), expected["epc"].abs(), 1e-4)
    proper = largest["epc_standardized"].notna()  # in units of a negative variance there is none
    assert proper.all() or not found.admissible
    assert_agrees(largest["epc_standardized"].abs()[proper], expected["sepc.all"].abs()[proper], 1e-4)


@pytest.mark.parametrize(("name", "model", "missing"), [("hs.three", HS, "listwise"), ("bfi1000.two.FIML", AC, "fiml")])
def test_every_modification_index_equals_lavaan(name: str, model: dict[str, list[str]], missing: Any) -> None:
    expected = pd.DataFrame(FACTS[f"{name}.modindices"]["value"]).set_index("term")
    found = fit_cfa(data("hs1939" if model is HS else "bfi_n1000"), model, missing=missing).modification_indices
    assert set(found["term"]) == set(expected.index)
    together = found.set_index("term").loc[expected.index]
    assert_agrees(together[["statistic", "epc", "epc_standardized"]], expected[["mi", "epc", "sepc.all"]], 2e-4)


def test_residuals_equal_lavaan() -> None:
    value = FACTS["hs.three.residuals"]["value"]
    found = fit_cfa(data("hs1939"), HS)
    residuals = found.residuals
    kinds = {"residual": "raw", "correlation_residual": "cor"}
    for column, kind in kinds.items():
        expected = table(value[kind])
        assert_agrees(
            residuals[column], [expected.loc[i, j] for i, j in residuals[["item", "other_item"]].values], 1e-5
        )
    apart = residuals[residuals["item"] != residuals["other_item"]]
    expected = table(value["standardized"])
    assert_agrees(apart["statistic"], [expected.loc[i, j] for i, j in apart[["item", "other_item"]].values], 2e-4)
    assert residuals.drop(apart.index)["statistic"].isna().all()  # the model reproduces variances whatever the data
    np.testing.assert_allclose(residuals["observed"] - residuals["implied"], residuals["residual"], atol=1e-12)
    wide = residuals.pivot(index="other_item", columns="item", values="implied")
    for item, other in (("x1", "x9"), ("x4", "x5")):
        assert found.implied.loc[item, other] == pytest.approx(wide.loc[other, item])
    np.testing.assert_allclose(
        found.observed, np.cov(data("hs1939")[[*HS["visual"], *HS["textual"], *HS["speed"]]].T, ddof=0)
    )


@pytest.mark.parametrize(("name", "missing", "estimator"), [
    ("bfi54.CE.ML", "listwise", "ML"), ("bfi54.CE.FIML", "fiml", "ML"), ("bfi54.CE.FIML.MLR", "fiml", "MLR"),
])  # fmt: skip
def test_forty_seven_of_fifty_four_respondents_equal_lavaan(name: str, missing: Any, estimator: Any) -> None:
    entry = FACTS[name]
    found = fit_cfa(data("bfi_n54"), CE, missing=missing, estimator=estimator)
    expected, within = entry["value"]["fit"], float(entry["tolerance"])
    # lavaan's traces for missing answers differ from ours by about 2 / n, which is in the fourth digit here
    robust = [key for key in expected if key.endswith(".robust") and missing == "fiml"]
    plain = [key for key in expected if key not in robust]
    assert_agrees([getattr(found, MEASURES[key]) for key in plain], [expected[key] for key in plain], within)
    if robust:
        assert_agrees([getattr(found, MEASURES[key]) for key in robust], [expected[key] for key in robust], 1e-3)
    assert (found.n_used, found.n_dropped) == ((54, 0) if missing == "fiml" else (47, 7))
    for kind, columns in (("parameters", ["estimate", "std_error"]), ("standardized", ["standardized"] * 2)):
        columns = [columns[0], columns[1] if kind == "parameters" else "standardized_std_error"]
        theirs = pd.DataFrame(entry["value"][kind]).set_index("term")
        ours = found.tidy().set_index("term").loc[theirs.index, columns].fillna(0)
        assert_agrees(ours, theirs[["est", "se"]], max(within, 4e-5))


def test_corrections_for_small_samples_by_hand() -> None:
    value = FACTS["hs.three.small_sample"]["value"]
    found = fit_cfa(data("hs1939"), HS)
    assert_agrees([found.chisq_bartlett, found.chisq_swain], [value["bartlett"], value["swain"]], 1e-7)
    assert found.p_value_bartlett > found.p_value_swain > found.p_value  # type: ignore[operator]
    robust = fit_cfa(data("hs1939"), HS, estimator="MLR")
    assert robust.chisq_bartlett is None
    assert "chisq_bartlett" not in robust.glance()


@pytest.mark.parametrize("estimator", ["ML", "MLR"])
def test_difference_tests_equal_lavaan(estimator: Any) -> None:
    value = FACTS[f"hs.one_three.{estimator}.difference"]["value"]
    everything = {"g": [item for items in HS.values() for item in items]}
    freer, restricted = (fit_cfa(data("hs1939"), model, estimator=estimator) for model in (HS, everything))
    found = compare_models(restricted, freer)
    assert_agrees([found.statistic, found.df], [value["lrt"]["statistic"], value["lrt"]["df"]], 1e-5)
    assert found.p_value == pytest.approx(value["lrt"]["p"], rel=1e-3)
    if estimator == "ML":
        deltas = {
            name: value["restricted"][name] - value["freer"][name] for name in ("cfi", "rmsea", "srmr", "aic", "bic")
        }
        assert_agrees([getattr(found, f"delta_{name}") for name in deltas], list(deltas.values()), 1e-6)
    assert found.tidy().loc[0, "statistic"] == found.statistic


def test_models_that_cannot_be_compared() -> None:
    items = data("hs1939")
    three = fit_cfa(items, HS)
    with pytest.raises(ValueError, match="degrees of freedom"):
        compare_models(three, three)
    with pytest.raises(ValueError, match="estimator"):
        compare_models(fit_cfa(items, HS, estimator="MLR"), three)
    with pytest.raises(ValueError, match="n_used"):
        compare_models(fit_cfa(items.iloc[:200], {"g": ["x1", "x2", "x3"]}), three)
    unsolved = fit_cfa(items.assign(x1=1.0), HS)
    found = compare_models(unsolved, three)
    assert [reason.key for reason in found.reasons] == ["model_without_solution"]
    assert math.isnan(found.statistic)


def test_a_weak_marker_leads_to_the_same_fit_as_no_marker() -> None:
    """lavaan does not converge on this model with the first item as marker, nor on the bifactor model."""
    items, entry = data("bfi_n95"), FACTS["bfi95.two22.ML"]
    model = {
        "Soc": ["A1", "A2", "A3", "A4", "A5", "E1", "E2", "E3", "E4", "E5", "O1"],
        "Task": ["C1", "C2", "C3", "C4", "C5", "N1", "N2", "N3", "N4", "N5", "O2"],
    }
    found = fit_cfa(items, model)
    assert found.chisq == pytest.approx(entry["value"]["fit"]["chisq"], abs=1e-5)
    bifactor = fit_cfa(data("hs1939"), HS, structure="bifactor")
    assert bifactor.chisq == pytest.approx(FACTS["hs.bifactor.ML"]["value"]["fit"]["chisq"], abs=1e-5)
    standard = fitted(FACTS["hs.bifactor.ML"])
    np.testing.assert_allclose(bifactor.loadings.abs(), standard.loadings.abs(), atol=1e-6)


def test_results_are_of_the_shape_that_is_promised() -> None:
    found = fitted(FACTS["hs.second.ML"])
    assert isinstance(found, CfaResult)
    assert list(found.loadings.columns) == ["visual", "textual", "speed"]
    assert list(found.factor_correlations.columns) == ["visual", "textual", "speed", "general"]
    standard = found.tidy().set_index("term")["standardized"]
    assert found.factor_correlations.loc["visual", "general"] == pytest.approx(standard["general =~ visual"])
    assert found.loadings.loc["x5", "textual"] == pytest.approx(standard["textual =~ x5"])
    assert found.loadings.loc["x5", "visual"] == 0
    np.testing.assert_allclose(np.diag(found.factor_correlations), 1)
    assert found.structure == "second_order"
    assert found.rmsea_conf_level == 0.90
    assert found.conf_level == 0.95
    assert (found.n_items, found.n_factors, found.n_dropped) == (9, 4, 0)
