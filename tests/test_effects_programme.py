"""What a programme's records say: stages, dose, checklists, observations and voices, against R and by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from effects_facts import agrees, facts
from hypothesis import given, settings, strategies as st
from reference_facts import DATA

from efficacy.effects import (
    code_voices,
    dose_and_change,
    fidelity_record,
    joint_display,
    observation_record,
    satisfaction_by_stage,
)

FACTS = facts("programme")
LOG = pd.read_csv(DATA / "group_programme.csv", encoding="utf-8").rename(columns={"child": "participant_id"})
LOG = LOG.assign(attended=LOG["attended"].astype(bool))
CHANGE = LOG.drop_duplicates("participant_id").set_index("participant_id")["change"]
STAGES = {1: "early", 2: "early", 3: "middle", 4: "middle", 5: "late", 6: "late"}
ORDER = ("preparation", "early", "middle", "late", "ending")
PLAN = [(session, element) for session in (1, 2, 3) for element in ("talk", "game")]
CHECKLIST = pd.DataFrame(
    [(1, "talk", "done"), (1, "game", "partly"), (2, "talk", "done"), (3, "talk", "not_done"), (3, "game", "done")],
    columns=["session", "element", "done"],
)
FEELINGS = pd.DataFrame(
    [
        ("p1", "help", "positive", "r1"), ("p1", "help", "positive", "r2"), ("p1", "drive", "negative", "r1"),
        ("p2", "help", "mixed", "r1"), ("p2", "help", "positive", "r2"),
        ("p3", "drive", "positive", "r1"), ("p3", "drive", "positive", "r2"),
        ("p4", "help", "negative", "r1"),
    ],
    columns=["participant_id", "code", "valence", "rater"],
)  # fmt: skip
CODES = ("help", "drive", "habits")


def long_ratings() -> pd.DataFrame:
    wide = LOG.melt(["participant_id", "session"], ["rater_a", "rater_b"], var_name="rater", value_name="rating")
    return wide.dropna().assign(dimension="effort")


# ---- satisfaction by stage


def test_satisfaction_by_stage_as_in_r() -> None:
    fact = FACTS["programme.stages"]
    found = satisfaction_by_stage(LOG, stages=STAGES, order=ORDER).tidy().set_index("stage")
    for position, stage in enumerate(fact["value"]["stage"]):
        for column in ("n", "mean", "sd"):
            assert agrees(float(found.loc[stage, column]), fact["value"][column][position], fact)


def test_stages_without_sessions_and_sessions_without_a_stage_are_counted() -> None:
    found = satisfaction_by_stage(LOG, stages={1: "early", 6: "ending"}, order=ORDER)
    table = found.tidy().set_index("stage")
    marks = LOG.dropna(subset=["satisfaction"])
    assert list(table.index) == list(ORDER)
    assert table["n_sessions"].tolist() == [0, 1, 0, 0, 1]
    assert found.n_used + found.n_dropped == len(marks)
    assert found.n_used == table["n_marks"].sum() == marks["session"].isin([1, 6]).sum()
    assert table.loc["middle", ["mean", "sd"]].isna().all()


def test_one_stage_for_all_is_the_mean_of_own_means() -> None:
    found = satisfaction_by_stage(LOG, stages=dict.fromkeys(range(1, 7), "late"), order=ORDER).tidy()
    own = LOG.groupby("participant_id")["satisfaction"].mean()
    row = found.set_index("stage").loc["late"]
    assert row["mean"] == pytest.approx(own.mean(), abs=1e-12)
    assert row["n"] == own.notna().sum()


def test_no_marks_are_no_statistic() -> None:
    silent = LOG.assign(satisfaction=np.nan)
    assert satisfaction_by_stage(silent, stages=STAGES, order=ORDER).status == "not_computable"
    with pytest.raises(ValueError, match=r"stages: .'warm_up'. not among"):
        satisfaction_by_stage(LOG, stages={1: "warm_up"}, order=ORDER)


# ---- dose and change


def test_dose_and_change_as_in_r() -> None:
    found = dose_and_change(LOG, CHANGE)
    fact = FACTS["programme.dose"]
    assert all(agrees(getattr(found, name), value, fact) for name, value in fact["value"].items())
    halves = FACTS["programme.halves"]
    for column in ("n", "mean", "sd"):
        for actual, expected in zip(found.tidy()[column], halves["value"][column], strict=True):
            assert agrees(float(actual), expected, halves)
    assert found.by_child["attended"].sum() == LOG["attended"].sum()


def test_children_without_a_change_are_counted_as_dropped() -> None:
    some = CHANGE.iloc[:7].copy()
    some.iloc[2] = np.nan
    found = dose_and_change(LOG, some)
    assert (found.n_used, found.n_dropped) == (6, 4)
    assert found.tidy()["n"].sum() == 6


@pytest.mark.parametrize(
    ("log", "change", "reason"),
    [
        (LOG.assign(attended=True), CHANGE, "dose_all_alike"),
        (LOG, CHANGE * 0, "change_all_alike"),
        (LOG, CHANGE.iloc[:2], "too_few_rows"),
    ],
    ids=["everybody always there", "nobody changed", "two children"],
)
def test_dose_that_cannot_be_related(log: pd.DataFrame, change: pd.Series, reason: str) -> None:
    found = dose_and_change(log, change)
    assert found.status == "not_computable"
    assert [r.key for r in found.reasons] == [reason]
    assert math.isnan(found.r)
    assert math.isnan(found.rho)


@given(st.floats(-5, 5), st.floats(0.1, 5))
@settings(max_examples=20, deadline=None)
def test_shifting_and_stretching_change_leaves_the_correlations(shift: float, scale: float) -> None:
    found, moved = dose_and_change(LOG, CHANGE), dose_and_change(LOG, shift + scale * CHANGE)
    assert moved.r == pytest.approx(found.r, abs=1e-9)
    assert moved.rho == pytest.approx(found.rho, abs=1e-12)
    assert dose_and_change(LOG, -CHANGE).r == pytest.approx(-found.r, abs=1e-12)


# ---- fidelity


def test_fidelity_by_hand() -> None:
    found = fidelity_record(CHECKLIST, planned=PLAN)
    assert (found.n_used, found.n_dropped) == (5, 1)
    assert found.share == pytest.approx(3 / 5)
    assert found.share_partly == pytest.approx(1 / 5)
    sessions = found.tidy().set_index("session")
    assert sessions["share"].tolist() == [0.5, 1.0, 0.5]
    assert sessions["n_unrecorded"].tolist() == [0, 1, 0]
    assert found.by_element.set_index("element").loc["game", ["n_planned", "n_done", "n_partly"]].tolist() == [3, 1, 1]


@given(st.permutations(range(5)), st.integers(0, 5))
@settings(max_examples=20, deadline=None)
def test_the_counts_of_a_checklist_add_up(order: list[int], kept: int) -> None:
    found = fidelity_record(CHECKLIST.iloc[order[:kept]], planned=PLAN)
    for table in (found.by_session, found.by_element):
        parts = table[["n_done", "n_partly", "n_not_done", "n_unrecorded"]].sum(axis=1)
        assert (parts == table["n_planned"]).all()
        assert table["n_planned"].sum() == len(PLAN)
    assert found.n_used == kept
    assert (found.status == "ok") == (kept > 0)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([(1, "talk", "maybe")], "done .'maybe'. not among"),
        ([(1, "talk", "done")] * 2, "found repeated ones"),
        ([(4, "talk", "done")], "not planned"),
    ],
)
def test_a_checklist_that_cannot_be_held_against_the_plan(rows: list[tuple[int, str, str]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fidelity_record(pd.DataFrame(rows, columns=CHECKLIST.columns), planned=PLAN)


# ---- observations


def test_observations_as_in_r() -> None:
    fact = FACTS["programme.observations"]
    found = observation_record(long_ratings(), dimensions=["effort"])
    table = found.tidy()
    assert (table["dimension"] == "effort").all()
    for column in ("n", "mean", "sd"):
        for actual, expected in zip(table[column], fact["value"][column], strict=True):
            assert agrees(float(actual), expected, fact)
    assert found.n_used == LOG["rater_a"].notna().sum()
    assert found.n_twice == LOG["rater_b"].notna().sum()
    assert found.n_children == 10


def test_pairs_are_the_ratings_as_given() -> None:
    found = observation_record(long_ratings().sample(frac=1, random_state=3), dimensions=["effort", "mood"])
    wide = LOG.set_index(["participant_id", "session"])[["rater_a", "rater_b"]].dropna(how="all")
    pd.testing.assert_frame_equal(found.pairs("effort"), wide)
    assert found.pairs("mood").empty
    assert found.overall("effort") == pytest.approx(wide.mean(axis=1).mean())
    assert math.isnan(found.overall("mood"))


def test_observations_that_cannot_be_read() -> None:
    rows = long_ratings()
    assert observation_record(rows.iloc[:0], dimensions=["effort"]).status == "not_computable"
    with pytest.raises(ValueError, match=r"dimension .'effort'. not among"):
        observation_record(rows, dimensions=["mood"])
    with pytest.raises(ValueError, match="found repeated ones"):
        observation_record(pd.concat([rows, rows.iloc[:1]]), dimensions=["effort"])


# ---- voices and the joint display


def test_voices_by_hand() -> None:
    """p1: both raters say help; only one says drive. p2: they take help differently. p4: one rater alone coded it."""
    found = code_voices(FEELINGS, codes=CODES)
    assert found.by_child.loc["p1"].fillna("differ").tolist() == ["positive", "differ", "not_mentioned"]
    assert found.by_child.loc["p2"].fillna("differ").tolist() == ["differ", "not_mentioned", "not_mentioned"]
    assert found.by_child.loc["p4"].tolist() == ["negative", "not_mentioned", "not_mentioned"]
    table = found.tidy().set_index("code")
    assert table.loc["help", ["n", "n_positive", "n_mixed", "n_negative", "n_unsettled"]].tolist() == [2, 1, 0, 1, 1]
    assert table["share"].tolist() == [0.5, 0.25, 0.0]
    assert (found.n_used, found.n_raters) == (4, 2)
    assert found.decisions.shape == (3 * len(CODES), 2)  # p4 was coded by one rater only
    assert (found.decisions == "not_mentioned").to_numpy().sum() == 3 * 2 * 3 - 7


def test_the_joint_display_by_hand() -> None:
    change = pd.Series({"p1": 0.5, "p2": -0.2, "p3": 0.9, "p9": 3.0})
    found = joint_display(code_voices(FEELINGS, codes=CODES), change)
    assert (found.n_used, found.n_dropped) == (3, 1)
    rows = found.tidy().set_index(["code", "level"])
    assert rows.loc[("help", "positive"), ["n", "mean"]].tolist() == [1, 0.5]
    assert rows.loc[("help", "not_positive"), ["n", "mean"]].tolist() == [1, 0.9]  # p2 is not settled
    assert rows.loc[("drive", "not_positive"), ["n", "mean"]].tolist() == [1, -0.2]
    assert rows.loc[("habits", "positive"), "n"] == 0
    assert rows["n"].groupby("code").sum().le(3).all()
    assert found.by_child["change"].tolist() == [0.9, 0.5, -0.2]


def test_raters_by_another_name_say_the_same() -> None:
    swapped = FEELINGS.assign(rater=FEELINGS["rater"].map({"r1": "r2", "r2": "r1"}))
    pd.testing.assert_frame_equal(code_voices(swapped, codes=CODES).by_code, code_voices(FEELINGS, codes=CODES).by_code)


def test_voices_that_cannot_be_counted() -> None:
    empty = code_voices(FEELINGS.iloc[:0], codes=CODES)
    assert empty.status == "not_computable"
    assert joint_display(empty, CHANGE).status == "not_computable"
    assert empty.tidy()["n"].tolist() == [0, 0, 0]
    with pytest.raises(ValueError, match=r"code .'drive'. not among"):
        code_voices(FEELINGS, codes=["help"])
    with pytest.raises(ValueError, match=r"valence .'great'. not among"):
        code_voices(FEELINGS.assign(valence="great"), codes=CODES)
    with pytest.raises(ValueError, match="found repeated ones"):
        code_voices(pd.concat([FEELINGS, FEELINGS.iloc[:1]]), codes=CODES)
