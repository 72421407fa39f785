"""Fit of a model of ordered answers as if the tendencies behind the answers had been observed."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..inputs import Matrix
from .ordinal_moments import OrdinalMoments
from .ordinal_sample import OrdinalSample
from .wlsmv import LeastSquares


@dataclass(frozen=True)
class LatentFit:
    """Normal-theory chi-square of the polychoric correlations, and what it is of on average when the model holds; the
    same of uncorrelated items. NaN where a correlation matrix is not positive definite."""

    chisq: float
    trace: float
    baseline_chisq: float
    baseline_trace: float


def latent_fit(squares: LeastSquares, parameters: Matrix) -> LatentFit:
    """The fit that the tendencies behind the answers would show, at the least-squares estimates.

    chisq = sum_g n_g [tr(R S^-1) - log det(R S^-1) - p], R polychoric and S implied; trace = tr(M' W M Gamma) with W
    the normal-theory weight of correlations at S, M what the estimates leave of a deviation, and Gamma with divisor n;
    for uncorrelated items S = I. From them cfi_robust, tli_robust and rmsea_robust. Reference: Savalei (2021),
    doi:10.1080/00273171.2020.1717922. R: lavaan::fitMeasures(fit, c("cfi.robust", "rmsea.robust")).
    """
    moments = squares.model.moments(parameters)
    jacobians = squares.model.jacobians(moments)
    metric = squares.slope(parameters)[1]
    total = np.zeros(4)
    groups = zip(squares.shares, squares.weights, squares.samples, moments, jacobians, strict=True)
    for share, weight, sample, at, jacobian in groups:
        observed, implied = sample.correlations, _matrix(sample, at)
        if min(np.linalg.eigvalsh(matrix)[0] for matrix in (observed, implied)) <= 0:
            return LatentFit(math.nan, math.nan, math.nan, math.nan)
        inverse = np.asarray(np.linalg.inv(implied), dtype=float)
        ratio = observed @ inverse
        start, gamma = len(sample.thresholds), sample.gamma * (1 - 1 / sample.n)
        onto = np.linalg.solve(metric, share * (weight[:, None] * jacobian).T)
        left = np.eye(len(weight))[start:] - jacobian[start:] @ onto
        total += (
            sample.n * float(np.trace(ratio) - np.linalg.slogdet(ratio)[1] - len(ratio)),
            float((_weight(inverse, sample) * (left @ gamma @ left.T)).sum()),
            -sample.n * float(np.linalg.slogdet(observed)[1]),
            float(gamma[start:, start:].trace()),
        )
    return LatentFit(*total.tolist())


def _matrix(sample: OrdinalSample, at: OrdinalMoments) -> Matrix:
    """The implied correlations, items x items."""
    matrix = np.eye(len(at.scales))
    matrix[sample.pairs] = matrix.T[sample.pairs] = at.statistics[len(sample.thresholds) :]
    return matrix


def _weight(inverse: Matrix, sample: OrdinalSample) -> Matrix:
    """Second derivatives of the normal discrepancy by correlations: s^ik s^jl + s^il s^jk for pairs ij and kl."""
    first, second = sample.pairs
    weight = inverse[np.ix_(first, first)] * inverse[np.ix_(second, second)]
    weight += inverse[np.ix_(first, second)] * inverse[np.ix_(second, first)]
    return np.asarray(weight, dtype=float)
