"""Confirmatory factor analysis of ordered answers of one group of respondents."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ...results import Reason
from ..inputs import Matrix, obstacle, too_many_categories
from .admissible import improprieties
from .assembly import Header, nothing, p_value_of, suffixed
from .indices import Chisquares, indices
from .ordinal_estimation import (
    OrdinalEstimation,
    OrdinalEstimator,
    estimate_ordinal,
    residual_errors,
    srmr,
    with_residual_variances,
)
from .ordinal_modification import ordinal_modification_indices
from .ordinal_sample import ordinal_sample
from .ordinal_structures import specify_ordinal
from .result import CfaResult
from .structures import Identification, Structure
from .tables import explained, factor_correlation_table, loading_table, parameter_table

CALIBRATED_FROM = 200  # respondents; below it neither tests nor standard errors have shown to be right

_METHODS: dict[OrdinalEstimator, str] = {
    "WLSMV": "diagonally weighted least squares of polychoric correlations, scaled and shifted chi-square",
    "DWLS": "diagonally weighted least squares of polychoric correlations",
    "ULSMV": "unweighted least squares of polychoric correlations, scaled and shifted chi-square",
}


def fit_ordinal(
    frame: pd.DataFrame,
    model: Mapping[str, Sequence[str]],
    *,
    structure: Structure,
    estimator: OrdinalEstimator,
    identification: Identification,
    conf_level: float,
) -> CfaResult:
    """What fit_cfa does for ordered answers.

    frame: respondents x the model's items in its order, NaN missing (rows with missing answers are dropped). Only
    answers that occur are categories; delta parametrisation (ordinal_moments). Not computable: too_few_items,
    empty_items, fewer_rows_than_items, zero_variance, too_many_categories, correlation_at_limit (a polychoric
    correlation of 1 or -1 has no weight), more_parameters_than_moments, not_converged, not_identified. Flagged:
    wlsmv_uncalibrated (fewer than 200 respondents), correlations_indefinite (the polychoric matrix is not positive
    definite: robust indices are NaN), heywood_case, negative_factor_variance, improper_factor_covariances,
    several_optima, lower_without_minimum, no_degrees_of_freedom. Reference: Muthen (1984), doi:10.1007/BF02294210;
    Asparouhov & Muthen (2010). R: lavaan::cfa(model, data, ordered = items, estimator = "WLSMV", std.lv).
    """
    used = frame.dropna()
    categories = used.nunique().to_numpy()
    specification = specify_ordinal(
        model,
        n_thresholds=np.maximum(categories - 1, 0).tolist(),
        structure=structure,
        identification=identification,
    )
    header = Header(
        specification=specification,
        estimator=estimator,
        structure=structure,
        identification=identification,
        missing="listwise",
        conf_level=conf_level,
        method=f"Confirmatory factor analysis, {structure}, {_METHODS[estimator]}, listwise",
        n_used=len(used),
        n_dropped=len(frame) - len(used),
    )
    reason = obstacle(frame, used, minimum_items=3) or too_many_categories(used)
    if reason is not None:
        return nothing(header, (reason,))
    found = estimate_ordinal(
        specification, (ordinal_sample(used.to_numpy()),), estimator=estimator, thorough=structure == "bifactor"
    )
    return _assembled(header, found) if isinstance(found, OrdinalEstimation) else nothing(header, found)


def _assembled(header: Header, found: OrdinalEstimation) -> CfaResult:
    sample, moments = found.squares.samples[0], found.model.moments(found.parameters)[0]
    settled = with_residual_variances(found)
    names = list(settled.items)
    implied = np.eye(len(names))
    implied[sample.pairs] = implied.T[sample.pairs] = moments.statistics[len(sample.thresholds) :]
    improper = improprieties(settled, found.parameters)
    reasons = (*cautions(found), *improper, *found.reasons)
    if found.df == 0:
        values = {"n_factors": len(settled.factors), "n_items": len(names)}
        reasons += (Reason("no_degrees_of_freedom", values),)
    return CfaResult(
        **{**header.fields(), "n_parameters": settled.n_free},
        **fit_fields(found, header.estimator),
        status="flagged" if reasons else "ok",
        reasons=reasons,
        converged=True,
        admissible=not improper,
        srmr=srmr(found),
        parameters=parameter_table(
            settled,
            found.parameters,
            found.covariance,
            conf_level=header.conf_level,
            tendencies=found.model.tendencies(found.parameters),
        ),
        loadings=loading_table(settled, found.parameters),
        factor_correlations=factor_correlation_table(settled, found.parameters),
        r_squared=explained(settled, found.parameters),
        residuals=_residual_table(names, sample.correlations, implied, residual_errors(found)),
        modification_indices=ordinal_modification_indices(found),
        implied=pd.DataFrame(implied, index=names, columns=names),
        observed=pd.DataFrame(sample.correlations, index=names, columns=names),
    )


def cautions(found: OrdinalEstimation) -> tuple[Reason, ...]:
    """What to beware of in any analysis of ordered answers: wlsmv_uncalibrated, correlations_indefinite."""
    reasons = []
    smallest_group = min(sample.n for sample in found.squares.samples)
    if smallest_group < CALIBRATED_FROM:
        reasons.append(Reason("wlsmv_uncalibrated", {"n": smallest_group, "minimum": CALIBRATED_FROM}))
    smallest = min(float(np.linalg.eigvalsh(sample.correlations)[0]) for sample in found.squares.samples)
    if smallest <= 0:
        reasons.append(Reason("correlations_indefinite", {"smallest_eigenvalue": smallest}))
    return tuple(reasons)


def fit_fields(found: OrdinalEstimation, estimator: str) -> dict[str, Any]:
    """chisq to p_close, plain, scaled and robust, as fields of a result.

    As lavaan for least squares, rmsea and its interval count N - G respondents (G groups).
    """
    test, baseline = found.test, found.baseline_test
    plain = Chisquares(
        chisq=test.chisq,
        df=found.df,
        trace=found.df,
        baseline_chisq=baseline.chisq,
        baseline_df=found.baseline_df,
        baseline_trace=found.baseline_df,
        n=found.squares.n - len(found.squares.samples),
        n_groups=len(found.squares.samples),
    )
    fields: dict[str, Any] = {
        "chisq": test.chisq,
        "df": found.df,
        "p_value": math.nan if estimator == "ULSMV" else p_value_of(test.chisq, found.df),
        "baseline_chisq": baseline.chisq,
        "baseline_df": found.baseline_df,
        **vars(indices(plain)),
    }
    if estimator == "DWLS":
        return fields
    scaled = dataclasses.replace(plain, chisq=test.scaled, baseline_chisq=baseline.scaled)
    latent = dataclasses.replace(plain, **vars(found.latent))
    return fields | {
        "chisq_scaled": test.scaled,
        "p_value_scaled": p_value_of(test.scaled, found.df),
        "scaling_factor": test.scaling_factor,
        "shift_parameter": test.shift,
        "baseline_chisq_scaled": baseline.scaled,
        **{suffixed(name, "scaled"): value for name, value in vars(indices(scaled)).items()},
        **{suffixed(name, "robust"): value for name, value in vars(indices(latent)).items() if name != "p_close"},
    }


def _residual_table(names: list[str], observed: Matrix, implied: Matrix, errors: Matrix) -> pd.DataFrame:
    """One row a pair of items, an item with itself included, as CfaResult.residuals describes; correlations are the
    only covariances here."""
    first, second = np.triu_indices(len(names))
    statistic = np.full(len(first), math.nan)
    residual = (observed - implied)[first, second]
    apart = first != second
    statistic[apart] = residual[apart] / errors
    labels = np.array(names, dtype=object)
    return pd.DataFrame(
        {
            "item": labels[first],
            "other_item": labels[second],
            "observed": observed[first, second],
            "implied": implied[first, second],
            "residual": residual,
            "correlation_residual": residual,
            "statistic": statistic,
        }
    )
