"""Thresholds and correlations that a factor model of ordered answers implies, and their derivatives.

Delta parametrisation: the tendency behind item i in a group has variance 1 / delta_i^2 (delta_i = 1 unless it is
free), so its residual variance theta_i is what the common part leaves of it:

    tau*_ia = delta_i (tau_ia - mu_i),    rho*_ij = delta_i delta_j C_ij,    theta_i = 1 / delta_i^2 - C_ii,
    mu = nu + Lambda eta,    C = Lambda Phi Lambda'

Equal residual variances tie the scales of later groups to the first: 1 / delta_i^2 = C_ii + 1 - C_ii of group 1.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..inputs import Matrix
from .moments import Matrices, Tangent, matrices, tangent
from .ordinal_sample import OrdinalSample
from .specification import FIXED, Indices, Specification
from .standardized import Tendencies


@dataclass(frozen=True)
class OrdinalMoments:
    """One group at given parameters: the factor model's matrices, the scales and the means of the items' tendencies,
    their common covariances C, their thresholds, and the implied statistics in the order of the sample's."""

    at: Matrices
    scales: Matrix
    mean: Matrix
    common: Matrix
    thresholds: Matrix
    statistics: Matrix

    @property
    def residual_variances(self) -> Matrix:
        """theta, by item."""
        return np.asarray(self.scales**-2 - self.common.diagonal(), dtype=float)


