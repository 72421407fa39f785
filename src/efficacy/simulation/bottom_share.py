"""A school followed by the county's bottom share: marks, cuts, help and duties with known truth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from scipy import stats

from ..streams import stream

COUNTY_SHARE = 0.2


@dataclass(frozen=True, kw_only=True)
class CohortTruth:
    """Pupils who entered together. shares: true share below the county's cut of the total, by term, in order of terms;
    n: enrolled in the first of them; leavers, joiners: after the first term. exact: terms of which the simulated count
    is made to be this one."""

    name: str
    n: int
    grades: Mapping[str, str]
    """Term -> grade."""
    shares: Mapping[str, float]
    leavers: int = 0
    joiners: int = 0
    exact: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class BottomShareTruth:
    """What is true of a simulated school. retest_r: correlation of a pupil's general standing in two neighbouring
    terms; common: part of the variance of a subject's marks that all subjects share. exam_days: by term. causes: chance
    of each; rater_agreement: chance that the second rater decides as the first."""

    seed: int
    cohorts: tuple[CohortTruth, ...]
    subjects: tuple[str, ...]
    exam_days: Mapping[str, date]
    full_mark: int = 100
    county_mean: float = 70.0
    county_sd: float = 15.0
    retest_r: float = 0.85
    common: float = 0.7
    absent: float = 0.01
    n_classes: int = 3
    special_families: float = 0.5
    left_behind_of_special: float = 0.8
    causes: Mapping[str, float]
    rater_agreement: float = 0.9
    helped_days: int = 30
    recorded_by_pupil: float = 0.8
    recorded_by_pupil_alone: float = 0.05
    duty_in_time: float = 0.8
    duty_late: float = 0.12
    """The rest is never done."""


@dataclass(frozen=True, kw_only=True)
class SimulatedSchool:
    """Registers by the columns of the codebook bottom_share; participant_id is a running number."""

    marks: pd.DataFrame
    cuts: pd.DataFrame
    families: pd.DataFrame
    causes: pd.DataFrame
    teacher_help: pd.DataFrame
    pupil_help: pd.DataFrame
    duties: pd.DataFrame


def simulate_school(truth: BottomShareTruth) -> SimulatedSchool:
    """Draw one school. The same truth gives the same school."""
    first, marks = 0, []
    for cohort in truth.cohorts:
        marks.append(_cohort_marks(truth, cohort, first))
        first += cohort.n + cohort.joiners
    together = pd.concat(marks, ignore_index=True)
    cuts = county_cuts(truth)
    last = together[together["term"] == list(truth.exam_days)[-1]]
    listed = _listed(last, cuts)
    teacher, pupil = _help(truth, listed)
    return SimulatedSchool(
        marks=together,
        cuts=cuts,
        families=_families(truth, np.sort(last["participant_id"].unique())),
        causes=_causes(truth, np.sort(listed["participant_id"].unique())),
        teacher_help=teacher,
        pupil_help=pupil,
        duties=_duties(truth, last),
    )


def total_sd(truth: BottomShareTruth) -> float:
    """Standard deviation of the county's totals: k sd sqrt(common + (1 - common) / k)."""
    k = len(truth.subjects)
    return float(k * truth.county_sd * np.sqrt(truth.common + (1 - truth.common) / k))


def county_cuts(truth: BottomShareTruth) -> pd.DataFrame:
    """The mark below which a fifth of the county lies, by term, grade and subject, the total included."""
    z = float(stats.norm.ppf(COUNTY_SHARE))
    k = len(truth.subjects)
    rows = []
    for term in truth.exam_days:
        for grade in sorted({cohort.grades[term] for cohort in truth.cohorts if term in cohort.grades}):
            one = {"term": term, "grade": grade}
            for subject in truth.subjects:
                mean, sd = truth.county_mean, truth.county_sd
                rows.append(one | {"subject": subject, "cut": round(mean + z * sd), "mean": mean, "sd": sd})
            mean, sd = k * truth.county_mean, total_sd(truth)
            rows.append(one | {"subject": "total", "cut": round(mean + z * sd), "mean": mean, "sd": round(sd, 1)})
    return pd.DataFrame(rows)


