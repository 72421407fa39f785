"""Weighted least squares of ordered answers: how estimates vary, and the scaled tests of fit and of differences."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.linalg import null_space

from ..inputs import Matrix
from .wlsmv import LeastSquares


@dataclass(frozen=True)
class Variation:
    """How estimates and the discrepancy vary from sample to sample.

    bread: (Delta' V Delta)^-1. meat: Delta' V Gamma V Delta. trace and trace_squares: tr(U Gamma) and tr((U Gamma)^2)
    with U = V - V Delta bread Delta' V; all over groups, V and Gamma per respondent of all groups.
    """

    bread: Matrix
    meat: Matrix
    trace: float
    trace_squares: float


def variation(squares: LeastSquares, parameters: Matrix) -> Variation:
    """The sandwich and the traces at these parameters; LinAlgError where parameters cannot be told apart."""
    moments = squares.model.moments(parameters)
    size = squares.model.specification.n_free
    metric, meat, double = np.zeros((3, size, size))
    trace, trace_squares = 0.0, 0.0
    for share, weight, sample, jacobian in zip(
        squares.shares, squares.weights, squares.samples, squares.model.jacobians(moments), strict=True
    ):
        weighted = weight[:, None] * jacobian
        spread = sample.gamma @ weighted
        metric += share * jacobian.T @ weighted
        meat += share * weighted.T @ spread
        double += share * spread.T @ (weight[:, None] * spread)
        trace += float(weight @ sample.gamma.diagonal())
        trace_squares += _trace_squares(weight, sample.gamma)
    bread = np.linalg.inv(metric)
    through = bread @ meat
    return Variation(
        bread=np.asarray(bread, dtype=float),
        meat=meat,
        trace=trace - float(np.trace(through)),
        trace_squares=trace_squares - 2 * float((bread * double).sum()) + float((through * through.T).sum()),
    )


def covariance_of_estimates(found: Variation, n: int) -> Matrix:
    """Robust covariances of the free parameters: bread meat bread / N."""
    return np.asarray(found.bread @ found.meat @ found.bread / n, dtype=float)


@dataclass(frozen=True)
class ScaledTest:
    """A chi-square, its mean- and variance-adjusted form, and what it was multiplied with and shifted by."""

    chisq: float
    scaled: float
    scaling_factor: float
    shift: float


def scaled_and_shifted(chisq: float, df: float, trace: float, trace_squares: float) -> ScaledTest:
    """T* = a T + b with a = sqrt(df / tr((U Gamma)^2)), b = df - a tr(U Gamma): mean and variance of a chi-square with
    df degrees of freedom.

    scaling_factor is 1 / a, as lavaan prints it. NaN without degrees of freedom. Reference: Asparouhov & Muthen (2010),
    Simple second order chi-square correction. R: lavaan::cfa(..., estimator = "WLSMV").
    """
    if df <= 0 or trace_squares <= 0:
        return ScaledTest(chisq, math.nan, math.nan, math.nan)
    factor = math.sqrt(df / trace_squares)
    shift = df - factor * trace
    return ScaledTest(chisq, factor * chisq + shift, 1 / factor, shift)


@dataclass(frozen=True)
class Baseline:
    """The model of uncorrelated items, thresholds free: chi-square, df, tr(U Gamma) and tr((U Gamma)^2)."""

    chisq: float
    df: float
    trace: float
    trace_squares: float


def baseline(squares: LeastSquares) -> Baseline:
    """The fit of uncorrelated items to the same statistics with the same weights."""
    chisq = df = trace = trace_squares = 0.0
    for weight, sample in zip(squares.weights, squares.samples, strict=True):
        correlations = slice(len(sample.thresholds), None)
        own, gamma = weight[correlations], sample.gamma[correlations, correlations]
        chisq += sample.n * float(own @ sample.statistics[correlations] ** 2)
        df += len(own)
        trace += float(own @ gamma.diagonal())
        trace_squares += _trace_squares(own, gamma)
    return Baseline(chisq, df, trace, trace_squares)


def _trace_squares(weight: Matrix, gamma: Matrix) -> float:
    """tr((W Gamma)^2) for a diagonal W."""
    return float(weight @ gamma**2 @ weight)


def difference(
    larger: LeastSquares, larger_at: Matrix, smaller: LeastSquares, smaller_at: Matrix
) -> tuple[ScaledTest, float]:
    """The scaled-and-shifted test of a model against a larger one that it is nested in, and its df.

    larger_at, smaller_at: estimates. The restrictions of the smaller model are the directions of the larger one's
    parameters in which the smaller one's statistics cannot move. Reference: Satorra (2000),
    doi:10.1007/978-1-4615-4603-0_17; Satorra & Bentler (2010), doi:10.1007/s11336-009-9135-y. R:
    lavaan::lavTestLRT(larger, smaller).
    """
    wide, narrow = (
        np.vstack(squares.model.jacobians(squares.model.moments(at)))
        for squares, at in ((larger, larger_at), (smaller, smaller_at))
    )
    reached = np.linalg.solve(wide.T @ wide, wide.T @ narrow)
    restrictions = null_space(reached.T).T
    df = len(restrictions)
    found = variation(larger, larger_at)
    crossed = restrictions @ found.bread
    spread = crossed.T @ np.linalg.solve(crossed @ restrictions.T, crossed) @ found.meat
    chisq = 2 * larger.n * (smaller.value(smaller_at) - larger.value(larger_at))
    trace, trace_squares = float(np.trace(spread)), float((spread * spread.T).sum())
    return scaled_and_shifted(chisq, df, trace, trace_squares), float(df)
