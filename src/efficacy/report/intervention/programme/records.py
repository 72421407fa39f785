"""What was recorded of the programme, as the statistics take it, and the names of its parts."""

from __future__ import annotations

import pandas as pd

from ....params import GROUP_STAGES, Level, planned_elements
from ....study import Study
from ...wording import Words, say
from ..case import Case

STAGES = GROUP_STAGES
CHECKLIST, RATINGS, FEEDBACK = "session_checklist", "session_observations", "members_feedback"
_COLUMNS = {
    CHECKLIST: ("session", "element", "done"),
    RATINGS: ("participant_id", "session", "rater", "dimension", "rating"),
    FEEDBACK: ("participant_id", "rater", "code", "valence"),
}


def stages_of(study: Study) -> dict[int, str]:
    """The stage of the group each session belongs to, by the plan."""
    return study.site.plan.stage_of() if study.site.plan else {}


def planned(study: Study) -> tuple[tuple[int, str], ...]:
    """Session and part of everything the checklist should hold."""
    return planned_elements(study.site.plan, study.site.programme)


def checklist(study: Study) -> pd.DataFrame:
    """session, element, done: of the planned parts of planned sessions."""
    rows = _register(study, CHECKLIST)
    known = pd.MultiIndex.from_frame(rows[["session", "element"]]).isin(list(planned(study)))
    return rows[known].astype({"session": "int64", "done": "str"})


def ratings(study: Study) -> pd.DataFrame:
    """participant_id, session, rater, dimension, rating: of the members."""
    return _of_members(study, _register(study, RATINGS)).astype({"session": "int64", "rating": "float64"})


def feedback(study: Study) -> pd.DataFrame:
    """participant_id, rater, code, valence: of the members."""
    return _of_members(study, _register(study, FEEDBACK)).astype({"valence": "str"})


def member_change(case: Case, scale: str) -> pd.Series:
    """Post minus pre of the members on one scale; empty where it was not measured at both waves."""
    waves = (case.baseline, case.post)
    before, after = (case.chosen(case.study.score(wave, scale)) for wave in waves)
    return (after - before).dropna().rename(scale)


def is_recorded(study: Study) -> bool:
    """Is there anything at all that a process evaluation could rest on?"""
    site = study.site
    registers = any(kind in study.registers for kind in _COLUMNS)
    return site.plan is not None or len(study.sessions) > 0 or registers or site.programme.co_interventions is not None


def stage_label(stage: str) -> Words:
    return say(f"intervention_programme.stage_{stage}")


def element_label(study: Study, element: str) -> Words:
    declared = study.site.programme.checklist
    return _label(declared.elements if declared else (), element)


def dimension_label(study: Study, dimension: str) -> Words:
    declared = study.site.programme.observed
    return _label(declared.dimensions if declared else (), dimension)


def code_label(study: Study, code: str) -> Words:
    return _label(study.site.programme.feedback, code)


def _label(levels: tuple[Level, ...], name: str) -> Words:
    return next(level.label for level in levels if level.value == name)


def _of_members(study: Study, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows about members; everybody is one where no groups are declared."""
    return rows if study.site.arms is None else rows[rows["participant_id"].isin(study.arm_role("treated"))]


def _register(study: Study, kind: str) -> pd.DataFrame:
    empty = pd.DataFrame(columns=list(_COLUMNS[kind]))
    return study.registers.get(kind, empty).dropna(how="any")
