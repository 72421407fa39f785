"""Polychoric matrices of unrelated items, many at once: what parallel analysis compares ordered answers with.

Every item's answers are shuffled among the respondents, so thresholds stay and only the cross-tables change. The slope
of a pair's likelihood is then a sum of counts times fixed functions of the correlation: tabulated once, it turns the
search for the maximum into one matrix product and an interpolation.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from .contingency import OrderedItems, fill_empty_cells, tables_of_pairs
from .polychoric_estimation import cells, item_thresholds, two_step
from .smoothing import smooth

Floats = NDArray[np.float64]

_GRID = np.linspace(-2.0, 2.0, 41)  # Fisher's z of the correlations at which slopes are tabulated
_CELLS_AT_ONCE = 8_000_000  # of cross-tables, in memory together; more cells make more tabulations
_HALVINGS = 16  # of a grid step: to 2e-6
_RAREST = 1e-12  # cells less probable than this are rounding
_POSITIVE = 1e-10  # smallest eigenvalue of a matrix that is left as it is


def shuffled_polychoric(items: OrderedItems, n_matrices: int, generator: np.random.Generator) -> Iterator[Floats]:
    """Polychoric matrices of complete answers shuffled item by item, in stacks: matrices x items x items.

    Empty cells of two by two tables are filled keeping the margins; a matrix that is not positive definite is
    smoothed. A correlation beyond tanh(2) = .964 is searched for by itself, the others are within 1e-5 of the maximum.
    """
    tabulated = _Tabulated(items)
    n_cells = len(tabulated.first) * tabulated.n_categories**2
    at_once = max(1, _CELLS_AT_ONCE // n_cells)
    for start in range(0, n_matrices, at_once):
        size = min(at_once, n_matrices - start)
        codes = generator.permuted(np.broadcast_to(items.codes, (size, *items.codes.shape)), axis=1)
        stack = tabulated.matrices(codes)
        indefinite = np.linalg.eigvalsh(stack)[:, 0] < _POSITIVE
        stack[indefinite] = smooth(stack[indefinite])
        yield stack


class _Tabulated:
    """Slopes of the log-likelihood of every pair, for each cell, along the grid."""

    def __init__(self, items: OrderedItems) -> None:
        self.first, self.second = items.pairs
        self.n_items, self.n_categories = len(items.n_categories), items.counts.shape[1]
        self.two_by_two = (items.n_categories[self.first] == 2) & (items.n_categories[self.second] == 2)
        thresholds = item_thresholds(items.counts, items.n_categories)
        self.cuts = thresholds[self.first], thresholds[self.second]

    def matrices(self, codes: NDArray[np.int64]) -> Floats:
        """The correlations of shuffled answers (matrices x respondents x items) as matrices."""
        tables = tables_of_pairs(codes, self.n_categories)
        stack = np.ones((len(codes), self.n_items, self.n_items))
        for pair in range(len(self.first)):
            found = self._correlations(pair, tables[:, pair])
            stack[:, self.first[pair], self.second[pair]] = stack[:, self.second[pair], self.first[pair]] = found
        return stack

    def _correlations(self, pair: int, tables: Floats) -> Floats:
        """Correlation of largest likelihood of one pair for every table."""
        used, _ = fill_empty_cells(tables, np.full(len(tables), self.two_by_two[pair]), "keep_margins")
        slope, bend = self._along(pair)
        flat = used.reshape(len(used), -1)
        z = _crossing(flat @ slope, flat @ bend)
        beyond = np.isnan(z)
        found = np.tanh(z)
        first, second = (np.broadcast_to(cuts[pair], (int(beyond.sum()), cuts.shape[1])) for cuts in self.cuts)
        found[beyond] = two_step(used[beyond], first, second)[0]
        return found

    def _along(self, pair: int) -> tuple[Floats, Floats]:
        """Slope of log pi_ab by the correlation and its own slope by z, cells x grid."""
        r = np.tanh(_GRID)
        at = cells(r, *(np.broadcast_to(cuts[pair], (len(r), cuts.shape[1])) for cuts in self.cuts))
        odds = 1 / np.maximum(at.probability, _RAREST)
        slope = (at.slope * odds).reshape(len(r), -1).T
        bend = (at.curvature * odds).reshape(len(r), -1).T - slope**2
        return slope, bend * ((1 - r) * (1 + r))


def _crossing(height: Floats, steepness: Floats) -> Floats:
    """Where a function known on the grid with its slope first falls to zero on the way outwards from the middle.

    height, steepness: functions x grid. Cubic between the two grid points, NaN where it does not cross on the grid.
    """
    left = height[:, len(_GRID) // 2] < 0  # its maximum lies at a negative z: look at its mirror image
    height = np.where(left[:, None], -height[:, ::-1], height)[:, len(_GRID) // 2 :]
    steepness = np.where(left[:, None], steepness[:, ::-1], steepness)[:, len(_GRID) // 2 :]
    below = height <= 0
    after = below.argmax(axis=1)
    found = below[np.arange(len(below)), after]
    after = np.maximum(after, 1)
    row, width = np.arange(len(below)), float(_GRID[1] - _GRID[0])
    start, end = height[row, after - 1], height[row, after]
    rise, fall = steepness[row, after - 1] * width, steepness[row, after] * width
    cubic, square = 2 * (start - end) + rise + fall, 3 * (end - start) - 2 * rise - fall
    low, high = np.zeros(len(row)), np.ones(len(row))
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        above = ((cubic * middle + square) * middle + rise) * middle + start > 0
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    z = _GRID[len(_GRID) // 2 + after - 1] + width * (low + high) / 2
    return np.where(found, np.where(left, -z, z), np.nan)
