"""What may not be concluded, and what is left to people."""

from __future__ import annotations

from ..blocks import Sentence
from ..wording import Words, say
from .evaluation import Evaluation


def not_concluded(evaluation: Evaluation) -> list[Words]:
    """The sentences of the first page and of the end: by what the design leaves open."""
    case = evaluation.case
    parts: list[Words] = [say(f"single_case_page.not_{_cause(evaluation.design)}")]
    if len(case.children) == 1:
        parts.append(say("single_case_page.not_others"))
    else:
        parts.append(say("single_case_page.not_others_several", n=len(case.children)))
    if not any("followup" in series.phases for series in case.series):
        parts.append(say("single_case_page.not_lasting"))
    if not case.register("support").empty or not case.register("goals").empty:
        parts.append(say("single_case_page.not_support"))
    return parts


def _cause(design: str) -> str:
    return {
        "chart_no_baseline": "cause_no_baseline",
        "chart": "cause_short",
        "ab": "cause_ab",
        "lot": "cause_lot",
        "several": "cause_several",
        "several_lot": "cause_lot",
    }[design]


def not_concluded_sentence(evaluation: Evaluation) -> Sentence:
    return Sentence(id="single_case.not_concluded", parts=not_concluded(evaluation), tone="caution")


def recommendations_sentence() -> Sentence:
    """A reminder where the recommendations go: the software invents none."""
    return Sentence(id="single_case.recommendations", parts=[say("single_case_page.recommendations")])
