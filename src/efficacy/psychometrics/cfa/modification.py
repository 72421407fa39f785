"""What freeing a fixed parameter would do: score tests and expected parameter changes."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import combinations

import numpy as np
import pandas as pd
from scipy import stats

from ..inputs import Matrix
from .likelihood import Likelihood
from .moments import matrices
from .specification import Element, Specification

_UNIDENTIFIED = 1e-8  # share of its information that freeing a parameter has to leave when the others adapt


def modification_indices(likelihood: Likelihood, parameters: Matrix) -> pd.DataFrame:
    """Every loading, residual covariance and factor covariance that is fixed to 0, freed by itself.

    With g the gradient and I the information of the enlarged model at the estimates, V = I_kk - I_k0 I_00^-1 I_0k:
    statistic = N g_k^2 / V (1 df, p_value), epc = -g_k / V, epc_standardized in standard deviations (of residuals for
    a residual covariance). Expected information; with missing answers the Hessian. Loadings of a second-order model
    include those on the general factor; a parameter that the model could not tell from the others is left out.
    Largest first. Reference: Sorbom (1989), doi:10.1007/BF02294623. R: lavaan::modindices.
    """
    specification = likelihood.specification
    added = candidates(specification)
    enlarged = Likelihood(specification.with_elements(added), likelihood.samples)
    at = np.concatenate([parameters, np.zeros(len(added))])
    gradient, information = enlarged.slope(at)
    old, new = slice(specification.n_free), slice(specification.n_free, None)
    explained = (information[new, old] * np.linalg.solve(information[old, old], information[old, new]).T).sum(axis=1)
    own = information[new, new].diagonal()
    left = np.where(own - explained > _UNIDENTIFIED * np.abs(own), own - explained, math.nan)
    statistic, epc = likelihood.n * gradient[new] ** 2 / left, -gradient[new] / left
    scale = _scale(likelihood, parameters)
    table = pd.DataFrame(
        {
            "term": [specification.term(element) for element in added],
            "statistic": statistic,
            "p_value": stats.chi2.sf(statistic, 1),
            "epc": epc,
            "epc_standardized": [value * scale(element) for value, element in zip(epc, added, strict=True)],
        }
    )
    kept = table[table["statistic"].notna()]
    return kept.sort_values("statistic", ascending=False, kind="stable", ignore_index=True)


def candidates(specification: Specification) -> list[Element]:
    """The parameters of the first group that are fixed to 0, as further free ones."""
    p, m = len(specification.items), len(specification.factors)
    there = {(e.matrix, e.row, e.column) for e in specification.elements}
    second_order = any(e.matrix == "beta" for e in specification.elements)
    places = [("lambda", row, column) for column in range(m) for row in range(p)]
    places += [("theta", row, column) for row, column in combinations(range(p), 2)]
    if not second_order:
        places += [("psi", row, column) for row, column in combinations(range(m), 2)]
    absent = [place for place in places if place not in there]
    first = specification.n_free
    return [
        Element(matrix, 0, row, column, first + number, 0.0)  # type: ignore[arg-type]
        for number, (matrix, row, column) in enumerate(absent)
    ]


def _scale(likelihood: Likelihood, parameters: Matrix) -> Callable[[Element], float]:
    """What turns an expected change into standard deviations."""
    at = matrices(likelihood.specification, 0, parameters)
    factor, item = (np.sqrt(np.where(v > 0, v, math.nan)) for v in (at.phi.diagonal(), at.covariance.diagonal()))
    residual = np.sqrt(np.where(at.theta.diagonal() > 0, at.theta.diagonal(), math.nan))

    def of(e: Element) -> float:
        if e.matrix == "lambda":
            return float(factor[e.column] / item[e.row])
        deviations = residual if e.matrix == "theta" else factor
        return float(1 / (deviations[e.row] * deviations[e.column]))

    return of
