"""How much worse the children who were lost must have done for a conclusion to fail (delta adjustment)."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from scipy import optimize

from ..results import Reason, Result
from .controlled import Form, fit_ancova
from .distributions import t_interval
from .inputs import Improvement, check_improvement, check_probability, flags, numbers

Assumed = Literal["against", "treated", "everybody"]
Tipping = Literal["tips", "holds_throughout", "not_shown"]

LARGEST_DELTA = 5.0
"""Standard deviations beyond which no tipping point is looked for."""
DELTAS = (0.0, 0.25, 0.5, 0.75, 1.0)

COLUMNS = ("delta", "estimate", "std_error", "df", "conf_low", "conf_high", "holds")


@dataclass(frozen=True, kw_only=True, eq=False)
class MissingPostSensitivity(Result):
    """An estimate under ever worse assumptions about the children with a pretest and no posttest.

    n_used: children with a pretest. n_treated, n_missing: treated children with a pretest, and those of them without a
    posttest; share_missing: their quotient. n_missing_untreated: the others without a posttest. weight: how much of
    delta sd reaches the estimate, with weight_std_error. tipping: "tips", the interval excludes 0 at delta = 0 and
    ceases to at tipping_delta; "holds_throughout", up to LARGEST_DELTA; "not_shown", not even at delta = 0.
    """

    assumed: Assumed
    improvement: Improvement
    n_treated: int
    n_missing: int
    n_missing_untreated: int
    share_missing: float = math.nan
    sd: float
    weight: float = math.nan
    weight_std_error: float = math.nan
    tipping: Tipping = "not_shown"
    tipping_delta: float = math.nan
    rows: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """One row a delta (standard deviations): estimate, std_error, df, conf_low, conf_high, and holds, whether the
        interval lies wholly on the side of improvement."""
        return self.rows.copy()


def missing_post_sensitivity(
    pre: pd.Series,
    post: pd.Series,
    *,
    estimate: float,
    std_error: float,
    df: float,
    sd: float,
    treated: pd.Series | None = None,
    form: Form = "linear",
    assumed: Assumed = "against",
    deltas: Sequence[float] = DELTAS,
    improvement: Improvement = "increase",
    conf_level: float = 0.95,
) -> MissingPostSensitivity:
    """Carry an estimate over to everybody with a pretest, those without a posttest taken to have done worse.

    pre, post: one score a child, aligned by index; a child with a pretest and no posttest is missing. estimate,
    std_error, df: of the main analysis, from the children with both. sd: the unit of delta, of the unselected survey.
    treated: bool a child; None where nobody is compared (paired change, retest correction). form: of the ANCOVA behind
    the estimate. assumed: "against" the conclusion, the least favourable: missing treated children did worse, missing
    untreated ones better; "treated", only the first; "everybody" missing did worse. A missing child is taken to have
    scored delta sd worse (better) than measured children of its group with the same pretest (paired: than their mean
    change). estimate(delta) = estimate - weight delta sd, weight the share missing or, beside others, the coefficient
    of treated when the missing's indicator (-1 for who did better) is regressed on the analysis's own columns: exactly
    what completing the data by the fitted values less delta sd gives. SE(delta)^2 = SE^2 + (delta sd SE_weight)^2, t on
    df. Returns MissingPostSensitivity; nobody missing: not computable. Raises ValueError for sd <= 0, a negative delta,
    std_error <= 0, or another form or assumed. White, Carpenter & Horton (2018), doi:10.5705/ss.202016.0308.
    R: none; the formulas with ``lm`` and ``sandwich::vcovHC``.
    """
    _check(std_error, sd, deltas, form, assumed)
    check_improvement(improvement)
    check_probability(conf_level, "conf_level")
    before = numbers(pre, "pre").dropna()
    group = pd.Series(True, index=before.index) if treated is None else flags(treated, "treated")
    before = before[before.index.isin(group.index)]
    group = group[before.index]
    missing = ~before.index.isin(numbers(post, "post").dropna().index)
    n_treated, n_missing = int(group.sum()), int((group & missing).sum())
    empty = MissingPostSensitivity(
        n_used=len(before),
        n_dropped=0,
        method="delta_adjustment",
        conf_level=conf_level,
        assumed=assumed,
        improvement=improvement,
        n_treated=n_treated,
        n_missing=n_missing,
        n_missing_untreated=int((~group & missing).sum()),
        share_missing=n_missing / n_treated if n_treated else math.nan,
        sd=sd,
        rows=pd.DataFrame({"delta": list(deltas)}).reindex(columns=list(COLUMNS)),
    )
    counted = missing * _worse(group, assumed)
    weight = _share(counted) if treated is None else _coefficient(before, counted, group, form)
    if isinstance(weight, Reason):
        return dataclasses.replace(empty, status="not_computable", reasons=(weight,))
    return _over_deltas(empty, (estimate, std_error, df), weight, deltas)


def _check(std_error: float, sd: float, deltas: Sequence[float], form: Form, assumed: Assumed) -> None:
    if form not in get_args(Form):
        raise ValueError(f"form={form!r}: one of {get_args(Form)}")
    if assumed not in get_args(Assumed):
        raise ValueError(f"assumed={assumed!r}: one of {get_args(Assumed)}")
    if not (sd > 0 and std_error > 0):
        raise ValueError(f"sd={sd!r}, std_error={std_error!r}: positive numbers")
    if len(deltas) == 0 or min(deltas) < 0:
        raise ValueError(f"deltas={tuple(deltas)!r}: at least one, none negative")


def _worse(group: pd.Series, assumed: Assumed) -> pd.Series:
    """1 for children who, if missing, are taken to have done worse, -1 for better, 0 for no different."""
    untreated = {"against": -1.0, "treated": 0.0, "everybody": 1.0}[assumed]
    return pd.Series(np.where(group, 1.0, untreated), index=group.index)


def _share(counted: pd.Series) -> tuple[float, float] | Reason:
    """Share of the children who are missing, and its standard error."""
    if not counted.any():
        return Reason("nobody_missing_at_post", {})
    share = float(counted.mean())
    return share, math.sqrt(share * (1 - share) / len(counted))


def _coefficient(before: pd.Series, counted: pd.Series, group: pd.Series, form: Form) -> tuple[float, float] | Reason:
    """What the missing's indicator adds to the coefficient of treated."""
    if not counted.any():
        return Reason("nobody_missing_at_post", {})
    rows = pd.DataFrame({"pre": before, "post": counted, "treated": group})
    fit = fit_ancova(rows, form)
    return fit if isinstance(fit, Reason) else (float(fit.coefficients["treated"]), fit.std_error("treated"))


