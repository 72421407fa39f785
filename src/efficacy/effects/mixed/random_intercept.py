"""REML of a linear model with one random intercept a child: closed form given the ratio of the two variances.

V = sigma^2 (I + ratio Z Z'), Z the children. A child's block of V^-1 needs only the sums of its rows, so nothing larger
than rows x coefficients is ever built.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import optimize

DfMethod = Literal["kenward_roger", "satterthwaite"]

RATIOS = np.concatenate([[0.0], np.logspace(-9, 9, 181)])
"""Ratios of the variances looked at before the best is refined; beyond the last the residual variance is nil."""
PAIRS = ((0, 0), (0, 1), (1, 0), (1, 1))


@dataclass(frozen=True, kw_only=True)
class RandomInterceptFit:
    """coefficients; covariance, of the generalised least squares; adjusted, Kenward & Roger's. steps: derivative of
    covariance by each variance (children, residual); observed, expected: covariance of the two variances from the
    observed and the expected information."""

    coefficients: np.ndarray
    covariance: np.ndarray
    adjusted: np.ndarray
    steps: tuple[np.ndarray, np.ndarray]
    observed: np.ndarray
    expected: np.ndarray
    intercept_variance: float
    residual_variance: float
    log_likelihood: float

    def contrast(self, weights: np.ndarray, df_method: DfMethod) -> tuple[float, float, float]:
        """Estimate, standard error and degrees of freedom of a weighted sum of the coefficients.

        df = 2 (w'Phi w)^2 / (g' A g), g the derivative of w'Phi w by the variances and A their covariance: observed
        information and Phi itself for Satterthwaite, expected information and Phi adjusted in the standard error for
        Kenward and Roger, whose scaling is 1 for one contrast.
        """
        variance = float(weights @ self.covariance @ weights)
        slope = np.array([weights @ step @ weights for step in self.steps])
        kenward_roger = df_method == "kenward_roger"
        of_variances = self.expected if kenward_roger else self.observed
        shown = float(weights @ self.adjusted @ weights) if kenward_roger else variance
        df = 2 * variance**2 / float(slope @ of_variances @ slope)
        return float(weights @ self.coefficients), math.sqrt(shown), df


class _Data:
    """Outcome and design with their sums by child; the likelihood as a function of the ratio of the variances."""

    def __init__(self, y: np.ndarray, x: np.ndarray, child: np.ndarray) -> None:
        self.y, self.x, self.child = y, x, child
        self.n_children = int(child.max()) + 1
        self.size = np.bincount(child).astype(float)
        self.cross = x.T @ x
        self.x_sums = self.sums(x)

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Sums by child of the rows of a vector or matrix."""
        result = np.zeros((self.n_children, *values.shape[1:]))
        np.add.at(result, self.child, values)
        return result

    def solve(self, values: np.ndarray, ratio: float) -> np.ndarray:
        """(I + ratio Z Z')^-1 times a vector or matrix."""
        shrink = ratio / (1 + ratio * self.size)
        shares = shrink.reshape(-1, *[1] * (values.ndim - 1)) * self.sums(values)
        return np.asarray(values - shares[self.child])

    def fixed(self, ratio: float) -> tuple[np.ndarray, np.ndarray, float]:
        """Information of the coefficients in units of sigma^2, the coefficients, and the weighted residual sum."""
        weighted = self.solve(self.x, ratio)
        information = self.x.T @ weighted
        coefficients = np.linalg.solve(information, weighted.T @ self.y)
        errors = self.y - self.x @ coefficients
        return information, coefficients, float(errors @ self.solve(errors, ratio))

    def deviance(self, ratio: float) -> float:
        """-2 log restricted likelihood with sigma^2 profiled out, up to a constant."""
        information, _, squares = self.fixed(ratio)
        log_det = float(np.linalg.slogdet(information)[1])
        rows, columns = self.x.shape
        log_dets = float(np.log1p(ratio * self.size).sum()) + log_det
        return float(log_dets + (rows - columns) * math.log(squares))

    def slope(self, ratio: float) -> float:
        """Derivative of the deviance."""
        information, coefficients, squares = self.fixed(ratio)
        inner = 1 / (1 + ratio * self.size)
        by_ratio = -(self.x_sums.T * inner**2) @ self.x_sums
        errors = self.sums(self.y - self.x @ coefficients)
        rows, columns = self.x.shape
        of_squares = -float((inner**2 * errors**2).sum()) / squares
        trace = float(np.trace(np.linalg.solve(information, by_ratio)))
        return float((self.size * inner).sum() + trace + (rows - columns) * of_squares)


