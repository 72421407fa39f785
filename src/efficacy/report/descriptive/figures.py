"""Where the children stand: distribution of scores, item means, correlations of items."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import MaxNLocator

from ...effects import LevelComparison
from ...instruments import Instrument
from ...params import DescriptiveParams
from ...psychometrics import CorrelationMatrix
from ...study import Study
from ..blocks import Drawing, Figure
from ..labels import item_label, scale_label, score_range
from ..numbers import Interval, Number
from ..shared import estimate_words, row_of, smallest_shown
from ..style import ACCENT, INK, REST, SEQUENTIAL
from ..wording import Message, say
from .choices import scale_of
from .level import scale_axis

FloatArray = npt.NDArray[np.float64]
BINS = 16


def distribution_figure(
    study: Study,
    params: DescriptiveParams,
    scores: pd.DataFrame,
    described: pd.DataFrame,
    level: LevelComparison | None,
) -> Figure:
    """Scores of the report's scale, with their mean and the declared reference. described: by describe_scores."""
    scale = scale_of(study, params)
    values = scores[scale].dropna().to_numpy(dtype=float)
    edges, counts = histogram(values, score_range(study, scale), smallest=smallest_shown(study.site, params))
    mean = Number(value=row_of(described, "scale", scale)["mean"], role="score", n=len(values))
    marks = [Mark(mean, "mean", ACCENT, "-")]
    marks += [Mark(Number(value=level.reference, role="score"), params.level_rule, INK, "--")] if level else []

    def draw(drawing: Drawing) -> Canvas:
        canvas = Canvas(figsize=(7.2, 3.2))
        axes = canvas.subplots()
        _draw_bars(axes, drawing, edges, counts)
        _draw_marks(axes, drawing, marks)
        axes.set_xlabel(drawing.text(scale_axis(study, scale)))
        return canvas

    label = scale_label(study, scale)
    plain = "" if level else "_plain"
    return Figure(
        id="descriptive.distribution",
        caption=say(f"descriptive_figures.distribution_caption{plain}", scale=label, n=len(values)),
        alt=say(
            "descriptive_figures.distribution_alt",
            scale=label,
            n=len(values),
            mean=Number(value=mean.value, role="score"),
            bars=_bars(edges, counts),
        ),
        draw=draw,
        values=[mean],
    )


class Mark(NamedTuple):
    """A line over the distribution. kind: of its words."""

    at: Number
    kind: str
    colour: str
    style: str


def _draw_bars(axes: Axes, drawing: Drawing, edges: FloatArray, counts: FloatArray) -> None:
    """Bars whose area stands for children, so that joined bins look no fuller than they are."""
    widths = np.diff(edges)
    heights = counts / (widths / widths.min())
    axes.bar(edges[:-1], heights, width=widths, align="edge", color=REST, edgecolor="white", linewidth=1)
    axes.set_ylim(0, heights.max() * 1.22)
    axes.set_xlim(edges[0], edges[-1])
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    merged = not np.allclose(widths, widths.min())
    axes.set_ylabel(drawing.text(say(f"descriptive_figures.children{'_per_width' if merged else ''}")))


def _draw_marks(axes: Axes, drawing: Drawing, marks: list[Mark]) -> None:
    """Lines with their words: the lower one's on its left, so that two never meet."""
    height = axes.get_ylim()[1] * 0.9
    for position, mark in enumerate(sorted(marks, key=lambda mark: mark.at.value or 0)):
        at = float(mark.at.value or 0)
        axes.plot([at, at], [0, height], color=mark.colour, linestyle=mark.style, linewidth=1.6)
        left = position == 0 and len(marks) > 1
        axes.annotate(
            drawing.text(say(f"descriptive_figures.{mark.kind}_mark", value=mark.at)),
            (at, height),
            xytext=(-4 if left else 4, 0),
            textcoords="offset points",
            ha="right" if left else "left",
            va="center",
            color=mark.colour,
        )


def _bars(edges: FloatArray, counts: FloatArray) -> list[Message]:
    return [
        say(
            "descriptive_figures.bar",
            low=Number(value=float(low), role="score"),
            high=Number(value=float(high), role="score"),
            n=int(n),
        )
        for low, high, n in zip(edges[:-1], edges[1:], counts, strict=True)
    ]


def histogram(values: FloatArray, limits: tuple[float, float], *, smallest: int) -> tuple[FloatArray, FloatArray]:
    """Edges and counts of equal bins over the occupied part of the possible range; neighbours are joined until no bin
    stands for fewer children than may be shown. Where that is more than one, the bins reach over the whole range: where
    they ended would tell the lowest and the highest score."""
    grid = np.linspace(limits[0], limits[1], BINS + 1)
    counts, edges = np.histogram(values, bins=grid)
    occupied = np.flatnonzero(counts)
    first, last = max(occupied[0] - 1, 0), min(occupied[-1] + 1, BINS - 1)
    if smallest > 1:
        first, last = 0, BINS - 1
    kept, joined = list(edges[first : last + 2]), list(counts[first : last + 1])
    while len(joined) > 1 and smallest > 1 and min(joined) < smallest:
        at = int(np.argmin(joined))
        left = at == len(joined) - 1 or (at > 0 and joined[at - 1] <= joined[at + 1])
        neighbour = at - 1 if left else at + 1
        joined[neighbour] += joined[at]
        del joined[at]
        del kept[at if left else at + 1]
    return np.array(kept), np.array(joined)


