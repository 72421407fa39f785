"""What may leave a confidential site: no number that stands for fewer than k children.

Applied to a block before it is described, so that nothing suppressed exists in any output. Synthetic and public data
pass whole, under their banner. The number of children a result rests on is told even where few are missing from it;
on which level those few stand, and what they scored, is not.
"""

from __future__ import annotations

import copy
import dataclasses
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import nbformat
from nbformat import NotebookNode

from ..documents import Language
from ..errors import Finding, PrivacyError
from ..params import ReportParams
from .blocks import METADATA_KEY, Cell, Row, Sentence, Table
from .markup import block_html
from .numbers import Interval, Number, PlusMinus
from .wording import Message, Wording, say

_DECIMALS = re.compile(r"\.(\d+)")


def suppress_small_cells(table: Table, *, k: int) -> Table:
    """The table with every row of fewer than k children emptied of numbers, and what hidden_parts adds in a group.

    A spread of 0 says the same of every child and is hidden too. Where a row of a group is hidden, its other rows keep
    their counts and means but no percentage: its denominator would tell how many did not answer.
    """
    hidden = {index for index, row in enumerate(table.rows) if row.n is not None and 0 < row.n < k}
    hidden |= {index for index, row in enumerate(table.rows) if any(map(_all_alike, row.cells))}
    groups: dict[str, list[int]] = defaultdict(list)
    for index, row in enumerate(table.rows):
        if row.group is not None and row.n is not None:
            groups[row.group].append(index)
    for members in groups.values():
        hidden |= {members[part] for part in hidden_parts([table.rows[index].n or 0 for index in members], k=k)}
    if not hidden:
        return table
    opened = {table.rows[index].group for index in hidden} - {None}
    rows = [
        _emptied(row) if index in hidden else _without_shares(row) if row.group in opened else row
        for index, row in enumerate(table.rows)
    ]
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


def _all_alike(cell: Cell) -> bool:
    return isinstance(cell, PlusMinus) and cell.sd == 0


def _without_shares(row: Row) -> Row:
    cells: Sequence[Cell] = [
        say("common.hidden") if isinstance(cell, Number) and cell.role == "percent" else cell for cell in row.cells
    ]
    return dataclasses.replace(row, cells=cells)


def as_shown(described: Any) -> Any:
    """A described block with its raw numbers rounded as they are shown.

    From raw means of all and of all but one child that child's score could be worked out exactly.
    """
    if isinstance(described, list):
        return [as_shown(part) for part in described]
    if not isinstance(described, dict):
        return described
    rounded = {key: as_shown(value) for key, value in described.items()}
    if "raw" in rounded:
        shown = str(rounded["shown"])
        decimals = max((len(digits) for digits in _DECIMALS.findall(shown)), default=0) + 2 * shown.endswith("%")
        rounded |= {key: _rounded(rounded[key], decimals) for key in ("raw", "df") if key in rounded}
    return rounded


def _rounded(raw: Any, decimals: int) -> Any:
    if isinstance(raw, list):
        return [_rounded(part, decimals) for part in raw]
    return round(raw, decimals) if isinstance(raw, float) else raw


def refuse_small_groups(sizes: Iterable[int], *, k: int) -> None:
    """PrivacyError where a whole report would speak of a group of fewer than k children: no table could hide that."""
    if any(0 < size < k for size in sizes):
        raise PrivacyError(Finding("privacy.group_too_small", values={"k": k}))


def refuse_one_child(params: ReportParams, *, data_origin: str) -> None:
    """PrivacyError where a report about a single child would be shared: of confidential data it is internal only."""
    if params.about_one_child and data_origin == "confidential" and params.profile != "internal":
        raise PrivacyError(Finding("privacy.one_child"))


def only_blocks(notebook: NotebookNode, *, language: Language) -> NotebookNode:
    """A copy of an executed notebook in which outputs without a block say that they are withheld.

    A print, a bare frame or a warning has passed no suppression: in what is shared of confidential data it must not
    stand. Of an error only its type is kept.
    """
    kept = copy.deepcopy(notebook)
    for cell in kept.cells:
        if cell.cell_type == "code":
            cell.outputs = [_withheld(output, language) for output in cell.outputs]
    return kept


def _withheld(output: NotebookNode, language: Language) -> NotebookNode:
    if METADATA_KEY in output.get("metadata", {}):
        return output
    if output.output_type == "error":
        bare: NotebookNode = nbformat.v4.new_output("error", ename=output.ename, evalue="", traceback=[])
        return bare
    block = Sentence(id="withheld", parts=[say("protection.withheld")], tone="caution").describe(Wording(language))
    data = {"text/html": block_html(block), "text/plain": block["text"]}
    note: NotebookNode = nbformat.v4.new_output("display_data", data=data, metadata={METADATA_KEY: block})
    return note


def shows_groups_only(notebook: NotebookNode) -> bool:
    """Does an executed notebook's banner say that its data are confidential and that it is made to be shared?"""
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            block = output.get("metadata", {}).get(METADATA_KEY, {})
            if block.get("id") == "banner":
                keys = block.get("keys", ())
                return "common.banner_confidential" in keys and "common.banner_internal" not in keys
    return False
