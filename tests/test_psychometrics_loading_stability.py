"""Stability of factors over resamples: clear factors come back, weak ones do not, and nothing depends on the signs."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from psychometrics_facts import facts, items_of, with_correlations

from efficacy.psychometrics import fit_efa, loading_stability, tucker_congruence
from efficacy.psychometrics.loading_stability import _aligned
from efficacy.psychometrics.resampling import resampled_correlations

FACTS = facts("efa")
ITEMS = items_of(FACTS["hs9.nf3.fa.minres.none"])
FEW = 60
CLEAR = np.kron(np.eye(2), np.full((4, 4), 0.64)) + 0.36 * np.eye(8)


@pytest.mark.parametrize("rotation", ["oblimin", "promax", "none"])
def test_clear_factors_come_back(rotation: str) -> None:
    items = with_correlations(CLEAR, n=300)
    found = loading_stability(items, n_factors=2, rotation=rotation, n_resamples=FEW)  # type: ignore[arg-type]
    tidy = found.tidy()
    assert tidy["factor"].tolist() == ["F1", "F2"]
    if rotation != "none":  # two equal eigenvalues: the unrotated axes are anybody's
        assert (tidy["low"] > 0.98).all()
        assert (tidy[["share_fair", "share_equal"]] == 1).all(axis=None)
    assert (tidy["low"] <= tidy["median"]).all()
    assert (tidy["median"] <= tidy["high"]).all()
    assert (found.status, found.n_resamples_used) == ("ok", FEW)


def test_a_third_factor_that_is_not_there_does_not_come_back() -> None:
    noise = np.random.default_rng(7).standard_normal((120, 10))
    items = with_correlations(CLEAR, n=120).join(pd.DataFrame(noise[:, :2], columns=["j1", "j2"]))
    found = loading_stability(items + 0.2 * noise, n_factors=3, n_resamples=FEW)
    share = found.tidy()["share_equal"]
    assert share[:2].min() > 0.9
    assert share[2] < share[:2].min() - 0.2


def test_one_resample_by_hand() -> None:
    found = loading_stability(ITEMS, n_factors=3, n_resamples=2, seed=9)
    solution = fit_efa(ITEMS, n_factors=3)
    (stack,) = resampled_correlations(ITEMS.to_numpy(dtype=float), n_resamples=2, seed=9, name="loading_stability")
    patterns = []
    for matrix in stack.correlations:
        resample = fit_efa(with_correlations(matrix, n=301).set_axis(ITEMS.columns, axis=1), n_factors=3)
        congruence = tucker_congruence(resample.loadings, solution.loadings)
        patterns.append(resample.loadings[list(congruence.abs().idxmax())].to_numpy())
    expected = np.std(patterns, axis=0, ddof=1)
    wide = found.loadings.pivot(index="item", columns="factor", values="std_error")
    np.testing.assert_allclose(wide.loc[ITEMS.columns], expected, atol=1e-3)
    assert found.loadings["loading"].tolist() == solution.tidy()["loading"].tolist()


def test_intervals_of_loadings_are_percentiles_of_the_resamples() -> None:
    found = loading_stability(ITEMS, n_factors=3, n_resamples=FEW, conf_level=0.9)
    table = found.loadings
    assert (table["conf_low"] < table["conf_high"]).all()
    inside = (table["conf_low"] <= table["loading"]) & (table["loading"] <= table["conf_high"])
    assert inside.mean() > 0.9
    wider = loading_stability(ITEMS, n_factors=3, n_resamples=FEW, conf_level=0.99).loadings
    assert (wider["conf_low"] <= table["conf_low"]).all()
    assert (wider["conf_high"] >= table["conf_high"]).all()
    # about 1 / sqrt(n) for a clear loading
    assert table.loc[table["loading"] > 0.8, "std_error"].max() < 0.1


def test_order_and_sign_of_factors_are_those_of_the_target() -> None:
    target = np.array([[0.8, 0.1], [0.7, 0.0], [0.0, 0.6], [0.1, 0.5]])
    swapped = np.stack([target[:, ::-1], -target, target * [1, -1]])
    aligned, own = _aligned(swapped, target)
    np.testing.assert_allclose(aligned, np.stack([target] * 3))
    np.testing.assert_allclose(own, 1)


def test_what_has_no_solution_says_why() -> None:
    found = loading_stability(ITEMS.assign(x1=1.0), n_factors=2, n_resamples=FEW)
    assert (found.status, [reason.key for reason in found.reasons]) == ("not_computable", ["zero_variance"])
    assert found.tidy()[["median", "low", "high", "share_fair"]].isna().all(axis=None)
    assert found.loadings[["std_error", "conf_low"]].isna().all(axis=None)
    assert found.n_resamples_used == 0


def test_resamples_without_a_solution_are_counted() -> None:
    rare = pd.DataFrame(np.random.default_rng(4).integers(1, 6, (14, 5)).astype(float)).add_prefix("i")
    rare["i4"] = [1.0] * 13 + [2.0]
    found = loading_stability(rare, n_factors=1, n_resamples=FEW)
    lost = {reason.key: reason.values for reason in found.reasons}["resamples_without_solution"]
    assert lost["n"] == FEW - found.n_resamples_used > 0
    assert not math.isnan(found.tidy()["median"].iloc[0])


@pytest.mark.parametrize("option", [{"n_resamples": 1}, {"seed": -1}, {"conf_level": 1}, {"rotation": "quartimax"}])
def test_a_wrong_call_is_refused(option: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(option))):
        loading_stability(ITEMS, n_factors=2, **option)  # type: ignore[arg-type]
