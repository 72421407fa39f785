"""Early warning by declared rules, and what the rules were worth once the outcome is known."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from ..results import Reason, Result
from .proportions import NOTHING, wilson

Comparison = Literal["at_least", "at_most"]


@dataclass(frozen=True, kw_only=True)
class WarningRule:
    """A sign and the limit from which it counts: ``signs[sign] >= limit`` (at_least) or ``<= limit`` (at_most)."""

    name: str
    sign: str
    comparison: Comparison
    limit: float


def raise_warnings(signs: pd.DataFrame, *, rules: Sequence[WarningRule]) -> pd.DataFrame:
    """Apply declared rules to the signs observed; who is helped is for people to decide.

    signs: participant_id, day, sign, value, one row an observation. Returns one row per observation that a rule holds
    for: participant_id, day, rule, sign, value, in the order of days. Raises ValueError for a rule about a sign that
    was never observed.
    """
    observed = set(signs["sign"])
    for rule in rules:
        if rule.sign not in observed:
            raise ValueError(f"rules: sign={rule.sign!r} is not among {sorted(observed)}")
    found = []
    for rule in rules:
        rows = signs[signs["sign"] == rule.sign]
        holds = rows["value"].ge(rule.limit) if rule.comparison == "at_least" else rows["value"].le(rule.limit)
        found.append(rows[holds].assign(rule=rule.name))
    columns = ["participant_id", "day", "rule", "sign", "value"]
    if not found:
        return pd.DataFrame(columns=columns)
    return pd.concat(found)[columns].sort_values(["day", "participant_id", "rule"], kind="stable", ignore_index=True)


@dataclass(frozen=True, kw_only=True, eq=False)
class WarningQuality(Result):
    """What a set of warnings was worth.

    rules: one row a rule and one for "any": rule, n_warned, n_true (warned before the outcome), n_false (warned, no
    outcome), n_missed, n_late (warned only on or after the day of the outcome; counted as missed), precision and recall
    with Wilson intervals, median_lead (days from the first warning to the outcome). n_used: pupils watched, n_outcome:
    those with the outcome.
    """

    n_outcome: int
    rules: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """One row a rule, the last one for any of them."""
        return self.rules.copy()


def warning_quality(
    warnings: pd.DataFrame,
    outcomes: pd.Series,
    *,
    watched: pd.Index,
    rules: Sequence[str],
    conf_level: float = 0.95,
) -> WarningQuality:
    """Precision, recall and lead time of warnings.

    warnings: from ``raise_warnings``. outcomes: day of the outcome by participant_id, of those who had it. watched: all
    pupils whose signs were kept; the outcome of every one of them is known. A warning counts when it came before the
    outcome. Nobody watched: not computable. These are the rules' values in the records they were perhaps made from:
    elsewhere they are lower. R: ``table(warned, outcome)``.
    """
    if not outcomes.index.is_unique or not outcomes.index.isin(watched).all():
        raise ValueError("outcomes: one row per participant_id, each among those watched")
    known = warnings[warnings["participant_id"].isin(watched)]
    rows = [_quality(known[known["rule"] == rule], outcomes, rule, conf_level) for rule in rules]
    rows.append(_quality(known, outcomes, "any", conf_level))
    return WarningQuality(
        n_used=len(watched),
        n_dropped=int((~warnings["participant_id"].isin(watched)).sum()),
        method="wilson",
        conf_level=conf_level,
        status="ok" if len(watched) else "not_computable",
        reasons=() if len(watched) else (Reason("too_few_rows", {"n": 0, "minimum": 1}),),
        n_outcome=len(outcomes),
        rules=pd.DataFrame(rows),
    )


def _quality(warnings: pd.DataFrame, outcomes: pd.Series, rule: str, conf_level: float) -> dict[str, float | str]:
    first = warnings.groupby("participant_id")["day"].min()
    lead = (pd.to_datetime(outcomes) - pd.to_datetime(first).reindex(outcomes.index)).dt.days
    in_time = lead[lead > 0]
    n_false = int((~first.index.isin(outcomes.index)).sum())
    n_true, n_late = len(in_time), int((lead <= 0).sum())
    warned, had = n_true + n_false, len(outcomes)
    precision = wilson(n_true, warned, conf_level=conf_level) if warned else NOTHING
    recall = wilson(n_true, had, conf_level=conf_level) if had else NOTHING
    values: dict[str, float | str] = {"rule": rule, "n_warned": warned, "n_true": n_true, "n_false": n_false}
    values |= {"n_missed": had - n_true, "n_late": n_late}
    for name, share in (("precision", precision), ("recall", recall)):
        values |= {name: share.estimate, f"{name}_conf_low": share.conf_low, f"{name}_conf_high": share.conf_high}
    return values | {"median_lead": float(in_time.median()) if n_true else math.nan}
