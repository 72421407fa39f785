"""Exploratory factor analysis: loadings, communalities, factor correlations and fit of a common-factor model."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, get_args

import numpy as np
import pandas as pd

from ..results import Reason, Result
from .extraction import SAME_OPTIMUM, Extraction, extract
from .factor_fit import FactorFit, factor_fit, n_free
from .inputs import CorrelationMethod, Matrix, check_choice, check_count, correlations_of, numbers
from .rotation import Rotation, arranged, rotate

_MINIMUM_ITEMS = 3
_NO_VARIANCE = 1e-6  # singular value below which the last factor is nothing that could be rotated


@dataclass(frozen=True, kw_only=True, eq=False)
class FactorSolution(Result):
    """A rotated factor solution.

    loadings: pattern, items x factors F1, F2, ... by falling variance, each with a positive sum. structure:
    correlations of items with factors, same shape. factor_correlations: factors x factors. communalities,
    uniquenesses (1 - communality): by item. variance: factor, ss_loadings, share (of all items' variance),
    cumulative. chisq, df, p_value, rmsea (90 % interval rmsea_low, rmsea_high), tli, bic, objective (maximum
    likelihood discrepancy), rms (root mean square of the residual correlations): fit. heywood: some uniqueness is at
    its limit or below. converged: the iterations ended at a minimum.
    """

    loadings: pd.DataFrame
    structure: pd.DataFrame
    factor_correlations: pd.DataFrame
    communalities: pd.Series
    uniquenesses: pd.Series
    variance: pd.DataFrame
    correlations: pd.DataFrame
    means: pd.Series
    deviations: pd.Series
    n_items: int
    n_factors: int
    extraction: str
    rotation: str
    correlation: str
    chisq: float
    df: float
    p_value: float
    rmsea: float
    rmsea_low: float
    rmsea_high: float
    tli: float
    bic: float
    objective: float
    rms: float
    heywood: bool
    converged: bool

    def tidy(self) -> pd.DataFrame:
        """One row an item and factor: item, factor, loading, communality, uniqueness."""
        long = self.loadings.rename_axis("item").reset_index().melt("item", var_name="factor", value_name="loading")
        return long.assign(
            communality=self.communalities.loc[long["item"]].to_numpy(),
            uniqueness=self.uniquenesses.loc[long["item"]].to_numpy(),
        )


def fit_efa(
    items: pd.DataFrame,
    *,
    n_factors: int,
    extraction: Extraction = "minres",
    rotation: Rotation = "oblimin",
    correlation: CorrelationMethod = "pearson",
) -> FactorSolution:
    """Exploratory factor analysis of complete rows.

    items: respondents x p items, NaN missing. extraction and rotation: as efficacy.psychometrics.extraction.extract
    and .rotation.rotate define them; fit as .factor_fit.factor_fit. Not computable: too_few_items (below 3),
    empty_items, fewer_rows_than_items, zero_variance, singular_correlations, too_many_factors (more parameters than
    correlations), not_converged, factor_without_variance. Flagged: heywood_case, several_optima (another start than
    the customary one gave a better solution, which is the one reported), no_degrees_of_freedom, fit_not_computable
    (the reproduced correlations are not positive definite, or the observed ones were not). With polychoric
    correlations also too_many_categories (not computable), correlation_at_limit and correlations_smoothed (flagged),
    and chisq, p_value, rmsea, tli and bic are no test, as little as psych's: normal theory does not hold for them.
    Raises ValueError for a wrong call. R: psych::fa(R, n_factors, n.obs = n, fm = "minres" | "ml" | "pa", rotate =
    "oblimin" | "promax" | "varimax" | "none", max.iter = 1000, min.err = 1e-9).
    """
    check_count(n_factors, "n_factors")
    check_choice(extraction, "extraction", get_args(Extraction))
    check_choice(rotation, "rotation", get_args(Rotation))
    check_choice(correlation, "correlation", get_args(CorrelationMethod))
    frame = numbers(items)
    names = list(frame.columns)
    matrix, counts, reasons = correlations_of(frame, method=correlation, minimum_items=_MINIMUM_ITEMS)
    if matrix is not None and (too_many := too_many_factors(n_factors, len(names))):
        matrix, reasons = None, too_many
    if matrix is None:
        solved = _nothing(len(names), n_factors, reasons)
    else:
        solved = _with_cautions(_solve(matrix, names, counts["n_used"], n_factors, extraction, rotation), reasons)
    return FactorSolution(
        **counts,
        **_tables(solved.pattern, solved.phi, names),
        **_metric(frame, matrix),
        **solved.fit.values(),
        method=f"Exploratory factor analysis, {extraction}, {rotation}, {correlation} correlations, listwise",
        status="not_computable" if not solved.converged else "flagged" if solved.reasons else "ok",
        reasons=solved.reasons,
        n_items=len(names),
        n_factors=int(n_factors),
        extraction=extraction,
        rotation=rotation,
        correlation=correlation,
        heywood=solved.heywood,
        converged=solved.converged,
    )


def tucker_congruence(a: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
    """Tucker's congruence of every factor of one solution with every factor of another.

    a, b: loadings, items x factors; rows are aligned by item and must name the same items. Returns factors of a x
    factors of b: sum x y / sqrt(sum x^2 sum y^2), NaN for a factor without loadings. Raises ValueError for different
    items. Reference: Lorenzo-Seva & ten Berge (2006), doi:10.1027/1614-2241.2.2.57. R: psych::factor.congruence(a, b).
    """
    one, two = numbers(a, "a"), numbers(b, "b")
    if not one.index.is_unique or set(one.index) != set(two.index) or len(one) != len(two):
        raise ValueError("a, b: loadings of the same items expected")
    x, y = one.to_numpy(), two.loc[one.index].to_numpy()
    lengths = np.sqrt(np.outer((x**2).sum(axis=0), (y**2).sum(axis=0)))
    congruence = np.divide(x.T @ y, lengths, out=np.full_like(lengths, math.nan), where=lengths > 0)
    return pd.DataFrame(congruence, index=one.columns, columns=two.columns)


@dataclass(frozen=True, kw_only=True)
class _Solved:
    """What extraction and rotation gave; NaN, and not converged, where they gave nothing."""

    pattern: Matrix
    phi: Matrix
    fit: FactorFit
    heywood: bool
    converged: bool
    reasons: tuple[Reason, ...]


def _nothing(n_items: int, n_factors: int, reasons: tuple[Reason, ...], *, heywood: bool = False) -> _Solved:
    return _Solved(
        pattern=np.full((n_items, n_factors), math.nan),
        phi=np.full((n_factors, n_factors), math.nan),
        fit=FactorFit(),
        heywood=heywood,
        converged=False,
        reasons=reasons,
    )


def _solve(
    correlations: Matrix, names: list[str], n: int, n_factors: int, extraction: Extraction, rotation: Rotation
) -> _Solved:
    extracted = extract(correlations, n_factors, extraction)
    reasons = []
    if extracted.improper:
        reasons.append(Reason("heywood_case", {"items": tuple(names[i] for i in extracted.improper)}))
    if not extracted.converged:
        reasons.append(Reason("not_converged"))
        return _nothing(len(names), n_factors, tuple(reasons), heywood=bool(extracted.improper))
    if np.linalg.svd(extracted.loadings, compute_uv=False)[-1] < _NO_VARIANCE:
        return _nothing(len(names), n_factors, (Reason("factor_without_variance", {"n_factors": n_factors}),))
    pattern, phi, gain = rotate(extracted.loadings, rotation)
    pattern, phi = arranged(pattern, phi)
    fit = factor_fit(correlations, pattern @ phi @ pattern.T, n=n, n_factors=n_factors)
    if max(gain, extracted.gain_over_first_start) > SAME_OPTIMUM:
        reasons.append(Reason("several_optima"))
    if fit.df == 0:
        reasons.append(Reason("no_degrees_of_freedom", {"n_factors": n_factors, "n_items": len(names)}))
    if math.isnan(fit.objective):
        reasons.append(Reason("fit_not_computable"))
    return _Solved(
        pattern=pattern, phi=phi, fit=fit, heywood=bool(extracted.improper), converged=True, reasons=tuple(reasons)
    )


def _with_cautions(solved: _Solved, cautions: tuple[Reason, ...]) -> _Solved:
    """The solution with what speaks against its correlations; smoothed ones have no likelihood, so no test of fit."""
    if any(reason.key == "correlations_smoothed" for reason in cautions) and not math.isnan(solved.fit.objective):
        cautions = (*cautions, Reason("fit_not_computable"))
        solved = replace(solved, fit=FactorFit(df=solved.fit.df, rms=solved.fit.rms))
    return replace(solved, reasons=(*cautions, *solved.reasons))


def too_many_factors(n_factors: int, n_items: int) -> tuple[Reason, ...]:
    """Why so many factors cannot be had: they need more parameters than there are correlations; () where they can."""
    most = max(m for m in range(n_items) if n_free(n_items, m) >= 0)
    if n_factors <= most:
        return ()
    return (Reason("too_many_factors", {"n_factors": n_factors, "n_items": n_items, "maximum": most}),)


def _metric(frame: pd.DataFrame, matrix: Matrix | None) -> dict[str, Any]:
    complete, names = frame.dropna(), list(frame.columns)
    factored = np.full((len(names), len(names)), math.nan) if matrix is None else matrix
    return {
        "correlations": pd.DataFrame(factored, index=names, columns=names),
        "means": complete.mean().rename("mean"),
        "deviations": complete.std().rename("sd"),
    }


def _tables(pattern: Matrix, phi: Matrix, names: list[str]) -> dict[str, Any]:
    factors = [f"F{number}" for number in range(1, pattern.shape[1] + 1)]
    communalities = ((pattern @ phi) * pattern).sum(axis=1)
    ss_loadings = (phi * (pattern.T @ pattern)).sum(axis=0)
    share = ss_loadings / max(len(names), 1)
    return {
        "loadings": pd.DataFrame(pattern, index=names, columns=factors),
        "structure": pd.DataFrame(pattern @ phi, index=names, columns=factors),
        "factor_correlations": pd.DataFrame(phi, index=factors, columns=factors),
        "communalities": pd.Series(communalities, index=names, name="communality"),
        "uniquenesses": pd.Series(1 - communalities, index=names, name="uniqueness"),
        "variance": pd.DataFrame(
            {"factor": factors, "ss_loadings": ss_loadings, "share": share, "cumulative": share.cumsum()}
        ),
    }
