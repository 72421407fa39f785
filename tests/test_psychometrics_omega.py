"""Omega: against psych, lavaan and semTools, in closed form, and what its bootstrap interval promises."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pandas as pd
import pytest
from psychometrics_facts import assert_agrees, facts, scored, table, with_correlations

from efficacy.psychometrics import Omega, OmegaHierarchical, fit_efa, mcdonald_omega, omega_hierarchical
from efficacy.psychometrics.omega_bootstrap import log_interval, omegas
from efficacy.psychometrics.resampling import resampled_correlations
from efficacy.psychometrics.schmid_leiman import schmid_leiman
from efficacy.streams import stream

FACTS = facts("omega")
TAGS = sorted({name.split(".")[0] for name in FACTS})
HIERARCHICAL = [name for name in FACTS if ".omega.nf" in name]
FEW = 60  # resamples, where the interval is not looked at

LOADINGS = np.array([0.8, 0.7, 0.6, 0.5, 0.4])
ONE_FACTOR = np.outer(LOADINGS, LOADINGS) + np.diag(1 - LOADINGS**2)


@cache
def mcdonald(tag: str) -> Omega:
    return mcdonald_omega(scored(FACTS[f"{tag}.mcdonald.ml"]), n_resamples=FEW)


@cache
def hierarchical(name: str) -> OmegaHierarchical:
    flip = "flip"  # psych::omega does
    return omega_hierarchical(scored(FACTS[name]), n_factors=int(name[-1]), negative_loadings=flip, n_resamples=FEW)


@pytest.mark.parametrize("tag", TAGS)
def test_one_factor_equals_lavaan_and_semtools(tag: str) -> None:
    found = mcdonald(tag)
    expected = FACTS[f"{tag}.mcdonald.ml"]["value"]
    assert_agrees(found.estimate, expected["omega_model"], 1e-5)
    assert_agrees(found.observed, expected["omega_observed"], 1e-5)
    by_semtools = table(FACTS[f"{tag}.mcdonald.semTools"]["value"]).iloc[:, 0]
    assert_agrees(found.tidy()["estimate"], by_semtools[["omega", "omega3"]], 1e-5)
    loadings = pd.Series(FACTS[f"{tag}.mcdonald.std_loadings"]["value"])
    assert_agrees(found.loadings * np.sign(found.loadings @ loadings), loadings[found.loadings.index], 2e-5)


# psych stops in a local optimum of bfi_A: ours has a lower objective, and a Heywood case
LOCAL_OPTIMUM = ["bfi_A.omega.nf2"]


@pytest.mark.parametrize("name", [name for name in HIERARCHICAL if name not in LOCAL_OPTIMUM])
def test_hierarchical_equals_psych(name: str) -> None:
    found, expected = hierarchical(name), FACTS[name]["value"]
    assert_agrees(found.estimate, expected["omega_h"], 1e-3)
    assert_agrees(found.omega_total, expected["omega_tot"], 1e-5)
    if name.endswith("nf1"):
        general = pd.Series(expected["g_loadings"])  # psych stores them after flipping
        assert_agrees(found.loadings["general"].abs(), general.abs(), 1e-4)
        return
    assert_agrees(found.omega_limit, expected["omega_lim"], 1e-3)
    assert_agrees(found.explained_common_variance, expected["ECV"]["g"], 1e-3)
    sl = table(expected["sl"])
    flipped = {row.removesuffix("-") for row in sl.index if row.endswith("-")}
    assert set(found.flipped) == flipped
    signs = np.where(found.loadings["item"].isin(flipped), -1, 1)
    assert_agrees(found.loadings["general"] * signs, sl["g"], 2e-3)
    assert_agrees(found.loadings["communality"], sl["h2"], 5e-4)
    assert_agrees(found.loadings["uniqueness"], sl["u2"], 5e-4)
    theirs = table(expected["omega.group"]).iloc[1:].sort_values("general")
    ours = found.groups.sort_values("omega_general")
    assert_agrees(ours["omega_general"], theirs["general"], 2e-3)
    assert_agrees(ours["omega_group"], theirs["group"], 2e-3)
    assert_agrees(ours["omega_total"], theirs["total"], 3e-3)
    assert ours["n_items"].sum() == found.n_items


@pytest.mark.parametrize("name", LOCAL_OPTIMUM)
def test_a_lower_objective_than_that_of_psych_is_said(name: str) -> None:
    found = hierarchical(name)
    assert {"several_optima", "heywood_case"} <= {reason.key for reason in found.reasons}
    theirs = table(FACTS[name]["value"]["oblique"]).to_numpy()
    correlations = scored(FACTS[name]).dropna().corr().to_numpy()
    rest = correlations - theirs @ table(FACTS[name]["value"]["phi"]).to_numpy() @ theirs.T
    np.fill_diagonal(rest, 0)
    ours = fit_efa(scored(FACTS[name]), n_factors=2)
    assert ours.rms**2 * 20 < (rest**2).sum() - 1e-5


@pytest.mark.parametrize("tag", ["bfi95_22"])
def test_flipping_is_a_choice_and_changes_the_coefficient(tag: str) -> None:
    """Five items point the other way: their raw sum is far less reliable than the sum after reversing them."""
    items = scored(FACTS[f"{tag}.omega.nf1"])
    kept = omega_hierarchical(items, n_factors=1, n_resamples=FEW)
    flipped = hierarchical(f"{tag}.omega.nf1")
    assert kept.flipped == ()
    assert [reason.key for reason in kept.reasons] == ["no_group_factors", "negative_general_loadings"]
    assert [reason.key for reason in flipped.reasons] == ["no_group_factors", "items_flipped"]
    assert flipped.omega_total - kept.omega_total > 0.05
    reversed_items = items.assign(**{name: 7 - items[name] for name in flipped.flipped})
    by_hand = omega_hierarchical(reversed_items, n_factors=1, n_resamples=FEW)
    assert by_hand.omega_total == pytest.approx(flipped.omega_total, abs=1e-9)
    assert by_hand.estimate == pytest.approx(flipped.estimate, abs=1e-9)


def test_one_factor_in_closed_form() -> None:
    items = with_correlations(ONE_FACTOR, n=80) * [1, 2, 3, 1, 1] + 7
    raw = LOADINGS * [1, 2, 3, 1, 1]
    errors = (1 - LOADINGS**2) * np.array([1, 4, 9, 1, 1])
    found = mcdonald_omega(items, n_resamples=FEW)
    assert found.estimate == pytest.approx(raw.sum() ** 2 / (raw.sum() ** 2 + errors.sum()), abs=1e-7)
    assert found.observed == pytest.approx(found.estimate, abs=1e-7)  # the model is exact
    np.testing.assert_allclose(found.loadings, LOADINGS, atol=1e-6)
    assert (found.status, found.n_used, found.n_items) == ("ok", 80, 5)


def test_schmid_leiman_of_a_known_hierarchy() -> None:
    second = np.array([0.9, 0.8, 0.6])
    phi = np.outer(second, second) + np.diag(1 - second**2)
    pattern = np.kron(np.eye(3), np.array([[0.8], [0.7], [0.6]]))
    correlations = pattern @ phi @ pattern.T + np.diag(1 - (pattern**2).sum(axis=1))
    found = omega_hierarchical(with_correlations(correlations, n=200), n_factors=3, n_resamples=FEW)
    general = pattern @ second
    assert found.estimate == pytest.approx(general.sum() ** 2 / correlations.sum(), abs=1e-5)
    assert found.omega_total == pytest.approx(1 - (1 - (pattern**2).sum() / 9) * 9 / correlations.sum(), abs=1e-5)
    np.testing.assert_allclose(found.loadings["general"], general, atol=1e-4)
    groups = found.loadings[["F1", "F2", "F3"]].to_numpy()
    np.testing.assert_allclose(general**2 + (groups**2).sum(axis=1), found.loadings["communality"], atol=1e-4)
    assert found.groups["n_items"].tolist() == [3, 3, 3]


def test_two_group_factors_share_the_general_factor_by_convention() -> None:
    parts = schmid_leiman(
        np.eye(2)[None].repeat(2, axis=0), np.array([[[1, 0.36], [0.36, 1]], [[1, -0.36], [-0.36, 1]]])
    )
    np.testing.assert_allclose(parts.second_order, [[0.6, 0.6], [0.6, -0.6]])
    np.testing.assert_allclose(np.abs(parts.groups[0]), 0.8 * np.eye(2))


def test_the_interval_by_hand() -> None:
    replicates = 1 - np.exp([-1.0, -2.0, -3.0])  # log(1 - omega) = -1, -2, -3: deviation 1
    found = log_interval(0.8, replicates, n=1_000_000, conf_level=0.95)
    z = 1.959966
    assert found.std_error == pytest.approx(0.2)
    assert found.conf_low == 0  # 1 - .2 exp(z) is below 0, where no omega is
    assert found.conf_high == pytest.approx(1 - 0.2 * math.exp(-z), abs=1e-5)
    kurtosis = 1.5
    error = math.sqrt((kurtosis - 1) / 12)
    assert found.monte_carlo_error_high == pytest.approx(0.2 * math.exp(-z) * z * error, abs=1e-5)
    assert math.isnan(log_interval(0.8, replicates[:1], n=50, conf_level=0.95).conf_low)


def test_the_monte_carlo_error_is_what_other_seeds_do() -> None:
    items = scored(FACTS["bfi54_CE.mcdonald.ml"])[["C1", "C2", "C3", "C4", "C5"]]
    results = [mcdonald_omega(items, n_resamples=100, seed=seed) for seed in range(12)]
    spread = np.std([one.conf_low for one in results], ddof=1)
    claimed = np.mean([one.monte_carlo_error_low for one in results])
    assert 0.5 < spread / claimed < 2
    again = mcdonald_omega(items, n_resamples=100, seed=3)
    assert (again.conf_low, again.conf_high) == (results[3].conf_low, results[3].conf_high)
    assert all(one.conf_low < one.estimate < one.conf_high for one in results)
    wider = mcdonald_omega(items, n_resamples=100, seed=3, conf_level=0.99)
    assert wider.conf_low < again.conf_low < again.conf_high < wider.conf_high


def test_resampled_correlations_are_those_of_the_rows_drawn() -> None:
    values = scored(FACTS["hs9.mcdonald.ml"]).to_numpy(dtype=float)[:40]
    (stack,) = resampled_correlations(values, n_resamples=3, seed=5, name="test")
    weights = _weights(values, 3)
    for number in range(3):
        rows = np.repeat(values, weights[number], axis=0)
        np.testing.assert_allclose(stack.correlations[number], np.corrcoef(rows, rowvar=False), atol=1e-10)
        np.testing.assert_allclose(stack.deviations[number], rows.std(axis=0, ddof=1), atol=1e-10)


def _weights(values: np.ndarray, n_resamples: int) -> np.ndarray:
    n = len(values)
    return stream(5, "test").multinomial(n, np.full(n, 1 / n), size=n_resamples)


def test_resamples_in_which_an_item_does_not_vary_are_left_out() -> None:
    values = np.array([[1.0, 2, 3, 4, 5, 6], [0, 0, 0, 0, 0, 1]]).T
    (stack,) = resampled_correlations(values, n_resamples=500, seed=2, name="test")
    share = len(stack.correlations) / 500
    assert share == pytest.approx(1 - (5 / 6) ** 6, abs=0.07)  # the sixth respondent was drawn at least once
    assert np.isfinite(stack.correlations).all()


def test_order_of_items_and_direction_of_all_of_them_are_irrelevant() -> None:
    items = scored(FACTS["bfi54_CE.mcdonald.ml"])
    one, two = mcdonald("bfi54_CE"), mcdonald_omega(9 - items[items.columns[::-1]], n_resamples=FEW)
    assert two.estimate == pytest.approx(one.estimate, abs=1e-8)
    assert two.conf_low == pytest.approx(one.conf_low, abs=1e-6)
    name = "bfi54_CE.omega.nf3"
    other = omega_hierarchical(items[items.columns[::-1]], n_factors=3, negative_loadings="flip", n_resamples=FEW)
    assert other.estimate == pytest.approx(hierarchical(name).estimate, abs=1e-5)


def test_omegas_by_hand() -> None:
    correlations = np.array([[[1, 0.5], [0.5, 1]]])
    found = omegas(correlations, np.array([[0.6, 0.8]]), np.array([[0.5, 0.7]]), flip=False)
    np.testing.assert_allclose(found, [[1.96 / 3, 1 - 0.8 / 3]])
    mixed = omegas(correlations * [[1, -1], [-1, 1]], np.array([[0.6, -0.8]]), np.array([[0.5, 0.7]]), flip=True)
    np.testing.assert_allclose(mixed, found)


TWELVE = pd.DataFrame(np.random.default_rng(4).integers(1, 6, (12, 5)).astype(float)).add_prefix("i")


@pytest.mark.parametrize(
    ("items", "key"),
    [
        (TWELVE[["i0", "i1"]], "too_few_items"),
        (TWELVE.iloc[:5], "fewer_rows_than_items"),
        (TWELVE.assign(i1=3.0), "zero_variance"),
        (TWELVE.assign(i1=math.nan), "empty_items"),
        (TWELVE.assign(i1=TWELVE["i0"]), "singular_correlations"),
    ],
)
def test_not_computable_with_its_reason(items: pd.DataFrame, key: str) -> None:
    for found in (mcdonald_omega(items), omega_hierarchical(items, n_factors=1)):
        assert found.status == "not_computable"
        assert [reason.key for reason in found.reasons] == [key]
        assert found.tidy()["estimate"].isna().all()
        assert math.isnan(found.conf_low)
        assert found.n_resamples_used == 0
        assert found.n_used + found.n_dropped == len(items)
        assert len(found.glance()) == 1


def test_twelve_respondents_give_a_wide_interval_or_a_reason() -> None:
    for n_factors in (1, 2):
        found = omega_hierarchical(TWELVE, n_factors=n_factors, n_resamples=FEW)
        assert found.status == "flagged"
        assert 0 <= found.conf_low <= found.estimate <= found.conf_high < 1
    found = mcdonald_omega(TWELVE, n_resamples=FEW)
    assert found.conf_high - found.conf_low > 0.2


@pytest.mark.parametrize(
    ("option", "value"),
    [("n_resamples", 1), ("seed", -1), ("conf_level", 95), ("negative_loadings", "reverse"), ("n_factors", 0)],
)
def test_a_wrong_call_is_refused(option: str, value: object) -> None:
    with pytest.raises(ValueError, match=option):
        omega_hierarchical(TWELVE, **{"n_factors": 1, option: value})  # type: ignore[arg-type]
    if option in ("n_resamples", "seed", "conf_level"):
        with pytest.raises(ValueError, match=option):
            mcdonald_omega(TWELVE, **{option: value})  # type: ignore[arg-type]
