"""Awards by the school's own rules, each with how often luck alone would have earned it."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

Criterion = Literal["count_reduction", "share_fall", "rank_rise"]


@dataclass(frozen=True, kw_only=True)
class AwardRule:
    """One tier of an award: a unit (class and subject, class, grade) that reaches ``at_least`` gets ``amount``.

    criterion: count_reduction (pupils fewer in the bottom share), share_fall (in shares) or rank_rise (places gained in
    the county). only_if_rank_kept: the tier is for units whose rank did not change, as where the rank stays and the
    amount goes by the size of the fall. Nothing has a default: the source states no amounts.
    """

    name: str
    criterion: Criterion
    at_least: float
    amount: float
    only_if_rank_kept: bool = False


def award_audit(results: pd.DataFrame, *, rules: Sequence[AwardRule]) -> pd.DataFrame:
    """Which tier each unit earned, why, and how large the part of luck is.

    results: one row a unit: unit, count_reduction, share_fall, rank_rise (missing where there is no rank), conf_low,
    conf_high (interval of the share's change, a fall negative), chance (probability of such a fall with nothing
    changed, as ``chance_of_fall`` gives). rules: of one award; of those a unit fulfils the one with the highest amount
    counts, once. Returns unit, rule, criterion, value, amount (0 without an award), chance, within_luck (the interval
    of the change holds 0). Raises ValueError for a criterion that is no column.
    """
    for rule in rules:
        if rule.criterion not in results:
            raise ValueError(f"rules: criterion={rule.criterion!r} is no column of results")
    rows = []
    for unit in results.to_dict("records"):
        earned = [rule for rule in rules if _fulfils(unit, rule)]
        best = max(earned, key=lambda rule: rule.amount, default=None)
        rows.append(
            {
                "unit": unit["unit"],
                "rule": best.name if best else "",
                "criterion": best.criterion if best else "",
                "value": float(unit[best.criterion]) if best else math.nan,
                "amount": best.amount if best else 0.0,
                "chance": float(unit["chance"]),
                "within_luck": bool(unit["conf_low"] <= 0 <= unit["conf_high"]),
            }
        )
    return pd.DataFrame(rows, columns=["unit", "rule", "criterion", "value", "amount", "chance", "within_luck"])


def _fulfils(unit: Mapping[Hashable, Any], rule: AwardRule) -> bool:
    value = unit[rule.criterion]
    if pd.isna(value) or value < rule.at_least - 1e-12:  # a value that is exactly the limit counts
        return False
    return not rule.only_if_rank_kept or bool(unit["rank_rise"] == 0)
