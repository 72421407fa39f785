"""Small things more than one report's tables and sentences need."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from ..params import ParameterFile, ReportParams, Site
from ..psychometrics import Reliability
from ..results import Result
from ..study import Study
from .blocks import Column, Sentence
from .labels import scale_label
from .numbers import Interval, Number
from .wording import Message, Words, reasons_of, say


def percent_words(share: float) -> str:
    """A declared share as people write it: 0.95 is 95, 0.999 is 99.9."""
    return f"{100 * share:g}"


def conf_column(conf_level: float, *, role: str = "conf_low conf_high") -> Column:
    """The column of an interval, headed with its level: 95% CI."""
    return Column(role=role, header=say("common.column_interval", level=percent_words(conf_level)))


def smallest_shown(site: Site | ParameterFile, params: ReportParams) -> int:
    """Children a count must stand for to be shown: 1 unless the data are confidential and the report is shared."""
    hides = site.data_origin == "confidential" and params.profile != "internal"
    return site.minimum_cell if hides else 1


def count_words(n: int, *, smallest: int) -> Words | int:
    """A count of children for sentences and figures, or that it is too small to be said."""
    return say("common.fewer_than", k=smallest) if 0 < n < smallest else n


def row_of(frame: pd.DataFrame, column: str, value: str) -> pd.Series:
    """The one row of a table of results that is about this scale, item or term."""
    rows: pd.Series = frame[frame[column] == value].iloc[0]
    return rows


def share_cell(share: float, n: int, *, smallest: int) -> Number | Message:
    """A share of n children, or only a bound where fewer than the smallest shown count are inside or outside it."""
    if smallest > 1 and n > 0:
        inside = round(share * n)
        if inside < smallest:
            return say("common.share_under", bound=Number(value=smallest / n, role="percent"))
        if n - inside < smallest:
            return say("common.share_over", bound=Number(value=1 - smallest / n, role="percent"))
    return Number(value=share, role="percent", n=n)


def estimate_words(estimate: Number, low: float, high: float) -> Message:
    """An estimate with its interval in brackets, in the estimate's own role."""
    return say("common.estimate_interval", estimate=estimate, interval=Interval(low=low, high=high, role=estimate.role))


def alpha_words(study: Study, scale: str, alpha: Reliability) -> Message:
    """A scale's alpha with its interval, as one entry of a list."""
    return say(
        "common.alpha_of",
        scale=scale_label(study, scale),
        alpha=Number(value=alpha.estimate, role="coefficient", n=alpha.n_used),
        interval=Interval(low=alpha.conf_low, high=alpha.conf_high, role="coefficient"),
    )


def distinct_reasons(results: Iterable[Result]) -> list[Message]:
    """The reasons of several results, each sentence once, in order."""
    found: list[Message] = []
    for result in results:
        found += [reason for reason in reasons_of(result) if reason not in found]
    return found


def absent(part: str) -> Sentence:
    """One sentence for a part of a report that this site has no data for."""
    return Sentence(id=f"absent.{part}", parts=[say(f"absent.{part}")], tone="caution")
