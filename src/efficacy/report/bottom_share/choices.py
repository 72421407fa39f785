"""What the bottom-share report takes from the registers: marks, cuts, terms, cohorts and the school's rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from ...documents import Text
from ...params import BottomShareParams, School
from ...registers import TOTAL, FallTarget, NoTarget, ShareChange, StandingTarget, Target
from ...study import Study
from ..registers import register


def school_of(study: Study) -> School:
    """What the parameters say of the school; the loader refuses a site without it."""
    if study.site.school is None:
        raise ValueError("school: this site's parameters do not describe one")
    return study.site.school


def subjects_of(study: Study) -> tuple[str, ...]:
    """Subjects whose marks add up to the total."""
    return tuple(subject.value for subject in school_of(study).subjects)


def terms_of(study: Study) -> tuple[str, ...]:
    """Terms with marks, in order of time."""
    there = set(study.registers["exam_marks"]["term"])
    return tuple(term.value for term in school_of(study).terms if term.value in there)


def grades_of(study: Study) -> tuple[str, ...]:
    """Grades, from the lowest."""
    return tuple(grade.value for grade in school_of(study).grades)


def later_term(study: Study, params: BottomShareParams) -> str:
    """The term described: as declared, else the last with marks."""
    return params.later_term or terms_of(study)[-1]


def earlier_term(study: Study, params: BottomShareParams) -> str | None:
    """The term that change is counted from: as declared, else the one before; None for a first term."""
    if params.earlier_term:
        return params.earlier_term
    terms = terms_of(study)
    position = terms.index(later_term(study, params))
    return terms[position - 1] if position else None


def list_changes(study: Study) -> pd.DataFrame | None:
    """The teachers' decisions about the list; None where there is no such register."""
    changes = register(study, "list_changes")
    return None if changes.empty else changes


def label(study: Study, value: str) -> Text:
    """What reports call an entry of the registers."""
    if value == TOTAL:
        return Text(zh="总分", en="total")
    return school_of(study).label(value)


def class_label(study: Study, name: str) -> Text:
    """A class by its grade's label: 初三(2)班 is Grade 9 (2)."""
    for grade in school_of(study).grades:
        if name.startswith(grade.value):
            rest = name.removeprefix(grade.value).removesuffix("班").strip()
            return Text(zh=name, en=f"{grade.label.en} {rest}".strip())
    return Text(zh=name, en=name)


def shown_grades(study: Study, held: pd.DataFrame, term: str) -> list[str]:
    """Grades with marks in a term, from the lowest."""
    there = set(held.loc[held["term"] == term, "grade"])
    return [grade for grade in grades_of(study) if grade in there]


def bottom_of(held: pd.DataFrame, *, term: str, grade: str | None = None, subject: str = TOTAL) -> pd.Series:
    """bottom by participant_id, of one term and subject, all grades or one."""
    rows = held[(held["term"] == term) & (held["subject"] == subject)]
    rows = rows if grade is None else rows[rows["grade"] == grade]
    return rows.set_index("participant_id")["bottom"]


def pairs_of(
    study: Study, params: BottomShareParams, held: pd.DataFrame, shares: pd.DataFrame
) -> Mapping[str, tuple[pd.Series, pd.Series]]:
    """Grade of the later term -> its cohort's pupils at the two terms, bottom by participant_id of the total.

    shares: with the cohort's earlier grade, as ``with_earlier`` gives it for neighbouring terms; between terms further
    apart the pupils are those of the later grade.
    """
    later, earlier = later_term(study, params), earlier_term(study, params)
    if earlier is None:
        return {}
    before = bottom_of(held, term=earlier)
    places = shares[(shares["term"] == later) & (shares["subject"] == TOTAL) & (shares["earlier_term"] == earlier)]
    was = dict(zip(places["grade"], places["earlier_grade"], strict=True))
    pairs = {}
    for grade in shown_grades(study, held, later):
        now = bottom_of(held, term=later, grade=grade)
        known = was.get(grade)
        then = bottom_of(held, term=earlier, grade=known) if known else before[before.index.isin(now.index)]
        if len(then.index.intersection(now.index)):
            pairs[grade] = (then, now)
    return pairs


def targets_of(study: Study) -> tuple[Target, ...]:
    """The school's targets, in the order they are declared."""
    targets: list[Target] = []
    for rule in school_of(study).targets:
        if rule.rule == "fall":
            assert rule.fall is not None and rule.unit is not None  # a fall without them is refused when read
            targets.append(FallTarget(terms=rule.terms, grades=rule.grades, fall=rule.fall, unit=rule.unit))
        elif rule.rule == "standing":
            assert rule.rank is not None and rule.share is not None
            targets.append(
                StandingTarget(
                    terms=rule.terms, grades=rule.grades, rank=rule.rank, share=rule.share, subjects=rule.subjects
                )
            )
        else:
            targets.append(NoTarget(terms=rule.terms, grades=rule.grades))
    return tuple(targets)


