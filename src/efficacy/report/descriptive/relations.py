"""What goes with what: correlations, and the one declared regression. Never what causes what."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd
from matplotlib.figure import Figure as Canvas

from ...effects import Regression
from ...params import DescriptiveParams
from ...psychometrics import CorrelationMatrix
from ...study import Study
from ..blocks import Block, Column, Drawing, Figure, Row, Sentence, Table
from ..labels import covariate_label, level_label, scale_label, scale_names
from ..numbers import Interval, Number
from ..shared import absent, conf_column, count_words, estimate_words, smallest_shown
from ..style import ACCENT, FAINT, INK, REST
from ..wording import Message, Words, say
from .choices import scale_of, wave_of
from .protection import hidden_terms, reason_notes


def quantity_label(study: Study, name: str) -> Words:
    """A scale's or a characteristic's name."""
    return scale_label(study, name) if name in scale_names(study) else covariate_label(study, name)


def correlation_blocks(
    study: Study, params: DescriptiveParams, pearson: CorrelationMatrix, spearman: CorrelationMatrix
) -> list[Block]:
    """Everything with everything, then what goes with the report's scale; r below the diagonal, ranks above."""
    if pearson.status == "not_computable":
        return [absent("numeric_relations")]
    return [_matrix_table(study, params, pearson, spearman), _related_table(study, params, pearson, spearman)]


def _matrix_table(
    study: Study, params: DescriptiveParams, pearson: CorrelationMatrix, spearman: CorrelationMatrix
) -> Table:
    names = list(pearson.estimates.columns)
    below, above = pearson.estimates.to_numpy(dtype=float), spearman.estimates.to_numpy(dtype=float)
    rows = []
    for position, name in enumerate(names):
        cells = [
            None
            if position == other
            else Number(value=float((below if other < position else above)[position, other]), role="r")
            for other in range(len(names))
        ]
        label = say("common.item", number=position + 1, label=quantity_label(study, name))
        rows.append(Row(cells=[label, *cells]))
    counts = pearson.tidy()["n"]
    note = say("descriptive_tables.correlations_note", low=int(counts.min()), high=int(counts.max()))
    if smallest_shown(study.site, params) > 1 and counts.min() < counts.max():  # pair by pair, who left what out
        note = say("protection.correlations_note")
    return Table(
        id="descriptive.correlations",
        title=say("descriptive_tables.correlations_title"),
        columns=[
            Column(role="term", header=say("common.column_variable"), align="left"),
            *(Column(role=f"estimate_{number}", header=str(number)) for number in range(1, len(names) + 1)),
        ],
        rows=rows,
        notes=[note, *reason_notes(study, params, pearson)],
        method="pearson below, spearman above the diagonal",
    )


def _related_table(
    study: Study, params: DescriptiveParams, pearson: CorrelationMatrix, spearman: CorrelationMatrix
) -> Table:
    scale = scale_of(study, params)
    overlapping = _sharing_items(study, scale)
    ranks = spearman.tidy().set_index(["term_1", "term_2"])
    n_scored, smallest = len(study.score(wave_of(study, params), scale)), smallest_shown(study.site, params)
    rows = []
    for _, pair in pearson.tidy().iterrows():
        terms = {pair["term_1"], pair["term_2"]}
        other = next(iter(terms - {scale}), None)
        if scale not in terms or other is None or other in overlapping:
            continue
        rho = ranks.loc[(pair["term_1"], pair["term_2"])]
        few = 0 < n_scored - int(pair["n"]) < smallest  # those who left this out would be a small cell
        n = None if few else int(pair["n"])
        rows.append(
            Row(
                cells=[
                    quantity_label(study, other),
                    say("descriptive_tables.protected") if n is None else Number(value=n, role="count"),
                    Number(value=pair["estimate"], role="r", n=n),
                    Interval(low=pair["conf_low"], high=pair["conf_high"], role="r"),
                    Number(value=pair["p_value"], role="p", df=None if few else pair["df"]),
                    Number(value=pair["p_value_adjusted"], role="p", method="holm"),
                    Number(value=rho["estimate"], role="r", n=n),
                ],
                n=int(pair["n"]),
            )
        )
    return Table(
        id="descriptive.related",
        title=say("descriptive_tables.related_title", scale=scale_label(study, scale)),
        columns=[
            Column(role="term", header=say("common.column_variable"), align="left"),
            Column(role="n", header=say("common.column_n")),
            Column(role="estimate", header=say("descriptive_tables.column_r")),
            conf_column(params.conf_level),
            Column(role="p_value", header=say("common.column_p")),
            Column(role="p_value_adjusted", header=say("common.column_p_adjusted")),
            Column(role="spearman", header=say("descriptive_tables.column_rho")),
        ],
        rows=rows,
        notes=[say("descriptive_tables.related_note", k=len(pearson.tidy()))],
        method="pearson",
    )


