"""Reading the reference facts: numbers from other programs, with the data and the call that gave them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

REFERENCE = Path(__file__).parent / "reference"
DATA = REFERENCE / "data"


def entries(name: str) -> dict[str, dict[str, Any]]:
    """All entries of one file, by id. name: of the file below reference/, without its ending."""
    content = json.loads((REFERENCE / f"{name}.json").read_text(encoding="utf-8"))
    return {entry["id"]: entry for entry in content["entries"]}


def table(value: dict[str, Any]) -> pd.DataFrame:
    """A matrix (rows, cols, values) or a data frame (.row and columns) of the references."""
    if set(value) == {"rows", "cols", "values"}:
        return pd.DataFrame(value["values"], index=value["rows"], columns=value["cols"])
    return pd.DataFrame(value).set_index(".row")
