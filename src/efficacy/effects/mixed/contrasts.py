"""What people read of a mixed model: its coefficients, the mean at every wave, and the changes between waves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from ..linear import ESTIMATE_COLUMNS, EstimatedTerm, estimated
from .random_intercept import DfMethod, RandomInterceptFit

MEANS = ("level", "wave", "n", "estimate", "std_error", "df", "conf_low", "conf_high")
CHANGES = ("level", "wave_from", "wave", "n", *ESTIMATE_COLUMNS)
ONE_GROUP = ""
"""Level of everybody where no arms are compared."""


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """A fit with what its contrasts need. complete: rows used, by participant_id and wave. covariates: the columns of
    the design that belong to neither wave nor arm."""

    fit: RandomInterceptFit
    design: pd.DataFrame
    complete: pd.DataFrame
    waves: tuple[str, ...]
    levels: tuple[str, ...]
    covariates: frozenset[str]
    df_method: DfMethod
    conf_level: float

    def row(self, term: str, weights: np.ndarray) -> EstimatedTerm:
        """One tidy row of a weighted sum of the coefficients."""
        estimate, std_error, df = self.fit.contrast(weights, self.df_method)
        return {"term": term, **estimated(estimate, std_error, df, self.conf_level)}

    def point(self, level: str, wave: str) -> np.ndarray:
        """The design's row of one level at one wave, covariates at the mean of the children used."""
        means = self.design.groupby(level="participant_id").first().mean().to_dict()
        here = {"intercept", f"wave[{wave}]", f"arm[{level}]", f"wave[{wave}]:arm[{level}]"}
        beside = {term: means[term] for term in self.covariates}
        return np.array([1.0 if term in here else beside.get(term, 0.0) for term in self.design.columns])

    def measured(self, level: str, *waves: str) -> int:
        """Children of a level with a score used at all of some waves."""
        rows = self.complete if level == ONE_GROUP else self.complete[self.complete["arm"] == level]
        at = rows.index.get_level_values("wave")
        counts = rows[at.isin(waves)].groupby(level="participant_id").size()
        return int((counts == len(waves)).sum())


def coefficients_of(fitted: Fitted) -> pd.DataFrame:
    """One row a coefficient."""
    terms = fitted.design.columns
    rows = [fitted.row(term, weights) for term, weights in zip(terms, np.eye(len(terms)), strict=True)]
    return pd.DataFrame(rows, columns=list(ESTIMATE_COLUMNS))


def means_of(fitted: Fitted) -> pd.DataFrame:
    """The mean of every level at every wave; nothing is tested, since no mean is held against 0."""
    rows = [
        {
            **fitted.row("mean", fitted.point(level, wave)),
            "level": level,
            "wave": wave,
            "n": fitted.measured(level, wave),
        }
        for level in fitted.levels
        for wave in fitted.waves
        if fitted.measured(level, wave)
    ]
    return pd.DataFrame(rows)[list(MEANS)]


def changes_of(fitted: Fitted) -> pd.DataFrame:
    """Changes of every level between waves, then each level's changes less those of the reference level."""
    reference, *others = fitted.levels
    rows = []
    for level in fitted.levels:
        rows += [_change(fitted, level, start, end) for start, end in _steps(_waves_of(fitted, level))]
    for level in others:
        both = [wave for wave in _waves_of(fitted, level) if fitted.measured(reference, wave)]
        rows += [_change(fitted, level, start, end, less=reference) for start, end in _steps(both)]
    return pd.DataFrame(rows, columns=list(CHANGES))


def _waves_of(fitted: Fitted, level: str) -> list[str]:
    """The waves at which somebody of a level was measured."""
    return [wave for wave in fitted.waves if fitted.measured(level, wave)]


def _steps(waves: Sequence[str]) -> Iterator[tuple[str, str]]:
    """From the first wave to every later one, then from each later one to the next."""
    if len(waves) < 2:
        return
    yield from ((waves[0], wave) for wave in waves[1:])
    yield from pairwise(waves[1:])


def _change(fitted: Fitted, level: str, start: str, end: str, *, less: str | None = None) -> dict[str, Any]:
    weights = fitted.point(level, end) - fitted.point(level, start)
    if less is not None:
        weights -= fitted.point(less, end) - fitted.point(less, start)
    row = fitted.row("change" if less is None else "difference_in_change", weights)
    return {**row, "level": level, "wave_from": start, "wave": end, "n": fitted.measured(level, start, end)}
