"""What was measured, when and how often, and what each phase looks like."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from ..blocks import Column, Table
from ..numbers import Number
from ..wording import Message, Words, say
from .case import Case, Series
from .evaluation import Evaluation
from .words import by_outcome, day_of, first_column, phase_label, value_of

WWC_POINTS = 5
"""Points in each phase that the What Works Clearinghouse asks for without reservations."""
WEEK = 7


def design_table(case: Case) -> Table:
    """Points of every series, and whether the phases are long enough for indices."""
    followed = any("followup" in series.phases for series in case.series)
    shown = ("baseline", "intervention", "followup") if followed else ("baseline", "intervention")
    columns = [
        first_column(case),
        Column(role="direction", header=say("single_case.column_direction")),
        *(
            Column(role=f"n_{name}", header=say("single_case.column_points_of", phase=phase_label(name)))
            for name in shown
        ),
        Column(role="start", header=say("single_case.column_start")),
        Column(role="verdict", header=say("single_case.column_allows"), align="left"),
    ]
    everything = [series for outcome in case.outcomes for series in case.of(outcome)]
    return Table(
        id="single_case.design",
        title=say("single_case.design_title"),
        columns=columns,
        rows=by_outcome(case, ((series, None, _design_cells(series, shown)) for series in everything)),
        notes=[
            say("single_case.design_note", points=WWC_POINTS),
            say("single_case.design_period", period=period_words(case)),
            *_reversal_note(case),
            *_missing_note(case),
        ],
    )


def _points_of(name: str) -> Message:
    return say("single_case.column_points_of", phase=phase_label(name))


def _design_cells(series: Series, shown: Sequence[str]) -> list[Words | Number | None]:
    fewest = min(len(series.phase("baseline")), len(series.phase("intervention")))
    verdict = "chart" if series.short else "few" if fewest < WWC_POINTS else "indices"
    return [
        say(f"single_case.direction_{series.outcome.improvement}"),
        *(Number(value=len(series.phase(name)), role="count") for name in shown),
        day_of(series.start) if series.start else None,
        say(f"single_case.allows_{verdict}"),
    ]


def period_words(case: Case) -> Message:
    """From the first to the last measurement."""
    days = pd.concat([series.rows["day"] for series in case.series])
    return say("single_case.period", first=day_of(days.min()), last=day_of(days.max()))


def _reversal_note(case: Case) -> list[Words]:
    reversed_again = any("baseline_2" in series.phases for series in case.series)
    return [say("single_case.reversal_note")] if reversed_again else []


def _missing_note(case: Case) -> list[Words]:
    n_missing = sum(series.n_missing for series in case.series)
    return [say("single_case.missing_note", n=n_missing)] if n_missing else []


def phases_table(evaluation: Evaluation) -> Table:
    """Level, spread and trend of every phase."""
    columns = [
        first_column(evaluation.case),
        Column(role="phase", header=say("single_case.column_phase"), align="left"),
        Column(role="n", header=say("single_case.column_points")),
        Column(role="mean", header=say("common.column_mean")),
        Column(role="sd", header=say("common.column_sd")),
        Column(role="median", header=say("single_case.column_median")),
        Column(role="minimum maximum", header=say("single_case.column_range")),
        Column(role="slope", header=say("single_case.column_weekly")),
        Column(role="share", header=say("single_case.column_envelope")),
    ]
    case = evaluation.case
    rows = [
        (series, None, _phase_cells(evaluation, series, name))
        for outcome in case.outcomes
        for series in case.of(outcome)
        for name in series.phases
    ]
    return Table(
        id="single_case.phases_table",
        title=say("single_case.phases_title"),
        columns=columns,
        rows=by_outcome(case, rows),
        notes=[say("single_case.phases_note")],
        method="theil_sen",
    )


def _phase_cells(evaluation: Evaluation, series: Series, name: str) -> list[Words | Number | None]:
    found = evaluation.phase(series, name)
    return [
        phase_label(name, series),
        Number(value=found.n_used, role="count"),
        Number(value=found.mean, role="score"),
        Number(value=found.sd, role="score"),
        Number(value=found.median, role="score"),
        _range(found.minimum, found.maximum),
        Number(value=found.slope * WEEK if not math.isnan(found.slope) else math.nan, role="score"),
        Number(value=found.share, role="percent"),
    ]


def _range(low: float, high: float) -> Words | Number:
    return value_of(low) if low == high else say("single_case.range", low=value_of(low), high=value_of(high))
