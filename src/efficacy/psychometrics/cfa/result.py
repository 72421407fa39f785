"""What a confirmatory factor analysis returns, whatever its estimator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from ...results import Result

Estimator = Literal["ML", "MLR", "MLM", "WLSMV", "DWLS", "ULSMV"]
Missing = Literal["listwise", "fiml"]


@dataclass(frozen=True, kw_only=True, eq=False)
class CfaResult(Result):
    """A confirmatory factor analysis.

    parameters: one row a parameter, as tidy() hands out. loadings: standardised, items x factors, 0 where an item is
    no indicator. factor_correlations: model-implied, factors x factors. r_squared: explained share of every item's
    variance (of second-order models also of every first-order factor's). residuals: one row a pair of items (and an
    item with itself): item, other_item, observed and implied covariance, residual (observed - implied),
    correlation_residual (of the observed and the implied correlations), statistic (residual over its standard
    error). modification_indices: one row a parameter that is fixed, largest first: term, statistic (fall in
    chi-square expected from freeing it, 1 df), p_value, epc (expected parameter change), epc_standardized; score
    test of normal theory, whatever the estimator. implied and observed: covariance matrices, items x items. For
    ordered answers (WLSMV, DWLS, ULSMV) covariances are polychoric correlations, residual variances what loadings
    leave of 1, and the score test is that of least squares.

    One number each (no column where it does not exist for this estimator): chisq, df, p_value: test of exact fit,
    chisq = 2 N f of the estimator named. chisq_scaled, p_value_scaled, scaling_factor (and shift_parameter, where the
    scaled chi-square is also shifted): the robust test. chisq_bartlett, chisq_swain and their p_value_*: corrections
    for small samples of the ML chi-square; Bartlett's multiplier is borrowed from exploratory factor analysis.
    baseline_chisq, baseline_df (and _scaled): model of uncorrelated items. cfi, tli, rmsea (with conf_low and
    conf_high at rmsea_conf_level), p_close (probability of so large a chi-square if rmsea were .05), each also
    _scaled, computed from the scaled chi-square, and _robust, estimates of the population value of the plain index
    (with missing answers: of the value that complete answers would have; with ordered ones: that the tendencies behind
    them have). For ordered answers p_value and the plain indices take chisq for what it is not: read the others.
    srmr. loglik, loglik_saturated, aic, bic. n_parameters: free ones. converged: the search ended at a minimum.
    admissible: no variance below 0 and no improper factor covariances.
    """

    parameters: pd.DataFrame
    loadings: pd.DataFrame
    factor_correlations: pd.DataFrame
    r_squared: pd.Series
    residuals: pd.DataFrame
    modification_indices: pd.DataFrame
    implied: pd.DataFrame
    observed: pd.DataFrame
    estimator: Estimator
    structure: str
    identification: str
    missing: Missing
    n_items: int
    n_factors: int
    n_parameters: int
    converged: bool
    admissible: bool
    chisq: float
    df: float
    p_value: float
    baseline_chisq: float
    baseline_df: float
    cfi: float
    tli: float
    rmsea: float
    rmsea_conf_low: float
    rmsea_conf_high: float
    rmsea_conf_level: float
    p_close: float
    srmr: float
    chisq_scaled: float | None = None
    p_value_scaled: float | None = None
    scaling_factor: float | None = None
    shift_parameter: float | None = None
    baseline_chisq_scaled: float | None = None
    cfi_scaled: float | None = None
    tli_scaled: float | None = None
    rmsea_scaled: float | None = None
    rmsea_scaled_conf_low: float | None = None
    rmsea_scaled_conf_high: float | None = None
    p_close_scaled: float | None = None
    cfi_robust: float | None = None
    tli_robust: float | None = None
    rmsea_robust: float | None = None
    rmsea_robust_conf_low: float | None = None
    rmsea_robust_conf_high: float | None = None
    chisq_bartlett: float | None = None
    p_value_bartlett: float | None = None
    chisq_swain: float | None = None
    p_value_swain: float | None = None
    loglik: float | None = None
    loglik_saturated: float | None = None
    aic: float | None = None
    bic: float | None = None

    def tidy(self) -> pd.DataFrame:
        """One row a parameter.

        term (lavaan's notation: ``visual =~ x1``, ``x1 ~~ x1``, ``x1 ~1``), kind (loading, second_order_loading,
        residual_variance, factor_variance, factor_covariance, intercept, factor_mean, threshold, scale), lhs and rhs
        (the two names of the term), free (False: fixed, without a standard error), estimate, std_error, statistic
        (z), p_value, conf_low, conf_high; standardized with standardized_std_error (delta method),
        standardized_statistic, standardized_p_value, standardized_conf_low and standardized_conf_high.
        """
        return self.parameters.copy()
