"""The normal likelihood of a factor model, complete or with missing answers, and its derivatives.

The discrepancy is minus the log likelihood per respondent without its constant,

    f = 1/2 sum_r (n_r / N) [log det Sigma_r + tr(Sigma_r^-1 T_r)],   T_r = S_r + (m_r - mu_r)(m_r - mu_r)',

over the patterns r of answered items in all groups (complete data: one pattern a group; without a mean structure
T = S). Information and Hessian are those of f, so per respondent.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..inputs import Matrix
from .moments import Matrices, Tangent, matrices, tangent
from .sample import Sample
from .specification import FreeElements, Specification

_MOST_NUMBERS = 4_000_000  # of the pairs of elements of several patterns, worked on at once


@dataclass(frozen=True)
class Pieces:
    """The patterns of one group at given moments: their shares of all respondents, Sigma^-1 and Sigma^-1 T Sigma^-1
    (patterns x items x items, 0 where an item is missing), and Sigma^-1 (m - mu) (patterns x items)."""

    shares: Matrix
    inverse: Matrix
    sandwich: Matrix
    pull: Matrix


@dataclass(frozen=True)
class Likelihood:
    """A model and the data it is fitted to: the objective of maximum likelihood, with or without missing answers."""

    specification: Specification
    samples: tuple[Sample, ...]

    @property
    def n(self) -> int:
        """Respondents of all groups."""
        return sum(group.n for group in self.samples)

    def on(self, specification: Specification) -> Likelihood:
        """The likelihood of the same answers under another parameter table."""
        return Likelihood(specification, self.samples)

    def value(self, parameters: Matrix) -> float:
        """f; infinite where some Sigma is not positive definite."""
        total = 0.0
        for number, group in enumerate(self.samples):
            total += half_deviance(group, *self.moments(number, parameters)) / self.n
        return total

    def slope(self, parameters: Matrix) -> tuple[Matrix, Matrix]:
        """Gradient of f and its expected information, by free parameter (with missing answers: expected given which
        are missing)."""
        gradient = np.zeros(self.specification.n_free)
        information = np.zeros((len(gradient), len(gradient)))
        for number in range(len(self.samples)):
            _, by, pieces = self._parts(number, parameters)
            chain = self.specification.aggregate(number)
            gradient += chain.T @ _first(by, pieces)
            information += chain.T @ fisher(by, pieces) @ chain
        return gradient, information

    def hessian(self, parameters: Matrix) -> Matrix:
        """Observed information: second derivatives of f by free parameter."""
        second = np.zeros((self.specification.n_free, self.specification.n_free))
        for number in range(len(self.samples)):
            at, by, pieces = self._parts(number, parameters)
            chain = self.specification.aggregate(number)
            bend = _bend(self.specification.free_elements[number], at, by, pieces)
            second += chain.T @ (observed(by, pieces) + bend) @ chain
        return (second + second.T) / 2

    def scores(self, parameters: Matrix) -> Matrix:
        """Respondents x free parameters: derivative of each respondent's own log likelihood, group after
        group."""
        blocks = []
        for number, group in enumerate(self.samples):
            covariance, mean = self.moments(number, parameters)
            by = tangent(self.specification, number, matrices(self.specification, number, parameters))
            blocks.append(casewise(by, group, covariance, mean) @ self.specification.aggregate(number))
        return np.vstack(blocks)

    def ran_off(self, parameters: Matrix) -> bool:
        """Whether some residual variance is below -5 times its item's variance: on the way to minus infinity, where
        likelihoods without a maximum lead."""
        return any(
            bool((matrices(self.specification, number, parameters).theta.diagonal() < -5 * group.variances).any())
            for number, group in enumerate(self.samples)
        )

    def moments(self, number: int, parameters: Matrix) -> tuple[Matrix, Matrix | None]:
        """Sigma and mu of one group; mu is None without a mean structure."""
        at = matrices(self.specification, number, parameters)
        return at.covariance, at.mean if self.specification.mean_structure else None

    def _parts(self, number: int, parameters: Matrix) -> tuple[Matrices, Tangent, Pieces]:
        at = matrices(self.specification, number, parameters)
        mean = at.mean if self.specification.mean_structure else None
        pieces = pieces_of(self.samples[number], at.covariance, mean, self.n)
        return at, tangent(self.specification, number, at), pieces


def half_deviance(group: Sample, covariance: Matrix, mean: Matrix | None) -> float:
    """n f of one group at these moments: minus its log likelihood without the constant; infinite where some Sigma is
    not positive definite."""
    within = group.within(covariance)
    try:
        logs = np.log(np.diagonal(np.linalg.cholesky(within), axis1=1, axis2=2)).sum(axis=1)
    except np.linalg.LinAlgError:
        return math.inf
    ratio = np.linalg.solve(within, _scatter(group, mean))
    return float(group.counts @ (logs + np.trace(ratio, axis1=1, axis2=2) / 2))


def pieces_of(group: Sample, covariance: Matrix, mean: Matrix | None, n: int) -> Pieces:
    """By pattern, what derivatives are made of; n: respondents of all groups."""
    inverse = group.inverses(covariance)
    pull = np.zeros(group.means.shape)
    if mean is not None:
        pull = (inverse @ np.where(group.observed, group.means - mean, 0.0)[:, :, None])[:, :, 0]
    return Pieces(
        shares=group.counts / n, inverse=inverse, sandwich=inverse @ _scatter(group, mean) @ inverse, pull=pull
    )


def casewise(by: Tangent, group: Sample, covariance: Matrix, mean: Matrix | None) -> Matrix:
    """Respondents x elements: derivatives of each respondent's own log likelihood at these moments.

    mean: None where means are not modelled: each respondent is then centred at the sample's.
    """
    inverse, belongs = group.inverses(covariance), group.belongs
    centred = np.nan_to_num(group.values - (group.means[belongs] if mean is None else mean))
    pulled = centred @ inverse[0] if group.complete else np.einsum("ip,ipq->iq", centred, inverse[belongs])
    constant = (by.left * (inverse @ by.right)).sum(axis=1)
    scores = by.weight * ((pulled @ by.left) * (pulled @ by.right) - constant[belongs])
    return np.asarray(scores if mean is None else scores + pulled @ by.mean, dtype=float)


def fisher(by: Tangent, pieces: Pieces) -> Matrix:
    """1/2 tr(X dSigma_k X dSigma_l) + dmu_k' X dmu_l for all pairs of elements, X = Sigma^-1, summed over patterns."""
    pooled = np.tensordot(pieces.shares, pieces.inverse, 1)
    return np.asarray(_pairs(by, pieces.shares, pieces.inverse) + by.mean.T @ pooled @ by.mean, dtype=float)


