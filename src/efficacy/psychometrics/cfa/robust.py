"""Sampling variation of estimates and of the test of fit: normal theory, and without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..inputs import Matrix
from .likelihood import Likelihood, Pieces, casewise, fisher, observed, pieces_of
from .moments import Tangent, jacobian, matrices, tangent, vech_indices
from .result import Estimator
from .sample import Sample
from .saturated import Moments


def covariance_of_estimates(likelihood: Likelihood, parameters: Matrix, estimator: Estimator) -> Matrix:
    """Covariances of the free parameters.

    With I the expected information per respondent, H the Hessian, J the mean outer product of respondents' scores:
    ML I^-1 / N (with missing answers H^-1 / N); MLR H^-1 J H^-1 / N (Huber-White); MLM I^-1 J* I^-1 / N, J* from
    scores about the sample's moments (Satorra-Bentler). Raises LinAlgError for singular information.
    """
    complete = all(group.complete for group in likelihood.samples)
    if estimator == "MLR" or not complete:
        bread = np.linalg.inv(likelihood.hessian(parameters))
        if estimator == "ML":
            return np.asarray(bread / likelihood.n, dtype=float)
        scores = likelihood.scores(parameters)
        return np.asarray(bread @ (scores.T @ scores / likelihood.n) @ bread / likelihood.n, dtype=float)
    bread = np.linalg.inv(likelihood.slope(parameters)[1])
    if estimator == "ML":
        return np.asarray(bread / likelihood.n, dtype=float)
    return np.asarray(bread @ _spread(likelihood, parameters) @ bread / likelihood.n, dtype=float)


def mlr_trace(likelihood: Likelihood, parameters: Matrix, saturated: float) -> float:
    """What the test of fit is of on average when the model holds, without normality (for normal data: its df).

    tr(B1 A1^-1) - tr(J H^-1): A1 and B1 the information and the scores' outer product of the saturated model at the
    sample's moments (saturated: saturated_trace), H and J the model's. Divided by the df it is the scaling factor.
    Reference: Yuan & Bentler (2000), doi:10.1111/0081-1750.00078, as Mplus computes it.
    """
    scores = likelihood.scores(parameters)
    model = np.trace(np.linalg.solve(likelihood.hessian(parameters), scores.T @ scores / likelihood.n))
    return float(saturated - model)


def mlm_trace(likelihood: Likelihood, parameters: Matrix) -> float:
    """The same for complete answers by Satorra and Bentler (1994): tr(U Gamma), Gamma the covariances of the sample's
    moments and U the residual weight at the model's."""
    _, information = likelihood.slope(parameters)
    spread = sum(
        _kurtosis(group, likelihood.moments(number, parameters)[0], means=likelihood.specification.mean_structure)
        for number, group in enumerate(likelihood.samples)
    )
    return float(spread - np.trace(np.linalg.solve(information, _spread(likelihood, parameters))))


def saturated_trace(samples: Sequence[Sample], saturated: Sequence[Moments], *, means: bool) -> float:
    """tr(B1 A1^-1), summed over groups."""
    return float(
        sum(_saturated_trace(group, moments, means=means) for group, moments in zip(samples, saturated, strict=True))
    )


@dataclass(frozen=True)
class Completed:
    """The test of fit as complete answers would give it: chisq at the estimates from the saturated moments, and what
    it is of on average when the model holds."""

    chisq: float
    trace: float


def completed(
    likelihood: Likelihood, parameters: Matrix, saturated: Sequence[Moments], gammas: Sequence[Matrix]
) -> Completed:
    """What cfi, tli and rmsea would be estimated from with complete answers.

    chisq = N F(saturated moments, model's moments), F the discrepancy of complete answers; trace = tr(U Gamma), U the
    residual weight of complete answers at the saturated moments, Gamma the covariances of those moments (gammas: by
    group, saturated_covariance). Reference:
    Zhang & Savalei (2023), doi:10.1037/met0000445.
    """
    chisq, spread = 0.0, 0.0
    size = likelihood.specification.n_free
    bread, meat = np.zeros((size, size)), np.zeros((size, size))
    for number, (group, moments, gamma) in enumerate(zip(likelihood.samples, saturated, gammas, strict=True)):
        share = group.n / likelihood.n
        covariance, mean = likelihood.moments(number, parameters)
        away = np.zeros(len(covariance)) if mean is None else moments.mean - mean
        scatter = moments.covariance + np.outer(away, away)
        ratio = np.linalg.solve(covariance, scatter)
        between = np.linalg.slogdet(covariance)[1] - np.linalg.slogdet(moments.covariance)[1]
        chisq += group.n * float(np.trace(ratio) - len(ratio) + between)
        weight = _complete_weight(moments.covariance)
        delta = jacobian(likelihood.specification, number, parameters)
        spread += float(np.trace(weight @ gamma))
        bread += share * delta.T @ weight @ delta
        meat += share * delta.T @ weight @ gamma @ weight @ delta
    return Completed(chisq=chisq, trace=spread - float(np.trace(np.linalg.solve(bread, meat))))


