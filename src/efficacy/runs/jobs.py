"""What is to be run: one job per report, whole and checked before anything starts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ..documents import Language, nearest_name
from ..errors import Finding, UsageError
from ..params import REPORT_MODELS, ParameterFile, load_parameters, resolve
from ..params.reports import Profile
from ..project import Project, ReportFiles
from ..report.privacy import refuse_one_child
from .record import read_inputs
from .settings import SOURCE

CELL_TIMEOUT = 600
JOB, RESULT = "job.json", "result.json"  # in the workspace of the process that makes a report


@dataclass(frozen=True, kw_only=True)
class Request:
    """What was asked for. Empty sites or reports mean all; settings: report -> field -> JSON value."""

    sites: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()
    language: Language | None = None
    profile: Profile | None = None
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    force: bool = False
    cell_timeout: int = CELL_TIMEOUT

    def overrides(self, report: str) -> dict[str, Any]:
        """What this request changes about one report's parameters."""
        named = {"language": self.language, "profile": self.profile}
        return dict(self.settings.get(report, {})) | {key: value for key, value in named.items() if value is not None}


@dataclass(frozen=True, kw_only=True, eq=False)
class Job:
    """One report in one language, as the process that executes it needs it: JSON types only.

    site: the name of the parameter file that asks for it, a site's or a pooled analysis'.
    """

    root: str
    site: str
    report: str
    language: Language
    profile: Profile
    title: Mapping[str, str]
    data_origin: str
    parameters: Mapping[str, Any]
    inputs: Mapping[str, Any]
    cell_timeout: int

    @property
    def project(self) -> Project:
        return Project(Path(self.root))

    @property
    def files(self) -> ReportFiles:
        return self.project.report_files(
            site=self.site, report=self.report, language=self.language, profile=self.profile
        )

    @property
    def name(self) -> str:
        """How the output is called where people read it: the page they open."""
        return self.project.relative(self.files.html)

    @property
    def shows_groups_only(self) -> bool:
        """Are these children's data, in a report that may be passed on?"""
        return self.data_origin == "confidential" and self.profile != "internal"

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Job:
        return cls(**json.loads(text))


def chosen_sites(request: Request, project: Project) -> tuple[str, ...]:
    """The sites and analyses asked for, in the order asked; UsageError where there are none or one is unknown."""
    known = project.parameter_names()
    if not known:
        raise UsageError(Finding("usage.no_sites"))
    for site in request.sites:
        if site not in known:
            raise UsageError(Finding("usage.unknown_site", values={"site": site, "nearest": nearest_name(site, known)}))
    return tuple(dict.fromkeys(request.sites)) or known


def check_reports(request: Request) -> None:
    """UsageError for a report that no site could have, asked for or set."""
    for report in (*request.reports, *request.settings):
        if report not in REPORT_MODELS:
            nearest = nearest_name(report, tuple(REPORT_MODELS))
            raise UsageError(Finding("usage.unknown_report", values={"report": report, "nearest": nearest}))


def jobs_of(site: str, request: Request, project: Project) -> tuple[Job, ...]:
    """The jobs of one parameter file; ParameterError where its file or an override is wrong.

    A report asked for by name must be declared by every site that was asked for by name.
    """
    loaded = load_parameters(site, project=project)
    wanted = tuple(dict.fromkeys(request.reports)) or loaded.content.reports
    if not request.sites:
        wanted = tuple(report for report in wanted if report in loaded.content.reports)
    return tuple(_job(loaded, report, request, project) for report in wanted)


def _job(loaded: ParameterFile, report: str, request: Request, project: Project) -> Job:
    params = resolve(loaded, report, request.overrides(report), source=SOURCE)
    refuse_one_child(params, data_origin=loaded.data_origin)
    parameters = {"site": loaded.name, **params.model_dump(mode="json")}
    inputs = read_inputs(loaded, report, parameters=parameters, project=project)
    job = Job(
        root=str(project.root),
        site=loaded.name,
        report=report,
        language=params.language,
        profile=params.profile,
        title=loaded.content.title.model_dump(mode="json"),
        data_origin=loaded.data_origin,
        parameters=parameters,
        inputs=asdict(inputs),
        cell_timeout=request.cell_timeout,
    )
    _ = job.files  # refused here, before anything starts, where a path would leave reports/
    return job
