"""Planned studies: what is simulated is what the ladder of claims would say, and known power and rates come out."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.power import TTestPower

from efficacy.effects import (
    DesignComparison,
    Evidence,
    StudyDesign,
    adjusted_change,
    adjusted_change_over_r,
    claims_ladder,
    compare_designs,
    extra_measurements,
    false_alarm_rate,
    paired_change,
    randomised_ancova,
    regression_discontinuity,
)
from efficacy.effects.planning.conclusions import conclude
from efficacy.effects.planning.draws import DrawnStudies, draw_studies, open_streams

R = 0.7
LOWEST = StudyDesign(n_survey=54, n_members=12)
SEED = 20260901


@pytest.fixture(scope="module")
def side_by_side() -> DesignComparison:
    return compare_designs(
        extra_measurements(LOWEST), retest_r=[R], effect=0.8, curve=[0.0, 0.4, 0.8], seed=SEED, n_simulations=10_000
    )


@pytest.fixture(scope="module")
def table(side_by_side: DesignComparison) -> pd.DataFrame:
    return side_by_side.tidy().set_index("design")


def evidence(design: StudyDesign, drawn: DrawnStudies, study: int, effect: float) -> Evidence:
    """One simulated study as the ladder takes it, by the functions a report calls."""
    treated = pd.Series(np.arange(drawn.pre.shape[1]) < drawn.n_members)
    pre, second = pd.Series(drawn.pre[study]), pd.Series(drawn.second[study])
    post = pd.Series(drawn.post[study]) + effect * treated
    key = design.analysis.key
    if key == "regression_discontinuity":
        return Evidence(discontinuity=regression_discontinuity(pre, post, treated))
    if key == "randomised_ancova":
        arm = pd.Series(pd.Categorical(np.where(treated, "group", "waits"), categories=["waits", "group"]))
        return Evidence(randomised=randomised_ancova(post, pre, arm, seed=1, n_permutations=199))
    if key == "second_baseline":
        return Evidence(second_baseline=paired_change(second[treated], post[treated]))
    if key == "paired_change":
        return Evidence(unadjusted=paired_change(pre[treated], post[treated]))
    mean, sd = drawn.mean_survey[study], drawn.sd_survey[study]
    survey = everybody(pre[treated].to_numpy(), mean, sd, design.n_survey)
    if design.retest_n is not None:
        r = float(drawn.retest_r[study])
        return Evidence(
            adjusted=adjusted_change(survey, post, members=pre[treated].index, retest_r=r, retest_n=design.retest_n)
        )
    ends = {"lowest": design.retest_lowest, "highest": design.retest_highest}
    return Evidence(over_r=adjusted_change_over_r(survey, post, members=pre[treated].index, **ends))


def everybody(members: np.ndarray, mean: float, sd: float, n: int) -> pd.Series:
    """A survey with these members and this mean and standard deviation: the correction knows no more of it."""
    rest = np.random.default_rng(0).standard_normal(n - len(members))
    total, squares = n * mean - members.sum(), (n - 1) * sd**2 + n * mean**2 - (members**2).sum()
    wanted_mean = total / len(rest)
    wanted_sd = math.sqrt(squares / len(rest) - wanted_mean**2)
    return pd.Series(np.concatenate([members, wanted_mean + wanted_sd * (rest - rest.mean()) / rest.std()]))


@pytest.mark.parametrize(
    "design",
    [
        *extra_measurements(LOWEST).values(),
        StudyDesign(n_survey=20, n_members=20, selection_rule="not_selected"),
        replace(LOWEST, attrition=0.25, comparison_group="same_survey_not_chosen"),
    ],
    ids=[*extra_measurements(LOWEST), "nobody_chosen", "loss"],
)
def test_a_simulated_study_concludes_what_the_ladder_concludes(design: StudyDesign) -> None:
    drawn = draw_studies(design, retest_r=R, rows=6, streams=open_streams(3))
    margin = conclude(design, drawn, conf_level=0.95).margin
    effect = -float(np.median(margin))  # half of the studies claim it
    reached = [
        claims_ladder(design.analysis.key, evidence(design, drawn, study, effect)).rung("more_than_selection").reached
        for study in range(6)
    ]
    assert reached == list(margin + effect > 0)
    assert any(reached) and not all(reached)


def test_drawn_scores_are_the_lowest_with_the_declared_correlation() -> None:
    design = replace(LOWEST, comparison_group="same_survey_not_chosen")
    drawn = draw_studies(design, retest_r=R, rows=3000, streams=open_streams(1))
    assert (drawn.pre[:, :12].max(axis=1) < drawn.pre[:, 12:].min(axis=1)).all()
    for wave in (drawn.second, drawn.post):
        assert np.corrcoef(drawn.pre.ravel(), wave.ravel())[0, 1] == pytest.approx(R, abs=0.01)
    assert drawn.sd_survey.mean() == pytest.approx(1 - 1 / (4 * 53), abs=0.01)
    assert drawn.mean_survey.std() == pytest.approx(1 / math.sqrt(54), rel=0.05)


def test_a_retest_study_scatters_as_correlations_do() -> None:
    drawn = draw_studies(replace(LOWEST, retest_n=40), retest_r=R, rows=20_000, streams=open_streams(1))
    fisher = np.arctanh(drawn.retest_r)
    assert fisher.mean() == pytest.approx(math.atanh(R) + R / (2 * 39), abs=0.004)
    assert fisher.std() == pytest.approx(1 / math.sqrt(37), rel=0.02)


def test_usual_alarms_are_those_of_the_false_alarm_rate(table: pd.DataFrame) -> None:
    alarms = false_alarm_rate(n_survey=54, n_members=12, retest_r=[R], seed=5).tidy().iloc[0]
    row = table.loc["members_only"]
    assert row["usual_alarms"] == pytest.approx(alarms["estimate"], abs=4 * 0.007)
    assert row["usual_gain"] == pytest.approx(alarms["mean_gain"], abs=0.012)
    assert table.loc["waiting_list", "usual_alarms"] < row["usual_alarms"]


def test_a_second_baseline_has_the_power_of_a_paired_t(table: pd.DataFrame) -> None:
    """Against statsmodels: change with standard deviation sqrt(2(1 - r)), one tail of 2.5 %."""
    test, size = TTestPower(), math.sqrt(2 * (1 - R))
    row = table.loc["second_baseline"]
    for column, effect in (("power", 0.8), ("drift_claims", 0.2), ("false_claims", 0.0)):
        power = test.power(effect_size=effect / size, nobs=12, alpha=0.025, alternative="larger")
        assert row[column] == pytest.approx(power, abs=4 * max(row[f"{column}_std_error"], 0.001))
    needed = test.solve_power(nobs=12, alpha=0.025, power=0.80, alternative="larger") * size
    assert row["detectable_effect"] == pytest.approx(needed, abs=4 * row["detectable_effect_std_error"])
    half = stats.t.ppf(0.975, 11) * size / math.sqrt(12) * math.sqrt(2 / 11) * math.gamma(6) / math.gamma(5.5)
    assert row["half_width"] == pytest.approx(half, abs=4 * row["half_width_std_error"])


def test_the_discontinuity_pays_in_power_and_keeps_off_what_happened_to_everybody(table: pd.DataFrame) -> None:
    row = table.loc["others_again"]
    assert row["power"] == pytest.approx(0.40, abs=0.02)  # both forms at .8 SD, lowest 12 of 54, r = .7
    assert row["false_claims"] == pytest.approx(0.008, abs=0.004)
    assert row["drift_claims"] == row["false_claims"]
    assert (table.loc[["members_only", "retest_study", "second_baseline"], "drift_claims"] > 0.035).all()
    assert (table["false_claims"] <= 0.025 + 4 * 0.0016).all()


def test_power_curve_and_table_agree(side_by_side: DesignComparison, table: pd.DataFrame) -> None:
    curve = side_by_side.power_curve.set_index(["design", "effect"])["power"].unstack()
    assert (curve[0.0] == table["false_claims"].reindex(curve.index)).all()
    assert (curve[0.8] == table["power"].reindex(curve.index)).all()
    assert (curve[0.4] > curve[0.0]).all()


def test_an_effect_of_the_detectable_size_has_the_target_power() -> None:
    designs = {"again": replace(LOWEST, second_baseline=True)}
    settings = {"retest_r": [R], "seed": 1, "n_simulations": 1000}
    found = compare_designs(designs, effect=0.5, target_power=0.6, **settings).tidy()["detectable_effect"][0]
    assert compare_designs(designs, effect=found + 1e-9, **settings).tidy()["power"][0] == pytest.approx(0.6, abs=2e-3)


def test_more_children_and_fewer_losses_are_more_precise() -> None:
    designs = {
        "small": replace(LOWEST, second_baseline=True),
        "large": replace(LOWEST, n_members=20, second_baseline=True),
        "lost": replace(LOWEST, second_baseline=True, attrition=0.25),
    }
    found = compare_designs(designs, retest_r=[0.6, 0.8], effect=0.5, seed=1, n_simulations=1000).tidy()
    half = found.set_index(["design", "retest_r"])["half_width"]
    for r in (0.6, 0.8):
        assert half["large", r] < half["small", r] < half["lost", r]
    assert (half.xs(0.8, level="retest_r") < half.xs(0.6, level="retest_r")).all()
    assert found.set_index("design").loc["lost", "n"].tolist() == [9, 9]


def test_questionnaires_are_counted() -> None:
    counts = {name: design.n_questionnaires for name, design in extra_measurements(LOWEST).items()}
    assert counts == {
        "members_only": 54 + 12,
        "retest_study": 54 + 12 + 2 * 40,
        "second_baseline": 54 + 12 + 12,
        "others_again": 54 + 54,
        "waiting_list": 54 + 24,
    }


def test_what_could_be_measured_besides_depends_on_the_rule() -> None:
    def names(**changes: object) -> list[str]:
        return list(extra_measurements(replace(LOWEST, **changes)))  # type: ignore[arg-type]

    assert names(selection_rule="typical_cases") == ["members_only", "second_baseline", "others_again", "waiting_list"]
    assert names(selection_rule="volunteers") == ["members_only", "others_again", "waiting_list"]
    assert names(selection_rule="not_selected", n_members=54) == ["members_only", "waiting_list"]
    assert names(n_members=30) == ["members_only", "retest_study", "second_baseline", "others_again"]  # no pool of 60


def test_a_rule_without_a_single_test_has_no_power() -> None:
    designs = extra_measurements(replace(LOWEST, selection_rule="nominated"))
    found = compare_designs(designs, retest_r=[R], effect=0.5, seed=1, n_simulations=500)
    row = found.tidy().set_index("design")
    assert found.status == "flagged"
    assert [reason.key for reason in found.reasons] == ["no_single_test"]
    assert row.loc["members_only", ["power", "half_width", "usual_alarms"]].isna().all()
    assert row.loc["second_baseline", "power"] > 0.3  # right however the members were chosen before it
    assert math.isnan(row.loc["second_baseline", "usual_alarms"])
    alone = {"members_only": designs["members_only"]}
    assert compare_designs(alone, retest_r=[R], effect=0.5, seed=1).status == "not_computable"


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"n_members": 2}, "n_members=2"),
        ({"n_members": 55}, "n_members=55"),
        ({"attrition": 0.6}, "attrition=0.6"),
        ({"n_members": 4, "attrition": 0.5}, "attrition=0.5"),
        ({"retest_n": 3}, "retest_n=3"),
        ({"retest_lowest": 0.95}, "retest_lowest=0.95"),
        ({"retest_highest": 1.0}, "retest_highest=1.0"),
        ({"selection_rule": "best"}, "selection_rule='best'"),
        ({"comparison_group": "other_population"}, "comparison_group='other_population'"),
        ({"selection_rule": "random_from_low", "n_pool": 12}, "n_pool=12"),
        ({"selection_rule": "random_from_low", "n_pool": 60}, "n_pool=60"),
    ],
)
def test_numbers_that_cannot_be_are_named(wrong: dict[str, object], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        replace(LOWEST, **wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wrong", [{"designs": {}}, {"retest_r": []}, {"retest_r": [1.0]}, {"target_power": 1.0}, {"n_simulations": 50}]
)
def test_a_wrong_call_is_refused(wrong: dict[str, object]) -> None:
    given: dict[str, object] = {"designs": {"a": LOWEST}, "retest_r": [R], "effect": 0.5, "seed": 1, **wrong}
    with pytest.raises(ValueError, match=next(iter(wrong))):
        compare_designs(given.pop("designs"), **given)  # type: ignore[arg-type]
