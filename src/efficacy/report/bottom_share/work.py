"""The work itself: help recorded from two sides, duties, other indicators, the pupils' families."""

from __future__ import annotations

from datetime import date

import pandas as pd
from matplotlib.figure import Figure as Canvas

from ...params import BottomShareParams
from ...registers import DUTY_STATES, Reconciliation
from ...study import Study
from ..blocks import Block, Cell, Column, Drawing, Figure, Row, Sentence, Table
from ..numbers import Number
from ..registers import code_label, denominator_cells, register
from ..shared import absent, percent_words, share_cell, smallest_shown
from ..style import ACCENT, FAINT, MEMBERS, REST
from ..wording import Words, say
from .choices import label


def help_blocks(study: Study, params: BottomShareParams, found: Reconciliation, balance: pd.DataFrame) -> list[Block]:
    """Help recorded by teacher, pupil or both, subject by subject, and where it took place."""
    if found.status == "not_computable":
        return [absent("help_logs")]
    sentence = say(
        "bottom_share.help_sentence",
        n=found.n_used,
        both=found.n_both,
        teacher=found.n_teacher_only,
        pupil=found.n_pupil_only,
        share=Number(value=found.share, role="percent", n=found.n_used),
    )
    return [
        _help_figure(study, found),
        Sentence(id="bottom_share.help.sentence", parts=[sentence, say("bottom_share.help_limit")]),
        Sentence(id="bottom_share.help.balance", parts=[_balance_words(study, params, balance)], tone="caution"),
    ]


def _help_figure(study: Study, found: Reconciliation) -> Figure:
    table = found.tidy()
    kinds = (("n_both", ACCENT), ("n_teacher_only", MEMBERS), ("n_pupil_only", REST))

    def draw(drawing: Drawing) -> Canvas:
        canvas = Canvas(figsize=(7.2, 1.2 + 0.5 * len(table)))
        axes = canvas.subplots()
        for place, (_, row) in enumerate(table.iloc[::-1].iterrows()):
            left = 0
            for kind, colour in kinds:
                axes.barh(place, row[kind], left=left, color=colour, height=0.6)
                if row[kind] >= 8:
                    axes.text(
                        left + row[kind] / 2, place, str(int(row[kind])), ha="center", va="center",
                        color="white", fontsize=8,
                    )  # fmt: skip
                if place == len(table) - 1:
                    axes.annotate(
                        drawing.text(say(f"bottom_share.{kind}")), (left + row[kind] / 2, place + 0.3), xytext=(0, 4),
                        textcoords="offset points", ha="left" if kind == "n_pupil_only" else "center", fontsize=8,
                        color=colour if kind != "n_pupil_only" else "black",
                    )  # fmt: skip
                left += row[kind]
        axes.set_yticks(range(len(table)), [drawing.text(label(study, s)) for s in table["subject"].iloc[::-1]])
        axes.set_ylim(-0.6, len(table) - 0.1)
        axes.set_xlabel(drawing.text(say("bottom_share.help_axis")))
        axes.margins(x=0.08)
        axes.grid(axis="x", color=FAINT, linewidth=0.6)
        axes.set_axisbelow(True)
        return canvas

    return Figure(
        id="bottom_share.help",
        caption=say("bottom_share.help_caption"),
        alt=say(
            "bottom_share.help_alt",
            subjects=[
                say(
                    "bottom_share.help_of",
                    subject=label(study, row["subject"]),
                    both=int(row["n_both"]),
                    teacher=int(row["n_teacher_only"]),
                    pupil=int(row["n_pupil_only"]),
                )
                for _, row in table.iterrows()
            ],
        ),
        draw=draw,
        values=[Number(value=value, role="percent") for value in table["share"]],
    )


