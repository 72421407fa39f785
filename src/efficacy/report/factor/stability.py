"""How far the factors can be trusted: over resamples, over kinds of correlation, over groups, at this n."""

from __future__ import annotations

import pandas as pd

from ...calibration import factor_recovery
from ...instruments import Instrument
from ...params import FactorParams
from ...psychometrics import (
    CfaResult,
    FactorSolution,
    LoadingStability,
    MeasurementInvariance,
    ParallelAnalysis,
    PolychoricCorrelations,
)
from ...results import Reason
from ...study import Study
from ..blocks import Block, Column, Row, Sentence, Table
from ..labels import covariate_label, item_label, level_label
from ..numbers import Interval, Number
from ..wording import Message, Words, reasons_of, say
from .choices import n_factors_of
from .dimensions import FEW_FOR_FIT, not_computable

EQUAL = 0.95  # Lorenzo-Seva & ten Berge (2006)
FAIR = 0.85


def stability_blocks(stability: LoadingStability) -> list[Block]:
    """Tucker congruence of every factor with itself in resamples of the respondents."""
    if stability.status == "not_computable":
        return [not_computable("factor.stability", stability)]
    rows = [
        Row(
            cells=[
                str(row["factor"]),
                Number(value=row["median"], role="r", n=stability.n_used, tolerance="resampled"),
                Interval(low=row["low"], high=row["high"], role="r"),
                Number(value=row["share_fair"], role="percent", tolerance="resampled"),
                Number(value=row["share_equal"], role="percent", tolerance="resampled"),
            ]
        )
        for _, row in stability.tidy().iterrows()
    ]
    table = Table(
        id="factor.stability",
        title=say("factor_validity.stability_title"),
        columns=[
            Column(role="factor", header=say("factor.column_factor"), align="left"),
            Column(role="median", header=say("factor_validity.column_congruence")),
            Column(role="low high", header=say("factor_validity.column_middle")),
            Column(role="share_fair", header=say("factor_validity.column_fair")),
            Column(role="share_equal", header=say("factor_validity.column_equal")),
        ],
        rows=rows,
        notes=[say("factor_validity.stability_note", k=stability.n_resamples_used), *reasons_of(stability)],
        n=stability.n_used,
    )
    shaky = [str(row["factor"]) for _, row in stability.tidy().iterrows() if row["share_fair"] < EQUAL]
    said = say("factor_validity.stability_shaky", factors=shaky) if shaky else say("factor_validity.stability_firm")
    return [table, Sentence(id="factor.stability.sentence", parts=[said], tone="caution" if shaky else "plain")]


def recovery_sentence(instrument: Instrument, parallel: ParallelAnalysis, fit: CfaResult) -> Sentence:
    """How often the rules find the claimed number of factors at this n, from the nearest simulated questionnaire."""
    claimed = len(instrument.subscales)
    if parallel.status == "not_computable" or fit.status == "not_computable":
        return Sentence(id="factor.recovery", parts=[say("factor_validity.recovery_none")])
    if parallel.n_used >= FEW_FOR_FIT:  # beyond the sizes that were simulated
        return Sentence(id="factor.recovery", parts=[say("factor_validity.recovery_enough", n=parallel.n_used)])
    off_diagonal = (
        [abs(value) for value in fit.factor_correlations.to_numpy()[_upper(claimed)]] if claimed > 1 else [0.0]
    )
    mean_loading = float(fit.loadings.abs().max(axis="columns").mean())
    cell = {
        "n": parallel.n_used,
        "n_factors": claimed,
        "factor_r": float(sum(off_diagonal) / len(off_diagonal)),
        "mean_loading": mean_loading,
    }
    found = {rule: factor_recovery(**cell, rule=rule) for rule in ("parallel_analysis", "minimum_average_partial")}  # type: ignore[arg-type]
    nearest = found["parallel_analysis"]
    return Sentence(
        id="factor.recovery",
        parts=[
            say(
                "factor_validity.recovery",
                n=int(nearest.cell["n"]),
                n_factors=int(nearest.cell["n_factors"]),
                r=Number(value=float(nearest.cell["factor_r"]), role="r"),
                loadings=say(f"factor_validity.loadings_{nearest.cell['loadings']}"),
                parallel=Number(value=nearest.value, role="percent", tolerance="resampled"),
                average=Number(value=found["minimum_average_partial"].value, role="percent", tolerance="resampled"),
                replications=nearest.replications,
            )
        ],
        tone="caution",
    )


