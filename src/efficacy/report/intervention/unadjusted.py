"""Pre against post without any correction: one table, what SPSS would print, and why no conclusion rests on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from ...effects import PairedChange, SpssTable
from ...effects.groups import holm
from ..blocks import Cell, Column, Row, Sentence, Table
from ..labels import scale_label, wave_label
from ..numbers import Interval, Number, PlusMinus
from ..wording import Message, Words, reasons_of, say
from .case import Case
from .evaluation import Evaluation
from .words import interval, level, outcome_label, points, retest, row_where, share

Changes = Mapping[str, PairedChange]


def unadjusted_blocks(evaluation: Evaluation, changes: Changes) -> tuple[Table | Sentence, ...]:
    """The unadjusted change in words and in one table; where nothing was measured twice, one sentence saying so."""
    if not changes:
        return (Sentence(id="intervention.unadjusted", parts=[say("intervention.unadjusted_none")], tone="caution"),)
    described = evaluation.at_post.unadjusted is not None and (evaluation.case.chosen_low or _claimable(evaluation))
    sentence = (unadjusted_sentence(evaluation),) if described else ()
    return (*sentence, unadjusted_table(evaluation, changes))


def unadjusted_table(evaluation: Evaluation, changes: Changes) -> Table:
    """Every unadjusted figure of every scale, a column a scale. changes: by scale, of the members.

    Where members were chosen low there are no stars, no verdict and no correction for several tests, and the title
    says how often this design misleads; where nobody was selected the other scales are Holm-corrected.
    """
    case = evaluation.case
    n = min(change.n for change in changes.values())
    return Table(
        id="intervention.unadjusted",
        title=_title(evaluation),
        columns=[
            Column(role="measure", header=say("intervention.column_measure"), align="left"),
            *(Column(role=f"value {scale}", header=scale_label(case.study, scale)) for scale in changes),
        ],
        rows=[Row(cells=[label, *cells], n=n) for label, cells in _rows(case, changes)],
        notes=[*_notes(evaluation), *(note for change in changes.values() for note in reasons_of(change))],
        n=n,
        method="paired_change",
    )


def unadjusted_sentence(evaluation: Evaluation) -> Sentence:
    """The unadjusted change in words, and what is in it."""
    case, change = evaluation.case, evaluation.at_post.unadjusted
    if change is None or change.status == "not_computable":
        return Sentence(id="intervention.unadjusted.sentence", parts=[say("intervention.unadjusted_none")])
    fields = {
        "outcome": outcome_label(case),
        "level": level(case),
        "interval": interval(change.conf_low, change.conf_high),
    }
    if _claimable(evaluation):
        p = Number(value=change.p_value, role="p_text", n=change.n)
        said = say("intervention.paired_sentence", change=points(change.mean_change), p=p, **fields)
        return Sentence(id="intervention.unadjusted.sentence", parts=[said])
    said = say("intervention.unadjusted_sentence", change=points(change.mean_change), **fields)
    return Sentence(id="intervention.unadjusted.sentence", parts=[said], tone="caution")


def spss_blocks(evaluation: Evaluation, printed: Mapping[str, SpssTable]) -> tuple[Table | Sentence, ...]:
    """What SPSS prints, and why this report does not conclude from it."""
    if not printed:
        return (Sentence(id="intervention.spss", parts=[say("intervention.unadjusted_none")], tone="caution"),)
    return spss_table(evaluation, printed), spss_sentence(evaluation)


def spss_table(evaluation: Evaluation, printed: Mapping[str, SpssTable]) -> Table:
    """The lines SPSS prints for each scale. printed: by scale, as ``spss_paired`` gives them."""
    case = evaluation.case
    rows = [
        Row(
            cells=[
                scale_label(case.study, scale),
                say(f"intervention.spss_{row['term']}"),
                points(row["estimate"]),
                Number(value=row["statistic"], role="statistic", df=row["df"]),
                Number(value=row["df"], role="df"),
                Number(value=row["p_value"], role="p"),
            ],
            n=table.n_used,
        )
        for scale, table in printed.items()
        for _, row in table.tidy().iterrows()
    ]
    return Table(
        id="intervention.spss",
        title=say("intervention.spss_title"),
        columns=[
            Column(role="scale", header=say("common.column_scale"), align="left"),
            Column(role="term", header=say("intervention.column_test"), align="left"),
            Column(role="estimate", header=say("intervention.column_spss_difference")),
            Column(role="statistic", header=say("common.column_statistic")),
            Column(role="df", header=say("common.column_df")),
            Column(role="p_value", header=say("common.column_p")),
        ],
        rows=rows,
        notes=[say("intervention.spss_note"), *(note for table in printed.values() for note in reasons_of(table))],
        method="spss",
    )


def spss_sentence(evaluation: Evaluation) -> Sentence:
    """Why this report does not conclude from what SPSS prints."""
    if _claimable(evaluation):
        key = "spss_why_paired"
    else:
        key = "spss_why_selected" if evaluation.case.chosen_by_score else "spss_why_comparison"
    return Sentence(id="intervention.spss.sentence", parts=[say(f"intervention.{key}")], tone="caution")


def _claimable(evaluation: Evaluation) -> bool:
    """May the paired test itself be worded as a result? Only where nobody was selected and nothing stands above it."""
    return evaluation.key == "paired_change"


def _title(evaluation: Evaluation) -> Message:
    if not evaluation.case.chosen_low:
        return say("intervention.paired_title")
    rate = evaluation.alarm_rate
    if rate != rate or not evaluation.case.chosen_by_score:  # a note says it with its if
        return say("intervention.unadjusted_title")
    return say("intervention.unadjusted_title_alarm", rate=share(rate))


def _notes(evaluation: Evaluation) -> list[Words]:
    case = evaluation.case
    if case.chosen_low:
        notes: list[Words] = [say("intervention.unadjusted_note"), say("intervention.unadjusted_note_sd")]
        if evaluation.alarms is None or evaluation.alarm_rate != evaluation.alarm_rate:
            return notes
        fields = {"r": retest(evaluation.shown_r), "nominal": share(evaluation.alarms.alpha)}
        assumed = "" if case.chosen_by_score else "_if"
        return [*notes, say(f"intervention.unadjusted_note_alarm{assumed}", **fields)]
    return [say("intervention.paired_note", outcome=outcome_label(case))] if _holm_allowed(case) else []


def _holm_allowed(case: Case) -> bool:
    return case.design.key == "paired_change"


def _rows(case: Case, changes: Changes) -> Sequence[tuple[Words, list[Cell]]]:
    """Measures down, scales across."""

    def each(cell: Callable[[PairedChange], Cell]) -> list[Cell]:
        return [cell(change) for change in changes.values()]

    exact = all(change.wilcoxon_method == "exact" for change in changes.values())
    at = level(case)
    rows: list[tuple[Words, list[Cell]]] = [
        (say("intervention.measure_n"), each(lambda c: Number(value=c.n, role="count"))),
        (_wave_row(case, case.baseline), each(lambda c: PlusMinus(mean=c.mean_pre, sd=c.sd_pre))),
        (_wave_row(case, case.post), each(lambda c: PlusMinus(mean=c.mean_post, sd=c.sd_post))),
        (say("intervention.measure_change"), each(lambda c: points(c.mean_change))),
        (
            say("intervention.measure_change_interval", level=at),
            each(lambda c: Interval(low=c.conf_low, high=c.conf_high, role="score")),
        ),
        (say("intervention.measure_t"), each(lambda c: Number(value=c.statistic, role="statistic", df=c.df))),
        (say("intervention.measure_df"), each(lambda c: Number(value=c.df, role="df"))),
        (say("intervention.measure_p_t"), each(lambda c: Number(value=c.p_value, role="p"))),
    ]
    if _holm_allowed(case) and len(changes) > 1:
        rows.append((say("intervention.measure_p_holm"), _holm_cells(case, changes)))
    wilcoxon = say(f"intervention.measure_p_wilcoxon{'' if exact else '_normal'}")
    rows += [
        (wilcoxon, each(lambda c: Number(value=c.p_value_wilcoxon, role="p"))),
        (say("intervention.measure_p_permutation"), each(lambda c: Number(value=c.p_value_permutation, role="p"))),
        (say("intervention.measure_bf10"), each(lambda c: Number(value=c.bf10, role="statistic"))),
        (say("intervention.measure_d_z"), each(lambda c: _effect(c, "d_z"))),
        (say("intervention.measure_d_z_interval", level=at), each(lambda c: _effect_interval(c, "d_z"))),
    ]
    if not case.chosen_low:
        rows += [
            (say("intervention.measure_smcc"), each(lambda c: _effect(c, "smcc"))),
            (say("intervention.measure_smcc_interval", level=at), each(lambda c: _effect_interval(c, "smcc"))),
        ]
    terms = ("d_av", "g_av") if case.chosen_low else ("d_av", "d_rm", "g_av", "smcr", "rank_biserial")
    rows += [(say(f"intervention.measure_{term}"), [_effect(c, term) for c in changes.values()]) for term in terms]
    return rows


def _wave_row(case: Case, wave: str) -> Message:
    return say("intervention.measure_wave", wave=wave_label(case.study, wave))


def _effect_interval(change: PairedChange, term: str) -> Interval:
    row = row_where(change.tidy(), "term", term)
    return Interval(low=row["conf_low"], high=row["conf_high"], role="effect")


def _effect(change: PairedChange, term: str) -> Number:
    return Number(value=row_where(change.tidy(), "term", term)["estimate"], role="effect", n=change.n)


def _holm_cells(case: Case, changes: Changes) -> list[Cell]:
    """Holm over the scales that are not the primary outcome, which needs no correction: it was declared to decide."""
    others = pd.Series({scale: change.p_value for scale, change in changes.items() if scale != case.outcome})
    corrected = holm(others)
    return [None if scale == case.outcome else Number(value=corrected[scale], role="p") for scale in changes]
