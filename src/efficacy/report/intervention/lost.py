"""Children who were lost: how much worse they must have done for the conclusion to fail."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from ...effects import MissingPostSensitivity, missing_post_sensitivity
from ...effects.controlled import Form
from ..blocks import Cell, Column, Row, Sentence, Table
from ..labels import arm_label
from ..numbers import Number
from ..shared import conf_column, count_words, smallest_shown
from ..wording import Message, Words, say
from .case import Case
from .evaluation import Evaluation
from .words import comparison_label, distinct, interval, points, retest, row_where


@dataclass(frozen=True, kw_only=True)
class Loss:
    """One estimate of the main analysis under ever worse assumptions about the lost. label: which estimate."""

    label: Words
    result: MissingPostSensitivity


def losses(evaluation: Evaluation) -> tuple[Loss, ...]:
    """Every estimate that the conclusion rests on; none where the analysis ends in no single test."""
    find = _BY_DESIGN.get(evaluation.key)
    return tuple(find(evaluation)) if find is not None else ()


def lost_blocks(evaluation: Evaluation) -> tuple[Sentence | Table, ...]:
    """What the loss of children could do to the conclusion, in words and by how much worse they did."""
    case, found = evaluation.case, losses(evaluation)
    if not found:
        key = "lost_no_single_test" if evaluation.key not in _BY_DESIGN else "lost_not_computable"
        return (Sentence(id="intervention.lost", parts=[say(f"intervention_courses.{key}")], tone="caution"),)
    computed = [loss for loss in found if loss.result.status != "not_computable"]
    if not computed:
        return (Sentence(id="intervention.lost", parts=distinct(loss.result for loss in found)),)
    return _sentence(evaluation, computed), _table(case, computed)


def _sentence(evaluation: Evaluation, computed: Sequence[Loss]) -> Sentence:
    """Which loss would overturn the conclusion: of several estimates that must agree, the first to fail decides."""
    parts: list[Words] = [_counted(evaluation), say("intervention_courses.lost_assumed")]
    if evaluation.key == "regression_discontinuity":
        parts.append(_verdict([loss.result for loss in computed]))
    else:
        parts += [_verdict([loss.result], label=loss.label if len(computed) > 1 else None) for loss in computed]
    return Sentence(id="intervention.lost.sentence", parts=parts)


def _counted(evaluation: Evaluation) -> Message:
    """How many were lost, as far as that may be said."""
    case = evaluation.case
    smallest = smallest_shown(case.study.site, case.params)
    lost = case.survey.index.difference(case.later.index)
    members, others = int(lost.isin(case.members).sum()), int(lost.isin(case.others).sum())
    if evaluation.key == "randomised_ancova":
        everybody = int(lost.isin(case.drawn.index).sum())
        return say("intervention_courses.lost_arms", n_lost=count_words(everybody, smallest=smallest))
    if len(case.both_waves[1]) == 0:
        return say("intervention_courses.lost_members", n_lost=count_words(members, smallest=smallest))
    fields = {
        "n_lost": count_words(members, smallest=smallest),
        "n_lost_others": count_words(others, smallest=smallest),
    }
    return say("intervention_courses.lost_both", **fields)


def _verdict(results: Sequence[MissingPostSensitivity], *, label: Words | None = None) -> Message:
    """label: of which estimate, where each has its own conclusion."""
    named, fields = ("", {}) if label is None else ("_of", {"label": label})
    if any(result.tipping == "not_shown" for result in results):
        return say(f"intervention_courses.lost_not_shown{named}", **fields)
    tipping = [result.tipping_delta for result in results if result.tipping == "tips"]
    if not tipping:
        return say(f"intervention_courses.lost_holds{named}", **fields)
    return say(f"intervention_courses.lost_tips{named}", delta=Number(value=min(tipping), role="effect"), **fields)


def _table(case: Case, computed: Sequence[Loss]) -> Table:
    rows: list[Row] = []
    for loss in computed:
        if len(computed) > 1:
            rows.append(Row(cells=[loss.label, *[None] * 3], heading=True))
        rows += [_row(loss.result, row) for _, row in loss.result.tidy().iterrows()]
    sd = points(computed[0].result.sd)
    return Table(
        id="intervention.lost",
        title=say("intervention_courses.lost_title"),
        columns=[
            Column(role="delta", header=say("intervention_courses.column_delta")),
            Column(role="estimate", header=say("intervention_results.column_value")),
            conf_column(case.params.conf_level),
            Column(role="holds", header=say("intervention_courses.column_holds")),
        ],
        rows=rows,
        notes=[say("intervention_courses.lost_note", sd=sd)],
        method="delta_adjustment",
    )


def _row(result: MissingPostSensitivity, row: pd.Series) -> Row:
    cells: list[Cell] = [
        Number(value=row["delta"], role="effect"),
        points(row["estimate"]),
        interval(row["conf_low"], row["conf_high"]),
        say("common.yes" if row["holds"] else "common.no"),
    ]
    return Row(cells=cells, n=result.n_treated)


def _sensitivity(
    case: Case,
    label: Words,
    row: pd.Series,
    *,
    before: pd.Series,
    sd: float,
    treated: pd.Series | None = None,
    form: Form = "linear",
) -> Iterator[Loss]:
    """One estimate with everybody it should have been about; nothing for an estimate that could not be computed."""
    numbers = [row["estimate"], row["std_error"], row["df"], sd]
    if any(math.isnan(number) for number in numbers):
        return
    result = missing_post_sensitivity(
        before,
        case.later,
        estimate=row["estimate"],
        std_error=row["std_error"],
        df=row["df"],
        sd=sd,
        treated=treated,
        form=form,
        improvement=case.params.improvement,
        conf_level=case.params.conf_level,
    )
    yield Loss(label=label, result=result)


def _of_discontinuity(evaluation: Evaluation) -> Iterator[Loss]:
    case, result = evaluation.case, evaluation.at_post.discontinuity
    if result is None or result.status == "not_computable":
        return
    forms: tuple[Form, ...] = ("linear", "quadratic")
    for form in forms:
        row = row_where(result.tidy(), "term", form)
        label = say(f"intervention_results.term_{form}")
        yield from _sensitivity(case, label, row, before=case.survey, sd=result.sd_pre, treated=case.treated, form=form)


def _of_arms(evaluation: Evaluation) -> Iterator[Loss]:
    case, result = evaluation.case, evaluation.at_post.randomised
    if result is None or result.status == "not_computable":
        return
    for _, row in result.tidy().iterrows():
        pair = case.drawn[case.drawn.isin([result.comparison, row["level"]])]
        label = say(
            "intervention_results.term_arm", arm=arm_label(case.study, row["level"]), comparison=comparison_label(case)
        )
        treated = (pair == row["level"]).astype(bool)
        yield from _sensitivity(case, label, row, before=case.survey, sd=result.sd_outcome, treated=treated)


def _of_retest(evaluation: Evaluation) -> Iterator[Loss]:
    case, adjusted, over = evaluation.case, evaluation.at_post.adjusted, evaluation.at_post.over_r
    if evaluation.study_r is not None and adjusted is not None:
        row = pd.Series({"estimate": adjusted.estimate, "std_error": adjusted.std_error, "df": adjusted.df})
    elif over is not None and over.status != "not_computable":
        row = row_where(over.tidy(), "retest_r", over.decisive_r)
    else:
        return
    label = say("intervention_results.term_adjusted", r=retest(evaluation.shown_r))
    sd = float(case.own_survey.std())
    yield from _sensitivity(case, label, row, before=case.chosen(case.survey), sd=sd)


def _of_change(evaluation: Evaluation) -> Iterator[Loss]:
    case, again = evaluation.case, evaluation.key == "second_baseline"
    result = evaluation.at_post.second_baseline if again else evaluation.at_post.unadjusted
    if result is None or result.status == "not_computable":
        return
    wave = case.second_baseline if again and case.second_baseline is not None else case.baseline
    before = case.chosen(case.study.score(wave, case.outcome))
    row = result.tidy().iloc[0].copy()
    row["df"] = result.df
    label = say("intervention_results.term_change")
    yield from _sensitivity(case, label, row, before=before, sd=float(case.own_survey.std()))


_BY_DESIGN: Mapping[str, Callable[[Evaluation], Iterator[Loss]]] = {
    "regression_discontinuity": _of_discontinuity,
    "randomised_ancova": _of_arms,
    "retest_correction": _of_retest,
    "second_baseline": _of_change,
    "paired_change": _of_change,
}
