"""Confirmatory factor analysis: fit under several estimators, what such fit is worth at this n, loadings, residuals."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ...calibration import true_model_fit
from ...instruments import Instrument
from ...psychometrics import CfaResult
from ...study import Study
from ..blocks import Block, Cell, Column, Row, Sentence, Table
from ..labels import item_label
from ..numbers import Interval, Number
from ..shared import conf_column, distinct_reasons, percent_words
from ..wording import Message, Words, say
from .dimensions import FEW_FOR_FIT, not_computable

MOST_INDICES = 5  # modification indices shown: with more, chance alone fills the table
ROWS: tuple[tuple[str, str, str], ...] = (
    ("ML", "factor_cfa.test_ml_plain", ""),
    ("ML", "factor_cfa.test_ml_bartlett", "_bartlett"),
    ("ML", "factor_cfa.test_ml_swain", "_swain"),
    ("MLR", "factor_cfa.test_mlr_scaled", "_scaled"),
    ("WLSMV", "factor_cfa.test_wlsmv_scaled", "_scaled"),
)
"""Estimator, words for the test, ending of its fields."""


def fit_blocks(instrument: Instrument, fits: Mapping[str, CfaResult]) -> list[Block]:
    """Tests and indices of the questionnaire's own model, under every estimator. fits: by estimator."""
    solved = {name: fit for name, fit in fits.items() if fit.status != "not_computable"}
    if not solved:
        return [not_computable("factor.cfa", next(iter(fits.values())))]
    rows = [_row(solved[name], words, ending) for name, words, ending in ROWS if name in solved]
    first = next(iter(solved.values()))
    table = Table(
        id="factor.cfa",
        title=say("factor_cfa.fit_title", n_factors=first.n_factors),
        columns=[
            Column(role="method", header=say("factor_cfa.column_test"), align="left"),
            Column(role="chisq", header="χ²"),
            Column(role="df", header=say("common.column_df")),
            Column(role="p_value", header=say("common.column_p")),
            Column(role="cfi", header="CFI"),
            Column(role="tli", header="TLI"),
            Column(role="rmsea", header="RMSEA"),
            Column(role="rmsea_conf_low rmsea_conf_high", header=say("common.column_interval", level="90")),
            Column(role="srmr", header="SRMR"),
        ],
        rows=rows,
        notes=[say("factor_cfa.fit_note"), *distinct_reasons(fits.values())],
        n=first.n_used,
    )
    return [table, Sentence(id="factor.cfa.worth", parts=_worth(first, instrument), tone="caution")]


def _row(fit: CfaResult, words: str, ending: str) -> Row:
    robust = ending == "_scaled"
    indices = ending if robust else ""

    def value(name: str) -> float | None:
        found: float | None = getattr(fit, name)
        return found

    cells: list[Cell] = [
        say(words),
        Number(value=value(f"chisq{ending}"), role="statistic", df=fit.df, tolerance="iterative"),
        Number(value=fit.df, role="df"),
        Number(value=value(f"p_value{ending}"), role="p"),
    ]
    if ending in ("_bartlett", "_swain"):  # corrections of the test alone
        return Row(cells=[*cells, None, None, None, None, None])
    low, high = value(f"rmsea{indices}_conf_low"), value(f"rmsea{indices}_conf_high")
    cells += [Number(value=value(f"{name}{indices}"), role="coefficient") for name in ("cfi", "tli", "rmsea")]
    return Row(
        cells=[*cells, Interval(low=low, high=high, role="coefficient"), Number(value=fit.srmr, role="coefficient")]
    )


def _worth(fit: CfaResult, instrument: Instrument) -> list[Words]:
    """What even a perfectly correct model shows at such a size, from the nearest simulated cell."""
    n_items = len(instrument.items)
    if fit.n_used >= FEW_FOR_FIT:
        return [say("factor.fit_enough")]
    mean = true_model_fit(n=fit.n_used, n_items=n_items, statistic="rmsea")
    plain, corrected = (
        true_model_fit(n=fit.n_used, n_items=n_items, statistic=name) for name in ("rejected", "rejected_bartlett")
    )
    return [
        say(
            "factor_cfa.worth",
            n=int(mean.cell["n"]),
            n_items=int(mean.cell["n_items"]),
            rmsea=Number(value=mean.value, role="coefficient", tolerance="resampled"),
            plain=Number(value=plain.value, role="percent", tolerance="resampled"),
            corrected=Number(value=corrected.value, role="percent", tolerance="resampled"),
            replications=mean.replications,
        ),
        say("factor_cfa.limits_do_not_apply", n=fit.n_used),
    ]


