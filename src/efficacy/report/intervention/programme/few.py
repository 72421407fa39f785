"""Counts and means of parts of the group that few children make up, in shared pages of confidential data."""

from __future__ import annotations

from collections.abc import Sequence

from ...privacy import hidden_parts
from ...wording import Message, say


def few_hidden(counts: Sequence[int], *, smallest: int) -> set[int]:
    """Positions of the parts of a group that may not be shown; counts: all parts, also those that no row is about.

    A mean of all but a few would give back these few, whose total stands elsewhere; that nobody belongs to a part says
    something of every child, too.
    """
    if smallest == 1:
        return set()
    return hidden_parts(counts, k=smallest) | {part for part, n in enumerate(counts) if n == 0}


def few_note(smallest: int) -> list[Message]:
    """The note below a table in which parts may be hidden."""
    return [say("common.suppressed", k=smallest)] if smallest > 1 else []
