"""What must hold between the rows and columns of registers, and between registers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from ...codebooks import RegisterKind
from ..audit import Audit
from .tables import OpenRegister

Parts = Mapping[str, Sequence[tuple[OpenRegister, pd.DataFrame]]]


def check_rules(parts: Parts, audit: Audit) -> None:
    """Errors for rows that stand twice, pairs the wrong way round, histories that go back, entries not on record."""
    for found in parts.values():
        if found:
            _check_repeated(found, audit)
            _check_histories(found, audit)
        for register, frame in found:
            _check_order(register, frame, audit)
            _check_references(register, frame, parts, audit)


def _check_repeated(found: Sequence[tuple[OpenRegister, pd.DataFrame]], audit: Audit) -> None:
    kind = found[0][0].kind
    everything = pd.concat([frame for _, frame in found], keys=range(len(found)))
    for key in kind.keys:
        whole = everything.dropna(subset=[name for name in key if kind.column(name).required])
        repeated = whole.duplicated(list(key))
        for register, rows in _by_file(found, repeated):
            audit.add("data.duplicate_row", register.table, rows=rows, values={"columns": _headings(register, key)})


def _check_histories(found: Sequence[tuple[OpenRegister, pd.DataFrame]], audit: Audit) -> None:
    everything = pd.concat([frame for _, frame in found], keys=range(len(found)))
    for rule in found[0][0].kind.rising:
        rows = everything.dropna(subset=[rule.column, rule.along]).sort_values(rule.along, kind="stable")
        place = rows[rule.column].cat.codes
        highest = place.groupby([rows[name] for name in rule.within]).cummax() if rule.within else place.cummax()
        for register, back in _by_file(found, place < highest):
            values = {"along": register.columns.get(rule.along, rule.along)}
            audit.add(
                "data.goes_back", register.table, column=register.columns.get(rule.column), rows=back, values=values
            )


def _check_order(register: OpenRegister, frame: pd.DataFrame, audit: Audit) -> None:
    for first, second in register.kind.ordered:
        both = frame[[first, second]].dropna()
        wrong = both.index[(both[first] > both[second]).to_numpy(dtype=bool)]
        if len(wrong):
            names = dict(zip(("first", "second"), _headings(register, (first, second)), strict=True))
            names |= {"key": "days"} if register.kind.column(first).type == "date" else {}
            audit.add("data.wrong_order", register.table, rows=wrong, values=names)


def _check_references(register: OpenRegister, frame: pd.DataFrame, parts: Parts, audit: Audit) -> None:
    for column in register.kind.columns:
        kind, _, name = (column.refers_to or "").partition(".")
        if not parts.get(kind) or audit.incomplete:
            continue
        known = pd.concat([other[name] for _, other in parts[kind]]).dropna().unique()
        given = frame[column.name].dropna()
        absent = given.index[~given.isin(known)]
        if len(absent):
            values = {"register": _title(parts[kind][0][0].kind)}
            audit.add(
                "data.not_on_register",
                register.table,
                column=register.columns.get(column.name),
                rows=absent,
                values=values,
            )


def _title(kind: RegisterKind) -> str:
    return f"{kind.title.zh} / {kind.title.en}"


def _headings(register: OpenRegister, names: Sequence[str]) -> list[str]:
    return [register.columns.get(name, name) for name in names]


def _by_file(
    found: Sequence[tuple[OpenRegister, pd.DataFrame]], marked: pd.Series
) -> Iterator[tuple[OpenRegister, list[int]]]:
    """The marked rows of each file that has any; marked: indexed by position of the file and row."""
    rows = marked.index[marked.to_numpy(dtype=bool)]
    for position, (register, _) in enumerate(found):
        if mine := [int(row) for file, row in rows if file == position]:
            yield register, mine
