"""The sample flow as boxes: who was reached, who stayed, and which group was measured when."""

from __future__ import annotations

import unicodedata

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Rectangle

from ...params import DescriptiveParams
from ...study import Study
from ..blocks import Drawing, Figure
from ..labels import arm_label, wave_label
from ..shared import count_words, smallest_shown
from ..style import ACCENT, INK, MEMBERS, REST
from ..wording import Words, say
from .sample import flow_steps, measured_by_arm

BOX_WIDTH, BOX_HEIGHT, GAP = 1.0, 0.72, 0.28
LABEL_WIDTH = 17
MINIMUM_BOXES = 5  # so that few boxes are not drawn wider
Boxes = list[tuple[Words, Words]]
"""Label and count of each box, from left to right."""


def flow_figure(study: Study, params: DescriptiveParams) -> Figure:
    """Boxes of the known steps; below them a line for each group."""
    smallest = smallest_shown(study.site, params)
    steps: Boxes = [
        (say(f"descriptive_figures.flow_{step}"), _count(n, smallest))
        for step, n in flow_steps(study, params)
        if n is not None
    ]
    lines: list[Boxes] = []
    colours: list[str] = []
    treated = {level.value for level in study.site.arms.levels if level.role == "treated"} if study.site.arms else set()
    for arm, counts in measured_by_arm(study).iterrows():
        line: Boxes = [(arm_label(study, str(arm)), _count(int(counts["n"]), smallest))]
        line += [
            (wave_label(study, wave.id), _count(int(counts[wave.id]), smallest))
            for wave in study.site.waves
            if counts[wave.id]
        ]
        lines.append(line)
        colours.append(MEMBERS if arm in treated else REST)

    def draw(drawing: Drawing) -> Canvas:
        across = max(MINIMUM_BOXES, *(len(line) for line in (steps, *lines)))
        canvas = Canvas(figsize=(7.2, 0.2 + 0.95 * (1 + len(lines))))
        axes = canvas.subplots()
        _draw_line(axes, drawing, steps, top=0.0, colour=ACCENT)
        for position, (line, colour) in enumerate(zip(lines, colours, strict=True), start=1):
            _draw_line(axes, drawing, line, top=1.05 * position, colour=colour)
        axes.set_xlim(-0.02, across * (BOX_WIDTH + GAP) - GAP + 0.02)
        axes.set_ylim(1.05 * len(lines) + BOX_HEIGHT + 0.22, -0.05)  # room for the mark of synthetic data
        axes.axis("off")
        return canvas

    said = [say("descriptive_figures.flow_box", name=name, n=n) for line in (steps, *lines) for name, n in line]
    return Figure(
        id="descriptive.flow.figure",
        caption=say(f"descriptive_figures.flow_caption{'_arms' if lines else ''}"),
        alt=say("descriptive_figures.flow_alt", boxes=said),
        draw=draw,
    )


def _count(n: int, smallest: int) -> Words:
    words = count_words(n, smallest=smallest)
    return str(words) if isinstance(words, int) else words


def _draw_line(axes: Axes, drawing: Drawing, boxes: Boxes, *, top: float, colour: str) -> None:
    for position, (name, n) in enumerate(boxes):
        left = position * (BOX_WIDTH + GAP)
        axes.add_patch(_box(left, top, colour))
        centre = left + BOX_WIDTH / 2
        axes.text(centre, top + 0.27, drawing.text(n), ha="center", va="center", fontsize=13, color=INK)
        label = "\n".join(_lines(drawing.text(name)))
        axes.text(centre, top + 0.54, label, ha="center", va="center", fontsize=8.5, linespacing=1.0, color=INK)
        if position:
            axes.annotate(
                "",
                (left - 0.03, top + BOX_HEIGHT / 2),
                xytext=(left - GAP + 0.03, top + BOX_HEIGHT / 2),
                arrowprops={"arrowstyle": "-|>", "color": INK, "linewidth": 0.9},
            )


def _lines(label: str) -> list[str]:
    """A label in at most two lines that fit a box, broken at a space or bracket where there is one."""
    if _width(label) <= LABEL_WIDTH:
        return [label]
    breaks = [at for at, character in enumerate(label) if character in " (（" and _width(label[:at]) <= LABEL_WIDTH]
    fitting = [at for at in range(len(label)) if _width(label[:at]) <= LABEL_WIDTH]
    at = (breaks or fitting)[-1]
    rest = label[at:].strip()
    while _width(rest) > LABEL_WIDTH:
        rest = rest.rstrip("…")[:-1] + "…"
    return [label[:at].strip(), rest]


def _width(label: str) -> int:
    """A Chinese character is as wide as two Latin ones."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in label)


def _box(left: float, top: float, colour: str) -> Rectangle:
    return Rectangle((left, top), BOX_WIDTH, BOX_HEIGHT, facecolor="white", edgecolor=colour, linewidth=1.6)
