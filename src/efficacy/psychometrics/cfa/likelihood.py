"""The normal likelihood of a factor model, complete or with missing answers, and its derivatives.

The discrepancy is minus the log likelihood per respondent without its constant,

    f = 1/2 sum_r (n_r / N) [log det Sigma_r + tr(Sigma_r^-1 T_r)],   T_r = S_r + (m_r - mu_r)(m_r - mu_r)',

over the patterns r of answered items in all groups (complete data: one pattern a group; without a mean structure
T = S). Information and Hessian are those of f, so per respondent.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import LinAlgError, cho_solve, cholesky

from ..inputs import Matrix
from .moments import Matrices, Tangent, matrices, tangent
from .sample import Pattern, Sample
from .specification import FreeElements, Specification


@dataclass(frozen=True)
class Piece:
    """One pattern at given moments: share of all respondents, Sigma^-1 and Sigma^-1 T Sigma^-1 (items x items, zero
    where an item is missing) and Sigma^-1 (m - mu)."""

    share: float
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
        """Respondents x free parameters: derivative of each respondent's own log likelihood; group after group,
        pattern after pattern."""
        blocks = []
        for number, group in enumerate(self.samples):
            covariance, mean = self.moments(number, parameters)
            by = tangent(self.specification, number, matrices(self.specification, number, parameters))
            own = [casewise(by, pattern, inverse_of(covariance, pattern), mean) for pattern in group.patterns]
            blocks.append(np.vstack(own) @ self.specification.aggregate(number))
        return np.vstack(blocks)

    def ran_off(self, parameters: Matrix) -> bool:
        """Whether some residual variance is below -10 times its item's variance: on the way to minus infinity, where
        likelihoods without a maximum lead."""
        return any(
            bool((matrices(self.specification, number, parameters).theta.diagonal() < -10 * group.variances).any())
            for number, group in enumerate(self.samples)
        )

    def moments(self, number: int, parameters: Matrix) -> tuple[Matrix, Matrix | None]:
        """Sigma and mu of one group; mu is None without a mean structure."""
        at = matrices(self.specification, number, parameters)
        return at.covariance, at.mean if self.specification.mean_structure else None

    def _parts(self, number: int, parameters: Matrix) -> tuple[Matrices, Tangent, list[Piece]]:
        at = matrices(self.specification, number, parameters)
        mean = at.mean if self.specification.mean_structure else None
        pieces = pieces_of(self.samples[number], at.covariance, mean, self.n)
        return at, tangent(self.specification, number, at), pieces


def half_deviance(group: Sample, covariance: Matrix, mean: Matrix | None) -> float:
    """n f of one group at these moments: minus its log likelihood without the constant."""
    return float(sum(pattern.n * _half_deviance(pattern, covariance, mean) for pattern in group.patterns))


def pieces_of(group: Sample, covariance: Matrix, mean: Matrix | None, n: int) -> list[Piece]:
    """By pattern, what derivatives are made of; n: respondents of all groups."""
    return [_piece(pattern, covariance, mean, n) for pattern in group.patterns]


def casewise(by: Tangent, pattern: Pattern, inverse: Matrix, mean: Matrix | None) -> Matrix:
    """Respondents of one pattern x elements: derivatives of their own log likelihood.

    inverse: Sigma^-1 of the pattern, items x items, zero where missing. mean: mu; None where means are not modelled.
    """
    centre = pattern.mean if mean is None else mean[pattern.observed]
    pulled = (pattern.values - centre) @ inverse[pattern.observed]
    constant = (by.left * (inverse @ by.right)).sum(axis=0)
    scores = by.weight * ((pulled @ by.left) * (pulled @ by.right) - constant)
    return np.asarray(scores if mean is None else scores + pulled @ by.mean, dtype=float)


def inverse_of(covariance: Matrix, pattern: Pattern) -> Matrix:
    """Sigma^-1 of the answered items, items x items, zero where an item is missing."""
    if pattern.observed.all():
        return np.asarray(np.linalg.inv(covariance), dtype=float)
    place = np.ix_(pattern.observed, pattern.observed)
    inverse = np.zeros_like(covariance)
    inverse[place] = np.linalg.inv(covariance[place])
    return inverse


def fisher(by: Tangent, pieces: Sequence[Piece]) -> Matrix:
    """1/2 tr(X dSigma_k X dSigma_l) + dmu_k' X dmu_l for all pairs of elements, X = Sigma^-1, summed over patterns."""
    return sum(
        (
            piece.share * (_pairs(by, piece.inverse, piece.inverse) + by.mean.T @ piece.inverse @ by.mean)
            for piece in pieces
        ),
        np.zeros((len(by.weight), len(by.weight))),
    )


