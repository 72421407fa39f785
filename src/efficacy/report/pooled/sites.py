"""Who was measured where, and what changed there: one row a site, in the order of their names, which ranks nobody."""

from __future__ import annotations

import pandas as pd

from ..blocks import Column, Row, Table
from ..intervention import Case
from ..numbers import Number
from ..shared import conf_column
from ..wording import Words, reasons_of, say
from .cases import site_of
from .evaluation import Evaluation
from .words import ends, retest, share, site_label, size


def sites_table(evaluation: Evaluation) -> Table:
    """Children surveyed, members with both waves, and their scores at each site."""
    return Table(
        id="pooled.sites",
        title=say("pooled.sites_title"),
        columns=[
            Column(role="site", header=say("pooled.column_site"), align="left"),
            Column(role="n_survey", header=say("pooled.column_n_survey")),
            Column(role="n", header=say("pooled.column_n_members")),
            Column(role="mean_survey", header=say("pooled.column_survey_mean")),
            Column(role="sd_survey", header=say("pooled.column_survey_sd")),
            Column(role="mean_pre", header=say("pooled.column_pre")),
            Column(role="mean_post", header=say("pooled.column_post")),
        ],
        rows=[_described(evaluation, case) for case in evaluation.cases],
        notes=[say("pooled.sites_note")],
    )


def _described(evaluation: Evaluation, case: Case) -> Row:
    members, _ = case.both_waves
    n_survey, n = len(case.own_survey), len(members)
    return Row(
        cells=[
            site_label(evaluation, site_of(case.study)),
            Number(value=n_survey, role="count"),
            Number(value=n, role="count"),
            Number(value=float(case.own_survey.mean()), role="score", n=n_survey),
            Number(value=float(case.own_survey.std()), role="score", n=n_survey),
            Number(value=float(case.survey[members].mean()), role="score", n=n),
            Number(value=float(case.later[members].mean()), role="score", n=n),
        ],
        n=n,
    )


def changes_table(evaluation: Evaluation) -> Table:
    """The change beyond selection at each site, with the retest correlation used there and its weight in the mean."""
    rows = evaluation.main.by_site()
    notes: list[Words] = [say(f"pooled.changes_note_{evaluation.unit}")]
    if evaluation.params.retest_sd is not None:
        notes.append(say("pooled.changes_note_transported", r=retest(evaluation.main.retest_r)))
    if evaluation.pooled:
        notes += reasons_of(evaluation.main)
    return Table(
        id="pooled.changes",
        title=say("pooled.changes_title"),
        columns=[
            Column(role="site", header=say("pooled.column_site"), align="left"),
            Column(role="retest_r", header=say("pooled.column_r")),
            Column(role="expected_gain", header=say("pooled.column_expected")),
            Column(role="estimate", header=say(f"pooled.column_change_{evaluation.unit}")),
            Column(role="std_error", header=say("common.column_std_error")),
            conf_column(evaluation.params.conf_level),
            *([Column(role="weight", header=say("pooled.column_weight"))] if evaluation.pooled else []),
        ],
        rows=[_changed(evaluation, row) for _, row in rows.iterrows()],
        notes=notes,
        method="retest_correction",
    )


def _changed(evaluation: Evaluation, row: pd.Series) -> Row:
    n = int(row["n"])
    return Row(
        cells=[
            site_label(evaluation, row["term"]),
            retest(row["retest_r"]),
            Number(value=row["expected_gain"], role="score", n=n),
            size(evaluation, row["estimate"], n=n, df=row["df"]),
            size(evaluation, row["std_error"], n=n),
            ends(evaluation, row["conf_low"], row["conf_high"]),
            *([share(row["weight"])] if evaluation.pooled else []),
        ],
        n=n,
    )
