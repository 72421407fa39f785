"""Fitting a parameter table to groups of answers by maximum likelihood, and the tests that come with it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ...results import Reason
from ...streams import stream
from ..inputs import SMALLEST_EIGENVALUE, Matrix
from .admissible import improprieties
from .likelihood import Likelihood, half_deviance
from .result import Estimator
from .robust import Completed, completed, covariance_of_estimates, scaled_trace
from .sample import Sample
from .saturated import Moments, saturated
from .search import Optimum, is_singular, minimise
from .specification import Specification
from .start import oriented, scattered, started
from .structures import independence
from .twin import has_markers, in_marker_units, unit_twin

N_STARTS = 6  # random starts beside the customary one
SAME_OPTIMUM = 1e-6  # values of f closer than this are one optimum, reached to different precision

_START_SEED = 20260901  # fixed: the starts are part of the method, not of the analysis


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
    optimum, reasons = _search(likelihood, thorough=thorough)
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


def _search(likelihood: Likelihood, *, thorough: bool) -> tuple[Optimum | None, tuple[Reason, ...]]:
    """The minimum to report, every factor in the direction of most of its items.

    Markers make the search slow, or lose it, where a marker loads weakly: where the customary start does not end at a
    minimum, or several optima have to be expected, it is made with factors of variance 1, and brought back.
    """
    specification = likelihood.specification
    if has_markers(specification):
        first = None if thorough else minimise(likelihood, specification.start)
        if first is not None and first.converged:
            return first, ()
        twin = unit_twin(specification)
        optimum, reasons = _best(Likelihood(twin, likelihood.samples), thorough=thorough)
        brought = None if optimum is None else in_marker_units(specification, twin, optimum.parameters)
        again = None if brought is None else minimise(likelihood, brought)
        if again is not None and again.converged:
            return again, reasons
    optimum, reasons = _best(likelihood, thorough=thorough)
    if optimum is not None:
        optimum = minimise(likelihood, oriented(specification, optimum.parameters))
    return optimum, reasons


def _best(likelihood: Likelihood, *, thorough: bool) -> tuple[Optimum | None, tuple[Reason, ...]]:
    """The lowest minimum found: the customary start's unless another is lower beyond rounding."""
    start = likelihood.specification.start
    first = minimise(likelihood, start)
    if first is not None and first.converged and not thorough:
        return first, ()
    generator = stream(_START_SEED, "cfa.starts")
    others = (minimise(likelihood, scattered(likelihood.specification, start, generator)) for _ in range(N_STARTS))
    found = [optimum for optimum in (first, *others) if optimum is not None]
    minima = [optimum for optimum in found if optimum.converged]
    if not minima:
        ran_off = min(found, key=lambda optimum: optimum.value, default=None)
        return None, () if ran_off is None else improprieties(likelihood.specification, ran_off.parameters)
    best = min(minima, key=lambda optimum: optimum.value)
    if first is not None and first.converged and first.value <= best.value + SAME_OPTIMUM:
        best = first
    if any(optimum.value < best.value - SAME_OPTIMUM for optimum in found):
        return best, (Reason("lower_without_minimum"),)
    return best, (Reason("several_optima"),) if best is not first else ()


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
    robust: dict[str, float | Completed] = {}
    for name, model, at in (("", likelihood, optimum.parameters), ("baseline_", apart, alone)):
        if estimator != "ML":
            robust[f"{name}trace"] = scaled_trace(model, at, moments, estimator)
        if not all(group.complete for group in samples):
            robust[f"{name}completed"] = completed(model, at, moments, estimator)
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
    variances = np.nanvar(group.values, axis=0)
    return np.concatenate([variances, np.nanmean(group.values, axis=0)]) if means else np.asarray(variances)
