"""Names and numbers this report says again and again, each with its role."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from ...results import Result
from ...study import Study
from ..labels import arm_label, scale_label, score_range, wave_label
from ..numbers import Interval, Number
from ..shared import percent_words
from ..wording import Message, Words, reasons_of, say
from .case import Case


def points(value: float, *, n: int | None = None) -> Number:
    """A score, or a difference of scores, in the scale's own unit."""
    return Number(value=value, role="score", n=n)


def interval(low: float, high: float) -> Interval:
    return Interval(low=low, high=high, role="score")


def retest(r: float) -> Number:
    return Number(value=r, role="r")


def share(value: float) -> Number:
    return Number(value=value, role="percent")


def per_hundred(value: float) -> Number:
    """A share said as "so many of 100"."""
    return Number(value=100 * value, role="count", tolerance="resampled")


def level(case: Case) -> str:
    """The confidence level as people write it."""
    return percent_words(case.params.conf_level)


def estimate(case: Case, value: float, low: float, high: float) -> dict[str, Any]:
    """The fields estimate, level and interval of a sentence."""
    return {"estimate": points(value), "level": level(case), "interval": interval(low, high)}


def unit_label(study: Study, scale: str) -> Message:
    """The unit of a scale's score: item mean, sum, or a ready-made score."""
    instrument = study.instrument_of(scale)
    return say(f"intervention.unit_{instrument.scale(scale).scoring if instrument else 'ready'}")


def outcome_label(case: Case) -> Words:
    return scale_label(case.study, case.outcome)


def outcome_title(case: Case) -> Message:
    """The primary outcome with its unit and range."""
    low, high = score_range(case.study, case.outcome)
    return say(
        "intervention_page.subtitle_outcome",
        outcome=outcome_label(case),
        unit=unit_label(case.study, case.outcome),
        low=f"{low:g}",
        high=f"{high:g}",
    )


def waves(case: Case) -> dict[str, Words]:
    """The fields pre and post of a sentence."""
    return {"pre": wave_label(case.study, case.baseline), "post": wave_label(case.study, case.post)}


def baseline_label(case: Case) -> Words:
    """What was known before, as a covariate: the first score of the same scale, or the other test by its name."""
    return (
        say("intervention.first_score", **waves(case))
        if case.same_test
        else scale_label(case.study, case.baseline_outcome)
    )


def comparison_label(case: Case) -> Words:
    """The arm everything is compared with, by the name the parameters give it."""
    categories = case.arm.cat.categories
    return arm_label(case.study, str(categories[0])) if len(categories) else say("intervention.others")


def treated_labels(case: Case) -> list[Words]:
    return [arm_label(case.study, str(arm)) for arm in case.arm.cat.categories[1:]]


def distinct(results: Iterable[Result]) -> list[Message]:
    """Why results are flagged or not computable, every reason once."""
    return list({reason.key: reason for result in results for reason in reasons_of(result)}.values())


def row_where(frame: pd.DataFrame, column: str, value: object) -> pd.Series:
    """The one row of a table of results that is about this term, level or retest correlation."""
    row: pd.Series = frame[frame[column] == value].iloc[0]
    return row
