"""Omega hierarchical: how much of a sum score's variance a general factor over group factors accounts for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import get_args

import numpy as np
import pandas as pd

from ..results import Reason, Result
from .efa import FactorSolution, fit_efa
from .inputs import Matrix, check_choice
from .omega import (
    NegativeLoadings,
    check_options,
    coefficient_rows,
    conclusion,
    negative_reason,
    reliability_reasons,
    unsolved_reason,
)
from .omega_bootstrap import LogInterval, log_interval, omegas, resampled_hierarchical
from .schmid_leiman import SchmidLeiman, schmid_leiman


@dataclass(frozen=True, kw_only=True, eq=False)
class OmegaHierarchical(Result):
    """Omega hierarchical, omega total and their kin, of the standardised sum score.

    estimate, conf_low, conf_high: omega hierarchical. omega_total: with its interval in tidy(). omega_limit:
    hierarchical over total, what omega hierarchical would be of infinitely many such items.
    explained_common_variance: share of the general factor in the common variance. loadings: item, general, the group
    factors F1, F2, ..., communality, uniqueness. groups: one row a group factor with the items that load it most:
    factor, n_items, omega_total, omega_general, omega_group (of their sum). flipped: items reversed because of a
    negative general loading. n_resamples: drawn; n_resamples_used: with a solution.
    """

    estimate: float
    conf_low: float
    conf_high: float
    omega_total: float
    omega_limit: float
    explained_common_variance: float
    n_items: int
    n_factors: int
    negative_loadings: str
    flipped: tuple[str, ...]
    n_resamples: int
    n_resamples_used: int
    seed: int
    loadings: pd.DataFrame
    groups: pd.DataFrame
    coefficients: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """Rows omega_hierarchical, omega_total, omega_limit, explained_common_variance: term, estimate, std_error,
        conf_low, conf_high, monte_carlo_error_low, monte_carlo_error_high (NaN for the last two terms), n."""
        return self.coefficients.copy()


def omega_hierarchical(
    items: pd.DataFrame,
    *,
    n_factors: int,
    negative_loadings: NegativeLoadings = "keep",
    conf_level: float = 0.95,
    n_resamples: int = 1000,
    seed: int = 1,
) -> OmegaHierarchical:
    """Omega hierarchical and omega total of one scale: minres, oblimin, Schmid-Leiman.

    items: respondents x items of one scale, reverse-scored, NaN missing; complete rows, correlation matrix R with sum
    V. With general loadings g and communalities h^2, omega_hierarchical = (sum g)^2 / V and omega_total = 1 -
    sum(1 - h^2) / V; schmid_leiman defines g (two factors: equal by convention, flagged). negative_loadings: "keep",
    as the sum score has them; "flip", items with negative g are reversed before anything is summed, which is what
    psych::omega does and makes a scale with unreversed items look reliable. Interval: as mcdonald_omega, for both. Not
    computable: as fit_efa. Flagged: heywood_case, several_optima, negative_general_loadings or items_flipped,
    general_factor_by_convention, no_group_factors (n_factors = 1), resamples_without_solution. Raises ValueError for
    a wrong call. Reference: Zinbarg, Revelle, Yovel & Li (2005), doi:10.1007/s11336-003-0974-7; Reise (2012),
    doi:10.1080/00273171.2012.715555 (explained common variance). R: psych::omega(R, nfactors, fm = "minres", rotate =
    "oblimin", n.obs = n, option = "equal", flip = FALSE | TRUE).
    """
    check_options(conf_level, n_resamples, seed)
    check_choice(negative_loadings, "negative_loadings", get_args(NegativeLoadings))
    solution = fit_efa(items, n_factors=n_factors, extraction="minres", rotation="oblimin")
    flip = negative_loadings == "flip"
    parts = _transformed(solution)
    negative = tuple(solution.loadings.index[parts.general[0] < 0])
    replicates, reasons = np.empty((0, 2)), solution.reasons
    if solution.status != "not_computable":
        complete, uniquenesses = items.dropna().to_numpy(dtype=float), solution.uniquenesses.to_numpy()
        options = {"n_factors": n_factors, "n_resamples": n_resamples, "seed": seed}
        replicates = resampled_hierarchical(complete, uniquenesses, flip=flip, **options)
        reasons = (
            *reliability_reasons(solution),
            *_conventions(n_factors),
            *negative_reason(negative, negative_loadings),
            *unsolved_reason(len(replicates), n_resamples),
        )
    terms = _terms(solution, parts, replicates, flip, conf_level)
    hierarchical, interval = terms["omega_hierarchical"]
    return OmegaHierarchical(
        n_used=solution.n_used,
        n_dropped=solution.n_dropped,
        method="Omega, minres, oblimin, Schmid-Leiman, bootstrap interval on log(1 - omega), listwise",
        conf_level=conf_level,
        status=conclusion(solution, reasons),
        reasons=reasons,
        estimate=hierarchical,
        conf_low=interval.conf_low,
        conf_high=interval.conf_high,
        omega_total=terms["omega_total"][0],
        omega_limit=terms["omega_limit"][0],
        explained_common_variance=terms["explained_common_variance"][0],
        n_items=solution.n_items,
        n_factors=n_factors,
        negative_loadings=negative_loadings,
        flipped=negative if flip else (),
        n_resamples=n_resamples,
        n_resamples_used=len(replicates),
        seed=seed,
        loadings=_loadings(solution, parts),
        groups=_groups(solution, parts, flip),
        coefficients=coefficient_rows(terms, solution.n_used),
    )


def _transformed(solution: FactorSolution) -> SchmidLeiman:
    if solution.status == "not_computable":
        n_items, n_factors = solution.loadings.shape
        shapes = ((1, n_items), (1, n_items, n_factors), (1, n_factors))
        return SchmidLeiman(*(np.full(shape, math.nan) for shape in shapes))
    return schmid_leiman(solution.loadings.to_numpy()[None], solution.factor_correlations.to_numpy()[None])


def _conventions(n_factors: int) -> tuple[Reason, ...]:
    keys = {1: "no_group_factors", 2: "general_factor_by_convention"}
    return (Reason(keys[n_factors]),) if n_factors in keys else ()


def _terms(
    solution: FactorSolution, parts: SchmidLeiman, replicates: Matrix, flip: bool, conf_level: float
) -> dict[str, tuple[float, LogInterval]]:
    correlations, communalities = solution.correlations.to_numpy(), solution.communalities.to_numpy()
    hierarchical, total = omegas(correlations[None], parts.general, communalities[None], flip=flip)[0].tolist()
    general, groups = float((parts.general**2).sum()), float((parts.groups**2).sum())
    n = solution.n_used
    return {
        "omega_hierarchical": (hierarchical, log_interval(hierarchical, replicates[:, 0], n=n, conf_level=conf_level)),
        "omega_total": (total, log_interval(total, replicates[:, 1], n=n, conf_level=conf_level)),
        "omega_limit": (hierarchical / total, LogInterval()),
        "explained_common_variance": (general / (general + groups), LogInterval()),
    }


def _loadings(solution: FactorSolution, parts: SchmidLeiman) -> pd.DataFrame:
    groups = dict(zip(solution.loadings.columns, parts.groups[0].T, strict=True))
    return pd.DataFrame(
        {
            "item": list(solution.loadings.index),
            "general": parts.general[0],
            **groups,
            "communality": solution.communalities.to_numpy(),
            "uniqueness": solution.uniquenesses.to_numpy(),
        }
    )


def _groups(solution: FactorSolution, parts: SchmidLeiman, flip: bool) -> pd.DataFrame:
    """Omegas of the sums of the items that load each group factor most."""
    general, groups = parts.general[0], parts.groups[0]
    signs = np.where(general < 0, -1.0, 1.0) if flip else np.ones_like(general)
    correlations = solution.correlations.to_numpy()
    rows = []
    for number, factor in enumerate(solution.loadings.columns):
        own = np.abs(groups).argmax(axis=1) == number
        total = signs[own] @ correlations[np.ix_(own, own)] @ signs[own] if own.any() else math.nan
        by_general = (signs * general)[own].sum() ** 2 / total
        by_group = (signs * groups[:, number])[own].sum() ** 2 / total
        rows.append(
            {
                "factor": factor,
                "n_items": int(own.sum()),
                "omega_total": by_general + by_group,
                "omega_general": by_general,
                "omega_group": by_group,
            }
        )
    return pd.DataFrame(rows)
