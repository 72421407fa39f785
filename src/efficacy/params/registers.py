"""Registers that a site keeps: which file holds a kind of register, and under which headings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Annotated, Literal

from pydantic import Field

from ..codebooks import register_kinds
from ..documents import Misfit, StrictModel, nearest_name
from .names import Column, DataPath, Name

_FORMATS: Mapping[str, Literal["excel", "csv", "spss"]] = {
    ".xlsx": "excel",
    ".xls": "excel",
    ".csv": "csv",
    ".txt": "csv",
    ".sav": "spss",
}


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

    limits: dict[Name, tuple[float, float]] = {}
    """Column of numbers -> lowest and highest value that this site's form allows."""

    @property
    def format(self) -> Literal["excel", "csv", "spss"]:
        """How the file is read, by its ending."""
        return _FORMATS[PurePosixPath(self.file).suffix.lower()]

    def misfits(self) -> Iterator[Misfit]:
        if PurePosixPath(self.file).suffix.lower() not in _FORMATS:
            yield Misfit("register_format", ("file",), {"allowed": tuple(_FORMATS)})
        for name in sorted(self.columns.keys() & self.constants.keys()):
            yield Misfit("register_column_twice", ("constants", name), {"name": name})
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
                for name in getattr(file, key):
                    if name not in names:
                        values = {"name": name, "register": kind, "nearest": nearest_name(name, names)}
                        yield Misfit("unknown_register_column", (*at, key, name), values)
