"""The descriptive report's answer on one screen."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ...effects import LevelComparison
from ...params import DescriptiveParams
from ...study import Study
from ..blocks import FirstPage, PageRow
from ..labels import scale_label, wave_label
from ..numbers import Interval, Number
from ..shared import percent_words, row_of
from ..wording import Message, Words, say
from .choices import scale_of, wave_of
from .differences import difference_words
from .level import level_words, rule_words, unit_words


def first_page(
    study: Study,
    params: DescriptiveParams,
    scores: pd.DataFrame,
    levels: Mapping[str, LevelComparison],
    differences: pd.DataFrame,
) -> FirstPage:
    """Question, sample, method, result, caution, sentence to paste and what may not be concluded.

    scores: as describe_scores describes the scales; levels: against the declared reference, by scale; differences: as
    compare_by returns them.
    """
    scale = scale_of(study, params)
    level = levels.get(scale)
    described = row_of(scores, "scale", scale)
    instrument = study.instrument_of(scale)
    return FirstPage(
        id="descriptive.first_page",
        title=say("descriptive.title"),
        subtitle=[
            study.site.title,
            wave_label(study, wave_of(study, params)),
            instrument.title if instrument else scale_label(study, scale),
        ],
        rows=[
            PageRow(heading=say("common.page_question"), parts=[_question(study, scale, differences)]),
            PageRow(heading=say("common.page_sample"), parts=_sample(study, scale, int(described["n"]))),
            PageRow(heading=say("common.page_method"), parts=_method(params, level, differences)),
            PageRow(heading=say("common.page_result"), parts=[_result(study, params, described, level)], tone="result"),
            *_groups(study, params, differences),
            PageRow(
                heading=say("common.page_caution"), parts=_cautions(study, params, level, differences), tone="caution"
            ),
            PageRow(
                heading=say("common.page_paste"),
                parts=_paste(study, params, described, level, differences),
                tone="paste",
            ),
            PageRow(heading=say("common.page_not_concluded"), parts=[_not_concluded(params, level)]),
        ],
    )


def _question(study: Study, scale: str, differences: pd.DataFrame) -> Message:
    groups = "" if differences.empty else "_groups"
    needs = "_needs" if study.site.plan is not None else ""
    return say(
        f"descriptive.question{groups}{needs}", population=study.site.population, scale=scale_label(study, scale)
    )


def _sample(study: Study, scale: str, n: int) -> list[Words]:
    asked = study.site.flow.approached
    key = "page_sample" if asked is None else "page_sample_asked"
    return [
        say(
            f"descriptive.{key}", asked=asked or 0, total=len(study.participants), n=n, scale=scale_label(study, scale)
        ),
        say(f"descriptive.page_sampling_{study.site.sampling}"),
    ]


def _method(params: DescriptiveParams, level: LevelComparison | None, differences: pd.DataFrame) -> list[Words]:
    parts: list[Words] = [say("descriptive.method_describe", level=percent_words(params.conf_level))]
    if level is not None:
        parts.append(say("descriptive.method_level", rule=rule_words(params)))
    if not differences.empty:
        parts.append(say("descriptive.method_groups", k=len(differences)))
    if params.regression_predictors:
        parts.append(say("descriptive.method_regression"))
    return parts


def _result(study: Study, params: DescriptiveParams, described: pd.Series, level: LevelComparison | None) -> Message:
    scale = scale_of(study, params)
    return level_words(study, params, scale, level) if level else _described(study, params, scale, described)


def _groups(study: Study, params: DescriptiveParams, differences: pd.DataFrame) -> list[PageRow]:
    """Who differs, below the level and less loud than it."""
    return [] if differences.empty else [PageRow(heading="", parts=difference_words(study, params, differences))]


def _described(study: Study, params: DescriptiveParams, scale: str, described: pd.Series) -> Message:
    n = int(described["n"])
    return say(
        "descriptive.described",
        scale=scale_label(study, scale),
        unit=unit_words(study, scale),
        n=n,
        mean=Number(value=described["mean"], role="score", n=n),
        sd=Number(value=described["sd"], role="score", n=n),
        level=percent_words(params.conf_level),
        interval=Interval(low=described["conf_low"], high=described["conf_high"], role="score"),
    )


def _cautions(
    study: Study, params: DescriptiveParams, level: LevelComparison | None, differences: pd.DataFrame
) -> list[Words]:
    parts: list[Words] = [] if level is None else [say(f"descriptive.limit_{params.level_rule}")]
    n = level.n_used if level else len(study.participants)
    parts.append(say(f"descriptive.limit_{study.site.sampling}", n=n))
    return parts if differences.empty else [*parts, say("descriptive.differences_not_causes")]


def _paste(
    study: Study,
    params: DescriptiveParams,
    described: pd.Series,
    level: LevelComparison | None,
    differences: pd.DataFrame,
) -> list[Words]:
    scale = scale_of(study, params)
    parts: list[Words] = [_described(study, params, scale, described)]
    if level is not None and level.status != "not_computable":
        key = "below" if level.conf_high < 0 else "above" if level.conf_low > 0 else "undecided"
        parts.append(
            say(
                f"descriptive.paste_{key}",
                rule=rule_words(params),
                reference=Number(value=level.reference, role="score"),
                difference=Number(value=level.difference, role="score", n=level.n_used),
                level=percent_words(params.conf_level),
                interval=Interval(low=level.conf_low, high=level.conf_high, role="score"),
            )
        )
        parts.append(say(f"descriptive.paste_limit_{params.level_rule}"))
    if not differences.empty:
        parts += difference_words(study, params, differences)[1:]
    return parts


def _not_concluded(params: DescriptiveParams, level: LevelComparison | None) -> Message:
    return say("descriptive.not_concluded" if level is None else f"descriptive.not_concluded_{params.level_rule}")
