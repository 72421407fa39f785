"""How the sessions were liked, from stage to stage of the group."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from ....effects import SessionRecord, StageRecord
from ....params.sources import SessionsFile
from ...blocks import Block, Column, Drawing, Figure, Row, Sentence, Table
from ...numbers import Number, PlusMinus
from ...shared import smallest_shown
from ...style import ACCENT, FAINT, INK, REST
from ...wording import Message, Words, say
from ..case import Case
from ..words import points
from .drawn import PALE, wrapped
from .records import stage_label, stages_of


def satisfaction_blocks(case: Case, record: SessionRecord, stages: StageRecord) -> list[Block]:
    """Satisfaction by session and by stage; without declared stages by session only."""
    declared = case.study.site.sessions
    if declared is None or record.status == "not_computable" or not record.tidy()["n_satisfaction"].any():
        return []
    staged = stages.status != "not_computable"
    blocks: list[Block] = [satisfaction_figure(case, declared, record, stages)]
    parts: list[Words] = []
    if staged:
        blocks.append(stages_table(case, declared, stages))
    else:
        parts.append(say("intervention_programme.stages_none"))
    parts.append(say("intervention_programme.satisfaction_limit"))
    return [*blocks, Sentence(id="intervention.programme.satisfaction.limit", parts=parts, tone="caution")]


def stages_table(case: Case, declared: SessionsFile, stages: StageRecord) -> Table:
    """One line a stage, those without a session too."""
    staged = stages_of(case.study)
    rows = []
    for _, row in stages.tidy().iterrows():
        numbers = [str(number) for number, stage in sorted(staged.items()) if stage == row["stage"]]
        given = row["n"] > 0
        rows.append(
            Row(
                cells=[
                    stage_label(row["stage"]),
                    say("descriptive_tables.list", parts=numbers) if numbers else say("descriptive_tables.no_session"),
                    Number(value=row["n"], role="count") if given else None,
                    PlusMinus(mean=row["mean"], sd=row["sd"]) if given else None,
                ],
                n=int(row["n"]),
            )
        )
    limits = {"low": declared.satisfaction_minimum, "high": declared.satisfaction_maximum}
    return Table(
        id="intervention.programme.stages",
        title=say("intervention_programme.stages_title"),
        columns=[
            Column(role="stage", header=say("intervention_programme.column_stage"), align="left"),
            Column(role="session", header=say("intervention_programme.axis_session"), align="left"),
            Column(role="n", header=say("intervention_programme.column_members")),
            Column(role="mean sd", header=say("intervention_programme.column_satisfaction")),
        ],
        rows=rows,
        notes=[say("intervention_programme.stages_note", **limits)],
        method=stages.method,
    )


def satisfaction_figure(case: Case, declared: SessionsFile, record: SessionRecord, stages: StageRecord) -> Figure:
    """Mean satisfaction of each session, and of each stage as a level behind it."""
    smallest = smallest_shown(case.study.site, case.params)
    table = record.tidy()
    shown = table[table["n_satisfaction"] >= smallest]
    levels = stages.tidy().query("n >= @smallest").set_index("stage")["mean"]
    staged = stages_of(case.study)

    def draw(drawing: Drawing) -> Canvas:
        canvas = Canvas(figsize=(7.2, 2.8))
        axes = canvas.subplots()
        low, high = declared.satisfaction_minimum, declared.satisfaction_maximum
        axes.set_ylim(low - 0.15, high + 1.05)
        _draw_stages(axes, drawing, staged, levels, high)
        axes.plot(shown["session"], shown["mean"], color=ACCENT, marker="o", linewidth=1.4, zorder=3)
        for number, mean in zip(shown["session"], shown["mean"], strict=True):
            at, label = (number, mean), drawing.wording.text(points(mean))
            axes.annotate(label, at, xytext=(0, 6), textcoords="offset points", ha="center", fontsize=8, zorder=4)
        axes.set_xticks(table["session"])
        axes.set_xlim(table["session"].min() - 0.6, table["session"].max() + 0.6)
        axes.set_yticks(range(low, high + 1))
        axes.set_xlabel(drawing.text(say("intervention_programme.axis_session")))
        axes.set_ylabel(drawing.text(say("intervention_programme.axis_satisfaction")))
        return canvas

    said: list[Message] = [
        say("intervention_programme.satisfaction_alt_session", n=int(row["session"]), mean=points(row["mean"]))
        for _, row in shown.iterrows()
    ]
    said += [
        say("intervention_programme.satisfaction_alt_stage", stage=stage_label(str(stage)), mean=points(mean))
        for stage, mean in levels.items()
    ]
    return Figure(
        id="intervention.programme.satisfaction",
        caption=say(f"intervention_programme.satisfaction_caption{'_stages' if len(levels) else ''}"),
        alt=say("intervention_programme.satisfaction_alt", means=said),
        draw=draw,
    )


def _draw_stages(axes: Axes, drawing: Drawing, staged: dict[int, str], levels: pd.Series, high: int) -> None:
    """A band behind the sessions of each stage, with its name and its mean as a level."""
    for position, stage in enumerate(dict.fromkeys(stage for _, stage in sorted(staged.items()))):
        numbers = [number for number, own in staged.items() if own == stage]
        left, right = min(numbers) - 0.5, max(numbers) + 0.5
        axes.axvspan(left, right, color=FAINT if position % 2 else PALE, zorder=0, linewidth=0)
        words: Words = stage_label(stage)
        if stage in levels.index:
            words = say("intervention_programme.stage_mean", stage=words, mean=points(levels[stage]))
            axes.plot([left + 0.08, right - 0.08], [levels[stage]] * 2, color=REST, linewidth=3, alpha=0.6, zorder=2)
        label = wrapped(drawing.text(words), width=max(12, 13 * len(numbers)))
        axes.text((left + right) / 2, high + 0.36, label, ha="center", color=INK, fontsize=8.5, linespacing=1.05)
