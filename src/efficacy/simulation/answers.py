"""Factor scores on several occasions, and the answers they lead to."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from .truth import BoolArray, CovariateTruth, FloatArray, IntArray, QuestionnaireTruth


def factor_scores(rng: np.random.Generator, *, n: int, factor_correlations: FloatArray) -> FloatArray:
    """Standard normal factor scores with the given correlations, children x factors.

    Formula: Z L' with L the Cholesky factor. R: ``MASS::mvrnorm(n, rep(0, m), factor_correlations)`` (other draws).
    """
    return rng.standard_normal((n, len(factor_correlations))) @ np.linalg.cholesky(factor_correlations).T


def occasion_factors(stable: FloatArray, fresh: FloatArray, *, stability: float) -> FloatArray:
    """Factor scores on one occasion: sqrt(stability) * stable + sqrt(1 - stability) * fresh.

    stable: children x factors, the same on every occasion. fresh: drawn anew for this occasion, same correlations. Two
    occasions then correlate ``stability`` in each factor. Raises ValueError outside 0..1.
    """
    if not 0.0 <= stability <= 1.0:
        raise ValueError(f"stability={stability!r}: from 0 to 1")
    return np.asarray(np.sqrt(stability) * stable + np.sqrt(1.0 - stability) * fresh, dtype=np.float64)


def item_answers(
    rng: np.random.Generator,
    factors: FloatArray,
    *,
    questionnaire: QuestionnaireTruth,
    shift: FloatArray | float = 0.0,
) -> FloatArray:
    """Answers as ticked, children x items: reverse-worded items are *not* recoded.

    factors: children x factors. shift: added to every factor of a child, a number or one per child. The tendency
    lambda (factor + shift) + sqrt(uniqueness) * error is cut at the thresholds; where the wording is reversed c becomes
    minimum + maximum - c.
    """
    moved = factors + np.broadcast_to(np.asarray(shift, dtype=np.float64), (len(factors),))[:, None]
    errors = rng.standard_normal((len(factors), questionnaire.n_items)) * np.sqrt(questionnaire.uniquenesses)
    tendency = moved @ questionnaire.lambda_.T + errors
    scored = questionnaire.minimum + (tendency[:, :, None] > questionnaire.cuts[None, :, :]).sum(axis=2)
    return _turned(scored.astype(np.float64), questionnaire)


def total_scores(
    answers: FloatArray, *, questionnaire: QuestionnaireTruth, minimum_answered: float = 1.0
) -> FloatArray:
    """Mean of a child's answered items after reverse scoring; NaN below the share ``minimum_answered``.

    answers: children x items as ticked, NaN for no answer.
    """
    scored = _turned(answers, questionnaire)
    answered = np.isfinite(scored)
    counts = answered.sum(axis=1)
    means = np.where(answered, scored, 0.0).sum(axis=1) / np.maximum(counts, 1)
    enough = (counts >= minimum_answered * questionnaire.n_items) & (counts > 0)
    return np.where(enough, means, np.nan)


def skip_answers(rng: np.random.Generator, answers: FloatArray, *, rate: float, spread: float = 0.0) -> FloatArray:
    """The answers with some left out at random, NaN.

    rate: expected share. spread: 0, each answer alike; towards 1, a few children skip much (beta-binomial intraclass
    correlation). What is skipped does not depend on the answer (missing completely at random).
    """
    chances = shares(rng, n=len(answers), rate=rate, spread=spread)
    skipped = rng.random(answers.shape) < chances[:, None]
    return np.where(skipped, np.nan, answers)


def covariate(rng: np.random.Generator, trait: FloatArray, *, truth: CovariateTruth) -> IntArray:
    """Categories 0, 1, ... of one characteristic.

    trait: standard normal, one per child. Formula: tendency = correlation * trait + sqrt(1 - correlation^2) * normal,
    cut at the normal quantiles of the cumulated proportions. Raises ValueError where the proportions do not add to 1.
    """
    if abs(sum(truth.proportions) - 1.0) > 1e-9 or min(truth.proportions) <= 0:
        raise ValueError("proportions: all above 0, adding to 1")
    noise = rng.standard_normal(len(trait))
    tendency = truth.correlation * trait + np.sqrt(1.0 - truth.correlation**2) * noise
    cuts = ndtri(np.cumsum(truth.proportions)[:-1])
    return np.asarray(np.searchsorted(cuts, tendency), dtype=np.int64)


def shares(rng: np.random.Generator, *, n: int, rate: float, spread: float) -> FloatArray:
    """One chance per child with mean ``rate``: Beta(rate m, (1 - rate) m), m = (1 - spread) / spread; equal for 0."""
    if not 0.0 <= rate <= 1.0:
        raise ValueError(f"rate={rate!r}: from 0 to 1")
    if not 0.0 <= spread < 1.0:
        raise ValueError(f"spread={spread!r}: from 0 to below 1")
    if spread == 0.0 or rate in (0.0, 1.0):
        return np.full(n, rate)
    size = (1.0 - spread) / spread
    return rng.beta(rate * size, (1.0 - rate) * size, n)


def lowest(scores: FloatArray, *, k: int) -> BoolArray:
    """True for the k children with the lowest scores; earlier rows first in ties, NaN never chosen.

    Raises ValueError where fewer than k children have a score.
    """
    if k > np.isfinite(scores).sum():
        raise ValueError(f"k={k!r}: at most {int(np.isfinite(scores).sum())}, the children with a score")
    chosen = np.zeros(len(scores), dtype=np.bool_)
    chosen[np.argsort(scores, kind="stable")[:k]] = True
    return chosen


def _turned(answers: FloatArray, questionnaire: QuestionnaireTruth) -> FloatArray:
    """Reverse-worded items turned round; twice is identity."""
    return np.where(np.array(questionnaire.reverse), questionnaire.minimum + questionnaire.maximum - answers, answers)
