"""From a file named in the parameters to its table: size, hash, format."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Literal

from ...project import Project
from .delimited import read_delimited
from .spss import read_spss
from .table import Place, RawTable
from .wenjuanxing import as_wenjuanxing
from .workbook import read_workbook

MAXIMUM_BYTES = 20_000_000

Format = Literal["wenjuanxing", "excel", "csv", "spss"]


def read_table(
    project: Project,
    file: str,
    *,
    format: Format,
    sheet: str | None = None,
    preferred: Sequence[str] = (),
    header_row: int | None = None,
) -> RawTable:
    """A raw file as text. file: relative to the project. preferred: sheets to take, if there, where none is named.
    header_row: row of the headings in Excel and text files, where titles stand above them.

    Raises DataError with file, row and what is wrong.
    """
    path = project.data_file(file)
    place = Place(file=file)
    try:
        size = path.stat().st_size
        if size > MAXIMUM_BYTES:
            raise place.error("data.too_large", maximum=MAXIMUM_BYTES, unit="bytes")
        raw = path.read_bytes()
    except FileNotFoundError:
        raise place.error("data.file_missing") from None
    except OSError:
        raise place.error("data.file_unreadable") from None
    sha256 = hashlib.sha256(raw).hexdigest()
    if not raw:
        raise place.error("data.empty_file")
    text_file = format == "csv" or (format == "wenjuanxing" and PurePosixPath(file).suffix.lower() == ".csv")
    if format == "spss":
        return read_spss(raw, file=file, sha256=sha256)
    if text_file:
        table = read_delimited(raw, file=file, sha256=sha256, header_row=header_row)
    else:
        table = read_workbook(raw, file=file, sha256=sha256, sheet=sheet, preferred=preferred, header_row=header_row)
    return as_wenjuanxing(table) if format == "wenjuanxing" else table
