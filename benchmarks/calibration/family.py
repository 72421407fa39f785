"""A family of procedures that are tried on the same simulated studies."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from efficacy.calibration.model import Cell, CellValue

FloatArray = npt.NDArray[np.float64]
Found = Mapping[tuple[str, str], npt.ArrayLike]
"""By procedure and statistic: one number a replication, NaN where the procedure gave none (it counts for nothing)."""
Replicate = Callable[[Cell, np.random.Generator, int], Found]
Aim = tuple[float, float]


def no_aim(_procedure: str, _statistic: str, _cell: Cell) -> Aim | None:
    """Measured, nothing promised."""
    return None


@dataclass(frozen=True, kw_only=True)
class Family:
    """replicate(cell, random, count): what every procedure found in count new studies of a cell. replications: of the
    full grid, by cell. batch: studies between two looks at the clock. aim: band in which a statistic is certified."""

    name: str
    grid: Sequence[Cell]
    replicate: Replicate
    replications: Callable[[Cell], int]
    batch: int
    aim: Callable[[str, str, Cell], Aim | None] = field(default=no_aim)


def around(base: Cell, *variations: Mapping[str, Sequence[CellValue]]) -> list[Cell]:
    """A fractional grid: the base, and every combination of the values that one variation names, the rest as base."""
    cells: dict[tuple[CellValue, ...], Cell] = {tuple(base.values()): base}
    for variation in variations:
        partial: list[dict[str, CellValue]] = [dict(base)]
        for name, values in variation.items():
            partial = [{**cell, name: value} for cell in partial for value in values]
        for cell in partial:
            cells.setdefault(tuple(cell.values()), cell)
    return list(cells.values())


def interval_found(
    procedure: str, estimate: npt.ArrayLike, low: npt.ArrayLike, high: npt.ArrayLike, truth: npt.ArrayLike
) -> dict[tuple[str, str], FloatArray]:
    """Coverage, bias and half-width of an interval, and how often it lies above no change ("upward")."""
    estimates, lows, highs, truths = (np.asarray(values, dtype=float) for values in (estimate, low, high, truth))
    known = np.isfinite(lows) & np.isfinite(highs)

    def share(holds: npt.NDArray[np.bool_]) -> FloatArray:
        return np.where(known, holds.astype(float), np.nan)

    return {
        (procedure, "coverage"): share((lows <= truths) & (truths <= highs)),
        (procedure, "upward"): share(lows > 0),
        (procedure, "bias"): estimates - truths,
        (procedure, "half_width"): (highs - lows) / 2,
    }
