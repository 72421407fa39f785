"""Group means with their intervals, every declared grouping on one scale."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure as Canvas

from ...params import DescriptiveParams
from ...study import Study
from ..blocks import Drawing, Figure
from ..labels import level_label, scale_label
from ..numbers import Number
from ..shared import estimate_words, smallest_shown
from ..style import ACCENT, FAINT, MEMBERS
from ..wording import say
from .choices import scale_of
from .differences import grouping_label


def group_figure(study: Study, params: DescriptiveParams, described: Mapping[str, pd.DataFrame]) -> Figure:
    """Mean of every level of every grouping variable with its interval, around the mean of everybody.

    described: the report's scale as describe_scores describes it by each variable.
    """
    smallest = max(2, smallest_shown(study.site, params))
    shown = {name: levels[levels["n"] >= smallest] for name, levels in described.items()}
    shown = {name: levels for name, levels in shown.items() if len(levels) > 1}
    rows = sum(len(levels) for levels in shown.values())
    scale = scale_of(study, params)

    def draw(drawing: Drawing) -> Canvas:
        canvas = Canvas(figsize=(7.2, 1.0 + 0.2 * rows + 0.16 * len(shown)))
        axes = canvas.subplots()
        height, ticks, words = 0.0, [], []
        for position, (name, levels) in enumerate(shown.items()):
            colour = (ACCENT, MEMBERS)[position % 2]
            for _, row in levels.iterrows():
                axes.hlines(height, row["conf_low"], row["conf_high"], color=colour, linewidth=2, alpha=0.85)
                axes.scatter([row["mean"]], [height], color=colour, s=22, zorder=3)
                ticks.append(height)
                label = say(
                    "descriptive_figures.level_n",
                    variable=grouping_label(study, name),
                    level=level_label(study, name, str(row["level"])),
                    n=int(row["n"]),
                )
                words.append(drawing.text(label))
                height += 1
            height += 0.8
        axes.set_yticks(ticks, words, fontsize=8)
        axes.set_ylim(height - 0.9, -0.9)
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="x", color=FAINT, linewidth=0.6)
        axes.set_axisbelow(True)
        axes.set_xlabel(drawing.text(scale_label(study, scale)))
        return canvas

    means = [
        say(
            "descriptive_figures.pair",
            name=say(
                "descriptive_figures.level_n",
                variable=grouping_label(study, name),
                level=level_label(study, name, str(row["level"])),
                n=int(row["n"]),
            ),
            value=estimate_words(Number(value=row["mean"], role="score"), row["conf_low"], row["conf_high"]),
        )
        for name, levels in shown.items()
        for _, row in levels.iterrows()
    ]
    return Figure(
        id="descriptive.groups",
        caption=say("descriptive_figures.groups_caption", scale=scale_label(study, scale)),
        alt=say("descriptive_figures.groups_alt", scale=scale_label(study, scale), means=means),
        draw=draw,
    )
