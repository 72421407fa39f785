"""Each child: reliable change, drawn and listed where single children may be shown, else only counted."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from ...effects import ReliableChange, reliable_change
from ...effects.reliable_change import VERDICTS, ReliableMethod, Verdict
from ..blocks import Cell, Column, Drawing, Figure, Row, Sentence, Table
from ..labels import wave_label
from ..numbers import Number
from ..privacy import hidden_parts
from ..shared import smallest_shown
from ..style import ACCENT, FAINT, INK, MEMBERS, REST
from ..wording import Message, Words, reason_words, reasons_of, say
from .evaluation import Evaluation
from .words import level, outcome_label, points, retest, unit_label, waves

GREY = "#5a6672"
COLOURS = {"improved": ACCENT, "unchanged": GREY, "deteriorated": MEMBERS}
METHODS: tuple[ReliableMethod, ...] = ("regression_based", "jacobson_truax")


def children_blocks(evaluation: Evaluation) -> tuple[Sentence | Figure | Table, ...]:
    """How many members changed reliably; where single children may be shown, each of them."""
    case = evaluation.case
    reason = _refused(evaluation)
    if reason is not None:
        return (Sentence(id="intervention.children", parts=[reason], tone="caution"),)
    based, truax = (_reliable(evaluation, method) for method in METHODS)
    if based.status == "not_computable":
        return (Sentence(id="intervention.children", parts=reasons_of(based), tone="caution"),)
    sentence = _sentence(evaluation, based)
    if not case.individual_marks:
        return (sentence,)
    return sentence, children_figure(evaluation, based), children_table(evaluation, based, truax)


def _refused(evaluation: Evaluation) -> Message | None:
    """Why no child can be judged: no change, or no survey beyond the members to judge it by."""
    case = evaluation.case
    if not case.same_test:
        return say("intervention.unadjusted_none")
    if evaluation.expected is not None and evaluation.expected.status == "not_computable":
        return reason_words(evaluation.expected.reasons[0])
    return None if case.own_survey.std() > 0 else say("intervention_children.no_spread")


def _reliable(evaluation: Evaluation, method: ReliableMethod) -> ReliableChange:
    """The members against the whole survey's mean and spread, at the retest study's r or over the declared range."""
    case, params = evaluation.case, evaluation.case.params
    known = evaluation.study_r is not None
    return reliable_change(
        case.chosen(case.survey),
        case.chosen(case.later),
        mean=float(case.own_survey.mean()),
        sd=float(case.own_survey.std()),
        retest_r=evaluation.shown_r,
        retest_n=params.retest_n if known else None,
        retest_ends=None if known else (params.retest_lowest, params.retest_highest),
        method=method,
        improvement=params.improvement,
        conf_level=params.conf_level,
    )


def _sentence(evaluation: Evaluation, based: ReliableChange) -> Sentence:
    """How many, with r; how that depends on r only where single children may be shown."""
    case = evaluation.case
    counts = dict(zip(VERDICTS, (based.n_improved, based.n_unchanged, based.n_deteriorated), strict=True))
    fields = {"n": based.n, "r": retest(based.retest_r)}
    parts: list[Words] = [say("intervention_children.rule", level=level(case), outcome=outcome_label(case))]
    shown = _countable(counts, smallest_shown(case.study.site, case.params))
    parts.append(
        say(f"intervention_children.counts{'' if shown else '_hidden'}", **fields, **(counts if shown else {}))
    )
    if case.individual_marks and len(based.counts) > 1:
        low, *_, high = (row for _, row in based.counts.iterrows())
        ends = {"low": retest(low["retest_r"]), "high": retest(high["retest_r"])}
        at_ends = {f"at_{end}": int(row["n_improved"]) for end, row in (("low", low), ("high", high))}
        known = "study" if evaluation.study_r is not None else "range"
        parts.append(say(f"intervention_children.counts_{known}", level=level(case), **ends, **at_ends))
    chance = Number(value=based.n * (1 - case.params.conf_level) / 2, role="effect")
    parts.append(say("intervention_children.by_chance", n=based.n, chance=chance))
    return Sentence(id="intervention.children.sentence", parts=parts)


def _countable(counts: Mapping[Verdict, int], smallest: int) -> bool:
    """May the three counts be told? Not if one stands for few children, or if they say the same of every child."""
    values = list(counts.values())
    alike = smallest > 1 and sum(values) in values
    return not alike and not hidden_parts(values, k=smallest)


def children_figure(evaluation: Evaluation, based: ReliableChange) -> Figure:
    """A line a member: before, after, and the band in which an unchanged child's later score would lie."""
    case = evaluation.case
    table = _ordered(based)
    later = case.chosen(case.study.score(case.followup, case.outcome)) if case.followup else None

    def draw(drawing: Drawing) -> Canvas:
        canvas = Canvas(figsize=(7.2, 1.1 + 0.27 * len(table)))
        axes = canvas.subplots()
        _draw_children(axes, table, based, later)
        axes.set_yticks(range(len(table)), [str(number) for number in range(len(table), 0, -1)])
        axes.set_ylim(-0.7, len(table) - 0.3)
        axes.set_ylabel(drawing.text(say("intervention_children.axis_member")))
        axes.set_xlabel(drawing.text(unit_label(case.study, case.outcome)))
        return canvas

    followed = "" if later is None or later.empty else "_followup"
    named = {} if not followed else {"followup": wave_label(case.study, str(case.followup))}
    said = [
        say(
            "intervention_children.alt_child",
            number=number,
            pre=points(row["pre"]),
            post=points(row["post"]),
            verdict=say(f"intervention_children.{row['verdict']}"),
        )
        for number, (_, row) in enumerate(table.iterrows(), start=1)
    ]
    return Figure(
        id="intervention.children.figure",
        caption=say(
            f"intervention_children.caption{followed}",
            level=level(case),
            r=retest(based.retest_r),
            **waves(case),
            **named,
        ),
        alt=say("intervention_children.alt", children=said),
        draw=draw,
    )


