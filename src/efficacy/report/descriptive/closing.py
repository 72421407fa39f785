"""What this survey cannot show, where the results of the group stand, and the recommendations people write."""

from __future__ import annotations

import pandas as pd

from ...effects import CodeCounts
from ...params import DescriptiveParams
from ...study import Study
from ..blocks import Column, Row, Sentence, Table
from ..wording import Words, say
from .choices import references_of, scale_of

RECOMMENDATION_LEVELS = ("social_work", "family", "school", "society")


def outcome_sentence(study: Study) -> Sentence:
    """Where the outcome evaluation is, or that there is none."""
    key = "elsewhere" if "intervention" in study.site.reports else "nowhere"
    return Sentence(id="descriptive.outcome", parts=[say(f"descriptive.outcome_{key}")])


def limit_sentences(
    study: Study, params: DescriptiveParams, differences: pd.DataFrame, causes: CodeCounts
) -> list[Sentence]:
    """One paragraph a limit that holds at this site, then a sentence to paste."""
    limits = limit_words(study, params, differences, causes)
    blocks = [
        Sentence(id=f"descriptive.limit.{number}", parts=[limit], tone="caution")
        for number, limit in enumerate(limits, start=1)
    ]
    paste = say("descriptive.paste_limits", population=study.site.population, n=len(study.participants))
    return [*blocks, Sentence(id="descriptive.limit.paste", parts=[paste], tone="paste")]


def limit_words(study: Study, params: DescriptiveParams, differences: pd.DataFrame, causes: CodeCounts) -> list[Words]:
    """Every limit that the data and parameters show to hold here."""
    limits: list[Words] = [
        say("descriptive.limit_once"),
        say(f"descriptive.limit_{study.site.sampling}", n=len(study.participants)),
    ]
    if scale_of(study, params) in references_of(study, params):
        limits.append(say(f"descriptive.limit_{params.level_rule}"))
    if study.instrument_of(scale_of(study, params)) is not None:
        limits.append(say("descriptive.limit_self_report"))
    if not differences.empty:
        limits.append(say("descriptive.limit_groups"))
    if causes.status != "not_computable":
        limits.append(say("descriptive.limit_causes"))
    return limits


def recommendation_table() -> Table:
    """Four levels for people to fill in; the software proposes nothing."""
    return Table(
        id="descriptive.recommendations",
        title=say("descriptive_tables.recommendations_title"),
        columns=[
            Column(role="level", header=say("descriptive_tables.column_recommendation_level"), align="left"),
            Column(role="finding", header=say("descriptive_tables.column_finding"), align="left"),
            Column(role="recommendation", header=say("descriptive_tables.column_recommendation"), align="left"),
            Column(role="who", header=say("descriptive_tables.column_who"), align="left"),
        ],
        rows=[
            Row(cells=[say(f"descriptive.recommendation_{level}"), *[say("descriptive_tables.fill_in")] * 3])
            for level in RECOMMENDATION_LEVELS
        ],
        notes=[say("descriptive_tables.recommendations_note")],
    )
