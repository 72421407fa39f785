"""The questionnaires used here: how each is keyed, how well that is known, and its reliability in these children."""

from __future__ import annotations

from collections.abc import Mapping

from ...params import DescriptiveParams
from ...psychometrics import Reliability
from ...study import Study
from ..blocks import Block, Column, Row, Sentence, Table
from ..instrument_page import evidence_table, instrument_sentence, instrument_table, reverse_key
from ..labels import scale_label
from ..numbers import Interval, Number
from ..shared import absent, alpha_words, conf_column, percent_words
from ..wording import Message, say
from .protection import reason_notes


def instrument_blocks(study: Study) -> list[Block]:
    """Each questionnaire as it was used, and the evidence for every statement about it."""
    if not study.instruments:
        return [absent("instrument")]
    blocks: list[Block] = []
    for instrument in study.instruments:
        blocks += [instrument_sentence(study, instrument), instrument_table(study, instrument)]
        if instrument.evidence or instrument.disagreements:
            blocks.append(evidence_table(instrument))
    return blocks


def reliability_blocks(study: Study, params: DescriptiveParams, alphas: Mapping[str, Reliability]) -> list[Block]:
    """Alpha of every scale with Feldt's interval, and a sentence to paste about the questionnaire."""
    if not alphas:
        return [absent("reliability")]
    rows = [
        Row(
            cells=[
                scale_label(study, scale),
                Number(value=alpha.n_items, role="count"),
                Number(value=alpha.n_used, role="count"),
                Number(value=alpha.estimate, role="coefficient", n=alpha.n_used),
                Interval(low=alpha.conf_low, high=alpha.conf_high, role="coefficient"),
            ],
            n=alpha.n_used,
        )
        for scale, alpha in alphas.items()
    ]
    details = "elsewhere" if "factor" in study.site.reports else "none"
    table = Table(
        id="descriptive.reliability",
        title=say("descriptive_tables.reliability_title"),
        columns=[
            Column(role="scale", header=say("common.column_scale"), align="left"),
            Column(role="n_items", header=say("descriptive_tables.column_n_items")),
            Column(role="n_used", header=say("common.column_n")),
            Column(role="estimate", header=say("descriptive_tables.column_alpha")),
            conf_column(params.conf_level),
        ],
        rows=rows,
        notes=[
            say(f"descriptive_tables.reliability_note_{details}"),
            *(note for alpha in alphas.values() for note in reason_notes(study, params, alpha)),
        ],
        method="Cronbach's alpha, Feldt interval",
    )
    return [table, _paste(study, params, alphas)]


def _paste(study: Study, params: DescriptiveParams, alphas: Mapping[str, Reliability]) -> Sentence:
    computed = [alpha_words(study, scale, alpha) for scale, alpha in alphas.items() if alpha.status != "not_computable"]
    parts: list[Message] = []
    for instrument in study.instruments:
        own = {scale.id for scale in instrument.scales} & set(alphas)
        if own:
            parts.append(
                say(
                    "descriptive.paste_instrument",
                    title=instrument.title,
                    built_for=instrument.population,
                    population=study.site.population,
                    key=reverse_key(study, instrument),
                )
            )
    if computed:
        parts.append(say("descriptive.paste_alpha", level=percent_words(params.conf_level), alphas=computed))
    return Sentence(id="descriptive.reliability.paste", parts=parts, tone="paste")
