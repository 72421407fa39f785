"""Where the search begins: rough values from principal axes of the items' correlations."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..inputs import Mask, Matrix
from .moments import matrices
from .specification import FIXED, Element, Specification

_SMALLEST, _LARGEST = 0.2, 0.9  # standardised loadings of a start stay off zero and off one, with their sign
_LEAST_SHARE = 0.05  # of a variance that a start leaves to the residual


def started(specification: Specification, covariances: Sequence[Matrix], means: Sequence[Matrix]) -> Specification:
    """The model with start values for its free parameters.

    covariances, means: of the items, by group; covariances are averaged, so that equal parameters start equal.
    Loadings of a factor: first principal axis of the correlations of its items (group factors of a bifactor model:
    of what the general factor leaves); factor correlations: those of the items' sums weighted by loadings, freed of
    residual variance; a second-order factor: the same axis of the factor correlations. Where a marker is fixed the
    factor takes its unit and direction, else its first item loads positively.
    """
    covariance = np.asarray(np.mean(covariances, axis=0), dtype=float)
    guess = _guess(specification, covariance)
    moved = (
        e if e.free == FIXED else dataclasses.replace(e, value=_value(e, guess, means[e.group]))
        for e in specification.elements
    )
    return dataclasses.replace(specification, elements=tuple(moved))


@dataclass(frozen=True)
class _Guess:
    """Standardised values, the items' standard deviations, and by factor its unit (signed) in the model at hand."""

    loadings: Matrix
    phi: Matrix
    beta: Matrix
    sd: Matrix
    unit: Matrix


def _value(e: Element, guess: _Guess, mean: Matrix) -> float:
    """The value a free element starts at."""
    unit, sd = guess.unit, guess.sd
    match e.matrix:
        case "lambda":
            return float(guess.loadings[e.row, e.column] * sd[e.row] / unit[e.column])
        case "beta":
            return float(guess.beta[e.row, e.column] * unit[e.row] / unit[e.column])
        case "psi" if e.row == e.column:
            return float((1 - (guess.beta[e.row] ** 2).sum()) * unit[e.row] ** 2)
        case "psi":
            return float(guess.phi[e.row, e.column] * unit[e.row] * unit[e.column])
        case "theta" if e.row == e.column:
            common = guess.loadings[e.row] @ guess.phi @ guess.loadings[e.row]
            return float(max(1 - common, _LEAST_SHARE) * sd[e.row] ** 2)
        case "nu":
            return float(mean[e.row])
        case _:
            return 0.0


def _guess(specification: Specification, covariance: Matrix) -> _Guess:
    elements = [e for e in specification.elements if e.group == 0]
    m = len(specification.factors)
    above = [e for e in elements if e.matrix == "beta"]
    orthogonal = not above and not any(e.matrix == "psi" and e.row != e.column for e in elements)
    member = np.zeros((len(covariance), m), dtype=bool)
    for e in elements:
        if e.matrix == "lambda":
            member[e.row, e.column] = True
    sd = np.sqrt(covariance.diagonal())
    loadings, phi = _first_order(covariance / np.outer(sd, sd), member, orthogonal=orthogonal)
    beta = np.zeros((m, m))
    if above:
        lower = [e.row for e in above]
        beta[lower, above[0].column] = _axis(phi[np.ix_(lower, lower)])
        loaded = np.eye(m) + beta  # a factor is its disturbance and what it takes from the general factor
        phi = loaded @ np.diag(1 - (beta**2).sum(axis=1)) @ loaded.T
    return _Guess(loadings, phi, beta, sd, _units(elements, loadings * sd[:, None], beta))


