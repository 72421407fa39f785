"""How often members came, beside how much they changed: a description, because nobody was sent by lot."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from ..results import Reason, Result

FEWEST = 3  # children for a correlation to be more than a line through two points
HALVES = ("up_to_median", "above_median")


@dataclass(frozen=True, kw_only=True, eq=False)
class DoseAndChange(Result):
    """Sessions attended and change, child by child, described.

    r: product-moment correlation. rho: rank correlation, ties with their mean rank. Neither has an interval or a p:
    members who come more often differ in other ways too, and a low pretest alone brings both a larger change and
    perhaps another attendance. median_attended: sessions. by_half: level (up_to_median, above_median), n, mean and sd
    of the change. by_child: attended, change, indexed by participant_id. n_dropped: listed children without a change.
    """

    r: float = math.nan
    rho: float = math.nan
    median_attended: float = math.nan
    by_half: pd.DataFrame
    by_child: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """One row a half of the members: level, n, mean, sd of the change."""
        return self.by_half.copy()


def dose_and_change(sessions: pd.DataFrame, change: pd.Series) -> DoseAndChange:
    """Set sessions attended beside change.

    sessions: participant_id, session, attended (bool), one row per child and session. change: post minus pre, indexed
    by participant_id. Returns DoseAndChange of the children in both; fewer than three, or everybody with the same
    attendance or the same change: not computable. Raises ValueError for a child listed twice in a session.
    R: ``cor(attended, change)``, ``cor(attended, change, method = "spearman")``.
    """
    if sessions.duplicated(["participant_id", "session"]).any():
        raise ValueError("sessions: one row per participant_id and session, found repeated ones")
    attended = sessions["attended"].astype(bool).groupby(sessions["participant_id"]).sum().rename("attended")
    by_child = pd.concat([attended, change.dropna().rename("change")], axis=1, join="inner").astype(float)
    middle = float(by_child["attended"].median())
    half = (by_child["attended"] > middle).map({False: HALVES[0], True: HALVES[1]})
    groups = by_child["change"].groupby(half.rename("level"))
    table = pd.DataFrame({"n": groups.size(), "mean": groups.mean(), "sd": groups.std()}).reindex(list(HALVES))
    table["n"] = table["n"].fillna(0).astype(int)
    reason = _why_not(by_child)
    ranks = by_child.rank()
    return DoseAndChange(
        n_used=len(by_child),
        n_dropped=len(attended) - len(by_child),
        method="dose_and_change",
        status="not_computable" if reason else "ok",
        reasons=(reason,) if reason else (),
        r=math.nan if reason else float(by_child["attended"].corr(by_child["change"])),
        rho=math.nan if reason else float(ranks["attended"].corr(ranks["change"])),
        median_attended=middle,
        by_half=table.rename_axis("level").reset_index(),
        by_child=by_child.rename_axis("participant_id"),
    )


def _why_not(by_child: pd.DataFrame) -> Reason | None:
    if len(by_child) < FEWEST:
        return Reason("too_few_rows", {"n": len(by_child), "minimum": FEWEST})
    if by_child["attended"].nunique() == 1:
        return Reason("dose_all_alike")
    return Reason("change_all_alike") if by_child["change"].nunique() == 1 else None
