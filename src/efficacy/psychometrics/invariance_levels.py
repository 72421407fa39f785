"""Fitting the levels of measurement invariance one after the other, for items treated as continuous."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from scipy import stats

from ..results import Reason
from .cfa.admissible import improprieties
from .cfa.assembly import fit_fields
from .cfa.compare import scaled_difference
from .cfa.estimation import Estimation, Tests, estimate
from .cfa.result import Estimator
from .cfa.sample import Sample
from .cfa.structures import Equal, Structure, specify
from .cfa.tables import parameter_table, squared_residuals

LEVELS: Mapping[str, tuple[Equal, ...]] = {
    "configural": (),
    "metric": ("loadings",),
    "scalar": ("loadings", "intercepts"),
    "strict": ("loadings", "intercepts", "residuals"),
}


@dataclass(frozen=True, kw_only=True)
class Level:
    """One level: its fit by the names of CfaResult (empty where it has no solution), its parameters by group, the test
    against the level before (NaN for the first), and what has to be said of it."""

    name: str
    fit: Mapping[str, Any]
    parameters: pd.DataFrame
    difference: float
    difference_df: float
    difference_p_value: float
    reasons: tuple[Reason, ...]


def continuous_levels(
    samples: Mapping[str, Sample],
    model: Mapping[str, Sequence[str]],
    *,
    structure: Structure,
    estimator: Estimator,
    free: Collection[str],
    conf_level: float,
) -> Iterator[Level]:
    """The four levels in order: configural (nothing equal), metric (loadings), scalar (also intercepts, latent means
    of later groups free), strict (also residual variances). samples: answers by group's name, items in the order of
    the model. free: parameters that stay free at every level."""
    before: Tests | None = None
    for name, equal in LEVELS.items():
        specification = specify(
            model, structure=structure, n_groups=len(samples), equal=equal, free=free, mean_structure=True
        )
        found = estimate(specification, tuple(samples.values()), estimator=estimator, thorough=structure == "bifactor")
        if not isinstance(found, Estimation):
            yield _without_solution(name, found)
            before = None
            continue
        statistic, df, reasons = _against(before, found.tests)
        before = found.tests
        yield Level(
            name=name,
            fit=_fit(found),
            parameters=parameter_table(
                specification, found.parameters, found.covariance, conf_level=conf_level, groups=tuple(samples)
            ),
            difference=statistic,
            difference_df=df,
            difference_p_value=float(stats.chi2.sf(statistic, df)) if df > 0 else math.nan,
            reasons=(*improprieties(specification, found.parameters), *found.reasons, *reasons),
        )


def _without_solution(name: str, reasons: tuple[Reason, ...]) -> Level:
    return Level(
        name=name,
        fit={},
        parameters=pd.DataFrame(),
        difference=math.nan,
        difference_df=math.nan,
        difference_p_value=math.nan,
        reasons=reasons,
    )


def _fit(found: Estimation) -> dict[str, Any]:
    tests, likelihood = found.tests, found.likelihood
    squares = 0.0
    for number, (group, moments) in enumerate(zip(likelihood.samples, found.saturated, strict=True)):
        covariance, mean = likelihood.moments(number, found.parameters)
        away = None if mean is None else moments.mean - mean
        squares += group.n / likelihood.n * math.sqrt(squared_residuals(moments.covariance, covariance, away))
    free = found.specification.n_free
    return fit_fields(tests, n=likelihood.n, n_groups=len(likelihood.samples)) | {
        "n_parameters": free,
        "srmr": squares,
        "aic": -2 * tests.loglik + 2 * free,
        "bic": -2 * tests.loglik + free * math.log(likelihood.n),
    }


def _against(before: Tests | None, now: Tests) -> tuple[float, float, tuple[Reason, ...]]:
    """Difference test of a level against the one before: statistic, df, and why there is no statistic."""
    if before is None or now.df <= before.df:
        return math.nan, math.nan, ()
    statistic, reason = scaled_difference(_parts(now), _parts(before))
    return statistic, now.df - before.df, () if reason is None else (reason,)


def _parts(tests: Tests) -> tuple[float, float, float | None]:
    return tests.chisq, tests.df, None if tests.trace is None else tests.trace / max(tests.df, 1.0)