def _draw_children(axes: Axes, table: pd.DataFrame, based: ReliableChange, later: pd.Series | None) -> None:
    for height, (_, row) in enumerate(table.iloc[::-1].iterrows()):
        band = (row["expected"] - based.smallest_reliable, row["expected"] + based.smallest_reliable)
        colour = COLOURS[row["verdict"]]
        axes.plot(band, [height] * 2, color=FAINT, linewidth=9, solid_capstyle="butt", zorder=1)
        axes.plot([row["pre"], row["post"]], [height] * 2, color=colour, linewidth=1.6, zorder=2)
        axes.scatter([row["pre"]], [height], facecolor="white", edgecolor=INK, s=28, zorder=3)
        axes.scatter([row["post"]], [height], color=colour, s=36, zorder=4)
        if later is not None and row["participant_id"] in later.index:
            axes.scatter([later[row["participant_id"]]], [height], color=REST, marker="D", s=20, zorder=3)


def _ordered(result: ReliableChange) -> pd.DataFrame:
    """The children by what they changed beyond expectation, the most improved first."""
    down = result.improvement == "decrease"
    return result.tidy().sort_values("statistic", ascending=down, kind="stable")


def children_table(evaluation: Evaluation, based: ReliableChange, truax: ReliableChange) -> Table:
    """Every member's scores and verdicts, by both methods and at both ends of r."""
    case = evaluation.case
    by_truax = truax.tidy().set_index("participant_id")["verdict"]
    rows = [
        Row(cells=_cells(number, row, by_truax[row["participant_id"]]))
        for number, (_, row) in enumerate(_ordered(based).iterrows(), start=1)
    ]
    named = waves(case)
    return Table(
        id="intervention.children",
        title=say("intervention_children.title", outcome=outcome_label(case)),
        columns=[
            Column(role="item", header=say("intervention_children.column_number")),
            Column(role="pre", header=named["pre"]),
            Column(role="expected", header=say("intervention_children.column_expected")),
            Column(role="post", header=named["post"]),
            Column(role="statistic", header=say("intervention_children.column_z")),
            Column(role="verdict", header=say("intervention_children.column_based", r=retest(based.retest_r))),
            *_end_columns(based),
            Column(role="verdict_jacobson_truax", header=say("intervention_children.column_truax")),
        ],
        rows=rows,
        notes=_notes(based),
        n=based.n,
        method=based.method,
    )


def _end_columns(based: ReliableChange) -> list[Column]:
    if math.isnan(based.r_low):
        return []
    ends = (("lowest", based.r_low), ("highest", based.r_high))
    return [
        Column(role=f"verdict_{end}", header=say("intervention_children.column_based", r=retest(r))) for end, r in ends
    ]


def _cells(number: int, row: pd.Series, by_truax: str) -> Sequence[Cell]:
    verdicts = [row["verdict"], *(row[end] for end in ("verdict_lowest", "verdict_highest") if row[end]), by_truax]
    return [
        number_cell(number),
        points(row["pre"]),
        points(row["expected"]),
        points(row["post"]),
        Number(value=row["statistic"], role="statistic"),
        *(say(f"intervention_children.{verdict}") for verdict in verdicts),
    ]


def number_cell(number: int) -> Number:
    """A running number: no id of a child stands in a report."""
    return Number(value=number, role="integer")


def _notes(based: ReliableChange) -> list[Words]:
    fields = {
        "mean": points(based.mean),
        "sd": points(based.sd),
        "critical": Number(value=based.critical, role="statistic"),
        "smallest": points(based.smallest_reliable),
        "sem": points(based.sem),
        "difference": points(based.critical * based.sd_difference),
    }
    return [say("intervention_children.note", **fields), say("intervention_children.note_truax", **fields)]
