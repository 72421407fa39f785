"""What was planned: needs -> objectives -> sessions -> measures, and the counts before the data begin."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from pydantic import Field

from ..documents import Misfit, StrictModel, Text, repeated
from .names import Name


class Need(StrictModel):
    id: Name
    label: Text


class Objective(StrictModel):
    """What a need asks for."""

    id: Name
    need: Name
    label: Text
    measures: tuple[Name, ...] = ()
    """Scales of this site that would show it; empty means not measured."""


class PlannedSession(StrictModel):
    number: Annotated[int, Field(ge=1, le=200)]
    objective: Name
    theme: Text
    day: date | None = None


class Plan(StrictModel):
    """Needs -> objectives -> sessions -> measures."""

    needs: tuple[Need, ...]
    objectives: tuple[Objective, ...]
    sessions: tuple[PlannedSession, ...]

    def misfits(self) -> Iterator[Misfit]:
        yield from repeated("needs", "id", (need.id for need in self.needs))
        yield from repeated("objectives", "id", (objective.id for objective in self.objectives))
        yield from repeated("sessions", "number", (session.number for session in self.sessions))
        needs = {need.id for need in self.needs}
        objectives = {objective.id for objective in self.objectives}
        for index, objective in enumerate(self.objectives):
            if objective.need not in needs:
                yield Misfit("unknown_reference", ("objectives", index, "need"), {"name": objective.need})
        for index, session in enumerate(self.sessions):
            if session.objective not in objectives:
                yield Misfit("unknown_reference", ("sessions", index, "objective"), {"name": session.objective})


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
