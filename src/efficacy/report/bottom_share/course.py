"""How the share of every cohort went from term to term, and what the targets say."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from ...params import BottomShareParams
from ...registers import TOTAL
from ...study import Study
from ..blocks import Block, Column, Drawing, Figure, Row, Sentence, Table
from ..numbers import Number
from ..shared import absent, smallest_shown
from ..style import ACCENT, FAINT, INK, REST
from ..wording import Message, say
from .choices import label, later_term, school_of, shown_grades, terms_of

COUNTY_SHARE = 0.2
Line = list[tuple[str, str, float, float, float]]
"""term, grade, share, conf_low, conf_high of one cohort, in order of time."""


def course_figure(study: Study, params: BottomShareParams, shares: pd.DataFrame) -> Figure:
    """The share of the total, one line a cohort: pupils who entered together are never joined to others.

    shares: with the cohort's earlier grade (``with_earlier``).
    """
    smallest = smallest_shown(study.site, params)
    enough = shares["n_bottom"].ge(smallest) | (smallest == 1)
    lines = _lines(study, shares[(shares["subject"] == TOTAL) & enough])
    terms = terms_of(study)

    def draw(drawing: Drawing) -> Canvas:
        canvas = Canvas(figsize=(7.2, 3.7))
        axes = canvas.subplots()
        axes.axhline(COUNTY_SHARE, color=INK, linewidth=0.8, linestyle="--")
        axes.text(-0.35, COUNTY_SHARE - 0.008, drawing.text(say("bottom_share.county_line")), fontsize=8, va="top")
        for number, line in enumerate(lines):
            current = line[-1][0] == later_term(study, params)
            # intervals of the same term stand side by side
            _draw_line(axes, drawing, study, line, terms, colour=ACCENT if current else REST, shift=0.03 * number)
        axes.set_xticks(range(len(terms)), [_broken(drawing.text(label(study, term))) for term in terms], fontsize=8)
        axes.set_xlim(-0.4, len(terms) - 0.35)
        axes.set_ylim(0, None)
        axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}%")
        axes.set_xlabel(drawing.text(say("bottom_share.column_term")))
        axes.set_ylabel(drawing.text(say("bottom_share.share_axis")))
        axes.grid(axis="y", color=FAINT, linewidth=0.6)
        return canvas

    return Figure(
        id="bottom_share.course",
        caption=say("bottom_share.course_caption", n=len(lines)),
        alt=say("bottom_share.course_alt", lines=[_line_words(study, line) for line in lines]),
        draw=draw,
        values=[Number(value=share, role="percent") for line in lines for _, _, share, _, _ in line],
    )


def _lines(study: Study, shares: pd.DataFrame) -> list[Line]:
    """Every cohort's places in time: a place follows the one that its pupils came from."""
    lines: dict[tuple[str, str], Line] = {}
    rows = {(row["term"], row["grade"]): row for _, row in shares.iterrows()}
    for term in terms_of(study):
        for grade in shown_grades(study, shares, term):
            row = rows[term, grade]
            line = lines.pop((row["earlier_term"], row["earlier_grade"]), [])
            line.append((term, grade, float(row["share"]), float(row["conf_low"]), float(row["conf_high"])))
            lines[term, grade] = line
    return list(lines.values())


def _draw_line(
    axes: Axes, drawing: Drawing, study: Study, line: Line, terms: tuple[str, ...], *, colour: str, shift: float
) -> None:
    places = [terms.index(term) for term, *_ in line]
    values = [share for _, _, share, _, _ in line]
    axes.plot(places, values, color=colour, marker="o", markersize=4, linewidth=1.6)
    _, grade, share, low, high = line[-1]
    axes.plot([places[-1] + shift] * 2, [low, high], color=colour, linewidth=1)
    said = say("bottom_share.line_end", grade=label(study, grade), share=Number(value=share, role="percent"))
    axes.annotate(
        drawing.text(said), (places[-1], share), xytext=(14, 0), textcoords="offset points", fontsize=8, va="center"
    )


