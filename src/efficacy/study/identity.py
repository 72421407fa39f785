"""Who is who: checking the ids of raw files, and replacing them."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from .audit import Audit
from .readers import RawTable, clean

_NATIONAL = re.compile(r"[0-9]{17}[0-9Xx]")
_LEADING_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")
_LOST_DIGITS = re.compile(r"[0-9](\.[0-9]+)?[eE]\+?[0-9]+")  # how Excel shows, and saves to csv, a long number
_SUMMARY = frozenset(
    {"合计", "总计", "小计", "平均", "平均分", "平均值", "均值", "均分", "总平均", "total", "sum", "mean", "average"}
)


def comparable(identifier: str) -> str:
    """An id without what people and Excel write differently: case, leading zeros."""
    return _LEADING_ZEROS.sub("", identifier.casefold())


def is_summary(text: str) -> bool:
    """Does a cell say that its row sums up the others?"""
    return clean(text).casefold() in _SUMMARY


def summary_rows(table: RawTable, column: str) -> pd.Index:
    """The rows that sum up the others: such a word stands for the child, or first in the row."""
    position = table.cells.notna().to_numpy().argmax(axis=1)
    first = pd.Series(table.cells.to_numpy()[range(len(position)), position], index=table.cells.index)
    one, other = (texts.map(is_summary, na_action="ignore").eq(True) for texts in (first, table.cells[column]))
    return table.cells.index[one | other]


def read_ids(table: RawTable, column: str, audit: Audit, *, once: bool = True) -> pd.Series:
    """The ids of a table by row, full-width forms as half-width; rows that name nobody are errors.

    once: each child may stand in one row only. No finding holds an id: its row is enough to find it.
    """
    raw = table.cells[column]
    ids = raw.map(clean, na_action="ignore")
    audit.change("full_width", table, column=column, rows=raw.index[raw.notna() & (ids != raw.str.strip())])
    if ids.isna().any():
        audit.add("data.empty_id", table, column=column, rows=ids.index[ids.isna()])
    ids = ids.dropna()
    compact = ids.str.replace(" ", "")
    national = compact.str.fullmatch(_NATIONAL)
    if national.any():
        audit.add("privacy.national_id", table, column=column, rows=ids.index[national])
    lost = compact.str.fullmatch(_LOST_DIGITS)
    if lost.any():
        audit.add("data.digits_lost", table, column=column, rows=ids.index[lost])
    if once:
        for rows in _repeated(ids):
            audit.add("data.duplicate_id", table, column=column, rows=rows)
    return ids


def _repeated(ids: pd.Series) -> list[list[int]]:
    repeated = ids[ids.duplicated(keep=False)]
    return [group.index.tolist() for _, group in repeated.groupby(repeated, sort=False)]


def refuse_similar(places: Sequence[tuple[RawTable, str, pd.Series]], audit: Audit) -> None:
    """Error for the rows whose ids differ from earlier ones only as people type the same id differently.

    One for each pair of files; it names the first row's counterpart.
    """
    seen: dict[str, tuple[str, RawTable, int]] = {}
    for table, column, ids in places:
        similar: dict[str, list[tuple[int, int]]] = {}
        for row, identifier in zip(ids.index.tolist(), ids, strict=True):
            earlier = seen.setdefault(comparable(identifier), (identifier, table, row))
            if earlier[0] != identifier:
                similar.setdefault(earlier[1].file, []).append((row, earlier[2]))
        for file, pairs in similar.items():
            values = {"other_file": file, "other_row": min(pairs)[1]}
            audit.add("data.similar_ids", table, column=column, rows=[row for row, _ in pairs], values=values)


@dataclass(frozen=True, eq=False, repr=False)
class Pseudonyms:
    """Raw id -> pseudonym; exists only while a study is being read."""

    codes: dict[str, str]

    def of(self, ids: pd.Series) -> pd.Series:
        """Pseudonyms by row; missing for ids that no source holds."""
        return ids.map(self.codes)


def assign_pseudonyms(ids: Iterable[str], *, key: bytes) -> Pseudonyms:
    """p001, p002, ... in an order that only somebody who has the raw file can repeat.

    key: made from the raw data (``pseudonym_key``). The order is that of each id's HMAC-SHA256, so it follows neither
    the order of the file, which a class knows, nor that of the ids.
    """
    shuffled = sorted(set(ids), key=lambda raw: hmac.digest(key, raw.encode(), hashlib.sha256))
    width = max(3, len(str(len(shuffled))))
    return Pseudonyms({raw: f"p{number:0{width}}" for number, raw in enumerate(shuffled, start=1)})


def pseudonym_key(cells: pd.DataFrame) -> bytes:
    """A key from what a raw file says, which its published SHA-256 does not reveal."""
    rows = cells.fillna("").to_numpy().tolist()
    text = "\x1e".join("\x1f".join(map(str, row)) for row in rows)
    return hashlib.sha256(b"efficacy pseudonyms\x00" + text.encode()).digest()
