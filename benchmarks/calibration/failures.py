"""The cells that a procedure cannot hold, as the page of methods lists them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from efficacy.calibration.model import CalibratedValue, cell_text

PAGE = Path(__file__).parents[2] / "docs" / "methods" / "calibration.md"
BEGIN, END = "<!-- written by make calibrate -->\n", "<!-- end -->\n"


def failures_table(values: Iterable[CalibratedValue]) -> str:
    """A row a procedure and statistic with an aim: its cells, fewest studies in one and the studies the full grid asks
    for, those outside the aim, and the one farthest outside."""
    lines = [
        "| procedure | statistic | aim | cells | studies | outside | farthest | there |",
        "|---|---|---|---|---|---|---|---|",
    ]
    return "\n".join([*lines, *_rows(values)]) + "\n"


def write_failures(values: Iterable[CalibratedValue], page: Path = PAGE) -> None:
    """Put the table between its marks on the page of methods."""
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    page.write_text(before + BEGIN + failures_table(values) + END + after, encoding="utf-8")


def _rows(values: Iterable[CalibratedValue]) -> Iterator[str]:
    held = sorted((v for v in values if v.certified is not None), key=_of)
    for (procedure, statistic), group in groupby(held, key=_of):
        cells = list(group)
        outside = [value for value in cells if not value.certified]
        worst = max(outside, key=_distance, default=None)
        aims = " or ".join(sorted({f"{value.aim_low:g} to {value.aim_high:g}" for value in cells}))
        there = "" if worst is None else f"{worst.value:.3f} | {cell_text(worst.cell)}"
        fewest = min(cells, key=lambda value: value.replications / value.replications_aim)
        studies = f"{fewest.replications:,} of {fewest.replications_aim:,}"
        yield f"| {procedure} | {statistic} | {aims} | {len(cells)} | {studies} | {len(outside)} | {there or ' | '} |"


def _of(value: CalibratedValue) -> tuple[str, str]:
    return value.procedure, value.statistic


def _distance(value: CalibratedValue) -> float:
    """How far outside its aim."""
    assert value.aim_low is not None and value.aim_high is not None
    return max(value.aim_low - value.value, value.value - value.aim_high)
