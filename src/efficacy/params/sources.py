"""What arrives at a study site: raw files, covariates, groups, questionnaires, marks, attendance, coded interviews."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from ..documents import Misfit, StrictModel, Text, repeated
from .names import Column, DataPath, Name, columns_misfit

CAUSE_LEVELS = ("self", "peers", "family", "school", "society")
STUDY_COLUMNS = ("participant_id", "site", "wave", "arm", "item", "scale", "response", "score", "n_answered")


class Wave(StrictModel):
    """One measurement occasion, in time order. At least one baseline; a post wave for an intervention report."""

    id: Name
    role: Literal["baseline", "post", "followup"]
    label: Text | None = None
    day: date | None = None


class Source(StrictModel):
    """One raw file, read as it arrived and never edited."""

    file: DataPath
    format: Literal["wenjuanxing", "excel", "csv", "spss"]
    id: Column
    """Column that identifies a child."""
    wave: Name | None = None
    """Set where the whole file is one occasion; absent where column names carry it."""
    sheet: str | None = None
    missing_codes: tuple[int | float | str, ...] = ()
    """Answers that mean "no answer" in this file."""


class Level(StrictModel):
    """One level of a categorical covariate or arm."""

    value: Name
    label: Text
    accepts: tuple[str | int, ...]
    """How it stands in the raw file, codes too."""


class Covariate(StrictModel):
    """Something known of each child besides the answers."""

    name: Name
    column: Column
    kind: Literal["categorical", "ordinal", "number"]
    label: Text
    levels: tuple[Level, ...] = ()
    """In order; the first is the reference level."""
    minimum: float | None = None
    maximum: float | None = None

    def misfits(self) -> Iterator[Misfit]:
        if (self.kind == "number") == bool(self.levels):
            yield Misfit("covariate_levels", ("kind",), {"name": self.name})
        if self.name in STUDY_COLUMNS:
            yield Misfit("reserved_column", ("name",), {"name": self.name})
        yield from limits_misfit(self.minimum, self.maximum)
        yield from levels_misfits(self.levels)


class ArmLevel(Level):
    """A group of children."""

    role: Literal["treated", "comparison"]
    """Did this group have the programme."""


class Arms(StrictModel):
    """Who was in which group; file, format and id where a roster says so, else a column of the sources."""

    column: Column
    levels: Annotated[tuple[ArmLevel, ...], Field(min_length=1)]
    file: DataPath | None = None
    format: Literal["excel", "csv", "spss"] | None = None
    id: Column | None = None
    otherwise: Name | None = None
    """Arm of children that the roster does not list."""
    sheet: str | None = None

    def misfits(self) -> Iterator[Misfit]:
        given = [self.file is not None, self.format is not None, self.id is not None]
        if (any(given) or self.sheet is not None) and not all(given):
            yield Misfit("roster_incomplete", ())
        if self.otherwise is not None and self.otherwise not in [level.value for level in self.levels]:
            yield Misfit("unknown_reference", ("otherwise",), {"name": self.otherwise})
        yield from levels_misfits(self.levels)


class InstrumentUse(StrictModel):
    """How this site used a questionnaire."""

    instrument: Name
    columns: Annotated[dict[Name, str | tuple[Column, ...]], Field(min_length=1)]
    """Wave -> columns of the items in the instrument's order: a list, or FIRST..LAST (consecutive columns)."""
    reverse_confirmed_by: Literal["wording"] | None = None
    """Needed where the reverse key is disputed: each disputed item was looked up in the wording that was printed."""
    reverse: dict[str, bool] = {}
    """Disputed item number -> is its wording reversed."""
    answers: dict[str, int] = {}
    """Text of an answer option as this site worded it -> its number, where the questionnaire's file lacks it."""

    def misfits(self) -> Iterator[Misfit]:
        for wave, declared in self.columns.items():
            if misfit := columns_misfit(declared):
                yield misfit._replace(at=("columns", wave))


class ScoreColumn(StrictModel):
    """A score that arrives ready-made (a test mark), one column a wave."""

    scale: Name
    wave: Name
    column: Column
    label: Text
    minimum: float
    maximum: float

    def misfits(self) -> Iterator[Misfit]:
        yield from limits_misfit(self.minimum, self.maximum)


class SessionsFile(StrictModel):
    """Attendance: one row per child and session."""

    file: DataPath
    format: Literal["excel", "csv"]
    id: Column
    session: Column
    attended: Column
    satisfaction: Column | None = None
    satisfaction_minimum: int = 1
    satisfaction_maximum: int = 5
    sheet: str | None = None

    def misfits(self) -> Iterator[Misfit]:
        low, high = self.satisfaction_minimum, self.satisfaction_maximum
        yield from limits_misfit(low, high, key="satisfaction_minimum")


class CausesFile(StrictModel):
    """Coded interviews: one row per child, level and rater. No quotations."""

    file: DataPath
    format: Literal["excel", "csv"]
    id: Column
    level: Column
    rater: Column | None = None
    sheet: str | None = None


def limits_misfit(low: float | None, high: float | None, *, key: str = "minimum") -> Iterator[Misfit]:
    """A range of two limits that are both given must have room in it."""
    if low is not None and high is not None and low >= high:
        yield Misfit("range", (key,), {"low": low, "high": high})


def levels_misfits(levels: Sequence[Level], *, key: str = "levels") -> Iterator[Misfit]:
    """Levels named twice, and texts of a raw file that would mean two of them. key: where they stand."""
    yield from repeated(key, "value", (level.value for level in levels))
    meaning: dict[str, str] = {}
    for index, level in enumerate(levels):
        for text in map(str, level.accepts):
            if meaning.setdefault(text, level.value) != level.value:
                yield Misfit("ambiguous_text", (key, index, "accepts"), {"text": text})
