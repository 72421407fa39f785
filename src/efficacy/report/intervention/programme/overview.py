"""Which parts of the process were recorded: the frame of everything that follows."""

from __future__ import annotations

from ....effects import FidelityRecord, ObservationRecord, SessionRecord, Voices
from ....study import Study
from ...blocks import Block, Column, Row, Table
from ...shared import absent
from ...wording import Words, say
from ..case import Case
from .records import is_recorded, stages_of


def overview_blocks(
    case: Case, record: SessionRecord, fidelity: FidelityRecord, seen: ObservationRecord, voices: Voices
) -> list[Block]:
    """One line a part, recorded or not; one sentence where nothing at all was."""
    study = case.study
    if not is_recorded(study):
        return [absent("programme")]
    entries: list[tuple[str, Words | None]] = [
        ("plan", _plan(study)),
        ("attendance", _attendance(record)),
        ("satisfaction", _satisfaction(study, record)),
        ("stages", _stages(study)),
        ("fidelity", _fidelity(study, fidelity)),
        ("observation", _observation(seen)),
        ("feedback", _feedback(voices)),
        ("services", _services(study)),
    ]
    return [
        Table(
            id="intervention.programme.overview",
            title=say("intervention_programme.overview_title"),
            columns=[
                Column(role="term", header=say("intervention_programme.column_part"), align="left"),
                Column(role="text", header=say("intervention_programme.column_recorded"), align="left"),
            ],
            rows=[
                Row(
                    cells=[
                        say(f"intervention_programme.part_{part}"),
                        said if said is not None else say("intervention_programme.not_recorded"),
                    ]
                )
                for part, said in entries
            ],
            notes=[say("intervention_programme.overview_note")],
        )
    ]


def _plan(study: Study) -> Words | None:
    plan = study.site.plan
    if plan is None:
        return None
    counts = {"n_needs": len(plan.needs), "n_objectives": len(plan.objectives), "n_sessions": len(plan.sessions)}
    return say("intervention_programme.has_plan", **counts)


def _attendance(record: SessionRecord) -> Words | None:
    if record.status == "not_computable":
        return None
    return say("intervention_programme.has_attendance", n=record.n_used, n_sessions=record.n_sessions)


def _satisfaction(study: Study, record: SessionRecord) -> Words | None:
    declared = study.site.sessions
    n_marks = int(record.tidy()["n_satisfaction"].sum())
    if declared is None or n_marks == 0:
        return None
    limits = {"low": declared.satisfaction_minimum, "high": declared.satisfaction_maximum}
    return say("intervention_programme.has_satisfaction", n=n_marks, **limits)


def _stages(study: Study) -> Words | None:
    staged, plan = stages_of(study), study.site.plan
    if not staged or plan is None:
        return None
    return say("intervention_programme.has_stages", n=len(staged), n_sessions=len(plan.sessions))


def _fidelity(study: Study, fidelity: FidelityRecord) -> Words | None:
    declared = study.site.programme.checklist
    if declared is None or fidelity.status == "not_computable":
        return None
    counts = {"n": fidelity.n_used, "n_planned": fidelity.n_used + fidelity.n_dropped}
    return say(f"intervention_programme.has_fidelity_{declared.kept_by}", **counts)


def _observation(seen: ObservationRecord) -> Words | None:
    if seen.status == "not_computable":
        return None
    n_dimensions = int(seen.tidy()["dimension"].nunique())
    return say(
        "intervention_programme.has_observation", n=seen.n_used, n_raters=len(seen.raters), n_dimensions=n_dimensions
    )


def _feedback(voices: Voices) -> Words | None:
    if voices.status == "not_computable":
        return None
    return say("intervention_programme.has_feedback", n=voices.n_used, n_raters=voices.n_raters)


def _services(study: Study) -> Words | None:
    others = study.site.programme.co_interventions
    if others is None:
        return None
    return (
        say("intervention_programme.has_services", n=len(others))
        if others
        else say("intervention_programme.no_services")
    )
