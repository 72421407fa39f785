"""What changed for the same pupils, how often chance alone does as much, and whether classes differ."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure as Canvas

from ...params import BottomShareParams
from ...registers import ChanceOfFall, ShareChange, direction_of_change
from ...study import Study
from ..blocks import Block, Column, Drawing, Figure, Row, Sentence, Table
from ..numbers import Interval, Number
from ..shared import conf_column, smallest_shown
from ..style import ACCENT, FAINT, INK, MEMBERS, REST
from ..wording import say
from .choices import class_label, earlier_term, label, later_term

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
                    Number(value=int(groups["absent"]), role="count") if smallest == 1 else None,
                    None if hides else Interval(low=change.whole_conf_low, high=change.whole_conf_high, role="percent"),
                ],
                n=change.n_used,
            )
        )
    return Table(
        id="bottom_share.changes",
        title=say("bottom_share.changes_title", **terms_words(study, params)),
        columns=[
            Column(role="grade", header=say("bottom_share.column_grade"), align="left"),
            Column(role="n", header=say("common.column_n")),
            Column(role="n_left", header=say("bottom_share.column_left")),
            Column(role="n_entered", header=say("bottom_share.column_entered")),
            Column(role="estimate", header=say("bottom_share.column_change")),
            conf_column(params.conf_level),
            Column(role="n leavers", header=say("bottom_share.column_leavers")),
            Column(role="n joiners", header=say("bottom_share.column_joiners")),
            Column(role="n absent", header=say("bottom_share.column_absent_once")),
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
        caption=say("bottom_share.chance_caption", **terms_words(study, params)),
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


def terms_words(study: Study, params: BottomShareParams) -> dict[str, object]:
    """The labels of the two terms compared."""
    earlier = earlier_term(study, params)
    return {"earlier": label(study, earlier) if earlier else "", "later": label(study, later_term(study, params))}
