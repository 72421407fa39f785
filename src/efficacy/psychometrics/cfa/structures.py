"""From factor -> items to a parameter table: correlated, second-order and bifactor models, identified, with equality
constraints across groups."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from ..inputs import check_choice, check_count
from .specification import FIXED, Element, MatrixName, Specification

Structure = Literal["correlated", "second_order", "bifactor"]
Identification = Literal["marker", "std_lv"]
Equal = Literal["loadings", "intercepts", "residuals", "thresholds"]

GENERAL = "general"  # name of the factor that second-order and bifactor models add

_CLASS_OF: Mapping[MatrixName, Equal] = {
    "lambda": "loadings",
    "beta": "loadings",
    "nu": "intercepts",
    "theta": "residuals",
    "tau": "thresholds",
}


def check_model(model: Mapping[str, Sequence[str]], structure: Structure) -> dict[str, tuple[str, ...]]:
    """The model as text; ValueError where it is no mapping of factors to two or more different items each."""
    if not isinstance(model, Mapping) or not model:
        raise ValueError("model: a mapping of factor to its items expected")
    blocks: dict[str, tuple[str, ...]] = {}
    for factor, items in model.items():
        if isinstance(items, str) or len(items) < 2 or len(set(map(str, items))) != len(items):
            raise ValueError(f"model: factor {str(factor)!r} needs two or more different items")
        blocks[str(factor)] = tuple(str(item) for item in items)
    if structure != "correlated" and GENERAL in blocks:
        raise ValueError(f"model: the name {GENERAL!r} is that of the factor which structure={structure!r} adds")
    if clash := sorted(set(blocks) & {item for items in blocks.values() for item in items}):
        raise ValueError(f"model: {clash} name both a factor and an item")
    return blocks


def specify(
    model: Mapping[str, Sequence[str]],
    *,
    structure: Structure = "correlated",
    identification: Identification = "marker",
    n_groups: int = 1,
    equal: Collection[Equal] = (),
    free: Collection[str] = (),
    mean_structure: bool = False,
) -> Specification:
    """The parameter table of a factor model.

    model: factor -> its items; items in the order of their first mention. structure: "correlated", factors covary;
    "second_order", they load on a factor "general" instead; "bifactor", a factor "general" of all items beside
    them, none of the factors covarying. identification: "marker", the first loading of every factor is 1; "std_lv",
    factor variances (of second-order models: what the general factor leaves of them) are 1. n_groups: the same model
    in every group. equal: what is equal across groups; factor variances of later groups are free once loadings are
    equal, latent means of later groups once intercepts are (in second-order models those of the first-order
    factors). free: names of parameters (``"visual =~ x2"``) that stay free in every group all the same; a marker
    among them passes its office to the factor's next item. mean_structure: whether intercepts and latent means are
    in the table. Values are placeholders until start values are put in. Raises ValueError for a wrong call, such as
    a name in ``free`` that no parameter bears.
    """
    check_choice(structure, "structure", get_args(Structure))
    check_choice(identification, "identification", get_args(Identification))
    check_count(n_groups, "n_groups")
    for name in equal:
        check_choice(name, "equal", get_args(Equal))
    blocks = check_model(model, structure)
    items = tuple(dict.fromkeys(item for block in blocks.values() for item in block))
    factors = {
        "correlated": tuple(blocks),
        "second_order": (*blocks, GENERAL),
        "bifactor": (GENERAL, *blocks),
    }[structure]
    if structure == "bifactor":
        blocks = {GENERAL: items, **blocks}
    released = {normalised(name) for name in free}
    plan = _Plan(blocks, items, factors, structure, identification, frozenset(equal), frozenset(released))
    empty = Specification(items=items, factors=factors, n_groups=n_groups, mean_structure=mean_structure, elements=())
    specification = _numbered(empty, plan, mean_structure)
    if unknown := released - {specification.term(element) for element in specification.elements}:
        raise ValueError(f"free={sorted(unknown)}: no such parameter in this model")
    return specification


def independence(items: tuple[str, ...], *, n_groups: int, mean_structure: bool) -> Specification:
    """The model of uncorrelated items, by group variances and then (with a mean structure) intercepts: the baseline
    of incremental fit indices."""
    places: list[tuple[MatrixName, int, int]] = [("theta", row, row) for row in range(len(items))]
    if mean_structure:
        places += [("nu", row, 0) for row in range(len(items))]
    elements = [(matrix, group, row, column) for group in range(n_groups) for matrix, row, column in places]
    return Specification(
        items=items,
        factors=(),
        n_groups=n_groups,
        mean_structure=mean_structure,
        elements=tuple(Element(*place, number, 0.0) for number, place in enumerate(elements)),
    )


def normalised(name: str) -> str:
    """A parameter's name with the spaces of lavaan's notation: ``visual=~x1`` becomes ``visual =~ x1``."""
    tight = re.sub(r"~\s+1\b", "~1", name)
    return re.sub(r"\s*(=~|~\*~|~~|~1|\|)\s*", r" \1 ", tight).strip()


@dataclass(frozen=True)
class _Plan:
    blocks: Mapping[str, tuple[str, ...]]
    items: tuple[str, ...]
    factors: tuple[str, ...]
    structure: Structure
    identification: Identification
    equal: frozenset[Equal]
    released: frozenset[str]

    def marker(self, factor: str, indicators: Sequence[str]) -> str | None:
        """The indicator whose loading is 1: the first that is not to differ between groups."""
        if self.identification == "std_lv":
            return None
        kept = [item for item in indicators if f"{factor} =~ {item}" not in self.released]
        return kept[0] if kept else indicators[0]


def _numbered(empty: Specification, plan: _Plan, mean_structure: bool) -> Specification:
    """The table with a number for every free parameter: one for all groups where they are to be equal."""
    numbers: dict[tuple[object, ...], int] = {}
    elements = []
    for group in range(empty.n_groups):
        for matrix, row, column, value in _entries(plan, group, mean_structure):
            element = Element(matrix, group, row, column, FIXED, 0.0 if value is None else value)
            if value is None:
                shared = _CLASS_OF.get(matrix) in plan.equal and empty.term(element) not in plan.released
                key = (matrix, row, column) if shared else (matrix, row, column, group)
                number = numbers.setdefault(key, len(numbers))
                element = Element(matrix, group, row, column, number, 0.0)
            elements.append(element)
    return Specification(
        items=empty.items,
        factors=empty.factors,
        n_groups=empty.n_groups,
        mean_structure=mean_structure,
        elements=tuple(elements),
    )


_Entry = tuple[MatrixName, int, int, float | None]  # None: free


def _entries(plan: _Plan, group: int, mean_structure: bool) -> Iterator[_Entry]:
    """The entries of one group in lavaan's order: loadings, residual variances, factor variances and covariances,
    intercepts, latent means."""
    row_of = {item: row for row, item in enumerate(plan.items)}
    factor_of = {factor: column for column, factor in enumerate(plan.factors)}
    for factor, items in plan.blocks.items():
        marker = plan.marker(factor, items)
        for item in items:
            yield "lambda", row_of[item], factor_of[factor], 1.0 if item == marker else None
    if plan.structure == "second_order":
        marker = plan.marker(GENERAL, tuple(plan.blocks))
        for factor in plan.blocks:
            yield "beta", factor_of[factor], factor_of[GENERAL], 1.0 if factor == marker else None
    for row in row_of.values():
        yield "theta", row, row, None
    standard = plan.identification == "std_lv" and not (group and "loadings" in plan.equal)
    for column in factor_of.values():
        yield "psi", column, column, 1.0 if standard else None
    if plan.structure == "correlated":
        for one in range(len(plan.factors)):
            for two in range(one + 1, len(plan.factors)):
                yield "psi", one, two, None
    if mean_structure:
        yield from (("nu", row, 0, None) for row in row_of.values())
        for factor, column in factor_of.items():
            moving = group > 0 and "intercepts" in plan.equal
            at_zero = not moving or (plan.structure == "second_order" and factor == GENERAL)
            yield "alpha", column, 0, 0.0 if at_zero else None
