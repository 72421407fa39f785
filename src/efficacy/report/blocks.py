"""What can be shown: tables, figures, sentences, the first page and the ladder of conclusions.

A block is built from raw results and keys. ``describe`` turns it into plain JSON with raw and shown values: that
record is attached to the notebook's output, and HTML, Word and the ledger are all rendered from it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from ..documents import SCHEMA
from .numbers import Interval, Number, PlusMinus, describe_number
from .wording import Message, Wording, Words, shortened

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

METADATA_KEY = "efficacy"  # under which an output's metadata holds its block
LONGEST_LABELS = 80  # in one text of a figure, in Latin characters: half its width

Cell = Number | Interval | PlusMinus | Message | Any | None  # Any: Text or str; a bare float is refused
Align = Literal["left", "center", "right"]


class Block(Protocol):
    """Something show() accepts."""

    @property
    def id(self) -> str: ...

    def describe(self, wording: Wording) -> dict[str, Any]: ...


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a table. role: its standard name (mean, p_value, ...), by which other programs find it."""

    role: str
    header: Words
    align: Align = "center"


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row. n: how many children its numbers stand for, where it must be hidden when they are few. group: rows whose
    counts add up to a known total, so that hiding one alone would hide nothing. heading: a line across the table."""

    cells: Sequence[Cell]
    n: int | None = None
    group: str | None = None
    heading: bool = False


@dataclass(frozen=True, kw_only=True)
class Table:
    """A three-line table with title above and notes below. n, method: of all its numbers unless a cell says else."""

    id: str
    title: Words
    columns: Sequence[Column]
    rows: Sequence[Row]
    notes: Sequence[Words] = ()
    n: int | None = None
    method: str | None = None

    def describe(self, wording: Wording) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "kind": "table",
            "id": self.id,
            "title": wording.text(self.title),
            "columns": [
                {"role": column.role, "header": wording.text(column.header), "align": column.align}
                for column in self.columns
            ],
            "rows": [
                {"cells": [_describe_cell(cell, wording) for cell in row.cells]}
                | ({"heading": True} if row.heading else {})
                for row in self.rows
            ],
            "notes": [wording.text(note) for note in self.notes],
        } | _given(n=self.n, method=self.method)


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure that answers one question. draw: makes it, given how the report speaks and what it may show. caption:
    what to see in it. alt: the same data in words, for those who cannot see it. values: the numbers drawn."""

    id: str
    caption: Words
    alt: Words
    draw: Callable[[Drawing], Canvas]
    values: Sequence[Number] = ()

    def describe(self, wording: Wording) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "kind": "figure",
            "id": self.id,
            "caption": wording.text(self.caption),
            "alt": wording.text(self.alt),
            "numbers": wording.numbers(self.alt) + [describe_number(value, wording.style) for value in self.values],
        }


@dataclass(frozen=True)
class Drawing:
    """What a figure is told: how to speak, and whether marks for single children may be drawn."""

    wording: Wording
    individual_marks: bool

    def text(self, words: Words) -> str:
        return self.wording.text(shortened(words, language=self.wording.language, longest=LONGEST_LABELS))


Tone = Literal["plain", "caution", "result", "paste", "banner"]


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """A paragraph of whole computed sentences. tone "paste": meant to be copied into a thesis."""

    id: str
    parts: Sequence[Words]
    tone: Tone = "plain"

    def describe(self, wording: Wording) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "kind": "sentence",
            "id": self.id,
            "tone": self.tone,
            "keys": [part.key for part in self.parts if isinstance(part, Message)],
            "text": join_sentences([wording.text(part) for part in self.parts], wording),
            "numbers": [entry for part in self.parts for entry in wording.numbers(part)],
        }


@dataclass(frozen=True, kw_only=True)
class PageRow:
    """A line of the first page: its heading and what it says. tone "paste" is framed, "result" emphasised."""

    heading: Words
    parts: Sequence[Words]
    tone: Tone = "plain"


@dataclass(frozen=True, kw_only=True)
class FirstPage:
    """The answer on one screen: question, sample, method, result, caution, sentence to paste, what cannot be said."""

    id: str
    title: Words
    subtitle: Sequence[Words]
    rows: Sequence[PageRow]

    def describe(self, wording: Wording) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "kind": "first_page",
            "id": self.id,
            "title": wording.text(self.title),
            "subtitle": " · ".join(wording.text(part) for part in self.subtitle),
            "rows": [
                {
                    "heading": wording.text(row.heading),
                    "text": join_sentences([wording.text(part) for part in row.parts], wording),
                    "tone": row.tone,
                    "keys": [part.key for part in row.parts if isinstance(part, Message)],
                    "numbers": [entry for part in row.parts for entry in wording.numbers(part)],
                }
                for row in self.rows
            ],
        }


RungState = Literal["passed", "reached", "not_reached", "not_assessable"]


@dataclass(frozen=True, kw_only=True)
class Rung:
    label: Words
    note: Words | None
    state: RungState


@dataclass(frozen=True, kw_only=True)
class Ladder:
    """The ladder of conclusions with the rung the data reach. title: of what, where a report shows several."""

    id: str
    rungs: Sequence[Rung]
    title: Words | None = None

    def describe(self, wording: Wording) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "kind": "ladder",
            "id": self.id,
            "title": wording.text(self.title) if self.title is not None else "",
            "rungs": [
                {
                    "label": wording.text(rung.label),
                    "note": wording.text(rung.note) if rung.note is not None else "",
                    "state": rung.state,
                }
                for rung in self.rungs
            ],
        }


def join_sentences(sentences: Sequence[str], wording: Wording) -> str:
    """Sentences in a row: Chinese needs no space between them."""
    return ("" if wording.language == "zh" else " ").join(sentences)


def _describe_cell(cell: Cell, wording: Wording) -> dict[str, Any]:
    if cell is None:
        return {"shown": ""}
    if isinstance(cell, (Number, Interval, PlusMinus)):
        return describe_number(cell, wording.style)
    if isinstance(cell, (int, float)):
        raise TypeError("a number in a table needs a role: Number(value=..., role=...)")
    described: dict[str, Any] = {"shown": wording.text(cell)}
    if isinstance(cell, Message) and (numbers := wording.numbers(cell)):
        described["numbers"] = numbers
    return described


def _given(*, n: int | None, method: str | None) -> dict[str, Any]:
    return {name: value for name, value in (("n", n), ("method", method)) if value is not None}
