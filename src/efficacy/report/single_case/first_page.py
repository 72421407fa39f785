"""The answer on one screen: question, sample, method, result, caution, sentence to paste, what cannot be said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from ...effects.single_case import LEAST_POINTS
from ..blocks import FirstPage, PageRow, Tone
from ..numbers import Interval, Number
from ..shared import percent_words
from ..wording import Message, Words, say
from .case import Case, Series
from .closing import not_concluded
from .evaluation import Comparison, Evaluation
from .goals import attainment_of
from .support import support_means
from .tables import period_words
from .words import by_term, child_label, effect, value_of


def first_page(
    evaluation: Evaluation, *, matrices: dict[str, pd.DataFrame], hours: dict[str, pd.DataFrame]
) -> FirstPage:
    """The whole answer. matrices, hours: support and services by child, empty where the site keeps no such register."""
    case = evaluation.case
    found = _primary(evaluation)
    beside = [*_support(case, matrices), *_goals(case), *_services(case, hours)]
    results = [_row("result", found, tone="result")]
    if beside:
        results.append(PageRow(heading="", parts=beside))
    return FirstPage(
        id="single_case.first_page",
        title=say("single_case_page.title"),
        subtitle=[case.study.site.title, case.primary.label, period_words(case)],
        rows=[
            _row("question", [_question(evaluation)]),
            _row("sample", _sample(case)),
            _row("method", _method(evaluation)),
            *results,
            _row("caution", _cautions(evaluation), tone="caution"),
            _row("paste", paste_parts(evaluation), tone="paste"),
            _row("not_concluded", not_concluded(evaluation)),
        ],
    )


def _row(name: str, parts: Sequence[Words], *, tone: Tone = "plain") -> PageRow:
    return PageRow(heading=say(f"common.page_{name}"), parts=parts, tone=tone)


def _question(evaluation: Evaluation) -> Words:
    several = "several" if len(evaluation.case.children) > 1 else "one"
    return say(f"single_case_page.question_{several}", outcome=evaluation.case.primary.label)


def _sample(case: Case) -> list[Words]:
    parts: list[Words] = [say("single_case_page.population", population=case.study.site.population)]
    own = case.of(case.primary)
    if len(own) == 1:
        counts = {name: len(own[0].phase(name)) for name in ("baseline", "intervention")}
        parts.append(say("single_case_page.points_one", **counts))
    else:
        said = [
            say(
                "single_case_page.points_of",
                child=child_label(case, series.child),
                baseline=len(series.phase("baseline")),
                intervention=len(series.phase("intervention")),
            )
            for series in own
        ]
        parts.append(say("single_case_page.points_several", children=said))
    return parts


def _method(evaluation: Evaluation) -> list[Words]:
    parts: list[Words] = [say(f"single_case_page.method_{evaluation.design}", least=LEAST_POINTS)]
    if len(evaluation.case.outcomes) > 1:
        parts.append(say("single_case_page.method_primary", outcome=evaluation.case.primary.label))
    return parts


def _primary(evaluation: Evaluation) -> list[Words]:
    """What was seen in the primary outcome."""
    case = evaluation.case
    own = evaluation.of(case.primary)
    if evaluation.design in ("chart_no_baseline", "chart"):
        return [_seen(case, comparison.series) for comparison in own]
    computable = [comparison for comparison in own if comparison.computable]
    parts: list[Words] = [*_lot(evaluation), *_together(evaluation)]
    if len(own) == 1:
        return [*(_compared(evaluation, comparison) for comparison in computable), *parts]
    level = percent_words(case.params.conf_level)
    children = [_compared_child(evaluation, comparison) for comparison in computable]
    listed = say("single_case_page.compared_several", outcome=case.primary.label, level=level, children=children)
    return [*parts, listed]


def _lot(evaluation: Evaluation) -> list[Words]:
    lot = evaluation.lots.get(evaluation.case.primary.value)
    if lot is None:
        return []
    p_known = lot.p_value == lot.p_value
    fields = {"estimate": effect(lot.estimate), "n": lot.n_starts, "reaching": lot.n_reaching}
    fields |= {"p": Number(value=lot.p_value, role="p_text")} if p_known else {}
    return [say("single_case_page.lot" if p_known else "single_case_page.lot_without_p", **fields)]


def _together(evaluation: Evaluation) -> list[Words]:
    found = evaluation.together.get(evaluation.case.primary.value)
    if found is None or found.status == "not_computable":
        return []
    interval = Interval(low=found.conf_low, high=found.conf_high, role="effect")
    level = percent_words(evaluation.case.params.conf_level)
    return [say("single_case_page.together", estimate=effect(found.estimate), interval=interval, level=level)]


def _seen(case: Case, series: Series) -> Words:
    """The points in words, without an index."""
    sentence = _seen_points(series)
    if len(case.children) == 1:
        return sentence
    return say("single_case_page.of_child", child=child_label(case, series.child), sentence=sentence)


def _seen_points(series: Series) -> Message:
    before, after = series.phase("baseline"), series.phase("intervention")
    fields: dict[str, Any] = {"outcome": series.outcome.label}
    if after.empty or before.empty:
        rows = series.rows["value"]
        ends = {"low": value_of(float(rows.min())), "high": value_of(float(rows.max()))}
        return say("single_case_page.seen_one_phase", n=len(rows), **ends, **fields)
    return say(
        "single_case_page.seen" if len(before) == 1 else "single_case_page.seen_few",
        n_before=len(before),
        before=[value_of(float(value)) for value in before],
        n=len(after),
        low=value_of(float(after.min())),
        high=value_of(float(after.max())),
        last=value_of(float(after.iloc[-1])),
        **fields,
    )


def _compared(evaluation: Evaluation, comparison: Comparison) -> Words:
    key = "compared_beyond" if comparison.beyond_range else "compared"
    return say(
        f"single_case_page.{key}",
        outcome=comparison.series.outcome.label,
        level=percent_words(evaluation.case.params.conf_level),
        corrected=effect(comparison.corrected.tau),
        **_found(evaluation, comparison),
    )


def _compared_child(evaluation: Evaluation, comparison: Comparison) -> Words:
    key = "compared_child_beyond" if comparison.beyond_range else "compared_child"
    child = child_label(evaluation.case, comparison.series.child)
    return say(f"single_case_page.{key}", child=child, **_found(evaluation, comparison))


def _found(evaluation: Evaluation, comparison: Comparison) -> dict[str, Any]:
    """Medians of both phases and NAP."""
    row = by_term(comparison.overlap.tidy())["NAP"]
    before, after = (evaluation.phase(comparison.series, name) for name in comparison.pair)
    return {
        "before": value_of(before.median),
        "after": value_of(after.median),
        "nap": effect(row["estimate"]),
        "interval": Interval(low=row["conf_low"], high=row["conf_high"], role="effect"),
    }


def _support(case: Case, matrices: dict[str, pd.DataFrame]) -> list[Words]:
    said: list[Words] = []
    for child, matrix in matrices.items():
        means = support_means(matrix)
        if means:
            said.append(say("single_case_page.support", child=child_label(case, child), means=means))
    return said


def _goals(case: Case) -> list[Words]:
    register = case.register("goals")
    if register.empty:
        return []
    said: list[Words] = []
    for child, rows in register.groupby("participant_id", sort=True):
        found = attainment_of(rows)
        if found.status != "not_computable":
            reached = found.n_above + found.n_expected
            score = Number(value=found.t_score, role="score", n=found.n_used, method=found.method)
            fields = {"reached": reached, "n": found.n_used, "score": score}
            said.append(say("single_case_page.goals", child=child_label(case, str(child)), **fields))
    return said


def _services(case: Case, hours: dict[str, pd.DataFrame]) -> list[Words]:
    return [
        say(
            "single_case_page.services",
            child=child_label(case, child),
            n=int(table["n"].sum()),
            hours=value_of(float(table["hours"].sum())),
        )
        for child, table in hours.items()
    ]


def _cautions(evaluation: Evaluation) -> list[Words]:
    """Three at most: what a reader of this design most easily gets wrong."""
    key = {"chart_no_baseline": "no_baseline", "chart": "short", "ab": "ab", "lot": "lot"}
    parts: list[Words] = [say(f"single_case_page.caution_{key.get(evaluation.design, evaluation.design)}")]
    case = evaluation.case
    if evaluation.design not in ("chart_no_baseline", "chart"):
        parts.append(say("single_case_page.caution_autocorrelation"))
    raters = set(case.register("support").get("rater", pd.Series(dtype=str)).dropna())
    own_goals = bool((case.register("goals").get("rater", pd.Series(dtype=str)) == "worker").any())
    if raters or own_goals:
        parts.append(say("single_case_page.caution_raters"))
    return parts


def paste_parts(evaluation: Evaluation) -> list[Words]:
    """What may be copied into a thesis: the finding and what may not be concluded from it."""
    closing = say(f"single_case_page.paste_{evaluation.design}")
    return [*_primary(evaluation), closing]
