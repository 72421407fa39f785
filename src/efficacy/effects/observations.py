"""What observers saw in the sessions: mean ratings from session to session."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from ..results import Reason, Result

COLUMNS = ("dimension", "session", "n", "mean", "sd")


@dataclass(frozen=True, kw_only=True, eq=False)
class ObservationRecord(Result):
    """Ratings of children in sessions.

    by_session: dimension, session, n (children rated), mean and sd over the children of each child's mean over its
    raters. ratings: as given. raters: in order of name. n_used: child x session x dimension places rated. n_twice:
    those rated by at least two raters. n_children: children rated at all.
    """

    n_children: int
    n_twice: int
    raters: tuple[str, ...]
    by_session: pd.DataFrame
    ratings: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """One row a dimension and session."""
        return self.by_session.copy()

    def pairs(self, dimension: str) -> pd.DataFrame:
        """Places rated x raters of one dimension, index participant_id and session: what agreement is computed from."""
        rows = self.ratings[self.ratings["dimension"] == dimension]
        wide = rows.pivot(index=["participant_id", "session"], columns="rater", values="rating")
        return wide.reindex(columns=list(self.raters)).rename_axis(columns=None).astype(float)

    def overall(self, dimension: str) -> float:
        """Mean of a dimension over all children and sessions, NaN where there are none."""
        places = self.pairs(dimension).mean(axis=1)
        return float(places.mean()) if len(places) else math.nan


def observation_record(ratings: pd.DataFrame, *, dimensions: Sequence[str]) -> ObservationRecord:
    """Describe ratings of children by one or more observers.

    ratings: participant_id, session (number), rater, dimension, rating; one row each. dimensions: every dimension, in
    order. Returns ObservationRecord; no rows: not computable. Raises ValueError for a dimension that is not among
    ``dimensions`` or a row twice. R: ``aggregate(rating ~ id + session + dimension, data, mean)``, then by session.
    """
    if foreign := sorted(set(ratings["dimension"]) - set(dimensions)):
        raise ValueError(f"ratings: dimension {foreign} not among {list(dimensions)}")
    place = ["participant_id", "session", "dimension"]
    if ratings.duplicated([*place, "rater"]).any():
        raise ValueError("ratings: one row per participant_id, session, dimension and rater, found repeated ones")
    places = ratings.groupby(place, sort=True)["rating"].agg(["mean", "size"]).reset_index()
    means = places.groupby(["dimension", "session"])["mean"].agg(n="size", mean="mean", sd="std").reset_index()
    position = {name: number for number, name in enumerate(dimensions)}
    table = means.sort_values(["dimension", "session"], key=lambda c: c.map(position) if c.name == "dimension" else c)
    return ObservationRecord(
        n_used=len(places),
        n_dropped=0,
        method="observation",
        status="ok" if len(places) else "not_computable",
        reasons=() if len(places) else (Reason("too_few_rows", {"n": 0, "minimum": 1}),),
        n_children=int(ratings["participant_id"].nunique()),
        n_twice=int((places["size"] > 1).sum()),
        raters=tuple(sorted(map(str, ratings["rater"].unique()))),
        by_session=table.reset_index(drop=True)[list(COLUMNS)],
        ratings=ratings.reset_index(drop=True),
    )
