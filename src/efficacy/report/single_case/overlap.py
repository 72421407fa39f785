"""How far the phases overlap, how large the change is, and what trends and autocorrelation leave of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ...effects.single_case import LEAST_FOR_AUTOCORRELATION
from ...params import CaseOutcome
from ...results import Reason
from ..blocks import Block, Column, Row, Sentence, Table
from ..numbers import Number
from ..shared import percent_words
from ..wording import Words, reason_words, say
from .case import PAIRS
from .evaluation import Comparison, Evaluation
from .words import by_outcome, by_term, child_label, effect, first_column, phase_label, with_interval

SHOWN = ("NAP", "Tau", "PND", "PAND", "PEM", "IRD")
VARIANTS = ("Tau_U_parker", "Tau_U_complete", "Tau_U_full")


def overlap_blocks(evaluation: Evaluation) -> tuple[Block, ...]:
    """For each outcome its table; one sentence for all those whose points are too few for the same reason."""
    tables, refused = [], []
    for outcome in evaluation.case.outcomes:
        if any(comparison.computable for comparison in evaluation.of(outcome)):
            tables.append(_table(evaluation, outcome))
        else:
            refused.append(outcome)
    return (*tables, *_refused(evaluation, refused))


def _table(evaluation: Evaluation, outcome: CaseOutcome) -> Table:
    found = [comparison for comparison in evaluation.of(outcome) if comparison.computable]
    columns = [
        Column(role="term", header=say("single_case.column_index"), align="left"),
        *(Column(role=f"estimate {position}", header=_named(evaluation, c)) for position, c in enumerate(found, 1)),
        Column(role="meaning", header=say("single_case.column_meaning"), align="left"),
    ]
    tables = [by_term(comparison.overlap.tidy()) for comparison in found]
    rows = [Row(cells=[_term(term), *(_index(table, term) for table in tables), _meaning(term)]) for term in SHOWN]
    rows.append(Row(cells=[say("single_case.heading_trend")], heading=True))
    rows += [Row(cells=[_term(term), *(_index(table, term) for table in tables), _meaning(term)]) for term in VARIANTS]
    corrected = [effect(comparison.corrected.tau) for comparison in found]
    rows.append(Row(cells=[_term("Tau_BC"), *corrected, _meaning("Tau_BC")]))
    beyond = [child_label(evaluation.case, c.series.child) for c in found if c.beyond_range]
    return Table(
        id=f"single_case.overlap.{evaluation.case.outcomes.index(outcome)}",
        title=say("single_case.overlap_title", outcome=outcome.label),
        columns=columns,
        rows=rows,
        notes=[
            say(f"single_case.overlap_note_{outcome.improvement}"),
            say("single_case.independence_note", level=percent_words(evaluation.case.params.conf_level)),
            *([say("single_case.beyond_note", children=beyond)] if beyond else []),
            *_left_out(evaluation, outcome),
        ],
        method="non_overlap",
    )


def _refused(evaluation: Evaluation, outcomes: Sequence[CaseOutcome]) -> list[Sentence]:
    """One sentence for each set of reasons, with the outcomes it holds for."""
    groups: dict[str, tuple[list[CaseOutcome], dict[str, Reason]]] = {}
    for outcome in outcomes:
        reasons = {reason.key: reason for c in evaluation.of(outcome) for reason in c.overlap.reasons}
        key = repr([(reason.key, dict(reason.values)) for reason in reasons.values()])
        groups.setdefault(key, ([], reasons))[0].append(outcome)
    sentences = []
    for named, reasons in groups.values():
        opening = say("single_case.overlap_refused", outcomes=[outcome.label for outcome in named])
        block_id = f"single_case.overlap.{evaluation.case.outcomes.index(named[0])}"
        sentences.append(Sentence(id=block_id, parts=[opening, *map(reason_words, reasons.values())], tone="caution"))
    return sentences


def _left_out(evaluation: Evaluation, outcome: CaseOutcome) -> list[Words]:
    short = [c for c in evaluation.of(outcome) if not c.computable]
    if not short:
        return []
    children = [child_label(evaluation.case, comparison.series.child) for comparison in short]
    return [say("single_case.overlap_left_out", children=children)]


def _named(evaluation: Evaluation, comparison: Comparison) -> Words:
    child = child_label(evaluation.case, comparison.series.child)
    if comparison.pair == PAIRS[0]:
        return child
    return say("single_case.second_pair", child=child, first=phase_label(comparison.pair[0]))


def _term(term: str) -> Words:
    return say(f"single_case.term_{term}")


def _meaning(term: str) -> Words:
    return say(f"single_case.meaning_{term}")


def _index(table: dict[str, dict[str, Any]], term: str) -> Words:
    row = table[term]
    return with_interval(row["estimate"], row["conf_low"], row["conf_high"])


def size_block(evaluation: Evaluation) -> Block:
    """The size of the change of every series that is long enough."""
    found = [comparison for comparison in evaluation.comparisons if comparison.computable]
    if not found:
        return Sentence(id="single_case.size", parts=[say("single_case.size_refused")], tone="caution")
    columns = [
        first_column(evaluation.case),
        Column(role="mean_baseline", header=say("single_case.column_mean_baseline")),
        Column(role="mean_intervention", header=say("single_case.column_mean_intervention")),
        Column(role="percent_change", header=say("single_case.column_percent")),
        Column(role="SMD_baseline", header=say("single_case.column_smd_baseline")),
        Column(role="SMD_pooled", header=say("single_case.column_smd_pooled")),
        Column(role="LRR", header=say("single_case.column_lrr")),
    ]
    level = percent_words(evaluation.case.params.conf_level)
    ratio = all(comparison.series.outcome.scale == "ratio" for comparison in found)
    return Table(
        id="single_case.size",
        title=say("single_case.size_title"),
        columns=columns,
        rows=by_outcome(evaluation.case, ((c.series, _named(evaluation, c), _size_cells(c)) for c in found)),
        notes=[
            say("single_case.size_note"),
            *([] if ratio else [say("reasons.no_ratio_scale")]),
            say("single_case.independence_note", level=level),
        ],
        method="within_case",
    )


def _size_cells(comparison: Comparison) -> list[Words | Number | None]:
    size = comparison.size
    table = by_term(size.tidy())
    effects = [_index(table, term) for term in table]
    return [
        Number(value=size.mean_baseline, role="score"),
        Number(value=size.mean_intervention, role="score"),
        Number(value=size.percent_change, role="percent"),
        *effects,
    ]


def trend_block(evaluation: Evaluation) -> Block:
    """Step and change of slope, and the step with autocorrelated errors where there are points enough."""
    found = [comparison for comparison in evaluation.comparisons if comparison.computable]
    if not found:
        return Sentence(id="single_case.trend", parts=[say("single_case.trend_refused")], tone="caution")
    columns = [
        first_column(evaluation.case),
        Column(role="trend", header=say("single_case.column_trend")),
        Column(role="level", header=say("single_case.column_step")),
        Column(role="slope", header=say("single_case.column_slope")),
        Column(role="shift", header=say("single_case.column_shift")),
        Column(role="phi", header=say("single_case.column_phi")),
    ]
    refused = {r.key: r for c in found for result in (c.lines, c.shift) for r in result.reasons}
    level = percent_words(evaluation.case.params.conf_level)
    notes: list[Words] = [say("single_case.trend_note", least=LEAST_FOR_AUTOCORRELATION, level=level)]
    return Table(
        id="single_case.trend",
        title=say("single_case.trend_title"),
        columns=columns,
        rows=by_outcome(evaluation.case, ((c.series, _named(evaluation, c), _trend_cells(c)) for c in found)),
        notes=[*notes, *map(reason_words, refused.values())],
        method="least_squares, gls_ar1",
    )


def _trend_cells(comparison: Comparison) -> list[Words | Number | None]:
    lines, shift = by_term(comparison.lines.tidy()), comparison.shift
    sign = 1 if comparison.series.outcome.improvement == "increase" else -1
    cells: list[Words | Number | None] = []
    for term in ("trend", "level", "slope"):
        row = lines[term]
        low, high = sorted((sign * row["conf_low"], sign * row["conf_high"]))
        cells.append(with_interval(sign * row["estimate"], low, high))
    low, high = sorted((sign * shift.conf_low, sign * shift.conf_high))
    cells.append(with_interval(sign * shift.shift, low, high))
    cells.append(Number(value=shift.phi if not math.isnan(shift.phi) else math.nan, role="r"))
    return cells
