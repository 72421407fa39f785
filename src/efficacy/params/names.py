"""The small types of parameter files: names, columns and paths."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from ..documents import Misfit

_RESERVED = {"con", "prn", "aux", "nul", *(f"{d}{i}" for d in ("com", "lpt") for i in range(1, 10))}
RANGE = ".."


def _portable(value: str) -> str:
    if value in _RESERVED:
        raise PydanticCustomError("reserved_name", "reserved by Windows", {"name": value})
    return value


def _inside_data(value: str) -> str:
    """A path below data/ on every system: no drive, no way up, no name that Windows would shorten."""
    parts = PurePosixPath(value).parts
    shortened = any(part != part.strip() or part.endswith(".") for part in parts)
    if len(parts) < 2 or parts[0] != "data" or ".." in parts or "\\" in value or ":" in value or shortened:
        raise PydanticCustomError("path_outside_data", "not inside data/", {"path": value})
    return value


Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.]{0,63}$")]
SiteId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$"), AfterValidator(_portable)]
DataPath = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_inside_data)]
Entry = Annotated[str, Field(min_length=1, max_length=40)]
"""A word as registers hold it."""
Column = Annotated[str, Field(min_length=1, max_length=200)]


def column_range(text: str) -> tuple[str, str] | None:
    """First and last column of "FIRST..LAST"; None where the text is not of that form."""
    first, found, last = text.partition(RANGE)
    whole = first.strip() and last.strip() and found and RANGE not in last and last[0] != "." and first[-1] != "."
    return (first.strip(), last.strip()) if whole else None


def columns_misfit(declared: str | tuple[str, ...]) -> Misfit | None:
    """What is wrong with the columns of an instrument's items, if anything."""
    if isinstance(declared, str):
        return None if column_range(declared) else Misfit("column_range", values={"text": declared})
    twice = next((column for column in declared if declared.count(column) > 1), None)
    return Misfit("duplicate_name", values={"name": twice}) if twice else None
