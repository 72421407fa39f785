"""The same model in other units: factors of variance 1 in place of markers, in which the search seldom gets lost."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from ..inputs import Matrix
from .moments import Matrices, matrices
from .specification import FIXED, Element, Specification

_PATHS = ("lambda", "beta")


def has_markers(specification: Specification) -> bool:
    """Whether some loading or regression is fixed to another value than 0."""
    return any(_is_marker(element) for element in specification.elements)


def unit_twin(specification: Specification) -> Specification:
    """The model with every marker free and its factor's variance 1 instead: in every group, or in the first alone
    where the factor's loadings are equal across groups."""
    marked = {element.column for element in specification.elements if _is_marker(element)}
    shared = {column for column in marked if _is_shared(specification, column)}
    numbers: dict[tuple[object, ...], int] = {}
    elements = []
    for e in specification.elements:
        if _is_marker(e):
            key = (e.matrix, e.row, e.column, 0 if e.column in shared else e.group)
            e = dataclasses.replace(e, free=specification.n_free + numbers.setdefault(key, len(numbers)))
        elif e.matrix == "psi" and e.row == e.column and e.row in marked and not (e.row in shared and e.group):
            e = dataclasses.replace(e, free=FIXED, value=1.0)
        elements.append(e)
    return _renumbered(dataclasses.replace(specification, elements=tuple(elements)))


def in_marker_units(specification: Specification, twin: Specification, parameters: Matrix) -> Matrix | None:
    """Parameters of a model that say the same as these of its twin; None where a marker has no loading there."""
    values = np.zeros(specification.n_free)
    groups = [matrices(twin, group, parameters) for group in range(twin.n_groups)]
    units = [_units(specification, group, at) for group, at in enumerate(groups)]
    if any(np.abs(unit).min() < 1e-8 for unit in units):
        return None
    for e in specification.elements:
        if e.free != FIXED:
            values[e.free] = _value(e, groups[e.group], units[e.group])
    return values


def _is_marker(element: Element) -> bool:
    return element.matrix in _PATHS and element.free == FIXED and element.value != 0


def _is_shared(specification: Specification, column: int) -> bool:
    """Whether some loading on a factor is one parameter in several groups."""
    numbers = [e.free for e in specification.elements if e.matrix in _PATHS and e.column == column and e.free != FIXED]
    return len(set(numbers)) < len(numbers)


def _renumbered(specification: Specification) -> Specification:
    """The same with parameters numbered without gaps, in the order of the table."""
    order: dict[int, int] = {FIXED: FIXED}
    for element in specification.elements:
        if element.free not in order:
            order[element.free] = len(order) - 1
    return dataclasses.replace(
        specification,
        elements=tuple(dataclasses.replace(e, free=order[e.free]) for e in specification.elements),
    )


def _units(specification: Specification, group: int, at: Matrices) -> Matrix:
    """By factor, the loading of its marker, which becomes the factor's standard deviation."""
    markers: Sequence[Element] = [e for e in specification.elements if _is_marker(e) and e.group == group]
    unit = np.ones(len(specification.factors))
    for e in markers:
        if e.matrix == "lambda":
            unit[e.column] = at.loadings[e.row, e.column] / e.value
    beta = np.eye(len(unit)) - np.linalg.inv(at.total)
    for e in markers:
        if e.matrix == "beta":
            unit[e.column] = beta[e.row, e.column] * unit[e.row] / e.value
    return unit


def _value(e: Element, at: Matrices, unit: Matrix) -> float:
    match e.matrix:
        case "lambda":
            return float(at.loadings[e.row, e.column] / unit[e.column])
        case "beta":
            beta = np.eye(len(unit)) - np.linalg.inv(at.total)
            return float(beta[e.row, e.column] * unit[e.row] / unit[e.column])
        case "psi":
            return float(at.psi[e.row, e.column] * unit[e.row] * unit[e.column])
        case "theta":
            return float(at.theta[e.row, e.column])
        case "nu":
            return float(at.nu[e.row])
        case "alpha":
            return float(at.alpha[e.row] * unit[e.row])
        case _:
            return e.value
