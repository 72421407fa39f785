"""Reliability of a scale from one administration: alpha and the coefficients printed beside it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from scipy import stats

from ..results import Reason, Result
from .inputs import Matrix, check_choice, check_level, correlation_matrix, is_singular, numbers
from .omega import Omega, mcdonald_omega
from .scale_data import scale_state
from .split_half import odd_even, split_half

AlphaInterval = Literal["feldt", "bonett"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Reliability(Result):
    """Cronbach's alpha of one scale: estimate with its standard error and interval, the items behind it, their mean
    correlation, and alpha of the standardised items."""

    estimate: float
    std_error: float
    conf_low: float
    conf_high: float
    interval: str
    n_items: int
    average_r: float
    standardized: float

    def tidy(self) -> pd.DataFrame:
        """One row: term ("alpha"), estimate, std_error, conf_low, conf_high, n."""
        return pd.DataFrame(
            [
                {
                    "term": "alpha",
                    "estimate": self.estimate,
                    "std_error": self.std_error,
                    "conf_low": self.conf_low,
                    "conf_high": self.conf_high,
                    "n": self.n_used,
                }
            ]
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class ReliabilityCoefficients(Result):
    """Several coefficients of one scale on the same complete rows."""

    n_items: int
    coefficients: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """One row a coefficient: term, estimate, conf_low, conf_high (NaN where no interval is known), n, method."""
        return self.coefficients.copy()


def cronbach_alpha(items: pd.DataFrame, *, interval: AlphaInterval = "feldt", conf_level: float = 0.95) -> Reliability:
    """Cronbach's alpha of one scale on its complete rows, with an interval.

    items: respondents x items of one scale, reverse-scored, NaN missing. With the covariance matrix S of the k items,
    alpha = k / (k - 1) (1 - tr S / sum S). interval: "feldt", 1 - (1 - alpha) F at (n - 1), (n - 1)(k - 1) df, exact
    for normal parallel items; "bonett", 1 - exp(log(1 - alpha) - log(n / (n - 1)) +- z sqrt(2 k / ((k - 1)(n - 2)))),
    its closed-form twin. std_error: sqrt(Q / n) with Q = 2 k^2 / ((k - 1)^2 V^3) [V (tr S^2 + tr^2 S) - 2 tr S
    sum S^2], V = sum S, for normal items; no interval is built on it. Not computable: too_few_items (below 2),
    empty_items, too_few_rows (below 3), zero_variance (no respondent's total differs). Flagged: zero_variance (single
    items that do not vary: average_r and standardized are then NaN). Raises ValueError for a wrong call. Reference:
    Cronbach (1951), doi:10.1007/BF02310555; Feldt (1965), doi:10.1007/BF02289499; Bonett (2002),
    doi:10.3102/10769986027004335; van Zyl, Neudecker & Nel (2000), doi:10.1007/BF02296146. R:
    psych::alpha(na.omit(items))$total; psych::alpha.ci.
    """
    check_level(conf_level)
    check_choice(interval, "interval", get_args(AlphaInterval))
    frame = numbers(items)
    complete = frame.dropna()
    n, k = len(complete), len(frame.columns)
    reasons, status = scale_state(frame, complete)
    estimate = std_error = low = high = average_r = standardized = math.nan
    if status != "not_computable":
        covariance = np.cov(complete.to_numpy(), rowvar=False, ddof=1)
        estimate, std_error = _alpha(covariance), _std_error(covariance, n)
        low, high = (_feldt if interval == "feldt" else _bonett)(estimate, n, k, conf_level)
    if status == "ok":
        correlations = correlation_matrix(complete.to_numpy(), "pearson")
        average_r = float((correlations.sum() - k) / (k * (k - 1)))
        standardized = _alpha(correlations)
    return Reliability(
        n_used=n,
        n_dropped=len(frame) - n,
        method=f"Cronbach's alpha, {interval.capitalize()} interval, listwise",
        conf_level=conf_level,
        status=status,
        reasons=reasons,
        estimate=estimate,
        std_error=std_error,
        conf_low=low,
        conf_high=high,
        interval=interval,
        n_items=k,
        average_r=average_r,
        standardized=standardized,
    )


def reliability(
    items: pd.DataFrame, *, conf_level: float = 0.95, n_resamples: int = 1000, seed: int = 1
) -> ReliabilityCoefficients:
    """The coefficients of one scale that one administration allows, on the same complete rows.

    items: respondents x items of one scale, reverse-scored, NaN missing. Terms of tidy(): alpha (Feldt interval);
    alpha_standardized = k r / (1 + (k - 1) r) with the mean correlation r; omega (mcdonald_omega, bootstrap interval
    from n_resamples resamples, seed); lambda_2 = [sum of r + sqrt(k / (k - 1) sum of r^2)] / sum(R), r off the
    diagonal of the correlation matrix R, and lambda_6 = 1 - sum(1 / diag(R^-1)) / sum(R) (what psych prints as G6),
    with lambda_2_covariance and lambda_6_covariance on the covariance matrix (what SPSS prints); split_half
    = 2 r / (1 + r) with r between the sums of the odd and the even items (Spearman-Brown); sem = sd(total) sqrt(1 -
    alpha), in points of the total, and smallest_detectable_change = z sqrt(2) sem, the change of one respondent beyond
    what that error makes of no change (z at conf_level; it knows nothing of what changes in a child between two
    occasions: retest_icc does). Not computable and flagged as cronbach_alpha; also flagged: singular_correlations
    (lambda_6 NaN), omega_not_computable, the reasons of omega. Raises ValueError for a wrong call. Reference: Guttman
    (1945), doi:10.1007/BF02288892. R: psych::alpha, psych::guttman.
    """
    alpha = cronbach_alpha(items, conf_level=conf_level)
    values = numbers(items).dropna().to_numpy()
    omega = mcdonald_omega(items, conf_level=conf_level, n_resamples=n_resamples, seed=seed)
    terms = dict.fromkeys(_TERMS, math.nan)
    terms |= {"alpha": alpha.estimate, "alpha_standardized": alpha.standardized, "omega": omega.estimate}
    if alpha.status != "not_computable":
        sem = float(values.sum(axis=1).std(ddof=1)) * math.sqrt(max(0.0, 1 - alpha.estimate))
        z = float(stats.norm.ppf((1 + conf_level) / 2))
        terms |= {"sem": sem, "smallest_detectable_change": z * math.sqrt(2) * sem}
        terms["split_half"] = split_half(values, odd_even(alpha.n_items))["spearman_brown"]
    singular = False
    if alpha.status == "ok":
        covariance = np.cov(values, rowvar=False, ddof=1)
        correlations = correlation_matrix(values, "pearson")
        singular = alpha.n_used <= alpha.n_items or is_singular(correlations)
        terms |= {"lambda_2": _lambda_2(correlations), "lambda_2_covariance": _lambda_2(covariance)}
        if not singular:
            terms |= {"lambda_6": _lambda_6(correlations), "lambda_6_covariance": _lambda_6(covariance)}
    reasons = _reasons(alpha, omega, singular)
    ends = {"alpha": (alpha.conf_low, alpha.conf_high), "omega": (omega.conf_low, omega.conf_high)}
    low, high = zip(*(ends.get(term, (math.nan, math.nan)) for term in terms), strict=True)
    return ReliabilityCoefficients(
        n_used=alpha.n_used,
        n_dropped=alpha.n_dropped,
        method="Reliability coefficients, listwise",
        conf_level=conf_level,
        status="flagged" if alpha.status == "ok" and reasons else alpha.status,
        reasons=reasons,
        n_items=alpha.n_items,
        coefficients=pd.DataFrame(
            {
                "term": list(terms),
                "estimate": list(terms.values()),
                "conf_low": low,
                "conf_high": high,
                "n": alpha.n_used,
                "method": list(_TERMS.values()),
            }
        ),
    )


_TERMS = {
    "alpha": "covariance matrix, Feldt interval",
    "alpha_standardized": "correlation matrix",
    "omega": "one factor, maximum likelihood, bootstrap interval on log(1 - omega)",
    "lambda_2": "Guttman, correlation matrix",
    "lambda_2_covariance": "Guttman, covariance matrix",
    "lambda_6": "Guttman, correlation matrix",
    "lambda_6_covariance": "Guttman, covariance matrix",
    "split_half": "odd against even items, Spearman-Brown",
    "sem": "sd of the total times sqrt(1 - alpha)",
    "smallest_detectable_change": "z times sqrt(2) times sem",
}


def _reasons(alpha: Reliability, omega: Omega, singular: bool) -> tuple[Reason, ...]:
    reasons = alpha.reasons
    if singular:
        reasons = (*reasons, Reason("singular_correlations", {"n_items": alpha.n_items}))
    if reasons:
        return reasons  # they are also why there is no omega
    if omega.status == "not_computable":
        return (Reason("omega_not_computable"),)
    return omega.reasons


def _alpha(matrix: Matrix) -> float:
    k = len(matrix)
    return float(k / (k - 1) * (1 - matrix.trace() / matrix.sum()))


def _std_error(covariance: Matrix, n: int) -> float:
    k, total, trace = len(covariance), float(covariance.sum()), float(covariance.trace())
    squared = covariance @ covariance
    bracket = total * (float(squared.trace()) + trace**2) - 2 * trace * float(squared.sum())
    return math.sqrt(max(0.0, 2 * k**2 / ((k - 1) ** 2 * total**3) * bracket / n))


def _feldt(alpha: float, n: int, k: int, conf_level: float) -> tuple[float, float]:
    tail = (1 - conf_level) / 2
    df = (n - 1, (n - 1) * (k - 1))
    low, high = stats.f.ppf([1 - tail, tail], *df)
    return float(1 - (1 - alpha) * low), float(1 - (1 - alpha) * high)


def _bonett(alpha: float, n: int, k: int, conf_level: float) -> tuple[float, float]:
    centre = (1 - alpha) * (n - 1) / n
    reach = float(stats.norm.ppf((1 + conf_level) / 2)) * math.sqrt(2 * k / ((k - 1) * (n - 2)))
    return 1 - centre * math.exp(reach), 1 - centre * math.exp(-reach)


def _lambda_2(matrix: Matrix) -> float:
    k, off = len(matrix), matrix - np.diag(matrix.diagonal())
    return float((off.sum() + math.sqrt(k / (k - 1) * (off**2).sum())) / matrix.sum())


def _lambda_6(matrix: Matrix) -> float:
    return float(1 - (1 / np.linalg.inv(matrix).diagonal()).sum() / matrix.sum())
