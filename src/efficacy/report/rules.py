"""Thresholds as cited data: a verbal label is only ever said together with the rule that gives it."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass

from .wording import Message, say


@dataclass(frozen=True)
class Rule:
    """Who drew the cuts, and the label of each interval between them.

    cuts: ascending. keys: one more than cuts, in the same order. A value on a cut belongs to the label above it.
    """

    source: str
    cuts: tuple[float, ...]
    keys: tuple[str, ...]

    def label(self, value: float) -> Message:
        """The label of a value; ValueError where there is no value to judge."""
        if math.isnan(value):
            raise ValueError("value=nan: a number")
        return say(f"rules.{self.keys[bisect_right(self.cuts, value)]}")


KAISER_1974 = Rule(
    "Kaiser, 1974",
    (0.5, 0.6, 0.7, 0.8, 0.9),
    ("kmo_unacceptable", "kmo_miserable", "kmo_mediocre", "kmo_middling", "kmo_meritorious", "kmo_marvelous"),
)
COSMIN_ALPHA = Rule("COSMIN; Prinsen et al., 2018", (0.70, 0.95), ("alpha_low", "alpha_sufficient", "alpha_high"))
"""Sufficient internal consistency of a unidimensional scale: 0.70 to 0.95."""
LORENZO_SEVA_2006 = Rule(
    "Lorenzo-Seva & ten Berge, 2006", (0.85, 0.95), ("congruence_unlike", "congruence_fair", "congruence_equal")
)
"""Tucker's congruence: 0.85 to 0.94 fair similarity, 0.95 or more equal factors."""
