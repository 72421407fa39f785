"""Factor models of ordered answers: against lavaan and semTools, and what must hold for any answers."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
import pytest
from psychometrics_facts import assert_agrees, facts, table
from reference_facts import REFERENCE

from efficacy.psychometrics.cfa.fit import fit_cfa
from efficacy.psychometrics.cfa.ordinal_estimation import OrdinalEstimation, OrdinalEstimator, estimate_ordinal, srmr
from efficacy.psychometrics.cfa.ordinal_fit import fit_fields
from efficacy.psychometrics.cfa.ordinal_invariance import (
    OrdinalLevel,
    OrdinalSequence,
    differing_categories,
    levels_of,
    ordinal_levels,
)
from efficacy.psychometrics.cfa.ordinal_moments import OrdinalModel
from efficacy.psychometrics.cfa.ordinal_sample import ordinal_sample
from efficacy.psychometrics.cfa.ordinal_structures import specify_ordinal, started_ordinal
from efficacy.psychometrics.cfa.result import CfaResult
from efficacy.psychometrics.cfa.structures import Equal
from efficacy.psychometrics.cfa.wlsmv_variation import scaled_and_shifted
from efficacy.psychometrics.invariance import MeasurementInvariance, measurement_invariance

FACTS = facts("wlsmv")
TWO = {"Agree": [f"A{i}" for i in range(1, 6)], "Consc": [f"C{i}" for i in range(1, 6)]}
SOCIAL = {
    "Soc": ["A1", "A2", "A3", "A4", "A5", "E1", "E2", "E3", "E4", "E5", "O1"],
    "Task": ["C1", "C2", "C3", "C4", "C5", "N1", "N2", "N3", "N4", "N5", "O2"],
}
FIVE = {factor: [f"{factor}{i}" for i in range(1, 6)] for factor in "ACENO"}
MODELS = {"bfi1000.two": TWO, "bfi95.two10": TWO, "bfi95.two22": SOCIAL}
INDICES = {
    "chisq": "chisq",
    "df": "df",
    "baseline_chisq": "baseline.chisq",
    "baseline_df": "baseline.df",
    "cfi": "cfi",
    "tli": "tli",
    "rmsea": "rmsea",
    "rmsea_conf_low": "rmsea.ci.lower",
    "rmsea_conf_high": "rmsea.ci.upper",
    "p_close": "rmsea.pvalue",
    "srmr": "srmr",
    "n_parameters": "npar",
}
SCALED = {
    "chisq_scaled": "chisq.scaled",
    "p_value_scaled": "pvalue.scaled",
    "scaling_factor": "chisq.scaling.factor",
    "baseline_chisq_scaled": "baseline.chisq.scaled",
    "cfi_scaled": "cfi.scaled",
    "tli_scaled": "tli.scaled",
    "rmsea_scaled": "rmsea.scaled",
    "rmsea_scaled_conf_low": "rmsea.ci.lower.scaled",
    "rmsea_scaled_conf_high": "rmsea.ci.upper.scaled",
    "p_close_scaled": "rmsea.pvalue.scaled",
    "cfi_robust": "cfi.robust",
    "tli_robust": "tli.robust",
    "rmsea_robust": "rmsea.robust",
    "rmsea_robust_conf_low": "rmsea.ci.lower.robust",
    "rmsea_robust_conf_high": "rmsea.ci.upper.robust",
}
TOLERANCE = 1e-5  # closer than the references ask for: both sides are converged


@cache
def answers(name: str) -> pd.DataFrame:
    return pd.read_csv(REFERENCE / f"data/{name}.csv", encoding="utf-8")


@cache
def fitted(tag: str, estimator: OrdinalEstimator = "WLSMV") -> CfaResult:
    data = {"bfi1000": "bfi_n1000", "bfi95": "bfi_n95"}[tag.split(".")[0]]
    return fit_cfa(answers(data), MODELS[tag], estimator=estimator, identification="std_lv")


def named(parameters: pd.DataFrame) -> pd.DataFrame:
    """lavaan's parameters by the name that ours bear."""
    name = (parameters["lhs"] + " " + parameters["op"] + " " + parameters["rhs"]).str.strip()
    return parameters.set_index(name)