def _sharing_items(study: Study, scale: str) -> set[str]:
    """Scales with items of this scale: their correlation with it says nothing about children."""
    instrument = study.instrument_of(scale)
    if instrument is None:
        return set()
    own = set(instrument.scale(scale).items)
    return {other.id for other in instrument.scales if other.id != scale and own & set(other.items)}


def regression_blocks(study: Study, params: DescriptiveParams, models: Mapping[str, Regression]) -> list[Block]:
    """The declared regression: coefficients, what it explains, a figure, and what its numbers may not be called."""
    if not models:
        return [absent("regression")]
    scale, model = next(iter(models.items()))
    if model.status == "not_computable":
        parts: list[Words] = [say("descriptive.regression_none"), *reason_notes(study, params, model)]
        return [Sentence(id="descriptive.regression", parts=parts, tone="caution")]
    hidden = hidden_terms(study, params, model)
    slopes = model.tidy()
    slopes = slopes[(slopes["variable"] != "") & ~slopes["term"].isin(list(hidden))]
    figures = [_coefficient_figure(study, scale, slopes, n=model.n_used)] if len(slopes) else []
    return [
        _regression_table(study, params, scale, model, hidden),
        *figures,
        _regression_sentence(study, scale, slopes),
    ]


def _term_label(study: Study, row: pd.Series) -> Words:
    if not row["variable"]:
        return say("descriptive_tables.intercept")
    variable = covariate_label(study, row["variable"])
    if not row["level"]:
        return variable
    return say(
        "descriptive_tables.level_against",
        variable=variable,
        level=level_label(study, row["variable"], row["level"]),
        reference=level_label(study, row["variable"], _reference(study, row["variable"])),
    )


def _reference(study: Study, variable: str) -> str:
    return str(study.participants[variable].cat.remove_unused_categories().cat.categories[0])


