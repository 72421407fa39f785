"""Test-retest reliability of a score, and the smallest change of one respondent that is more than its error."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import pandas as pd
from scipy import stats

from ...results import Reason, Result
from ..inputs import check_choice, check_level, numbers
from .icc import intraclass_correlations

Form = Literal["agreement", "consistency"]

_FEWEST = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class RetestIcc(Result):
    """Intraclass correlation of two measurements of the same respondents.

    estimate, conf_low, conf_high, statistic, df, df_denominator, p_value: of the form asked for. mean_change: second
    less first, with its standard error sd(change) / sqrt(n) in mean_change_std_error. sem: standard error of
    measurement in the score's unit; smallest_detectable_change: z sqrt(2) sem.
    """

    estimate: float
    conf_low: float
    conf_high: float
    statistic: float
    df: float
    df_denominator: float
    p_value: float
    form: str
    mean_change: float
    mean_change_std_error: float
    sem: float
    smallest_detectable_change: float

    def tidy(self) -> pd.DataFrame:
        """Rows icc (with conf_low, conf_high, statistic, df, df_denominator, p_value), sem,
        smallest_detectable_change: term, estimate, n."""
        nothing = dict.fromkeys(("conf_low", "conf_high", "statistic", "df", "df_denominator", "p_value"), math.nan)
        interval = {name: getattr(self, name) for name in nothing}
        values = {"sem": self.sem, "smallest_detectable_change": self.smallest_detectable_change}
        rows = [{"term": "icc", "estimate": self.estimate, **interval}]
        rows += [{"term": term, "estimate": value, **nothing} for term, value in values.items()]
        return pd.DataFrame(rows).assign(n=self.n_used)


def retest_icc(first: pd.Series, second: pd.Series, *, form: Form = "agreement", conf_level: float = 0.95) -> RetestIcc:
    """Test-retest intraclass correlation of one score measured twice with nothing in between.

    first, second: scores by respondent, aligned by index, NaN missing; only those measured twice are used. form:
    "agreement", ICC2 of intraclass_correlations, which a shift of everybody lowers; "consistency", ICC3, which it does
    not. With the mean squares of occasions (J) and residual (E), sem^2 = E + max(0, J - E) / n for agreement and E for
    consistency; smallest_detectable_change = z sqrt(2) sem at conf_level. Not computable: too_few_rows (below 3
    measured twice), zero_variance, units_without_variation. Flagged: no_disagreement. Raises ValueError for a wrong
    call. Reference: McGraw & Wong (1996), doi:10.1037/1082-989X.1.1.30; de Vet, Terwee, Knol & Bouter (2006),
    doi:10.1016/j.jclinepi.2005.10.015. R: psych::ICC(cbind(first, second), lmer = FALSE), rows ICC2 and ICC3.
    """
    check_choice(form, "form", get_args(Form))
    check_level(conf_level)
    for name, scores in (("first", first), ("second", second)):
        if not isinstance(scores, pd.Series) or not scores.index.is_unique:
            raise ValueError(f"{name}: a Series with one score a respondent expected")
    both = numbers(pd.concat({"first": first, "second": second}, axis=1), "scores")
    complete = both.dropna()
    n = len(complete)
    found = intraclass_correlations(complete, conf_level=conf_level)
    reasons, computable = found.reasons, found.status != "not_computable"
    if n < _FEWEST:
        reasons, computable = (Reason("too_few_rows", {"n_used": n, "minimum": _FEWEST}),), False
    rows = found.tidy().set_index("term").loc["ICC2" if form == "agreement" else "ICC3", list(_COLUMNS)]
    values = dict(zip(_COLUMNS, rows.astype(float), strict=True)) if computable else dict.fromkeys(_COLUMNS, math.nan)
    sem = mean_change = change_error = math.nan
    if computable:
        shift = max(0.0, found.ms_raters - found.ms_residual) / n if form == "agreement" else 0.0
        sem = math.sqrt(found.ms_residual + shift)
        change = complete["second"] - complete["first"]
        mean_change, change_error = float(change.mean()), float(change.std()) / math.sqrt(n)
    return RetestIcc(
        n_used=n,
        n_dropped=len(both) - n,
        method=f"Test-retest intraclass correlation, {form}, measured twice",
        conf_level=conf_level,
        status="not_computable" if not computable else found.status,
        reasons=reasons,
        **values,
        form=form,
        mean_change=mean_change,
        mean_change_std_error=change_error,
        sem=sem,
        smallest_detectable_change=float(stats.norm.ppf((1 + conf_level) / 2)) * math.sqrt(2) * sem,
    )


_COLUMNS = ("estimate", "conf_low", "conf_high", "statistic", "df", "df_denominator", "p_value")
