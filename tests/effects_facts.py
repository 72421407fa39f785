"""Reading the reference facts of effects: numbers from R and PSPP with the data and the call that gave them."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from reference_facts import DATA, entries, table

__all__ = ["agrees", "data", "facts", "table"]


def facts(family: str) -> dict[str, dict[str, Any]]:
    """All entries of one family by id."""
    return entries(f"effects/{family}")


def data(name: str, where: str | None = None) -> pd.DataFrame:
    """A reference data set by child."""
    frame = pd.read_csv(DATA / f"{name}.csv", index_col="id", encoding="utf-8")
    return frame if where is None else frame.query(where)


def agrees(actual: float, expected: float, entry: dict[str, Any]) -> bool:
    """|a - b| <= tolerance * max(1, |b|), the tolerance of the entry or 1e-8."""
    tolerance = entry.get("tolerance", 1e-8)
    return math.isfinite(actual) and abs(actual - expected) <= tolerance * max(1.0, abs(expected))