def _regression_table(
    study: Study, params: DescriptiveParams, scale: str, model: Regression, hidden: Collection[str]
) -> Table:
    rows = [
        Row(cells=[_term_label(study, row), *[say("common.hidden")] * 7])
        if row["term"] in hidden
        else Row(
            cells=[
                _term_label(study, row),
                Number(value=row["estimate"], role="score", n=model.n_used),
                Number(value=row["std_error"], role="score", method="HC3"),
                Interval(low=row["conf_low"], high=row["conf_high"], role="score"),
                Number(value=row["standardized"], role="r") if row["variable"] else None,
                Number(value=row["statistic"], role="statistic", df=row["df"]),
                Number(value=row["p_value"], role="p", df=row["df"]),
                Number(value=row["vif"], role="score") if row["variable"] else None,
            ]
        )
        for _, row in model.tidy().iterrows()
    ]
    return Table(
        id="descriptive.regression",
        title=say("descriptive_tables.regression_title", scale=scale_label(study, scale)),
        columns=[
            Column(role="term", header=say("descriptive_tables.column_predictor"), align="left"),
            Column(role="estimate", header=say("descriptive_tables.column_b")),
            Column(role="std_error", header=say("common.column_std_error")),
            conf_column(params.conf_level),
            Column(role="standardized", header=say("descriptive_tables.column_beta")),
            Column(role="statistic", header=say("common.column_t")),
            Column(role="p_value", header=say("common.column_p")),
            Column(role="vif", header=say("descriptive_tables.column_vif")),
        ],
        rows=rows,
        notes=[
            say(
                "descriptive_tables.regression_note",
                n=model.n_used,
                dropped=count_words(model.n_dropped, smallest=smallest_shown(study.site, params)),
                statistic=Number(value=model.statistic, role="statistic", df=model.df),
                df=Number(value=model.df, role="df"),
                denominator=Number(value=model.df_denominator, role="df"),
                p=Number(value=model.p_value, role="p_text"),
                r2=Number(value=model.r_squared, role="coefficient"),
                adjusted=Number(value=model.r_squared_adjusted, role="coefficient"),
            ),
            *([say("protection.coefficients_of_few", k=study.site.minimum_cell)] if hidden else []),
            *reason_notes(study, params, model),
        ],
        n=model.n_used,
        method="ols_hc3",
    )


def _coefficient_figure(study: Study, scale: str, slopes: pd.DataFrame, *, n: int) -> Figure:
    labels = [_term_label(study, row) for _, row in slopes.iterrows()]

    def draw(drawing: Drawing) -> Canvas:
        canvas = Canvas(figsize=(7.2, 0.9 + 0.42 * len(slopes)))
        axes = canvas.subplots()
        heights = list(range(len(slopes)))[::-1]
        axes.axvline(0, color=INK, linewidth=0.8)
        for height, (_, row) in zip(heights, slopes.iterrows(), strict=True):
            colour = REST if row["conf_low"] <= 0 <= row["conf_high"] else ACCENT
            axes.hlines(height, row["conf_low"], row["conf_high"], color=colour, linewidth=2)
            axes.scatter([row["estimate"]], [height], color=colour, s=36, zorder=3)
        axes.set_yticks(heights, [drawing.text(label) for label in labels], fontsize=8)
        axes.set_ylim(-0.6, len(slopes) - 0.4)
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="x", color=FAINT, linewidth=0.6)
        axes.set_axisbelow(True)
        axes.set_xlabel(
            drawing.text(say("descriptive_figures.coefficient_x", scale=scale_label(study, scale))), loc="left"
        )
        return canvas

    estimates = [Number(value=row["estimate"], role="score") for _, row in slopes.iterrows()]
    said = [
        say("descriptive_figures.pair", name=label, value=estimate_words(number, row["conf_low"], row["conf_high"]))
        for label, number, (_, row) in zip(labels, estimates, slopes.iterrows(), strict=True)
    ]
    return Figure(
        id="descriptive.regression.figure",
        caption=say("descriptive_figures.coefficient_caption", n=n),
        alt=say("descriptive_figures.coefficient_alt", coefficients=said),
        draw=draw,
        values=estimates,
    )


def _regression_sentence(study: Study, scale: str, slopes: pd.DataFrame) -> Sentence:
    clear = [_associated(study, row) for _, row in slopes.iterrows() if not row["conf_low"] <= 0 <= row["conf_high"]]
    key = "some" if clear else "nothing"
    return Sentence(
        id="descriptive.regression.sentence",
        parts=[
            say(f"descriptive.regression_{key}", scale=scale_label(study, scale), found=clear),
            say("descriptive.regression_limit"),
        ],
        tone="caution",
    )


def _associated(study: Study, row: pd.Series) -> Message:
    number = Number(value=row["estimate"], role="score")
    value = estimate_words(number, row["conf_low"], row["conf_high"])
    return say("descriptive_figures.pair", name=_term_label(study, row), value=value)
