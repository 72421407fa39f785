"""Excel workbooks."""

from __future__ import annotations

import io
import zipfile
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
MAXIMUM_CELLS = 10_000_000


def read_workbook(raw: bytes, *, file: str, sha256: str, sheet: str | None = None) -> RawTable:
    """One sheet of an .xlsx or .xls file; sheet may be left out where the file shows only one with anything on it."""
    _refuse_bomb(raw, place=Place(file=file))
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(raw))
    except PasswordError:
        raise Place(file=file).error("data.password") from None
    except CalamineError:
        raise Place(file=file).error("data.not_a_workbook") from None
    chosen = _choose(workbook, sheet, place=Place(file=file))
    place = Place(file=file, sheet=chosen.name)
    if chosen.total_height * chosen.total_width > MAXIMUM_CELLS:
        raise place.error("data.too_large", maximum=MAXIMUM_CELLS, unit="cells")
    rows = chosen.to_python(skip_empty_area=False)
    records = [(number, [_text(value) for value in row]) for number, row in enumerate(rows, start=1)]
    return table_of_records(records, place=place, sha256=sha256)


def _refuse_bomb(raw: bytes, *, place: Place) -> None:
    """Refuse by the sizes a zip declares, before anything is unpacked."""
    if not raw.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, ValueError, EOFError):
        raise place.error("data.not_a_workbook") from None
    if unpacked > MAXIMUM_UNPACKED or unpacked > MAXIMUM_RATIO * len(raw):
        raise place.error("data.zip_bomb", maximum=MAXIMUM_UNPACKED, ratio=MAXIMUM_RATIO)


def _choose(workbook: CalamineWorkbook, sheet: str | None, *, place: Place) -> CalamineSheet:
    if sheet is not None:
        if sheet not in workbook.sheet_names:
            raise place.error("data.unknown_sheet", name=sheet, nearest=nearest_name(sheet, workbook.sheet_names))
        return workbook.get_sheet_by_name(sheet)
    visible = [meta.name for meta in workbook.sheets_metadata if meta.visible is SheetVisibleEnum.Visible]
    filled = [found for name in visible if (found := workbook.get_sheet_by_name(name)).total_height]
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
