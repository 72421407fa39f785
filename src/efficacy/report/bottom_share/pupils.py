"""What became of the pupils on the list: where they stand now beside where such pupils stand anyway."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure as Canvas

from ...params import BottomShareParams
from ...registers import IdentifiedStanding
from ...study import Study
from ..blocks import Block, Column, Drawing, Figure, Row, Sentence, Table
from ..numbers import Interval, Number
from ..shared import conf_column, distinct_reasons, smallest_shown
from ..style import FAINT, INK, MEMBERS, REST
from ..wording import say
from .choices import earlier_term, label, later_term

STATES = ("bottom", "not_bottom", "absent", "not_enrolled")


def standing_blocks(
    study: Study, params: BottomShareParams, standings: Mapping[str, IdentifiedStanding]
) -> list[Block]:
    """The rise of the identified pupils beside the rise expected of any pupils who stood so low."""
    smallest = smallest_shown(study.site, params)
    known = {
        grade: result
        for grade, result in standings.items()
        if result.status != "not_computable" and result.n_used >= smallest
    }
    if not known:
        return [Sentence(id="bottom_share.standing.none", parts=[say("bottom_share.standing_none")])]
    rows = [
        Row(
            cells=[
                label(study, grade),
                Number(value=result.n_used, role="count"),
                Number(value=result.mean_earlier, role="effect", n=result.n_used),
                Number(value=result.mean_later, role="effect", n=result.n_used),
                Number(value=result.rise, role="effect", n=result.n_used),
                Interval(low=result.conf_low, high=result.conf_high, role="effect"),
                Number(value=result.expected_rise, role="effect", n=result.n_all),
                Number(value=result.retest_r, role="r", n=result.n_all),
            ],
            n=result.n_used,
        )
        for grade, result in known.items()
    ]
    table = Table(
        id="bottom_share.standing",
        title=say("bottom_share.standing_title"),
        columns=[
            Column(role="grade", header=say("bottom_share.column_grade"), align="left"),
            Column(role="n", header=say("common.column_n")),
            Column(role="mean_earlier", header=say("bottom_share.column_mean_earlier")),
            Column(role="mean_later", header=say("bottom_share.column_mean_later")),
            Column(role="rise", header=say("bottom_share.column_rise")),
            conf_column(params.conf_level),
            Column(role="expected_rise", header=say("bottom_share.column_expected")),
            Column(role="retest_r", header=say("bottom_share.column_r")),
        ],
        rows=rows,
        notes=[say("bottom_share.standing_note"), *distinct_reasons(standings.values())],
        method="paired_t",
    )
    return [_standing_figure(study, known), table]


def _standing_figure(study: Study, known: Mapping[str, IdentifiedStanding]) -> Figure:
    grades = list(known)

    def draw(drawing: Drawing) -> Canvas:
        canvas = Canvas(figsize=(7.2, 1.3 + 0.75 * len(grades)))
        axes = canvas.subplots()
        for place, grade in enumerate(reversed(grades)):
            result = known[grade]
            expected = result.mean_earlier + result.expected_rise
            axes.annotate(
                "", (result.mean_later, place), (result.mean_earlier, place),
                arrowprops={"arrowstyle": "-|>", "color": MEMBERS, "linewidth": 1.8, "shrinkA": 0, "shrinkB": 0},
            )  # fmt: skip
            axes.plot(result.mean_earlier, place, "o", color=MEMBERS, markersize=6)
            axes.plot(expected, place, "D", color="white", markeredgecolor=INK, markersize=7)
            if place == len(grades) - 1:
                for at, key in ((result.mean_earlier, "then"), (expected, "expected"), (result.mean_later, "now")):
                    lower = key == "expected"
                    axes.annotate(
                        drawing.text(say(f"bottom_share.mark_{key}")), (at, place), xytext=(0, -16 if lower else 9),
                        textcoords="offset points", ha="center", fontsize=8,
                    )  # fmt: skip
        axes.set_yticks(range(len(grades)), [drawing.text(label(study, grade)) for grade in reversed(grades)])
        axes.set_ylim(-0.6, len(grades) - 0.4)
        axes.axvline(0, color=REST, linewidth=0.8)
        axes.margins(x=0.12)
        axes.set_xlabel(drawing.text(say("bottom_share.standing_axis")))
        axes.grid(axis="x", color=FAINT, linewidth=0.6)
        return canvas

    return Figure(
        id="bottom_share.standing.figure",
        caption=say("bottom_share.standing_caption"),
        alt=say(
            "bottom_share.standing_alt",
            grades=[
                say(
                    "bottom_share.standing_of",
                    grade=label(study, grade),
                    then=Number(value=result.mean_earlier, role="effect"),
                    now=Number(value=result.mean_later, role="effect"),
                    expected=Number(value=result.mean_earlier + result.expected_rise, role="effect"),
                )
                for grade, result in known.items()
            ],
        ),
        draw=draw,
        values=[Number(value=result.rise, role="effect") for result in known.values()],
    )


def transition_table(study: Study, params: BottomShareParams, transitions: pd.DataFrame) -> Table:
    """Pupils by what they were at the two terms, all grades together."""
    earlier = earlier_term(study, params)
    counts = {state: [int(count) for count in transitions.loc[[state], list(STATES)].to_numpy()[0]] for state in STATES}
    rows = [
        Row(
            cells=[say(f"bottom_share.state_{state}"), *(Number(value=count, role="count") for count in found)],
            n=min(filter(None, found), default=0),
        )
        for state, found in counts.items()
        if any(found)
    ]
    return Table(
        id="bottom_share.transitions",
        title=say(
            "bottom_share.transitions_title",
            earlier=label(study, earlier) if earlier else "",
            later=label(study, later_term(study, params)),
        ),
        columns=[
            Column(role="earlier", header=say("bottom_share.column_state_earlier"), align="left"),
            *(Column(role=f"n {state}", header=say(f"bottom_share.state_{state}")) for state in STATES),
        ],
        rows=rows,
        notes=[say("bottom_share.transitions_note")],
    )
