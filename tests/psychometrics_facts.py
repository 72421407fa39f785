"""Reading the reference facts of psychometrics: numbers from R with the data and the call that gave them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from reference_facts import REFERENCE, entries, table

__all__ = ["assert_agrees", "facts", "items_of", "scored", "subscales", "table", "with_correlations"]

REVERSED = {
    "bfi_A": ["A1"],
    "bfi_AC": ["A1", "C4", "C5"],
    "bfi54_CE": ["C4", "C5", "E1", "E2"],
    "bfi95_22": ["A1", "C4", "C5", "E1", "E2", "O2"],
}
"""Items the references of family 1 reverse (7 - x) before scale statistics; see ``setup`` of each entry."""


def facts(family: str) -> dict[str, dict[str, Any]]:
    """All entries of one family by id."""
    return entries(f"psychometrics/{family}")


def items_of(entry: dict[str, Any]) -> pd.DataFrame:
    """The answers an entry rests on, as in the file: respondents x items. A filter "id %% k == 0" keeps every k-th."""
    rows = pd.read_csv(REFERENCE / entry["data"], encoding="utf-8")
    if "filter" in entry:
        column, _, divisor, _, _ = entry["filter"].split()
        rows = rows[rows[column] % int(divisor) == 0]
    return rows[entry["columns"]]


def scored(entry: dict[str, Any]) -> pd.DataFrame:
    """The same with the reverse-keyed items of the entry reversed."""
    items = items_of(entry)
    reverse = REVERSED.get(entry["id"].split(".")[0], [])
    return items.assign(**{name: 7 - items[name] for name in reverse})


def subscales(entry: dict[str, Any]) -> dict[str, list[str]]:
    """The scales of an entry about several of them: name -> items, as its model line by line."""
    columns = entry["columns"]
    if columns[0] == "x1":
        return {"visual": columns[:3], "textual": columns[3:6], "speed": columns[6:9]}
    names = {"A": "Agree", "C": "Consc", "E": "Extra", "N": "Neuro"}
    scales = {name: [column for column in columns if column[0] == letter] for letter, name in names.items()}
    return {name: items for name, items in scales.items() if items}


def assert_agrees(actual: Any, expected: Any, tolerance: float = 1e-8) -> None:
    """|a - b| <= tolerance * max(1, |b|) everywhere, and every number finite."""
    a, b = np.asarray(actual, dtype=float), np.asarray(expected, dtype=float)
    assert a.shape == b.shape
    assert np.isfinite(a).all()
    excess = np.abs(a - b) - tolerance * np.maximum(1, np.abs(b))
    assert excess.max() <= 0, f"differs by {np.abs(a - b).max():.3g}"


def with_correlations(correlations: Any, n: int, seed: int = 1) -> pd.DataFrame:
    """Data of n rows whose sample correlations are exactly these."""
    target = np.asarray(correlations, dtype=float)
    noise = np.random.default_rng(seed).standard_normal((n, len(target)))
    noise -= noise.mean(axis=0)
    white = noise @ np.linalg.inv(np.linalg.cholesky(noise.T @ noise / (n - 1))).T
    names = [f"i{number:02d}" for number in range(1, len(target) + 1)]
    return pd.DataFrame(white @ np.linalg.cholesky(target).T, columns=names)
