"""Small things the figures of the programme share."""

from __future__ import annotations

import unicodedata

GREY = "#5a6672"  # dark enough for words
PALE = "#eef2f5"


def wide(text: str) -> int:
    """Width in Latin characters: a Chinese one is as wide as two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def wrapped(text: str, *, width: int, lines: int = 2) -> str:
    """A label on at most so many lines of a width, broken at spaces where there are any, cut with an ellipsis."""
    broken: list[str] = []
    rest = text.strip()
    while rest and len(broken) < lines:
        fitting = _fitting(rest, width)
        if fitting < len(rest) and " " in rest[: fitting + 1]:
            fitting = rest.rindex(" ", 0, fitting + 1) or fitting
        broken.append(rest[:fitting].strip())
        rest = rest[fitting:].strip()
    if rest:
        broken[-1] = broken[-1][: _fitting(broken[-1], width - 1)].rstrip() + "…"
    return "\n".join(broken)


def _fitting(text: str, width: int) -> int:
    """How many characters of a text fit a width, at least one."""
    used = 0
    for position, character in enumerate(text):
        used += wide(character)
        if used > width:
            return max(1, position)
    return len(text)
