"""SPSS system files."""

from __future__ import annotations

import io
import math
from typing import Any

import pyreadstat

from .table import Change, Place, RawTable, clean, table_of_records

_OLD_CHINESE = "GB18030"  # SPSS before Unicode mode wrote the code page of its machine


def read_spss(raw: bytes, *, file: str, sha256: str) -> RawTable:
    """A .sav file: user-missing values are missing, codes stay codes, labels stand beside them.

    The row of a finding is the case number of SPSS's data view.
    """
    place = Place(file=file)
    columns, meta = _read(raw, place=place)
    every_value, _ = _read(raw, place=place, user_missing=True)
    records: list[tuple[int, list[str | None]]] = [(0, list(columns))]
    records += [(case, [_text(value) for value in values]) for case, values in enumerate(zip(*columns.values()), 1)]  # noqa: B905 - one length by format
    table = table_of_records(records, place=place, sha256=sha256, encoding=meta.file_encoding)
    titles = {clean(column): clean(label) for column, label in meta.column_names_to_labels.items() if label}
    labels = {
        clean(column): {code: clean(label) for value, label in pairs.items() if (code := _text(value)) is not None}
        for column, pairs in meta.variable_value_labels.items()
    }
    declared = {column: _count(every_value[column]) - _count(values) for column, values in columns.items()}
    changes = tuple(
        Change(file=file, rule="user_missing", n=n, column=clean(column)) for column, n in declared.items() if n
    )
    return RawTable(
        file=file,
        cells=table.cells,
        sha256=sha256,
        encoding=meta.file_encoding,
        titles=titles,
        value_labels=labels,
        changes=table.changes + changes,
    )


def _read(raw: bytes, *, place: Place, user_missing: bool = False) -> tuple[dict[str, list[Any]], Any]:
    """The columns and their labels, by the encoding the file declares, else as old Chinese files were written."""
    for encoding in (None, _OLD_CHINESE):
        try:
            columns, meta = pyreadstat.read_sav(
                io.BytesIO(raw), encoding=encoding, user_missing=user_missing, output_format="dict"
            )
        except (pyreadstat.ReadstatError, UnicodeDecodeError):
            continue
        if not columns:
            raise place.error("data.empty_file")
        return dict(columns), meta
    raise place.error("data.not_spss")


def _count(values: list[Any]) -> int:
    return sum(_text(value) is not None for value in values)


def _text(value: Any) -> str | None:
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() else repr(value)
    return str(value)
