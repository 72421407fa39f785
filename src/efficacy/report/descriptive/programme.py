"""From needs to sessions: what the plan can show to have changed, and who came."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from ...effects import SessionRecord
from ...params import DescriptiveParams, Plan
from ...params.plan import Objective
from ...study import Study
from ..blocks import Block, Cell, Column, Drawing, Figure, Row, Sentence, Table
from ..labels import scale_label, scale_names
from ..numbers import Number, PlusMinus, Role
from ..shared import absent, share_cell, smallest_shown
from ..style import ACCENT, FAINT, MEMBERS
from ..wording import Message, Words, say


def plan_blocks(study: Study) -> list[Block]:
    """Needs, objectives, sessions and measures in one table, and which objectives nothing measures."""
    plan = study.site.plan
    if plan is None:
        return [absent("plan")]
    rows: list[Row] = []
    for need in plan.needs:
        objectives = [objective for objective in plan.objectives if objective.need == need.id]
        if not objectives:
            rows.append(Row(cells=[need.label, say("descriptive_tables.no_objective"), None, None]))
        for position, objective in enumerate(objectives):
            name = need.label if position == 0 else None
            rows.append(Row(cells=[name, objective.label, _sessions(plan, objective), _measures(study, objective)]))
    table = Table(
        id="descriptive.plan",
        title=say("descriptive_tables.plan_title"),
        columns=[
            Column(role=role, header=say(f"descriptive_tables.column_{role}"), align="left")
            for role in ("need", "objective", "sessions", "measures")
        ],
        rows=rows,
        notes=[say("descriptive_tables.plan_note")],
    )
    return [table, _plan_sentence(study, plan)]


def _sessions(plan: Plan, objective: Objective) -> Words:
    planned = [session for session in plan.sessions if session.objective == objective.id]
    if not planned:
        return say("descriptive_tables.no_session")
    return say(
        "descriptive_tables.list",
        parts=[say("descriptive_tables.session_theme", number=s.number, theme=s.theme) for s in planned],
    )


def _measured_by(study: Study, objective: Objective) -> list[Words]:
    """Scales of this site that would show an objective; names the site does not measure count for nothing."""
    return [scale_label(study, scale) for scale in objective.measures if scale in scale_names(study)]


def _measures(study: Study, objective: Objective) -> Words:
    measures = _measured_by(study, objective)
    return say("descriptive_tables.list", parts=measures) if measures else say("descriptive_tables.no_measure")


def _plan_sentence(study: Study, plan: Plan) -> Sentence:
    unmeasured = [objective.label for objective in plan.objectives if not _measured_by(study, objective)]
    if not unmeasured:
        return Sentence(id="descriptive.plan.sentence", parts=[say("descriptive.plan_all", k=len(plan.objectives))])
    said = say("descriptive.plan_unmeasured", k=len(plan.objectives), n=len(unmeasured), objectives=unmeasured)
    return Sentence(id="descriptive.plan.sentence", parts=[said], tone="caution")


def session_blocks(study: Study, params: DescriptiveParams, record: SessionRecord) -> list[Block]:
    """Attendance, dose and satisfaction of the group, session by session."""
    if record.status == "not_computable":
        return [absent("sessions")]
    return [
        _session_sentence(record),
        _session_table(study, params, record),
        *_session_figures(study, params, record),
        Sentence(id="descriptive.sessions.limit", parts=[say("descriptive.sessions_limit")], tone="caution"),
    ]


def _theme(study: Study, number: int) -> Words | None:
    plan = study.site.plan
    return next((session.theme for session in plan.sessions if session.number == number), None) if plan else None


def _session_sentence(record: SessionRecord) -> Sentence:
    return Sentence(
        id="descriptive.sessions.sentence",
        parts=[
            say(
                "descriptive.sessions",
                n=record.n_used,
                sessions=record.n_sessions,
                share=Number(value=record.share, role="percent", n=record.n_used),
                mean=Number(value=record.mean_attended, role="score", n=record.n_used),
                median=Number(value=record.median_attended, role="score", n=record.n_used),
            )
        ],
    )


def _session_table(study: Study, params: DescriptiveParams, record: SessionRecord) -> Table:
    smallest = smallest_shown(study.site, params)
    rows = []
    for _, row in record.tidy().iterrows():
        absent_children = int(row["n"] - row["n_attended"])
        hides = smallest > 1 and absent_children < smallest  # who was not there is a cell too, and nobody is a bound
        n_satisfied = int(row["n_satisfaction"])
        came: Cell = (
            say("descriptive_tables.protected") if hides else Number(value=int(row["n_attended"]), role="count")
        )
        rows.append(
            Row(
                cells=[
                    Number(value=int(row["session"]), role="integer"),
                    _theme(study, int(row["session"])),
                    came,
                    share_cell(row["share"], int(row["n"]), smallest=smallest),
                    PlusMinus(mean=row["mean"], sd=row["sd"])
                    if n_satisfied >= smallest
                    else say("descriptive_tables.protected"),
                ],
                n=int(row["n_attended"]),
            )
        )
    return Table(
        id="descriptive.sessions",
        title=say("descriptive_tables.sessions_title"),
        columns=[
            Column(role="session", header=say("descriptive_tables.column_session")),
            Column(role="theme", header=say("descriptive_tables.column_theme"), align="left"),
            Column(role="n_attended", header=say("descriptive_tables.column_attended")),
            Column(role="share", header=say("descriptive_tables.column_attendance")),
            Column(role="mean sd", header=say("descriptive_tables.column_satisfaction")),
        ],
        rows=rows,
        notes=[_satisfaction_note(study, record)],
        n=record.n_used,
        method="attendance",
    )


def _satisfaction_note(study: Study, record: SessionRecord) -> Message:
    declared = study.site.sessions
    if declared is None or not record.tidy()["n_satisfaction"].any():
        return say("descriptive_tables.sessions_note_attendance", n=record.n_used)
    low, high = declared.satisfaction_minimum, declared.satisfaction_maximum
    return say("descriptive_tables.sessions_note", n=record.n_used, low=low, high=high)


def _session_figures(study: Study, params: DescriptiveParams, record: SessionRecord) -> list[Figure]:
    """Attendance as bars; satisfaction, where it was asked, above them on an axis of its own.

    Attendance is left out where the absent members of a session are too few to be shown, satisfaction where the
    members who answered are.
    """
    smallest = smallest_shown(study.site, params)
    table = record.tidy()
    cells = {
        int(row["session"]): share_cell(row["share"], int(row["n"]), smallest=smallest) for _, row in table.iterrows()
    }
    shares = {number: float(cell.value or 0) for number, cell in cells.items() if isinstance(cell, Number)}
    shares = shares if len(shares) == len(cells) else {}
    enough = table[table["n_satisfaction"] >= smallest]
    means = {int(row["session"]): float(row["mean"]) for _, row in enough.iterrows()}
    declared = study.site.sessions
    if declared is None or not (shares or means):
        return []

    def draw(drawing: Drawing) -> Canvas:
        n_panels = bool(shares) + bool(means)
        canvas = Canvas(figsize=(7.2, 0.6 + 1.7 * n_panels))
        panels = canvas.subplots(n_panels, 1, sharex=True, squeeze=False)[:, 0]
        if means:
            _draw_satisfaction(panels[0], drawing, means, declared.satisfaction_minimum, declared.satisfaction_maximum)
        if shares:
            _draw_attendance(panels[-1], drawing, shares)
        panels[-1].set_xticks(list(cells))
        panels[-1].set_xlabel(drawing.text(say("descriptive_tables.column_session")))
        return canvas

    shown = "_both" if shares and means else "_attendance" if shares else "_satisfaction"
    said = _by_session(shares, "percent")
    liked = _by_session(means, "score")
    return [
        Figure(
            id="descriptive.sessions.figure",
            caption=say(f"descriptive_figures.sessions_caption{shown}"),
            alt=say(f"descriptive_figures.sessions_alt{shown}", sessions=said, means=liked),
            draw=draw,
        )
    ]


def _by_session(values: Mapping[int, float], role: Role) -> list[Message]:
    return [
        say("descriptive_figures.session", number=number, value=Number(value=value, role=role))
        for number, value in values.items()
    ]


def _draw_attendance(axes: Axes, drawing: Drawing, shares: Mapping[int, float]) -> None:
    for number, share in shares.items():
        axes.bar(number, share, color=MEMBERS, width=0.62)
        label = drawing.wording.text(Number(value=share, role="percent"))
        axes.text(number, share + 0.03, label, ha="center", fontsize=8)
    axes.set_ylim(0, 1.18)
    axes.set_yticks([0, 0.5, 1], ["0%", "50%", "100%"])
    axes.set_ylabel(drawing.text(say("descriptive_tables.column_attendance")))


def _draw_satisfaction(axes: Axes, drawing: Drawing, means: Mapping[int, float], minimum: int, maximum: int) -> None:
    axes.plot(list(means), list(means.values()), color=ACCENT, marker="o", linewidth=1.4)
    for number, mean in means.items():
        at, label = (number, mean), drawing.wording.text(Number(value=mean, role="score"))
        axes.annotate(label, at, xytext=(0, 6), textcoords="offset points", ha="center", fontsize=8)
    axes.set_ylim(minimum, maximum + 0.45)
    axes.set_yticks(range(minimum, maximum + 1))
    axes.set_ylabel(drawing.text(say("descriptive_figures.satisfaction_y")))
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
