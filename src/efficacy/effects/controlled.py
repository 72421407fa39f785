"""Treated children against untreated ones measured at the same two waves."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Literal, get_args

import pandas as pd

from ..results import Reason, Result
from .inputs import check_probability, complete_rows, flags, numbers
from .linear import ESTIMATE_COLUMNS, LinearFit, estimated, fit_hc3
from .means import welch_difference

Form = Literal["linear", "quadratic"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Ancova(Result):
    """Adjusted difference, treated minus untreated, of a posttest given a pretest; HC3, df = rows - parameters."""

    form: Form
    n_treated: int
    n_untreated: int
    estimate: float = math.nan
    std_error: float = math.nan
    statistic: float = math.nan
    df: float = math.nan
    p_value: float = math.nan
    conf_low: float = math.nan
    conf_high: float = math.nan
    r_squared: float = math.nan
    coefficients: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """Rows intercept, pre, (pre_squared), treated."""
        return self.coefficients.copy()


@dataclass(frozen=True, kw_only=True, eq=False)
class ChangeScoreComparison(Result):
    """Gain of the treated minus gain of the untreated, Welch's t. d_ppc2: the same in pooled pretest deviations."""

    n_treated: int
    n_untreated: int
    gain_treated: float = math.nan
    gain_untreated: float = math.nan
    estimate: float = math.nan
    std_error: float = math.nan
    statistic: float = math.nan
    df: float = math.nan
    p_value: float = math.nan
    conf_low: float = math.nan
    conf_high: float = math.nan
    d_ppc2: float = math.nan

    def tidy(self) -> pd.DataFrame:
        """Rows change_difference (with its interval) and d_ppc2 (no interval)."""
        names = ["std_error", "statistic", "df", "p_value", "conf_low", "conf_high"]
        first = {"term": "change_difference", "estimate": self.estimate, **{k: getattr(self, k) for k in names}}
        rows = pd.DataFrame([first, {"term": "d_ppc2", "estimate": self.d_ppc2}])
        return rows.assign(n=self.n_treated + self.n_untreated)


def ancova(
    pre: pd.Series, post: pd.Series, treated: pd.Series, *, form: Form = "linear", conf_level: float = 0.95
) -> Ancova:
    """Compare treated and untreated children at post, given their pretest.

    pre, post: one score a child, aligned by index. treated: bool a child. form: post = a + b X + tau T, or with c X^2
    beside (X then centred at its mean over the rows used, which changes a and b only). HC3 covariance, t on N - 3 or
    N - 4. Returns Ancova; children lacking a wave are dropped; too few rows, one treated child, no spread: not
    computable. Raises ValueError for another form or treated that is not bool.
    MacKinnon & White (1985), doi:10.1016/0304-4076(85)90158-7. R: ``lmtest::coeftest(lm(post ~ pre + treated),
    sandwich::vcovHC, type = "HC3")``.
    """
    check_probability(conf_level, "conf_level")
    if form not in get_args(Form):
        raise ValueError(f"form={form!r}: one of {get_args(Form)}")
    complete, n_dropped = two_waves(pre, post, treated)
    n_treated = int(complete["treated"].sum())
    terms = ["intercept", "pre", *(["pre_squared"] if form == "quadratic" else []), "treated"]
    empty = Ancova(
        n_used=len(complete),
        n_dropped=n_dropped,
        method=f"ancova_{form}_hc3",
        conf_level=conf_level,
        form=form,
        n_treated=n_treated,
        n_untreated=len(complete) - n_treated,
        coefficients=pd.DataFrame({"term": terms}).reindex(columns=list(ESTIMATE_COLUMNS)),
    )
    fit = fit_ancova(complete, form)
    if isinstance(fit, Reason):
        return dataclasses.replace(empty, status="not_computable", reasons=(fit,))
    return dataclasses.replace(
        empty,
        **fit.estimated("treated", conf_level),
        r_squared=fit.r_squared,
        coefficients=pd.DataFrame([fit.row(term, conf_level) for term in terms], columns=list(ESTIMATE_COLUMNS)),
    )


