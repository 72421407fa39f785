"""Measurement invariance of items treated as continuous, against lavaan, and where it is refused."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from cfa_facts import AC, HS, MEASURES, data
from psychometrics_facts import assert_agrees, facts, table

from efficacy.psychometrics import MeasurementInvariance, fit_cfa, group_congruence, measurement_invariance

FACTS = facts("cfa_invariance")
LEVELS = ["configural", "metric", "scalar", "strict"]
PARTIAL = ("x3 ~ 1", "x7~1", "visual=~x2", "x2 ~~ x2")
HS_ITEMS = [item for block in HS.values() for item in block]


@cache
def invariance(
    group: str, estimator: Any, missing: Any = "listwise", free: tuple[str, ...] = ()
) -> MeasurementInvariance:
    """Groups in lavaan's order, which is that of appearance."""
    items = data("bfi_n1000" if group == "gender" else "hs1939")
    by = items["school"] + " " + items["sex"].astype(str) if group == "cell" else items[group]
    by = by.astype(pd.CategoricalDtype(by.dropna().unique()))
    model = AC if group == "gender" else HS
    return measurement_invariance(items, model, group=by, estimator=estimator, missing=missing, free=free, minimum_n=50)


def check(found: MeasurementInvariance, fit: pd.DataFrame, tests: Any, within: float) -> None:
    levels = found.tidy().set_index("level").loc[LEVELS]
    columns = [name for name in fit.columns if name in MEASURES]
    assert len(columns) >= 7
    assert_agrees(levels[[MEASURES[name] for name in columns]], fit[columns], within)
    differences = levels.loc[LEVELS[1:], ["chisq_difference", "df_difference", "p_value_difference"]]
    assert_agrees(differences, tests, within)
    assert levels.loc["configural", ["chisq_difference", "delta_cfi"]].isna().all()
    for name in ("cfi", "rmsea", "srmr"):
        assert_agrees(levels[f"delta_{name}"][1:], np.diff(fit[name]), within)


@pytest.mark.parametrize("estimator", ["ML", "MLR"])
@pytest.mark.parametrize("tag", ["hs.school", "hs.sex", "bfi1000.gender"])
def test_levels_and_difference_tests_equal_lavaan(tag: str, estimator: str) -> None:
    value = FACTS[f"{tag}.invariance.{estimator}"]["value"]
    found = invariance(tag.split(".")[1], estimator)
    tests = [list(test.values()) for test in value["lrt"].values()]
    check(found, table(value["fit"]), tests, 1e-5 if estimator == "ML" else 1e-4)
    assert found.status == "ok"


@pytest.mark.parametrize("tag", ["hs.school", "hs.sex", "bfi1000.gender"])
def test_latent_means_equal_lavaan(tag: str) -> None:
    expected = pd.DataFrame(FACTS[f"{tag}.scalar.latent_means"]["value"])
    means = invariance(tag.split(".")[1], "ML").factor_means
    assert_agrees(means["estimate"], expected["est"], 1e-4)
    moving = (expected["se"] > 0).to_numpy()
    ours, theirs = means[moving], expected[moving]
    assert_agrees(ours[["std_error", "statistic", "p_value"]], theirs[["se", "z", "pvalue"]], 1e-4)
    assert means["std_error"].notna().tolist() == moving.tolist()


@pytest.mark.parametrize(
    ("name", "group", "options"),
    [
        ("hs.school.partial.ML", "school", {"free": PARTIAL}),
        ("hs.cells.ML", "cell", {}),
        ("bfi1000.gender.FIML.MLR", "gender", {"missing": "fiml"}),
    ],
)
def test_partial_invariance_four_groups_and_missing_answers_equal_lavaan(
    name: str, group: str, options: dict[str, Any]
) -> None:
    value = FACTS[name]["value"]
    found = invariance(group, name.rsplit(".", 1)[1], **options)
    within = 1e-3 if "FIML" in name else 2e-5
    check(found, table(value["fit"]), table(value["difference"]).to_numpy(), within)
    expected = pd.DataFrame(value["parameters"])
    ours = found.parameters[found.parameters["level"] == "scalar"]
    numbers = ours["group"].map({label: number + 1 for number, label in enumerate(found.groups["group"])})
    ours = ours.assign(group=numbers).set_index(["term", "group"])
    theirs = expected.set_index(["term", "group"])
    assert set(theirs.index) == set(ours.index)
    ours = ours.loc[theirs.index]
    assert_agrees(ours["estimate"], theirs["est"], max(within, 1e-4))
    assert_agrees(ours["std_error"].fillna(0), theirs["se"], max(within, 1e-4))


