"""Every register of a site as one frame each: persons as pseudonyms, cells as values, rules checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import pandas as pd

from ...codebooks import RegisterColumn, RegisterKind
from ...params import RegisterFile, Site
from ..audit import Audit
from ..identity import Pseudonyms, assign_pseudonyms, pseudonym_key, read_ids, refuse_similar
from ..readers import Change, RawTable, clean
from .cells import read_cells, typed
from .checks import check_rules
from .tables import OpenRegister

Part = tuple[OpenRegister, pd.DataFrame]
"""One file of a register, and its values by row of the file."""


def everybody(opened: Sequence[OpenRegister], audit: Audit) -> Pseudonyms:
    """Pseudonyms of every child in any register, for a site without a survey."""
    places = [
        (register.table, heading, _filled_ids(register.table, heading, audit))
        for register in opened
        for heading in _headings(register, "person")
    ]
    refuse_similar(places, audit)
    key = pseudonym_key(opened[0].table.cells) if opened else b""
    return assign_pseudonyms((identifier for _, _, ids in places for identifier in ids), key=key)


def read_registers(
    site: Site, opened: Sequence[OpenRegister], pseudonyms: Pseudonyms, audit: Audit
) -> dict[str, pd.DataFrame]:
    """Kind -> its rows, in the order of the files; every column of the codebook, in its order.

    Types: person, staff and category text; code a category in the codebook's order; date datetime64; integer Int64;
    number float; yes_no boolean; text whether anything was written.
    """
    staff = _staff(opened)
    parts: dict[str, list[Part]] = {name: [] for name in site.registers}
    for register in opened:
        reader = _Reader(register, pseudonyms, staff, audit)
        parts[register.kind.kind].append((register, reader.frame()))
    check_rules(parts, audit)
    return {name: _together(found) for name, found in parts.items() if found}


def rows_by_file(
    kind: str, opened: Sequence[OpenRegister], frame: pd.DataFrame
) -> Iterator[tuple[OpenRegister, pd.DataFrame]]:
    """The rows of each file of a register as read, indexed by their row in it."""
    start = 0
    for register in opened:
        if register.kind.kind == kind:
            rows = register.table.cells.index
            yield register, frame.iloc[start : start + len(rows)].set_axis(rows)
            start += len(rows)


def _together(parts: Sequence[Part]) -> pd.DataFrame:
    return pd.concat([frame for _, frame in parts], ignore_index=True)


def _headings(register: OpenRegister, type: str) -> Iterator[str]:
    yield from (
        register.columns[c.name] for c in register.kind.columns if c.type == type and c.name in register.columns
    )


def _filled_ids(table: RawTable, heading: str, audit: Audit) -> pd.Series:
    """Ids of the rows that name somebody; whether others may be empty is checked with the other cells."""
    named = table.cells.index[table.cells[heading].notna()]
    known = len(audit.findings), len(audit.changes)
    ids = read_ids(_rows(table, named), heading, audit, once=False)
    del audit.findings[known[0] :], audit.changes[known[1] :]  # said once, when the register itself is read
    return ids


def _rows(table: RawTable, rows: pd.Index) -> RawTable:
    return RawTable(
        file=table.file, sheet=table.sheet, cells=table.cells.loc[rows], sha256=table.sha256, titles=table.titles
    )


def _staff(opened: Sequence[OpenRegister]) -> Pseudonyms:
    """s01, s02, ... for every adult in any register, in an order that follows neither file nor name."""
    names = {
        clean(text)
        for register in opened
        for heading in _headings(register, "staff")
        for text in register.table.cells[heading].dropna()
    }
    key = pseudonym_key(opened[0].table.cells) if opened else b""
    numbered = assign_pseudonyms(names, key=key).codes
    width = max(2, len(str(len(numbered))))
    return Pseudonyms({name: f"s{int(code[1:]):0{width}}" for name, code in numbered.items()})


class _Reader:
    """Reads one file of one register."""

    def __init__(self, register: OpenRegister, pseudonyms: Pseudonyms, staff: Pseudonyms, audit: Audit) -> None:
        self.register, self.pseudonyms, self.staff, self.audit = register, pseudonyms, staff, audit
        self.table: RawTable = register.table
        self.declared: RegisterFile = register.declared

    def frame(self) -> pd.DataFrame:
        """Every column of the codebook by row of the file."""
        kind: RegisterKind = self.register.kind
        return pd.DataFrame(
            {column.name: self._values(column) for column in kind.columns}, index=self.table.cells.index
        )

    def _values(self, column: RegisterColumn) -> pd.Series:
        if column.name in self.declared.constants:
            table, heading = self._constant(column)
        elif column.name in self.register.columns:
            table, heading = self.table, self.register.columns[column.name]
        else:
            return typed(pd.Series(None, index=self.table.cells.index, dtype=object), column)
        self._refuse_empty(table, heading, column)
        readers: Mapping[str, Callable[[RawTable, str], pd.Series]] = {"person": self._children, "staff": self._adults}
        if column.type in readers:
            return readers[column.type](table, heading).reindex(table.cells.index).astype("str")
        return read_cells(table, heading, column, self.declared.limits.get(column.name), self.audit)

    def _constant(self, column: RegisterColumn) -> tuple[RawTable, str]:
        """A column as if the file had it, with the one entry that the parameters state."""
        entry = str(self.declared.constants[column.name])
        cells = pd.DataFrame({column.name: entry}, index=self.table.cells.index, dtype="str")
        return RawTable(
            file=self.table.file, sheet=self.table.sheet, cells=cells, sha256=self.table.sha256
        ), column.name

    def _refuse_empty(self, table: RawTable, heading: str, column: RegisterColumn) -> None:
        empty = table.cells.index[table.cells[heading].isna()]
        if column.required and len(empty):
            code = "data.empty_id" if column.type == "person" else "data.empty_cell"
            self.audit.add(code, table, column=heading, rows=empty)

    def _children(self, table: RawTable, heading: str) -> pd.Series:
        named = _rows(table, table.cells.index[table.cells[heading].notna()])
        ids = read_ids(named, heading, self.audit, once=False)
        unknown = ids[~ids.isin(list(self.pseudonyms.codes))]
        if len(unknown) and not self.audit.incomplete:
            self.audit.add("data.unknown_id", table, column=heading, rows=unknown.index)
        self.audit.change("pseudonym", table, column=heading, rows=ids.index)
        return self.pseudonyms.of(ids.drop(unknown.index))

    def _adults(self, table: RawTable, heading: str) -> pd.Series:
        names = table.cells[heading].dropna().map(clean)
        self.audit.changes.append(Change(file=table.file, rule="pseudonym", n=len(names), column=heading))
        return names.map(self.staff.codes)
