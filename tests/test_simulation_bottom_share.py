"""The simulated school: its truth is recovered, and the one published figure is there to the pupil."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from efficacy import registers as rg
from efficacy.simulation import SIZHOUTOU, simulate_school


@pytest.fixture(scope="module")
def school():
    return simulate_school(SIZHOUTOU)


def held(school, tie_rule="below"):
    marks = rg.with_totals(school.marks, subjects=SIZHOUTOU.subjects)
    return rg.identify_bottom(marks, school.cuts, tie_rule=tie_rule)


def test_the_same_truth_gives_the_same_school(school):
    again = simulate_school(SIZHOUTOU)
    for name in ("marks", "cuts", "families", "causes", "teacher_help", "pupil_help", "duties"):
        pd.testing.assert_frame_equal(getattr(again, name), getattr(school, name))


def test_the_third_grade_ends_at_twelve_per_cent(school):
    shares = rg.bottom_shares(held(school).query("subject == 'total'"), by=("term", "grade")).tidy()
    last = shares.set_index(["term", "grade"]).loc[("2014-2", "g3")]
    assert (last["n_bottom"], last["n"]) == (7, 58)
    assert round(100 * last["share"]) == 12


def test_eighty_per_cent_of_the_special_families_are_left_behind(school):
    special = school.families["participant_id"].nunique()
    left = school.families.query("situation == 'left_behind'")["participant_id"].nunique()
    assert left == round(0.8 * special)


def test_leavers_and_joiners_are_those_declared(school):
    first, second = (set(school.marks.query(f"term == '{term}'")["participant_id"]) for term in ("2012-1", "2012-2"))
    assert (len(first - second), len(second - first)) == (4, 2)


def test_true_shares_and_retest_are_recovered_in_a_large_school():
    cohorts = tuple(replace(c, n=3000, leavers=0, joiners=0, exact={}) for c in SIZHOUTOU.cohorts[2:3])
    large = replace(SIZHOUTOU, cohorts=cohorts, absent=0.0, helped_days=7)
    table = held(simulate_school(large)).query("subject == 'total'")
    shares = rg.bottom_shares(table, by=("term",)).tidy().set_index("term")["share"]
    for term, share in cohorts[0].shares.items():
        assert shares[term] == pytest.approx(share, abs=0.01 + 4 * np.sqrt(share * (1 - share) / 3000))
    wide = table.pivot(index="participant_id", columns="term", values="score")
    k, common = len(large.subjects), large.common
    expected = large.retest_r * common / (common + (1 - common) / k)
    assert wide["2012-1"].corr(wide["2012-2"]) == pytest.approx(expected, abs=0.03)


def test_duties_are_done_as_often_as_declared(school):
    last = school.duties["due"].max() + pd.Timedelta(days=30)
    states = rg.duty_states(school.duties, as_of=last)["state"]
    n = len(states)
    for state, share in (("in_time", SIZHOUTOU.duty_in_time), ("late", SIZHOUTOU.duty_late)):
        assert (states == state).mean() == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / n))


def test_records_of_help_agree_as_often_as_declared(school):
    result = rg.reconcile_help(school.teacher_help, school.pupil_help)
    truth = (1 - SIZHOUTOU.recorded_by_pupil_alone) * SIZHOUTOU.recorded_by_pupil
    assert result.share == pytest.approx(truth, abs=4 * np.sqrt(truth * (1 - truth) / result.n_used))
