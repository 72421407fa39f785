"""Records beside the questionnaire: attendance, and causes coded from interviews."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import pandas as pd

from ..params import CAUSE_LEVELS, Site
from ..project import Project
from .audit import Audit
from .identity import Pseudonyms
from .model import PERSON_COLUMN
from .people import known_ids
from .readers import RawTable
from .sources import only_children, open_table, require
from .values import Reader, Reading, as_number, attendance_reader, number_reader, read_column

_CAUSE_WORDS: Mapping[str, str] = {
    **{level: level for level in CAUSE_LEVELS},
    **dict.fromkeys(("自我", "自身", "个人", "个体"), "self"),
    **dict.fromkeys(("朋辈", "同伴", "同辈"), "peers"),
    "家庭": "family",
    "学校": "school",
    "社会": "society",
}


def no_sessions() -> pd.DataFrame:
    types = {PERSON_COLUMN: "str", "session": "int64", "attended": "bool", "satisfaction": "float64"}
    return pd.DataFrame(columns=list(types)).astype(types)


def no_causes() -> pd.DataFrame:
    return pd.DataFrame(columns=[PERSON_COLUMN, "level", "rater"]).astype("str")


def read_sessions(
    site: Site, project: Project, participants: pd.DataFrame, pseudonyms: Pseudonyms, audit: Audit
) -> pd.DataFrame:
    """participant_id, session, attended, satisfaction: one row a child and session."""
    declared = site.sessions
    if declared is None:
        return no_sessions()
    names = {"id": declared.id, "session": declared.session, "attended": declared.attended}
    if declared.satisfaction is not None:
        names["satisfaction"] = declared.satisfaction
    opened = _open(project, declared.file, declared.format, declared.sheet, names, audit)
    if opened is None:
        return no_sessions()
    table, columns = opened
    ids = known_ids(table, columns["id"], pseudonyms, audit, once=False)
    session = _filled(table, columns["session"], _session_reader(site), audit)
    attended = _filled(table, columns["attended"], attendance_reader(), audit)
    satisfaction = pd.Series(float("nan"), index=table.cells.index)
    if "satisfaction" in columns:
        low, high = declared.satisfaction_minimum, declared.satisfaction_maximum
        limits = number_reader(low, high, frozenset(), kind="satisfaction")
        satisfaction = read_column(table, columns["satisfaction"], limits, audit).astype(float)
    rows = pd.DataFrame({PERSON_COLUMN: pseudonyms.of(ids), "session": session, "attended": attended})
    rows = rows.assign(satisfaction=satisfaction).loc[ids.index].dropna(subset=["session", "attended"])
    _refuse_repeated(rows, [PERSON_COLUMN, "session"], "data.duplicate_session", table, audit)
    _count_outsiders(site, rows, participants, table, audit)
    typed = rows.astype({"session": "int64", "attended": "bool"})
    return typed.sort_values([PERSON_COLUMN, "session"], ignore_index=True)


def read_causes(site: Site, project: Project, pseudonyms: Pseudonyms, audit: Audit) -> pd.DataFrame:
    """participant_id, level, rater (r1, r2, ...): one row a child, level and rater."""
    declared = site.causes
    if declared is None:
        return no_causes()
    names = {"id": declared.id, "level": declared.level}
    if declared.rater is not None:
        names["rater"] = declared.rater
    opened = _open(project, declared.file, declared.format, declared.sheet, names, audit)
    if opened is None:
        return no_causes()
    table, columns = opened
    ids = known_ids(table, columns["id"], pseudonyms, audit, once=False)
    level = _filled(table, columns["level"], _cause_reader(), audit)
    rater = table.cells[columns["rater"]] if "rater" in columns else pd.Series("1", index=table.cells.index)
    names_of_raters = {name: f"r{number}" for number, name in enumerate(sorted(rater.dropna().unique()), start=1)}
    rows = pd.DataFrame({PERSON_COLUMN: pseudonyms.of(ids), "level": level, "rater": rater.map(names_of_raters)})
    rows = rows.loc[ids.index].dropna(subset=["level"])
    _refuse_repeated(rows, [PERSON_COLUMN, "level", "rater"], "data.duplicate_cause", table, audit)
    return rows.astype("str").sort_values([PERSON_COLUMN, "level", "rater"], ignore_index=True)


def _open(
    project: Project,
    file: str,
    format: Literal["excel", "csv"],
    sheet: str | None,
    names: Mapping[str, str],
    audit: Audit,
) -> tuple[RawTable, dict[str, str]] | None:
    """The table and its columns by what they are for, or None with errors."""
    table = open_table(project, file, format=format, sheet=sheet, audit=audit)
    if table is None:
        return None
    columns = {use: column for use, name in names.items() if (column := require(table, name, audit))}
    if len(columns) < len(names):
        return None
    return only_children(table, columns["id"], keep=columns.values(), audit=audit), columns


def _filled(table: RawTable, column: str, reader: Reader, audit: Audit) -> pd.Series:
    """A column in which every row needs a value."""
    empty = table.cells.index[table.cells[column].isna()]
    if len(empty):
        audit.add("data.empty_cell", table, column=column, rows=empty)
    return read_column(table, column, reader, audit)


def _session_reader(site: Site) -> Reader:
    planned = tuple(session.number for session in site.plan.sessions) if site.plan else ()

    def read(text: str) -> Reading:
        number = as_number(text.removeprefix("第").rstrip("次节期 "))
        if number is None or not number.is_integer() or number < 1 or (planned and number not in planned):
            return Reading(problem="unknown_session")
        return Reading(number)

    return Reader(read=read, values={"planned": planned})


def _cause_reader() -> Reader:
    def read(text: str) -> Reading:
        word = text.casefold().removesuffix("层面")
        return Reading(_CAUSE_WORDS[word]) if word in _CAUSE_WORDS else Reading(problem="unknown_cause")

    return Reader(read=read, values={"allowed": CAUSE_LEVELS}, labelled=True)


def _refuse_repeated(rows: pd.DataFrame, columns: list[str], code: str, table: RawTable, audit: Audit) -> None:
    repeated = rows.index[rows.duplicated(columns)]
    if len(repeated):
        audit.add(code, table, rows=repeated)


def _count_outsiders(site: Site, rows: pd.DataFrame, participants: pd.DataFrame, table: RawTable, audit: Audit) -> None:
    """Children who came to a session although they were not in the group: the comparison is no longer untreated."""
    if site.arms is None or "arm" not in participants or audit.errors:
        return
    treated = [level.value for level in site.arms.levels if level.role == "treated"]
    came = rows.loc[rows["attended"] == 1, PERSON_COLUMN].unique()
    n = int((~participants["arm"].reindex(came).isin(treated)).sum())
    if n:
        audit.add("data.attended_outside_group", table, severity="warning", values={"n": n})
