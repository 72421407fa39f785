"""What was planned: needs -> objectives -> sessions -> measures, and the counts before the data begin."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Annotated, Literal, get_args

from pydantic import Field

from ..documents import Misfit, StrictModel, Text, repeated
from .names import Name

GroupStage = Literal["preparation", "early", "middle", "late", "ending"]
GROUP_STAGES: tuple[str, ...] = get_args(GroupStage)
"""Stages of a group in order of time: 准备期, 初期, 中期, 后期, 结束期."""


class Need(StrictModel):
    id: Name
    label: Text


class Aim(StrictModel):
    """Something that is to change, and what would show it; all three empty means not measured."""

    id: Name
    label: Text
    measures: tuple[Name, ...] = ()
    """Scales of this site."""
    observed: tuple[Name, ...] = ()
    """Dimensions that observers rated in the sessions."""
    feedback: tuple[Name, ...] = ()
    """Codes of members' own words."""


class Objective(Aim):
    """What a need asks for."""

    need: Name


class PlannedSession(StrictModel):
    number: Annotated[int, Field(ge=1, le=200)]
    objective: Name
    theme: Text
    day: date | None = None
    stage: GroupStage | None = None
    """Stage of the group this session belongs to."""
    elements: tuple[Name, ...] = ()
    """Parts of the checklist planned for it; left out: all of them."""


class Plan(StrictModel):
    """Needs -> objectives -> sessions -> measures."""

    needs: tuple[Need, ...]
    objectives: tuple[Objective, ...]
    sessions: tuple[PlannedSession, ...]
    outcomes: tuple[Aim, ...] = ()
    """What a report of the programme says it achieved, each with what would show it."""

    def misfits(self) -> Iterator[Misfit]:
        yield from repeated("needs", "id", (need.id for need in self.needs))
        yield from repeated("objectives", "id", (objective.id for objective in self.objectives))
        yield from repeated("sessions", "number", (session.number for session in self.sessions))
        yield from repeated("outcomes", "id", (outcome.id for outcome in self.outcomes))
        yield from self._stage_misfits()
        needs = {need.id for need in self.needs}
        objectives = {objective.id for objective in self.objectives}
        for index, objective in enumerate(self.objectives):
            if objective.need not in needs:
                yield Misfit("unknown_reference", ("objectives", index, "need"), {"name": objective.need})
        for index, session in enumerate(self.sessions):
            if session.objective not in objectives:
                yield Misfit("unknown_reference", ("sessions", index, "objective"), {"name": session.objective})

    def _stage_misfits(self) -> Iterator[Misfit]:
        """Stages go forward with the sessions' numbers."""
        staged = [(index, session) for index, session in enumerate(self.sessions) if session.stage is not None]
        staged.sort(key=lambda entry: entry[1].number)
        for (_, earlier), (index, later) in pairwise(staged):
            if GROUP_STAGES.index(str(later.stage)) < GROUP_STAGES.index(str(earlier.stage)):
                values = {"name": later.stage, "before": earlier.stage}
                yield Misfit("stage_order", ("sessions", index, "stage"), values)

    def stage_of(self) -> dict[int, str]:
        """The stage of each session's number, where one is declared."""
        return {session.number: session.stage for session in self.sessions if session.stage is not None}


class Flow(StrictModel):
    """Counts before the data file begins, where they are known."""

    approached: Annotated[int, Field(ge=0)] | None = None
    consented: Annotated[int, Field(ge=0)] | None = None
    returned: Annotated[int, Field(ge=0)] | None = None
    consent: Text | None = None
    """Who consented and how."""

    def misfits(self) -> Iterator[Misfit]:
        for key, count in (("consented", self.consented), ("returned", self.returned)):
            if count is not None and self.approached is not None and count > self.approached:
                yield Misfit("flow_order", (key,), {"key": key, "count": count, "approached": self.approached})
