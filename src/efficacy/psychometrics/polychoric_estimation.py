"""Two-step maximum likelihood of polychoric correlations, for any number of cross-tables at once.

Step one: every item's thresholds from its own answers. Step two: given them, the correlation of each pair at which the
cross-table is most likely, by Newton's method on Fisher's z, all pairs in one iteration.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from .bivariate_normal import bivariate_normal_cdf, bivariate_normal_density
from .contingency import Codes, EmptyCells, OrderedItems, fill_empty_cells, tables_of_pairs

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

FEWEST = 3  # respondents of a pair
LIMIT = 0.99999  # a likelihood still rising here has its maximum at a perfect correlation

_BEYOND = 40.0  # stands for the infinite threshold above the last category: Phi(40) is 1 in double precision
_TOLERANCE = 1e-10  # of the correlation
_MOST_ITERATIONS = 100
_FLAT = 1e-7  # a likelihood that bends less, by respondent, does not change any more up to the limit
_PAIRS_AT_ONCE = 20_000  # in memory together; the results do not depend on it


@dataclass(frozen=True, kw_only=True)
class Cells:
    """Probabilities of a pair's cells and their first and second derivative by the correlation, each pairs x
    categories x categories."""

    probability: Floats
    slope: Floats
    curvature: Floats


@dataclass(frozen=True, kw_only=True)
class PairEstimates:
    """Correlations of all pairs of items, in the order of OrderedItems.pairs.

    correlation: NaN where an item has no variation or fewer than three respondents answered both. at_limit: the
    likelihood rises up to the correlation given, 1 or -1. tables: counts as observed. first, second: thresholds of
    the pair's items, pairs x thresholds. filled: an empty cell was filled first.
    """

    correlation: Floats
    at_limit: Flags
    tables: Floats
    first: Floats
    second: Floats
    filled: Flags

    @property
    def n(self) -> Floats:
        """Respondents behind every pair."""
        return np.asarray(self.tables.sum(axis=(1, 2)), dtype=float)


def estimate_pairs(items: OrderedItems, *, empty_cells: EmptyCells) -> PairEstimates:
    """Two-step correlation of every pair; empty_cells as contingency.fill_empty_cells."""
    first, second = items.pairs
    tables = tables_of_pairs(items.codes, items.counts.shape[1])
    n_first, n_second = items.n_categories[first], items.n_categories[second]
    used, filled = fill_empty_cells(tables, (n_first == 2) & (n_second == 2), empty_cells)
    thresholds = item_thresholds(items.counts, items.n_categories)
    cuts_first, cuts_second = thresholds[first], thresholds[second]
    usable = (n_first > 1) & (n_second > 1) & (tables.sum(axis=(1, 2)) >= FEWEST)
    correlation, at_limit = np.full(len(tables), np.nan), np.zeros(len(tables), dtype=bool)
    correlation[usable], at_limit[usable] = two_step(used[usable], cuts_first[usable], cuts_second[usable])
    return PairEstimates(
        correlation=correlation, at_limit=at_limit, tables=tables, first=cuts_first, second=cuts_second, filled=filled
    )


def square(correlations: Floats, items: OrderedItems) -> Floats:
    """The symmetric matrix of correlations given by pair, with ones on its diagonal (NaN for an item without
    variation)."""
    matrix = np.diag(np.where(items.n_categories > 1, 1.0, np.nan))
    matrix[items.pairs] = matrix.T[items.pairs] = correlations
    return matrix


def item_thresholds(counts: Floats, n_categories: Codes) -> Floats:
    """Phi^-1 of the cumulated shares: items x (most categories - 1).

    counts: items x categories. Above an item's last category stands a number so large that nothing lies beyond it.
    """
    share = counts.cumsum(axis=1)[:, :-1] / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    inside = np.arange(counts.shape[1] - 1) < (n_categories - 1)[:, None]
    return np.where(inside, ndtri(np.where(inside, share, 0.5)), _BEYOND)


def cells(correlation: Floats, first: Floats, second: Floats) -> Cells:
    """Cells of every pair under a bivariate normal with this correlation, cut at these thresholds.

    correlation: pairs. first, second: pairs x thresholds. pi_ab = Phi2(t_a, u_b) - Phi2(t_a-1, u_b) - Phi2(t_a, u_b-1)
    + Phi2(t_a-1, u_b-1); d Phi2 / d r is the bivariate density.
    """
    x, y, r = first[:, :, None], second[:, None, :], correlation[:, None, None]
    corners = _bordered(bivariate_normal_cdf(x, y, r))
    corners[:, 1:-1, -1], corners[:, -1, 1:-1], corners[:, -1, -1] = ndtr(first), ndtr(second), 1.0
    density = bivariate_normal_density(x, y, r)
    rest = (1 - r) * (1 + r)
    bend = density * (r / rest + (x * y * (1 + r**2) - r * (x**2 + y**2)) / rest**2)
    return Cells(
        probability=_differences(corners),
        slope=_differences(_bordered(density)),
        curvature=_differences(_bordered(bend)),
    )


def _bordered(inner: Floats) -> Floats:
    return np.pad(inner, ((0, 0), (1, 1), (1, 1)))


def _differences(corners: Floats) -> Floats:
    return np.diff(np.diff(corners, axis=1), axis=2)


def two_step(tables: Floats, first: Floats, second: Floats) -> tuple[Floats, Flags]:
    """Correlation of largest likelihood for every table, given the thresholds of its items.

    tables: pairs x categories x categories, counts. first, second: pairs x thresholds. Returns the correlations and
    which lie at the limit, where the likelihood rises up to a perfect correlation (given as 1
    or -1). Reference: Olsson (1979), doi:10.1007/BF02296207. R: psych::polychoric(items, correct = 0)
    and lavaan::lavCor(items, ordered = names(items)), which stop within about 2e-5 of the maximum.
    """
    z = np.arctanh(np.clip(_code_correlations(tables), -0.9, 0.9))
    for start in range(0, len(tables), _PAIRS_AT_ONCE):
        part = slice(start, start + _PAIRS_AT_ONCE)
        z[part] = _maximise(z[part], tables[part], first[part], second[part])
    at_limit = np.abs(z) >= np.arctanh(LIMIT)
    return np.asarray(np.where(at_limit, np.sign(z), np.tanh(z)), dtype=float), at_limit


def _maximise(z: Floats, tables: Floats, first: Floats, second: Floats) -> Floats:
    """Newton steps on z, each kept inside the interval in which the slope of the likelihood changes its sign."""
    z, end = z.copy(), float(np.arctanh(LIMIT))
    low, high = np.full_like(z, -end), np.full_like(z, end)
    active = np.arange(len(z))
    for _ in range(_MOST_ITERATIONS):
        here = z[active]
        slope, curvature = _slopes(here, tables[active], first[active], second[active])
        low[active] = np.where(slope > 0, here, low[active])
        high[active] = np.where(slope < 0, here, high[active])
        flat = curvature < _FLAT * tables[active].sum(axis=(1, 2))
        there = here + np.divide(slope, curvature, out=np.zeros_like(slope), where=~flat).clip(-1, 1)
        outside = (there < low[active]) | (there > high[active])
        there = np.where(outside, (low[active] + high[active]) / 2, there)
        z[active] = np.where(flat, np.sign(here) * end, there)
        active = active[(np.abs(np.tanh(z[active]) - np.tanh(here)) > _TOLERANCE) & ~flat]
        if not active.size:
            break
    return np.asarray(np.where(end - np.abs(z) < 1e-3, np.sign(z) * end, z), dtype=float)


def _slopes(z: Floats, tables: Floats, first: Floats, second: Floats) -> tuple[Floats, Floats]:
    """Slope of the log-likelihood by z and how it bends; where it is not concave the squared slopes, never below 0."""
    r = np.tanh(z)
    of_table = cells(r, first, second)
    answered = (tables > 0) & (of_table.probability > 0)
    relative, bend = (
        np.divide(part, of_table.probability, out=np.zeros_like(part), where=answered)
        for part in (of_table.slope, of_table.curvature)
    )
    by_z = (1 - r) * (1 + r)
    slope = (tables * relative).sum(axis=(1, 2))
    squares = (tables * relative**2).sum(axis=(1, 2)) * by_z**2
    concave = squares - (tables * bend).sum(axis=(1, 2)) * by_z**2 + 2 * r * by_z * slope
    return np.asarray(slope * by_z, dtype=float), np.asarray(np.where(concave > 0, concave, squares), dtype=float)


def _code_correlations(tables: Floats) -> Floats:
    """Pearson correlation of the category numbers, where the search starts; 0 for a table without variation."""
    steps = np.arange(tables.shape[-1], dtype=float)
    n = np.maximum(tables.sum(axis=(1, 2)), 1)
    rows, columns = tables.sum(axis=2), tables.sum(axis=1)
    mean_x, mean_y = rows @ steps / n, columns @ steps / n
    products = np.einsum("pab,a,b->p", tables, steps, steps) / n - mean_x * mean_y
    spread = np.sqrt((rows @ steps**2 / n - mean_x**2) * (columns @ steps**2 / n - mean_y**2))
    found = np.divide(products, spread, out=np.zeros_like(products), where=spread > 1e-9)
    return np.asarray(found, dtype=float)
