"""Answers and ready-made scores of every wave, out of the raw tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from ..instruments import Instrument
from ..params import InstrumentUse, ScoreColumn, Site, column_range
from .audit import Audit
from .identity import Pseudonyms
from .model import PERSON_COLUMN
from .readers import RawTable, clean
from .sources import Loaded, at_wave, item_columns, require
from .values import answer_reader, as_number, canonical, number_reader, read_column


@dataclass(frozen=True, eq=False, repr=False)
class Sheet:
    """One instrument's answers at one wave in one table. answers: rows of the table x item names, as answered.

    columns: the raw column of each item, in the instrument's order.
    """

    instrument: Instrument
    wave: str
    found: Loaded
    columns: tuple[str, ...]
    answers: pd.DataFrame

    @property
    def present(self) -> pd.DataFrame:
        """The answers of the children present: in a file of one wave every row, else those with an answer."""
        rows = self.answers.loc[self.found.ids.index]
        return rows if self.found.source.wave else rows.dropna(how="all")


@dataclass(frozen=True, eq=False, repr=False)
class Marks:
    """One ready-made score at one wave in one table, by row."""

    declared: ScoreColumn
    found: Loaded
    values: pd.Series


def read_answers(
    site: Site, instruments: Mapping[str, Instrument], loaded: Sequence[Loaded], audit: Audit
) -> list[Sheet]:
    """Every instrument at every wave; cells that are no answer are errors in the audit."""
    sheets = []
    for use in site.instruments:
        instrument = instruments[use.instrument]
        for wave in _in_order(site, use):
            for found, columns in _columns(use, instrument, wave, loaded, audit):
                texts = {clean(text): value for text, value in {**instrument.answers, **use.answers}.items()}
                sheets.append(_sheet(instrument, wave, found, columns, texts, audit))
    return sheets


def _in_order(site: Site, use: InstrumentUse) -> list[str]:
    return [wave.id for wave in site.waves if wave.id in use.columns]


def _columns(
    use: InstrumentUse, instrument: Instrument, wave: str, loaded: Sequence[Loaded], audit: Audit
) -> list[tuple[Loaded, list[str]]]:
    """The tables that hold an instrument at a wave, with its columns; errors where they do not fit it."""
    candidates = at_wave(loaded, wave)
    whole = [(found, columns) for found in candidates if (columns := item_columns(use, wave, found.table))]
    several_tables = bool(candidates) and candidates[0].source.wave is None
    for found in candidates:
        if item_columns(use, wave, found.table) is None and not (several_tables and (whole or audit.incomplete)):
            _report_absent(use, wave, found.table, audit)
            if several_tables:
                break  # the first of them stands for all
    fitting = []
    for found, columns in whole:
        if len(columns) == len(instrument.items):
            fitting.append((found, columns))
        else:
            values = {"instrument": instrument.id, "expected": len(instrument.items), "found": len(columns)}
            audit.add("data.item_count", found.table, column=f"{columns[0]}..{columns[-1]}", values=values)
    return fitting


def _report_absent(use: InstrumentUse, wave: str, table: RawTable, audit: Audit) -> None:
    declared = use.columns[wave]
    names = column_range(declared) or (declared,) if isinstance(declared, str) else declared
    absent = [name for name in names if require(table, name, audit) is None]
    if not absent:  # both ends are there, the wrong way round
        audit.add("data.column_order", table, column=str(declared))


def _sheet(
    instrument: Instrument, wave: str, found: Loaded, columns: list[str], texts: Mapping[str, int], audit: Audit
) -> Sheet:
    """texts: every cleaned option text and the answer it means."""
    reader = answer_reader(instrument, found.missing, texts=texts)
    _refuse_missing_code_in_range(instrument, found, audit)
    answers = {}
    for item, column in zip(instrument.items, columns, strict=True):
        _refuse_contradiction(texts, found.table, column, audit)
        answers[item.name] = read_column(found.table, column, reader, audit).astype(float)
    return Sheet(instrument, wave, found, tuple(columns), pd.DataFrame(answers, index=found.table.cells.index))


def _refuse_missing_code_in_range(instrument: Instrument, found: Loaded, audit: Audit) -> None:
    """A declared code for "no answer" that is also an answer would silently delete answers."""
    for code in found.source.missing_codes:
        number = as_number(canonical(str(code)))
        if number is not None and instrument.minimum <= number <= instrument.maximum:
            values = {"code": code, "minimum": instrument.minimum, "maximum": instrument.maximum}
            audit.add("data.missing_code_in_range", found.table, values=values)


def _refuse_contradiction(meant: Mapping[str, int], table: RawTable, column: str, audit: Audit) -> None:
    """A file whose value label means another answer than its code was coded in another order than the instrument."""
    for code, label in table.value_labels.get(column, {}).items():
        if label in meant and as_number(code) != meant[label]:
            values = {"label": label, "code": code, "expected": meant[label]}
            audit.add("data.label_contradicts_code", table, column=column, values=values)


def read_marks(site: Site, loaded: Sequence[Loaded], audit: Audit) -> list[Marks]:
    """Every ready-made score; marks outside their limits are errors in the audit."""
    marks = []
    for declared in site.scores:
        candidates = at_wave(loaded, declared.wave)
        holders = [found for found in candidates if found.table.find(declared.column)]
        for found in holders or ([] if audit.incomplete else candidates[:1]):
            column = require(found.table, declared.column, audit)
            if column is not None:
                reader = number_reader(declared.minimum, declared.maximum, found.missing)
                marks.append(Marks(declared, found, read_column(found.table, column, reader, audit).astype(float)))
    return marks


def long_responses(sheets: Sequence[Sheet], pseudonyms: Pseudonyms) -> pd.DataFrame:
    """participant_id, wave, item, response: one row for each item of each child present, NaN where unanswered."""
    parts = []
    for sheet in sheets:
        answers = sheet.present
        answers = answers.set_index(pd.Index(pseudonyms.of(sheet.found.ids.loc[answers.index]), name=PERSON_COLUMN))
        long = answers.sort_index().reset_index().melt(PERSON_COLUMN, var_name="item", value_name="response")
        long.insert(1, "wave", sheet.wave)
        parts.append(long)
    return together(parts, {PERSON_COLUMN: "str", "wave": "str", "item": "str", "response": "float64"})


def long_marks(marks: Sequence[Marks], pseudonyms: Pseudonyms) -> pd.DataFrame:
    """participant_id, wave, scale, score of ready-made scores; children without one are absent."""
    parts = []
    for mark in marks:
        values = mark.values.loc[mark.found.ids.index].dropna()
        people = pseudonyms.of(mark.found.ids.loc[values.index])
        part = pd.DataFrame({PERSON_COLUMN: people, "wave": mark.declared.wave, "scale": mark.declared.scale})
        parts.append(part.assign(score=values).sort_values(PERSON_COLUMN))
    return together(parts, {PERSON_COLUMN: "str", "wave": "str", "scale": "str", "score": "float64"})


def together(parts: Sequence[pd.DataFrame], types: Mapping[str, str]) -> pd.DataFrame:
    """One frame of these columns and types, also where there are no parts."""
    whole = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(types))
    return whole[list(types)].astype(dict(types))
