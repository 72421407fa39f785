"""What changed for the same pupils, how often chance alone does as much, and what that means for classes and awards."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure as Canvas

from ...params import BottomShareParams
from ...registers import TOTAL, ChanceOfFall, ShareChange, direction_of_change
from ...study import Study
from ..blocks import Block, Cell, Column, Drawing, Figure, Row, Sentence, Table
from ..numbers import Interval, Number
from ..shared import absent, conf_column, smallest_shown
from ..style import ACCENT, FAINT, INK, MEMBERS, REST
from ..wording import say
from .choices import class_label, earlier_term, in_school_order, label, later_term, school_of

RS = ("standing_lowest", "standing_highest")


def change_table(study: Study, params: BottomShareParams, changes: Mapping[str, ShareChange]) -> Table:
    """Stayers paired; leavers and joiners beside them; the two terms as they stand last."""
    smallest = smallest_shown(study.site, params)
    rows = []
    for grade, change in changes.items():
        groups = change.groups.set_index("level")["n"]
        counts = (change.n_left, change.n_entered)
        hides = smallest > 1 and any(0 < count < smallest for count in counts)
        rows.append(
            Row(
                cells=[
                    label(study, grade),
                    Number(value=change.n_used, role="count"),
                    None if hides else Number(value=change.n_left, role="count"),
                    None if hides else Number(value=change.n_entered, role="count"),
                    None if hides else Number(value=change.estimate, role="percent", n=change.n_used),
                    None if hides else Interval(low=change.conf_low, high=change.conf_high, role="percent"),
                    Number(value=int(groups["leavers"]), role="count") if smallest == 1 else None,
                    Number(value=int(groups["joiners"]), role="count") if smallest == 1 else None,
                    None if hides else Interval(low=change.whole_conf_low, high=change.whole_conf_high, role="percent"),
                ],
                n=change.n_used,
            )
        )
    return Table(
        id="bottom_share.changes",
        title=say("bottom_share.changes_title", **_terms(study, params)),
        columns=[
            Column(role="grade", header=say("bottom_share.column_grade"), align="left"),
            Column(role="n", header=say("bottom_share.column_stayers")),
            Column(role="n_left", header=say("bottom_share.column_left")),
            Column(role="n_entered", header=say("bottom_share.column_entered")),
            Column(role="estimate", header=say("bottom_share.column_change")),
            conf_column(params.conf_level),
            Column(role="n leavers", header=say("bottom_share.column_leavers")),
            Column(role="n joiners", header=say("bottom_share.column_joiners")),
            conf_column(params.conf_level, role="whole_conf_low whole_conf_high"),
        ],
        rows=rows,
        notes=[say("bottom_share.changes_note")],
        method="newcombe_paired",
    )


def chance_blocks(
    study: Study,
    params: BottomShareParams,
    changes: Mapping[str, ShareChange],
    chances: Mapping[str, ChanceOfFall],
) -> list[Block]:
    """How often a fall as large as the observed one comes about with nothing changed."""
    if not chances:
        return [Sentence(id="bottom_share.chance.none", parts=[say("bottom_share.chance_none")])]
    return [_chance_figure(study, params, changes, chances), _chance_sentence(study, params, chances)]


def _chance_figure(
    study: Study, params: BottomShareParams, changes: Mapping[str, ShareChange], chances: Mapping[str, ChanceOfFall]
) -> Figure:
    """The change of each grade's stayers with its interval, and the chance of such a fall beside it."""
    grades = list(chances)

    def draw(drawing: Drawing) -> Canvas:
        canvas = Canvas(figsize=(7.2, 0.9 + 0.6 * len(grades)))
        axes = canvas.subplots()
        axes.axvline(0, color=INK, linewidth=0.8)
        for place, grade in enumerate(reversed(grades)):
            change = changes[grade]
            colour = REST if direction_of_change(change) == "open" else ACCENT
            axes.plot([change.conf_low, change.conf_high], [place] * 2, color=colour, linewidth=2)
            axes.plot(change.estimate, place, "o", color=colour, markersize=7)
            said = say("bottom_share.chance_label", **chance_values(chances[grade]))
            axes.annotate(
                drawing.text(said), (change.estimate, place), xytext=(0, 8), textcoords="offset points", fontsize=8,
                ha="center",
            )  # fmt: skip
        axes.set_yticks(range(len(grades)), [drawing.text(label(study, grade)) for grade in reversed(grades)])
        axes.set_ylim(-0.6, len(grades) - 0.3)
        axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:+.0f}" if value else "0")
        axes.set_xlabel(drawing.text(say("bottom_share.change_axis")))
        return canvas

    return Figure(
        id="bottom_share.chance",
        caption=say("bottom_share.chance_caption", **_terms(study, params)),
        alt=say(
            "bottom_share.chance_alt",
            grades=[
                say(
                    "bottom_share.chance_of_grade",
                    grade=label(study, grade),
                    change=Number(value=changes[grade].estimate, role="percent"),
                    **chance_values(chances[grade]),
                )
                for grade in grades
            ],
        ),
        draw=draw,
        values=[Number(value=changes[grade].estimate, role="percent") for grade in grades],
    )


