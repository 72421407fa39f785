"""Means and covariances without a model: what a model's fit is judged against."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..inputs import Matrix
from .sample import Pattern, Sample

_TOLERANCE = 1e-9  # largest change of a mean or covariance in one round, in standard deviations
_MOST_ROUNDS = 5000


@dataclass(frozen=True)
class Moments:
    """Means and covariances of one group (divisor n; with missing answers maximum likelihood)."""

    mean: Matrix
    covariance: Matrix
    converged: bool


def saturated(group: Sample) -> Moments:
    """The maximum-likelihood means and covariances of a group.

    Complete answers: the sample's own. Missing answers: the EM algorithm under missingness at random, every round
    filling in by regression on what was answered, until no moment moves by 1e-9 standard deviations. Reference:
    Dempster, Laird & Rubin (1977), doi:10.1111/j.2517-6161.1977.tb01600.x. R: lavaan::lavInspect(fit, "sampstat").
    """
    if group.complete:
        return Moments(group.patterns[0].mean, group.patterns[0].covariance, converged=True)
    mean = np.nanmean(group.values, axis=0)
    covariance = np.diag(np.nanvar(group.values, axis=0))
    scale = np.sqrt(covariance.diagonal())
    for _ in range(_MOST_ROUNDS):
        try:
            new_mean, new_covariance = _round(group, mean, covariance)
        except np.linalg.LinAlgError:
            break
        moved = max(
            float((np.abs(new_mean - mean) / scale).max()),
            float((np.abs(new_covariance - covariance) / np.outer(scale, scale)).max()),
        )
        mean, covariance = new_mean, new_covariance
        if moved < _TOLERANCE:
            return Moments(mean, covariance, converged=True)
    return Moments(mean, covariance, converged=False)


def _round(group: Sample, mean: Matrix, covariance: Matrix) -> tuple[Matrix, Matrix]:
    total, squares = np.zeros(len(mean)), np.zeros_like(covariance)
    for pattern in group.patterns:
        filled, scatter = _filled(pattern, mean, covariance)
        total += pattern.n / group.n * filled
        squares += pattern.n / group.n * (scatter + np.outer(filled, filled))
    return total, squares - np.outer(total, total)


def _filled(pattern: Pattern, mean: Matrix, covariance: Matrix) -> tuple[Matrix, Matrix]:
    """Expected mean and expected covariance about it of all items, given what was answered."""
    seen, unseen = pattern.observed, ~pattern.observed
    regression = np.linalg.solve(covariance[np.ix_(seen, seen)], covariance[np.ix_(seen, unseen)])
    onto = np.zeros((len(mean), int(seen.sum())))
    onto[seen] = np.eye(int(seen.sum()))
    onto[unseen] = regression.T
    filled = onto @ (pattern.mean - mean[seen])
    filled += mean
    scatter = onto @ pattern.covariance @ onto.T
    scatter[np.ix_(unseen, unseen)] += (
        covariance[np.ix_(unseen, unseen)] - covariance[np.ix_(unseen, seen)] @ regression
    )
    return filled, scatter
