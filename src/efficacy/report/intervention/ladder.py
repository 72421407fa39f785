"""The ladder of conclusions: the rung the data reach, and why not the next."""

from __future__ import annotations

from ...effects import (
    RUNGS,
    Claims,
    Rung as Step,
)
from ..blocks import Ladder, Rung, RungState, Sentence
from ..labels import arm_label
from ..wording import Message, Words, say
from .case import Case
from .evaluation import ONE_LADDER, Evaluation
from .words import comparison_label


def ladders(evaluation: Evaluation) -> tuple[Ladder, ...]:
    """One ladder; one a randomised arm where there are several."""
    case = evaluation.case
    return tuple(
        Ladder(
            id=f"intervention.ladder.{arm}" if arm else "intervention.ladder",
            title=_title(case, arm),
            rungs=[
                Rung(
                    label=rung_label(case, step.name),
                    note=_note(case, step),
                    state=_state(claims, step),
                )
                for step in claims.rungs
            ],
        )
        for arm, claims in evaluation.claims.items()
    )


def ladder_sentence(evaluation: Evaluation) -> Sentence:
    """The rung reached and why not the next, for every ladder."""
    parts: list[Words] = []
    for arm, claims in evaluation.claims.items():
        parts += _reached(evaluation.case, arm, claims)
    return Sentence(id="intervention.ladder.sentence", parts=parts)


def rung_label(case: Case, name: str) -> Message:
    """A rung's name; after a draw the untreated are the comparison arm."""
    drawn = name == "more_than_untreated" and case.design.key == "randomised_ancova"
    return say(f"intervention_page.rung_{'higher_than_comparison' if drawn else name}")


def _reached(case: Case, arm: str, claims: Claims) -> list[Words]:
    """Which rung is reached, and what keeps the next one from being."""
    if claims.reached == "none":
        return [say("intervention_page.reached_nothing")]
    rung = rung_label(case, claims.reached)
    reached: Words = say("intervention_page.reached", rung=rung)
    if arm != ONE_LADDER:
        named = {"arm": arm_label(case.study, arm), "comparison": comparison_label(case)}
        reached = say("intervention_page.reached_arm", rung=rung, **named)
    above = RUNGS[RUNGS.index(claims.reached) + 1 :]
    if not above:
        return [reached, say("intervention_page.reached_top")]
    following = claims.rung(above[0])
    return [reached, say(f"intervention_page.next_{following.reason}", rung=rung_label(case, following.name))]


def _title(case: Case, arm: str) -> Message | None:
    if arm == ONE_LADDER:
        return None
    return say("intervention_page.ladder_title", arm=arm_label(case.study, arm), comparison=comparison_label(case))


def _note(case: Case, step: Step) -> Message | None:
    if step.name == "described" and step.reached:
        return None
    if step.name == "higher_at_post" and step.reached and case.chosen_low:
        return say("intervention_page.note_not_excluded")
    return say(f"intervention_page.note_{step.reason}")


def _state(claims: Claims, step: Step) -> RungState:
    if step.name == claims.reached:
        return "reached"
    if step.reached is None:
        return "not_assessable"
    return "passed" if step.reached else "not_reached"
