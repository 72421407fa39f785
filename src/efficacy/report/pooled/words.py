"""Names and numbers this report says again and again, each with its role."""

from __future__ import annotations

from typing import Any

from ..intervention.words import unit_label
from ..labels import scale_label, score_range
from ..numbers import Interval, Number, Role
from ..shared import percent_words
from ..wording import Message, Words, say
from .cases import label_of, scale_of
from .evaluation import Evaluation


def size(evaluation: Evaluation, value: float, *, n: int | None = None, df: float | None = None) -> Number:
    """A change in the unit of the pooling."""
    return Number(value=value, role=_role(evaluation), n=n, df=df)


def ends(evaluation: Evaluation, low: float, high: float) -> Interval:
    return Interval(low=low, high=high, role=_role(evaluation))


def retest(r: float) -> Number:
    return Number(value=r, role="r")


def share(value: float) -> Number:
    return Number(value=value, role="percent")


def level(evaluation: Evaluation) -> str:
    """The confidence level as people write it."""
    return percent_words(evaluation.params.conf_level)


def outcome_label(evaluation: Evaluation) -> Words:
    first = evaluation.study.studies[0]
    return scale_label(first, scale_of(evaluation.study, first, evaluation.params))


def outcome_title(evaluation: Evaluation) -> Words:
    """The outcome with its unit and range; its name alone where questionnaires differ."""
    if evaluation.unit == "standardised":
        return say("pooled_page.subtitle_standardised", outcome=outcome_label(evaluation))
    first = evaluation.study.studies[0]
    scale = scale_of(evaluation.study, first, evaluation.params)
    low, high = score_range(first, scale)
    return say(
        "pooled_page.subtitle_outcome",
        outcome=outcome_label(evaluation),
        unit=unit_label(first, scale),
        low=f"{low:g}",
        high=f"{high:g}",
    )


def unit_words(evaluation: Evaluation) -> Message:
    """What a change is counted in."""
    return say(f"pooled.unit_{evaluation.unit}")


def site_label(evaluation: Evaluation, site: str) -> Words:
    return label_of(evaluation.study, site)


def site_labels(evaluation: Evaluation) -> list[Words]:
    return [site_label(evaluation, site.name) for site in evaluation.study.file.sites]


def pooled_fields(evaluation: Evaluation) -> dict[str, Any]:
    """The fields estimate, unit, level, interval and prediction of a sentence."""
    main = evaluation.main
    return {
        "estimate": size(evaluation, main.estimate, n=main.n_used, df=main.df),
        "unit": unit_words(evaluation),
        "level": level(evaluation),
        "interval": ends(evaluation, main.conf_low, main.conf_high),
        "prediction": ends(evaluation, main.pred_low, main.pred_high),
    }


def _role(evaluation: Evaluation) -> Role:
    return "score" if evaluation.unit == "raw" else "effect"
