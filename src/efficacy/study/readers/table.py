"""A file as it stands: text cells, and the row numbers its reader sees in Excel, SPSS or an editor."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from ...errors import DataError, Finding

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))


def clean(text: str) -> str:
    """Text for comparing: full-width forms as half-width (NFKC), invisible characters gone, spaces collapsed."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_INVISIBLE)
    return " ".join(text.split())


@dataclass(frozen=True, kw_only=True)
class Change:
    """A line of the cleaning log: what was done to how many cells, never their values. row: the first of them."""

    file: str
    rule: str
    n: int
    column: str | None = None
    row: int | None = None


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class RawTable:
    """One sheet or text file.

    cells: text or missing; columns are cleaned headers, the index is the row as the user's program shows it.
    titles: question texts or variable labels by column. value_labels: column -> code as text -> label (SPSS).
    quality: what an online survey knows of an answer sheet besides its answers, by row: duration_seconds, address (a
    running number, not the address). submitted: middle of the submission times. encoding: how text was decoded.
    """

    file: str
    cells: pd.DataFrame
    sha256: str
    sheet: str | None = None
    encoding: str | None = None
    titles: Mapping[str, str] = field(default_factory=dict)
    value_labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    quality: pd.DataFrame | None = None
    submitted: pd.Timestamp | None = None
    changes: tuple[Change, ...] = ()

    def __repr__(self) -> str:
        return f"<RawTable {self.file}: {len(self.cells)} rows x {self.cells.shape[1]} columns (hidden)>"

    def find(self, name: str) -> str | None:
        """The column of that name, spaces and full-width forms aside."""
        wanted = clean(name)
        return wanted if wanted in self.cells.columns else None

    def span(self, first: str, last: str) -> list[str] | None:
        """The consecutive columns from one to another, or None where either is absent or they stand the other way."""
        columns = list(self.cells.columns)
        start, end = self.find(first), self.find(last)
        if start is None or end is None or columns.index(start) > columns.index(end):
            return None
        return columns[columns.index(start) : columns.index(end) + 1]


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a reader is, for its findings."""

    file: str
    sheet: str | None = None

    def error(self, code: str, *, row: int | None = None, column: str | None = None, **values: object) -> DataError:
        return DataError(self.finding(code, row=row, column=column, **values))

    def finding(self, code: str, *, row: int | None = None, column: str | None = None, **values: object) -> Finding:
        return Finding(code, file=self.file, sheet=self.sheet, row=row, column=column, values=values)


def table_of_records(
    records: Sequence[tuple[int, Sequence[str | None]]], *, place: Place, sha256: str, encoding: str | None = None
) -> RawTable:
    """A table from its records (row number, cells), the header first.

    Raises DataError: empty, header only, column without a name, two columns of one name, rows of another width.
    """
    filled = [(row, cells) for row, cells in records if any(cell is not None and clean(cell) for cell in cells)]
    if not filled:
        raise place.error("data.empty_file")
    (header_row, header), *body = filled
    if not body:
        raise place.error("data.header_only", row=header_row or None)
    ragged = [(row, len(cells)) for row, cells in body if len(cells) != len(header)]
    if ragged:
        raise DataError(
            [place.finding("data.ragged_row", row=row, expected=len(header), found=width) for row, width in ragged]
        )
    frame = pd.DataFrame(
        [[cell if cell is not None and clean(cell) else None for cell in cells] for _, cells in body],
        index=pd.Index([row for row, _ in body], name="row"),
        dtype="str",
    )
    n_empty = sum(row > header_row for row, _ in records) - len(body)
    changes = (Change(file=place.file, rule="empty_row", n=n_empty),) if n_empty else ()
    cells = _named(frame, header, row=header_row, place=place)
    return RawTable(file=place.file, sheet=place.sheet, cells=cells, sha256=sha256, encoding=encoding, changes=changes)


def _named(frame: pd.DataFrame, header: Sequence[str | None], *, row: int, place: Place) -> pd.DataFrame:
    """The cells under their cleaned headers; columns without header and content are spacing, no columns."""
    frame = frame.set_axis([clean(name or "") for name in header], axis="columns")
    nameless = frame.columns == ""
    filled = frame.notna().any().to_numpy()
    for position in range(len(frame.columns)):
        if nameless[position] and filled[position]:
            raise place.error("data.column_without_name", row=row or None, position=position + 1)
    frame = frame.loc[:, ~nameless]
    repeated = frame.columns[frame.columns.duplicated()].unique()
    if len(repeated):
        raise DataError([place.finding("data.duplicate_column", row=row or None, column=name) for name in repeated])
    return frame


_PERSONAL = re.compile(
    "姓名|身份证|手机号|电话号码|联系电话|联系方式|家庭住址|家庭地址|微信号|QQ号|(?i:^(full |first |last )?name$)"
)


def personal_columns(table: RawTable) -> list[str]:
    """Columns whose header or question asks for a name, a number that identifies, or an address."""
    return [
        column
        for column in table.cells.columns
        if _PERSONAL.search(column) or _PERSONAL.search(table.titles.get(column, ""))
    ]
