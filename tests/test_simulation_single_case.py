"""Generated single cases: what was put in comes out again, and the lot is a fair one."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from efficacy.effects import piecewise_regression, randomisation_test
from efficacy.simulation import (
    CASE_L,
    THREE_GIRLS,
    CaseStudyTruth,
    SeriesTruth,
    drawn_starts,
    possible_starts,
    simulate_marks,
    simulate_series,
    simulate_services,
    simulate_support,
)

SMOOTH = SeriesTruth(
    outcome="y", level=50, shift=6, slope=0.5, spread=4, autocorrelation=0.5, between=3, maximum=100, decimals=3
)


def study(**changes: object) -> CaseStudyTruth:
    plain = CaseStudyTruth(name="x", seed=1, n_cases=400, n_points=20, outcomes=(SMOOTH,), starts=(8,) * 400)
    return dataclasses.replace(plain, **changes)  # type: ignore[arg-type]


def test_level_step_slope_spread_and_autocorrelation_come_out_again() -> None:
    truth = study()
    series = simulate_series(truth)
    assert len(series) == 400 * 20 and (series["phase"] == "baseline").sum() == 400 * 8
    wide = series.pivot(index="case", columns="point", values="value").to_numpy()
    expected = 50 + np.where(np.arange(20) >= 8, 6 + 0.5 * (np.arange(20) - 8), 0)
    error = wide.std(ddof=1) / np.sqrt(400)
    assert np.abs(wide.mean(axis=0) - expected).max() < 4 * error
    rests = wide - expected
    total = np.cov(rests, rowvar=False)
    assert np.diag(total).mean() == pytest.approx(4**2 + 3**2, rel=0.1)
    lag1 = np.mean([total[t, t + 1] for t in range(19)])
    assert lag1 == pytest.approx(0.5 * 4**2 + 3**2, rel=0.12)


def test_a_regression_on_many_cases_finds_the_truth() -> None:
    found = []
    for _, rows in simulate_series(study(n_cases=60, starts=(8,) * 60)).groupby("case"):
        phases = [rows.loc[rows["phase"] == name, "value"] for name in ("baseline", "intervention")]
        found.append(piecewise_regression(*phases, improvement="increase").tidy().set_index("term")["estimate"])
    estimates = pd.DataFrame(found)
    for term, value in (("trend", 0.0), ("level", 6.0), ("slope", 0.5)):
        assert abs(estimates[term].mean() - value) < 4 * estimates[term].std() / np.sqrt(60), term


def test_values_stay_on_the_form_and_in_the_same_run_are_the_same() -> None:
    for truth in (CASE_L, THREE_GIRLS):
        series = simulate_series(truth)
        pd.testing.assert_frame_equal(series, simulate_series(truth))
        for outcome in truth.outcomes:
            own = series.loc[series["outcome"] == outcome.outcome, "value"]
            assert own.between(outcome.minimum, outcome.maximum).all() and (own == own.round(outcome.decimals)).all()
    assert simulate_series(CASE_L).query("phase == 'baseline'").groupby("outcome").size().eq(1).all()


def test_the_lot_is_even_and_a_test_of_it_keeps_its_level() -> None:
    """With no effect p is at most .05 in at most 5 % of all lots, whatever the autocorrelation."""
    none = dataclasses.replace(SMOOTH, shift=0, slope=0)
    truth = study(starts=None, n_points=30, least_baseline=5, least_intervention=5, outcomes=(none,))
    starts = drawn_starts(truth)
    assert set(starts) == set(possible_starts(truth)) == set(range(5, 26))
    series = simulate_series(truth)
    p_values = [
        randomisation_test(
            rows["value"].to_numpy(), start=start, possible_starts=possible_starts(truth), improvement="increase"
        ).p_value
        for start, (_, rows) in zip(starts, series.groupby("case"), strict=True)
    ]
    assert np.mean(np.array(p_values) <= 0.05) < 0.05 + 3 * np.sqrt(0.05 * 0.95 / len(p_values))


def test_support_services_and_marks() -> None:
    support = simulate_support(CASE_L)
    assert len(support) == 4 * 5 * 3 and support["rating"].between(1, 5).all()
    means = support.groupby(["dimension", "time"])["rating"].mean().unstack()
    assert CASE_L.support is not None
    for dimension, gains in CASE_L.support.gains.items():
        assert means.loc[dimension, 2] - means.loc[dimension, 0] == pytest.approx(gains[-1], abs=0.5)
    log = simulate_services(CASE_L, n_days=260)
    assert log["day"].is_monotonic_increasing and (log["hours"] * 2 % 1 == 0).all()
    counts = log.groupby(["strategy", "dimension"]).size()
    assert {(s.strategy, s.dimension): s.n_contacts for s in CASE_L.services} == counts.to_dict()
    marks = simulate_marks(CASE_L)
    z = (marks["mark"] - marks["cohort_mean"]) / marks["cohort_sd"]
    wanted = marks["exam"].map({exam.exam: exam.z for exam in CASE_L.exams})
    assert (z - wanted).abs().max() < 0.45
    assert marks["rank"].between(1, CASE_L.cohort_n).all()
    assert simulate_support(THREE_GIRLS).empty and simulate_marks(THREE_GIRLS).empty


def test_impossible_truths_are_refused() -> None:
    with pytest.raises(ValueError, match="autocorrelation"):
        dataclasses.replace(SMOOTH, autocorrelation=1.0)
    with pytest.raises(ValueError, match="minimum"):
        dataclasses.replace(SMOOTH, minimum=100)
