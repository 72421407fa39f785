"""What members said of the programme, as codes, and beside it how their scores changed: a joint display."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from ..results import Reason, Result

VALENCES = ("positive", "mixed", "negative")
NOT_MENTIONED = "not_mentioned"
SAID = ("positive", "not_positive")


@dataclass(frozen=True, kw_only=True, eq=False)
class Voices(Result):
    """Codes of members' own words.

    by_child: children x codes, a valence (positive, mixed, negative) or "not_mentioned"; missing where the raters of
    the child do not agree. by_code: code, n (children who spoke of it), share of the children, n_positive, n_mixed,
    n_negative, n_unsettled (raters do not agree). decisions: index participant_id and code x raters, each rater's
    valence or "not_mentioned", of the children whom every rater coded. n_used: children with at least one code.
    """

    n_raters: int
    by_child: pd.DataFrame
    by_code: pd.DataFrame
    decisions: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """One row a code."""
        return self.by_code.copy()


@dataclass(frozen=True, kw_only=True, eq=False)
class JointDisplay(Result):
    """Voices and changes side by side; no test, because what is said and what is ticked are not two samples.

    by_code: code, level (positive: children who spoke of it positively; not_positive: the others whose raters agree),
    n, mean and sd of the change. by_child: change, then the codes as in Voices, the largest change first. n_used:
    children with both, n_dropped: children with codes and no change.
    """

    by_code: pd.DataFrame
    by_child: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """Two rows a code."""
        return self.by_code.copy()


def code_voices(feelings: pd.DataFrame, *, codes: Sequence[str]) -> Voices:
    """Settle and count what members said.

    feelings: participant_id, code, valence ("positive", "mixed", "negative"), rater; one row for each code a rater gave
    a child. codes: every possible code, in order. A code counts where all raters of that child gave it with the same
    valence. Children without any code are not in such a file. Returns Voices; no rows: not computable. Raises
    ValueError for a code or valence that is not among the known ones, or a rater's code of a child twice.
    R: ``table(unique(feelings[c("id", "code", "valence")])[c("code", "valence")])`` where there is one rater.
    """
    for name, known in (("code", codes), ("valence", VALENCES)):
        if foreign := sorted(set(feelings[name]) - set(known)):
            raise ValueError(f"feelings: {name} {foreign} not among {list(known)}")
    if feelings.duplicated(["participant_id", "code", "rater"]).any():
        raise ValueError("feelings: one row per participant_id, code and rater, found repeated ones")
    given = _decisions(feelings, codes)
    settled = pd.Series([_settled(said) for said in given.to_numpy()], index=given.index, dtype=object)
    by_child = settled.unstack("code").reindex(columns=list(codes))
    return Voices(
        n_used=len(by_child),
        n_dropped=0,
        method="voices",
        status="ok" if len(by_child) else "not_computable",
        reasons=() if len(by_child) else (Reason("too_few_rows", {"n": 0, "minimum": 1}),),
        n_raters=given.shape[1],
        by_child=by_child.rename_axis(index="participant_id", columns=None),
        by_code=_by_code(by_child, codes),
        decisions=given.dropna(),
    )


def joint_display(voices: Voices, change: pd.Series) -> JointDisplay:
    """Set each child's codes beside its change.

    change: post minus pre of one scale, indexed by participant_id. Returns JointDisplay; no child in both: not
    computable. R: ``merge(codes, change)``, then ``aggregate(change ~ positive, data, mean)`` for each code.
    """
    both = voices.by_child.join(change.dropna().rename("change"), how="inner")
    parts = []
    for code in voices.by_child.columns:
        settled = both[both[code].notna()]
        level = (settled[code] == "positive").map({True: SAID[0], False: SAID[1]})
        groups = settled["change"].groupby(level)
        rows = pd.DataFrame({"n": groups.size(), "mean": groups.mean(), "sd": groups.std()}).reindex(list(SAID))
        parts.append(rows.rename_axis("level").reset_index().assign(code=code))
    columns = ["code", "level", "n", "mean", "sd"]
    table = pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)
    ordered = both[["change", *voices.by_child.columns]].sort_values("change", ascending=False, kind="stable")
    return JointDisplay(
        n_used=len(both),
        n_dropped=len(voices.by_child) - len(both),
        method="joint_display",
        status="ok" if len(both) else "not_computable",
        reasons=() if len(both) else (Reason("too_few_rows", {"n": 0, "minimum": 1}),),
        by_code=table.assign(n=table["n"].fillna(0).astype(int)),
        by_child=ordered,
    )


def _decisions(feelings: pd.DataFrame, codes: Sequence[str]) -> pd.DataFrame:
    """Child x code places by rater; missing where a rater gave the child no code at all, so did not code it."""
    raters = sorted(feelings["rater"].unique())
    children = sorted(feelings["participant_id"].unique())
    places = pd.MultiIndex.from_product([children, list(codes)], names=["participant_id", "code"])
    table = pd.DataFrame(index=places, columns=raters, dtype=object)
    for rater in raters:
        rows = feelings[feelings["rater"] == rater]
        said = rows.set_index(["participant_id", "code"])["valence"].reindex(places)
        coded = places.get_level_values("participant_id").isin(rows["participant_id"])
        table[rater] = said.where(said.notna() | ~coded, NOT_MENTIONED)
    return table


def _settled(decisions: Iterable[object]) -> str | None:
    """What all raters of a child say of a code; None where they differ."""
    known = {said for said in decisions if isinstance(said, str)}
    return known.pop() if len(known) == 1 else None


def _by_code(by_child: pd.DataFrame, codes: Sequence[str]) -> pd.DataFrame:
    counts = {f"n_{valence}": (by_child == valence).sum() for valence in VALENCES}
    table = pd.DataFrame(counts, index=pd.Index(list(codes), name="code")).fillna(0).astype(int)
    table["n_unsettled"] = by_child.isna().sum().reindex(table.index).fillna(0).astype(int)
    table.insert(0, "n", table[list(counts)].sum(axis=1))
    table.insert(1, "share", table["n"] / len(by_child) if len(by_child) else float("nan"))
    return table.reset_index()
