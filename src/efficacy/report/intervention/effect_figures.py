"""The main analysis as pictures: estimates with intervals, the adjusted change over r, the lines at the cut."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from textwrap import fill

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from ..blocks import Drawing, Figure, Sentence
from ..labels import arm_label, wave_label
from ..style import ACCENT, INK, MEMBERS
from ..wording import Words, say
from .discontinuity_figure import lines_figure
from .estimation_plot import Estimate, Zero, alt_words, draw_estimates, estimate_of
from .evaluation import READINGS, Evaluation
from .results import reading_label
from .words import (
    comparison_label,
    interval,
    level,
    points,
    retest,
    row_where,
    unit_label,
    waves,
)

GREY = "#5a6672"
CHANGES = ("retest_correction", "second_baseline", "paired_change")  # analyses of members alone
NARROWEST = 0.16  # of the range: a narrower stretch has no room for words


def estimates_figure(evaluation: Evaluation) -> Figure | Sentence:
    """The estimates of the main analysis with their intervals, what counts in the accent."""
    case = evaluation.case
    lines = [line for line in _estimates(evaluation) if line.value == line.value]
    if not lines:
        return Sentence(id="intervention.main.figure", parts=[say("intervention_results.none")], tone="caution")

    axis = say("intervention.axis_change", unit=unit_label(case.study, case.outcome), level=level(case))
    zero: Zero = "change" if evaluation.key in CHANGES else "difference"

    def draw(drawing: Drawing) -> Canvas:
        return draw_estimates(lines, drawing, axis=axis, zero=zero)

    key = "readings" if evaluation.key in READINGS else evaluation.key
    return Figure(
        id="intervention.main.figure",
        caption=say(
            f"intervention_results.estimates_caption_{key}", level=level(case), comparison=comparison_label(case)
        ),
        alt=alt_words(lines),
        draw=draw,
    )


def sensitivity_figures(evaluation: Evaluation) -> tuple[Figure | Sentence, ...]:
    """What the conclusion turns on, drawn: the retest reliability, or the line at the cut; nothing for a draw."""
    if evaluation.key == "regression_discontinuity":
        return (lines_figure(evaluation),)
    return (range_figure(evaluation),) if evaluation.key in ("retest_correction", "second_baseline") else ()


def range_figure(evaluation: Evaluation) -> Figure | Sentence:
    """The adjusted change for every retest correlation of the range, and where the verdict tips."""
    over = evaluation.at_post.over_r
    if over is None or over.status == "not_computable":
        return Sentence(id="intervention.range.figure", parts=[say("intervention.expected_none")], tone="caution")
    table = over.tidy()
    first, last = table.iloc[0], table.iloc[-1]

    def draw(drawing: Drawing) -> Canvas:
        canvas = Canvas(figsize=(7.2, 3.1))
        axes = canvas.subplots()
        axes.fill_between(
            table["retest_r"], table["conf_low"], table["conf_high"], color=ACCENT, alpha=0.15, linewidth=0
        )
        axes.plot(table["retest_r"], table["estimate"], color=ACCENT, linewidth=2)
        axes.axhline(0, color=INK, linewidth=1)
        axes.set_xlim(over.lowest, over.highest)
        top = max(0.0, float(table["conf_high"].max()))
        bottom = min(0.0, float(table["conf_low"].min()))
        axes.set_ylim(bottom - 0.05 * (top - bottom), top + 0.24 * (top - bottom))
        _draw_verdicts(axes, drawing, table, over.tipping_r)
        marks = []
        if over.lowest < over.tipping_r < over.highest:
            tips = say("intervention_results.range_tipping", r=retest(over.tipping_r))
            marks.append((over.tipping_r, MEMBERS, "--", tips))
        if evaluation.study_r is not None and over.lowest < evaluation.study_r < over.highest:
            used = say("intervention_results.range_used", r=retest(evaluation.study_r))
            marks.append((evaluation.study_r, INK, ":", used))
        _vertical_marks(axes, drawing, marks)
        axes.set_xlabel(drawing.text(say("intervention_results.range_x")))
        axes.set_ylabel(drawing.text(say("intervention_results.range_y")))
        return canvas

    ends = {
        "lowest": retest(first["retest_r"]),
        "low": points(first["estimate"]),
        "low_interval": interval(first["conf_low"], first["conf_high"]),
        "highest": retest(last["retest_r"]),
        "high": points(last["estimate"]),
        "high_interval": interval(last["conf_low"], last["conf_high"]),
    }
    return Figure(
        id="intervention.range.figure",
        caption=say("intervention_results.range_caption", level=level(evaluation.case)),
        alt=say("intervention_results.range_alt", **ends),
        draw=draw,
        values=[points(value) for value in table["estimate"]],
    )


def _estimates(evaluation: Evaluation) -> list[Estimate]:
    case, at_post, key = evaluation.case, evaluation.at_post, evaluation.key
    lines: list[Estimate] = []
    if key == "retest_correction" and at_post.over_r is not None:
        lines.append(_adjusted(evaluation))
    if at_post.discontinuity is not None:
        for _, row in at_post.discontinuity.tidy().iterrows():
            label = say(f"intervention_results.term_{row['term']}")
            lines.append(estimate_of(label, row, counts=row["term"] != "untreated_line"))
        if evaluation.gains is not None:
            label = say("intervention_results.term_change_score")
            lines.append(estimate_of(label, evaluation.gains.tidy().iloc[0], counts=False))
    if at_post.randomised is not None:
        for _, row in at_post.randomised.tidy().iterrows():
            arm = arm_label(case.study, row["level"])
            label = say("intervention_results.term_arm", arm=arm, comparison=comparison_label(case))
            lines.append(estimate_of(label, row, counts=True))
    if key in READINGS and evaluation.readings is not None:
        lines += [
            estimate_of(reading_label(evaluation, row), row, counts=False)
            for _, row in evaluation.readings.tidy().iterrows()
        ]
    if key == "second_baseline" and at_post.second_baseline is not None:
        again = wave_label(case.study, case.second_baseline or case.baseline)
        label = say("intervention_results.term_second_baseline", wave=again, post=waves(case)["post"])
        lines.append(estimate_of(label, at_post.second_baseline.tidy().iloc[0], counts=True))
    unadjusted = at_post.unadjusted
    if unadjusted is not None and key in ("retest_correction", "second_baseline", "paired_change"):
        plain = key == "paired_change"
        label = say(f"intervention_results.term_{'change' if plain else 'unadjusted'}")
        lines.append(estimate_of(label, unadjusted.tidy().iloc[0], counts=plain))
    return lines


def _adjusted(evaluation: Evaluation) -> Estimate:
    """The corrected change at the r that decides."""
    adjusted, over = evaluation.at_post.adjusted, evaluation.at_post.over_r
    label = say("intervention_results.term_adjusted", r=retest(evaluation.shown_r))
    if evaluation.study_r is not None and adjusted is not None:
        return Estimate(label, adjusted.estimate, adjusted.conf_low, adjusted.conf_high, counts=True)
    assert over is not None
    return estimate_of(label, row_where(over.tidy(), "retest_r", over.decisive_r), counts=True)


def _vertical_marks(axes: Axes, drawing: Drawing, marks: Sequence[tuple[float, str, str, Words]]) -> None:
    """Dashed lines with their words at the top, each on the side away from the other."""
    middle = sum(axes.get_xlim()) / 2
    top = axes.get_ylim()[1]
    ordered = sorted(marks)
    for position, (at, colour, style, words) in enumerate(ordered):
        left = position == 0 and len(ordered) > 1 if len(ordered) > 1 else at > middle
        near_left_edge = at - axes.get_xlim()[0] < 0.25 * (axes.get_xlim()[1] - axes.get_xlim()[0])
        left = left and not near_left_edge
        height = top * (0.97 - 0.09 * position) if near_left_edge and len(ordered) > 1 else top * 0.97
        axes.axvline(at, color=colour, linestyle=style, linewidth=1.4)
        axes.annotate(
            drawing.text(words),
            (at, height),
            xytext=(-5 if left else 5, 0),
            textcoords="offset points",
            ha="right" if left else "left",
            va="top",
            color=colour,
        )


def _draw_verdicts(axes: Axes, drawing: Drawing, table: pd.DataFrame, tipping_r: float) -> None:
    """Where the conclusion holds the background is tinted; each stretch says which it is."""
    holds = table["beyond_selection"].to_numpy(dtype=bool)
    r = table["retest_r"].to_numpy(dtype=float)
    turns = [0, *(position + 1 for position in range(len(r) - 1) if holds[position] != holds[position + 1]), len(r)]
    bottom, top = axes.get_ylim()
    for start, end in pairwise(turns):
        left = r[0] if start == 0 else _turn(r[start - 1], r[start], tipping_r)
        right = r[-1] if end == len(r) else _turn(r[end - 1], r[end], tipping_r)
        if holds[start]:
            axes.fill_between([left, right], bottom, top, color=ACCENT, alpha=0.08, linewidth=0, zorder=0)
        if right - left > NARROWEST * (r[-1] - r[0]):
            words = drawing.text(say(f"intervention_figures.range_{'holds' if holds[start] else 'fails'}"))
            colour = ACCENT if holds[start] else GREY
            middle, height = (left + right) / 2, top - 0.16 * (top - bottom)
            axes.text(middle, height, _broken(words), ha="center", va="top", fontsize=8.5, color=colour)


def _turn(before: float, after: float, tipping_r: float) -> float:
    """Where the verdict changes between two r of the table."""
    return tipping_r if before <= tipping_r <= after else (before + after) / 2


def _broken(words: str) -> str:
    """English words of a stretch on two lines."""
    return fill(words, 20) if " " in words else words
