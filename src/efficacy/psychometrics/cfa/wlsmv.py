"""Weighted least squares of thresholds and polychoric correlations: what is minimised, and its minimum."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from ...results import Reason
from ..inputs import Matrix
from .optimum import best_minimum
from .ordinal_moments import OrdinalModel
from .ordinal_sample import OrdinalSample
from .search import Optimum
from .specification import Specification

Weighting = Literal["diagonal", "unweighted"]


@dataclass(frozen=True)
class LeastSquares:
    """f = 1/2 sum_g (n_g / N) e_g' W_g e_g over groups g, e = statistics - implied statistics.

    weights: by group, the diagonal of W. An objective of search.minimise; in place of its second derivatives stands
    what they are without residuals (Gauss-Newton).
    """

    model: OrdinalModel
    weights: tuple[Matrix, ...]

    @property
    def specification(self) -> Specification:
        """The parameter table."""
        return self.model.specification

    def ran_off(self, parameters: Matrix) -> bool:  # noqa: ARG002
        """Never: the discrepancy grows without bound in every direction."""
        return False

    def on(self, specification: Specification) -> LeastSquares:
        """The discrepancy of the same answers from another parameter table."""
        return LeastSquares(dataclasses.replace(self.model, specification=specification), self.weights)

    @property
    def samples(self) -> tuple[OrdinalSample, ...]:
        """The groups."""
        return self.model.samples

    @property
    def n(self) -> int:
        """Respondents of all groups."""
        return sum(sample.n for sample in self.samples)

    @cached_property
    def shares(self) -> tuple[float, ...]:
        """By group, its share of all respondents."""
        return tuple(sample.n / self.n for sample in self.samples)

    def value(self, parameters: Matrix) -> float:
        """f; infinite where the implied statistics do not exist."""
        total = 0.0
        for share, weight, sample, at in zip(
            self.shares, self.weights, self.samples, self.model.moments(parameters), strict=True
        ):
            total += share * float(weight @ (sample.statistics - at.statistics) ** 2) / 2
        return total if math.isfinite(total) else math.inf

    def slope(self, parameters: Matrix) -> tuple[Matrix, Matrix]:
        """Gradient of f, and sum_g (n_g / N) Delta_g' W_g Delta_g."""
        moments = self.model.moments(parameters)
        size = self.model.specification.n_free
        gradient, metric = np.zeros(size), np.zeros((size, size))
        for share, weight, sample, at, jacobian in zip(
            self.shares, self.weights, self.samples, moments, self.model.jacobians(moments), strict=True
        ):
            weighted = share * weight[:, None] * jacobian
            gradient -= weighted.T @ (sample.statistics - at.statistics)
            metric += jacobian.T @ weighted
        return gradient, metric

    def hessian(self, parameters: Matrix) -> Matrix:
        """The metric of slope, in place of the second derivatives."""
        return self.slope(parameters)[1]


def least_squares(model: OrdinalModel, weighting: Weighting) -> LeastSquares:
    """The objective. weighting: "diagonal", the inverse variances of the statistics (DWLS); "unweighted" (ULS),
    (n - 1) / n, so that 2 N f is (N - 1) times the sum of squared residuals, as lavaan."""
    if weighting == "diagonal":
        return LeastSquares(model, tuple(np.asarray(1 / group.gamma.diagonal()) for group in model.samples))
    return LeastSquares(model, tuple(np.full(len(group.statistics), 1 - 1 / group.n) for group in model.samples))


def estimate(squares: LeastSquares, *, thorough: bool = False) -> tuple[Optimum | None, tuple[Reason, ...]]:
    """The minimum and what has to be said of the search, as optimum.best_minimum.

    Thresholds that no other parameter bears on are those of the sample, and only the others are searched for.
    """
    model = squares.model
    if not model.has_free_thresholds_only:
        return best_minimum(squares, thorough=thorough)
    reduced, kept = model.without_thresholds()
    weights = tuple(
        weight[len(group.thresholds) :] for weight, group in zip(squares.weights, squares.samples, strict=True)
    )
    found, reasons = best_minimum(LeastSquares(reduced, weights), thorough=thorough)
    if found is None:
        return None, reasons
    parameters = model.specification.start.copy()
    parameters[kept] = found.parameters
    return dataclasses.replace(found, parameters=parameters), reasons