def turned(found: CfaResult, expected: pd.DataFrame) -> pd.Series:
    """+1 or -1 by parameter: lavaan's factors may point the other way."""
    loadings = found.tidy().query("kind == 'loading'").groupby("lhs").first()
    sign = {factor: np.sign(row["estimate"] * expected.loc[row["term"], "est"]) for factor, row in loadings.iterrows()}
    signs = []
    for row in found.tidy().itertuples():
        both = [sign.get(row.lhs, 1.0), sign.get(row.rhs, 1.0)]
        signs.append(both[0] * both[1] if row.kind in ("loading", "factor_covariance") else 1.0)
    return pd.Series(signs, index=found.tidy()["term"])


@pytest.mark.parametrize("tag", MODELS)
@pytest.mark.parametrize("estimator", get_args(OrdinalEstimator))
def test_estimates_and_fit_equal_lavaan(tag: str, estimator: OrdinalEstimator) -> None:
    entry, found = FACTS[f"{tag}.{estimator}"], fitted(tag, estimator)
    expected = entry["value"]["fit"]
    glance = found.glance().iloc[0]
    indices = INDICES if estimator == "DWLS" else INDICES | SCALED
    for ours, theirs in indices.items():
        assert_agrees(glance[ours], expected[theirs], TOLERANCE)
    if estimator == "ULSMV":
        assert math.isnan(found.p_value)
    else:
        assert_agrees(found.p_value, expected["pvalue"], TOLERANCE)
    assert (found.chisq_scaled is None) == (estimator == "DWLS")
    parameters = named(pd.DataFrame(entry["value"]["parameters"]))
    tidy, sign = found.tidy().set_index("term"), turned(found, parameters)
    assert set(tidy.index) == set(parameters.index)
    assert_agrees(tidy["estimate"] * sign, parameters.loc[tidy.index, "est"], TOLERANCE)
    assert_agrees(tidy["std_error"].fillna(0), parameters.loc[tidy.index, "se"], TOLERANCE)


@pytest.mark.parametrize("tag", MODELS)
def test_intervals_and_the_standardised_solution_equal_lavaan(tag: str) -> None:
    value, found = FACTS[f"{tag}.WLSMV"]["value"], fitted(tag)
    tidy = found.tidy().set_index("term")
    parameters, standardized = (named(pd.DataFrame(value[name])) for name in ("parameters", "standardized"))
    sign = turned(found, parameters)
    assert_agrees(tidy["standardized"] * sign, standardized.loc[tidy.index, "est.std"], TOLERANCE)
    assert_agrees(tidy["standardized_std_error"].fillna(0), standardized.loc[tidy.index, "se"], TOLERANCE)
    free = tidy[tidy["free"]]
    same, expected = sign[free.index] > 0, parameters.loc[free.index]
    assert_agrees(free["conf_low"][same], expected["ci.lower"][same], TOLERANCE)
    assert_agrees(free["conf_high"][same], expected["ci.upper"][same], TOLERANCE)
    assert_agrees(free["statistic"], free["estimate"] / free["std_error"])
    assert free["p_value"].between(0, 1).all()
    assert_agrees(found.r_squared, [value["r2"][item] for item in found.r_squared.index], TOLERANCE)
    loadings = tidy[tidy["kind"] == "loading"]
    for row in loadings.itertuples():
        assert found.loadings.loc[row.rhs, row.lhs] == pytest.approx(row.standardized)
    between = tidy[tidy["kind"] == "factor_covariance"].iloc[0]
    assert found.factor_correlations.loc[between["lhs"], between["rhs"]] == pytest.approx(between["standardized"])
    assert (found.n_used, found.n_dropped) == (value["n"], 60 if tag == "bfi1000.two" else 0)
    assert (found.converged, found.admissible) == (True, value["admissible"])


def test_modification_indices_equal_lavaan() -> None:
    entry = FACTS["bfi1000.two.modindices"]
    expected = named(pd.DataFrame(entry["value"]))
    found = fitted("bfi1000.two").modification_indices.set_index("term")
    assert set(found.index) == set(expected.index)
    expected = expected.loc[found.index]
    for ours, theirs in (("statistic", "mi"), ("epc", "epc"), ("epc_standardized", "sepc.all")):
        assert_agrees(np.abs(found[ours]), np.abs(expected[theirs]), entry["tolerance"])
    assert found["statistic"].is_monotonic_decreasing


