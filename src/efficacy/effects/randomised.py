"""Arms drawn at random: ANCOVA against the comparison arm, and a permutation test over the draw itself."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..results import Reason, Result
from ..streams import stream
from .groups import holm
from .inputs import categories, check_probability, complete_rows, numbers
from .linear import ESTIMATE_COLUMNS, LinearFit, fit_hc3

CELLS = 2_000_000
"""Numbers held in memory at once by the permutations."""


COLUMNS = (
    *ESTIMATE_COLUMNS,
    *("level", "n", "p_value_adjusted", "p_value_permutation", "permutation_std_error"),
    *("p_value_permutation_adjusted", "standardized"),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class RandomisedAncova(Result):
    """Each treated arm against the comparison arm, given the baseline.

    comparison: the first level of arm. slope: of the outcome on the baseline. sd_outcome: pooled within the arms.
    n_permutations: random draws behind p_value_permutation, besides the real one.
    """

    comparison: str
    n_comparison: int
    n_arms: int
    n_permutations: int
    seed: int
    slope: float = math.nan
    slope_std_error: float = math.nan
    r_squared: float = math.nan
    sd_outcome: float = math.nan
    contrasts: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """One row a treated arm: term ``arm[level]``, level, n (its children), estimate, std_error, statistic, df,
        p_value, conf_low, conf_high, p_value_adjusted (Holm over arms), p_value_permutation with
        permutation_std_error, p_value_permutation_adjusted, standardized (estimate / sd_outcome)."""
        return self.contrasts.copy()


def randomised_ancova(
    outcome: pd.Series,
    baseline: pd.Series,
    arm: pd.Series,
    *,
    conf_level: float = 0.95,
    seed: int,
    n_permutations: int = 9_999,
) -> RandomisedAncova:
    """Compare randomised arms on an outcome, given a baseline that may be another test.

    outcome, baseline: one score a child. arm: categorical, the first level is the comparison; all aligned by index.
    outcome = a + b baseline + sum of arm effects, HC3, t on N - 1 - number of arms. Permutation: the labels of one arm
    and the comparison are drawn again with their sizes kept (other arms stay), statistic |t| with HC3,
    p = (1 + reached)/(1 + n_permutations), standard error sqrt(p(1 - p)/n_permutations). Right where every division of
    the children was equally likely; a draw within blocks needs the blocks. Returns RandomisedAncova; fewer than two
    arms, an arm with one child, or no spread: not computable. Raises ValueError for an arm that is not categorical.
    MacKinnon & White (1985), doi:10.1016/0304-4076(85)90158-7; Lin (2013), doi:10.1214/12-AOAS583; Wu & Ding (2021),
    doi:10.1080/01621459.2020.1750415. R: ``lmtest::coeftest(lm(outcome ~ baseline + arm), sandwich::vcovHC)``.
    """
    check_probability(conf_level, "conf_level")
    if not isinstance(arm.dtype, pd.CategoricalDtype):
        raise ValueError(f"arm: categorical with the comparison arm first, found dtype {arm.dtype}")
    if n_permutations < 1:
        raise ValueError(f"n_permutations={n_permutations!r}: at least 1")
    complete, n_dropped = complete_rows(
        outcome=numbers(outcome, "outcome"), baseline=numbers(baseline, "baseline"), arm=categories(arm, "arm")
    )
    levels = _levels_present(complete["arm"])
    n_comparison = int((complete["arm"] == arm.cat.categories[0]).sum())
    empty = RandomisedAncova(
        n_used=len(complete),
        n_dropped=n_dropped,
        method="randomised_ancova_hc3",
        conf_level=conf_level,
        comparison=str(arm.cat.categories[0]),
        n_comparison=n_comparison,
        n_arms=len(levels) + (n_comparison > 0),
        n_permutations=n_permutations,
        seed=seed,
        contrasts=pd.DataFrame({"term": list(levels), "level": list(levels.values())}).reindex(columns=list(COLUMNS)),
    )
    design = _design(complete, levels)
    fit: LinearFit | Reason = Reason("fewer_than_two_levels", {"n_levels": empty.n_arms})
    if levels and n_comparison:
        fit = fit_hc3(complete["outcome"], design)
    if isinstance(fit, Reason):
        return dataclasses.replace(empty, status="not_computable", reasons=(fit,))
    return _fitted(empty, fit, complete, design, levels)


def _fitted(
    empty: RandomisedAncova, fit: LinearFit, complete: pd.DataFrame, design: pd.DataFrame, levels: dict[str, str]
) -> RandomisedAncova:
    """Every arm with its robust test, its permutation test, and Holm's correction of both over the arms."""
    sd_outcome = _pooled_sd(complete)
    rows = [
        {
            **fit.row(term, empty.conf_level or math.nan),
            **_permutation(complete["outcome"], design, term, list(levels), empty.n_permutations, empty.seed),
            "level": level,
            "n": int(design[term].sum()),
            "standardized": float(fit.coefficients[term]) / sd_outcome,
        }
        for term, level in levels.items()
    ]
    table = pd.DataFrame(rows)
    adjusted = {f"{column}_adjusted": holm(table[column]) for column in ("p_value", "p_value_permutation")}
    return dataclasses.replace(
        empty,
        slope=float(fit.coefficients["baseline"]),
        slope_std_error=fit.std_error("baseline"),
        r_squared=fit.r_squared,
        sd_outcome=sd_outcome,
        contrasts=table.assign(**adjusted)[list(COLUMNS)],
    )


