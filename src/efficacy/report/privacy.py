"""What may leave a confidential site: no number that stands for fewer than k children.

Applied to a block before it is described, so that nothing suppressed exists in any output. Synthetic and public data
pass whole, under their banner.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from .blocks import Cell, Row, Table
from .numbers import Interval, Number, PlusMinus
from .wording import Message, say


def suppress_small_cells(table: Table, *, k: int) -> Table:
    """The table with every row of fewer than k children emptied of numbers, and what hidden_parts adds in a group."""
    hidden = {index for index, row in enumerate(table.rows) if row.n is not None and 0 < row.n < k}
    groups: dict[str, list[int]] = defaultdict(list)
    for index, row in enumerate(table.rows):
        if row.group is not None and row.n is not None:
            groups[row.group].append(index)
    for members in groups.values():
        hidden |= {members[part] for part in hidden_parts([table.rows[index].n or 0 for index in members], k=k)}
    if not hidden:
        return table
    rows = [_emptied(row) if index in hidden else row for index, row in enumerate(table.rows)]
    return dataclasses.replace(table, rows=rows, notes=[*table.notes, say("common.suppressed", k=k)])


def hidden_parts(counts: Sequence[int], *, k: int) -> set[int]:
    """Which parts of a known total may not be shown: those of fewer than k, and the next smallest ones as long as the
    hidden ones are a single part, or together fewer than k, which subtraction from the total would give back."""
    hidden = {part for part, n in enumerate(counts) if 0 < n < k}
    rest = sorted((part for part, n in enumerate(counts) if n >= k), key=lambda part: counts[part])
    while hidden and rest and (len(hidden) == 1 or sum(counts[part] for part in hidden) < k):
        hidden.add(rest.pop(0))
    return hidden


def _emptied(row: Row) -> Row:
    cells: Sequence[Cell] = [say("common.hidden") if _holds_number(cell) else cell for cell in row.cells]
    return dataclasses.replace(row, cells=cells, n=None)


def _holds_number(cell: Any) -> bool:
    """Is the cell a number, or words with one inside? The numbers of a label (an item's, say) have no role."""
    if isinstance(cell, Message):
        return any(_holds_number(value) for value in cell.values.values())
    if isinstance(cell, Sequence) and not isinstance(cell, str):
        return any(_holds_number(part) for part in cell)
    return isinstance(cell, (Number, Interval, PlusMinus))
