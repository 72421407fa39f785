"""Causes that teachers found, the strategies paired with them, and whether a second rater found the same."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping

import pandas as pd

from ...codebooks import register_kind
from ...effects import CodeCounts
from ...params import BottomShareParams
from ...psychometrics import CohenKappa
from ...study import Study
from ..blocks import Block, Cell, Column, Row, Sentence, Table
from ..numbers import Interval, Number
from ..registers import code_label, register
from ..shared import absent, conf_column, distinct_reasons, share_cell, smallest_shown
from ..wording import Words, say

RESTRICTED = "intelligence"
"""A label that would stick to a child: shown in the internal profile only."""
STRATEGIES = {
    "intelligence": "small_steps",
    "habits": "habit_training",
    "psychology": "counselling",
    "family": "family_contact",
    "conduct": "moral_education",
}
"""Cause -> strategy that the school's handbook pairs with it."""


def cause_forms(study: Study) -> pd.DataFrame:
    """The cause forms as coded data: participant_id, level, rater."""
    forms = register(study, "cause_forms")
    return pd.DataFrame(
        {"participant_id": forms.get("participant_id"), "level": forms.get("cause"), "rater": forms.get("rater")},
        columns=["participant_id", "level", "rater"],
    ).astype({"level": str})


def causes_of() -> tuple[str, ...]:
    """Every cause of the form, in its order."""
    return tuple(code.value for code in register_kind("cause_forms").column("cause").codes)


def rater_pairs(study: Study) -> dict[str, pd.DataFrame]:
    """Cause -> the decisions of the two raters, one row a pupil on whom both filled in a form; empty without two."""
    forms = cause_forms(study).dropna(subset="rater")
    raters = sorted(forms["rater"].unique())
    if len(raters) != 2:
        return {}
    by_rater = [forms[forms["rater"] == rater] for rater in raters]
    both = sorted(set(by_rater[0]["participant_id"]) & set(by_rater[1]["participant_id"]))
    return {
        cause: pd.DataFrame(
            {
                rater: pd.Index(both).isin(rows.loc[rows["level"] == cause, "participant_id"])
                for rater, rows in zip(raters, by_rater, strict=True)
            }
        )
        for cause in causes_of()
    }


def cause_blocks(
    study: Study, params: BottomShareParams, causes: CodeCounts, kappas: Mapping[str, CohenKappa]
) -> list[Block]:
    """For how many pupils each cause was found, and for how many of them the paired strategy was recorded."""
    if causes.status == "not_computable":
        return [absent("cause_forms")]
    smallest = smallest_shown(study.site, params)
    forms, help_log = cause_forms(study), register(study, "teacher_help")
    rows = []
    shown = causes.counts[causes.counts["level"].ne(RESTRICTED) | (params.profile == "internal")]
    for _, row in shown.iterrows():
        cause, n = str(row["level"]), int(row["n"])
        pupils = set(forms.loc[forms["level"] == cause, "participant_id"])
        rows.append(
            Row(
                cells=[
                    code_label("cause_forms", "cause", cause),
                    Number(value=n, role="count"),
                    share_cell(row["share"], causes.n_used, smallest=smallest),
                    code_label("teacher_help", "strategy", STRATEGIES[cause]),
                    _covered(help_log, pupils, STRATEGIES[cause], smallest=smallest),
                    *_kappa_cells(kappas, cause),
                ],
                n=n,
            )
        )
    table = Table(
        id="bottom_share.causes",
        title=say("bottom_share.causes_title"),
        columns=[
            Column(role="cause", header=say("bottom_share.column_cause"), align="left"),
            Column(role="n", header=say("common.column_n")),
            Column(role="share", header=say("bottom_share.column_of_pupils")),
            Column(role="strategy", header=say("bottom_share.column_strategy"), align="left"),
            Column(role="n covered", header=say("bottom_share.column_covered")),
            *_kappa_columns(params, kappas),
        ],
        rows=rows,
        notes=[
            say("bottom_share.causes_note", n=causes.n_used),
            *_restricted(params),
            *([say("bottom_share.kappa_note")] if kappas else []),
            *distinct_reasons(kappas[str(row["level"])] for _, row in shown.iterrows() if kappas),
        ],
        n=causes.n_used,
    )
    return [table, *_together_sentence(causes, shown["level"], smallest=smallest), _agreement_sentence(causes)]


def _kappa_columns(params: BottomShareParams, kappas: Mapping[str, CohenKappa]) -> list[Column]:
    if not kappas:
        return []
    return [Column(role="kappa", header=say("bottom_share.column_kappa")), conf_column(params.conf_level)]


def _kappa_cells(kappas: Mapping[str, CohenKappa], cause: str) -> list[Cell]:
    """Agreement beyond chance; nothing where a rater never or always named the cause."""
    if not kappas:
        return []
    kappa = kappas[cause]
    if kappa.status == "not_computable":
        return [None, None]
    value = Number(value=kappa.estimate, role="r", n=kappa.n_used)
    return [value, Interval(low=kappa.conf_low, high=kappa.conf_high, role="r")]


def _together_sentence(causes: CodeCounts, shown: Iterable[str], *, smallest: int) -> list[Sentence]:
    """The two causes that were most often found in the same pupils."""
    together = causes.together.to_dict()
    counts = {pair: int(together[pair[0]][pair[1]]) for pair in itertools.combinations(map(str, shown), 2)}
    pair = max(counts, key=lambda names: counts[names], default=None)
    if pair is None or counts[pair] < max(smallest, 1):
        return []
    first, second = (code_label("cause_forms", "cause", name) for name in pair)
    said = say("bottom_share.causes_together", first=first, second=second, n=counts[pair])
    return [Sentence(id="bottom_share.causes.together", parts=[said])]


def _restricted(params: BottomShareParams) -> list[Words]:
    return [] if params.profile == "internal" else [say("bottom_share.causes_restricted")]


def _covered(help_log: pd.DataFrame, pupils: set[str], strategy: str, *, smallest: int) -> Cell:
    if help_log.empty:
        return say("bottom_share.no_log")
    n = len(pupils & set(help_log.loc[help_log["strategy"] == strategy, "participant_id"]))
    return say("common.hidden") if 0 < n < smallest else Number(value=n, role="count")


def _agreement_sentence(causes: CodeCounts) -> Sentence:
    if causes.n_agreement == 0:
        return Sentence(id="bottom_share.causes.agreement", parts=[say("bottom_share.one_rater")], tone="caution")
    said = say(
        "bottom_share.raters_agree",
        n=causes.n_agreement,
        share=Number(value=causes.agreement, role="percent", n=causes.n_agreement),
    )
    return Sentence(id="bottom_share.causes.agreement", parts=[said])
