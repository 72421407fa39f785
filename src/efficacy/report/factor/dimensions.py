"""Adequacy, number of factors and the factor solution: tables and what is said about them."""

from __future__ import annotations

from ...instruments import Instrument
from ...params import FactorParams
from ...psychometrics import Factorability, FactorSolution, MinimumAveragePartial, ParallelAnalysis
from ...results import Result
from ...study import Study
from ..blocks import Column, Row, Sentence, Table
from ..labels import item_label
from ..numbers import Number
from ..rules import KAISER_1974
from ..wording import Message, Words, reasons_of, say
from .choices import instrument_of, n_factors_of

FEW_FOR_FIT = 300  # below it the sampling error of fit indices is as large as the usual limits
SALIENT_LOADING = 0.32  # Tabachnick & Fidell: about a tenth of an item's variance


def factorability_sentence(adequacy: Factorability) -> Sentence:
    """KMO with its rule, Bartlett's test, and the item with the lowest adequacy."""
    if adequacy.status == "not_computable":
        return not_computable("factor.adequacy", adequacy)
    parts = [adequacy_words(adequacy), say("factor.adequacy_meaning"), *reasons_of(adequacy)]
    return Sentence(id="factor.adequacy", parts=parts)


def adequacy_words(adequacy: Factorability) -> Message:
    """KMO with its rule and Bartlett's test, where they could be computed."""
    return say(
        "factor.adequacy_sentence",
        n=adequacy.n_used,
        kmo=Number(value=adequacy.kmo, role="coefficient", n=adequacy.n_used),
        label=KAISER_1974.label(adequacy.kmo),
        rule=KAISER_1974.source,
        chisq=Number(value=adequacy.bartlett_chisq, role="statistic", df=adequacy.bartlett_df),
        df=Number(value=adequacy.bartlett_df, role="df"),
        p=Number(value=adequacy.bartlett_p_value, role="p_text"),
    )


def not_computable(block_id: str, result: Result) -> Sentence:
    """What stands in the place of a result that these data cannot support: the reasons."""
    return Sentence(id=block_id, parts=[say("factor.not_computable"), *reasons_of(result)], tone="caution")


def number_of_factors_table(parallel: ParallelAnalysis, average_partial: MinimumAveragePartial) -> Table:
    """What each rule says, side by side."""
    rows = [
        Row(
            cells=[
                say(f"factor.rule_parallel_{parallel.basis}", percentile=f"{parallel.percentile:g}"),
                Number(value=parallel.n_factors, role="count", tolerance="resampled"),
            ]
        ),
        Row(cells=[say("factor.rule_map_squared"), Number(value=average_partial.n_factors, role="count")]),
        Row(cells=[say("factor.rule_map_fourth"), Number(value=average_partial.n_factors_fourth, role="count")]),
    ]
    return Table(
        id="factor.number",
        title=say("factor.number_title"),
        columns=[
            Column(role="method", header=say("factor.column_rule"), align="left"),
            Column(role="n_factors", header=say("factor.column_n_factors")),
        ],
        rows=rows,
        notes=[say("factor.number_note"), *reasons_of(parallel), *reasons_of(average_partial)],
        n=parallel.n_used,
    )


def number_of_factors_sentence(study: Study, params: FactorParams, parallel: ParallelAnalysis) -> Sentence:
    """What the rules say against what the questionnaire claims, and what this n can show."""
    instrument = instrument_of(study, params)
    if parallel.status == "not_computable":
        return not_computable("factor.number.sentence", parallel)
    claimed = len(instrument.subscales)
    key = "fewer" if parallel.n_factors < claimed else "same" if parallel.n_factors == claimed else "more"
    compared = say(
        f"factor.number_{key}",
        n=parallel.n_used,
        n_items=len(instrument.items),
        found=parallel.n_factors,
        claimed=claimed,
    )
    parts: list[Words] = [compared, say("factor.number_extracted", n_factors=n_factors_of(study, params))]
    return Sentence(id="factor.number.sentence", parts=parts, tone="caution" if key != "same" else "plain")


