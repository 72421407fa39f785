"""Who was measured where: one row a site, in the order of their names, which ranks nobody."""

from __future__ import annotations

from ...study import PooledStudy
from ..blocks import Column, Row, Table
from ..intervention import Case
from ..numbers import Number
from ..wording import say
from .cases import cases


def sites_table(study: PooledStudy) -> Table:
    """Children surveyed, members with both waves, and what was measured of them at each site."""
    return Table(
        id="pooled.sites",
        title=say("pooled.sites_title"),
        columns=[
            Column(role="site", header=say("pooled.column_site"), align="left"),
            Column(role="n_survey", header=say("pooled.column_n_survey")),
            Column(role="n", header=say("pooled.column_n_members")),
            Column(role="mean_survey", header=say("pooled.column_survey_mean")),
            Column(role="mean_pre", header=say("pooled.column_pre")),
            Column(role="mean_post", header=say("pooled.column_post")),
        ],
        rows=[_row(case) for case in cases(study)],
        notes=[say("pooled.sites_note")],
    )


def _row(case: Case) -> Row:
    both, _ = case.both_waves
    return Row(
        cells=[
            case.study.site.title,
            Number(value=len(case.survey), role="count"),
            Number(value=len(both), role="count"),
            Number(value=float(case.survey.mean()), role="score", n=len(case.survey)),
            Number(value=float(case.survey[both].mean()), role="score", n=len(both)),
            Number(value=float(case.later[both].mean()), role="score", n=len(both)),
        ],
        n=len(both),
    )
