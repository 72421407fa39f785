"""One plan a person, pairings, gifts, graduates followed, and outcomes with or without a denominator."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure as Canvas

from ...params import CaseworkParams
from ...registers import wilson
from ...study import Study
from ..blocks import Block, Column, Drawing, Figure, Row, Sentence, Table
from ..numbers import Interval, Number
from ..registers import code_label, codes, denominator_cells, register
from ..shared import absent, conf_column, share_cell, smallest_shown
from ..style import ACCENT, FAINT, REST
from ..wording import Words, say
from .choices import counted, label, plans_of


def plan_blocks(study: Study, params: CaseworkParams, adherence: pd.DataFrame) -> list[Block]:
    """How much of the latest plans was done. adherence: from ``plan_adherence``."""
    if adherence.empty:
        return [absent("plans")]
    said = say(
        "casework.plans",
        n=len(adherence),
        revised=counted(study, params, int((adherence["n_versions"] > 1).sum())),
        share=Number(value=adherence["n_done"].sum() / adherence["n_planned"].sum(), role="percent", n=len(adherence)),
        all=counted(study, params, int((adherence["n_done"] == adherence["n_planned"]).sum())),
        unplanned=counted(study, params, int((adherence["n_unplanned"] > 0).sum())),
    )
    return [_measure_figure(study, params), Sentence(id="casework.plans", parts=[said]), *_poverty(study, params)]


def _latest(study: Study) -> pd.DataFrame:
    measures = plans_of(study)
    return measures[measures["version"] == measures.groupby("participant_id")["version"].transform("max")]


def _measure_figure(study: Study, params: CaseworkParams) -> Figure:
    """Measures planned in the latest plans, and how many of them were done."""
    smallest = smallest_shown(study.site, params)
    current = _latest(study)
    planned = current[current["planned"]]
    counts = {
        measure: (int((planned["measure"].astype(str) == measure).sum()),
                  int(((planned["measure"].astype(str) == measure) & planned["done"]).sum()))
        for measure in codes("plan_measures", "measure")
    }  # fmt: skip
    shown = {
        m: (n, done) for m, (n, done) in counts.items() if all(c == 0 or c >= smallest for c in (n, done, n - done))
    }

    def draw(drawing: Drawing) -> Canvas:
        canvas = Canvas(figsize=(7.2, 0.9 + 0.4 * len(shown)))
        axes = canvas.subplots()
        for place, (n, done) in enumerate(reversed(list(shown.values()))):
            axes.barh(place, n, color=REST, height=0.6)
            axes.barh(place, done, color=ACCENT, height=0.6)
            axes.annotate(
                drawing.text(say("casework.done_label", done=done, n=n)), (n, place), xytext=(5, 0),
                textcoords="offset points", va="center", fontsize=8,
            )  # fmt: skip
        names = [drawing.text(code_label("plan_measures", "measure", measure)) for measure in reversed(list(shown))]
        axes.set_yticks(range(len(shown)), names)
        axes.set_xlabel(drawing.text(say("casework.plans_axis")))
        axes.margins(x=0.15)
        axes.grid(axis="x", color=FAINT, linewidth=0.6)
        axes.set_axisbelow(True)
        return canvas

    return Figure(
        id="casework.measures",
        caption=say("casework.measures_caption"),
        alt=say(
            "casework.measures_alt",
            measures=[
                say("casework.measure_of", measure=code_label("plan_measures", "measure", measure), n=n, done=done)
                for measure, (n, done) in shown.items()
            ],
        ),
        draw=draw,
        values=[Number(value=done, role="count") for _, done in shown.values()],
    )


def _poverty(study: Study, params: CaseworkParams) -> list[Block]:
    causes = register(study, "poverty_causes")
    if causes.empty:
        return []
    n, smallest = causes["participant_id"].nunique(), smallest_shown(study.site, params)
    counts = causes["cause"].astype(str).value_counts()
    said = [
        say(
            "casework.cause_share",
            cause=code_label("poverty_causes", "cause", cause),
            share=share_cell(counts.get(cause, 0) / n, n, smallest=smallest),
        )
        for cause in codes("poverty_causes", "cause")
    ]
    return [Sentence(id="casework.poverty", parts=[say("casework.poverty", n=n, causes=said)])]


def pair_blocks(study: Study, contacts: pd.DataFrame) -> list[Block]:
    """Contacts of the pairings, planned against done, and gifts in kind. contacts: from ``contacts_kept``."""
    if contacts.empty:
        return [absent("pairs")]
    rows = [
        Row(
            cells=[
                code_label("pairs", "kind", str(row["kind"])),
                Number(value=int(row["n"]), role="count"),
                Number(value=int(row["planned"]), role="count"),
                Number(value=int(row["done"]), role="count"),
                Number(value=int(row["n_kept"]), role="count"),
                Number(value=int(row["n_none"]), role="count"),
            ]
        )
        for _, row in contacts.iterrows()
    ]
    table = Table(
        id="casework.pairs",
        title=say("casework.pairs_title"),
        columns=[
            Column(role="kind", header=say("casework.column_pairing"), align="left"),
            Column(role="n", header=say("casework.column_pairs")),
            Column(role="planned", header=say("casework.column_contacts_planned")),
            Column(role="done", header=say("casework.column_contacts_done")),
            Column(role="n_kept", header=say("casework.column_kept")),
            Column(role="n_none", header=say("casework.column_none")),
        ],
        rows=rows,
        notes=[say("casework.pairs_note")],
    )
    return [table, *_gifts(study)]


def _gifts(study: Study) -> list[Block]:
    gifts = register(study, "gifts")
    if gifts.empty:
        return []
    said = [
        say(
            "casework.gift",
            item=label(study, str(row["item"])),
            quantity=int(row["quantity"]),
            price=Number(value=float(row["unit_price"]), role="count"),
            cost=Number(value=float(row["quantity"] * row["unit_price"]), role="count"),
        )
        for _, row in gifts.iterrows()
    ]
    return [Sentence(id="casework.gifts", parts=[say("casework.gifts", gifts=said)])]


def graduate_blocks(study: Study, params: CaseworkParams) -> list[Block]:
    """Graduates asked for and reached; situations are those of the reached only."""
    asked = register(study, "graduates")
    if asked.empty:
        return [absent("graduates")]
    smallest = smallest_shown(study.site, params)
    people = asked.assign(reached=asked["reached"].astype(bool)).groupby("participant_id")
    reached = people["reached"].max()
    rate = wilson(int(reached.sum()), len(reached), conf_level=params.conf_level)
    found = asked[asked["situation"].notna()].drop_duplicates("participant_id", keep="last")
    situations = found["situation"].astype(str).value_counts()
    said = [
        say(
            "casework.situation",
            situation=code_label("graduates", "situation", situation),
            share=share_cell(situations.get(situation, 0) / max(len(found), 1), len(found), smallest=smallest),
        )
        for situation in codes("graduates", "situation")
    ]
    parts: list[Words] = [
        say(
            "casework.graduates",
            n=len(reached),
            reached=share_cell(rate.estimate, len(reached), smallest=smallest),
            interval=Interval(low=rate.conf_low, high=rate.conf_high, role="percent"),
        ),
        say("casework.situations", n=len(found), situations=said),
        say("casework.attrition"),
    ]
    return [Sentence(id="casework.graduates", parts=parts)]


def outcome_blocks(study: Study, params: CaseworkParams, outcomes: pd.DataFrame) -> list[Block]:
    """Outcomes as shares where a denominator is on record, as bare counts where none is."""
    if outcomes.empty:
        return [absent("outcomes")]
    rows = []
    for _, row in outcomes.iterrows():
        cells = [label(study, str(row["outcome"])), *denominator_cells(row, none=say("casework.no_denominator"))]
        rows.append(Row(cells=cells, n=int(row["count"])))
    table = Table(
        id="casework.outcomes",
        title=say("casework.outcomes_title"),
        columns=[
            Column(role="outcome", header=say("casework.column_outcome"), align="left"),
            Column(role="count", header=say("casework.column_count")),
            Column(role="n", header=say("casework.column_of")),
            Column(role="share", header=say("casework.column_share")),
            conf_column(params.conf_level),
        ],
        rows=rows,
        notes=[say("casework.outcomes_note")],
    )
    return [table]
