"""The factor report's answer on one screen."""

from __future__ import annotations

from collections.abc import Mapping

from ...instruments import Instrument
from ...params import FactorParams
from ...psychometrics import Factorability, FactorSolution, ParallelAnalysis, Reliability
from ...study import Study
from ..blocks import FirstPage, PageRow
from ..labels import wave_label
from ..numbers import Number
from ..shared import alpha_words, percent_words
from ..wording import Message, Words, say
from .choices import instrument_of, n_factors_of, wave_of
from .dimensions import adequacy_words

FEW_PER_ITEM = 10  # the common rule of thumb of ten respondents an item; below it the report warns
FIRST_CAUTIONS = 1  # of the questionnaire's own; the rest stand with its table


def first_page(
    study: Study,
    params: FactorParams,
    *,
    alphas: Mapping[str, Reliability],
    adequacy: Factorability,
    parallel: ParallelAnalysis,
    solution: FactorSolution,
) -> FirstPage:
    """Question, sample, method, result, caution, sentence to paste and what may not be concluded."""
    instrument = instrument_of(study, params)
    wave = wave_of(study, params)
    reliability = [alpha_words(study, scale, alpha) for scale, alpha in alphas.items()]
    structure = _structure(instrument, parallel, solution)
    question = say("factor.page_question", title=instrument.title, n_scales=len(instrument.subscales))
    paste = say(
        "factor.page_paste_reliability",
        n=solution.n_used,
        level=percent_words(params.conf_level),
        alphas=reliability,
    )
    adequate = [adequacy_words(adequacy)] if adequacy.status != "not_computable" else []
    return FirstPage(
        id="factor.first_page",
        title=say("factor.title"),
        subtitle=[study.site.title, instrument.title, wave_label(study, wave)],
        rows=[
            PageRow(heading=say("common.page_question"), parts=[question]),
            PageRow(heading=say("common.page_sample"), parts=[_sample(study, wave, instrument, solution)]),
            PageRow(heading=say("common.page_method"), parts=[_method(study, params, parallel)]),
            PageRow(
                heading=say("common.page_result"),
                parts=[say("factor.page_alphas", alphas=reliability), structure],
                tone="result",
            ),
            PageRow(heading=say("common.page_caution"), parts=_cautions(instrument, solution), tone="caution"),
            PageRow(heading=say("common.page_paste"), parts=[paste, *adequate, structure], tone="paste"),
            PageRow(
                heading=say("common.page_not_concluded"),
                parts=[say("factor.page_not_concluded"), say("factor.alpha_not_retest")],
            ),
        ],
    )


def _sample(study: Study, wave: str, instrument: Instrument, solution: FactorSolution) -> Message:
    return say(
        "factor.page_sample",
        population=study.site.population,
        n=len(study.item_table(wave, instrument.id)),
        complete=solution.n_used,
        n_items=len(instrument.items),
    )


def _structure(instrument: Instrument, parallel: ParallelAnalysis, solution: FactorSolution) -> Message:
    if parallel.status == "not_computable":
        return say("factor.page_structure_none")
    return say("factor.page_structure", found=parallel.n_factors, claimed=len(instrument.subscales), n=solution.n_used)


def _method(study: Study, params: FactorParams, parallel: ParallelAnalysis) -> Message:
    return say(
        "factor.page_method",
        basis=say(f"factor.basis_{parallel.basis}"),
        percentile=f"{params.percentile:g}",
        iterations=params.n_iterations,
        extraction=say(f"factor.extraction_{params.extraction}"),
        rotation=say(f"factor.rotation_{params.rotation}"),
        n_factors=n_factors_of(study, params),
    )


def _cautions(instrument: Instrument, solution: FactorSolution) -> list[Words]:
    n_items = len(instrument.items)
    few = solution.n_used < FEW_PER_ITEM * n_items
    parts: list[Words] = [
        say(
            "factor.page_few" if few else "factor.page_enough",
            n=solution.n_used,
            n_items=n_items,
            ratio=Number(value=solution.n_used / n_items, role="score"),
        )
    ]
    return [*parts, *instrument.cautions[:FIRST_CAUTIONS]]
