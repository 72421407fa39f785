"""How the answers arrived: response-quality screening, what reading the files noticed and changed."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import pandas as pd

from ...documents import Text
from ...errors import Finding
from ...params import DescriptiveParams
from ...study import Study
from ...study.model import PERSON_COLUMN
from ..blocks import Block, Column, Row, Sentence, Table
from ..findings import finding_sentence
from ..labels import scale_label, wave_label
from ..messages import has_message
from ..numbers import Number
from ..shared import count_words, row_of, smallest_shown
from ..wording import Words, say
from .choices import scale_of, wave_of

SCREENS = ("too_fast", "straight_lining", "same_address_answers")


def screening_blocks(study: Study, params: DescriptiveParams) -> list[Block]:
    """Answer sheets that each screen marked, by wave, and the warnings of reading the files; nothing was deleted."""
    quality = study.registers.get("quality", pd.DataFrame())
    blocks: list[Block] = [_screening_table(study, params, quality)] if len(quality) else []
    smallest = smallest_shown(study.site, params)
    warnings = [finding for finding in study.findings if finding.severity == "warning" and not _is_screen(finding)]
    if smallest > 1:  # what everybody answered is what each of them answered
        warnings = [finding for finding in warnings if finding.code != "data.constant_item"]
    if warnings:
        said = tuple(dict.fromkeys(_said(finding, smallest=smallest) for finding in warnings))
        blocks.append(Sentence(id="descriptive.warnings", parts=[say("descriptive.warnings"), *said], tone="caution"))
    return blocks or [Sentence(id="descriptive.quality", parts=[say("descriptive.quality_none")])]


def _screening_table(study: Study, params: DescriptiveParams, quality: pd.DataFrame) -> Table:
    smallest = smallest_shown(study.site, params)
    rows: list[Row] = []
    for wave, sheets in quality.groupby("wave", sort=False):
        rows.append(Row(cells=[wave_label(study, str(wave)), None, None], heading=True))
        for screen in SCREENS:
            count: Words | Number = _count_cell(int(sheets[screen].sum()), smallest=smallest)
            if screen == "too_fast" and sheets["duration_seconds"].isna().all():
                count = say("descriptive_tables.not_recorded")
            total = Number(value=len(sheets), role="count")
            rows.append(Row(cells=[say(f"descriptive_screening.{screen}"), count, total]))
    return Table(
        id="descriptive.screening",
        title=say("descriptive_tables.screening_title"),
        columns=[
            Column(role="term", header=say("descriptive_tables.column_screen"), align="left"),
            Column(role="n", header=say("descriptive_tables.column_marked")),
            Column(role="n_sheets", header=say("descriptive_tables.column_sheets")),
        ],
        rows=rows,
        notes=[say("descriptive_tables.screening_note")],
    )


def _is_screen(finding: Finding) -> bool:
    return finding.code.partition(".")[2] in SCREENS


def _said(finding: Finding, *, smallest: int) -> Text:
    """A warning without the row it stands in, since a row is a child, and without a count that may not be shown."""
    kept = {name: value for name, value in finding.values.items() if name != "rows"}
    finding = dataclasses.replace(finding, row=None, values=bounded(kept, smallest=smallest))
    return Text(zh=finding_sentence(finding, "zh"), en=finding_sentence(finding, "en"))


def bounded(values: Mapping[str, Any], *, smallest: int) -> dict[str, Any]:
    """The counts of a warning, bounded where they, or what is missing from the whole they belong to, are few."""
    bounded = dict(values)
    wholes = [values[name] for name in ("n_present", "n_expected", "n_sheets") if isinstance(values.get(name), int)]
    for name, count in values.items():
        if not name.startswith("n") or not isinstance(count, int):
            continue
        if 0 < count < smallest:
            bounded[name] = f"<{smallest}"
        elif near := [whole for whole in wholes if 0 < whole - count < smallest]:
            bounded[name] = f">{min(near) - smallest}"
    return bounded


def unmarked_children(study: Study, params: DescriptiveParams) -> pd.Index:
    """The children whose answers at the report's wave no screen marked, for a sensitivity analysis."""
    quality = study.registers.get("quality", pd.DataFrame(columns=[PERSON_COLUMN, "wave", *SCREENS]))
    here = quality[quality["wave"] == wave_of(study, params)]
    marked = here.loc[here[list(SCREENS)].astype(bool).any(axis="columns"), PERSON_COLUMN]
    return study.participants.index.difference(pd.Index(marked), sort=False)


def sensitivity_sentence(
    study: Study, params: DescriptiveParams, everybody: pd.DataFrame, kept: pd.DataFrame
) -> Sentence:
    """The report's scale with and without the marked sheets; both as describe_scores describes them."""
    scale = scale_of(study, params)
    whole, rest = (row_of(frame, "scale", scale) for frame in (everybody, kept))
    n_marked = int(whole["n"] - rest["n"])
    if n_marked == 0:
        parts: list[Words] = [say("descriptive.sensitivity_none")]
    elif n_marked < smallest_shown(
        study.site, params
    ):  # two means and a difference of one child are that child's score
        parts = [say("descriptive.sensitivity_hidden", k=study.site.minimum_cell)]
    else:
        parts = [
            say(
                "descriptive.sensitivity",
                n=n_marked,
                scale=scale_label(study, scale),
                mean=Number(value=whole["mean"], role="score", n=int(whole["n"])),
                rest=Number(value=rest["mean"], role="score", n=int(rest["n"])),
            )
        ]
    return Sentence(id="descriptive.sensitivity", parts=parts)


def cleaning_table(study: Study, params: DescriptiveParams) -> Table | Sentence:
    """The cleaning log by file and rule: how many values each rule changed; the log itself holds no values."""
    log = study.cleaning_log
    if log.empty:
        return Sentence(id="descriptive.cleaning", parts=[say("descriptive.cleaning_none")])
    smallest = smallest_shown(study.site, params)
    summed = log.groupby(["file", "rule"], sort=False, as_index=False)["n"].sum()
    rows: list[Row] = []
    for file, rules in summed.groupby("file", sort=False):
        rows.append(Row(cells=[str(file), None], heading=True))
        rows += [
            Row(cells=[_rule_label(str(row["rule"])), _count_cell(int(row["n"]), smallest=smallest)])
            for _, row in rules.iterrows()
        ]
    return Table(
        id="descriptive.cleaning",
        title=say("descriptive_tables.cleaning_title"),
        columns=[
            Column(role="rule", header=say("descriptive_tables.column_rule"), align="left"),
            Column(role="n", header=say("descriptive_tables.column_values")),
        ],
        rows=rows,
        notes=[say("descriptive_tables.cleaning_note")],
    )


def _rule_label(rule: str) -> Words:
    key = f"descriptive_screening.rule_{rule}"
    return say(key) if has_message(key) else say("descriptive_screening.rule_other", rule=rule)


def _count_cell(n: int, *, smallest: int) -> Number | Words:
    words = count_words(n, smallest=smallest)
    return Number(value=words, role="count") if isinstance(words, int) else words
