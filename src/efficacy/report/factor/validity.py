"""Reliability beyond alpha, convergent and discriminant validity, and the weak test of common method."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ...instruments import Instrument
from ...psychometrics import ConvergentValidity, FactorSolution, Htmt, OmegaHierarchical, ReliabilityCoefficients
from ...study import Study
from ..blocks import Block, Cell, Column, Row, Sentence, Table
from ..labels import scale_label
from ..numbers import Interval, Number, Role
from ..shared import conf_column, distinct_reasons, percent_words
from ..wording import Words, reasons_of, say
from .dimensions import not_computable

AVE_LIMIT = 0.50  # Fornell & Larcker (1981)
CR_LIMIT = 0.70  # Hair et al. (2019)
HTMT_LIMIT = 0.85  # Henseler, Ringle & Sarstedt (2015)
HARMAN_LIMIT = 0.50  # the customary half of the variance

Terms = Mapping[str, pd.Series]


def coefficients_table(study: Study, coefficients: Mapping[str, ReliabilityCoefficients], conf_level: float) -> Table:
    """Alpha and omega with intervals, split-half, the standard error of measurement and the smallest change."""
    rows = []
    for scale, result in coefficients.items():
        terms = result.tidy().set_index("term")
        rows.append(
            Row(
                cells=[
                    scale_label(study, scale),
                    _value(terms, "alpha"),
                    _interval(terms, "alpha"),
                    _value(terms, "omega"),
                    _interval(terms, "omega"),
                    _value(terms, "split_half"),
                    _value(terms, "sem", role="score"),
                    _value(terms, "smallest_detectable_change", role="score"),
                ],
                n=result.n_used,
            )
        )
    return Table(
        id="factor.coefficients",
        title=say("factor_validity.coefficients_title"),
        columns=[
            Column(role="scale", header=say("common.column_scale"), align="left"),
            Column(role="alpha", header="α"),
            conf_column(conf_level, role="alpha_conf_low alpha_conf_high"),
            Column(role="omega", header="ω"),
            conf_column(conf_level, role="omega_conf_low omega_conf_high"),
            Column(role="split_half", header=say("factor_validity.column_split_half")),
            Column(role="sem", header="SEM"),
            Column(role="smallest_detectable_change", header=say("factor_validity.column_sdc")),
        ],
        rows=rows,
        notes=[
            say("factor_validity.coefficients_note"),
            *distinct_reasons(coefficients.values()),
        ],
    )


def further_table(study: Study, coefficients: Mapping[str, ReliabilityCoefficients]) -> Table:
    """Coefficients beyond the habit of a thesis, for the appendix."""
    names = ("alpha_standardized", "lambda_2", "lambda_6")
    rows = [
        Row(
            cells=[
                scale_label(study, scale),
                *(_value(result.tidy().set_index("term"), name) for name in names),
            ],
            n=result.n_used,
        )
        for scale, result in coefficients.items()
    ]
    return Table(
        id="factor.coefficients.further",
        title=say("factor_validity.further_title"),
        columns=[
            Column(role="scale", header=say("common.column_scale"), align="left"),
            *(Column(role=name, header=say(f"factor_validity.column_{name}")) for name in names),
        ],
        rows=rows,
    )


def general_sentence(omega: OmegaHierarchical, conf_level: float) -> Sentence:
    """How much of the total score one general factor carries."""
    if omega.status == "not_computable":
        return not_computable("factor.omega_hierarchical", omega)
    terms = omega.tidy().set_index("term")
    low, high = terms.loc[["omega_hierarchical"], ["conf_low", "conf_high"]].to_numpy()[0]
    said = say(
        "factor_validity.general",
        n=omega.n_used,
        estimate=_value(terms, "omega_hierarchical"),
        level=percent_words(conf_level),
        interval=Interval(low=low, high=high, role="coefficient"),
        total=_value(terms, "omega_total"),
    )
    return Sentence(id="factor.omega_hierarchical", parts=[said, *reasons_of(omega)])


def convergent_blocks(instrument: Instrument, validity: ConvergentValidity) -> list[Block]:
    """Variance extracted and composite reliability of every scale, with the rules that judge them."""
    if validity.status == "not_computable":
        return [not_computable("factor.convergent", validity)]
    labels: dict[str, Words] = {scale.id: scale.label for scale in instrument.subscales}
    rows = []
    below: list[Words] = []
    for _, row in validity.tidy().iterrows():
        label = labels.get(str(row["factor"]), str(row["factor"]))
        if row["ave"] < AVE_LIMIT:
            below.append(label)
        cells: list[Cell] = [
            label,
            Number(value=int(row["n_items"]), role="count"),
            Number(value=row["ave"], role="coefficient"),
            Number(value=row["composite_reliability"], role="coefficient"),
            Number(value=row["omega"], role="coefficient"),
            Number(value=row["highest_correlation"], role="coefficient"),
            Number(value=row["ave"] ** 0.5, role="coefficient"),
        ]
        rows.append(Row(cells=cells))
    table = Table(
        id="factor.convergent",
        title=say("factor_validity.convergent_title"),
        columns=[
            Column(role="scale", header=say("common.column_scale"), align="left"),
            Column(role="n_items", header=say("factor.column_n_items")),
            Column(role="ave", header="AVE"),
            Column(role="composite_reliability", header=say("factor_validity.column_cr")),
            Column(role="omega", header=say("factor_validity.column_omega_cfa")),
            Column(role="highest_correlation", header=say("factor_validity.column_highest")),
            Column(role="root_ave", header="√AVE"),
        ],
        rows=rows,
        notes=[say("factor_validity.convergent_note"), *reasons_of(validity)],
        n=validity.n_used,
    )
    limit = Number(value=AVE_LIMIT, role="r")
    said = (
        say("factor_validity.ave_below", scales=below, limit=limit)
        if below
        else say("factor_validity.ave_fine", limit=limit)
    )
    return [table, Sentence(id="factor.convergent.sentence", parts=[said])]


def discriminant_blocks(study: Study, first: Htmt, second: Htmt) -> list[Block]:
    """HTMT of every two scales with its interval; HTMT2 beside it, for the appendix-minded."""
    if first.status == "not_computable":
        return [not_computable("factor.htmt", first)]
    geometric = second.tidy().set_index(["scale_1", "scale_2"])["estimate"]
    table = first.tidy()
    rows = [
        Row(
            cells=[
                say(
                    "factor_validity.pair",
                    first=scale_label(study, str(row["scale_1"])),
                    second=scale_label(study, str(row["scale_2"])),
                ),
                Number(value=row["estimate"], role="coefficient", n=int(row["n"])),
                Interval(low=row["conf_low"], high=row["conf_high"], role="coefficient"),
                Number(value=float(geometric.loc[[(row["scale_1"], row["scale_2"])]].iloc[0]), role="coefficient"),
            ]
        )
        for _, row in table.iterrows()
    ]
    level = first.conf_level or 0.95
    block = Table(
        id="factor.htmt",
        title=say("factor_validity.htmt_title"),
        columns=[
            Column(role="pair", header=say("factor_validity.column_pair"), align="left"),
            Column(role="htmt", header="HTMT"),
            conf_column(level),
            Column(role="htmt2", header="HTMT2"),
        ],
        rows=rows,
        notes=[say("factor_validity.htmt_note"), *reasons_of(first)],
        n=first.n_used,
    )
    state = (
        "apart"
        if (table["conf_high"] < HTMT_LIMIT).all()
        else "close"
        if (table["estimate"] < HTMT_LIMIT).all()
        else "same"
    )
    said = say(f"factor_validity.htmt_{state}", limit=Number(value=HTMT_LIMIT, role="r"), level=percent_words(level))
    return [block, Sentence(id="factor.htmt.sentence", parts=[said])]


def common_method_sentence(single: FactorSolution) -> Sentence:
    """Harman's single-factor check, called the weak test it is. single: one unrotated factor of all items."""
    if single.status == "not_computable":
        return not_computable("factor.harman", single)
    share = float(single.variance["share"].iloc[0])
    said = say(
        "factor_validity.harman_below" if share < HARMAN_LIMIT else "factor_validity.harman_above",
        share=Number(value=share, role="percent", n=single.n_used),
        limit=Number(value=HARMAN_LIMIT, role="percent"),
    )
    return Sentence(id="factor.harman", parts=[said, say("factor_validity.harman_weak")], tone="caution")


def _value(terms: pd.DataFrame, term: str, *, role: Role = "coefficient") -> Number | None:
    if term not in terms.index:
        return None
    row = terms.loc[[term]].iloc[0]
    return Number(value=float(row["estimate"]), role=role, n=int(row["n"]))


def _interval(terms: pd.DataFrame, term: str) -> Interval | None:
    if term not in terms.index:
        return None
    row = terms.loc[[term]].iloc[0]
    return Interval(low=row["conf_low"], high=row["conf_high"], role="coefficient")
