"""Path diagram of the confirmatory model: factors, their items, loadings, and the correlations of factors."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Ellipse, FancyArrowPatch, FancyBboxPatch, PathPatch
from matplotlib.path import Path

from ...instruments import Instrument
from ...psychometrics import CfaResult
from ...study import Study
from ..blocks import Block, Drawing, Figure
from ..labels import item_label
from ..numbers import Number
from ..style import ACCENT, INK, REST
from ..wording import say
from .dimensions import SALIENT_LOADING

FACTOR_X, ITEM_X, ITEM_WIDTH = 0.30, 0.68, 0.30
STEP = 0.26  # inches an item


def path_figure(study: Study, instrument: Instrument, fit: CfaResult) -> list[Block]:
    """Nothing where there is no solution: the fit table gives the reasons."""
    if fit.status == "not_computable":
        return []
    members = {scale.id: [instrument.item(number).name for number in scale.items] for scale in instrument.subscales}
    n_items = sum(map(len, members.values()))

    def draw(drawing: Drawing) -> Canvas:
        canvas = Canvas(figsize=(7.2, 0.5 + STEP * (n_items + len(members))))
        axes = canvas.subplots()
        axes.set_axis_off()
        axes.set_xlim(0, 1)
        axes.set_ylim(n_items + len(members) - 0.3, -0.7)
        centres, row = {}, 0.0
        for scale in instrument.subscales:
            names = members[scale.id]
            centres[scale.id] = row + (len(names) - 1) / 2
            _draw_factor(axes, drawing.text(scale.label), centres[scale.id])
            for position, name in enumerate(names):
                value = float(fit.loadings.loc[[name], scale.id].iloc[0])
                label = drawing.wording.text(Number(value=value, role="r"))
                _draw_item(axes, drawing.text(item_label(study, name)), row + position, centres[scale.id], value, label)
            row += len(names) + 1
        _draw_correlations(axes, drawing, fit, centres)
        return canvas

    weak = [item_label(study, name) for scale, names in members.items() for name in names if _weak(fit, scale, name)]
    limit = Number(value=SALIENT_LOADING, role="r")
    weak_caption = say("factor_cfa.path_caption_weak", limit=limit, n=len(weak))
    caption = weak_caption if weak else say("factor_cfa.path_caption", limit=limit)
    return [
        Figure(
            id="factor.cfa.path",
            caption=caption,
            alt=say(
                "factor_cfa.path_alt",
                factors=[
                    say(
                        "factor_cfa.path_factor",
                        factor=scale.label,
                        loadings=[
                            Number(value=float(fit.loadings.loc[[name], scale.id].iloc[0]), role="r")
                            for name in members[scale.id]
                        ],
                    )
                    for scale in instrument.subscales
                ],
            ),
            draw=draw,
        )
    ]


def _weak(fit: CfaResult, scale: str, name: str) -> bool:
    return abs(float(fit.loadings.loc[[name], scale].iloc[0])) < SALIENT_LOADING


def _draw_factor(axes: Axes, label: str, y: float) -> None:
    axes.add_patch(Ellipse((FACTOR_X, y), 0.24, 2.4, facecolor="white", edgecolor=ACCENT, linewidth=1.6, zorder=3))
    axes.text(FACTOR_X, y, _broken(label), ha="center", va="center", fontsize=8.5, zorder=4)


def _broken(label: str) -> str:
    """A long label in two lines: English between words, Chinese in its middle."""
    words = label.split(" ")
    if len(words) > 1 and len(label) > 12:
        half = (len(words) + 1) // 2
        return " ".join(words[:half]) + "\n" + " ".join(words[half:])
    if len(words) == 1 and len(label) > 7 and not label.isascii():
        return f"{label[: len(label) // 2]}\n{label[len(label) // 2 :]}"
    return label


def _draw_item(axes: Axes, label: str, y: float, centre: float, value: float, shown: str) -> None:
    colour = ACCENT if abs(value) >= SALIENT_LOADING else REST
    axes.add_patch(
        FancyBboxPatch(
            (ITEM_X, y - 0.34),
            ITEM_WIDTH,
            0.68,
            boxstyle="square,pad=0",
            facecolor="white",
            edgecolor=INK,
            linewidth=0.7,
        )
    )
    axes.text(ITEM_X + 0.01, y, label, ha="left", va="center", fontsize=7.5)
    axes.add_patch(
        FancyArrowPatch(
            (FACTOR_X + 0.12, centre), (ITEM_X, y), arrowstyle="-|>", mutation_scale=7, color=colour,
            linewidth=0.5 + 1.8 * abs(value), shrinkA=0, shrinkB=0, zorder=2,
        )
    )  # fmt: skip
    at = 0.82  # of the way, where the arrows have parted
    x, height = FACTOR_X + 0.12 + at * (ITEM_X - FACTOR_X - 0.12), centre + at * (y - centre)
    axes.text(
        x, height, shown, fontsize=7, ha="center", va="center", color=INK,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6}, zorder=4,
    )  # fmt: skip


def _draw_correlations(axes: Axes, drawing: Drawing, fit: CfaResult, centres: dict[str, float]) -> None:
    """Arcs at the left, further out the further apart two factors stand."""
    names = list(centres)
    start = FACTOR_X - 0.12
    reach = start / max(len(names) - 1, 1)
    for position, first in enumerate(names):
        for apart, second in enumerate(names[position + 1 :], start=1):
            top, bottom = centres[first], centres[second]
            depth = reach * apart
            curve = Path(
                [(start, top), (start - depth, top), (start - depth, bottom), (start, bottom)],
                [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4],
            )
            axes.add_patch(PathPatch(curve, facecolor="none", edgecolor=REST, linewidth=0.8))
            value = float(fit.factor_correlations.loc[[first], second].iloc[0])
            axes.text(
                start - 0.75 * depth, (top + bottom) / 2, drawing.wording.text(Number(value=value, role="r")),
                fontsize=7.5, ha="center", va="center", bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
            )  # fmt: skip
