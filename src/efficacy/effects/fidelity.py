"""Was the programme carried out as planned: the share of each session's planned elements that were done."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from ..results import Reason, Result

ANSWERS = ("done", "partly", "not_done")
COUNTS = ("n_planned", *(f"n_{answer}" for answer in ANSWERS), "n_unrecorded")


@dataclass(frozen=True, kw_only=True, eq=False)
class FidelityRecord(Result):
    """Planned elements and what became of them.

    by_session: session, n_planned, n_done, n_partly, n_not_done, n_unrecorded (planned, but nothing noted), share (done
    in full, of those recorded). by_element: the same by element. n_used: planned elements that were recorded,
    n_dropped: those that were not. share: done in full of all recorded; share_partly: done in part. "Partly" is
    counted by itself: no weight for it can be justified.
    """

    share: float = math.nan
    share_partly: float = math.nan
    by_session: pd.DataFrame
    by_element: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """One row a planned session."""
        return self.by_session.copy()


def fidelity_record(checklist: pd.DataFrame, *, planned: Iterable[tuple[int, str]]) -> FidelityRecord:
    """Hold a checklist against the plan.

    checklist: session (number), element, done ("done", "partly", "not_done"), one row per session and element. planned:
    every (session, element) of the plan. Returns FidelityRecord; nothing recorded: not computable. Raises ValueError
    for an answer that is none of the three, a row twice, or an element that was not planned for its session.
    R: ``with(checklist, table(session, done))``.
    """
    plan = pd.DataFrame(list(dict.fromkeys(planned)), columns=["session", "element"])
    if foreign := sorted(set(checklist["done"]) - set(ANSWERS)):
        raise ValueError(f"checklist: done {foreign} not among {list(ANSWERS)}")
    if checklist.duplicated(["session", "element"]).any():
        raise ValueError("checklist: one row per session and element, found repeated ones")
    rows = plan.merge(checklist[["session", "element", "done"]], on=["session", "element"], how="left")
    n_recorded = int(rows["done"].notna().sum())
    if n_recorded < len(checklist):
        raise ValueError("checklist: holds elements that were not planned for their session")
    return FidelityRecord(
        n_used=n_recorded,
        n_dropped=len(rows) - n_recorded,
        method="fidelity",
        status="ok" if n_recorded else "not_computable",
        reasons=() if n_recorded else (Reason("too_few_rows", {"n": 0, "minimum": 1}),),
        share=float((rows["done"] == "done").sum() / n_recorded) if n_recorded else math.nan,
        share_partly=float((rows["done"] == "partly").sum() / n_recorded) if n_recorded else math.nan,
        by_session=_counted(rows, "session"),
        by_element=_counted(rows, "element"),
    )


def _counted(rows: pd.DataFrame, by: str) -> pd.DataFrame:
    """Counts of each answer by session or element, in the plan's order."""
    counts = pd.DataFrame({"n_planned": rows.groupby(by, sort=False).size()})
    for answer in ANSWERS:
        counts[f"n_{answer}"] = (rows["done"] == answer).groupby(rows[by], sort=False).sum()
    counts["n_unrecorded"] = rows["done"].isna().groupby(rows[by], sort=False).sum()
    recorded = counts["n_planned"] - counts["n_unrecorded"]
    counts["share"] = counts["n_done"] / recorded.where(recorded > 0)
    return counts.astype(dict.fromkeys(COUNTS, int)).reset_index()
