"""How this report names children, phases, outcomes and their numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import pandas as pd

from ...codebooks import register_kind
from ..blocks import Cell, Column, Row
from ..numbers import Interval, Number
from ..registers import code_label
from ..wording import Message, Words, say
from .case import Case, Series


def child_label(case: Case, child: str) -> Message:
    """The child, by code only where there are several."""
    return say("single_case.the_child") if len(case.children) == 1 else say("single_case.child", code=child)


def phase_label(name: str, series: Series | None = None) -> Words:
    """A phase as the codebook calls it; a single point before the service is no baseline phase."""
    if series is not None and name == "baseline" and len(series.phase(name)) < 2:
        return say("single_case.before_service")
    return code_label("series", "phase", name)


def entry_label(case: Case, entry: str) -> Words:
    """A goal, exam or subject as the parameters call it, else as the register does."""
    return next((known.label for known in case.declared.labels if known.value == entry), entry)


def ordered_codes(kind: str, column: str, present: Iterable[str]) -> list[str]:
    """Those codes of a column that occur, in the codebook's order."""
    found = set(present)
    return [code.value for code in register_kind(kind).column(column).codes if code.value in found]


def value_of(value: float) -> Number:
    """A measurement in its own unit: whole where it is whole."""
    return Number(value=value, role="integer" if math.isfinite(value) and float(value).is_integer() else "score")


def effect(value: float) -> Number:
    return Number(value=value, role="effect")


def with_interval(value: float, low: float, high: float) -> Words:
    """An index with its interval in brackets, where it has one."""
    if math.isnan(low) or math.isnan(high):
        return say("single_case.plain", value=effect(value))
    return say("common.estimate_interval", estimate=effect(value), interval=Interval(low=low, high=high, role="effect"))


def by_term(table: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """The rows of a table of estimates by their term."""
    return {str(row["term"]): row for row in records(table)}


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """A table row by row, cells by column."""
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def day_of(day: date | pd.Timestamp) -> str:
    return f"{day:%Y-%m-%d}"


def by_outcome(case: Case, rows: Iterable[tuple[Series, Words | None, Sequence[Cell]]]) -> list[Row]:
    """Rows of series under a heading for each outcome; of one child each row is named by its outcome.

    rows: in the order of the outcomes, with the name to be used in place of the child's, or None, and the other cells.
    """
    if len(case.children) == 1:
        return [Row(cells=[series.outcome.label, *cells]) for series, _, cells in rows]
    made: list[Row] = []
    before = None
    for series, name, cells in rows:
        if series.outcome is not before:
            made.append(Row(cells=[series.outcome.label], heading=True))
        before = series.outcome
        made.append(Row(cells=[name if name is not None else child_label(case, series.child), *cells]))
    return made


def first_column(case: Case) -> Column:
    """The column that names the rows of by_outcome."""
    key = "outcome" if len(case.children) == 1 else "child"
    role = "variable" if key == "outcome" else "participant_id"
    return Column(role=role, header=say(f"single_case.column_{key}"), align="left")