def chance_values(chance: ChanceOfFall) -> dict[str, Number]:
    by_r = chance.by_r.set_index("retest_r")["estimate"]
    low, high = sorted((float(by_r.iloc[0]), float(by_r.iloc[-1])))
    return {"low": Number(value=low, role="percent"), "high": Number(value=high, role="percent")}


def _chance_sentence(study: Study, params: BottomShareParams, chances: Mapping[str, ChanceOfFall]) -> Sentence:
    return Sentence(
        id="bottom_share.chance.sentence",
        parts=[
            say(
                "bottom_share.chance_sentence",
                lowest=Number(value=params.standing_lowest, role="r"),
                highest=Number(value=params.standing_highest, role="r"),
                grades=[
                    say(
                        "bottom_share.chance_fall",
                        grade=label(study, grade),
                        n=chance.n_used,
                        fall=Number(value=chance.fall, role="percent"),
                        **chance_values(chance),
                    )
                    for grade, chance in chances.items()
                ],
            )
        ],
        tone="caution",
    )


def funnel_figure(study: Study, params: BottomShareParams, classes: pd.DataFrame, centre: float) -> Figure:
    """Shares of the classes by size, between the limits that chance allows around the school's share.

    classes: class, n, share, limit_low, limit_high, outside, from ``funnel``.
    """
    smallest = smallest_shown(study.site, params)
    shown = classes[classes["n_bottom"].ge(smallest) | (smallest == 1)]

    def draw(drawing: Drawing) -> Canvas:
        canvas = Canvas(figsize=(7.2, 3.4))
        axes = canvas.subplots()
        limits = classes.sort_values("n").drop_duplicates("n")
        axes.fill_between(limits["n"], limits["limit_low"], limits["limit_high"], color=FAINT, linewidth=0, step="mid")
        axes.axhline(centre, color=INK, linewidth=0.8, linestyle="--")
        for _, row in shown.iterrows():
            axes.plot(row["n"], row["share"], "o", color=MEMBERS if row["outside"] else ACCENT, markersize=6)
            axes.annotate(
                drawing.text(class_label(study, row["class"])), (row["n"], row["share"]), xytext=(6, 2),
                textcoords="offset points", fontsize=7.5,
            )  # fmt: skip
        axes.set_xlabel(drawing.text(say("bottom_share.size_axis")))
        axes.set_ylabel(drawing.text(say("bottom_share.share_axis")))
        axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}%")
        axes.set_ylim(0, None)
        axes.margins(x=0.15)
        return canvas

    return Figure(
        id="bottom_share.funnel",
        caption=say(
            "bottom_share.funnel_caption",
            centre=Number(value=centre, role="percent"),
            outside=int(shown["outside"].sum()),
            n=len(shown),
        ),
        alt=say(
            "bottom_share.funnel_alt",
            classes=[
                say(
                    "bottom_share.class_share",
                    name=class_label(study, row["class"]),
                    n=int(row["n"]),
                    share=Number(value=row["share"], role="percent"),
                )
                for _, row in shown.iterrows()
            ],
        ),
        draw=draw,
        values=[Number(value=value, role="percent") for value in shown["share"]],
    )