def test_a_modification_index_is_about_what_freeing_the_parameter_brings() -> None:
    items = answers("bfi_n1000")
    first = fitted("bfi1000.two").modification_indices.query("term == 'Consc =~ A4'").iloc[0]
    freed = fit_cfa(items, {**TWO, "Consc": [*TWO["Consc"], "A4"]}, estimator="WLSMV", identification="std_lv")
    assert fitted("bfi1000.two").chisq - freed.chisq == pytest.approx(first["statistic"], rel=0.1)
    loading = freed.tidy().set_index("term").loc["Consc =~ A4", "estimate"]
    assert loading == pytest.approx(first["epc"], rel=0.1)


def test_residuals_equal_lavaan() -> None:
    entry, found = FACTS["bfi1000.two.residuals"], fitted("bfi1000.two")
    residuals, z = table(entry["value"]["cov"]), table(entry["value"]["z"])
    for row in found.residuals.itertuples():
        assert_agrees(row.residual, residuals.loc[row.item, row.other_item], TOLERANCE)
        assert row.residual == row.correlation_residual == pytest.approx(row.observed - row.implied)
        if row.item == row.other_item:
            assert math.isnan(row.statistic)
        else:
            assert_agrees(row.statistic, z.loc[row.item, row.other_item], entry["tolerance"])
        assert row.observed == found.observed.loc[row.item, row.other_item]
        assert row.implied == found.implied.loc[row.item, row.other_item]


@pytest.mark.parametrize(
    ("name", "structure", "model"),
    [("bfi1000.bifactor.WLSMV", "bifactor", TWO), ("bfi1000.second5.WLSMV", "second_order", FIVE)],
)
def test_other_structures_equal_lavaan(
    name: str, structure: Literal["bifactor", "second_order"], model: dict[str, list[str]]
) -> None:
    value = FACTS[name]["value"]
    found = fit_cfa(answers("bfi_n1000"), model, structure=structure, estimator="WLSMV", identification="std_lv")
    glance = found.glance().iloc[0]
    for ours, theirs in (INDICES | SCALED).items():
        if theirs in value["fit"]:
            assert_agrees(glance[ours], value["fit"][theirs], TOLERANCE)
    loadings = found.tidy()[found.tidy()["kind"].isin(["loading", "second_order_loading"])]
    expected = pd.DataFrame(value["loadings"])
    # the same order: general factor first or last, then block by block; factors may point the other way
    assert_agrees(np.abs(loadings["estimate"]), np.abs(expected["est"]), 1e-4)
    assert_agrees(loadings["std_error"], expected["se"], 1e-4)


def test_a_marker_changes_neither_fit_nor_the_standardised_solution() -> None:
    free, marker = fitted("bfi95.two10"), fit_cfa(answers("bfi_n95"), TWO, estimator="WLSMV")
    for name in ("chisq", "chisq_scaled", "cfi_scaled", "rmsea_robust", "srmr"):
        assert getattr(marker, name) == pytest.approx(getattr(free, name), rel=1e-6)
    ours, theirs = (found.tidy().set_index("term") for found in (marker, free))
    # a marker holds the direction of its factor, else most items do
    np.testing.assert_allclose(np.abs(ours["standardized"]), theirs.loc[ours.index, "standardized"].abs(), atol=1e-6)
    common = ours["standardized_std_error"].notna() & theirs.loc[ours.index, "standardized_std_error"].notna()
    np.testing.assert_allclose(
        ours["standardized_std_error"][common], theirs.loc[ours.index, "standardized_std_error"][common], atol=1e-6
    )


def test_a_factor_points_where_most_of_its_items_do() -> None:
    assert (fitted("bfi95.two10").loadings.sum() > 0).all()
    first = fit_cfa(answers("bfi_n95"), TWO, estimator="WLSMV").tidy().query("kind == 'loading'").groupby("lhs").first()
    assert (first["estimate"] == 1).all()