def _levels_present(arm: pd.Series) -> dict[str, str]:
    """Term and name of every treated arm that has children, in declared order."""
    return {f"arm[{level}]": str(level) for level in arm.cat.categories[1:] if (arm == level).any()}


def _design(complete: pd.DataFrame, levels: dict[str, str]) -> pd.DataFrame:
    names = complete["arm"].astype(str)
    dummies = {term: (names == level).astype(float) for term, level in levels.items()}
    return pd.DataFrame({"intercept": 1.0, "baseline": complete["baseline"], **dummies}, index=complete.index)


def _pooled_sd(complete: pd.DataFrame) -> float:
    """Standard deviation of the outcome pooled within the arms."""
    by_arm = complete.groupby("arm", observed=True)["outcome"]
    deviations = complete["outcome"] - by_arm.transform("mean")
    return math.sqrt(float((deviations**2).sum()) / (len(complete) - by_arm.ngroups))


def _permutation(
    outcome: pd.Series, design: pd.DataFrame, name: str, arms: list[str], n_permutations: int, seed: int
) -> dict[str, float]:
    """p of one arm against the comparison over redrawn labels of these two, other arms held."""
    label = design[name].to_numpy()
    movable = (design[arms].sum(axis=1) - design[name] == 0).to_numpy()
    basis, _ = np.linalg.qr(design.drop(columns=name).to_numpy())
    y = outcome.to_numpy(dtype=float)
    residual = y - basis @ (basis.T @ y)
    observed = _robust_t(label[None, :], basis, residual)[0]
    random = stream(seed, f"permutation:{name}")
    reached, block = 0, max(1, CELLS // len(y))
    for start in range(0, n_permutations, block):
        labels = np.tile(label, (min(block, n_permutations - start), 1))
        labels[:, movable] = random.permuted(labels[:, movable], axis=1)
        reached += int((np.abs(_robust_t(labels, basis, residual)) >= abs(observed) - 1e-9).sum())
    p_value = (1 + reached) / (1 + n_permutations)
    return {
        "p_value_permutation": p_value,
        "permutation_std_error": math.sqrt(p_value * (1 - p_value) / n_permutations),
    }


def _robust_t(labels: np.ndarray, basis: np.ndarray, residual: np.ndarray) -> np.ndarray:
    """HC3 t of a 0/1 column added to a regression, for many columns at once (Frisch-Waugh-Lovell).

    labels: draws x children. basis: orthonormal columns of the other regressors. residual: outcome given those.
    """
    own = labels - (labels @ basis) @ basis.T
    squared = own**2
    length = np.maximum(squared.sum(axis=1), 1e-12)
    estimate = own @ residual / length
    leverage = (basis**2).sum(axis=1) + squared / length[:, None]
    errors = residual - estimate[:, None] * own
    scaled = errors / np.maximum(1 - leverage, 1e-12)
    spread = np.sqrt((squared * scaled**2).sum(axis=1))
    result: np.ndarray = estimate * length / np.maximum(spread, np.finfo(float).tiny)
    return result
