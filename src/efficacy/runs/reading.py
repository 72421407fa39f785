"""What a site's files were read as, in lines for people to compare with their questionnaire; counts, never children."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from ..codebooks import register_kind
from ..documents import Language
from ..report.messages import template
from ..study import Study

_TITLE = 16
_UNUSED = 12


def reading_lines(study: Study, language: Language) -> Iterator[str]:
    """Lines of each file: its id column, blocks of items, scores and background, columns nothing uses; then groups.

    A group of fewer than the site's minimum_cell children is said to be smaller than that, not how small.
    """
    yield from _registers(study, language)
    surveyed = set(study.columns.loc[study.columns["kind"] == "id", "file"])
    for file, columns in study.columns[study.columns["file"].isin(surveyed)].groupby("file", sort=False):
        identity = columns[columns["kind"] == "id"].iloc[0]
        yield _say("read_file", language, file=file, column=_column(identity, language))
        yield from _items(columns[columns["kind"] == "item"], language)
        for _, row in columns[columns["kind"].isin(["score", "covariate", "arm"])].iterrows():
            yield _say("read_column", language, name=_label(study, row, language), column=_column(row, language))
        unused = columns.loc[columns["kind"] == "unused", "column"].tolist()
        if unused:
            yield _unused(unused, language)
    yield from _groups(study, language)


def _registers(study: Study, language: Language) -> Iterator[str]:
    """One line a register file, and which of its columns nothing uses."""
    columns = study.columns.dropna(subset=["name"])
    columns = columns[columns["name"].str.contains(".", regex=False) & columns["kind"].isin(["register", "unused"])]
    kinds = columns["name"].str.split(".").str[0]
    for (file, kind), part in columns.groupby([columns["file"], kinds], sort=False):
        title = register_kind(str(kind)).title.in_language(language)
        yield _say("read_register", language, file=file, name=title, count=len(study.registers[str(kind)]))
        unused = part.loc[part["kind"] == "unused", "column"].tolist()
        if unused:
            yield _unused(unused, language)


def _unused(unused: list[str], language: Language) -> str:
    shown = template("runs.read_between", language).join(unused[:_UNUSED])
    key = "read_unused" if len(unused) <= _UNUSED else "read_unused_many"
    return _say(key, language, columns=shown, count=len(unused))


def _items(items: pd.DataFrame, language: Language) -> Iterator[str]:
    """One line a wave and instrument; its first and last column show whether a range is off by one."""
    instruments = items["name"].str.split(" ").str[0]
    for (wave, instrument), block in items.groupby(["wave", instruments], sort=False):
        first, last = (_column(block.iloc[position], language) for position in (0, -1))
        yield _say("read_items", language, wave=wave, instrument=instrument, count=len(block), first=first, last=last)


def _column(row: pd.Series, language: Language) -> str:
    if pd.isna(row["title"]):
        return str(row["column"])
    title = row["title"] if len(row["title"]) <= _TITLE else row["title"][: _TITLE - 1] + "…"
    return _say("read_title", language, column=row["column"], title=title)


def _label(study: Study, row: pd.Series, language: Language) -> str:
    """A covariate by its label, a score by its scale and wave, the arm by its key in the parameters."""
    if row["kind"] == "covariate":
        covariate = next(covariate for covariate in study.site.covariates if covariate.name == row["name"])
        return covariate.label.in_language(language)
    return f"{row['name']} {row['wave']}" if row["kind"] == "score" else "arms"


def _groups(study: Study, language: Language) -> Iterator[str]:
    if study.site.arms is not None:
        counts = study.participants["arm"].value_counts()
        for level in study.site.arms.levels:
            count, least = int(counts.get(level.value, 0)), study.site.minimum_cell
            key, shown = ("read_arm", count) if count >= least else ("read_arm_few", least)
            yield _say(key, language, name=level.label.in_language(language), count=shown)
    if study.site.sessions is not None:
        yield _say("read_sessions", language, count=study.sessions["session"].nunique())


def _say(key: str, language: Language, **values: Any) -> str:
    return template(f"runs.{key}", language).format(**values)
