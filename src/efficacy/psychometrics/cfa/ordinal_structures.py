"""The parameter table of a factor model of ordered answers, in the delta parametrisation."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np

from .ordinal_sample import OrdinalSample
from .specification import FIXED, Element, MatrixName, Specification
from .start import started
from .structures import Equal, Identification, Structure, normalised, specify

_OWN: tuple[MatrixName, ...] = ("tau", "delta", "nu", "theta")  # what this parametrisation sets itself
_ORDER: tuple[MatrixName, ...] = ("lambda", "beta", "tau", "theta", "psi", "delta", "nu", "alpha")


def specify_ordinal(
    model: Mapping[str, Sequence[str]],
    *,
    n_thresholds: Sequence[int],
    structure: Structure = "correlated",
    identification: Identification = "std_lv",
    n_groups: int = 1,
    equal: Collection[Equal] = (),
    free: Collection[str] = (),
) -> Specification:
    """The table of a factor model whose items are ordered answers.

    As structures.specify, with, for every item, its thresholds (n_thresholds of them, in the order of the items' first
    mention in the model), a scale delta and an intercept nu beside them; residual variances are what loadings leave of
    1 / delta^2. In the first group delta = 1 and nu = 0. In later groups, once thresholds are equal, delta is free;
    nu is free until intercepts are equal too, then latent means are (Wu & Estabrook 2016,
    doi:10.1007/s11336-016-9506-0). An item of two categories has one threshold, which cannot tell scale from
    intercept: its delta stays 1 until loadings and intercepts are equal. ``free`` may name thresholds (``"x1 | t2"``)
    and intercepts (``"x1 ~1"``), but no residual variances (ValueError). Equal "residuals" leave no scale free:
    ordinal_moments ties the scales of later groups to the first.
    """
    released = {normalised(name) for name in free}
    thresholds = {name for name in released if " | " in name}
    base = specify(
        model,
        structure=structure,
        identification=identification,
        n_groups=n_groups,
        equal=[name for name in equal if name != "residuals"],
        free=released - thresholds,
        mean_structure=True,
    )
    moving = frozenset(equal)
    kept = [e for e in base.elements if e.matrix not in _OWN]
    if not {"thresholds", "intercepts"} <= moving:
        kept = [dataclasses.replace(e, free=FIXED, value=0.0) if e.matrix == "alpha" else e for e in kept]
    elements = [*kept, *_ordinal_elements(base, n_thresholds, moving, released)]
    follows = {base.term(e) for e in elements if e.matrix == "theta"}
    if unknown := (thresholds - {base.term(e) for e in elements}) | (released & follows):
        raise ValueError(f"free={sorted(unknown)}: no such parameter in a model of ordered answers")
    return _renumbered(dataclasses.replace(base, elements=tuple(elements)))


def _ordinal_elements(
    base: Specification, n_thresholds: Sequence[int], equal: frozenset[Equal], released: Collection[str]
) -> Iterator[Element]:
    """Thresholds, residual variances, scales and intercepts; free ones numbered beyond the other parameters, with gaps,
    one number for all groups where they are equal."""
    place = {
        (row, column): number
        for number, (row, column) in enumerate(
            (row, column) for row, n in enumerate(n_thresholds) for column in range(n)
        )
    }
    next_free = base.n_free + len(place) * base.n_groups
    for group in range(base.n_groups):
        for (row, column), number in place.items():
            own = Element("tau", group, row, column, base.n_free + number, 0.0)
            shared = "thresholds" in equal and base.term(own) not in released
            yield own if shared else dataclasses.replace(own, free=own.free + len(place) * group)
        for row, n in enumerate(n_thresholds):
            later = group > 0 and "thresholds" in equal
            scaled = later and "residuals" not in equal and (n > 1 or {"loadings", "intercepts"} <= equal)
            intercept = Element("nu", group, row, 0, FIXED, 0.0)
            shifted = later and ("intercepts" not in equal or base.term(intercept) in released)
            yield Element("theta", group, row, row, FIXED, 1.0)
            yield Element("delta", group, row, 0, next_free if scaled else FIXED, 1.0)
            yield dataclasses.replace(intercept, free=next_free + 1) if shifted else intercept
            next_free += 2


def _renumbered(specification: Specification) -> Specification:
    """The table in lavaan's order, its free parameters numbered without gaps."""
    ordered = sorted(specification.elements, key=lambda e: (e.group, _ORDER.index(e.matrix)))
    numbers: dict[int, int] = {}
    for e in ordered:
        if e.free != FIXED:
            numbers.setdefault(e.free, len(numbers))
    renumbered = (e if e.free == FIXED else dataclasses.replace(e, free=numbers[e.free]) for e in ordered)
    return dataclasses.replace(specification, elements=tuple(renumbered))


def started_ordinal(specification: Specification, samples: Sequence[OrdinalSample]) -> Specification:
    """The table with start values: loadings and factor correlations from principal axes of the polychoric
    correlations, thresholds from the answers (their mean over the groups where they are equal), scales 1."""
    begun = started(
        specification, [sample.correlations for sample in samples], [np.zeros(len(specification.items))] * len(samples)
    )
    place = [
        {
            (int(row), int(column)): float(value)
            for row, column, value in zip(
                sample.threshold_items, sample.threshold_numbers, sample.thresholds, strict=True
            )
        }
        for sample in samples
    ]
    sums: dict[int, list[float]] = {}
    for e in begun.elements:
        if e.matrix == "tau":
            sums.setdefault(e.free, []).append(place[e.group][e.row, e.column])
    return dataclasses.replace(
        begun,
        elements=tuple(
            dataclasses.replace(e, value=float(np.mean(sums[e.free])))
            if e.matrix == "tau"
            else dataclasses.replace(e, value=1.0)
            if e.matrix == "delta"
            else e
            for e in begun.elements
        ),
    )
