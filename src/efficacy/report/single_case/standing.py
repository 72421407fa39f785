"""Marks as standing within the cohort, never as raw marks."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from ..blocks import Block, Column, Drawing, Figure, Row, Table
from ..numbers import Number
from ..shared import absent
from ..style import ACCENT, FAINT, INK, MEMBERS, REST
from ..wording import Message, Words, say
from .case import Case
from .words import child_label, day_of, entry_label, records

_COLOURS = (ACCENT, MEMBERS, INK, REST)
_MARKERS = ("o", "s", "^", "D")


def standing_of(case: Case, standing: pd.DataFrame, child: str) -> pd.DataFrame:
    """Rows of one child and of the subjects to be shown, in order of time."""
    subjects = case.declared.subjects or tuple(dict.fromkeys(standing["subject"]))
    own = standing[(standing["participant_id"] == child) & standing["subject"].isin(subjects)]
    return own.sort_values("day", kind="stable")


def standing_blocks(case: Case, standing: pd.DataFrame) -> tuple[Block, ...]:
    """A figure and a table for each child with marks. standing: ``cohort_standing`` of the register."""
    if standing.empty:
        return (absent("cohort_marks"),)
    blocks: list[Block] = []
    for child in case.children:
        own = standing_of(case, standing, child)
        if len(own):
            figure = [_figure(case, child, own)] if own["z"].notna().any() else []
            blocks += [*figure, _table(case, child, own)]
    return tuple(blocks) or (absent("cohort_marks"),)


def _figure(case: Case, child: str, own: pd.DataFrame) -> Figure:
    exams = own.drop_duplicates("exam").set_index("exam")["day"]
    subjects = list(dict.fromkeys(own["subject"]))

    def draw(drawing: Drawing) -> Canvas:
        canvas = Canvas(figsize=(7.2, 2.9))
        axes = canvas.subplots()
        axes.axhline(0, color=INK, linewidth=0.9)
        axes.annotate(
            drawing.text(say("single_case.cohort_mean")), (0, 0), xytext=(-4, 3), textcoords="offset points", fontsize=8
        )
        ends = []
        for position, subject in enumerate(subjects):
            rows = own[own["subject"] == subject]
            x = [list(exams.index).index(exam) for exam in rows["exam"]]
            colour, marker = _COLOURS[position % 4], _MARKERS[position % 4]
            axes.plot(x, rows["z"], color=colour, marker=marker, linewidth=1.6, markersize=5)
            ends.append((float(rows["z"].iloc[-1]), x[-1], drawing.text(entry_label(case, subject)), colour))
        _end_labels(axes, ends)
        axes.set_xticks(range(len(exams)), [_wrapped(drawing.text(entry_label(case, exam))) for exam in exams.index])
        axes.set_xlim(-0.25, len(exams) - 1 + 0.7)
        axes.set_xlabel(drawing.text(say("single_case.column_exam")))
        axes.set_ylabel(drawing.text(say("single_case.standing_y")))
        axes.grid(axis="y", color=FAINT, linewidth=0.6)
        axes.set_axisbelow(True)
        return canvas

    said = [_spoken(own[own["subject"] == subject], entry_label(case, subject)) for subject in subjects]
    return Figure(
        id=f"single_case.standing.figure.{case.children.index(child)}",
        caption=say("single_case.standing_caption", child=child_label(case, child)),
        alt=say("single_case.standing_alt", lines=said, exams=[entry_label(case, exam) for exam in exams.index]),
        draw=draw,
    )


def _end_labels(axes: Axes, ends: list[tuple[float, int, str, str]]) -> None:
    """Names at the ends of the lines, moved apart where they would lie over each other."""
    low, high = axes.get_ylim()
    gap, below = 0.075 * (high - low), -np.inf
    for height, x, subject, colour in sorted(ends):
        shown = max(height, below + gap)
        below = shown
        axes.annotate(
            subject, (x, height), xytext=(x + 0.1, shown), textcoords="data", va="center", color=colour, fontsize=9
        )


def _wrapped(text: str, width: int = 18) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _spoken(rows: pd.DataFrame, subject: Words) -> Message:
    return say("single_case.standing_line", subject=subject, values=[Number(value=z, role="effect") for z in rows["z"]])


def _table(case: Case, child: str, own: pd.DataFrame) -> Table:
    columns = [
        Column(role="exam", header=say("single_case.column_exam"), align="left"),
        Column(role="day", header=say("single_case.column_day")),
        Column(role="subject", header=say("single_case.column_subject"), align="left"),
        Column(role="z", header=say("single_case.column_z")),
        Column(role="rank", header=say("single_case.column_rank")),
        Column(role="share", header=say("single_case.column_below")),
    ]
    rows = []
    before = ""
    for row in records(own):
        named = row["exam"] != before
        before = row["exam"]
        rank = None
        if not pd.isna(row["rank"]):
            rank = say("single_case.rank_of", rank=int(row["rank"]), n=int(row["cohort_n"]))
        cells: list[Words | Number | None] = [
            entry_label(case, row["exam"]) if named else "",
            day_of(row["day"]) if named else "",
            entry_label(case, row["subject"]),
            Number(value=row["z"], role="effect"),
            rank,
            Number(value=row["share"], role="percent"),
        ]
        rows.append(Row(cells=cells))
    return Table(
        id=f"single_case.standing.table.{case.children.index(child)}",
        title=say("single_case.standing_title", child=child_label(case, child)),
        columns=columns,
        rows=rows,
        notes=[say("single_case.standing_note"), say("single_case.standing_one_case")],
    )