def change_score_comparison(
    pre: pd.Series, post: pd.Series, treated: pd.Series, *, conf_level: float = 0.95
) -> ChangeScoreComparison:
    """Compare gains of treated and untreated children; only for two waves of the same scale.

    pre, post: one score a child, aligned by index. treated: bool a child. Welch's t on post - pre.
    d_ppc2 = J (gain_T - gain_C)/S_pre, S_pre pooled over the groups, J = 1 - 3/(4(n_T + n_C - 2) - 1) as Morris
    defined it; no interval. For children chosen low the difference contains regression to the mean. Returns
    ChangeScoreComparison; a group with fewer than 2 children or no spread of gains: not computable. Morris (2008),
    doi:10.1177/1094428106291059. R: ``t.test(change ~ treated)``.
    """
    check_probability(conf_level, "conf_level")
    complete, n_dropped = two_waves(pre, post, treated)
    change = complete["post"] - complete["pre"]
    gains = [change[complete["treated"]], change[~complete["treated"]]]
    empty = ChangeScoreComparison(
        n_used=len(complete),
        n_dropped=n_dropped,
        method="change_score_welch_t",
        conf_level=conf_level,
        n_treated=len(gains[0]),
        n_untreated=len(gains[1]),
    )
    smallest = min(len(g) for g in gains)
    reason = None
    if smallest < 2:
        reason = Reason("too_few_rows", {"n": smallest, "minimum": 2})
    elif max(g.std() for g in gains) <= 1e-13 * complete[["pre", "post"]].abs().to_numpy().max():
        reason = Reason("zero_variance", {"variable": "change"})
    if reason is not None:
        return dataclasses.replace(empty, status="not_computable", reasons=(reason,))
    difference, std_error, welch_df = welch_difference(gains[0].to_numpy(), gains[1].to_numpy())
    df = len(change) - 2
    pooled = math.sqrt(sum((len(g) - 1) * complete.loc[g.index, "pre"].var() for g in gains) / df)
    return dataclasses.replace(
        empty,
        **estimated(difference, std_error, welch_df, conf_level),
        gain_treated=float(gains[0].mean()),
        gain_untreated=float(gains[1].mean()),
        d_ppc2=(1 - 3 / (4 * df - 1)) * difference / pooled if pooled > 0 else math.nan,
    )


def expected_ancova_bias(*, members_mean: float, controls_mean: float, retest_r: float) -> float:
    """Bias of ANCOVA where members and controls come from different populations: (1 - rho)(mu_M - mu_C), scale units.

    members_mean, controls_mean: pretest means of the *populations* the two groups were drawn from. Children regress
    towards the mean of their own population. Raises ValueError for retest_r outside (0, 1). Lord (1967),
    doi:10.1037/h0025105; Campbell & Kenny (1999). R: the same expression.
    """
    check_probability(retest_r, "retest_r")
    return (1 - retest_r) * (members_mean - controls_mean)


def two_waves(pre: pd.Series, post: pd.Series, treated: pd.Series) -> tuple[pd.DataFrame, int]:
    """Complete rows pre, post, treated, and how many of the children named were dropped."""
    complete, n_dropped = complete_rows(
        pre=numbers(pre, "pre"), post=numbers(post, "post"), treated=flags(treated, "treated").astype(float)
    )
    return complete.assign(treated=complete["treated"] == 1.0), n_dropped


def fit_ancova(complete: pd.DataFrame, form: Form) -> LinearFit | Reason:
    """The ANCOVA of complete rows pre, post, treated."""
    pre = complete["pre"]
    columns = {"intercept": pd.Series(1.0, index=pre.index)}
    if form == "linear":
        columns |= {"pre": pre}
    else:
        centred = pre - pre.mean()
        columns |= {"pre": centred, "pre_squared": centred**2}
    columns |= {"treated": complete["treated"].astype(float)}
    return fit_hc3(complete["post"], pd.DataFrame(columns))
