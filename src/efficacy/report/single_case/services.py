"""The service log: hours by the kind of support aimed at, and whether strategies aimed where the plan says."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure as Canvas

from ..blocks import Block, Column, Drawing, Figure, Row, Table
from ..numbers import Number
from ..registers import code_label
from ..shared import absent
from ..style import ACCENT, REST
from ..wording import Message, Words, say
from .case import Case
from .words import child_label, ordered_codes, records, value_of

AIMS: Mapping[str, str] = {
    "view_of_education": "emotional",
    "linked_resources": "substantive",
    "agency_platform": "informational",
    "resilience": "evaluation",
    "inner_support": "inner",
}
"""What each strategy aims at in the casework that the register is made for."""


def service_blocks(case: Case, hours: dict[str, pd.DataFrame]) -> tuple[Block, ...]:
    """A figure and a table for each child. hours: ``service_hours`` of its log, by child."""
    if not hours:
        return (absent("service_log"),)
    blocks: list[Block] = []
    for child, table in hours.items():
        blocks += [_figure(case, child, table), _table(case, child, table)]
    return tuple(blocks)


def _figure(case: Case, child: str, table: pd.DataFrame) -> Figure:
    dimensions = ordered_codes("service_log", "dimension", table["dimension"])
    sums = _sums(table)

    def draw(drawing: Drawing) -> Canvas:
        canvas = Canvas(figsize=(7.2, 0.7 + 0.4 * len(dimensions)))
        axes = canvas.subplots()
        most = max(hours for hours, _ in sums.values())
        for height, dimension in enumerate(reversed(dimensions)):
            hours, count = sums[dimension]
            colour = REST if dimension == "none" else ACCENT
            axes.barh([height], [hours], color=colour, height=0.62)
            mark = say("single_case.service_mark", hours=value_of(hours), n=count)
            axes.annotate(
                drawing.text(mark), (hours, height), xytext=(5, 0), textcoords="offset points", va="center", fontsize=9
            )
        labels = [drawing.text(code_label("service_log", "dimension", name)) for name in reversed(dimensions)]
        axes.set_yticks(range(len(dimensions)), labels)
        axes.tick_params(axis="y", length=0)
        axes.set_xlim(0, 1.3 * most)
        axes.set_xlabel(drawing.text(say("single_case.service_x")))
        return canvas

    said = [_spoken(sums, dimension) for dimension in dimensions]
    return Figure(
        id=f"single_case.services.figure.{case.children.index(child)}",
        caption=say("single_case.service_caption", child=child_label(case, child)),
        alt=say("single_case.service_alt", lines=said, child=child_label(case, child)),
        draw=draw,
    )


def _sums(table: pd.DataFrame) -> dict[str, tuple[float, int]]:
    """Hours and contacts of each kind of support."""
    summed = table.groupby("dimension")[["hours", "n"]].sum().reset_index()
    return {row["dimension"]: (float(row["hours"]), int(row["n"])) for row in records(summed)}


def _spoken(sums: dict[str, tuple[float, int]], dimension: str) -> Message:
    hours, count = sums[dimension]
    label = code_label("service_log", "dimension", dimension)
    return say("single_case.service_line", dimension=label, hours=value_of(hours), n=count)


def _table(case: Case, child: str, table: pd.DataFrame) -> Table:
    columns = [
        Column(role="strategy", header=say("single_case.column_strategy"), align="left"),
        Column(role="dimension", header=say("single_case.column_aimed"), align="left"),
        Column(role="n", header=say("single_case.column_contacts")),
        Column(role="hours", header=say("single_case.column_hours")),
        Column(role="share", header=say("single_case.column_share")),
        Column(role="planned", header=say("single_case.column_planned"), align="left"),
    ]
    rows = []
    strategies = ordered_codes("service_log", "strategy", table["strategy"])
    for strategy in strategies:
        for row in records(table[table["strategy"] == strategy]):
            as_planned = AIMS.get(strategy) == row["dimension"]
            planned = "open" if strategy not in AIMS else "yes" if as_planned else "else"
            cells: list[Words | Number | None] = [
                code_label("service_log", "strategy", strategy),
                code_label("service_log", "dimension", row["dimension"]),
                Number(value=int(row["n"]), role="count"),
                value_of(row["hours"]),
                Number(value=row["share"], role="percent"),
                say(f"single_case.planned_{planned}"),
            ]
            rows.append(Row(cells=cells))
    unused = [code_label("service_log", "strategy", strategy) for strategy in AIMS if strategy not in strategies]
    notes: list[Words] = [say("single_case.service_note")]
    notes += [say("single_case.service_unused", strategies=unused)] if unused else []
    return Table(
        id=f"single_case.services.table.{case.children.index(child)}",
        title=say("single_case.service_title", child=child_label(case, child)),
        columns=columns,
        rows=rows,
        notes=notes,
    )
