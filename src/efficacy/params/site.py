"""The parameter file of one study site: where its data came from, what was measured when, who was chosen and how."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field

from ..documents import KeyPath, Misfit, SchemaNumber, StrictModel, Text, nearest_name, repeated
from .case_study import CaseStudy
from .caseload import Caseload
from .names import Name, SiteId
from .plan import Flow, Plan
from .programme import Programme, programme_misfits
from .registers import Registers, files_of, register_misfits
from .reports import (
    REPORT_MODELS,
    BottomShareBlock,
    CaseworkBlock,
    DescriptiveBlock,
    FactorBlock,
    InterventionBlock,
    ReportBlock,
    ReportName,
    SingleCaseBlock,
)
from .school import School
from .sources import Arms, CausesFile, Covariate, InstrumentUse, ScoreColumn, SessionsFile, Source, Wave

FACETS = ("confidence", "focus", "autonomy", "exam_emotion")
_ROLES = ("baseline", "post", "followup")


class Site(StrictModel):
    """params/<site>.yml, whole. The report blocks hold what was written; params.resolve adds defaults."""

    schema_: SchemaNumber
    kind: Literal["site"] = "site"
    """What this file is about; left out: a study site."""
    site: SiteId
    """Must equal the file's name."""
    title: Text
    population: Text
    data_origin: Literal["synthetic", "public", "confidential"]
    """confidential for data of real children."""
    sampling: Literal["census", "probability", "convenience"]
    reports: Annotated[tuple[ReportName, ...], Field(min_length=1)]
    waves: Annotated[tuple[Wave, ...], Field(min_length=1)] = ()
    """Measurement occasions in time order; every report of a survey needs them."""
    sources: Annotated[tuple[Source, ...], Field(min_length=1)] = ()
    """Raw files of a survey; every report of a survey needs them."""
    origin_note: Text | None = None
    """Where the data come from; citation and licence of public data."""
    extensions: tuple[Text, ...] = ()
    """What an example adds to the document it follows."""
    instruments: tuple[InstrumentUse, ...] = ()
    scores: tuple[ScoreColumn, ...] = ()
    covariates: tuple[Covariate, ...] = ()
    arms: Arms | None = None
    sessions: SessionsFile | None = None
    causes: CausesFile | None = None
    facets: dict[Literal["confidence", "focus", "autonomy", "exam_emotion"], tuple[Name, ...]] = {}
    """Facet -> scales that measure it; an empty list says that nothing does."""
    registers: Registers = {}
    """Kind of register -> the file, or list of files, that holds it; docs/registers.md lists the kinds."""
    school: School | None = None
    """Terms, subjects, targets and awards of the bottom-20 % programme."""
    case_study: CaseStudy | None = None
    """Outcomes of a single-case study, how its start was set, and what only people can report."""
    caseload: Caseload = Caseload()
    """Rules of warning, terms of the roll and limits that the registers of casework refer to."""
    plan: Plan | None = None
    programme: Programme = Programme()
    """How the programme was recorded beside attendance."""
    flow: Flow = Flow()
    attrition_declared: bool = False
    """Fewer children at a later wave are meant, or known and explained."""
    minimum_cell: Annotated[int, Field(ge=5)] = 5
    """Nothing that stands for fewer children is shown."""

    defaults: ReportBlock = ReportBlock()
    """Settings of every report of this site; a report's own block may override them."""
    descriptive: DescriptiveBlock = DescriptiveBlock()
    factor: FactorBlock = FactorBlock()
    intervention: InterventionBlock = InterventionBlock()
    bottom_share: BottomShareBlock = BottomShareBlock()
    casework: CaseworkBlock = CaseworkBlock()
    single_case: SingleCaseBlock = SingleCaseBlock()

    def misfits(self) -> Iterator[Misfit]:
        yield from self._repetitions()
        yield from self._wave_misfits()
        yield from programme_misfits(self.programme, self.plan, self.registers)
        yield from register_misfits(self.registers)
        yield from self._survey_misfits()

    def _repetitions(self) -> Iterator[Misfit]:
        yield from repeated("reports", None, self.reports)
        yield from repeated("waves", "id", (wave.id for wave in self.waves))
        yield from repeated("instruments", "instrument", (use.instrument for use in self.instruments))
        yield from repeated("covariates", "name", (covariate.name for covariate in self.covariates))
        yield from repeated("scores", "scale", (f"{score.scale} ({score.wave})" for score in self.scores))
        places = (" ".join(filter(None, (source.file, source.sheet, source.wave))) for source in self.sources)
        yield from repeated("sources", "file", places)

    def _survey_misfits(self) -> Iterator[Misfit]:
        """A survey is whole or absent; absent only where every report rests on registers."""
        if self.sources or self.waves or not self.of_registers_alone:
            yield from (
                Misfit("missing", (key,), {"key": key}) for key in ("waves", "sources") if not getattr(self, key)
            )
            if not self.instruments and not self.scores:
                yield Misfit("nothing_measured")
            return
        for key in ("instruments", "scores", "covariates", "arms", "sessions", "causes"):
            if getattr(self, key):
                yield Misfit("survey_absent", (key,), {"key": key})

    @property
    def of_registers_alone(self) -> bool:
        """Does every report of this site rest on registers, so that it needs no survey?"""
        return all(REPORT_MODELS[report].from_registers for report in self.reports)

    def _wave_misfits(self) -> Iterator[Misfit]:
        if self.waves and not any(wave.role == "baseline" for wave in self.waves):
            yield Misfit("no_baseline", ("waves",))
        for index, (earlier, later) in enumerate(pairwise(self.waves), start=1):
            if _ROLES.index(later.role) < _ROLES.index(earlier.role):
                yield Misfit("wave_order", ("waves", index, "role"), {"name": later.id, "before": earlier.id})
            elif earlier.day and later.day and later.day < earlier.day:
                yield Misfit("wave_order", ("waves", index, "day"), {"name": later.id, "before": earlier.id})
        waves = [wave.id for wave in self.waves]
        for at, name in self._waves_named():
            if name not in waves:
                yield Misfit("unknown_wave", at, {"name": name, "nearest": nearest_name(name, waves)})

    def _waves_named(self) -> Iterator[tuple[KeyPath, str]]:
        for index, source in enumerate(self.sources):
            if source.wave is not None:
                yield ("sources", index, "wave"), source.wave
        for index, score in enumerate(self.scores):
            yield ("scores", index, "wave"), score.wave
        for index, use in enumerate(self.instruments):
            yield from ((("instruments", index, "columns", wave), wave) for wave in use.columns)

    @property
    def baseline(self) -> str:
        """The first baseline wave."""
        return next(wave.id for wave in self.waves if wave.role == "baseline")

    def waves_with(self, role: Literal["baseline", "post", "followup"]) -> tuple[str, ...]:
        return tuple(wave.id for wave in self.waves if wave.role == role)

    def data_files(self) -> Iterator[tuple[KeyPath, str]]:
        """Every raw file, with its place in the parameters."""
        yield from ((("sources", index, "file"), source.file) for index, source in enumerate(self.sources))
        for key, named in (("arms", self.arms), ("sessions", self.sessions), ("causes", self.causes)):
            if named is not None and named.file is not None:
                yield (key, "file"), named.file
        for kind, declared in self.registers.items():
            for index, register in enumerate(files_of(declared)):
                place = (kind, index, "file") if isinstance(declared, tuple) else (kind, "file")
                yield ("registers", *place), register.file
