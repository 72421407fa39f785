"""Who is in the county's bottom share: by subject, with a declared tie rule and the teachers' own changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pandas as pd

TieRule = Literal["below", "at_or_below"]
TOTAL = "total"
"""Name of the subject that is the sum of the others."""
PUPIL = ["participant_id", "term", "grade", "class"]
COMBINATIONS = ("both", "subject_only", "total_only", "neither")


def with_totals(marks: pd.DataFrame, *, subjects: Sequence[str]) -> pd.DataFrame:
    """The marks with each pupil's sum over the declared subjects added as subject "total".

    marks: participant_id, term, grade, class, subject, score (NaN: absent), one row per pupil, term and subject. A
    pupil with a missing mark in one of the subjects has no total. Raises ValueError for repeated rows.
    """
    _check_marks(marks)
    chosen = marks[marks["subject"].isin(list(subjects))]
    wide = chosen.pivot(index=PUPIL, columns="subject", values="score").reindex(columns=list(subjects))
    totals = wide.sum(axis="columns", skipna=False).rename("score").reset_index().assign(subject=TOTAL)
    return pd.concat([marks, totals[marks.columns.intersection(totals.columns)]], ignore_index=True)


def identify_bottom(
    marks: pd.DataFrame, cuts: pd.DataFrame, *, tie_rule: TieRule, overrides: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Hold every mark against the county's cut score.

    marks: as for ``with_totals``; cuts: term, grade, subject, cut (county score). tie_rule: "below", or "at_or_below"
    where a mark equal to the cut counts as bottom. overrides: participant_id, term, subject, identified: the teachers'
    decisions about the list of pupils to be helped; they change ``identified``, never ``bottom``.
    Returns the marks with cut, bottom (nullable: <NA> without a mark or a cut), identified and overridden.
    Raises ValueError for another tie_rule, repeated rows, or an override of a mark that is not there.
    """
    if tie_rule not in ("below", "at_or_below"):
        raise ValueError(f"tie_rule={tie_rule!r}: below or at_or_below")
    _check_marks(marks)
    place = ["term", "grade", "subject"]
    if cuts.duplicated(place).any():
        raise ValueError("cuts: one row per term, grade and subject, found repeated ones")
    held = marks.merge(cuts[[*place, "cut"]], on=place, how="left", validate="many_to_one")
    lower = held["score"].le(held["cut"]) if tie_rule == "at_or_below" else held["score"].lt(held["cut"])
    known = held["score"].notna() & held["cut"].notna()
    held["bottom"] = lower.astype("boolean").mask(~known)
    held["identified"] = held["bottom"]
    held["overridden"] = False
    return held if overrides is None else _overridden(held, overrides)


def _overridden(held: pd.DataFrame, overrides: pd.DataFrame) -> pd.DataFrame:
    key = ["participant_id", "term", "subject"]
    if overrides.duplicated(key).any():
        raise ValueError("overrides: one row per participant_id, term and subject, found repeated ones")
    decisions = overrides.set_index(key)["identified"].astype("boolean")
    places = pd.MultiIndex.from_frame(held[key])
    if not decisions.index.isin(places).all():
        raise ValueError("overrides: a row names a pupil, term and subject without a mark")
    decided = decisions.reindex(places).array
    changed = pd.Series(decided, index=held.index)
    result = held.copy()
    result["identified"] = changed.fillna(held["bottom"])
    result["overridden"] = changed.notna()
    return result


def subject_by_total(identified: pd.DataFrame, *, subjects: Sequence[str]) -> pd.DataFrame:
    """How many pupils are in the bottom share of some subject, of the total, of both or of neither.

    identified: from ``identify_bottom``, the total included. Returns term, grade, combination (both, subject_only,
    total_only, neither), n; pupils without a total or with no decided subject are left out and counted as
    "not_decided".
    """
    place = ["term", "grade", "participant_id"]
    single = identified[identified["subject"].isin(list(subjects))].groupby(place)["bottom"].max()
    total = identified[identified["subject"] == TOTAL].set_index(place)["bottom"]
    pair = pd.concat({"subject": single, "total": total}, axis="columns")
    combination = pd.Series("not_decided", index=pair.index)
    decided = pair.notna().all(axis="columns")
    in_subject, in_total = (pair[name].fillna(False).astype(bool) for name in ("subject", "total"))
    for name, chosen in zip(
        COMBINATIONS,
        (in_subject & in_total, in_subject & ~in_total, ~in_subject & in_total, ~in_subject & ~in_total),
        strict=True,
    ):
        combination[decided & chosen] = name
    counts = combination.groupby(["term", "grade"]).value_counts().unstack(fill_value=0)
    counts = counts.reindex(columns=[*COMBINATIONS, "not_decided"], fill_value=0)
    return counts.rename_axis(columns="combination").reset_index().melt(["term", "grade"], value_name="n")


def _check_marks(marks: pd.DataFrame) -> None:
    if marks.duplicated(["participant_id", "term", "subject"]).any():
        raise ValueError("marks: one row per participant_id, term and subject, found repeated ones")
