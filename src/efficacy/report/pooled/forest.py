"""The sites and their mean as a forest plot, with where a further site would lie."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Polygon

from ..blocks import Drawing, Figure, Sentence
from ..shared import estimate_words
from ..style import ACCENT, INK, REST
from ..wording import Words, reasons_of, say
from .evaluation import Evaluation
from .words import ends, level, site_label, size, unit_words

GREY = "#5a6672"
LARGEST = 130.0  # area of the mark of a site with all the weight, in square points
SMALLEST = 22.0


@dataclass(frozen=True)
class _Line:
    """A site of the plot; weight NaN where nothing is pooled."""

    label: Words
    value: float
    low: float
    high: float
    weight: float

    @property
    def area(self) -> float:
        return SMALLEST + LARGEST * (self.weight if self.weight == self.weight else 0.25)


def forest_figure(evaluation: Evaluation) -> Figure | Sentence:
    """Every site with its interval, in the order of names; below them the mean and the prediction interval."""
    lines = [
        _Line(site_label(evaluation, row["term"]), row["estimate"], row["conf_low"], row["conf_high"], row["weight"])
        for _, row in evaluation.main.by_site().iterrows()
        if row["estimate"] == row["estimate"]
    ]
    if not lines:
        return Sentence(id="pooled.forest", parts=list(reasons_of(evaluation.main)), tone="caution")

    def draw(drawing: Drawing) -> Canvas:
        rows = len(lines) + (2 if evaluation.pooled else 0)
        canvas = Canvas(figsize=(7.2, 1.05 + 0.42 * rows))
        axes = canvas.subplots()
        axes.axvline(0, color=INK, linewidth=1)
        labels: list[str] = []
        for height, line in enumerate(lines):
            _draw_site(axes, line, height)
            _say_value(axes, drawing, evaluation, line.value, (line.low, line.high), height, GREY)
            labels.append(drawing.text(line.label))
        if evaluation.pooled:
            labels += _draw_pooled(axes, drawing, evaluation, len(lines))
        axes.set_yticks(range(rows), labels)
        axes.set_ylim(rows - 0.4, -0.6)  # the first site on top
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        low, high = _reach(evaluation, lines)
        axes.set_xlim(low - 0.05 * (high - low), high + 0.40 * (high - low))
        axes.set_xlabel(drawing.text(say("pooled.forest_x", unit=unit_words(evaluation), level=level(evaluation))))
        return canvas

    return Figure(
        id="pooled.forest",
        caption=say(f"pooled.forest_caption_{'pooled' if evaluation.pooled else 'refused'}", level=level(evaluation)),
        alt=_alt(evaluation, lines),
        draw=draw,
        values=[size(evaluation, line.value) for line in lines],
    )


def _draw_site(axes: Axes, line: _Line, height: int) -> None:
    axes.plot([line.low, line.high], [height] * 2, color=REST, linewidth=2.2, solid_capstyle="butt")
    axes.scatter([line.value], [height], marker="s", s=line.area, color=INK, zorder=3)


def _draw_pooled(axes: Axes, drawing: Drawing, evaluation: Evaluation, height: int) -> list[str]:
    """The mean as a diamond, the prediction interval as a bar; returns their labels."""
    main = evaluation.main
    axes.axhline(height - 0.5, color=REST, linewidth=0.8)
    corners = [(main.conf_low, height), (main.estimate, height - 0.26), (main.conf_high, height)]
    axes.add_patch(Polygon([*corners, (main.estimate, height + 0.26)], closed=True, color=ACCENT, zorder=3))
    _say_value(axes, drawing, evaluation, main.estimate, (main.conf_low, main.conf_high), height, ACCENT)
    below = height + 1
    axes.plot([main.pred_low, main.pred_high], [below] * 2, color=ACCENT, linewidth=4.5, alpha=0.35)
    _annotate(axes, drawing.text(_bare(evaluation)), main.pred_high, below, ACCENT)
    return [drawing.text(say("pooled.forest_mean")), drawing.text(say("pooled.forest_prediction"))]


def _bare(evaluation: Evaluation) -> Words:
    return say("pooled.forest_ends", interval=ends(evaluation, evaluation.main.pred_low, evaluation.main.pred_high))


def _say_value(
    axes: Axes,
    drawing: Drawing,
    evaluation: Evaluation,
    value: float,
    interval: tuple[float, float],
    height: int,
    colour: str,
) -> None:
    words = estimate_words(size(evaluation, value), *interval)
    _annotate(axes, drawing.text(words), interval[1], height, colour)


def _annotate(axes: Axes, text: str, at: float, height: int, colour: str) -> None:
    axes.annotate(text, (at, height), xytext=(8, 0), textcoords="offset points", va="center", color=colour, fontsize=9)


def _reach(evaluation: Evaluation, lines: list[_Line]) -> tuple[float, float]:
    lows, highs = [0.0, *(line.low for line in lines)], [0.0, *(line.high for line in lines)]
    if evaluation.pooled:
        lows.append(evaluation.main.pred_low)
        highs.append(evaluation.main.pred_high)
    return min(lows), max(highs)


def _alt(evaluation: Evaluation, lines: list[_Line]) -> Words:
    said = [
        say(
            "pooled.forest_line",
            site=line.label,
            value=estimate_words(size(evaluation, line.value), line.low, line.high),
        )
        for line in lines
    ]
    if not evaluation.pooled:
        return say("pooled.forest_alt_refused", sites=said)
    main = evaluation.main
    return say(
        "pooled.forest_alt_pooled",
        sites=said,
        value=estimate_words(size(evaluation, main.estimate), main.conf_low, main.conf_high),
        prediction=ends(evaluation, main.pred_low, main.pred_high),
    )
