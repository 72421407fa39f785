"""Casework, warning, roll, plans, pairings and graduates of one service station, with known truth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from ..streams import stream

STAGES = ("survey", "relationship", "plan", "record", "evaluate", "close")
_POVERTY = ("illness", "single_parent", "orphan", "disability", "other")
CLOSINGS = ("goals_met", "mostly_met", "new_situation", "declined", "dismissed")


@dataclass(frozen=True, kw_only=True)
class CaseworkTruth:
    """What is true of the simulated station. risk: chance that a student comes to a crisis; sign_if_risk, sign_if_not:
    chance that failed courses show beforehand; skipped: chance that a stage of a case is left out; kept: chance that a
    planned measure was done; visit_days: mean days from a sign to the visit."""

    seed: int
    start: date
    n_students: int = 180
    n_cases: int = 24
    risk: float = 0.12
    sign_if_risk: float = 0.75
    sign_if_not: float = 0.08
    skipped: float = 0.08
    kept: float = 0.8
    n_plans: int = 40
    visit_days: float = 6.0
    n_leavers: int = 9
    n_graduates: int = 60
    reached: float = 0.75


CASEWORK = CaseworkTruth(seed=20190301, start=date(2019, 3, 4))


@dataclass(frozen=True, kw_only=True)
class SimulatedCasework:
    """Registers by the kinds and columns of the codebook casework; participant_id is a running number."""

    registers: dict[str, pd.DataFrame]


def simulate_casework(truth: CaseworkTruth) -> SimulatedCasework:
    """Draw one station. The same truth gives the same registers."""
    return SimulatedCasework(
        registers=_cases(truth) | _groups(truth) | _warnings(truth) | _roll(truth) | _plans(truth) | _graduates(truth)
    )


def _frame(rows: list[tuple[Any, ...]], *columns: str) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(columns))


def _cases(truth: CaseworkTruth) -> dict[str, pd.DataFrame]:
    rng = stream(truth.seed, "casework, cases")
    files, stages, findings = [], [], []
    for person in range(truth.n_cases):
        day = truth.start + timedelta(days=int(rng.integers(0, 40)))
        furthest = int(rng.choice(len(STAGES), p=[0.04, 0.06, 0.1, 0.15, 0.15, 0.5]))
        opened = day
        for position, stage in enumerate(STAGES[: furthest + 1]):
            skips = 0 < position < furthest and rng.random() < truth.skipped
            if not skips:
                stages.append((person, stage, day))
            day += timedelta(days=int(rng.integers(5, 30)))
        closed = furthest == len(STAGES) - 1
        reason = str(rng.choice(CLOSINGS, p=[0.4, 0.3, 0.12, 0.12, 0.06])) if closed else None
        end = stages[-1][2] if closed else None
        files.append((person, opened, "是", "是" if rng.random() < 0.96 else "否", end, reason))
        shown = rng.choice(
            ["emotional", "volitional", "interpersonal", "method"], size=int(rng.integers(1, 3)), replace=False
        )
        caused = rng.choice(
            ["personal", "family", "teaching", "environment"], size=int(rng.integers(1, 3)), replace=False
        )
        findings += [(person, str(finding)) for finding in (*shown, *caused)]
    return {
        "case_files": _frame(files, "participant_id", "opened", "eligible", "consent", "closed", "closing_reason"),
        "case_stages": _frame(stages, "participant_id", "stage", "day"),
        "case_findings": _frame(findings, "participant_id", "finding"),
    }


def _groups(truth: CaseworkTruth) -> dict[str, pd.DataFrame]:
    """Three groups, of which the one for mutual help turns out to be of one kind only, and misses a stage."""
    rng = stream(truth.seed, "casework, groups")
    groups: list[tuple[Any, ...]] = [
        ("成长小组", "growth", "是", "是", "是", "是", "是", 800),
        ("结对小组", "paired", "是", "是", "是", "否", "是", 600),
        ("互助小组", "mutual_help", "是", "是", "是", "是", "否", None),
    ]
    members: list[tuple[Any, ...]] = []
    meetings: list[tuple[Any, ...]] = []
    person = 30
    rosters = {"成长小组": ["method"] * 8, "结对小组": ["method", "volitional"] * 3, "互助小组": ["emotional"] * 7}
    for number, (group, difficulties) in enumerate(rosters.items()):
        for difficulty in difficulties:
            members.append((group, person, "client", difficulty))
            person += 1
        for _ in range(6 if group == "结对小组" else 0):
            members.append((group, person, "volunteer", None))
            person += 1
        stages = ["preparation", "early", "middle", "middle", "late", "ending"]
        stages = [stage for stage in stages if group != "互助小组" or stage != "late"]
        for meeting, stage in enumerate(stages, start=1):
            present = int(rng.binomial(len(difficulties), 0.88))
            day = truth.start + timedelta(days=21 + 7 * meeting + number)
            meetings.append((group, meeting, day, stage, present, int(rng.integers(60, 140))))
    heads = ("aims", "recruitment", "schedule", "evaluation", "budget")
    return {
        "groups": _frame(groups, "group", "type", *heads, "planned_cost"),
        "group_members": _frame(members, "group", "participant_id", "role", "difficulty"),
        "group_meetings": _frame(meetings, "group", "number", "day", "stage", "n_present", "spent"),
    }


def _warnings(truth: CaseworkTruth) -> dict[str, pd.DataFrame]:
    """Signs of every student; crises of those at risk, some of them without a sign before."""
    rng = stream(truth.seed, "casework, warnings")
    signs, decisions = [], []
    levels = ("demotion", "trial", "delayed", "near_dismissal")
    for person in range(truth.n_students):
        at_risk = bool(rng.random() < truth.risk)
        first = truth.start + timedelta(days=int(rng.integers(5, 40)))
        failing = rng.random() < (truth.sign_if_risk if at_risk else truth.sign_if_not)
        failed = int(rng.integers(2, 5)) if failing else int(rng.integers(0, 2))
        absent = int(rng.poisson(4.0 if at_risk else 0.8))
        signs += [(person, first, "failed_courses", failed), (person, first, "absent_days", absent)]
        if at_risk:
            day = first + timedelta(days=int(rng.integers(-6, 60)))
            decisions.append((person, day, str(rng.choice(levels)), "学工组", "是" if rng.random() < 0.85 else "否"))
    return {
        "warning_signs": _frame(signs, "participant_id", "day", "sign", "value"),
        "crisis_decisions": _frame(decisions, "participant_id", "day", "level", "decided_by", "strong_help"),
    }


def _roll(truth: CaseworkTruth) -> dict[str, pd.DataFrame]:
    """Two terms; one leaver without a record, one recorded who is still there."""
    rng = stream(truth.seed, "casework, roll")
    students = np.arange(truth.n_students)
    gone = np.sort(rng.choice(students, size=truth.n_leavers, replace=False))
    joined = [truth.n_students + 200 + number for number in range(3)]
    rolls = [(int(p), "2019春", f"{1 + p % 4}班") for p in students]
    rolls += [(int(p), "2019秋", f"{1 + p % 4}班") for p in [*np.setdiff1d(students, gone), *joined]]
    where = ["transferred", "transferred", "transferred", "work", "work", "dropped_out", "illness", "transferred"]
    leavers = [
        (int(person), truth.start + timedelta(days=int(rng.integers(60, 160))), place, "是" if number != 1 else "否")
        for number, (person, place) in enumerate(zip(gone[:-1], where, strict=True))
    ]
    leavers.append((int(np.setdiff1d(students, gone)[0]), truth.start + timedelta(days=150), "transferred", "否"))
    signs, visits = [], []
    for person in [*gone[3:7], *rng.choice(np.setdiff1d(students, gone), size=8, replace=False)]:
        seen = truth.start + timedelta(days=int(rng.integers(20, 100)))
        signs.append((int(person), seen, "是" if rng.random() < 0.6 else "否"))
        wait = int(rng.geometric(1 / truth.visit_days))
        if rng.random() < 0.9:
            result = str(rng.choice(["back", "promised", "refused"], p=[0.6, 0.25, 0.15]))
            visits.append((int(person), seen + timedelta(days=wait), f"教师{int(rng.integers(1, 6))}", result))
    return {
        "roll_lists": _frame(rolls, "participant_id", "term", "class"),
        "leavers": _frame(leavers, "participant_id", "day", "destination", "certificate"),
        "leaving_signs": _frame(signs, "participant_id", "day", "priority"),
        "home_visits": _frame(visits, "participant_id", "day", "visitor", "result"),
    }


def _plans(truth: CaseworkTruth) -> dict[str, pd.DataFrame]:
    rng = stream(truth.seed, "casework, plans")
    measures = ("dormitory", "talks", "clubs", "pairing", "aid", "work_study", "seminar")
    plans, causes = [], []
    for person in range(60, 60 + truth.n_plans):
        for version in range(1, 2 + int(rng.random() < 0.35)):
            day = truth.start + timedelta(days=10 + 60 * (version - 1))
            for measure in measures:
                planned = bool(rng.random() < 0.6)
                done = bool(rng.random() < (truth.kept if planned else 0.05))
                if planned or done:
                    plans.append((person, version, day, measure, "是" if planned else "否", "是" if done else "否"))
        found = rng.choice(_POVERTY, size=1 + int(rng.random() < 0.2), replace=False, p=[0.4, 0.25, 0.05, 0.15, 0.15])
        causes += [(person, str(cause)) for cause in found]
    return {
        "plan_measures": _frame(plans, "participant_id", "version", "day", "measure", "planned", "done"),
        "poverty_causes": _frame(causes, "participant_id", "cause"),
    }


def _graduates(truth: CaseworkTruth) -> dict[str, pd.DataFrame]:
    """Graduates asked for, and the pairings and gifts of the year."""
    rng = stream(truth.seed, "casework, graduates")
    asked = []
    for number in range(truth.n_graduates):
        day = truth.start + timedelta(days=200 + int(rng.integers(0, 60)))
        reached = bool(rng.random() < truth.reached)
        situation = str(rng.choice(["employed", "further_study", "seeking", "other"], p=[0.6, 0.25, 0.1, 0.05]))
        channel = str(rng.choice(["phone", "wechat", "qq"]))
        asked.append((500 + number, day, channel, "是" if reached else "否", situation if reached else None))
    planned = {"leader_household": (8, 2), "member_class": (6, 4), "school_hospital": (1, 3), "branch_village": (2, 4)}
    pairs, contacts = [], []
    for kind, (count, times) in planned.items():
        for number in range(1, count + 1):
            name = f"{kind[:2].upper()}{number}"
            pairs.append((name, kind, times))
            days = rng.integers(0, 300, size=int(rng.binomial(times + 1, 0.75)))
            contacts += [(name, truth.start + timedelta(days=int(day))) for day in np.sort(days)]
    outcomes = [
        ("获得荣誉", 29, None),
        ("补考通过", 34, 46),
        ("全国二等奖", 1, None),
        ("行业一等奖", 1, None),
        ("省级一等奖", 11, None),
    ]
    return {
        "graduates": _frame(asked, "participant_id", "day", "channel", "reached", "situation"),
        "pairs": _frame(pairs, "pair", "kind", "planned"),
        "pair_contacts": _frame(contacts, "pair", "day"),
        "gifts": _frame(
            [("被褥", truth.start + timedelta(days=120), 15, 220)], "item", "day", "quantity", "unit_price"
        ),
        "outcomes": _frame(outcomes, "outcome", "count", "n"),
    }
