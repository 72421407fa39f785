"""The pooled change: in sentences, as a table, by other methods, and with each site left out."""

from __future__ import annotations

import math

from ...effects import PooledChange
from ..blocks import Cell, Column, Row, Sentence, Table
from ..numbers import Interval, Number
from ..shared import conf_column
from ..wording import Words, reasons_of, say
from .evaluation import OTHER_METHODS, Evaluation
from .measured import measured_coverage
from .words import ends, level, pooled_fields, retest, share, site_label, size, unit_words


def result_blocks(evaluation: Evaluation) -> tuple[Sentence | Table, ...]:
    """The result in words, the same as on the first page; then what it owes to the retest correlation and how far the
    sites differ, and its numbers."""
    said = Sentence(id="pooled.result", parts=result_parts(evaluation), tone="result")
    if not evaluation.pooled:
        return (said,)
    more = Sentence(id="pooled.result.between", parts=[*between_parts(evaluation), *known_parts(evaluation)])
    return said, more, _pooled_table(evaluation)


def stability_blocks(evaluation: Evaluation) -> tuple[Sentence | Table, ...]:
    """The same sites by other methods, and without each of them."""
    if not evaluation.pooled:
        return (Sentence(id="pooled.methods", parts=[say("pooled.nothing_pooled")]),)
    return _methods_table(evaluation), _leave_one_out_table(evaluation)


def result_parts(evaluation: Evaluation) -> list[Words]:
    """The mean change with interval and verdict, and the prediction; why there is none where sites are too few."""
    if not evaluation.pooled:
        return [say("pooled.refused", k=len(evaluation.cases)), *reasons_of(evaluation.main)]
    direction = "" if evaluation.improvement == "increase" else "_decrease"
    verdict = "shown" if evaluation.shown else "agree_by_chance" if evaluation.beyond(evaluation.main) else "not_shown"
    return [
        say("pooled.mean", **pooled_fields(evaluation), k=evaluation.main.n_used),
        say(f"pooled.verdict_{verdict}{direction}", k=evaluation.main.n_used),
        say("pooled.prediction", **pooled_fields(evaluation)),
    ]


def between_parts(evaluation: Evaluation) -> list[Words]:
    """How far the sites' true changes differ, as far as so few can tell."""
    at = evaluation.main.at_fixed_r
    between = {
        "tau": size(evaluation, math.sqrt(at.tau2)),
        "low": size(evaluation, math.sqrt(at.tau2_conf_low)),
        "high": size(evaluation, math.sqrt(at.tau2_conf_high)),
        "unit": unit_words(evaluation),
        "level": level(evaluation),
        "i2": share(at.i2),
    }
    return [say("pooled.between", **between), say("pooled.between_few", k=at.n_used)]


def known_parts(evaluation: Evaluation) -> list[Words]:
    """What the interval would be if the retest correlation were exact."""
    if not evaluation.has_study:
        return [say("pooled.retest_not_counted", r=retest(evaluation.main.retest_r))]
    known, main = evaluation.as_if_known, evaluation.main
    fields = {
        "r": retest(main.retest_r),
        "n": evaluation.params.retest_n or 0,
        "level": level(evaluation),
        "interval": ends(evaluation, known.conf_low, known.conf_high),
    }
    tips = evaluation.beyond(known) and not evaluation.beyond(main)
    parts: list[Words] = [say("pooled.as_if_known", **fields)]
    return [*parts, say("pooled.as_if_known_tips")] if tips else parts


