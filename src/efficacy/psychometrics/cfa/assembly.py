"""From a fitted parameter table to what fit_cfa returns."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any

import pandas as pd
from scipy import stats

from ...results import Reason
from .admissible import improprieties
from .estimation import Estimation, Tests
from .indices import RMSEA_LEVEL, Chisquares, Indices, bartlett_corrected, indices, swain_corrected
from .modification import modification_indices
from .result import CfaResult, Estimator, Missing
from .specification import Specification
from .structures import GENERAL
from .tables import (
    empty_parameter_table,
    explained,
    factor_correlation_table,
    loading_table,
    parameter_table,
    residual_table,
    squared_residuals,
)

_RESIDUALS = ("item", "other_item", "observed", "implied", "residual", "correlation_residual", "statistic")
_MODIFICATIONS = ("term", "statistic", "p_value", "epc", "epc_standardized")


@dataclass(frozen=True, kw_only=True)
class Header:
    """What was asked for, and of how many: what every result says whether or not there are estimates."""

    specification: Specification
    estimator: Estimator
    structure: str
    identification: str
    missing: Missing
    conf_level: float
    method: str
    n_used: int
    n_dropped: int

    def fields(self) -> dict[str, Any]:
        """The same as fields of CfaResult."""
        asked = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        specification = asked.pop("specification")
        return asked | {
            "n_items": len(specification.items),
            "n_factors": len(specification.factors),
            "n_parameters": specification.n_free,
            "rmsea_conf_level": RMSEA_LEVEL,
        }


def nothing(header: Header, reasons: tuple[Reason, ...]) -> CfaResult:
    """The result of an analysis that data do not support: the usual tables, every number NaN."""
    specification = header.specification
    items, factors = list(specification.items), list(specification.factors)
    unknown: dict[str, Any] = dict.fromkeys(
        ("chisq", "df", "p_value", "baseline_chisq", "baseline_df", "srmr", *vars(_no_indices())), math.nan
    )
    of_items = [factor for factor in factors if header.structure != "second_order" or factor != GENERAL]
    return CfaResult(
        **header.fields(),
        **unknown,
        status="not_computable",
        reasons=reasons,
        converged=False,
        admissible=False,
        parameters=empty_parameter_table(specification),
        loadings=pd.DataFrame(math.nan, index=items, columns=of_items),
        factor_correlations=pd.DataFrame(math.nan, index=factors, columns=factors),
        r_squared=pd.Series(math.nan, index=items, name="r_squared"),
        residuals=pd.DataFrame(columns=list(_RESIDUALS)),
        modification_indices=pd.DataFrame(columns=list(_MODIFICATIONS)),
        implied=pd.DataFrame(math.nan, index=items, columns=items),
        observed=pd.DataFrame(math.nan, index=items, columns=items),
    )


def assembled(header: Header, found: Estimation) -> CfaResult:
    """The result of a maximum-likelihood analysis of one group."""
    specification, parameters, tests = found.specification, found.parameters, found.tests
    items = list(specification.items)
    observed = found.saturated[0].covariance
    implied, mean = found.likelihood.moments(0, parameters)
    complete = found.likelihood.samples[0].complete
    improper = improprieties(specification, parameters)
    reasons = (*improper, *found.reasons)
    if tests.df == 0:
        reasons += (Reason("no_degrees_of_freedom", {"n_factors": len(specification.factors), "n_items": len(items)}),)
    return CfaResult(
        **header.fields(),
        **fit_fields(tests, n=found.likelihood.n, n_groups=1),
        **_small_sample(header, tests),
        **_information(header, tests),
        status="flagged" if reasons else "ok",
        reasons=reasons,
        converged=True,
        admissible=not improper,
        srmr=math.sqrt(squared_residuals(observed, implied, None if mean is None else found.saturated[0].mean - mean)),
        parameters=parameter_table(specification, parameters, found.covariance, conf_level=header.conf_level),
        loadings=loading_table(specification, parameters),
        factor_correlations=factor_correlation_table(specification, parameters),
        r_squared=explained(specification, parameters),
        residuals=residual_table(
            specification,
            parameters,
            observed,
            information=found.optimum.information if complete else None,
            n=found.likelihood.n,
        ),
        modification_indices=modification_indices(found.likelihood, parameters),
        implied=pd.DataFrame(implied, index=items, columns=items),
        observed=pd.DataFrame(observed, index=items, columns=items),
    )


def fit_fields(tests: Tests, *, n: int, n_groups: int) -> dict[str, Any]:
    """chisq to p_close, plain, scaled and robust, as fields of a result.

    The interval of the scaled rmsea, and p_close, are those of lavaan: of the plain chi-square, referred to the trace
    in place of the df.
    """
    plain = _chisquares(tests.chisq, tests.df, tests.baseline_chisq, tests.baseline_df, n, n_groups)
    fields: dict[str, Any] = {
        "chisq": tests.chisq,
        "df": tests.df,
        "p_value": p_value_of(tests.chisq, tests.df),
        "baseline_chisq": tests.baseline_chisq,
        "baseline_df": tests.baseline_df,
        **vars(indices(plain)),
    }
    robust = plain
    if tests.trace is not None and tests.baseline_trace is not None:
        scale, baseline_scale = _ratio(tests.trace, tests.df), _ratio(tests.baseline_trace, tests.baseline_df)
        chisq, baseline = tests.chisq / scale, tests.baseline_chisq / baseline_scale
        scaled = vars(indices(_chisquares(chisq, tests.df, baseline, tests.baseline_df, n, n_groups)))
        spread = vars(indices(dataclasses.replace(plain, df=tests.trace, trace=tests.trace)))
        scaled |= {name: spread[name] for name in ("rmsea_conf_low", "rmsea_conf_high", "p_close")}
        fields |= {
            "chisq_scaled": chisq,
            "p_value_scaled": p_value_of(chisq, tests.df),
            "scaling_factor": scale,
            "baseline_chisq_scaled": baseline,
            **{suffixed(name, "scaled"): value for name, value in scaled.items()},
        }
        robust = dataclasses.replace(plain, trace=tests.trace, baseline_trace=tests.baseline_trace)
    if tests.completed is not None and tests.baseline_completed is not None:
        robust = dataclasses.replace(
            plain,
            chisq=tests.completed.chisq,
            trace=tests.completed.trace,
            baseline_chisq=tests.baseline_completed.chisq,
            baseline_trace=tests.baseline_completed.trace,
        )
    if robust is not plain:
        found = vars(indices(robust))
        fields |= {suffixed(name, "robust"): value for name, value in found.items() if name != "p_close"}
    return fields


def suffixed(name: str, kind: str) -> str:
    """rmsea_conf_low becomes rmsea_scaled_conf_low, cfi becomes cfi_scaled."""
    return name.replace("rmsea", f"rmsea_{kind}") if name.startswith("rmsea") else f"{name}_{kind}"


def _chisquares(chisq: float, df: float, baseline: float, baseline_df: float, n: int, n_groups: int) -> Chisquares:
    return Chisquares(
        chisq=chisq,
        df=df,
        trace=df,
        baseline_chisq=baseline,
        baseline_df=baseline_df,
        baseline_trace=baseline_df,
        n=n,
        n_groups=n_groups,
    )


def _no_indices() -> Indices:
    return indices(_chisquares(0.0, 0.0, 0.0, 0.0, 1, 1))


def _small_sample(header: Header, tests: Tests) -> dict[str, Any]:
    """The corrected chi-squares of ML with complete answers; nothing for other estimators."""
    if header.estimator != "ML" or header.missing == "fiml":
        return {}
    n, p, m = header.n_used, len(header.specification.items), len(header.specification.factors)
    bartlett = bartlett_corrected(tests.chisq, n=n, n_items=p, n_factors=m)
    swain = swain_corrected(tests.chisq, n=n, n_items=p, df=tests.df)
    return {
        "chisq_bartlett": bartlett,
        "p_value_bartlett": p_value_of(bartlett, tests.df),
        "chisq_swain": swain,
        "p_value_swain": p_value_of(swain, tests.df),
    }


def _information(header: Header, tests: Tests) -> dict[str, Any]:
    """Log likelihoods and criteria; free parameters are counted without means that are not modelled."""
    free = header.specification.n_free
    return {
        "loglik": tests.loglik,
        "loglik_saturated": tests.loglik_saturated,
        "aic": -2 * tests.loglik + 2 * free,
        "bic": -2 * tests.loglik + free * math.log(header.n_used),
    }


def p_value_of(chisq: float, df: float) -> float:
    """Upper tail of a chi-square; NaN without degrees of freedom."""
    return float(stats.chi2.sf(chisq, df)) if df > 0 else math.nan


def _ratio(trace: float, df: float) -> float:
    """A scaling factor; NaN where it is none."""
    return trace / df if df > 0 and trace > 0 else math.nan
