"""What every statistic returns: raw numbers, how many rows they rest on, and why not where there are none."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd

Status = Literal["ok", "flagged", "not_computable"]

_SCALARS = (int, float, str, np.integer, np.bool_)  # numpy's floats are floats, its whole numbers are not int

COLUMNS: Mapping[str, str] = {
    # data
    "participant_id": "pseudonym of one child, text",
    "site": "study site",
    "wave": "measurement occasion, as declared in the parameters",
    "arm": "group a child belongs to, as declared in the parameters",
    "item": "item of an instrument",
    "scale": "scale of an instrument",
    "response": "answer as given, before reverse scoring",
    "score": "scale score in the instrument's own unit",
    "n_answered": "answered items behind a score",
    # statistics
    "term": "what a row's estimate is of",
    "level": "level of a grouping variable",
    "estimate": "point estimate",
    "std_error": "standard error",
    "statistic": "test statistic",
    "df": "degrees of freedom",
    "df_denominator": "second degrees of freedom of an F statistic",
    "p_value": "two-sided p unless the method says otherwise",
    "p_value_adjusted": "p after the named correction for several tests",
    "p_value_permutation": "p over the draws a permutation test allows",
    "conf_low": "lower end of the interval at conf_level",
    "conf_high": "upper end of the interval at conf_level",
    "n": "children behind this row",
    "n_used": "rows used after deletion",
    "n_dropped": "rows dropped by deletion",
    "method": "name of the method",
    "conf_level": "confidence level of the intervals",
    "status": "ok, flagged or not_computable",
    "mean": "arithmetic mean",
    "sd": "standard deviation, n - 1",
    "median": "middle of the ordered values",
    "minimum": "lowest value observed",
    "maximum": "highest value observed",
    "share": "share of the children behind this row, 0 to 1",
    "variable": "grouping variable or predictor a row is about",
    "standardized": "estimate in standard deviations",
    # change
    "retest_r": "correlation of a score with itself at a second testing without a programme",
    "expected_gain": "gain expected from regression to the mean alone",
    "delta": "adjusted change in standard deviations of the survey",
    # psychometrics
    "loading": "factor loading (pattern)",
    "communality": "variance of an item shared with the factors",
    "uniqueness": "1 - communality",
    "item_rest_r": "correlation of an item with the sum of the others",
    "alpha_if_dropped": "alpha of the scale without this item",
    "kmo": "Kaiser-Meyer-Olkin measure of sampling adequacy",
    "msa": "measure of sampling adequacy of one item",
    "chisq": "chi-square",
    "cfi": "comparative fit index",
    "tli": "Tucker-Lewis index",
    "rmsea": "root mean square error of approximation",
    "srmr": "standardised root mean square residual",
}
"""The vocabulary of columns. A column that only one statistic has (skewness, observed, ...) is described there; with
the ending _std_error, _conf_low or _conf_high a name is that quantity's own."""


@dataclass(frozen=True)
class Reason:
    """Why a result is flagged or not computable: the key of a sentence (``reasons.<key>``) and what fills it."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, eq=False)
class Result:
    """Base of every statistic's result.

    n_used, n_dropped: rows after and lost to deletion. method: name of the method. conf_level: of its intervals, None
    where it has none. status: "ok"; "flagged", usable with the reasons beside it; "not_computable", numbers are NaN
    and the reasons say why. Floats are raw: never rounded, never text.
    """

    n_used: int
    n_dropped: int
    method: str
    conf_level: float | None = None
    status: Status = "ok"
    reasons: tuple[Reason, ...] = ()

    def glance(self) -> pd.DataFrame:
        """Exactly one row: every field that is one number, word or truth value; no column for a field that is None."""
        values = {declared.name: getattr(self, declared.name) for declared in dataclasses.fields(self)}
        return pd.DataFrame([{name: value for name, value in values.items() if isinstance(value, _SCALARS)}])

    def tidy(self) -> pd.DataFrame:
        """One row per parameter, in the names of COLUMNS."""
        raise NotImplementedError(f"{type(self).__name__} has no table of parameters")