def _balance_words(study: Study, params: BottomShareParams, balance: pd.DataFrame) -> Words:
    smallest = smallest_shown(study.site, params)
    total, outside = balance["minutes"].sum(), balance["minutes_outside"].sum()
    single = int((balance["n_subjects"] == 1).sum())
    return say(
        "bottom_share.balance",
        n=len(balance),
        outside=Number(value=outside / total, role="percent", n=len(balance)),
        median=Number(value=balance["minutes_outside"].median(), role="count", n=len(balance)),
        single=share_cell(single / len(balance), len(balance), smallest=smallest),
    )


def duty_blocks(counts: pd.DataFrame, day: date) -> list[Block]:
    """Duties done in time, late, open or not yet due on the day they are judged."""
    if counts.empty:
        return [absent("duties")]
    rows = [
        Row(
            cells=[
                code_label("duties", "duty", str(row["duty"])),
                *(Number(value=int(row[state]), role="count") for state in DUTY_STATES),
                Number(value=row["share"], role="percent", n=int(row["n_due"])),
            ]
        )
        for _, row in counts.iterrows()
    ]
    table = Table(
        id="bottom_share.duties",
        title=say("bottom_share.duties_title", day=day.isoformat()),
        columns=[
            Column(role="duty", header=say("bottom_share.column_duty"), align="left"),
            *(Column(role=f"n {state}", header=say(f"bottom_share.duty_{state}")) for state in DUTY_STATES),
            Column(role="share", header=say("bottom_share.column_in_time")),
        ],
        rows=rows,
        notes=[say("bottom_share.duties_note")],
    )
    return [table]


def indicator_blocks(study: Study, params: BottomShareParams, outcomes: pd.DataFrame) -> list[Block]:
    """Other indicators as shares where somebody said of how many, as bare counts where nobody did."""
    if outcomes.empty:
        return [absent("indicators")]
    rows = []
    for _, row in outcomes.iterrows():
        named: list[Cell] = [label(study, row["indicator"]), label(study, row["period"])]
        cells = [*named, *denominator_cells(row, none=say("bottom_share.no_n"))]
        rows.append(Row(cells=cells, n=int(row["count"])))
    table = Table(
        id="bottom_share.indicators",
        title=say("bottom_share.indicators_title"),
        columns=[
            Column(role="indicator", header=say("bottom_share.column_indicator"), align="left"),
            Column(role="period", header=say("bottom_share.column_period"), align="left"),
            Column(role="count", header=say("bottom_share.column_count")),
            Column(role="n", header=say("bottom_share.column_of")),
            Column(role="share", header=say("bottom_share.column_rate")),
            Column(
                role="conf_low conf_high",
                header=say("common.column_interval", level=percent_words(params.conf_level)),
            ),
        ],
        rows=rows,
        notes=[say("bottom_share.indicators_note")],
    )
    return [table]


def activity_blocks(study: Study) -> list[Block]:
    """Training and seminars, counted by kind."""
    activities = register(study, "activities")
    if activities.empty:
        return []
    kinds = activities.groupby("activity", observed=True)["n_staff"].agg(["size", "sum"])
    said = [
        say(
            "bottom_share.activity",
            activity=code_label("activities", "activity", str(kind)),
            times=int(row["size"]),
            staff=int(row["sum"]),
        )
        for kind, row in kinds.iterrows()
    ]
    return [Sentence(id="bottom_share.activities", parts=[say("bottom_share.activities", kinds=said)])]


def family_blocks(study: Study, params: BottomShareParams) -> list[Block]:
    """Special family situations, each as a share of the special families: that is whom they are counted of."""
    families = register(study, "family_situations")
    if families.empty:
        return [absent("families")]
    smallest = smallest_shown(study.site, params)
    special = families["participant_id"].nunique()
    counts = families.groupby("situation", observed=True)["participant_id"].nunique()
    said = [
        say(
            "bottom_share.situation",
            situation=code_label("family_situations", "situation", str(kind)),
            share=share_cell(count / special, special, smallest=smallest),
        )
        for kind, count in counts.items()
    ]
    return [Sentence(id="bottom_share.families", parts=[say("bottom_share.families", n=special, situations=said)])]
