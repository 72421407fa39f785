"""Means and covariances without a model: what a model's fit is judged against."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..inputs import Matrix
from .sample import Sample

_TOLERANCE = 1e-9  # largest change of a mean or covariance in one round, in standard deviations
_MOST_ROUNDS = 2000


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
        return Moments(group.means[0], group.covariances[0], converged=True)
    mean = np.nanmean(group.values, axis=0)
    covariance = np.diag(group.variances)
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
    """Means and covariances of the answers filled in by regression on what was answered: of a pattern with
    X = Sigma^-1 of its items, all items are Sigma X times the answered ones, with Sigma - Sigma X Sigma left over."""
    onto = covariance @ group.inverses(covariance)
    away = np.where(group.observed, group.means - mean, 0.0)
    filled = (onto @ away[:, :, None])[:, :, 0]
    scatter = onto @ group.covariances @ onto.transpose(0, 2, 1) + covariance - onto @ covariance
    scatter += filled[:, :, None] * filled[:, None, :]
    shares = group.counts / group.n
    moved = shares @ filled
    return np.asarray(mean + moved), np.asarray(np.tensordot(shares, scatter, 1) - np.outer(moved, moved))
