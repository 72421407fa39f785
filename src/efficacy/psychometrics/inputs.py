"""How every statistic of this room takes its data, and why data cannot support one: checked in one place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_bool_dtype, is_numeric_dtype
from scipy.stats import rankdata

from ..results import Reason
from .contingency import MOST_CATEGORIES, ordered_items
from .polychoric_estimation import estimate_pairs, square
from .smoothing import smooth

Matrix = NDArray[np.float64]
Mask = NDArray[np.bool_]
CorrelationMethod = Literal["pearson", "spearman", "polychoric"]

SMALLEST_EIGENVALUE = 1e-10  # below it a correlation matrix has no usable inverse in double precision
_FLAT = 1e-12  # a range this small beside the values themselves is rounding, not variation


def check_choice(value: object, name: str, allowed: Iterable[object]) -> None:
    """Raise ValueError naming the argument and its allowed values."""
    choices = tuple(allowed)
    if value not in choices:
        raise ValueError(f"{name}={value!r}: one of {choices}")


def check_level(value: float) -> None:
    """Raise ValueError unless ``value`` is a confidence level strictly between 0 and 1."""
    if not 0 < value < 1:
        raise ValueError(f"conf_level={value!r}: a number strictly between 0 and 1")


def check_count(value: int, name: str, *, minimum: int = 1) -> None:
    """Raise ValueError unless ``value`` is a whole number of at least ``minimum``."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < minimum:
        raise ValueError(f"{name}={value!r}: a whole number of {minimum} or more")


def numbers(items: pd.DataFrame, name: str = "items") -> pd.DataFrame:
    """The frame as floats with text column names; ValueError (naming columns, never an answer) where it cannot be."""
    if not isinstance(items, pd.DataFrame):
        raise ValueError(f"{name}: a DataFrame of respondents x items expected, found {type(items).__name__}")
    names = [str(column) for column in items.columns]
    repeated = sorted({column for column in names if names.count(column) > 1})
    if repeated:
        raise ValueError(f"{name}: every column once, found {repeated} more than once")
    for column in items.columns:
        if not (is_numeric_dtype(items[column]) or is_bool_dtype(items[column])):
            raise ValueError(f"{name}: numbers expected, column {str(column)!r} has dtype {items[column].dtype}")
    values = pd.DataFrame(
        {str(column): items[column].to_numpy(dtype=float, na_value=np.nan) for column in items.columns},
        index=items.index,
        columns=names,
    )
    if np.isinf(values.to_numpy()).any():
        raise ValueError(f"{name}: finite numbers expected, found an infinite one")
    return values


def is_flat(values: Matrix) -> bool:
    """Whether a vector has no variation beyond rounding."""
    return bool(values.size == 0 or np.ptp(values) <= _FLAT * max(1.0, float(np.abs(values).max())))


def flat_columns(frame: pd.DataFrame) -> tuple[str, ...]:
    """Names of the columns without variation among their present values."""
    return tuple(column for column in frame.columns if is_flat(frame[column].dropna().to_numpy()))


def empty_columns(frame: pd.DataFrame) -> tuple[str, ...]:
    """Names of the columns without a single answer."""
    return tuple(column for column in frame.columns if frame[column].isna().all())


def correlation_matrix(complete: Matrix, method: CorrelationMethod) -> Matrix:
    """Correlations of complete columns, none of them flat: Pearson's, Pearson's of the mid-ranks (Spearman), or
    polychoric ones, which may not be positive definite."""
    if method == "polychoric":
        items = ordered_items(complete)
        return square(estimate_pairs(items, empty_cells="keep_margins").correlation, items)
    values = rankdata(complete, axis=0) if method == "spearman" else complete
    correlations = np.atleast_2d(np.corrcoef(values, rowvar=False))
    np.fill_diagonal(correlations, 1.0)
    return np.asarray((correlations + correlations.T) / 2, dtype=float)


def is_singular(correlations: Matrix) -> bool:
    """Whether some item is a linear combination of others, so that the matrix has no usable inverse."""
    return bool(np.linalg.eigvalsh(correlations)[0] < SMALLEST_EIGENVALUE)


def too_many_categories(frame: pd.DataFrame) -> Reason | None:
    """Why items are no ordered categories: so many different answers; None where they are."""
    many = tuple(name for name in frame.columns if frame[name].nunique() > MOST_CATEGORIES)
    return Reason("too_many_categories", {"items": many, "maximum": MOST_CATEGORIES}) if many else None


def obstacle(frame: pd.DataFrame, complete: pd.DataFrame, *, minimum_items: int) -> Reason | None:
    """Why no correlation matrix with an inverse can be had from these items; None where nothing stands in the way.

    frame: all respondents x items. complete: its complete rows.
    """
    n_items, n_used = len(frame.columns), len(complete)
    if n_items < minimum_items:
        return Reason("too_few_items", {"n_items": n_items, "minimum": minimum_items})
    if len(frame) and (empty := empty_columns(frame)):
        return Reason("empty_items", {"items": empty})
    if n_used <= n_items:
        return Reason("fewer_rows_than_items", {"n_used": n_used, "n_items": n_items})
    if flat := flat_columns(complete):
        return Reason("zero_variance", {"items": flat})
    return None


def correlations_of(
    items: pd.DataFrame, *, method: CorrelationMethod, minimum_items: int
) -> tuple[Matrix | None, dict[str, Any], tuple[Reason, ...]]:
    """Listwise correlation matrix of items, the counts every result carries, and what stands against it.

    Returns the matrix (None where it cannot be had or has no inverse), n_used and n_dropped, and the reasons: why
    there is no matrix, or what to beware of (correlation_at_limit, correlations_smoothed of polychoric ones).
    """
    complete = items.dropna()
    counts = {"n_used": len(complete), "n_dropped": len(items) - len(complete)}
    reason = obstacle(items, complete, minimum_items=minimum_items)
    if reason is None and method == "polychoric":
        reason = too_many_categories(complete)
    if reason is not None:
        return None, counts, (reason,)
    matrix = correlation_matrix(complete.to_numpy(), method)
    if method == "polychoric":
        matrix, cautions = _positive_definite(matrix)
        return matrix, counts, cautions
    if is_singular(matrix):
        return None, counts, (Reason("singular_correlations", {"n_items": len(items.columns)}),)
    return matrix, counts, ()


def _positive_definite(polychoric: Matrix) -> tuple[Matrix, tuple[Reason, ...]]:
    """Polychoric correlations with an inverse, smoothed where they have none, and what to beware of."""
    reasons = []
    if at_limit := int((np.abs(polychoric[np.triu_indices_from(polychoric, 1)]) == 1).sum()):
        reasons.append(Reason("correlation_at_limit", {"n_pairs": at_limit}))
    smallest = float(np.linalg.eigvalsh(polychoric)[0])
    if smallest < SMALLEST_EIGENVALUE:
        reasons.append(Reason("correlations_smoothed", {"smallest_eigenvalue": smallest}))
        polychoric = smooth(polychoric)
    return polychoric, tuple(reasons)
