"""The page about a questionnaire: what it is, how it is keyed here, and how well each of these is known."""

from __future__ import annotations

from ..documents import Text
from ..instruments import Instrument
from ..params import InstrumentUse
from ..study import Study
from .blocks import Column, Row, Sentence, Table
from .wording import Words, say


def instrument_table(study: Study, instrument: Instrument) -> Table:
    """Title, reference, population, range, scales, permission, and the reverse key as used at this site."""
    rows: list[tuple[Words, Words]] = [
        (say("instrument.title"), instrument.title),
        (say("instrument.reference"), instrument.reference),
        (say("instrument.population"), instrument.population),
        (say("instrument.range"), say("instrument.range_value", low=instrument.minimum, high=instrument.maximum)),
        *(
            (
                say("instrument.scale" if scale in instrument.subscales else "instrument.whole", label=scale.label),
                say(f"instrument.scale_{scale.scoring}", items=_number_ranges(scale.items), n_items=len(scale.items)),
            )
            for scale in instrument.scales
        ),
        (say("instrument.reverse"), reverse_key(study, instrument)),
        (say("instrument.permission"), instrument.permission.statement),
    ]
    return Table(
        id=f"instrument.{instrument.id}",
        title=say("instrument.table_title"),
        columns=[
            Column(role="term", header=say("common.colophon_what"), align="left"),
            Column(role="value", header=say("instrument.as_used"), align="left"),
        ],
        rows=[Row(cells=[what, value]) for what, value in rows],
        notes=[*instrument.cautions, say("instrument.wording_not_shipped")],
    )


def reverse_key(study: Study, instrument: Instrument) -> Words:
    """Which items are reverse-scored here, and who decided it."""
    reversed_items = _number_ranges(tuple(item.number for item in instrument.items if item.reverse is True))
    use = _use_of(study, instrument)
    decided = use is not None and bool(use.reverse)
    if not reversed_items:
        return say("instrument.reverse_none_confirmed" if decided else "instrument.reverse_none")
    return say("instrument.reverse_confirmed" if decided else "instrument.reverse_items", items=reversed_items)


def evidence_table(instrument: Instrument) -> Table:
    """Where each fact about the instrument comes from, and what sources disagree about."""
    rows = [
        Row(cells=[say(f"instrument.status_{entry.status}"), entry.statement, entry.source or ""])
        for entry in instrument.evidence
    ]
    rows += [
        Row(cells=[say("instrument.status_disagreement"), _with_items(entry.statement, entry.items), ""])
        for entry in instrument.disagreements
    ]
    return Table(
        id=f"instrument.{instrument.id}.evidence",
        title=say("instrument.evidence_title"),
        columns=[
            Column(role="status", header=say("instrument.column_status"), align="left"),
            Column(role="statement", header=say("instrument.column_statement"), align="left"),
            Column(role="source", header=say("instrument.column_source"), align="left"),
        ],
        rows=rows,
    )


def instrument_sentence(study: Study, instrument: Instrument) -> Sentence:
    """One paragraph: what was asked and how it was scored here."""
    return Sentence(
        id=f"instrument.{instrument.id}.sentence",
        parts=[
            say(
                "instrument.sentence",
                title=instrument.title,
                n_items=len(instrument.items),
                n_scales=len(instrument.subscales),
                low=instrument.minimum,
                high=instrument.maximum,
            ),
            reverse_key(study, instrument),
        ],
    )


def _use_of(study: Study, instrument: Instrument) -> InstrumentUse | None:
    return next((use for use in study.site.instruments if use.instrument == instrument.id), None)


def _with_items(statement: Text, items: tuple[int, ...]) -> Words:
    return say("instrument.statement_items", statement=statement, items=_number_ranges(items)) if items else statement


def _number_ranges(numbers: tuple[int, ...]) -> list[str]:
    """Item numbers briefly: 1-11, 14. Three and more in a row become a range."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return [part for run in runs for part in ([f"{run[0]}-{run[-1]}"] if len(run) > 2 else map(str, run))]