def saturated_covariance(group: Sample, moments: Moments, estimator: Estimator) -> Matrix:
    """n times the covariances of a group's saturated means and covariances (vech), by its observed information, or
    for MLR without normality."""
    by = saturated_tangent(len(moments.mean), means=True)
    inverse = np.linalg.inv(observed(by, pieces_of(group, moments.covariance, moments.mean, group.n)))
    if estimator == "ML":
        return np.asarray(inverse, dtype=float)
    scores = _saturated_scores(group, moments, by)
    return np.asarray(inverse @ (scores.T @ scores / group.n) @ inverse, dtype=float)


def saturated_tangent(n_items: int, *, means: bool) -> Tangent:
    """Derivatives of the moments by themselves: means (where wanted), then vech of the covariances."""
    rows, columns = vech_indices(n_items)
    unit = np.eye(n_items)
    none = np.zeros((n_items, n_items if means else 0))
    return Tangent(
        left=np.hstack([none, unit[:, rows]]),
        right=np.hstack([none, unit[:, columns]]),
        weight=np.concatenate([np.ones(none.shape[1]), np.where(rows == columns, 0.5, 1.0)]),
        mean=np.hstack([unit if means else none, np.zeros((n_items, len(rows)))]),
    )


def _saturated_scores(group: Sample, moments: Moments, by: Tangent) -> Matrix:
    means = moments.mean if by.mean.any() else None
    return casewise(by, group, moments.covariance, means)


def _saturated_trace(group: Sample, moments: Moments, *, means: bool) -> float:
    """tr(B1 A1^-1) of one group."""
    if group.complete:
        return _kurtosis(group, moments.covariance, means=means)
    by = saturated_tangent(len(moments.mean), means=means)
    pieces = pieces_of(group, moments.covariance, moments.mean if means else None, group.n)
    scores = _saturated_scores(group, moments, by)
    return float(np.trace(np.linalg.solve(observed(by, pieces), scores.T @ scores / group.n)))


def _kurtosis(group: Sample, covariance: Matrix, *, means: bool) -> float:
    """tr(W Gamma) of complete answers: W the normal-theory weight at this Sigma, Gamma the covariances of the
    sample's moments. 1/2 [mean of d_i^2 - tr(Sigma^-1 S Sigma^-1 S)], d_i the squared Mahalanobis distances."""
    centred = group.values - group.means[0]
    ratio = np.linalg.solve(covariance, group.covariances[0])
    distances = (centred * np.linalg.solve(covariance, centred.T).T).sum(axis=1)
    trace = ((distances**2).mean() - np.trace(ratio @ ratio)) / 2
    return float(trace + distances.mean() * means)


def _spread(likelihood: Likelihood, parameters: Matrix) -> Matrix:
    """Delta' W Gamma W Delta of complete answers: scores about the sample's own moments."""
    total = np.zeros((likelihood.specification.n_free, likelihood.specification.n_free))
    for number, group in enumerate(likelihood.samples):
        at = matrices(likelihood.specification, number, parameters)
        by = tangent(likelihood.specification, number, at)
        means = group.means[0] if likelihood.specification.mean_structure else None
        scores = casewise(by, group, at.covariance, means)
        scores = (scores - scores.mean(axis=0)) @ likelihood.specification.aggregate(number)
        total += scores.T @ scores / likelihood.n
    return total


def _complete_weight(covariance: Matrix) -> Matrix:
    """Information of complete normal answers about means and vech of the covariances."""
    inverse = np.asarray(np.linalg.inv(covariance), dtype=float)
    pieces = Pieces(
        shares=np.ones(1), inverse=inverse[None], sandwich=inverse[None], pull=np.zeros((1, len(covariance)))
    )
    return fisher(saturated_tangent(len(covariance), means=True), pieces)