def test_only_the_order_of_the_answers_and_no_order_of_items_or_factors_matters() -> None:
    items = answers("bfi_n95")[[item for block in TWO.values() for item in block]]
    turned_round = {"Consc": TWO["Consc"][::-1], "Agree": TWO["Agree"][::-1]}
    other = fit_cfa(np.exp(items) + 3, turned_round, estimator="WLSMV", identification="std_lv")
    one = fitted("bfi95.two10")
    assert other.chisq_scaled == pytest.approx(one.chisq_scaled, rel=1e-6)
    np.testing.assert_allclose(
        other.loadings.abs().loc[one.loadings.index, one.loadings.columns], one.loadings.abs(), atol=1e-6
    )


# --- invariance ---


@cache
def by_gender() -> tuple[pd.DataFrame, ...]:
    rows = answers("bfi_n1000")[["gender", *TWO["Agree"], *TWO["Consc"]]].dropna()
    return tuple(rows[rows["gender"] == gender].drop(columns="gender") for gender in (2, 1))


@cache
def levels(sequence: OrdinalSequence) -> dict[str, OrdinalLevel]:
    return {level.level: level for level in ordinal_levels(by_gender(), TWO, sequence=sequence)}


def estimated(level: OrdinalLevel) -> OrdinalEstimation:
    assert level.found is not None
    return level.found


SEQUENCES: dict[str, tuple[OrdinalSequence, dict[str, str]]] = {
    "WuEstabrook": (
        "thresholds_first",
        {"configural": "configural", "thresholds": "thresholds", "thr_load": "metric", "thr_load_int": "scalar"},
    ),
    "WLSMV": ("loadings_first", {"configural": "configural", "metric": "metric", "scalar": "scalar"}),
}


@pytest.mark.parametrize("name", SEQUENCES)
def test_invariance_equals_lavaan_and_semtools(name: str) -> None:
    entry = FACTS[f"bfi1000.gender.ord.invariance.{name}"]
    sequence, labels = SEQUENCES[name]
    fit, lrt = table(entry["value"]["fit"]), entry["value"]["lrt"]
    found = levels(sequence)
    for theirs, ours in labels.items():
        fields = fit_fields(estimated(found[ours]), "WLSMV")
        columns = {"df_scaled": fields["df"], "srmr": srmr(estimated(found[ours]))}
        columns |= {key: fields[key] for key in ("chisq_scaled", "p_value_scaled", "cfi_scaled", "tli_scaled")}
        columns |= {key: fields[key] for key in ("rmsea_scaled", "cfi", "rmsea")}
        expected = fit.loc[theirs].rename(lambda key: key.replace(".", "_").replace("pvalue", "p_value"))
        assert_agrees(pd.Series(columns)[expected.index], expected, 1e-4)
    for pair, expected in lrt.items():
        level = found[labels[pair.split(" - ")[0]]]
        assert level.difference is not None
        assert_agrees(level.difference.scaled, expected["chisq_diff"], 1e-4)
        assert level.difference_df == expected["df_diff"]


@cache
def published(estimator: Literal["WLSMV", "ULSMV"] = "WLSMV", **options: Any) -> MeasurementInvariance:
    rows = answers("bfi_n1000")
    gender = pd.Series(pd.Categorical(rows["gender"], categories=[2, 1]), index=rows.index)
    return measurement_invariance(rows, TWO, group=gender, estimator=estimator, **options)


