"""The parameter file of one study site: where its data came from, what was measured when, who was chosen and how."""

from __future__ import annotations

from datetime import date
from pathlib import PurePosixPath
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from ..documents import SCHEMA, StrictModel, Text
from .reports import (
    DescriptiveBlock,
    FactorBlock,
    InterventionBlock,
    Name,
    ReportBlock,
    ReportName,
)

_RESERVED = {"con", "prn", "aux", "nul", *(f"{d}{i}" for d in ("com", "lpt") for i in range(1, 10))}
CAUSE_LEVELS = ("self", "peers", "family", "school", "society")
FACETS = ("confidence", "focus", "autonomy", "exam_emotion")


def _site_id(value: str) -> str:
    if value.lower() in _RESERVED:
        raise PydanticCustomError("reserved_name", "reserved by Windows", {"name": value})
    return value


def _data_path(value: str) -> str:
    path = PurePosixPath(value)
    if path.is_absolute() or "\\" in value or ":" in value or ".." in path.parts or path.parts[:1] != ("data",):
        raise PydanticCustomError("path_outside_data", "not inside data/", {"path": value})
    return value


SiteId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
DataPath = Annotated[str, Field(max_length=200)]
Column = Annotated[str, Field(min_length=1, max_length=200)]


class Wave(StrictModel):
    """One measurement occasion, in time order. At least one baseline; a post wave for an intervention report."""

    id: Name
    role: Literal["baseline", "post", "followup"]
    label: Text | None = None
    day: date | None = None


class Source(StrictModel):
    """One raw file, read as it arrived and never edited.

    wave: set where the whole file is one occasion; absent where column names carry it. id: the column that identifies
    a child. missing_codes: answers that mean "no answer" in this file.
    """

    file: DataPath
    format: Literal["wenjuanxing", "excel", "csv", "spss"]
    id: Column
    wave: Name | None = None
    sheet: str | None = None
    missing_codes: tuple[int | float | str, ...] = ()

    _inside = field_validator("file")(_data_path)


class Level(StrictModel):
    """One level of a categorical covariate or arm. accepts: how it stands in the raw file, codes as text too."""

    value: Name
    label: Text
    accepts: tuple[str | int, ...]


class Covariate(StrictModel):
    """Something known of each child besides the answers."""

    name: Name
    column: Column
    kind: Literal["categorical", "ordinal", "number"]
    label: Text
    levels: tuple[Level, ...] = ()  # the first is the reference level
    minimum: float | None = None
    maximum: float | None = None

    @model_validator(mode="after")
    def _levels_fit(self) -> Covariate:
        if (self.kind == "number") == bool(self.levels):
            raise PydanticCustomError("covariate_levels", "levels go with categorical", {"name": self.name})
        return self


class ArmLevel(Level):
    """A group of children. role: whether this group had the programme."""

    role: Literal["treated", "comparison"]


class Arms(StrictModel):
    """Who was in which group; file and id where a roster says so, else a column of the sources."""

    column: Column
    levels: tuple[ArmLevel, ...]
    file: DataPath | None = None
    format: Literal["excel", "csv", "spss"] | None = None
    id: Column | None = None
    otherwise: Name | None = None  # arm of children the roster does not list

    @model_validator(mode="after")
    def _roster_whole(self) -> Arms:
        if self.file is not None:
            _data_path(self.file)
            if self.id is None or self.format is None:
                raise PydanticCustomError("roster_incomplete", "a roster needs format and id")
        return self


class InstrumentUse(StrictModel):
    """How this site used a questionnaire.

    columns: wave -> the columns of its items in the instrument's order, as a list or as "FIRST..LAST" (consecutive
    columns of the file). reverse_confirmed_by and reverse: needed where the instrument's reverse key is disputed; each
    disputed item is answered true or false from the wording that was printed.
    """

    instrument: Name
    columns: dict[Name, str | tuple[Column, ...]]
    reverse_confirmed_by: Literal["wording"] | None = None
    reverse: dict[str, bool] = {}


class ScoreColumn(StrictModel):
    """A score that arrives ready-made (a test mark), one column a wave."""

    scale: Name
    wave: Name
    column: Column
    label: Text
    minimum: float
    maximum: float


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

    _inside = field_validator("file")(_data_path)


