"""Who was chosen, and what that alone brings about, as pictures."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from ..blocks import Drawing, Figure, Sentence
from ..labels import score_range
from ..style import ACCENT, FAINT, INK, MEMBERS, REST
from ..wording import say
from .case import Case
from .evaluation import Evaluation
from .regression import assumed
from .words import per_hundred, points, retest, unit_label, waves

BINS = 22
SQUARES = 10
GREY = "#5a6672"  # the rest, dark enough for words
NEAR = 0.02  # of the axis: an arrow shorter than this is not drawn


def selection_figure(evaluation: Evaluation) -> Figure | Sentence:
    """Scores of members and others before, the two means, and the change to expect without a programme."""
    case, expected = evaluation.case, evaluation.expected
    if expected is None or expected.status == "not_computable" or len(case.untreated(case.survey)) == 0:
        return Sentence(id="intervention.selection.figure", parts=[say("intervention.selection_none")], tone="caution")
    told = case.described(case.survey)
    members, others = case.chosen(told), case.untreated(told)

    def draw(drawing: Drawing) -> Canvas:
        canvas = Canvas(figsize=(7.2, 3.3 if drawing.individual_marks else 2.4))
        axes = canvas.subplots()
        top = _histogram(axes, case, drawing) if drawing.individual_marks else _summaries(axes, case, drawing)
        _means(axes, evaluation, drawing, top)
        label = say("intervention.axis_wave", wave=waves(case)["pre"], unit=unit_label(case.study, case.outcome))
        axes.set_xlabel(drawing.text(label))
        return canvas

    fields = {
        "members": points(expected.mean_members, n=len(members)),
        "survey": points(expected.mean_survey, n=expected.n_survey),
        "gain": points(evaluation.expected_gain),
        **waves(case),
    }
    groups = "" if case.individual_marks else "_groups"
    return Figure(
        id="intervention.selection.figure",
        caption=say(
            f"intervention.selection_caption{groups}{assumed(evaluation)}", r=retest(evaluation.shown_r), **fields
        ),
        alt=say(
            "intervention.selection_alt",
            n=len(members),
            n_others=len(others),
            others=points(others.mean()),
            sd=points(expected.sd_survey),
            **fields,
        ),
        draw=draw,
    )


def alarms_figure(evaluation: Evaluation) -> Figure | Sentence:
    """Of 100 studies with a programme that does nothing, those a paired t-test would still call significant."""
    alarms, case = evaluation.alarms, evaluation.case
    if alarms is None or alarms.status == "not_computable":
        return Sentence(id="intervention.alarms.figure", parts=[say("intervention.alarms_none")], tone="caution")
    table = alarms.tidy()
    ends = {case.retest_grid[0], case.retest_grid[-1], evaluation.shown_r}
    if len(ends) == 2:
        ends.add(case.retest_grid[len(case.retest_grid) // 2])
    shown = table[table["retest_r"].isin(ends)]
    rates = list(zip(shown["retest_r"], shown["estimate"], strict=True))

    def draw(drawing: Drawing) -> Canvas:
        canvas = Canvas(figsize=(7.2, 2.05))
        panels = canvas.subplots(1, len(rates) + 1)
        _squares(panels[0], alarms.alpha, drawing.text(say("intervention.alarms_panel_nominal")), drawing, REST)
        for axes, (r, rate) in zip(panels[1:], rates, strict=True):
            _squares(axes, rate, drawing.text(say("intervention.alarms_panel", r=retest(r))), drawing, MEMBERS)
        return canvas

    nominal = per_hundred(alarms.alpha)
    said = [say("intervention.alarms_alt_rate", r=retest(r), rate=per_hundred(rate)) for r, rate in rates]
    return Figure(
        id="intervention.alarms.figure",
        caption=say(f"intervention.alarms_caption{assumed(evaluation)}", nominal=nominal),
        alt=say("intervention.alarms_alt", rates=said, nominal=nominal),
        draw=draw,
    )


def _histogram(axes: Axes, case: Case, drawing: Drawing) -> float:
    low, high = score_range(case.study, case.outcome)
    everybody = case.survey
    step = (high - low) / BINS
    first = max(low, low + step * np.floor((everybody.min() - low) / step) - step)
    last = min(high, low + step * np.ceil((everybody.max() - low) / step) + step)
    edges = np.arange(first, last + step / 2, step)
    own, _ = np.histogram(case.chosen(everybody), bins=edges)
    rest, _ = np.histogram(case.untreated(everybody), bins=edges)
    axes.bar(edges[:-1], own, width=step, align="edge", color=MEMBERS, edgecolor="white", linewidth=1)
    axes.bar(edges[:-1], rest, width=step, align="edge", bottom=own, color=REST, edgecolor="white", linewidth=1)
    top = float((own + rest).max())
    axes.set_xlim(edges[0], edges[-1])
    axes.set_ylim(0, top * 1.4)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_ylabel(drawing.text(say("intervention.selection_count")))
    _group_names(axes, case, drawing)
    return top * 1.1


def _group_names(axes: Axes, case: Case, drawing: Drawing) -> None:
    """Which colour is which, in the corner away from the members."""
    below = case.chosen(case.survey).mean() <= case.survey.mean()
    side, at = ("right", 0.995) if below else ("left", 0.005)
    named = (("members", case.chosen(case.survey), MEMBERS), ("others", case.untreated(case.survey), GREY))
    for line, (name, scores, colour) in enumerate(named):
        words = say("intervention.group_n", group=say(f"intervention.{name}"), n=len(scores))
        axes.text(at, 0.83 - 0.1 * line, drawing.text(words), transform=axes.transAxes, ha=side, color=colour)


def _summaries(axes: Axes, case: Case, drawing: Drawing) -> float:
    """Mean and one standard deviation to each side, where single children may not be drawn."""
    told = case.described(case.survey)
    groups = (("others", case.untreated(told), REST), ("members", case.chosen(told), MEMBERS))
    for height, (_, scores, colour) in enumerate(groups):
        axes.plot([scores.mean() - scores.std(), scores.mean() + scores.std()], [height] * 2, color=colour, linewidth=3)
        axes.scatter([scores.mean()], [height], color=colour, s=46, zorder=3)
    names = [say("intervention.group_n", group=say(f"intervention.{name}"), n=len(s)) for name, s, _ in groups]
    axes.set_yticks([0, 1], [drawing.text(name) for name in names])
    axes.tick_params(axis="y", length=0)
    low, high = axes.get_xlim()
    axes.set_xlim(low - 0.24 * (high - low), high + 0.24 * (high - low))  # room for the words beside the means
    axes.set_ylim(-0.6, 2.5)
    return 1.75


def _means(axes: Axes, evaluation: Evaluation, drawing: Drawing, top: float) -> None:
    """The members' mean, everybody's, and the arrow between what was and what is to be expected."""
    expected, gain = evaluation.expected, evaluation.expected_gain
    if expected is None:
        return
    start, middle = expected.mean_members, expected.mean_survey
    higher = top * 1.17  # the members' line stands taller, so that the arrow's words pass above everybody's
    below = start <= middle
    marks = (
        (start, higher, MEMBERS, "-", "selection_members_mean", below),
        (middle, top, INK, "--", "selection_survey_mean", not below),
    )
    for at, height, colour, style, key, to_left in marks:
        axes.plot([at, at], [0, height], color=colour, linestyle=style, linewidth=1.5)
        words = drawing.text(say(f"intervention.{key}", mean=points(at)))
        _beside(axes, words, (at, height), colour, to_left=to_left)
    low, high = axes.get_xlim()
    if abs(gain) > NEAR * (high - low):
        axes.annotate(
            "",
            (start + gain, higher * 0.985),
            xytext=(start, higher * 0.985),
            arrowprops={"arrowstyle": "-|>", "color": ACCENT, "linewidth": 2, "shrinkA": 0, "shrinkB": 0},
        )
    words = drawing.text(say("intervention.selection_arrow", gain=points(gain)))
    _beside(axes, words, (start + gain, higher * 0.985), ACCENT, to_left=gain < 0)


def _beside(axes: Axes, words: str, at: tuple[float, float], colour: str, *, to_left: bool) -> None:
    """Words next to a point, on the named side."""
    axes.annotate(
        words,
        at,
        xytext=(-5 if to_left else 5, 0),
        textcoords="offset points",
        ha="right" if to_left else "left",
        va="center",
        color=colour,
    )


def _squares(axes: Axes, rate: float, title: str, drawing: Drawing, colour: str) -> None:
    """Ten by ten squares, the first so many of them coloured."""
    coloured = round(100 * rate)
    for square in range(SQUARES * SQUARES):
        row, column = divmod(square, SQUARES)
        face = colour if square < coloured else FAINT
        axes.add_patch(Rectangle((column, SQUARES - 1 - row), 0.84, 0.84, facecolor=face, edgecolor="none"))
    axes.set_xlim(-0.1, SQUARES)
    axes.set_ylim(-2.6, SQUARES)
    axes.set_aspect("equal")
    axes.set_axis_off()
    axes.set_title(title, fontsize=9.5)
    words = say("intervention.alarms_panel_rate", rate=per_hundred(rate))
    ink = INK if colour == REST else colour
    axes.text(SQUARES / 2, -0.35, drawing.text(words), ha="center", va="top", color=ink, fontweight="bold")
