"""The roll: where every leaver went, retention by the declared formula, and how soon signs of leaving were visited."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure as Canvas

from ...params import CaseworkParams
from ...registers import RollCheck, median_days
from ...study import Study
from ..blocks import Block, Column, Drawing, Figure, Row, Sentence, Table
from ..numbers import Interval, Number
from ..registers import code_label, register
from ..shared import absent, percent_words, smallest_shown
from ..style import ACCENT, FAINT, INK, MEMBERS
from ..wording import Words, say
from .choices import counted


def roll_blocks(study: Study, params: CaseworkParams, check: RollCheck | None) -> list[Block]:
    """Two rolls against the records of leavers. check: None where no roll or no formula is declared."""
    if check is None or check.status == "not_computable":
        return [absent("roll")]
    rows = [
        Row(
            cells=[_destination(str(row["level"])), Number(value=int(row["n"]), role="count")],
            n=int(row["n"]),
            group="left",
        )
        for _, row in check.tidy().iterrows()
    ]
    table = Table(
        id="casework.destinations",
        title=say("casework.destinations_title"),
        columns=[
            Column(role="destination", header=say("casework.column_destination"), align="left"),
            Column(role="n", header=say("casework.column_leavers")),
        ],
        rows=rows,
        notes=[say("casework.destinations_note")],
        n=check.n_left,
    )
    return [_retention_sentence(study, params, check), table, _certificate_sentence(study, params)]


def _destination(level: str) -> Words:
    return say("casework.destination_unknown") if level == "unknown" else code_label("leavers", "destination", level)


def _retention_sentence(study: Study, params: CaseworkParams, check: RollCheck) -> Sentence:
    smallest = smallest_shown(study.site, params)
    hides = 0 < check.n_left < smallest
    unknown = check.tidy().set_index("level")["n"].get("unknown", 0)
    parts: list[Words] = [
        say(
            "casework.roll",
            start=check.n_start,
            end=check.n_end,
            left=counted(study, params, check.n_left),
            joined=counted(study, params, check.n_joined),
        )
    ]
    if not hides:
        parts.append(
            say(
                "casework.retention",
                formula=say(f"casework.formula_{check.method}"),
                rate=Number(value=check.retention, role="percent", n=check.n_start),
                level=percent_words(params.conf_level),
                interval=Interval(low=check.conf_low, high=check.conf_high, role="percent"),
            )
        )
    parts.append(
        say(
            "casework.roll_gaps",
            unknown=counted(study, params, int(unknown)),
            there=counted(study, params, check.n_recorded_and_there),
        )
    )
    return Sentence(id="casework.roll", parts=parts)


def _certificate_sentence(study: Study, params: CaseworkParams) -> Sentence:
    leavers = register(study, "leavers")
    moved = leavers[leavers["destination"].astype(str) == "transferred"]
    without = int((~moved["certificate"].astype(bool)).sum())
    said = say("casework.certificates", n=counted(study, params, len(moved)), without=counted(study, params, without))
    return Sentence(id="casework.certificates", parts=[said])


def visit_blocks(study: Study, params: CaseworkParams, times: pd.DataFrame | None) -> list[Block]:
    """Days from the first sign to the visit. times: from ``time_to_visit``, None without a declared limit."""
    limit = study.site.caseload.visit_within_days
    if times is None or times.empty or limit is None:
        return [absent("visits")]
    states = times["state"].value_counts()
    counts = {state: int(states.get(state, 0)) for state in ("in_time", "late", "not_visited")}
    middle = median_days(times)
    parts: list[Words] = [
        say(
            "casework.visits",
            n=len(times),
            limit=limit,
            **{state: counted(study, params, count) for state, count in counts.items()},
        )
    ]
    if middle == middle:
        parts.append(say("casework.visits_median", days=Number(value=middle, role="count", n=len(times))))
    sentence = Sentence(id="casework.visits", parts=parts)
    # every point is one student: drawn only where marks for single children may be
    return [*_visit_figure(study, params, times, limit), sentence]


def _visit_figure(study: Study, params: CaseworkParams, times: pd.DataFrame, limit: int) -> list[Block]:
    if smallest_shown(study.site, params) > 1:
        return []
    visited = times["days"].dropna().sort_values()
    share = [(place + 1) / len(times) for place in range(len(visited))]

    def draw(drawing: Drawing) -> Canvas:
        canvas = Canvas(figsize=(7.2, 2.9))
        axes = canvas.subplots()
        axes.step([0, *visited, visited.max() + 2], [0, *share, share[-1]], where="post", color=ACCENT, linewidth=1.8)
        axes.axvline(limit, color=MEMBERS, linewidth=1.2, linestyle="--")
        axes.annotate(
            drawing.text(say("casework.limit_mark", limit=limit)), (limit, 0.04), xytext=(4, 0),
            textcoords="offset points", fontsize=8, color=MEMBERS,
        )  # fmt: skip
        axes.axhline(1, color=INK, linewidth=0.6)
        axes.set_ylim(0, 1.05)
        axes.set_xlim(0, None)
        axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}%")
        axes.set_xlabel(drawing.text(say("casework.days_axis")))
        axes.set_ylabel(drawing.text(say("casework.visited_axis")))
        axes.grid(color=FAINT, linewidth=0.6)
        return canvas

    within = float((visited <= limit).sum()) / len(times)
    figure = Figure(
        id="casework.visits.figure",
        caption=say("casework.visits_caption", n=len(times), limit=limit),
        alt=say(
            "casework.visits_alt",
            n=len(times),
            limit=limit,
            within=Number(value=within, role="percent"),
            visited=Number(value=share[-1], role="percent"),
        ),
        draw=draw,
        values=[Number(value=within, role="percent")],
    )
    return [figure]
