"""Restricted maximum likelihood for series whose errors follow a first-order autoregression, with or without cases."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import linalg, optimize

_LARGEST_PHI = 0.999
_STARTS = ((0.0, 1.0), (0.5, 0.5), (-0.3, 1.5))


@dataclass(frozen=True)
class Block:
    """One case: its outcome, its rows of the design, and when it was measured (whole units apart)."""

    y: np.ndarray
    x: np.ndarray
    times: np.ndarray


@dataclass(frozen=True)
class AutoregressiveFit:
    """coefficients and their covariance; phi: autocorrelation one unit of time apart; sigma2: variance within cases;
    tau2: variance between cases; df: rows minus coefficients. converged: a maximum was found inside the bounds."""

    coefficients: np.ndarray
    covariance: np.ndarray
    phi: float
    sigma2: float
    tau2: float
    df: int
    converged: bool


def fit_autoregression(blocks: Sequence[Block], *, random_intercept: bool) -> AutoregressiveFit:
    """Maximise the restricted likelihood over phi and, with a random intercept, sqrt(tau2/sigma2); sigma2 profiled out.

    V_i = sigma2 phi^|t - s| + tau2. R: ``nlme::gls(y ~ x, correlation = corAR1(form = ~ t))`` and ``nlme::lme(y ~ x,
    random = ~ 1 | case, correlation = corAR1(form = ~ t | case), method = "REML")``.
    """
    lags = [np.abs(np.subtract.outer(block.times, block.times)) for block in blocks]

    def objective(parameters: np.ndarray) -> float:
        phi, ratio = parameters[0], parameters[1] ** 2 if random_intercept else 0.0
        return _profiled(blocks, lags, float(phi), float(ratio))[0]

    bounds = [(-_LARGEST_PHI, _LARGEST_PHI), *([(0.0, 1e4)] if random_intercept else [])]
    best = None
    for start in _STARTS:
        rough = optimize.minimize(objective, start[: len(bounds)], method="L-BFGS-B", bounds=bounds)
        fine = optimize.minimize(
            objective, rough.x, method="Nelder-Mead", bounds=bounds, options={"xatol": 1e-9, "fatol": 1e-12}
        )
        if best is None or fine.fun < best.fun - 1e-10:
            best = fine
    assert best is not None
    phi, ratio = float(best.x[0]), float(best.x[1]) ** 2 if random_intercept else 0.0
    _, sigma2, coefficients, precision, df = _profiled(blocks, lags, phi, ratio)
    inside = bool(best.success) and abs(phi) < _LARGEST_PHI - 1e-6 and sigma2 > 0
    covariance = sigma2 * np.linalg.inv(precision)
    return AutoregressiveFit(coefficients, covariance, phi, sigma2, ratio * sigma2, df, inside)


def _profiled(
    blocks: Sequence[Block], lags: Sequence[np.ndarray], phi: float, ratio: float
) -> tuple[float, float, np.ndarray, np.ndarray, int]:
    """-2 x restricted log likelihood up to a constant, sigma2, coefficients, X'V^-1 X at sigma2 = 1, df."""
    log_det = 0.0
    whitened = []
    for block, lag in zip(blocks, lags, strict=True):
        lower = np.linalg.cholesky(autocorrelations(phi, lag) + ratio)
        log_det += 2 * float(np.log(np.diag(lower)).sum())
        whitened.append(linalg.solve_triangular(lower, np.column_stack([block.x, block.y]), lower=True))
    together = np.concatenate(whitened)
    x, y = together[:, :-1], together[:, -1]
    precision = x.T @ x
    coefficients = np.linalg.solve(precision, x.T @ y)
    df = len(y) - x.shape[1]
    sigma2 = float(((y - x @ coefficients) ** 2).sum()) / df
    restricted = log_det + float(np.linalg.slogdet(precision)[1]) + df * math.log(max(sigma2, 1e-300))
    return restricted, sigma2, coefficients, precision, df


def autocorrelations(phi: float, lag: np.ndarray) -> np.ndarray:
    """phi^|lag|, also for a negative phi, whose sign alternates with whole lags."""
    return np.asarray(np.where(lag == 0, 1.0, np.sign(phi) ** (lag % 2) * np.abs(phi) ** lag))


def expected_information(blocks: Sequence[Block], fit: AutoregressiveFit) -> np.ndarray:
    """Expected REML information of (sigma2, phi, tau2): 1/2 tr(P V_j P V_k)."""
    lags = [np.abs(np.subtract.outer(block.times, block.times)) for block in blocks]
    x = np.concatenate([block.x for block in blocks])
    v = linalg.block_diag(*(fit.sigma2 * autocorrelations(fit.phi, lag) + fit.tau2 for lag in lags))
    derivatives = [
        linalg.block_diag(*(autocorrelations(fit.phi, lag) for lag in lags)),
        linalg.block_diag(*(fit.sigma2 * _slope(fit.phi, lag) for lag in lags)),
        linalg.block_diag(*(np.ones_like(lag, dtype=float) for lag in lags)),
    ]
    inverse = np.linalg.inv(v)
    projected = inverse - inverse @ x @ np.linalg.solve(x.T @ inverse @ x, x.T @ inverse)
    products = [projected @ derivative for derivative in derivatives]
    return np.array([[0.5 * np.trace(first @ second) for second in products] for first in products])


def _slope(phi: float, lag: np.ndarray) -> np.ndarray:
    """Derivative of phi^lag."""
    return np.asarray(np.where(lag == 0, 0.0, lag * autocorrelations(phi, np.maximum(lag - 1, 0))))
