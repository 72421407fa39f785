"""Fitting the levels of measurement invariance one after the other, for ordered answers."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence

import pandas as pd

from ..results import Reason
from .cfa.assembly import p_value_of
from .cfa.ordinal_estimation import OrdinalEstimation, OrdinalEstimator, srmr, with_residual_variances
from .cfa.ordinal_fit import cautions, fit_fields
from .cfa.ordinal_invariance import OrdinalLevel, OrdinalSequence, differing_categories, ordinal_levels
from .cfa.structures import Structure
from .cfa.tables import parameter_table
from .inputs import too_many_categories
from .invariance_levels import Level


def ordinal_refusals(answers: Mapping[str, pd.DataFrame]) -> tuple[Reason, ...]:
    """Why thresholds of these groups cannot be compared: too_many_categories, categories_differ (items whose answers
    are not the same categories in every group)."""
    frames = list(answers.values())
    if len(frames) < 2:
        return ()
    many = too_many_categories(pd.concat(frames))
    if many is not None:
        return (many,)
    items = differing_categories(frames)
    return (Reason("categories_differ", {"items": items}),) if items else ()


def levels_of_ordered_answers(
    answers: Mapping[str, pd.DataFrame],
    model: Mapping[str, Sequence[str]],
    *,
    structure: Structure,
    estimator: OrdinalEstimator,
    sequence: OrdinalSequence,
    free: Collection[str],
    conf_level: float,
) -> Iterator[Level]:
    """The levels of ``cfa.ordinal_invariance.ordinal_levels``, in the form of every estimator.

    answers: complete answers by group's name, items in the order of the model.
    """
    found = ordinal_levels(
        list(answers.values()), model, structure=structure, estimator=estimator, sequence=sequence, free=free
    )
    for level in found:
        yield _level(level, tuple(answers), estimator=estimator, conf_level=conf_level)


def _level(level: OrdinalLevel, groups: tuple[str, ...], *, estimator: OrdinalEstimator, conf_level: float) -> Level:
    fitted, test = level.found, level.difference
    if fitted is None:
        return Level(
            name=level.level,
            fit={},
            parameters=pd.DataFrame(),
            difference=math.nan,
            difference_df=math.nan,
            difference_p_value=math.nan,
            reasons=level.reasons,
        )
    tested = test is not None and level.difference_df > 0
    return Level(
        name=level.level,
        fit=fit_fields(fitted, estimator) | {"n_parameters": fitted.model.specification.n_free, "srmr": srmr(fitted)},
        parameters=_parameters(fitted, groups, conf_level),
        difference=test.scaled if test is not None and tested else math.nan,
        difference_df=level.difference_df if tested else math.nan,
        difference_p_value=p_value_of(test.scaled, level.difference_df) if test is not None and tested else math.nan,
        reasons=(*cautions(fitted), *level.reasons),
    )


def _parameters(found: OrdinalEstimation, groups: tuple[str, ...], conf_level: float) -> pd.DataFrame:
    return parameter_table(
        with_residual_variances(found),
        found.parameters,
        found.covariance,
        conf_level=conf_level,
        groups=groups,
        tendencies=found.model.tendencies(found.parameters),
    )
