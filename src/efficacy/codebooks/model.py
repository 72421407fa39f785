"""What a register is, as data: its columns, what may stand in them, and what must hold between them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from ..documents import Misfit, SchemaNumber, StrictModel, Text, repeated

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
ColumnType = Literal[
    "person", "staff", "date", "integer", "number", "yes_no", "code", "category", "text"
]  # fmt: skip
"""What the cells of a column are, and what a reader makes of them.

person: number of a child, replaced by its pseudonym. staff: number or name of an adult, replaced by s01, s02, ...
date: a day. integer, number: within minimum and maximum. yes_no: true or false. code: one of the codes. category: a
short word of the site's own (class, subject, outcome), kept as it stands. text: free text, of which only is kept
whether anything was written; what stands there never leaves the file.
"""


class Code(StrictModel):
    """One allowed entry of a code column. value: as frames hold it. accepts: further spellings in files."""

    value: Name
    label: Text
    accepts: tuple[str, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text that means this entry."""
        return (self.label.zh, self.label.en, self.value, *self.accepts)


class RegisterColumn(StrictModel):
    """One column. name: in frames; label: its heading in templates, either of which names it in a file."""

    name: Name
    type: ColumnType
    label: Text
    required: bool = True
    """The column must be there and every cell filled; else it may be left out, or cells left empty."""
    note: Text | None = None
    """What to write, for whoever fills the register in."""
    codes: tuple[Code, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    empty: tuple[str, ...] = ()
    """Words that stand for no value, for example a mark of an exam that a child was absent from."""
    refers_to: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")] | None = None
    """KIND.COLUMN that must hold every entry of this one, wherever a site has that register."""

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings under which a file may hold this column without being told."""
        return (self.name, self.label.zh, self.label.en)

    def misfits(self) -> Iterator[Misfit]:
        if (self.type == "code") != bool(self.codes):
            yield Misfit("codes_needed", ("codes",), {"name": self.name})
        if self.type not in ("integer", "number") and (self.minimum, self.maximum) != (None, None):
            yield Misfit("limits_unused", ("minimum",), {"name": self.name})
        yield from repeated("codes", "value", (code.value for code in self.codes))
        meaning: dict[str, str] = {}
        for index, code in enumerate(self.codes):
            for text in code.texts:
                if meaning.setdefault(text, code.value) != code.value:
                    yield Misfit("ambiguous_text", ("codes", index, "accepts"), {"text": text})


class Rising(StrictModel):
    """A code column whose entries never go back, in the order of its codes, along a date column."""

    column: Name
    along: Name
    within: tuple[Name, ...] = ()
    """Columns that together name one history, for example a child and an outcome."""


class RegisterKind(StrictModel):
    """One kind of register: what a row is, its columns, and what must hold between rows and columns.

    keys: columns that together stand only once. ordered: pairs of columns, the first never after (or above) the second.
    rising: histories that only go forward.
    """

    kind: Name
    title: Text
    row: Text
    """What one row is."""
    columns: Annotated[tuple[RegisterColumn, ...], Field(min_length=1)]
    keys: tuple[tuple[Name, ...], ...] = ()
    ordered: tuple[tuple[Name, Name], ...] = ()
    rising: tuple[Rising, ...] = ()

    def misfits(self) -> Iterator[Misfit]:
        yield from repeated("columns", "name", (column.name for column in self.columns))
        yield from repeated("columns", "label", (heading for c in self.columns for heading in sorted({*c.headings})))
        names = {column.name for column in self.columns}
        histories = tuple((rule.column, rule.along, *rule.within) for rule in self.rising)
        for field, groups in (("keys", self.keys), ("ordered", self.ordered), ("rising", histories)):
            for index, group in enumerate(groups):
                for name in sorted(set(group) - names):
                    yield Misfit("unknown_reference", (field, index), {"name": name})

    def column(self, name: str) -> RegisterColumn:
        """A column by name; KeyError where there is none."""
        found = {column.name: column for column in self.columns}
        return found[name]

    def of_type(self, type: ColumnType) -> tuple[str, ...]:
        """The names of the columns of one type."""
        return tuple(column.name for column in self.columns if column.type == type)


class Codebook(StrictModel):
    """One file of the library: the kinds of one family, which a school would keep in one workbook."""

    schema_: SchemaNumber
    family: Name
    title: Text
    kinds: Annotated[tuple[RegisterKind, ...], Field(min_length=1)]

    def misfits(self) -> Iterator[Misfit]:
        yield from repeated("kinds", "kind", (kind.kind for kind in self.kinds))
