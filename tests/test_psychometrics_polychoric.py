"""Polychoric correlations: against psych, lavaan and polycor, and what must hold for any ordered answers."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Literal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra.numpy import arrays
from psychometrics_facts import assert_agrees, facts, items_of, table
from scipy.integrate import quad
from scipy.special import ndtr, ndtri
from scipy.stats import multivariate_normal

from efficacy.psychometrics import fit_efa, minimum_average_partial, parallel_analysis, polychoric, tucker_congruence
from efficacy.psychometrics.bivariate_normal import bivariate_normal_cdf, bivariate_normal_density
from efficacy.psychometrics.contingency import ordered_items
from efficacy.psychometrics.polychoric_estimation import cells, estimate_pairs, square, two_step
from efficacy.psychometrics.polychoric_null import shuffled_polychoric
from efficacy.psychometrics.smoothing import SMOOTHED_EIGENVALUE, smooth

FACTS = facts("polychoric")
TAGS = ["bfi_AC", "bfi95_22", "bfi54_A", "lsat6", "lsat6_sparse"]
PAIRS = [name for name in FACTS if ".polychor." in name]
answers = arrays(float, st.tuples(st.integers(8, 30), st.just(3)), elements=st.integers(1, 4).map(float))


def complete(tag: str) -> pd.DataFrame:
    return items_of(FACTS[f"{tag}.lavCor.twostep"]).dropna()


@pytest.mark.parametrize("tag", TAGS)
def test_two_step_estimates_and_their_errors_equal_lavaan(tag: str) -> None:
    found = polychoric(complete(tag), errors="observed")
    assert_agrees(found.correlations, table(FACTS[f"{tag}.lavCor.twostep"]["value"]), 1e-6)
    expected = FACTS[f"{tag}.lavCor.thresholds"]["value"]
    thresholds, pairs = pd.DataFrame(expected["thresholds"]), pd.DataFrame(expected["correlations"])
    assert found.thresholds["item"].tolist() == thresholds["lhs"].tolist()
    assert [f"t{number}" for number in found.thresholds["threshold"]] == thresholds["rhs"].tolist()
    assert_agrees(found.thresholds[["estimate", "std_error"]], thresholds[["est", "se"]])
    assert found.tidy()["term_1"].tolist() == pairs["lhs"].tolist()
    assert found.tidy()["term_2"].tolist() == pairs["rhs"].tolist()
    assert_agrees(found.tidy()[["estimate", "std_error"]], pairs[["est", "se"]], 1e-6)
    assert (found.status, found.smoothed, found.n_at_limit) == ("ok", False, 0)
    assert found.n_filled == (1 if tag == "lsat6_sparse" else 0)


@pytest.mark.parametrize("tag", ["bfi_AC", "bfi95_22", "bfi54_A", "lsat6"])
def test_estimates_equal_psych(tag: str) -> None:
    expected = FACTS[f"{tag}.polychoric.correct0"]["value"]
    found = polychoric(complete(tag), empty_cells="none")
    assert_agrees(found.correlations, table(expected["rho"]), 1e-4)
    tau = table(expected["tau"])
    for item, own in found.thresholds.groupby("item"):
        there = pd.to_numeric(tau.loc[item])  # psych counts the answers nobody gave: infinite or repeated thresholds
        there = there[np.isfinite(there)].drop_duplicates()
        assert_agrees(own["estimate"], there)


@pytest.mark.parametrize("tag", ["lsat6", "lsat6_sparse"])
def test_two_categories_equal_tetrachoric_with_half_a_respondent_for_an_empty_cell(tag: str) -> None:
    expected = FACTS[f"{tag}.tetrachoric.default"]["value"]
    found = polychoric(complete(tag), empty_cells="half")
    assert_agrees(found.correlations, table(expected["rho"]), 1e-4)
    assert_agrees(found.thresholds["estimate"], list(expected["tau"].values()))
    assert found.n_filled == (1 if tag == "lsat6_sparse" else 0)


def test_an_empty_cell_left_alone_lets_the_estimate_run_to_its_limit() -> None:
    # psych stops at -.97, where the probability of the cell falls below its precision; every other pair agrees
    expected = table(FACTS["lsat6_sparse.tetrachoric.correct0"]["value"]["rho"])
    found = polychoric(complete("lsat6_sparse"), empty_cells="none", smoothing="none")
    np.testing.assert_allclose(found.correlations.mask(expected < -0.9), expected.mask(expected < -0.9), atol=1e-4)
    row = found.tidy().query("term_1 == 'Q1' and term_2 == 'Q4'").iloc[0]
    assert (row["estimate"], row["at_limit"], found.n_at_limit) == (-1, True, 1)
    assert row[["std_error", "conf_low", "conf_high"]].isna().all()
    assert [reason.key for reason in found.reasons] == ["correlation_at_limit"]


@pytest.mark.parametrize("name", PAIRS)
def test_a_pair_equals_polycor(name: str) -> None:
    value = FACTS[name]["value"]
    found = polychoric(items_of(FACTS[name]).dropna()[[value["x"], value["y"]]])
    row = found.tidy().iloc[0]
    assert_agrees(row["estimate"], value["rho_twostep"], 1e-4)
    # joint estimation of the thresholds moves the correlation, less in larger samples (polycor ML)
    assert abs(row["estimate"] - value["rho_ml"]) < (0.003 if row["n"] > 1000 else 0.02)


def test_missing_answers_are_deleted_pair_by_pair_as_lavaan_does() -> None:
    entry = FACTS["bfi54_10.lavCor.pairwise"]
    items = items_of(entry)
    found = polychoric(items, errors="observed")
    pairs = pd.DataFrame(entry["value"]["correlations"])
    assert_agrees(found.tidy()[["estimate", "std_error"]], pairs[["est", "se"]], entry["tolerance"])
    thresholds = pd.DataFrame(entry["value"]["thresholds"])
    assert_agrees(found.thresholds[["estimate", "std_error"]], thresholds[["est", "se"]], entry["tolerance"])
    answered = items.notna().astype(int)
    assert found.counts.equals(answered.T @ answered)
    assert found.tidy()["n"].tolist() == [found.counts.loc[row.term_1, row.term_2] for row in found.tidy().itertuples()]
    assert found.thresholds["n"].tolist() == [answered[item].sum() for item in found.thresholds["item"]]
    assert (found.n_used, found.n_dropped) == (54, 0)


def test_a_matrix_that_is_not_positive_definite_is_smoothed_like_psych_and_flagged() -> None:
    entry = FACTS["bfi24_16.cor.smooth"]
    raw, smoothed = table(entry["value"]["raw"]), table(entry["value"]["smoothed"])
    items = items_of(entry).head(24).dropna()
    found = polychoric(items)
    assert_agrees(found.correlations, smoothed, 1e-4)
    assert_agrees(found.smallest_eigenvalue, entry["value"]["smallest"], 1e-4)
    assert (found.status, found.smoothed) == ("flagged", True)
    reason = found.reasons[-1]
    assert (reason.key, reason.values["smallest_eigenvalue"]) == ("correlations_smoothed", found.smallest_eigenvalue)
    left = polychoric(items, smoothing="none")
    assert_agrees(left.correlations, raw, 1e-4)
    assert (left.status, left.smoothed) == ("ok", False)
    assert left.tidy()["estimate"].tolist() == found.tidy()["estimate"].tolist()
    assert_agrees(smooth(raw.to_numpy()), smoothed)


def test_smoothing_leaves_a_positive_matrix_and_ends_in_one() -> None:
    good = table(FACTS["bfi54_A.lavCor.twostep"]["value"]).to_numpy()
    bad = np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]])
    np.testing.assert_allclose(smooth(good), good, atol=1e-12)
    both = smooth(np.stack([np.eye(3), bad]))
    np.testing.assert_allclose(both[0], np.eye(3))
    assert 0 < np.linalg.eigvalsh(both[1])[0] < 2 * SMOOTHED_EIGENVALUE
    assert np.diagonal(both[1]).tolist() == [1, 1, 1]


def test_bivariate_normal_equals_scipy_up_to_extreme_correlations() -> None:
    points = [(0.0, 0.0), (0.0, -1.2), (1.3, 0.0), (-0.4, 2.1), (-3.0, -2.5), (0.7, 0.7)]
    for x, y in points:
        for r in (-0.999, -0.6, 0.0, 0.3, 0.95, 0.9999):
            found = bivariate_normal_cdf(np.array([x]), np.array([y]), np.array([r]))[0]
            inner = lambda t, y=y, r=r: (  # noqa: E731
                math.exp(-t * t / 2) / math.sqrt(2 * math.pi) * ndtr((y - r * t) / math.sqrt(1 - r * r))
            )
            edges = sorted({-9.0, x, *(q for q in (y / r if r else 0.0,) if -9 < q < x)})
            expected = sum(quad(inner, low, high, epsabs=1e-13)[0] for low, high in pairwise(edges))
            assert found == pytest.approx(expected, abs=1e-9)
            if abs(r) < 0.99:
                density = bivariate_normal_density(np.array([x]), np.array([y]), np.array([r]))[0]
                assert density == pytest.approx(multivariate_normal([0, 0], [[1, r], [r, 1]]).pdf([x, y]))


def test_cells_and_their_slopes() -> None:
    first, second = np.array([[-0.5, 0.3, 1.4]]), np.array([[-1.0, 0.0, 40.0]])  # the second item has three categories
    step = 1e-5
    at, low, high = (cells(np.array([r]), first, second) for r in (0.4, 0.4 - step, 0.4 + step))
    assert at.probability.sum() == pytest.approx(1)
    np.testing.assert_allclose(at.probability[0, :, 3], 0, atol=1e-15)
    np.testing.assert_allclose(at.probability[0].sum(axis=1), np.diff(ndtr([-np.inf, *first[0], np.inf])), atol=1e-12)
    np.testing.assert_allclose(at.slope, (high.probability - low.probability) / (2 * step), atol=1e-8)
    np.testing.assert_allclose(at.curvature, (high.slope - low.slope) / (2 * step), atol=1e-8)


def test_the_robust_standard_error_is_the_delta_method_over_the_cells() -> None:
    # an estimate is a smooth function of the shares of the cells: its numerical derivatives give the variance
    items = complete("bfi_AC")[["A4", "C5"]]
    counts = pd.crosstab(items["A4"], items["C5"]).to_numpy(dtype=float)
    n, step = counts.sum(), 1e-2

    def estimate(cells_: np.ndarray) -> float:
        cuts = [ndtri(cells_.sum(axis=axis).cumsum()[:-1] / cells_.sum()) for axis in (1, 0)]
        return float(two_step(cells_[None], cuts[0][None], cuts[1][None])[0][0])

    slopes = np.zeros_like(counts)
    for cell in np.ndindex(*counts.shape):
        bump = np.zeros_like(counts)
        bump[cell] = step
        slopes[cell] = (estimate(counts + bump) - estimate(counts - bump)) / (2 * step)
    variance = (counts * slopes**2).sum() * n / (n - 1)
    found = polychoric(items).tidy().iloc[0]
    assert found["std_error"] == pytest.approx(math.sqrt(variance), rel=1e-4)


def test_the_two_standard_errors_agree_in_a_large_sample_from_a_normal_distribution() -> None:
    data = np.random.default_rng(4).multivariate_normal([0, 0, 0], 0.4 + 0.6 * np.eye(3), 20_000)
    items = pd.DataFrame(np.digitize(data, [-1.0, 0.2, 1.1]).astype(float), columns=["a", "b", "c"])
    robust, observed = polychoric(items), polychoric(items, errors="observed")
    np.testing.assert_allclose(robust.tidy()["std_error"], observed.tidy()["std_error"], rtol=0.05)
    z = (robust.tidy()["estimate"] - 0.4) / robust.tidy()["std_error"]
    assert z.abs().max() < 3


@settings(max_examples=40, deadline=None)
@given(answers)
def test_invariants(values: np.ndarray) -> None:
    frame = pd.DataFrame(values, columns=["a", "b", "c"])
    one = polychoric(frame, smoothing="none")
    tidy = one.tidy()
    present = tidy.dropna(subset=["conf_low"])
    assert (present["conf_low"] <= present["estimate"]).all()
    assert (present["estimate"] <= present["conf_high"]).all()
    assert tidy["estimate"].dropna().between(-1, 1).all()
    # only the order of the answers counts, turning an item round turns the sign, the order of items does not matter
    other = polychoric(frame.assign(a=-(frame["a"] ** 3))[["c", "b", "a"]], smoothing="none")
    turned = other.correlations.loc[["a", "b", "c"], ["a", "b", "c"]]
    sign = np.array([[1, -1, -1], [-1, 1, 1], [-1, 1, 1]])
    np.testing.assert_allclose(turned * sign, one.correlations, atol=1e-6)
    twice = polychoric(pd.concat([frame, frame]), smoothing="none", empty_cells="none")
    alone = polychoric(frame, smoothing="none", empty_cells="none")
    np.testing.assert_allclose(twice.correlations, alone.correlations, atol=1e-6)


def test_no_other_correlation_is_more_likely() -> None:
    rng = np.random.default_rng(3)
    grid = np.linspace(-0.999, 0.999, 1999)
    for n in (8, 20, 60):
        data = rng.multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], n)
        items = ordered_items(np.digitize(data, [-1.0, 0.0, 0.8]).astype(float))
        found = polychoric(pd.DataFrame(items.codes.astype(float), columns=["a", "b"])).tidy()["estimate"].item()
        counts = np.zeros((items.n_categories[0], items.n_categories[1]))
        np.add.at(counts, tuple(items.codes.T), 1)
        cuts = [ndtri(counts.sum(axis=axis).cumsum()[:-1] / n) for axis in (1, 0)]
        width = max(len(cut) for cut in cuts)
        first, second = (np.append(cut, [40.0] * (width - len(cut)))[None].repeat(2000, axis=0) for cut in cuts)
        at = cells(np.append(grid, np.clip(found, -0.9999, 0.9999)), first, second).probability
        at = at[:, : counts.shape[0], : counts.shape[1]]
        likelihood = (counts * np.log(np.maximum(at, 1e-300))).sum(axis=(1, 2))
        assert likelihood[-1] >= likelihood.max() - 1e-9


GOOD = pd.DataFrame({"a": [1.0, 2, 3, 3, 2, 1, 2, 3], "b": [1.0, 1, 2, 2, 2, 1, 1, 1], "c": [2.0, 1, 3, 1, 2, 3, 3, 1]})


@pytest.mark.parametrize(
    ("items", "key"),
    [
        (GOOD[["a"]], "too_few_items"),
        (GOOD.head(2), "too_few_rows"),
        (GOOD.head(0), "too_few_rows"),
        (GOOD.assign(b=2.0)[["a", "b"]], "zero_variance"),
        (GOOD.assign(b=math.nan)[["a", "b"]], "too_few_rows"),
        (pd.DataFrame({"a": np.arange(30.0), "b": [1.0, 2.0] * 15}), "too_many_categories"),
    ],
)
def test_not_computable_with_its_reason(items: pd.DataFrame, key: str) -> None:
    found = polychoric(items)
    assert found.status == "not_computable"
    assert [reason.key for reason in found.reasons] == [key]
    assert found.tidy()["estimate"].isna().all()
    assert math.isnan(found.smallest_eigenvalue)
    assert len(found.glance()) == 1


def test_what_is_missing_is_flagged_and_the_rest_computed() -> None:
    items = GOOD.assign(same=3.0, nobody=math.nan, few=[*[math.nan] * 6, 1.0, 2.0])
    found = polychoric(items)
    assert found.status == "flagged"
    assert {reason.key: dict(reason.values) for reason in found.reasons} == {
        "empty_items": {"items": ("nobody",)},
        "zero_variance": {"items": ("same",)},
        "pairs_too_small": {"n_pairs": 4, "minimum": 3},
    }
    assert found.tidy().dropna(subset=["estimate"])[["term_1", "term_2"]].to_numpy().tolist() == [
        ["a", "b"],
        ["a", "c"],
        ["b", "c"],
    ]
    assert math.isnan(found.correlations.loc["same", "same"])
    assert found.correlations.loc["few", "few"] == 1
    np.testing.assert_allclose(found.correlations.loc["a", "b"], polychoric(GOOD).correlations.loc["a", "b"])


def test_items_that_repeat_each_other_lie_at_the_limit() -> None:
    found = polychoric(GOOD.assign(again=GOOD["a"] * 2), smoothing="none")
    assert found.correlations.loc["a", "again"] == 1
    assert "correlation_at_limit" in [reason.key for reason in found.reasons]


@pytest.mark.parametrize("option", [{"empty_cells": "drop"}, {"smoothing": "yes"}, {"errors": "x"}, {"conf_level": 2}])
def test_a_wrong_call_is_refused(option: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(option))):
        polychoric(GOOD, **option)  # type: ignore[arg-type]


@pytest.mark.parametrize(("tag", "n_factors"), [("bfi95_22.nf2", 2), ("bfi_ACN.nf3", 3)])
def test_factor_analysis_of_polychoric_correlations_equals_psych(tag: str, n_factors: int) -> None:
    entry = FACTS[f"{tag}.poly.fa.minres.oblimin"]
    found = fit_efa(items_of(entry), n_factors=n_factors, correlation="polychoric")
    expected = table(entry["value"]["loadings"])
    likeness = tucker_congruence(found.loadings, expected)
    column, sign = (
        likeness.abs().idxmax(axis=1),
        np.sign(likeness.to_numpy()[np.arange(n_factors), likeness.abs().to_numpy().argmax(axis=1)]),
    )
    aligned = expected[column] * sign
    assert_agrees(found.loadings, aligned, 1e-3)
    phi = table(entry["value"]["Phi"]).loc[column, column] * np.outer(sign, sign)
    assert_agrees(found.factor_correlations, phi, 1e-3)
    assert_agrees(found.communalities, list(entry["value"]["communality"].values()), 1e-3)
    assert "correlations_smoothed" not in [reason.key for reason in found.reasons]


def test_a_factor_analysis_of_smoothed_correlations_has_no_test_of_fit() -> None:
    items = items_of(FACTS["bfi24_16.cor.smooth"]).head(24)
    found = fit_efa(items, n_factors=2, correlation="polychoric")
    keys = [reason.key for reason in found.reasons]
    assert found.status == "flagged"
    assert {"correlations_smoothed", "fit_not_computable"} <= set(keys)
    assert math.isnan(found.chisq)
    assert math.isnan(found.rmsea)
    assert found.rms > 0
    assert np.isfinite(found.loadings).all(axis=None)


@pytest.mark.parametrize("tag", ["bfi95_22.nf2", "bfi_ACN.nf3"])
def test_observed_eigenvalues_of_polychoric_correlations_equal_psych(tag: str) -> None:
    entry = FACTS[f"{tag}.poly.kmo_bartlett_eigen"]
    found = parallel_analysis(items_of(entry), basis="component", correlation="polychoric", n_iterations=5, seed=1)
    assert_agrees(found.tidy()["observed"], entry["value"]["eigen"], 1e-4)


@pytest.mark.parametrize(
    ("basis", "observed", "random"), [("component", "pc.values", "pc"), ("factor", "fa.values", "fa")]
)
def test_parallel_analysis_of_ordered_answers_equals_psych_within_random_error(
    basis: Literal["component", "factor"], observed: str, random: str
) -> None:
    entry = FACTS["bfi95_10.fa.parallel.poly"]
    expected, few = entry["value"], 300
    found = parallel_analysis(items_of(entry), basis=basis, correlation="polychoric", n_iterations=few, seed=3)
    assert_agrees(found.tidy()["observed"], expected[observed], 1e-4)
    theirs = {key: np.array(values) for key, values in expected[random].items()}
    z = (found.tidy()["mean"] - theirs["mean"]) / (theirs["sd"] * math.sqrt(1 / few + 1 / 100))
    assert np.abs(z).max() < 5
    assert np.abs(found.tidy()["percentile"] - theirs["q95"]).max() < 0.1
    assert found.n_factors == expected["ncomp" if basis == "component" else "nfact"]
    assert (found.status, found.correlation) == ("ok", "polychoric")


def test_random_matrices_are_polychoric_matrices_of_shuffled_answers() -> None:
    items = ordered_items(complete("bfi54_A").to_numpy(dtype=float))
    stack = np.concatenate(list(shuffled_polychoric(items, 20, np.random.default_rng(5))))
    codes = np.random.default_rng(5).permuted(np.broadcast_to(items.codes, (20, *items.codes.shape)), axis=1)
    for matrix, answers_ in zip(stack, codes, strict=True):
        alone = estimate_pairs(ordered_items(answers_.astype(float)), empty_cells="keep_margins")
        np.testing.assert_allclose(matrix, square(alone.correlation, items), atol=1e-5)


def test_random_matrices_of_rare_answers_may_lie_at_the_limit_and_are_positive_definite() -> None:
    answers_ = np.ones((12, 4))
    answers_[:2] = 2
    answers_[2:5, 1] = 3
    stack = np.concatenate(list(shuffled_polychoric(ordered_items(answers_), 60, np.random.default_rng(5))))
    assert stack.shape == (60, 4, 4)
    assert np.isfinite(stack).all()
    assert np.linalg.eigvalsh(stack).min() > 0


def test_number_of_factors_from_smoothed_correlations_is_flagged() -> None:
    items = items_of(FACTS["bfi24_16.cor.smooth"]).head(24)
    for found in (
        parallel_analysis(items, correlation="polychoric", n_iterations=20, seed=1),
        minimum_average_partial(items, correlation="polychoric"),
    ):
        assert found.status == "flagged"
        assert "correlations_smoothed" in [reason.key for reason in found.reasons]
        assert math.isfinite(found.n_factors)


def test_measured_quantities_have_no_polychoric_correlations() -> None:
    items = pd.DataFrame(np.random.default_rng(1).normal(size=(60, 4)), columns=[*"abcd"])
    for found in (
        fit_efa(items, n_factors=1, correlation="polychoric"),
        parallel_analysis(items, correlation="polychoric", n_iterations=5, seed=1),
    ):
        assert found.status == "not_computable"
        assert [reason.key for reason in found.reasons] == ["too_many_categories"]
