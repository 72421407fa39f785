"""Heterotrait-monotrait ratios: whether two scales can be told apart."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, get_args

import numpy as np
import pandas as pd

from ..results import Reason, Result
from .inputs import (
    Matrix,
    check_choice,
    check_count,
    check_level,
    correlation_matrix,
    empty_columns,
    flat_columns,
    numbers,
)
from .newton import Stack
from .resampling import resampled_correlations

Mean = Literal["arithmetic", "geometric"]

_FEWEST_ROWS = 4  # with three every correlation of integers is nearly one


@dataclass(frozen=True, kw_only=True, eq=False)
class Htmt(Result):
    """Ratios of every two scales. ratios: scales x scales, 1 on the diagonal. pairs: what tidy() returns. mean:
    "arithmetic" (HTMT) or "geometric" (HTMT2)."""

    mean: str
    n_items: int
    n_scales: int
    n_resamples: int
    n_resamples_used: int
    seed: int
    ratios: pd.DataFrame
    pairs: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """One row a pair of scales: scale_1, scale_2, estimate, conf_low, conf_high, n."""
        return self.pairs.copy()


def htmt(
    items: pd.DataFrame,
    model: Mapping[str, Sequence[str]],
    *,
    mean: Mean = "arithmetic",
    conf_level: float = 0.95,
    n_resamples: int = 1000,
    seed: int = 1,
) -> Htmt:
    """Heterotrait-monotrait ratio of correlations of every two scales, on complete rows.

    items: respondents x items, reverse-scored, NaN missing. model: scale -> its items, two or more. With absolute
    Pearson correlations, ratio = mean between the two scales' items / sqrt(product of the means within each scale);
    mean: "arithmetic" is HTMT, "geometric" HTMT2, which does not need equal loadings. Interval: percentiles over
    n_resamples resamples of respondents (seed: of their draw). Not computable: too_few_items (below two scales),
    empty_items, too_few_rows (below 4), zero_variance. Flagged: resamples_without_solution (some item did not vary).
    Raises ValueError for a wrong call: items that are not there, in two scales, or alone in theirs. Reference:
    Henseler, Ringle & Sarstedt (2015), doi:10.1007/s11747-014-0403-8; Roemer, Schuberth & Henseler (2021),
    doi:10.1108/IMDS-02-2021-0082. R: semTools::htmt(model, data = items, htmt2 = FALSE | TRUE).
    """
    check_choice(mean, "mean", get_args(Mean))
    check_level(conf_level)
    check_count(n_resamples, "n_resamples", minimum=2)
    check_count(seed, "seed", minimum=0)
    frame = _items_of(items, model)
    complete = frame.dropna()
    reason = _obstacle(frame, complete, len(model))
    scales = list(model)
    members = [np.array([frame.columns.get_loc(item) for item in model[scale]]) for scale in scales]
    estimates = np.full((1, len(scales), len(scales)), math.nan)
    resampled = np.empty((0, len(scales), len(scales)))
    reasons = (reason,) if reason else ()
    if reason is None:
        values = complete.to_numpy()
        estimates = _ratios(correlation_matrix(values, "pearson")[None], members, mean)
        parts = resampled_correlations(values, n_resamples=n_resamples, seed=seed, name="htmt")
        resampled = np.concatenate([_ratios(part.correlations, members, mean) for part in parts])
        if len(resampled) < n_resamples:
            values_said = {"n": n_resamples - len(resampled), "n_resamples": n_resamples}
            reasons = (Reason("resamples_without_solution", values_said),)
    return Htmt(
        n_used=len(complete),
        n_dropped=len(frame) - len(complete),
        method=f"Heterotrait-monotrait ratio, {mean} means, percentile bootstrap interval, listwise",
        conf_level=conf_level,
        status="not_computable" if reason else "flagged" if reasons else "ok",
        reasons=reasons,
        mean=mean,
        n_items=len(frame.columns),
        n_scales=len(scales),
        n_resamples=n_resamples,
        n_resamples_used=len(resampled),
        seed=seed,
        ratios=pd.DataFrame(estimates[0], index=scales, columns=scales),
        pairs=_pairs(scales, estimates[0], resampled, conf_level, len(complete)),
    )


def _items_of(items: pd.DataFrame, model: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    frame = numbers(items)
    wanted = [str(item) for members in model.values() for item in members]
    if absent := sorted(set(wanted) - set(frame.columns)):
        raise ValueError(f"model: items {absent} are not in items")
    if twice := sorted({item for item in wanted if wanted.count(item) > 1}):
        raise ValueError(f"model: every item in one scale, found {twice} more than once")
    if alone := [scale for scale, members in model.items() if len(members) < 2]:
        raise ValueError(f"model: two items or more in every scale, found fewer in {alone}")
    return frame[wanted]


def _obstacle(frame: pd.DataFrame, complete: pd.DataFrame, n_scales: int) -> Reason | None:
    if n_scales < 2:
        return Reason("too_few_items", {"n_items": len(frame.columns), "minimum": 4})
    if len(frame) and (empty := empty_columns(frame)):
        return Reason("empty_items", {"items": empty})
    if len(complete) < _FEWEST_ROWS:
        return Reason("too_few_rows", {"n_used": len(complete), "minimum": _FEWEST_ROWS})
    if flat := flat_columns(complete):
        return Reason("zero_variance", {"items": flat})
    return None


def _ratios(correlations: Stack, members: list[Matrix], mean: Mean) -> Stack:
    """Ratios of all scales for every matrix: problems x scales x scales."""
    sizes = np.abs(correlations)
    if mean == "geometric":
        sizes = np.log(sizes.clip(min=np.finfo(float).tiny))  # a correlation of exactly 0 makes the mean 0
    within = []
    for own in members:
        rows, columns = np.triu_indices(len(own), 1)
        within.append(sizes[:, own[rows], own[columns]].mean(axis=1))
    ratios = np.ones((len(sizes), len(members), len(members)))
    for a, b in combinations(range(len(members)), 2):
        between = sizes[:, members[a][:, None], members[b]].mean(axis=(1, 2))
        if mean == "geometric":
            value = np.exp(between - (within[a] + within[b]) / 2)
        else:
            value = between / np.sqrt(within[a] * within[b])
        ratios[:, a, b] = ratios[:, b, a] = value
    return ratios


def _pairs(scales: list[str], estimates: Matrix, resampled: Stack, conf_level: float, n: int) -> pd.DataFrame:
    tails = [(1 - conf_level) / 2, (1 + conf_level) / 2]
    ends = np.quantile(resampled, tails, axis=0) if len(resampled) > 1 else np.full((2, *estimates.shape), math.nan)
    rows = [
        {
            "scale_1": scales[a],
            "scale_2": scales[b],
            "estimate": estimates[a, b],
            "conf_low": ends[0, a, b],
            "conf_high": ends[1, a, b],
            "n": n,
        }
        for a, b in combinations(range(len(scales)), 2)
    ]
    return pd.DataFrame(rows, columns=["scale_1", "scale_2", "estimate", "conf_low", "conf_high", "n"])
