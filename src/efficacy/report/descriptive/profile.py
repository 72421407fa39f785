"""The four facets and the causes named in interviews: what was found, and what was not measured at all."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from ...effects import CodeCounts, LevelComparison
from ...params import CAUSE_LEVELS, FACETS, DescriptiveParams
from ...study import Study
from ..blocks import Block, Cell, Column, Row, Sentence, Table, Tone
from ..labels import scale_label
from ..numbers import Number, PlusMinus
from ..shared import absent, row_of, share_cell, smallest_shown
from ..wording import Message, Words, say


def facet_blocks(
    study: Study, params: DescriptiveParams, scores: pd.DataFrame, levels: Mapping[str, LevelComparison]
) -> list[Block]:
    """自信, 专注, 自主, 考试情绪: which scale measures each, its level, and which has no instrument.

    scores: as describe_scores describes the report's scales; levels: against the declared reference, by scale.
    """
    if not any(study.site.facets.values()):
        return [absent("facets")]
    scales, smallest = set(scores["scale"]), smallest_shown(study.site, params)
    rows: list[Row] = []
    for facet in FACETS:
        name = say(f"descriptive.facet_{facet}")
        measured = [scale for scale in _scales_of(study, facet) if scale in scales]
        if not measured:
            rows.append(Row(cells=[name, say("descriptive_tables.no_instrument"), None, None, None]))
        rows += [
            _facet_row(study, name, row_of(scores, "scale", scale), levels.get(scale), smallest=smallest)
            for scale in measured
        ]
    unmeasured = _unmeasured(study, scales)
    table = Table(
        id="descriptive.facets",
        title=say("descriptive_tables.facets_title"),
        columns=[
            Column(role="facet", header=say("descriptive_tables.column_facet"), align="left"),
            Column(role="scale", header=say("descriptive_tables.column_measured_by"), align="left"),
            Column(role="n", header=say("common.column_n")),
            Column(role="mean sd", header=say("common.column_mean_sd")),
            Column(role="share_below", header=say("descriptive_tables.column_below")),
        ],
        rows=rows,
        notes=[say("descriptive_tables.facets_note")],
    )
    key = "all" if not unmeasured else "some" if len(unmeasured) < len(FACETS) else "none"
    said = say(f"descriptive.facets_{key}", facets=unmeasured)
    tone: Tone = "plain" if key == "all" else "caution"
    return [table, Sentence(id="descriptive.facets.sentence", parts=[said], tone=tone)]


def _scales_of(study: Study, facet: str) -> tuple[str, ...]:
    return next((scales for name, scales in study.site.facets.items() if name == facet), ())


def _unmeasured(study: Study, scales: Collection[str]) -> list[Message]:
    return [
        say(f"descriptive.facet_{facet}")
        for facet in FACETS
        if not any(scale in scales for scale in _scales_of(study, facet))
    ]


def _facet_row(study: Study, name: Message, row: pd.Series, level: LevelComparison | None, *, smallest: int) -> Row:
    n = int(row["n"])
    below = share_cell(level.share_below, level.n_used, smallest=smallest) if level else None
    count = Number(value=n, role="count")
    return Row(
        cells=[name, scale_label(study, row["scale"]), count, PlusMinus(mean=row["mean"], sd=row["sd"]), below], n=n
    )


def cause_blocks(study: Study, params: DescriptiveParams, counts: CodeCounts) -> list[Block]:
    """Causes at five levels by number of children, which come together, and how far two coders agree."""
    if counts.status == "not_computable":
        return [absent("causes")]
    parts: list[Words] = [
        say("descriptive.causes", n=counts.n_used, total=len(study.participants)),
        say("descriptive.causes_limit"),
    ]
    if counts.n_agreement:
        agreement = Number(value=counts.agreement, role="percent", n=counts.n_agreement)
        parts.append(say("descriptive.causes_agreement", n=counts.n_agreement, agreement=agreement))
    elif counts.n_raters == 1:
        parts.append(say("descriptive.causes_one_coder"))
    return [
        _cause_table(study, params, counts),
        _together_table(study, params, counts),
        Sentence(id="descriptive.causes.sentence", parts=parts, tone="caution"),
    ]


def _cause_table(study: Study, params: DescriptiveParams, counts: CodeCounts) -> Table:
    smallest = smallest_shown(study.site, params)
    rows = []
    for _, row in counts.tidy().iterrows():
        n = int(row["n"])
        few = any(0 < part < smallest for part in (n, counts.n_used - n))  # those without the cause are a cell too
        count: Cell = say("descriptive_tables.protected") if few else Number(value=n, role="count")
        share = share_cell(row["share"], counts.n_used, smallest=smallest)
        rows.append(Row(cells=[say(f"descriptive.cause_{row['level']}"), count, share]))
    return Table(
        id="descriptive.causes",
        title=say("descriptive_tables.causes_title"),
        columns=[
            Column(role="level", header=say("descriptive_tables.column_cause"), align="left"),
            Column(role="n", header=say("descriptive_tables.column_children")),
            Column(role="share", header=say("descriptive_tables.column_of_interviewed")),
        ],
        rows=rows,
        notes=[say(f"descriptive_tables.causes_note_{counts.method}", n=counts.n_used)],
        n=counts.n_used,
        method=counts.method,
    )


def _together_table(study: Study, params: DescriptiveParams, counts: CodeCounts) -> Table:
    """Children with both causes; the diagonal holds the single ones. A cell of few children hides itself, and so does
    one from which the few with only one of the two, or with neither, could be worked out."""
    smallest = smallest_shown(study.site, params)
    numbers = {first: {str(second): int(n) for second, n in row.items()} for first, row in counts.together.iterrows()}

    def cell(first: str, second: str) -> Number | Words:
        both, one, other = numbers[first][second], numbers[first][first], numbers[second][second]
        parts = (both, one - both, other - both, counts.n_used - one - other + both)
        few = any(0 < part < smallest for part in parts)
        return say("descriptive_tables.protected") if few else Number(value=both, role="count")

    levels = list(CAUSE_LEVELS)
    rows = [
        Row(
            cells=[
                say(f"descriptive.cause_{first}"),
                *(cell(first, second) if column <= row else None for column, second in enumerate(levels)),
            ]
        )
        for row, first in enumerate(levels)
    ]
    return Table(
        id="descriptive.causes.together",
        title=say("descriptive_tables.together_title"),
        columns=[
            Column(role="level", header=say("descriptive_tables.column_cause"), align="left"),
            *(Column(role=f"together_{level}", header=say(f"descriptive.cause_{level}")) for level in levels),
        ],
        rows=rows,
        notes=[say("descriptive_tables.together_note")],
        n=counts.n_used,
    )
