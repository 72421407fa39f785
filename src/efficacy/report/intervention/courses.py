"""Several waves at once: what changed over which stretch of time, by a mixed model."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure as Canvas

from ...effects import LinearMixedModel
from ..blocks import Cell, Column, Drawing, Figure, Row, Sentence, Table
from ..labels import wave_label
from ..numbers import Number
from ..shared import conf_column
from ..wording import Message, Words, reasons_of, say
from .case import Case
from .estimation_plot import Estimate, alt_words, draw_estimates, estimate_of
from .evaluation import Evaluation
from .words import interval, level, points, share, unit_label

FEWEST_WAVES = 3


def courses_blocks(evaluation: Evaluation, model: LinearMixedModel) -> tuple[Sentence | Figure | Table, ...]:
    """The courses in words, drawn and listed. model: of ``case.courses`` by ``case.course_groups``."""
    case = evaluation.case
    if not case.same_test:
        return (Sentence(id="intervention.courses", parts=[say("intervention.unadjusted_none")], tone="caution"),)
    if len(case.occasions) < FEWEST_WAVES:
        return (Sentence(id="intervention.courses", parts=[say("intervention_courses.courses_two_waves")]),)
    if model.status == "not_computable":
        return (Sentence(id="intervention.courses", parts=reasons_of(model), tone="caution"),)
    return _sentence(case, model), courses_figure(evaluation, model), courses_table(case, model)


def courses_figure(evaluation: Evaluation, model: LinearMixedModel) -> Figure:
    """Every change with its interval, those from after the selection in the accent."""
    case = evaluation.case
    lines = [_line(case, row) for _, row in _shown(model).iterrows()]
    axis = say("intervention.axis_change", unit=unit_label(case.study, case.outcome), level=level(case))

    def draw(drawing: Drawing) -> Canvas:
        return draw_estimates(lines, drawing, axis=axis, zero="change")

    plain = "" if case.chosen_low else "_plain"
    return Figure(
        id="intervention.courses.figure",
        caption=say(f"intervention_courses.courses_caption{plain}", level=level(case)),
        alt=alt_words(lines),
        draw=draw,
    )


def courses_table(case: Case, model: LinearMixedModel) -> Table:
    """The same as numbers, with degrees of freedom."""
    notes: list[Words] = [say("intervention_courses.courses_note_kr"), *reasons_of(model)]
    if case.chosen_low:
        notes.append(say("intervention_courses.courses_note_regressing"))
    return Table(
        id="intervention.courses",
        title=say("intervention_courses.courses_title"),
        columns=[
            Column(role="term", header=say("intervention_courses.column_change"), align="left"),
            Column(role="estimate", header=say("intervention_results.column_value")),
            conf_column(case.params.conf_level),
            Column(role="df", header=say("common.column_df")),
            Column(role="p_value", header=say("common.column_p")),
        ],
        rows=[_row(case, row) for _, row in _shown(model).iterrows()],
        notes=notes,
        method="linear_mixed_model_reml",
    )


def _sentence(case: Case, model: LinearMixedModel) -> Sentence:
    counts = {name: getattr(model, name) for name in ("n_waves", "n_children", "n_cells", "n_used")}
    parts: list[Words] = [
        say("intervention_courses.courses_sentence", **counts),
        say("intervention_courses.courses_spread", share=share(model.intraclass_correlation)),
    ]
    if case.design.key != "paired_change":
        parts.append(say("intervention_courses.courses_not_main"))
    return Sentence(id="intervention.courses.sentence", parts=parts)


def _shown(model: LinearMixedModel) -> pd.DataFrame:
    """The members' changes, then those less the changes of the untreated."""
    changes = model.changes
    return changes[changes["level"] == "members"]


def _regressing(case: Case, row: pd.Series) -> bool:
    """Does the change start from the occasion that chose the members?"""
    return case.chosen_low and row["wave_from"] == case.baseline


def _label(case: Case, row: pd.Series) -> Message:
    who = "difference" if row["term"] == "difference_in_change" else "members"
    ending = "_regressing" if _regressing(case, row) else ""
    ends = {"start": wave_label(case.study, row["wave_from"]), "end": wave_label(case.study, row["wave"])}
    return say(f"intervention_courses.courses_{who}{ending}", **ends)


def _line(case: Case, row: pd.Series) -> Estimate:
    return estimate_of(_label(case, row), row, counts=not _regressing(case, row))


def _row(case: Case, row: pd.Series) -> Row:
    cells: list[Cell] = [
        _label(case, row),
        points(row["estimate"]),
        interval(row["conf_low"], row["conf_high"]),
        Number(value=row["df"], role="df"),
        None if _regressing(case, row) else Number(value=row["p_value"], role="p"),
    ]
    return Row(cells=cells, n=int(row["n"]))
