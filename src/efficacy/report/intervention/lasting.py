"""Follow-up: did what was shown at post last, by the main analysis again and by the change since post."""

from __future__ import annotations

import pandas as pd

from ...effects import Evidence, PairedChange, Rung
from ..blocks import Column, Row, Sentence, Table
from ..labels import arm_label, wave_label
from ..numbers import Number
from ..shared import conf_column, estimate_words, smallest_shown
from ..wording import Message, Words, say
from .case import Case
from .evaluation import Evaluation
from .words import comparison_label, interval, level, points, retest, row_where


def followup_blocks(evaluation: Evaluation) -> tuple[Sentence | Table, ...]:
    """Kept or lost, in words and in numbers; one sentence where there is no follow-up."""
    sentence = followup_sentence(evaluation)
    rows = [*_main_rows(evaluation), *_since_rows(evaluation)]
    return (sentence, _table(evaluation, rows)) if rows else (sentence,)


def followup_sentence(evaluation: Evaluation) -> Sentence:
    """Whether what was shown at post holds at follow-up, by the same main analysis."""
    case, later = evaluation.case, evaluation.at_followup
    if later is None or case.followup is None:
        return Sentence(id="intervention.followup", parts=[say("intervention.followup_none")], tone="caution")
    wave = wave_label(case.study, case.followup)
    chosen = case.chosen(case.survey)
    present = int(chosen.index.isin(case.study.score(case.followup, case.outcome).index).sum())
    smallest = smallest_shown(case.study.site, case.params)
    parts: list[Words] = []
    if len(chosen) - present == 0 or len(chosen) - present >= smallest:
        parts.append(say("intervention.followup_lost", n=present, n_members=len(chosen), wave=wave))
    parts += [*_later(evaluation, wave), *_since(evaluation, wave)]
    steps = [claims.rung("maintained") for claims in evaluation.claims.values()]
    parts += [say(f"intervention.followup_{key}", wave=wave) for key in dict.fromkeys(_lasting(step) for step in steps)]
    return Sentence(id="intervention.followup", parts=parts)


def _lasting(step: Rung) -> str:
    if step.reason == "nothing_shown_at_post":
        return "nothing_shown"
    if step.reason == "fell_back_since_post":
        return "fell_back"
    return "maintained" if step.reached else "not_maintained"


def _later(evaluation: Evaluation, wave: Words) -> list[Words]:
    """The main analysis's estimate at follow-up."""
    case, later = evaluation.case, evaluation.at_followup
    if later is None:
        return []
    if later.discontinuity is not None and later.discontinuity.status != "not_computable":
        rows = {form: row_where(later.discontinuity.tidy(), "term", form) for form in ("linear", "quadratic")}
        forms = {form: _estimate(row) for form, row in rows.items()}
        return [say("intervention.followup_discontinuity", wave=wave, level=level(case), **forms)]
    if later.randomised is not None and later.randomised.status != "not_computable":
        return [
            say(
                "intervention.followup_arm",
                wave=wave,
                arm=arm_label(case.study, row["level"]),
                comparison=comparison_label(case),
                estimate=_estimate(row),
                level=level(case),
            )
            for _, row in later.randomised.tidy().iterrows()
        ]
    if evaluation.key == "retest_correction" and later.over_r is not None:
        row = row_where(later.over_r.tidy(), "retest_r", later.over_r.decisive_r)
        r, adjusted = later.over_r.decisive_r, later.adjusted
        if adjusted is not None and evaluation.study_r is not None:
            row, r = pd.Series(vars(adjusted)), adjusted.retest_r
        return [say("intervention.followup_retest", wave=wave, r=retest(r), estimate=_estimate(row), level=level(case))]
    change = later.second_baseline if evaluation.key == "second_baseline" else later.unadjusted
    if change is None or evaluation.key not in ("second_baseline", "paired_change"):
        return []
    return [
        say("intervention.followup_paired", wave=wave, estimate=_estimate(change.tidy().iloc[0]), level=level(case))
    ]


def _since(evaluation: Evaluation, wave: Words) -> list[Words]:
    """The change since post."""
    case, later = evaluation.case, evaluation.at_followup
    if later is None or later.since_post is None or later.since_post.status == "not_computable" or _few_lost(case):
        return []
    own, compared = later.since_post, later.since_post_compared
    fields = {"post": wave_label(case.study, case.post), "wave": wave, "estimate": _estimate(own.tidy().iloc[0])}
    if compared is None or compared.status == "not_computable":
        return [say("intervention_courses.since_post", **fields)]
    difference = _estimate(compared.tidy().iloc[0])
    return [say("intervention_courses.since_post_compared", difference=difference, **fields)]


