"""Answers told apart by group, and why groups cannot be compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from ..results import Reason
from .cfa.fit import chosen
from .inputs import flat_columns


@dataclass(frozen=True, kw_only=True)
class MeasuredGroups:
    """Answers by group's name: respondents x items, in the order of the categories of the grouping, else sorted."""

    answers: dict[str, pd.DataFrame]
    n_used: int
    n_dropped: int


def measured_groups(
    items: pd.DataFrame, names: Sequence[str], group: pd.Series, *, complete: bool = True
) -> MeasuredGroups:
    """The answers to these items in every group.

    group: by respondent, aligned by index. complete: only rows without a missing answer, else those with any answer;
    rows without a group are dropped in any case. Raises ValueError for an index with repeated entries.
    """
    if not isinstance(group, pd.Series):
        raise ValueError(f"group: a Series by respondent expected, found {type(group).__name__}")
    if not (items.index.is_unique and group.index.is_unique):
        raise ValueError("items, group: one row per respondent, found repeated ones")
    frame = chosen(items, names)
    belongs = group.reindex(frame.index)
    categories = belongs if isinstance(belongs.dtype, pd.CategoricalDtype) else belongs.astype("category")
    kept = (frame.notna().all(axis="columns") if complete else frame.notna().any(axis="columns")) & categories.notna()
    used, labels = frame[kept], categories[kept]
    answers = {str(level): used[labels == level] for level in labels.cat.categories if (labels == level).any()}
    return MeasuredGroups(answers=answers, n_used=len(used), n_dropped=len(frame) - len(used))


def refusals(groups: MeasuredGroups, *, minimum_n: int) -> tuple[Reason, ...]:
    """Why invariance is not tested: fewer_than_two_levels, groups_too_small (fewer than minimum_n, or not more
    respondents than items), zero_variance_in_groups (an item that all members of a group answered alike)."""
    answers = groups.answers
    if len(answers) < 2:
        return (Reason("fewer_than_two_levels", {"n_levels": len(answers)}),)
    n_items = len(next(iter(answers.values())).columns)
    least = max(minimum_n, n_items + 1)
    reasons = []
    if small := tuple(name for name, frame in answers.items() if len(frame) < least):
        reasons.append(Reason("groups_too_small", {"levels": small, "minimum": least}))
    flat = {name: flat_columns(frame) for name, frame in answers.items()}
    if items := tuple(dict.fromkeys(item for columns in flat.values() for item in columns)):
        levels = tuple(name for name, columns in flat.items() if columns)
        reasons.append(Reason("zero_variance_in_groups", {"items": items, "levels": levels}))
    return tuple(reasons)
