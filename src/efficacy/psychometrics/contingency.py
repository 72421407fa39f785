"""Ordered answers as categories, and the cross-tables of all pairs of items at once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Flags = NDArray[np.bool_]
EmptyCells = Literal["keep_margins", "half", "none"]

MOST_CATEGORIES = 20  # more different answers than this are a measured quantity, not ordered categories

_MISSING = -1
_CELLS_AT_ONCE = 4_000_000  # indicator variables held in memory together; the tables do not depend on it


@dataclass(frozen=True, kw_only=True)
class OrderedItems:
    """Answers as categories 0, 1, ... in the order of their values.

    codes: respondents x items, -1 missing. n_categories: by item, those that occur. counts: items x most categories
    (at least two), 0 where an item has no such category.
    """

    codes: Codes
    n_categories: Codes
    counts: Floats

    @property
    def pairs(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """First and second item of every pair, the first before the second: 0-1, 0-2, ..., 1-2, ..."""
        return np.triu_indices(self.codes.shape[1], 1)


def ordered_items(values: Floats) -> OrderedItems:
    """Categories of every column; a value nobody chose is no category.

    values: respondents x items, NaN missing.
    """
    codes = np.full(values.shape, _MISSING, dtype=np.int64)
    chosen = []
    for item in range(values.shape[1]):
        present = ~np.isnan(values[:, item])
        _, codes[present, item], counted = np.unique(values[present, item], return_inverse=True, return_counts=True)
        chosen.append(counted)
    n_categories = np.array([len(counted) for counted in chosen], dtype=np.int64)
    counts = np.zeros((len(chosen), int(n_categories.max(initial=2))))
    for item, counted in enumerate(chosen):
        counts[item, : len(counted)] = counted
    return OrderedItems(codes=codes, n_categories=n_categories, counts=counts)


def tables_of_pairs(codes: Codes, n_categories: int) -> Floats:
    """Cross-tables of all pairs of items, each on the respondents who answered both.

    codes: respondents x items, or replications x respondents x items. Returns (replications x) pairs x categories of
    the first item x categories of the second, in the order of OrderedItems.pairs.
    """
    n_rows, n_items = codes.shape[-2:]
    width = n_items * n_categories
    first, second = np.triu_indices(n_items, 1)
    crossed = np.zeros((*codes.shape[:-2], width, width))
    at_once = max(1, _CELLS_AT_ONCE // max(1, math.prod(codes.shape[:-2]) * width))
    for start in range(0, n_rows, at_once):
        part = codes[..., start : start + at_once, :]
        chosen = (part[..., None] == np.arange(n_categories)).reshape(*part.shape[:-1], width).astype(float)
        crossed += np.swapaxes(chosen, -1, -2) @ chosen
    square = crossed.reshape(*codes.shape[:-2], n_items, n_categories, n_items, n_categories)
    return np.ascontiguousarray(np.swapaxes(square, -2, -3)[..., first, second, :, :])


def fill_empty_cells(tables: Floats, is_two_by_two: Flags, rule: EmptyCells) -> tuple[Floats, Flags]:
    """Tables of two times two categories without their empty cells, and which were changed; larger ones stay.

    "keep_margins": a single empty cell and the one opposite gain .5, the other two lose .5, so that the margins and
    with them the thresholds stay; with two empty cells nothing is changed. "half": .5 in place of every 0, which moves
    the margins away from the thresholds a little. "none": nothing.
    """
    corner = tables[:, :2, :2]
    n_empty = (corner == 0).sum(axis=(1, 2))
    filled = tables.copy()
    if rule == "keep_margins":
        changed = is_two_by_two & (n_empty == 1)
        on_diagonal = (corner[:, 0, 0] == 0) | (corner[:, 1, 1] == 0)
        half = np.where(on_diagonal, 0.5, -0.5)[:, None, None] * np.array([[1.0, -1.0], [-1.0, 1.0]])
        filled[changed, :2, :2] += half[changed]
    elif rule == "half":
        changed = is_two_by_two & (n_empty > 0)
        filled[changed, :2, :2] = np.where(corner == 0, 0.5, corner)[changed]
    else:
        changed = np.zeros_like(is_two_by_two)
    return filled, changed
