"""What a questionnaire's truth implies for its scores, computed exactly: nothing here is random."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr

from .truth import FloatArray, QuestionnaireTruth

_NODES = 48  # Gauss-Legendre nodes; the integrand is smooth, so this is exact to about 1e-14


@dataclass(frozen=True, kw_only=True)
class ScaleTruth:
    """True values of an item-mean score. alpha: Cronbach's alpha in the population. retest_r: without a programme."""

    mean: float
    sd: float
    alpha: float
    retest_r: float


def item_means(questionnaire: QuestionnaireTruth, *, shift: float = 0.0) -> FloatArray:
    """Expected answer to each item after reverse scoring, in categories.

    shift: of every factor, in factor standard deviations. Formula: minimum + sum over c of
    Phi(shift * sum_f lambda_if - tau_ic). Returns one value per item. Reference: Samejima (1969), normal-ogive form.
    R: ``1 + rowSums(pnorm(shift * rowSums(lambda) - tau))``.
    """
    tendency = shift * questionnaire.lambda_.sum(axis=1, keepdims=True)
    above = ndtr(tendency - questionnaire.cuts).sum(axis=1)
    return np.asarray(questionnaire.minimum + above, dtype=np.float64)


def item_covariances(questionnaire: QuestionnaireTruth, *, stability: float | None = None) -> FloatArray:
    """Covariances of the items after reverse scoring, items x items.

    stability: None for one occasion; else the covariances of the items with themselves on another occasion whose
    factors correlate so much. Formula (Plackett 1954, doi:10.1093/biomet/41.3-4.351), with r the correlation of two
    tendencies: sum over a, b of the integral from 0 to r of the bivariate normal density at (tau_ia, tau_jb).
    R: ``mvtnorm::pmvnorm`` over every pair of categories.
    """
    lambda_, cuts = questionnaire.lambda_, questionnaire.cuts
    common = lambda_ @ questionnaire.phi @ lambda_.T
    correlations = common if stability is None else stability * common
    covariances = _cut_covariances(np.clip(correlations, -1.0, 1.0), cuts)
    if stability is None:
        np.fill_diagonal(covariances, _variances(cuts))
    return covariances


def scale_truth(
    questionnaire: QuestionnaireTruth, *, stability: float = 1.0, items: Sequence[int] | None = None
) -> ScaleTruth:
    """Mean, standard deviation, alpha and retest correlation of the mean of some items in the population.

    stability: correlation of a factor with itself on another occasion. items: positions from 0; None: all. alpha =
    k/(k - 1) (1 - trace/sum) of the item covariances; retest_r = sum of the covariances across occasions / sum of the
    covariances within one. R: ``psych::alpha`` on the covariance matrix.
    """
    chosen = np.arange(questionnaire.n_items) if items is None else np.asarray(items)
    within = item_covariances(questionnaire)[np.ix_(chosen, chosen)]
    across = item_covariances(questionnaire, stability=stability)[np.ix_(chosen, chosen)]
    k = len(chosen)
    return ScaleTruth(
        mean=float(item_means(questionnaire)[chosen].mean()),
        sd=float(np.sqrt(within.sum()) / k),
        alpha=float(k / (k - 1) * (1 - np.trace(within) / within.sum())),
        retest_r=float(across.sum() / within.sum()),
    )


def stability_for(questionnaire: QuestionnaireTruth, *, retest_r: float) -> float:
    """The correlation of the factors across occasions that gives the total this retest correlation.

    Raises ValueError where no stability up to 1 can give it: measurement error alone keeps it lower.
    """
    highest = scale_truth(questionnaire, stability=1.0).retest_r
    if not 0.0 <= retest_r <= highest:
        raise ValueError(f"retest_r={retest_r!r}: from 0 to {highest:.3f} for this questionnaire")
    return float(brentq(lambda s: scale_truth(questionnaire, stability=s).retest_r - retest_r, 0.0, 1.0, xtol=1e-12))


def shift_for(questionnaire: QuestionnaireTruth, *, effect: float) -> float:
    """The shift of every factor that moves the mean total by ``effect`` standard deviations of the total.

    effect: between about -3 and 3. Exact for a whole population shifted alike; in a group chosen for low scores the
    same shift moves the total a little less or more, as the categories near the floor are wider or narrower there.
    Raises ValueError where the answer categories end before the effect is reached.
    """
    truth = scale_truth(questionnaire)
    target = truth.mean + effect * truth.sd
    if not questionnaire.minimum < target < questionnaire.maximum:
        raise ValueError(f"effect={effect!r}: the mean would leave {questionnaire.minimum}..{questionnaire.maximum}")
    return float(brentq(lambda s: item_means(questionnaire, shift=s).mean() - target, -40.0, 40.0, xtol=1e-12))


def _variances(cuts: FloatArray) -> FloatArray:
    """Variance of each cut item, by its category probabilities."""
    above = ndtr(-cuts)
    edges = np.hstack([np.ones((len(cuts), 1)), above, np.zeros((len(cuts), 1))])
    probabilities = edges[:, :-1] - edges[:, 1:]
    values = np.arange(probabilities.shape[1])
    means = probabilities @ values
    return np.asarray(probabilities @ values**2 - means**2, dtype=np.float64)


def _cut_covariances(correlations: FloatArray, cuts: FloatArray) -> FloatArray:
    """Plackett's integral with rho = sin(angle), which takes the square root out of the density."""
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    half = np.arcsin(correlations) / 2
    squares = cuts**2
    total = np.zeros_like(correlations)
    for node, weight in zip(nodes, weights, strict=True):
        angle = half * (1 + node)
        sine, cosine = np.sin(angle)[:, :, None, None], np.cos(angle)[:, :, None, None]
        distance = squares[:, None, :, None] + squares[None, :, None, :]
        distance = distance - 2 * sine * cuts[:, None, :, None] * cuts[None, :, None, :]
        density = np.exp(-distance / (2 * np.maximum(cosine, 1e-9) ** 2))
        total += weight * half * density.sum(axis=(2, 3))
    return total / (2 * np.pi)