def test_the_public_function_hands_out_the_same() -> None:
    entry = FACTS["bfi1000.gender.ord.invariance.WuEstabrook"]
    fit, lrt = table(entry["value"]["fit"]), entry["value"]["lrt"]
    found = published()
    tidy = found.tidy().set_index("level")
    assert list(tidy.index) == ["configural", "thresholds", "metric", "scalar", "strict"]
    for theirs, ours in SEQUENCES["WuEstabrook"][1].items():
        for name in ("chisq_scaled", "cfi_scaled", "tli_scaled", "rmsea_scaled", "srmr", "cfi", "rmsea"):
            assert_agrees(tidy.loc[ours, name], fit.loc[theirs, name.replace("_", ".")], 1e-4)
    delta = table(entry["value"]["delta"])
    for (pair, expected), level in zip(lrt.items(), ("thresholds", "metric", "scalar"), strict=True):
        assert_agrees(tidy.loc[level, "chisq_difference"], expected["chisq_diff"], 1e-4)
        assert tidy.loc[level, "df_difference"] == expected["df_diff"]
        assert_agrees(tidy.loc[level, "p_value_difference"], expected["p"], 1e-4)
        for name in ("cfi_scaled", "rmsea_scaled", "cfi", "rmsea"):
            assert_agrees(tidy.loc[level, f"delta_{name}"], delta.loc[pair, name.replace("_", ".")], 1e-4)
    assert tidy.loc["configural", ["chisq_difference", "delta_cfi"]].isna().all()
    assert "aic" not in tidy
    assert found.groups.to_dict("list") == {"group": ["2", "1"], "n": [630, 310]}
    assert (found.status, found.reasons, found.n_used, found.n_dropped) == ("ok", (), 940, 60)
    assert list(published(sequence="loadings_first").tidy()["level"]) == ["configural", "metric", "scalar", "strict"]


def test_estimates_of_both_groups_equal_lavaan() -> None:
    value = FACTS["bfi1000.gender.scalar.estimates"]["value"]
    found = published().parameters.query("level == 'scalar'").set_index(["term", "group"])
    for name, column, estimate, error in (
        ("parameters", "est", "estimate", "std_error"),
        ("standardized", "est.std", "standardized", "standardized_std_error"),
    ):
        expected = named(pd.DataFrame(value[name]))
        ours = found.loc[list(zip(expected.index, expected["group"].map({1: "2", 2: "1"}), strict=True))]
        assert_agrees(ours[estimate].abs(), expected[column].abs(), 1e-4)  # the first factor may point the other way
        assert_agrees(ours[error].fillna(0), expected["se"], 1e-4)
    means = published().factor_means.set_index(["group", "factor"])["estimate"]
    assert means[("2", "Agree")] == 0
    assert means[("1", "Agree")] == found.loc[("Agree ~1", "1"), "estimate"]


def test_strict_invariance_equals_lavaan() -> None:
    value = FACTS["bfi1000.gender.strict"]["value"]
    for sequence in get_args(OrdinalSequence):
        for level in ("scalar", "strict"):
            found = levels(sequence)[level]
            fields = fit_fields(estimated(found), "WLSMV") | {"srmr": srmr(estimated(found))}
            for ours in ("chisq", "df", "chisq_scaled", "cfi_scaled", "tli_scaled", "rmsea_scaled", "srmr"):
                assert_agrees(fields[ours], value[level][ours.replace("_", ".")], 1e-4)
        assert found.difference is not None
        assert_agrees(found.difference.scaled, value["lrt"]["chisq_diff"], 1e-4)
        assert found.difference_df == value["lrt"]["df_diff"]
    first, second = estimated(found).model.moments(estimated(found).parameters)
    np.testing.assert_allclose(first.residual_variances, second.residual_variances, atol=1e-9)


def test_partial_invariance_equals_lavaan() -> None:
    value = FACTS["bfi1000.gender.partial"]["value"]
    free = ("A1 | t1", "A1|t2", "Agree=~A1")
    found = {level.level: level for level in ordinal_levels(by_gender(), TWO, sequence="loadings_first", free=free)}
    fields = fit_fields(estimated(found["scalar"]), "WLSMV")
    for ours in ("chisq", "df", "chisq_scaled", "cfi_scaled", "rmsea_scaled"):
        assert_agrees(fields[ours], value[ours.replace("_", ".")], 1e-4)


def test_a_free_intercept_costs_a_degree_of_freedom_at_the_scalar_level() -> None:
    n_thresholds = [5] * 10
    scalar: tuple[Equal, ...] = ("thresholds", "loadings", "intercepts")
    fixed, freed = (
        specify_ordinal(TWO, n_thresholds=n_thresholds, n_groups=2, equal=scalar, free=free) for free in ((), ["A3~1"])
    )
    assert freed.n_free == fixed.n_free + 1
    assert [e.group for e in freed.elements if e.matrix == "nu" and e.free >= 0] == [1]


