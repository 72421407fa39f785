"""Exploratory factor analysis: against psych and factanal, on exactly known structures, and at its limits."""

from __future__ import annotations

import math
from functools import cache
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from psychometrics_facts import assert_agrees, facts, items_of, table, with_correlations

from efficacy.psychometrics import FactorSolution, fit_efa, tucker_congruence
from efficacy.psychometrics.extraction import customary_solution, extract
from efficacy.psychometrics.factor_fit import factor_fit
from efficacy.psychometrics.oblimin import oblimin_many, quartimin
from efficacy.psychometrics.rotation import rotate
from efficacy.psychometrics.uniquenesses import loadings_at

FACTS = facts("efa")
SPSS = facts("spss_factor")
PSYCH = [name for name in FACTS if "factanal" not in name]
METHODS = {"minres": "minres", "ml": "ml", "pa": "paf"}

PATTERN = np.array(
    [[0.8, 0], [0.7, 0], [0.6, 0], [0.5, 0], [0, 0.75], [0, 0.65], [0, 0.55], [0, 0.45]],
)
PHI = np.array([[1, 0.4], [0.4, 1]])
KNOWN = PATTERN @ PHI @ PATTERN.T + np.diag(1 - (PATTERN**2).sum(axis=1))


@cache
def solution_of(name: str) -> FactorSolution:
    tag, _, method, rotation = name.rsplit(".", 3)
    return fit_efa(
        items_of(FACTS[name]),
        n_factors=int(tag[-1]),
        extraction=METHODS[method],  # type: ignore[arg-type]
        rotation=rotation,  # type: ignore[arg-type]
    )


def aligned(found: pd.DataFrame, expected: pd.DataFrame) -> tuple[list[str], np.ndarray]:
    """Which of our factors is which of theirs, and its sign there: the assignment of highest congruence."""
    congruence = tucker_congruence(found, expected)
    theirs = range(expected.shape[1])
    order = max(permutations(theirs), key=lambda p: sum(abs(congruence.iloc[p[j], j]) for j in theirs))
    signs = np.array([np.sign(congruence.iloc[order[j], j]) for j in theirs])
    return [found.columns[i] for i in order], signs


@pytest.mark.parametrize("name", PSYCH)
def test_equals_psych(name: str) -> None:
    entry = FACTS[name]
    value, tolerance = entry["value"], entry["tolerance"]
    found = solution_of(name)
    loadings = table(value["loadings"])
    factors, signs = aligned(found.loadings, loadings)
    assert_agrees(found.loadings[factors] * signs, loadings, tolerance)
    assert_agrees(found.structure[factors] * signs, table(value["Structure"]), tolerance)
    assert_agrees(found.communalities, list(value["communality"].values()), 1e-4)
    assert_agrees(found.uniquenesses, list(value["uniquenesses"].values()), 1e-4)
    if value.get("Phi"):
        assert_agrees(
            found.factor_correlations.loc[factors, factors] * np.outer(signs, signs), table(value["Phi"]), tolerance
        )
    variance = found.variance.set_index("factor").loc[factors]
    accounted = table(value["Vaccounted"])
    assert_agrees(variance["ss_loadings"], accounted.loc["SS loadings"], tolerance)
    assert_agrees(variance["share"], accounted.loc["Proportion Var"], tolerance)
    assert_agrees(found.variance["cumulative"].iloc[-1], accounted.loc["Cumulative Var"].iloc[-1], tolerance)


@pytest.mark.parametrize("name", PSYCH)
def test_fit_equals_psych(name: str) -> None:
    value, found = FACTS[name]["value"], solution_of(name)
    assert (found.status, found.heywood, found.converged) == ("ok", False, True)
    expected = {
        "chisq": value["chisq_ml"],
        "df": value["dof"],
        "p_value": value["PVAL"],
        "rmsea": value["RMSEA"]["RMSEA"],
        "rmsea_low": value["RMSEA"]["lower"],
        "rmsea_high": value["RMSEA"]["upper"],
        "tli": value["TLI"],
        "bic": value["BIC"],
        "objective": value["objective"],
        "rms": value["rms"],
    }
    glance = found.glance()
    assert len(glance) == 1
    for column, number in expected.items():
        assert_agrees(glance.loc[0, column], number, 1e-4)


