"""How a number is shown: the only place that knows decimals. Raw values travel beside the shown ones."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

Role = Literal[
    "score",
    "effect",
    "statistic",
    "df",
    "p",
    "p_text",
    "coefficient",
    "r",
    "percent",
    "count",
    "integer",
    "raw",
]
TableStyle = Literal["chinese", "apa"]
Tolerance = Literal["closed_form", "iterative", "resampled"]

_DECIMALS: Mapping[str, int] = {
    "score": 2,  # means, standard deviations, differences in the scale's own unit
    "effect": 2,  # standardised effects
    "statistic": 2,  # t, F, chi-square
    "df": 2,
    "coefficient": 3,  # alpha, KMO, loadings
    "r": 2,
    "percent": 1,
    "count": 0,
    "integer": 0,
    "raw": 4,
}
_BOUNDED = frozenset({"p", "coefficient", "r"})  # APA drops the leading zero of what cannot pass 1
MISSING = "—"


@dataclass(frozen=True, kw_only=True)
class Number:
    """A number to be shown. role decides its decimals; the rest says where it comes from (a table's own n, method and
    tolerance stand in for what is left out here)."""

    value: float | int | None
    role: Role
    n: int | None = None
    df: float | None = None
    method: str | None = None
    tolerance: Tolerance | None = None
    seed: str | None = None


@dataclass(frozen=True, kw_only=True)
class Interval:
    """Two ends shown as [low, high]."""

    low: float | None
    high: float | None
    role: Role


@dataclass(frozen=True, kw_only=True)
class PlusMinus:
    """Mean and standard deviation shown as M±SD."""

    mean: float | None
    sd: float | None
    role: Role = "score"


def show_number(value: float | int | None, role: Role, style: TableStyle) -> str:
    """One number as text: ``0.032`` or, in APA style, ``.032``; ``<0.001`` for small p; a dash for no number."""
    if value is None or math.isnan(value):
        return MISSING
    if role == "p_text":  # with its sign, for running text
        return show_p(value, style)
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    if role == "p":
        text = "<0.001" if value < 0.001 else f"{value:.3f}"
    elif role == "percent":
        text = f"{100 * value:.1f}%"
    elif role == "df" and float(value).is_integer():
        text = f"{value:.0f}"
    else:
        text = f"{value:.{_DECIMALS[role]}f}"
    text = text.removeprefix("-") if not any(digit in text for digit in "123456789") else text  # no "-0.00"
    if style == "apa" and role in _BOUNDED:
        text = text.replace("0.", ".", 1) if text.lstrip("-<").startswith("0.") else text
    return text


def show_p(value: float | None, style: TableStyle) -> str:
    """p with its sign, for running text: ``p=0.032``, ``p<0.001``."""
    shown = show_number(value, "p", style)
    if style == "apa":
        return f"p {shown[0]} {shown[1:]}" if shown.startswith("<") else f"p = {shown}"
    return f"p{shown}" if shown.startswith("<") else f"p={shown}"


def describe_number(number: Number | Interval | PlusMinus, style: TableStyle) -> dict[str, Any]:
    """A number as a block holds it: raw, shown, and where it comes from."""
    if isinstance(number, Interval):
        low, high = (show_number(end, number.role, style) for end in (number.low, number.high))
        shown = MISSING if MISSING in (low, high) else f"[{low}, {high}]"
        return {"raw": [clean(number.low), clean(number.high)], "shown": shown, "role": number.role, "form": "interval"}
    if isinstance(number, PlusMinus):
        mean, sd = (show_number(part, number.role, style) for part in (number.mean, number.sd))
        shown = MISSING if mean == MISSING else f"{mean}±{sd}"
        return {"raw": [clean(number.mean), clean(number.sd)], "shown": shown, "role": number.role, "form": "m_sd"}
    described: dict[str, Any] = {
        "raw": clean(number.value),
        "shown": show_number(number.value, number.role, style),
        "role": number.role,
    }
    for name in ("n", "df", "method", "tolerance", "seed"):
        value = getattr(number, name)
        if value is not None and value == value:  # a statistic without degrees of freedom has NaN there
            described[name] = value
    return described


def clean(value: float | int | None) -> float | int | str | None:
    """A raw value as JSON knows it: None for NaN, "Inf" and "-Inf", no numpy types."""
    if value is None:
        return None
    if isinstance(value, (int, np.integer)):
        return int(value)
    number = float(value)
    if math.isnan(number):
        return None
    if math.isinf(number):
        return "Inf" if number > 0 else "-Inf"
    return number