def _upper(size: int) -> tuple[list[int], list[int]]:
    pairs = [(i, j) for i in range(size) for j in range(i + 1, size)]
    return [i for i, _ in pairs], [j for _, j in pairs]


def polychoric_blocks(
    study: Study,
    params: FactorParams,
    instrument: Instrument,
    pearson: FactorSolution,
    ordered: FactorSolution,
    correlations: PolychoricCorrelations,
) -> list[Block]:
    """Loadings from Pearson and from polychoric correlations side by side, each item on its strongest factor."""
    if ordered.status == "not_computable" or pearson.status == "not_computable":
        return [not_computable("factor.polychoric", ordered)]
    aligned = _aligned(pearson.loadings, ordered.loadings)
    strongest = pearson.loadings.abs().idxmax(axis="columns")
    rows = []
    differences = []
    for scale in instrument.subscales:
        for number in scale.items:
            name = instrument.item(number).name
            factor = strongest[name]
            first, second = (float(table.loc[[name], factor].iloc[0]) for table in (pearson.loadings, aligned))
            differences.append(abs(second - first))
            rows.append(
                Row(
                    cells=[
                        item_label(study, name),
                        str(factor),
                        Number(value=first, role="coefficient"),
                        Number(value=second, role="coefficient"),
                        Number(value=second - first, role="coefficient"),
                    ]
                )
            )
    table = Table(
        id="factor.polychoric",
        title=say("factor_validity.polychoric_title", n_factors=n_factors_of(study, params)),
        columns=[
            Column(role="item", header=say("common.column_item"), align="left"),
            Column(role="factor", header=say("factor.column_factor")),
            Column(role="loading pearson", header=say("factor_validity.column_pearson")),
            Column(role="loading polychoric", header=say("factor_validity.column_polychoric")),
            Column(role="difference", header=say("factor_validity.column_difference")),
        ],
        rows=rows,
        notes=[say("factor_validity.polychoric_note"), *reasons_of(correlations), *reasons_of(ordered)],
        n=ordered.n_used,
    )
    largest = Number(value=max(differences), role="coefficient")
    return [
        table,
        Sentence(id="factor.polychoric.sentence", parts=[say("factor_validity.polychoric", largest=largest)]),
    ]


def _aligned(target: pd.DataFrame, loadings: pd.DataFrame) -> pd.DataFrame:
    """The second solution's factors in the order and sign of the first's, by their sums of products."""
    products = target.T.to_numpy() @ loadings.to_numpy()
    left = set(range(products.shape[1]))
    columns = {}
    for row, factor in enumerate(target.columns):
        chosen = max(left, key=lambda column, row=row: abs(products[row, column]))  # type: ignore[misc]
        left.remove(chosen)
        columns[factor] = loadings.iloc[:, chosen] * (1 if products[row, chosen] >= 0 else -1)
    return pd.DataFrame(columns)


def invariance_blocks(study: Study, params: FactorParams, invariance: MeasurementInvariance | None) -> list[Block]:
    """Levels of invariance over the declared groups; where they are too small, the congruence of loadings instead."""
    if invariance is None or params.invariance_group is None:
        return [Sentence(id="factor.invariance.none", parts=[say("factor_validity.invariance_none")])]
    group = params.invariance_group
    blocks: list[Block] = []
    if invariance.status == "not_computable":
        parts: list[Words] = [say("factor_validity.invariance_refused", group=covariate_label(study, group))]
        parts += [_named_reason(study, group, reason) for reason in invariance.reasons]
        blocks.append(Sentence(id="factor.invariance.refused", parts=parts, tone="caution"))
    else:
        blocks += [_level_table(study, group, invariance), _level_sentence(invariance)]
    return [*blocks, *_congruence_table(study, group, invariance)]


