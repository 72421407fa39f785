"""Coded interviews: for how many children each code was given, which codes come together, and do two coders agree."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from ..results import Reason, Result


@dataclass(frozen=True, kw_only=True, eq=False)
class CodeCounts(Result):
    """Codes by number of children.

    counts: one row a level: level, n (children), share of the interviewed. together: levels x levels, children with
    both codes; the diagonal is n. n_raters: coders who gave a code. n_agreement: children coded by both of exactly two
    coders; agreement: share of their child x level decisions on which the two agree, not corrected for chance.
    """

    n_raters: int
    n_agreement: int = 0
    agreement: float = math.nan
    counts: pd.DataFrame
    together: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """One row a level: level, n, share."""
        return self.counts.copy()


def count_codes(
    codes: pd.DataFrame, *, levels: Sequence[str], rule: Literal["any_rater", "all_raters"] = "any_rater"
) -> CodeCounts:
    """Count the children given each code.

    codes: participant_id, level, rater (NaN where nobody is named), one row for each code a rater gave a child; repeats
    count once. levels: every possible code, in order. rule: a child counts where any rater gave the code, or only where
    all who coded the child did. Children without any code are not in such a file, so n_used counts the children with at
    least one. Returns CodeCounts; no rows: not computable. Raises ValueError for a code that is not among ``levels``.
    R, any_rater: ``crossprod(table(unique(codes[c("id", "level")])))``, its diagonal the counts.
    """
    if rule not in ("any_rater", "all_raters"):
        raise ValueError(f"rule={rule!r}: any_rater or all_raters")
    foreign = sorted(set(codes["level"].astype(str)) - set(levels))
    if foreign:
        raise ValueError(f"codes: level {foreign} not among {list(levels)}")
    known = codes.assign(rater=codes["rater"].astype(object).where(codes["rater"].notna(), ""))
    given = known.drop_duplicates(["participant_id", "level", "rater"])
    raters = given.groupby("participant_id")["rater"].nunique()
    votes = given.groupby(["participant_id", "level"])["rater"].nunique().unstack(fill_value=0)
    votes = votes.reindex(columns=list(levels), fill_value=0)
    needed = raters if rule == "all_raters" else raters.clip(upper=1)
    coded = votes.ge(needed, axis="index").astype(int)
    n = len(coded)
    together = coded.T.dot(coded)
    shares = coded.sum() / n if n else pd.Series(math.nan, index=list(levels))
    counts = pd.DataFrame({"level": list(levels), "n": coded.sum().to_numpy(), "share": shares.to_numpy()})
    n_agreement, agreement = _agreement(given, levels)
    return CodeCounts(
        n_used=n,
        n_dropped=0,
        method=rule,
        status="ok" if n else "not_computable",
        reasons=() if n else (Reason("too_few_rows", {"n": 0, "minimum": 1}),),
        n_raters=int(given["rater"].nunique()),
        n_agreement=n_agreement,
        agreement=agreement,
        counts=counts,
        together=together,
    )


def _agreement(given: pd.DataFrame, levels: Sequence[str]) -> tuple[int, float]:
    """Children coded by both of exactly two raters, and the share of equal decisions about them."""
    names = sorted(given["rater"].unique())
    if len(names) != 2:
        return 0, math.nan
    both = set.intersection(*(set(given.loc[given["rater"] == name, "participant_id"]) for name in names))
    if not both:
        return 0, math.nan
    pairs = [(child, level) for child in sorted(both) for level in levels]
    first, second = (
        set(given.loc[given["rater"] == name, ["participant_id", "level"]].itertuples(index=False, name=None))
        for name in names
    )
    return len(both), sum((pair in first) == (pair in second) for pair in pairs) / len(pairs)
