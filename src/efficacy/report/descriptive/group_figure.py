"""Group means with their intervals, every declared grouping on one scale."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from ...params import DescriptiveParams
from ...study import Study
from ..blocks import Block, Drawing, Figure
from ..labels import level_label, scale_label
from ..numbers import Number
from ..shared import absent, estimate_words, row_of
from ..style import ACCENT, FAINT, INK
from ..wording import Message, say
from .choices import scale_of
from .differences import grouping_label, shown_levels
from .level import scale_axis
from .protection import counts_of_all


def group_blocks(
    study: Study, params: DescriptiveParams, scores: pd.DataFrame, by_group: Mapping[str, pd.DataFrame]
) -> list[Block]:
    """Mean of every level of every grouping variable with its interval, around the mean of everybody.

    scores, by_group: as describe_scores describes the scales, and the report's own by each variable. Levels with fewer
    children than a table may show are left out.
    """
    smallest = study.site.minimum_cell  # intervals of a few respondents would fill the figure and show nothing
    unanswered = {name: int(study.participants[name].isna().sum()) for name in by_group}
    shown = {
        name: shown_levels(study, params, levels, n_unanswered=unanswered[name]) for name, levels in by_group.items()
    }
    shown = {name: levels[levels["n"] >= smallest] for name, levels in shown.items()}
    shown = {name: levels for name, levels in shown.items() if len(levels) > 1}
    if not shown:
        return [absent("group_means")]
    scale = scale_of(study, params)
    mean = Number(value=row_of(scores, "scale", scale)["mean"], role="score")
    labels = {
        name: [_label(study, params, name, row) for _, row in levels.iterrows()] for name, levels in shown.items()
    }

    def draw(drawing: Drawing) -> Canvas:
        rows = sum(len(levels) for levels in shown.values())
        canvas = Canvas(figsize=(7.2, 1.0 + 0.2 * rows + 0.16 * len(shown)))
        axes = canvas.subplots()
        axes.axvline(float(mean.value or 0), color=INK, linestyle="--", linewidth=1)
        _draw_levels(axes, drawing, shown, labels)
        axes.set_xlabel(drawing.text(scale_axis(study, scale)), loc="left")
        return canvas

    means = [
        say(
            "descriptive_figures.pair",
            name=label,
            value=estimate_words(Number(value=row["mean"], role="score"), row["conf_low"], row["conf_high"]),
        )
        for name, levels in shown.items()
        for label, (_, row) in zip(labels[name], levels.iterrows(), strict=True)
    ]
    label = scale_label(study, scale)
    return [
        Figure(
            id="descriptive.groups",
            caption=say("descriptive_figures.groups_caption", scale=label, mean=mean, k=smallest),
            alt=say("descriptive_figures.groups_alt", scale=label, means=means),
            draw=draw,
        )
    ]


def _draw_levels(
    axes: Axes, drawing: Drawing, shown: Mapping[str, pd.DataFrame], labels: Mapping[str, list[Message]]
) -> None:
    """A line a level, a gap between variables."""
    height, ticks = 0.0, []
    for levels in shown.values():
        for _, row in levels.iterrows():
            axes.hlines(height, row["conf_low"], row["conf_high"], color=ACCENT, linewidth=2)
            axes.scatter([row["mean"]], [height], color=ACCENT, s=22, zorder=3)
            ticks.append(height)
            height += 1
        height += 0.8
    axes.set_yticks(ticks, [drawing.text(label) for group in labels.values() for label in group], fontsize=8.5)
    axes.set_ylim(height - 0.9, -0.9)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)


def _label(study: Study, params: DescriptiveParams, name: str, row: pd.Series) -> Message:
    everybody = counts_of_all(study, params, name)
    n = int(row["n"] if everybody is None else everybody[row["level"]])
    level = level_label(study, name, str(row["level"]))
    return say("descriptive_figures.level_n", variable=grouping_label(study, name), level=level, n=n)
