"""reports/index.html: every published report of the project, from the manifests beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ..documents import LANGUAGES, Text
from ..project import Project
from ..report.messages import has_message, template
from .files import only_writer, publish
from .record import read_manifest

WAIT_SECONDS = 30
_STYLE = (
    "body{font-family:system-ui,'Noto Sans SC','Microsoft YaHei',sans-serif;max-width:60rem;margin:2rem auto;"
    "padding:0 1rem;color:#1a1a1a}table{border-collapse:collapse;width:100%;border-top:1.5pt solid;"
    "border-bottom:1.5pt solid}th{border-bottom:.75pt solid;text-align:left}th,td{padding:.4rem .6rem .4rem 0;"
    "vertical-align:top}td small{color:#555}"
)


def write_index(project: Project) -> None:
    """Write the index anew from the manifests on disk; nothing is written where it would say the same."""
    if not project.reports.is_dir():
        return
    page = index_page(tuple(_published(project)))
    if project.index.is_file() and project.index.read_bytes() == page.encode():
        return
    lock = project.index.with_name(f".{project.index.stem}.lock")
    with only_writer(lock, name=project.relative(project.index), wait=WAIT_SECONDS):
        publish({project.index: index_page(tuple(_published(project)))})


def _published(project: Project) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Address relative to reports/ and manifest of every report outside the internal folders."""
    for path in sorted(project.reports.glob("*/*.manifest.json")):
        manifest = read_manifest(path)
        page = Path(str(path).removesuffix(".manifest.json") + ".html")
        if manifest is not None and page.is_file() and _is_known(manifest):
            yield f"{quote(path.parent.name)}/{quote(page.name)}", manifest


def _is_known(manifest: Mapping[str, Any]) -> bool:
    """Whether this version can name what a manifest is of; another one's reports are left out."""
    needed = {"title", "report", "language", "data_origin"}
    return needed <= manifest.keys() and has_message(f"runs.report_{manifest['report']}")


def index_page(entries: tuple[tuple[str, Mapping[str, Any]], ...]) -> str:
    """The page, in both languages: it lists reports of either."""
    rows = "\n".join(_row(address, manifest) for address, manifest in entries)
    heads = "".join(f"<th>{_both(f'runs.index_{name}')}</th>" for name in ("site", "report", "language", "origin"))
    title = _both("runs.index_title", separator=" · ")
    empty = f"<p>{_both('runs.index_empty')}</p>"
    table = f"<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>" if entries else empty
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n{table}\n</body>\n</html>\n"
    )


def _row(address: str, manifest: Mapping[str, Any]) -> str:
    site = Text.model_validate(manifest["title"])
    report = _both(f"runs.report_{manifest['report']}")
    language = escape(template(f"runs.language_{manifest['language']}", manifest["language"]))
    origin = _both(f"runs.origin_{manifest['data_origin']}")
    return (
        f"<tr><td>{escape(site.zh)}<br><small>{escape(site.en)}</small></td>"
        f'<td><a href="{escape(address)}">{report}</a></td><td>{language}</td><td>{origin}</td></tr>'
    )


def _both(key: str, *, separator: str = " / ") -> str:
    return separator.join(escape(template(key, language)) for language in LANGUAGES)
