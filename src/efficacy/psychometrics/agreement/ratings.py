"""How every coefficient of agreement takes its ratings: units x raters, as positions among the levels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from ...results import Reason
from ..inputs import Mask, Matrix, numbers

Codes = NDArray[np.int64]  # units x raters; -1: no rating


@dataclass(frozen=True, kw_only=True)
class Ratings:
    """codes: position of each rating among the levels, units x raters, -1 where there is none. levels: categories in
    order. ordered: whether that order means anything. raters: their names."""

    codes: Codes
    levels: tuple[object, ...]
    ordered: bool
    raters: tuple[str, ...]

    @property
    def complete(self) -> Codes:
        """Codes of the units that every rater rated."""
        return self.codes[(self.codes >= 0).all(axis=1)]


def coded(ratings: pd.DataFrame, levels: Sequence[object] | None) -> Ratings:
    """Ratings of any kind as positions among the levels.

    ratings: units x raters; numbers, words or an ordered categorical, missing where a rater did not rate. levels: all
    categories in order; without it those that were used, numbers and ordered categoricals in their order, words in
    none. Raises ValueError for a wrong frame and for ratings that are no level (naming raters, never a rating).
    """
    if not isinstance(ratings, pd.DataFrame):
        raise ValueError(f"ratings: a DataFrame of units x raters expected, found {type(ratings).__name__}")
    raters = tuple(str(column) for column in ratings.columns)
    if len(set(raters)) < len(raters):
        raise ValueError("ratings: every rater once, found a column name more than once")
    found, ordered = _levels(ratings) if levels is None else (tuple(levels), True)
    if len(set(found)) < len(found):
        raise ValueError("levels: every category once")
    positions = pd.Index(found, dtype=object)
    codes = np.empty(ratings.shape, dtype=np.int64)
    for number in range(ratings.shape[1]):
        column = ratings.iloc[:, number]
        codes[:, number] = positions.get_indexer(pd.Index(column.to_numpy(dtype=object), dtype=object))
        if ((codes[:, number] < 0) & column.notna().to_numpy()).any():
            raise ValueError(f"ratings: rater {raters[number]!r} has a rating that is not among the levels")
    return Ratings(codes=codes, levels=found, ordered=ordered, raters=raters)


def _levels(ratings: pd.DataFrame) -> tuple[tuple[object, ...], bool]:
    columns = [ratings.iloc[:, number] for number in range(ratings.shape[1])]
    if columns and all(is_numeric_dtype(column) or is_bool_dtype(column) for column in columns):
        values = np.unique(np.concatenate([column.dropna().to_numpy(dtype=float) for column in columns]))
        return tuple(values.tolist()), True
    ordered = [c.dtype for c in columns if isinstance(c.dtype, pd.CategoricalDtype) and c.dtype.ordered]
    if columns and len(ordered) == len(columns):
        if any(list(dtype.categories) != list(ordered[0].categories) for dtype in ordered):
            raise ValueError("ratings: the same ordered categories in every column expected; or give levels")
        return tuple(ordered[0].categories), True
    words = {value for column in columns for value in column.dropna()}
    return tuple(sorted(words, key=str)), False


def numeric_levels(ratings: Ratings) -> Matrix:
    """The levels as numbers; ValueError where they are none."""
    try:
        return np.asarray(ratings.levels, dtype=float)
    except (TypeError, ValueError):
        raise ValueError("ratings: numbers expected for the interval and ratio level, found words") from None


def check_order(ratings: Ratings, what: str) -> None:
    """ValueError where ``what`` needs an order of the categories that words do not have."""
    if not ratings.ordered:
        raise ValueError(f"levels: {what} needs the categories in order, because the ratings are words")


def scores(ratings: pd.DataFrame) -> tuple[Matrix, int]:
    """Complete numeric ratings (units x raters), and how many units were dropped for a missing one."""
    frame = numbers(ratings, "ratings")
    complete = frame.dropna()
    return complete.to_numpy(), len(frame) - len(complete)


def obstacle(codes: Codes, *, minimum_raters: int = 2, minimum_units: int = 2) -> Reason | None:
    """Why agreement of these complete ratings cannot be judged; None where it can."""
    n_units, n_raters = codes.shape
    if n_raters < minimum_raters:
        return Reason("too_few_raters", {"n_raters": n_raters, "minimum": minimum_raters})
    if n_units < minimum_units:
        return Reason("too_few_units", {"n_used": n_units, "minimum": minimum_units})
    if len(np.unique(codes)) < 2:
        return Reason("one_category_only")
    return None


def one_hot(codes: Codes, n_levels: int) -> NDArray[np.float64]:
    """Units x raters x levels: 1 where a rater gave that level, 0 elsewhere and where there is no rating."""
    return np.asarray(codes[:, :, None] == np.arange(n_levels), dtype=float)


def varies(column: Codes) -> Mask:
    """Whether a rater used more than one category."""
    return np.asarray(np.ptp(column) > 0)
