"""What there is: the state of every report, and what a site's own check says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from ..errors import EfficacyError, Finding, our_bug
from ..params import load_parameters
from ..project import Project
from ..study import Study
from .jobs import Request, jobs_of
from .runner import check_data, is_up_to_date

State = Literal["current", "outdated", "absent", "error"]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One report of one parameter file; report None where its files are wrong."""

    site: str
    report: str | None = None
    language: str | None = None
    state: State


@dataclass(frozen=True, kw_only=True)
class CheckedSite:
    """What reading one parameter file and its data gave: findings, or else its reports and studies."""

    findings: tuple[Finding, ...] = ()
    exit_code: int = 0
    reports: tuple[str, ...] = ()
    studies: tuple[Study, ...] = ()


def list_reports(project: Project) -> Iterator[Entry]:
    """Every report that a parameter file declares, in its own language; data are not read."""
    for site in project.parameter_names():
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
    """Read one parameter file and its data as a run would."""
    try:
        reports = load_parameters(site, project=project).content.reports
        studies = check_data(site, project)
        jobs_of(site, Request(), project)  # its notebooks are there, and its reports stay inside reports/
    except EfficacyError as error:
        return CheckedSite(findings=error.findings, exit_code=error.exit_code)
    except Exception as error:
        bug = our_bug(error)
        return CheckedSite(findings=bug.findings, exit_code=bug.exit_code)
    findings = tuple(finding for study in studies for finding in study.findings)
    return CheckedSite(findings=findings, reports=reports, studies=studies)


def children_by_wave(study: Study) -> dict[str, int]:
    """Children with any answer or score, by wave."""
    answered = study.responses.dropna(subset=["response"])[["participant_id", "wave"]]
    scored = study.scores.dropna(subset=["score"])[["participant_id", "wave"]]
    counts = pd.concat([answered, scored]).groupby("wave")["participant_id"].nunique()
    return {wave.id: int(counts.get(wave.id, 0)) for wave in study.site.waves}
