"""Confirmatory factor analysis of one group of respondents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import get_args

import numpy as np
import pandas as pd

from ...results import Reason
from ..inputs import check_choice, check_level, empty_columns, flat_columns, numbers, obstacle
from .assembly import Header, assembled, nothing
from .estimation import Estimation, estimate
from .ordinal_fit import fit_ordinal
from .result import CfaResult, Estimator, Missing
from .sample import sample
from .structures import Identification, Structure, specify

_METHODS = {
    "ML": "maximum likelihood",
    "MLR": "maximum likelihood, Yuan-Bentler scaled chi-square, Huber-White standard errors",
    "MLM": "maximum likelihood, Satorra-Bentler scaled chi-square and standard errors",
}
_MISSING = {"listwise": "listwise", "fiml": "full information of missing answers"}


def fit_cfa(
    items: pd.DataFrame,
    model: Mapping[str, Sequence[str]],
    *,
    structure: Structure = "correlated",
    estimator: Estimator = "ML",
    missing: Missing = "listwise",
    identification: Identification = "marker",
    conf_level: float = 0.95,
) -> CfaResult:
    """Confirmatory factor analysis.

    items: respondents x items, NaN missing; only the model's items are used. model: factor -> its items, two or more
    each. structure: "correlated", factors covary; "second_order", a factor "general" stands behind them; "bifactor", a
    factor "general" of all items beside them, none covarying. estimator: "ML"; "MLR", the same estimates with a scaled
    chi-square and standard errors that do not need normal answers; "MLM", the same by Satorra and Bentler; "WLSMV",
    "DWLS", "ULSMV", for ordered answers, which have their reasons beside these (ordinal_fit.fit_ordinal). missing:
    "listwise", or "fiml", every answer used under missingness at random. identification: "marker", the first loading
    of a factor is 1, or "std_lv", factor variances are 1; fit and the standardised solution are the same.

    ML minimises f = 1/2 [log det Sigma + tr(Sigma^-1 S)] over the parameters of Sigma = Lambda Phi Lambda' + Theta, S
    with divisor n; chisq = 2 n (f - f of the saturated model). Not computable: too_few_items (below 3), empty_items,
    fewer_rows_than_items, zero_variance, pairs_too_small (missing="fiml": items that nobody answered together),
    singular_correlations, more_parameters_than_moments, not_identified, not_converged. Flagged: heywood_case,
    negative_factor_variance, improper_factor_covariances (an inadmissible solution), several_optima,
    no_degrees_of_freedom. Raises ValueError for a wrong call. Reference: Joreskog (1969), doi:10.1007/BF02289343;
    Yuan & Bentler (2000), doi:10.1111/0081-1750.00078; Satorra & Bentler (1994). R: lavaan::cfa(model, data,
    estimator, missing, std.lv).
    """
    check_choice(structure, "structure", get_args(Structure))
    check_choice(estimator, "estimator", get_args(Estimator))
    check_choice(missing, "missing", get_args(Missing))
    check_level(conf_level)
    if estimator not in ("ML", "MLR") and missing == "fiml":
        raise ValueError(f"{estimator=}: complete answers only, missing='listwise'; with missing answers 'MLR'")
    specification = specify(model, structure=structure, identification=identification, mean_structure=missing == "fiml")
    frame = chosen(items, specification.items)
    if estimator in ("WLSMV", "DWLS", "ULSMV"):
        return fit_ordinal(
            frame,
            model,
            structure=structure,
            estimator=estimator,
            identification=identification,
            conf_level=conf_level,
        )
    used = frame.dropna() if missing == "listwise" else frame.dropna(how="all")
    header = Header(
        specification=specification,
        estimator=estimator,
        structure=structure,
        identification=identification,
        missing=missing,
        conf_level=conf_level,
        method=f"Confirmatory factor analysis, {structure}, {_METHODS[estimator]}, {_MISSING[missing]}",
        n_used=len(used),
        n_dropped=len(frame) - len(used),
    )
    reason = unusable(frame, used)
    if reason is not None:
        return nothing(header, (reason,))
    found = estimate(specification, (sample(used.to_numpy()),), estimator=estimator, thorough=structure == "bifactor")
    return assembled(header, found) if isinstance(found, Estimation) else nothing(header, found)


def chosen(items: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """The model's items as numbers, in its order; ValueError where some are no columns."""
    if not isinstance(items, pd.DataFrame):
        raise ValueError(f"items: a DataFrame of respondents x items expected, found {type(items).__name__}")
    there = [str(column) for column in items.columns]
    if absent := [name for name in names if name not in there]:
        raise ValueError(f"model: {absent} are no columns of items")
    return numbers(items.loc[:, [column in names for column in there]])[list(names)]


def unusable(frame: pd.DataFrame, used: pd.DataFrame) -> Reason | None:
    """Why no covariances of these items with an inverse can be had; None where nothing stands in the way.

    frame: all respondents x items. used: its complete rows, or with missing answers those with any answer.
    """
    if not used.isna().any(axis=None):
        return obstacle(frame, used, minimum_items=3)
    if empty := empty_columns(frame):
        return Reason("empty_items", {"items": empty})
    if len(used) <= len(frame.columns):
        return Reason("fewer_rows_than_items", {"n_used": len(used), "n_items": len(frame.columns)})
    if flat := flat_columns(used):
        return Reason("zero_variance", {"items": flat})
    answered = used.notna().to_numpy().astype(int)
    apart = np.triu(answered.T @ answered < 2, 1).sum()
    return Reason("pairs_too_small", {"n_pairs": int(apart), "minimum": 2}) if apart else None
