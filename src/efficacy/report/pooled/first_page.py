"""The answer on one screen: what several sites say together, and what they do not."""

from __future__ import annotations

from ..blocks import FirstPage, PageRow
from ..wording import Words, say
from .cases import site_of
from .evaluation import Evaluation
from .limits import not_concluded
from .result import result_parts
from .words import (
    outcome_label,
    outcome_title,
    pooled_fields,
    retest,
    site_label,
    site_labels,
    size,
    unit_words,
)


def first_page(evaluation: Evaluation) -> FirstPage:
    """Question, sample, method, result, cautions, a sentence to paste, and what may not be concluded."""
    return FirstPage(
        id="pooled.first_page",
        title=evaluation.study.file.pooled.title,
        subtitle=[say("pooled_page.title"), outcome_title(evaluation), say("pooled_page.k", k=len(evaluation.cases))],
        rows=[
            PageRow(heading=say("common.page_question"), parts=_question(evaluation)),
            PageRow(heading=say("common.page_sample"), parts=_sample(evaluation)),
            PageRow(heading=say("common.page_method"), parts=_method(evaluation)),
            PageRow(heading=say("common.page_result"), parts=result_parts(evaluation), tone="result"),
            PageRow(heading=say("common.page_caution"), parts=_cautions(evaluation), tone="caution"),
            PageRow(heading=say("common.page_paste"), parts=_paste(evaluation), tone="paste"),
            PageRow(heading=say("common.page_not_concluded"), parts=not_concluded(evaluation)),
        ],
    )


def _question(evaluation: Evaluation) -> list[Words]:
    return [say("pooled_page.question", k=len(evaluation.cases), outcome=outcome_label(evaluation))]


def _sample(evaluation: Evaluation) -> list[Words]:
    sites = [
        say(
            "pooled_page.sample_site",
            site=site_label(evaluation, site_of(case.study)),
            n_survey=len(case.own_survey),
            n=len(case.both_waves[0]),
        )
        for case in evaluation.cases
    ]
    totals = {
        "n_survey": sum(len(case.own_survey) for case in evaluation.cases),
        "n": sum(len(case.both_waves[0]) for case in evaluation.cases),
    }
    return [say("pooled_page.sample", k=len(sites), sites=sites, **totals)]


def _method(evaluation: Evaluation) -> list[Words]:
    params, main = evaluation.params, evaluation.main
    if evaluation.has_study:
        key = "transported" if params.retest_sd is not None else "study"
        parts: list[Words] = [say(f"pooled_page.method_{key}", r=retest(main.retest_r), n=params.retest_n or 0)]
    else:
        ends = {"lowest": retest(params.retest_lowest), "highest": retest(params.retest_highest)}
        parts = [say("pooled_page.method_range", r=retest(main.retest_r), **ends)]
    if evaluation.pooled:
        parts.append(say("pooled_page.method_pooled"))
        parts += [say("pooled_page.method_once")] if evaluation.has_study else []
    return [*parts, say(f"pooled_page.method_unit_{evaluation.unit}")]


def _cautions(evaluation: Evaluation) -> list[Words]:
    """Three at most: what is most easily overlooked when several small studies are put together."""
    k = len(evaluation.cases)
    if not evaluation.pooled:
        return [say("pooled_page.caution_refused", k=k), say("pooled_page.caution_drift")]
    parts: list[Words] = [say("pooled_page.caution_few", k=k)]
    over = evaluation.over_r
    if over.status != "not_computable":
        rows = over.tidy()
        parts.append(
            say(
                "pooled_page.caution_retest",
                lowest=retest(over.lowest),
                highest=retest(over.highest),
                low=size(evaluation, rows["estimate"].iloc[0]),
                high=size(evaluation, rows["estimate"].iloc[-1]),
                unit=unit_words(evaluation),
            )
        )
    return [*parts, say("pooled_page.caution_drift")]


def _paste(evaluation: Evaluation) -> list[Words]:
    main, params = evaluation.main, evaluation.params
    fields = {"k": len(evaluation.cases), "sites": site_labels(evaluation), "outcome": outcome_label(evaluation)}
    if not evaluation.pooled:
        return [say("pooled_page.paste_refused", **fields)]
    key = "study" if evaluation.has_study else "range"
    said = say(f"pooled_page.paste_{key}", **fields, r=retest(main.retest_r), n=params.retest_n or 0)
    verdict = "shown" if evaluation.shown else "not_shown"
    return [said, say(f"pooled_page.paste_result_{verdict}", **pooled_fields(evaluation))]
