"""One number from several studies, by random effects: its interval, what a further study would show, heterogeneity."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any, Literal, TypedDict, get_args

import numpy as np
import pandas as pd
from scipy import stats

from ..results import Reason, Result
from .distributions import t_interval, t_p_value
from .inputs import check_probability, complete_rows, numbers
from .linear import ESTIMATE_COLUMNS, Estimated
from .pooling_heterogeneity import (
    Floats,
    Heterogeneity,
    between_variance,
    generalised_q,
    i2_of,
    q_profile,
    typical_variance,
    weighted_mean,
)

PoolingTest = Literal["knapp_hartung", "modified_knapp_hartung", "z"]
"""z is narrower the fewer the studies; the modified form is never narrower than it would be with normal errors."""
FEWEST = 3
"""Studies below which no pooled number is given: an interval of two reaches 1.1 to 2.9 standard deviations each way."""

STUDY_COLUMNS = ("term", "estimate", "std_error", "conf_low", "conf_high", "weight")
LEFT_OUT_COLUMNS = ("left_out", "estimate", "std_error", "conf_low", "conf_high", "tau2", "i2")


@dataclass(frozen=True, kw_only=True, eq=False)
class PooledEffect(Result):
    """The mean of true effects over studies. n_used: studies.

    method: estimator of tau^2; test: of the mean. df: k - 1, NaN under z. tau2, i2 (0 to 1) with
    Q-profile intervals; h2: 1 / (1 - i2), of FE Q/(k - 1). q, q_p_value: Cochran's test on q_df. pred_low, pred_high:
    where the true effect of a further study would lie; NaN for FE, which supposes a single one.
    """

    test: PoolingTest
    estimate: float = math.nan
    std_error: float = math.nan
    statistic: float = math.nan
    df: float = math.nan
    p_value: float = math.nan
    conf_low: float = math.nan
    conf_high: float = math.nan
    pred_low: float = math.nan
    pred_high: float = math.nan
    tau2: float = math.nan
    tau2_conf_low: float = math.nan
    tau2_conf_high: float = math.nan
    i2: float = math.nan
    i2_conf_low: float = math.nan
    i2_conf_high: float = math.nan
    h2: float = math.nan
    q: float = math.nan
    q_df: int = 0
    q_p_value: float = math.nan
    studies: pd.DataFrame
    left_out: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """Rows pooled, prediction (interval alone) and tau2, columns ESTIMATE_COLUMNS."""
        nan = math.nan
        rows = [
            ("pooled", *(getattr(self, column) for column in ESTIMATE_COLUMNS[1:])),
            ("prediction", self.estimate, nan, nan, nan, nan, self.pred_low, self.pred_high),
            ("tau2", self.tau2, nan, nan, nan, nan, self.tau2_conf_low, self.tau2_conf_high),
        ]
        return pd.DataFrame(rows, columns=list(ESTIMATE_COLUMNS))

    def by_study(self) -> pd.DataFrame:
        """term (the study), estimate, std_error, conf_low, conf_high (normal), weight (sums to 1); ordered by name."""
        return self.studies.copy()

    def leave_one_out(self) -> pd.DataFrame:
        """left_out (the study), and what the others give: estimate, std_error, conf_low, conf_high, tau2, i2.

        No std_error and interval where that leaves two studies, unless two are computed.
        """
        return self.left_out.copy()


def pool_effects(
    estimates: pd.Series,
    std_errors: pd.Series,
    *,
    method: Heterogeneity = "PM",
    test: PoolingTest = "knapp_hartung",
    conf_level: float = 0.95,
    two_studies: Literal["refuse", "compute"] = "refuse",
) -> PooledEffect:
    """Random-effects mean of independent estimates of one kind and unit.

    estimates, std_errors: by study (index its name); a study without both is dropped. mu = sum w y / sum w, w = 1/(se^2
    + tau^2), tau^2 by ``method``. test "z": SE^2 = 1/sum w, normal; "knapp_hartung": SE^2 = q/sum w with q = sum w (y -
    mu)^2 / (k - 1), t on k - 1; "modified_knapp_hartung": the same with at least q = 1. Prediction: mu +- quantile *
    sqrt(SE^2 + tau^2). i2: tau^2/(tau^2 + s^2), s^2 the typical sampling variance; of FE (Q - k + 1)/Q. One study: not
    computable. Two: not computable either, unless two_studies="compute", which is arithmetic and no basis for a
    conclusion. Flagged where the Knapp-Hartung interval is narrower than the normal one, as equal estimates happen to
    make it, or the estimates do not differ at all. Raises ValueError for standard errors that are not positive or an
    unknown option.

    Paule & Mandel (1982), doi:10.6028/jres.087.022; Hartung & Knapp (2001), doi:10.1002/sim.1009; Knapp & Hartung
    (2003), doi:10.1002/sim.1482 (modified); Viechtbauer (2007), doi:10.1002/sim.2514. R: ``metafor::rma(y, sei = se,
    method = "PM", test = "knha")`` ("adhoc", "z"), ``confint``, ``predict``, ``leave1out``.
    """
    _check(method, test, two_studies)
    if method == "FE" and test != "z":
        raise ValueError("method='FE' supposes one true effect: test='z'")
    check_probability(conf_level, "conf_level")
    together, n_dropped = complete_rows(
        estimate=numbers(estimates, "estimates"), std_error=numbers(std_errors, "std_errors")
    )
    together = together.sort_index()
    if (together["std_error"] <= 0).any():
        raise ValueError("std_errors: positive numbers")
    y, v = together["estimate"].to_numpy(), together["std_error"].to_numpy() ** 2
    empty = PooledEffect(
        n_used=len(y),
        n_dropped=n_dropped,
        method=method,
        conf_level=conf_level,
        test=test,
        studies=_studies(together, conf_level),
        left_out=pd.DataFrame(columns=list(LEFT_OUT_COLUMNS)),
    )
    fewest = 2 if two_studies == "compute" else FEWEST
    if len(y) < fewest:
        key = "two_studies" if len(y) == 2 else "too_few_studies"
        reason = Reason(key, {"n": len(y), "minimum": FEWEST})
        return dataclasses.replace(empty, status="not_computable", reasons=(reason,))
    found = mean_of_studies(y, v, method=method, test=test, conf_level=conf_level)
    weights = weighted_mean(y, v, found["tau2"])[1]
    reasons = _reasons(y, v, found, test, conf_level)
    return dataclasses.replace(
        empty,
        **found,
        **_spread(y, v, found["tau2"], method, conf_level),
        studies=empty.studies.assign(weight=weights / weights.sum()),
        left_out=_leave_one_out(together, method=method, test=test, conf_level=conf_level, fewest=fewest),
        status="flagged" if reasons else "ok",
        reasons=reasons,
    )


class WithPrediction(Estimated):
    """An estimate with its test and interval, and where the true effect of a further study would lie."""

    pred_low: float
    pred_high: float


class MeanOfStudies(WithPrediction):
    """The mean over studies, and how far their true effects differ."""

    tau2: float


class Spread(TypedDict):
    """Cochran's Q with its test, the interval of tau^2, I^2 and H^2."""

    q: float
    q_df: int
    q_p_value: float
    tau2_conf_low: float
    tau2_conf_high: float
    i2: float
    i2_conf_low: float
    i2_conf_high: float
    h2: float