class CausesFile(StrictModel):
    """Coded interviews: one row per child, level and rater. No quotations."""

    file: DataPath
    format: Literal["excel", "csv"]
    id: Column
    level: Column
    rater: Column | None = None
    sheet: str | None = None

    _inside = field_validator("file")(_data_path)


class Need(StrictModel):
    id: Name
    label: Text


class Objective(StrictModel):
    """What a need asks for. measures: scales of this site that would show it; empty means not measured."""

    id: Name
    need: Name
    label: Text
    measures: tuple[Name, ...] = ()


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

    @model_validator(mode="after")
    def _linked(self) -> Plan:
        needs = {need.id for need in self.needs}
        objectives = {objective.id for objective in self.objectives}
        for objective in self.objectives:
            if objective.need not in needs:
                raise PydanticCustomError("unknown_reference", "no such need", {"name": objective.need})
        for session in self.sessions:
            if session.objective not in objectives:
                raise PydanticCustomError("unknown_reference", "no such objective", {"name": session.objective})
        return self


class Flow(StrictModel):
    """Counts before the data file begins, where they are known."""

    approached: Annotated[int, Field(ge=0)] | None = None
    consented: Annotated[int, Field(ge=0)] | None = None
    returned: Annotated[int, Field(ge=0)] | None = None
    consent: Text | None = None  # who consented and how


class Site(StrictModel):
    """params/<site>.yml, whole. The report blocks hold what was written; params.resolve adds defaults."""

    schema_: Annotated[int, Field(alias="schema")]
    site: SiteId
    title: Text
    population: Text
    data_origin: Literal["synthetic", "public", "confidential"]
    sampling: Literal["census", "probability", "convenience"]
    reports: Annotated[tuple[ReportName, ...], Field(min_length=1)]
    waves: Annotated[tuple[Wave, ...], Field(min_length=1)]
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]
    origin_note: Text | None = None  # where the data come from; citation and licence of public data
    extensions: tuple[Text, ...] = ()  # what an example adds to the document it follows
    instruments: tuple[InstrumentUse, ...] = ()
    scores: tuple[ScoreColumn, ...] = ()
    covariates: tuple[Covariate, ...] = ()
    arms: Arms | None = None
    sessions: SessionsFile | None = None
    causes: CausesFile | None = None
    facets: dict[Literal["confidence", "focus", "autonomy", "exam_emotion"], tuple[Name, ...]] = {}
    plan: Plan | None = None
    flow: Flow = Flow()
    attrition_declared: bool = False
    minimum_cell: Annotated[int, Field(ge=5)] = 5

    defaults: ReportBlock = ReportBlock()  # language, conf_level, seed, ... of every report of this site
    descriptive: DescriptiveBlock = DescriptiveBlock()
    factor: FactorBlock = FactorBlock()
    intervention: InterventionBlock = InterventionBlock()

    @field_validator("schema_")
    @classmethod
    def _known_schema(cls, value: int) -> int:
        if value != SCHEMA:
            raise PydanticCustomError("schema", "unknown schema", {"found": value, "expected": SCHEMA})
        return value

    @field_validator("site")
    @classmethod
    def _portable(cls, value: str) -> str:
        return _site_id(value)

    @model_validator(mode="after")
    def _consistent(self) -> Site:
        waves = [wave.id for wave in self.waves]
        if len(set(waves)) < len(waves):
            raise PydanticCustomError("duplicate_name", "a wave stands twice", {"name": max(waves, key=waves.count)})
        if not any(wave.role == "baseline" for wave in self.waves):
            raise PydanticCustomError("no_baseline", "no wave has the role baseline")
        used = [source.wave for source in self.sources if source.wave] + [score.wave for score in self.scores]
        used += [wave for use in self.instruments for wave in use.columns]
        for wave_id in used:
            if wave_id not in waves:
                raise PydanticCustomError("unknown_wave", "not a wave of this site", {"name": wave_id})
        if not self.instruments and not self.scores:
            raise PydanticCustomError("nothing_measured", "neither instruments nor scores")
        return self

    @property
    def baseline(self) -> str:
        """The first baseline wave."""
        return next(wave.id for wave in self.waves if wave.role == "baseline")

    def waves_with(self, role: Literal["baseline", "post", "followup"]) -> tuple[str, ...]:
        return tuple(wave.id for wave in self.waves if wave.role == role)
