"""From a parameter file to a report's parameters: the one road, for the runner and for a notebook run by hand."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, get_args

from ..documents import Document, KeyPath, Misfit, MisfitError, StrictModel, fit, load_document, nearest_name
from ..errors import Finding, ParameterError, UsageError
from ..project import Project
from .checks import Scales
from .files import ParameterFile, PlannedFile, PooledFile, SiteFile
from .planned import PlannedStudy
from .pooled import POOLED_RULES, Pooled
from .reports import REPORT_MODELS, InterventionParams, ReportName, ReportParams
from .site import Site


def load_parameters(name: str, *, project: Project) -> ParameterFile:
    """Read and check params/<name>.yml, whatever it is about, its report blocks and the sites it names included.

    Raises UsageError for an unknown name (nearest given) and ParameterError with lines for a wrong file.
    """
    document, path = _named(name, project)
    return _LOADERS[_kind_of(document)](name, document, path, project)


def load_site(name: str, *, project: Project) -> SiteFile:
    """As load_parameters, of a site; UsageError where the file is about something else."""
    document, path = _named(name, project)
    if _kind_of(document) != "site":
        raise UsageError(Finding("usage.not_a_site", values={"site": name}))
    return _site(name, document, path, project)


def _named(name: str, project: Project) -> tuple[Document, Path]:
    names = project.parameter_names()
    if name not in names:
        nearest = nearest_name(name, names)
        raise UsageError(Finding("usage.unknown_site", values={"site": name[:40], "nearest": nearest}))
    path = project.parameter_file(name)
    return load_document(path, name=project.relative(path)), path


def _kind_of(document: Document) -> str:
    """What a file is about; a file that does not say so is a site's."""
    kind = document.content.get("kind", "site")
    if not isinstance(kind, str) or kind not in _LOADERS:
        expected = " or ".join(map(repr, _LOADERS))
        values = {"key": "kind", "expected": expected, "nearest": nearest_name(str(kind), _LOADERS)}
        raise ParameterError(document.finding("parameters.literal_error", ("kind",), values))
    return kind


def _site(name: str, document: Document, path: Path, project: Project) -> SiteFile:
    site = document.validate(Site)
    if site.site != name:
        raise ParameterError(document.finding("parameters.site_name", ("site",), {"expected": name}))
    loaded = SiteFile(site=site, document=document, path=path)
    _check(loaded, _linked_outside(site, document, project))
    return loaded


def _pooled(name: str, document: Document, path: Path, project: Project) -> PooledFile:
    pooled = document.validate(Pooled)
    if pooled.id != name:
        raise ParameterError(document.finding("parameters.id_name", ("id",), {"expected": name}))
    members = _members(pooled, document, project)
    designs = {
        member.name: params
        for member in members
        if isinstance(params := resolve(member, "intervention"), InterventionParams)
    }
    loaded = PooledFile(pooled=pooled, document=document, path=path, sites=members, designs=designs)
    _check(loaded, _not_alike(loaded))
    return loaded


def _planned(name: str, document: Document, path: Path, _project: Project) -> PlannedFile:
    planned = document.validate(PlannedStudy)
    if planned.id != name:
        raise ParameterError(document.finding("parameters.id_name", ("id",), {"expected": name}))
    loaded = PlannedFile(planned=planned, document=document, path=path)
    _check(loaded, [])
    return loaded


_LOADERS: Mapping[str, Callable[[str, Document, Path, Project], ParameterFile]] = {
    "site": _site,
    "pooled": _pooled,
    "plan": _planned,
}


