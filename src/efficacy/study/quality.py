"""Response quality: counted and kept for a sensitivity analysis, never a reason to delete an answer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from .answers import Sheet, together
from .audit import Audit
from .identity import Pseudonyms
from .model import PERSON_COLUMN
from .sources import Loaded

SECONDS_PER_ITEM = 2.0
_FEWEST_FOR_STRAIGHT_LINE = 6  # the same answer five times is no pattern yet
_TYPES = {PERSON_COLUMN: "str", "wave": "str", "duration_seconds": "float64"} | dict.fromkeys(
    ("too_fast", "straight_lining", "same_address_answers"), "bool"
)


def read_quality(sheets: Sequence[Sheet], pseudonyms: Pseudonyms, audit: Audit) -> pd.DataFrame:
    """One row a child and wave: participant_id, wave, duration_seconds and three marks.

    too_fast: under 2 seconds a question of the file (False where no duration is known). straight_lining: the same
    answer to all items of an instrument, six or more. same_address_answers: all answers the same as those of another
    sheet from the same address.
    """
    parts = []
    for wave in dict.fromkeys(sheet.wave for sheet in sheets):
        of_wave = [sheet for sheet in sheets if sheet.wave == wave]
        for found in {id(sheet.found): sheet.found for sheet in of_wave}.values():
            of_file = [sheet for sheet in of_wave if sheet.found is found]
            part = _of_file(of_file, found)
            part[PERSON_COLUMN] = pseudonyms.of(found.ids.loc[part.index])
            parts.append(part.assign(wave=wave))
        for sheet in of_wave:
            _check_items(sheet, audit)
    quality = together(parts, _TYPES)
    _count(quality, audit)
    return quality


def _of_file(sheets: Sequence[Sheet], found: Loaded) -> pd.DataFrame:
    answers = pd.concat([sheet.present for sheet in sheets], axis="columns")
    known = found.table.quality if found.table.quality is not None else pd.DataFrame(index=found.table.cells.index)
    known = known.loc[answers.index]
    duration = known.get("duration_seconds", pd.Series(np.nan, index=answers.index))
    return pd.DataFrame(
        {
            "duration_seconds": duration,
            "too_fast": duration < SECONDS_PER_ITEM * len(found.table.titles),
            "straight_lining": _straight(sheets).loc[answers.index],
            "same_address_answers": _same_address(answers, known),
        }
    )


def _straight(sheets: Sequence[Sheet]) -> pd.Series:
    lines = []
    for sheet in sheets:
        enough = sheet.answers.notna().sum(axis="columns") >= _FEWEST_FOR_STRAIGHT_LINE
        lines.append(enough & (sheet.answers.max(axis="columns") == sheet.answers.min(axis="columns")))
    return pd.concat(lines, axis="columns").any(axis="columns")


def _same_address(answers: pd.DataFrame, known: pd.DataFrame) -> pd.Series:
    if "address" not in known:
        return pd.Series(False, index=answers.index)
    repeated = answers.assign(address=known["address"]).duplicated(keep=False)
    return repeated & (known["address"] >= 0) & answers.notna().any(axis="columns")


def _check_items(sheet: Sheet, audit: Audit) -> None:
    """Items nobody answered, items all answered alike, and sheets without any answer."""
    answers = sheet.present
    for item, column in zip(answers.columns, sheet.columns, strict=True):
        given = answers[item].dropna()
        values = {"item": item, "wave": sheet.wave, "instrument": sheet.instrument.id}
        if given.empty:
            audit.add("data.empty_item", sheet.found.table, severity="warning", column=column, values=values)
        elif len(given) > 1 and given.nunique() == 1:
            audit.add("data.constant_item", sheet.found.table, severity="warning", column=column, values=values)
    n_blank = int(answers.isna().all(axis="columns").sum())
    if n_blank:
        counts = {"n": n_blank, "wave": sheet.wave, "instrument": sheet.instrument.id}
        audit.add("data.blank_sheets", sheet.found.table, severity="warning", values=counts)


def _count(quality: pd.DataFrame, audit: Audit) -> None:
    for code in ("too_fast", "straight_lining", "same_address_answers"):
        for wave, group in quality.groupby("wave", sort=False):
            n = int(group[code].sum())
            if n:
                audit.add(
                    f"data.{code}", severity="warning", values={"wave": str(wave), "n": n, "n_sheets": len(group)}
                )
