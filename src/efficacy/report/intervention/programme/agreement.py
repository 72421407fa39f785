"""Do observers give the same marks, and coders the same codes?"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ....effects import ObservationRecord
from ....psychometrics import CohenKappa, IntraclassCorrelations, KrippendorffAlpha, RaterAgreement
from ....results import Result
from ...blocks import Block, Cell, Column, Row, Sentence, Table
from ...numbers import Interval, Number
from ...shared import estimate_words, percent_words
from ...wording import Words, reasons_of, say
from ..case import Case
from ..words import level, retest, row_where, share
from .records import dimension_label

TWO = 2
ABSOLUTE = "ICC2"  # raters drawn at random, absolute agreement, one rating


def rated_by_several(seen: ObservationRecord) -> dict[str, pd.DataFrame]:
    """Places x observers of every aspect; none where one observer was alone."""
    names = dict.fromkeys(map(str, seen.tidy()["dimension"]))
    return {name: seen.pairs(name) for name in names} if len(seen.raters) >= TWO else {}


def rated_by_two(seen: ObservationRecord) -> dict[str, pd.DataFrame]:
    """The same where exactly two observed, which Cohen's kappa needs."""
    return rated_by_several(seen) if len(seen.raters) == TWO else {}


def marks(case: Case) -> list[int]:
    """Every mark an observer could give, in order."""
    observed = case.study.site.programme.observed
    return list(range(observed.minimum, observed.maximum + 1)) if observed else []


def agreement_blocks(
    case: Case,
    seen: ObservationRecord,
    kappas: Mapping[str, CohenKappa],
    correlations: Mapping[str, IntraclassCorrelations],
    alphas: Mapping[str, KrippendorffAlpha],
) -> list[Block]:
    """Agreement of the observers, aspect by aspect; one sentence where there was one observer."""
    if case.study.site.programme.observed is None or seen.status == "not_computable":
        return []
    if not alphas:
        parts = [say("intervention_programme.agreement_one")]
        return [Sentence(id="intervention.programme.agreement", parts=parts, tone="caution")]
    rows, reasons = [], dict[str, Words]()
    for name, alpha in alphas.items():
        correlation, kappa = correlations[name], kappas.get(name)
        for result in (alpha, correlation, *((kappa,) if kappa else ())):
            reasons |= {reason.key: reason for reason in reasons_of(result)}
        icc = row_where(correlation.tidy(), "term", ABSOLUTE)
        cells: list[Cell] = [
            dimension_label(case.study, name),
            Number(value=alpha.n_used, role="count"),
            *([_estimate(kappa, kappa.estimate, kappa.conf_low, kappa.conf_high)] if kappa else []),
            _estimate(correlation, icc["estimate"], icc["conf_low"], icc["conf_high"]),
            _estimate(alpha, alpha.estimate, alpha.conf_low, alpha.conf_high),
        ]
        rows.append(Row(cells=cells, n=seen.n_children))
    return [_table(case, rows, with_kappa=bool(kappas), reasons=list(reasons.values()))]


def coders_sentence(case: Case, agreement: RaterAgreement) -> Sentence | None:
    """How far the coders agree on members' words; nothing where they cannot be compared."""
    if agreement.status == "not_computable":
        return None
    table = agreement.tidy()
    kappa = row_where(table, "term", "conger_kappa")
    said = say(
        f"intervention_programme.coders_{'two' if agreement.n_raters == TWO else 'several'}",
        n=agreement.n_used,
        n_raters=agreement.n_raters,
        share=share(float(row_where(table, "term", "agreement")["estimate"])),
        kappa=retest(float(kappa["estimate"])),
        level=percent_words(case.params.conf_level),
        interval=Interval(low=kappa["conf_low"], high=kappa["conf_high"], role="r"),
    )
    parts = [said, *reasons_of(agreement), say("intervention_programme.agreement_places")]
    return Sentence(id="intervention.feedback.coders", parts=parts)


def _table(case: Case, rows: list[Row], *, with_kappa: bool, reasons: list[Words]) -> Table:
    names = [*(["weighted_kappa"] if with_kappa else []), "icc", "krippendorff_alpha"]
    return Table(
        id="intervention.programme.agreement",
        title=say("intervention_programme.agreement_title"),
        columns=[
            Column(role="term", header=say("intervention_programme.column_dimension"), align="left"),
            Column(role="n", header=say("intervention_programme.column_places")),
            *(Column(role=name, header=say(f"intervention_programme.column_{name}")) for name in names),
        ],
        rows=rows,
        notes=[
            say("intervention_programme.agreement_note", level=level(case)),
            say("intervention_programme.agreement_places"),
            *reasons,
        ],
        method="agreement",
    )


def _estimate(result: Result, estimate: float, low: float, high: float) -> Cell:
    if result.status == "not_computable":
        return None
    return estimate_words(retest(float(estimate)), float(low), float(high))
