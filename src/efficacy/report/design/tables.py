"""The plan, what each further measurement buys, and how that depends on the retest correlation."""

from __future__ import annotations

from ...effects import DesignComparison
from ...params import DesignParams
from ..blocks import Cell, Column, Row, Table
from ..numbers import Number
from ..shared import percent_words
from ..wording import Words, reasons_of, say
from .choices import retest_of, row_at, rows_at, shown_r
from .words import declared, labels, retest, rule_label, sds, share, target

_SHARES = ("power", "false_claims", "drift_claims")


def plan_table(params: DesignParams) -> Table:
    """What is planned and what is declared before any data exist."""
    given: list[tuple[str, Cell]] = [
        ("n_survey", Number(value=params.n_survey, role="count")),
        ("n_members", Number(value=params.n_members, role="count")),
        ("selection", rule_label(params)),
        ("outcome", params.outcome),
        ("effect", declared(params.effect)),
        ("effect_source", params.effect_source),
        ("retest", [retest(r) for r in retest_of(params)]),
        (
            "range",
            say("design.plan_range_value", low=retest(params.retest_lowest), high=retest(params.retest_highest)),
        ),
        ("attrition", f"{percent_words(params.attrition)}%"),
        ("drift", declared(params.drift)),
    ]
    return Table(
        id="design.plan",
        title=say("design.plan_title"),
        columns=[
            Column(role="term", header=say("design.plan_column_term"), align="left"),
            Column(role="value", header=say("design.plan_column_value"), align="left"),
        ],
        rows=[Row(cells=[say(f"design.plan_{name}"), value]) for name, value in given if value is not None],
        notes=[say("design.plan_note")],
    )


def designs_table(params: DesignParams, comparison: DesignComparison) -> Table:
    """Every design at the middle retest correlation: questionnaires, precision, power, false positives."""
    r = shown_r(comparison)
    rows, named = rows_at(comparison, r), labels(params)
    level = percent_words(params.conf_level)
    notes: list[Words] = [
        say(
            "design.designs_note",
            n=comparison.n_simulations,
            effect=declared(params.effect),
            nominal=Number(value=(1 - params.conf_level) / 2, role="percent"),
            share_error=Number(value=max(rows[f"{name}_std_error"].max() for name in _SHARES), role="percent"),
            half_error=Number(value=rows["half_width_std_error"].max(), role="raw"),
        )
    ]
    if "retest_correction" in set(rows["method"]):
        ends = {"low": retest(params.retest_lowest), "high": retest(params.retest_highest)}
        notes.append(say("design.designs_note_range", **ends))
    return Table(
        id="design.designs",
        title=say("design.designs_title", r=retest(r)),
        columns=[
            Column(role="design", header=say("design.column_design"), align="left"),
            Column(role="method", header=say("design.column_analysis"), align="left"),
            Column(role="n", header=say("design.column_questionnaires")),
            Column(role="half_width", header=say("design.column_half_width", level=level)),
            Column(role="power", header=say("design.column_power")),
            Column(role="false_claims", header=say("design.column_false")),
            Column(role="drift_claims", header=say("design.column_drift", drift=declared(params.drift))),
            Column(role="detectable_effect", header=say("design.column_detectable", target=target(comparison))),
        ],
        rows=[
            Row(
                cells=[
                    named[str(name)],
                    say(f"design.analysis_{row['method']}"),
                    Number(value=int(row["n_questionnaires"]), role="count"),
                    sds(row["half_width"]),
                    *(share(row[column]) for column in _SHARES),
                    sds(row["detectable_effect"]),
                ]
            )
            for name, row in rows.iterrows()
        ],
        notes=[*notes, *reasons_of(comparison)],
        method=comparison.method,
    )


def by_retest_table(params: DesignParams, comparison: DesignComparison) -> Table:
    """Half-width and power of every design at every retest correlation supposed."""
    named, supposed = labels(params), retest_of(params)
    found = {r: rows_at(comparison, r) for r in supposed}
    columns = [Column(role="design", header=say("design.column_design"), align="left")]
    for r in supposed:
        columns += [
            Column(role="half_width", header=say("design.by_r_half", r=retest(r))),
            Column(role="power", header=say("design.by_r_power", r=retest(r))),
        ]
    rows = []
    for name, label in named.items():
        cells: list[Cell] = [label]
        for r in supposed:
            row = row_at(found[r], name)
            cells += [sds(row["half_width"]), share(row["power"])]
        rows.append(Row(cells=cells))
    return Table(
        id="design.by_retest",
        title=say("design.by_r_title"),
        columns=columns,
        rows=rows,
        notes=[say("design.by_r_note", effect=declared(params.effect))],
        method=comparison.method,
    )
