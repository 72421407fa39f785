"""The files of a site, read, and which of them holds a column at a wave."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from ..errors import DataError
from ..fitting import nearest_name
from ..params import InstrumentUse, Site, Source, column_range
from ..project import Project
from .audit import Audit
from .identity import read_ids, refuse_similar, summary_rows
from .readers import Change, Format, RawTable, clean, read_table
from .readers.table import personal_columns
from .values import missing_texts

_QUESTION = re.compile(r"Q[0-9]+(_[0-9]+)?")
_FIRST, _LAST, _SHOWN_TEXT = 6, 2, 8


@dataclass(frozen=True, eq=False, repr=False)
class Loaded:
    """One source: what the parameters say of it, its table, and the id in each row that names a child."""

    source: Source
    table: RawTable
    ids: pd.Series

    @property
    def missing(self) -> frozenset[str]:
        return missing_texts(self.source.missing_codes)


def load_sources(site: Site, project: Project, audit: Audit) -> list[Loaded]:
    """Every source of a site that can be read; what is wrong with the others, and with ids, is in the audit."""
    loaded = []
    for source in site.sources:
        table = open_table(project, source.file, format=source.format, sheet=source.sheet, audit=audit)
        column = require(table, source.id, audit) if table else None
        if table is None or column is None:
            audit.incomplete = True
            continue
        if column in personal_columns(table):
            audit.add("privacy.names_as_id", table, severity="warning", column=column)
        table = only_children(table, column, keep=_wanted(site, table), audit=audit)
        ids = read_ids(table, column, audit)
        audit.change("pseudonym", table, column=column, rows=ids.index)
        loaded.append(Loaded(source, table, ids))
    _refuse_sequence_numbers(loaded, audit)
    _refuse_repeated(loaded, audit)
    refuse_similar([(found.table, found.source.id, found.ids) for found in loaded], audit)
    return loaded


def open_table(
    project: Project,
    file: str,
    *,
    format: Format,
    sheet: str | None,
    audit: Audit,
    preferred: Sequence[str] = (),
    header_row: int | None = None,
) -> RawTable | None:
    """A raw file, or None and the reasons in the audit. preferred, header_row: as read_table takes them."""
    try:
        table = read_table(project, file, format=format, sheet=sheet, preferred=preferred, header_row=header_row)
    except DataError as error:
        audit.findings.extend(error.findings)
        return None
    audit.opened(table)
    return table


def require(table: RawTable, name: str, audit: Audit) -> str | None:
    """The column of that name, or None and an error that helps to find the right one."""
    column = table.find(name)
    if column is None:
        audit.add("data.unknown_column", table, column=name, values=_help_to_find(clean(name), table))
    return column


def _help_to_find(name: str, table: RawTable) -> Mapping[str, object]:
    """The nearest column, also by its question's text; of a survey its questions. Other headers might be names."""
    is_survey, is_number = table.quality is not None, _QUESTION.fullmatch(name) is not None
    if not is_survey:
        columns = list(table.cells.columns)
        return {"nearest": nearest_name(name, columns)} | ({"key": "question"} if is_number else {})
    by_text = {clean(text): column for column, text in table.titles.items()}
    text = None if is_number else nearest_name(name, by_text)  # Q26 is not nearly Q6
    known = [f"{column} {text[:_SHOWN_TEXT]}" for column, text in table.titles.items()]
    if len(known) > _FIRST + _LAST:
        known = [*known[:_FIRST], "…", *known[-_LAST:]]
    return {"nearest": by_text[text] if text else None, "key": "wenjuanxing", "columns": known}


def item_columns(use: InstrumentUse, wave: str, table: RawTable) -> list[str] | None:
    """The columns of an instrument's items at a wave, or None where this table does not have all of them."""
    declared = use.columns[wave]
    if isinstance(declared, str):
        return table.span(*(column_range(declared) or (declared, declared)))
    columns = [table.find(name) for name in declared]
    return [column for column in columns if column] if all(columns) else None


def at_wave(loaded: Sequence[Loaded], wave: str) -> list[Loaded]:
    """The sources of one occasion, else those that hold several."""
    own = [found for found in loaded if found.source.wave == wave]
    return own or [found for found in loaded if found.source.wave is None]


def holding(loaded: Sequence[Loaded], name: str, audit: Audit) -> list[tuple[Loaded, str]]:
    """The first source that has a column, with the other sources of its wave; an error where none has it.

    Only these: the same header may stand over another question in the file of a later wave.
    """
    if audit.incomplete:
        return []  # the file that has it may be the one that could not be read
    first = next((found for found in loaded if found.table.find(name)), None)
    if first is None:
        if loaded:
            require(loaded[0].table, name, audit)
        return []
    same_wave = [found for found in loaded if found.source.wave == first.source.wave]
    if first.source.wave is None:
        same_wave = [found for found in same_wave if found.table.find(name)]
    columns = [(found, require(found.table, name, audit)) for found in same_wave]
    return [(found, column) for found, column in columns if column]


def only_children(table: RawTable, id_column: str, *, keep: Iterable[str], audit: Audit) -> RawTable:
    """The table without what is not about a child, or names one.

    Rows of sums and averages are errors. Columns of names, numbers and addresses of persons are dropped, unless the
    parameters ask for them (keep).
    """
    summary = summary_rows(table, id_column)
    if len(summary):
        audit.add("data.summary_row", table, column=id_column, rows=summary)
    personal = [column for column in personal_columns(table) if column not in {id_column, *keep}]
    for column in personal:
        n = int(table.cells[column].notna().sum())
        audit.changes.append(Change(file=table.file, rule="dropped_personal", n=n, column=column))
    return replace(table, cells=table.cells.drop(index=summary, columns=personal))


def _wanted(site: Site, table: RawTable) -> set[str]:
    """The columns of a source that the parameters name."""
    names = {clean(covariate.column) for covariate in site.covariates} | {clean(s.column) for s in site.scores}
    if site.arms is not None:
        names.add(clean(site.arms.column))
    for use in site.instruments:
        for wave in use.columns:
            names |= set(item_columns(use, wave, table) or ())
    return names


def _refuse_sequence_numbers(loaded: Sequence[Loaded], audit: Audit) -> None:
    """序号 counts the answer sheets of one export: it pairs children across files at random."""
    numbered = [x for x in loaded if x.source.format == "wenjuanxing" and clean(x.source.id) == "序号"]
    for found in numbered if len(numbered) < len(loaded) else numbered[1:]:
        audit.add("data.sequence_number_as_id", found.table, column=found.source.id)


def _refuse_repeated(loaded: Sequence[Loaded], audit: Audit) -> None:
    """The same content twice, and a child twice in two files of one wave."""
    for position, later in enumerate(loaded):
        for earlier in loaded[:position]:
            if later.table.cells.equals(earlier.table.cells):
                audit.add("data.same_file", later.table, values={"other_file": earlier.table.file})
            elif later.source.wave is not None and later.source.wave == earlier.source.wave:
                rows = later.ids.index[later.ids.isin(earlier.ids)]
                if len(rows):
                    values = {"other_file": earlier.table.file}
                    audit.add("data.duplicate_id", later.table, column=later.source.id, rows=rows, values=values)
