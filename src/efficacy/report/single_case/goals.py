"""Goal attainment: from the level when a goal was set to the level reached."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.figure import Figure as Canvas

from ...effects import GoalAttainment, goal_attainment
from ..blocks import Block, Column, Drawing, Figure, Row, Table
from ..numbers import Number
from ..registers import code_label
from ..shared import absent
from ..style import ACCENT, FAINT, INK, REST
from ..wording import Message, Words, reasons_of, say
from .case import Case
from .words import child_label, day_of, entry_label, records, value_of

LEVELS = {-2: "far_below", -1: "below", 0: "expected", 1: "above", 2: "far_above"}


def attainment_of(rows: pd.DataFrame) -> GoalAttainment:
    """The goals of one child together, with their weights where every rated goal has one."""
    by_goal = rows.set_index("goal")
    levels = by_goal["level_after"].astype("Float64").astype(float)
    weights = by_goal["weight"]
    return goal_attainment(levels, weights=weights if weights[levels.notna()].notna().all() else None)


def goal_blocks(case: Case) -> tuple[Block, ...]:
    """A figure and a table for each child with goals."""
    register = case.register("goals")
    if register.empty:
        return (absent("goals"),)
    blocks: list[Block] = []
    for child, rows in register.groupby("participant_id", sort=True):
        blocks += [_figure(case, str(child), rows), _table(case, str(child), rows)]
    return tuple(blocks)


def _figure(case: Case, child: str, rows: pd.DataFrame) -> Figure:
    goals = records(rows)

    def draw(drawing: Drawing) -> Canvas:
        canvas = Canvas(figsize=(7.2, 1.0 + 0.42 * len(goals)))
        axes = canvas.subplots()
        axes.axvline(0, color=INK, linewidth=1)
        for height, goal in enumerate(reversed(goals)):
            before, after = goal["level_before"], goal["level_after"]
            if not pd.isna(after):
                axes.plot([before, after], [height] * 2, color=FAINT, linewidth=4, zorder=1)
                axes.scatter([after], [height], s=64, color=ACCENT, zorder=3)
            axes.scatter([before], [height], s=44, color=REST, zorder=2)
        axes.set_yticks(range(len(goals)), [drawing.text(entry_label(case, goal["goal"])) for goal in reversed(goals)])
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.set_ylim(-0.6, len(goals) - 0.4)
        axes.set_xlim(-2.4, 2.4)
        axes.set_xlabel(drawing.text(say("single_case.goals_x")))
        axes.set_xticks(list(LEVELS), [drawing.text(say(f"single_case.level_{name}")) for name in LEVELS.values()])
        return canvas

    said = [_spoken(case, goal) for goal in goals]
    return Figure(
        id=f"single_case.goals.figure.{case.children.index(child)}",
        caption=say("single_case.goals_caption", child=child_label(case, child)),
        alt=say("single_case.goals_alt", lines=said),
        draw=draw,
    )


def _spoken(case: Case, goal: dict[str, Any]) -> Message:
    before, after = goal["level_before"], goal["level_after"]
    key = "unrated" if pd.isna(after) else "rated"
    values = {"goal": entry_label(case, goal["goal"]), "before": Number(value=int(before), role="integer")}
    values |= {} if pd.isna(after) else {"after": Number(value=int(after), role="integer")}
    return say(f"single_case.goal_line_{key}", **values)


def _table(case: Case, child: str, rows: pd.DataFrame) -> Table:
    found = attainment_of(rows)
    columns = [
        Column(role="goal", header=say("single_case.column_goal"), align="left"),
        Column(role="dimension", header=say("single_case.column_concerned"), align="left"),
        Column(role="weight", header=say("single_case.column_weight")),
        Column(role="level_before", header=say("single_case.column_before")),
        Column(role="level_after", header=say("single_case.column_after")),
        Column(role="rated_on", header=say("single_case.column_rated_on")),
        Column(role="rater", header=say("single_case.column_rater"), align="left"),
    ]
    written = int(rows["levels_written"].sum())
    counts = {"above": found.n_above, "expected": found.n_expected, "below": found.n_below}
    notes: list[Words] = [say("single_case.goals_note")]
    if found.status == "not_computable":
        notes = [*reasons_of(found), *notes]
    else:
        score = Number(value=found.t_score, role="score", n=found.n_used, method=found.method)
        notes = [say("single_case.goals_score", score=score, n=found.n_used, **counts), *notes]
    notes.append(say("single_case.goals_written", written=written, n=len(rows)))
    notes += _raters(rows)
    return Table(
        id=f"single_case.goals.table.{case.children.index(child)}",
        title=say("single_case.goals_title", child=child_label(case, child)),
        columns=columns,
        rows=[Row(cells=_cells(case, goal)) for goal in records(rows)],
        notes=notes,
        method="kiresuk_sherman",
    )


def _cells(case: Case, goal: dict[str, Any]) -> list[Words | Number | None]:
    def level(name: str) -> Number | None:
        value = goal[name]
        return None if pd.isna(value) else Number(value=int(value), role="integer")

    def code(name: str) -> Words | None:
        value = goal[name]
        return None if pd.isna(value) else code_label("goals", name, str(value))

    day, weight = goal["rated_on"], goal["weight"]
    return [
        entry_label(case, goal["goal"]),
        code("dimension"),
        None if pd.isna(weight) else value_of(float(weight)),
        level("level_before"),
        level("level_after"),
        None if pd.isna(day) else day_of(day),
        code("rater"),
    ]


def _raters(rows: pd.DataFrame) -> list[Words]:
    """Goals rated by the worker who served them are no independent evidence."""
    own = int((rows["rater"] == "worker").sum())
    return [say("single_case.goals_own_rating", own=own, n=len(rows))] if own else []
