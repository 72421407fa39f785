"""Who is in the county's lowest fifth: by subject and grade, by the declared tie rule, on the school's list."""

from __future__ import annotations

import pandas as pd

from ...params import BottomShareParams
from ...registers import COMBINATIONS, TOTAL, BottomShares
from ...study import Study
from ..blocks import Cell, Column, Row, Sentence, Table
from ..numbers import Interval, Number
from ..shared import conf_column, percent_words, share_cell, smallest_shown
from ..wording import say
from .choices import label, later_term, list_changes, shown_grades, subjects_of


def share_table(study: Study, params: BottomShareParams, shares: BottomShares) -> Table:
    """Bottom share of every grade and subject in the term described."""
    term = later_term(study, params)
    table = shares.tidy()
    rows = []
    for grade in shown_grades(study, table, term):
        for subject in (*subjects_of(study), TOTAL):
            found = table[(table["term"] == term) & (table["grade"] == grade) & (table["subject"] == subject)]
            if not found.empty:
                rows.append(_share_row(study, params, found.iloc[0], named=subject == subjects_of(study)[0]))
    return Table(
        id="bottom_share.shares",
        title=say("bottom_share.shares_title", term=label(study, term)),
        columns=[
            Column(role="grade", header=say("bottom_share.column_grade"), align="left"),
            Column(role="subject", header=say("bottom_share.column_subject"), align="left"),
            Column(role="n", header=say("common.column_n")),
            Column(role="n_bottom", header=say("bottom_share.column_bottom")),
            Column(role="share", header=say("bottom_share.column_share")),
            conf_column(params.conf_level),
            Column(role="n_absent", header=say("bottom_share.column_absent")),
        ],
        rows=rows,
        notes=[say("bottom_share.shares_note"), say(f"bottom_share.tie_{params.tie_rule}")],
        method="wilson",
    )


def _share_row(study: Study, params: BottomShareParams, row: pd.Series, *, named: bool) -> Row:
    smallest = smallest_shown(study.site, params)
    n, n_bottom = int(row["n"]), int(row["n_bottom"])
    hidden = smallest > 1 and (0 < n_bottom < smallest or 0 < n - n_bottom < smallest)
    interval: Cell = None if hidden else Interval(low=row["conf_low"], high=row["conf_high"], role="percent")
    return Row(
        cells=[
            label(study, row["grade"]) if named else None,
            label(study, row["subject"]),
            Number(value=n, role="count"),
            say("common.hidden") if hidden else Number(value=n_bottom, role="count"),
            share_cell(row["share"], n, smallest=smallest),
            interval,
            Number(value=int(row["n_absent"]), role="count") if smallest == 1 else None,
        ],
        n=n,
    )


def tie_table(study: Study, params: BottomShareParams, below: BottomShares, at_or_below: BottomShares) -> Table:
    """What the rule about marks on the cut does to the share of the total."""
    term = later_term(study, params)
    smallest = smallest_shown(study.site, params)
    both = below.tidy().merge(at_or_below.tidy(), on=["term", "grade", "subject"], suffixes=("", "_at"))
    both = both[(both["term"] == term) & (both["subject"] == TOTAL)]
    rows = [
        Row(
            cells=[
                label(study, grade),
                Number(value=int(row["n"]), role="count"),
                share_cell(row["share"], int(row["n"]), smallest=smallest),
                share_cell(row["share_at"], int(row["n"]), smallest=smallest),
                Number(value=int(row["n_bottom_at"] - row["n_bottom"]), role="count") if smallest == 1 else None,
            ],
            n=int(row["n"]),
        )
        for grade in shown_grades(study, both, term)
        for _, row in both[both["grade"] == grade].iterrows()
    ]
    return Table(
        id="bottom_share.ties",
        title=say("bottom_share.ties_title", term=label(study, term)),
        columns=[
            Column(role="grade", header=say("bottom_share.column_grade"), align="left"),
            Column(role="n", header=say("common.column_n")),
            Column(role="share below", header=say("bottom_share.column_below")),
            Column(role="share at_or_below", header=say("bottom_share.column_at_or_below")),
            Column(role="n_tied", header=say("bottom_share.column_tied")),
        ],
        rows=rows,
        notes=[say("bottom_share.ties_note")],
    )


def combination_table(study: Study, params: BottomShareParams, combinations: pd.DataFrame) -> Table:
    """Pupils below the cut of a subject, of the total, of both or of neither."""
    term = later_term(study, params)
    now = combinations[combinations["term"] == term]
    names = (*COMBINATIONS, "not_decided")
    rows = []
    for grade in shown_grades(study, now, term):
        counts = now[now["grade"] == grade].set_index("combination")["n"]
        rows.append(
            Row(
                cells=[label(study, grade), *(Number(value=int(counts[name]), role="count") for name in names)],
                n=min((int(counts[name]) for name in names if counts[name]), default=0),
            )
        )
    return Table(
        id="bottom_share.combinations",
        title=say("bottom_share.combinations_title", term=label(study, term)),
        columns=[
            Column(role="grade", header=say("bottom_share.column_grade"), align="left"),
            *(Column(role=f"n {name}", header=say(f"bottom_share.combination_{name}")) for name in names),
        ],
        rows=rows,
        notes=[say("bottom_share.combinations_note")],
    )


def list_sentence(study: Study, held: pd.DataFrame) -> Sentence:
    """How many decisions the teachers made about the list, and that the measure does not follow them."""
    if list_changes(study) is None:
        return Sentence(id="bottom_share.list", parts=[say("bottom_share.list_none")])
    changed = held[held["overridden"]]
    taken_off = int((changed["bottom"].fillna(False) & ~changed["identified"].fillna(False)).sum())
    added = int((~changed["bottom"].fillna(False) & changed["identified"].fillna(False)).sum())
    return Sentence(
        id="bottom_share.list",
        parts=[say("bottom_share.list_changed", n=len(changed), off=taken_off, added=added)],
    )


def interval_words(params: BottomShareParams, share: float, low: float, high: float) -> dict[str, object]:
    """A share with its interval, as sentences take it."""
    return {
        "share": Number(value=share, role="percent"),
        "level": percent_words(params.conf_level),
        "interval": Interval(low=low, high=high, role="percent"),
    }