def ranks_of(study: Study) -> pd.DataFrame:
    """The school's ranks in the county: term, grade, subject, rank."""
    return study.registers["county_cuts"][["term", "grade", "subject", "rank"]].dropna().astype({"rank": float})


def standing(held: pd.DataFrame, cuts: pd.DataFrame, *, term: str) -> pd.Series:
    """z of the total within the county, by participant_id; missing where the county's mean or SD is."""
    rows = held[(held["term"] == term) & (held["subject"] == TOTAL)]
    rows = rows.merge(cuts[["term", "grade", "subject", "mean", "sd"]], on=["term", "grade", "subject"], how="left")
    return ((rows["score"] - rows["mean"]) / rows["sd"]).set_axis(rows["participant_id"])


def falls_of(params: BottomShareParams, changes: Mapping[str, ShareChange]) -> dict[str, dict[str, Any]]:
    """Grade -> the question for ``chance_of_fall``, for every grade whose share fell."""
    questions = {}
    for grade, change in changes.items():
        if change.status != "ok" or not change.estimate < 0:
            continue
        n_earlier, n_later = change.n_stayed_bottom + change.n_left, change.n_stayed_bottom + change.n_entered
        questions[grade] = {
            "n": change.n_used,
            "share": (n_earlier + n_later) / (2 * change.n_used),  # with nothing changed both terms estimate one share
            "fall": -change.estimate,
            "retest_r": [params.standing_lowest, params.standing_highest],
        }
    return questions


def share_of_all(rows: pd.DataFrame) -> float:
    """The share of everybody whose mark is decided."""
    return float(rows["bottom"].dropna().astype(float).mean())


def in_school_order(study: Study, classes: pd.DataFrame) -> pd.DataFrame:
    """Rows by grade, then class."""
    grades = grades_of(study)

    def place(name: str) -> tuple[int, str]:
        grade = next((index for index, grade in enumerate(grades) if name.startswith(grade)), len(grades))
        return grade, name

    return classes.iloc[sorted(range(len(classes)), key=lambda row: place(classes["class"].iloc[row]))]


def standings_of(
    study: Study, params: BottomShareParams, held: pd.DataFrame, shares: pd.DataFrame
) -> dict[str, dict[str, pd.Series]]:
    """Grade of the later term -> what ``identified_standing`` takes: z-marks of both terms, list, later bottom."""
    earlier, later = earlier_term(study, params), later_term(study, params)
    if earlier is None:
        return {}
    cuts = study.registers["county_cuts"]
    then, now = (standing(held, cuts, term=term) for term in (earlier, later))
    found = {}
    for grade, (before, after) in pairs_of(study, params, held, shares).items():
        found[grade] = {
            "earlier": then.reindex(before.index),
            "later": now.reindex(after.index),
            "identified": before.fillna(False).astype(bool),
            "bottom_later": after,
        }
    return found


def help_logs(study: Study) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The teachers' and the pupils' records: participant_id, subject, day; without rows where one is not kept."""
    columns = ["participant_id", "subject", "day"]
    first, second = (register(study, kind).reindex(columns=columns) for kind in ("teacher_help", "pupil_help"))
    return first, second


def minutes_of(study: Study) -> pd.DataFrame:
    """The teachers' records with whether the help was in class."""
    log = register(study, "teacher_help").reindex(columns=["participant_id", "subject", "minutes", "place"])
    return log.assign(in_class=log["place"].eq("in_class"))


def duties_of(study: Study) -> pd.DataFrame:
    """Duties with the day they were due and done."""
    return register(study, "duties").reindex(columns=["duty", "unit", "due", "done"])


def duty_day(study: Study, params: BottomShareParams) -> date:
    """The day on which duties are judged: as declared, else the last day in the register."""
    if params.as_of is not None:
        return params.as_of
    duties = duties_of(study)
    days = pd.to_datetime(pd.concat([duties["due"], duties["done"]])).dropna()
    return days.max().date() if len(days) else date.min


def indicators_of(study: Study) -> pd.DataFrame:
    """Other indicators as ``outcomes_with_denominators`` takes them, with their period."""
    return register(study, "indicators").reindex(columns=["indicator", "period", "count", "n"])
