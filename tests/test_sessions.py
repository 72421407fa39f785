"""Attendance, dose and satisfaction, checked by hand."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from efficacy.effects.sessions import session_record

LOG = pd.DataFrame(
    [
        ("a", 1, True, 5.0),
        ("b", 1, True, 3.0),
        ("c", 1, False, math.nan),
        ("a", 2, True, 4.0),
        ("b", 2, False, math.nan),
        ("c", 2, False, math.nan),
        ("a", 10, True, 4.0),
        ("b", 10, True, math.nan),
        ("c", 10, True, 2.0),
    ],
    columns=["participant_id", "session", "attended", "satisfaction"],
)


def test_dose_of_the_group() -> None:
    record = session_record(LOG)
    assert (record.n_used, record.n_sessions, record.n_every) == (3, 3, 1)
    assert record.mean_attended == pytest.approx((3 + 2 + 1) / 3)
    assert record.median_attended == 2
    assert record.share == pytest.approx(6 / 9)
    assert record.by_dose.to_numpy().tolist() == [[3, 1], [2, 1], [1, 1]]


def test_one_row_a_session_in_order() -> None:
    table = session_record(LOG).tidy()
    assert table["session"].tolist() == [1, 2, 10]
    assert table["n"].tolist() == [3, 3, 3]
    assert table["n_attended"].tolist() == [2, 1, 3]
    assert table["share"].tolist() == pytest.approx([2 / 3, 1 / 3, 1])
    assert table["n_satisfaction"].tolist() == [2, 1, 2]
    assert table["mean"].tolist() == pytest.approx([4, 4, 3])
    assert table["sd"].iloc[[0, 2]].tolist() == pytest.approx([math.sqrt(2), math.sqrt(2)])
    assert math.isnan(table["sd"].iloc[1])


def test_order_of_rows_is_irrelevant() -> None:
    shuffled = session_record(LOG.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(shuffled.tidy(), session_record(LOG).tidy())
    pd.testing.assert_frame_equal(shuffled.glance(), session_record(LOG).glance())


def test_no_sessions_are_not_computable() -> None:
    record = session_record(LOG.iloc[:0])
    assert (record.status, record.n_sessions) == ("not_computable", 0)
    assert record.tidy().empty


def test_a_child_twice_in_a_session_is_refused() -> None:
    with pytest.raises(ValueError, match="one row per participant_id and session"):
        session_record(pd.concat([LOG, LOG.iloc[[0]]]))
