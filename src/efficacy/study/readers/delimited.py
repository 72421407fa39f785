"""Text files of separated values."""

from __future__ import annotations

import codecs
import csv
import io
import unicodedata
from collections.abc import Iterator

from .table import Place, RawTable, table_of_records

_SEPARATORS = (",", ";", "\t")
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_SAMPLE = 50
_WIDEST_FIELD = 131_072  # csv's own limit: a longer field is a quote that never closes


def read_delimited(raw: bytes, *, file: str, sha256: str, header_row: int | None = None) -> RawTable:
    """A csv file: UTF-8, UTF-16 with its mark, or GB18030; separated by comma, semicolon or tab.

    header_row: line of the headings; lines above it are left out.
    """
    place = Place(file=file)
    text, encoding = decode(raw, place=place)
    nul = text.find("\0")
    if nul >= 0:
        raise place.error("data.nul_byte", row=text.count("\n", 0, nul) + 1)
    records = list(_records(text, separator=_separator(text), place=place))
    # a line without anything is no record; csv gives it as an empty list
    filled = [(row, [cell or None for cell in cells]) for row, cells in records if cells and row >= (header_row or 1)]
    return table_of_records(filled, place=place, sha256=sha256, encoding=encoding)


def decode(raw: bytes, *, place: Place) -> tuple[str, str]:
    """The text and its encoding, strictly; DataError names the row of the first byte that cannot be read."""
    for mark, encoding in _BOMS:
        if raw.startswith(mark):
            return _strictly(raw, encoding, place=place), encoding
    try:
        return raw.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        not_utf8 = error
    if _mostly_utf8(raw):  # one damaged byte; GB18030 would read the whole file as other characters
        raise place.error("data.undecodable", row=_row(raw, not_utf8.start), encoding="utf-8")
    text = _strictly(raw, "gb18030", place=place)
    strange = _first_strange(text)
    if strange is not None:
        raise place.error("data.undecodable", row=text.count("\n", 0, strange) + 1, encoding="gb18030")
    return text, "gb18030"


def _strictly(raw: bytes, encoding: str, *, place: Place) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode(encoding, errors="ignore")
        raise place.error("data.undecodable", row=before.count("\n") + 1, encoding=encoding) from None


def _row(raw: bytes, position: int) -> int:
    return raw.count(b"\n", 0, position) + 1


def _mostly_utf8(raw: bytes) -> bool:
    """More characters beyond ASCII that are whole UTF-8 than bytes that are not."""
    text = raw.decode("utf-8", errors="replace")
    damaged = text.count("\ufffd")
    return sum(1 for character in text if ord(character) > 127) - damaged > damaged


def _first_strange(text: str) -> int | None:
    """Where a text decoded as GB18030 is not believable: Latin-1 letters read as pairs give rare characters.

    Chinese files consist of the 6,763 characters of GB 2312; pairs made by accident mostly lie outside it.
    """
    foreign = [index for index, character in enumerate(text) if ord(character) > 127]
    strange = [index for index in foreign if not _common(text[index])]
    return strange[0] if 2 * len(strange) > len(foreign) else None


def _common(character: str) -> bool:
    try:
        unicodedata.normalize("NFKC", character).encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _reader(text: str, separator: str) -> Iterator[list[str]]:
    csv.field_size_limit(_WIDEST_FIELD)
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)


def _separator(text: str) -> str:
    """The separator under which most of the first records are as wide as the header, and the header is widest."""

    def fit(separator: str) -> tuple[float, int]:
        widths = []
        try:
            for _, record in zip(range(_SAMPLE), _reader(text, separator), strict=False):
                if record:
                    widths.append(len(record))
        except csv.Error:
            pass  # _records will name the row
        if not widths or widths[0] < 2:
            return 0.0, 0
        return widths.count(widths[0]) / len(widths), widths[0]

    return max(_SEPARATORS, key=fit)


def _records(text: str, *, separator: str, place: Place) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line it begins on."""
    reader = _reader(text, separator)
    start = 1
    try:
        for record in reader:
            yield start, record
            start = reader.line_num + 1  # type: ignore[attr-defined]
    except csv.Error:
        raise place.error("data.broken_quoting", row=start) from None
