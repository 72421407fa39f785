"""A study of one child, or of a few: what was measured again and again, how the start was set, what people report."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Literal, get_args

from pydantic import Field

from ..documents import Misfit, StrictModel, Text, repeated
from .names import Entry
from .school import Named

ReportedItem = Literal[
    "title", "abstract", "background", "aims", "procedural_changes", "replication", "blinding", "selection",
    "participant", "setting", "ethics", "measures", "equipment", "intervention", "fidelity", "adverse_events",
    "interpretation", "applicability", "protocol", "funding",
]  # fmt: skip
REPORTED_ITEMS: tuple[str, ...] = get_args(ReportedItem)
"""Items of SCRIBE 2016 that no data can answer: people write them, in a sentence."""


class CaseOutcome(StrictModel):
    """Something measured again and again, as the register ``series`` names it."""

    value: Entry
    """Its entry in the register."""
    label: Text
    improvement: Literal["increase", "decrease"]
    """Which direction of change is the wished one."""
    scale: Literal["ratio", "other"]
    """ratio: a count, minutes or a percentage, with a true zero; other: a scale score, a rank, a z score."""
    minimum: float | None = None
    maximum: float | None = None

    def misfits(self) -> Iterator[Misfit]:
        if self.minimum is not None and self.maximum is not None and self.minimum >= self.maximum:
            yield Misfit("range", ("minimum",), {"low": self.minimum, "high": self.maximum})


class RandomStart(StrictModel):
    """The start of the service was drawn by lot, and that is on record."""

    least_baseline: Annotated[int, Field(ge=1)]
    """Points that the lot left to the baseline at least."""
    least_intervention: Annotated[int, Field(ge=1)]
    """Points that the lot left to the intervention at least."""
    drawn_on: date
    record: Text
    """Where the draw is on record, and who made it."""


class CaseStudy(StrictModel):
    """Outcomes of a single-case study, how its start was set, and what only people can report."""

    outcomes: Annotated[tuple[CaseOutcome, ...], Field(min_length=1)]
    """The first is the primary one, named before the data were seen."""
    random_start: RandomStart | None = None
    """Left out: the start was not drawn by lot, and no p value is given."""
    subjects: tuple[Entry, ...] = ()
    """Subjects of the register cohort_marks shown; left out: all."""
    labels: tuple[Named, ...] = ()
    """What reports call an entry of the registers (a goal, an exam, a subject); left out: the entry itself."""
    reported: dict[ReportedItem, Text] = {}
    """What a report of a single case must say and no data hold, by item of SCRIBE 2016."""

    def misfits(self) -> Iterator[Misfit]:
        yield from repeated("outcomes", "value", (outcome.value for outcome in self.outcomes))
        yield from repeated("labels", "value", (label.value for label in self.labels))
