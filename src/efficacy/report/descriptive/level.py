"""How high the scores are: scales, items, and what may be said about the level."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ...effects import LevelComparison
from ...instruments import Instrument
from ...params import DescriptiveParams
from ...study import Study
from ..blocks import Cell, Column, Row, Sentence, Table
from ..labels import item_label, scale_label
from ..numbers import Interval, Number, PlusMinus
from ..shared import absent, conf_column, percent_words, share_cell, smallest_shown
from ..wording import Message, Words, say
from .choices import instruments_of, scale_of
from .protection import reason_notes


def n_items_of(study: Study, scale: str) -> int | None:
    """Items behind a scale; None for a ready-made score."""
    instrument = study.instrument_of(scale)
    return None if instrument is None else len(instrument.scale(scale).items)


def unit_words(study: Study, scale: str) -> Message:
    """The unit a scale's score is in: item mean, total, or marks."""
    instrument = study.instrument_of(scale)
    kind = "ready" if instrument is None else instrument.scale(scale).scoring
    return say(f"descriptive.unit_{kind}")


def scale_axis(study: Study, scale: str) -> Message:
    """A scale with its unit, for the axis of a figure."""
    return say("descriptive_figures.scale_axis", scale=scale_label(study, scale), unit=unit_words(study, scale))


def total_and_item_mean(study: Study, scale: str, mean: float, sd: float) -> tuple[PlusMinus, PlusMinus | None]:
    """The same mean and spread as 总分 and as 题均分: they differ by the number of items, nothing else."""
    n_items, instrument = n_items_of(study, scale), study.instrument_of(scale)
    if n_items is None or instrument is None:
        return PlusMinus(mean=mean, sd=sd), None
    if instrument.scale(scale).scoring == "sum":
        return PlusMinus(mean=mean, sd=sd), PlusMinus(mean=mean / n_items, sd=sd / n_items)
    return PlusMinus(mean=mean * n_items, sd=sd * n_items), PlusMinus(mean=mean, sd=sd)


def level_table(
    study: Study, params: DescriptiveParams, scores: pd.DataFrame, levels: Mapping[str, LevelComparison]
) -> Table:
    """One row a scale. scores: as describe_scores describes them; levels: against the declared reference, by scale."""
    smallest = smallest_shown(study.site, params)
    same = len({level.reference for level in levels.values()}) == 1
    with_items = any(study.instrument_of(scale) is not None for scale in scores["scale"])
    rows = []
    for _, row in scores.iterrows():
        total, item_mean = total_and_item_mean(study, row["scale"], row["mean"], row["sd"])
        cells: list[Cell] = [scale_label(study, row["scale"]), Number(value=int(row["n"]), role="count"), total]
        cells += [item_mean] if with_items else []
        cells += _against(levels.get(row["scale"]), smallest=smallest)[int(same) :] if levels else []
        rows.append(Row(cells=cells, n=int(row["n"])))
    notes: list[Words] = [say("descriptive_tables.level_note")] if with_items else []
    notes += [say("descriptive_tables.level_rule_note", rule=rule_words(params))] if levels else []
    notes += [note for level in levels.values() for note in reason_notes(study, params, level)]
    total_header = say("descriptive_tables.column_total" if with_items else "common.column_mean_sd")
    columns = [
        Column(role="scale", header=say("common.column_scale"), align="left"),
        Column(role="n", header=say("common.column_n")),
        Column(role="total" if with_items else "mean sd", header=total_header),
    ]
    columns += [Column(role="mean sd", header=say("descriptive_tables.column_item_mean"))] if with_items else []
    return Table(
        id="descriptive.level",
        title=say(f"descriptive_tables.level_title{'' if levels else '_plain'}"),
        columns=columns + (_against_columns(params, levels)[int(same) :] if levels else []),
        rows=rows,
        notes=notes,
        method="one_sample_t",
    )


def _against_columns(params: DescriptiveParams, levels: Mapping[str, LevelComparison]) -> list[Column]:
    """The columns of _against; with one reference for all, the header of the difference names it."""
    references = {level.reference for level in levels.values()}
    difference = say("descriptive_tables.column_difference")
    if len(references) == 1:
        reference = Number(value=references.pop(), role="score")
        difference = say("descriptive_tables.column_difference_from", reference=reference)
    return [
        Column(role="reference", header=say("descriptive_tables.column_reference")),
        Column(role="difference", header=difference),
        conf_column(params.conf_level),
        Column(role="statistic", header=say("common.column_t")),
        Column(role="p_value", header=say("common.column_p")),
        Column(role="share_below", header=say("descriptive_tables.column_below")),
    ]


def _against(level: LevelComparison | None, *, smallest: int) -> list[Cell]:
    if level is None:
        return [None] * 6
    return [
        Number(value=level.reference, role="score"),
        Number(value=level.difference, role="score", n=level.n_used),
        Interval(low=level.conf_low, high=level.conf_high, role="score"),
        Number(value=level.statistic, role="statistic", df=level.df),
        Number(value=level.p_value, role="p", df=level.df),
        share_cell(level.share_below, level.n_used, smallest=smallest),
    ]


