"""When everything happened: measurements, sessions, and what else was done for the children in the same weeks."""

from __future__ import annotations

from datetime import date, timedelta

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from ....params import CoIntervention
from ...blocks import Block, Drawing, Figure, Sentence
from ...labels import wave_label
from ...style import ACCENT, FAINT, INK, MEMBERS, REST
from ...wording import Message, Words, say
from ..case import Case
from ..words import waves
from .drawn import GREY, PALE, wrapped
from .records import STAGES, stage_label, stages_of

DAY = timedelta(days=1)
MOST_MONTHS = 8  # each with a tick of its own
NEAR = 0.16  # of the whole time: names of measurements closer than this would overlap
NAME_WIDTH = 20  # of a line, in Latin characters


def calendar_blocks(case: Case) -> list[Block]:
    """The calendar as a picture where days are known, and each other service as what it leaves open."""
    blocks: list[Block] = []
    if _has_days(case):
        blocks.append(calendar_figure(case))
    parts = service_parts(case)
    return [*blocks, Sentence(id="intervention.programme.services", parts=parts, tone="caution")] if parts else blocks


def service_parts(case: Case) -> list[Words]:
    """What is known of other services; nothing where a study has neither a plan nor a group."""
    others = case.study.site.programme.co_interventions
    if others is None:
        return [say("intervention_programme.services_unknown")] if case.study.site.plan is not None else []
    if not others:
        return [say("intervention_programme.services_none")]
    return [_service(case, other) for other in others]


def service_limits(case: Case) -> list[Words]:
    """The same for the table of limitations: only what may have moved the outcome between the two measurements."""
    others = case.study.site.programme.co_interventions
    if others is None:
        return [say("intervention_programme.limit_services_unknown")] if case.study.site.plan is not None else []
    return [limit for reached in ("members", "everybody", "unknown") for limit in _limit(case, reached)]


def service_cautions(case: Case) -> list[Words]:
    """What belongs on the first page: a service of the members alone, which nothing can tell from the programme."""
    return _limit(case, "members")


def _limit(case: Case, reached: str) -> list[Words]:
    others = case.study.site.programme.co_interventions or ()
    names = [other.label for other in others if other.reached == reached and between_waves(case, other)]
    return [say(f"intervention_programme.limit_services_{reached}", services=names)] if names else []


def between_waves(case: Case, other: CoIntervention) -> bool:
    """Could it have acted between the two measurements? Unless its days say no."""
    days = {wave.id: wave.day for wave in case.study.site.waves}
    first, last, span = days[case.baseline], days[case.post], other.span
    if span is None or first is None or last is None:
        return True
    return span[0] <= last and span[1] >= first


def calendar_figure(case: Case) -> Figure:
    """Measurements, sessions by stage, and a line for every other service with days."""
    site = case.study.site
    sessions = [(s.number, s.day) for s in site.plan.sessions if s.day is not None] if site.plan else []
    measured = [(wave_label(case.study, wave.id), wave.day) for wave in site.waves if wave.day is not None]
    others = [other for other in site.programme.co_interventions or () if other.span is not None]

    def draw(drawing: Drawing) -> Canvas:
        canvas = Canvas(figsize=(7.2, 1.6 + 0.42 * len(others)))
        axes = canvas.subplots()
        _draw_stages(axes, drawing, case)
        for (name, day), line in zip(measured, _lines_of([day for _, day in measured]), strict=True):
            _draw_wave(axes, drawing, name, day, line)
        for number, day in sessions:
            axes.scatter([_at(day)], [1], s=120, color=MEMBERS, zorder=3)
            axes.text(_at(day), 1, str(number), ha="center", va="center", fontsize=7.5, color="white", zorder=4)
        for line, other in enumerate(others):
            _draw_service(axes, other, -line)
        names = [say("intervention_programme.line_waves"), say("intervention_programme.line_sessions")]
        lines = [2.0, 1.0, *(-float(line) for line in range(len(others)))]
        words = [drawing.text(name) for name in (*names, *(_reach_label(other) for other in others))]
        axes.set_yticks(lines, [_tick(text) for text in words], fontsize=8.5)
        axes.set_ylim(-len(others) + 0.3, 3.1)
        axes.vlines([_at(day) for _, day in measured], -len(others) + 0.3, 2, color=ACCENT, linewidth=1, linestyle=":")
        axes.margins(x=0.06)
        months = _months(axes.get_xlim())
        axes.set_xticks([_at(month) for month in months], [f"{month:%Y-%m}" for month in months])
        axes.set_xlabel(drawing.text(say("intervention_programme.axis_month")))
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        return canvas

    said = [say("intervention_programme.calendar_alt_wave", wave=name, day=day.isoformat()) for name, day in measured]
    said += [
        say("intervention_programme.calendar_alt_session", n=number, day=day.isoformat()) for number, day in sessions
    ]
    said += [say("intervention_programme.calendar_alt_other", other=_reach_label(o), days=_days(o)) for o in others]
    kind = "_services" if others else ""
    return Figure(
        id="intervention.programme.calendar",
        caption=say(f"intervention_programme.calendar_caption{kind}"),
        alt=say("intervention_programme.calendar_alt", events=said),
        draw=draw,
    )


