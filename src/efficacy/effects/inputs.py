"""How every statistic of this room takes its data: numbers aligned by child, and wrong calls refused by name."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from ..params.reports import Improvement as Improvement


def check_probability(value: float, name: str) -> None:
    """Raise ValueError unless ``value`` lies strictly between 0 and 1."""
    if not 0 < value < 1:
        raise ValueError(f"{name}={value!r}: a number strictly between 0 and 1")


def numbers(values: pd.Series, name: str) -> pd.Series:
    """A float series with a unique index; ValueError (naming the argument, never an answer) otherwise."""
    if not values.index.is_unique:
        raise ValueError(f"{name}: one row per participant_id, found repeated ones")
    if not (is_numeric_dtype(values) or is_bool_dtype(values)):
        raise ValueError(f"{name}: numbers expected, found dtype {values.dtype}")
    result = values.astype(float)
    if np.isinf(result.to_numpy()).any():
        raise ValueError(f"{name}: finite numbers expected, found an infinite one")
    return result


def categories(values: pd.Series, name: str) -> pd.Series:
    """A categorical series: declared order kept; undeclared levels in sorted order.

    Raises ValueError for repeated participant_ids.
    """
    if not values.index.is_unique:
        raise ValueError(f"{name}: one row per participant_id, found repeated ones")
    return values if isinstance(values.dtype, pd.CategoricalDtype) else values.astype("category")


def flags(values: pd.Series, name: str) -> pd.Series:
    """A boolean series without missing values; ValueError otherwise."""
    if not is_bool_dtype(values) or values.isna().any():
        raise ValueError(f"{name}: True or False for every child, found dtype {values.dtype} or missing values")
    if not values.index.is_unique:
        raise ValueError(f"{name}: one row per participant_id, found repeated ones")
    return values.astype(bool)


def complete_rows(**columns: pd.Series) -> tuple[pd.DataFrame, int]:
    """The children with every column present, and how many of all children named anywhere were dropped for it."""
    together = pd.concat(columns, axis="columns", join="outer", sort=False)
    complete = together.dropna()
    return complete, len(together) - len(complete)


def check_improvement(value: str) -> None:
    """Raise ValueError unless ``value`` names a direction."""
    if value not in get_args(Improvement):
        raise ValueError(f"improvement={value!r}: one of {get_args(Improvement)}")