def test_a_marker_that_is_freed_passes_its_office_on() -> None:
    expected = FACTS["hs.marker.partial.ML"]["value"]
    found = invariance("school", "ML", free=("visual =~ x1",)).tidy().set_index("level").loc["metric"]
    assert_agrees([found[MEASURES[name]] for name in expected], list(expected.values()), 1e-5)


def test_the_order_of_groups_and_items_leaves_fit_alone() -> None:
    items, school = data("hs1939"), data("hs1939")["school"]
    one = invariance("school", "ML").tidy()
    backwards = items[HS_ITEMS[::-1]].sample(frac=1, random_state=1)
    two = measurement_invariance(
        backwards,
        {name: block[::-1] for name, block in HS.items()},
        group=school.map({"Pasteur": "b", "Grant-White": "a"}),
    )
    for column in ("chisq", "df", "cfi", "srmr", "aic", "chisq_difference"):
        np.testing.assert_allclose(two.tidy()[column], one[column], atol=1e-5)
    assert (one["chisq"].diff().dropna() > 0).all()
    assert (one["df"].diff().dropna() > 0).all()
    apart = [fit_cfa(items[school == name], HS, missing="fiml").chisq for name in ("Pasteur", "Grant-White")]
    assert one.loc[0, "chisq"] == pytest.approx(sum(apart), abs=1e-6)  # configural: each group by itself


def test_small_groups_are_refused_and_their_congruence_is_given() -> None:
    items = data("hs1939")
    found = measurement_invariance(items, HS, group=items["school"], minimum_n=150)
    assert found.status == "not_computable"
    assert [(r.key, r.values) for r in found.reasons] == [
        ("groups_too_small", {"levels": ("Grant-White",), "minimum": 150})
    ]
    assert list(found.tidy()["level"]) == LEVELS
    assert found.tidy()[["chisq", "cfi", "delta_cfi"]].isna().all(axis=None)
    assert set(found.tidy()["status"]) == {"not_computable"}
    assert found.factor_means.empty
    alone = group_congruence(items, HS, group=items["school"])
    pd.testing.assert_frame_equal(found.congruence, alone.tidy())
    assert alone.status == "ok"
    assert (alone.tidy()["congruence"] > 0.99).all()
    assert alone.tidy().loc[0, ["n", "other_n", "n_items"]].tolist() == [145, 156, 3]


def test_twelve_children_in_a_group_are_refused_whatever_the_minimum() -> None:
    items = data("hs1939").iloc[:40]
    group = pd.Series(["few"] * 8 + ["many"] * 32, index=items.index)
    found = measurement_invariance(items, HS, group=group, minimum_n=1)
    assert [(r.key, r.values["minimum"]) for r in found.reasons] == [("groups_too_small", 10)]


def test_an_item_without_variance_in_one_group_is_refused() -> None:
    items = data("hs1939")
    flat = items.assign(x4=items["x4"].where(items["school"] == "Pasteur", 3.0))
    found = measurement_invariance(flat, HS, group=items["school"])
    assert [(r.key, r.values) for r in found.reasons] == [
        ("zero_variance_in_groups", {"items": ("x4",), "levels": ("Grant-White",)})
    ]
    congruence = group_congruence(flat, HS, group=items["school"])
    assert [reason.key for reason in congruence.reasons] == ["groups_without_loadings"]
    by_factor = congruence.tidy().set_index("factor")["congruence"]
    assert math.isnan(by_factor["textual"])
    assert by_factor[["visual", "speed"]].notna().all()


def test_one_group_is_no_comparison_and_rows_without_a_group_are_dropped() -> None:
    items = data("hs1939")
    one = pd.Series("all", index=items.index)
    found = measurement_invariance(items, HS, group=one)
    assert [reason.key for reason in found.reasons] == ["fewer_than_two_levels"]
    assert group_congruence(items, HS, group=one).status == "not_computable"
    some = items["school"].where(items.index > 9)
    dropped = measurement_invariance(items, HS, group=some)
    assert (dropped.n_used, dropped.n_dropped) == (291, 10)
    assert dropped.groups["n"].sum() == 291


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"estimator": "MLM"}, "estimator"),
        ({"missing": "pairwise"}, "missing"),
        ({"free": ["x1 ~~ x2"]}, "no such parameter"),
        ({"minimum_n": 0}, "minimum_n"),
        ({"conf_level": 1}, "conf_level"),
        ({"group": ["a", "b"]}, "group"),
        ({"group": pd.Series(["a"] * 301, index=[0] * 301)}, "repeated"),
    ],
)
def test_a_wrong_call_is_refused(option: dict[str, Any], message: str) -> None:
    items = data("hs1939")
    with pytest.raises(ValueError, match=message):
        measurement_invariance(items, HS, **({"group": items["school"]} | option))
