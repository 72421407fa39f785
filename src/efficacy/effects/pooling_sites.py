"""Several sites whose groups were chosen by a recorded pretest: their adjusted changes as one number.

The retest correlation is one for all sites, so its error moves every site the same way: averaging over sites does not
make it smaller. It is therefore left out of each site's variance and enters the pooled variance once.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import pandas as pd

from ..results import Reason, Result
from .inputs import check_probability
from .linear import ESTIMATE_COLUMNS
from .pooling import PooledEffect, PoolingTest, pool_effects, with_prediction
from .pooling_heterogeneity import Heterogeneity
from .selection import AdjustedChange, adjusted_change

PoolingUnit = Literal["raw", "standardised"]
SITE_COLUMNS = (
    *("term", "n_survey", "n", "retest_r", "mean_survey", "sd_survey", "mean_pre", "mean_post", "expected_gain"),
    *("estimate", "std_error", "df", "conf_low", "conf_high", "weight"),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class SurveyedGroup:
    """One site: pretest of everybody surveyed, posttest of at least the members, and who the members are."""

    survey_pre: pd.Series
    post: pd.Series
    members: pd.Index


@dataclass(frozen=True, kw_only=True, eq=False)
class PooledChange(Result):
    """The mean adjusted change over sites. n_used: sites; n_dropped: sites whose own change is not computable.

    unit: "raw", of the one instrument, or "standardised", survey standard deviations. std_error_sites: at the retest
    correlation as given; std_error_retest: what its own uncertainty adds, 0 where retest_n is None. at_fixed_r: the
    pooling of the sites before that, with heterogeneity and leave-one-out.
    """

    unit: PoolingUnit
    retest_r: float
    retest_n: int | None = None
    retest_sd: float | None = None
    estimate: float = math.nan
    std_error: float = math.nan
    std_error_sites: float = math.nan
    std_error_retest: float = math.nan
    statistic: float = math.nan
    df: float = math.nan
    p_value: float = math.nan
    conf_low: float = math.nan
    conf_high: float = math.nan
    pred_low: float = math.nan
    pred_high: float = math.nan
    at_fixed_r: PooledEffect
    sites: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """Rows pooled and prediction (interval alone), columns ESTIMATE_COLUMNS."""
        nan = math.nan
        rows = [
            ("pooled", *(getattr(self, column) for column in ESTIMATE_COLUMNS[1:])),
            ("prediction", self.estimate, nan, nan, nan, nan, self.pred_low, self.pred_high),
        ]
        return pd.DataFrame(rows, columns=list(ESTIMATE_COLUMNS))

    def by_site(self) -> pd.DataFrame:
        """One row a site in the order of names, columns SITE_COLUMNS: term (the site), the retest correlation used
        there, and its adjusted change in this unit with the site's own std_error, df and interval at that correlation;
        weight sums to 1, NaN for a site that was left out."""
        return self.sites.copy()


def pool_adjusted_changes(
    groups: Mapping[str, SurveyedGroup],
    *,
    unit: PoolingUnit,
    retest_r: float,
    retest_n: int | None = None,
    retest_sd: float | None = None,
    method: Heterogeneity = "PM",
    test: PoolingTest = "knapp_hartung",
    conf_level: float = 0.95,
) -> PooledChange:
    """Mean over sites of the change beyond regression to the mean, the retest correlation's error counted once.

    groups: by site. unit: "raw" where one instrument was used everywhere, else "standardised". retest_r, retest_n,
    retest_sd: as in adjusted_change, shared by all sites. At each site tau_j(rho_j) and V_j = A_j + B_j of
    adjusted_change at fixed rho_j; raw: tau_j, V_j; standardised: delta_j = tau_j/s_j, V_j/s_j^2 + delta_j^2/(2(N_j -
    1)). Pooled by pool_effects with ``method`` and ``test``; then SE^2 = SE_HK^2 + (sum w_j (X_j - mu_j) SE_rho_j /
    u_j)^2, sum w = 1, u_j = 1 or s_j, SE_rho_j = (1 - rho_j^2)/sqrt(retest_n - 3); t and prediction interval on k - 1.
    Returns PooledChange; fewer than three sites: not computable, the sites beside it. Assumes what adjusted_change
    does, at every site. Raises ValueError as adjusted_change, and for an unknown unit.

    R: ``metafor::rma(tau, V, method = "PM", test = "knha")``, then the formula.
    """
    if unit not in get_args(PoolingUnit):
        raise ValueError(f"unit={unit!r}: one of {get_args(PoolingUnit)}")
    check_probability(conf_level, "conf_level")
    if retest_n is not None and retest_n < 4:
        raise ValueError(f"retest_n={retest_n!r}: at least 4")
    changes = {
        site: adjusted_change(
            group.survey_pre,
            group.post,
            members=group.members,
            retest_r=retest_r,
            retest_sd=retest_sd,
            conf_level=conf_level,
        )
        for site, group in sorted(groups.items())
    }
    table = _table(changes, unit)
    by_site = table.set_index("term")
    at_fixed_r = pool_effects(
        by_site["estimate"], by_site["std_error"], method=method, test=test, conf_level=conf_level
    )
    weights = at_fixed_r.by_study().set_index("term")["weight"]
    table["weight"] = table["term"].map(weights).astype(float)
    base = PooledChange(
        n_used=at_fixed_r.n_used,
        n_dropped=at_fixed_r.n_dropped,
        method=method,
        conf_level=conf_level,
        unit=unit,
        retest_r=retest_r,
        retest_n=retest_n,
        retest_sd=retest_sd,
        at_fixed_r=at_fixed_r,
        sites=table[list(SITE_COLUMNS)],
        status=at_fixed_r.status,
        reasons=(*_left_out(changes), *at_fixed_r.reasons),
    )
    if at_fixed_r.status == "not_computable":
        return base
    of_retest = _error_of_retest(changes, weights, unit=unit, retest_n=retest_n)
    found = with_prediction(
        at_fixed_r.estimate,
        math.hypot(at_fixed_r.std_error, of_retest),
        df=math.inf if test == "z" else at_fixed_r.df,
        tau2=None if method == "FE" else at_fixed_r.tau2,
        conf_level=conf_level,
    )
    return dataclasses.replace(
        base,
        **found,
        std_error_sites=at_fixed_r.std_error,
        std_error_retest=of_retest,
        status="flagged" if base.reasons else "ok",
    )


def _table(changes: Mapping[str, AdjustedChange], unit: PoolingUnit) -> pd.DataFrame:
    """One row a site, its change in the unit of the pooling."""
    rows = []
    for site, change in changes.items():
        row = {name: getattr(change, name) for name in SITE_COLUMNS if hasattr(change, name)} | {"term": site}
        if unit == "standardised":
            row |= {
                "estimate": change.delta,
                "std_error": change.delta_std_error,
                "conf_low": change.delta_conf_low,
                "conf_high": change.delta_conf_high,
            }
        rows.append(row)
    return pd.DataFrame(rows)


def _left_out(changes: Mapping[str, AdjustedChange]) -> tuple[Reason, ...]:
    """Sites whose own change is not computable, by name."""
    names = [site for site, change in changes.items() if change.status == "not_computable"]
    return (Reason("sites_left_out", {"sites": names}),) if names else ()


def _error_of_retest(
    changes: Mapping[str, AdjustedChange], weights: pd.Series, *, unit: PoolingUnit, retest_n: int | None
) -> float:
    """|sum w_j (X_j - mu_j) SE_rho_j / u_j|: all sites are moved together by one wrong correlation."""
    if retest_n is None:
        return 0.0
    moved = 0.0
    for site, weight in weights.items():
        change = changes[str(site)]
        scale = change.sd_survey if unit == "standardised" else 1.0
        std_error = (1 - change.retest_r**2) / math.sqrt(retest_n - 3)
        moved += float(weight) * (change.mean_pre - change.mean_survey) * std_error / scale
    return abs(moved)
