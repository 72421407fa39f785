"""Columns of a design from declared predictors: numbers as they are, a category as one column a level."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from ..results import Reason

Origin = Mapping[str, tuple[str, str]]
"""For each column of a design the variable and the level it stands for, both empty for the intercept."""


def check_predictors(predictors: pd.DataFrame) -> None:
    """ValueError unless every predictor is a number, a truth value or categorical, and every row stands once."""
    if not predictors.index.is_unique:
        raise ValueError("predictors: one row per participant_id, found repeated ones")
    for name, column in predictors.items():
        if name == "intercept":
            raise ValueError("predictors: 'intercept' is the name of the constant")
        if isinstance(column.dtype, pd.CategoricalDtype):
            continue
        if not (is_numeric_dtype(column) or is_bool_dtype(column)):
            raise ValueError(
                f"predictors[{name!r}]: numeric or categorical (reference level first), not {column.dtype}"
            )


def design_of(predictors: pd.DataFrame) -> tuple[pd.DataFrame, Origin]:
    """Columns ``intercept``, ``x`` and ``x[level]``, and where each comes from.

    Levels nobody has after deletion get no column; if the declared reference is one of them, the first level that
    occurs becomes the reference.
    """
    design = pd.DataFrame({"intercept": 1.0}, index=predictors.index)
    origin = {"intercept": ("", "")}
    for name in predictors.columns:
        column = predictors[name]
        if isinstance(column.dtype, pd.CategoricalDtype):
            for level in column.cat.remove_unused_categories().cat.categories[1:]:
                design[f"{name}[{level}]"] = (column == level).astype(float)
                origin[f"{name}[{level}]"] = (str(name), str(level))
        else:
            design[str(name)] = column.astype(float)
            origin[str(name)] = (str(name), "")
    return design, origin


def design_unusable(outcome: pd.Series, design: pd.DataFrame) -> Reason | None:
    """Why no regression of this outcome on these columns exists; None where one does."""
    x, y = design.to_numpy(dtype=float), outcome.to_numpy(dtype=float)
    rows, columns = x.shape
    if rows <= columns:
        return Reason("too_few_rows", {"n": rows, "minimum": columns + 1})
    if y.std() <= 1e-13 * np.abs(y).max():
        return Reason("zero_variance", {"variable": str(outcome.name)})
    norms = np.linalg.norm(x, axis=0)
    if (norms == 0).any() or np.linalg.matrix_rank(x / np.where(norms == 0, 1, norms), tol=1e-9) < columns:
        return Reason("rank_deficient", {"terms": tuple(design.columns)})
    return None
