"""The bottom share of a grade or class, and its change: the same pupils paired, other pupils apart."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from ..results import Reason, Result
from .luck import chance_of_fall, luck_band
from .proportions import (
    NOTHING,
    Estimate,
    binomial_limits,
    newcombe_paired,
    newcombe_unpaired,
    paired_standard_error,
    wilson,
)

KINDS = ("stayers", "leavers", "joiners", "absent")
Direction = Literal["fell", "rose", "open"]


@dataclass(frozen=True, kw_only=True, eq=False)
class BottomShares(Result):
    """Bottom shares by group.

    groups: one row a group, its columns first, then n (pupils with a mark and a cut), n_bottom, n_absent, share,
    conf_low, conf_high (Wilson). n_used, n_dropped: marks decided and not decided.
    """

    groups: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """One row a group."""
        return self.groups.copy()


def bottom_shares(
    identified: pd.DataFrame, *, by: Sequence[str] = ("term", "grade", "subject"), conf_level: float = 0.95
) -> BottomShares:
    """Share of pupils in the county's bottom share, by group.

    identified: from ``identify_bottom``. A share may exceed the county's 20 %: the cut is the county's. Raises
    ValueError for a group column that is not there.
    """
    missing = [name for name in by if name not in identified]
    if missing:
        raise ValueError(f"by={missing}: columns of the marks")
    rows = []
    for names, group in identified.groupby(list(by), sort=True, observed=True):
        decided = group["bottom"].dropna().astype(bool)
        estimate = wilson(int(decided.sum()), len(decided), conf_level=conf_level)
        counts = {"n": len(decided), "n_bottom": int(decided.sum()), "n_absent": len(group) - len(decided)}
        rows.append(dict(zip(by, names, strict=True)) | counts | _share(estimate))
    columns = [*by, "n", "n_bottom", "n_absent", "share", "conf_low", "conf_high"]
    n = int(identified["bottom"].notna().sum())
    return BottomShares(
        n_used=n,
        n_dropped=len(identified) - n,
        method="wilson",
        conf_level=conf_level,
        status="ok" if n else "not_computable",
        reasons=() if n else (Reason("too_few_rows", {"n": 0, "minimum": 1}),),
        groups=pd.DataFrame(rows, columns=columns),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class ShareChange(Result):
    """How a bottom share changed from one term to a later one; a fall is negative.

    estimate, std_error, conf_low, conf_high: the same pupils (stayers), paired (Newcombe). n_stayed_bottom, n_left,
    n_entered, n_neither: stayers by what they were at the two terms. whole_*: all pupils of the two terms taken as
    different groups (Newcombe unpaired); it mixes change with who came and went. groups: one row each for stayers,
    leavers, joiners (enrolled at one of the terms only) and absent (enrolled at both, decided at one only): level, n,
    n_bottom_earlier, n_bottom_later (missing where they were not there).
    """

    estimate: float
    std_error: float
    conf_low: float
    conf_high: float
    n_stayed_bottom: int
    n_left: int
    n_entered: int
    n_neither: int
    whole_estimate: float
    whole_conf_low: float
    whole_conf_high: float
    groups: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """A row for the paired change, a row for the two terms as they stand."""
        return pd.DataFrame(
            {
                "term": ["stayers", "whole"],
                "estimate": [self.estimate, self.whole_estimate],
                "conf_low": [self.conf_low, self.whole_conf_low],
                "conf_high": [self.conf_high, self.whole_conf_high],
                "n": [self.n_used, self.n_used + self.n_dropped],
            }
        )


def share_change(earlier: pd.Series, later: pd.Series, *, conf_level: float = 0.95) -> ShareChange:
    """Change of a bottom share between two terms.

    earlier, later: bottom (nullable truth values) by participant_id, of one grade or class and subject; a pupil who is
    not in the index was not enrolled, one with a missing value had no mark. n_used: stayers, decided at both terms;
    n_dropped: decided at one only. No stayers: not computable. Raises ValueError for repeated
    participant_ids. R: see ``newcombe_paired`` and ``newcombe_unpaired``.
    """
    if not (earlier.index.is_unique and later.index.is_unique):
        raise ValueError("earlier, later: one row per participant_id, found repeated ones")
    before, after = earlier.dropna().astype(bool), later.dropna().astype(bool)
    stayers = before.index.intersection(after.index)
    table = [int((b & a).sum()) for b, a in _quadrants(before[stayers], after[stayers])]
    both, left, entered, neither = table
    n = len(stayers)
    paired = newcombe_paired(both, left, entered, neither, conf_level=conf_level) if n else NOTHING
    whole = newcombe_unpaired(int(before.sum()), len(before), int(after.sum()), len(after), conf_level=conf_level)
    return ShareChange(
        n_used=n,
        n_dropped=len(before) + len(after) - 2 * n,
        method="newcombe_paired",
        conf_level=conf_level,
        status="ok" if n else "not_computable",
        reasons=() if n else (Reason("too_few_rows", {"n": 0, "minimum": 1}),),
        estimate=paired.estimate,
        std_error=paired_standard_error(left, entered, n),
        conf_low=paired.conf_low,
        conf_high=paired.conf_high,
        n_stayed_bottom=both,
        n_left=left,
        n_entered=entered,
        n_neither=neither,
        whole_estimate=whole.estimate,
        whole_conf_low=whole.conf_low,
        whole_conf_high=whole.conf_high,
        groups=_movers(earlier, later),
    )


def direction_of_change(change: ShareChange) -> Direction:
    """What may be claimed of the same pupils' share: fell or rose where the paired interval excludes 0, else open.

    With nothing changed each of the two claims has at most the probability (1 - conf_level) / 2, up to the
    approximation of Newcombe's interval. A change that is not computable stays open.
    """
    if change.conf_high < 0:
        return "fell"
    return "rose" if change.conf_low > 0 else "open"


def with_earlier(shares: pd.DataFrame, marks: pd.DataFrame, *, terms: Sequence[str]) -> pd.DataFrame:
    """A table of shares with the same cohort's share of the term before beside each.

    shares: term, grade, subject, share. marks: participant_id, term, grade. terms: in order of time. A grade's cohort
    was, the term before, in the grade that most of its pupils were in then; where fewer than half were enrolled the
    cohort is new, and its first term is its baseline. Adds earlier_term, earlier_grade and earlier (share), missing for
    a baseline.
    """
    of_cohort = _earlier_places(marks, terms)
    share_of = shares.set_index(["term", "grade", "subject"])["share"]
    rows = []
    for term, grade, subject in share_of.index:
        place = of_cohort.get((term, grade))
        earlier = share_of.get((*place, subject), math.nan) if place else math.nan
        rows.append({"earlier_term": place and place[0], "earlier_grade": place and place[1], "earlier": earlier})
    return pd.concat([shares.reset_index(drop=True), pd.DataFrame(rows)], axis="columns")


def _earlier_places(marks: pd.DataFrame, terms: Sequence[str]) -> dict[tuple[str, str], tuple[str, str]]:
    """(term, grade) -> the term before and the grade in which the same cohort then was."""
    enrolled = marks.drop_duplicates(["participant_id", "term"]).set_index("participant_id")
    places = {}
    for before, term in itertools.pairwise(terms):
        then = enrolled.loc[enrolled["term"] == before, "grade"]
        for grade, now in enrolled[enrolled["term"] == term].groupby("grade"):
            was = then.reindex(now.index).dropna()
            if 2 * len(was) > len(now):
                places[term, str(grade)] = (before, str(was.mode().iloc[0]))
    return places


def changes_by_group(
    earlier: pd.DataFrame, later: pd.DataFrame, *, by: str, retest_r: float, conf_level: float = 0.95
) -> pd.DataFrame:
    """Change of the bottom share of the same pupils, group by group.

    earlier, later: participant_id, bottom, and the group's name in ``by``, one row a pupil, who belongs to the group
    of the later term. retest_r: correlation of marks for what chance does (``chance_of_fall``). Returns the group, n
    (stayers), n_earlier and n_later (of them in the bottom share), count_reduction, share_fall, conf_low, conf_high (of
    the change, a fall negative), chance (of at least such a fall with nothing changed; missing without a fall),
    luck_band (net pupils up to which chance alone changes the count, see there).
    """
    first = earlier.set_index("participant_id")["bottom"]
    rows = []
    for name, group in later.groupby(by, sort=True):
        now = group.set_index("participant_id")["bottom"]
        change = share_change(first.reindex(now.index), now, conf_level=conf_level)
        n_earlier = change.n_stayed_bottom + change.n_left
        fall = -change.estimate
        chance = band = math.nan
        if change.n_used:
            mean_share = (2 * n_earlier - change.n_left + change.n_entered) / (2 * change.n_used)
            band = luck_band(change.n_used, share=mean_share, retest_r=retest_r, conf_level=conf_level)
        if change.n_used and fall > 0:
            by_r = chance_of_fall(change.n_used, share=mean_share, fall=fall, retest_r=[retest_r]).by_r
            chance = float(by_r["estimate"].iloc[0])
        rows.append(
            {
                by: name,
                "n": change.n_used,
                "n_earlier": n_earlier,
                "n_later": change.n_stayed_bottom + change.n_entered,
                "count_reduction": change.n_left - change.n_entered,
                "share_fall": fall,
                "conf_low": change.conf_low,
                "conf_high": change.conf_high,
                "chance": chance,
                "luck_band": band,
            }
        )
    columns = ["n", "n_earlier", "n_later", "count_reduction", "share_fall", "conf_low", "conf_high", "chance"]
    return pd.DataFrame(rows, columns=[by, *columns, "luck_band"])


def funnel(shares: pd.DataFrame, *, centre: float, conf_level: float = 0.95) -> pd.DataFrame:
    """The groups of a table of shares with the limits that chance alone allows around a common share.

    shares: n and share among its columns; centre: the common share, between 0 and 1. Returns the table with
    limit_low, limit_high (exact binomial) and outside (share beyond its limits).
    """
    if not 0 <= centre <= 1:
        raise ValueError(f"centre={centre!r}: between 0 and 1")
    limits = [binomial_limits(centre, int(n), conf_level=conf_level) for n in shares["n"]]
    low, high = (pd.Series([pair[side] for pair in limits], index=shares.index, dtype=float) for side in (0, 1))
    outside = shares["share"].lt(low) | shares["share"].gt(high)
    return shares.assign(limit_low=low, limit_high=high, outside=outside)


def _quadrants(before: pd.Series, after: pd.Series) -> list[tuple[pd.Series, pd.Series]]:
    return [(before, after), (before, ~after), (~before, after), (~before, ~after)]


def _movers(earlier: pd.Series, later: pd.Series) -> pd.DataFrame:
    before, after = earlier.dropna().astype(bool), later.dropna().astype(bool)
    enrolled = earlier.index.intersection(later.index)
    stayers = before.index.intersection(after.index)
    leavers, joiners = before.index.difference(enrolled), after.index.difference(enrolled)
    absent = before.index.symmetric_difference(after.index).intersection(enrolled)
    return pd.DataFrame(
        {
            "level": list(KINDS),
            "n": [len(stayers), len(leavers), len(joiners), len(absent)],
            "n_bottom_earlier": [before[stayers].sum(), before[leavers].sum(), math.nan, math.nan],
            "n_bottom_later": [after[stayers].sum(), math.nan, after[joiners].sum(), math.nan],
        }
    )


def _share(estimate: Estimate) -> dict[str, float]:
    return {"share": estimate.estimate, "conf_low": estimate.conf_low, "conf_high": estimate.conf_high}
