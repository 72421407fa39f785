"""Who was asked and who answered: sample flow, consent, and who the children are."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from ...params import DescriptiveParams
from ...study import Study
from ...study.model import PERSON_COLUMN
from ..blocks import Column, Row, Sentence, Table
from ..labels import arm_label, covariate_label, level_label, scale_label, wave_label
from ..numbers import Number, PlusMinus
from ..shared import absent
from ..wording import Message, say
from .choices import scale_of, wave_of


def flow_steps(study: Study, params: DescriptiveParams) -> list[tuple[str, int | None]]:
    """The steps up to a valid score, with the children left at each; None where nobody wrote it down."""
    scale, wave = scale_of(study, params), wave_of(study, params)
    flow = study.site.flow
    return [
        ("approached", flow.approached),
        ("consented", flow.consented),
        ("returned", flow.returned),
        ("file", len(study.participants)),
        ("valid", len(study.score(wave, scale))),
    ]


def measured_by_arm(study: Study) -> pd.DataFrame:
    """Arms x waves: children with a score at the wave, for sites with groups; "n" is the arm's size."""
    scored = study.scores[study.scores["score"].notna()]
    measured = {wave.id: set(scored.loc[scored["wave"] == wave.id, PERSON_COLUMN]) for wave in study.site.waves}
    arms = study.site.arms
    rows = {}
    for level in arms.levels if arms else ():
        children = study.participants.index[study.participants["arm"] == level.value]
        counts = {wave: int(children.isin(list(there)).sum()) for wave, there in measured.items()}
        rows[level.value] = {"n": len(children), **counts}
    return pd.DataFrame.from_dict(rows, orient="index")


def flow_table(study: Study, params: DescriptiveParams) -> Table:
    """Children at every step, and of each group at every wave."""
    rows: list[Row] = []
    before: int | None = None
    for step, n in flow_steps(study, params):
        share = n / before if n is not None and before else None
        known = Number(value=n, role="count") if n is not None else say("descriptive_tables.not_recorded")
        rows.append(
            Row(cells=[say(f"descriptive_tables.flow_{step}"), known, Number(value=share, role="percent")], n=n)
        )
        before = n if n is not None else before
    measured = measured_by_arm(study)
    for arm, counts in measured.iterrows():
        rows.append(Row(cells=[arm_label(study, str(arm)), None, None], heading=True))
        for name, n in counts.items():
            if name != "n" and n == 0:
                continue  # never measured then: no step of this group, and no loss
            label = say("descriptive_tables.flow_arm") if name == "n" else _measured_label(study, str(name))
            share = n / counts["n"] if name != "n" and counts["n"] else None
            cells = [label, Number(value=int(n), role="count"), Number(value=share, role="percent")]
            rows.append(Row(cells=cells, n=int(n), group=f"flow.{name}"))
    notes = [say("descriptive_tables.flow_note", scale=scale_label(study, scale_of(study, params)))]
    return Table(
        id="descriptive.flow",
        title=say("descriptive_tables.flow_title"),
        columns=[
            Column(role="term", header=say("descriptive_tables.column_step"), align="left"),
            Column(role="n", header=say("descriptive_tables.column_children")),
            Column(role="share", header=say("descriptive_tables.column_of_previous")),
        ],
        rows=rows,
        notes=notes,
    )


def _measured_label(study: Study, wave: str) -> Message:
    return say("descriptive_tables.flow_measured", wave=wave_label(study, wave))


def consent_sentence(study: Study) -> Sentence:
    """Who consented and how, and how the children were reached."""
    recorded = study.site.flow.consent
    public = study.site.data_origin == "public"
    consent = say("descriptive.consent_public" if public else "descriptive.consent_missing")
    if recorded is not None:
        consent = say("descriptive.consent", text=recorded)
    return Sentence(
        id="descriptive.consent",
        parts=[consent, say(f"descriptive.sampling_{study.site.sampling}", population=study.site.population)],
        tone="caution" if recorded is None and not public else "plain",
    )


def characteristics_table(study: Study, categories: pd.DataFrame, numbers: pd.DataFrame) -> Table | Sentence:
    """Table 1. categories: as categorical_table counts them; numbers: as describe_scores describes them."""
    if categories.empty and numbers.empty:
        return absent("covariates")
    rows: list[Row] = []
    for variable, levels in categories.groupby("variable", sort=False) if len(categories) else ():
        rows += _level_rows(study, str(variable), levels)
    for _, row in numbers.iterrows():
        cells = [covariate_label(study, row["scale"]), None, Number(value=int(row["n"]), role="count")]
        rows.append(Row(cells=[*cells, PlusMinus(mean=row["mean"], sd=row["sd"])], n=int(row["n"])))
    return Table(
        id="descriptive.characteristics",
        title=say("descriptive_tables.characteristics_title"),
        columns=[
            Column(role="variable", header=say("common.column_variable"), align="left"),
            Column(role="level", header=say("common.column_level"), align="left"),
            Column(role="n", header=say("common.column_n")),
            Column(role="share mean sd", header=say("descriptive_tables.column_share_or_mean")),
        ],
        rows=rows,
        notes=[say("descriptive_tables.characteristics_note", n=len(study.participants))],
        n=len(study.participants),
    )


def _level_rows(study: Study, variable: str, levels: pd.DataFrame) -> Sequence[Row]:
    rows = []
    for position, (_, level) in enumerate(levels.iterrows()):
        n = int(level["n"])
        rows.append(
            Row(
                cells=[
                    covariate_label(study, variable) if position == 0 else None,
                    level_label(study, variable, str(level["level"])),
                    Number(value=n, role="count"),
                    Number(value=level["share"], role="percent", n=n),
                ],
                n=n,
                group=variable,
            )
        )
    n_missing = int(levels["n_missing"].iloc[0])
    if n_missing:
        unanswered = [None, say("descriptive_tables.no_answer"), Number(value=n_missing, role="count"), None]
        rows.append(Row(cells=unanswered, n=n_missing, group=variable))
    return rows