def _named_reason(study: Study, group: str, reason: Reason) -> Message:
    """A reason with the labels of the groups it names."""
    named = {key: value for key, value in reason.values.items() if key != "levels"}
    if "levels" in reason.values:
        named["levels"] = [level_label(study, group, str(level)) for level in reason.values["levels"]]
    return say(f"reasons.{reason.key}", **named)


def _level_table(study: Study, group: str, invariance: MeasurementInvariance) -> Table:
    rows = [
        Row(
            cells=[
                say(f"factor_validity.level_{row['level']}"),
                Number(value=row["chisq"], role="statistic", tolerance="iterative"),
                Number(value=row["df"], role="df"),
                Number(value=row["cfi"], role="coefficient"),
                Number(value=row["rmsea"], role="coefficient"),
                Number(value=row["chisq_difference"], role="statistic"),
                Number(value=row["df_difference"], role="df"),
                Number(value=row["p_value_difference"], role="p"),
                Number(value=row["delta_cfi"], role="coefficient"),
                Number(value=row["delta_rmsea"], role="coefficient"),
            ]
        )
        for _, row in invariance.tidy().iterrows()
    ]
    return Table(
        id="factor.invariance",
        title=say("factor_validity.invariance_title", group=covariate_label(study, group)),
        columns=[
            Column(role="level", header=say("factor_validity.column_level"), align="left"),
            Column(role="chisq", header="χ²"),
            Column(role="df", header=say("common.column_df")),
            Column(role="cfi", header="CFI"),
            Column(role="rmsea", header="RMSEA"),
            Column(role="chisq_difference", header="Δχ²"),
            Column(role="df_difference", header="Δdf"),
            Column(role="p_value_difference", header=say("common.column_p")),
            Column(role="delta_cfi", header="ΔCFI"),
            Column(role="delta_rmsea", header="ΔRMSEA"),
        ],
        rows=rows,
        notes=[say("factor_validity.invariance_note"), *reasons_of(invariance)],
        n=invariance.n_used,
        method=invariance.method,
    )


CFI_LIMIT, RMSEA_LIMIT = -0.010, 0.015  # Chen (2007)


def _level_sentence(invariance: MeasurementInvariance) -> Sentence:
    """The highest level that the customary limits let stand, every level below it standing too."""
    reached = "configural"
    for _, row in invariance.tidy().iloc[1:].iterrows():
        if not (row["delta_cfi"] >= CFI_LIMIT and row["delta_rmsea"] <= RMSEA_LIMIT):
            break
        reached = str(row["level"])
    said = say("factor_validity.invariance_reached", level=say(f"factor_validity.level_{reached}"))
    return Sentence(id="factor.invariance.sentence", parts=[said, say(f"factor_validity.means_{reached}")])


def _congruence_table(study: Study, group: str, invariance: MeasurementInvariance) -> list[Block]:
    table = invariance.congruence
    if table.empty:
        return []
    rows = [
        Row(
            cells=[
                _scale_words(study, str(row["factor"])),
                say(
                    "factor_validity.groups",
                    first=level_label(study, group, str(row["group"])),
                    n=int(row["n"]),
                    second=level_label(study, group, str(row["other_group"])),
                    other_n=int(row["other_n"]),
                ),
                Number(value=row["congruence"], role="r"),
            ],
            n=min(int(row["n"]), int(row["other_n"])),
        )
        for _, row in table.iterrows()
    ]
    block = Table(
        id="factor.congruence",
        title=say("factor_validity.congruence_title"),
        columns=[
            Column(role="scale", header=say("common.column_scale"), align="left"),
            Column(role="groups", header=say("common.column_group"), align="left"),
            Column(role="congruence", header=say("factor_validity.column_congruence")),
        ],
        rows=rows,
        notes=[say("factor_validity.congruence_note")],
    )
    return [block]


def _scale_words(study: Study, name: str) -> Words:
    for instrument in study.instruments:
        for scale in instrument.scales:
            if scale.id == name:
                return scale.label
    return name
