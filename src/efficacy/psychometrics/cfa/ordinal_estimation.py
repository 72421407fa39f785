"""Fitting a parameter table to groups of ordered answers, and the tests that come with it."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ...results import Reason
from ..inputs import Matrix
from .ordinal_moments import OrdinalModel
from .ordinal_sample import OrdinalSample
from .ordinal_structures import started_ordinal
from .search import Optimum, is_singular
from .specification import Specification
from .wlsmv import LeastSquares, estimate, least_squares
from .wlsmv_indices import LatentFit, latent_fit
from .wlsmv_variation import ScaledTest, Variation, baseline, covariance_of_estimates, scaled_and_shifted, variation

OrdinalEstimator = Literal["WLSMV", "DWLS", "ULSMV"]

_EXACT = 1e-10  # share of a correlation's variance below which the model reproduces it whatever the data


@dataclass(frozen=True, kw_only=True)
class OrdinalEstimation:
    """A fitted parameter table: the objective at its minimum, covariances of the estimates (robust; DWLS: as if the
    weights were all the statistics' variation), the tests of the model and of uncorrelated items, and the fit to the
    tendencies behind the answers. reasons: what has to be said of the search."""

    squares: LeastSquares
    optimum: Optimum
    variation: Variation
    covariance: Matrix
    df: float
    test: ScaledTest
    baseline_df: float
    baseline_test: ScaledTest
    latent: LatentFit
    reasons: tuple[Reason, ...]

    @property
    def model(self) -> OrdinalModel:
        """The model and its groups."""
        return self.squares.model

    @property
    def parameters(self) -> Matrix:
        """The estimates, by number of the free parameter."""
        return self.optimum.parameters


def estimate_ordinal(
    specification: Specification,
    samples: tuple[OrdinalSample, ...],
    *,
    estimator: OrdinalEstimator,
    tied: bool = False,
    thorough: bool = False,
) -> OrdinalEstimation | tuple[Reason, ...]:
    """Weighted least-squares estimates of a model, or why there are none.

    tied: residual variances are equal in all groups. thorough: look for the best of several optima from random starts
    too, as bifactor models need. Reasons: correlation_at_limit, more_parameters_than_moments, not_converged (after what
    was improper where the search ended), not_identified; beside estimates several_optima, lower_without_minimum.
    """
    if at_limit := sum(sample.at_limit for sample in samples):
        return (Reason("correlation_at_limit", {"n_pairs": at_limit}),)
    n_moments = sum(len(sample.statistics) for sample in samples)
    if specification.n_free > n_moments:
        values = {"n_parameters": specification.n_free, "n_moments": n_moments}
        return (Reason("more_parameters_than_moments", values),)
    model = OrdinalModel(started_ordinal(specification, samples), samples, tied=tied)
    squares = least_squares(model, "unweighted" if estimator == "ULSMV" else "diagonal")
    if not all(np.isfinite(weight).all() for weight in squares.weights):
        return (Reason("not_identified"),)
    optimum, reasons = estimate(squares, thorough=thorough)
    if optimum is None or not optimum.converged:
        return (*reasons, Reason("not_converged"))
    metric = squares.slope(optimum.parameters)[1]
    if is_singular(metric):
        return (Reason("not_identified"),)
    found = variation(squares, optimum.parameters)
    df, baseline_found = float(n_moments - specification.n_free), baseline(squares)
    chisq = 2 * squares.n * optimum.value
    robust = covariance_of_estimates(found, squares.n)
    return OrdinalEstimation(
        squares=squares,
        optimum=optimum,
        variation=found,
        covariance=found.bread / squares.n if estimator == "DWLS" else robust,
        df=df,
        test=scaled_and_shifted(chisq, df, found.trace, found.trace_squares),
        baseline_df=baseline_found.df,
        baseline_test=scaled_and_shifted(
            baseline_found.chisq, baseline_found.df, baseline_found.trace, baseline_found.trace_squares
        ),
        latent=latent_fit(squares, optimum.parameters),
        reasons=reasons,
    )


def residual_errors(found: OrdinalEstimation) -> Matrix:
    """Standard errors of the correlation residuals of a single group, in the order of its pairs: of
    (I - Delta bread Delta' V) s with the covariances of the sample's statistics s; NaN where nothing is left over."""
    sample, weight = found.squares.samples[0], found.squares.weights[0]
    jacobian = found.model.jacobians(found.model.moments(found.parameters))[0]
    onto = sample.gamma @ (weight[:, None] * jacobian) @ found.variation.bread
    inner = found.variation.bread @ found.variation.meat @ found.variation.bread
    whole = sample.gamma.diagonal()
    left = whole - 2 * (jacobian * onto).sum(axis=1) + ((jacobian @ inner) * jacobian).sum(axis=1)
    variances = np.where(left > _EXACT * whole, left, math.nan)[len(sample.thresholds) :]
    return np.asarray(np.sqrt(variances / sample.n), dtype=float)


def with_residual_variances(found: OrdinalEstimation) -> Specification:
    """The parameter table with the residual variances that follow from the estimates in the place of fixed values."""
    left = [at.residual_variances for at in found.model.moments(found.parameters)]
    specification = found.model.specification
    elements = (
        dataclasses.replace(e, value=float(left[e.group][e.row])) if e.matrix == "theta" and e.row == e.column else e
        for e in specification.elements
    )
    return dataclasses.replace(specification, elements=tuple(elements))


def srmr(found: OrdinalEstimation) -> float:
    """Root mean square of the correlation residuals over the lower triangle with its diagonal (whose residuals are
    0), the mean of the groups' weighted by their respondents."""
    total, moments = 0.0, found.model.moments(found.parameters)
    for share, sample, at in zip(found.squares.shares, found.squares.samples, moments, strict=True):
        left = (sample.statistics - at.statistics)[len(sample.thresholds) :]
        p = len(at.scales)
        total += share * math.sqrt(float((left**2).sum()) / (p * (p + 1) / 2))
    return total
