"""Records of a group programme held against its parameters: words that are known, sessions and parts that were planned,
children who belonged to the group and were there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from ..params import Level, Plan, Site, planned_elements
from .audit import Audit
from .model import PERSON_COLUMN
from .registers import OpenRegister, rows_by_file
from .values import canonical

WORDS = {"session_checklist": "element", "session_observations": "dimension", "members_feedback": "code"}
"""Kinds of registers of a group programme, and the column whose words the parameters declare."""


def settle_programme(
    site: Site,
    opened: Sequence[OpenRegister],
    registers: Mapping[str, pd.DataFrame],
    *,
    sessions: pd.DataFrame,
    participants: pd.DataFrame,
    audit: Audit,
) -> dict[str, pd.DataFrame]:
    """All registers, those of a group programme with each word as the parameters name it.

    registers: as ``read_registers`` gives them. sessions: the attendance. What does not fit the programme's parameters
    and plan is an error in the audit, what was recorded of children who were absent or not in the group a warning.
    """
    settled = dict(registers)
    for kind, column in WORDS.items():
        if kind not in registers:
            continue
        frames = []
        for register, rows in rows_by_file(kind, opened, registers[kind]):
            frame = rows.assign(**{column: _named(rows[column], _levels(site, kind), register, column, audit)})
            _check(site, kind, frame, register, sessions, participants, audit)
            frames.append(frame)
        settled[kind] = pd.concat(frames, ignore_index=True)
    return settled


def _levels(site: Site, kind: str) -> Sequence[Level]:
    programme = site.programme
    if kind == "session_checklist":
        return programme.checklist.elements if programme.checklist else ()
    if kind == "session_observations":
        return programme.observed.dimensions if programme.observed else ()
    return programme.feedback


def _named(words: pd.Series, levels: Sequence[Level], register: OpenRegister, column: str, audit: Audit) -> pd.Series:
    """The declared name of each word; an error for words that none of them accepts."""
    accepted = {canonical(str(text)): level.value for level in levels for text in (level.value, *level.accepts)}
    names = words.map(lambda word: accepted.get(canonical(word)), na_action="ignore")
    unknown = words.index[words.notna() & names.isna()]
    if len(unknown):
        allowed = tuple(dict.fromkeys(str(text) for level in levels for text in level.accepts))
        heading = register.columns.get(column)
        audit.add("data.unknown_level", register.table, column=heading, rows=unknown, values={"allowed": allowed})
    return names.astype("str")


def _check(
    site: Site,
    kind: str,
    rows: pd.DataFrame,
    register: OpenRegister,
    sessions: pd.DataFrame,
    participants: pd.DataFrame,
    audit: Audit,
) -> None:
    if "session" in rows and site.plan is not None:
        _check_sessions(site.plan, rows, register, audit)
    if kind == "session_checklist":
        _check_planned(site, rows, register, audit)
    elif not audit.errors:
        _check_group(site, rows, register, participants, audit)
    if kind == "session_observations":
        _check_ratings(site, rows, register, audit)
        _check_presence(rows, register, sessions, audit)


def _check_sessions(plan: Plan, rows: pd.DataFrame, register: OpenRegister, audit: Audit) -> None:
    planned = [session.number for session in plan.sessions]
    unknown = rows.index[rows["session"].notna() & ~rows["session"].isin(planned)]
    if len(unknown):
        audit.add("data.unknown_session", register.table, column=register.columns.get("session"), rows=unknown)


def _check_planned(site: Site, rows: pd.DataFrame, register: OpenRegister, audit: Audit) -> None:
    known = set(planned_elements(site.plan, site.programme))
    numbers = {number for number, _ in known}
    whole = rows.dropna(subset=["session", "element"])
    pairs = zip(whole["session"], whole["element"], strict=True)
    unplanned = [row for row, pair in zip(whole.index, pairs, strict=True) if pair[0] in numbers and pair not in known]
    if unplanned:
        audit.add("data.unplanned_element", register.table, column=register.columns.get("element"), rows=unplanned)


def _check_ratings(site: Site, rows: pd.DataFrame, register: OpenRegister, audit: Audit) -> None:
    observed = site.programme.observed
    if observed is None:
        return
    outside = rows.index[rows["rating"].notna() & ~rows["rating"].between(observed.minimum, observed.maximum)]
    if len(outside):
        values = {"key": "observation", "minimum": observed.minimum, "maximum": observed.maximum}
        audit.add("data.out_of_range", register.table, column=register.columns["rating"], rows=outside, values=values)


def _check_presence(rows: pd.DataFrame, register: OpenRegister, sessions: pd.DataFrame, audit: Audit) -> None:
    """Ratings of children who by the attendance were not there: one of the two records is wrong."""
    keys = [PERSON_COLUMN, "session"]
    came = sessions[sessions["attended"]][keys].astype({"session": "Int64"})
    there = pd.MultiIndex.from_frame(rows[keys]).isin(pd.MultiIndex.from_frame(came))
    absent = rows.index[~there & rows[keys].notna().all(axis="columns")]
    if len(absent) and len(sessions):
        audit.add("data.observed_while_absent", register.table, severity="warning", rows=absent)


def _check_group(
    site: Site, rows: pd.DataFrame, register: OpenRegister, participants: pd.DataFrame, audit: Audit
) -> None:
    if site.arms is None or "arm" not in participants:
        return
    treated = [level.value for level in site.arms.levels if level.role == "treated"]
    children = rows[PERSON_COLUMN].dropna().unique()
    n = int((~participants["arm"].reindex(children).isin(treated)).sum())
    if n:
        audit.add("data.recorded_outside_group", register.table, severity="warning", values={"n": n})
