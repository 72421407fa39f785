"""Post against pre with both forms of the regression discontinuity: where the members' line steps."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from ...effects import Ancova
from ..blocks import Drawing, Figure, Sentence
from ..style import ACCENT, FAINT, INK, MEMBERS, REST
from ..wording import say
from .evaluation import Evaluation
from .words import points, row_where, unit_label, waves

GREY = "#5a6672"
DASHES = (0, (4, 2))


def lines_figure(evaluation: Evaluation) -> Figure | Sentence:
    """The regression lines of both forms; children as dots where single children may be drawn, else group means."""
    case, result = evaluation.case, evaluation.at_post.discontinuity
    forms = [form for form in evaluation.forms.values() if form.status != "not_computable"]
    if result is None or not forms:
        parts = [say("intervention_results.lines_not_computable")]
        return Sentence(id="intervention.lines.figure", parts=parts, tone="caution")
    both = case.both_waves[0].append(case.both_waves[1])
    pre, post = case.survey[both], case.later[both]
    members, others = case.chosen(pre), case.untreated(pre)
    cut = (members.max() + others.min()) / 2

    def draw(drawing: Drawing) -> Canvas:
        canvas = Canvas(figsize=(7.2, 4.2))
        axes = canvas.subplots()
        centre = float(pre.mean())
        if drawing.individual_marks:
            for own, colour in ((others, REST), (members, MEMBERS)):
                axes.scatter(own, post[own.index], color=colour, s=22, alpha=0.8, linewidth=0, zorder=2)
            axes.axvline(cut, color=FAINT, linewidth=1.2, zorder=0)
            _draw_step(axes, drawing, forms, cut, centre, side=-1 if members.mean() < cut else 1)
            _lines(axes, forms, (cut, others.max()), treated=False, centre=centre)
            _lines(axes, forms, (members.min(), cut), treated=True, centre=centre)
        else:  # ends at means and standard deviations: no line may tell a single child's score
            for own, colour in ((others, REST), (members, MEMBERS)):
                axes.scatter([own.mean()], [post[own.index].mean()], color=colour, s=60, zorder=4)
            below = members.mean() - members.std()
            _lines(axes, forms, (below, others.mean() + others.std()), treated=False, centre=centre)
            _lines(axes, forms, (below, members.mean() + members.std()), treated=True, centre=centre)
        _names(axes, drawing)
        unit = unit_label(case.study, case.outcome)
        axes.set_xlabel(drawing.text(say("intervention.axis_wave", wave=waves(case)["pre"], unit=unit)))
        axes.set_ylabel(drawing.text(say("intervention.axis_wave", wave=waves(case)["post"], unit=unit)))
        return canvas

    rows = {form: row_where(result.tidy(), "term", form)["estimate"] for form in ("linear", "quadratic")}
    steps = {form: points(estimate) for form, estimate in rows.items()}
    return Figure(
        id="intervention.lines.figure",
        caption=say(f"intervention_results.lines_caption{'' if case.individual_marks else '_means'}"),
        alt=say("intervention_results.lines_alt", cut=points(cut), **steps)
        if case.individual_marks
        else say("intervention_results.lines_alt_means", **steps),
        draw=draw,
    )


def predicted(form: Ancova, pre: pd.Series, *, treated: bool, centre: float) -> pd.Series:
    """A form's line at given pretests. centre: mean pretest of the rows it was fitted to (quadratic form only)."""
    coefficients = form.tidy().set_index("term")["estimate"]
    x = pre - centre if form.form == "quadratic" else pre
    curve = coefficients.get("pre_squared", 0.0) * x**2
    step = coefficients["treated"] if treated else 0.0
    line: pd.Series = coefficients["intercept"] + coefficients["pre"] * x + curve + step
    return line


def _lines(axes: Axes, forms: list[Ancova], ends: tuple[float, float], *, treated: bool, centre: float) -> None:
    x = np.linspace(*ends, 60)
    for form in forms:
        line = predicted(form, pd.Series(x), treated=treated, centre=centre)
        style = "-" if form.form == "linear" else DASHES
        axes.plot(x, line, color=MEMBERS if treated else GREY, linestyle=style, linewidth=2, zorder=3)


def _names(axes: Axes, drawing: Drawing) -> None:
    """Which colour and which kind of line is which."""
    entries = (
        ("intervention.members", MEMBERS),
        ("intervention.others", GREY),
        ("intervention_figures.lines_linear", INK),
        ("intervention_figures.lines_quadratic", INK),
    )
    for line, (key, colour) in enumerate(entries):
        words, height = drawing.text(say(key)), 0.98 - 0.065 * line
        axes.text(0.01, height, words, transform=axes.transAxes, va="top", color=colour)


def _draw_step(
    axes: Axes, drawing: Drawing, forms: list[Ancova], cut: float, centre: float, *, side: Literal[-1, 1]
) -> None:
    """The step at the cut: from the line of the untreated to the members', in the linear form.

    side: of the cut where the members are, where few dots are in the way of the words.
    """
    linear = next((form for form in forms if form.form == "linear"), None)
    if linear is None:
        return
    at = pd.Series([cut])
    low, high = (float(predicted(linear, at, treated=own, centre=centre).iloc[0]) for own in (False, True))
    arrow = {"arrowstyle": "-|>", "color": ACCENT, "linewidth": 2, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", (cut, high), xytext=(cut, low), arrowprops=arrow, zorder=5)
    words = drawing.text(say("intervention_figures.lines_step", step=points(high - low)))
    axes.annotate(
        words,
        (cut, max(low, high)),
        xytext=(16 * side, 58),
        textcoords="offset points",
        ha="right" if side < 0 else "left",
        va="bottom",
        color=ACCENT,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1, "alpha": 0.85},
        arrowprops={"arrowstyle": "-", "color": ACCENT, "linewidth": 0.8},
        zorder=6,
    )
    cut_words = drawing.text(say("intervention_figures.lines_cut"))
    axes.annotate(
        cut_words,
        (cut, 0.0),
        xycoords=("data", "axes fraction"),
        xytext=(4, 4),
        textcoords="offset points",
        color=GREY,
        fontsize=8.5,
    )
