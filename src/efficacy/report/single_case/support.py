"""Support by kind, source and time, and the services aimed at each kind."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure as Canvas

from ...params import files_of
from ..blocks import Block, Column, Drawing, Figure, Row, Table
from ..numbers import Number
from ..registers import code_label
from ..shared import absent
from ..style import ACCENT, FAINT, INK, REST
from ..wording import Words, say
from .case import Case
from .words import child_label, day_of, ordered_codes, value_of

GREY = "#5a6672"


def support_blocks(case: Case, matrices: dict[str, pd.DataFrame]) -> tuple[Block, ...]:
    """A figure and a table for each child. matrices: ``support_matrix`` of its ratings, by child."""
    if not matrices:
        return (absent("support"),)
    blocks: list[Block] = []
    for child, matrix in matrices.items():
        blocks += [_figure(case, child, matrix), _table(case, child, matrix)]
    return tuple(blocks)


def _shape(matrix: pd.DataFrame) -> tuple[list[str], list[str], list[pd.Timestamp]]:
    dimensions = ordered_codes("support", "dimension", matrix["dimension"])
    sources = ordered_codes("support", "source", matrix["source"].dropna())
    return dimensions, sources, sorted(matrix["day"].unique())


def _at(matrix: pd.DataFrame, dimension: str, source: str | None) -> pd.Series:
    """Ratings of one place by day; source None: the mean over the sources."""
    which = matrix["source"].isna() if source is None else matrix["source"] == source
    rows = matrix[which & (matrix["dimension"] == dimension)]
    return rows.set_index("day")["estimate"]


def _figure(case: Case, child: str, matrix: pd.DataFrame) -> Figure:
    dimensions, sources, days = _shape(matrix)
    low, high = _form(case, matrix)

    def draw(drawing: Drawing) -> Canvas:
        canvas = Canvas(figsize=(7.2, 0.75 + 0.42 * len(sources)))
        panels = np.atleast_1d(canvas.subplots(1, len(dimensions), sharey=True, sharex=True))
        for axes, dimension in zip(panels, dimensions, strict=True):
            for height, source in enumerate(reversed(sources)):
                found = _at(matrix, dimension, source)
                if found.empty:
                    continue
                axes.plot([found.iloc[0], found.iloc[-1]], [height, height], color=FAINT, linewidth=2.5, zorder=1)
                for position, (day, value) in enumerate(found.items()):
                    last = day == days[-1]
                    size = 46 if last else 26
                    axes.scatter([value], [height], s=size, color=ACCENT if last else REST, zorder=2 + position)
            axes.set_title(drawing.text(code_label("support", "dimension", dimension)), fontsize=9.5)
            axes.set_xlim(low - 0.4, high + 0.4)
            axes.set_xticks(range(int(np.floor(low)), int(np.ceil(high)) + 1))
            axes.tick_params(axis="y", length=0)
            axes.spines["left"].set_visible(False)
            axes.grid(axis="x", color=FAINT, linewidth=0.6)
            axes.set_axisbelow(True)
        names = [drawing.text(code_label("support", "source", source)) for source in reversed(sources)]
        panels[0].set_yticks(range(len(sources)), names)
        panels[0].set_ylim(-0.6, len(sources) - 0.4)
        canvas.supxlabel(drawing.text(say("single_case.support_x")), fontsize=9, color=INK)
        return canvas

    said = [
        say(
            "single_case.support_line",
            dimension=code_label("support", "dimension", dimension),
            source=code_label("support", "source", source),
            values=[value_of(float(value)) for value in _at(matrix, dimension, source)],
        )
        for dimension in dimensions
        for source in sources
        if len(_at(matrix, dimension, source))
    ]
    fields = {"first": day_of(days[0]), "last": day_of(days[-1]), "child": child_label(case, child)}
    return Figure(
        id=f"single_case.support.figure.{case.children.index(child)}",
        caption=say("single_case.support_caption", **fields),
        alt=say("single_case.support_alt", lines=said, days=[day_of(day) for day in days], child=fields["child"]),
        draw=draw,
    )


def _form(case: Case, matrix: pd.DataFrame) -> tuple[float, float]:
    """Lowest and highest rating of the form where the parameters state them, else of the ratings."""
    declared = case.study.site.registers.get("support")
    limits = [file.limits["rating"] for file in files_of(declared) if "rating" in file.limits] if declared else []
    return limits[0] if limits else (float(matrix["estimate"].min()), float(matrix["estimate"].max()))


def _table(case: Case, child: str, matrix: pd.DataFrame) -> Table:
    dimensions, sources, days = _shape(matrix)
    columns = [
        Column(role="dimension", header=say("single_case.column_dimension"), align="left"),
        Column(role="source", header=say("single_case.column_source"), align="left"),
        *(Column(role=f"estimate {day_of(day)}", header=day_of(day)) for day in days),
        Column(role="change", header=say("single_case.column_change")),
    ]
    rows: list[Row] = []
    for dimension in dimensions:
        label = code_label("support", "dimension", dimension)
        rows.append(Row(cells=[label, say("single_case.all_sources"), *_cells(matrix, dimension, None, days)]))
        rows += [
            Row(cells=["", code_label("support", "source", source), *_cells(matrix, dimension, source, days)])
            for source in sources
        ]
    raters = case.register("support").query("participant_id == @child")["rater"].dropna().unique()
    rated = [code_label("support", "rater", str(rater)) for rater in raters]
    return Table(
        id=f"single_case.support.table.{case.children.index(child)}",
        title=say("single_case.support_title", child=child_label(case, child)),
        columns=columns,
        rows=rows,
        notes=[say("single_case.support_note"), *([say("single_case.support_raters", raters=rated)] if rated else [])],
    )


def _cells(
    matrix: pd.DataFrame, dimension: str, source: str | None, days: Sequence[pd.Timestamp]
) -> list[Words | Number | None]:
    found = _at(matrix, dimension, source)
    cells: list[Words | Number | None] = [
        _rating(float(found[day]), source) if day in found.index else None for day in days
    ]
    which = matrix["source"].isna() if source is None else matrix["source"] == source
    changes = matrix.loc[which & (matrix["dimension"] == dimension)].sort_values("day")["change"]
    return [*cells, _rating(float(changes.iloc[-1]), source) if len(changes) > 1 else None]


def _rating(value: float, source: str | None) -> Number:
    """A rating as it was given; means with decimals."""
    return Number(value=value, role="score") if source is None else value_of(value)


def support_means(matrix: pd.DataFrame) -> list[Words]:
    """Each kind of support with its mean over the sources on the first and the last day; nothing for a single day."""
    dimensions, _, days = _shape(matrix)
    if len(days) < 2:
        return []
    said: list[Words] = []
    for dimension in dimensions:
        found = _at(matrix, dimension, None)
        ends = {
            "first": Number(value=float(found.iloc[0]), role="score"),
            "last": Number(value=float(found.iloc[-1]), role="score"),
        }
        said.append(say("single_case_page.support_of", dimension=code_label("support", "dimension", dimension), **ends))
    return said