def loadings_table(study: Study, instrument: Instrument, solution: FactorSolution) -> Table:
    """Pattern loadings and communalities, items under the scale they are meant for."""
    factors = list(solution.loadings.columns)
    rows: list[Row] = []
    for scale in instrument.subscales:
        rows.append(Row(cells=[scale.label, *[None] * (len(factors) + 1)], heading=True))
        for number in scale.items:
            name = instrument.item(number).name
            if name not in solution.loadings.index:
                continue
            loadings = solution.loadings.loc[name].to_dict()
            rows.append(
                Row(
                    cells=[
                        item_label(study, name),
                        *(Number(value=loadings[factor], role="coefficient") for factor in factors),
                        Number(value=float(solution.communalities[name]), role="coefficient"),
                    ]
                )
            )
    return Table(
        id="factor.loadings",
        title=say(
            "factor.loadings_title",
            extraction=say(f"factor.extraction_{solution.extraction}"),
            rotation=say(f"factor.rotation_{solution.rotation}"),
        ),
        columns=[
            Column(role="item", header=say("common.column_item"), align="left"),
            *(Column(role=f"loading {factor}", header=factor) for factor in factors),
            Column(role="communality", header=say("factor.column_communality")),
        ],
        rows=rows,
        notes=[say("factor.loadings_note", n=solution.n_used), *reasons_of(solution)],
        n=solution.n_used,
        method=solution.method,
    )


def variance_table(solution: FactorSolution) -> Table:
    """Variance explained by each factor, and the correlations among factors."""
    factors = list(solution.loadings.columns)
    rows = [
        Row(
            cells=[
                str(row["factor"]),
                Number(value=row["ss_loadings"], role="score"),
                Number(value=row["share"], role="percent"),
                Number(value=row["cumulative"], role="percent"),
                *(
                    Number(value=solution.factor_correlations.loc[row["factor"], other], role="coefficient")
                    for other in factors
                ),
            ]
        )
        for _, row in solution.variance.iterrows()
    ]
    return Table(
        id="factor.variance",
        title=say("factor.variance_title"),
        columns=[
            Column(role="factor", header=say("factor.column_factor"), align="left"),
            Column(role="ss_loadings", header=say("factor.column_ss")),
            Column(role="share", header=say("factor.column_share")),
            Column(role="cumulative", header=say("factor.column_cumulative")),
            *(
                Column(role=f"correlation {factor}", header=say("factor.column_r_with", factor=factor))
                for factor in factors
            ),
        ],
        rows=rows,
        n=solution.n_used,
        method=solution.method,
    )


def fit_sentence(solution: FactorSolution) -> Sentence:
    """How well the solution reproduces the correlations, and what such indices are worth at this n."""
    if solution.status == "not_computable":
        return not_computable("factor.fit", solution)
    parts: list[Words] = [
        say(
            "factor.fit_sentence",
            chisq=Number(value=solution.chisq, role="statistic", df=solution.df, tolerance="iterative"),
            df=Number(value=solution.df, role="df"),
            p=Number(value=solution.p_value, role="p_text"),
            rmsea=Number(value=solution.rmsea, role="coefficient", tolerance="iterative"),
            tli=Number(value=solution.tli, role="coefficient", tolerance="iterative"),
            bic=Number(value=solution.bic, role="score", tolerance="iterative"),
        ),
        say("factor.fit_caution", n=solution.n_used) if solution.n_used < FEW_FOR_FIT else say("factor.fit_enough"),
        *reasons_of(solution),
    ]
    return Sentence(id="factor.fit", parts=parts)


def placement_sentence(study: Study, instrument: Instrument, solution: FactorSolution) -> Sentence:
    """Which items load on another factor than the rest of their scale."""
    if solution.status == "not_computable":
        return not_computable("factor.placement", solution)
    strongest = solution.loadings.abs().idxmax(axis=1)
    weak = [str(name) for name, row in solution.loadings.abs().iterrows() if row.max() < SALIENT_LOADING]
    elsewhere: list[str] = []
    for scale in instrument.subscales:
        names = [instrument.item(number).name for number in scale.items]
        home = strongest.reindex(names).dropna().mode().iloc[0]
        elsewhere += [name for name in names if name in strongest and strongest[name] != home and name not in weak]
    limit = Number(value=SALIENT_LOADING, role="r")
    parts: list[Words] = []
    if elsewhere:
        parts.append(say("factor.items_elsewhere", items=[item_label(study, name) for name in elsewhere]))
    if weak:
        parts.append(say("factor.items_without_factor", items=[item_label(study, name) for name in weak], limit=limit))
    return Sentence(id="factor.placement", parts=parts or [say("factor.items_in_place", limit=limit)])