def loading_blocks(study: Study, instrument: Instrument, fit: CfaResult, conf_level: float) -> list[Block]:
    """Standardised loadings with intervals, item by item, and the factor correlations."""
    if fit.status == "not_computable":
        return []
    table = fit.tidy()
    loadings = table[table["kind"] == "loading"]
    rows: list[Row] = []
    for scale in instrument.subscales:
        rows.append(Row(cells=[scale.label, *[None] * 4], heading=True))
        rows += [
            Row(
                cells=[
                    item_label(study, str(row["rhs"])),
                    Number(value=row["standardized"], role="coefficient", tolerance="iterative"),
                    Number(value=row["standardized_std_error"], role="coefficient"),
                    Interval(low=row["standardized_conf_low"], high=row["standardized_conf_high"], role="coefficient"),
                    Number(value=float(fit.r_squared[row["rhs"]]), role="coefficient"),
                ]
            )
            for _, row in loadings[loadings["lhs"] == scale.id].iterrows()
        ]
    block = Table(
        id="factor.cfa.loadings",
        title=say("factor_cfa.loadings_title", estimator=fit.estimator),
        columns=[
            Column(role="item", header=say("common.column_item"), align="left"),
            Column(role="standardized", header=say("factor_cfa.column_standardized")),
            Column(role="standardized_std_error", header=say("common.column_std_error")),
            conf_column(conf_level, role="standardized_conf_low standardized_conf_high"),
            Column(role="r_squared", header="R²"),
        ],
        rows=rows,
        notes=[say("factor_cfa.loadings_note", n=fit.n_used)],
        n=fit.n_used,
        method=fit.method,
    )
    return [block, *_correlations(instrument, fit, table, conf_level)]


def _correlations(instrument: Instrument, fit: CfaResult, table: pd.DataFrame, conf_level: float) -> list[Block]:
    pairs = table[table["kind"] == "factor_covariance"]
    if pairs.empty:
        return []
    labels = {scale.id: scale.label for scale in instrument.subscales}
    said: list[Message] = [
        say(
            "factor_cfa.pair",
            first=labels[row["lhs"]],
            second=labels[row["rhs"]],
            r=Number(value=row["standardized"], role="r", n=fit.n_used),
            interval=Interval(low=row["standardized_conf_low"], high=row["standardized_conf_high"], role="r"),
        )
        for _, row in pairs.iterrows()
    ]
    sentence = say("factor_cfa.correlations", level=percent_words(conf_level), pairs=said)
    return [Sentence(id="factor.cfa.correlations", parts=[sentence])]


def modification_blocks(study: Study, fit: CfaResult) -> list[Block]:
    """The largest modification indices: where the model and the answers differ most, and why not to follow them."""
    if fit.status == "not_computable" or fit.modification_indices.empty:
        return []
    largest = fit.modification_indices.head(MOST_INDICES)
    rows = [
        Row(
            cells=[
                _term_words(study, str(row["term"])),
                Number(value=row["statistic"], role="statistic"),
                Number(value=row["p_value"], role="p"),
                Number(value=row["epc_standardized"], role="coefficient"),
            ]
        )
        for _, row in largest.iterrows()
    ]
    table = Table(
        id="factor.cfa.modification",
        title=say("factor_cfa.modification_title", k=len(rows)),
        columns=[
            Column(role="term", header=say("factor_cfa.column_term"), align="left"),
            Column(role="statistic", header=say("factor_cfa.column_modification")),
            Column(role="p_value", header=say("common.column_p")),
            Column(role="epc_standardized", header=say("factor_cfa.column_epc")),
        ],
        rows=rows,
        notes=[say("factor_cfa.modification_note", k=len(fit.modification_indices))],
        n=fit.n_used,
    )
    return [table]


def _term_words(study: Study, term: str) -> Message:
    """A term of the model in words: two items left with something in common, or an item on another factor."""
    first, operator, second = term.split(" ", 2)
    if operator == "=~":
        return say("factor_cfa.term_loading", factor=_name(study, first), item=_name(study, second))
    return say("factor_cfa.term_residual", first=_name(study, first), second=_name(study, second))


def _name(study: Study, name: str) -> Words:
    for instrument in study.instruments:
        if any(item.name == name for item in instrument.items):
            return item_label(study, name)
        for scale in instrument.scales:
            if scale.id == name:
                return scale.label
    return name
