"""The school's roll: where every leaver went, how many stayed, and how soon a sign of leaving was followed up."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from ..results import Reason, Result
from .proportions import NOTHING, wilson

RetentionFormula = Literal["start_only", "start_less_transfers", "start_and_joined"]
TRANSFERRED = "transferred"
DROPPED_OUT = "dropped_out"
UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, eq=False)
class RollCheck(Result):
    """The roll of two days held against the records of those who left.

    n_start, n_end: enrolled on the two days. n_stayed, n_left, n_joined. destinations: one row a destination: level, n
    (leavers), "unknown" among them: leavers without a record. n_recorded_and_there: records of leaving for pupils who
    are still enrolled, or never were. retention: by the declared formula, conf_low, conf_high (Wilson).
    """

    n_start: int
    n_end: int
    n_stayed: int
    n_left: int
    n_joined: int
    n_recorded_and_there: int
    retention: float
    conf_low: float
    conf_high: float
    destinations: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """One row a destination: level, n."""
        return self.destinations.copy()


def check_roll(
    start: pd.Index,
    end: pd.Index,
    destinations: pd.Series,
    *,
    formula: RetentionFormula,
    conf_level: float = 0.95,
) -> RollCheck:
    """Reconcile two rolls, and retention by a declared formula.

    start, end: participant_ids enrolled at the beginning and the end. destinations: destination of those recorded as
    having left, by participant_id; "transferred" needs its certificate to be recorded by the school. formula, of the
    same pupils: "start_only": stayed / start; "start_less_transfers": stayed / (start - transferred);
    "start_and_joined": all at the end / (start + joined) (a head count, which hides who left). An empty roll: not
    computable. Raises ValueError for another formula or repeated ids.
    """
    for name, index in (("start", start), ("end", end), ("destinations", destinations.index)):
        if not index.is_unique:
            raise ValueError(f"{name}: one row per participant_id, found repeated ones")
    stayed, left, joined = start.intersection(end), start.difference(end), end.difference(start)
    where = destinations.reindex(left).fillna(UNKNOWN)
    n_transferred = int((where == TRANSFERRED).sum())
    kept, of = _retained(formula, len(stayed), len(start), len(joined), n_transferred)
    rate = wilson(kept, of, conf_level=conf_level) if of else NOTHING
    counts = where.value_counts().rename_axis("level").rename("n").reset_index()
    return RollCheck(
        n_used=len(start),
        n_dropped=0,
        method=formula,
        conf_level=conf_level,
        status="ok" if of else "not_computable",
        reasons=() if of else (Reason("too_few_rows", {"n": 0, "minimum": 1}),),
        n_start=len(start),
        n_end=len(end),
        n_stayed=len(stayed),
        n_left=len(left),
        n_joined=len(joined),
        n_recorded_and_there=int((~destinations.index.isin(left)).sum()),
        retention=rate.estimate,
        conf_low=rate.conf_low,
        conf_high=rate.conf_high,
        destinations=counts.sort_values(["n", "level"], ascending=[False, True], ignore_index=True),
    )


def time_to_visit(signs: pd.Series, visits: pd.DataFrame, *, within_days: int) -> pd.DataFrame:
    """How soon the first sign of leaving school was followed by a home visit.

    signs: day of the first sign by participant_id. visits: participant_id, day. within_days: the school's own limit.
    Returns, indexed by participant_id: days (from the sign to the first visit on or after it; missing without one) and
    state: in_time, late, not_visited.
    """
    later = visits.merge(signs.rename("sign"), left_on="participant_id", right_index=True)
    later = later[pd.to_datetime(later["day"]) >= pd.to_datetime(later["sign"])]
    first = pd.to_datetime(later.groupby("participant_id")["day"].min()).reindex(signs.index)
    days = (first - pd.to_datetime(signs)).dt.days.astype(float)
    state = pd.Series("not_visited", index=signs.index)
    state[days <= within_days] = "in_time"
    state[days > within_days] = "late"
    return pd.DataFrame({"days": days, "state": state})


def median_days(times: pd.DataFrame) -> float:
    """Median days to the visit, those not visited counting as never: NaN where half or more were not visited."""
    days = times["days"].fillna(math.inf)
    middle = float(days.median()) if len(days) else math.nan
    return middle if math.isfinite(middle) else math.nan


def _retained(formula: str, n_stayed: int, n_start: int, n_joined: int, n_transferred: int) -> tuple[int, int]:
    parts = {
        "start_only": (n_stayed, n_start),
        "start_less_transfers": (n_stayed, n_start - n_transferred),
        "start_and_joined": (n_stayed + n_joined, n_start + n_joined),
    }
    if formula not in parts:
        raise ValueError(f"formula={formula!r}: one of {sorted(parts)}")
    return parts[formula]
