"""What stands at the head and the foot of every report: whose data these are, and what the numbers were made from."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version

from ..documents import Text
from ..params import ReportParams, Site
from ..study import Study
from .blocks import Column, Row, Sentence, Table
from .wording import Words, say

HASH_LENGTH = 16  # of 64 hexadecimal digits: enough to tell files apart by eye; the manifest holds them whole


def banner(site: Site, params: ReportParams) -> Sentence:
    """Whose data these are: the first thing on every report. Where they come from stands in the colophon."""
    parts: list[Words] = [say(f"common.banner_{site.data_origin}")]
    if params.profile == "internal":
        parts.append(say("common.banner_internal"))
    if site.extensions:
        parts.append(say("common.banner_extended"))
    return Sentence(id="banner", parts=parts, tone="banner")


def colophon(study: Study, params: ReportParams, *, report: str) -> Table:
    """Input files with their hashes, package version, seed and every parameter."""
    rows: list[tuple[Words, Words]] = [(say("common.colophon_package"), f"efficacy {version('efficacy')}")]
    rows += [(say("common.colophon_file", file=name), digest[:HASH_LENGTH]) for name, digest in _hashes(study)]
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
        notes=[say("common.colophon_note"), *_origin(study.site)],
    )


def _written(value: object) -> str:
    """A parameter's value as it stands in a parameter file."""
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _origin(site: Site) -> list[Words]:
    """Where the data come from, and what an example adds to the document it follows."""
    origin: list[Words] = [site.origin_note] if site.origin_note is not None else []
    return [*origin, *(say("common.colophon_extension", text=extension) for extension in site.extensions)]


def _hashes(study: Study) -> Sequence[tuple[str, str]]:
    return sorted(study.input_hashes.items())