def _over_deltas(
    empty: MissingPostSensitivity,
    main: tuple[float, float, float],
    weight: tuple[float, float],
    deltas: Sequence[float],
) -> MissingPostSensitivity:
    estimate, std_error, df = main
    sign = 1.0 if empty.improvement == "increase" else -1.0

    def at(delta: float) -> dict[str, float]:
        shifted = estimate - sign * weight[0] * delta * empty.sd
        error = math.hypot(std_error, delta * empty.sd * weight[1])
        low, high = t_interval(shifted, error, df, empty.conf_level or math.nan)
        return {"estimate": shifted, "std_error": error, "df": df, "conf_low": low, "conf_high": high}

    def margin(delta: float) -> float:
        row = at(delta)
        return row["conf_low"] if sign > 0 else -row["conf_high"]

    tipping, tipping_delta = _tipping(margin)
    rows = [{"delta": float(delta), **at(float(delta)), "holds": margin(float(delta)) > 0} for delta in deltas]
    return dataclasses.replace(
        empty,
        weight=weight[0],
        weight_std_error=weight[1],
        tipping=tipping,
        tipping_delta=tipping_delta,
        rows=pd.DataFrame(rows, columns=list(COLUMNS)),
    )


def _tipping(margin: Callable[[float], float]) -> tuple[Tipping, float]:
    """The first delta at which the interval reaches 0."""
    if margin(0.0) <= 0:
        return "not_shown", math.nan
    grid = np.linspace(0, LARGEST_DELTA, 101)
    failed = [float(delta) for delta in grid if margin(float(delta)) <= 0]
    if not failed:
        return "holds_throughout", math.nan
    step = float(grid[1])
    return "tips", float(optimize.brentq(margin, failed[0] - step, failed[0], xtol=1e-10))
