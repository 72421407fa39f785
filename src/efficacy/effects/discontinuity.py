"""Lowest on the recorded pretest, the others measured again: a sharp regression discontinuity."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from ..results import Reason, Result
from .controlled import fit_ancova, two_waves
from .distributions import t_interval
from .inputs import Improvement, check_improvement, check_probability, numbers
from .linear import ESTIMATE_COLUMNS, EstimatedTerm, LinearFit, estimated, fit_hc3
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
    survey = numbers(pre, "pre").dropna()
    n_treated = int(complete["treated"].sum())
    forms = _forms(complete, conf_level)
    empty = RegressionDiscontinuity(
        n_used=len(complete),
        n_dropped=n_dropped,
        method="regression_discontinuity",
        conf_level=conf_level,
        n_treated=n_treated,
        n_untreated=len(complete) - n_treated,
        n_survey=len(survey),
        improvement=improvement,
        sd_pre=float(survey.std()) if len(survey) > 1 else math.nan,
        skewness_pre=float(np.asarray(survey.skew())) if len(survey) > 2 else math.nan,
        n_untreated_among_members=_untreated_among_members(complete),
        estimates=_table(forms, survey, conf_level),
    )
    if isinstance(forms["linear"], Reason):
        return dataclasses.replace(empty, status="not_computable", reasons=(forms["linear"],))
    return _judged(empty, forms)


Forms = Mapping[str, EstimatedTerm | Reason]
"""By term its estimate, or why there is none."""


def _forms(complete: pd.DataFrame, conf_level: float) -> Forms:
    fits = {"linear": fit_ancova(complete, "linear"), "quadratic": fit_ancova(complete, "quadratic")}
    of_fits: dict[str, EstimatedTerm | Reason] = {
        term: {"term": term, **fit.estimated("treated", conf_level)} if isinstance(fit, LinearFit) else fit
        for term, fit in fits.items()
    }
    return {**of_fits, "untreated_line": _untreated_line(complete, conf_level)}


def _judged(empty: RegressionDiscontinuity, forms: Forms) -> RegressionDiscontinuity:
    """With the verdict of both forms, flagged where the cut is not sharp or one form does not exist."""
    reasons: list[Reason] = []
    if empty.n_untreated_among_members:
        reasons.append(Reason("cut_not_sharp", {"n": empty.n_untreated_among_members}))
    quadratic = forms["quadratic"]
    if isinstance(quadratic, Reason):
        reasons.append(Reason("quadratic_not_computable", {"why": quadratic.key}))
    sides = {term: _side(form, empty.improvement) for term, form in forms.items()}
    return dataclasses.replace(
        empty,
        linear_excludes_zero=sides["linear"] != 0,
        quadratic_excludes_zero=sides["quadratic"] != 0,
        verdict=_verdict(sides["linear"], sides["quadratic"]),
        status="flagged" if reasons else "ok",
        reasons=tuple(reasons),
    )


def _untreated_line(complete: pd.DataFrame, conf_level: float) -> EstimatedTerm | Reason:
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
    return {"term": "untreated_line", **estimated(float(residuals.mean()), math.sqrt(own + line), df, conf_level)}


COLUMNS = (
    *ESTIMATE_COLUMNS,
    *("standardized", "standardized_std_error", "standardized_conf_low", "standardized_conf_high"),
)


def _table(forms: Forms, survey: pd.Series, conf_level: float) -> pd.DataFrame:
    """The three rows in order, a form that could not be computed as NaN, each with its standardised twin."""
    rows: list[Mapping[str, object]] = []
    for term in TERMS:
        form = forms[term]
        if isinstance(form, Reason):
            rows.append({"term": term})
            continue
        delta, delta_error = standardised(
            form["estimate"], form["std_error"], sd=float(survey.std()), n_survey=len(survey)
        )
        low, high = t_interval(delta, delta_error, form["df"], conf_level)
        beside = {"standardized_std_error": delta_error, "standardized_conf_low": low, "standardized_conf_high": high}
        rows.append({**form, "standardized": delta, **beside})
    return pd.DataFrame(rows).reindex(columns=list(COLUMNS))


def _untreated_among_members(complete: pd.DataFrame) -> int:
    """Untreated children beyond the member nearest to them, whichever end of the scale the members are at."""
    members, others = complete.loc[complete["treated"], "pre"], complete.loc[~complete["treated"], "pre"]
    if members.empty or others.empty:
        return 0
    low_end = members.mean() <= others.mean()
    return int((others < members.max()).sum() if low_end else (others > members.min()).sum())


def _side(form: EstimatedTerm | Reason, improvement: Improvement) -> int:
    """1: the interval lies wholly on the side of improvement, -1: on the other, 0: it holds 0 or does not exist."""
    if isinstance(form, Reason):
        return 0
    side = 1 if form["conf_low"] > 0 else -1 if form["conf_high"] < 0 else 0
    return side if improvement == "increase" else -side


def _verdict(linear: int, quadratic: int) -> Verdict:
    if linear == quadratic == 1:
        return "changed_more"
    if linear == quadratic == -1:
        return "changed_less"
    return "depends_on_straight_line" if linear == 1 and quadratic == 0 else "not_shown"
