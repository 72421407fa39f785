"""What members said of the programme, beside how their scores changed: a joint display of codes, never of words."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from ....effects import VALENCES, JointDisplay, Voices
from ....params import Level
from ....psychometrics import RaterAgreement
from ...blocks import Block, Cell, Column, Drawing, Figure, Row, Sentence, Table
from ...labels import scale_label
from ...numbers import Number, PlusMinus
from ...shared import absent, smallest_shown
from ...style import ACCENT, FAINT, INK, MEMBERS, REST
from ...wording import Words, say
from ..case import Case
from ..words import outcome_label, row_where, unit_label
from .agreement import coders_sentence
from .drawn import GREY, wrapped
from .few import few_hidden, few_note
from .records import code_label, member_change

SIGNS = {"positive": ("+", ACCENT), "mixed": ("±", GREY), "negative": ("−", MEMBERS)}
DIFFER = "?"  # coders do not agree
LINE = 0.62  # height of a line of a code's name, in lines of members
CODES_WIDTH = 70  # of all codes above their columns, in Latin characters
CODE_WIDTH, MOST_WIDE = 10, 6  # of each where there are more than so many


def feedback_blocks(case: Case, voices: Voices, display: JointDisplay, coders: RaterAgreement) -> list[Block]:
    """Codes and scores side by side, and whether the coders agree; one sentence where members were not asked."""
    if voices.status == "not_computable":
        return [] if not case.study.site.programme.feedback else [absent("feedback")]
    blocks: list[Block] = []
    if case.individual_marks and display.status != "not_computable":
        blocks.append(joint_figure(case, voices, display))
    blocks.append(codes_table(case, voices))
    if (agreed := coders_sentence(case, coders)) is not None:
        blocks.append(agreed)
    if display.status != "not_computable":
        blocks.append(joint_table(case, display))
    return [*blocks, Sentence(id="intervention.feedback.limit", parts=_limits(voices), tone="caution")]


def codes_table(case: Case, voices: Voices) -> Table:
    """For how many members each code was given, by what they said of it."""
    columns = [f"n_{valence}" for valence in VALENCES]
    return Table(
        id="intervention.feedback.codes",
        title=say("intervention_programme.codes_title"),
        columns=[
            Column(role="code", header=say("intervention_programme.column_code"), align="left"),
            Column(role="text", header=say("intervention_programme.column_scales"), align="left"),
            *(Column(role=name, header=say(f"intervention_programme.column_{name}")) for name in columns),
            Column(role="n_not_mentioned", header=say("intervention_programme.column_n_not_mentioned")),
            Column(role="n_unsettled", header=say("intervention_programme.column_n_unsettled")),
        ],
        rows=list(_code_rows(case, voices)),
        notes=[
            say("intervention_programme.codes_note", n=voices.n_used, n_raters=voices.n_raters),
            *few_note(smallest_shown(case.study.site, case.params)),
        ],
        n=voices.n_used,
        method=voices.method,
    )


def joint_table(case: Case, display: JointDisplay) -> Table:
    """Mean change of members who spoke well of a code, and of the others."""
    smallest = smallest_shown(case.study.site, case.params)
    n_members = len(member_change(case, case.outcome))
    rows = []
    for code, found in display.tidy().groupby("code", sort=False):
        counts = [*found["n"].astype(int), n_members - int(found["n"].sum())]  # the last: coders differ, or not asked
        hidden = few_hidden(counts, smallest=smallest)
        for position, (_, row) in enumerate(found.iterrows()):
            shown: list[Cell] = [Number(value=row["n"], role="count"), _mean(row)]
            rows.append(
                Row(
                    cells=[
                        code_label(case.study, str(code)) if position == 0 else None,
                        say(f"intervention_programme.said_{row['level']}"),
                        *([say("common.hidden")] * 2 if position in hidden else shown),
                    ]
                )
            )
    return Table(
        id="intervention.feedback.joint",
        title=say("intervention_programme.joint_title", outcome=outcome_label(case)),
        columns=[
            Column(role="code", header=say("intervention_programme.column_code"), align="left"),
            Column(role="level", header=say("intervention_programme.column_said"), align="left"),
            Column(role="n", header=say("intervention_programme.column_members")),
            Column(role="mean sd", header=say("intervention_programme.column_change")),
        ],
        rows=rows,
        notes=[say("intervention_programme.joint_note"), *few_note(smallest)],
        n=display.n_used,
        method=display.method,
    )


def joint_figure(case: Case, voices: Voices, display: JointDisplay) -> Figure:
    """A line a member: how the score changed, and what it said of each code."""
    rows = display.by_child
    codes = list(voices.by_child.columns)

    def draw(drawing: Drawing) -> Canvas:
        canvas = Canvas(figsize=(7.2, 1.2 + 0.25 * len(rows)))
        bars, grid = canvas.subplots(1, 2, sharey=True, width_ratios=[1.0, 0.34 * len(codes)])
        _draw_changes(bars, drawing, case, rows["change"])
        lines = _draw_codes(grid, drawing, case, rows[codes])
        grid.set_ylim(-len(rows) + 0.4, 0.7 + LINE * lines)
        return canvas

    said = [
        say(
            "intervention_programme.joint_alt_code",
            code=code_label(case.study, code),
            **{valence: int((rows[code] == valence).sum()) for valence in VALENCES},
        )
        for code in codes
    ]
    return Figure(
        id="intervention.feedback.figure",
        caption=say("intervention_programme.joint_caption", outcome=outcome_label(case)),
        alt=say("intervention_programme.joint_alt", n=len(rows), codes=said),
        draw=draw,
    )


def _code_rows(case: Case, voices: Voices) -> list[Row]:
    """Outcomes first, then how the group worked, under a line of their own where there are any."""
    table = voices.tidy()
    declared = case.study.site.programme.feedback
    rows: list[Row] = []
    for kind in ("outcome", "mechanism"):
        mine = [code for code in declared if code.kind == kind]
        if mine and any(code.kind == "mechanism" for code in declared):
            rows.append(Row(cells=[say(f"intervention_programme.kind_{kind}")], heading=True))
        rows += [
            Row(cells=_code_cells(case, code, code.measures, row_where(table, "code", code.value), voices))
            for code in mine
        ]
    return rows


def _code_cells(case: Case, code: Level, measures: tuple[str, ...], row: pd.Series, voices: Voices) -> list[Cell]:
    """Five counts that add up to all members: where a small one is hidden, so is what would give it away."""
    counts = [int(row[f"n_{valence}"]) for valence in VALENCES]
    unsettled = int(row["n_unsettled"])
    counts += [voices.n_used - sum(counts) - unsettled, unsettled]
    hidden = few_hidden(counts, smallest=smallest_shown(case.study.site, case.params))
    scales = [scale_label(case.study, scale) for scale in measures if scale in case.scales]
    named: Words = say("descriptive_tables.list", parts=scales) if scales else say("intervention_programme.no_evidence")
    shown: list[Cell] = [
        say("common.hidden") if position in hidden else Number(value=count, role="count")
        for position, count in enumerate(counts)
    ]
    return [code.label, named, *shown]


def _mean(row: pd.Series) -> Cell:
    """Mean and spread; of one member only the change, of none nothing."""
    if row["n"] < 2:
        return Number(value=row["mean"], role="score") if row["n"] else None
    return PlusMinus(mean=row["mean"], sd=row["sd"])


def _limits(voices: Voices) -> list[Words]:
    parts: list[Words] = [say("intervention_programme.feedback_limit")]
    if voices.n_raters == 1:
        parts.append(say("intervention_programme.feedback_one_coder"))
    return parts


def _draw_changes(axes: Axes, drawing: Drawing, case: Case, change: pd.Series) -> None:
    heights = range(0, -len(change), -1)
    axes.barh(heights, change, color=REST, height=0.62)
    axes.vlines(0, -len(change) + 0.5, 0.5, color=INK, linewidth=0.9)
    axes.set_xlabel(drawing.text(say("intervention_programme.axis_change", unit=unit_label(case.study, case.outcome))))
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)


def _draw_codes(axes: Axes, drawing: Drawing, case: Case, said: pd.DataFrame) -> int:
    """A sign for each member and code; the lines that the longest name of a code takes."""
    most, few = 1, len(said.columns) <= MOST_WIDE
    size, width = (8, CODES_WIDTH // max(1, len(said.columns))) if few else (7.5, CODE_WIDTH)
    for row, (_, valences) in enumerate(said.iterrows()):
        axes.axhline(-row, color=FAINT, linewidth=0.6, zorder=0)
        for position, valence in enumerate(valences):
            if valence in SIGNS:
                sign, colour = SIGNS[valence]
                axes.scatter([position], [-row], s=110, color=colour, zorder=2)
                axes.text(position, -row - 0.03, sign, ha="center", va="center", color="white", fontsize=9, zorder=3)
            elif valence is None or valence != valence:
                axes.text(position, -row, DIFFER, ha="center", va="center", color=GREY, fontsize=9)
    for position, code in enumerate(said.columns):
        words = wrapped(drawing.text(code_label(case.study, code)), width=width, lines=3)
        axes.text(position, 0.6, words, ha="center", va="bottom", fontsize=size, linespacing=1.15)
        most = max(most, words.count("\n") + 1)
    axes.set_xlim(-0.6, len(said.columns) - 0.4)
    axes.set_xticks([])
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    return most
