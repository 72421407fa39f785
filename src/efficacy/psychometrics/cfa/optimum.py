"""The minimum to report of a factor model's discrepancy: from which starts, in which units, in which direction."""

from __future__ import annotations

from typing import Protocol, Self

from ...results import Reason
from ...streams import stream
from ..inputs import Matrix
from .admissible import improprieties
from .search import Objective, Optimum, minimise
from .specification import Specification
from .start import oriented, scattered
from .twin import has_markers, in_marker_units, unit_twin

N_STARTS = 6  # random starts beside the customary one
SAME_OPTIMUM = 1e-6  # values of f closer than this are one optimum, reached to different precision

_START_SEED = 20260901  # fixed: the starts are part of the method, not of the analysis


class Problem(Objective, Protocol):
    """A discrepancy function of a parameter table, which can be put on another table of the same model."""

    @property
    def specification(self) -> Specification:
        """The parameter table, with start values."""

    def ran_off(self, parameters: Matrix) -> bool:
        """Whether a search has gone where no minimum is to be expected."""

    def on(self, specification: Specification) -> Self:
        """The same data and discrepancy with another table."""


def best_minimum(problem: Problem, *, thorough: bool) -> tuple[Optimum | None, tuple[Reason, ...]]:
    """The minimum to report, every factor in the direction of most of its items, and what has to be said of the search.

    Markers make the search slow, or lose it, where a marker loads weakly: where the customary start does not end at a
    minimum, or several optima have to be expected, it is made with factors of variance 1, and brought back. thorough:
    random starts too, which others get only where the customary one leads nowhere. No minimum: None, or one that has
    not converged, and what was improper where the search ended. Reasons beside a minimum: several_optima,
    lower_without_minimum.
    """
    specification = problem.specification
    if not has_markers(specification):
        optimum, reasons = _best(problem, thorough=thorough)
        turned = None if optimum is None else minimise(problem, oriented(specification, optimum.parameters))
        return turned, reasons
    first = None if thorough else minimise(problem, specification.start, lost=problem.ran_off)
    if first is not None and first.converged:
        return first, ()
    twin = unit_twin(specification)
    optimum, reasons = _best(problem.on(twin), thorough=thorough)
    brought = None if optimum is None else in_marker_units(specification, twin, optimum.parameters)
    start = specification.start if brought is None else brought  # negative factor variances have no twin
    return minimise(problem, start, lost=problem.ran_off), reasons


def _best(problem: Problem, *, thorough: bool) -> tuple[Optimum | None, tuple[Reason, ...]]:
    """The lowest minimum found: the customary start's unless another is lower beyond rounding."""
    start = problem.specification.start
    first = minimise(problem, start, lost=problem.ran_off)
    if first is not None and first.converged and not thorough:
        return first, ()
    generator = stream(_START_SEED, "cfa.starts")
    starts = (scattered(problem.specification, start, generator) for _ in range(N_STARTS))
    others = (minimise(problem, scattered_start, lost=problem.ran_off) for scattered_start in starts)
    found = [optimum for optimum in (first, *others) if optimum is not None]
    minima = [optimum for optimum in found if optimum.converged]
    if not minima:
        ran_off = min(found, key=lambda optimum: optimum.value, default=None)
        return None, () if ran_off is None else improprieties(problem.specification, ran_off.parameters)
    best = min(minima, key=lambda optimum: optimum.value)
    if first is not None and first.converged and first.value <= best.value + SAME_OPTIMUM:
        best = first
    if any(optimum.value < best.value - SAME_OPTIMUM for optimum in found):
        return best, (Reason("lower_without_minimum"),)
    return best, (Reason("several_optima"),) if best is not first else ()
