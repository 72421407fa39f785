"""Cells into values: answers, numbers and levels, each cell either read by a rule, or reported."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ..instruments import Instrument
from ..params import Covariate, Level
from .audit import Audit
from .readers import RawTable, clean

_NUMBER = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?|[-+]?(?i:inf|infinity)")
YES_WORDS = frozenset({"1", "是", "出席", "到", "已到", "true", "yes", "y", "√", "✓"})
_LIMITS = {(True, True): None, (True, False): "at_least", (False, True): "at_most", (False, False): "finite"}
NO_WORDS = frozenset({"0", "否", "缺席", "缺", "未到", "false", "no", "n", "×", "x"})


@dataclass(frozen=True)
class Reading:
    """What one text means. rule: why it is not taken as it stands. problem: the code it is reported under."""

    value: float | str | None = None
    rule: str | None = None
    problem: str | None = None


@dataclass(frozen=True, kw_only=True)
class Reader:
    """A rule for the cells of a column. labelled: its texts are categories, so that frequent unknown ones may be named.

    values: what the sentences of its problems are filled with.
    """

    read: Callable[[str], Reading]
    values: Mapping[str, Any]
    labelled: bool = False


def canonical(text: str) -> str:
    """Text for comparing codes: 1, 1.0 and full-width 1 are the same code."""
    text = clean(text)
    number = as_number(text)
    return str(int(number)) if number is not None and number.is_integer() else text


def as_number(text: str) -> float | None:
    """The number a cleaned text is, infinite ones included; None where it is none."""
    return float(text) if _NUMBER.fullmatch(text) else None


def missing_texts(codes: Iterable[int | float | str]) -> frozenset[str]:
    return frozenset(canonical(str(code)) for code in codes)


def answer_reader(instrument: Instrument, missing: frozenset[str], *, texts: Mapping[str, int]) -> Reader:
    """Answers within the instrument's range, as whole numbers or by cleaned option texts and the number of each."""

    def read(text: str) -> Reading:
        if text in missing:
            return Reading(rule="missing_code")
        number = as_number(text)
        if number is None:
            return Reading(texts[text], rule="option_text") if text in texts else Reading(problem="unmapped_label")
        if not number.is_integer() or not instrument.minimum <= number <= instrument.maximum:
            return Reading(problem="out_of_range")
        return Reading(number)

    limits = {"minimum": instrument.minimum, "maximum": instrument.maximum}
    return Reader(read=read, values=limits, labelled=bool(texts))


def number_reader(
    minimum: float | None, maximum: float | None, missing: frozenset[str], *, kind: str | None = None
) -> Reader:
    """Numbers within limits; a declared missing code counts as one unless it lies within them.

    kind: picks another sentence than that about answers on paper.
    """
    low = -math.inf if minimum is None else minimum
    high = math.inf if maximum is None else maximum
    bounded = minimum is not None or maximum is not None

    def read(text: str) -> Reading:
        number = as_number(text)
        inside = number is not None and math.isfinite(number) and low <= number <= high
        if text in missing and not (inside and bounded):
            return Reading(rule="missing_code")
        if number is None:
            return Reading(problem="not_a_number")
        return Reading(number) if inside else Reading(problem="out_of_range")

    given = {"minimum": minimum, "maximum": maximum, "key": kind or _LIMITS[minimum is not None, maximum is not None]}
    return Reader(read=read, values={name: value for name, value in given.items() if value is not None})


def level_reader(
    levels: Sequence[Level], missing: frozenset[str], *, problem: str, value_labels: Mapping[str, str] | None = None
) -> Reader:
    """Levels by the spellings each accepts; in SPSS files by the label of a code too, which must say the same."""
    accepted = {canonical(str(text)): level.value for level in levels for text in level.accepts}
    labels = value_labels or {}

    def read(text: str) -> Reading:
        meant = {accepted[key] for key in (text, canonical(labels.get(text, ""))) if key in accepted}
        if len(meant) > 1:
            return Reading(problem="label_contradicts_code")
        if meant:
            return Reading(meant.pop())
        return Reading(rule="missing_code") if text in missing else Reading(problem=problem)

    known = tuple(dict.fromkeys(str(text) for level in levels for text in level.accepts))
    return Reader(read=read, values={"allowed": known}, labelled=True)


def covariate_reader(covariate: Covariate, missing: frozenset[str], *, table: RawTable, column: str) -> Reader:
    if covariate.kind == "number":
        return number_reader(covariate.minimum, covariate.maximum, missing)
    return level_reader(covariate.levels, missing, problem="unknown_level", value_labels=table.value_labels.get(column))


def attendance_reader() -> Reader:
    def read(text: str) -> Reading:
        word = text.casefold()
        if word in YES_WORDS:
            return Reading(1.0)
        return Reading(0.0) if word in NO_WORDS else Reading(problem="unknown_attendance")

    return Reader(read=read, values={}, labelled=True)


def read_column(table: RawTable, column: str, reader: Reader, audit: Audit) -> pd.Series:
    """A column of a table as values, indexed by row; what cannot be read is missing here and an error in the audit."""
    raw = table.cells[column]
    texts = {text: clean(text) for text in raw.dropna().unique()}
    readings = {text: reader.read(canonical(cleaned)) for text, cleaned in texts.items()}
    full_width = [text for text, cleaned in texts.items() if "".join(text.split()) != cleaned.replace(" ", "")]
    audit.change("full_width", table, column=column, rows=_rows(raw, full_width))
    for rule in dict.fromkeys(reading.rule for reading in readings.values() if reading.rule):
        changed = [text for text, reading in readings.items() if reading.rule == rule]
        audit.change(rule, table, column=column, rows=_rows(raw, changed))
    for problem in dict.fromkeys(reading.problem for reading in readings.values() if reading.problem):
        _report(raw, [t for t, r in readings.items() if r.problem == problem], problem, table, reader, audit)
    return raw.map({text: reading.value for text, reading in readings.items() if reading.value is not None})


def _rows(raw: pd.Series, texts: Sequence[str]) -> list[int]:
    return list(raw.index[raw.isin(texts)]) if texts else []


def _report(raw: pd.Series, texts: Sequence[str], problem: str, table: RawTable, reader: Reader, audit: Audit) -> None:
    """One finding for a column and problem. A text is named only where enough rows share it to stand for no child."""
    values = dict(reader.values)
    if problem not in ("out_of_range", "not_a_number"):
        counts = raw[raw.isin(texts)].map(clean).value_counts()
        named = counts[(counts >= audit.minimum_cell) & reader.labelled]
        values["labels"] = sorted(str(label) for label in named.index)
        values["n_unlisted"] = int(counts.sum() - named.sum())
    rows = _rows(raw, texts)
    values["whole_column"] = len(rows) > 1 and len(rows) == raw.notna().sum()
    audit.add(f"data.{problem}", table, column=str(raw.name), rows=rows, values=values)