def _has_days(case: Case) -> bool:
    plan = case.study.site.plan
    return plan is not None and any(session.day is not None for session in plan.sessions)


def _service(case: Case, other: CoIntervention) -> Words:
    if not between_waves(case, other):
        return say("intervention_programme.service_outside", service=other.label, **waves(case))
    compared = "_compared" if other.reached == "everybody" and len(case.both_waves[1]) else ""
    return say(f"intervention_programme.service_{other.reached}{compared}", service=other.label)


def _reach_label(other: CoIntervention) -> Message:
    return say(f"intervention_programme.reached_{other.reached}", service=other.label)


def _tick(words: str) -> str:
    """A line's name, what stands in its last brackets on a line of its own."""
    name, bracket, reach = words.rpartition(" (") if " (" in words else words.rpartition("(")
    return f"{wrapped(name, width=NAME_WIDTH)}\n({reach}" if bracket else wrapped(words, width=NAME_WIDTH)


def _days(other: CoIntervention) -> str:
    days = [day.isoformat() for day in other.days]
    return ", ".join([*days, *([f"{other.start} - {other.end}"] if other.start else [])])


def _at(day: date) -> float:
    return float(day.toordinal())


def _months(limits: tuple[float, float]) -> list[date]:
    """The first day of every month within the limits, of every third month where there are many."""
    first, last = (date.fromordinal(round(limit)) for limit in limits)
    numbers = range(12 * first.year + first.month, 12 * last.year + last.month)
    months = [date(number // 12, number % 12 + 1, 1) for number in numbers]
    return months[:: 1 + 2 * (len(months) > MOST_MONTHS)]


def _lines_of(days: list[date]) -> list[int]:
    """0 for a name at its own height, 1 for one that stands higher because the name before it is near."""
    near = NEAR * (max(days) - min(days)) if days else 0 * DAY
    lines: list[int] = []
    for position, day in enumerate(days):
        close = position > 0 and day - days[position - 1] < near
        lines.append(1 - lines[-1] if close else 0)
    return lines


def _draw_wave(axes: Axes, drawing: Drawing, name: Words, day: date, line: int) -> None:
    axes.scatter([_at(day)], [2], marker="D", s=42, color=ACCENT, zorder=3)
    axes.text(_at(day), 2.28 + 0.42 * line, drawing.text(name), ha="center", va="bottom", fontsize=8.5, color=ACCENT)


def _draw_stages(axes: Axes, drawing: Drawing, case: Case) -> None:
    """A band behind the sessions of each stage, with its name."""
    plan, staged = case.study.site.plan, stages_of(case.study)
    for position, stage in enumerate(STAGES):
        days = [s.day for s in plan.sessions if s.day and staged.get(s.number) == stage] if plan else []
        if not days:
            continue
        low, high = _at(min(days) - 3 * DAY), _at(max(days) + 3 * DAY)
        axes.fill_between([low, high], 0.62, 1.38, color=FAINT if position % 2 else PALE, zorder=0, linewidth=0)
        words = drawing.text(stage_label(stage))
        axes.text((low + high) / 2, 1.4, words, ha="center", va="bottom", fontsize=7.5, color=GREY)


def _draw_service(axes: Axes, other: CoIntervention, height: float) -> None:
    colour = MEMBERS if other.reached == "members" else INK if other.reached == "unknown" else REST
    if other.start is not None and other.end is not None:
        axes.plot([_at(other.start), _at(other.end)], [height] * 2, color=colour, linewidth=7, solid_capstyle="butt")
    for day in other.days:
        axes.scatter([_at(day)], [height], s=60, marker="s", color=colour, zorder=3)
