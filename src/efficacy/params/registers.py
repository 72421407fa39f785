"""Registers that a site keeps: which file holds a kind of register, and under which headings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Annotated, Literal

from pydantic import Field

from ..codebooks import register_kinds
from ..documents import KeyPath, Misfit, StrictModel, nearest_name, repeated
from .names import Column, DataPath, Entry, Name

_FORMATS: Mapping[str, Literal["excel", "csv", "spss"]] = {
    ".xlsx": "excel",
    ".xls": "excel",
    ".csv": "csv",
    ".txt": "csv",
    ".sav": "spss",
}


class Across(StrictModel):
    """A class list has a column for each subject: its cells are one column of the register, its headings another."""

    value: Name
    """Column of the codebook that holds the cells, for example score."""
    entry: Name
    """Column of the codebook that the headings stand for, for example subject."""
    headings: Annotated[dict[Column, Entry], Field(min_length=1)]
    """Heading in the file -> entry of that column."""

    def misfits(self) -> Iterator[Misfit]:
        if self.value == self.entry:
            yield Misfit("register_column_twice", ("entry",), {"name": self.entry})


class RegisterFile(StrictModel):
    """A file, or one sheet of it, that holds a register."""

    file: DataPath
    """Its ending says how to read it: .xlsx, .xls, .csv, .txt or .sav."""
    sheet: str | None = None
    """Left out: the sheet that bears the register's title, else the only one."""
    columns: dict[Name, Column] = {}
    """Column of the codebook -> its heading in the file, where the file calls it otherwise."""
    constants: dict[Name, str | int | float] = {}
    """Column of the codebook -> the one entry that every row of this file has, where the file lacks the column."""
    sheets: tuple[str, ...] = ()
    """Several sheets of a workbook that are read alike, for example one a class."""
    sheet_as: Name | None = None
    """Column of the codebook that the name of each of these sheets fills."""
    header_row: Annotated[int, Field(ge=1, le=20)] | None = None
    """Row of the headings, where titles stand above them; left out: the first row with anything in it."""
    across: Across | None = None
    """Where the file has a column for each subject, or the like."""
    limits: dict[Name, tuple[float, float]] = {}
    """Column of numbers -> lowest and highest value that this site's form allows."""

    @property
    def named_elsewhere(self) -> Iterator[tuple[str, str]]:
        """Columns of the codebook that sheets and headings fill, each with the key that says so."""
        if self.sheet_as is not None:
            yield "sheet_as", self.sheet_as
        if self.across is not None:
            yield from (("across", name) for name in (self.across.value, self.across.entry))

    @property
    def format(self) -> Literal["excel", "csv", "spss"]:
        """How the file is read, by its ending."""
        return _FORMATS[PurePosixPath(self.file).suffix.lower()]

    def misfits(self) -> Iterator[Misfit]:
        if PurePosixPath(self.file).suffix.lower() not in _FORMATS:
            yield Misfit("register_format", ("file",), {"allowed": tuple(_FORMATS)})
        for name in sorted(self.columns.keys() & self.constants.keys()):
            yield Misfit("register_column_twice", ("constants", name), {"name": name})
        if self.sheets and self.sheet is not None:
            yield Misfit("register_sheets", ("sheet",))
        if self.sheet_as is not None and not self.sheets:
            yield Misfit("register_sheets", ("sheet_as",))
        yield from repeated("sheets", None, self.sheets)
        for name, (low, high) in self.limits.items():
            if low >= high:
                yield Misfit("range", ("limits", name), {"low": low, "high": high})


Registers = dict[Name, RegisterFile | Annotated[tuple[RegisterFile, ...], Field(min_length=1)]]


def files_of(declared: RegisterFile | tuple[RegisterFile, ...]) -> tuple[RegisterFile, ...]:
    """The files of one register, also where only one is declared."""
    return declared if isinstance(declared, tuple) else (declared,)


def register_misfits(registers: Registers) -> Iterator[Misfit]:
    """Kinds of registers and columns that no codebook knows; places are relative to the site."""
    for kind, declared in registers.items():
        if kind not in register_kinds():
            nearest = nearest_name(kind, register_kinds())
            yield Misfit("unknown_register", ("registers", kind), {"name": kind, "nearest": nearest})
            continue
        names = [column.name for column in register_kinds()[kind].columns]
        for index, file in enumerate(files_of(declared)):
            at = ("registers", kind, index) if isinstance(declared, tuple) else ("registers", kind)
            for key in ("columns", "constants", "limits"):
                yield from _unknown(kind, names, ((*at, key, name) for name in getattr(file, key)))
            yield from _unknown(kind, names, ((*at, key, name) for key, name in file.named_elsewhere))


def _unknown(kind: str, names: list[str], places: Iterator[KeyPath]) -> Iterator[Misfit]:
    for place in places:
        name = str(place[-1])
        if name not in names:
            values = {"name": name, "register": kind, "nearest": nearest_name(name, names)}
            yield Misfit("unknown_register_column", place, values)
