"""Randomised arms: against sandwich for two arms, the formulas for three, and the permutation against enumeration."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from effects_facts import agrees, data, facts
from scipy import stats

from efficacy.effects import linear_regression, randomised_ancova

FACTS = facts("controlled")


def baumann(levels: list[str]) -> tuple[pd.Series, pd.Series, pd.Series]:
    frame = data("baumann")
    kept = frame[frame["group"].isin(levels)]
    arm = pd.Series(pd.Categorical(kept["group"], categories=levels), index=kept.index)
    return kept["post.test.1"], kept["pretest.1"], arm


def test_two_arms_equal_sandwich() -> None:
    outcome, baseline, arm = baumann(["Basal", "DRTA"])
    result = randomised_ancova(outcome, baseline, arm, seed=1, n_permutations=199)
    entry, plain = FACTS["baumann.DRTA_v_Basal.ancova.hc3"], FACTS["baumann.DRTA_v_Basal.ancova"]
    row, values = result.tidy().iloc[0], entry["value"]["values"]
    for column, value in zip(("estimate", "std_error", "statistic", "p_value"), values[2], strict=True):
        assert agrees(row[column], value, entry), column
    assert agrees(result.slope, values[1][0], entry) and agrees(result.slope_std_error, values[1][1], entry)
    assert agrees(result.r_squared, plain["value"]["r2"], plain)
    assert row["df"] == plain["value"]["df"]
    assert row["p_value_adjusted"] == row["p_value"]
    assert row["p_value_permutation_adjusted"] == row["p_value_permutation"]
    assert (row["term"], row["level"], row["n"]) == ("arm[DRTA]", "DRTA", 22)
    assert (result.comparison, result.n_comparison, result.n_arms, result.n_permutations) == ("Basal", 22, 2, 199)
    pooled = math.sqrt((outcome[arm == "Basal"].var() + outcome[arm == "DRTA"].var()) / 2)
    assert result.sd_outcome == pytest.approx(pooled)
    assert row["standardized"] == pytest.approx(row["estimate"] / pooled)


def test_three_arms_share_one_line() -> None:
    outcome, baseline, arm = baumann(["Basal", "DRTA", "Strat"])
    result = randomised_ancova(outcome, baseline, arm, seed=1, n_permutations=199)
    regression = linear_regression(outcome, pd.DataFrame({"baseline": baseline, "arm": arm})).tidy().set_index("term")
    tidy = result.tidy()
    assert list(tidy["level"]) == ["DRTA", "Strat"] and result.n_arms == 3
    for row in tidy.to_dict("records"):
        for column in ("estimate", "std_error", "statistic", "df", "p_value", "conf_low", "conf_high"):
            assert row[column] == pytest.approx(regression.loc[row["term"], column])
    smaller, larger = sorted(tidy["p_value"])
    assert sorted(tidy["p_value_adjusted"]) == pytest.approx([2 * smaller, larger])
    assert (tidy["p_value_permutation_adjusted"] >= tidy["p_value_permutation"]).all()
    assert result.seed == 1 and result.n_used == 66


def robust_t(outcome: np.ndarray, columns: list[np.ndarray]) -> float:
    x = np.column_stack([np.ones(len(outcome)), *columns])
    inverse = np.linalg.inv(x.T @ x)
    b = inverse @ x.T @ outcome
    e = outcome - x @ b
    h = np.einsum("ij,jk,ik->i", x, inverse, x)
    covariance = inverse @ (x.T * (e / (1 - h)) ** 2) @ x @ inverse
    return float(b[-1] / math.sqrt(covariance[-1, -1]))


@pytest.mark.parametrize("third_arm", [False, True])
def test_permutation_p_equals_all_divisions(third_arm: bool) -> None:
    random = np.random.default_rng(8)
    n = 13 if third_arm else 10
    baseline, noise = random.normal(size=n), random.normal(size=n)
    labels = np.array(["c"] * 5 + ["t"] * 5 + ["u"] * (n - 10))
    outcome = 0.5 * baseline + noise + 0.9 * (labels == "t")
    levels = ["c", "t", "u"] if third_arm else ["c", "t"]
    result = randomised_ancova(
        pd.Series(outcome),
        pd.Series(baseline),
        pd.Series(pd.Categorical(labels, categories=levels)),
        seed=3,
        n_permutations=20_000,
    )
    other = [(labels == "u").astype(float)] if third_arm else []
    observed = abs(robust_t(outcome, [baseline, *other, (labels == "t").astype(float)]))
    reached = []
    for chosen in itertools.combinations(range(10), 5):
        label = np.zeros(n)
        label[list(chosen)] = 1
        reached.append(abs(robust_t(outcome, [baseline, *other, label])) >= observed - 1e-9)
    row = result.tidy().iloc[0]
    assert abs(row["statistic"]) == pytest.approx(observed)
    assert row["p_value_permutation"] == pytest.approx(np.mean(reached), abs=5 * row["permutation_std_error"] + 1e-4)
    p_value = row["p_value_permutation"]
    assert row["permutation_std_error"] == pytest.approx(math.sqrt(p_value * (1 - p_value) / 20_000))


def test_permutation_repeats_and_is_near_t_without_effect() -> None:
    outcome, baseline, arm = baumann(["Basal", "Strat"])
    first, again, other = (randomised_ancova(outcome, baseline, arm, seed=s) for s in (1, 1, 2))
    p_values = [r.tidy()["p_value_permutation"][0] for r in (first, again, other)]
    assert p_values[0] == p_values[1]
    assert abs(p_values[0] - p_values[2]) < 6 * first.tidy()["permutation_std_error"][0]
    assert p_values[0] == pytest.approx(first.tidy()["p_value"][0], abs=0.02)


def test_blocks_hold_all_permutations(monkeypatch: pytest.MonkeyPatch) -> None:
    outcome, baseline, arm = baumann(["Basal", "Strat"])
    whole = randomised_ancova(outcome, baseline, arm, seed=1, n_permutations=999).tidy().iloc[0]
    monkeypatch.setattr("efficacy.effects.randomised.CELLS", 500)
    blocked = randomised_ancova(outcome, baseline, arm, seed=1, n_permutations=999).tidy().iloc[0]
    assert blocked["p_value_permutation"] * 1000 == pytest.approx(round(blocked["p_value_permutation"] * 1000))
    assert blocked["p_value_permutation"] == pytest.approx(whole["p_value_permutation"], abs=0.04)


def test_swapping_the_arms_flips_the_sign_only() -> None:
    outcome, baseline, arm = baumann(["Basal", "DRTA"])
    own = randomised_ancova(outcome, baseline, arm, seed=1, n_permutations=99).tidy().iloc[0]
    turned = arm.cat.reorder_categories(["DRTA", "Basal"])
    other = randomised_ancova(outcome + 5, baseline - 3, turned, seed=1, n_permutations=99).tidy().iloc[0]
    assert other["estimate"] == pytest.approx(-own["estimate"]) and other["p_value"] == pytest.approx(own["p_value"])
    assert own["conf_low"] <= own["estimate"] <= own["conf_high"]


def test_an_arm_may_be_called_like_a_column() -> None:
    outcome, baseline, arm = baumann(["Basal", "DRTA"])
    renamed = arm.cat.rename_categories({"Basal": "intercept", "DRTA": "baseline"})
    own = randomised_ancova(outcome, baseline, arm, seed=1, n_permutations=9).tidy().iloc[0]
    other = randomised_ancova(outcome, baseline, renamed, seed=1, n_permutations=9).tidy().iloc[0]
    assert other["estimate"] == own["estimate"] and other["level"] == "baseline"


def test_type_one_error_of_the_studentised_permutation() -> None:
    """200 draws of a skewed outcome without effect: about 5 % of permutation p at most .05 (limits at 4 SE)."""
    random = np.random.default_rng(20260901)
    arm = pd.Series(pd.Categorical(["c"] * 14 + ["t"] * 8, categories=["c", "t"]))
    significant = 0
    for _ in range(200):
        baseline = random.exponential(size=22)
        outcome = 0.6 * baseline + random.exponential(size=22)
        result = randomised_ancova(pd.Series(outcome), pd.Series(baseline), arm, seed=1, n_permutations=199)
        significant += result.tidy()["p_value_permutation"][0] <= 0.05
    assert stats.binom.ppf(0.0001, 200, 0.05) <= significant <= stats.binom.ppf(0.9999, 200, 0.05)


def test_without_an_answer() -> None:
    outcome, baseline, arm = baumann(["Basal", "DRTA"])
    lonely = randomised_ancova(outcome, baseline, arm.where(arm == "Basal"), seed=1)
    assert (lonely.status, lonely.reasons[0].key) == ("not_computable", "fewer_than_two_levels")
    assert lonely.tidy().empty and lonely.n_dropped == 22
    no_comparison = randomised_ancova(outcome, baseline, arm.where(arm == "DRTA"), seed=1)
    assert (no_comparison.reasons[0].key, no_comparison.n_comparison) == ("fewer_than_two_levels", 0)
    first = arm.index[arm == "DRTA"][0]
    single = randomised_ancova(outcome, baseline, arm.where((arm == "Basal") | (arm.index == first)), seed=1)
    assert single.reasons[0].key == "row_alone_on_its_level" and single.tidy()["estimate"].isna().all()


def test_wrong_calls() -> None:
    outcome, baseline, arm = baumann(["Basal", "DRTA"])
    with pytest.raises(ValueError, match="arm: categorical"):
        randomised_ancova(outcome, baseline, arm.astype(str), seed=1)
    with pytest.raises(ValueError, match="n_permutations=0"):
        randomised_ancova(outcome, baseline, arm, seed=1, n_permutations=0)
