"""From a site's file to a report's parameters: the one road, for the runner and for a notebook run by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..documents import Document, KeyPath, StrictModel, load_document, nearest_name
from ..errors import Finding, ParameterError, UsageError
from ..project import Project
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
    path = project.site_file(name)
    if name not in project.site_names():
        nearest = nearest_name(name, project.site_names())
        raise UsageError(Finding("usage.unknown_site", values={"site": name, "nearest": nearest}))
    document = load_document(path, name=project.relative(path))
    site = document.validate(Site)
    if site.site != name:
        line = document.line(("site",))
        raise ParameterError(
            Finding("parameters.site_name", file=document.name, row=line, column="site", values={"expected": name})
        )
    loaded = SiteFile(site=site, document=document, path=path)
    for report in site.reports:
        resolve(loaded, report)
    return loaded


def resolve(loaded: SiteFile, report: str, overrides: Mapping[str, Any] | None = None) -> ReportParams:
    """The complete parameters of one report: overrides, then the site's block, its defaults, the model's defaults.

    overrides: JSON values by field name; None means "as in the file". Raises ParameterError naming file and line, or
    the override, and ParameterError(``parameters.report_not_declared``) where the site does not offer the report.
    """
    site, document = loaded.site, loaded.document
    if report not in site.reports:
        raise ParameterError(
            Finding("parameters.report_not_declared", file=document.name, values={"report": report, "site": site.site})
        )
    given = {key: value for key, value in (overrides or {}).items() if value is not None}
    block = _written(getattr(site, report))
    content = _written(site.defaults) | block | given
    lines: dict[KeyPath, int] = {
        (key,): line for key in _written(site.defaults) if (line := document.line(("defaults", key)))
    }
    lines |= {(key,): line for key in block if (line := document.line((report, key)))}
    lines = {path: line for path, line in lines.items() if path[0] not in given}
    lines[()] = document.line((report,)) or 1
    name = document.name if not given else f"{document.name} + --set"
    return Document(name=name, content=content, lines=lines).validate(REPORT_MODELS[report])


def _written(block: StrictModel) -> dict[str, Any]:
    """What a block says, as JSON values."""
    return block.model_dump(mode="json", exclude_none=True)
