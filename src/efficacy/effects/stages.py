"""How a group programme was liked as it went on: satisfaction by stage of the group's development."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from ..results import Reason, Result

COLUMNS = ("stage", "n_sessions", "n", "n_marks", "mean", "sd")


@dataclass(frozen=True, kw_only=True, eq=False)
class StageRecord(Result):
    """Satisfaction by stage.

    by_stage: stage, n_sessions (of the stage with at least one mark), n (children who gave a mark in it), n_marks, mean
    and sd of those children's own means, so that a child who came often does not count more. n_used: marks of sessions
    with a stage. n_dropped: marks of sessions without one.
    """

    by_stage: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """One row a stage, in the order given, those without a mark too."""
        return self.by_stage.copy()


def satisfaction_by_stage(sessions: pd.DataFrame, *, stages: Mapping[int, str], order: Sequence[str]) -> StageRecord:
    """Describe satisfaction by stage of the group.

    sessions: participant_id, session (number), satisfaction (NaN for none), one row per child and session. stages: the
    stage of each session's number; sessions left out have none. order: every stage there is, in order of time. Returns
    StageRecord; no mark in any stage: not computable. Raises ValueError for a stage that is not in ``order``.
    R: ``aggregate(satisfaction ~ id + stage, data, mean)``, then ``aggregate(satisfaction ~ stage, ., mean)``.
    """
    if foreign := sorted(set(stages.values()) - set(order)):
        raise ValueError(f"stages: {foreign} not among {list(order)}")
    marks = sessions.dropna(subset=["satisfaction"])
    marks = marks.assign(stage=marks["session"].map(dict(stages)).astype(object))
    staged = marks.dropna(subset=["stage"])
    own_means = staged.groupby(["stage", "participant_id"])["satisfaction"].mean().groupby(level="stage")
    groups = staged.groupby("stage")
    table = pd.DataFrame(
        {
            "n_sessions": groups["session"].nunique(),
            "n": own_means.size(),
            "n_marks": groups.size(),
            "mean": own_means.mean(),
            "sd": own_means.std(),
        }
    ).reindex(list(order))
    counts = ["n_sessions", "n", "n_marks"]
    table[counts] = table[counts].fillna(0).astype(int)
    table[["mean", "sd"]] = table[["mean", "sd"]].astype(float)
    return StageRecord(
        n_used=len(staged),
        n_dropped=len(marks) - len(staged),
        method="satisfaction_by_stage",
        status="ok" if len(staged) else "not_computable",
        reasons=() if len(staged) else (Reason("too_few_rows", {"n": 0, "minimum": 1}),),
        by_stage=table.rename_axis("stage").reset_index()[list(COLUMNS)],
    )