def observed(by: Tangent, pieces: Pieces) -> Matrix:
    """Second derivatives of f as if the moments were linear in the elements; exact for a saturated model."""
    total = 2 * _pairs(by, pieces.shares, pieces.inverse, pieces.sandwich)
    total -= _pairs(by, pieces.shares, pieces.inverse)
    if by.mean.any():
        for share, inverse, pull in zip(pieces.shares, pieces.inverse, pieces.pull, strict=True):
            one = (share * by.weight * (pull @ by.right))[:, None] * (by.left.T @ inverse @ by.mean)
            two = (share * by.weight * (pull @ by.left))[:, None] * (by.right.T @ inverse @ by.mean)
            total += one + one.T + two + two.T
        total += by.mean.T @ np.tensordot(pieces.shares, pieces.inverse, 1) @ by.mean
    return np.asarray(total, dtype=float)


def _scatter(group: Sample, mean: Matrix | None) -> Matrix:
    """T by pattern, 0 where an item is missing."""
    if mean is None:
        return group.covariances
    away = np.where(group.observed, group.means - mean, 0.0)
    return np.asarray(group.covariances + away[:, :, None] * away[:, None, :], dtype=float)


def _pooled(pieces: Pieces) -> tuple[Matrix, Matrix]:
    """W = Sigma^-1 - Sigma^-1 T Sigma^-1 and Sigma^-1 (m - mu), summed over patterns by their shares."""
    weight = np.tensordot(pieces.shares, pieces.inverse - pieces.sandwich, 1)
    return np.asarray(weight, dtype=float), np.asarray(pieces.shares @ pieces.pull, dtype=float)