def _estimate(row: pd.Series) -> Message:
    return estimate_words(points(row["estimate"]), row["conf_low"], row["conf_high"])


def _table(evaluation: Evaluation, rows: list[Row]) -> Table:
    case = evaluation.case
    wave = wave_label(case.study, str(case.followup))
    return Table(
        id="intervention.lasting",
        title=say("intervention.followup_title", wave=wave),
        columns=[
            Column(role="term", header=say("intervention_courses.column_change"), align="left"),
            Column(role="n", header=say("common.column_n")),
            Column(role="estimate", header=say("intervention_results.column_value")),
            conf_column(case.params.conf_level),
        ],
        rows=rows,
        notes=[say("intervention_courses.lasting_rule")],
    )


def _main_rows(evaluation: Evaluation) -> list[Row]:
    """The main analysis at post and at follow-up, side by side."""
    case, later = evaluation.case, evaluation.at_followup
    if later is None or case.followup is None:
        return []
    return [
        Row(
            cells=[
                say("intervention_courses.lasting_main", wave=wave_label(case.study, wave), label=label),
                Number(value=n, role="count"),
                points(row["estimate"]),
                interval(row["conf_low"], row["conf_high"]),
            ],
            n=n,
        )
        for wave, evidence in ((case.post, evaluation.at_post), (case.followup, later))
        for label, row, n in _main(evaluation, evidence)
    ]


def _main(evaluation: Evaluation, evidence: Evidence) -> list[tuple[Words, pd.Series, int]]:
    """What the main analysis rests on at one wave: label, estimate with its interval, members behind it."""
    case, key = evaluation.case, evaluation.key
    cut, drawn, over = evidence.discontinuity, evidence.randomised, evidence.over_r
    if cut is not None and cut.status != "not_computable":
        forms = cut.tidy().dropna(subset="estimate")
        shown = forms[forms["term"].isin(["linear", "quadratic"])]
        return [(say(f"intervention_results.term_{row['term']}"), row, cut.n_treated) for _, row in shown.iterrows()]
    if drawn is not None and drawn.status != "not_computable":
        named = {"comparison": comparison_label(case)}
        return [
            (say("intervention_results.term_arm", arm=arm_label(case.study, row["level"]), **named), row, int(row["n"]))
            for _, row in drawn.tidy().iterrows()
        ]
    if key == "retest_correction" and over is not None and over.status != "not_computable":
        adjusted, r = evidence.adjusted, over.decisive_r
        row = row_where(over.tidy(), "retest_r", r)
        if adjusted is not None and evaluation.study_r is not None:
            row, r = pd.Series(vars(adjusted)), adjusted.retest_r
        return [(say("intervention_results.term_adjusted", r=retest(r)), row, over.n)]
    change = evidence.second_baseline if key == "second_baseline" else evidence.unadjusted
    if change is None or change.status == "not_computable" or key not in ("second_baseline", "paired_change"):
        return []
    return [(say("intervention_results.term_change"), change.tidy().iloc[0], change.n)]


def _few_lost(case: Case) -> bool:
    """Were a few lost since post, who could be told from the others by the means of both waves?"""
    assert case.followup is not None
    followed = case.study.score(case.followup, case.outcome)
    return len(case.few_lost_between(case.described(case.later), followed)) > 0


def _since_rows(evaluation: Evaluation) -> list[Row]:
    """The change since post, of the members and less that of the untreated."""
    case, later = evaluation.case, evaluation.at_followup
    if later is None or case.followup is None or _few_lost(case):
        return []
    ends = {"start": wave_label(case.study, case.post), "end": wave_label(case.study, case.followup)}
    rows = []
    for result, who in ((later.since_post, "members"), (later.since_post_compared, "difference")):
        if result is None or result.status == "not_computable":
            continue
        row = result.tidy().iloc[0]
        n = result.n if isinstance(result, PairedChange) else result.n_treated
        cells = [
            say(f"intervention_courses.courses_{who}", **ends),
            Number(value=n, role="count"),
            points(row["estimate"]),
            interval(row["conf_low"], row["conf_high"]),
        ]
        rows.append(Row(cells=cells, n=n))
    return rows
