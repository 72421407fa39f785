"""Several cases together: the change in standard deviations between children, comparable with group studies."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from ...results import Reason, Result
from ..distributions import t_interval
from ..inputs import Improvement, check_improvement, check_probability
from .autoregression import Block, autocorrelations, expected_information, fit_autoregression

Estimator = Literal["moments", "reml"]
LEAST_CASES = 3
"""Cases below which the variance between children cannot be estimated."""
COLUMNS_NEEDED = ("case", "session", "phase", "value")


@dataclass(frozen=True, kw_only=True, eq=False)
class BetweenCaseEffect(Result):
    """Average change of several cases in standard deviations between children; positive is the wished direction.

    estimate: corrected for few df; uncorrected: before. df: of the variance in the denominator. phi: autocorrelation
    within a case; rho: share of the variance that lies between cases. n_cases: cases with both phases.
    """

    n_cases: int
    estimate: float = math.nan
    uncorrected: float = math.nan
    std_error: float = math.nan
    df: float = math.nan
    conf_low: float = math.nan
    conf_high: float = math.nan
    phi: float = math.nan
    rho: float = math.nan

    def tidy(self) -> pd.DataFrame:
        """One row: term, estimate, std_error, conf_low, conf_high, df."""
        names = ("estimate", "std_error", "conf_low", "conf_high", "df")
        return pd.DataFrame([{"term": "between_case_smd"} | {name: getattr(self, name) for name in names}])


def between_case_effect(
    series: pd.DataFrame,
    *,
    improvement: Improvement,
    estimator: Estimator = "moments",
    conf_level: float = 0.95,
) -> BetweenCaseEffect:
    """Between-case standardised mean difference of a multiple-baseline study.

    series: columns case, session (whole numbers on one clock), phase ("baseline" or "intervention"), value; rows with a
    missing value are dropped. estimator "moments": delta = J(nu) D / S with D the mean over cases of the difference of
    phase means, S^2 the variance between cases pooled over all session x phase groups, phi from the residuals about the
    phase means (corrected for their number), rho = 1 - sigma2/S^2, nu by Satterthwaite, V = J^2 theta^2 nu/(nu - 2) +
    delta^2 (J^2 nu/(nu - 2) - 1) with theta^2 = Var(D)/(sigma2 + tau2) (Hedges, Pustejovsky & Shadish 2013,
    doi:10.1002/jrsm.1086). "reml": delta = J(nu) beta/sqrt(sigma2 + tau2) from y ~ phase with a random intercept and
    AR(1) errors, nu from the expected information (Pustejovsky, Hedges & Shadish 2014, doi:10.3102/1076998614547577).
    Interval: delta -+ t(nu) SE. Fewer than 3 cases with both phases: not computable. No p value is given.
    R: ``scdhlm::effect_size_MB``; ``scdhlm::g_mlm(nlme::lme(value ~ phase, random = ~ 1 | case, correlation = ...))``.
    """
    check_improvement(improvement)
    check_probability(conf_level, "conf_level")
    if estimator not in get_args(Estimator):
        raise ValueError(f"estimator={estimator!r}: one of {get_args(Estimator)}")
    rows, n_dropped = _rows(series, improvement)
    n_cases = rows["case"].nunique()
    described: dict[str, Any] = {"n_used": len(rows), "n_dropped": n_dropped, "n_cases": n_cases, "method": estimator}
    if n_cases < LEAST_CASES:
        reason = Reason("too_few_cases", {"n": n_cases, "minimum": LEAST_CASES})
        return BetweenCaseEffect(**described, conf_level=conf_level, status="not_computable", reasons=(reason,))
    found = _by_moments(rows) if estimator == "moments" else _by_reml(rows)
    if isinstance(found, Reason):
        return BetweenCaseEffect(**described, conf_level=conf_level, status="not_computable", reasons=(found,))
    low, high = t_interval(found["estimate"], found["std_error"], found["df"], conf_level)
    return BetweenCaseEffect(**described, conf_level=conf_level, **found, conf_low=low, conf_high=high)


def _rows(series: pd.DataFrame, improvement: Improvement) -> tuple[pd.DataFrame, int]:
    """Complete rows of the cases that have both phases, in order of time; treated: 1 in the intervention."""
    absent = [name for name in COLUMNS_NEEDED if name not in series]
    if absent:
        raise ValueError(f"series: columns {absent} are missing")
    unknown = sorted(set(series["phase"].dropna()) - {"baseline", "intervention"})
    if unknown:
        raise ValueError(f"series: phase is one of ['baseline', 'intervention'], found {unknown}")
    complete = series[list(COLUMNS_NEEDED)].dropna()
    if complete.duplicated(["case", "session"]).any():
        raise ValueError("series: one row for each case and session, found repeated ones")
    both = complete.groupby("case")["phase"].transform("nunique") == 2
    rows = complete[both].sort_values(["case", "session"]).reset_index(drop=True)
    sign = 1 if improvement == "increase" else -1
    rows["y"] = sign * rows["value"].astype(float)
    rows["time"] = rows["session"].astype(float)
    rows["treated"] = (rows["phase"] == "intervention").astype(float)
    return rows, len(series) - len(rows)


def _by_moments(rows: pd.DataFrame) -> dict[str, Any] | Reason:
    means = rows.groupby(["case", "treated"])["y"].mean().unstack()
    change = float((means[1.0] - means[0.0]).mean())
    groups = rows.groupby(["time", "treated"])["y"]
    n, n_cases, df = len(rows), len(means), len(rows) - groups.ngroups
    if df < 1:
        return Reason("cases_never_together")
    variance = float(((rows["y"] - groups.transform("mean")) ** 2).sum()) / df
    phi, within = _within(rows)
    if variance <= 0 or within <= 0 or not abs(phi) < 1:
        return Reason("phase_without_spread")
    rho = min(max(1 - within / variance, 0.0), 1.0)
    case, time = pd.factorize(rows["case"])[0], rows["time"].to_numpy()
    same = case[:, np.newaxis] == case[np.newaxis, :]
    correlation = autocorrelations(phi, np.abs(np.subtract.outer(time, time)))
    together = pd.factorize(pd.MultiIndex.from_frame(rows[["time", "treated"]]))[0]
    indicator = np.equal.outer(together, together) / np.bincount(together)[together]
    residual = (np.eye(n) - indicator) @ (same * (rho + (1 - rho) * correlation))
    nu = df**2 / float((residual * residual.T).sum())
    weights = np.where(rows["treated"] == 1, 1.0, -1.0) / rows.groupby(["case", "treated"])["y"].transform("size")
    theta2 = (1 - rho) * float(weights @ (same * correlation) @ weights) / n_cases**2
    return _corrected(change / math.sqrt(variance), theta2, nu) | {"phi": phi, "rho": rho}


def _within(rows: pd.DataFrame) -> tuple[float, float]:
    """Autocorrelation within cases, and the variance about the phase means that goes with it."""
    parts = rows.groupby(["case", "treated"])
    residual = rows["y"] - parts["y"].transform("mean")
    squares = float((residual**2).sum())
    by_case = [rest.to_numpy() for _, rest in residual.groupby(rows["case"])]
    products = sum(float((rest[1:] * rest[:-1]).sum()) for rest in by_case)
    sizes = parts["y"].size()
    df = len(rows) - len(sizes)
    if squares <= 0 or df < 1:
        return math.nan, 0.0
    phi = products / squares + float((1 - 1 / sizes).sum()) / df
    expected = 0.0
    for _, part in parts:
        lag = np.abs(np.subtract.outer(part["time"].to_numpy(), part["time"].to_numpy()))
        expected += len(part) - float(autocorrelations(phi, lag).sum()) / len(part)
    return phi, squares / expected if expected > 0 else 0.0


def _by_reml(rows: pd.DataFrame) -> dict[str, Any] | Reason:
    blocks = [
        Block(
            part["y"].to_numpy(),
            np.column_stack([np.ones(len(part)), part["treated"]]),
            part["time"].to_numpy(),
        )
        for _, part in rows.groupby("case")
    ]
    if float(rows.groupby(["case", "treated"])["y"].std().fillna(0).max()) == 0:
        return Reason("phase_without_spread")
    fit = fit_autoregression(blocks, random_intercept=True)
    if not fit.converged or fit.tau2 <= 0:
        return Reason("not_converged")
    total = fit.sigma2 + fit.tau2
    inverse = np.linalg.inv(expected_information(blocks, fit))
    spread = inverse[0, 0] + inverse[2, 2] + 2 * inverse[0, 2]
    nu = 2 * total**2 / float(spread)
    found = _corrected(float(fit.coefficients[1]) / math.sqrt(total), float(fit.covariance[1, 1]) / total, nu)
    return found | {"phi": fit.phi, "rho": fit.tau2 / total}


def _corrected(uncorrected: float, theta2: float, nu: float) -> dict[str, Any]:
    """Hedges' correction and the standard error that goes with it."""
    factor = 1 - 3 / (4 * nu - 1)
    estimate = factor * uncorrected
    inflation = nu / (nu - 2) if nu > 2 else math.inf
    variance = factor**2 * theta2 * inflation + estimate**2 * (factor**2 * inflation - 1)
    return {"estimate": estimate, "uncorrected": uncorrected, "std_error": math.sqrt(variance), "df": nu}
