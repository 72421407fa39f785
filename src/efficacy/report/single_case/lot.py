"""What the draw of the start allows to say, and several children together."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure as Canvas

from ...params import CaseOutcome
from ...results import Reason
from ..blocks import Block, Column, Drawing, Figure, Row, Sentence, Table
from ..numbers import Number
from ..shared import absent, conf_column
from ..style import ACCENT, INK, REST
from ..wording import Words, reason_words, reasons_of, say
from .evaluation import Evaluation
from .words import effect, with_interval


def lot_blocks(evaluation: Evaluation) -> tuple[Block, ...]:
    """The randomisation test of every outcome, or why there is none."""
    case = evaluation.case
    if case.declared.random_start is None:
        return (absent("random_start"),)
    if not evaluation.lots:
        return (Sentence(id="single_case.lot", parts=[say("single_case.lot_not_possible")], tone="caution"),)
    figures = [_distribution(evaluation, outcome) for outcome in case.outcomes if outcome.value in evaluation.lots]
    return (_lot_table(evaluation), figures[0])


def _lot_table(evaluation: Evaluation) -> Table:
    case, lot = evaluation.case, evaluation.case.declared.random_start
    assert lot is not None
    columns = [
        Column(role="variable", header=say("single_case.column_outcome"), align="left"),
        Column(role="estimate", header=say("single_case.column_difference")),
        Column(role="n_starts", header=say("single_case.column_starts")),
        Column(role="n_reaching", header=say("single_case.column_reaching")),
        Column(role="p_value", header=say("single_case.column_p_lot")),
    ]
    rows: list[Row] = []
    reasons: dict[str, Reason] = {}
    for outcome in case.outcomes:
        if (found := evaluation.lots.get(outcome.value)) is None:
            continue
        counts = (found.n_starts, found.n_reaching)
        cells: list[Words | Number | None] = [outcome.label, effect(found.estimate)]
        cells += [Number(value=count, role="count") for count in counts]
        rows.append(Row(cells=[*cells, Number(value=found.p_value, role="p")]))
        reasons |= {reason.key: reason for reason in found.reasons}
    note = say("single_case.lot_note", day=f"{lot.drawn_on:%Y-%m-%d}", record=lot.record)
    return Table(
        id="single_case.lot",
        title=say("single_case.lot_title"),
        columns=columns,
        rows=rows,
        notes=[note, say("single_case.lot_primary"), *map(reason_words, reasons.values())],
        method="randomisation",
    )


def _distribution(evaluation: Evaluation, outcome: CaseOutcome) -> Figure:
    """Where the drawn start stands among all that could have been drawn."""
    found = evaluation.lots[outcome.value]

    def draw(drawing: Drawing) -> Canvas:
        canvas = Canvas(figsize=(7.2, 2.5))
        axes = canvas.subplots()
        axes.hist(found.distribution, bins=min(30, max(6, found.n_starts // 4)), color=REST, edgecolor="white")
        axes.axvline(found.estimate, color=ACCENT, linewidth=2)
        top = axes.get_ylim()[1]
        axes.set_ylim(0, 1.18 * top)
        right = found.estimate < float(np.median(found.distribution))
        axes.annotate(
            drawing.text(say("single_case.lot_mark", estimate=effect(found.estimate))),
            (found.estimate, 1.14 * top),
            xytext=(5 if right else -5, 0),
            textcoords="offset points",
            ha="left" if right else "right",
            va="top",
            color=ACCENT,
            fontsize=9,
        )
        axes.set_xlabel(drawing.text(say("single_case.lot_x")))
        axes.set_ylabel(drawing.text(say("single_case.lot_y")))
        axes.tick_params(colors=INK)
        return canvas

    fields = {
        "estimate": effect(found.estimate),
        "n_starts": found.n_starts,
        "n_reaching": found.n_reaching,
        "lowest": effect(float(found.distribution.min())),
        "highest": effect(float(found.distribution.max())),
    }
    return Figure(
        id="single_case.lot.figure",
        caption=say("single_case.lot_caption", outcome=outcome.label),
        alt=say("single_case.lot_alt", outcome=outcome.label, **fields),
        draw=draw,
    )


def together_block(evaluation: Evaluation) -> Block:
    """The change in standard deviations between children, where there are several."""
    if not evaluation.together:
        return absent("several_cases")
    rows: list[Row] = []
    notes: list[Words] = []
    for outcome in evaluation.case.outcomes:
        found = evaluation.together[outcome.value]
        shares = [Number(value=value, role="r") for value in (found.rho, found.phi)]
        cells = [outcome.label, Number(value=found.n_cases, role="count")]
        estimate = with_interval(found.estimate, found.conf_low, found.conf_high)
        rows.append(Row(cells=[*cells, estimate, Number(value=found.df, role="df"), *shares]))
        notes += reasons_of(found)
    estimator = evaluation.case.params.between_cases
    headers = ("column_cases", "column_between", "column_df_between", "column_rho", "column_phi")
    roles = ("n_cases", "estimate conf_low conf_high", "df", "rho", "phi")
    columns = [Column(role="variable", header=say("single_case.column_outcome"), align="left")]
    columns += [Column(role=r, header=say(f"single_case.{h}")) for r, h in zip(roles, headers, strict=True)]
    columns[2] = Column(role=roles[1], header=_interval_header(evaluation))
    return Table(
        id="single_case.together",
        title=say("single_case.together_title"),
        columns=columns,
        rows=rows,
        notes=[say(f"single_case.together_note_{estimator}"), *notes],
        method=estimator,
    )


def _interval_header(evaluation: Evaluation) -> Words:
    interval = conf_column(evaluation.case.params.conf_level).header
    return say("single_case.column_between_interval", interval=interval)
