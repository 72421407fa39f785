"""From needs to sessions to evidence: what would show that an aim was reached, and which aims nothing shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from ....params import Aim, Plan
from ...blocks import Block, Column, Drawing, Figure, Row, Sentence, Table
from ...labels import scale_label
from ...style import ACCENT, FAINT, INK, MEMBERS, REST
from ...wording import Words, say
from ..case import Case
from .drawn import GREY, wrapped
from .records import FEEDBACK, RATINGS, code_label, dimension_label, ratings

Standing = Literal["scale", "observed", "feedback", "none"]
"""The strongest evidence an aim has."""
LABELS, GRID, EVIDENCE = (0.0, 40.0), (42.0, 70.0), (77.0, 87.0, 97.0)  # across a figure 100 wide
LABEL_WIDTH = 46  # of an aim, in Latin characters


@dataclass(frozen=True)
class Evidence:
    """What would show one aim: scales measured before and after, aspects that observers rated, codes of members'
    words."""

    aim: Aim
    scales: tuple[str, ...]
    observed: tuple[str, ...]
    said: tuple[str, ...]

    @property
    def standing(self) -> Standing:
        if self.scales:
            return "scale"
        if self.observed:
            return "observed"
        return "feedback" if self.said else "none"

    @property
    def kinds(self) -> tuple[bool, bool, bool]:
        return bool(self.scales), bool(self.observed), bool(self.said)


def plan_blocks(case: Case) -> list[Block]:
    """Needs, objectives and sessions beside the evidence; then each claimed outcome and what could show it."""
    plan = case.study.site.plan
    if plan is None:
        return []
    blocks: list[Block] = [plan_figure(case, plan), *_objective_sentence(case, plan)]
    if plan.outcomes:
        blocks += [outcomes_table(case, plan), _outcome_sentence(case, plan)]
    return blocks


def evidence_of(case: Case, aim: Aim) -> Evidence:
    """What this study really has of what the plan names: a scale counts where both waves have it."""
    study = case.study
    rated = set(ratings(study)["dimension"]) if RATINGS in study.registers else set()
    return Evidence(
        aim=aim,
        scales=tuple(scale for scale in aim.measures if scale in case.scales),
        observed=tuple(dimension for dimension in aim.observed if dimension in rated),
        said=aim.feedback if FEEDBACK in study.registers else (),
    )


def outcomes_table(case: Case, plan: Plan) -> Table:
    """Every outcome that is said to have been achieved, with its evidence and what that allows."""
    study = case.study
    rows = []
    for outcome in plan.outcomes:
        found = evidence_of(case, outcome)
        rows.append(
            Row(
                cells=[
                    outcome.label,
                    _listed([scale_label(study, scale) for scale in found.scales]),
                    _listed([dimension_label(study, dimension) for dimension in found.observed]),
                    _listed([code_label(study, code) for code in found.said]),
                    say(f"intervention_programme.standing_{found.standing}"),
                ]
            )
        )
    return Table(
        id="intervention.programme.outcomes",
        title=say("intervention_programme.outcomes_title"),
        columns=[
            Column(role=role, header=say(f"intervention_programme.column_{role}"), align="left")
            for role in ("outcome", "scales", "observed", "said", "standing")
        ],
        rows=rows,
        notes=[say("intervention_programme.outcomes_note")],
    )


def plan_figure(case: Case, plan: Plan) -> Figure:
    """Objectives by need, the sessions each had, and the kinds of evidence for each; claimed outcomes below."""
    objectives = [evidence_of(case, objective) for objective in plan.objectives]
    outcomes = [evidence_of(case, outcome) for outcome in plan.outcomes]
    heights = _heights(plan)

    def draw(drawing: Drawing) -> Canvas:
        deepest = min(heights.values())
        canvas = Canvas(figsize=(7.2, 0.55 + 0.33 * -deepest))
        axes = canvas.subplots()
        _draw_heads(axes, drawing, plan)
        for need in plan.needs:
            _head(axes, drawing, need.label, heights[f"need.{need.id}"])
        for found in objectives:
            _draw_aim(axes, drawing, found, heights[f"objective.{found.aim.id}"])
            _draw_sessions(axes, plan, found.aim.id, heights[f"objective.{found.aim.id}"])
        if outcomes:
            _head(axes, drawing, say("intervention_programme.head_outcomes"), heights["outcomes"])
        for found in outcomes:
            _draw_aim(axes, drawing, found, heights[f"outcome.{found.aim.id}"])
        axes.set_xlim(0, 101)
        axes.set_ylim(deepest - 0.9, 1.2)
        axes.set_axis_off()
        return canvas

    said = [
        say(
            "intervention_programme.plan_alt_aim",
            aim=found.aim.label,
            sessions=_numbers(plan, found.aim.id),
            standing=say(f"intervention_programme.standing_{found.standing}"),
        )
        for found in objectives
    ]
    said += [
        say(
            "intervention_programme.plan_alt_outcome",
            aim=found.aim.label,
            standing=say(f"intervention_programme.standing_{found.standing}"),
        )
        for found in outcomes
    ]
    return Figure(
        id="intervention.programme.plan",
        caption=say(f"intervention_programme.plan_caption{'_outcomes' if outcomes else ''}"),
        alt=say("intervention_programme.plan_alt", aims=said),
        draw=draw,
    )


def _objective_sentence(case: Case, plan: Plan) -> list[Sentence]:
    without = [aim.label for aim in plan.objectives if evidence_of(case, aim).standing != "scale"]
    if not without:
        return []
    said = say("intervention_programme.objectives_unmeasured", k=len(plan.objectives), n=len(without), aims=without)
    return [Sentence(id="intervention.programme.objectives", parts=[said], tone="caution")]


def _outcome_sentence(case: Case, plan: Plan) -> Sentence:
    """How many of the claimed outcomes a comparison of before and after can speak of, and which nothing speaks of."""
    found = [evidence_of(case, outcome) for outcome in plan.outcomes]
    without = [evidence.aim.label for evidence in found if evidence.standing != "scale"]
    nothing = [evidence.aim.label for evidence in found if evidence.standing == "none"]
    if not without:
        said: list[Words] = [say("intervention_programme.outcomes_all", k=len(found))]
        return Sentence(id="intervention.programme.outcomes.sentence", parts=said)
    said = [say("intervention_programme.outcomes_unmeasured", k=len(found), n=len(without), aims=without)]
    if nothing:
        said.append(say("intervention_programme.outcomes_nothing", aims=nothing))
    return Sentence(id="intervention.programme.outcomes.sentence", parts=said, tone="caution")


def _listed(names: Sequence[Words]) -> Words:
    return say("descriptive_tables.list", parts=names) if names else say("intervention_programme.no_evidence")


def _numbers(plan: Plan, objective: str) -> Words:
    numbers = [str(session.number) for session in plan.sessions if session.objective == objective]
    return say("descriptive_tables.list", parts=numbers) if numbers else say("descriptive_tables.no_session")


def _heights(plan: Plan) -> dict[str, float]:
    """Where each line of the figure stands, counted downwards from 0."""
    heights: dict[str, float] = {}
    at = -0.6
    for need in plan.needs:
        heights[f"need.{need.id}"] = at
        for objective in plan.objectives:
            if objective.need == need.id:
                at -= 1
                heights[f"objective.{objective.id}"] = at
        at -= 1.15
    if plan.outcomes:
        at -= 0.15
        heights["outcomes"] = at
        for outcome in plan.outcomes:
            at -= 1
            heights[f"outcome.{outcome.id}"] = at
    return heights


def _columns(plan: Plan) -> dict[int, float]:
    """Where each session stands across the figure."""
    numbers = sorted(session.number for session in plan.sessions)
    step = (GRID[1] - GRID[0]) / max(1, len(numbers))
    return {number: GRID[0] + step * (position + 0.5) for position, number in enumerate(numbers)}


def _draw_heads(axes: Axes, drawing: Drawing, plan: Plan) -> None:
    for number, at in _columns(plan).items():
        axes.text(at, 0.15, str(number), ha="center", va="center", fontsize=8, color=GREY)
    heads = [
        (sum(GRID) / 2, "head_sessions"),
        *zip(EVIDENCE, ("head_scale", "head_observed", "head_said"), strict=True),
    ]
    for at, key in heads:
        words = wrapped(drawing.text(say(f"intervention_programme.{key}")), width=10 if at > GRID[1] else 30)
        axes.text(at, 0.62, words, ha="center", va="bottom", fontsize=8.5, color=INK, linespacing=1.05)


def _head(axes: Axes, drawing: Drawing, words: Words, height: float) -> None:
    axes.text(LABELS[0], height, drawing.text(words), ha="left", va="center", fontsize=9, color=GREY, fontweight="bold")


def _draw_aim(axes: Axes, drawing: Drawing, found: Evidence, height: float) -> None:
    """An aim's label and a mark for each kind of evidence; where no scale measures it, the words say so."""
    axes.axhline(height - 0.5, color=FAINT, linewidth=0.6)
    label = wrapped(drawing.text(found.aim.label), width=LABEL_WIDTH)
    axes.text(LABELS[0] + 1.5, height, label, ha="left", va="center", fontsize=8.5, linespacing=1.0)
    for at, kind, colour in zip(EVIDENCE, found.kinds, (ACCENT, GREY, GREY), strict=True):
        if kind:
            axes.scatter([at], [height], s=46, color=colour, zorder=3)
        elif at == EVIDENCE[0]:
            words = drawing.text(say("intervention_programme.unmeasured"))
            axes.text(at, height, words, ha="center", va="center", fontsize=8.5, color=MEMBERS, fontweight="bold")
        else:
            axes.scatter([at], [height], s=30, facecolor="white", edgecolor=REST, linewidth=0.9, zorder=3)


def _draw_sessions(axes: Axes, plan: Plan, objective: str, height: float) -> None:
    columns = _columns(plan)
    for session in plan.sessions:
        mine = session.objective == objective
        size, colour = (58, INK) if mine else (14, FAINT)
        axes.scatter([columns[session.number]], [height], s=size, marker="s", color=colour, zorder=3)
