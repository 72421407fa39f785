"""Estimates with their intervals below each other, what counts in the accent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from ..blocks import Drawing
from ..style import ACCENT, INK, REST
from ..wording import Message, Words, say
from .words import interval, points

GREY = "#5a6672"
MANY = 6  # lines beyond which they stand closer
Zero = Literal["change", "difference"]


@dataclass(frozen=True)
class Estimate:
    """One line of an estimation plot. counts: does the conclusion rest on it?"""

    label: Words
    value: float
    low: float
    high: float
    counts: bool


def estimate_of(label: Words, row: pd.Series, *, counts: bool) -> Estimate:
    """The line of a result's row."""
    return Estimate(label, float(row["estimate"]), float(row["conf_low"]), float(row["conf_high"]), counts)


def value_words(line: Estimate) -> Message:
    return say(
        "intervention_results.estimates_value", estimate=points(line.value), interval=interval(line.low, line.high)
    )


def alt_words(lines: Sequence[Estimate]) -> Message:
    """All lines in words."""
    said = [say("intervention_results.estimates_line", label=line.label, value=value_words(line)) for line in lines]
    return say("intervention_results.estimates_alt", estimates=said)


def draw_estimates(lines: Sequence[Estimate], drawing: Drawing, *, axis: Words, zero: Zero) -> Canvas:
    """axis: what the horizontal axis shows. zero: what 0 stands for."""
    canvas = Canvas(figsize=(7.2, 1.2 + (0.52 if len(lines) <= MANY else 0.42) * len(lines)))
    axes = canvas.subplots()
    axes.axvline(0, color=INK, linewidth=1)
    for height, line in enumerate(reversed(lines)):
        colour = ACCENT if line.counts else REST
        axes.plot([line.low, line.high], [height] * 2, color=colour, linewidth=3, solid_capstyle="butt")
        axes.scatter([line.value], [height], color=colour, s=52, zorder=3)
        axes.annotate(
            drawing.text(value_words(line)),
            (line.high, height),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            color=ACCENT if line.counts else GREY,
            fontsize=9,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
        )
    axes.set_yticks(range(len(lines)), [_wrapped(drawing.text(line.label)) for line in reversed(lines)])
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_ylim(-0.6, len(lines) - 0.4)
    low, high = min(0.0, *(line.low for line in lines)), max(0.0, *(line.high for line in lines))
    axes.set_xlim(low - 0.12 * (high - low), high + 0.42 * (high - low))
    _sides(axes, drawing, zero)
    axes.set_xlabel(drawing.text(axis), loc="left")
    return canvas


def _sides(axes: Axes, drawing: Drawing, zero: Zero) -> None:
    """What 0 stands for, and which way is which, above the estimates."""
    _above(axes, drawing.text(say("intervention_figures.side_lower")), -52, "right")
    _above(axes, drawing.text(say(f"intervention_figures.zero_{zero}")), 0, "center")
    _above(axes, drawing.text(say("intervention_figures.side_higher")), 52, "left")


def _above(axes: Axes, words: str, offset: int, align: Literal["left", "center", "right"]) -> None:
    axes.annotate(
        words,
        (0.0, 1.0),
        xycoords=("data", "axes fraction"),
        xytext=(offset, 3),
        textcoords="offset points",
        ha=align,
        va="bottom",
        fontsize=8.5,
        color=GREY,
        annotation_clip=False,
    )


def _wrapped(label: str) -> str:
    """A bracketed explanation goes on a second line."""
    if "(" not in label or len(label) < 12:
        return label
    head, _, tail = label.partition("(")
    return f"{head.rstrip()}\n({tail}"
