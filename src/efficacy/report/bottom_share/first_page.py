"""The bottom-share report's answer on one screen, and what it leaves open."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ...params import BottomShareParams
from ...registers import TOTAL, ChanceOfFall, ShareChange, direction_of_change
from ...study import Study
from ..blocks import Column, FirstPage, PageRow, Row, Sentence, Table
from ..numbers import Interval, Number
from ..shared import percent_words, smallest_shown
from ..wording import Message, Words, say
from .change import chance_values
from .choices import earlier_term, label, later_term, school_of, shown_grades
from .course import verdict_counts


def first_page(
    study: Study,
    params: BottomShareParams,
    shares: pd.DataFrame,
    changes: Mapping[str, ShareChange],
    chances: Mapping[str, ChanceOfFall],
    verdicts: pd.DataFrame,
) -> FirstPage:
    """Question, sample, method, result, caution, sentence to paste and what may not be concluded.

    shares: with the cohorts' earlier grades; changes, chances: by grade; verdicts: from ``judge_targets``.
    """
    return FirstPage(
        id="bottom_share.first_page",
        title=say("bottom_share.title"),
        subtitle=[study.site.title, label(study, later_term(study, params))],
        rows=[
            PageRow(heading=say("common.page_question"), parts=[say("bottom_share.question")]),
            PageRow(heading=say("common.page_sample"), parts=_sample(study, params, shares)),
            PageRow(heading=say("common.page_method"), parts=_method(study, params)),
            PageRow(heading=say("common.page_result"), parts=_result(study, params, shares, changes), tone="result"),
            *_targets(study, verdicts),
            PageRow(heading=say("common.page_caution"), parts=_cautions(study, params, chances), tone="caution"),
            PageRow(heading=say("common.page_paste"), parts=_paste(study, params, shares, changes), tone="paste"),
            PageRow(heading=say("common.page_not_concluded"), parts=[say("bottom_share.not_concluded")]),
        ],
    )


def _of_total(shares: pd.DataFrame, term: str) -> pd.DataFrame:
    return shares[(shares["term"] == term) & (shares["subject"] == TOTAL)].set_index("grade")


def _sample(study: Study, params: BottomShareParams, shares: pd.DataFrame) -> list[Words]:
    now = _of_total(shares, later_term(study, params))
    return [
        say(
            "bottom_share.page_sample",
            term=label(study, later_term(study, params)),
            n=int(now["n"].sum()),
            grades=len(now),
            absent=int(now["n_absent"].sum()),
        )
    ]


def _method(study: Study, params: BottomShareParams) -> list[Words]:
    parts: list[Words] = [
        say("bottom_share.method_identify", tie=say(f"bottom_share.tie_{params.tie_rule}")),
        say("bottom_share.method_change", level=percent_words(params.conf_level)),
    ]
    if school_of(study).targets:
        parts.append(say("bottom_share.method_targets"))
    return parts


def _grade_words(study: Study, params: BottomShareParams, shares: pd.DataFrame) -> list[Message]:
    now = _of_total(shares, later_term(study, params))
    smallest = smallest_shown(study.site, params)
    shown = [grade for grade in shown_grades(study, shares, later_term(study, params)) if grade in now.index]
    rows = {grade: now.loc[[grade]].iloc[0] for grade in shown}
    return [
        say(
            "bottom_share.grade_share",
            grade=label(study, grade),
            share=Number(value=row["share"], role="percent", n=int(row["n"])),
            interval=Interval(low=row["conf_low"], high=row["conf_high"], role="percent"),
        )
        for grade, row in rows.items()
        if row["n_bottom"] >= smallest or smallest == 1
    ]


def _result(
    study: Study, params: BottomShareParams, shares: pd.DataFrame, changes: Mapping[str, ShareChange]
) -> list[Words]:
    level = percent_words(params.conf_level)
    parts: list[Words] = [
        say(
            "bottom_share.result_shares",
            term=label(study, later_term(study, params)),
            level=level,
            grades=_grade_words(study, params, shares),
        )
    ]
    if not changes:
        return [*parts, say("bottom_share.result_no_change")]
    for direction in ("fell", "rose", "open"):
        found = [_change_words(study, grade, c) for grade, c in changes.items() if direction_of_change(c) == direction]
        if found and smallest_shown(study.site, params) == 1:
            parts.append(say(f"bottom_share.result_{direction}", level=level, grades=found))
    return parts


def _change_words(study: Study, grade: str, change: ShareChange) -> Message:
    return say(
        "bottom_share.grade_change",
        grade=label(study, grade),
        n=change.n_used,
        change=Number(value=change.estimate, role="percent", n=change.n_used),
        interval=Interval(low=change.conf_low, high=change.conf_high, role="percent"),
    )


def _targets(study: Study, verdicts: pd.DataFrame) -> list[PageRow]:
    """How the targets of all terms were judged, less loud than the result."""
    if not school_of(study).targets:
        return []
    return [PageRow(heading="", parts=[say("bottom_share.page_targets", **verdict_counts(verdicts))])]


def _cautions(study: Study, params: BottomShareParams, chances: Mapping[str, ChanceOfFall]) -> list[Words]:
    parts: list[Words] = [say("bottom_share.caution_relative")]
    largest = max(chances.items(), key=lambda pair: pair[1].by_r["estimate"].max(), default=None)
    if largest is not None and smallest_shown(study.site, params) == 1:
        grade, chance = largest
        parts.append(
            say(
                "bottom_share.caution_chance",
                grade=label(study, grade),
                n=chance.n_used,
                fall=Number(value=chance.fall, role="percent"),
                **chance_values(chance),
            )
        )
    return [*parts, say("bottom_share.caution_regression")]


def _paste(
    study: Study, params: BottomShareParams, shares: pd.DataFrame, changes: Mapping[str, ShareChange]
) -> list[Words]:
    parts: list[Words] = [
        say(
            "bottom_share.paste_shares",
            term=label(study, later_term(study, params)),
            tie=say(f"bottom_share.tie_{params.tie_rule}"),
            level=percent_words(params.conf_level),
            grades=_grade_words(study, params, shares),
        )
    ]
    earlier = earlier_term(study, params)
    if changes and earlier and smallest_shown(study.site, params) == 1:
        parts.append(
            say(
                "bottom_share.paste_change",
                earlier=label(study, earlier),
                later=label(study, later_term(study, params)),
                grades=[_change_words(study, grade, change) for grade, change in changes.items()],
            )
        )
    return [*parts, say("bottom_share.paste_limit")]


def limit_sentences() -> list[Sentence]:
    """What these registers cannot show, and the balance that the school itself asked about."""
    return [
        Sentence(id=f"bottom_share.limit_{name}", parts=[say(f"bottom_share.limit_{name}")])
        for name in ("cut", "comparison", "cohorts", "labels", "time")
    ]


def recommendation_table() -> Table:
    """Recommendations are written by people."""
    return Table(
        id="bottom_share.recommendations",
        title=say("bottom_share.recommendations_title"),
        columns=[
            Column(role="level", header=say("bottom_share.column_to_whom"), align="left"),
            Column(role="text", header=say("bottom_share.column_by_hand"), align="left"),
        ],
        rows=[Row(cells=[say(f"bottom_share.to_{who}"), None]) for who in ("teachers", "school", "families", "bureau")],
    )