def _first(by: Tangent, pieces: Pieces) -> Matrix:
    """Gradient of f by element."""
    weight, pull = _pooled(pieces)
    return np.asarray(by.weight * (by.left * (weight @ by.right)).sum(axis=0) - pull @ by.mean, dtype=float)


def _pairs(by: Tangent, shares: Matrix, one: Matrix, two: Matrix | None = None) -> Matrix:
    """1/2 tr(X dSigma_k Y dSigma_l) for all pairs of elements, summed over patterns by their shares and made symmetric
    in k and l. one, two: X and Y (as X where not given), symmetric, patterns x items x items."""
    n = len(by.weight)
    total = np.zeros((n, n))
    at_once = max(1, _MOST_NUMBERS // max(n * n, 1))
    for first in range(0, len(shares), at_once):
        some = slice(first, first + at_once)
        across, left, right = _products(by, one[some])
        if two is None:
            traces = across * across.transpose(0, 2, 1) + left * right
        else:
            other, other_left, other_right = _products(by, two[some])
            turned = across * other.transpose(0, 2, 1)
            traces = (turned + turned.transpose(0, 2, 1) + left * other_right + right * other_left) / 2
        total += np.tensordot(shares[some], traces, 1)
    return np.asarray(np.outer(by.weight, by.weight) * total, dtype=float)


def _products(by: Tangent, inner: Matrix) -> tuple[Matrix, Matrix, Matrix]:
    """u'Xv, u'Xu and v'Xv of all pairs of elements, by pattern."""
    left, right = inner @ by.left, inner @ by.right
    return by.left.T @ right, by.left.T @ left, by.right.T @ right


def _bend(elements: FreeElements, at: Matrices, by: Tangent, pieces: Pieces) -> Matrix:
    """The part of the Hessian that is due to the moments' own second derivatives.

    Moving element l moves left_k by onto_left[k, l] left_l, and right_k by right_left[k, l] left_l +
    right_right[k, l] right_l: a loading or regression from factor b moves Lambda A by left_l A[b, .] and Lambda Phi by
    left_l Phi[b, .]; regressions on factor a and covariances of it move Lambda Phi by right_l A[., a] too.
    """
    weight, pull = _pooled(pieces)
    n, beta, psi = len(elements.free), elements.slices["beta"], elements.slices["psi"]
    paths, landings = slice(0, beta.stop), slice(beta.start, psi.stop)
    source = np.concatenate([elements.columns["lambda"], elements.columns["beta"]])
    landing = np.concatenate([elements.rows["beta"], elements.rows["psi"]])
    onto_left, right_left, right_right = np.zeros((n, n)), np.zeros((n, n)), np.zeros((n, n))
    onto_left[landings, paths] = at.total[np.ix_(source, landing)].T
    right_left[paths, paths] = at.phi[np.ix_(source, source)]
    right_left[psi, paths] = at.total[np.ix_(source, elements.columns["psi"])].T
    right_left[paths, psi] = by.weight[psi] * at.total[np.ix_(source, elements.columns["psi"])]
    right_right[paths, psi] = by.weight[psi] * at.total[np.ix_(source, elements.rows["psi"])]
    right_right[paths, beta] = at.total[np.ix_(source, elements.rows["beta"])]
    across = by.left.T @ weight @ by.right
    covariance_part = by.weight[:, None] * (
        onto_left * across.T + right_left * (by.left.T @ weight @ by.left) + right_right * across
    )
    alpha, mean_part = elements.slices["alpha"], np.zeros((n, n))
    lever = (pull @ by.left[:, paths])[:, None]
    mean_part[paths, beta] = lever * at.total[np.ix_(source, elements.rows["beta"])] * at.eta[elements.columns["beta"]]
    mean_part[paths, alpha] = lever * at.total[np.ix_(source, elements.rows["alpha"])]
    return np.asarray(covariance_part - mean_part - mean_part.T, dtype=float)
