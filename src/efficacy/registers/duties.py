"""Duties with a date: done in time, done late, still open, not yet due."""

from __future__ import annotations

from datetime import date

import pandas as pd

DUTY_STATES = ("in_time", "late", "open", "not_yet_due")


def duty_states(duties: pd.DataFrame, *, as_of: date) -> pd.DataFrame:
    """State of every duty on a day.

    duties: due and done (dates; done missing where it was not), and whatever columns name the duty. Returns them with
    state (in_time, late, open, not_yet_due) and days_late (done - due, or as_of - due while it is open; 0 or less is in
    time). What was done after ``as_of`` was still open then.
    """
    due, done = (pd.to_datetime(duties[name]) for name in ("due", "done"))
    day = pd.Timestamp(as_of)
    known = done.where(done <= day)
    days = (known.fillna(day) - due).dt.days
    state = pd.Series("in_time", index=duties.index)
    state[known.notna() & (days > 0)] = "late"
    state[known.isna()] = "open"
    state[known.isna() & (due >= day)] = "not_yet_due"
    return duties.assign(state=state, days_late=days)


def duty_counts(states: pd.DataFrame, *, by: str) -> pd.DataFrame:
    """Duties by state: one row a kind of duty, columns in_time, late, open, not_yet_due, n_due and share (in time of
    those due). share is missing where nothing was due yet."""
    table = pd.crosstab(states[by], states["state"]).reindex(columns=list(DUTY_STATES), fill_value=0)
    table.columns.name = None
    table["n_due"] = table["in_time"] + table["late"] + table["open"]
    table["share"] = table["in_time"] / table["n_due"].where(table["n_due"] > 0)
    return table.reset_index()
