"""What a likelihood needs of the data: by group, the answers summarised by which items are missing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..inputs import Mask, Matrix
from .specification import Indices


@dataclass(frozen=True)
class Sample:
    """One group of respondents and its patterns of answered items; complete answers are one pattern.

    values: respondents x items, NaN missing, nobody without any answer. belongs: pattern of every respondent. observed:
    patterns x items, whether answered. counts, means, covariances: by pattern its respondents, the means of the items
    and their covariances (divisor: its respondents), 0 where an item is missing.
    """

    values: Matrix
    belongs: Indices
    observed: Mask
    counts: Matrix
    means: Matrix
    covariances: Matrix

    @property
    def n(self) -> int:
        """Respondents of the group."""
        return len(self.values)

    @cached_property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return bool(self.observed.all())

    @cached_property
    def variances(self) -> Matrix:
        """By item, the variance of its answers (divisor: its answers)."""
        return np.asarray(np.nanvar(self.values, axis=0), dtype=float)

    def within(self, covariance: Matrix) -> Matrix:
        """By pattern, the covariances of the answered items, patterns x items x items; for a missing item 1 on the
        diagonal and 0 beside it, so that determinants and inverses are those of the answered items."""
        if self.complete:
            return covariance[None]
        both = self.observed[:, :, None] & self.observed[:, None, :]
        return np.where(both, covariance, np.eye(len(covariance)))

    def inverses(self, covariance: Matrix) -> Matrix:
        """By pattern, the inverse of the covariances of the answered items, 0 where an item is missing."""
        inverse = np.linalg.inv(self.within(covariance))
        if not self.complete:
            inverse = inverse * (self.observed[:, :, None] & self.observed[:, None, :])
        return np.asarray(inverse, dtype=float)


def sample(values: Matrix) -> Sample:
    """A group's answers (respondents x items, NaN missing) with their patterns."""
    observed, belongs = np.unique(~np.isnan(values), axis=0, return_inverse=True)
    belongs = belongs.ravel()
    counts = np.bincount(belongs, minlength=len(observed)).astype(float)
    known = np.nan_to_num(values)
    means, covariances = np.zeros(observed.shape), np.zeros((*observed.shape, observed.shape[1]))
    for number in range(len(observed)):
        rows = known[belongs == number]
        means[number] = rows.mean(axis=0)
        centred = rows - means[number]
        covariances[number] = centred.T @ centred / len(rows)
    return Sample(
        values=values, belongs=belongs, observed=observed, counts=counts, means=means, covariances=covariances
    )
