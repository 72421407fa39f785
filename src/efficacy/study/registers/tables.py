"""The files of registers, opened: which table holds which kind, and under which heading each column stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ...codebooks import RegisterColumn, RegisterKind, register_kind
from ...fitting import nearest_name
from ...params import RegisterFile, Site, files_of
from ...project import Project
from ..audit import Audit
from ..identity import is_summary
from ..readers import Change, RawTable, clean
from ..readers.table import personal_columns
from ..sources import open_table


@dataclass(frozen=True, eq=False, repr=False)
class OpenRegister:
    """One file of one register. columns: column of the codebook -> heading in the table, as far as it is there."""

    kind: RegisterKind
    declared: RegisterFile
    table: RawTable
    columns: Mapping[str, str]


def open_registers(site: Site, project: Project, audit: Audit) -> list[OpenRegister]:
    """Every register file of a site that can be read; what is wrong with the others is in the audit."""
    opened = []
    for name, declared in site.registers.items():
        kind = register_kind(name)
        for file in files_of(declared):
            for part in _sheets(file):
                found = _open(kind, part, project, audit)
                audit.incomplete = audit.incomplete or not found
                opened += found
    return opened


def _sheets(file: RegisterFile) -> Iterator[RegisterFile]:
    """The file as declared, or once for each of its sheets."""
    if not file.sheets:
        yield file
    for sheet in file.sheets:
        named = {file.sheet_as: sheet} if file.sheet_as else {}
        yield file.model_copy(update={"sheet": sheet, "constants": {**file.constants, **named}})


def _open(kind: RegisterKind, file: RegisterFile, project: Project, audit: Audit) -> list[OpenRegister]:
    """One sheet, as often as it has columns for the entries of another; empty, and errors, where it cannot be read."""
    table = open_table(
        project,
        file.file,
        format=file.format,
        sheet=file.sheet,
        preferred=(kind.title.zh, kind.title.en, kind.kind),
        header_row=file.header_row,
        audit=audit,
    )
    if table is None:
        return []
    columns = _columns(kind, file, table, audit)
    spread = _spread(kind, file, table, audit)
    if columns is None or spread is None:
        return []
    needed = [columns[column.name] for column in kind.columns if column.required and column.name in columns]
    cleared = _cleared(table, used=[*columns.values(), *spread], needed=needed, audit=audit)
    if file.across is None:
        return [OpenRegister(kind, file, cleared, columns)]
    return [
        OpenRegister(
            kind,
            file.model_copy(update={"constants": {**file.constants, file.across.entry: entry}}),
            cleared,
            {**columns, file.across.value: heading},
        )
        for heading, entry in spread.items()
    ]


def _spread(kind: RegisterKind, file: RegisterFile, table: RawTable, audit: Audit) -> dict[str, str] | None:
    """Heading in the table -> entry; None and errors where a heading is not there."""
    if file.across is None:
        return {}
    found = {heading: entry for name, entry in file.across.headings.items() if (heading := table.find(name))}
    for name in file.across.headings:
        if not table.find(name):
            _report_absent(kind.column(file.across.value), name, table, audit)
    return found if len(found) == len(file.across.headings) else None


def _columns(kind: RegisterKind, file: RegisterFile, table: RawTable, audit: Audit) -> dict[str, str] | None:
    """Where each column stands; None and errors where one that is needed, or was named, is not there."""
    columns: dict[str, str] = {}
    complete = True
    for column in kind.columns:
        if column.name in (*file.constants, *_filled_by_headings(file)):
            continue
        named = file.columns.get(column.name)
        found = [heading for name in ((named,) if named else column.headings) if (heading := table.find(name))]
        if found:
            columns[column.name] = found[0]
        elif named or column.required:
            _report_absent(column, named, table, audit)
            complete = False
    return columns if complete else None


def _filled_by_headings(file: RegisterFile) -> tuple[str, ...]:
    return (file.across.value, file.across.entry) if file.across else ()


def _report_absent(column: RegisterColumn, named: str | None, table: RawTable, audit: Audit) -> None:
    headings = [clean(heading) for heading in column.headings]
    nearest = nearest_name(clean(named or column.label.zh), list(table.cells.columns))
    values = {"key": "register", "name": column.name, "headings": headings, "nearest": nearest}
    audit.add("data.unknown_column", table, column=named or column.label.zh, values=values)


def _cleared(table: RawTable, *, used: Sequence[str], needed: Sequence[str], audit: Audit) -> RawTable:
    """The table without columns that name persons and are not asked for; rows of sums and averages are errors."""
    personal = [column for column in personal_columns(table) if column not in used]
    for column in personal:
        n = int(table.cells[column].notna().sum())
        audit.changes.append(Change(file=table.file, rule="dropped_personal", n=n, column=column))
    incomplete = table.cells[list(needed)].isna().any(axis="columns")
    first = table.cells.bfill(axis="columns").iloc[:, 0]
    summary = first.map(is_summary, na_action="ignore").eq(True) & incomplete
    if summary.any():
        audit.add("data.summary_row", table, column=needed[0], rows=table.cells.index[summary])
    return replace(table, cells=table.cells.loc[~summary].drop(columns=personal))