def test_items_of_two_categories_skip_what_cannot_be_tested() -> None:
    value = FACTS["lsat6.halves.binary"]["value"]
    rows = answers("lsat6")
    groups = [rows[rows["id"] % 2 == rest].drop(columns="id") for rest in (0, 1)]
    found = {level.level: level for level in ordinal_levels(groups, {"f": list(groups[0])})}
    assert list(found) == ["configural", "scalar", "strict"]
    for level in ("configural", "scalar"):
        fields = fit_fields(estimated(found[level]), "WLSMV")
        for ours in ("chisq", "df", "chisq_scaled", "rmsea_scaled"):
            assert_agrees(fields[ours], value[level][ours.replace("_", ".")], 1e-4)
    assert found["scalar"].difference is not None
    assert_agrees(found["scalar"].difference.scaled, value["lrt"]["chisq_diff"], 1e-3)
    assert found["scalar"].difference_df == value["lrt"]["df_diff"]


def test_the_order_of_groups_does_not_matter() -> None:
    there = fit_fields(estimated(levels("thresholds_first")["metric"]), "WLSMV")
    other = list(ordinal_levels(by_gender()[::-1], TWO))[2]
    back = fit_fields(estimated(other), "WLSMV")
    for name in ("chisq", "df", "chisq_scaled", "cfi_robust"):
        assert back[name] == pytest.approx(there[name], rel=1e-5)


def test_levels_cost_degrees_of_freedom_and_fit() -> None:
    chain = [estimated(level) for level in levels("thresholds_first").values()]
    assert [found.df for found in chain] == sorted({found.df for found in chain})
    chisq = [found.test.chisq for found in chain]
    assert chisq == sorted(chisq)
    assert levels("thresholds_first")["configural"].difference is None


def test_categories_that_a_group_does_not_have_are_named() -> None:
    one, two = by_gender()
    assert differing_categories((one, two)) == ()
    assert differing_categories((one, two[two["A2"] > 1])) == ("A2",)
    assert differing_categories((one, two.assign(C1=two["C1"] + 10))) == ("C1",)


def test_groups_whose_categories_differ_or_that_are_too_small_are_refused() -> None:
    rows = answers("bfi_n1000")
    rows = rows[~((rows["gender"] == 2) & (rows["A2"] == 1))]
    found = measurement_invariance(rows, TWO, group=rows["gender"], estimator="WLSMV")
    assert found.status == "not_computable"
    assert [(reason.key, dict(reason.values)) for reason in found.reasons] == [
        ("categories_differ", {"items": ("A2",)})
    ]
    assert found.tidy()["chisq"].isna().all()
    few = measurement_invariance(rows.head(120), TWO, group=rows["gender"], estimator="WLSMV")
    assert few.status == "not_computable"
    assert few.reasons[0].key == "groups_too_small"
    assert few.congruence["congruence"].notna().all()
    labelled = measurement_invariance(
        rows.drop(columns="A2"), {"f": TWO["Consc"]}, group=rows["gender"], estimator="ULSMV"
    )
    assert labelled.status == "ok"


@pytest.mark.parametrize("option", [{"missing": "fiml"}, {"sequence": "any"}, {"free": ["A1 | t9"]}])
def test_a_wrong_call_of_invariance_is_refused(option: dict[str, Any]) -> None:
    rows = answers("bfi_n1000")
    with pytest.raises(ValueError, match=r"estimator|sequence|free"):
        measurement_invariance(rows, TWO, group=rows["gender"], **{"estimator": "WLSMV", **option})


def test_three_categories_have_every_level() -> None:
    sample = ordinal_sample(np.array([[1.0, 1], [2, 2], [3, 3], [1, 2], [3, 1]]))
    assert list(levels_of(sample, "thresholds_first")) == ["configural", "thresholds", "metric", "scalar", "strict"]


def test_a_name_that_no_parameter_bears_is_refused() -> None:
    for name in ("A1 | t9", "A1 ~~ A1", "A1 ~~ A2"):
        with pytest.raises(ValueError, match="free"):
            specify_ordinal(TWO, n_thresholds=[5] * 10, n_groups=2, free=[name])


