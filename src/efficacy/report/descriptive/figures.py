"""Where the children stand: distribution of scores, item means, correlations of items."""

from __future__ import annotations

import numpy as np
import pandas as pd
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
from ..wording import Words, say
from .choices import scale_of
from .level import scale_axis

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
    mean = float(row_of(described, "scale", scale)["mean"])
    reference = level.reference if level else None

    def draw(drawing: Drawing) -> Canvas:
        canvas = Canvas(figsize=(7.2, 3.2))
        axes = canvas.subplots()
        widths = np.diff(edges)
        unit = widths.min()
        heights = counts / (widths / unit)  # bars of unequal width: area stands for children
        axes.bar(edges[:-1], heights, width=widths, align="edge", color=REST, edgecolor="white", linewidth=1)
        top = heights.max() * 1.22
        axes.set_ylim(0, top)
        marks: list[tuple[float, str, str, Words]] = [
            (mean, ACCENT, "-", say("descriptive_figures.mean_mark", value=Number(value=mean, role="score")))
        ]
        if reference is not None:
            rule_mark = say(
                f"descriptive_figures.{params.level_rule}_mark", value=Number(value=reference, role="score")
            )
            marks.append((reference, INK, "--", rule_mark))
        for position, (at, colour, style, words) in enumerate(sorted(marks, key=lambda mark: mark[0])):
            axes.plot([at, at], [0, top * 0.9], color=colour, linestyle=style, linewidth=1.6)
            left = position == 0 and len(marks) > 1
            side, shift = ("right", -4) if left else ("left", 4)
            axes.annotate(
                drawing.text(words),
                (at, top * 0.9),
                xytext=(shift, 0),
                textcoords="offset points",
                ha=side,
                va="center",
                color=colour,
            )
        axes.set_xlim(edges[0], edges[-1])
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_xlabel(drawing.text(scale_axis(study, scale)))
        merged = not np.allclose(widths, unit)
        axes.set_ylabel(drawing.text(say(f"descriptive_figures.children{'_per_width' if merged else ''}")))
        return canvas

    bars = [
        say(
            "descriptive_figures.bar",
            low=Number(value=float(low), role="score"),
            high=Number(value=float(high), role="score"),
            n=int(n),
        )
        for low, high, n in zip(edges[:-1], edges[1:], counts, strict=True)
    ]
    return Figure(
        id="descriptive.distribution",
        caption=say(
            f"descriptive_figures.distribution_caption{'' if level else '_plain'}",
            scale=scale_label(study, scale),
            n=len(values),
        ),
        alt=say(
            "descriptive_figures.distribution_alt",
            scale=scale_label(study, scale),
            n=len(values),
            mean=Number(value=mean, role="score"),
            bars=bars,
        ),
        draw=draw,
        values=[Number(value=mean, role="score", n=len(values))],
    )


def histogram(values: np.ndarray, limits: tuple[float, float], *, smallest: int) -> tuple[np.ndarray, np.ndarray]:
    """Edges and counts of equal bins over the occupied part of the possible range; neighbours are joined until no bin
    stands for fewer children than may be shown."""
    grid = np.linspace(limits[0], limits[1], BINS + 1)
    counts, edges = np.histogram(values, bins=grid)
    occupied = np.flatnonzero(counts)
    first, last = max(occupied[0] - 1, 0), min(occupied[-1] + 1, BINS - 1)
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
        panels = canvas.subplots(
            len(scales), 1, sharex=True, squeeze=False, height_ratios=[max(len(rows), 2) for _, rows in scales]
        )[:, 0]
        for axes, (scale, rows) in zip(panels, scales, strict=True):
            heights = list(range(len(rows)))
            axes.axvline(instrument.midpoint, color=INK, linestyle="--", linewidth=1)
            below = rows["conf_high"] < instrument.midpoint
            colours = [ACCENT if low else REST for low in below]
            axes.hlines(heights, rows["conf_low"], rows["conf_high"], color=colours, linewidth=2)
            axes.scatter(rows["mean"], heights, color=colours, s=22, zorder=3)
            axes.set_yticks(heights, [drawing.text(item_label(study, name)) for name in rows.index], fontsize=8)
            axes.set_ylim(len(rows) - 0.4, -0.6)
            axes.tick_params(axis="y", length=0)
            axes.set_title(drawing.text(scale.label), loc="left", fontsize=9.5)
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
        axes.set_xticks(range(len(names)), numbers, fontsize=7)
        axes.set_yticks(range(len(names)), numbers, fontsize=7)
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        for edge in np.cumsum(sizes)[:-1]:
            axes.axhline(edge - 0.5, color=INK, linewidth=0.8)
            axes.axvline(edge - 0.5, color=INK, linewidth=0.8)
        canvas.colorbar(image, ax=axes, shrink=0.7, label="r")
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