def item_figure(study: Study, instrument: Instrument, items: pd.DataFrame) -> Figure:
    """Item means with their intervals, by scale and by size within it, against the middle of the response range.

    items: as describe_items describes the reverse-scored answers.
    """
    by_item = items.set_index("item")
    scales = [
        (scale, by_item.loc[[instrument.item(n).name for n in scale.items]].sort_values("mean", ascending=False))
        for scale in instrument.subscales
    ]

    def draw(drawing: Drawing) -> Canvas:
        canvas = Canvas(figsize=(7.2, 0.9 + 0.235 * len(items) + 0.3 * len(scales)))
        ratios = [max(len(rows), 2) for _, rows in scales]
        panels = canvas.subplots(len(scales), 1, sharex=True, squeeze=False, height_ratios=ratios)[:, 0]
        for axes, (scale, rows) in zip(panels, scales, strict=True):
            axes.set_title(drawing.text(scale.label), loc="left", fontsize=9.5)
            names = [drawing.text(item_label(study, str(name))) for name in rows.index]
            _draw_items(axes, rows, names, midpoint=instrument.midpoint)
        panels[0].set_xlim(instrument.minimum, instrument.maximum)
        panels[-1].set_xlabel(drawing.text(say("descriptive_figures.items_x", midpoint=midpoint)))
        return canvas

    midpoint = Number(value=instrument.midpoint, role="score")
    means = [
        say(
            "descriptive_figures.pair",
            name=item_label(study, str(name)),
            value=estimate_words(Number(value=row["mean"], role="score"), row["conf_low"], row["conf_high"]),
        )
        for _, rows in scales
        for name, row in rows.iterrows()
    ]
    return Figure(
        id=f"descriptive.items.{instrument.id}.figure",
        caption=say("descriptive_figures.items_caption", midpoint=midpoint),
        alt=say("descriptive_figures.items_alt", items=means),
        draw=draw,
        values=[Number(value=value, role="score") for value in items["mean"]],
    )


def _draw_items(axes: Axes, rows: pd.DataFrame, names: list[str], *, midpoint: float) -> None:
    """Means with intervals of one scale's items; dark where the whole interval lies below the midpoint."""
    heights = list(range(len(rows)))
    colours = [ACCENT if low else REST for low in rows["conf_high"] < midpoint]
    axes.axvline(midpoint, color=INK, linestyle="--", linewidth=1)
    axes.hlines(heights, rows["conf_low"], rows["conf_high"], color=colours, linewidth=2)
    axes.scatter(rows["mean"], heights, color=colours, s=22, zorder=3)
    axes.set_yticks(heights, names, fontsize=8.5)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)


def heat_map(instrument: Instrument, correlations: CorrelationMatrix) -> Figure:
    """Correlations among the items in the order of the scales: do the items of a scale belong together?"""
    names = [instrument.item(n).name for scale in instrument.subscales for n in scale.items]
    matrix = correlations.estimates.loc[names, names]
    sizes = [len(scale.items) for scale in instrument.subscales]
    numbers = [str(instrument.item(n).number) for scale in instrument.subscales for n in scale.items]

    def draw(drawing: Drawing) -> Canvas:
        side = min(6.4, 2.6 + 0.16 * len(names))
        canvas = Canvas(figsize=(side + 0.9, side))
        axes = canvas.subplots()
        shown = matrix.to_numpy(dtype=float).copy()
        shown[np.triu_indices(len(names))] = np.nan
        image = axes.imshow(shown, cmap=SEQUENTIAL, vmin=-1, vmax=1, aspect="equal")
        axes.set_xticks(range(len(names)), numbers, fontsize=8)
        axes.set_yticks(range(len(names)), numbers, fontsize=8)
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        for edge in np.cumsum(sizes)[:-1]:
            axes.axhline(edge - 0.5, color=INK, linewidth=0.8)
            axes.axvline(edge - 0.5, color=INK, linewidth=0.8)
        canvas.colorbar(image, ax=axes, shrink=0.7).ax.set_title("r", fontsize=9.5)
        axes.set_xlabel(drawing.text(say("descriptive_figures.heat_x")))
        return canvas

    within, between = _ranges(matrix, sizes)
    return Figure(
        id=f"descriptive.heat.{instrument.id}",
        caption=say("descriptive_figures.heat_caption"),
        alt=say(
            f"descriptive_figures.heat_alt{'' if between else '_one'}",
            k=len(names),
            within=within,
            between=between or "",
        ),
        draw=draw,
    )


def _ranges(matrix: pd.DataFrame, sizes: list[int]) -> tuple[Interval, Interval | None]:
    """Lowest and highest correlation inside a scale, and of items of different scales, for those who see no colours."""
    values = matrix.to_numpy(dtype=float)
    owner = np.repeat(np.arange(len(sizes)), sizes)
    same = owner[:, None] == owner[None, :]
    below = np.tril(np.ones_like(values, dtype=bool), -1) & ~np.isnan(values)
    ranges = [
        Interval(low=float(values[pairs].min()), high=float(values[pairs].max()), role="r") if pairs.any() else None
        for pairs in (below & same, below & ~same)
    ]
    return ranges[0] or Interval(low=None, high=None, role="r"), ranges[1]
