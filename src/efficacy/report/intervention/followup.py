"""The outcome at every occasion, and whether what was shown at post still holds later; who came to the sessions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import fill

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from ...effects import SessionRecord
from ..blocks import Column as TableColumn, Drawing, Figure, Row, Sentence, Table
from ..labels import wave_label
from ..numbers import Interval, Number, PlusMinus
from ..shared import absent, conf_column, smallest_shown
from ..style import MEMBERS, REST
from ..wording import Words, say
from .case import Case
from .evaluation import Evaluation
from .words import level, outcome_label, points, retest, share, unit_label

MOST_MEASURED = 0.8  # of a group's children at the first wave, for its mean to stand for the same group
GREY = "#5a6672"


def waves_blocks(
    evaluation: Evaluation, described: Mapping[str, pd.DataFrame]
) -> tuple[Figure | Table | Sentence, ...]:
    """Scores at every occasion, drawn and listed. described: by wave, as ``describe_scores`` gives them by group."""
    if not evaluation.case.same_test:
        return (Sentence(id="intervention.waves", parts=[say("intervention.unadjusted_none")], tone="caution"),)
    return waves_figure(evaluation, described), waves_table(evaluation.case, described)


def waves_table(case: Case, described: Mapping[str, pd.DataFrame]) -> Table:
    """Means of members and others at every occasion."""
    rows = [
        Row(
            cells=[
                wave_label(case.study, row["wave"]),
                say(f"intervention.header_{row['level']}"),
                Number(value=row["n"], role="count"),
                PlusMinus(mean=row["mean"], sd=row["sd"]),
                Interval(low=row["conf_low"], high=row["conf_high"], role="score"),
            ],
            n=int(row["n"]),
        )
        for _, row in _stacked(described).iterrows()
        if row["n"]
    ]
    return Table(
        id="intervention.waves",
        title=say("intervention.followup_means", outcome=outcome_label(case)),
        columns=[
            TableColumn(role="wave", header=say("intervention.column_wave"), align="left"),
            TableColumn(role="level", header=say("common.column_group"), align="left"),
            TableColumn(role="n", header=say("common.column_n")),
            TableColumn(role="mean sd", header=say("common.column_mean_sd")),
            conf_column(case.params.conf_level),
        ],
        rows=rows,
        notes=_partial(case, described),
    )


def waves_figure(evaluation: Evaluation, described: Mapping[str, pd.DataFrame]) -> Figure:
    """The same as a picture, with what was to be expected of the members without a programme."""
    case = evaluation.case
    order = list(described)
    means = {group: _means(case, _stacked(described), group) for group in ("members", "others")}
    expected = _expected_at_post(evaluation, means["members"])

    def draw(drawing: Drawing) -> Canvas:
        canvas = Canvas(figsize=(7.2, 3.4))
        axes = canvas.subplots()
        if drawing.individual_marks:
            _single_lines(axes, case, order)
        for group, colour in (("others", REST), ("members", MEMBERS)):
            _draw_means(axes, means[group], order, colour, drawing, group)
        if expected is not None:
            _draw_expected(axes, expected, order, case, drawing)
        axes.set_xticks(range(len(order)), [drawing.text(wave_label(case.study, wave)) for wave in order])
        axes.set_xlim(-0.25, len(order) - 1 + 0.55)
        unit = unit_label(case.study, case.outcome)
        axes.set_ylabel(drawing.text(unit))
        axes.set_xlabel(drawing.text(say("intervention.column_wave")))
        return canvas

    drawn = "" if case.individual_marks else "_means"
    dashed = "" if expected is None else "_expected"
    caption = say(f"intervention.waves_caption{drawn}{dashed}", level=level(case), r=retest(evaluation.shown_r))
    said = [
        say(
            "intervention.waves_alt_mean",
            group=say(f"intervention.{group}"),
            wave=wave_label(case.study, row["wave"]),
            mean=points(row["mean"], n=int(row["n"])),
            n=int(row["n"]),
        )
        for group, rows in means.items()
        for _, row in rows.iterrows()
    ]
    return Figure(
        id="intervention.waves.figure",
        caption=caption,
        alt=say("intervention.waves_alt", means=said),
        draw=draw,
    )


def attendance_sentence(evaluation: Evaluation, record: SessionRecord) -> Sentence:
    """How often the members came, as numbers of the group."""
    if record.status == "not_computable":
        return absent("sessions")
    case = evaluation.case
    smallest = smallest_shown(case.study.site, case.params)
    parts: list[Words] = [
        say(
            "intervention.attendance",
            mean=Number(value=record.mean_attended, role="score", n=record.n_used),
            median=Number(value=record.median_attended, role="score", n=record.n_used),
            n=record.n_used,
            n_sessions=record.n_sessions,
            share=share(record.share),
        ),
    ]
    if record.n_every == record.n_used or smallest <= min(record.n_every, record.n_used - record.n_every):
        parts.append(say("intervention.attendance_every", n=record.n_every))
    return Sentence(id="intervention.attendance", parts=[*parts, say("intervention.attendance_no_dose")])


def _stacked(described: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The tables of all waves under each other, with a column wave."""
    return pd.concat([table.assign(wave=wave) for wave, table in described.items()], ignore_index=True)


