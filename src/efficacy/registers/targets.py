"""Was the target met? Every semester is judged by the rule that was in force then."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

TargetUnit = Literal["points", "relative"]
Verdict = Literal["met", "not_met", "no_target", "not_decidable"]


@dataclass(frozen=True, kw_only=True)
class FallTarget:
    """The share has to fall by so much from the semester before; terms: the semesters in which the rule was in force.

    fall: 0.06 is six points (unit "points") or six per cent of the earlier share (unit "relative"). grades: to whom it
    applies; empty: all.
    """

    terms: tuple[str, ...]
    fall: float
    unit: TargetUnit
    grades: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class StandingTarget:
    """County rank at most ``rank`` and share at most ``share``, both, in every one of the subjects."""

    terms: tuple[str, ...]
    rank: int
    share: float
    subjects: tuple[str, ...]
    grades: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class NoTarget:
    """A period for which the school set no target of its own."""

    terms: tuple[str, ...]
    grades: tuple[str, ...] = ()


Target = FallTarget | StandingTarget | NoTarget


def judge_targets(
    shares: pd.DataFrame, *, targets: Sequence[Target], ranks: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Hold every grade's share against the target of its semester.

    shares: term, grade, subject, share and earlier, the same cohort's share of the semester before (``with_earlier``).
    targets: the rules; the first one that names a row's term and grade (and, for a StandingTarget, subject) judges it.
    ranks: term, grade, subject, rank of the school in the county. Returns term, grade, subject, share, earlier, fall,
    rule (fall, standing, none, missing), needed (fall in shares), rank, verdict: met, not_met, no_target, not_decidable
    (nothing to hold it against). A cohort's first semester has no earlier share and is its baseline.
    """
    rank_of: Mapping[tuple[str, ...], float] = {}
    if ranks is not None:
        rank_of = {tuple(row): value for *row, value in ranks[["term", "grade", "subject", "rank"]].to_numpy()}
    rows = []
    for row in shares[["term", "grade", "subject", "share", "earlier"]].to_dict("records"):
        place = (row["term"], row["grade"], row["subject"])
        rule = _in_force(targets, *place)
        judged = _judged(rule, row["share"], row["earlier"], float(rank_of.get(place, math.nan)))
        rows.append(row | {"fall": row["earlier"] - row["share"]} | judged)
    columns = ["term", "grade", "subject", "share", "earlier", "fall", "rule", "needed", "rank", "verdict"]
    return pd.DataFrame(rows, columns=columns)


def needed_fall(target: FallTarget, earlier: float) -> float:
    """The fall a target asks for, in shares: its points, or its part of the earlier share."""
    return target.fall if target.unit == "points" else target.fall * earlier


def _in_force(targets: Sequence[Target], term: str, grade: str, subject: str) -> Target | None:
    for target in targets:
        named = term in target.terms and (not target.grades or grade in target.grades)
        if named and (not isinstance(target, StandingTarget) or subject in target.subjects):
            return target
    return None


def _judged(rule: Target | None, share: float, earlier: float, rank: float) -> dict[str, object]:
    nothing = {"needed": math.nan, "rank": rank}
    if rule is None:
        return nothing | {"rule": "missing", "verdict": "not_decidable"}
    if isinstance(rule, NoTarget):
        return nothing | {"rule": "none", "verdict": "no_target"}
    if isinstance(rule, StandingTarget):
        met = rank <= rule.rank and share <= rule.share
        decidable = not (math.isnan(rank) or math.isnan(share))
        return nothing | {"rule": "standing", "verdict": _verdict(met, decidable)}
    needed = needed_fall(rule, earlier)
    # a fall that is exactly the needed one counts as met, whatever the last binary digit
    met = earlier - share >= needed - 1e-12
    decidable = not (math.isnan(earlier) or math.isnan(share))
    return {"rule": "fall", "needed": needed, "rank": rank, "verdict": _verdict(met, decidable)}


def _verdict(met: bool, decidable: bool) -> Verdict:
    if not decidable:
        return "not_decidable"
    return "met" if met else "not_met"
