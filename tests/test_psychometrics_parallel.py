"""Number of factors: against psych and hand-written R, and what must hold for any answers."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from psychometrics_facts import assert_agrees, facts, items_of, with_correlations

from efficacy.psychometrics import fit_efa, minimum_average_partial, parallel_analysis
from efficacy.psychometrics.one_factor import one_factor_loadings

FACTS = facts("parallel")
N_REFERENCE = 1000  # random data sets behind the references
FEW = 400  # enough to see a wrong convention, few enough for a quick test

TWO_FACTORS = np.kron(np.eye(2), np.full((3, 3), 0.5)) + 0.5 * np.eye(6)


def tags(statistic: str) -> list[str]:
    return [name.removesuffix(f".{statistic}") for name in FACTS if name.endswith(f".{statistic}")]


@pytest.mark.parametrize("tag", tags("parallel.horn_hand"))
def test_component_basis_equals_r_within_random_error(tag: str) -> None:
    entry = FACTS[f"{tag}.parallel.horn_hand"]
    expected = entry["value"]
    found = parallel_analysis(items_of(entry), basis="component", n_iterations=FEW, seed=11)
    tidy = found.tidy()
    assert_agrees(tidy["observed"], expected["observed"])
    assert_agrees(tidy["observed"], FACTS[f"{tag}.eigenvalues"]["value"])
    _assert_random_error(tidy["mean"], expected["mean"], expected["sd"])
    assert np.abs(tidy["percentile"] - expected["q95"]).max() < 0.03
    assert found.n_factors == expected["n_retain_q95"]
    if by_psych := FACTS.get(f"{tag}.parallel.pc_fa"):
        assert found.n_factors == by_psych["value"]["ncomp"]


@pytest.mark.parametrize("tag", tags("parallel.pc_fa"))
def test_factor_basis_equals_psych_within_random_error(tag: str) -> None:
    entry = FACTS[f"{tag}.parallel.pc_fa"]
    expected = entry["value"]
    found = parallel_analysis(items_of(entry), n_iterations=FEW, seed=11)
    tidy = found.tidy()
    assert_agrees(tidy["observed"], expected["fa.values"], 2e-6)  # psych stops minres short of 1e-8
    random = {key: list(values.values()) for key, values in expected["fa_normal_sim"].items()}
    _assert_random_error(tidy["mean"], random["mean"], random["sd"])
    # the first percentile rests on the few random matrices with a Heywood case
    assert np.abs(tidy["percentile"] - random["q95"])[1:].max() < 0.03
    assert np.abs(tidy["percentile"] - random["q95"])[0] < 0.08
    assert found.n_factors == expected["nfact"]


def _assert_random_error(found: pd.Series, expected: list[float], sd: list[float]) -> None:
    z = (found - np.array(expected)) / (np.array(sd) * math.sqrt(1 / FEW + 1 / N_REFERENCE))
    assert np.abs(z).max() < 5


def test_leading_eigenvalues_above_the_percentile_are_retained() -> None:
    found = parallel_analysis(with_correlations(TWO_FACTORS, n=200), basis="component", n_iterations=50, seed=3)
    tidy = found.tidy()
    assert tidy["position"].tolist() == [1, 2, 3, 4, 5, 6]
    assert found.n_factors == 2
    assert tidy["retained"].tolist() == [True, True, False, False, False, False]
    assert (tidy["percentile"] > tidy["mean"]).all()


def test_uncorrelated_items_have_no_factor() -> None:
    items = with_correlations(np.eye(6), n=100)
    assert parallel_analysis(items, basis="component", n_iterations=50, seed=3).n_factors == 0
    assert minimum_average_partial(items).n_factors == 0


def test_average_partials_end_where_a_component_is_an_item() -> None:
    # three items that correlate .5 and one that stands alone: the second component is that item
    correlations = np.eye(4)
    correlations[:3, :3] += 0.5 * (1 - np.eye(3))
    found = minimum_average_partial(with_correlations(correlations, n=60)).tidy()
    assert found["squared"].isna().tolist() == [False, False, True]
    assert found["squared"].iloc[0] == pytest.approx(6 * 0.25 / 12)
    assert found["fourth_power"].iloc[1] == pytest.approx(6 * 0.5**4 / 12)


def test_the_seed_decides_and_the_order_of_items_does_not() -> None:
    items = items_of(FACTS["hs9.nf3.eigenvalues"])
    one = parallel_analysis(items, n_iterations=30, seed=7)
    same = parallel_analysis(items[items.columns[::-1]] * 3 + 1, n_iterations=30, seed=7)
    np.testing.assert_allclose(one.tidy()["observed"], same.tidy()["observed"], atol=1e-7)
    assert one.tidy()["percentile"].tolist() == same.tidy()["percentile"].tolist()
    other = parallel_analysis(items, n_iterations=30, seed=8)
    assert one.tidy()["mean"].tolist() != other.tidy()["mean"].tolist()


def test_percentile_moves_the_limit() -> None:
    items = items_of(FACTS["hs9.nf3.eigenvalues"])
    middle, high = (parallel_analysis(items, n_iterations=50, percentile=p, seed=1).tidy() for p in (50, 99))
    assert (middle["percentile"] < high["percentile"]).all()
    assert middle["mean"].tolist() == high["mean"].tolist()


def test_spearman_uses_ranks_of_items_and_of_random_data() -> None:
    items = items_of(FACTS["hs9.nf3.eigenvalues"])
    one = parallel_analysis(items, basis="component", correlation="spearman", n_iterations=40, seed=1)
    two = parallel_analysis(items.rank(), basis="component", n_iterations=40, seed=1)
    np.testing.assert_allclose(one.tidy()["observed"], two.tidy()["observed"], atol=1e-12)
    stretched = parallel_analysis(np.exp(items), basis="component", correlation="spearman", n_iterations=40, seed=1)
    np.testing.assert_allclose(one.tidy()["observed"], stretched.tidy()["observed"], atol=1e-12)
    assert one.tidy()["mean"].sum() == pytest.approx(9)


def test_many_one_factor_solutions_equal_one_at_a_time() -> None:
    items = items_of(FACTS["bfi95_22.nf2.eigenvalues"])
    stack = np.stack([items.iloc[start : start + 60].corr().to_numpy() for start in (0, 10, 20, 35)])
    for start, loadings in zip((0, 10, 20, 35), one_factor_loadings(stack), strict=True):
        alone = fit_efa(items.iloc[start : start + 60], n_factors=1).loadings["F1"].to_numpy()
        np.testing.assert_allclose(loadings * np.sign(loadings.sum()), alone, atol=1e-6)


@pytest.mark.parametrize("tag", tags("map.hand"))
def test_minimum_average_partial_equals_r(tag: str) -> None:
    entry = FACTS[f"{tag}.map.hand"]
    expected = entry["value"]
    found = minimum_average_partial(items_of(entry))
    assert_agrees(found.tidy()["squared"], expected["squared_m0_on"])
    assert_agrees(found.tidy()["fourth_power"], expected["fourth_power_m0_on"])
    assert found.tidy()["n_components"].tolist() == list(range(len(expected["squared_m0_on"])))
    assert found.n_factors == expected["n_squared"]
    assert found.n_factors_fourth == expected["n_fourth"]
    by_psych = FACTS[f"{tag}.vss"]["value"]["map"]  # from one component on
    assert_agrees(found.tidy()["squared"][1 : len(by_psych) + 1], by_psych, 1e-6)


def test_minimum_average_partial_ignores_order_and_unit_and_drops_incomplete_rows() -> None:
    items = items_of(FACTS["hs9.nf3.map.hand"]).astype(float)
    holed = items.mask((items.index.to_numpy()[:, None] < 5) & (np.arange(9) == 0))
    one = minimum_average_partial(holed)
    two = minimum_average_partial(items.iloc[5:, ::-1] * 10 - 4)
    np.testing.assert_allclose(one.tidy()["squared"], two.tidy()["squared"], atol=1e-9)
    assert (one.n_used, one.n_dropped) == (296, 5)
    ranked = minimum_average_partial(items, correlation="spearman")
    assert ranked.tidy()["squared"].tolist() == minimum_average_partial(items.rank()).tidy()["squared"].tolist()


SHORT = pd.DataFrame({"a": [1.0, 2, 3, 5, 4], "b": [2.0, 1, 4, 4, 3], "c": [1.0, 1, 2, 5, 4]})


@pytest.mark.parametrize(
    ("items", "key"),
    [
        (SHORT[["a", "b"]], "too_few_items"),
        (SHORT.iloc[:3], "fewer_rows_than_items"),
        (SHORT.assign(c=2.0), "zero_variance"),
        (SHORT.assign(c=math.nan), "empty_items"),
        (SHORT.assign(c=SHORT["a"]), "singular_correlations"),
    ],
)
def test_not_computable_with_its_reason(items: pd.DataFrame, key: str) -> None:
    results = [
        parallel_analysis(items, n_iterations=10, seed=1),
        parallel_analysis(items, n_iterations=10, seed=1, basis="component"),
        minimum_average_partial(items),
    ]
    for result in results:
        assert result.status == "not_computable"
        assert [reason.key for reason in result.reasons] == [key]
        assert math.isnan(result.n_factors)
        assert len(result.glance()) == 1
        assert result.n_used + result.n_dropped == len(items)
    assert not results[0].tidy()["retained"].any()
    assert results[2].tidy()["squared"].isna().all()
    assert math.isnan(results[2].n_factors_fourth)


@pytest.mark.parametrize(
    "option",
    [
        {"basis": "kaiser"},
        {"correlation": "kendall"},
        {"n_iterations": 0},
        {"percentile": 100},
        {"seed": -1},
        {"seed": 1.5},
    ],
)
def test_a_wrong_call_is_refused(option: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(option))):
        parallel_analysis(SHORT, **{"seed": 1, **option})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="correlation"):
        minimum_average_partial(SHORT, correlation="kendall")  # type: ignore[arg-type]
