"""Excel workbooks."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetVisibleEnum,
)

from ...fitting import nearest_name
from .table import Place, RawTable, table_of_records

MAXIMUM_UNPACKED = 200_000_000
MAXIMUM_RATIO = 100
MAXIMUM_CELLS = 3_000_000
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_REFERENCE = re.compile(rb"\br=[\"']([A-Z]{1,3})([0-9]{1,7})[\"']")


def read_workbook(
    raw: bytes,
    *,
    file: str,
    sha256: str,
    sheet: str | None = None,
    preferred: Sequence[str] = (),
    header_row: int | None = None,
) -> RawTable:
    """One sheet of an .xlsx or .xls file.

    sheet may be left out where the file shows only one with anything on it, or one of the preferred names. header_row:
    of the headings; rows above it are left out.
    """
    _refuse_bomb(raw, place=Place(file=file))
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(raw))
    except PasswordError:
        raise Place(file=file).error("data.password") from None
    except CalamineError:
        raise Place(file=file).error("data.not_a_workbook") from None
    named = sheet if sheet is not None else next((name for name in preferred if name in workbook.sheet_names), None)
    chosen = _choose(workbook, named, place=Place(file=file))
    place = Place(file=file, sheet=chosen.name)
    rows = chosen.to_python(skip_empty_area=False)
    records = [(number, [_text(value) for value in row]) for number, row in enumerate(rows, start=1)]
    return table_of_records(records[(header_row or 1) - 1 :], place=place, sha256=sha256)


def _refuse_bomb(raw: bytes, *, place: Place) -> None:
    """Refuse by the sizes a zip declares and the places its cells claim, before anything is unpacked into memory.

    One far cell makes the sheet between it and A1 a table of empty cells, which the reading library allocates.
    """
    if not raw.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            entries = archive.infolist()
            unpacked = sum(entry.file_size for entry in entries)
            if unpacked > MAXIMUM_UNPACKED or unpacked > MAXIMUM_RATIO * len(raw):
                raise place.error("data.zip_bomb", maximum=MAXIMUM_UNPACKED, ratio=MAXIMUM_RATIO)
            sheets = [entry for entry in entries if _SHEET.fullmatch(entry.filename)]
            n_cells = max((_extent(archive.read(entry)) for entry in sheets), default=None)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError, EOFError):
        raise place.error("data.not_a_workbook") from None
    if n_cells is None:  # another kind of zip, .xlsb and .ods among them
        raise place.error("data.not_a_workbook")
    if n_cells > MAXIMUM_CELLS:
        raise place.error("data.too_large", maximum=MAXIMUM_CELLS, unit="cells")


def _extent(sheet: bytes) -> int:
    """Rows times columns of the smallest table from A1 that holds every cell."""
    columns, rows = {b"A"}, {b"1"}
    for column, row in _REFERENCE.findall(sheet):
        columns.add(column)
        rows.add(row)
    return max(map(int, rows)) * max(map(_column_number, columns))


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - ord("A") + 1
    return number


def _choose(workbook: CalamineWorkbook, sheet: str | None, *, place: Place) -> CalamineSheet:
    if sheet is not None:
        if sheet not in workbook.sheet_names:
            raise place.error("data.unknown_sheet", name=sheet, nearest=nearest_name(sheet, workbook.sheet_names))
        return workbook.get_sheet_by_name(sheet)
    visible = [meta.name for meta in workbook.sheets_metadata if meta.visible is SheetVisibleEnum.Visible]
    filled = [found for name in visible if (found := workbook.get_sheet_by_name(name)).height]
    if not filled:
        raise place.error("data.empty_file")
    if len(filled) > 1:
        raise place.error("data.several_sheets", sheets=tuple(found.name for found in filled))
    return filled[0]


def _text(value: Any) -> str | None:
    """A cell as text: numbers as Excel shows them unformatted, so 3.0 is 3 and a long number keeps every digit."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return f"{value.total_seconds():g}"
    return str(value)
