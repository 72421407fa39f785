"""Fitting a parameter table to groups of answers by maximum likelihood, and the tests that come with it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ...results import Reason
from ..inputs import SMALLEST_EIGENVALUE, Matrix
from .likelihood import Likelihood, half_deviance
from .optimum import best_minimum
from .result import Estimator
from .robust import (
    Completed,
    completed,
    covariance_of_estimates,
    mlm_trace,
    mlr_trace,
    saturated_covariance,
    saturated_trace,
)
from .sample import Sample
from .saturated import Moments, saturated
from .search import Optimum, is_singular
from .specification import Specification
from .start import started
from .structures import independence


@dataclass(frozen=True, kw_only=True)
class Tests:
    """Test statistics of a model (2 N f above the saturated model) and of uncorrelated items.

    trace, baseline_trace: what each is of on average when its model holds, by the robust estimator; None for ML.
    completed, baseline_completed: the same tests as complete answers would give them; None where none is missing.
    """

    chisq: float
    df: float
    baseline_chisq: float
    baseline_df: float
    loglik: float
    loglik_saturated: float
    trace: float | None = None
    baseline_trace: float | None = None
    completed: Completed | None = None
    baseline_completed: Completed | None = None


@dataclass(frozen=True, kw_only=True)
class Estimation:
    """A fitted parameter table: estimates, their covariances, and tests. reasons: what has to be said of the search."""

    likelihood: Likelihood
    saturated: tuple[Moments, ...]
    optimum: Optimum
    covariance: Matrix
    tests: Tests
    reasons: tuple[Reason, ...]

    @property
    def specification(self) -> Specification:
        """The parameter table."""
        return self.likelihood.specification

    @property
    def parameters(self) -> Matrix:
        """The estimates, by number of the free parameter."""
        return self.optimum.parameters


def estimate(
    specification: Specification, samples: tuple[Sample, ...], *, estimator: Estimator, thorough: bool = False
) -> Estimation | tuple[Reason, ...]:
    """Maximum-likelihood estimates of a model, or why there are none.

    thorough: look for the best of several optima from random starts too, as bifactor models need; others get random
    starts only where the customary one leads nowhere. Reasons for no estimates: more_parameters_than_moments,
    singular_correlations, not_converged (after what was improper where the search ended), not_identified. Reasons
    beside estimates: several_optima, where another start than the customary one was better; lower_without_minimum,
    where a start went lower without coming to a minimum.
    """
    n_moments, n_free = specification.n_moments, specification.n_free
    if n_free > n_moments:
        return (Reason("more_parameters_than_moments", {"n_parameters": n_free, "n_moments": n_moments}),)
    moments = tuple(saturated(group) for group in samples)
    if not all(group.converged for group in moments):
        return (Reason("not_converged"),)
    if any(_flat(group.covariance) for group in moments):
        return (Reason("singular_correlations", {"n_items": len(specification.items)}),)
    ready = started(specification, [group.covariance for group in moments], [group.mean for group in moments])
    likelihood = Likelihood(ready, samples)
    optimum, reasons = best_minimum(likelihood, thorough=thorough)
    if optimum is None or not optimum.converged:
        return (*reasons, Reason("not_converged"))
    if is_singular(optimum.information):
        return (Reason("not_identified"),)
    try:
        covariance = covariance_of_estimates(likelihood, optimum.parameters, estimator)
        tests = _tests(likelihood, optimum, moments, estimator)
    except np.linalg.LinAlgError:
        return (Reason("not_identified"),)
    return Estimation(
        likelihood=likelihood, saturated=moments, optimum=optimum, covariance=covariance, tests=tests, reasons=reasons
    )


def _flat(covariance: Matrix) -> bool:
    """Whether the saturated model has no likelihood: some item follows from the others."""
    variances = covariance.diagonal()
    if not (variances > 0).all():
        return True
    scale = np.sqrt(variances)
    return bool(np.linalg.eigvalsh(covariance / np.outer(scale, scale))[0] < SMALLEST_EIGENVALUE)


def _tests(likelihood: Likelihood, optimum: Optimum, moments: tuple[Moments, ...], estimator: Estimator) -> Tests:
    specification, samples, n = likelihood.specification, likelihood.samples, likelihood.n
    means = specification.mean_structure
    least = sum(
        half_deviance(group, at.covariance, at.mean if means else None)
        for group, at in zip(samples, moments, strict=True)
    )
    empty = independence(specification.items, n_groups=len(samples), mean_structure=means)
    apart = Likelihood(empty, samples)
    alone = np.concatenate([_own_moments(group, means=means) for group in samples])
    constant = math.log(2 * math.pi) / 2 * sum(int((~np.isnan(group.values)).sum()) for group in samples)
    free = saturated_trace(samples, moments, means=means) if estimator == "MLR" else math.nan
    holed = not all(group.complete for group in samples)
    gammas = [saturated_covariance(group, at, estimator) for group, at in zip(samples, moments, strict=True) if holed]
    robust: dict[str, float | Completed] = {}
    for name, model, at in (("", likelihood, optimum.parameters), ("baseline_", apart, alone)):
        if estimator == "MLR":
            robust[f"{name}trace"] = mlr_trace(model, at, free)
        if estimator == "MLM":
            robust[f"{name}trace"] = mlm_trace(model, at)
        if holed:
            robust[f"{name}completed"] = completed(model, at, moments, gammas)
    return Tests(
        chisq=2 * (n * optimum.value - least),
        df=float(specification.n_moments - specification.n_free),
        baseline_chisq=2 * (n * apart.value(alone) - least),
        baseline_df=float(empty.n_moments - empty.n_free),
        loglik=-n * optimum.value - constant,
        loglik_saturated=-least - constant,
        **robust,  # type: ignore[arg-type]
    )


def _own_moments(group: Sample, *, means: bool) -> Matrix:
    """The estimates of uncorrelated items: every item's own variance (divisor n), and mean where modelled."""
    variances = group.variances
    return np.concatenate([variances, np.nanmean(group.values, axis=0)]) if means else np.asarray(variances)