def _pooled_table(evaluation: Evaluation) -> Table:
    """The numbers of the pooling, one a row."""
    main, at = evaluation.main, evaluation.main.at_fixed_r
    rows: list[tuple[Words, Cell, Cell]] = [
        (
            say("pooled.term_mean"),
            size(evaluation, main.estimate, df=main.df),
            ends(evaluation, main.conf_low, main.conf_high),
        ),
        (say("pooled.term_p", df=f"{main.df:g}"), Number(value=main.p_value, role="p", df=main.df), None),
        (say("pooled.term_prediction"), None, ends(evaluation, main.pred_low, main.pred_high)),
        (say("pooled.term_error_sites"), Number(value=main.std_error_sites, role="coefficient"), None),
        (say("pooled.term_error_retest"), Number(value=main.std_error_retest, role="coefficient"), None),
        (
            say("pooled.term_tau2"),
            Number(value=at.tau2, role="coefficient"),
            Interval(low=at.tau2_conf_low, high=at.tau2_conf_high, role="coefficient"),
        ),
        (say("pooled.term_i2"), share(at.i2), Interval(low=at.i2_conf_low, high=at.i2_conf_high, role="percent")),
        (
            say("pooled.term_q", df=at.q_df, p=Number(value=at.q_p_value, role="p_text")),
            Number(value=at.q, role="statistic", df=float(at.q_df)),
            None,
        ),
    ]
    return Table(
        id="pooled.table",
        title=say("pooled.table_title", unit=unit_words(evaluation)),
        columns=[
            Column(role="term", header=say("pooled.column_term"), align="left"),
            Column(role="estimate", header=say("pooled.column_value")),
            conf_column(evaluation.params.conf_level),
        ],
        rows=[Row(cells=cells) for cells in rows],
        notes=[say("pooled.table_note", k=main.n_used), *_coverage(evaluation), *reasons_of(main)],
        method="paule_mandel_hartung_knapp",
    )


def _coverage(evaluation: Evaluation) -> list[Words]:
    """How often such an interval held the truth in simulated studies, where that was measured."""
    found = measured_coverage(evaluation)
    if found is None:
        return []
    fields = {name: int(found.cell[name]) for name in ("k", "n_survey", "n_members")}
    coverage = Number(value=found.value, role="percent", tolerance="resampled")
    said: list[Words] = [say("pooled.coverage", coverage=coverage, level=level(evaluation), **fields)]
    if found.aim_high is not None and found.value > found.aim_high:
        said.append(say("pooled.coverage_wide"))
    if found.aim_low is not None and found.value < found.aim_low:
        said.append(say("pooled.coverage_narrow"))
    return said


def _methods_table(evaluation: Evaluation) -> Table:
    """By other methods; those that are known to be too narrow say so."""
    shown = {"main": evaluation.main, **{key: evaluation.others[key] for key in OTHER_METHODS}}
    return Table(
        id="pooled.methods",
        title=say("pooled.methods_title"),
        columns=[
            Column(role="method", header=say("pooled.column_method"), align="left"),
            Column(role="estimate", header=say(f"pooled.column_change_{evaluation.unit}")),
            conf_column(evaluation.params.conf_level),
            Column(role="text", header=say("pooled.column_remark"), align="left"),
        ],
        rows=[_method_row(evaluation, key, result) for key, result in shown.items()],
        notes=[say("pooled.methods_note")],
    )


def _method_row(evaluation: Evaluation, key: str, result: PooledChange) -> Row:
    cells: list[Cell] = [
        say(f"pooled.method_{key}"),
        size(evaluation, result.estimate, df=result.df),
        ends(evaluation, result.conf_low, result.conf_high),
        say(f"pooled.remark_{key}"),
    ]
    return Row(cells=cells)


def _leave_one_out_table(evaluation: Evaluation) -> Table:
    """What the others give without each site; the retest correlation as if it were known."""
    rows = evaluation.main.at_fixed_r.leave_one_out()
    few = rows["std_error"].isna().any()
    return Table(
        id="pooled.left_out",
        title=say("pooled.left_out_title"),
        columns=[
            Column(role="site", header=say("pooled.column_left_out"), align="left"),
            Column(role="estimate", header=say(f"pooled.column_change_{evaluation.unit}")),
            conf_column(evaluation.params.conf_level),
            Column(role="i2", header=say("pooled.column_i2")),
        ],
        rows=[
            Row(
                cells=[
                    site_label(evaluation, row["left_out"]),
                    size(evaluation, row["estimate"]),
                    ends(evaluation, row["conf_low"], row["conf_high"]),
                    share(row["i2"]),
                ]
            )
            for _, row in rows.iterrows()
        ],
        notes=[say("pooled.left_out_note"), *([say("pooled.left_out_few")] if few else [])],
        method="paule_mandel_hartung_knapp",
    )