def rule_words(params: DescriptiveParams) -> Message:
    """The declared rule and where its number comes from."""
    if params.level_rule == "midpoint":
        return say("descriptive.rule_midpoint")
    source: Words = params.level_source or say("descriptive.source_missing")
    return say(f"descriptive.rule_{params.level_rule}", source=source)


def level_sentence(study: Study, params: DescriptiveParams, levels: Mapping[str, LevelComparison]) -> Sentence:
    """The level of the report's scale by the declared rule, and what that rule and this sample cannot show."""
    scale = scale_of(study, params)
    level = levels.get(scale)
    if level is None:
        return absent("reference")
    return Sentence(
        id="descriptive.level.sentence",
        parts=[
            level_words(study, params, scale, level),
            say(f"descriptive.limit_{params.level_rule}"),
            say(f"descriptive.limit_{study.site.sampling}", n=level.n_used),
            say("descriptive.limit_own_sample"),
        ],
        tone="caution",
    )


def level_words(study: Study, params: DescriptiveParams, scale: str, level: LevelComparison) -> Message:
    """One sentence: mean, reference, difference with its interval, and the verdict with its rule."""
    if level.status == "not_computable":
        return say("descriptive.level_none", scale=scale_label(study, scale))
    key = "below" if level.conf_high < 0 else "above" if level.conf_low > 0 else "undecided"
    return say(
        f"descriptive.level_{key}",
        scale=scale_label(study, scale),
        unit=unit_words(study, scale),
        n=level.n_used,
        mean=Number(value=level.mean, role="score", n=level.n_used),
        sd=Number(value=level.sd, role="score", n=level.n_used),
        rule=rule_words(params),
        reference=Number(value=level.reference, role="score"),
        difference=Number(value=level.difference, role="score", n=level.n_used),
        level=percent_words(params.conf_level),
        interval=Interval(low=level.conf_low, high=level.conf_high, role="score"),
        share=share_cell(level.share_below, level.n_used, smallest=smallest_shown(study.site, params)),
    )


def item_table(
    study: Study,
    params: DescriptiveParams,
    instrument: Instrument,
    items: pd.DataFrame,
    levels: Mapping[str, LevelComparison],
) -> Table:
    """Items in the order of the questionnaire, reverse-scored. items: as describe_items describes them; levels: each
    item against the middle of the response range."""
    smallest = smallest_shown(study.site, params)
    rows = [
        Row(
            cells=[
                item_label(study, row["item"]),
                Number(value=int(row["n"]), role="count"),
                PlusMinus(mean=row["mean"], sd=row["sd"]),
                Number(value=level.difference, role="score", n=level.n_used),
                Interval(low=level.conf_low, high=level.conf_high, role="score"),
                *_item_shares(row, level, smallest=smallest),
            ],
            n=int(row["n"]),
        )
        for _, row in items.iterrows()
        for level in [levels[row["item"]]]
    ]
    midpoint = Number(value=instrument.midpoint, role="score")
    return Table(
        id=f"descriptive.items.{instrument.id}",
        title=say("descriptive_tables.items_title", title=instrument.title),
        columns=[
            Column(role="item", header=say("common.column_item"), align="left"),
            Column(role="n", header=say("common.column_n")),
            Column(role="mean sd", header=say("common.column_mean_sd")),
            Column(role="difference", header=say("descriptive_tables.column_from_midpoint")),
            conf_column(params.conf_level),
            Column(role="share_below", header=say("descriptive_tables.column_below_midpoint")),
            Column(role="floor", header=say("descriptive_tables.column_floor")),
            Column(role="ceiling", header=say("descriptive_tables.column_ceiling")),
        ],
        rows=rows,
        notes=[
            say("descriptive_tables.items_note", low=instrument.minimum, high=instrument.maximum, midpoint=midpoint)
        ],
    )


def _item_shares(row: pd.Series, level: LevelComparison, *, smallest: int) -> list[Cell]:
    """Below the midpoint, at the lowest and at the highest answer. The first is not told where few children lie between
    it and one of the ends: the difference would count them."""
    n = int(row["n"])
    below, floor, ceiling = (share_cell(part, n, smallest=smallest) for part in _shares(row, level))
    n_below, n_floor, n_ceiling = (round(part * n) for part in _shares(row, level))
    few = (isinstance(floor, Number) and 0 < n_below - n_floor < smallest) or (
        isinstance(ceiling, Number) and 0 < n - n_below - n_ceiling < smallest
    )
    return [say("descriptive_tables.protected") if few else below, floor, ceiling]


def _shares(row: pd.Series, level: LevelComparison) -> tuple[float, float, float]:
    return level.share_below, row["floor"], row["ceiling"]


def items_missing(study: Study, params: DescriptiveParams) -> list[Sentence]:
    """Said where this site has no answers to items."""
    return [] if instruments_of(study, params) else [absent("items")]