# --- derivatives and formulas ---


@pytest.mark.parametrize("equal", [(), ("thresholds",), ("thresholds", "loadings", "intercepts", "residuals")])
@pytest.mark.parametrize("structure", ["correlated", "second_order"])
def test_derivatives_of_the_implied_statistics(
    equal: tuple[Equal, ...], structure: Literal["correlated", "second_order"]
) -> None:
    data = np.random.default_rng(2).integers(1, 5, (60, 9)).astype(float)
    samples = (ordinal_sample(data[:30]), ordinal_sample(data[30:]))
    model = {"f": ["a", "b", "c"], "g": ["d", "e", "h"], "k": ["i", "j", "l"]}
    n_thresholds = (samples[0].items.n_categories - 1).tolist()
    table_ = specify_ordinal(model, n_thresholds=n_thresholds, structure=structure, n_groups=2, equal=equal)
    ready = OrdinalModel(started_ordinal(table_, samples), samples, tied="residuals" in equal)
    at = ready.specification.start + np.random.default_rng(3).uniform(-0.05, 0.05, ready.specification.n_free)
    moments = ready.moments(at)
    step = 1e-6
    for group, jacobian in enumerate(ready.jacobians(moments)):
        tendencies = ready.tendencies(at)[group]
        np.testing.assert_allclose(tendencies.variances, moments[group].scales ** -2)
        for number in range(len(at)):
            bump = np.zeros(len(at))
            bump[number] = step
            high, low = (ready.moments(at + sign * bump)[group] for sign in (1, -1))
            for slopes, up, down in (
                (jacobian, high.statistics, low.statistics),
                (tendencies.residual_slopes, high.residual_variances, low.residual_variances),
                (tendencies.variance_slopes, high.scales**-2, low.scales**-2),
            ):
                np.testing.assert_allclose(slopes[:, number], (up - down) / (2 * step), atol=1e-7)


def test_scaling_gives_mean_and_variance_of_a_chi_square() -> None:
    test = scaled_and_shifted(50.0, 20.0, 30.0, 60.0)
    # a statistic with mean 30 and variance 120 becomes one with mean 20 and variance 40
    assert test.scaled == pytest.approx(math.sqrt(20 / 60) * (50 - 30) + 20)
    assert test.scaling_factor == pytest.approx(math.sqrt(3))
    assert math.isnan(scaled_and_shifted(0.0, 0.0, 0.0, 0.0).scaled)


def test_answers_from_the_model_are_fitted_by_it() -> None:
    rng = np.random.default_rng(7)
    factors = rng.multivariate_normal([0, 0], [[1, 0.4], [0.4, 1]], 1500)
    loadings = np.array([0.8, 0.7, 0.6, 0.75])
    noise = rng.normal(size=(1500, 8)) * np.sqrt(1 - np.tile(loadings, 2) ** 2)
    tendency = np.repeat(factors, 4, axis=1) * np.tile(loadings, 2) + noise
    items = pd.DataFrame(np.digitize(tendency, [-1.0, 0.1, 1.2]).astype(float), columns=[*"abcdefgh"])
    found = fit_cfa(items, {"one": [*"abcd"], "two": [*"efgh"]}, estimator="WLSMV", identification="std_lv")
    assert found.status == "ok"
    assert found.p_value_scaled is not None
    assert found.p_value_scaled > 0.01
    tidy = found.tidy().set_index("term")
    truth = {f"one =~ {item}": value for item, value in zip("abcd", loadings, strict=True)} | {"one ~~ two": 0.4}
    for term, value in truth.items():
        assert abs(tidy.loc[term, "estimate"] - value) < 3 * tidy.loc[term, "std_error"]


# --- data that cannot support it ---

FEW = answers("bfi_n95")[[*TWO["Agree"], *TWO["Consc"]]]
ONE = {"f": ["A1", "A2", "A3", "A4", "A5"]}


def spoilt(change: Callable[[pd.DataFrame], pd.DataFrame]) -> pd.DataFrame:
    return change(FEW.astype(float).copy())


