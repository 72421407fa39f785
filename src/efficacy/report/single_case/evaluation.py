"""Everything that is computed of a single-case study, once, for all its tables, figures and sentences."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...effects import (
    BaselineCorrectedTau,
    BetweenCaseEffect,
    LevelShift,
    NonOverlap,
    PhaseDescription,
    PiecewiseRegression,
    RandomisationTest,
    WithinCaseEffects,
    baseline_corrected_tau,
    between_case_effect,
    describe_phase,
    level_shift,
    non_overlap,
    piecewise_regression,
    randomisation_test,
    within_case_effects,
)
from ...params import CaseOutcome
from .case import PAIRS, Case, Series


@dataclass(frozen=True, eq=False)
class Comparison:
    """One baseline and the intervention after it, of one outcome of one child."""

    series: Series
    pair: tuple[str, str]
    overlap: NonOverlap
    corrected: BaselineCorrectedTau
    size: WithinCaseEffects
    lines: PiecewiseRegression
    shift: LevelShift

    @property
    def computable(self) -> bool:
        return self.overlap.status != "not_computable"

    @property
    def beyond_range(self) -> bool:
        """Does the baseline's trend, carried on to the last point, leave what the form can show? Then a correction for
        it compares the points with values that nobody could have had."""
        outcome, slope = self.series.outcome, self.corrected.slope
        if not self.computable or math.isnan(slope):
            return False
        days = np.concatenate([self.series.days(name) for name in self.pair])
        baseline = describe_phase(self.series.phase(self.pair[0]), times=self.series.days(self.pair[0]))
        reached = baseline.intercept + slope * float(days[-1])
        low = -math.inf if outcome.minimum is None else outcome.minimum
        high = math.inf if outcome.maximum is None else outcome.maximum
        return not low <= reached <= high


@dataclass(frozen=True, eq=False)
class Evaluation:
    """phases: by child, outcome and phase. lots, together: by outcome; together where there are several children."""

    case: Case
    comparisons: tuple[Comparison, ...]
    phases: Mapping[tuple[str, str, str], PhaseDescription]
    lots: Mapping[str, RandomisationTest]
    together: Mapping[str, BetweenCaseEffect]

    def of(self, outcome: CaseOutcome) -> tuple[Comparison, ...]:
        return tuple(found for found in self.comparisons if found.series.outcome is outcome)

    def phase(self, series: Series, name: str) -> PhaseDescription:
        return self.phases[series.child, series.outcome.value, name]

    @property
    def design(self) -> str:
        """What the primary outcome allows: chart_no_baseline, chart, ab, lot, several, several_lot."""
        own = self.case.of(self.case.primary)
        if all(series.short for series in own):
            none = all(len(series.phase("baseline")) < 2 for series in own)
            return "chart_no_baseline" if none else "chart"
        drawn = self.case.primary.value in self.lots
        return {(False, False): "ab", (False, True): "lot", (True, False): "several", (True, True): "several_lot"}[
            len(own) > 1, drawn
        ]


def evaluate(case: Case) -> Evaluation:
    """Compute everything; what a series is too short for says so in its own result."""
    comparisons = tuple(found for series in case.series for found in _comparisons(series, case.params.conf_level))
    phases = {
        (series.child, series.outcome.value, name): describe_phase(
            series.phase(name), times=series.days(name), ratio_scale=series.outcome.scale == "ratio"
        )
        for series in case.series
        for name in series.phases
    }
    lots = {outcome.value: lot for outcome in case.outcomes if (lot := _lot(case, outcome)) is not None}
    several = {} if len(case.children) < 2 else {outcome.value: _together(case, outcome) for outcome in case.outcomes}
    return Evaluation(case, comparisons, phases, lots, several)


def _comparisons(series: Series, conf_level: float) -> Iterator[Comparison]:
    for pair in PAIRS:
        before, after = series.phase(pair[0]), series.phase(pair[1])
        if pair == PAIRS[0] or (len(before) and len(after)):
            direction = series.outcome.improvement
            times = np.concatenate([series.days(pair[0]), series.days(pair[1])])
            yield Comparison(
                series=series,
                pair=pair,
                overlap=non_overlap(before, after, improvement=direction, conf_level=conf_level),
                corrected=baseline_corrected_tau(before, after, improvement=direction, times=times),
                size=within_case_effects(
                    before,
                    after,
                    improvement=direction,
                    ratio_scale=series.outcome.scale == "ratio",
                    conf_level=conf_level,
                ),
                lines=piecewise_regression(before, after, improvement=direction, conf_level=conf_level),
                shift=level_shift(before, after, improvement=direction, conf_level=conf_level),
            )


def _lot(case: Case, outcome: CaseOutcome) -> RandomisationTest | None:
    """The test of the lot, where the start was drawn and every child's start is one that the lot could have given."""
    lot = case.declared.random_start
    if lot is None:
        return None
    values, starts, possible = {}, {}, {}
    for series in case.of(outcome):
        before, after = series.phase("baseline"), series.phase("intervention")
        allowed = range(lot.least_baseline, len(before) + len(after) - lot.least_intervention + 1)
        if len(before) not in allowed or series.n_missing:
            return None
        values[series.child] = np.concatenate([before, after])
        starts[series.child], possible[series.child] = len(before), allowed
    return randomisation_test(values, start=starts, possible_starts=possible, improvement=outcome.improvement)


def _together(case: Case, outcome: CaseOutcome) -> BetweenCaseEffect:
    """All children on one clock: the order of their common days."""
    rows = pd.concat([series.rows.assign(case=series.child) for series in case.of(outcome)])
    rows = rows[rows["phase"].isin(["baseline", "intervention"])]
    clock = {day: position for position, day in enumerate(sorted(rows["day"].unique()), start=1)}
    return between_case_effect(
        rows.assign(session=rows["day"].map(clock), phase=rows["phase"].astype("str"))[
            ["case", "session", "phase", "value"]
        ],
        improvement=outcome.improvement,
        estimator=case.params.between_cases,
        conf_level=case.params.conf_level,
    )
