"""Was it carried out as planned, and what did observers see."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Rectangle

from ....effects import FidelityRecord
from ...blocks import Block, Drawing, Figure, Sentence
from ...numbers import Number
from ...style import ACCENT, FAINT, REST
from ...wording import Words, say
from ..case import Case
from .drawn import wrapped
from .records import checklist, element_label, planned

NAME_WIDTH = 24  # of a part, in Latin characters


def fidelity_blocks(case: Case, fidelity: FidelityRecord) -> list[Block]:
    """Every planned part of every session, and the share that was done; nothing where there is no checklist."""
    declared = case.study.site.programme.checklist
    if declared is None or fidelity.status == "not_computable":
        return []
    n_planned = fidelity.n_used + fidelity.n_dropped
    parts: list[Words] = [
        say(
            "intervention_programme.fidelity",
            n_planned=n_planned,
            n=fidelity.n_used,
            share=Number(value=fidelity.share, role="percent", n=fidelity.n_used),
            partly=Number(value=fidelity.share_partly, role="percent", n=fidelity.n_used),
        )
    ]
    if fidelity.n_dropped:
        parts.append(say("intervention_programme.fidelity_unrecorded", n=fidelity.n_dropped))
    parts.append(say(f"intervention_programme.fidelity_{declared.kept_by}"))
    return [fidelity_figure(case, fidelity), Sentence(id="intervention.programme.fidelity.sentence", parts=parts)]


def fidelity_figure(case: Case, fidelity: FidelityRecord) -> Figure:
    """Parts by sessions: done, done in part, not done, not noted, not planned."""
    study, plan = case.study, planned(case.study)
    elements = list(fidelity.by_element["element"])
    numbers = list(fidelity.by_session["session"])
    noted = checklist(study)
    done = dict(zip(zip(noted["session"], noted["element"], strict=True), noted["done"], strict=True))

    def draw(drawing: Drawing) -> Canvas:
        canvas = Canvas(figsize=(7.2, 0.95 + 0.3 * len(elements)))
        axes = canvas.subplots()
        for number, element in plan:
            _draw_place(axes, numbers.index(number), -elements.index(element), done.get((number, element)))
        _draw_key(axes, drawing, len(numbers))
        names = [wrapped(drawing.text(element_label(study, element)), width=NAME_WIDTH) for element in elements]
        axes.set_yticks([-line for line in range(len(elements))], names, fontsize=8.5)
        axes.set_xticks(range(len(numbers)), [str(number) for number in numbers])
        axes.set_xlabel(drawing.text(say("intervention_programme.axis_session")))
        axes.set_xlim(-0.6, len(numbers) * 1.32)
        axes.set_ylim(-len(elements) + 0.35, 0.6)
        axes.tick_params(length=0)
        for side in ("left", "bottom"):
            axes.spines[side].set_visible(False)
        return canvas

    said = [
        say(
            "intervention_programme.fidelity_alt_session",
            session=int(row["session"]),
            n=int(row["n_done"]),
            n_planned=int(row["n_planned"]),
        )
        for _, row in fidelity.by_session.iterrows()
    ]
    return Figure(
        id="intervention.programme.fidelity",
        caption=say("intervention_programme.fidelity_caption"),
        alt=say("intervention_programme.fidelity_alt", sessions=said),
        draw=draw,
    )


def _draw_place(axes: Axes, across: float, down: float, done: str | None) -> None:
    """Full, half or empty square; a dash where nothing was noted."""
    corner, edge = (across - 0.38, down - 0.36), ACCENT if done in ("done", "partly") else REST
    axes.add_patch(Rectangle(corner, 0.76, 0.72, facecolor="white", edgecolor=edge))
    filled = {"done": 0.72, "partly": 0.36}.get(done or "", 0.0)
    axes.add_patch(Rectangle(corner, 0.76, filled, facecolor=ACCENT, edgecolor="none"))
    if done is None:
        axes.add_patch(Rectangle(corner, 0.76, 0.72, facecolor=FAINT, edgecolor=FAINT))


def _draw_key(axes: Axes, drawing: Drawing, across: int) -> None:
    """What each kind of square means, beside the last session."""
    for line, done in enumerate(("done", "partly", "not_done", None)):
        _draw_place(axes, across + 0.25, -0.95 * line, done)
        words = drawing.text(say(f"intervention_programme.done_{done or 'unrecorded'}"))
        axes.text(across + 0.85, -0.95 * line, words, va="center", fontsize=8.5)
