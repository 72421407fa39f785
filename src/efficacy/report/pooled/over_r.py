"""The pooled change for every retest correlation of the declared range."""

from __future__ import annotations

from matplotlib.figure import Figure as Canvas

from ..blocks import Drawing, Figure, Sentence
from ..style import ACCENT, INK, MEMBERS
from ..wording import Words, reasons_of, say
from .evaluation import Evaluation
from .words import ends, level, retest, size, unit_words


def range_blocks(evaluation: Evaluation) -> tuple[Figure | Sentence, ...]:
    """The figure and where the verdict tips."""
    over = evaluation.over_r
    if over.status == "not_computable":
        return (Sentence(id="pooled.range", parts=[say("pooled.nothing_pooled")]),)
    return (_figure(evaluation), Sentence(id="pooled.range.sentence", parts=_tipping(evaluation)))


def _figure(evaluation: Evaluation) -> Figure:
    over, table = evaluation.over_r, evaluation.over_r.tidy()
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
        top, bottom = max(0.0, float(table["conf_high"].max())), min(0.0, float(table["conf_low"].min()))
        axes.set_ylim(bottom - 0.05 * (top - bottom), top + 0.26 * (top - bottom))
        marks: list[tuple[float, str, str, Words]] = []
        if over.lowest < over.tipping_r < over.highest:
            marks.append((over.tipping_r, MEMBERS, "--", say("pooled.range_tips", r=retest(over.tipping_r))))
        if evaluation.has_study and over.lowest < evaluation.main.retest_r < over.highest:
            used = say("pooled.range_used", r=retest(evaluation.main.retest_r))
            marks.append((evaluation.main.retest_r, INK, ":", used))
        for row, (at, colour, style, words) in enumerate(marks):
            left = at > (over.lowest + over.highest) / 2
            axes.axvline(at, color=colour, linestyle=style, linewidth=1.4)
            axes.annotate(
                drawing.text(words),
                (at, top + (0.22 - 0.11 * row) * (top - bottom)),
                xytext=(-5 if left else 5, 0),
                textcoords="offset points",
                ha="right" if left else "left",
                va="center",
                color=colour,
            )
        axes.set_xlabel(drawing.text(say("pooled.range_x")))
        axes.set_ylabel(drawing.text(say("pooled.range_y", unit=unit_words(evaluation))))
        return canvas

    return Figure(
        id="pooled.range",
        caption=say("pooled.range_caption", level=level(evaluation)),
        alt=say(
            "pooled.range_alt",
            lowest=retest(first["retest_r"]),
            low=size(evaluation, first["estimate"]),
            low_interval=ends(evaluation, first["conf_low"], first["conf_high"]),
            highest=retest(last["retest_r"]),
            high=size(evaluation, last["estimate"]),
            high_interval=ends(evaluation, last["conf_low"], last["conf_high"]),
        ),
        draw=draw,
        values=[size(evaluation, value) for value in table["estimate"]],
    )


def _tipping(evaluation: Evaluation) -> list[Words]:
    over = evaluation.over_r
    ends_of_range = {"lowest": retest(over.lowest), "highest": retest(over.highest)}
    tips = [] if over.tipping_r != over.tipping_r else [say(f"pooled.{over.tipping}", r=retest(over.tipping_r))]
    return [say("pooled.range_meaning", **ends_of_range), *tips, *reasons_of(over)]
