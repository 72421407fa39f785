"""Difference tests of nested models."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd
from scipy import stats

from ...results import Reason, Result
from .result import CfaResult

_ROUNDING = 1e-6  # a chi-square this much below the freer model's is equal to it


@dataclass(frozen=True, kw_only=True, eq=False)
class ModelComparison(Result):
    """A model against a freer one in which it is nested.

    statistic, df, p_value: difference test, small p where the restrictions cost fit. delta_*: restricted minus freer
    model; delta_aic and delta_bic below 0 speak for the restricted one.
    """

    statistic: float
    df: float
    p_value: float
    delta_cfi: float
    delta_rmsea: float
    delta_srmr: float
    delta_aic: float
    delta_bic: float

    def tidy(self) -> pd.DataFrame:
        """One row: term ("chisq_difference"), statistic, df, p_value, delta_cfi, delta_rmsea, delta_srmr, delta_aic,
        delta_bic."""
        names = ("statistic", "df", "p_value", "delta_cfi", "delta_rmsea", "delta_srmr", "delta_aic", "delta_bic")
        return pd.DataFrame([{"term": "chisq_difference", **{name: getattr(self, name) for name in names}}])


def compare_models(restricted: CfaResult, freer: CfaResult) -> ModelComparison:
    """Test of the restrictions that one fitted model puts on another.

    restricted, freer: results of fit_cfa for the same items and respondents with the same maximum-likelihood
    estimator; every model the first describes the second has to describe too, which the numbers cannot show. ML: the
    difference of the chi-squares. MLR, MLM: divided by c = (df0 c0 - df1 c1) / (df0 - df1) with the scaling factors c0
    and c1 of the two models. Not computable: model_without_solution, not_nested (the restricted model fits better),
    scaling_not_positive (c is not above 0, as happens in small samples). Raises ValueError for models that cannot be
    compared. Reference: Satorra & Bentler (2001), doi:10.1007/BF02296192. R: lavaan::lavTestLRT(freer, restricted).
    """
    _check(restricted, freer)
    statistic, reason = math.nan, None
    df = restricted.df - freer.df
    if "not_computable" in (restricted.status, freer.status):
        reason = Reason("model_without_solution")
    else:
        statistic, reason = scaled_difference(
            (restricted.chisq, restricted.df, restricted.scaling_factor), (freer.chisq, freer.df, freer.scaling_factor)
        )
    return ModelComparison(
        n_used=restricted.n_used,
        n_dropped=restricted.n_dropped,
        method="Chi-square difference" + ("" if restricted.estimator == "ML" else ", Satorra-Bentler (2001)"),
        status="ok" if reason is None else "not_computable",
        reasons=() if reason is None else (reason,),
        statistic=statistic,
        df=df,
        p_value=float(stats.chi2.sf(statistic, df)),
        delta_cfi=restricted.cfi - freer.cfi,
        delta_rmsea=restricted.rmsea - freer.rmsea,
        delta_srmr=restricted.srmr - freer.srmr,
        delta_aic=_difference(restricted.aic, freer.aic),
        delta_bic=_difference(restricted.bic, freer.bic),
    )


def scaled_difference(
    restricted: tuple[float, float, float | None], freer: tuple[float, float, float | None]
) -> tuple[float, Reason | None]:
    """The statistic of a difference test and why there is none: of chi-square, df and scaling factor (None: 1) each."""
    (chisq, df, scale), (chisq_freer, df_freer, scale_freer) = restricted, freer
    gap = chisq - chisq_freer
    if gap < -_ROUNDING * max(1.0, chisq_freer):
        return math.nan, Reason("not_nested")
    if scale is None or scale_freer is None:
        return max(gap, 0.0), None
    scaling = (df * scale - (df_freer * scale_freer if df_freer else 0.0)) / (df - df_freer)
    if not scaling > 0:
        return math.nan, Reason("scaling_not_positive")
    return max(gap, 0.0) / scaling, None


def _difference(one: float | None, other: float | None) -> float:
    return math.nan if one is None or other is None else one - other


def _check(restricted: CfaResult, freer: CfaResult) -> None:
    for name, fitted in (("restricted", restricted), ("freer", freer)):
        if fitted.estimator not in ("ML", "MLR", "MLM"):
            raise ValueError(f"{name}: a model fitted with estimator 'ML', 'MLR' or 'MLM' expected")
    for name in ("estimator", "missing", "n_used", "n_items"):
        one, other = getattr(restricted, name), getattr(freer, name)
        if one != other:
            raise ValueError(f"restricted, freer: the same {name} expected, found {one!r} and {other!r}")
    if set(restricted.implied.index) != set(freer.implied.index):
        raise ValueError("restricted, freer: models of the same items expected")
    if "not_computable" not in (restricted.status, freer.status) and restricted.df <= freer.df:
        raise ValueError("restricted, freer: the restricted model has to have more degrees of freedom")
