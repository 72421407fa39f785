"""Item analysis and reliability: tables and what is said about them."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ...psychometrics import Reliability
from ...study import Study
from ..blocks import Column, Row, Sentence, Table
from ..labels import item_label, scale_label
from ..numbers import Interval, Number
from ..rules import COSMIN_ALPHA
from ..shared import conf_column
from ..wording import Words, reasons_of, say

WEAK_ITEM_REST = 0.30  # Nunnally & Bernstein (1994): below it an item shares little with its scale


def item_analysis_table(study: Study, scale: str, items: pd.DataFrame) -> Table:
    """One row an item: mean, critical ratio, corrected item-total correlation, alpha without it.

    items: as item_analysis returns it.
    """
    rows = [
        Row(
            cells=[
                item_label(study, item["item"]),
                Number(value=item["mean"], role="score"),
                Number(value=item["sd"], role="score"),
                Number(value=item["high_low_statistic"], role="statistic", df=item["high_low_df"]),
                Number(value=item["high_low_p_value"], role="p"),
                Number(value=item["item_rest_r"], role="coefficient"),
                Number(value=item["alpha_if_dropped"], role="coefficient"),
            ],
            n=int(item["n"]),
        )
        for _, item in items.iterrows()
    ]
    return Table(
        id=f"factor.item_analysis.{scale}",
        title=say("factor.item_analysis_title", scale=scale_label(study, scale)),
        columns=[
            Column(role="item", header=say("common.column_item"), align="left"),
            Column(role="mean", header=say("common.column_mean")),
            Column(role="sd", header=say("common.column_sd")),
            Column(role="high_low_statistic", header=say("factor.column_critical_ratio")),
            Column(role="high_low_p_value", header=say("common.column_p")),
            Column(role="item_rest_r", header=say("factor.column_citc")),
            Column(role="alpha_if_dropped", header=say("factor.column_alpha_if_dropped")),
        ],
        rows=rows,
        notes=[say("factor.item_analysis_note", n=int(items["n"].min()) if len(items) else 0)],
        n=int(items["n"].min()) if len(items) else None,
        method="item analysis, listwise",
    )


def item_sentence(study: Study, scale: str, items: pd.DataFrame) -> Sentence:
    """Which items stand out, and what that may and may not mean. items: as item_analysis returns it."""
    label = scale_label(study, scale)
    against = items["reverse_alarm"].astype(bool)
    alarmed = items.loc[against, "item"]
    weak = items.loc[~against & (items["item_rest_r"] < WEAK_ITEM_REST), "item"]
    parts: list[Words] = []
    if len(alarmed):
        parts.append(say("factor.items_alarm", scale=label, items=[item_label(study, item) for item in alarmed]))
    limit = Number(value=WEAK_ITEM_REST, role="r")
    if len(weak):
        parts.append(
            say("factor.items_weak", scale=label, items=[item_label(study, item) for item in weak], limit=limit)
        )
    if not parts:
        parts.append(say("factor.items_fine", scale=label, limit=limit))
    return Sentence(id=f"factor.items.{scale}", parts=parts, tone="caution" if len(alarmed) else "plain")


def reliability_table(study: Study, alphas: Mapping[str, Reliability]) -> Table:
    """One row a scale: Cronbach's alpha with its interval and the children it rests on."""
    rows = [
        Row(
            cells=[
                scale_label(study, scale),
                Number(value=alpha.n_items, role="count"),
                Number(value=alpha.n_used, role="count"),
                Number(value=alpha.n_dropped, role="count"),
                Number(value=alpha.estimate, role="coefficient", n=alpha.n_used),
                Interval(low=alpha.conf_low, high=alpha.conf_high, role="coefficient"),
            ],
            n=alpha.n_used,
        )
        for scale, alpha in alphas.items()
    ]
    level = next(alpha.conf_level for alpha in alphas.values() if alpha.conf_level is not None)
    return Table(
        id="factor.reliability",
        title=say("factor.reliability_title"),
        columns=[
            Column(role="scale", header=say("common.column_scale"), align="left"),
            Column(role="n_items", header=say("factor.column_n_items")),
            Column(role="n_used", header=say("common.column_n")),
            Column(role="n_dropped", header=say("factor.column_n_dropped")),
            Column(role="estimate", header=say("factor.column_alpha")),
            conf_column(level),
        ],
        rows=rows,
        notes=[say("factor.reliability_note"), *(note for alpha in alphas.values() for note in reasons_of(alpha))],
        method="Cronbach's alpha, Feldt interval",
    )


def reliability_sentence(study: Study, alphas: Mapping[str, Reliability]) -> Sentence:
    """Alpha of every scale in words, with the rule that judges it."""
    parts: list[Words] = [
        say(
            "factor.alpha_sentence",
            scale=scale_label(study, scale),
            alpha=Number(value=alpha.estimate, role="coefficient", n=alpha.n_used),
            interval=Interval(low=alpha.conf_low, high=alpha.conf_high, role="coefficient"),
            label=COSMIN_ALPHA.label(alpha.estimate),
            rule=COSMIN_ALPHA.source,
        )
        for scale, alpha in alphas.items()
        if alpha.status != "not_computable"
    ]
    return Sentence(id="factor.reliability.sentence", parts=[*parts, say("factor.alpha_not_retest")])
