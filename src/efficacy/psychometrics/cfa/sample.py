"""What a likelihood needs of the data: by group, the answers sorted by which items are missing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..inputs import Mask, Matrix


@dataclass(frozen=True)
class Pattern:
    """Respondents who answered the same items: which (truth value by item), their answers, mean and covariance
    (divisor n) of the answered items."""

    observed: Mask
    values: Matrix
    mean: Matrix
    covariance: Matrix

    @property
    def n(self) -> int:
        """Respondents with this pattern."""
        return len(self.values)


@dataclass(frozen=True)
class Sample:
    """One group: its answers (respondents x items, NaN missing, nobody without any answer) and their patterns."""

    values: Matrix
    patterns: tuple[Pattern, ...]

    @property
    def n(self) -> int:
        """Respondents of the group."""
        return len(self.values)

    @cached_property
    def variances(self) -> Matrix:
        """By item, the variance of its answers (divisor n)."""
        return np.asarray(np.nanvar(self.values, axis=0), dtype=float)

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return len(self.patterns) == 1 and bool(self.patterns[0].observed.all())


def sample(values: Matrix) -> Sample:
    """A group's answers, sorted by pattern of missing items."""
    observed = ~np.isnan(values)
    kinds, belongs = np.unique(observed, axis=0, return_inverse=True)
    patterns = [_pattern(kind, values[belongs.ravel() == number]) for number, kind in enumerate(kinds)]
    return Sample(values=values, patterns=tuple(patterns))


def _pattern(observed: Mask, rows: Matrix) -> Pattern:
    answers = rows[:, observed]
    centred = answers - answers.mean(axis=0)
    return Pattern(
        observed=observed,
        values=answers,
        mean=np.asarray(answers.mean(axis=0), dtype=float),
        covariance=np.asarray(centred.T @ centred / len(rows), dtype=float),
    )
