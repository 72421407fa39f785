"""Early warning by declared rules, what the rules were worth, and the decisions that people took."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure as Canvas

from ...params import CaseworkParams
from ...registers import WarningQuality
from ...study import Study
from ..blocks import Block, Column, Drawing, Figure, Row, Sentence, Table
from ..numbers import Interval, Number
from ..registers import code_label, codes, register
from ..shared import absent, percent_words, smallest_shown
from ..style import ACCENT, FAINT, MEMBERS
from ..wording import Words, say
from .choices import counted

MEASURES = ("precision", "recall")


def rule_label(study: Study, rule: str) -> Words:
    """A declared rule's label; "any" is any of them."""
    if rule == "any":
        return say("casework.any_rule")
    return next(declared.label for declared in study.site.caseload.warnings if declared.id == rule)


def warning_blocks(study: Study, params: CaseworkParams, quality: WarningQuality | None) -> list[Block]:
    """What each declared rule was worth. quality: None where no rule is declared or no sign was kept."""
    if quality is None or quality.status == "not_computable":
        return [absent("warnings")]
    if not study.site.caseload.outcomes_known:
        rows = quality.tidy()
        said = [
            say(
                "casework.warned_of",
                rule=rule_label(study, str(row["rule"])),
                n=counted(study, params, int(row["n_warned"])),
            )
            for _, row in rows.iterrows()
        ]
        parts = [say("casework.warned", n=quality.n_used, rules=said), say("casework.outcomes_unknown")]
        return [Sentence(id="casework.warnings.sentence", parts=parts, tone="caution")]
    return [
        *_quality_figure(study, params, quality),
        _quality_table(study, params, quality),
        Sentence(id="casework.warnings.caution", parts=[say("casework.warnings_caution")], tone="caution"),
    ]


def _shown(study: Study, params: CaseworkParams, quality: WarningQuality) -> pd.DataFrame:
    """Rules whose counts may be shown."""
    smallest = smallest_shown(study.site, params)
    table = quality.tidy()
    few = table[["n_true", "n_false", "n_missed"]]
    return table[~((few > 0) & (few < smallest)).any(axis="columns")]


def _quality_figure(study: Study, params: CaseworkParams, quality: WarningQuality) -> list[Block]:
    table = _shown(study, params, quality)
    if table.empty:
        return []

    def draw(drawing: Drawing) -> Canvas:
        canvas = Canvas(figsize=(7.2, 1.1 + 0.55 * len(table)))
        panels = canvas.subplots(1, 2, sharey=True)
        for axes, measure, colour in zip(panels, MEASURES, (ACCENT, MEMBERS), strict=True):
            for place, (_, row) in enumerate(table.iloc[::-1].iterrows()):
                axes.plot(
                    [row[f"{measure}_conf_low"], row[f"{measure}_conf_high"]], [place] * 2, color=colour, linewidth=2
                )
                axes.plot(row[measure], place, "o", color=colour, markersize=6)
                shown = drawing.wording.text(Number(value=row[measure], role="percent"))
                axes.annotate(
                    shown, (row[measure], place), xytext=(0, 7), textcoords="offset points", ha="center", fontsize=8
                )
            axes.set_xlim(0, 1.02)
            axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}%")
            axes.set_xlabel(drawing.text(say(f"casework.{measure}_axis")))
            axes.grid(axis="x", color=FAINT, linewidth=0.6)
        names = [drawing.text(rule_label(study, str(rule))) for rule in table["rule"].iloc[::-1]]
        panels[0].set_yticks(range(len(table)), names)
        panels[0].set_ylim(-0.5, len(table) - 0.3)
        return canvas

    figure = Figure(
        id="casework.warnings.figure",
        caption=say("casework.warnings_caption", n=quality.n_used, outcome=quality.n_outcome),
        alt=say(
            "casework.warnings_alt",
            rules=[
                say(
                    "casework.rule_alt",
                    rule=rule_label(study, str(row["rule"])),
                    precision=Number(value=row["precision"], role="percent"),
                    recall=Number(value=row["recall"], role="percent"),
                )
                for _, row in table.iterrows()
            ],
        ),
        draw=draw,
        values=[Number(value=row[measure], role="percent") for _, row in table.iterrows() for measure in MEASURES],
    )
    return [figure]


def _quality_table(study: Study, params: CaseworkParams, quality: WarningQuality) -> Table:
    rows = [
        Row(
            cells=[
                rule_label(study, str(row["rule"])),
                *(counted(study, params, int(row[name])) for name in ("n_warned", "n_true", "n_false", "n_missed")),
                Interval(low=row["precision_conf_low"], high=row["precision_conf_high"], role="percent"),
                Interval(low=row["recall_conf_low"], high=row["recall_conf_high"], role="percent"),
                Number(value=row["median_lead"], role="count"),
            ],
            n=int(row["n_warned"]),
        )
        for _, row in _shown(study, params, quality).iterrows()
    ]
    level = percent_words(params.conf_level)
    return Table(
        id="casework.warnings",
        title=say("casework.warnings_title"),
        columns=[
            Column(role="rule", header=say("casework.column_rule"), align="left"),
            Column(role="n_warned", header=say("casework.column_warned")),
            Column(role="n_true", header=say("casework.column_true")),
            Column(role="n_false", header=say("casework.column_false")),
            Column(role="n_missed", header=say("casework.column_missed")),
            Column(role="precision_conf_low precision_conf_high", header=say("casework.column_precision", level=level)),
            Column(role="recall_conf_low recall_conf_high", header=say("casework.column_recall", level=level)),
            Column(role="median_lead", header=say("casework.column_lead")),
        ],
        rows=rows,
        notes=[say("casework.warnings_note", late=_late(quality))],
        method="wilson",
        n=quality.n_used,
    )


def _late(quality: WarningQuality) -> int:
    """Students with a crisis of whom every rule held too late or never counted here: by any rule."""
    return int(quality.tidy().set_index("rule").loc[["any"], "n_late"].iloc[0])


def crisis_blocks(study: Study, params: CaseworkParams) -> list[Block]:
    """Levels that people decided, and whether strong help was arranged for them."""
    decisions = register(study, "crisis_decisions")
    if decisions.empty:
        return [absent("crisis")]
    rows = []
    for level in codes("crisis_decisions", "level"):
        chosen = decisions[decisions["level"].astype(str) == level]
        helped = int(chosen["strong_help"].astype(bool).sum())
        rows.append(
            Row(
                cells=[
                    code_label("crisis_decisions", "level", level),
                    Number(value=len(chosen), role="count"),
                    counted(study, params, helped),
                ],
                n=len(chosen),
                group="crisis",
            )
        )
    table = Table(
        id="casework.crisis",
        title=say("casework.crisis_title"),
        columns=[
            Column(role="level", header=say("casework.column_level"), align="left"),
            Column(role="n", header=say("casework.column_decisions")),
            Column(role="n strong_help", header=say("casework.column_strong_help")),
        ],
        rows=rows,
        notes=[say("casework.crisis_note")],
        n=len(decisions),
    )
    return [table]