def _first_order(correlations: Matrix, member: Mask, *, orthogonal: bool) -> tuple[Matrix, Matrix]:
    """Standardised loadings and factor correlations."""
    loadings, left = np.zeros(member.shape), correlations.copy()
    for column in np.argsort(-member.sum(axis=0), kind="stable"):
        block = np.flatnonzero(member[:, column])
        if block.size:
            loadings[block, column] = _axis(left[np.ix_(block, block)])
        if orthogonal and block.size == len(member):  # the general factor of a bifactor model
            left = left - np.outer(loadings[:, column], loadings[:, column])
    if orthogonal:
        loadings *= np.sqrt(np.minimum(1, (1 - _LEAST_SHARE) / (loadings**2).sum(axis=1).clip(min=1e-9)))[:, None]
        return loadings, np.eye(member.shape[1])
    strength = np.outer((loadings**2).sum(axis=0), (loadings**2).sum(axis=0))
    composite = loadings.T @ correlations @ loadings
    phi = np.divide(composite, strength, out=np.zeros_like(composite), where=strength > 0).clip(-_LARGEST, _LARGEST)
    np.fill_diagonal(phi, 1.0)
    return loadings, phi


def _axis(correlations: Matrix) -> Matrix:
    """Loadings on the first principal axis, the largest correlation of a row as its communality; the first positive."""
    if len(correlations) == 1:
        return np.array([_LARGEST])
    reduced = correlations.copy()
    np.fill_diagonal(reduced, 0.0)
    np.fill_diagonal(reduced, np.abs(reduced).max(axis=1))
    values, vectors = np.linalg.eigh(reduced)
    axis = vectors[:, -1] * np.sqrt(max(values[-1], 0.0))
    sign = np.where(axis < 0, -1.0, 1.0)
    return np.asarray(sign * sign[0] * np.abs(axis).clip(_SMALLEST, _LARGEST), dtype=float)


def _units(elements: Sequence[Element], loadings: Matrix, beta: Matrix) -> Matrix:
    """By factor, the standard deviation it has in the model: that of its marker's common part, or what makes the
    fixed variance 1."""
    unit = 1 / np.sqrt((1 - (beta**2).sum(axis=1)).clip(min=_LEAST_SHARE))
    for e in elements:
        if e.free == FIXED and e.matrix == "lambda":
            unit[e.column] = loadings[e.row, e.column]
    for e in elements:
        if e.free == FIXED and e.matrix == "beta":
            unit[e.column] = beta[e.row, e.column] * unit[e.row]
    return np.asarray(unit, dtype=float)


def scattered(specification: Specification, start: Matrix, generator: np.random.Generator) -> Matrix:
    """A random start about another: loadings, regressions and factor covariances times 0.1 to 1.9, variances times
    0.5 to 1.5, means as they are."""
    low, high = np.ones(len(start)), np.ones(len(start))
    for e in specification.elements:
        if e.free == FIXED or e.matrix in ("nu", "alpha"):
            continue
        variance = e.matrix in ("psi", "theta") and e.row == e.column
        low[e.free], high[e.free] = (0.5, 1.5) if variance else (0.1, 1.9)
    return np.asarray(start * generator.uniform(low, high), dtype=float)


def oriented(specification: Specification, parameters: Matrix) -> Matrix:
    """The same solution with every factor in the direction of most of its items (a second-order factor: of its
    factors): their standardised loadings have a positive sum. Factors with a fixed loading keep its direction."""
    at = matrices(specification, 0, parameters)
    held = {e.column for e in specification.elements if e.matrix in ("lambda", "beta") and e.free == FIXED and e.value}
    spread = np.sqrt(np.abs(at.phi.diagonal()).clip(min=1e-300))
    sums = (at.loadings / np.sqrt(at.covariance.diagonal())[:, None]).sum(axis=0)
    sign = np.where(sums < 0, -1.0, 1.0)
    sign[list(held)] = 1.0
    second = (at.total - np.eye(len(sign))) * sign[:, None] / spread[:, None]
    above = second.any(axis=0)
    sign = np.where(above & (second.sum(axis=0) < 0), -sign, sign)
    sign[list(held)] = 1.0
    turned = parameters.copy()
    for e in specification.elements:
        if e.free != FIXED:
            rows = sign[e.row] if e.matrix in ("beta", "psi", "alpha") else 1.0
            columns = sign[e.column] if e.matrix in ("lambda", "beta", "psi") else 1.0
            turned[e.free] = parameters[e.free] * rows * columns
    return turned
