"""How the programme was recorded: words of checklists, observations and coded feedback; what else happened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from ..documents import Misfit, StrictModel, Text, nearest_name
from .names import Name
from .plan import Plan
from .sources import Level, levels_misfits, limits_misfit

_WORDS_OF = {"session_checklist": "checklist", "session_observations": "observed", "members_feedback": "feedback"}


class Observed(StrictModel):
    """What observers rated, on one scale of marks."""

    dimensions: Annotated[tuple[Level, ...], Field(min_length=1)]
    """accepts: how each stands in the register session_observations."""
    minimum: int
    maximum: int

    def misfits(self) -> Iterator[Misfit]:
        yield from limits_misfit(self.minimum, self.maximum)
        yield from levels_misfits(self.dimensions, key="dimensions")


class Checklist(StrictModel):
    """The parts a session was planned to have."""

    elements: Annotated[tuple[Level, ...], Field(min_length=1)]
    """Planned in every session that names none of its own; accepts: how each stands in session_checklist."""
    kept_by: Literal["worker", "observer"]
    """Who filled it in: the one who led the session, or somebody else."""

    def misfits(self) -> Iterator[Misfit]:
        yield from levels_misfits(self.elements, key="elements")


class FeedbackCode(Level):
    """What a member's words may be about; accepts: how it stands in the register members_feedback."""

    kind: Literal["outcome", "mechanism"] = "outcome"
    """outcome: what changed; mechanism: how the group did it."""
    measures: tuple[Name, ...] = ()
    """Scales about the same thing; empty: only the words speak of it."""


class CoIntervention(StrictModel):
    """Something else that was done for children in the same weeks."""

    label: Text
    reached: Literal["members", "everybody", "others", "unknown"]
    """Whom it reached: where it was members alone, nothing can tell it from the programme."""
    days: tuple[date, ...] = ()
    """Single days; left empty where it went on from start to end."""
    start: date | None = None
    end: date | None = None

    def misfits(self) -> Iterator[Misfit]:
        if (self.start is None) != (self.end is None) or (self.start and self.end and self.start > self.end):
            yield Misfit("co_intervention_dates", ("start",))

    @property
    def span(self) -> tuple[date, date] | None:
        """First and last day, where any is known."""
        known = [*self.days, *(day for day in (self.start, self.end) if day)]
        return (min(known), max(known)) if known else None


class Programme(StrictModel):
    """How the programme was recorded beside attendance; every part may be left out."""

    checklist: Checklist | None = None
    observed: Observed | None = None
    feedback: tuple[FeedbackCode, ...] = ()
    """The codes of members' own words."""
    co_interventions: tuple[CoIntervention, ...] | None = None
    """What else was done; [] says that nothing was, left out says nothing."""

    def misfits(self) -> Iterator[Misfit]:
        yield from levels_misfits(self.feedback, key="feedback")

    @property
    def elements(self) -> tuple[str, ...]:
        return tuple(element.value for element in self.checklist.elements) if self.checklist else ()

    @property
    def dimensions(self) -> tuple[str, ...]:
        return tuple(dimension.value for dimension in self.observed.dimensions) if self.observed else ()

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(code.value for code in self.feedback)


def programme_misfits(programme: Programme, plan: Plan | None, registers: Iterable[str] = ()) -> Iterator[Misfit]:
    """Elements, dimensions and codes that plan or registers need and the programme lacks; places as of the site."""
    for register in registers:
        key = _WORDS_OF.get(register)
        if key is not None and not getattr(programme, key):
            values = {"register": register, "key": f"programme.{key}"}
            yield Misfit("programme_needed", ("registers", register), values)
    if plan is None:
        return
    for index, session in enumerate(plan.sessions):
        yield from _unknown(session.elements, programme.elements, ("plan", "sessions", index, "elements"))
    for key, aims in (("objectives", plan.objectives), ("outcomes", plan.outcomes)):
        for index, aim in enumerate(aims):
            yield from _unknown(aim.observed, programme.dimensions, ("plan", key, index, "observed"))
            yield from _unknown(aim.feedback, programme.codes, ("plan", key, index, "feedback"))


def _unknown(named: tuple[str, ...], known: tuple[str, ...], at: tuple[str | int, ...]) -> Iterator[Misfit]:
    for position, name in enumerate(named):
        if name not in known:
            yield Misfit("unknown_reference", (*at, position), {"name": name, "nearest": nearest_name(name, known)})


def planned_elements(plan: Plan | None, programme: Programme) -> tuple[tuple[int, str], ...]:
    """(session, element) of everything planned: the session's own elements, else all there are."""
    sessions = plan.sessions if plan else ()
    return tuple((session.number, name) for session in sessions for name in session.elements or programme.elements)
