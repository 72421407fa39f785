"""Who came how often, and whether those who came more changed more."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from ....effects import DoseAndChange, SessionRecord
from ...blocks import Block, Cell, Column, Drawing, Figure, Row, Sentence, Table
from ...numbers import Number, PlusMinus
from ...shared import share_cell, smallest_shown
from ...style import FAINT, INK, MEMBERS
from ...wording import reasons_of, say
from ..case import Case
from ..evaluation import Evaluation
from ..followup import attendance_sentence
from ..words import outcome_label, retest, unit_label
from .few import few_hidden, few_note
from .records import member_change

FEWEST_SESSIONS_APART = 2  # members who missed so many sessions or more share one line


def attendance_blocks(evaluation: Evaluation, record: SessionRecord) -> list[Block]:
    """Attendance of the group in words, as a picture, and by how many sessions members came to."""
    if record.status == "not_computable":
        return []
    case = evaluation.case
    figure = attendance_figure(case, record)
    return [attendance_sentence(evaluation, record), *([figure] if figure else []), dose_table(case, record)]


def attendance_figure(case: Case, record: SessionRecord) -> Figure | None:
    """Share of members at each session; below it, where single children may be drawn, every member and session."""
    table = record.tidy()
    smallest = smallest_shown(case.study.site, case.params)
    cells = {
        int(row["session"]): share_cell(row["share"], int(row["n"]), smallest=smallest) for _, row in table.iterrows()
    }
    shares = {number: cell for number, cell in cells.items() if isinstance(cell, Number)}
    if len(shares) < len(cells):
        return None  # a missing bar would tell which session few missed
    came = _came(case.study.sessions)

    def draw(drawing: Drawing) -> Canvas:
        children = len(came) if drawing.individual_marks else 0
        canvas = Canvas(figsize=(7.2, 1.7 + 0.19 * children))
        ratios = [1.5, 0.19 * children] if children else [1.0]
        panels = canvas.subplots(len(ratios), 1, sharex=True, squeeze=False, height_ratios=ratios)[:, 0]
        _draw_shares(panels[0], drawing, shares)
        if children:
            _draw_children(panels[1], drawing, came)
        panels[-1].set_xticks(range(len(shares)), [str(number) for number in shares])
        panels[-1].set_xlabel(drawing.text(say("intervention_programme.axis_session")))
        return canvas

    said = [say("intervention_programme.attendance_alt_session", n=n, share=cell) for n, cell in shares.items()]
    single = "_members" if case.individual_marks else ""
    return Figure(
        id="intervention.programme.attendance",
        caption=say(f"intervention_programme.attendance_caption{single}"),
        alt=say("intervention_programme.attendance_alt", sessions=said),
        draw=draw,
    )


def dose_table(case: Case, record: SessionRecord) -> Table:
    """Members by the number of sessions they came to."""
    smallest = smallest_shown(case.study.site, case.params)
    bands = _bands(record)
    hidden = few_hidden([n for _, _, n in bands], smallest=smallest)
    rows = []
    for position, (key, missed, n) in enumerate(bands):
        shown: list[Cell] = [
            Number(value=n, role="count"),
            share_cell(n / record.n_used, record.n_used, smallest=smallest),
        ]
        label = say(f"intervention_programme.attended_{key}", n=record.n_sessions - missed)
        rows.append(Row(cells=[label, *([say("common.hidden")] * 2 if position in hidden else shown)]))
    return Table(
        id="intervention.programme.dose",
        title=say("intervention_programme.dose_title"),
        columns=[
            Column(role="term", header=say("intervention_programme.column_attended"), align="left"),
            Column(role="n", header=say("intervention_programme.column_members")),
            Column(role="share", header=say("intervention_programme.column_share")),
        ],
        rows=rows,
        notes=few_note(smallest),
        n=record.n_used,
        method="attendance",
    )


def dose_blocks(case: Case, dose: DoseAndChange) -> list[Block]:
    """Sessions attended beside the change of the primary outcome, as a description."""
    if len(case.study.sessions) == 0 or not case.same_test:
        return []
    if dose.status == "not_computable":
        parts = [*reasons_of(dose)]
        return [Sentence(id="intervention.programme.dose.change", parts=parts, tone="caution")]
    said = say(
        "intervention_programme.dose_change",
        outcome=outcome_label(case),
        n=dose.n_used,
        rho=retest(dose.rho),
        r=retest(dose.r),
    )
    figure = [dose_figure(case, dose)] if case.individual_marks else []
    sentence = Sentence(
        id="intervention.programme.dose.sentence",
        parts=[said, say("intervention_programme.dose_why_not")],
        tone="caution",
    )
    return [*figure, halves_table(case, dose), sentence]


def halves_table(case: Case, dose: DoseAndChange) -> Table:
    """Mean change of members who came more and of those who came less often."""
    smallest = smallest_shown(case.study.site, case.params)
    table = dose.tidy()
    n_members = len(member_change(case, case.outcome))
    hidden = few_hidden([*table["n"].astype(int), n_members - dose.n_used], smallest=smallest)
    rows = []
    for position, (_, row) in enumerate(table.iterrows()):
        shown: list[Cell] = [Number(value=row["n"], role="count"), PlusMinus(mean=row["mean"], sd=row["sd"])]
        half = say(f"intervention_programme.half_{row['level']}", n=f"{dose.median_attended:g}")
        rows.append(Row(cells=[half, *([say("common.hidden")] * 2 if position in hidden else shown)]))
    return Table(
        id="intervention.programme.halves",
        title=say("intervention_programme.halves_title", outcome=outcome_label(case)),
        columns=[
            Column(role="level", header=say("intervention_programme.column_attended"), align="left"),
            Column(role="n", header=say("intervention_programme.column_members")),
            Column(role="mean sd", header=say("intervention_programme.column_change")),
        ],
        rows=rows,
        notes=[say("intervention_programme.halves_note"), *few_note(smallest)],
        n=dose.n_used,
        method=dose.method,
    )


def dose_figure(case: Case, dose: DoseAndChange) -> Figure:
    """Every member by sessions attended and change."""
    rows = dose.by_child

    def draw(drawing: Drawing) -> Canvas:
        canvas = Canvas(figsize=(7.2, 2.6))
        axes = canvas.subplots()
        axes.axhline(0, color=INK, linewidth=0.8)
        axes.scatter(_apart(rows["attended"]), rows["change"], s=44, color=MEMBERS, alpha=0.75, linewidth=0)
        low, high = int(rows["attended"].min()), int(rows["attended"].max())
        axes.set_xticks(range(low, high + 1))
        axes.set_xlim(low - 0.6, high + 0.6)
        axes.set_xlabel(drawing.text(say("intervention_programme.axis_attended")))
        axes.set_ylabel(
            drawing.text(say("intervention_programme.axis_change", unit=unit_label(case.study, case.outcome)))
        )
        return canvas

    return Figure(
        id="intervention.programme.dose.figure",
        caption=say("intervention_programme.dose_caption"),
        alt=say("intervention_programme.dose_alt", n=dose.n_used, rho=retest(dose.rho), r=retest(dose.r)),
        draw=draw,
    )


def _came(sessions: pd.DataFrame) -> pd.DataFrame:
    """Members x sessions, True where they came, who came most often first; no name, no number."""
    wide = sessions.pivot(index="participant_id", columns="session", values="attended")
    order = wide.sum(axis=1).sort_values(ascending=False, kind="stable").index
    return wide.loc[order].reset_index(drop=True)


def _bands(record: SessionRecord) -> list[tuple[str, int, int]]:
    """Key, sessions missed, and members: every session, all but one, fewer."""
    counts = record.by_dose.set_index("attended")["n"]
    every, but_one = int(counts.get(record.n_sessions, 0)), int(counts.get(record.n_sessions - 1, 0))
    rest = record.n_used - every - but_one
    return [("every", 0, every), ("but_one", 1, but_one), ("fewer", FEWEST_SESSIONS_APART, rest)]


def _apart(attended: pd.Series) -> np.ndarray:
    """Members with the same number of sessions side by side."""
    position = attended.groupby(attended).cumcount()
    width = attended.map(attended.value_counts()) - 1
    return (attended + 0.09 * (position - width / 2)).to_numpy(dtype=float)


def _draw_shares(axes: Axes, drawing: Drawing, shares: Mapping[int, Number]) -> None:
    for position, cell in enumerate(shares.values()):
        share = float(cell.value or 0)
        axes.bar(position, share, color=MEMBERS, width=0.62)
        axes.text(position, share + 0.04, drawing.wording.text(cell), ha="center", fontsize=8)
    axes.set_ylim(0, 1.25)
    axes.set_yticks([0, 0.5, 1], ["0%", "50%", "100%"])
    axes.set_ylabel(drawing.text(say("intervention_programme.axis_share")))


def _draw_children(axes: Axes, drawing: Drawing, came: pd.DataFrame) -> None:
    for row, (_, there) in enumerate(came.iterrows()):
        for position, present in enumerate(there):
            axes.barh(-row, 0.62, left=position - 0.31, height=0.74, color=MEMBERS if present == 1 else FAINT)
        axes.text(len(there) - 0.5, -row, str(int(there.fillna(False).astype(bool).sum())), va="center", fontsize=8)
    axes.set_ylim(-len(came) + 0.4, 0.6)
    axes.set_yticks([])
    axes.set_ylabel(drawing.text(say("intervention_programme.axis_members")))
    axes.set_xlim(-0.6, len(came.columns) - 0.1)
