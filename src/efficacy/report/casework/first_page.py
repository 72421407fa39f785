"""The casework report's answer on one screen, and what registers cannot tell."""

from __future__ import annotations

import pandas as pd

from ...params import CaseworkParams
from ...registers import RollCheck, WarningQuality
from ...study import Study
from ..blocks import Column, FirstPage, PageRow, Row, Sentence, Table
from ..numbers import Interval, Number
from ..shared import percent_words, smallest_shown
from ..wording import Words, say
from .choices import STAGES, counted
from .warning import rule_label

LIMITS = ("records", "warning", "people", "cause")


def first_page(
    study: Study,
    params: CaseworkParams,
    record: pd.DataFrame,
    quality: WarningQuality | None,
    check: RollCheck | None,
    adherence: pd.DataFrame,
) -> FirstPage:
    """Question, sample, method, result, caution, sentence to paste and what may not be concluded.

    record: from ``stage_record``; quality: from ``warning_quality``, check: from ``check_roll``, None where a site has
    no such registers; adherence: from ``plan_adherence``.
    """
    result = _result(study, params, record, quality, check, adherence)
    return FirstPage(
        id="casework.first_page",
        title=say("casework.title"),
        subtitle=[study.site.title],
        rows=[
            PageRow(heading=say("common.page_question"), parts=[say("casework.question")]),
            PageRow(heading=say("common.page_sample"), parts=[_sample(study)]),
            PageRow(heading=say("common.page_method"), parts=_method(study, params, check)),
            PageRow(heading=say("common.page_result"), parts=result, tone="result"),
            PageRow(
                heading=say("common.page_caution"),
                parts=[say("casework.caution_registers"), say("casework.caution_people")],
                tone="caution",
            ),
            PageRow(heading=say("common.page_paste"), parts=[*result, say("casework.paste_limit")], tone="paste"),
            PageRow(heading=say("common.page_not_concluded"), parts=[say("casework.not_concluded")]),
        ],
    )


def _sample(study: Study) -> Words:
    kinds = [kind for kind in study.site.registers if len(study.registers.get(kind, ()))]
    return say("casework.sample", population=study.site.population, n=len(study.participants), kinds=len(kinds))


def _method(study: Study, params: CaseworkParams, check: RollCheck | None) -> list[Words]:
    parts: list[Words] = [say("casework.method", level=percent_words(params.conf_level))]
    if study.site.caseload.warnings:
        rules = [rule.label for rule in study.site.caseload.warnings]
        parts.append(say("casework.method_rules", rules=rules))
    if check is not None:
        parts.append(say("casework.method_formula", formula=say(f"casework.formula_{check.method}")))
    return parts


def _result(
    study: Study,
    params: CaseworkParams,
    record: pd.DataFrame,
    quality: WarningQuality | None,
    check: RollCheck | None,
    adherence: pd.DataFrame,
) -> list[Words]:
    level = percent_words(params.conf_level)
    parts: list[Words] = []
    if not record.empty:
        closed = int((record["last"] == STAGES[-1]).sum())
        lacking = int((record["n_missing"] > 0).sum())
        parts.append(
            say(
                "casework.result_cases",
                n=len(record),
                closed=counted(study, params, closed),
                missing=counted(study, params, lacking),
            )
        )
    if quality is not None and study.site.caseload.outcomes_known and quality.status == "ok":
        parts += _warning_words(study, params, quality, level)
    if check is not None and check.status == "ok" and not 0 < check.n_left < smallest_shown(study.site, params):
        parts.append(
            say(
                "casework.result_roll",
                rate=Number(value=check.retention, role="percent", n=check.n_start),
                level=level,
                interval=Interval(low=check.conf_low, high=check.conf_high, role="percent"),
                left=counted(study, params, check.n_left),
                unknown=counted(study, params, int(check.tidy().set_index("level")["n"].get("unknown", 0))),
            )
        )
    if not adherence.empty:
        done = adherence["n_done"].sum() / adherence["n_planned"].sum()
        parts.append(say("casework.result_plans", n=len(adherence), share=Number(value=done, role="percent")))
    return parts or [say("casework.result_nothing")]


def _warning_words(study: Study, params: CaseworkParams, quality: WarningQuality, level: str) -> list[Words]:
    row = quality.tidy().set_index("rule").loc[["any"]].iloc[0]
    counts = [int(row[name]) for name in ("n_true", "n_false", "n_missed")]
    if any(0 < count < smallest_shown(study.site, params) for count in counts):
        return []
    return [
        say(
            "casework.result_warning",
            rule=rule_label(study, "any"),
            true=counts[0],
            had=counts[0] + counts[2],
            false=counts[1],
            recall=Number(value=row["recall"], role="percent"),
            precision=Number(value=row["precision"], role="percent"),
            level=level,
            interval=Interval(low=row["recall_conf_low"], high=row["recall_conf_high"], role="percent"),
        )
    ]


def limit_sentences() -> list[Sentence]:
    """What registers cannot tell."""
    return [Sentence(id=f"casework.limit_{name}", parts=[say(f"casework.limit_{name}")]) for name in LIMITS]


def recommendation_table() -> Table:
    """Recommendations are written by people."""
    return Table(
        id="casework.recommendations",
        title=say("casework.recommendations_title"),
        columns=[
            Column(role="level", header=say("casework.column_to_whom"), align="left"),
            Column(role="text", header=say("casework.column_by_hand"), align="left"),
        ],
        rows=[Row(cells=[say(f"casework.to_{who}"), None]) for who in ("workers", "school", "families", "authorities")],
    )
