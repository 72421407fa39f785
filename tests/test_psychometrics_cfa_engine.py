"""The engine of factor models: derivatives against differences, the search, saturated moments, invariants of fit."""

from __future__ import annotations

import math
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from cfa_facts import AC, HS, data
from hypothesis import given, settings, strategies as st
from psychometrics_facts import with_correlations
from scipy import stats

from efficacy.psychometrics import fit_cfa
from efficacy.psychometrics.cfa.indices import bartlett_corrected, noncentrality, swain_corrected
from efficacy.psychometrics.cfa.likelihood import Likelihood
from efficacy.psychometrics.cfa.moments import jacobian, matrices, vech_indices
from efficacy.psychometrics.cfa.sample import Sample, sample
from efficacy.psychometrics.cfa.saturated import saturated
from efficacy.psychometrics.cfa.search import is_singular, minimise
from efficacy.psychometrics.cfa.specification import Element, Specification
from efficacy.psychometrics.cfa.standardized import standardized
from efficacy.psychometrics.cfa.start import started
from efficacy.psychometrics.cfa.structures import independence, specify
from efficacy.psychometrics.cfa.twin import in_marker_units, unit_twin

ANSWERS = np.random.default_rng(5).normal(size=(80, 9)) + np.arange(9)
HOLED = ANSWERS.copy()
HOLED[:8, 4] = HOLED[40:52, 4] = np.nan
HOLED[[[20], [21], [60]], [0, 8]] = np.nan
HOLED[[[22], [70], [71]], [2, 3, 5]] = np.nan
STEP = 1e-5


def two_groups(structure: Any, identification: Any, *, means: bool) -> Specification:
    return specify(
        HS,
        structure=structure,
        identification=identification,
        n_groups=2,
        equal=("loadings", "intercepts") if means else ("loadings",),
        free=("visual =~ x2", "x5~1") if means else ("visual=~x2",),
        mean_structure=means,
    )


def somewhere(specification: Specification, samples: tuple[Sample, ...]) -> np.ndarray:
    """A point near the start where all Sigma are positive definite."""
    ready = started(specification, [np.cov(ANSWERS.T)] * 2, [ANSWERS.mean(axis=0)] * 2)
    point = ready.start * np.random.default_rng(3).uniform(0.9, 1.1, specification.n_free)
    assert math.isfinite(Likelihood(ready, samples).value(point))
    return np.asarray(point)


def directions(n: int) -> np.ndarray:
    """Three random directions: a derivative that is wrong in any element is wrong along them."""
    return np.random.default_rng(8).normal(size=(3, n))


def differences(function: Any, point: np.ndarray) -> np.ndarray:
    """Directions x values: how a function changes along them."""
    ends = [(function(point + STEP * way), function(point - STEP * way)) for way in directions(len(point))]
    return np.array([(np.asarray(above) - np.asarray(below)) / (2 * STEP) for above, below in ends])


