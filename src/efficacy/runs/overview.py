"""What there is: the state of every report, and what a site's own check says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from ..errors import EfficacyError, Finding, our_bug
from ..params import load_site
from ..project import Project
from ..study import Study
from .jobs import Request, jobs_of
from .runner import check_data, is_up_to_date

State = Literal["current", "outdated", "absent", "error"]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One report of one site; report None where the site's files are wrong."""

    site: str
    report: str | None = None
    language: str | None = None
    state: State


@dataclass(frozen=True, kw_only=True)
class CheckedSite:
    """What reading one site's parameters and data gave: findings, or else its Study and reports.

    n_by_wave: children with any answer or score, by wave.
    """

    findings: tuple[Finding, ...] = ()
    exit_code: int = 0
    reports: tuple[str, ...] = ()
    study: Study | None = None
    n_by_wave: Mapping[str, int] = field(default_factory=dict)


def list_reports(project: Project) -> Iterator[Entry]:
    """Every report that a site declares, in the site's own language; data are not read."""
    for site in project.site_names():
        try:
            jobs = jobs_of(site, Request(), project)
        except EfficacyError:
            yield Entry(site=site, state="error")
            continue
        for job in jobs:
            state: State = "current" if is_up_to_date(job) else "outdated"
            state = state if job.files.manifest.is_file() else "absent"
            yield Entry(site=site, report=job.report, language=job.language, state=state)


def check_site(site: str, project: Project) -> CheckedSite:
    """Read parameters and data of one site as a run would."""
    try:
        reports = load_site(site, project=project).site.reports
        study = check_data(site, project)
        jobs_of(site, Request(), project)  # its notebooks are there, and its reports stay inside reports/
    except EfficacyError as error:
        return CheckedSite(findings=error.findings, exit_code=error.exit_code)
    except Exception as error:
        bug = our_bug(error)
        return CheckedSite(findings=bug.findings, exit_code=bug.exit_code)
    return CheckedSite(
        findings=study.findings,
        reports=reports,
        study=study,
        n_by_wave=_children_by_wave(study),
    )


def _children_by_wave(study: Study) -> dict[str, int]:
    answered = study.responses.dropna(subset=["response"])[["participant_id", "wave"]]
    scored = study.scores.dropna(subset=["score"])[["participant_id", "wave"]]
    counts = pd.concat([answered, scored]).groupby("wave")["participant_id"].nunique()
    return {wave.id: int(counts.get(wave.id, 0)) for wave in study.site.waves}
