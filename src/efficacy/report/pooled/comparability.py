"""Is the outcome the same thing at every site? Its questionnaire, and the loadings of its items site by site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from ...instruments import Instrument
from ...psychometrics import MeasurementInvariance
from ..blocks import Column, Row, Sentence, Table
from ..labels import scale_label
from ..numbers import Number
from ..rules import LORENZO_SEVA_2006
from ..wording import Words, reasons_of, say
from .cases import instruments_of, scale_of, site_of
from .evaluation import Evaluation
from .words import outcome_label, site_label


@dataclass(frozen=True, kw_only=True, eq=False)
class SharedItems:
    """Answers to the outcome's items before the programme, children of all sites; the factors its questionnaire
    names; and the site of each child."""

    items: pd.DataFrame
    model: Mapping[str, tuple[str, ...]]
    site: pd.Series


def shared_items(evaluation: Evaluation) -> dict[str, SharedItems]:
    """By the outcome's scale; nothing where the sites have no questionnaire in common."""
    instrument = instruments_of(evaluation.study, evaluation.params)[0]
    if evaluation.unit == "standardised" or instrument is None:
        return {}
    answers, sites = [], []
    for case in evaluation.cases:
        scale, site = scale_of(evaluation.study, case.study, evaluation.params), site_of(case.study)
        own = case.study.items(case.baseline, scale)
        own.index = [f"{site}.{child}" for child in own.index]  # pseudonyms begin anew at every site
        answers.append(own)
        sites.append(pd.Series(site, index=own.index))
    scale = scale_of(evaluation.study, evaluation.study.studies[0], evaluation.params)
    shared = SharedItems(items=pd.concat(answers), model=_model(instrument, scale), site=pd.concat(sites))
    return {scale: shared}


def _model(instrument: Instrument, scale: str) -> dict[str, tuple[str, ...]]:
    """The subscales that make up a scale, where there are such; else the scale itself."""

    def names(numbers: tuple[int, ...]) -> tuple[str, ...]:
        return tuple(instrument.item(number).name for number in numbers)

    whole = set(instrument.scale(scale).items)
    parts = {part.id: part.items for part in instrument.scales if set(part.items) < whole}
    if sorted(item for items in parts.values() for item in items) == sorted(whole):
        return {part: names(items) for part, items in parts.items()}
    return {scale: names(instrument.scale(scale).items)}


def comparability_blocks(
    evaluation: Evaluation, invariances: Mapping[str, MeasurementInvariance]
) -> tuple[Sentence | Table, ...]:
    """The questionnaires in words; levels of invariance, or why they are not tested; the congruence of loadings.

    invariances: of shared_items.
    """
    if not invariances:
        return (Sentence(id="pooled.instruments", parts=[_instruments(evaluation), say("pooled.congruence_absent")]),)
    invariance = next(iter(invariances.values()))
    tested = invariance.status != "not_computable"
    why = [] if tested else _not_tested(invariance)
    return (
        Sentence(id="pooled.instruments", parts=[_instruments(evaluation), *why]),
        *((_levels_table(invariance),) if tested else ()),
        _congruence_table(evaluation, invariance),
        Sentence(id="pooled.congruence.verdict", parts=_verdict(invariance, tested=tested)),
    )


def _instruments(evaluation: Evaluation) -> Words:
    instruments = instruments_of(evaluation.study, evaluation.params)
    first = instruments[0]
    if evaluation.unit == "raw":
        if first is None:
            return say("pooled.instruments_scores", outcome=outcome_label(evaluation))
        return say("pooled.instruments_same", instrument=first.title, outcome=outcome_label(evaluation))
    named = dict.fromkeys(instrument.title for instrument in instruments if instrument is not None)
    if len(named) == 1 and None not in instruments:
        return say("pooled.instruments_keyed", instrument=next(iter(named)))
    return say("pooled.instruments_different", outcome=outcome_label(evaluation))


