"""What the casework report takes from the registers, in the shape that the statistics take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from ...codebooks import register_kind
from ...params import ReportParams
from ...registers import (
    RollCheck,
    WarningQuality,
    WarningRule,
    check_roll,
    raise_warnings,
    time_to_visit,
    warning_quality,
)
from ...study import Study
from ..blocks import Cell
from ..numbers import Number
from ..registers import register
from ..shared import smallest_shown
from ..wording import Words, say

STAGES = tuple(code.value for code in register_kind("case_stages").column("stage").codes)
GROUP_STAGES = tuple(code.value for code in register_kind("group_meetings").column("stage").codes)
HEADS = ("aims", "recruitment", "schedule", "evaluation", "budget")


def label(study: Study, value: str) -> Words:
    """What reports call an entry of the site's own: its declared label, else itself."""
    return next((named.label for named in study.site.caseload.labels if named.value == value), value)


def counted(study: Study, params: ReportParams, n: int) -> Cell:
    """A count, or that it is too small to be shown."""
    smallest = smallest_shown(study.site, params)
    return say("common.hidden") if 0 < n < smallest else Number(value=n, role="count")


def stages_of(study: Study) -> pd.DataFrame:
    """Stages as ``stage_record`` takes them."""
    stages = register(study, "case_stages").rename(columns={"participant_id": "case_id"})
    return stages.astype({"stage": str})


def warning_rules(study: Study) -> tuple[WarningRule, ...]:
    """The declared rules about signs that were observed; the others are named by the report."""
    observed = set(register(study, "warning_signs")["sign"].astype(str))
    return tuple(
        WarningRule(name=rule.id, sign=rule.sign, comparison=rule.comparison, limit=rule.limit)
        for rule in study.site.caseload.warnings
        if rule.sign in observed
    )


def first_decisions(study: Study) -> pd.Series:
    """Day of the first crisis decision by participant_id, of those who had one and whose signs were kept."""
    decisions = register(study, "crisis_decisions")
    first = decisions.groupby("participant_id")["day"].min()
    return first[first.index.isin(watched(study))]


def watched(study: Study) -> pd.Index[Any]:
    """Everybody whose signs were kept."""
    kept_of: pd.Index[Any] = pd.Index(register(study, "warning_signs")["participant_id"].unique())
    return kept_of


def roll(study: Study, term: str | None) -> pd.Index[Any]:
    """Who was enrolled in a term."""
    rolls = register(study, "roll_lists")
    enrolled: pd.Index[Any] = pd.Index(rolls.loc[rolls["term"] == term, "participant_id"])
    return enrolled


def destinations(study: Study) -> pd.Series:
    """Destination by participant_id, of those recorded as having left."""
    return register(study, "leavers").set_index("participant_id")["destination"].astype(object)


def first_signs(study: Study) -> pd.Series:
    """Day of the first sign of leaving by participant_id."""
    return register(study, "leaving_signs").set_index("participant_id")["day"]


def plans_of(study: Study) -> pd.DataFrame:
    """Measures as ``plan_adherence`` takes them."""
    measures = register(study, "plan_measures")
    return measures.astype({"planned": bool, "done": bool, "version": int})


def pairs_of(study: Study) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Pairings and contacts as ``contacts_kept`` takes them."""
    pairs = register(study, "pairs").rename(columns={"pair": "pair_id"}).astype({"kind": str, "planned": int})
    return pairs, register(study, "pair_contacts").rename(columns={"pair": "pair_id"})


def outcomes_of(study: Study) -> pd.DataFrame:
    """Outcomes as ``outcomes_with_denominators`` takes them."""
    return register(study, "outcomes")


def kept(study: Study, kinds: Sequence[str]) -> bool:
    """Does the site keep every one of these registers?"""
    return all(kind in study.registers for kind in kinds)


def quality_of(study: Study, params: ReportParams) -> WarningQuality | None:
    """What the declared rules were worth; None without signs or rules."""
    rules = warning_rules(study)
    if not rules or register(study, "warning_signs").empty:
        return None
    signs = register(study, "warning_signs").astype({"sign": str})
    return warning_quality(
        raise_warnings(signs, rules=rules),
        first_decisions(study),
        watched=watched(study),
        rules=[rule.name for rule in rules],
        conf_level=params.conf_level,
    )


def check_of(study: Study, params: ReportParams) -> RollCheck | None:
    """Two rolls against the register of leavers; None without rolls or a declared formula."""
    declared = study.site.caseload
    if declared.retention is None or not kept(study, ["roll_lists", "leavers"]):
        return None
    start, end = roll(study, declared.start_term), roll(study, declared.end_term)
    return check_roll(start, end, destinations(study), formula=declared.retention, conf_level=params.conf_level)


def visits_of(study: Study) -> pd.DataFrame | None:
    """Days from the first sign to the visit; None without the registers or a declared limit."""
    limit = study.site.caseload.visit_within_days
    if limit is None or not kept(study, ["leaving_signs", "home_visits"]):
        return None
    return time_to_visit(first_signs(study), register(study, "home_visits"), within_days=limit)
