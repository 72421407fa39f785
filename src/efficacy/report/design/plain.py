"""The comparison of designs as lines of a terminal: a short table for each retest correlation, then sentences."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from ...effects import DesignComparison, compare_designs
from ...errors import Finding, UsageError
from ...params import DesignParams
from ..numbers import Number
from ..wording import Wording, Words, reasons_of, say
from .advice import advice_sentences, result_words, usual_words
from .choices import designs_of, retest_of, row_at, rows_at
from .words import declared, labels, retest, sds, share, target

_GAP = "  "


def plain_lines(params: DesignParams, *, only: Sequence[str] = ()) -> Iterator[str]:
    """Simulate the plan and say what comes of it.

    only: names of designs; none means all. Raises UsageError for one that this plan does not allow. Sentences on what
    a further measurement buys are said where all designs stand side by side.
    """
    wording = Wording(params.language, params.table_style)
    designs = designs_of(params)
    for name in only:
        if name not in designs:
            raise UsageError(Finding("usage.design_not_possible", values={"design": name, "known": list(designs)}))
    comparison = compare_designs(
        {name: design for name, design in designs.items() if name in only or not only},
        retest_r=retest_of(params),
        effect=params.effect,
        drift=params.drift,
        target_power=params.target_power,
        n_simulations=params.n_simulations,
        conf_level=params.conf_level,
        seed=params.seed,
    )
    for r in retest_of(params):
        yield wording.text(say("design.plain_at", r=retest(r), n=comparison.n_simulations))
        yield from _aligned(_table(params, comparison, r, wording))
        yield ""
    for words in _sentences(params, comparison, whole=not only):
        yield wording.text(words)


def _table(params: DesignParams, comparison: DesignComparison, r: float, wording: Wording) -> list[list[str]]:
    rows, named = rows_at(comparison, r), labels(params)
    fields = {"drift": declared(params.drift), "target": target(comparison)}
    columns = ("design", "questionnaires", "half_width", "power", "false", "drift", "detectable", "usual")
    table = [[wording.text(say(f"design.plain_{column}", **fields)) for column in columns]]
    for name in map(str, rows.index):
        row = row_at(rows, name)
        shares = (share(row[column]) for column in ("power", "false_claims", "drift_claims"))
        cells: list[Words | Number] = [
            named[name],
            Number(value=int(row["n_questionnaires"]), role="count"),
            sds(row["half_width"]),
            *shares,
            sds(row["detectable_effect"]),
            share(row["usual_alarms"]),
        ]
        table.append([wording.text(cell) for cell in cells])
    return table


def _sentences(params: DesignParams, comparison: DesignComparison, *, whole: bool) -> Iterator[Words]:
    yield say("design.plain_legend", effect=declared(params.effect))
    yield from reasons_of(comparison)
    if whole:
        yield usual_words(params, comparison)
        yield from result_words(params, comparison)
        for sentence in advice_sentences(params, comparison):
            yield from sentence.parts


def _aligned(table: Sequence[Sequence[str]]) -> Iterator[str]:
    """First column to the left, numbers to the right."""
    widths = [max(_width(row[column]) for row in table) for column in range(len(table[0]))]
    for row in table:
        first = row[0] + " " * (widths[0] - _width(row[0]))
        rest = (" " * (wide - _width(cell)) + cell for cell, wide in zip(row[1:], widths[1:], strict=True))
        yield _GAP.join([first, *rest])


def _width(text: str) -> int:
    """Columns of a terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
