"""Scores of three occasions by the shape of the population: normal, skewed, cut at a floor, sums of 5-point items."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm

from efficacy.simulation import QuestionnaireTruth, item_answers, scale_truth, shift_for, stability_for

from .family import FloatArray

FLOOR_SHARE = 0.15
"""Share of the population at the lowest possible score."""
ITEMS, CATEGORIES = 22, 5
_NODES = 80

Occasion = Callable[[np.random.Generator, FloatArray | float], FloatArray]
"""A new occasion of the same children, each shifted by so many survey standard deviations."""


@dataclass(frozen=True, kw_only=True)
class Population:
    """occasion: scores in survey standard deviations around the population's mean, given a shift a child."""

    occasion: Occasion


def population(random: np.random.Generator, *, shape: str, retest_r: float, size: tuple[int, int]) -> Population:
    """Children, studies x children, whose scores of two occasions correlate retest_r.

    shape: "normal"; "skew_0.7" and the like, that skewness of the observed score (true scores shifted gamma); "floor",
    normal scores cut where the lowest FLOOR_SHARE lie; "five_point", means of ITEMS five-point items.
    """
    if shape == "floor":
        return _floored(random, retest_r, size)
    if shape == "five_point":
        return _five_point(random, retest_r, size)
    if shape == "normal":
        true = random.standard_normal(size)
    else:
        skewness = float(shape.removeprefix("skew_")) / retest_r**1.5
        gamma_shape = 4 / skewness**2
        true = (random.gamma(gamma_shape, size=size) - gamma_shape) / math.sqrt(gamma_shape)
    return Population(occasion=_plus_error(true, retest_r))


def _plus_error(true: FloatArray, retest_r: float) -> Occasion:
    def occasion(random: np.random.Generator, shift: FloatArray | float) -> FloatArray:
        return math.sqrt(retest_r) * true + math.sqrt(1 - retest_r) * random.standard_normal(true.shape) + shift

    return occasion


def _floored(random: np.random.Generator, retest_r: float, size: tuple[int, int]) -> Population:
    latent_r, mean, sd, floor = floored_moments(retest_r)
    latent = _plus_error(random.standard_normal(size), latent_r)

    def occasion(generator: np.random.Generator, shift: FloatArray | float) -> FloatArray:
        return (np.maximum(latent(generator, np.asarray(shift) * sd), floor) - mean) / sd

    return Population(occasion=occasion)


@cache
def floored_moments(retest_r: float) -> tuple[float, float, float, float]:
    """Latent correlation that gives the observed one, and mean, standard deviation and floor of the observed score."""
    floor = float(norm.ppf(FLOOR_SHARE))
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    weights = weights / weights.sum()
    mean = floor * FLOOR_SHARE + float(norm.pdf(floor))
    square = floor**2 * FLOOR_SHARE + (1 - FLOOR_SHARE) + floor * float(norm.pdf(floor))
    variance = square - mean**2

    def observed(latent_r: float) -> float:
        error, centre = math.sqrt(1 - latent_r), math.sqrt(latent_r) * nodes
        z = (floor - centre) / error
        expected = floor * norm.cdf(z) + centre * norm.sf(z) + error * norm.pdf(z)
        return float((weights * expected**2).sum() - mean**2) / variance

    latent_r = float(brentq(lambda r: observed(r) - retest_r, 1e-6, 1 - 1e-6))
    return latent_r, mean, math.sqrt(variance), floor


@cache
def questionnaire() -> QuestionnaireTruth:
    """One factor, loadings .6, five symmetric categories."""
    cuts = (-1.5, -0.5, 0.5, 1.5)
    assert len(cuts) == CATEGORIES - 1
    return QuestionnaireTruth(
        loadings=((0.6,),) * ITEMS, factor_correlations=((1.0,),), thresholds=(cuts,) * ITEMS, reverse=(False,) * ITEMS
    )


@cache
def _stability(retest_r: float) -> float:
    return stability_for(questionnaire(), retest_r=retest_r)


@cache
def _factor_shift(effect: float) -> float:
    return shift_for(questionnaire(), effect=effect)


def _five_point(random: np.random.Generator, retest_r: float, size: tuple[int, int]) -> Population:
    truth, moments = questionnaire(), scale_truth(questionnaire())
    stability = _stability(retest_r)
    stable = random.standard_normal(size)

    def occasion(generator: np.random.Generator, shift: FloatArray | float) -> FloatArray:
        fresh = generator.standard_normal(size)
        factors = math.sqrt(stability) * stable + math.sqrt(1 - stability) * fresh
        sizes, which = np.unique(np.broadcast_to(np.asarray(shift, dtype=float), size), return_inverse=True)
        moved = np.array([_factor_shift(float(e)) if e else 0.0 for e in sizes])[which].reshape(size)
        answers = item_answers(generator, (factors + moved).reshape(-1, 1), questionnaire=truth)
        return (answers.mean(axis=1).reshape(size) - moments.mean) / moments.sd

    return Population(occasion=occasion)
