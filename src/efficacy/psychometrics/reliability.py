"""Reliability of a scale from one administration: alpha and the coefficients printed beside it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from ..results import Reason, Result, Status
from .inputs import Matrix, check_level, correlation_matrix, empty_columns, flat_columns, is_flat, is_singular, numbers


@dataclass(frozen=True, kw_only=True, eq=False)
class Reliability(Result):
    """Cronbach's alpha of one scale: estimate with its Feldt interval, the items behind it, their mean correlation,
    and alpha of the standardised items."""

    estimate: float
    conf_low: float
    conf_high: float
    n_items: int
    average_r: float
    standardized: float

    def tidy(self) -> pd.DataFrame:
        """One row: term ("alpha"), estimate, conf_low, conf_high, n."""
        return pd.DataFrame(
            [
                {
                    "term": "alpha",
                    "estimate": self.estimate,
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


def cronbach_alpha(items: pd.DataFrame, *, conf_level: float = 0.95) -> Reliability:
    """Cronbach's alpha of one scale on its complete rows, with Feldt's exact interval.

    items: respondents x items of one scale, reverse-scored, NaN missing. With the covariance matrix S of the k items,
    alpha = k / (k - 1) (1 - tr S / sum S); the interval is 1 - (1 - alpha) F at (n - 1), (n - 1)(k - 1) df. Not
    computable: too_few_items (below 2), empty_items, too_few_rows (below 3), zero_variance (no respondent's total
    differs). Flagged: zero_variance (single items that do not vary: average_r and standardized are then NaN).
    Raises ValueError for a wrong call. Reference: Cronbach (1951), doi:10.1007/BF02310555; Feldt (1965),
    doi:10.1007/BF02289499. R: psych::alpha(na.omit(items))$total; psych::alpha.ci.
    """
    check_level(conf_level)
    frame = numbers(items)
    complete = frame.dropna()
    n, k = len(complete), len(frame.columns)
    reasons, status = _state(frame, complete)
    estimate = low = high = average_r = standardized = math.nan
    if status != "not_computable":
        estimate = _alpha(np.cov(complete.to_numpy(), rowvar=False, ddof=1))
        low, high = _feldt(estimate, n, k, conf_level)
    if status == "ok":
        correlations = correlation_matrix(complete.to_numpy(), "pearson")
        average_r = float((correlations.sum() - k) / (k * (k - 1)))
        standardized = _alpha(correlations)
    return Reliability(
        n_used=n,
        n_dropped=len(frame) - n,
        method="Cronbach's alpha, Feldt interval, listwise",
        conf_level=conf_level,
        status=status,
        reasons=reasons,
        estimate=estimate,
        conf_low=low,
        conf_high=high,
        n_items=k,
        average_r=average_r,
        standardized=standardized,
    )


def reliability(items: pd.DataFrame, *, conf_level: float = 0.95) -> ReliabilityCoefficients:
    """The coefficients of one scale that one administration allows, on the same complete rows.

    items: respondents x items of one scale, reverse-scored, NaN missing. Terms of tidy(): alpha (Feldt interval);
    alpha_standardized = k r / (1 + (k - 1) r) with the mean correlation r; lambda_6 = 1 - sum(1 / diag(R^-1)) / sum(R)
    on the correlation matrix R (what psych prints as G6) and lambda_6_covariance, the same on the covariance matrix
    (what SPSS prints as Lambda 6); split_half = 2 r / (1 + r) with r between the sums of the odd and the even items
    (Spearman-Brown); sem = sd(total) sqrt(1 - alpha), in units of the total score. Only alpha has an interval. Not
    computable and flagged as cronbach_alpha; also flagged: singular_correlations (lambda_6 NaN). Raises ValueError
    for a wrong call. Reference: Guttman (1945), doi:10.1007/BF02288892. R: psych::alpha, psych::guttman.
    """
    alpha = cronbach_alpha(items, conf_level=conf_level)
    values = numbers(items).dropna().to_numpy()
    reasons, terms = alpha.reasons, dict.fromkeys(_TERMS, math.nan)
    terms |= {"alpha": alpha.estimate, "alpha_standardized": alpha.standardized}
    if alpha.status != "not_computable":
        terms["split_half"] = _split_half(values)
        terms["sem"] = float(values.sum(axis=1).std(ddof=1)) * math.sqrt(max(0.0, 1 - alpha.estimate))
    if alpha.status == "ok":
        covariance = np.cov(values, rowvar=False, ddof=1)
        scale = np.sqrt(covariance.diagonal())
        correlations = covariance / np.outer(scale, scale)
        if alpha.n_used <= alpha.n_items or is_singular(correlations):
            reasons = (*reasons, Reason("singular_correlations", {"n_items": alpha.n_items}))
        else:
            terms |= {"lambda_6": _lambda_6(correlations), "lambda_6_covariance": _lambda_6(covariance)}
    table = pd.DataFrame({"term": list(terms), "estimate": list(terms.values())})
    is_alpha = table["term"] == "alpha"
    return ReliabilityCoefficients(
        n_used=alpha.n_used,
        n_dropped=alpha.n_dropped,
        method="Reliability coefficients, listwise",
        conf_level=conf_level,
        status="flagged" if alpha.status == "ok" and reasons else alpha.status,
        reasons=reasons,
        n_items=alpha.n_items,
        coefficients=table.assign(
            conf_low=is_alpha.map({True: alpha.conf_low, False: math.nan}),
            conf_high=is_alpha.map({True: alpha.conf_high, False: math.nan}),
            n=alpha.n_used,
            method=list(_TERMS.values()),
        ),
    )


_TERMS = {
    "alpha": "covariance matrix, Feldt interval",
    "alpha_standardized": "correlation matrix",
    "lambda_6": "Guttman, correlation matrix",
    "lambda_6_covariance": "Guttman, covariance matrix",
    "split_half": "odd against even items, Spearman-Brown",
    "sem": "sd of the total times sqrt(1 - alpha)",
}


def _state(frame: pd.DataFrame, complete: pd.DataFrame) -> tuple[tuple[Reason, ...], Status]:
    n, k = len(complete), len(frame.columns)
    if k < 2:
        return (Reason("too_few_items", {"n_items": k, "minimum": 2}),), "not_computable"
    if len(frame) and (empty := empty_columns(frame)):
        return (Reason("empty_items", {"items": empty}),), "not_computable"
    if n < 3:
        return (Reason("too_few_rows", {"n_used": n, "minimum": 3}),), "not_computable"
    flat = flat_columns(complete)
    if is_flat(complete.to_numpy().sum(axis=1)):
        return (Reason("zero_variance", {"items": flat or tuple(frame.columns)}),), "not_computable"
    if flat:
        return (Reason("zero_variance", {"items": flat}),), "flagged"
    return (), "ok"


def _alpha(matrix: Matrix) -> float:
    k = len(matrix)
    return float(k / (k - 1) * (1 - matrix.trace() / matrix.sum()))


def _feldt(alpha: float, n: int, k: int, conf_level: float) -> tuple[float, float]:
    tail = (1 - conf_level) / 2
    df = (n - 1, (n - 1) * (k - 1))
    low, high = stats.f.ppf([1 - tail, tail], *df)
    return float(1 - (1 - alpha) * low), float(1 - (1 - alpha) * high)


def _lambda_6(matrix: Matrix) -> float:
    return float(1 - (1 / np.linalg.inv(matrix).diagonal()).sum() / matrix.sum())


def _split_half(values: Matrix) -> float:
    odd, even = values[:, ::2].sum(axis=1), values[:, 1::2].sum(axis=1)
    if is_flat(odd) or is_flat(even):
        return math.nan
    r = float(np.corrcoef(odd, even)[0, 1])
    return 2 * r / (1 + r) if r > -1 else math.nan