@pytest.mark.parametrize("structure", ["correlated", "second_order", "bifactor"])
@pytest.mark.parametrize("identification", ["marker", "std_lv"])
@pytest.mark.parametrize(("answers", "means"), [(ANSWERS, False), (ANSWERS, True), (HOLED, True)])
def test_derivatives_equal_differences(structure: Any, identification: Any, answers: np.ndarray, means: bool) -> None:
    specification = two_groups(structure, identification, means=means)
    likelihood = Likelihood(specification, (sample(answers[:40]), sample(answers[40:])))
    point = somewhere(specification, likelihood.samples)
    gradient, information = likelihood.slope(point)
    ways = directions(len(point))
    np.testing.assert_allclose(ways @ gradient, differences(likelihood.value, point), rtol=1e-5, atol=1e-6)
    turning = differences(lambda at: likelihood.slope(at)[0], point)
    np.testing.assert_allclose(ways @ likelihood.hessian(point), turning, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(likelihood.scores(point).sum(axis=0) / 80, -gradient, atol=1e-10)
    assert np.linalg.eigvalsh(information)[0] > 0


@pytest.mark.parametrize("structure", ["correlated", "second_order", "bifactor"])
def test_jacobian_and_standardised_slopes_equal_differences(structure: Any) -> None:
    specification = two_groups(structure, "marker", means=True)
    point = somewhere(specification, (sample(ANSWERS[:40]), sample(ANSWERS[40:])))
    rows, columns = vech_indices(9)
    for group in range(2):

        def moments(at: np.ndarray, group: int = group) -> np.ndarray:
            found = matrices(specification, group, at)
            return np.concatenate([found.mean, found.covariance[rows, columns]])

        delta = jacobian(specification, group, point)
        np.testing.assert_allclose(directions(len(point)) @ delta.T, differences(moments, point), rtol=1e-6, atol=1e-7)
    slopes = standardized(specification, point)[1]
    moving = differences(lambda at: standardized(specification, at)[0], point)
    np.testing.assert_allclose(directions(len(point)) @ slopes.T, moving, rtol=1e-6, atol=1e-6)


def test_expected_information_is_the_hessian_where_the_model_is_true() -> None:
    specification = specify(HS, mean_structure=True)
    ready = started(specification, [np.cov(ANSWERS.T)], [ANSWERS.mean(axis=0)])
    at = matrices(ready, 0, ready.start)
    root = np.linalg.cholesky(at.covariance)
    noise = with_correlations(np.eye(9), 200).to_numpy() * math.sqrt(200 / 199)
    likelihood = Likelihood(ready, (sample(at.mean + noise @ root.T),))
    gradient, information = likelihood.slope(ready.start)
    np.testing.assert_allclose(gradient, 0, atol=1e-10)
    np.testing.assert_allclose(likelihood.hessian(ready.start), information, atol=1e-8)
    found = minimise(likelihood, ready.start * 1.2)
    assert found is not None
    assert found.converged
    np.testing.assert_allclose(found.parameters, ready.start, atol=1e-7)


def test_a_search_that_cannot_begin_or_end_says_so() -> None:
    specification = specify({"a": ["x1", "x2", "x3"]})
    likelihood = Likelihood(specification, (sample(ANSWERS[:, :3]),))
    assert minimise(likelihood, np.zeros(specification.n_free)) is None  # Sigma = 0
    likelihood = Likelihood(specify(HS), (sample(ANSWERS),))
    assert likelihood.ran_off(np.where(np.arange(21) == 6, -100.0, 1.0))  # the first residual variance
    assert not likelihood.ran_off(np.ones(21))


def test_a_likelihood_without_a_maximum_is_no_solution_and_names_the_item() -> None:
    """Two items correlate .80 with each other and not with the rest of their factor: one residual variance runs to
    minus infinity. lavaan reports a local optimum with a chi-square 26 points higher."""
    items = data("bfi_n54")
    found = fit_cfa(items, {"c": ["C1", "C2", "C3"], "o": ["E3", "E5", "N1", "N2"]})
    assert found.status == "not_computable"
    assert [(reason.key, reason.values) for reason in found.reasons] == [
        ("heywood_case", {"items": ("N2",)}),
        ("not_converged", {}),
    ]
    assert math.isnan(found.chisq)
    assert not found.converged


def test_two_loadings_of_one_factor_are_not_identified() -> None:
    blocks = {"a": ["x1", "x2", "x3"], "b": ["x4", "x5"]}
    second = specify(blocks, structure="second_order", identification="std_lv")
    likelihood = Likelihood(started(second, [np.cov(ANSWERS[:, :5].T)], [np.zeros(5)]), (sample(ANSWERS[:, :5]),))
    assert is_singular(likelihood.slope(likelihood.specification.start)[1])


@pytest.mark.parametrize("structure", ["correlated", "second_order", "bifactor"])
@pytest.mark.parametrize("equal", [(), ("loadings",), ("loadings", "intercepts")])
def test_a_model_and_its_twin_without_markers_imply_the_same(structure: Any, equal: Any) -> None:
    specification = specify(HS, structure=structure, n_groups=2, equal=equal, mean_structure=True)
    twin = unit_twin(specification)
    assert twin.n_free == specification.n_free
    ready = started(twin, [np.cov(ANSWERS.T)] * 2, [ANSWERS.mean(axis=0)] * 2)
    point = ready.start + np.random.default_rng(2).uniform(0.1, 0.3, twin.n_free)
    brought = in_marker_units(specification, ready, point)
    assert brought is not None
    for group in range(2):
        one, two = matrices(ready, group, point), matrices(specification, group, brought)
        np.testing.assert_allclose(one.covariance, two.covariance, atol=1e-10)
        np.testing.assert_allclose(one.mean, two.mean, atol=1e-10)


def test_counts_of_parameters_and_names() -> None:
    assert specify(HS).n_free == 21
    assert specify(HS, structure="second_order").n_free == 21
    assert specify(HS, structure="bifactor", identification="std_lv").n_free == 27
    groups = specify(HS, n_groups=3, equal=("loadings", "intercepts", "residuals"), mean_structure=True)
    assert groups.n_free == 6 + 9 + 9 + 3 * 6 + 2 * 3  # loadings, residuals, intercepts, factor (co)variances, means
    assert groups.n_moments == 3 * 54
    moved = specify(HS, n_groups=2, equal=("loadings",), free=["visual =~x1"])
    fixed = [moved.term(e) for e in moved.elements if e.matrix == "lambda" and e.free == -1 and e.group == 0]
    assert fixed == ["visual =~ x2", "textual =~ x4", "speed =~ x7"]
    assert independence(("x1", "x2"), n_groups=2, mean_structure=True).n_free == 8


def test_saturated_moments_of_holed_answers_are_a_maximum() -> None:
    moments = saturated(sample(HOLED))
    assert moments.converged
    names = tuple(f"x{n}" for n in range(1, 10))
    pairs = combinations(range(9), 2)
    covariances = [Element("theta", 0, row, column, 18 + number, 0.0) for number, (row, column) in enumerate(pairs)]
    free = independence(names, n_groups=1, mean_structure=True).with_elements(covariances)
    start = np.zeros(free.n_free)
    for element in free.elements:
        value = moments.mean[element.row] if element.matrix == "nu" else moments.covariance[element.row, element.column]
        start[element.free] = value
    gradient, information = Likelihood(free, (sample(HOLED),)).slope(start)
    assert gradient @ np.linalg.solve(information, gradient) < 1e-14
    complete = saturated(sample(ANSWERS))
    np.testing.assert_allclose(complete.covariance, np.cov(ANSWERS.T, ddof=0))


def test_missing_answers_that_are_not_missing_change_nothing() -> None:
    items = data("hs1939")
    one, two = fit_cfa(items, HS, estimator="MLR"), fit_cfa(items, HS, estimator="MLR", missing="fiml")
    for name in ("chisq", "df", "cfi"):
        assert getattr(two, name) == pytest.approx(getattr(one, name), abs=1e-7)
    assert two.aic == pytest.approx(one.aic + 2 * 9)  # nine means are parameters now
    loadings = one.tidy().query("kind == 'loading'")
    other = two.tidy().query("kind == 'loading'")
    np.testing.assert_allclose(other["estimate"], loadings["estimate"], atol=1e-7)
    np.testing.assert_allclose(other["std_error"].dropna(), loadings["std_error"].dropna(), rtol=1e-6)


@settings(max_examples=4, deadline=None)
@given(
    st.permutations(range(9)),
    st.permutations(["visual", "textual", "speed"]),
    st.sampled_from(["ML", "MLR"]),
    st.lists(st.sampled_from([0.01, 0.3, 1.0, 25.0, 1000.0]), min_size=9, max_size=9),
)
def test_order_and_units_of_items_leave_fit_and_standardised_solution_alone(
    order: list[int], factors: list[str], estimator: Any, units: list[float]
) -> None:
    items = data("hs1939")[[item for block in HS.values() for item in block]]
    one = fit_cfa(items, HS, estimator=estimator, identification="std_lv")
    other = items.iloc[:, order] * [units[k] for k in order] + 3
    two = fit_cfa(other, {name: HS[name][::-1] for name in factors}, estimator=estimator, identification="std_lv")
    names = ["chisq", "df", "cfi", "tli", "rmsea", "srmr"] + (
        ["chisq_scaled", "cfi_robust"] if estimator == "MLR" else []
    )
    np.testing.assert_allclose(
        [getattr(two, name) for name in names], [getattr(one, name) for name in names], atol=1e-6
    )
    np.testing.assert_allclose(two.loadings.loc[items.columns, list(HS)], one.loadings, atol=1e-7)
    ours = one.tidy().set_index("term")["standardized_std_error"]
    theirs = two.tidy().set_index("term")["standardized_std_error"]
    loadings = [term for term in ours.index if " =~ " in term]
    np.testing.assert_allclose(theirs[loadings], ours[loadings], rtol=1e-5)


@pytest.mark.parametrize("structure", ["correlated", "second_order"])
@pytest.mark.parametrize("missing", ["listwise", "fiml"])
def test_identification_changes_units_alone(structure: Any, missing: Any) -> None:
    items = data("bfi_n1000")
    blocks = {**AC, "E": ["E1", "E2", "E3", "E4", "E5"]}
    one, two = (fit_cfa(items, blocks, structure=structure, missing=missing, identification=unit)
                for unit in ("marker", "std_lv"))  # fmt: skip
    assert two.chisq == pytest.approx(one.chisq, abs=1e-6)
    np.testing.assert_allclose(two.loadings.abs(), one.loadings.abs(), atol=1e-7)
    errors = [frame.tidy().query("kind == 'loading'")["standardized_std_error"] for frame in (one, two)]
    np.testing.assert_allclose(errors[0].to_numpy(), errors[1].to_numpy(), rtol=1e-5)
    np.testing.assert_allclose(two.r_squared, one.r_squared, atol=1e-7)


def test_a_restriction_never_lowers_chi_square() -> None:
    items = data("hs1939")
    everything = [item for block in HS.values() for item in block]
    merged = {"a": HS["visual"] + HS["textual"], "speed": HS["speed"]}
    chain = [fit_cfa(items, model).chisq for model in (HS, merged, {"a": everything})]
    assert chain == sorted(chain)
    second = fit_cfa(items, HS, structure="second_order").chisq
    assert second == pytest.approx(chain[0], abs=1e-6)  # three factors: the same model in other parameters


def test_a_model_recovers_what_it_was_made_of() -> None:
    loadings = np.zeros((8, 2))
    loadings[:4, 0], loadings[4:, 1] = (0.8, 0.7, 0.6, 0.5), (0.75, 0.65, 0.55, 0.45)
    correlations = loadings @ np.array([[1, 0.4], [0.4, 1]]) @ loadings.T
    np.fill_diagonal(correlations, 1.0)
    items = with_correlations(correlations, 120)
    found = fit_cfa(items, {"a": list(items.columns[:4]), "b": list(items.columns[4:])})
    np.testing.assert_allclose(found.loadings, loadings, atol=1e-7)
    assert found.factor_correlations.loc["a", "b"] == pytest.approx(0.4, abs=1e-7)
    assert found.chisq == pytest.approx(0, abs=1e-9)
    assert (found.cfi, found.rmsea) == (1.0, 0.0)
    np.testing.assert_allclose(found.modification_indices["statistic"], 0, atol=1e-9)


def test_a_constraint_freed_lowers_chi_square_by_about_its_modification_index() -> None:
    items = data("hs1939")
    base = fit_cfa(items, HS)
    largest = base.modification_indices.iloc[0]
    factor, item = largest["term"].split(" =~ ")
    freed = fit_cfa(items, {**HS, factor: [*HS[factor], item]})
    assert base.chisq - freed.chisq == pytest.approx(largest["statistic"], rel=0.25)
    estimate = freed.tidy().set_index("term").loc[largest["term"], "estimate"]
    assert np.sign(estimate) == np.sign(largest["epc"])
    assert (base.modification_indices["statistic"].diff().dropna() <= 0).all()


def test_corrections_and_noncentrality_at_their_limits() -> None:
    assert math.isnan(bartlett_corrected(50.0, n=10, n_items=22, n_factors=2))
    assert bartlett_corrected(80.0, n=100, n_items=8, n_factors=2) < 80
    assert math.isnan(swain_corrected(10.0, n=50, n_items=3, df=0))
    assert swain_corrected(80.0, n=100, n_items=8, df=19) < 80
    assert noncentrality(5.0, 24, 0.95) == 0.0
    assert stats.ncx2.cdf(85.3, 24, noncentrality(85.3, 24, 0.05)) == pytest.approx(0.05)


def test_p_values_and_intervals_follow_from_estimates() -> None:
    table = fit_cfa(data("hs1939"), HS, conf_level=0.9).tidy().query("free")
    np.testing.assert_allclose(table["statistic"], table["estimate"] / table["std_error"])
    np.testing.assert_allclose(table["p_value"], 2 * stats.norm.sf(table["statistic"].abs()))
    half = (table["conf_high"] - table["conf_low"]) / 2
    np.testing.assert_allclose(half, stats.norm.ppf(0.95) * table["std_error"])
    fixed = pd.DataFrame(fit_cfa(data("hs1939"), HS).tidy().query("~free"))
    assert fixed["std_error"].isna().all()
    assert list(fixed["estimate"]) == [1.0, 1.0, 1.0]
