"""What is true in a simulated study, as plain immutable values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

_SYMMETRY = 1e-12


@dataclass(frozen=True, kw_only=True)
class QuestionnaireTruth:
    """A questionnaire whose items are cut from correlated normal factors.

    loadings: items x factors, of the standardised answer tendencies (unit variance). factor_correlations: factors x
    factors. thresholds: items x (categories - 1), increasing, where a tendency is cut into categories. reverse: one
    truth value per item, True where the wording is reversed, so that a high tendency is answered low. minimum: lowest
    category. Raises ValueError where these do not fit together.
    """

    loadings: tuple[tuple[float, ...], ...]
    factor_correlations: tuple[tuple[float, ...], ...]
    thresholds: tuple[tuple[float, ...], ...]
    reverse: tuple[bool, ...]
    minimum: int = 1

    def __post_init__(self) -> None:
        items = len(self.loadings)
        for name in ("thresholds", "reverse"):
            if len(getattr(self, name)) != items:
                raise ValueError(f"{name}: {items} entries, one an item, as in loadings")
        if len({len(row) for row in self.thresholds}) != 1 or any(list(r) != sorted(set(r)) for r in self.thresholds):
            raise ValueError("thresholds: the same number for every item, each row increasing")
        phi = self.phi
        if phi.shape != (self.lambda_.shape[1],) * 2 or not np.allclose(phi, phi.T, atol=_SYMMETRY):
            raise ValueError("factor_correlations: symmetric, factors x factors")
        if not np.allclose(np.diag(phi), 1.0, atol=_SYMMETRY) or np.linalg.eigvalsh(phi)[0] <= 0:
            raise ValueError("factor_correlations: unit diagonal and positive definite")
        if (self.uniquenesses <= 0).any():
            raise ValueError("loadings: every communality below 1")

    @property
    def n_items(self) -> int:
        """Number of items."""
        return len(self.loadings)

    @property
    def maximum(self) -> int:
        """Highest category."""
        return self.minimum + len(self.thresholds[0])

    @property
    def lambda_(self) -> FloatArray:
        """Loadings as an array, items x factors."""
        return np.array(self.loadings, dtype=np.float64)

    @property
    def phi(self) -> FloatArray:
        """Factor correlations as an array."""
        return np.array(self.factor_correlations, dtype=np.float64)

    @property
    def cuts(self) -> FloatArray:
        """Thresholds as an array, items x (categories - 1)."""
        return np.array(self.thresholds, dtype=np.float64)

    @property
    def uniquenesses(self) -> FloatArray:
        """1 - communality of each item's tendency."""
        return np.asarray(1.0 - np.einsum("if,fg,ig->i", self.lambda_, self.phi, self.lambda_), dtype=np.float64)


@dataclass(frozen=True, kw_only=True)
class OccasionTruth:
    """One measurement occasion.

    wave: its name. effect: mean programme effect on the treated, in standard deviations of the surveyed children's
    total at the pretest. drift: change of everybody, in the same unit. lowest: only the so many children who were
    lowest on the pretest are measured; None: everybody.
    """

    wave: str
    effect: float = 0.0
    drift: float = 0.0
    lowest: int | None = None


@dataclass(frozen=True, kw_only=True)
class CovariateTruth:
    """A characteristic of each child, cut from a normal tendency.

    name: of the column and of its random stream. proportions: expected share of each category, adding to 1; categories
    are 0, 1, ... in order of the tendency. correlation: of the tendency with the stable trait (0: unrelated).
    """

    name: str
    proportions: tuple[float, ...]
    correlation: float = 0.0


@dataclass(frozen=True, kw_only=True)
class AttendanceTruth:
    """Who came to which session.

    n_sessions: planned. rate: expected share attended. spread: 0, every child alike, up to below 1, every child either
    always or never there (intraclass correlation of the beta-binomial). dose_share: share of the effect that is
    proportional to the sessions attended; the mean effect on the treated stays as declared. satisfaction: expected
    shares of the marks 1, 2, ... given after an attended session.
    """

    n_sessions: int
    rate: float
    spread: float = 0.0
    dose_share: float = 0.0
    satisfaction: tuple[float, ...] = (0.02, 0.06, 0.22, 0.40, 0.30)


@dataclass(frozen=True, kw_only=True)
class CausesTruth:
    """Coded interviews. n_children: interviewed, the lowest on the pretest first. rates: share of children for whom a
    level is truly a cause, by level. sensitivity, specificity: of each rater."""

    n_children: int
    rates: tuple[tuple[str, float], ...]
    raters: tuple[str, ...]
    sensitivity: float = 0.9
    specificity: float = 0.95


@dataclass(frozen=True, kw_only=True)
class SiteTruth:
    """A whole simulated study: n children surveyed, the group_size lowest of them chosen, measured on the occasions.

    retest_r: correlation of the observed total with itself on any other occasion if nothing happens. missing_rate:
    expected share of unanswered items on every occasion; missing_spread as in AttendanceTruth. minimum_answered: share
    of items needed for a score at the selection. n_dropouts: children, treated or not, who are missing from the first
    occasion with everybody after the pretest on.
    """

    name: str
    seed: int
    n: int
    group_size: int
    questionnaire: QuestionnaireTruth
    retest_r: float
    occasions: tuple[OccasionTruth, ...]
    covariates: tuple[CovariateTruth, ...] = ()
    attendance: AttendanceTruth | None = None
    causes: CausesTruth | None = None
    missing_rate: float = 0.0
    missing_spread: float = 0.0
    minimum_answered: float = 1.0
    n_dropouts: int = 0
