"""A school that follows the county's lowest fifth: its terms, grades and subjects, its targets and its awards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from ..documents import Misfit, StrictModel, Text, nearest_name, repeated
from .names import Entry

Share = Annotated[float, Field(ge=0, le=1)]


class Named(StrictModel):
    """An entry of the registers and what reports call it."""

    value: Entry
    label: Text


class Term(Named):
    exam_day: date | None = None


class TargetRule(StrictModel):
    """The target of some terms. fall: the share falls by ``fall`` from the term before, in points of the share
    (``unit: points``; 6 % is 0.06) or relative to the earlier share (``unit: relative``). standing: county rank at most
    ``rank`` and share at most ``share``, in each of ``subjects``. none: the school set no target."""

    rule: Literal["fall", "standing", "none"]
    terms: Annotated[tuple[Entry, ...], Field(min_length=1)]
    grades: tuple[Entry, ...] = ()
    """Left out: every grade."""
    fall: Annotated[float, Field(gt=0, le=1)] | None = None
    unit: Literal["points", "relative"] | None = None
    rank: Annotated[int, Field(ge=1)] | None = None
    share: Share | None = None
    subjects: tuple[Entry, ...] = ()

    def misfits(self) -> Iterator[Misfit]:
        needed = {"fall": ("fall", "unit"), "standing": ("rank", "share", "subjects"), "none": ()}[self.rule]
        yield from (Misfit("missing", (key,), {"key": key}) for key in needed if getattr(self, key) in (None, ()))


class AwardTier(StrictModel):
    """One tier of an award: who reaches ``at_least`` gets ``amount``. Nothing has a default: the rules are the
    school's."""

    name: Text
    unit: Literal["class", "subject"]
    """To whom: a class, by its totals, or a subject of a grade. Only the latter has a rank in the county."""
    criterion: Literal["count_reduction", "share_fall", "rank_rise"]
    at_least: float
    amount: Annotated[float, Field(ge=0)]
    only_if_rank_kept: bool = False

    def misfits(self) -> Iterator[Misfit]:
        if self.unit == "class" and (self.criterion == "rank_rise" or self.only_if_rank_kept):
            yield Misfit("class_without_rank", ("unit",))


class School(StrictModel):
    """What the registers of the bottom-20 % programme refer to."""

    terms: Annotated[tuple[Term, ...], Field(min_length=1)]
    """In order of time."""
    grades: Annotated[tuple[Named, ...], Field(min_length=1)]
    """From the lowest to the highest."""
    subjects: Annotated[tuple[Named, ...], Field(min_length=1)]
    """Their marks add up to the total."""
    labels: tuple[Named, ...] = ()
    """Further entries that reports should name otherwise: indicators, periods."""
    targets: tuple[TargetRule, ...] = ()
    """The first that names a term and grade judges it."""
    awards: tuple[AwardTier, ...] = ()

    def misfits(self) -> Iterator[Misfit]:
        for key in ("terms", "grades", "subjects", "labels"):
            yield from repeated(key, "value", (named.value for named in getattr(self, key)))
        for index, target in enumerate(self.targets):
            for key in ("terms", "grades", "subjects"):
                known = [named.value for named in getattr(self, key)]
                yield from _unknown(("targets", index, key), getattr(target, key), known)

    def label(self, value: str) -> Text:
        """What reports call an entry: its label, else itself."""
        everything = (*self.terms, *self.grades, *self.subjects, *self.labels)
        return next((named.label for named in everything if named.value == value), Text(zh=value, en=value))


def _unknown(at: tuple[str | int, ...], names: Iterable[str], known: list[str]) -> Iterator[Misfit]:
    for position, name in enumerate(names):
        if name not in known:
            values = {"name": name, "nearest": nearest_name(name, known)}
            yield Misfit("unknown_reference", (*at, position), values)
