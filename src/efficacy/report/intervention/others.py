"""The other outcomes by the same analysis as the primary one: Holm-corrected and descriptive."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from ...effects import (
    adjusted_change_over_r,
    paired_change,
    randomised_ancova,
    regression_discontinuity,
)
from ...effects.groups import holm
from ..blocks import Cell, Column, Row, Sentence, Table
from ..labels import arm_label, scale_label, scale_names, wave_label
from ..numbers import Number
from ..shared import conf_column
from ..wording import Words, say
from .case import Case
from .evaluation import Evaluation
from .words import comparison_label, interval, points, retest, row_where


def other_outcomes_block(evaluation: Evaluation) -> Table | Sentence:
    """The same analysis of the other outcomes, Holm-corrected and descriptive, where the design allows a p."""
    find = _BY_DESIGN.get(evaluation.key)
    if find is None:
        return Sentence(id="intervention.others", parts=[say("intervention_results.others_readings")])
    rows = find(evaluation.case)
    if not rows:
        return Sentence(id="intervention.others", parts=[say("intervention_results.others_none")])
    return _others_table(evaluation, rows)


@dataclass(frozen=True)
class _Other:
    """One estimate for one other outcome."""

    scale: str
    label: Words
    row: pd.Series
    n: int


def _others_table(evaluation: Evaluation, others: Sequence[_Other]) -> Table:
    case = evaluation.case
    p_values = pd.Series([other.row["p_value"] for other in others], dtype=float)
    rows = []
    for other, corrected in zip(others, holm(p_values), strict=True):
        cells: list[Cell] = [
            scale_label(case.study, other.scale),
            other.label,
            points(other.row["estimate"]),
            interval(other.row["conf_low"], other.row["conf_high"]),
            Number(value=other.row["p_value"], role="p"),
            Number(value=corrected, role="p"),
        ]
        rows.append(Row(cells=cells, n=other.n))
    return Table(
        id="intervention.others",
        title=say("intervention_results.others_title"),
        columns=[
            Column(role="scale", header=say("common.column_scale"), align="left"),
            Column(role="term", header=say("intervention_results.column_reading"), align="left"),
            Column(role="estimate", header=say("intervention_results.column_value")),
            conf_column(case.params.conf_level),
            Column(role="p_value", header=say("common.column_p")),
            Column(role="p_value_adjusted", header=say("common.column_p_adjusted")),
        ],
        rows=rows,
        notes=[
            say("intervention_results.others_note", n=int(p_values.notna().sum())),
            *([say("intervention_results.others_note_retest")] if evaluation.key == "retest_correction" else []),
        ],
    )


def _other_discontinuities(case: Case) -> list[_Other]:
    """Both forms for every other scale measured at both waves."""
    others = []
    for scale in case.scales:
        if scale == case.outcome:
            continue
        before, after = case.study.score(case.baseline, scale), case.study.score(case.post, scale)
        result = regression_discontinuity(before, after, case.treated, conf_level=case.params.conf_level)
        for term in ("linear", "quadratic"):
            label = say(f"intervention_results.term_{term}")
            others.append(_Other(scale, label, row_where(result.tidy(), "term", term), result.n_treated))
    return others


def _other_arms(case: Case) -> list[_Other]:
    """Every arm for every other outcome after; given the same scale before, or the one test taken before."""
    after = case.study.scores.loc[case.study.scores["wave"] == case.post, "scale"]
    others = []
    for scale in scale_names(case.study):
        if scale == case.outcome or scale not in set(after):
            continue
        before = case.study.score(case.baseline, scale) if case.same_test else case.survey
        result = randomised_ancova(
            case.study.score(case.post, scale),
            before,
            case.drawn,
            conf_level=case.params.conf_level,
            seed=case.params.seed,
            n_permutations=1,  # only the robust test is shown of these
        )
        for _, row in result.tidy().iterrows():
            arm = arm_label(case.study, row["level"])
            label = say("intervention_results.term_arm", arm=arm, comparison=comparison_label(case))
            others.append(_Other(scale, label, row, 0 if pd.isna(row["n"]) else int(row["n"])))
    return others


def _other_changes(case: Case) -> list[_Other]:
    """The members' change in every other scale, from the baseline that the main analysis starts from."""
    again = case.second_baseline if case.design.key == "second_baseline" else None
    start = again or case.baseline
    label = say("intervention_results.term_change")
    if again:
        named = {"wave": wave_label(case.study, again), "post": wave_label(case.study, case.post)}
        label = say("intervention_results.term_second_baseline", **named)
    others = []
    for scale in case.scales:
        before, after = (case.chosen(case.study.score(wave, scale)) for wave in (start, case.post))
        if scale == case.outcome or before.empty:
            continue
        result = paired_change(before, after, conf_level=case.params.conf_level)
        row = result.tidy().iloc[0].copy()
        row["p_value"] = result.p_value
        others.append(_Other(scale, label, row, result.n))
    return others


def _other_corrections(case: Case) -> list[_Other]:
    """The corrected change of every other scale: nobody retested these, so each at the r of the range that claims
    least."""
    params, others = case.params, []
    for scale in case.scales:
        if scale == case.outcome:
            continue
        result = adjusted_change_over_r(
            case.own(case.study.score(case.baseline, scale)),
            case.study.score(case.post, scale),
            members=case.members,
            lowest=params.retest_lowest,
            highest=params.retest_highest,
            improvement=params.improvement,
            conf_level=params.conf_level,
        )
        row = row_where(result.tidy(), "retest_r", result.decisive_r)
        label = say("intervention_results.term_adjusted", r=retest(result.decisive_r))
        others.append(_Other(scale, label, row, result.n))
    return others


_BY_DESIGN: Mapping[str, Callable[[Case], list[_Other]]] = {
    "regression_discontinuity": _other_discontinuities,
    "randomised_ancova": _other_arms,
    "paired_change": _other_changes,
    "second_baseline": _other_changes,
    "retest_correction": _other_corrections,
}