def observed(by: Tangent, pieces: Sequence[Piece]) -> Matrix:
    """Second derivatives of f as if the moments were linear in the elements; exact for a saturated model."""
    total = np.zeros((len(by.weight), len(by.weight)))
    for piece in pieces:
        curved = 2 * _pairs(by, piece.inverse, piece.sandwich) - _pairs(by, piece.inverse, piece.inverse)
        if by.mean.any():
            one = (by.weight * (piece.pull @ by.right))[:, None] * (by.left.T @ piece.inverse @ by.mean)
            two = (by.weight * (piece.pull @ by.left))[:, None] * (by.right.T @ piece.inverse @ by.mean)
            curved += by.mean.T @ piece.inverse @ by.mean + one + one.T + two + two.T
        total += piece.share * curved
    return total


def _half_deviance(pattern: Pattern, covariance: Matrix, mean: Matrix | None) -> float:
    """1/2 [log det Sigma + tr(Sigma^-1 T)] of one pattern."""
    sigma = covariance if pattern.observed.all() else covariance[np.ix_(pattern.observed, pattern.observed)]
    try:
        root = cholesky(sigma, lower=True, check_finite=False)
    except LinAlgError:
        return math.inf
    scatter = pattern.covariance
    if mean is not None:
        away = pattern.mean - mean[pattern.observed]
        scatter = scatter + np.outer(away, away)
    return float(np.log(root.diagonal()).sum() + cho_solve((root, True), scatter, check_finite=False).trace() / 2)


def _piece(pattern: Pattern, covariance: Matrix, mean: Matrix | None, n: int) -> Piece:
    inverse = inverse_of(covariance, pattern)
    seen = inverse[:, pattern.observed]
    scatter, pull = pattern.covariance, np.zeros(len(covariance))
    if mean is not None:
        away = pattern.mean - mean[pattern.observed]
        scatter = scatter + np.outer(away, away)
        pull = seen @ away
    return Piece(share=pattern.n / n, inverse=inverse, sandwich=seen @ scatter @ seen.T, pull=pull)


def _pooled(pieces: Sequence[Piece]) -> tuple[Matrix, Matrix]:
    """W = Sigma^-1 - Sigma^-1 T Sigma^-1 and Sigma^-1 (m - mu), summed over patterns by their shares."""
    weight = sum((piece.share * (piece.inverse - piece.sandwich) for piece in pieces), np.zeros_like(pieces[0].inverse))
    pull = sum((piece.share * piece.pull for piece in pieces), np.zeros_like(pieces[0].pull))
    return weight, pull


def _first(by: Tangent, pieces: Sequence[Piece]) -> Matrix:
    """Gradient of f by element."""
    weight, pull = _pooled(pieces)
    return np.asarray(by.weight * (by.left * (weight @ by.right)).sum(axis=0) - pull @ by.mean, dtype=float)


def _pairs(by: Tangent, one: Matrix, two: Matrix) -> Matrix:
    """1/2 tr(X dSigma_k Y dSigma_l) for all pairs of elements, X and Y symmetric, made symmetric in k and l."""
    one_left, one_right = one @ by.left, one @ by.right
    a, left, right = by.left.T @ one_right, by.left.T @ one_left, by.right.T @ one_right
    if one is two:
        traces = a * a.T + left * right
    else:
        two_left, two_right = two @ by.left, two @ by.right
        b = by.left.T @ two_right
        traces = (a * b.T + a.T * b + left * (by.right.T @ two_right) + right * (by.left.T @ two_left)) / 2
    return np.asarray(np.outer(by.weight, by.weight) * traces, dtype=float)


def _bend(elements: FreeElements, at: Matrices, by: Tangent, pieces: Sequence[Piece]) -> Matrix:
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