def _cohort_marks(truth: BottomShareTruth, cohort: CohortTruth, first: int) -> pd.DataFrame:
    """All marks of a cohort: standing by an autoregressive walk around the term's own mean, subjects around it."""
    rng = stream(truth.seed, f"bottom share, marks of {cohort.name}")
    size, r = cohort.n + cohort.joiners, truth.retest_r
    standing = rng.normal(size=size)
    school_class = rng.permutation(np.arange(size) % truth.n_classes) + 1
    rows = []
    for position, (term, share) in enumerate(cohort.shares.items()):
        if position:
            standing = r * standing + np.sqrt(1 - r**2) * rng.normal(size=size)
        own = rng.normal(size=(size, len(truth.subjects)))
        absent = rng.random((size, len(truth.subjects))) < truth.absent
        there = _enrolled(cohort, position)
        if term in cohort.exact:  # a published count holds for everybody who was there
            absent[:] = False
        scores = _scores(truth, cohort, term, share, standing, own, there)
        for index in np.flatnonzero(there):
            place = {
                "participant_id": first + index,
                "term": term,
                "grade": cohort.grades[term],
                "class": f"{cohort.grades[term]}({school_class[index]})",
            }
            rows += [
                place | {"subject": subject, "score": np.nan if absent[index, j] else scores[index, j]}
                for j, subject in enumerate(truth.subjects)
            ]
    return pd.DataFrame(rows).assign(full_mark=truth.full_mark)


def _enrolled(cohort: CohortTruth, position: int) -> np.ndarray:
    """Who is on the roll: leavers, the first numbers, in the first term only; joiners, the last, from the second on."""
    there = np.ones(cohort.n + cohort.joiners, dtype=bool)
    if position == 0:
        there[cohort.n :] = False
    else:
        there[: cohort.leavers] = False
    return there


def _scores(
    truth: BottomShareTruth,
    cohort: CohortTruth,
    term: str,
    share: float,
    standing: np.ndarray,
    own: np.ndarray,
    there: np.ndarray,
) -> np.ndarray:
    """Whole marks of one term; the cohort's mean is where its true share lies below the county's cut."""
    cut = float(stats.norm.ppf(COUNTY_SHARE))
    mean = cut - float(stats.norm.ppf(share))

    def marks(shift: float) -> np.ndarray:
        z = np.sqrt(truth.common) * standing[:, None] + np.sqrt(1 - truth.common) * own
        scale = total_sd(truth) / len(truth.subjects)  # the shift is in units of the total
        drawn = truth.county_mean + truth.county_sd * z + scale * (mean + shift)
        return np.asarray(np.clip(np.round(drawn), 0, truth.full_mark))

    if term not in cohort.exact:
        return marks(0.0)
    limit = round(len(truth.subjects) * truth.county_mean + cut * total_sd(truth))
    shifts = np.arange(0, 2, 0.005)
    candidates = (shift for size in shifts for shift in (size, -size))
    wanted = cohort.exact[term]
    return next(found for shift in candidates if ((found := marks(shift)).sum(axis=1)[there] < limit).sum() == wanted)


def _listed(marks: pd.DataFrame, cuts: pd.DataFrame) -> pd.DataFrame:
    """Pupil and subject below the cut in the last term."""
    held = marks.merge(cuts[["term", "grade", "subject", "cut"]], on=["term", "grade", "subject"])
    return held.loc[held["score"] < held["cut"], ["participant_id", "subject"]].reset_index(drop=True)


def _families(truth: BottomShareTruth, pupils: np.ndarray) -> pd.DataFrame:
    """Special families; the stated part of them, to a whole number of pupils, left behind."""
    rng = stream(truth.seed, "bottom share, families")
    special = rng.permutation(pupils)[: round(truth.special_families * len(pupils))]
    n_left = round(truth.left_behind_of_special * len(special))
    rows = [(pupil, "left_behind") for pupil in special[:n_left]]
    rows += [(pupil, str(rng.choice(["single_parent", "poor"]))) for pupil in special[n_left:]]
    rows += [(pupil, "poor") for pupil in special[:n_left] if rng.random() < 0.3]
    return pd.DataFrame(sorted(rows), columns=["participant_id", "situation"])


