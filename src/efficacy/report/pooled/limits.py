"""What may not be concluded from several small sites, and what all of them leave open."""

from __future__ import annotations

from ..blocks import Sentence
from ..wording import Words, say
from .evaluation import Evaluation
from .words import outcome_label


def not_concluded_sentence(evaluation: Evaluation) -> Sentence:
    return Sentence(id="pooled.not_concluded", parts=not_concluded(evaluation), tone="caution")


def not_concluded(evaluation: Evaluation) -> list[Words]:
    """What these data do not allow to be said."""
    outcome = outcome_label(evaluation)
    parts: list[Words] = []
    if not evaluation.pooled:
        parts.append(say("pooled_page.not_pooled"))
    elif evaluation.shown:
        parts.append(say("pooled_page.not_cause"))
    else:
        parts += [say("pooled_page.not_effect", outcome=outcome), say("pooled_page.not_absence")]
    ranked = "not_ranked_overlap" if _overlap(evaluation) else "not_ranked"
    return [*parts, say(f"pooled_page.{ranked}"), say("pooled_page.not_general")]


def _overlap(evaluation: Evaluation) -> bool:
    """Do the intervals of all sites share some value?"""
    rows = evaluation.main.by_site()
    return bool(rows["conf_low"].max() <= rows["conf_high"].min())


def open_sentence(evaluation: Evaluation) -> Sentence:
    """What pooling does not remove: every site shares it."""
    keys = ["drift", "leader", "straight"]
    measured_again = any(len(case.both_waves[1]) for case in evaluation.cases)
    parts: list[Words] = [say(f"pooled_page.open_{key}") for key in keys]
    if measured_again:
        parts.append(say("pooled_page.open_untreated"))
    if evaluation.unit == "standardised":
        parts.append(say("pooled_page.open_standardised"))
    return Sentence(id="pooled.open", parts=parts)
