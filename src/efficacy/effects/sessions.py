"""Who came and how it was liked: attendance, dose and satisfaction of a group programme."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from ..results import Reason, Result

COLUMNS = ("session", "n", "n_attended", "share", "n_satisfaction", "mean", "sd")


@dataclass(frozen=True, kw_only=True, eq=False)
class SessionRecord(Result):
    """Attendance of a group.

    by_session: session, n (children listed), n_attended, share attended, n_satisfaction, mean and sd of satisfaction
    among those who answered. n_used: children listed. mean_attended, median_attended: sessions a child came to (dose).
    share: of all child x session places attended. n_every: children who came to every session. by_dose: attended
    (sessions a child came to), n (children), the most first.
    """

    n_sessions: int
    mean_attended: float = math.nan
    median_attended: float = math.nan
    share: float = math.nan
    n_every: int = 0
    by_session: pd.DataFrame
    by_dose: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """One row a session."""
        return self.by_session.copy()


def session_record(sessions: pd.DataFrame) -> SessionRecord:
    """Describe attendance, dose and satisfaction.

    sessions: participant_id, session (number), attended (bool), satisfaction (NaN for none), one row per child and
    session. Returns SessionRecord; no rows: not computable. Raises ValueError for a child listed twice in a session.
    R: ``aggregate(attended ~ session, data, mean)``, ``median(tapply(attended, id, sum))``.
    """
    if sessions.duplicated(["participant_id", "session"]).any():
        raise ValueError("sessions: one row per participant_id and session, found repeated ones")
    if sessions.empty:
        return SessionRecord(
            n_used=0,
            n_dropped=0,
            method="attendance",
            status="not_computable",
            reasons=(Reason("too_few_rows", {"n": 0, "minimum": 1}),),
            n_sessions=0,
            by_session=pd.DataFrame(columns=list(COLUMNS)),
            by_dose=pd.DataFrame(columns=["attended", "n"]),
        )
    attended = sessions["attended"].astype(bool)
    dose = attended.groupby(sessions["participant_id"]).sum()
    n_sessions = int(sessions["session"].nunique())
    return SessionRecord(
        n_used=len(dose),
        n_dropped=0,
        method="attendance",
        n_sessions=n_sessions,
        mean_attended=float(dose.mean()),
        median_attended=float(dose.median()),
        share=float(attended.mean()),
        n_every=int((dose == n_sessions).sum()),
        by_session=_by_session(sessions.assign(attended=attended)),
        by_dose=dose.value_counts().sort_index(ascending=False).rename_axis("attended").rename("n").reset_index(),
    )


def _by_session(sessions: pd.DataFrame) -> pd.DataFrame:
    groups = sessions.groupby("session", sort=True)
    satisfaction = groups["satisfaction"]
    table = pd.DataFrame(
        {
            "n": groups.size(),
            "n_attended": groups["attended"].sum().astype(int),
            "share": groups["attended"].mean(),
            "n_satisfaction": satisfaction.count(),
            "mean": satisfaction.mean(),
            "sd": satisfaction.std(),
        }
    )
    return table.reset_index()[list(COLUMNS)]
