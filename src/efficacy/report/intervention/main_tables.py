"""The main analysis as a table, by design; what it assumes; the other outcomes beside it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from ...results import Result
from ..blocks import Cell, Column, Row, Sentence, Table
from ..labels import arm_label, wave_label
from ..numbers import Interval, Number
from ..shared import conf_column
from ..wording import Message, Words, reasons_of, say
from .case import Case
from .evaluation import Evaluation
from .results import described_parts, main_parts, reading_label, retest_refused, tipping_parts
from .words import baseline_label, comparison_label, interval, level, outcome_label, points, retest, waves


def main_sentences(evaluation: Evaluation) -> tuple[Sentence, ...]:
    """The result in words, the same as on the first page; then its standardised size and where its verdict tips."""
    described = described_parts(evaluation)
    after = _size(evaluation)
    if evaluation.key == "retest_correction":
        after += tipping_parts(evaluation)
    return (
        *([Sentence(id="intervention.main.described", parts=described)] if described else []),
        Sentence(id="intervention.main.sentence", parts=main_parts(evaluation), tone="result"),
        *([Sentence(id="intervention.main.size", parts=after)] if after else []),
    )


def main_table(evaluation: Evaluation) -> Table:
    """The estimates of the main analysis and what stands beside them."""
    return _BY_DESIGN[evaluation.key](evaluation)


def _size(evaluation: Evaluation) -> list[Words]:
    adjusted = evaluation.at_post.adjusted
    if evaluation.key != "retest_correction" or evaluation.study_r is None or adjusted is None:
        return []
    ends = Interval(low=adjusted.delta_conf_low, high=adjusted.delta_conf_high, role="effect")
    delta = Number(value=adjusted.delta, role="effect", n=adjusted.n)
    return [say("intervention_results.delta", delta=delta, interval=ends, level=level(evaluation.case))]


def _retest(evaluation: Evaluation) -> Table:
    """One row the retest study, one a retest correlation of the declared range."""
    case, over, adjusted = evaluation.case, evaluation.at_post.over_r, evaluation.at_post.adjusted
    rows: list[Row] = []
    notes: list[Words] = []
    if adjusted is not None and evaluation.study_r is not None:
        label = say("intervention_results.term_retest_study", r=retest(adjusted.retest_r), n=case.params.retest_n or 0)
        beyond = case.better(adjusted.conf_low, adjusted.conf_high)
        rows.append(_retest_row(label, vars(adjusted), beyond=beyond, n=adjusted.n))
    if over is not None:
        notes = [say("intervention_results.note_retest", n=over.n, n_survey=over.n_survey), *_reasons(over)]
        notes += retest_refused(evaluation)
        shown = over.tidy()[over.tidy()["retest_r"].round(6).isin([round(r, 6) for r in case.retest_grid])]
        for _, row in shown.iterrows():
            label = say("intervention_results.term_retest_fixed", r=retest(row["retest_r"]))
            rows.append(_retest_row(label, row, beyond=bool(row["beyond_selection"]), n=over.n))
    return Table(
        id="intervention.main",
        title=say("intervention_results.main_title_retest_correction"),
        columns=[
            Column(role="term", header=say("intervention_results.column_reading"), align="left"),
            Column(role="expected_gain", header=say("intervention_results.column_gain")),
            Column(role="estimate", header=say("intervention_results.column_value")),
            conf_column(case.params.conf_level),
            *_effect_columns(case),
            Column(role="beyond_selection", header=say("intervention_results.column_beyond")),
        ],
        rows=rows,
        notes=notes,
        n=over.n if over is not None else None,
        method="retest_correction",
    )


def _reasons(result: Result) -> tuple[Message, ...]:
    """Why a result could not be computed; where a verdict holds everywhere or nowhere a sentence says it already."""
    return reasons_of(result) if result.status == "not_computable" else ()


def _retest_row(label: Words, row: Mapping[str, float] | pd.Series, *, beyond: bool, n: int) -> Row:
    cells: list[Cell] = [
        label,
        points(row["expected_gain"]),
        points(row["estimate"]),
        interval(row["conf_low"], row["conf_high"]),
        *_effect(row["delta"], row["delta_conf_low"], row["delta_conf_high"]),
        say("common.yes" if beyond else "common.no"),
    ]
    return Row(cells=cells, n=n)


def _effect(value: float, low: float, high: float) -> list[Cell]:
    """A standardised effect and its interval, in two cells."""
    if math.isnan(value):
        return [None, None]
    return [Number(value=value, role="effect"), Interval(low=low, high=high, role="effect")]


def _effect_columns(case: Case) -> list[Column]:
    return [
        Column(role="standardized", header=say("intervention_results.column_delta")),
        conf_column(case.params.conf_level, role="standardized_conf_low standardized_conf_high"),
    ]


def _discontinuity(evaluation: Evaluation) -> Table:
    case, result, gains = evaluation.case, evaluation.at_post.discontinuity, evaluation.gains
    rows: list[Row] = []
    notes: list[Words] = []
    if result is not None:
        for _, row in result.tidy().iterrows():
            low, high = row["standardized_conf_low"], row["standardized_conf_high"]
            label = say(f"intervention_results.term_{row['term']}")
            # another test's standard deviation is no unit for this one
            effect = _effect(row["standardized"] if case.same_test else math.nan, low, high)
            rows.append(Row(cells=[*_estimated(label, row), _p(row["p_value"]), *effect], n=result.n_treated))
        counts = {"n": result.n_treated, "n_others": result.n_untreated}
        notes += [say("intervention_results.note_discontinuity", **counts), *reasons_of(result)]
    if gains is not None and gains.status != "not_computable":
        label = say("intervention_results.term_change_score")
        rows.append(Row(cells=[*_estimated(label, gains.tidy().iloc[0]), None, None, None], n=gains.n_treated))
        notes.append(say("intervention_results.note_change_score"))
    return Table(
        id="intervention.main",
        title=say("intervention_results.main_title_regression_discontinuity"),
        columns=[
            *_columns(case),
            Column(role="p_value", header=say("common.column_p")),
            *_effect_columns(case),
        ],
        rows=rows,
        notes=notes,
        method="regression_discontinuity",
    )


def _randomised(evaluation: Evaluation) -> Table:
    case, result = evaluation.case, evaluation.at_post.randomised
    rows: list[Row] = []
    notes: list[Words] = []
    several = result is not None and len(result.tidy()) > 1
    if result is not None:
        rows = [_arm_row(case, row, several=several) for _, row in result.tidy().iterrows()]
        counts = {"n_comparison": result.n_comparison, "permutations": result.n_permutations}
        note = say("intervention_results.note_randomised", comparison=comparison_label(case), **counts)
        notes = [note, *reasons_of(result)]
    corrected = [Column(role="p_value_adjusted", header=say("common.column_p_adjusted"))]
    corrected.append(Column(role="p_value_permutation", header=say("intervention_results.column_p_holm_permutation")))
    plain = [Column(role="p_value_permutation", header=say("intervention_results.column_p_permutation"))]
    return Table(
        id="intervention.main",
        title=say(
            "intervention_results.main_title_randomised_ancova",
            comparison=comparison_label(case),
            baseline=baseline_label(case),
        ),
        columns=[
            *_columns(case),
            Column(role="p_value", header=say("common.column_p")),
            *(corrected if several else plain),
            Column(role="standardized", header=say("intervention_results.column_standardized")),
        ],
        rows=rows,
        notes=notes,
        method="randomised_ancova_hc3",
    )


def _arm_row(case: Case, row: pd.Series, *, several: bool) -> Row:
    arm = arm_label(case.study, row["level"])
    label = say("intervention_results.term_arm", arm=arm, comparison=comparison_label(case))
    corrected: list[Cell] = [_p(row["p_value_adjusted"]), _p(row["p_value_permutation_adjusted"], resampled=True)]
    plain: list[Cell] = [_p(row["p_value_permutation"], resampled=True)]
    size = Number(value=row["standardized"], role="effect")
    n = None if pd.isna(row["n"]) else int(row["n"])
    return Row(cells=[*_estimated(label, row), _p(row["p_value"]), *(corrected if several else plain), size], n=n)


def _second_baseline(evaluation: Evaluation) -> Table:
    """From the baseline after selection; the first baseline beside it, without p."""
    case, second, first = evaluation.case, evaluation.at_post.second_baseline, evaluation.at_post.unadjusted
    again = wave_label(case.study, case.second_baseline or case.baseline)
    post = wave_label(case.study, case.post)
    rows: list[Row] = []
    if second is not None:
        label = say("intervention_results.term_second_baseline", wave=again, post=post)
        rows.append(Row(cells=[*_estimated(label, second.tidy().iloc[0]), _p(second.p_value)], n=second.n))
    if first is not None:
        before = wave_label(case.study, case.baseline)
        label = say("intervention_results.term_first_baseline", wave=before, post=post)
        rows.append(Row(cells=[*_estimated(label, first.tidy().iloc[0]), None], n=first.n))
    return Table(
        id="intervention.main",
        title=say("intervention_results.main_title_second_baseline", wave=again),
        columns=[*_columns(case), Column(role="p_value", header=say("common.column_p"))],
        rows=rows,
        notes=[say("intervention_results.note_paired", n=second.n if second is not None else 0)],
        method="paired_t",
    )


def _readings(evaluation: Evaluation) -> Table:
    case, result = evaluation.case, evaluation.readings
    rows = (
        []
        if result is None
        else [
            Row(cells=_estimated(reading_label(evaluation, row), row), n=_n(row["n"]))
            for _, row in result.tidy().iterrows()
        ]
    )
    return Table(
        id="intervention.main",
        title=say(f"intervention_results.main_title_{evaluation.key}"),
        columns=_columns(case),
        rows=rows,
        notes=[say("intervention_results.note_readings"), *(reasons_of(result) if result is not None else ())],
        method="readings",
    )


def _paired(evaluation: Evaluation) -> Table:
    case, result = evaluation.case, evaluation.at_post.unadjusted
    rows: list[Row] = []
    if result is not None:
        label = say("intervention_results.term_change")
        rows = [Row(cells=[*_estimated(label, result.tidy().iloc[0]), _p(result.p_value)], n=result.n)]
    notes: list[Words] = [] if result is None else [say("intervention_results.note_paired", n=result.n)]
    return Table(
        id="intervention.main",
        title=say("intervention_results.main_title_paired_change", outcome=outcome_label(case), **waves(case)),
        columns=[*_columns(case), Column(role="p_value", header=say("common.column_p"))],
        rows=rows,
        notes=[*notes, *(reasons_of(result) if result is not None else ())],
        method="paired_t",
    )


def _columns(case: Case) -> Sequence[Column]:
    return [
        Column(role="term", header=say("intervention_results.column_reading"), align="left"),
        Column(role="estimate", header=say("intervention_results.column_value")),
        conf_column(case.params.conf_level),
    ]


def _estimated(label: Words, row: pd.Series) -> list[Cell]:
    return [label, points(row["estimate"]), interval(row["conf_low"], row["conf_high"])]


def _p(value: float, *, resampled: bool = False) -> Number:
    return Number(value=value, role="p", tolerance="resampled" if resampled else None)


def _n(value: float) -> int | None:
    return None if pd.isna(value) else int(value)


_BY_DESIGN: Mapping[str, Callable[[Evaluation], Table]] = {
    "retest_correction": _retest,
    "regression_discontinuity": _discontinuity,
    "randomised_ancova": _randomised,
    "second_baseline": _second_baseline,
    "two_readings": _readings,
    "readings_not_bounds": _readings,
    "population_readings": _readings,
    "paired_change": _paired,
}