def fit_random_intercept(y: np.ndarray, x: np.ndarray, child: np.ndarray) -> RandomInterceptFit | None:
    """Fit by REML; None where the children's own intercepts leave no residual variance.

    y: rows. x: rows x coefficients, of full rank. child: number of each row's child, 0, 1, ...
    """
    data = _Data(y, x, child)
    ratio = _best_ratio(data)
    if ratio >= RATIOS[-2]:
        return None
    information, coefficients, squares = data.fixed(ratio)
    rows, columns = x.shape
    variance = squares / (rows - columns)
    covariance = np.linalg.inv(information) * variance
    parts = _parts(data, ratio, variance)
    expected_information = _expected_information(parts, covariance)
    observed_information = _observed_information(data, parts, covariance, coefficients) - expected_information
    expected = np.linalg.inv(expected_information)
    observed = np.linalg.inv(observed_information)
    if ratio == 0:  # at the boundary only the residual variance still moves
        observed = np.diag([0.0, 1 / observed_information[1, 1]])
    return RandomInterceptFit(
        coefficients=coefficients,
        covariance=covariance,
        adjusted=_adjusted(parts, covariance, expected),
        steps=(covariance @ parts.p[0] @ covariance, covariance @ parts.p[1] @ covariance),
        observed=observed,
        expected=expected,
        intercept_variance=ratio * variance,
        residual_variance=variance,
        log_likelihood=-0.5
        * (data.deviance(ratio) + (rows - columns) * (1 + math.log(2 * math.pi / (rows - columns)))),
    )


def _best_ratio(data: _Data) -> float:
    """Ratio of the variances with the least deviance: the best of a grid, refined to the slope's root beside it."""
    deviances = [data.deviance(float(ratio)) for ratio in RATIOS]
    best = int(np.argmin(deviances))
    low, high = float(RATIOS[max(best - 1, 0)]), float(RATIOS[min(best + 1, len(RATIOS) - 1)])
    if best == 0 and data.slope(0.0) >= 0:
        return 0.0
    if data.slope(high) <= 0:
        return high
    return float(optimize.brentq(data.slope, low, high, xtol=1e-300, rtol=1e-14))


@dataclass(frozen=True, kw_only=True)
class _Parts:
    """What the uncertainty of the variances is made of, with U = V^-1 X and G_i the derivative of V by a variance
    (Z Z' for the children, I for the residual): p_i = U'G_i U, q_ij = U'G_i V^-1 G_j U, traces of V^-1 G_i V^-1 G_j.
    inner: V^-1 times a child's ones."""

    ratio: float
    variance: float
    weighted: np.ndarray
    sums: np.ndarray
    inner: np.ndarray
    p: tuple[np.ndarray, np.ndarray]
    q: tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
    traces: np.ndarray


def _parts(data: _Data, ratio: float, variance: float) -> _Parts:
    weighted = data.solve(data.x, ratio) / variance
    sums = data.sums(weighted)
    inner = 1 / (variance * (1 + ratio * data.size))
    crossed = (sums.T * inner) @ sums
    residual = weighted.T @ data.solve(weighted, ratio) / variance
    of_residual = float((inner**2).sum()) + (len(data.y) - data.n_children) / variance**2
    of_both = float((data.size * inner**2).sum())
    return _Parts(
        ratio=ratio,
        variance=variance,
        weighted=weighted,
        sums=sums,
        inner=inner,
        p=(sums.T @ sums, weighted.T @ weighted),
        q=(((sums.T * (data.size * inner)) @ sums, crossed), (crossed, residual)),
        traces=np.array([[float(((data.size * inner) ** 2).sum()), of_both], [of_both, of_residual]]),
    )


def _expected_information(parts: _Parts, covariance: np.ndarray) -> np.ndarray:
    """tr(P G_i P G_j) / 2, with P the projection of restricted likelihood."""
    information = np.empty((2, 2))
    for i, j in PAIRS:
        step = covariance @ (parts.p[i] @ covariance @ parts.p[j] - 2 * parts.q[i][j])
        information[i, j] = (parts.traces[i, j] + np.trace(step)) / 2
    return information


def _observed_information(data: _Data, parts: _Parts, covariance: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
    """y'P G_i P G_j P y, which less the expected information is the observed one."""
    errors = data.solve(data.y - data.x @ coefficients, parts.ratio) / parts.variance
    sums = data.sums(errors)
    crossed = float((parts.inner * sums**2).sum())
    own = float((data.size * parts.inner * sums**2).sum())
    residual = float(errors @ data.solve(errors, parts.ratio)) / parts.variance
    moved = np.array([parts.sums.T @ sums, parts.weighted.T @ errors])
    return np.asarray(np.array([[own, crossed], [crossed, residual]]) - moved @ covariance @ moved.T)


def _adjusted(parts: _Parts, covariance: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Phi + 2 Phi [sum W_ij (Q_ij - P_i Phi P_j)] Phi (Kenward & Roger 1997)."""
    inside = np.zeros_like(covariance)
    for i, j in PAIRS:
        inside += expected[i, j] * (parts.q[i][j] - parts.p[i] @ covariance @ parts.p[j])
    return np.asarray(covariance + 2 * covariance @ inside @ covariance)
