"""Change of classes and of single subjects, the awards by the school's rules, and how large the part of luck is."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from ...params import BottomShareParams
from ...registers import TOTAL, AwardRule
from ...study import Study
from ..blocks import Block, Cell, Column, Row, Sentence, Table
from ..numbers import Interval, Number
from ..shared import absent, conf_column, smallest_shown
from ..wording import say
from .change import terms_words
from .choices import class_label, earlier_term, in_school_order, label, later_term, ranks_of, school_of


def award_rules(study: Study, unit: str) -> tuple[AwardRule, ...]:
    """The tiers of an award to classes or to subjects of a grade."""
    return tuple(
        AwardRule(
            name=str(position),
            criterion=tier.criterion,
            at_least=tier.at_least,
            amount=tier.amount,
            only_if_rank_kept=tier.only_if_rank_kept,
        )
        for position, tier in enumerate(school_of(study).awards)
        if tier.unit == unit
    )


def class_rows(study: Study, params: BottomShareParams, held: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The totals of the two terms, one row a pupil: what ``changes_by_group`` takes."""
    totals = held[held["subject"] == TOTAL]
    earlier = earlier_term(study, params)
    before = totals[totals["term"] == earlier][["participant_id", "bottom"]]
    return before, totals[totals["term"] == later_term(study, params)][["participant_id", "class", "bottom"]]


def award_results(classes: pd.DataFrame) -> pd.DataFrame:
    """Changes by class as ``award_audit`` takes them; classes have no rank in the county."""
    chance = classes["chance"].fillna(1.0)  # no fall: any fall of nought or more is certain
    return classes.assign(unit=classes["class"], chance=chance, rank_rise=math.nan)


def subject_rows(study: Study, params: BottomShareParams, held: pd.DataFrame) -> dict[str, dict[str, pd.DataFrame]]:
    """Subject -> the marks of the two terms as ``changes_by_group`` takes them, by the grade of the later term."""
    earlier, later = earlier_term(study, params), later_term(study, params)
    rows = {}
    for subject in (named.value for named in school_of(study).subjects):
        marks = held[held["subject"] == subject]
        now = marks[marks["term"] == later][["participant_id", "grade", "bottom"]]
        rows[subject] = {"earlier": marks[marks["term"] == earlier][["participant_id", "bottom"]], "later": now}
    return rows


