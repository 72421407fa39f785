"""One measured number: what a procedure did in many simulated studies whose truth is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

CellValue = float | int | str
Cell = Mapping[str, CellValue]
"""The conditions a study was simulated under, by name, in the order of the grid."""

COLUMNS: Mapping[str, str] = {
    "procedure": "what was tried: an interval, a test, a rule",
    "cell": "conditions of the simulation, name=value",
    "statistic": "what was counted or averaged over the simulated studies",
    "value": "its mean",
    "mc_error": "Monte-Carlo standard error of value",
    "replications": "simulated studies behind value",
    "replications_aim": "studies that the full grid asks for",
    "aim_low": "lowest value at which the procedure does what it promises; empty where it is only measured",
    "aim_high": "highest such value",
    "seed": "of the random numbers",
    "version": "of the package that produced it",
}
"""The columns of the shipped table."""


NOT_BY_CHANCE = 2.33
"""Standard errors that a normal value exceeds to one side with a chance of .01."""


@dataclass(frozen=True, kw_only=True)
class CalibratedValue:
    """A row of the table; fields as COLUMNS explains them."""

    procedure: str
    cell: Cell
    statistic: str
    value: float
    mc_error: float
    replications: int
    replications_aim: int
    aim_low: float | None
    aim_high: float | None
    seed: int
    version: str

    @property
    def certified(self) -> bool | None:
        """Does the procedure do here what it promises? False where chance alone would give a value so far outside in
        less than one simulation of a hundred; None where it promises nothing."""
        if self.aim_low is None or self.aim_high is None:
            return None
        slack = NOT_BY_CHANCE * self.mc_error
        return self.aim_low - slack <= self.value <= self.aim_high + slack


def cell_text(cell: Cell) -> str:
    """``n=54 shape=normal``: how a table writes a cell. Raises ValueError for a name or text with a space or "="."""
    parts = [
        f"{name}={value:g}" if isinstance(value, (int, float)) else f"{name}={value}" for name, value in cell.items()
    ]
    if any(" " in part or part.count("=") != 1 for part in parts):
        raise ValueError(f"cell={dict(cell)!r}: names and texts without spaces and equals signs")
    return " ".join(parts)


def read_cell(text: str) -> dict[str, CellValue]:
    """The cell that cell_text wrote; whatever reads as a number is one."""
    pairs = (part.split("=", 1) for part in text.split())
    return {name: _number(value) for name, value in pairs}


def _number(text: str) -> CellValue:
    try:
        value = float(text)
    except ValueError:
        return text
    return int(value) if value.is_integer() else value
