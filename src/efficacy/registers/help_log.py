"""Two records of the same help, the teacher's and the pupil's: do they agree, and where did the help go?"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ..results import Reason, Result
from .proportions import wilson

EVENT = ["participant_id", "subject", "day"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Reconciliation(Result):
    """Events of help by who recorded them.

    n_both, n_teacher_only, n_pupil_only; share: n_both of all events, conf_low, conf_high (Wilson; events are taken as
    independent, which those of one pupil are not). by_subject: the same counts and share by subject. n_used: events.
    """

    n_both: int
    n_teacher_only: int
    n_pupil_only: int
    share: float
    conf_low: float
    conf_high: float
    by_subject: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """One row a subject: subject, n_both, n_teacher_only, n_pupil_only, n, share."""
        return self.by_subject.copy()


def reconcile_help(teacher: pd.DataFrame, pupil: pd.DataFrame, *, conf_level: float = 0.95) -> Reconciliation:
    """Match the teachers' and the pupils' records of help event by event.

    teacher, pupil: participant_id, subject, day (date), one row a record; several records of one pupil, subject and day
    are matched in number (two and one: one in both, one by the teacher only). Nobody's record is taken as the truth.
    No events: not computable. R: ``merge(table(teacher), table(pupil), all = TRUE)``.
    """
    counts = pd.concat(
        {name: log.groupby(EVENT).size() for name, log in (("teacher", teacher), ("pupil", pupil))}, axis="columns"
    )
    counts = counts.reindex(columns=["teacher", "pupil"]).fillna(0).astype(int)
    both = counts.min(axis="columns")
    split = pd.DataFrame(
        {"n_both": both, "n_teacher_only": counts["teacher"] - both, "n_pupil_only": counts["pupil"] - both}
    )
    by_subject = split.groupby(level="subject").sum()
    by_subject["n"] = by_subject.sum(axis="columns")
    by_subject["share"] = by_subject["n_both"] / by_subject["n"]
    totals = split.sum()
    n = int(totals.sum())
    estimate = wilson(int(totals["n_both"]), n, conf_level=conf_level)
    return Reconciliation(
        n_used=n,
        n_dropped=0,
        method="matched_in_number",
        conf_level=conf_level,
        status="ok" if n else "not_computable",
        reasons=() if n else (Reason("too_few_rows", {"n": 0, "minimum": 1}),),
        n_both=int(totals["n_both"]),
        n_teacher_only=int(totals["n_teacher_only"]),
        n_pupil_only=int(totals["n_pupil_only"]),
        share=estimate.estimate,
        conf_low=estimate.conf_low,
        conf_high=estimate.conf_high,
        by_subject=by_subject.reset_index(),
    )


def help_balance(log: pd.DataFrame) -> pd.DataFrame:
    """Where the help went: minutes outside class and how far it is crowded into one subject, pupil by pupil.

    log: participant_id, subject, minutes, in_class (truth value). Returns, indexed by participant_id: minutes,
    minutes_outside, share_outside, n_subjects, concentration: sum of squared shares of minutes by subject (Herfindahl;
    1 when all help is in one subject, 1/k when it is even over k). R: ``sum((tapply(minutes, subject, sum) /
    sum(minutes))^2)``.
    """
    minutes = log.groupby("participant_id")["minutes"].sum()
    outside = log[~log["in_class"].astype(bool)].groupby("participant_id")["minutes"].sum()
    by_subject = log.groupby(["participant_id", "subject"])["minutes"].sum()
    part = by_subject / minutes.reindex(by_subject.index.get_level_values("participant_id")).to_numpy()
    outside = outside.reindex(minutes.index).fillna(0)
    return pd.DataFrame(
        {
            "minutes": minutes,
            "minutes_outside": outside,
            "share_outside": outside / minutes,
            "n_subjects": log[log["minutes"] > 0].groupby("participant_id")["subject"].nunique(),
            "concentration": (part**2).groupby(level="participant_id").sum(),
        }
    )
