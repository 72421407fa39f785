"""Cohen's kappa of two raters, plain or weighted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from scipy import stats

from ...results import Reason, Result
from ..inputs import Matrix, check_choice, check_level
from .ratings import Codes, check_order, coded, obstacle, varies

Weights = Literal["none", "linear", "quadratic"]


@dataclass(frozen=True, kw_only=True, eq=False)
class CohenKappa(Result):
    """Agreement of two raters beyond what their own frequencies make expected.

    estimate, std_error, conf_low, conf_high; statistic, p_value: of the test against chance, with std_error_null.
    observed, expected: (weighted) shares of agreement. counts: first rater x second rater.
    """

    estimate: float
    std_error: float
    conf_low: float
    conf_high: float
    statistic: float
    p_value: float
    std_error_null: float
    observed: float
    expected: float
    weights: str
    n_levels: int
    counts: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """One row: term (kappa), estimate, std_error, conf_low, conf_high, statistic, p_value, n."""
        names = ("estimate", "std_error", "conf_low", "conf_high", "statistic", "p_value")
        return pd.DataFrame([{"term": "kappa", **{name: getattr(self, name) for name in names}, "n": self.n_used}])


def cohen_kappa(
    ratings: pd.DataFrame,
    *,
    weights: Weights = "none",
    levels: Sequence[object] | None = None,
    conf_level: float = 0.95,
) -> CohenKappa:
    """Cohen's kappa of two raters on the units both rated.

    ratings: units x two raters; numbers, words or ordered categoricals. levels: all categories in order; without it
    those that were used. With shares p_ij, margins p_i, p_j and weights w_ij (none: 1 on the diagonal; linear:
    1 - |i - j| / (k - 1); quadratic: 1 - (i - j)^2 / (k - 1)^2), observed = sum w p_ij, expected = sum w p_i p_j and
    kappa = (observed - expected) / (1 - expected). std_error, std_error_null: Fleiss, Cohen & Everitt (1969),
    doi:10.1037/h0028106; the interval is estimate +- z std_error, the test z = estimate / std_error_null. Not
    computable: too_few_raters (not two), too_few_units (below 2), one_category_only, rater_without_variation. Flagged:
    no_disagreement (no standard error). Raises ValueError for a wrong call. Reference: Cohen (1960),
    doi:10.1177/001316446002000104; Cohen (1968), doi:10.1037/h0026256. R: vcd::Kappa(table(x, y)); irr::kappa2
    (statistic); psych::cohen.kappa.
    """
    check_choice(weights, "weights", get_args(Weights))
    check_level(conf_level)
    found = coded(ratings, levels)
    if len(found.raters) > 2:
        raise ValueError(f"ratings: two raters expected, found {len(found.raters)}; rater_agreement takes more")
    if weights != "none":
        check_order(found, f'weights="{weights}"')
    codes, k = found.complete, len(found.levels)
    reason = obstacle(codes) or _unvarying(codes, found.raters)
    values = dict.fromkeys(_FIELDS, math.nan)
    shares = np.zeros((k, k))
    if reason is None:
        np.add.at(shares, (codes[:, 0], codes[:, 1]), 1 / len(codes))
        values = _kappa(shares, _weights(k, weights), len(codes), conf_level)
    reasons = (reason,) if reason else ()
    if values["observed"] == 1:
        reasons = (Reason("no_disagreement"),)
    names = [str(level) for level in found.levels]
    return CohenKappa(
        n_used=len(codes),
        n_dropped=len(ratings) - len(codes),
        method=f"Cohen's kappa, {'unweighted' if weights == 'none' else f'{weights} weights'}, complete pairs",
        conf_level=conf_level,
        status="not_computable" if reason else "flagged" if reasons else "ok",
        reasons=reasons,
        **values,
        weights=weights,
        n_levels=k,
        counts=pd.DataFrame((shares * len(codes)).round().astype(int), index=names, columns=names),
    )


_FIELDS = (
    *("estimate", "std_error", "conf_low", "conf_high", "statistic", "p_value"),
    *("std_error_null", "observed", "expected"),
)


def _unvarying(codes: Codes, raters: tuple[str, ...]) -> Reason | None:
    without = tuple(name for name, column in zip(raters, codes.T, strict=True) if not varies(column))
    return Reason("rater_without_variation", {"raters": without}) if without else None


def _weights(k: int, kind: Weights) -> Matrix:
    apart = np.abs(np.subtract.outer(np.arange(k), np.arange(k))).astype(float)
    if kind == "none":
        return np.eye(k)
    return np.asarray(1 - (apart / (k - 1)) ** (1 if kind == "linear" else 2), dtype=float)


def _kappa(shares: Matrix, weights: Matrix, n: int, conf_level: float) -> dict[str, float]:
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    independent = np.outer(rows, columns)
    observed, expected = float((weights * shares).sum()), float((weights * independent).sum())
    estimate = (observed - expected) / (1 - expected)
    margins = (weights @ columns)[:, None] + (rows @ weights)[None, :]
    null = (independent * (weights - margins) ** 2).sum() - expected**2
    std_error_null = math.sqrt(max(float(null), 0.0) / n) / (1 - expected)
    spread = (shares * (weights * (1 - expected) - margins * (1 - observed)) ** 2).sum()
    variance = (spread - (observed * expected - 2 * expected + observed) ** 2) / (n * (1 - expected) ** 4)
    if np.allclose(observed, 1, atol=1e-12):
        observed, std_error = 1.0, math.nan
    else:
        std_error = math.sqrt(max(float(variance), 0.0))
    reach = float(stats.norm.ppf((1 + conf_level) / 2)) * std_error
    statistic = estimate / std_error_null if std_error_null > 0 else math.nan
    return {
        "estimate": estimate,
        "std_error": std_error,
        "conf_low": estimate - reach,
        "conf_high": estimate + reach,
        "statistic": statistic,
        "p_value": float(2 * stats.norm.sf(abs(statistic))),
        "std_error_null": std_error_null,
        "observed": observed,
        "expected": expected,
    }