@pytest.mark.parametrize("name", [name for name in PSYCH if name.endswith(("minres.none", "ml.none"))])
def test_no_worse_than_psych_on_the_objective(name: str) -> None:
    value, found = FACTS[name]["value"], solution_of(name)
    if ".minres." in name:
        p = found.n_items
        assert p * (p - 1) * (found.rms**2 - value["rms"] ** 2) <= 1e-8
    else:
        assert found.objective - value["objective"] <= 1e-8


@pytest.mark.parametrize("name", [name for name in PSYCH if name.endswith("oblimin")])
def test_no_worse_than_gparotation_on_the_rotation_criterion(name: str) -> None:
    unrotated = FACTS.get(name.replace("oblimin", "none"))
    start = table(unrotated["value"]["loadings"]) if unrotated else table(FACTS[name]["value"]["loadings"])
    if unrotated is None:  # only the rotated solution is on file: take the rotation off first
        phi = table(FACTS[name]["value"]["Phi"]).to_numpy()
        start = start @ np.linalg.cholesky(phi)
    pattern, _, _ = rotate(start.to_numpy(), "oblimin")
    assert quartimin(pattern) - quartimin(table(FACTS[name]["value"]["loadings"]).to_numpy()) <= 1e-8


@pytest.mark.parametrize("name", [name for name in FACTS if "factanal" in name])
def test_ml_equals_factanal(name: str) -> None:
    entry = FACTS[name]
    n_factors = int(name.split(".")[1][2])
    found = fit_efa(items_of(entry), n_factors=n_factors, extraction="ml", rotation="none")
    loadings = table(entry["value"]["loadings"])
    factors, signs = aligned(found.loadings, loadings)
    assert_agrees(found.loadings[factors] * signs, loadings, 1e-4)
    assert_agrees(found.uniquenesses, list(entry["value"]["uniquenesses"].values()), 1e-4)
    assert_agrees(found.objective, entry["value"]["criteria"]["objective"], 1e-4)
    assert found.df == entry["value"]["dof"]


@pytest.mark.parametrize("name", SPSS)
def test_principal_axes_and_rotations_equal_pspp(name: str) -> None:
    entry = SPSS[name]
    rotation = name.rsplit(".", 1)[1]
    value, tolerance = entry["value"], 0.005 if rotation == "varimax" else 1e-4  # our varimax stops where R's does
    found = fit_efa(items_of(entry), n_factors=2, extraction="paf", rotation=rotation)  # type: ignore[arg-type]
    expected = table(value["rotated"] if rotation == "varimax" else value["pattern"])
    factors, signs = aligned(found.loadings, expected)
    assert_agrees(found.loadings[factors] * signs, expected, tolerance)
    assert_agrees(found.communalities, table(value["communalities"])["extraction"], 1e-4)
    if rotation == "promax_spss":  # the signs of PSPP's three tables are not those of one solution
        assert_agrees(found.structure[factors].abs(), table(value["structure"]).abs(), tolerance)
        assert_agrees(abs(found.factor_correlations.loc["F1", "F2"]), abs(value["factor_correlation"]), tolerance)
        psych = fit_efa(items_of(entry), n_factors=2, extraction="paf", rotation="promax")
        assert np.abs(psych.loadings - found.loadings).max(axis=None) > 0.01


