"""A run: everything is checked first, then one process makes each report, and no site can hurt another."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from ..documents import Language
from ..errors import DataError, EfficacyError, Finding, UsageError, our_bug
from ..params import load_parameters, resolve
from ..project import Project
from ..study import Study, known_scales, load_studies
from .files import machine_error
from .index import write_index
from .jobs import Job, Request, check_reports, chosen_sites, jobs_of
from .processes import Running, start
from .record import Inputs, up_to_date
from .settings import SOURCE

POLL_SECONDS = 0.05
Status = Literal["started", "written", "up_to_date", "failed"]


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened to one report, or to a whole site (report None).

    name: the output as people read it. findings: what stopped it, or warnings. exit_code: of the error.
    """

    status: Status
    site: str
    report: str | None = None
    language: Language | None = None
    name: str | None = None
    findings: tuple[Finding, ...] = ()
    exit_code: int = 0
    seconds: float | None = None


Listener = Callable[[Event], None]


@dataclass(frozen=True)
class Checked:
    """The outcome of all checks: jobs to run, and the events of those that need no run or cannot have one."""

    jobs: tuple[Job, ...]
    events: tuple[Event, ...]


def run(request: Request, *, project: Project, n_jobs: int, listen: Listener) -> int:
    """Make the reports asked for; returns the exit code.

    Every site's parameters and data are checked before any kernel starts; a site with errors is reported and left
    exactly as it was while the others run; where all have errors nothing is written. The exit code is 0, or that of
    the first site that failed its checks, or else of the first report that failed, both in the order asked for.
    Raises UsageError where nothing can be run.
    KeyboardInterrupt ends every process and kernel before it is passed on.
    """
    checked = check(request, project=project)
    for event in checked.events:
        listen(event)
    if not checked.jobs and all(event.status == "failed" for event in checked.events):
        return next(event.exit_code for event in checked.events)
    made = _run_all(checked.jobs, n_jobs=n_jobs, listen=listen)
    events = [*checked.events, *(made[job] for job in checked.jobs)]
    try:
        write_index(project)
    except EfficacyError as error:
        events.append(_failed(error, site="", name=project.relative(project.index)))
        listen(events[-1])
    return next((event.exit_code for event in events if event.exit_code), 0)


def check(request: Request, *, project: Project) -> Checked:
    """Check every site asked for, parameters and data, and say which reports have to be made."""
    check_reports(request)
    jobs: list[Job] = []
    events: list[Event] = []
    reports: set[str] = set()
    for site in chosen_sites(request, project):
        try:
            planned = jobs_of(site, request, project)
            reports |= {job.report for job in planned}
            stale = [job for job in planned if request.force or not is_up_to_date(job)]
            if stale:
                _check_settings(stale, check_data(site, project), request, project)
        except EfficacyError as error:
            events.append(_failed(error, site=site))
            continue
        except Exception as error:
            events.append(_failed(our_bug(error), site=site))
            continue
        events += [_event("up_to_date", job) for job in planned if job not in stale]
        jobs += stale
    _refuse_unused_settings(request, reports, events)
    if not jobs and not events:
        raise UsageError(Finding("usage.nothing_to_run", values={"reports": ", ".join(request.reports)}))
    return Checked(jobs=tuple(jobs), events=tuple(events))


def _check_settings(jobs: Sequence[Job], studies: Sequence[Study], request: Request, project: Project) -> None:
    """What was set for this run must fit the site's questionnaires too, before a kernel starts."""
    if not request.settings:
        return
    loaded = load_parameters(jobs[0].site, project=project)
    scales = known_scales(loaded, studies)
    for job in jobs:
        resolve(loaded, job.report, request.overrides(job.report), source=SOURCE, scales=scales)


def _refuse_unused_settings(request: Request, reports: Collection[str], events: Sequence[Event]) -> None:
    """A setting of a report that nobody makes would be lost in silence."""
    unused = [report for report in request.settings if report not in reports]
    if unused and all(event.status != "failed" for event in events):
        raise UsageError(Finding("usage.setting_unused", values={"report": unused[0]}))


def check_data(site: str, project: Project) -> tuple[Study, ...]:
    """Read the data of a site, or of all sites of a pooled analysis, as its notebooks will; DataError where anything
    in it is an error."""
    studies = load_studies(load_parameters(site, project=project), project=project)
    errors = [finding for study in studies for finding in study.findings if finding.severity == "error"]
    if errors:
        raise DataError(errors)
    return studies


def is_up_to_date(job: Job) -> bool:
    return up_to_date(job.files.manifest, Inputs(**job.inputs))


def _run_all(jobs: tuple[Job, ...], *, n_jobs: int, listen: Listener) -> dict[Job, Event]:
    """Make every report, n_jobs at a time, in order; one loop and no threads, so that Ctrl-C is simple."""
    waiting = list(jobs)
    running: list[Running] = []
    made: dict[Job, Event] = {}
    try:
        while waiting or running:
            while waiting and len(running) < n_jobs:
                job = waiting.pop(0)
                try:
                    running.append(start(job))
                    listen(_event("started", job))
                except OSError as error:  # no room for its workspace, no process to be had
                    made[job] = _failed(machine_error(error, job.files.notebook, name=job.name), job=job)
                    listen(made[job])
            for entry in [entry for entry in running if entry.is_done()]:
                running.remove(entry)
                made[entry.job] = _finished(entry)
                listen(made[entry.job])
            time.sleep(POLL_SECONDS)
    finally:
        for entry in running:
            entry.close()
    return made


def _finished(entry: Running) -> Event:
    try:
        result = entry.result()
    except EfficacyError as error:
        return _failed(error, job=entry.job)
    finally:
        entry.close()
    seconds = time.monotonic() - entry.started
    findings = []
    if result["stderr_dropped"]:
        values = {"count": result["stderr_dropped"]}
        findings.append(Finding("notebook.stderr_dropped", "warning", file=entry.job.name, values=values))
    return _event("written", entry.job, findings=tuple(findings), seconds=seconds)


def _event(
    status: Status, job: Job, *, findings: tuple[Finding, ...] = (), exit_code: int = 0, seconds: float | None = None
) -> Event:
    return Event(
        status=status,
        site=job.site,
        report=job.report,
        language=job.language,
        name=job.name,
        findings=findings,
        exit_code=exit_code,
        seconds=seconds,
    )


def _failed(error: EfficacyError, *, job: Job | None = None, site: str = "", name: str | None = None) -> Event:
    if job is not None:
        return _event("failed", job, findings=error.findings, exit_code=error.exit_code)
    return Event(status="failed", site=site, name=name, findings=error.findings, exit_code=error.exit_code)
