"""Single case: the papers' own worked examples, what must hold for any points, and what is refused."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings, strategies as st

import efficacy as ef
from efficacy.effects.single_case.kendall import COMPARISONS
from efficacy.effects.single_case.magnitude import MAGNITUDE_TERMS
from efficacy.effects.single_case.overlap import OVERLAP_TERMS
from efficacy.effects.single_case.trend import PIECEWISE_TERMS

PARKER_2011 = [20, 20, 26, 25, 22, 23], [28, 25, 24, 27, 30, 30, 29]
PARKER_2009 = [4, 3, 4, 3, 4, 7, 5, 2, 3, 2], [5, 9, 7, 9, 7, 5, 9, 11, 11, 10, 9]


def indices(result: ef.NonOverlap) -> pd.Series:
    return result.tidy().set_index("term")["estimate"]


# --- the papers


def test_parker_vannest_and_davis_2011() -> None:
    found = indices(ef.non_overlap(*PARKER_2011, improvement="increase"))
    expected = {
        "PND": Fraction(5, 7),
        "PAND": Fraction(11, 13),
        "IRD": Fraction(6, 7) - Fraction(1, 6),
        "NAP": Fraction(77, 84),
        "Tau": Fraction(35, 42),
        "PEM": Fraction(1),
        "Tau_U_parker": Fraction(31, 42),
    }
    for term, value in expected.items():
        assert found[term] == pytest.approx(float(value), abs=1e-14), term
    assert Fraction(77, 84) == Fraction(385, 420), "38.5 of 42 pairs"


def test_when_everything_ties_sorting_is_no_help() -> None:
    """PAND_sort gives ties to the baseline and so calls two equal phases apart; PAND does not."""
    found = indices(ef.non_overlap([3, 3, 3], [3, 3, 3], improvement="increase"))
    assert (found["PAND_sort"], found["PAND"], found["NAP"], found["IRD"]) == (1.0, 0.5, 0.5, 0.0)


def test_parker_and_vannest_2009() -> None:
    found = indices(ef.non_overlap(*PARKER_2009, improvement="increase"))
    assert found["NAP"] == pytest.approx(106 / 110, abs=1e-14)
    assert found["PND"] == pytest.approx(7 / 11, abs=1e-14)
    assert found["Tau_U_parker"] > 1, "this variant of Tau-U is no share: it passes 1 in the paper's own example"


def test_tarlow_2017_ties_stay_ties() -> None:
    """.1 + .2 is not .3 in binary; a baseline rising by .1 leaves exact ties after its trend is taken away."""
    rising = [round(0.1 * step, 1) for step in range(1, 11)]
    result = ef.baseline_corrected_tau(rising[:5], rising[5:], improvement="increase")
    assert (result.slope, result.s, result.tau) == (0.1, 0, 0.0)
    assert math.isnan(result.tau_b), "every rest ties: nothing left to order"
    steeper = [*rising[:5], *(value + 0.1 for value in rising[5:])]
    assert ef.baseline_corrected_tau(steeper[:5], steeper[5:], improvement="increase").tau == 1.0


def test_kiresuk_and_sherman_1968() -> None:
    """Weights 20, 20, 10, 10 and the level +1 everywhere: T = 50 + 600 / sqrt(.7 x 1000 + .3 x 3600)."""
    goals = pd.Series({"a": 1, "b": 1, "c": 1, "d": 1})
    weights = pd.Series({"a": 20, "b": 20, "c": 10, "d": 10})
    result = ef.goal_attainment(goals, weights=weights)
    assert result.t_score == pytest.approx(50 + 600 / math.sqrt(1780), abs=1e-12)
    as_expected = ef.goal_attainment(goals - 1)
    assert (as_expected.t_score, as_expected.n_expected) == (50.0, 4)
    assert ef.goal_attainment(-goals, weights=weights).t_score == pytest.approx(100 - result.t_score)


def test_edgington_s_lot_by_hand() -> None:
    values = [2, 3, 2, 4, 7, 8, 9]
    result = ef.randomisation_test(values, start=4, possible_starts=[3, 4, 5], improvement="increase")
    by_hand = [np.mean(values[at:]) - np.mean(values[:at]) for at in (3, 4, 5)]
    np.testing.assert_allclose(result.distribution, by_hand, atol=1e-14)
    assert (result.n_reaching, result.n_starts, result.status) == (1, 3, "flagged")
    assert math.isnan(result.p_value) and result.reasons[0].key == "too_few_starts"


# --- randomisation: exact enumeration


def test_every_start_of_every_case_is_enumerated() -> None:
    generator = np.random.default_rng(4)
    cases = {name: generator.integers(0, 6, 12).astype(float) for name in "abc"}
    starts, possible = dict(zip("abc", (4, 6, 8), strict=True)), dict.fromkeys("abc", range(3, 10))
    result = ef.randomisation_test(cases, start=starts, possible_starts=possible, improvement="decrease")
    sums = [
        np.mean([cases[n][:at].mean() - cases[n][at:].mean() for n, at in zip("abc", drawn, strict=True)])
        for drawn in itertools.product(range(3, 10), repeat=3)
    ]
    np.testing.assert_allclose(result.distribution, sums, atol=1e-12)
    assert result.n_starts == 7**3
    assert result.p_value == np.mean(np.array(sums) >= result.estimate - 1e-9)


def test_with_no_effect_p_is_uniform_over_the_lot() -> None:
    """Whatever the points are: over all starts that could be drawn, p falls below a share in at most that share."""
    values = np.round(np.random.default_rng(8).normal(size=40), 1)
    possible = range(8, 32)
    p_values = [
        ef.randomisation_test(values, start=at, possible_starts=possible, improvement="increase").p_value
        for at in possible
    ]
    for level in (1 / 24, 0.05, 0.25, 0.5):
        assert np.mean(np.array(p_values) <= level + 1e-12) <= level + 1e-12
    assert min(p_values) == pytest.approx(1 / 24)


def test_decimals_that_tie_on_paper_count_as_reaching() -> None:
    values = [0.1, 0.2, 0.3] * 8
    result = ef.randomisation_test(values, start=12, possible_starts=range(2, 23), improvement="increase")
    exactly = [Fraction(round(value * 10), 10) for value in values]
    means = [sum(exactly[at:]) / len(exactly[at:]) - sum(exactly[:at]) / at for at in range(2, 23)]
    assert result.n_reaching == sum(mean >= means[10] for mean in means)


# --- what must hold for any points

POINTS = st.lists(st.integers(-20, 20).map(lambda value: value / 4), min_size=3, max_size=9)


@settings(max_examples=40)
@given(POINTS, POINTS, st.integers(-30, 30))
def test_overlap_of_any_points(baseline: list[float], intervention: list[float], shift: int) -> None:
    found = ef.non_overlap(baseline, intervention, improvement="increase")
    table = found.tidy().set_index("term")
    mirrored = indices(ef.non_overlap([-v for v in baseline], [-v for v in intervention], improvement="decrease"))
    moved = indices(
        ef.non_overlap([v + shift for v in baseline], [v + shift for v in intervention], improvement="increase")
    )
    pd.testing.assert_series_equal(table["estimate"], mirrored)
    pd.testing.assert_series_equal(table["estimate"], moved)
    shares = table.loc[["NAP", "PND", "PAND", "PAND_sort", "PEM", "PEM_strict"], "estimate"]
    assert shares.between(0, 1).all()
    assert table.loc["PEM_strict", "estimate"] <= table.loc["PEM", "estimate"]
    assert table.loc["Tau", "estimate"] == pytest.approx(2 * table.loc["NAP", "estimate"] - 1)
    for term in ("NAP", "Tau"):
        row = table.loc[term]
        assert row["conf_low"] <= row["estimate"] <= row["conf_high"] and row["std_error"] >= 0
    assert tuple(table.index) == OVERLAP_TERMS
    swapped = indices(ef.non_overlap(intervention, baseline, improvement="increase"))
    assert swapped["NAP"] == pytest.approx(1 - table.loc["NAP", "estimate"])
    assert found.index("NAP") == table.loc["NAP", "estimate"]
    assert found.n_baseline == len(baseline) and found.n_intervention == len(intervention)


@settings(max_examples=40)
@given(POINTS, POINTS)
def test_tau_u_of_any_points(baseline: list[float], intervention: list[float]) -> None:
    table = ef.tau_u(baseline, intervention, improvement="increase").tidy().set_index("term")
    assert tuple(table.index) == COMPARISONS
    assert (table["positive"] + table["negative"] + table["ties"] == table["pairs"]).all()
    assert (table["positive"] - table["negative"] == table["s"]).all()
    s = table["s"]
    assert s["minus_trend_a"] == s["a_vs_b"] - s["trend_a"]
    assert s["plus_trend_b_minus_trend_a"] == s["a_vs_b"] + s["trend_b"] - s["trend_a"]
    turned = ef.tau_u(baseline, intervention, improvement="decrease").tidy().set_index("term")
    assert (turned["s"] == -s).all()
    assert table["tau_parker"].notna().sum() == 1


@settings(max_examples=40)
@given(POINTS, POINTS, st.integers(-8, 8))
def test_the_correction_takes_any_straight_trend_away(
    baseline: list[float], intervention: list[float], steps: int
) -> None:
    """Adding the same straight line to all points changes the slope by it and nothing else."""
    plain = ef.baseline_corrected_tau(baseline, intervention, improvement="increase")
    times = range(1, len(baseline) + len(intervention) + 1)
    tilted = [value + steps / 4 * time for value, time in zip([*baseline, *intervention], times, strict=True)]
    corrected = ef.baseline_corrected_tau(tilted[: len(baseline)], tilted[len(baseline) :], improvement="increase")
    assert corrected.slope == pytest.approx(plain.slope + steps / 4, abs=1e-12)
    assert (corrected.s, corrected.tau) == (plain.s, plain.tau)
    timed = ef.baseline_corrected_tau(
        baseline, intervention, improvement="increase", times=[7.0 * time for time in times]
    )
    assert (timed.s, timed.tau_b if plain.tau_b == plain.tau_b else 0) == (
        plain.s,
        plain.tau_b if plain.tau_b == plain.tau_b else 0,
    )
    assert abs(plain.tau) <= 1


@settings(max_examples=40)
@given(POINTS, POINTS, st.sampled_from([2.0, 10.0]))
def test_magnitudes_of_any_points(baseline: list[float], intervention: list[float], unit: float) -> None:
    assume(len(set(baseline)) > 1)
    up = [value + 6 for value in baseline], [value + 6 for value in intervention]
    table = ef.within_case_effects(*up, improvement="increase", ratio_scale=True).tidy().set_index("term")
    assert tuple(table.index) == MAGNITUDE_TERMS
    down = ef.within_case_effects(*up, improvement="decrease", ratio_scale=True).tidy().set_index("term")
    np.testing.assert_allclose(down["estimate"], -table["estimate"], atol=1e-12)
    np.testing.assert_allclose(down["std_error"], table["std_error"], atol=1e-12)
    scaled = ef.within_case_effects(
        [unit * v for v in up[0]], [unit * v for v in up[1]], improvement="increase", ratio_scale=True
    )
    np.testing.assert_allclose(scaled.tidy()["estimate"], table["estimate"], atol=1e-10)
    assert scaled.percent_change == pytest.approx(np.mean(up[1]) / np.mean(up[0]) - 1)
    assert scaled.mean_baseline == pytest.approx(unit * np.mean(up[0]))
    assert scaled.mean_intervention == pytest.approx(unit * np.mean(up[1]))
    assert ((table["conf_low"] <= table["estimate"]) & (table["estimate"] <= table["conf_high"])).all()


def test_a_ratio_scale_is_asked_for_and_needed() -> None:
    refused = ef.within_case_effects(*PARKER_2011, improvement="increase", ratio_scale=False)
    assert (refused.status, [reason.key for reason in refused.reasons]) == ("flagged", ["no_ratio_scale"])
    found = refused.tidy().set_index("term")["estimate"]
    assert math.isnan(found["LRR"]) and math.isnan(refused.percent_change) and found["SMD_baseline"] > 0
    below = ef.within_case_effects([-1, 0, 1], [1, 2, 3], improvement="increase", ratio_scale=True)
    assert [reason.key for reason in below.reasons] == ["phase_mean_not_positive"]
    flat = ef.within_case_effects([2, 2, 2], [3, 4, 5], improvement="increase", ratio_scale=True)
    assert [reason.key for reason in flat.reasons] == ["phase_without_spread"]
    assert flat.tidy().set_index("term")["estimate"].isna().tolist() == [True, False, False]


# --- trends


def test_two_exact_lines_leave_nothing_to_estimate_with() -> None:
    baseline, intervention = [1.0, 2.0, 3.0], [7.0, 9.0, 11.0, 13.0]
    result = ef.piecewise_regression(baseline, intervention, improvement="increase")
    assert (result.status, result.reasons[0].key) == ("not_computable", "lines_fit_exactly")
    bent = ef.piecewise_regression(baseline, [7.0, 9.1, 11.0, 12.9], improvement="increase").tidy().set_index("term")
    assert tuple(bent.index) == PIECEWISE_TERMS
    assert bent["estimate"].to_dict() == pytest.approx({"intercept": 0, "trend": 1, "level": 3, "slope": 1}, abs=0.1)
    turned = ef.piecewise_regression(baseline, [7.0, 9.1, 11.0, 12.9], improvement="decrease").tidy()
    np.testing.assert_allclose(turned["estimate"], -bent["estimate"], atol=1e-12)


def test_autocorrelation_is_not_guessed_from_few_points() -> None:
    nine, ten = list(range(9)), [value % 4 + 3.0 for value in range(10)]
    refused = ef.level_shift(nine, ten, improvement="increase")
    assert (refused.status, refused.reasons[0].key) == ("not_computable", "too_few_for_autocorrelation")
    assert math.isnan(refused.shift)
    noise = np.random.default_rng(3).normal(size=40)
    found = ef.level_shift(noise[:18], noise[18:] + 2, improvement="increase")
    assert found.status == "ok" and found.conf_low < found.shift < found.conf_high and found.df == 38
    moved = ef.level_shift(noise[:18] + 5, noise[18:] + 7, improvement="increase")
    assert (moved.shift, moved.phi, moved.sigma) == pytest.approx((found.shift, found.phi, found.sigma), abs=1e-5)
    assert moved.level_baseline == pytest.approx(found.level_baseline + 5, abs=1e-5)
    turned = ef.level_shift(noise[:18], noise[18:] + 2, improvement="decrease")
    assert turned.shift == pytest.approx(-found.shift, abs=1e-6)
    assert found.std_error == pytest.approx(turned.std_error, abs=1e-6)
    flat = ef.level_shift([1.0] * 10, np.arange(12.0), improvement="increase")
    assert flat.reasons[0].key == "phase_without_spread"


def test_a_phase_described() -> None:
    described = ef.describe_phase([10, 12, 14, 16, 30], ratio_scale=True)
    assert (described.median, described.slope, described.intercept) == (14, 2.0, 8.0)
    assert (described.envelope, described.share) == (3.5, 0.8)
    assert (described.mean, described.minimum, described.maximum) == (16.4, 10, 30)
    assert described.sd == pytest.approx(np.std([10, 12, 14, 16, 30], ddof=1))
    free = ef.describe_phase([10, 12, 14, 16, 30])
    assert (free.envelope, free.share) == (12.0, 1.0)
    weekly = ef.describe_phase([10, 12, 14, 16, 30], times=[7, 14, 21, 28, 35])
    assert weekly.slope == pytest.approx(2 / 7)
    short = ef.describe_phase([4.0, np.nan, 6.0])
    assert (short.status, short.mean, short.n_dropped) == ("not_computable", 5.0, 1)
    assert math.isnan(short.slope)
    with pytest.raises(ValueError, match="times"):
        ef.describe_phase([1, 2, 3], times=[1, 2])


# --- several cases


def staggered(effect: float, seed: int, n_cases: int = 4) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    rows = []
    for case in range(n_cases):
        level = generator.normal(scale=2)
        for session in range(1, 21):
            phase = "intervention" if session > 5 + 3 * case else "baseline"
            value = level + effect * (phase == "intervention") + generator.normal()
            rows.append((f"c{case}", session, phase, value))
    return pd.DataFrame(rows, columns=["case", "session", "phase", "value"])


@pytest.mark.parametrize("estimator", ["moments", "reml"])
def test_change_between_cases(estimator: ef.effects.single_case.between.Estimator) -> None:
    series = staggered(3.0, seed=5)
    found = ef.between_case_effect(series, improvement="increase", estimator=estimator)
    assert found.status == "ok" and found.n_cases == 4 and found.n_used == 80
    assert found.conf_low < found.estimate < found.conf_high
    assert 0 < found.estimate < found.uncorrected and 0 <= found.rho < 1 and found.df > 2 and abs(found.phi) < 1
    scaled = ef.between_case_effect(
        series.assign(value=10 - 5 * series["value"]), improvement="decrease", estimator=estimator
    )
    assert scaled.estimate == pytest.approx(found.estimate, abs=1e-5)
    assert scaled.std_error == pytest.approx(found.std_error, abs=1e-5)


def test_cases_that_cannot_be_put_together() -> None:
    series = staggered(1.0, seed=2)
    two = series[series["case"].isin(["c0", "c1"])]
    assert ef.between_case_effect(two, improvement="increase").reasons[0].key == "too_few_cases"
    never = series.assign(session=series["session"] + 100 * series["case"].str[1].astype(int))
    assert ef.between_case_effect(never, improvement="increase").reasons[0].key == "cases_never_together"
    flat = series.assign(value=(series["phase"] == "intervention") * 2.0)
    for estimator in ("moments", "reml"):
        found = ef.between_case_effect(flat, improvement="increase", estimator=estimator)
        assert found.reasons[0].key == "phase_without_spread"
    missing = series.assign(value=series["value"].where(series.index != 3))
    assert ef.between_case_effect(missing, improvement="increase").n_dropped == 1


# --- what is refused

SHORT = [
    (lambda a, b: ef.non_overlap(a, b, improvement="increase")),
    (lambda a, b: ef.tau_u(a, b, improvement="increase")),
    (lambda a, b: ef.baseline_corrected_tau(a, b, improvement="increase")),
    (lambda a, b: ef.within_case_effects(a, b, improvement="increase", ratio_scale=True)),
    (lambda a, b: ef.piecewise_regression(a, b, improvement="increase")),
    (lambda a, b: ef.level_shift(a, b, improvement="increase")),
]


@pytest.mark.parametrize("statistic", SHORT)
def test_short_phases_give_the_chart_only(statistic: object) -> None:
    one = statistic([4], list(range(30)))  # type: ignore[operator]
    assert one.status == "not_computable"
    assert [reason.key for reason in one.reasons] == ["one_baseline_point", "phase_too_short"]
    none = statistic([], list(range(30)))  # type: ignore[operator]
    assert [reason.key for reason in none.reasons] == ["no_baseline_phase", "phase_too_short"]
    two = statistic([4, 5], list(range(30)))  # type: ignore[operator]
    assert [reason.key for reason in two.reasons] == ["phase_too_short"]
    assert two.reasons[0].values == {"n_baseline": 2, "n_intervention": 30, "minimum": 3}
    estimates = [column for column in two.tidy() if column not in ("term", "n")]
    assert two.tidy()[estimates].isna().all(axis=None)


SIX = [1, 2, 3], [4, 5, 6]
WRONG_CALLS = {
    "improvement": lambda: ef.non_overlap(*SIX, improvement="up"),  # type: ignore[arg-type]
    "baseline": lambda: ef.non_overlap(["a"], [4, 5, 6], improvement="increase"),  # type: ignore[list-item]
    "baseline:": lambda: ef.non_overlap([1, 2, math.inf], [4, 5, 6], improvement="increase"),
    "conf_level": lambda: ef.non_overlap(*SIX, improvement="increase", conf_level=95),
    "term": lambda: ef.non_overlap(*SIX, improvement="increase").index("nap"),
    "times": lambda: ef.baseline_corrected_tau(*SIX, improvement="increase", times=[1, 2]),
    "in order": lambda: ef.baseline_corrected_tau(*SIX, improvement="increase", times=[1, 2, 3, 2, 5, 6]),
    "possible_starts": lambda: ef.randomisation_test(SIX[0], start=1, possible_starts=[2], improvement="increase"),
    "from 1 to 2": lambda: ef.randomisation_test(SIX[0], start=3, possible_starts=[3], improvement="increase"),
    "values": lambda: ef.randomisation_test([1, math.nan], start=1, possible_starts=[1], improvement="increase"),
    "start": lambda: ef.randomisation_test({"a": [1, 2]}, start=1, possible_starts=[1], improvement="increase"),
    "series": lambda: ef.between_case_effect(pd.DataFrame({"case": []}), improvement="increase"),
    "phase": lambda: ef.between_case_effect(staggered(0, 1).assign(phase="A"), improvement="increase"),
    "estimator": lambda: ef.between_case_effect(staggered(0, 1), improvement="increase", estimator="ml"),  # type: ignore[arg-type]
    "levels": lambda: ef.goal_attainment(pd.Series({"a": 3})),
    "weights": lambda: ef.goal_attainment(pd.Series({"a": 1}), weights=pd.Series({"a": 0})),
    "correlation": lambda: ef.goal_attainment(pd.Series({"a": 1}), correlation=2),
    "marks": lambda: ef.cohort_standing(pd.DataFrame({"mark": [1]})),
}


@pytest.mark.parametrize(("word", "call"), WRONG_CALLS.items(), ids=list(WRONG_CALLS))
def test_wrong_calls_name_the_argument(word: str, call: object) -> None:
    with pytest.raises(ValueError, match=word):
        call()  # type: ignore[operator]


def test_missing_points_are_dropped_and_counted() -> None:
    with_gaps = ef.non_overlap([20, np.nan, *PARKER_2011[0][1:]], [*PARKER_2011[1], np.nan], improvement="increase")
    assert (with_gaps.n_used, with_gaps.n_dropped) == (13, 2)
    assert with_gaps.index("NAP") == ef.non_overlap(*PARKER_2011, improvement="increase").index("NAP")


def test_goals_not_rated_yet() -> None:
    result = ef.goal_attainment(pd.Series({"a": 2, "b": None, "c": -1}, dtype=float))
    assert (result.n_used, result.n_unrated, result.n_above, result.n_below) == (2, 1, 1, 1)
    assert result.t_score == pytest.approx(50 + 10 / math.sqrt(0.7 * 2 + 0.3 * 4))
    nothing = ef.goal_attainment(pd.Series({"a": np.nan}))
    assert (nothing.status, nothing.reasons[0].key) == ("not_computable", "no_goal_rated")


def test_standing_in_the_cohort_does_not_see_the_exam_s_difficulty() -> None:
    easy = {"mark": 110.0, "cohort_mean": 100.0, "cohort_sd": 10.0, "rank": 15, "cohort_n": 80}
    hard = {"mark": 60.0, "cohort_mean": 45.0, "cohort_sd": 15.0, "rank": 15, "cohort_n": 80}
    unknown = {"mark": None, "cohort_mean": 45.0, "cohort_sd": 0.0, "rank": None, "cohort_n": 80}
    found = ef.cohort_standing(pd.DataFrame([easy, hard, unknown]))
    assert found["z"].tolist()[:2] == [1.0, 1.0] and math.isnan(found["z"][2])
    assert found["share"].tolist()[:2] == [65.5 / 80] * 2 and math.isnan(found["share"][2])
