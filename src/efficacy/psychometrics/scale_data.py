"""Whether the answers to one scale support a coefficient of its sum score."""

from __future__ import annotations

import pandas as pd

from ..results import Reason, Status
from .inputs import empty_columns, flat_columns, is_flat


def scale_state(frame: pd.DataFrame, complete: pd.DataFrame) -> tuple[tuple[Reason, ...], Status]:
    """Why not, and the status that follows: not computable (too_few_items, empty_items, too_few_rows, zero_variance of
    the total), flagged (zero_variance of single items) or ok. frame: all respondents x items. complete: its complete
    rows."""
    n, k = len(complete), len(frame.columns)
    if k < 2:
        return (Reason("too_few_items", {"n_items": k, "minimum": 2}),), "not_computable"
    if len(frame) and (empty := empty_columns(frame)):
        return (Reason("empty_items", {"items": empty}),), "not_computable"
    if n < 3:
        return (Reason("too_few_rows", {"n_used": n, "minimum": 3}),), "not_computable"
    flat = flat_columns(complete)
    if is_flat(complete.to_numpy().sum(axis=1)):
        return (Reason("zero_variance", {"items": flat or tuple(frame.columns)}),), "not_computable"
    if flat:
        return (Reason("zero_variance", {"items": flat}),), "flagged"
    return (), "ok"
