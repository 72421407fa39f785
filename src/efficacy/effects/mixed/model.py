"""Outcome by wave, and by arm and wave, of children measured more than once."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
import pandas as pd

from ...results import Reason, Result
from ..inputs import categories, check_probability, numbers
from ..linear import ESTIMATE_COLUMNS
from ..terms import check_predictors, design_of, design_unusable
from .contrasts import CHANGES, MEANS, ONE_GROUP, Fitted, changes_of, coefficients_of, means_of
from .random_intercept import DfMethod, fit_random_intercept

RESERVED = ("score", "wave", "arm")


@dataclass(frozen=True, kw_only=True, eq=False)
class LinearMixedModel(Result):
    """Linear model of repeated scores with one random intercept a child, by REML.

    n_children: children with a score used; n_waves: waves with one. n_cells: children named anywhere times the waves
    asked for, the complete grid; n_used of its cells hold everything the model needs, n_dropped do not. intercept_sd,
    residual_sd: between children and within; intraclass_correlation: share of the first variance. log_likelihood:
    restricted. Flagged "random_intercept_zero" where the children do not differ beyond the residual: the model is then
    that of independent scores, and Satterthwaite's df are n_used less the coefficients.

    means: level, wave, estimate with its interval, at the mean of the covariates. changes: term "change" of a level
    from wave_from to wave, and "difference_in_change" of a level less the reference level, where both were measured.
    cells: level, wave, n
    children with a score used, n_missing without.
    """

    df_method: DfMethod
    n_children: int
    n_waves: int
    n_cells: int
    intercept_sd: float = math.nan
    residual_sd: float = math.nan
    intraclass_correlation: float = math.nan
    log_likelihood: float = math.nan
    coefficients: pd.DataFrame
    means: pd.DataFrame
    changes: pd.DataFrame
    cells: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """One row a coefficient: intercept, wave[w], arm[a], covariates, wave[w]:arm[a]."""
        return self.coefficients.copy()


def linear_mixed_model(
    scores: pd.DataFrame,
    *,
    waves: Sequence[str],
    arm: pd.Series | None = None,
    covariates: pd.DataFrame | None = None,
    df_method: DfMethod = "kenward_roger",
    conf_level: float = 0.95,
) -> LinearMixedModel:
    """Scores of the same children at several waves: y_ij = x_ij' beta + b_i + e_ij, by REML.

    scores: participant_id, wave, score, one row a child and wave; other waves are left aside. waves: in order of time,
    the first is the reference. arm: categorical, the reference first, by participant_id; with it the model holds arm
    and arm x wave. covariates: children x variables, numbers or categorical. The complete grid of children and waves is
    laid out first: a cell without a score, an arm or a covariate is counted and left out, which is right where what is
    missing depends only on what is known (missing at random). df_method: "kenward_roger", with its adjusted standard
    errors, or "satterthwaite". Returns LinearMixedModel; no child with two scores, columns that repeat each other, no
    variance, or no residual variance: not computable. Raises ValueError for fewer than two waves, repeated rows, an arm
    that is not categorical, or another df_method. Kenward & Roger (1997), doi:10.2307/2533558; Fai & Cornelius (1996),
    doi:10.1080/00949659608811740. R: ``summary(lmerTest::lmer(score ~ wave * arm + (1 | id)), ddf = "Kenward-Roger")``.
    """
    check_probability(conf_level, "conf_level")
    if df_method not in get_args(DfMethod):
        raise ValueError(f"df_method={df_method!r}: one of {get_args(DfMethod)}")
    waves = tuple(waves)
    grid = _grid(scores, waves, arm, covariates)
    complete = grid.dropna()
    complete = complete.assign(arm=complete["arm"].cat.remove_unused_categories())
    design, beside = _design(complete, waves)
    cells = _cells(grid)
    empty = LinearMixedModel(
        n_used=len(complete),
        n_dropped=len(grid) - len(complete),
        method="linear_mixed_model_reml",
        conf_level=conf_level,
        df_method=df_method,
        n_children=complete.index.get_level_values("participant_id").nunique(),
        n_waves=complete.index.get_level_values("wave").nunique(),
        n_cells=len(grid),
        coefficients=pd.DataFrame({"term": design.columns}).reindex(columns=list(ESTIMATE_COLUMNS)),
        means=cells.reindex(columns=list(MEANS)),
        changes=pd.DataFrame(columns=list(CHANGES)),
        cells=cells,
    )
    reason = _unusable(complete, design)
    if reason is not None:
        return dataclasses.replace(empty, status="not_computable", reasons=(reason,))
    codes, _ = pd.factorize(complete.index.get_level_values("participant_id"))
    fit = fit_random_intercept(complete["score"].to_numpy(), design.to_numpy(), codes)
    if fit is None:
        reason = Reason("perfect_fit", {"n": empty.n_children})
        return dataclasses.replace(empty, status="not_computable", reasons=(reason,))
    levels = tuple(str(level) for level in complete["arm"].cat.categories)
    fitted = Fitted(
        fit=fit,
        design=design,
        complete=complete,
        waves=tuple(wave for wave in waves if wave in complete.index.get_level_values("wave")),
        levels=levels,
        covariates=beside,
        df_method=df_method,
        conf_level=conf_level,
    )
    return _described(empty, fitted)


def _described(empty: LinearMixedModel, fitted: Fitted) -> LinearMixedModel:
    between, within = fitted.fit.intercept_variance, fitted.fit.residual_variance
    at_boundary = between == 0
    return dataclasses.replace(
        empty,
        intercept_sd=math.sqrt(between),
        residual_sd=math.sqrt(within),
        intraclass_correlation=between / (between + within),
        log_likelihood=fitted.fit.log_likelihood,
        coefficients=coefficients_of(fitted),
        means=means_of(fitted),
        changes=changes_of(fitted),
        status="flagged" if at_boundary else "ok",
        reasons=(Reason("random_intercept_zero", {}),) if at_boundary else (),
    )


def _grid(
    scores: pd.DataFrame, waves: tuple[str, ...], arm: pd.Series | None, covariates: pd.DataFrame | None
) -> pd.DataFrame:
    """Every child named anywhere at every wave: score, arm (one level for all where none is given), covariates."""
    if len(waves) < 2 or len(set(waves)) < len(waves):
        raise ValueError(f"waves={waves!r}: at least two, each named once")
    kept = scores[scores["wave"].isin(waves)].set_index(["participant_id", "wave"])
    if not kept.index.is_unique:
        raise ValueError("scores: one row per participant_id and wave, found repeated ones")
    children = pd.Index(kept.index.get_level_values("participant_id").unique(), name="participant_id")
    if arm is not None:
        if not isinstance(arm.dtype, pd.CategoricalDtype):
            raise ValueError(f"arm: categorical with the reference level first, found dtype {arm.dtype}")
        children = children.union(categories(arm, "arm").index, sort=False)
    if covariates is not None:
        check_predictors(covariates)
        if not set(covariates.columns).isdisjoint(RESERVED):
            raise ValueError(f"covariates: {', '.join(RESERVED)} are names of the model's own columns")
        children = children.union(covariates.index, sort=False)
    index = pd.MultiIndex.from_product([children, waves], names=["participant_id", "wave"])
    everybody = pd.Series(pd.Categorical([ONE_GROUP] * len(children)), index=children)
    beside = pd.DataFrame({"arm": everybody if arm is None else arm.reindex(children)}, index=children)
    if covariates is not None:
        beside = beside.join(covariates)
    grid = beside.loc[index.get_level_values("participant_id")].set_axis(index)
    grid.insert(0, "score", numbers(kept["score"], "scores").reindex(index))
    return grid


def _design(complete: pd.DataFrame, waves: tuple[str, ...]) -> tuple[pd.DataFrame, frozenset[str]]:
    """Columns intercept, wave, arm, covariates, wave x arm; and which of them are covariates."""
    at = complete.index.get_level_values("wave")
    wave = pd.Series(pd.Categorical(at, categories=waves), index=complete.index)
    predictors = complete.drop(columns="score")
    predictors.insert(0, "wave", wave)
    design, origin = design_of(predictors)
    waves_in, arms_in = ([term for term, (name, _) in origin.items() if name == own] for own in ("wave", "arm"))
    for first in waves_in:
        for second in arms_in:
            together = design.assign(**{f"{first}:{second}": design[first] * design[second]})
            if np.linalg.matrix_rank(together.to_numpy()) > np.linalg.matrix_rank(design.to_numpy()):
                design = together  # an arm that was not measured at a wave has no course of its own there
    beside = frozenset(term for term, (name, _) in origin.items() if name not in ("", *RESERVED))
    return design, beside


def _cells(grid: pd.DataFrame) -> pd.DataFrame:
    """Children with and without what the model needs, by level and wave; children of no arm have none."""
    present = grid.notna().all(axis="columns")
    counts = present.groupby([grid["arm"], grid.index.get_level_values("wave")], observed=False, sort=False)
    table = counts.agg(n="sum", n_missing=lambda cell: len(cell) - cell.sum()).astype(int)
    return table.rename_axis(["level", "wave"]).reset_index()


def _unusable(complete: pd.DataFrame, design: pd.DataFrame) -> Reason | None:
    reason = design_unusable(complete["score"], design)
    twice = complete.index.get_level_values("participant_id").duplicated().sum()
    if reason is None and twice == 0:
        return Reason("nobody_measured_twice", {})
    return reason