def mean_of_studies(
    y: Floats, v: Floats, *, method: Heterogeneity, test: PoolingTest, conf_level: float
) -> MeanOfStudies:
    """The arithmetic of pool_effects, for at least two studies."""
    tau2 = between_variance(y, v, method)
    mean, weights = weighted_mean(y, v, tau2)
    df = math.inf if test == "z" else float(len(y) - 1)
    scale = 1.0 if test == "z" else generalised_q(y, v, tau2) / df
    if test == "modified_knapp_hartung":
        scale = max(1.0, scale)
    std_error = math.sqrt(scale / float(weights.sum()))
    between = None if method == "FE" else tau2
    return {**with_prediction(mean, std_error, df=df, tau2=between, conf_level=conf_level), "tau2": tau2}


def with_prediction(
    estimate: float, std_error: float, *, df: float, tau2: float | None, conf_level: float
) -> WithPrediction:
    """An estimate with test, interval and, where tau2 is given, prediction interval; df infinite: normal."""
    low, high = t_interval(estimate, std_error, df, conf_level)
    spread = math.nan if tau2 is None else math.sqrt(std_error**2 + tau2)
    pred_low, pred_high = t_interval(estimate, spread, df, conf_level)
    statistic = estimate / std_error if std_error > 0 else math.nan
    return {
        "estimate": estimate,
        "std_error": std_error,
        "statistic": statistic,
        "df": df if math.isfinite(df) else math.nan,
        "p_value": t_p_value(statistic, df),
        "conf_low": low,
        "conf_high": high,
        "pred_low": pred_low,
        "pred_high": pred_high,
    }


