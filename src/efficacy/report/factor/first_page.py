"""The factor report's answer on one screen."""

from __future__ import annotations

from collections.abc import Mapping

from ...instruments import Instrument
from ...params import FactorParams
from ...psychometrics import Factorability, FactorSolution, ParallelAnalysis, Reliability
from ...study import Study
from ..blocks import FirstPage, PageRow
from ..labels import scale_label, wave_label
from ..numbers import Interval, Number
from ..rules import KAISER_1974
from ..wording import Message, Words, say
from .choices import instrument_of, n_factors_of, wave_of

FEW_PER_ITEM = 10  # the common rule of thumb of ten respondents an item; below it the report warns


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
    n_items = len(instrument.items)
    n_answered = len(study.item_table(wave, instrument.id))
    reliability = [_alpha(study, scale, alpha) for scale, alpha in alphas.items()]
    structure = _structure(instrument, parallel, solution)
    return FirstPage(
        id="factor.first_page",
        title=study.site.title,
        subtitle=[instrument.title, wave_label(study, wave)],
        rows=[
            PageRow(
                heading=say("common.page_question"),
                parts=[say("factor.page_question", title=instrument.title, n_scales=len(instrument.subscales))],
            ),
            PageRow(
                heading=say("common.page_sample"),
                parts=[
                    say(
                        "factor.page_sample",
                        population=study.site.population,
                        n=n_answered,
                        complete=solution.n_used,
                        n_items=n_items,
                    )
                ],
            ),
            PageRow(heading=say("common.page_method"), parts=[_method(study, params, parallel)]),
            PageRow(
                heading=say("common.page_result"),
                parts=[say("factor.page_alphas", alphas=reliability), structure],
                tone="result",
            ),
            PageRow(heading=say("common.page_caution"), parts=_cautions(instrument, solution), tone="caution"),
            PageRow(
                heading=say("common.page_paste"),
                parts=[
                    say(
                        "factor.page_paste_reliability",
                        n=solution.n_used,
                        level=f"{100 * params.conf_level:g}",
                        alphas=reliability,
                    ),
                    *_adequacy(adequacy),
                    structure,
                ],
                tone="paste",
            ),
            PageRow(
                heading=say("common.page_not_concluded"),
                parts=[say("factor.page_not_concluded"), say("factor.alpha_not_retest")],
            ),
        ],
    )


def _alpha(study: Study, scale: str, alpha: Reliability) -> Message:
    return say(
        "factor.page_alpha",
        scale=scale_label(study, scale),
        alpha=Number(value=alpha.estimate, role="coefficient", n=alpha.n_used),
        interval=Interval(low=alpha.conf_low, high=alpha.conf_high, role="coefficient"),
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


def _adequacy(adequacy: Factorability) -> list[Words]:
    if adequacy.status == "not_computable":
        return []
    return [
        say(
            "factor.adequacy_sentence",
            n=adequacy.n_used,
            kmo=Number(value=adequacy.kmo, role="coefficient", n=adequacy.n_used),
            label=KAISER_1974.label(adequacy.kmo),
            rule=KAISER_1974.source,
            chisq=Number(value=adequacy.bartlett_chisq, role="statistic", df=adequacy.bartlett_df),
            df=Number(value=adequacy.bartlett_df, role="df"),
            p=Number(value=adequacy.bartlett_p_value, role="p_text"),
        )
    ]


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
    return [*parts, *instrument.cautions]