@pytest.mark.parametrize("extraction", ["minres", "ml", "paf"])
def test_a_known_simple_structure_comes_back_exactly(extraction: str) -> None:
    items = with_correlations(KNOWN, n=150)
    found = fit_efa(items, n_factors=2, extraction=extraction)  # type: ignore[arg-type]
    np.testing.assert_allclose(found.loadings, PATTERN, atol=2e-6)
    np.testing.assert_allclose(found.factor_correlations, PHI, atol=5e-6)
    np.testing.assert_allclose(found.communalities, (PATTERN**2).sum(axis=1), atol=2e-6)
    assert found.chisq == pytest.approx(0, abs=1e-6)
    assert (found.rmsea, found.rmsea_low, found.rmsea_high) == (0, 0, 0)
    assert found.p_value == pytest.approx(1)
    assert found.rms == pytest.approx(0, abs=1e-6)
    assert found.tli > 1


def test_tables_hang_together() -> None:
    found = solution_of("hs9.nf3.fa.minres.oblimin")
    loadings, phi = found.loadings.to_numpy(), found.factor_correlations.to_numpy()
    np.testing.assert_allclose(found.structure, loadings @ phi, atol=1e-12)
    np.testing.assert_allclose(found.communalities, (found.structure * found.loadings).sum(axis=1), atol=1e-12)
    np.testing.assert_allclose(found.communalities + found.uniquenesses, 1)
    assert found.variance["ss_loadings"].sum() == pytest.approx(found.communalities.sum())
    assert found.variance["ss_loadings"].is_monotonic_decreasing
    assert (found.loadings.sum() > 0).all()
    assert list(found.loadings.columns) == list(found.variance["factor"]) == ["F1", "F2", "F3"]
    tidy = found.tidy()
    assert tidy.shape == (27, 5)
    row = tidy[(tidy["item"] == "x5") & (tidy["factor"] == "F2")].iloc[0]
    assert row[["loading", "communality", "uniqueness"]].tolist() == [
        found.loadings.loc["x5", "F2"],
        found.communalities["x5"],
        found.uniquenesses["x5"],
    ]


@settings(max_examples=8, deadline=None)
@given(
    st.sampled_from(["minres", "ml", "paf"]),
    st.sampled_from(["oblimin", "promax", "varimax"]),
    st.permutations(range(9)),
)
def test_order_unit_and_direction_of_items(extraction: str, rotation: str, order: list[int]) -> None:
    items = items_of(FACTS["hs9.nf3.fa.minres.none"])
    options = {"n_factors": 3, "extraction": extraction, "rotation": rotation}
    one = fit_efa(items, **options)  # type: ignore[arg-type]
    other = (items.iloc[:, order] * 7 - 2).assign(x9=lambda frame: -frame["x9"])
    two = fit_efa(other, **options)  # type: ignore[arg-type]
    loadings = two.loadings.loc[items.columns].mul([1] * 8 + [-1], axis=0)
    factors, signs = aligned(loadings, one.loadings)
    np.testing.assert_allclose(loadings[factors] * signs, one.loadings, atol=1e-4)
    assert two.chisq == pytest.approx(one.chisq, abs=1e-4)


def test_orthogonal_rotations_leave_communalities_and_fit_alone() -> None:
    items = items_of(FACTS["hs9.nf3.fa.minres.none"])
    solutions = [fit_efa(items, n_factors=3, rotation=rotation) for rotation in ("none", "varimax", "oblimin")]  # type: ignore[arg-type]
    for solution in solutions[1:]:
        np.testing.assert_allclose(solution.communalities, solutions[0].communalities, atol=1e-10)
        assert solution.chisq == pytest.approx(solutions[0].chisq, abs=1e-8)
    assert np.array_equal(solutions[1].factor_correlations, np.eye(3))


def test_spearman_is_the_analysis_of_ranks_and_incomplete_rows_are_dropped() -> None:
    items = items_of(FACTS["hs9.nf3.fa.minres.none"]).astype(float)
    holed = items.mask((items.index.to_numpy()[:, None] < 6) & (np.arange(9) == 4))
    one = fit_efa(holed, n_factors=2, correlation="spearman")
    two = fit_efa(items.iloc[6:].rank(), n_factors=2)
    assert (one.n_used, one.n_dropped) == (295, 6)
    np.testing.assert_allclose(one.loadings, two.loadings, atol=1e-12)


