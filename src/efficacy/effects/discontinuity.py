"""Lowest on the recorded pretest, the others measured again: a sharp regression discontinuity."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from ..results import Reason, Result
from .controlled import fit_ancova, two_waves
from .distributions import t_interval
from .inputs import Improvement, check_improvement, check_probability, numbers
from .linear import LinearFit, estimate_row, fit_hc3
from .retest import standardised

Verdict = Literal["changed_more", "changed_less", "depends_on_straight_line", "not_shown"]
TERMS = ("linear", "quadratic", "untreated_line")


@dataclass(frozen=True, kw_only=True, eq=False)
class RegressionDiscontinuity(Result):
    """Three estimates of the same effect, and what they allow to be claimed together.

    linear_excludes_zero, quadratic_excludes_zero: whether these intervals exclude 0. verdict: "changed_more" only if
    both exclude 0 on the side of improvement; "changed_less", both on the other side; "depends_on_straight_line"
    if the linear one alone lies on the side of improvement; else "not_shown". sd_pre, skewness_pre (G1): of the pretest
    over the n_survey children who have one; skewness is what makes the straight line mislead.
    n_untreated_among_members: untreated children whose pretest lies strictly on the members' side of the member
    nearest to the others: the cut was not sharp.
    """

    n_treated: int
    n_untreated: int
    n_survey: int
    improvement: Improvement
    linear_excludes_zero: bool = False
    quadratic_excludes_zero: bool = False
    verdict: Verdict = "not_shown"
    sd_pre: float = math.nan
    skewness_pre: float = math.nan
    n_untreated_among_members: int = 0
    estimates: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """Rows linear, quadratic, untreated_line: estimate, std_error, statistic, df, p_value, conf_low, conf_high,
        and standardized (by sd_pre) with its std_error, conf_low and conf_high."""
        return self.estimates.copy()


def regression_discontinuity(
    pre: pd.Series,
    post: pd.Series,
    treated: pd.Series,
    *,
    improvement: Improvement = "increase",
    conf_level: float = 0.95,
) -> RegressionDiscontinuity:
    """Effect on children chosen as the lowest on the pretest, with everybody of the same survey measured twice.

    pre, post: one score a child, same scale, aligned by index. treated: bool a child. linear: ancova, df = N - 3.
    quadratic: with the squared pretest, df = N - 4. untreated_line: a + b X from the untreated alone, estimate = mean
    over members of Y_i - a - b X_i, SE^2 = s^2_res,members/n + g' V_HC3 g with g = (1, mean pretest of the members),
    Welch-Satterthwaite df from n - 1 and the untreated less 2; it targets the effect on the members. standardized =
    estimate/s_X with s_X over all N with a pretest, SE^2 = SE^2/s_X^2 + delta^2/(2(N - 1)), same df. Returns
    RegressionDiscontinuity; flagged where untreated children stand among the members; not computable where the linear
    fit is. Raises ValueError for another improvement. Cappelleri et al. (1991), Evaluation Review 15:395;
    Thistlethwaite & Campbell (1960), doi:10.1037/h0044319. R: ``lm(post ~ pre + treated)``,
    ``lm(post ~ pre + I(pre^2) + treated)``, ``sandwich::vcovHC``.
    """
    check_probability(conf_level, "conf_level")
    check_improvement(improvement)
    complete, n_dropped = two_waves(pre, post, treated)
    fits = {"linear": fit_ancova(complete, "linear"), "quadratic": fit_ancova(complete, "quadratic")}
    rows = {term: fit.row("treated", conf_level) for term, fit in fits.items() if isinstance(fit, LinearFit)}
    untreated_line = _untreated_line(complete, conf_level)
    if not isinstance(untreated_line, Reason):
        rows["untreated_line"] = untreated_line
    survey = numbers(pre, "pre").dropna()
    n_treated = int(complete["treated"].sum())
    among = _untreated_among_members(complete)
    base: dict[str, Any] = {
        "n_used": len(complete),
        "n_dropped": n_dropped,
        "method": "regression_discontinuity",
        "conf_level": conf_level,
        "n_treated": n_treated,
        "n_untreated": len(complete) - n_treated,
        "n_survey": len(survey),
        "improvement": improvement,
        "sd_pre": float(survey.std()) if len(survey) > 1 else math.nan,
        "skewness_pre": float(np.asarray(survey.skew())) if len(survey) > 2 else math.nan,
        "n_untreated_among_members": among,
        "estimates": _table(rows, survey, conf_level),
    }
    if isinstance(fits["linear"], Reason):
        return RegressionDiscontinuity(**base, status="not_computable", reasons=(fits["linear"],))
    reasons = [Reason("cut_not_sharp", {"n": among})] if among else []
    if isinstance(fits["quadratic"], Reason):
        reasons.append(Reason("quadratic_not_computable", {"why": fits["quadratic"].key}))
    sides = {term: _side(rows.get(term), improvement) for term in TERMS}
    return RegressionDiscontinuity(
        **base,
        linear_excludes_zero=sides["linear"] != 0,
        quadratic_excludes_zero=sides["quadratic"] != 0,
        verdict=_verdict(sides["linear"], sides["quadratic"]),
        status="flagged" if reasons else "ok",
        reasons=tuple(reasons),
    )


def _untreated_line(complete: pd.DataFrame, conf_level: float) -> dict[str, Any] | Reason:
    members, others = complete[complete["treated"]], complete[~complete["treated"]]
    if len(members) < 2:
        return Reason("too_few_rows", {"n": len(members), "minimum": 2})
    design = pd.DataFrame({"intercept": 1.0, "pre": others["pre"]}, index=others.index)
    fit = fit_hc3(others["post"], design)
    if isinstance(fit, Reason):
        return fit
    a, b = fit.coefficients
    residuals = members["post"] - a - b * members["pre"]
    own = float(residuals.var()) / len(members)
    g = np.array([1.0, members["pre"].mean()])
    line = max(0.0, float(g @ fit.covariance.to_numpy() @ g))
    if own + line <= 1e-25 * float((members["post"] ** 2).sum()):
        return Reason("perfect_fit", {"n": len(complete)})
    df = (own + line) ** 2 / (own**2 / (len(members) - 1) + line**2 / fit.df)
    return dict(estimate_row("untreated_line", float(residuals.mean()), math.sqrt(own + line), df, conf_level))


def _table(rows: dict[str, dict[str, Any]], survey: pd.Series, conf_level: float) -> pd.DataFrame:
    """The three rows in order, a row that could not be computed as NaN, each with its standardised twin."""
    table: list[dict[str, Any]] = []
    for term in TERMS:
        row = rows.get(term)
        if row is None:
            table.append({"term": term})
            continue
        delta, delta_error = standardised(
            row["estimate"], row["std_error"], sd=float(survey.std()), n_survey=len(survey)
        )
        low, high = t_interval(delta, delta_error, row["df"], conf_level)
        beside = {"standardized_std_error": delta_error, "standardized_conf_low": low, "standardized_conf_high": high}
        table.append({**row, "term": term, "standardized": delta, **beside})
    columns = [*estimate_row("", 0.0, 1.0, 1.0, 0.95), "standardized", "standardized_std_error"]
    return pd.DataFrame(table).reindex(columns=[*columns, "standardized_conf_low", "standardized_conf_high"])


def _untreated_among_members(complete: pd.DataFrame) -> int:
    """Untreated children beyond the member nearest to them, whichever end of the scale the members are at."""
    members, others = complete.loc[complete["treated"], "pre"], complete.loc[~complete["treated"], "pre"]
    if members.empty or others.empty:
        return 0
    low_end = members.mean() <= others.mean()
    return int((others < members.max()).sum() if low_end else (others > members.min()).sum())


def _side(row: dict[str, Any] | None, improvement: Improvement) -> int:
    """1: the interval lies wholly on the side of improvement, -1: on the other, 0: it holds 0 or does not exist."""
    if row is None:
        return 0
    side = 1 if row["conf_low"] > 0 else -1 if row["conf_high"] < 0 else 0
    return side if improvement == "increase" else -side


def _verdict(linear: int, quadratic: int) -> Verdict:
    if linear == quadratic == 1:
        return "changed_more"
    if linear == quadratic == -1:
        return "changed_less"
    return "depends_on_straight_line" if linear == 1 and quadratic == 0 else "not_shown"
