"""What stands at the head and the foot of every report: whose data these are, and what the numbers were made from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.metadata import version

from ..documents import Text
from ..params import ParameterFile, ReportParams, Site
from .blocks import Column, Row, Sentence, Table
from .wording import Words, say

HASH_LENGTH = 16  # of 64 hexadecimal digits: enough to tell files apart by eye; the manifest holds them whole


def banner(loaded: ParameterFile, params: ReportParams) -> Sentence:
    """Whose data these are: the first thing on every report. Where they come from stands in the colophon."""
    parts: list[Words] = [say(f"common.banner_{loaded.data_origin}")]
    if params.profile == "internal":
        parts.append(say("common.banner_internal"))
    if len(loaded.sites) == 1 and loaded.sites[0].site.extensions:
        parts.append(say("common.banner_extended"))
    return Sentence(id="banner", parts=parts, tone="banner")


def colophon(loaded: ParameterFile, params: ReportParams, *, report: str, hashes: Mapping[str, str]) -> Table:
    """Input files with their hashes (SHA-256 by name), package version, seed and every parameter."""
    rows: list[tuple[Words, Words]] = [(say("common.colophon_package"), f"efficacy {version('efficacy')}")]
    rows += [(say("common.colophon_file", file=name), digest[:HASH_LENGTH]) for name, digest in sorted(hashes.items())]
    rows += [
        (say("common.colophon_parameter", name=name), value if isinstance(value, Text) else _written(value))
        for name, value in params
        if value is not None
    ]
    return Table(
        id=f"{report}.colophon",
        title=say("common.colophon_title"),
        columns=[
            Column(role="term", header=say("common.colophon_what"), align="left"),
            Column(role="value", header=say("common.colophon_value"), align="left"),
        ],
        rows=[Row(cells=[what, value]) for what, value in rows],
        notes=[say("common.colophon_note"), *_origins(loaded)],
    )


def _written(value: object) -> str:
    """A parameter's value as it stands in a parameter file."""
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _origins(loaded: ParameterFile) -> Iterator[Words]:
    """Where the data come from, and what an example adds to the document it follows; of several sites the first alone,
    since each site's own report has the second."""
    if len(loaded.sites) == 1:
        yield from _origin(loaded.sites[0].site)
        return
    for site in loaded.sites:
        if site.site.origin_note is not None:
            yield say("common.colophon_of_site", site=site.site.title, note=site.site.origin_note)
    if any(site.site.extensions for site in loaded.sites):
        yield say("common.colophon_extensions_elsewhere")


def _origin(site: Site) -> list[Words]:
    origin: list[Words] = [site.origin_note] if site.origin_note is not None else []
    return [*origin, *(say("common.colophon_extension", text=extension) for extension in site.extensions)]