@dataclass(frozen=True)
class OrdinalModel:
    """A factor model of ordered answers in one or several groups.

    tied: whether residual variances are equal in all groups.
    """

    specification: Specification
    samples: tuple[OrdinalSample, ...]
    tied: bool = False

    def moments(self, parameters: Matrix) -> tuple[OrdinalMoments, ...]:
        """The implied statistics of every group."""
        return tuple(self._at(parameters))

    def _at(self, parameters: Matrix) -> list[OrdinalMoments]:
        found: list[OrdinalMoments] = []
        for group, sample in enumerate(self.samples):
            at = matrices(self.specification, group, parameters)
            common, mean = at.loadings @ at.phi @ at.loadings.T, at.mean
            scales = np.ones(len(common))
            rows, numbers = self._free_scales[group]
            scales[rows] = parameters[numbers]
            if self.tied and group:
                variance = common.diagonal() + found[0].residual_variances
                scales = np.where(variance > 0, variance, np.nan) ** -0.5
            thresholds = parameters[self._threshold_numbers[group]]
            (first, second), item = sample.pairs, sample.threshold_items
            implied = [scales[item] * (thresholds - mean[item]), scales[first] * scales[second] * common[first, second]]
            found.append(OrdinalMoments(at, scales, mean, common, thresholds, np.concatenate(implied)))
        return found

    def jacobians(self, moments: Sequence[OrdinalMoments]) -> tuple[Matrix, ...]:
        """By group, derivatives of the implied statistics by the free parameters of the whole model."""
        tangents = [tangent(self.specification, group, found.at) for group, found in enumerate(moments)]
        return tuple(self._jacobian(group, moments, tangents) for group in range(len(moments)))

    def _jacobian(self, group: int, moments: Sequence[OrdinalMoments], tangents: Sequence[Tangent]) -> Matrix:
        found, by, sample = moments[group], tangents[group], self.samples[group]
        (first, second), item = sample.pairs, sample.threshold_items
        chain, scales = self.specification.aggregate(group), found.scales
        products = by.weight * (by.left[first] * by.right[second] + by.right[first] * by.left[second])
        on_thresholds = -scales[item, None] * by.mean[item] @ chain
        on_thresholds[np.arange(len(item)), self._threshold_numbers[group]] += scales[item]
        on_correlations = (scales[first] * scales[second])[:, None] * products @ chain
        moving = self._scale_slopes(group, moments, tangents)
        if moving is not None:
            on_thresholds += (found.thresholds - found.mean[item])[:, None] * moving[item]
            common = found.common[first, second]
            on_correlations += (scales[second] * common)[:, None] * moving[first]
            on_correlations += (scales[first] * common)[:, None] * moving[second]
        return np.vstack([on_thresholds, on_correlations])

    def tendencies(self, parameters: Matrix) -> tuple[Tendencies, ...]:
        """By group, the variances of the items' tendencies and the derivatives the standardised solution needs."""
        moments = self.moments(parameters)
        tangents = [tangent(self.specification, group, found.at) for group, found in enumerate(moments)]
        groups = []
        for group, found in enumerate(moments):
            common = _common_slopes(tangents[group]) @ self.specification.aggregate(group)
            moving = self._scale_slopes(group, moments, tangents)
            slopes = np.zeros_like(common) if moving is None else -2 * found.scales[:, None] ** -3 * moving
            groups.append(Tendencies(found.scales**-2, slopes, slopes - common))
        return tuple(groups)

    def _scale_slopes(
        self, group: int, moments: Sequence[OrdinalMoments], tangents: Sequence[Tangent]
    ) -> Matrix | None:
        """Derivatives of one group's scales, items x parameters; None where they are all fixed."""
        if self.tied and group:
            own, basis = (
                _common_slopes(tangents[number]) @ self.specification.aggregate(number) for number in (group, 0)
            )
            return np.asarray(-0.5 * moments[group].scales[:, None] ** 3 * (own - basis), dtype=float)
        rows, numbers = self._free_scales[group]
        if not len(rows):
            return None
        slopes = np.zeros((len(self.specification.items), self.specification.n_free))
        slopes[rows, numbers] = 1.0
        return slopes

    @property
    def has_free_thresholds_only(self) -> bool:
        """Whether every threshold has a parameter of its own that nothing else bears on, so that it fits exactly."""
        elements = self.specification.elements
        numbers = [e.free for e in elements if e.matrix == "tau"]
        moving = any(e.free != FIXED for e in elements if e.matrix in ("delta", "nu", "alpha"))
        return len(set(numbers)) == len(numbers) and not moving and not self.tied

    def without_thresholds(self) -> tuple[OrdinalModel, Indices]:
        """The model of the correlations alone, and the numbers its parameters have in this one."""
        kept = [e for e in self.specification.elements if e.matrix != "tau"]
        numbers = sorted({e.free for e in kept if e.free != FIXED})
        renumbered = (e if e.free == FIXED else dataclasses.replace(e, free=numbers.index(e.free)) for e in kept)
        specification = dataclasses.replace(self.specification, elements=tuple(renumbered))
        samples = tuple(sample.without_thresholds() for sample in self.samples)
        return OrdinalModel(specification, samples), np.array(numbers, dtype=np.intp)

    @cached_property
    def _threshold_numbers(self) -> tuple[Indices, ...]:
        """By group, the parameter of every threshold in the order of the sample's."""
        numbers = []
        for group, sample in enumerate(self.samples):
            of = {
                (e.row, e.column): e.free for e in self.specification.elements if (e.matrix, e.group) == ("tau", group)
            }
            places = zip(sample.threshold_items.tolist(), sample.threshold_numbers.tolist(), strict=True)
            numbers.append(np.array([of[place] for place in places], dtype=np.intp))
        return tuple(numbers)

    @cached_property
    def _free_scales(self) -> tuple[tuple[Indices, Indices], ...]:
        """By group, the items whose scale is free and the numbers of those parameters."""
        scales = [e for e in self.specification.elements if e.matrix == "delta" and e.free != FIXED]
        groups = ([e for e in scales if e.group == group] for group in range(len(self.samples)))
        return tuple(
            (np.array([e.row for e in own], dtype=np.intp), np.array([e.free for e in own], dtype=np.intp))
            for own in groups
        )


def _common_slopes(by: Tangent) -> Matrix:
    """Derivatives of C's diagonal by one group's free elements, items x elements."""
    return np.asarray(2 * by.weight * by.left * by.right, dtype=float)
