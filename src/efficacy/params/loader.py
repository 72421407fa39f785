"""From a site's file to a report's parameters: the one road, for the runner and for a notebook run by hand."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..documents import Document, KeyPath, Misfit, MisfitError, StrictModel, fit, load_document, nearest_name
from ..errors import Finding, ParameterError, UsageError
from ..project import Project
from .checks import Scales, report_misfits
from .reports import REPORT_MODELS, ReportParams
from .site import Site


@dataclass(frozen=True)
class SiteFile:
    """A site's parameters, and the document they were read from (for the lines of later findings)."""

    site: Site
    document: Document
    path: Path


def load_site(name: str, *, project: Project) -> SiteFile:
    """Read and check params/<name>.yml, its report blocks included.

    Raises UsageError for an unknown site (nearest name given) and ParameterError with lines for a wrong file.
    """
    names = project.site_names()
    if name not in names:
        nearest = nearest_name(name, names)
        raise UsageError(Finding("usage.unknown_site", values={"site": name[:40], "nearest": nearest}))
    path = project.site_file(name)
    document = load_document(path, name=project.relative(path))
    site = document.validate(Site)
    if site.site != name:
        raise ParameterError(document.finding("parameters.site_name", ("site",), {"expected": name}))
    findings = _linked_outside(site, document, project)
    loaded = SiteFile(site=site, document=document, path=path)
    for report in site.reports:
        try:
            resolve(loaded, report)
        except ParameterError as error:
            findings += error.findings
    if findings:
        raise ParameterError(findings)
    return loaded


def resolve(
    loaded: SiteFile,
    report: str,
    overrides: Mapping[str, Any] | None = None,
    *,
    source: str = "--set",
    scales: Scales | None = None,
) -> ReportParams:
    """The complete parameters of one report: overrides, then the site's block, its defaults, the model's defaults.

    overrides: JSON values by field name; None means "as in the file". source: how findings call where they come from.
    scales: every scale of the site and its waves, where its instruments are known. Raises UsageError for a report that
    does not exist; ParameterError naming file and line or, for an override, its source; and ParameterError
    (``parameters.report_not_declared``) where the site does not offer the report.
    """
    if report not in REPORT_MODELS:
        nearest = nearest_name(report, REPORT_MODELS)
        raise UsageError(Finding("usage.unknown_report", values={"report": report, "nearest": nearest}))
    site, document = loaded.site, loaded.document
    if report not in site.reports:
        values = {"report": report, "site": site.site}
        raise ParameterError(document.finding("parameters.report_not_declared", ("reports",), values))
    given = {key: value for key, value in (overrides or {}).items() if value is not None}
    block, defaults = _written(getattr(site, report)), _written(site.defaults)
    try:
        params = fit(defaults | block | given, REPORT_MODELS[report])
        if misfits := tuple(report_misfits(site, params, scales=scales)):
            raise MisfitError(misfits)
    except MisfitError as error:
        written = {"defaults": defaults.keys() - block.keys(), source: given.keys()}
        raise ParameterError([_blame(m, document, report, written, source) for m in error.misfits]) from None
    return params


def _blame(
    misfit: Misfit, document: Document, report: str, written: Mapping[str, Collection[str]], source: str
) -> Finding:
    """A finding at the place where the value was written: an override, the site's defaults, or the report's block."""
    code = f"parameters.{misfit.code}"
    key = misfit.at[0] if misfit.at else None
    if key in written[source]:
        column = ".".join(map(str, (report, *misfit.at)))
        return Finding(code, file=source, column=column, values=misfit.values)
    path: KeyPath = ("defaults" if key in written["defaults"] else report, *misfit.at)
    finding = document.finding(code, path, misfit.values)
    if finding.row is None:  # the report has no block: its name in the list of reports is where it is asked for
        return Finding(
            code, file=document.name, row=document.line(("reports",)), column=finding.column, values=misfit.values
        )
    return finding


def _written(block: StrictModel) -> dict[str, Any]:
    """What a block says, as JSON values."""
    return block.model_dump(mode="json", exclude_none=True)


def _linked_outside(site: Site, document: Document, project: Project) -> list[Finding]:
    """Data files that a link puts outside data/."""
    findings = []
    for place, file in site.data_files():
        try:
            project.data_file(file)
        except ParameterError:
            findings.append(document.finding("parameters.path_outside_data", place, {"path": file}))
    return findings
