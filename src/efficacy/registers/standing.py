"""What became of the pupils on the list: their later standing beside what is expected of any group chosen low."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd
from scipy import stats

from ..results import Reason, Result

STATES = ("bottom", "not_bottom", "absent", "not_enrolled")


def transition_matrix(earlier: pd.Series, later: pd.Series) -> pd.DataFrame:
    """Pupils by what they were at two terms.

    earlier, later: bottom (nullable truth values; missing: enrolled without a mark) by participant_id; a pupil who is
    not in the index was not enrolled. Returns a table of counts, rows the earlier and columns the later state: bottom,
    not_bottom, absent, not_enrolled. Raises ValueError for repeated participant_ids.
    """
    if not (earlier.index.is_unique and later.index.is_unique):
        raise ValueError("earlier, later: one row per participant_id, found repeated ones")
    everybody = earlier.index.union(later.index)
    states = [_state(values).reindex(everybody, fill_value="not_enrolled") for values in (earlier, later)]
    table = pd.crosstab(states[0].to_numpy(), states[1].to_numpy())
    table = table.reindex(index=list(STATES), columns=list(STATES), fill_value=0)
    return table.rename_axis(index="earlier", columns="later")


@dataclass(frozen=True, kw_only=True, eq=False)
class IdentifiedStanding(Result):
    """Standing of the identified pupils at the term that identified them and at a later one.

    mean_earlier, mean_later: mean z-mark (county or year group) of the identified pupils with both marks. rise:
    mean_later - mean_earlier, with std_error and t interval conf_low, conf_high. retest_r: correlation of the two
    z-marks over all pupils with both. expected_rise: (r - 1) mean_earlier + (mean of all later - r mean of all
    earlier), the rise that the straight line through all pupils predicts for a group that stood so low. share_left:
    share of the identified no longer bottom; expected_left: the same for normal marks with correlation r and nothing
    changed. n_used: identified pupils with both marks.
    """

    mean_earlier: float = math.nan
    mean_later: float = math.nan
    rise: float = math.nan
    std_error: float = math.nan
    conf_low: float = math.nan
    conf_high: float = math.nan
    retest_r: float = math.nan
    expected_rise: float = math.nan
    share_left: float = math.nan
    expected_left: float = math.nan
    n_all: int = 0

    def tidy(self) -> pd.DataFrame:
        """One row: term, estimate, std_error, conf_low, conf_high, n."""
        return pd.DataFrame(
            {
                "term": ["rise"],
                "estimate": [self.rise],
                "std_error": [self.std_error],
                "conf_low": [self.conf_low],
                "conf_high": [self.conf_high],
                "n": [self.n_used],
            }
        )


MINIMUM = 3


def identified_standing(
    earlier: pd.Series, later: pd.Series, *, identified: pd.Series, bottom_later: pd.Series, conf_level: float = 0.95
) -> IdentifiedStanding:
    """Do identified pupils rise by more than pupils who once stood so low do anyway?

    earlier, later: z-marks by participant_id, all pupils of the year group (a whole group, so its own correlation is
    not truncated; it holds whatever the programme did to it). identified: truth values at the earlier term.
    bottom_later: nullable truth values. The expected rise is a description, not a test: help given to those pupils is
    part of the line. Fewer than three identified pupils with both marks: not computable. Galton (1886); Davis (1976).
    R: ``coef(lm(later ~ earlier))``.
    """
    pair = pd.concat({"earlier": earlier, "later": later}, axis="columns").dropna()
    chosen = pair.index.intersection(identified.index[identified.fillna(False).astype(bool)])
    n, n_dropped = len(chosen), int(identified.fillna(False).sum()) - len(chosen)
    if n < MINIMUM or pair["earlier"].nunique() < 2 or pair["later"].nunique() < 2:
        reason = Reason("too_few_rows", {"n": n, "minimum": MINIMUM}) if n < MINIMUM else Reason("zero_variance")
        return IdentifiedStanding(
            n_used=n, n_dropped=n_dropped, method="paired_t", status="not_computable", reasons=(reason,)
        )
    r = float(pair["earlier"].corr(pair["later"]))
    slope = r * pair["later"].std() / pair["earlier"].std()
    means = pair.mean()
    there = pair.loc[chosen]
    rise = there["later"] - there["earlier"]
    error = float(rise.std() / math.sqrt(n))
    half = float(stats.t.ppf((1 + conf_level) / 2, n - 1)) * error
    predicted = means["later"] + slope * (there["earlier"].mean() - means["earlier"])
    still = bottom_later.reindex(chosen).dropna().astype(bool)
    return IdentifiedStanding(
        n_used=n,
        n_dropped=n_dropped,
        method="paired_t",
        conf_level=conf_level,
        mean_earlier=float(there["earlier"].mean()),
        mean_later=float(there["later"].mean()),
        rise=float(rise.mean()),
        std_error=error,
        conf_low=float(rise.mean()) - half,
        conf_high=float(rise.mean()) + half,
        retest_r=r,
        expected_rise=float(predicted - there["earlier"].mean()),
        share_left=float((~still).mean()) if len(still) else math.nan,
        expected_left=_expected_left(len(chosen) / len(pair), r),
        n_all=len(pair),
    )


def _expected_left(share: float, r: float) -> float:
    """Of those under a cut, the share above it the second time: P(above | below), normal marks with correlation r."""
    if not 0 < share < 1 or not 0 < r < 1:
        return math.nan
    cut = float(stats.norm.ppf(share))
    both = float(stats.multivariate_normal.cdf([cut, cut], cov=[[1.0, r], [r, 1.0]]))
    return 1 - both / share


def _state(values: pd.Series) -> pd.Series:
    state = values.astype("boolean").map({True: "bottom", False: "not_bottom"}).astype(object)
    return state.where(values.notna(), "absent")
