"""Cells of registers into values, by the type of their column."""

from __future__ import annotations

import math
import re
from datetime import date

import pandas as pd

from ...codebooks import RegisterColumn
from ...fitting import nearest_name
from ..audit import Audit
from ..readers import RawTable, clean
from ..values import NO_WORDS, YES_WORDS, Reader, Reading, as_number, canonical, read_column

EARLIEST, LATEST = 1950, 2100  # a year outside is a slip of the pen
LONGEST_CATEGORY = 40  # a longer text is a remark, and may name a child
_DAY = re.compile(r"([12][0-9]{3}) ?(?:[-/.]|年) ?([0-9]{1,2}) ?(?:[-/.]|月) ?([0-9]{1,2}) ?日?(?: 0?0:00(?::00)?)?")


def read_cells(
    table: RawTable, heading: str, column: RegisterColumn, limits: tuple[float, float] | None, audit: Audit
) -> pd.Series:
    """A column that names nobody as typed values by row; what cannot be read is missing and an error in the audit."""
    if column.type == "text":
        written = table.cells[heading].notna()
        audit.change("dropped_text", table, column=heading, rows=table.cells.index[written])
        return written
    values = read_column(table, heading, _reader(table, heading, column, limits), audit)
    return typed(values, column)


def typed(values: pd.Series, column: RegisterColumn) -> pd.Series:
    """Values as frames hold them, missing ones included."""
    if column.type == "date":
        return pd.to_datetime(values.astype(object), format="%Y-%m-%d").astype("datetime64[s]")
    if column.type == "integer":
        return values.astype(float).astype("Int64")
    if column.type == "number":
        return values.astype(float)
    if column.type == "yes_no":
        return values.map(bool, na_action="ignore").astype("boolean")
    if column.type == "code":
        return values.astype(pd.CategoricalDtype([code.value for code in column.codes], ordered=True))
    if column.type == "text":
        return values.eq(True)
    return values.astype("str")


def _reader(table: RawTable, heading: str, column: RegisterColumn, limits: tuple[float, float] | None) -> Reader:
    empty = frozenset(canonical(word) for word in column.empty)
    if column.type == "date":
        return _declared_empty(Reader(read=_read_day, values={}), empty)
    if column.type in ("integer", "number"):
        low, high = limits or (column.minimum, column.maximum)
        return _declared_empty(_number_reader(low, high, whole=column.type == "integer"), empty)
    if column.type == "yes_no":
        return _declared_empty(Reader(read=_read_yes_no, values={}, labelled=True), empty)
    if column.type == "code":
        return _declared_empty(_code_reader(table, heading, column), empty)
    return _declared_empty(Reader(read=_read_category, values={"maximum": LONGEST_CATEGORY}), empty)


def _declared_empty(reader: Reader, empty: frozenset[str]) -> Reader:
    """The same rule, but words that the codebook declares as no value are none."""
    if not empty:
        return reader

    def read(text: str) -> Reading:
        return Reading(rule="missing_code") if text in empty else reader.read(text)

    return Reader(read=read, values=reader.values, labelled=reader.labelled)


def _read_day(text: str) -> Reading:
    """A day with its year first: 05/09/2025 could be either of two days, and 45905 is how Excel counts them."""
    match = _DAY.fullmatch(text)
    try:
        day = date(*map(int, match.groups())) if match else None
    except ValueError:
        day = None
    if day is None or not EARLIEST <= day.year <= LATEST:
        return Reading(problem="bad_date")
    return Reading(day.isoformat())


def _read_yes_no(text: str) -> Reading:
    word = text.casefold()
    if word in YES_WORDS:
        return Reading(1.0)
    return Reading(0.0) if word in NO_WORDS else Reading(problem="unknown_yes_no")


def _read_category(text: str) -> Reading:
    return Reading(text) if len(text) <= LONGEST_CATEGORY else Reading(problem="category_too_long")


def _number_reader(low: float | None, high: float | None, *, whole: bool) -> Reader:
    def read(text: str) -> Reading:
        number = as_number(text)
        if number is None or (whole and math.isfinite(number) and not number.is_integer()):
            return Reading(problem="not_an_integer" if whole else "not_a_number")
        inside = math.isfinite(number) and (low is None or number >= low) and (high is None or number <= high)
        return Reading(number) if inside else Reading(problem="out_of_range")

    key = {(True, True): "register", (True, False): "register_at_least", (False, True): "register_at_most"}
    given = {"minimum": low, "maximum": high, "key": key.get((low is not None, high is not None), "finite")}
    return Reader(read=read, values={name: value for name, value in given.items() if value is not None})


def _code_reader(table: RawTable, heading: str, column: RegisterColumn) -> Reader:
    meant = {canonical(text).casefold(): code.value for code in column.codes for text in code.texts}
    labels = table.value_labels.get(heading, {})  # of an SPSS file

    def read(text: str) -> Reading:
        word = canonical(labels.get(text, text)).casefold()
        return Reading(meant[word]) if word in meant else Reading(problem="unknown_code")

    unknown = [
        word
        for text in table.cells[heading].dropna().unique()
        if (word := canonical(clean(text)).casefold()) not in meant
    ]
    nearest = nearest_name(unknown[0], meant) if unknown else None
    allowed = tuple(code.label.zh for code in column.codes)
    return Reader(read=read, values={"allowed": allowed, "nearest": nearest}, labelled=True)
