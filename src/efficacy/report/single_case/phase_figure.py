"""Phase plots: every point of a child's series, with median, trend and envelope."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib import dates as mdates
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from ...params import CaseOutcome
from ..blocks import Drawing, Figure
from ..style import ACCENT, FAINT, INK, REST
from ..wording import Words, say
from .case import Series
from .evaluation import Evaluation
from .words import child_label, phase_label, value_of

GREY = "#5a6672"
_SHADE = "#e9edf1"


def phase_figures(evaluation: Evaluation) -> tuple[Figure, ...]:
    """One figure for each outcome, a panel for each child."""
    return tuple(phase_figure(evaluation, outcome) for outcome in evaluation.case.outcomes)


def phase_figure(evaluation: Evaluation, outcome: CaseOutcome) -> Figure:
    """The series of one outcome: points joined within each phase; medians and trends only of phases long enough."""
    case = evaluation.case
    own = case.of(outcome)

    def draw(drawing: Drawing) -> Canvas:
        height = 3.4 if len(own) == 1 else 1.9 * len(own) + 0.6
        canvas = Canvas(figsize=(7.2, height))
        panels = np.atleast_1d(canvas.subplots(len(own), 1, sharex=True, sharey=True))
        for position, (axes, series) in enumerate(zip(panels, own, strict=True)):
            _panel(axes, evaluation, series, drawing, named=position == 0)
            if len(own) > 1:
                label = drawing.text(child_label(case, series.child))
                axes.set_title(label, loc="left", fontsize=9, color=GREY, pad=18 if position == 0 else 4)
        _scale(panels, outcome, own)
        panels[len(own) // 2].set_ylabel(drawing.text(outcome.label))
        panels[-1].set_xlabel(drawing.text(say("single_case.phase_x")))
        panels[-1].xaxis.set_major_formatter(mdates.DateFormatter("%Y-%m"))  # type: ignore[no-untyped-call]
        panels[-1].xaxis.set_major_locator(mdates.AutoDateLocator(minticks=3, maxticks=8))  # type: ignore[no-untyped-call]
        return canvas

    long_enough = [series for series in own if not series.short]
    kind = "chart" if not long_enough else "several" if len(own) > 1 else "one"
    envelope = "ratio" if outcome.scale == "ratio" else "range"
    caption = say(f"single_case.phase_caption_{kind}", outcome=outcome.label)
    shade = [] if not long_enough else [say(f"single_case.phase_caption_envelope_{envelope}")]
    return Figure(
        id=f"single_case.phases.{case.outcomes.index(outcome)}",
        caption=say("single_case.caption", first=caption, rest=shade[0]) if shade else caption,
        alt=say(
            "single_case.phase_alt", outcome=outcome.label, series=[_in_words(evaluation, series) for series in own]
        ),
        draw=draw,
    )


def _panel(axes: Axes, evaluation: Evaluation, series: Series, drawing: Drawing, *, named: bool) -> None:
    edges = []
    for name in series.phases:
        points = series.phase(name)
        colour = REST if name.startswith("baseline") else ACCENT
        marker = "o" if name.startswith("baseline") else "s" if name != "followup" else "^"
        axes.plot(points.index, points, color=colour, linewidth=1.2, marker=marker, markersize=4.5, zorder=3)
        edges.append((name, points.index[0], points.index[-1]))
        if not series.short:
            _summary(axes, evaluation, series, name, drawing)
    if not series.short:
        _envelope(axes, evaluation, series)
    for (_, _, last), (_, first, _) in pairwise(edges):
        axes.axvline(last + (first - last) / 2, color=INK, linewidth=1, linestyle=(0, (4, 3)))
    if named:
        for name, first, last in edges:
            middle = first + (last - first) / 2
            axes.annotate(
                drawing.text(phase_label(name, series)),
                (mdates.date2num(middle), 1.0),  # type: ignore[no-untyped-call]
                xycoords=("data", "axes fraction"),
                xytext=(0, 4),
                textcoords="offset points",
                ha="center",
                va="bottom",
                color=GREY,
                fontsize=9,
            )


def _summary(axes: Axes, evaluation: Evaluation, series: Series, name: str, drawing: Drawing) -> None:
    """Median and trend of one phase, the median named at its end."""
    described, days = evaluation.phase(series, name), series.phase(name).index
    if described.status == "not_computable":
        return
    colour = GREY if name.startswith("baseline") else ACCENT
    axes.hlines(described.median, days[0], days[-1], color=colour, linewidth=1.1, linestyle=(0, (1, 2)), zorder=2)
    line = described.intercept + described.slope * series.days(name)
    axes.plot(days, line, color=colour, linewidth=1.8, alpha=0.75, zorder=2)
    outside = {"baseline": (days[0], -6, "right"), "intervention": (days[-1], 6, "left")}
    if name in outside:  # at the free end of the phase, where no line passes
        day, away, side = outside[name]
        axes.annotate(
            drawing.text(say("single_case.median_mark", median=value_of(described.median))),
            (day, described.median),
            xytext=(away, 0),
            textcoords="offset points",
            fontsize=7.5,
            color=colour,
            va="center",
            ha=side,
        )


def _envelope(axes: Axes, evaluation: Evaluation, series: Series) -> None:
    """The baseline's trend and its envelope, carried on through the intervention."""
    described = evaluation.phase(series, "baseline")
    if described.status == "not_computable":
        return
    reach = np.concatenate([series.days("baseline"), series.days("intervention")])
    days = series.phase("baseline").index.append(series.phase("intervention").index)
    line = described.intercept + described.slope * reach
    axes.fill_between(days, line - described.envelope, line + described.envelope, color=_SHADE, linewidth=0, zorder=0)
    axes.plot(days, line, color=FAINT, linewidth=1.2, zorder=1)


def _scale(panels: np.ndarray, outcome: CaseOutcome, own: tuple[Series, ...]) -> None:
    """The form's range where it is declared, else that of the points; room for the names of the phases."""
    values = pd.concat([series.rows["value"] for series in own])
    low = outcome.minimum if outcome.minimum is not None else float(values.min())
    high = outcome.maximum if outcome.maximum is not None else float(values.max())
    high = min(high, float(values.max()) + 0.35 * (high - low))  # a form up to 45 need not be drawn to 45
    room = 0.06 * (high - low or 1)
    for axes in panels:
        axes.set_ylim(low - room, high + 1.6 * room)
        axes.margins(x=0.04 if own[0].short else 0.12)
        axes.spines[["top", "right"]].set_visible(False)


def _in_words(evaluation: Evaluation, series: Series) -> Words:
    """The points of a series, phase by phase."""
    phases = [
        say(
            "single_case.phase_points",
            phase=phase_label(name, series),
            first=f"{series.phase(name).index[0]:%Y-%m-%d}",
            values=[value_of(value) for value in series.phase(name)],
        )
        for name in series.phases
    ]
    return say("single_case.series_points", child=child_label(evaluation.case, series.child), phases=phases)
