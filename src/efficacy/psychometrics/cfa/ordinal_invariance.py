"""Measurement invariance of ordered answers over groups: which restrictions, in which order, and what each costs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from ...results import Reason
from .admissible import improprieties
from .ordinal_estimation import OrdinalEstimation, OrdinalEstimator, estimate_ordinal, with_residual_variances
from .ordinal_sample import OrdinalSample, ordinal_sample
from .ordinal_structures import specify_ordinal
from .structures import Equal, Structure
from .wlsmv_variation import ScaledTest, difference

OrdinalSequence = Literal["thresholds_first", "loadings_first"]
OrdinalLevelName = Literal["configural", "thresholds", "metric", "scalar", "strict"]

_LEVELS: dict[OrdinalSequence, dict[OrdinalLevelName, tuple[Equal, ...]]] = {
    "thresholds_first": {
        "configural": (),
        "thresholds": ("thresholds",),
        "metric": ("thresholds", "loadings"),
        "scalar": ("thresholds", "loadings", "intercepts"),
        "strict": ("thresholds", "loadings", "intercepts", "residuals"),
    },
    "loadings_first": {
        "configural": (),
        "metric": ("loadings",),
        "scalar": ("thresholds", "loadings", "intercepts"),
        "strict": ("thresholds", "loadings", "intercepts", "residuals"),
    },
}
_BINARY: tuple[OrdinalLevelName, ...] = ("configural", "scalar", "strict")


@dataclass(frozen=True, kw_only=True)
class OrdinalLevel:
    """One level: what is equal, its estimates (None with the reasons), whether they are admissible, and the scaled
    test against the level before (None for the first and after a level without estimates)."""

    level: OrdinalLevelName
    equal: tuple[Equal, ...]
    found: OrdinalEstimation | None
    reasons: tuple[Reason, ...]
    difference: ScaledTest | None
    difference_df: float


def ordinal_levels(
    groups: Sequence[pd.DataFrame],
    model: Mapping[str, Sequence[str]],
    *,
    structure: Structure = "correlated",
    estimator: OrdinalEstimator = "WLSMV",
    sequence: OrdinalSequence = "thresholds_first",
    free: Collection[str] = (),
) -> Iterator[OrdinalLevel]:
    """Fit one level after the other.

    groups: complete answers of each group, respondents x the model's items in its order, every item with the same
    categories in all (``differing_categories`` tells). sequence: "thresholds_first" (Wu & Estabrook 2016,
    doi:10.1007/s11336-016-9506-0), configural, thresholds, metric (also loadings), scalar (also intercepts);
    "loadings_first", configural, metric (loadings alone), scalar (loadings and thresholds); then strict (also residual
    variances). With an item of two categories loadings and thresholds cannot be tested apart: configural, scalar,
    strict. free: parameters that stay free at every level ("x1 | t2", "f =~ x1"). Factor variances are 1 in the first
    group. Difference: Satorra (2000). R: semTools::measEq.syntax(ID.fac = "std.lv", ID.cat = "Wu.Estabrook.2016",
    parameterization = "delta", group.equal); lavaan::cfa(group.equal = c("loadings", "thresholds"));
    lavaan::lavTestLRT.
    """
    samples = tuple(ordinal_sample(group.to_numpy(dtype=float)) for group in groups)
    before: OrdinalEstimation | None = None
    for level, equal in levels_of(samples[0], sequence).items():
        specification = specify_ordinal(
            model,
            n_thresholds=(samples[0].items.n_categories - 1).tolist(),
            structure=structure,
            identification="std_lv",
            n_groups=len(samples),
            equal=equal,
            free=free,
        )
        fitted = estimate_ordinal(
            specification,
            samples,
            estimator=estimator,
            tied="residuals" in equal,
            thorough=structure == "bifactor",
        )
        if not isinstance(fitted, OrdinalEstimation):
            yield OrdinalLevel(level=level, equal=equal, found=None, reasons=fitted, difference=None, difference_df=0.0)
            before = None
            continue
        test, df = _against(before, fitted)
        reasons = (*improprieties(with_residual_variances(fitted), fitted.parameters), *fitted.reasons)
        yield OrdinalLevel(level=level, equal=equal, found=fitted, reasons=reasons, difference=test, difference_df=df)
        before = fitted


def levels_of(sample: OrdinalSample, sequence: OrdinalSequence) -> dict[OrdinalLevelName, tuple[Equal, ...]]:
    """The levels that these items allow, and what is equal at each."""
    levels = _LEVELS[sequence]
    if (sample.items.n_categories > 2).all():
        return levels
    return {level: levels[level] for level in _BINARY}


def differing_categories(groups: Sequence[pd.DataFrame]) -> tuple[str, ...]:
    """Items whose answers are not the same categories in every group: their thresholds cannot be compared."""
    first, *others = groups
    return tuple(
        str(item)
        for item in first.columns
        if any(set(group[item].dropna()) != set(first[item].dropna()) for group in others)
    )


def _against(before: OrdinalEstimation | None, fitted: OrdinalEstimation) -> tuple[ScaledTest | None, float]:
    if before is None:
        return None, 0.0
    try:
        return difference(before.squares, before.parameters, fitted.squares, fitted.parameters)
    except np.linalg.LinAlgError:
        return None, 0.0