def _broken(text: str) -> str:
    """A term's name in two lines."""
    for mark in (", ", "学年"):
        if mark in text:
            first, _, second = text.partition(mark)
            return f"{first}{mark.strip()}\n{second}"
    return text


def _line_words(study: Study, line: Line) -> Message:
    places = [
        say(
            "bottom_share.place",
            term=label(study, term),
            grade=label(study, grade),
            share=Number(value=share, role="percent"),
        )
        for term, grade, share, _, _ in line
    ]
    return say("bottom_share.cohort_line", places=places)


def target_blocks(study: Study, params: BottomShareParams, verdicts: pd.DataFrame) -> list[Block]:
    """Every judged semester by the rule then in force."""
    if not school_of(study).targets:
        return [absent("targets")]
    judged = verdicts[verdicts["rule"] != "missing"]
    judged = judged[(judged["subject"] == TOTAL) | (judged["rule"] == "standing")]
    rows = [
        _target_row(study, params, row)
        for term in terms_of(study)
        for grade in shown_grades(study, judged, term)
        for _, row in judged[(judged["term"] == term) & (judged["grade"] == grade)].iterrows()
    ]
    table = Table(
        id="bottom_share.targets",
        title=say("bottom_share.targets_title"),
        columns=[
            Column(role="term", header=say("bottom_share.column_term"), align="left"),
            Column(role="grade", header=say("bottom_share.column_grade"), align="left"),
            Column(role="subject", header=say("bottom_share.column_subject"), align="left"),
            Column(role="rule", header=say("bottom_share.column_rule"), align="left"),
            Column(role="earlier", header=say("bottom_share.column_earlier")),
            Column(role="share", header=say("bottom_share.column_share")),
            Column(role="rank", header=say("bottom_share.column_rank")),
            Column(role="verdict", header=say("bottom_share.column_verdict")),
        ],
        rows=rows,
        notes=[say("bottom_share.targets_note"), _unit_note(study)],
    )
    return [
        table,
        Sentence(id="bottom_share.targets.caution", parts=[say("bottom_share.targets_caution")], tone="caution"),
    ]


def _target_row(study: Study, params: BottomShareParams, row: pd.Series) -> Row:
    smallest = smallest_shown(study.site, params)
    hides = smallest > 1
    return Row(
        cells=[
            label(study, row["term"]),
            label(study, row["grade"]),
            label(study, row["subject"]),
            _rule_words(study, row),
            None if hides else Number(value=row["earlier"], role="percent"),
            None if hides else Number(value=row["share"], role="percent"),
            None if pd.isna(row["rank"]) else Number(value=int(row["rank"]), role="integer"),
            say(f"bottom_share.verdict_{row['verdict']}"),
        ]
    )


def _rule_words(study: Study, row: pd.Series) -> Message:
    if row["rule"] == "none":
        return say("bottom_share.rule_none")
    targets = [t for t in school_of(study).targets if row["term"] in t.terms and t.rule == row["rule"]]
    target = next(t for t in targets if not t.grades or row["grade"] in t.grades)
    if target.rule == "standing":
        return say("bottom_share.rule_standing", rank=target.rank, share=Number(value=target.share, role="percent"))
    return say(f"bottom_share.rule_fall_{target.unit}", fall=Number(value=target.fall, role="percent"))


def _unit_note(study: Study) -> Message:
    units = {target.unit for target in school_of(study).targets if target.rule == "fall"}
    return say("bottom_share.unit_relative" if units == {"relative"} else "bottom_share.unit_points")


def verdict_counts(verdicts: pd.DataFrame) -> Mapping[str, int]:
    """How many semesters were judged how."""
    judged = verdicts[verdicts["rule"] != "missing"]
    judged = judged[(judged["subject"] == TOTAL) | (judged["rule"] == "standing")]
    counts = judged["verdict"].value_counts()
    return {name: int(counts.get(name, 0)) for name in ("met", "not_met", "no_target", "not_decidable")}
