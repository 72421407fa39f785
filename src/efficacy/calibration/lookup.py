"""The measured number nearest to a study: sentences about error rates quote it and name its cell."""

from __future__ import annotations

import math
from functools import cache

from .loader import calibrated_values
from .model import CalibratedValue, Cell, CellValue

COUNTS = ("n", "n_survey", "n_members", "n_items", "k")
"""Conditions compared by their ratio: 54 is as near to 27 as to 108."""
RATIO_WEIGHT = 1.0
DIFFERENCE_WEIGHT = 5.0
"""A correlation that differs by .2 weighs as much as a number of children 2.7 times as large."""


def nearest_calibration(procedure: str, statistic: str, cell: Cell) -> CalibratedValue:
    """The row of the table whose cell is nearest to this one.

    cell: every condition of the procedure's grid by name. Texts must be equal; of numbers the summed distance is
    least, |log ratio| for counts and five times the difference for everything else; ties go to the earlier row. Raises
    ValueError for an unknown procedure or statistic, another set of names, or a text no cell has.
    """
    rows = _rows(procedure, statistic)
    if not rows:
        raise ValueError(f"procedure={procedure!r}, statistic={statistic!r}: not in the calibration table")
    if set(cell) != set(rows[0].cell):
        raise ValueError(f"cell={sorted(cell)}: exactly {sorted(rows[0].cell)}")
    distance, nearest = min(((_distance(row.cell, cell), row) for row in rows), key=lambda pair: pair[0])
    if math.isinf(distance):
        raise ValueError(f"cell={dict(cell)!r}: no such cell of {procedure!r}")
    return nearest


@cache
def _rows(procedure: str, statistic: str) -> tuple[CalibratedValue, ...]:
    return tuple(row for row in calibrated_values() if (row.procedure, row.statistic) == (procedure, statistic))


def _distance(one: Cell, other: Cell) -> float:
    return sum(_apart(name, one[name], value) for name, value in other.items())


def _apart(name: str, one: CellValue, other: CellValue) -> float:
    if isinstance(one, str) or isinstance(other, str):
        return 0.0 if one == other else math.inf
    if name in COUNTS:
        return RATIO_WEIGHT * abs(math.log(one / other))
    return DIFFERENCE_WEIGHT * abs(one - other)