def subject_results(
    study: Study, params: BottomShareParams, shares: pd.DataFrame, changes: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """Changes by grade and subject as ``award_audit`` takes them, with the places that the cohort rose in the county.

    shares: with the cohort's earlier grade; changes: subject -> table by grade. rank_rise is missing where the earlier
    term is not the one before, the cohort is new, or a rank is not in the register.
    """
    later = later_term(study, params)
    rank = ranks_of(study).set_index(["term", "grade", "subject"])["rank"]
    now = shares[(shares["term"] == later) & (shares["earlier_term"] == earlier_term(study, params))]
    was = now.set_index(["grade", "subject"])["earlier_grade"]
    rows = pd.concat([table.assign(subject=subject) for subject, table in changes.items()], ignore_index=True)
    places = [tuple(place) for place in rows[["grade", "subject"]].to_numpy()]
    first = [
        rank.get((earlier_term(study, params), was.get((grade, subject)), subject), math.nan)
        for grade, subject in places
    ]
    last = [rank.get((later, grade, subject), math.nan) for grade, subject in places]
    rows = rows.assign(rank_earlier=first, rank_later=last, chance=rows["chance"].fillna(1.0))
    units = [f"{grade} {subject}" for grade, subject in places]
    return rows.assign(unit=units, rank_rise=rows["rank_earlier"] - rows["rank_later"])


def award_blocks(study: Study, params: BottomShareParams, classes: pd.DataFrame, audit: pd.DataFrame) -> list[Block]:
    """Change by class, which awards the declared rules give, and how large the part of luck is.

    classes: from ``changes_by_group``; audit: from ``award_audit``, empty without rules.
    """
    table = in_school_order(study, classes).assign(unit=lambda rows: rows["class"])
    names: dict[str, list[Cell]] = {name: [class_label(study, name)] for name in table["unit"]}
    headings = [Column(role="class", header=say("bottom_share.column_class"), align="left")]
    shown = _change_table(study, params, table, names, headings, audit, id="classes")
    if not school_of(study).awards:
        return [absent("awards"), shown]
    return [
        shown,
        Sentence(id="bottom_share.awards.caution", parts=[say("bottom_share.awards_caution")], tone="caution"),
    ]


def subject_blocks(study: Study, params: BottomShareParams, results: pd.DataFrame, audit: pd.DataFrame) -> list[Block]:
    """Change by grade and subject with the ranks in the county. results: from ``subject_results``."""
    order = {named.value: place for place, named in enumerate(school_of(study).grades)}
    table = results.sort_values("grade", key=lambda grades: grades.map(order), kind="stable")
    names: dict[str, list[Cell]] = {
        row["unit"]: [
            label(study, row["grade"]),
            label(study, row["subject"]),
            _rank(row["rank_earlier"]),
            _rank(row["rank_later"]),
        ]
        for _, row in table.iterrows()
    }
    headings = [
        Column(role="grade", header=say("bottom_share.column_grade"), align="left"),
        Column(role="subject", header=say("bottom_share.column_subject"), align="left"),
        Column(role="rank earlier", header=say("bottom_share.column_rank_earlier")),
        Column(role="rank", header=say("bottom_share.column_rank_later")),
    ]
    return [_change_table(study, params, table, names, headings, audit, id="by_subject")]


def _rank(value: float) -> Cell:
    return None if math.isnan(value) else Number(value=int(value), role="integer")


def _change_table(
    study: Study,
    params: BottomShareParams,
    table: pd.DataFrame,
    names: Mapping[str, list[Cell]],
    headings: list[Column],
    audit: pd.DataFrame,
    *,
    id: str,
) -> Table:
    """Units with their change, what chance does, and the award where there are rules for such units."""
    columns = [
        *headings,
        Column(role="n", header=say("common.column_n")),
        Column(role="n_earlier", header=say("bottom_share.column_bottom_earlier")),
        Column(role="n_later", header=say("bottom_share.column_bottom_later")),
        Column(role="estimate", header=say("bottom_share.column_change")),
        conf_column(params.conf_level),
        Column(role="chance", header=say("bottom_share.column_chance")),
        Column(role="luck_band", header=say("bottom_share.column_band")),
    ]
    notes = [say("bottom_share.band_note", r=Number(value=params.standing_highest, role="r"))]
    earned = dict(zip(audit["unit"], audit["rule"], strict=True)) if _has_rules(study, id) else {}
    if earned:
        columns += [
            Column(role="rule", header=say("bottom_share.column_award"), align="left"),
            Column(role="amount", header=say("bottom_share.column_amount")),
        ]
    rows = [_change_row(study, params, row, names[row["unit"]], earned) for _, row in table.iterrows()]
    return Table(
        id=f"bottom_share.{id}",
        title=say(f"bottom_share.{id}_title", **terms_words(study, params)),
        columns=columns,
        rows=rows,
        notes=[say(f"bottom_share.{id}_note"), *notes],
        method="newcombe_paired",
    )


def _has_rules(study: Study, id: str) -> bool:
    return bool(award_rules(study, {"classes": "class", "by_subject": "subject"}[id]))


def _change_row(
    study: Study,
    params: BottomShareParams,
    row: pd.Series,
    names: list[Cell],
    earned: Mapping[str, str],
) -> Row:
    """A unit's change; in what is shared of confidential data, where it stands for single pupils, only its size."""
    hides = smallest_shown(study.site, params) > 1
    no_fall = math.isnan(row["chance"]) or row["share_fall"] <= 0
    cells: list[Cell] = [
        *names,
        Number(value=int(row["n"]), role="count"),
        None if hides else Number(value=int(row["n_earlier"]), role="count"),
        None if hides else Number(value=int(row["n_later"]), role="count"),
        None if hides else Number(value=-row["share_fall"], role="percent", n=int(row["n"])),
        None if hides else Interval(low=row["conf_low"], high=row["conf_high"], role="percent"),
        None if hides or no_fall else Number(value=row["chance"], role="percent"),
        None if hides or math.isnan(row["luck_band"]) else say("bottom_share.band", pupils=int(row["luck_band"])),
    ]
    if earned:
        name = earned[row["unit"]]
        tier = school_of(study).awards[int(name)] if name else None
        cells += [
            None if hides else tier.name if tier else say("bottom_share.no_award"),
            None if hides else Number(value=tier.amount if tier else 0, role="score"),
        ]
    return Row(cells=cells, n=int(row["n"]))