def _members(pooled: Pooled, document: Document, project: Project) -> tuple[SiteFile, ...]:
    """The files of the sites a pooled analysis names, each with an intervention report."""
    names = project.parameter_names()
    members, findings = [], []
    for index, site in enumerate(pooled.sites):
        place = ("sites", index)
        if site not in names:
            values = {"site": site, "nearest": nearest_name(site, names)}
            findings.append(document.finding("parameters.unknown_site", place, values))
            continue
        try:
            member = load_site(site, project=project)
        except UsageError:  # another pooled analysis, say
            findings.append(document.finding("parameters.not_a_site", place, {"site": site}))
        except ParameterError as error:
            findings += error.findings
        else:
            members.append(member)
            if "intervention" not in member.site.reports:
                findings.append(document.finding("parameters.pooled_without_intervention", place, {"site": site}))
    if findings:
        raise ParameterError(findings)
    return tuple(sorted(members, key=lambda member: member.name))


def _not_alike(loaded: PooledFile) -> list[Finding]:
    """Sites whose effects are of another kind than the others': no number across them would mean anything."""
    findings = []
    order = loaded.pooled.sites
    for site, design in loaded.designs.items():
        place = ("sites", order.index(site))
        if design.selection_rule not in POOLED_RULES:
            values = {"site": site, "selection_rule": design.selection_rule, "allowed": POOLED_RULES}
            findings.append(loaded.document.finding("parameters.pooled_selection", place, values))
        if design.baseline_outcome not in (None, design.primary_outcome):
            findings.append(loaded.document.finding("parameters.pooled_other_test", place, {"site": site}))
    if len({design.improvement for design in loaded.designs.values()}) > 1:
        findings.append(loaded.document.finding("parameters.pooled_directions", ("sites",)))
    origins = {member.data_origin for member in loaded.sites}
    if "synthetic" in origins and len(origins) > 1:
        findings.append(loaded.document.finding("parameters.pooled_origins", ("sites",)))
    return findings


def _check(loaded: ParameterFile, findings: list[Finding]) -> None:
    """Raise what was found already, together with what is wrong with the file's report blocks."""
    found = list(findings)
    for report in loaded.content.reports:
        try:
            resolve(loaded, report)
        except ParameterError as error:
            found += error.findings
    if found:
        raise ParameterError(found)


def resolve(
    loaded: ParameterFile,
    report: str,
    overrides: Mapping[str, Any] | None = None,
    *,
    source: str = "--set",
    scales: Scales | None = None,
) -> ReportParams:
    """The complete parameters of one report: overrides, then the file's block, its defaults, the model's defaults.

    overrides: JSON values by field name; None means "as in the file". source: how findings call where they come from.
    scales: every scale of the site and its waves, where its instruments are known. Raises UsageError for a report that
    does not exist; ParameterError naming file and line or, for an override, its source; and ParameterError
    (``parameters.report_not_declared``, ``report_of_another_kind``) where the file does not offer the report.
    """
    if report not in REPORT_MODELS:
        nearest = nearest_name(report, REPORT_MODELS)
        raise UsageError(Finding("usage.unknown_report", values={"report": report, "nearest": nearest}))
    content, document = loaded.content, loaded.document
    if report not in content.reports:
        values = {"report": report, "site": loaded.name, "reports": content.reports}
        declarable = isinstance(loaded, SiteFile) and report in get_args(ReportName)
        code = "parameters.report_not_declared" if declarable else "parameters.report_of_another_kind"
        raise ParameterError(document.finding(code, ("reports",), values))
    given = {key: value for key, value in (overrides or {}).items() if value is not None}
    block, defaults = _written(getattr(content, report)), _written(content.defaults)
    try:
        params = fit(defaults | block | given, REPORT_MODELS[report])
        if misfits := tuple(loaded.misfits(params, scales=scales)):
            raise MisfitError(misfits)
    except MisfitError as error:
        written = {"defaults": defaults.keys() - block.keys(), source: given.keys()}
        raise ParameterError([_blame(m, document, report, written, source) for m in error.misfits]) from None
    return params


def _blame(
    misfit: Misfit, document: Document, report: str, written: Mapping[str, Collection[str]], source: str
) -> Finding:
    """A finding at the place where the value was written: an override, the file's defaults, or the report's block."""
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
