"""Cases and groups: which stages they went through, why cases were closed, whether groups are what they were called."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure as Canvas

from ...params import CaseworkParams
from ...registers import group_matches_type
from ...study import Study
from ..blocks import Block, Cell, Column, Drawing, Figure, Row, Sentence, Table
from ..numbers import Number
from ..registers import code_label, codes, register
from ..shared import absent, share_cell, smallest_shown
from ..style import ACCENT, FAINT, MEMBERS
from ..wording import Words, say
from .choices import GROUP_STAGES, HEADS, STAGES, counted, kept, label, stages_of


def case_blocks(study: Study, params: CaseworkParams, record: pd.DataFrame) -> list[Block]:
    """Cases by stage, with the stages that were left out. record: from ``stage_record``."""
    if record.empty:
        return [absent("cases")]
    files = register(study, "case_files")
    smallest = smallest_shown(study.site, params)
    said = say(
        "casework.cases",
        n=len(files),
        eligible=share_cell(files["eligible"].astype(bool).mean(), len(files), smallest=smallest),
        consent=share_cell(files["consent"].astype(bool).mean(), len(files), smallest=smallest),
        missing=counted(study, params, int((record["n_missing"] > 0).sum())),
        order=counted(study, params, int(record["out_of_order"].sum())),
        days=Number(value=record.loc[record["last"] == STAGES[-1], "days"].median(), role="count"),
    )
    blocks: list[Block] = [_stage_figure(study, params, record), Sentence(id="casework.cases.sentence", parts=[said])]
    return [*blocks, *_missing_table(params, record)]


def _reached(study: Study, record: pd.DataFrame) -> dict[str, tuple[int, int]]:
    """Stage -> cases that have it on record, and cases that went past it without."""
    stages = stages_of(study)
    went_past = {
        stage: int(record["missing"].str.split().map(lambda names, s=stage: s in names).sum()) for stage in STAGES
    }
    return {stage: (int((stages["stage"] == stage).sum()), went_past[stage]) for stage in STAGES}


def _stage_figure(study: Study, params: CaseworkParams, record: pd.DataFrame) -> Figure:
    smallest = smallest_shown(study.site, params)
    reached = {stage: pair for stage, pair in _reached(study, record).items() if pair[0] == 0 or pair[0] >= smallest}

    def draw(drawing: Drawing) -> Canvas:
        canvas = Canvas(figsize=(7.2, 0.9 + 0.42 * len(reached)))
        axes = canvas.subplots()
        for place, (n, skipped) in enumerate(reversed(list(reached.values()))):
            axes.barh(place, n, color=ACCENT, height=0.6)
            axes.barh(place, skipped, left=n, color=MEMBERS, height=0.6)
            text = (
                say("casework.stage_label", n=n)
                if not skipped
                else say("casework.stage_label_skipped", n=n, skipped=skipped)
            )
            axes.annotate(
                drawing.text(text),
                (n + skipped, place),
                xytext=(5, 0),
                textcoords="offset points",
                va="center",
                fontsize=8,
            )
        names = [drawing.text(code_label("case_stages", "stage", stage)) for stage in reversed(list(reached))]
        axes.set_yticks(range(len(reached)), names)
        axes.set_xlabel(drawing.text(say("casework.cases_axis")))
        axes.margins(x=0.2)
        axes.grid(axis="x", color=FAINT, linewidth=0.6)
        axes.set_axisbelow(True)
        return canvas

    return Figure(
        id="casework.stages",
        caption=say("casework.stages_caption"),
        alt=say(
            "casework.stages_alt",
            stages=[
                say("casework.stage_of", stage=code_label("case_stages", "stage", stage), n=n, skipped=skipped)
                for stage, (n, skipped) in reached.items()
            ],
        ),
        draw=draw,
        values=[Number(value=n, role="count") for n, _ in reached.values()],
    )


def _missing_table(params: CaseworkParams, record: pd.DataFrame) -> list[Block]:
    """Case by case, for those who work with them: in the internal profile only."""
    lacking = record[(record["n_missing"] > 0) | record["out_of_order"]]
    if params.profile != "internal" or lacking.empty:
        return []
    rows = [
        Row(
            cells=[
                str(case),
                [code_label("case_stages", "stage", stage) for stage in row["missing"].split()],
                say("common.yes") if row["out_of_order"] else say("common.no"),
            ]
        )
        for case, row in lacking.iterrows()
    ]
    table = Table(
        id="casework.missing",
        title=say("casework.missing_title"),
        columns=[
            Column(role="participant_id", header=say("casework.column_case"), align="left"),
            Column(role="missing", header=say("casework.column_missing"), align="left"),
            Column(role="out_of_order", header=say("casework.column_order")),
        ],
        rows=rows,
    )
    return [table]


def closing_blocks(study: Study, params: CaseworkParams) -> list[Block]:
    """Why cases were closed, and what was found in them."""
    if not kept(study, ["case_files"]):
        return []
    files = register(study, "case_files")
    closed = files[files["closed"].notna()]
    reasons = closed["closing_reason"].astype(object).fillna("")
    rows = [
        Row(
            cells=[
                code_label("case_files", "closing_reason", reason),
                counted(study, params, int((reasons == reason).sum())),
            ],
            n=int((reasons == reason).sum()),
            group="closed",
        )
        for reason in codes("case_files", "closing_reason")
    ]
    table = Table(
        id="casework.closing",
        title=say("casework.closing_title"),
        columns=[
            Column(role="reason", header=say("casework.column_reason"), align="left"),
            Column(role="n", header=say("casework.column_cases")),
        ],
        rows=rows,
        notes=[
            say(
                "casework.closing_note",
                open=counted(study, params, len(files) - len(closed)),
                unnamed=counted(study, params, int((reasons == "").sum())),
            )
        ],
        n=len(closed),
    )
    return [table, *_finding_table(study, params)]


def _finding_table(study: Study, params: CaseworkParams) -> list[Block]:
    findings = register(study, "case_findings")
    if findings.empty:
        return []
    n = findings["participant_id"].nunique()
    smallest = smallest_shown(study.site, params)
    counts = findings["finding"].value_counts()
    rows = [
        Row(
            cells=[
                code_label("case_findings", "finding", finding),
                Number(value=int(counts.get(finding, 0)), role="count"),
                share_cell(counts.get(finding, 0) / n, n, smallest=smallest),
            ],
            n=int(counts.get(finding, 0)),
        )
        for finding in codes("case_findings", "finding")
    ]
    table = Table(
        id="casework.findings",
        title=say("casework.findings_title"),
        columns=[
            Column(role="finding", header=say("casework.column_finding"), align="left"),
            Column(role="n", header=say("casework.column_cases")),
            Column(role="share", header=say("casework.column_share")),
        ],
        rows=rows,
        notes=[say("casework.findings_note", n=n)],
        n=n,
    )
    return [table]


def group_blocks(study: Study) -> list[Block]:
    """Every group: its declared type against its roster, stages held, planning heads, money planned and spent."""
    if not kept(study, ["groups", "group_members", "group_meetings"]):
        return [absent("casework_groups")]
    groups, members, meetings = (register(study, kind) for kind in ("groups", "group_members", "group_meetings"))
    rows = []
    for _, group in groups.iterrows():
        roster = members[members["group"] == group["group"]]
        held = meetings[meetings["group"] == group["group"]]
        lacking = [head for head in HEADS if not bool(group[head])]
        missing = [stage for stage in GROUP_STAGES if stage not in set(held["stage"].astype(str))]
        rows.append(
            Row(
                cells=[
                    label(study, str(group["group"])),
                    code_label("groups", "type", str(group["type"])),
                    _fits(roster, str(group["type"])),
                    Number(value=len(roster), role="count"),
                    Number(value=len(held), role="count"),
                    [code_label("group_meetings", "stage", stage) for stage in missing]
                    if missing
                    else say("casework.all"),
                    [say(f"casework.head_{head}") for head in lacking] if lacking else say("casework.all"),
                    _money(group["planned_cost"]),
                    _money(held["spent"].sum() if held["spent"].notna().any() else None),
                ],
                n=len(roster),
            )
        )
    table = Table(
        id="casework.groups",
        title=say("casework.groups_title"),
        columns=[
            Column(role="group", header=say("casework.column_group"), align="left"),
            Column(role="type", header=say("casework.column_type")),
            Column(role="fits", header=say("casework.column_fits")),
            Column(role="n", header=say("casework.column_members")),
            Column(role="n meetings", header=say("casework.column_meetings")),
            Column(role="missing stages", header=say("casework.column_stages_missing")),
            Column(role="missing heads", header=say("casework.column_heads_missing")),
            Column(role="planned_cost", header=say("casework.column_planned_cost")),
            Column(role="spent", header=say("casework.column_spent")),
        ],
        rows=rows,
        notes=[say("casework.groups_note")],
    )
    return [table]


def _fits(roster: pd.DataFrame, group_type: str) -> Words:
    fits = group_matches_type(roster["difficulty"].astype(object), roster["role"].astype(str), group_type=group_type)  # type: ignore[arg-type]
    return say(f"casework.fits_{'unknown' if fits is None else 'yes' if fits else 'no'}")


def _money(value: float | None) -> Cell:
    return say("casework.not_recorded") if value is None or pd.isna(value) else Number(value=float(value), role="count")