def test_a_better_optimum_than_the_customary_start_is_taken_and_said() -> None:
    items = items_of(FACTS["bfi95_22.nf2.fa.ml.none"])
    found = fit_efa(items, n_factors=3, extraction="ml", rotation="none")
    assert [reason.key for reason in found.reasons] == ["several_optima"]
    assert found.status == "flagged"
    correlations = items.corr().to_numpy()
    alone = customary_solution(correlations, 3, "ml")
    single = loadings_at(correlations[None], alone[None], n_factors=3, discrepancy="ml")[0]
    gain = extract(correlations, 3, "ml").gain_over_first_start
    assert gain > 0.01
    model = single @ single.T
    np.fill_diagonal(model, 1)
    ratio = np.linalg.solve(model, correlations)
    assert found.objective == pytest.approx(ratio.trace() - np.linalg.slogdet(ratio)[1] - 22 - gain, abs=1e-6)


def test_heywood_case_is_flagged_with_its_items() -> None:
    items = items_of(FACTS["bfi95_22.nf2.fa.ml.none"])[["A1", "A2", "A3", "A4", "A5", "C1", "C2", "C3", "C4", "C5"]]
    found = fit_efa(items, n_factors=3, extraction="ml")
    assert found.heywood
    assert found.reasons[0].key == "heywood_case"
    assert found.reasons[0].values == {"items": ("A2",)}
    assert found.uniquenesses["A2"] == pytest.approx(0.005, abs=1e-4)
    assert found.communalities.drop("A2").max() < 1


def test_principal_axes_that_never_settle_are_no_solution() -> None:
    items = items_of(FACTS["bfi95_22.nf2.fa.ml.none"])[["C1", "C2", "C3", "C4", "C5"]]
    found = fit_efa(items, n_factors=2, extraction="paf")
    assert found.status == "not_computable"
    assert [reason.key for reason in found.reasons] == ["heywood_case", "not_converged"]
    assert (found.heywood, found.converged) == (True, False)
    assert found.loadings.isna().all(axis=None)
    assert math.isnan(found.chisq)
    assert fit_efa(items, n_factors=2, extraction="minres").status == "flagged"


def test_reproduced_correlations_that_are_none_have_no_fit() -> None:
    correlations, common = np.eye(3), np.full((3, 3), 1.2)
    fit = factor_fit(correlations, common, n=50, n_factors=1)
    assert math.isnan(fit.objective)
    assert math.isnan(fit.chisq)
    assert fit.df == 0
    assert fit.rms == pytest.approx(1.2)


def test_oblimin_takes_the_better_of_two_optima() -> None:
    loadings = np.array(
        [
            [0.0, -0.6, 0.6, 0.3],
            [-0.6, -0.6, -0.5, -0.1],
            [-0.4, -0.4, 0.2, -0.6],
            [-0.5, 0.7, -0.6, -0.4],
            [0.7, 0.4, -0.1, 0.8],
            [-0.3, 0.1, -0.5, -0.1],
        ]
    )
    first = oblimin_many(loadings[None]).patterns[0]
    pattern, phi, gain = rotate(loadings, "oblimin")
    assert gain > 0.01
    assert quartimin(pattern) == pytest.approx(quartimin(first) - gain)
    np.testing.assert_allclose(pattern @ phi @ pattern.T, loadings @ loadings.T, atol=1e-8)


def test_items_without_loadings_stay_without_under_rotation() -> None:
    loadings = np.array([[0.7, 0.3], [0.6, 0.4], [0.0, 0.0], [0.5, -0.4], [0.6, -0.5]])
    for method in ("oblimin", "promax", "promax_spss", "varimax"):
        pattern, phi, _ = rotate(loadings, method)  # type: ignore[arg-type]
        assert pattern[2].tolist() == [0, 0]
        np.testing.assert_allclose(pattern @ phi @ pattern.T, loadings @ loadings.T, atol=1e-8)


