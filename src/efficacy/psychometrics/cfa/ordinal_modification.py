"""What freeing a fixed parameter would do in a model of ordered answers."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy import stats

from .modification import candidates
from .ordinal_estimation import OrdinalEstimation
from .ordinal_moments import OrdinalModel
from .specification import Element
from .wlsmv import LeastSquares

_UNIDENTIFIED = 1e-8  # share of its information that freeing a parameter has to leave when the others adapt


def ordinal_modification_indices(found: OrdinalEstimation) -> pd.DataFrame:
    """Every loading, residual covariance and factor covariance of one group that is fixed to 0, freed by itself.

    As modification.modification_indices, with Delta' V Delta for the information: the fall of the unscaled chi-square
    that is to be expected. R: lavaan::modindices (mi, epc, sepc.all).
    """
    specification, parameters = found.model.specification, found.parameters
    added = candidates(specification)
    enlarged = OrdinalModel(specification.with_elements(added), found.model.samples)
    at = np.concatenate([parameters, np.zeros(len(added))])
    gradient, information = LeastSquares(enlarged, found.squares.weights).slope(at)
    old, new = slice(specification.n_free), slice(specification.n_free, None)
    explained = (information[new, old] * np.linalg.solve(information[old, old], information[old, new]).T).sum(axis=1)
    own = information[new, new].diagonal()
    left = np.where(own - explained > _UNIDENTIFIED * np.abs(own), own - explained, math.nan)
    statistic, epc = found.squares.n * gradient[new] ** 2 / left, -gradient[new] / left
    unit = _units(found)
    table = pd.DataFrame(
        {
            "term": [specification.term(element) for element in added],
            "statistic": statistic,
            "p_value": stats.chi2.sf(statistic, 1),
            "epc": epc,
            "epc_standardized": epc * np.array([unit(element) for element in added]),
        }
    )
    kept = table[table["statistic"].notna()]
    return kept.sort_values("statistic", ascending=False, kind="stable", ignore_index=True)


def _units(found: OrdinalEstimation) -> Callable[[Element], float]:
    """What turns an expected change into standard deviations: of factors and tendencies, for a residual covariance of
    residuals; NaN where a variance is not positive."""
    at = found.model.moments(found.parameters)[0]
    factor, residual = (
        np.sqrt(np.where(variances > 0, variances, math.nan))
        for variances in (at.at.phi.diagonal(), at.residual_variances)
    )

    def of(e: Element) -> float:
        if e.matrix == "lambda":
            return float(factor[e.column] * at.scales[e.row])
        deviations = residual if e.matrix == "theta" else factor
        return float(1 / (deviations[e.row] * deviations[e.column]))

    return of