def _spread(y: Floats, v: Floats, tau2: float, method: Heterogeneity, conf_level: float) -> Spread:
    q, df = generalised_q(y, v, 0.0), len(y) - 1
    low, high = q_profile(y, v, conf_level)
    found: Spread = {
        "q": q,
        "q_df": df,
        "q_p_value": float(stats.chi2.sf(q, df)),
        "tau2_conf_low": low,
        "tau2_conf_high": high,
        "i2": i2_of(tau2, v),
        "i2_conf_low": i2_of(low, v),
        "i2_conf_high": i2_of(high, v),
        "h2": tau2 / typical_variance(v) + 1,
    }
    if method == "FE":  # which supposes that there is no tau^2: Q alone speaks
        found["tau2_conf_low"] = found["tau2_conf_high"] = found["i2_conf_low"] = found["i2_conf_high"] = math.nan
        found["i2"], found["h2"] = max(0.0, (q - df) / q) if q > 0 else 0.0, q / df
    return found


def _reasons(y: Floats, v: Floats, found: MeanOfStudies, test: PoolingTest, conf_level: float) -> tuple[Reason, ...]:
    if np.ptp(y) == 0:
        return (Reason("estimates_all_equal", {"n": len(y)}),)
    if test != "knapp_hartung":
        return ()
    _, weights = weighted_mean(y, v, found["tau2"])
    normal = float(stats.norm.ppf((1 + conf_level) / 2)) / math.sqrt(float(weights.sum()))
    narrower = (found["conf_high"] - found["conf_low"]) / 2 < normal
    return (Reason("knapp_hartung_narrower", {"n": len(y)}),) if narrower else ()


def _studies(together: pd.DataFrame, conf_level: float) -> pd.DataFrame:
    half = float(stats.norm.ppf((1 + conf_level) / 2)) * together["std_error"]
    table = together.assign(
        term=together.index,
        conf_low=together["estimate"] - half,
        conf_high=together["estimate"] + half,
        weight=math.nan,
    )
    return table[list(STUDY_COLUMNS)].reset_index(drop=True)


def _leave_one_out(
    together: pd.DataFrame, *, method: Heterogeneity, test: PoolingTest, conf_level: float, fewest: int
) -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    for study in together.index:
        rest = together.drop(index=study)
        y, v = rest["estimate"].to_numpy(), rest["std_error"].to_numpy() ** 2
        if len(y) == 1:
            rows.append({"left_out": study, "estimate": y[0], "std_error": math.sqrt(v[0])})
            continue
        found = mean_of_studies(y, v, method=method, test=test, conf_level=conf_level)
        i2 = _spread(y, v, found["tau2"], method, conf_level)["i2"]
        row = {"left_out": study, **found, "i2": i2}
        rows.append(row | dict.fromkeys(("std_error", "conf_low", "conf_high"), math.nan) if len(y) < fewest else row)
    return pd.DataFrame(rows, columns=list(LEFT_OUT_COLUMNS))


def _check(method: str, test: str, two_studies: str) -> None:
    for name, value, allowed in (
        ("method", method, get_args(Heterogeneity)),
        ("test", test, get_args(PoolingTest)),
        ("two_studies", two_studies, ("refuse", "compute")),
    ):
        if value not in allowed:
            raise ValueError(f"{name}={value!r}: one of {allowed}")