def test_without_degrees_of_freedom_there_is_no_test() -> None:
    correlations = [[1, 0.42, 0.35], [0.42, 1, 0.3], [0.35, 0.3, 1]]  # loadings .7, .6, .5
    found = fit_efa(with_correlations(correlations, n=40), n_factors=1)
    np.testing.assert_allclose(found.loadings["F1"], [0.7, 0.6, 0.5], atol=1e-5)
    assert [reason.key for reason in found.reasons] == ["no_degrees_of_freedom"]
    assert math.isnan(found.tli)


FIVE = pd.DataFrame(np.random.default_rng(4).integers(1, 6, (12, 5)).astype(float)).add_prefix("i")


@pytest.mark.parametrize(
    ("items", "n_factors", "key", "values"),
    [
        (FIVE[["i0", "i1"]], 1, "too_few_items", {"n_items": 2, "minimum": 3}),
        (FIVE.iloc[:2], 1, "fewer_rows_than_items", {"n_used": 2, "n_items": 5}),
        (FIVE.iloc[:5], 1, "fewer_rows_than_items", {"n_used": 5, "n_items": 5}),
        (FIVE.assign(i1=3.0), 1, "zero_variance", {"items": ("i1",)}),
        (FIVE.assign(i1=math.nan), 1, "empty_items", {"items": ("i1",)}),
        (FIVE.assign(i1=FIVE["i0"]), 1, "singular_correlations", {"n_items": 5}),
        (FIVE, 3, "too_many_factors", {"n_factors": 3, "n_items": 5, "maximum": 2}),
        (FIVE, 9, "too_many_factors", {"n_factors": 9, "n_items": 5, "maximum": 2}),
        (with_correlations(np.eye(5), n=30), 1, "factor_without_variance", {"n_factors": 1}),
    ],
)
def test_not_computable_with_its_reason(
    items: pd.DataFrame, n_factors: int, key: str, values: dict[str, object]
) -> None:
    for extraction in ("minres", "ml", "paf"):
        found = fit_efa(items, n_factors=n_factors, extraction=extraction)  # type: ignore[arg-type]
        assert found.status == "not_computable"
        assert [(reason.key, reason.values) for reason in found.reasons] == [(key, values)]
        assert found.loadings.shape == (items.shape[1], n_factors)
        assert found.loadings.isna().all(axis=None)
        assert math.isnan(found.chisq)
        assert (found.heywood, found.converged) == (False, False)
        assert len(found.glance()) == 1


@pytest.mark.parametrize("rotation", ["oblimin", "promax", "promax_spss", "varimax", "none"])
def test_twelve_respondents_never_raise(rotation: str) -> None:
    for n_factors in (1, 2):
        for extraction in ("minres", "ml", "paf"):
            found = fit_efa(FIVE, n_factors=n_factors, extraction=extraction, rotation=rotation)  # type: ignore[arg-type]
            assert np.isfinite(found.loadings).all(axis=None) == found.converged
            assert (found.status == "not_computable") != found.converged


@pytest.mark.parametrize(
    "option",
    [
        {"n_factors": 0},
        {"n_factors": 1.0},
        {"extraction": "principal"},
        {"rotation": None},
        {"correlation": "kendall"},
    ],
)
def test_a_wrong_call_is_refused(option: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(option))):
        fit_efa(FIVE, **{"n_factors": 1, **option})  # type: ignore[arg-type]


def test_tucker_congruence_by_hand() -> None:
    a = pd.DataFrame({"F1": [1.0, 2.0], "F2": [0.0, 0.0]}, index=["x", "y"])
    b = pd.DataFrame({"G": [1.0, 2.0]}, index=["y", "x"])
    found = tucker_congruence(a, b)
    assert found.loc["F1", "G"] == pytest.approx(4 / 5)
    assert math.isnan(found.loc["F2", "G"])
    assert tucker_congruence(a, -3 * a).loc["F1", "F1"] == pytest.approx(-1)
    with pytest.raises(ValueError, match="same items"):
        tucker_congruence(a, b.rename(index={"x": "z"}))
