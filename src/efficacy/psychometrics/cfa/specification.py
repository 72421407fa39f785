"""The parameter table of a confirmatory factor model: what is free, what is fixed, and what is equal across groups."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..inputs import Matrix

Indices = NDArray[np.intp]
MatrixName = Literal["lambda", "beta", "psi", "theta", "nu", "alpha", "tau", "delta"]
"""LISREL's matrices: loadings (items x factors), regressions among factors (row on column), latent and residual
covariances, intercepts, latent means; thresholds (item x number of the threshold) and response scales, which only
models of ordered items have and which the moments of ``moments.py`` leave to those."""

SYMMETRIC: tuple[MatrixName, ...] = ("psi", "theta")
FIXED = -1  # the number of an element that is no free parameter

_DIFFERENTIATED: tuple[MatrixName, ...] = ("lambda", "beta", "psi", "theta", "nu", "alpha")


@dataclass(frozen=True)
class Element:
    """One entry of one matrix in one group.

    row, column: its place; of a symmetric matrix one entry stands for both, row <= column; vectors have column 0.
    free: number of its free parameter, FIXED for none; elements with the same number are equal. value: the fixed
    value, or where the search starts.
    """

    matrix: MatrixName
    group: int
    row: int
    column: int
    free: int
    value: float


@dataclass(frozen=True)
class FreeElements:
    """The free elements of one group that moments depend on, matrix by matrix, as index arrays.

    rows, columns: by matrix. free: number of the parameter of every element in the order of the matrices.
    """

    rows: dict[MatrixName, Indices]
    columns: dict[MatrixName, Indices]
    free: Indices
    slices: dict[MatrixName, slice]


@dataclass(frozen=True, kw_only=True)
class Specification:
    """A model as a table of elements over one or several groups.

    items, factors: names in the order of rows and columns. elements: every entry that is free or not zero. n_free:
    number of different free parameters. mean_structure: whether means are modelled, or left as they are.
    """

    items: tuple[str, ...]
    factors: tuple[str, ...]
    n_groups: int
    mean_structure: bool
    elements: tuple[Element, ...] = field(repr=False)

    @cached_property
    def n_free(self) -> int:
        """Number of different free parameters."""
        return 1 + max((element.free for element in self.elements), default=FIXED)

    @cached_property
    def start(self) -> Matrix:
        """The values of the free parameters in the table."""
        values = np.zeros(self.n_free)
        for element in self.elements:
            if element.free != FIXED:
                values[element.free] = element.value
        return values

    @cached_property
    def n_moments(self) -> int:
        """Number of means (where modelled), variances and covariances of all groups."""
        p = len(self.items)
        return self.n_groups * (p * (p + 1) // 2 + p * self.mean_structure)

    @cached_property
    def free_elements(self) -> tuple[FreeElements, ...]:
        """By group, the free elements as index arrays: what the moments and their derivatives are computed from."""
        return tuple(self._free_elements(group) for group in range(self.n_groups))

    def _free_elements(self, group: int) -> FreeElements:
        kept = {
            name: [e for e in self.elements if e.group == group and e.matrix == name and e.free != FIXED]
            for name in _DIFFERENTIATED
        }
        ends = np.cumsum([len(elements) for elements in kept.values()]).tolist()
        starts = [0, *ends[:-1]]
        return FreeElements(
            rows={name: np.array([e.row for e in elements], dtype=np.intp) for name, elements in kept.items()},
            columns={name: np.array([e.column for e in elements], dtype=np.intp) for name, elements in kept.items()},
            free=np.array([e.free for elements in kept.values() for e in elements], dtype=np.intp),
            slices={name: slice(a, b) for name, a, b in zip(kept, starts, ends, strict=True)},
        )

    @cached_property
    def fixed(self) -> tuple[dict[MatrixName, Matrix], ...]:
        """By group, every matrix with its fixed values, zero elsewhere."""
        p, m = len(self.items), len(self.factors)
        shapes: dict[MatrixName, tuple[int, ...]] = {
            "lambda": (p, m),
            "beta": (m, m),
            "psi": (m, m),
            "theta": (p, p),
            "nu": (p,),
            "alpha": (m,),
        }
        groups = tuple({name: np.zeros(shape) for name, shape in shapes.items()} for _ in range(self.n_groups))
        for e in self.elements:
            if e.free == FIXED and e.matrix in shapes:
                matrix = groups[e.group][e.matrix]
                if matrix.ndim == 1:
                    matrix[e.row] = e.value
                else:
                    matrix[e.row, e.column] = e.value
                    if e.matrix in SYMMETRIC:
                        matrix[e.column, e.row] = e.value
        return groups

    def aggregate(self, group: int) -> Matrix:
        """Elements x parameters, 1 where an element is a parameter: the chain rule of equal elements."""
        free = self.free_elements[group].free
        chain = np.zeros((len(free), self.n_free))
        chain[np.arange(len(free)), free] = 1.0
        return chain

    def with_start(self, start: Matrix) -> Specification:
        """The same model, the search to begin at these values of the free parameters."""
        moved = (e if e.free == FIXED else dataclasses.replace(e, value=float(start[e.free])) for e in self.elements)
        return dataclasses.replace(self, elements=tuple(moved))

    def with_elements(self, added: Iterable[Element]) -> Specification:
        """The same model with further elements, or with elements in place of those that stand at the same place."""
        table = {(e.matrix, e.group, e.row, e.column): e for e in self.elements}
        table |= {(e.matrix, e.group, e.row, e.column): e for e in added}
        return dataclasses.replace(self, elements=tuple(table.values()))

    def term(self, element: Element) -> str:
        """The name of an element's parameter in lavaan's notation, without its group: ``visual =~ x1``,
        ``x1 ~~ x1``, ``x1 ~1``, ``x1 | t1``, ``x1 ~*~ x1``."""
        return " ".join(part for part in self.parts(element) if part)

    def parts(self, element: Element) -> tuple[str, str, str]:
        """Left side, operator and right side of the same name."""
        rows = self.factors if element.matrix in ("beta", "psi", "alpha") else self.items
        row = rows[element.row]
        match element.matrix:
            case "lambda" | "beta":
                return self.factors[element.column], "=~", row
            case "psi" | "theta":
                return row, "~~", rows[element.column]
            case "nu" | "alpha":
                return row, "~1", ""
            case "tau":
                return row, "|", f"t{element.column + 1}"
            case "delta":
                return row, "~*~", row