def _partial(case: Case, described: Mapping[str, pd.DataFrame]) -> list[Words]:
    """Occasions at which only some of the others were measured: their mean is not that of the whole group."""
    counts = _stacked(described).query("level == 'others'").set_index("wave")["n"]
    most = MOST_MEASURED * counts.get(case.baseline, 0)
    waves = [wave for wave, n in counts.items() if 0 < n < most]
    return (
        [say("intervention.waves_note_partial", waves=[wave_label(case.study, str(wave)) for wave in waves])]
        if waves
        else []
    )


def _means(case: Case, described: pd.DataFrame, group: str) -> pd.DataFrame:
    """A group's means at the waves where most of those measured at first were measured."""
    rows = described[described["level"] == group]
    first = rows.loc[rows["wave"] == case.baseline, "n"]
    return rows[rows["n"] >= MOST_MEASURED * (first.iloc[0] if len(first) else 0)].query("n > 0")


def _expected_at_post(evaluation: Evaluation, members: pd.DataFrame) -> tuple[float, float] | None:
    """The members' mean before, and what it would be after without a programme; only where selection brings it."""
    before = members.loc[members["wave"] == evaluation.case.baseline, "mean"]
    gain = evaluation.expected_gain
    unknown = before.empty or gain != gain or not evaluation.case.chosen_by_score
    return None if unknown else (float(before.iloc[0]), float(before.iloc[0]) + gain)


def _single_lines(axes: Axes, case: Case, order: Sequence[str]) -> None:
    """A thin line for every member with more than one score."""
    scores = pd.DataFrame({wave: case.chosen(case.study.score(wave, case.outcome)) for wave in order})
    for _, row in scores.iterrows():
        present = row.dropna()
        at = [order.index(wave) for wave in present.index]
        axes.plot(at, present.to_numpy(dtype=float), color=MEMBERS, alpha=0.22, linewidth=0.9, zorder=1)


def _draw_means(
    axes: Axes, rows: pd.DataFrame, order: Sequence[str], colour: str, drawing: Drawing, group: str
) -> None:
    if rows.empty:
        return
    at = [order.index(wave) + (0.03 if group == "members" else -0.03) for wave in rows["wave"]]
    axes.plot(at, rows["mean"], color=colour, linewidth=2, zorder=3)
    axes.vlines(at, rows["conf_low"], rows["conf_high"], color=colour, linewidth=2, zorder=3)
    axes.scatter(at, rows["mean"], color=colour, s=46, zorder=4)
    last = rows.iloc[-1]
    axes.annotate(
        drawing.text(say(f"intervention.{group}")),
        (at[-1], last["mean"]),
        xytext=(12, 0),
        textcoords="offset points",
        va="center",
        color=colour if group == "members" else GREY,
    )


def _draw_expected(
    axes: Axes, expected: tuple[float, float], order: Sequence[str], case: Case, drawing: Drawing
) -> None:
    """A dashed line from the members' first mean to what was to be expected at post."""
    start, end = order.index(case.baseline), order.index(case.post)
    axes.plot([start, end], expected, color=MEMBERS, linestyle=(0, (4, 3)), linewidth=1.4, zorder=2)
    axes.annotate(
        fill(drawing.text(say("intervention.waves_expected")), 18),
        (end, expected[1]),
        xytext=(-4, -6),
        textcoords="offset points",
        ha="right",
        va="top",
        color=MEMBERS,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.8},
        fontsize=8.5,
    )
