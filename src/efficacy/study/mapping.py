"""Which column of which file was read as what: the one thing a person can check by eye before believing a report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from ..params import Site
from .answers import Marks, Sheet
from .audit import Audit
from .sources import Loaded, holding, require

_TYPES = dict.fromkeys(("file", "wave", "column", "title", "kind", "name"), "str")


def map_columns(
    site: Site, loaded: Sequence[Loaded], sheets: Sequence[Sheet], marks: Sequence[Marks], audit: Audit
) -> pd.DataFrame:
    """file, wave (missing: of no one wave), column, title (the question's text), kind, name; in the order of the files.

    kind: "id", "item" (name: instrument and item), "score" (scale), "covariate", "arm", or "unused". audit: that of a
    reading that found every column.
    """
    covariates = [(covariate.name, "covariate", covariate.column) for covariate in site.covariates]
    if site.arms is not None and site.arms.file is None:
        covariates.append(("arm", "arm", site.arms.column))
    background = [
        (found, column, kind, name)
        for name, kind, declared in covariates
        for found, column in holding(loaded, declared, audit)
    ]
    rows = []
    for found in loaded:
        used = list(_used(found, sheets, marks, background, audit))
        named = {column for column, *_ in used}
        used += [(column, "unused", None, None) for column in found.table.cells.columns if column not in named]
        for column, kind, name, wave in used:
            title = found.table.titles.get(column)
            rows.append((found.table.file, wave or found.source.wave, column, title, kind, name))
    return pd.DataFrame(rows, columns=list(_TYPES)).astype(_TYPES)


def _used(
    found: Loaded,
    sheets: Sequence[Sheet],
    marks: Sequence[Marks],
    background: Sequence[tuple[Loaded, str, str, str]],
    audit: Audit,
) -> Iterator[tuple[str, str, str | None, str | None]]:
    """Column, kind, name and wave."""
    if column := require(found.table, found.source.id, audit):
        yield column, "id", None, None
    for holder, column, kind, name in background:
        if holder is found:
            yield column, kind, name, None
    for sheet in sheets:
        if sheet.found is found:
            for item, column in zip(sheet.instrument.items, sheet.columns, strict=True):
                yield column, "item", f"{sheet.instrument.id} {item.name}", sheet.wave
    for mark in marks:
        if mark.found is found and (column := require(found.table, mark.declared.column, audit)):
            yield column, "score", mark.declared.scale, mark.declared.wave
