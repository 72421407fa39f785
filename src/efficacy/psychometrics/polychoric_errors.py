"""What one respondent's answers do to thresholds and polychoric correlations: the source of their standard errors.

An influence is a respondent's share in an estimate's first-order deviation from its parameter; the sum of its squares
over respondents is the estimate's variance. The uncertainty of the thresholds is carried into the correlations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from .bivariate_normal import bivariate_normal_density
from .contingency import OrderedItems
from .polychoric_estimation import PairEstimates, cells, item_thresholds

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Errors = Literal["robust", "observed"]

_NORMAL = 1 / np.sqrt(2 * np.pi)


@dataclass(frozen=True, kw_only=True)
class Influences:
    """By answer: on an item's thresholds, items x categories x thresholds; on a pair's correlation, pairs x categories
    x categories, and of respondents without an answer to the second or the first item, pairs x categories each. NaN
    for a pair without an estimate inside (-1, 1)."""

    thresholds: Floats
    correlations: Floats
    first_alone: Floats
    second_alone: Floats


def influences(items: OrderedItems, estimates: PairEstimates, *, errors: Errors) -> Influences:
    """Influence of every answer on the estimates.

    Thresholds: ([answer at or below] - P) / (n phi(threshold)), 0 beyond an item's own. Correlations: (s - c' d) / a,
    with s the derivative of log pi_ab by the correlation and d the influence on the thresholds. errors: "robust", a
    and c are minus the second derivatives of the log-likelihood by the correlation, and by it and the thresholds, so
    that the squares hold whether or not a normal distribution lies behind the answers; "observed", the sums of
    products of first derivatives, which equal them in large samples from one (Muthen 1984, doi:10.1007/BF02294210, as
    lavaan).
    """
    on_thresholds = _on_thresholds(items)
    first, second = items.pairs
    inside = np.abs(estimates.correlation) < 1  # false for NaN
    most = items.counts.shape[1]
    parts = [np.full((len(first), *shape), np.nan) for shape in ((most, most), (most,), (most,))]
    moved_first, moved_second = on_thresholds[first[inside]], on_thresholds[second[inside]]
    found = _on_correlations(_Inside.of(estimates, inside), moved_first, moved_second, errors)
    for part, values in zip(parts, found, strict=True):
        part[inside] = values
    return Influences(thresholds=on_thresholds, correlations=parts[0], first_alone=parts[1], second_alone=parts[2])


def standard_errors(items: OrderedItems, estimates: PairEstimates, *, errors: Errors) -> tuple[Floats, Floats]:
    """Standard errors of thresholds (items x thresholds) and correlations (pairs): the root of the summed squared
    influences times n / (n - 1), n the respondents of the item or pair. errors: as influences."""
    moved = influences(items, estimates, errors=errors)
    first, second = items.pairs
    of_thresholds = (items.counts[:, :, None] * moved.thresholds**2).sum(axis=1)
    alone_first = items.counts[first] - estimates.tables.sum(axis=2)
    alone_second = items.counts[second] - estimates.tables.sum(axis=1)
    of_pairs = (
        (estimates.tables * moved.correlations**2).sum(axis=(1, 2))
        + (alone_first * moved.first_alone**2).sum(axis=1)
        + (alone_second * moved.second_alone**2).sum(axis=1)
    )
    n_items = items.counts.sum(axis=1)
    return np.sqrt(of_thresholds * _unbiased(n_items)[:, None]), np.sqrt(of_pairs * _unbiased(estimates.n))


def _unbiased(n: Floats) -> Floats:
    return np.divide(n, n - 1, out=np.full_like(n, np.nan), where=n > 1)


def _on_thresholds(items: OrderedItems) -> Floats:
    n = np.maximum(items.counts.sum(axis=1), 1)[:, None]
    share = (items.counts.cumsum(axis=1) / n)[:, :-1]
    thresholds = item_thresholds(items.counts, items.n_categories)
    inside = np.arange(thresholds.shape[1]) < (items.n_categories - 1)[:, None]
    density = np.where(inside, _NORMAL * np.exp(-(thresholds**2) / 2), np.inf)
    below = np.arange(items.counts.shape[1])[:, None] <= np.arange(thresholds.shape[1])
    return np.asarray((below - share[:, None, :]) / (n * density)[:, None, :], dtype=float)


@dataclass(frozen=True, kw_only=True)
class _Inside:
    """The pairs whose estimate lies inside (-1, 1); correlation is pairs x 1 x 1."""

    tables: Floats
    first: Floats
    second: Floats
    correlation: Floats

    @classmethod
    def of(cls, estimates: PairEstimates, inside: Flags) -> _Inside:
        return cls(
            tables=estimates.tables[inside],
            first=estimates.first[inside],
            second=estimates.second[inside],
            correlation=estimates.correlation[inside, None, None],
        )


def _on_correlations(
    pairs: _Inside, moved_first: Floats, moved_second: Floats, errors: Errors
) -> tuple[Floats, Floats, Floats]:
    tables, r = pairs.tables, pairs.correlation
    at = cells(r[:, 0, 0], pairs.first, pairs.second)
    answered = (tables > 0) & (at.probability > 0)
    odds = np.divide(1.0, at.probability, out=np.zeros_like(tables), where=answered)
    own = at.slope * odds
    weight = tables * own * odds
    crossed_first = -(np.diff(weight, axis=1) * _edge_mass(pairs.first, pairs.second, r)).sum(axis=2)
    crossed_second = -(np.diff(weight, axis=2) * _edge_mass(pairs.second, pairs.first, r).swapaxes(1, 2)).sum(axis=1)
    information = (tables * own**2).sum(axis=(1, 2))[:, None]
    if errors == "robust":
        weight = tables * odds
        crossed_first += (np.diff(weight, axis=1) * _edge_turn(pairs.first, pairs.second, r)).sum(axis=2)
        turned = _edge_turn(pairs.second, pairs.first, r).swapaxes(1, 2)
        crossed_second += (np.diff(weight, axis=2) * turned).sum(axis=1)
        information = information - (weight * at.curvature).sum(axis=(1, 2))[:, None]
    through_first = np.einsum("pat,pt->pa", moved_first, crossed_first)
    through_second = np.einsum("pbt,pt->pb", moved_second, crossed_second)
    moved = own - through_first[:, :, None] - through_second[:, None, :]
    return moved / information[:, :, None], -through_first / information, -through_second / information


def _edge_mass(edge: Floats, across: Floats, r: Floats) -> Floats:
    """Derivative by a threshold of the cells below it: pairs x thresholds x categories of the other item.

    phi(t_a) [Phi((u_b - r t_a) / s) - Phi((u_b-1 - r t_a) / s)]; the cells above the threshold lose the same.
    """
    reached = ndtr((across[:, None, :] - r * edge[:, :, None]) / np.sqrt((1 - r) * (1 + r)))
    mass = np.diff(np.pad(reached, ((0, 0), (0, 0), (1, 1)), constant_values=((0, 0), (0, 0), (0, 1))), axis=2)
    return np.asarray(_NORMAL * np.exp(-(edge[:, :, None] ** 2) / 2) * mass, dtype=float)


def _edge_turn(edge: Floats, across: Floats, r: Floats) -> Floats:
    """How _edge_mass moves with the correlation: differences of d phi2(t_a, u_b) / d t_a over b."""
    t, u = edge[:, :, None], across[:, None, :]
    bend = bivariate_normal_density(t, u, r) * (r * u - t) / ((1 - r) * (1 + r))
    return np.asarray(np.diff(np.pad(bend, ((0, 0), (0, 0), (1, 1))), axis=2), dtype=float)