def award_blocks(study: Study, params: BottomShareParams, classes: pd.DataFrame, audit: pd.DataFrame) -> list[Block]:
    """Which awards the declared rules give, and how often luck alone would have earned them.

    classes: from ``changes_by_group``; audit: from ``award_audit``, empty without rules.
    """
    if not school_of(study).awards:
        return [absent("awards"), _class_table(study, params, classes, None)]
    return [_class_table(study, params, classes, audit), _award_caution()]


def _award_caution() -> Sentence:
    return Sentence(id="bottom_share.awards.caution", parts=[say("bottom_share.awards_caution")], tone="caution")


def _class_table(study: Study, params: BottomShareParams, classes: pd.DataFrame, audit: pd.DataFrame | None) -> Table:
    smallest = smallest_shown(study.site, params)
    tiers = school_of(study).awards
    earned = {} if audit is None else audit.set_index("unit").to_dict("index")
    rows = []
    for _, row in in_school_order(study, classes).iterrows():
        hides = smallest > 1
        award = earned.get(row["class"])
        cells: list[Cell] = [
            class_label(study, row["class"]),
            Number(value=int(row["n"]), role="count"),
            None if hides else Number(value=int(row["n_earlier"]), role="count"),
            None if hides else Number(value=int(row["n_later"]), role="count"),
            None if hides else Number(value=-row["share_fall"], role="percent", n=int(row["n"])),
            None if hides else Interval(low=row["conf_low"], high=row["conf_high"], role="percent"),
            None if hides or math.isnan(row["chance"]) else Number(value=row["chance"], role="percent"),
        ]
        if audit is not None:
            named = tiers[int(award["rule"])].name if award and award["rule"] else say("bottom_share.no_award")
            cells += [named, Number(value=award["amount"] if award else 0, role="score")]
        rows.append(Row(cells=cells, n=int(row["n"])))
    columns = [
        Column(role="class", header=say("bottom_share.column_class"), align="left"),
        Column(role="n", header=say("bottom_share.column_stayers")),
        Column(role="n_earlier", header=say("bottom_share.column_bottom_earlier")),
        Column(role="n_later", header=say("bottom_share.column_bottom_later")),
        Column(role="estimate", header=say("bottom_share.column_change")),
        conf_column(params.conf_level),
        Column(role="chance", header=say("bottom_share.column_chance")),
    ]
    if audit is not None:
        columns += [
            Column(role="rule", header=say("bottom_share.column_award"), align="left"),
            Column(role="amount", header=say("bottom_share.column_amount")),
        ]
    return Table(
        id="bottom_share.classes",
        title=say("bottom_share.classes_title", **_terms(study, params)),
        columns=columns,
        rows=rows,
        notes=[say("bottom_share.classes_note", r=Number(value=params.standing_highest, role="r"))],
        method="newcombe_paired",
    )


def class_rows(study: Study, params: BottomShareParams, held: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The totals of the two terms, one row a pupil: what ``changes_by_group`` takes."""
    totals = held[held["subject"] == TOTAL]
    earlier = earlier_term(study, params)
    before = totals[totals["term"] == earlier][["participant_id", "bottom"]]
    return before, totals[totals["term"] == later_term(study, params)][["participant_id", "class", "bottom"]]


def _terms(study: Study, params: BottomShareParams) -> dict[str, object]:
    earlier = earlier_term(study, params)
    return {"earlier": label(study, earlier) if earlier else "", "later": label(study, later_term(study, params))}
