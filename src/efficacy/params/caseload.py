"""Casework and the registers around it: the terms of the roll, the rules of warning, the limits the institution set."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from ..documents import Misfit, StrictModel, Text, repeated
from .names import Entry, Name
from .school import Named


class WarningSign(StrictModel):
    """A declared rule: a sign and the limit from which it counts. There is no score and no black box."""

    id: Name
    label: Text
    sign: Literal["failed_courses", "absent_days", "rank_drop"]
    comparison: Literal["at_least", "at_most"] = "at_least"
    limit: float


class Caseload(StrictModel):
    """What the registers of casework refer to; every part is optional."""

    warnings: tuple[WarningSign, ...] = ()
    outcomes_known: bool = False
    """Was every student whose signs were kept followed until the outcome was known?"""
    start_term: Entry | None = None
    """Entry of the roll at the beginning, as in the register of rolls."""
    end_term: Entry | None = None
    retention: Literal["start_only", "start_less_transfers", "start_and_joined"] | None = None
    """Formula of the retention rate; the source states none."""
    visit_within_days: Annotated[int, Field(ge=0, le=365)] | None = None
    """Days within which a sign of leaving has to be followed by a visit."""

    labels: tuple[Named, ...] = ()
    """What reports call entries of the site's own: groups, outcomes, gifts."""

    def misfits(self) -> Iterator[Misfit]:
        yield from repeated("labels", "value", (named.value for named in self.labels))
        yield from repeated("warnings", "id", (rule.id for rule in self.warnings))
        given = [key for key in ("start_term", "end_term", "retention") if getattr(self, key) is not None]
        needed = ("start_term", "end_term", "retention") if given else ()
        yield from (Misfit("missing", (key,), {"key": key}) for key in needed if key not in given)
