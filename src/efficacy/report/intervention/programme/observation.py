"""What observers saw from session to session."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure as Canvas

from ....effects import ObservationRecord
from ...blocks import Block, Column, Drawing, Figure, Row, Sentence, Table
from ...numbers import Number, PlusMinus
from ...shared import smallest_shown
from ...style import ACCENT, INK, MEMBERS
from ...wording import say
from ..case import Case
from ..words import points
from .drawn import wide, wrapped
from .records import dimension_label

LINES = ((ACCENT, "o", "-"), (MEMBERS, "s", "--"), (INK, "^", ":"), ("#7a5195", "D", "-."))
LONGEST_NAME = 26  # of an aspect, in Latin characters
NEAREST = 0.07  # of the axis: names of lines keep this distance


def observation_blocks(case: Case, seen: ObservationRecord) -> list[Block]:
    """Mean ratings by session and overall; nothing where nobody observed."""
    if case.study.site.programme.observed is None or seen.status == "not_computable":
        return []
    parts = [say("intervention_programme.observation_limit")]
    limit = Sentence(id="intervention.programme.observation.limit", parts=parts, tone="caution")
    return [observation_figure(case, seen), observation_table(case, seen), limit]


def observation_table(case: Case, seen: ObservationRecord) -> Table:
    """Each aspect at the first and the last session at which it was rated."""
    rows = []
    for dimension, found in seen.tidy().groupby("dimension", sort=False):
        first, last = found.iloc[0], found.iloc[-1]
        rows.append(
            Row(
                cells=[
                    dimension_label(case.study, str(dimension)),
                    PlusMinus(mean=first["mean"], sd=first["sd"]),
                    PlusMinus(mean=last["mean"], sd=last["sd"]),
                    Number(value=seen.overall(str(dimension)), role="score"),
                ],
                n=int(min(first["n"], last["n"])),
            )
        )
    sessions = seen.tidy()["session"]
    return Table(
        id="intervention.programme.observation",
        title=say("intervention_programme.observation_title"),
        columns=[
            Column(role="term", header=say("intervention_programme.column_dimension"), align="left"),
            Column(role="mean sd", header=say("intervention_programme.column_at_session", n=int(sessions.min()))),
            Column(role="mean sd", header=say("intervention_programme.column_at_session", n=int(sessions.max()))),
            Column(role="mean", header=say("intervention_programme.column_overall")),
        ],
        rows=rows,
        notes=[say("intervention_programme.observation_note", n_raters=len(seen.raters), **_limits(case))],
        n=seen.n_children,
        method=seen.method,
    )


def observation_figure(case: Case, seen: ObservationRecord) -> Figure:
    """Mean rating of each aspect from session to session."""
    smallest = smallest_shown(case.study.site, case.params)
    table = seen.tidy()
    shown = table[table["n"] >= smallest]
    limits = _limits(case)

    def draw(drawing: Drawing) -> Canvas:
        canvas = Canvas(figsize=(7.2, 2.9))
        axes = canvas.subplots()
        groups = list(shown.groupby("dimension", sort=False))
        for (_, rows), (colour, marker, style) in zip(groups, LINES * len(groups), strict=False):
            axes.plot(rows["session"], rows["mean"], color=colour, marker=marker, linestyle=style, linewidth=1.5)
        axes.set_ylim(limits["low"] - 0.1, limits["high"] + 0.1)
        axes.set_yticks(range(limits["low"], limits["high"] + 1))
        last = float(shown["session"].max())
        axes.set_xticks(sorted(shown["session"].unique()))
        names = [drawing.text(dimension_label(case.study, str(name))) for name, _ in groups]
        span = last - float(shown["session"].min())
        room = 0.0165 * span * min(LONGEST_NAME, max(wide(name) for name in names))
        axes.set_xlim(float(shown["session"].min()) - 0.4, last + 0.4 + room)
        heights = _apart([float(rows["mean"].iloc[-1]) for _, rows in groups], limits["high"] - limits["low"])
        for name, height, (colour, _, _) in zip(names, heights, LINES * len(groups), strict=False):
            words = wrapped(name, width=LONGEST_NAME, lines=1)
            axes.text(last + 0.2, height, words, va="center", color=colour, fontsize=9)
        axes.set_xlabel(drawing.text(say("intervention_programme.axis_session")))
        axes.set_ylabel(drawing.text(say("intervention_programme.axis_rating")))
        return canvas

    said = [
        say(
            "intervention_programme.observation_alt_mean",
            dimension=dimension_label(case.study, str(row["dimension"])),
            session=int(row["session"]),
            mean=points(row["mean"]),
        )
        for _, row in shown.iterrows()
    ]
    return Figure(
        id="intervention.programme.observation.figure",
        caption=say("intervention_programme.observation_caption"),
        alt=say("intervention_programme.observation_alt", means=said),
        draw=draw,
    )


def _limits(case: Case) -> dict[str, int]:
    observed = case.study.site.programme.observed
    return {"low": observed.minimum, "high": observed.maximum} if observed else {}


def _apart(heights: list[float], span: float) -> list[float]:
    """The same heights, moved upwards where names would overlap."""
    placed = pd.Series(heights).sort_values()
    for lower, upper in zip(placed.index, placed.index[1:], strict=False):
        placed[upper] = max(placed[upper], placed[lower] + NEAREST * span)
    return [float(placed[position]) for position in range(len(heights))]
