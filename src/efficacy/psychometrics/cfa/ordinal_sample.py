"""What ordered answers tell a factor model: thresholds, polychoric correlations, and how they vary together."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..contingency import OrderedItems, ordered_items
from ..inputs import Matrix
from ..polychoric_errors import influences
from ..polychoric_estimation import PairEstimates, estimate_pairs, item_thresholds
from .specification import Indices

_ROWS_AT_ONCE = 2_000  # of respondents x statistics, in memory together


@dataclass(frozen=True, kw_only=True)
class OrdinalSample:
    """One group of complete ordered answers, reduced to its statistics: every item's thresholds, then the polychoric
    correlations of all pairs in the order of ``pairs``.

    threshold_items: item of every threshold. pairs: first and second item of every correlation. at_limit: how many
    correlations are 1 or -1; statistics have no variation then.
    """

    items: OrderedItems
    estimates: PairEstimates
    thresholds: Matrix
    threshold_items: Indices
    threshold_numbers: Indices

    @property
    def n(self) -> int:
        """Respondents."""
        return len(self.items.codes)

    @cached_property
    def pairs(self) -> tuple[Indices, Indices]:
        """First and second item of every correlation."""
        return self.items.pairs

    @property
    def at_limit(self) -> int:
        """Correlations of 1 or -1."""
        return int(self.estimates.at_limit.sum())

    @cached_property
    def statistics(self) -> Matrix:
        """Thresholds, then correlations."""
        return np.concatenate([self.thresholds, self.estimates.correlation])

    @property
    def correlations(self) -> Matrix:
        """The same correlations as a matrix, items x items."""
        matrix = np.eye(self.items.codes.shape[1])
        matrix[self.pairs] = matrix.T[self.pairs] = self.estimates.correlation
        return matrix

    def without_thresholds(self) -> OrdinalSample:
        """The same with the correlations as its only statistics."""
        none = np.empty(0, dtype=np.intp)
        return dataclasses.replace(self, thresholds=np.empty(0), threshold_items=none, threshold_numbers=none)

    @cached_property
    def gamma(self) -> Matrix:
        """n times the covariances of the statistics: n^2 / (n - 1) times the products of respondents' influences, as
        lavaan. Reference: Muthen (1984), doi:10.1007/BF02294210. R: lavaan::lavInspect(fit, "gamma")."""
        moved = influences(self.items, self.estimates, errors="observed")
        first, second = self.pairs
        of_pair = np.arange(len(first))
        products = np.zeros((len(self.statistics),) * 2)
        for start in range(0, self.n, _ROWS_AT_ONCE):
            codes = self.items.codes[start : start + _ROWS_AT_ONCE]
            on_thresholds = moved.thresholds[
                self.threshold_items, codes[:, self.threshold_items], self.threshold_numbers
            ]
            on_correlations = moved.correlations[of_pair, codes[:, first], codes[:, second]]
            influence = np.hstack([on_thresholds, on_correlations])
            products += influence.T @ influence
        return np.asarray(products * self.n**2 / (self.n - 1), dtype=float)


def ordinal_sample(values: Matrix) -> OrdinalSample:
    """A group's statistics from complete answers, respondents x items; tables of two by two with a single empty cell
    are filled keeping their margins, as lavaan."""
    items = ordered_items(values)
    estimates = estimate_pairs(items, empty_cells="keep_margins")
    thresholds = item_thresholds(items.counts, items.n_categories)
    inside = np.arange(thresholds.shape[1]) < (items.n_categories - 1)[:, None]
    of_item, number = np.nonzero(inside)
    return OrdinalSample(
        items=items,
        estimates=estimates,
        thresholds=thresholds[inside],
        threshold_items=of_item,
        threshold_numbers=number,
    )
