"""Factor models where data do not carry them: small, flat, repeated, holed answers, and wrong calls."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from cfa_facts import AC, CE, HS, data

from efficacy.psychometrics import CfaResult, compare_models, fit_cfa

FIVE = pd.DataFrame(np.random.default_rng(4).integers(1, 6, (12, 5)).astype(float)).add_prefix("i")
TWELVE = FIVE.assign(i5=np.random.default_rng(9).integers(1, 6, 12).astype(float))
ONE = {"a": ["i0", "i1", "i2", "i3", "i4"]}


def keys(found: CfaResult) -> list[str]:
    return [reason.key for reason in found.reasons]


@pytest.mark.parametrize(
    ("items", "model", "key", "values"),
    [
        (FIVE[["i0", "i1"]], {"a": ["i0", "i1"]}, "too_few_items", {"n_items": 2, "minimum": 3}),
        (FIVE.iloc[:5], ONE, "fewer_rows_than_items", {"n_used": 5, "n_items": 5}),
        (FIVE.iloc[:0], ONE, "fewer_rows_than_items", {"n_used": 0, "n_items": 5}),
        (FIVE.assign(i1=3.0), ONE, "zero_variance", {"items": ("i1",)}),
        (FIVE.assign(i1=math.nan), ONE, "empty_items", {"items": ("i1",)}),
        (FIVE.assign(i1=FIVE["i0"]), ONE, "singular_correlations", {"n_items": 5}),
    ],
)
@pytest.mark.parametrize("missing", ["listwise", "fiml"])
def test_not_computable_with_its_reason(
    items: pd.DataFrame, model: dict[str, list[str]], key: str, values: dict[str, object], missing: Any
) -> None:
    for estimator in ("ML", "MLR"):
        found = fit_cfa(items, model, missing=missing, estimator=estimator)  # type: ignore[arg-type]
        assert (found.status, keys(found), dict(found.reasons[0].values)) == ("not_computable", [key], values)
        assert not (found.converged or found.admissible)
        assert math.isnan(found.chisq)
        numbers = found.tidy().drop(columns=["term", "kind", "lhs", "rhs", "free"])
        assert numbers.isna().all(axis=None)
        assert len(found.tidy()) > 0
        assert found.loadings.shape == (len(model["a"]), 1)
        assert len(found.glance()) == 1
        assert found.residuals.empty
        assert found.modification_indices.empty


def test_more_parameters_than_moments() -> None:
    found = fit_cfa(FIVE, {"a": ["i0", "i1"], "b": ["i1", "i2"], "c": ["i0", "i2"]})
    assert keys(found) == ["more_parameters_than_moments"]
    assert found.reasons[0].values == {"n_parameters": 12, "n_moments": 6}


def test_two_first_order_factors_do_not_determine_a_general_one() -> None:
    found = fit_cfa(data("bfi_n1000"), AC, structure="second_order")
    assert found.status == "not_computable"
    assert keys(found)[-1] in ("not_identified", "not_converged")


def test_three_items_of_one_factor_leave_no_degrees_of_freedom() -> None:
    found = fit_cfa(data("hs1939"), {"textual": HS["textual"]})
    assert (found.status, found.df) == ("flagged", 0)
    assert keys(found) == ["no_degrees_of_freedom"]
    assert found.chisq == pytest.approx(0, abs=1e-8)
    assert math.isnan(found.p_value)
    assert math.isnan(found.rmsea)
    assert found.modification_indices.empty
    robust = fit_cfa(data("hs1939"), {"textual": HS["textual"]}, estimator="MLR")
    assert math.isnan(robust.chisq_scaled)  # type: ignore[arg-type]
    assert (robust.tidy().query("free")["std_error"] > 0).all()


def test_improper_factor_correlations_are_said() -> None:
    items = data("bfi_n1000")
    model = {"one": ["N1", "N4", "E5"], "other": ["N2", "N3", "N5"]}  # one scale cut in two
    for identification in ("marker", "std_lv"):
        found = fit_cfa(items, model, identification=identification)  # type: ignore[arg-type]
        assert (found.status, keys(found)) == ("flagged", ["improper_factor_covariances"])
        assert not found.admissible
        assert found.factor_correlations.loc["one", "other"] == pytest.approx(1.1228, abs=1e-4)


@pytest.mark.parametrize("structure", ["correlated", "second_order", "bifactor"])
@pytest.mark.parametrize("estimator", ["ML", "MLR", "MLM"])
def test_twelve_respondents_never_raise(structure: Any, estimator: Any) -> None:
    model = {"a": ["i0", "i1", "i2"], "b": ["i3", "i4", "i5"]}
    found = fit_cfa(TWELVE, model, structure=structure, estimator=estimator)
    assert (found.status == "not_computable") != found.converged
    assert math.isfinite(found.chisq) == found.converged
    assert found.n_used == 12
    if found.converged:
        assert math.isnan(found.chisq_bartlett or math.nan) or found.chisq_bartlett < found.chisq  # type: ignore[operator]


def test_holes_without_overlap() -> None:
    items = data("hs1939").iloc[:40].copy()
    items.loc[items.index[:20], "x1"] = math.nan
    items.loc[items.index[20:], "x2"] = math.nan
    found = fit_cfa(items, HS, missing="fiml")
    assert keys(found) == ["pairs_too_small"]
    assert found.reasons[0].values == {"n_pairs": 1, "minimum": 2}
    assert fit_cfa(items, HS).n_used == 0


def test_a_row_without_answers_counts_as_dropped() -> None:
    items = data("bfi_n54")[[*CE["Consc"], *CE["Extra"]]].copy()
    items.iloc[3] = math.nan
    found = fit_cfa(items, CE, missing="fiml")
    assert (found.n_used, found.n_dropped) == (53, 1)
    one = fit_cfa(items.drop(index=items.index[3]), CE, missing="fiml")
    assert one.chisq == pytest.approx(found.chisq)


def test_much_missing_is_still_a_result_with_a_status() -> None:
    items = data("bfi_n54")[[*CE["Consc"], *CE["Extra"]]]
    holes = np.random.default_rng(1).random(items.shape) < 0.25
    found = fit_cfa(items.mask(holes), CE, missing="fiml", estimator="MLR")
    assert found.n_used == 54
    assert (found.status == "not_computable") == math.isnan(found.chisq)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"structure": "hierarchical"}, "structure"),
        ({"estimator": "GLS"}, "estimator"),
        ({"missing": "pairwise"}, "missing"),
        ({"identification": None}, "identification"),
        ({"conf_level": 95}, "conf_level"),
        ({"estimator": "MLM", "missing": "fiml"}, "MLM"),
        ({"model": {}}, "model"),
        ({"model": {"a": "i0"}}, "two or more"),
        ({"model": {"a": ["i0", "i0"]}}, "two or more"),
        ({"model": {"a": ["i0", "nowhere"]}}, "no columns"),
        ({"model": {"i0": ["i1", "i0"]}}, "both a factor and an item"),
        ({"model": {"general": ["i1", "i0"]}, "structure": "bifactor"}, "general"),
        ({"items": FIVE.to_numpy()}, "DataFrame"),
        ({"items": FIVE.astype(str)}, "numbers"),
    ],
)
def test_a_wrong_call_is_refused(option: dict[str, Any], message: str) -> None:
    arguments = {"items": FIVE, "model": ONE} | option
    with pytest.raises(ValueError, match=message):
        fit_cfa(arguments.pop("items"), arguments.pop("model"), **arguments)


def test_models_that_are_not_nested_are_told_by_their_fit() -> None:
    items = data("hs1939")
    good = fit_cfa(items, {**HS, "visual": [*HS["visual"], "x9"]})
    bad = fit_cfa(items, {"a": ["x1", "x2", "x4", "x9"], "b": ["x5", "x7"], "c": ["x3", "x6", "x8", "x9", "x1"]})
    assert good.df > bad.df
    found = compare_models(good, bad)
    assert [reason.key for reason in found.reasons] == ["not_nested"]
    assert math.isnan(found.statistic)
    assert math.isnan(found.p_value)
