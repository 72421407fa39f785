"""What every report of registers needs: a register's rows, its words, and counts with or without a denominator."""

from __future__ import annotations

import pandas as pd

from ..codebooks import register_kind
from ..documents import Text
from ..study import Study
from .blocks import Cell
from .numbers import Interval, Number
from .wording import Words


def register(study: Study, kind: str) -> pd.DataFrame:
    """A register with every column of its codebook, without rows where the site does not keep it."""
    columns = [column.name for column in register_kind(kind).columns]
    return study.registers.get(kind, pd.DataFrame(columns=columns))


def codes(kind: str, column: str) -> tuple[str, ...]:
    """The entries of a code column, in the codebook's order."""
    return tuple(code.value for code in register_kind(kind).column(column).codes)


def code_label(kind: str, column: str, value: str) -> Text:
    """An entry of a code column as the codebook calls it."""
    return next(code.label for code in register_kind(kind).column(column).codes if code.value == value)


def denominator_cells(row: pd.Series, *, none: Words) -> list[Cell]:
    """Count, denominator, share and interval of a row of ``outcomes_with_denominators``; none: said in place of n."""
    count = Number(value=int(row["count"]), role="count")
    if not row["has_denominator"]:
        return [count, none, None, None]
    return [
        count,
        Number(value=int(row["n"]), role="count"),
        Number(value=row["share"], role="percent"),
        Interval(low=row["conf_low"], high=row["conf_high"], role="percent"),
    ]