def _causes(truth: BottomShareTruth, pupils: np.ndarray) -> pd.DataFrame:
    """Two raters' forms: the second repeats a decision of the first with the stated probability."""
    rng = stream(truth.seed, "bottom share, causes")
    rows = []
    for pupil in pupils:
        found = {cause: bool(rng.random() < p) for cause, p in truth.causes.items()}
        if not any(found.values()):
            found[str(rng.choice(list(truth.causes)))] = True
        again = {cause: yes if rng.random() < truth.rater_agreement else not yes for cause, yes in found.items()}
        for rater, decisions in (("A", found), ("B", again)):
            rows += [(pupil, rater, cause) for cause, yes in decisions.items() if yes]
    return pd.DataFrame(rows, columns=["participant_id", "rater", "cause"])


def _help(truth: BottomShareTruth, listed: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Help in the weeks after the last exam but one, by the teachers' records and by the pupils'."""
    rng = stream(truth.seed, "bottom share, help")
    start = list(truth.exam_days.values())[-2] + timedelta(days=30)
    places = ("in_class", "out_of_class", "out_of_school")
    strategies = ("subject_help", "small_steps", "habit_training", "counselling", "family_contact", "moral_education")
    teacher, pupil = [], []
    for row in listed.itertuples(index=False):
        for day in _school_days(start, int(rng.integers(1, 6)), truth.helped_days, rng):
            place = str(rng.choice(places, p=[0.35, 0.55, 0.1]))
            strategy = str(rng.choice(strategies, p=[0.5, 0.2, 0.12, 0.08, 0.06, 0.04]))
            minutes = int(rng.choice([10, 15, 20, 30, 40]))
            event = (row.participant_id, day, row.subject)
            both, alone = rng.random(2)
            if alone < truth.recorded_by_pupil_alone:
                pupil.append((*event, int(rng.integers(2, 6))))
                continue
            teacher.append((*event, f"T{1 + truth.subjects.index(row.subject)}", minutes, place, strategy))
            if both < truth.recorded_by_pupil:
                pupil.append((*event, int(rng.integers(2, 6))))
    columns = ["participant_id", "day", "subject"]
    by_day = ["day", "participant_id", "subject"]
    return (
        pd.DataFrame(teacher, columns=[*columns, "teacher", "minutes", "place", "strategy"]).sort_values(by_day),
        pd.DataFrame(pupil, columns=[*columns, "helpful"]).sort_values(by_day),
    )


def _duties(truth: BottomShareTruth, marks: pd.DataFrame) -> pd.DataFrame:
    """Duties of the last term: weekly and monthly by class, the others by grade, each done in time, late or never."""
    rng = stream(truth.seed, "bottom share, duties")
    first, last = list(truth.exam_days.values())[-2:]
    weeks = [first + timedelta(days=30 + 7 * week) for week in range(14)]
    rounds = (
        ("weekly_booklet", sorted(marks["class"].unique()), weeks),
        ("monthly_check", sorted(marks["class"].unique()), weeks[3::4]),
        ("teacher_check", sorted(marks["grade"].unique()), weeks[6::7]),
        ("symposium", sorted(marks["grade"].unique()), weeks[8:9]),
        ("exam_analysis", sorted(marks["grade"].unique()), [last + timedelta(days=7)]),
    )
    rows = []
    for duty, units, days in rounds:
        for unit in units:
            for due in days:
                chance = rng.random()
                late = int(rng.integers(1, 10))
                in_time, done = chance < truth.duty_in_time, chance < truth.duty_in_time + truth.duty_late
                day = due if in_time else due + timedelta(days=late) if done else None
                rows.append((duty, unit, due, day))
    return pd.DataFrame(rows, columns=["duty", "unit", "due", "done"])


def _school_days(start: date, count: int, within: int, rng: np.random.Generator) -> Iterable[date]:
    days = [day for offset in range(within) if (day := start + timedelta(days=offset)).weekday() < 5]
    return sorted(days[index] for index in rng.choice(len(days), size=count, replace=False))
