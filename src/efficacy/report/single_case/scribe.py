"""The items a report of a single case must hold (SCRIBE 2016): filled from data, from the parameters, or missing."""

from __future__ import annotations

from collections.abc import Mapping

from ..blocks import Column, Row, Table
from ..numbers import Number
from ..wording import Words, say
from .case import Case
from .evaluation import Evaluation
from .words import day_of, value_of

# number -> item, in the order of the guideline
ITEMS: Mapping[int, str] = {
    1: "title", 2: "abstract", 3: "background", 4: "aims", 5: "design", 6: "procedural_changes", 7: "replication",
    8: "randomisation", 9: "blinding", 10: "selection", 11: "participant", 12: "setting", 13: "ethics", 14: "measures",
    15: "equipment", 16: "intervention", 17: "fidelity", 18: "analyses", 19: "sequence", 20: "outcomes",
    21: "adverse_events", 22: "interpretation", 23: "limitations", 24: "applicability", 25: "protocol", 26: "funding",
}  # fmt: skip
State = str


def scribe_table(evaluation: Evaluation) -> Table:
    """Every item with its state and what fills it. Nothing is ticked that nobody wrote."""
    case = evaluation.case
    filled = _from_data(evaluation)
    rows, counts = [], {"data": 0, "metadata": 0, "missing": 0}
    for number, item in ITEMS.items():
        state, content = _state(case, item, filled)
        counts[state] += 1
        cells: list[Words | Number | None] = [
            Number(value=number, role="integer"),
            say(f"single_case_scribe.{item}"),
            say(f"single_case_scribe.state_{state}"),
            content,
        ]
        rows.append(Row(cells=cells))
    columns = [
        Column(role="number", header=say("single_case_scribe.column_number")),
        Column(role="item", header=say("single_case_scribe.column_item"), align="left"),
        Column(role="state", header=say("single_case_scribe.column_state"), align="left"),
        Column(role="content", header=say("single_case_scribe.column_content"), align="left"),
    ]
    return Table(
        id="single_case.scribe",
        title=say("single_case_scribe.title_table"),
        columns=columns,
        rows=rows,
        notes=[say("single_case_scribe.note", **counts)],
    )


def _state(case: Case, item: str, filled: Mapping[str, Words]) -> tuple[State, Words | None]:
    reported = {str(name): text for name, text in case.declared.reported.items()}
    if item in filled:
        return "data", filled[item]
    if item in reported:
        return "metadata", reported[item]
    if item == "randomisation":
        lot = case.declared.random_start
        return ("metadata", lot.record) if lot else ("missing", say("single_case_scribe.no_lot"))
    return "missing", None


def _from_data(evaluation: Evaluation) -> dict[str, Words]:
    """What the registers themselves say."""
    case = evaluation.case
    days = [series.rows["day"] for series in case.series]
    first, last = min(day.min() for day in days), max(day.max() for day in days)
    n_points = sum(len(series.rows) for series in case.series)
    several = "several" if len(case.children) > 1 else "one"
    filled: dict[str, Words] = {
        "design": say(f"single_case_scribe.design_{several}", n=len(case.children)),
        "measures": say("single_case_scribe.measures_filled", outcomes=[o.label for o in case.outcomes]),
        "analyses": say("single_case_scribe.analyses_filled"),
        "sequence": say("single_case_scribe.sequence_filled", n=n_points, first=day_of(first), last=day_of(last)),
        "outcomes": say("single_case_scribe.outcomes_filled"),
        "limitations": say("single_case_scribe.limitations_filled"),
    }
    log = case.register("service_log")
    if len(log) and "intervention" not in case.declared.reported:
        hours = value_of(float(log["hours"].sum()))
        filled["intervention"] = say("single_case_scribe.intervention_filled", n=len(log), hours=hours)
    return filled