def _not_tested(invariance: MeasurementInvariance) -> list[Words]:
    """Small groups in this report's own words: it names sites otherwise than the statistic does."""
    said: list[Words] = []
    for reason, words in zip(invariance.reasons, reasons_of(invariance), strict=True):
        small = reason.key == "groups_too_small"
        smallest, needed = int(invariance.groups["n"].min()), int(reason.values.get("minimum", 0))
        said.append(say("pooled.congruence_why", n=smallest, minimum=needed) if small else words)
    return said


def _levels_table(invariance: MeasurementInvariance) -> Table:
    """One row a level of invariance."""
    return Table(
        id="pooled.invariance",
        title=say("pooled.invariance_title"),
        columns=[
            Column(role="level", header=say("pooled.column_invariance"), align="left"),
            Column(role="chisq", header="χ²"),
            Column(role="df", header=say("common.column_df")),
            Column(role="cfi", header="CFI"),
            Column(role="rmsea", header="RMSEA"),
            Column(role="delta_cfi", header="ΔCFI"),
            Column(role="delta_rmsea", header="ΔRMSEA"),
        ],
        rows=[
            Row(
                cells=[
                    say(f"pooled.invariance_{row['level']}"),
                    Number(value=row["chisq"], role="statistic", df=row["df"]),
                    Number(value=row["df"], role="df"),
                    *(
                        Number(value=value, role="coefficient", tolerance="iterative")
                        for value in (row["cfi"], row["rmsea"], row["delta_cfi"], row["delta_rmsea"])
                    ),
                ]
            )
            for _, row in invariance.tidy().iterrows()
        ],
        notes=[say("pooled.invariance_note"), *reasons_of(invariance)],
        n=invariance.n_used,
        method="measurement_invariance",
    )


def _congruence_table(evaluation: Evaluation, invariance: MeasurementInvariance) -> Table:
    """One row a pair of sites, one column a factor."""
    rows = invariance.congruence
    factors = list(dict.fromkeys(rows["factor"]))
    return Table(
        id="pooled.congruence",
        title=say("pooled.congruence_title", outcome=outcome_label(evaluation)),
        columns=[
            Column(role="site", header=say("pooled.column_two_sites"), align="left"),
            *(Column(role=f"congruence {factor}", header=_factor_label(evaluation, factor)) for factor in factors),
        ],
        rows=[
            _pair_row(evaluation, [pair[pair["factor"] == factor].iloc[0] for factor in factors])
            for _, pair in rows.groupby(["group", "other_group"], sort=False)
        ],
        notes=[say("pooled.congruence_note", source=LORENZO_SEVA_2006.source)],
        method="tucker_congruence",
    )


def _pair_row(evaluation: Evaluation, found: Sequence[pd.Series]) -> Row:
    """The congruences of two sites, one a factor."""
    one, other = found[0]["group"], found[0]["other_group"]
    n = min(int(found[0]["n"]), int(found[0]["other_n"]))
    sites = say("pooled.two_sites", one=site_label(evaluation, one), other=site_label(evaluation, other))
    return Row(cells=[sites, *(Number(value=row["congruence"], role="coefficient", n=n) for row in found)], n=n)


def _factor_label(evaluation: Evaluation, factor: str) -> Words:
    first = evaluation.study.studies[0]
    return scale_label(first, factor)


def _verdict(invariance: MeasurementInvariance, *, tested: bool) -> list[Words]:
    values = invariance.congruence["congruence"].dropna()
    if values.empty:
        return [say("pooled.congruence_none")]
    low, high = (Number(value=float(end), role="coefficient") for end in (values.min(), values.max()))
    key = "similar" if values.min() >= LORENZO_SEVA_2006.cuts[0] else "unlike"
    said: list[Words] = [say(f"pooled.congruence_{key}", low=low, high=high, source=LORENZO_SEVA_2006.source)]
    return said if tested else [*said, say("pooled.congruence_small")]
