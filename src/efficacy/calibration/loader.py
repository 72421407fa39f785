"""The shipped table of error rates, written by ``make calibrate``."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pandas as pd

from .model import COLUMNS, CalibratedValue, cell_text, read_cell

TABLE = Path(__file__).parent / "table.csv"


@cache
def calibrated_values() -> tuple[CalibratedValue, ...]:
    """Every row of the shipped table, in its order."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return tuple(_value(row) for row in csv.DictReader(file))


def calibration_table() -> pd.DataFrame:
    """The shipped table with a column for every condition of any cell: what was measured, where, and how surely.

    Columns procedure, statistic, value, mc_error, replications, replications_aim, aim_low, aim_high, certified (True,
    False, or None where the procedure promises nothing), seed, version, as model.COLUMNS explains them; then the
    conditions, empty where a procedure has none of that name.
    """
    rows = []
    for measured in calibrated_values():
        row = {name: getattr(measured, name) for name in COLUMNS if name != "cell"}
        rows.append({**row, "certified": measured.certified, **measured.cell})
    return pd.DataFrame(rows)


def write_table(values: Iterable[CalibratedValue], path: Path = TABLE) -> None:
    """Write rows as the shipped table has them: five significant digits, errors two."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for v in values:
            aims = ("" if aim is None else f"{aim:g}" for aim in (v.aim_low, v.aim_high))
            measured = (v.statistic, f"{v.value:.5g}", f"{v.mc_error:.2g}", v.replications, v.replications_aim)
            writer.writerow([v.procedure, cell_text(v.cell), *measured, *aims, v.seed, v.version])


def _value(row: dict[str, str]) -> CalibratedValue:
    aims = {name: float(row[name]) if row[name] else None for name in ("aim_low", "aim_high")}
    return CalibratedValue(
        procedure=row["procedure"],
        cell=read_cell(row["cell"]),
        statistic=row["statistic"],
        value=float(row["value"]),
        mc_error=float(row["mc_error"]),
        replications=int(row["replications"]),
        replications_aim=int(row["replications_aim"]),
        **aims,
        seed=int(row["seed"]),
        version=row["version"],
    )
