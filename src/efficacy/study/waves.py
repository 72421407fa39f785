"""Do the waves belong together: the same children, different answers, the same questions in the same order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from ..errors import Severity
from ..params import Site
from .answers import Sheet
from .audit import Audit
from .model import PERSON_COLUMN
from .readers import clean
from .sources import Loaded

MATCHED_SHARE = 0.8
_COMPARABLE_CELLS = 20  # fewer identical answers can be chance


def check_matching(site: Site, participants: pd.DataFrame, measured: pd.DataFrame, audit: Audit) -> None:
    """Each wave against the baselines before it.

    measured: participant_id and wave of every child with an answer or a score. Of a later wave, at least 80 % must be
    children of a baseline, and of the children expected there at least 80 % must have come; fewer is an error, or a
    warning where ``attrition_declared``. Expected are the baseline's children in every arm of which somebody came: a
    wave may be meant for the group alone.
    """
    severity: Severity = "warning" if site.attrition_declared else "error"
    before: set[str] = set()
    for wave in site.waves:
        present = set(measured.loc[measured["wave"] == wave.id, PERSON_COLUMN])
        if not present:
            if _is_mapped(site, wave.id):
                audit.add("data.empty_wave", values={"wave": wave.id})
            else:
                audit.add("data.wave_unused", severity="warning", values={"wave": wave.id})
            continue
        if before:
            expected = _expected(participants, before, present)
            matched = present & before
            counts = {"wave": wave.id, "n_present": len(present), "n_matched": len(matched)}
            audit.add("data.wave_matched", severity="note", values=counts | {"n_expected": len(expected)})
            if len(matched) < MATCHED_SHARE * len(present):
                audit.add("data.unmatched_ids", severity=severity, values=counts | {"share": MATCHED_SHARE})
                continue  # children whose ids do not match are also missing: one mistake, one finding
            if len(matched) < len(present):
                audit.add("data.not_at_baseline", severity="warning", values=counts)
            if wave.role != "baseline" and len(matched) < MATCHED_SHARE * len(expected):
                values = counts | {"n_expected": len(expected), "share": MATCHED_SHARE}
                values |= {"key": "no_arms"} if site.arms is None else {}
                audit.add("data.attrition", severity=severity, values=values)
        if wave.role == "baseline":
            before |= present


def check_comparison(site: Site, participants: pd.DataFrame, measured: pd.DataFrame, audit: Audit) -> None:
    """Children outside the group whom the parameters call measured again must have been."""
    declared, posts = site.intervention, site.waves_with("post")
    group = getattr(declared, "comparison_group", None)
    if group in (None, "none") or site.arms is None or "intervention" not in site.reports or not posts:
        return
    wave = getattr(declared, "post_wave", None) or posts[0]
    outside = [level.value for level in site.arms.levels if level.role == "comparison"]
    others = participants.index[participants["arm"].isin(outside)]
    if not measured.loc[measured["wave"] == wave, PERSON_COLUMN].isin(others).any():
        audit.add("data.comparison_not_measured", values={"comparison_group": group, "wave": wave})


def _is_mapped(site: Site, wave: str) -> bool:
    return any(wave in use.columns for use in site.instruments) or any(score.wave == wave for score in site.scores)


def _expected(participants: pd.DataFrame, before: set[str], present: set[str]) -> set[str]:
    if "arm" not in participants:
        return before
    arms = participants["arm"].dropna()
    measured_arms = set(arms[arms.index.isin(list(present))])
    return before & set(arms.index[arms.isin(measured_arms)])


def check_repetition(sheets: Sequence[Sheet], audit: Audit) -> None:
    """Two waves with the same answers throughout are one wave given twice; questions in another order do not pair."""
    for earlier, later in _pairs(sheets):
        one, two = _by_id(earlier), _by_id(later)
        both = one.index.intersection(two.index)
        same = one.loc[both].to_numpy(), two.loc[both].to_numpy()
        if same[0].size >= _COMPARABLE_CELLS and np.array_equal(*same, equal_nan=True):
            values = {"wave": later.wave, "other_wave": earlier.wave, "n": len(both)}
            audit.add("data.identical_waves", later.found.table, values=values)
        _check_order(earlier, later, audit)


def _pairs(sheets: Sequence[Sheet]) -> Iterator[tuple[Sheet, Sheet]]:
    for earlier, later in combinations(sheets, 2):
        if earlier.instrument.id == later.instrument.id and earlier.wave != later.wave:
            yield earlier, later


def _by_id(sheet: Sheet) -> pd.DataFrame:
    return sheet.answers.loc[sheet.found.ids.index].set_axis(pd.Index(sheet.found.ids), axis="index")


def _check_order(earlier: Sheet, later: Sheet, audit: Audit) -> None:
    """Where both files carry the question texts: an item's text must not be another item's text of the wave before."""
    before, after = _texts(earlier), _texts(later)
    if len(set(before)) < len(before) or "" in before:
        return
    for position, (expected, found) in enumerate(zip(before, after, strict=True)):
        if found != expected and found in before:
            values = {"wave": later.wave, "other_wave": earlier.wave, "item": later.instrument.items[position].name}
            audit.add("data.item_order", later.found.table, column=later.columns[position], values=values)


def _texts(sheet: Sheet) -> list[str]:
    return [clean(sheet.found.table.titles.get(column, "")) for column in sheet.columns]


def check_dates(site: Site, loaded: Sequence[Loaded], audit: Audit) -> None:
    """A file answered before the file of an earlier wave stands under the wrong wave."""
    order = [wave.id for wave in site.waves]
    dated = [
        (order.index(found.source.wave), found.table.submitted, found)
        for found in loaded
        if found.source.wave and found.table.submitted is not None
    ]
    for one, two in combinations(sorted(dated, key=lambda entry: entry[0]), 2):
        if one[0] < two[0] and one[1] > two[1]:
            values = {"wave": two[2].source.wave, "other_wave": one[2].source.wave}
            audit.add("data.waves_swapped", two[2].table, values=values)