@pytest.mark.parametrize(
    ("items", "model", "key"),
    [
        (FEW.head(9), TWO, "fewer_rows_than_items"),
        (spoilt(lambda items: items.assign(A2=3.0)), TWO, "zero_variance"),
        (spoilt(lambda items: items.assign(A2=math.nan)), TWO, "empty_items"),
        (FEW, {"f": ["A1", "A2"]}, "too_few_items"),
        (spoilt(lambda items: items.assign(A2=np.arange(95.0))), TWO, "too_many_categories"),
        (spoilt(lambda items: items.assign(A2=items["A3"])), TWO, "correlation_at_limit"),
    ],
)
def test_not_computable_with_its_reason(items: pd.DataFrame, model: dict[str, list[str]], key: str) -> None:
    found = fit_cfa(items, model, estimator="WLSMV")
    assert found.status == "not_computable"
    assert [reason.key for reason in found.reasons] == [key]
    assert math.isnan(found.chisq)
    assert not found.converged
    assert found.tidy()["estimate"].isna().all()
    assert len(found.glance()) == 1


def test_few_respondents_are_labelled() -> None:
    found = fitted("bfi95.two10")
    assert found.status == "flagged"
    assert [(reason.key, dict(reason.values)) for reason in found.reasons] == [
        ("wlsmv_uncalibrated", {"n": 95, "minimum": 200})
    ]
    assert fitted("bfi1000.two").reasons == ()


@pytest.mark.parametrize("n", [12, 20, 54])
def test_sparse_answers_give_a_result_with_its_reasons(n: int) -> None:
    for start in (0, 30):
        found = fit_cfa(FEW.iloc[start : start + n], TWO, estimator="WLSMV")
        assert found.status in ("flagged", "not_computable")
        assert found.reasons
        assert math.isnan(found.chisq) == (found.status == "not_computable")


def test_a_correlation_matrix_that_is_not_positive_definite_has_no_robust_indices() -> None:
    found = next(
        found
        for found in (fit_cfa(FEW.iloc[start : start + 18], TWO, estimator="WLSMV") for start in range(0, 77, 7))
        if "correlations_indefinite" in [reason.key for reason in found.reasons]
    )
    assert np.linalg.eigvalsh(found.observed)[0] <= 0
    assert found.cfi_robust is not None
    assert math.isnan(found.cfi_robust)
    assert math.isfinite(found.chisq)


def test_incomplete_rows_are_dropped() -> None:
    holed = spoilt(lambda items: items.mask((np.arange(95) < 5)[:, None] & (items.columns == "A4")))
    found, alone = fit_cfa(holed, ONE, estimator="WLSMV"), fit_cfa(FEW.iloc[5:], ONE, estimator="WLSMV")
    assert (found.n_used, found.n_dropped) == (90, 5)
    assert found.chisq_scaled == pytest.approx(alone.chisq_scaled)


def test_too_many_parameters_are_refused() -> None:
    samples = (ordinal_sample(FEW[["A1", "A2", "A3"]].to_numpy(dtype=float)),)
    n_thresholds = (samples[0].items.n_categories - 1).tolist()
    model: dict[str, Any] = {"f": ["A1", "A2", "A3"], "g": ["A1", "A2", "A3"]}
    found = estimate_ordinal(specify_ordinal(model, n_thresholds=n_thresholds), samples, estimator="WLSMV")
    assert isinstance(found, tuple)
    assert [reason.key for reason in found] == ["more_parameters_than_moments"]


def test_three_items_of_one_factor_fit_exactly() -> None:
    found = fit_cfa(FEW, {"f": ["A2", "A3", "A5"]}, estimator="WLSMV", identification="std_lv")
    assert found.df == 0
    assert found.chisq == pytest.approx(0, abs=1e-8)
    assert "no_degrees_of_freedom" in [reason.key for reason in found.reasons]
    assert found.chisq_scaled is not None
    assert math.isnan(found.chisq_scaled)


@pytest.mark.parametrize("option", [{"missing": "fiml"}, {"estimator": "WLS"}, {"structure": "tree"}])
def test_a_wrong_call_is_refused(option: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(option))):
        fit_cfa(FEW, TWO, **{"estimator": "WLSMV", **option})
