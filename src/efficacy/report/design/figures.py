"""False alarms, precision and power of the designs, as pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import PercentFormatter

from ...effects import DesignComparison
from ...params import DesignParams
from ..blocks import Drawing, Figure, Sentence
from ..style import ACCENT, FAINT, INK, MEMBERS
from ..wording import Message, say
from .choices import row_at, rows_at, shown_r
from .words import declared, labels, per_hundred, retest, sds, share, target, tested

HEIGHT = 0.42  # inches a design
LINES = ("-", "--", "-.", ":", (0, (4, 1, 1, 1, 1, 1)))
GREY = "#5a6672"  # the rest, dark enough for words


def alarms_figure(params: DesignParams, comparison: DesignComparison) -> Figure | Sentence:
    """Of 100 studies with a programme that does nothing, those that report an effect all the same."""
    rows = tested(rows_at(comparison, shown_r(comparison)))
    if rows.empty:
        return _nothing("alarms")
    named = labels(params)
    drift = say("design.alarms_drift", drift=declared(params.drift))
    kinds: tuple[tuple[str, Message, dict[str, Any]], ...] = (
        (
            "usual_alarms",
            say("design.alarms_usual"),
            {"facecolor": "white", "edgecolor": MEMBERS, "linewidth": 1.6, "s": 52},
        ),
        ("drift_claims", drift, {"facecolor": "white", "edgecolor": GREY, "linewidth": 1.6, "marker": "D", "s": 78}),
        ("false_claims", say("design.alarms_rules"), {"color": ACCENT, "s": 34}),
    )

    def draw(drawing: Drawing) -> Canvas:
        canvas = Canvas(figsize=(7.2, 0.95 + HEIGHT * len(rows)))
        axes = canvas.subplots()
        heights = np.arange(len(rows), dtype=float)
        axes.axvline(50 * (1 - params.conf_level), color=INK, linewidth=0.8, linestyle="--", zorder=0)
        for column, words, look in kinds:
            axes.scatter(100 * rows[column], heights, zorder=3, label=drawing.text(words), **look)
        _design_names(axes, rows, named, drawing)
        axes.set_xlim(left=-1)
        axes.set_xlabel(drawing.text(say("design.alarms_x")))
        canvas.legend(loc="outside upper center", ncols=3, handletextpad=0.2)
        return canvas

    said = [
        say(
            "design.alarms_alt_row",
            design=named[str(name)],
            usual=per_hundred(row["usual_alarms"]),
            false=per_hundred(row["false_claims"]),
            drift=per_hundred(row["drift_claims"]),
        )
        for name, row in rows.iterrows()
    ]
    return Figure(
        id="design.alarms.figure",
        caption=say("design.alarms_caption", drift=declared(params.drift)),
        alt=say("design.alarms_alt", rows=said),
        draw=draw,
    )


def gains_figure(params: DesignParams, comparison: DesignComparison) -> Figure | Sentence:
    """Half-width of the interval and power at the declared effect, design by design."""
    rows = tested(rows_at(comparison, shown_r(comparison)))
    if rows.empty:
        return _nothing("gains")
    named = labels(params)

    def draw(drawing: Drawing) -> Canvas:
        canvas = Canvas(figsize=(7.2, 0.75 + HEIGHT * len(rows)))
        left, right = canvas.subplots(1, 2, sharey=True)
        _bars(left, rows["half_width"], [drawing.wording.text(sds(value)) for value in rows["half_width"]], FAINT)
        _bars(right, rows["power"], [drawing.wording.text(share(value)) for value in rows["power"]], ACCENT)
        left.axvline(params.effect, color=MEMBERS, linewidth=1.2, linestyle="--")
        right.axvline(params.target_power, color=MEMBERS, linewidth=1.2, linestyle="--")
        _design_names(left, rows, named, drawing)
        right.set_xlim(0, 1.12)
        right.set_xticks([0, 0.5, 1])
        right.xaxis.set_major_formatter(PercentFormatter(1))
        left.set_xlabel(drawing.text(say("design.gains_half")))
        right.set_xlabel(drawing.text(say("design.gains_power")))
        right.tick_params(axis="y", length=0)
        return canvas

    said = [
        say("design.gains_alt_row", design=named[str(name)], half=sds(row["half_width"]), power=share(row["power"]))
        for name, row in rows.iterrows()
    ]
    return Figure(
        id="design.gains.figure",
        caption=say("design.gains_caption", effect=declared(params.effect), target=target(comparison)),
        alt=say("design.gains_alt", rows=said),
        draw=draw,
    )


def curve_figure(params: DesignParams, comparison: DesignComparison) -> Figure | Sentence:
    """Power by the size of the true effect, a line a design."""
    r = shown_r(comparison)
    rows = tested(rows_at(comparison, r))
    curve = comparison.power_curve
    curve = curve[curve["retest_r"] == r]
    if rows.empty or curve.empty:
        return _nothing("curve")
    named = labels(params)

    def draw(drawing: Drawing) -> Canvas:
        canvas = Canvas(figsize=(7.2, 3.6))
        axes = canvas.subplots()
        axes.axvline(params.effect, color=FAINT, linewidth=2.5, zorder=0)
        axes.axhline(params.target_power, color=MEMBERS, linewidth=1, linestyle="--", zorder=0)
        for name, style in zip(map(str, rows.index), LINES, strict=False):
            line = curve[curve["design"] == name]
            colour = ACCENT if row_at(rows, name)["n_untreated"] > 0 else GREY
            words = drawing.text(named[name])
            axes.plot(line["effect"], line["power"], color=colour, linestyle=style, linewidth=1.8, label=words)
        axes.set_xlim(0, float(curve["effect"].max()))
        axes.set_ylim(0, 1.02)
        axes.yaxis.set_major_formatter(PercentFormatter(1))
        axes.set_xlabel(drawing.text(say("design.curve_x")))
        axes.set_ylabel(drawing.text(say("design.gains_power")))
        axes.legend(loc="best", handlelength=3.2, fontsize=8.5)
        return canvas

    said = [
        say("design.curve_alt_row", design=named[str(name)], effect=sds(row["detectable_effect"]))
        for name, row in rows.iterrows()
    ]
    return Figure(
        id="design.curve.figure",
        caption=say("design.curve_caption", r=retest(r), target=target(comparison)),
        alt=say("design.curve_alt", rows=said, target=target(comparison)),
        draw=draw,
    )


def _nothing(name: str) -> Sentence:
    return Sentence(id=f"design.{name}.figure", parts=[say("design.none_to_draw")], tone="caution")


def _design_names(axes: Axes, rows: pd.DataFrame, named: dict[str, Message], drawing: Drawing) -> None:
    axes.set_yticks(range(len(rows)), [drawing.text(named[str(name)]) for name in rows.index])
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(rows) - 0.5, -0.5)


def _bars(axes: Axes, values: pd.Series, shown: Sequence[str], colour: str) -> None:
    """Bars with their values at the end."""
    axes.barh(range(len(values)), values, height=0.55, color=colour)
    for height, (value, words) in enumerate(zip(values, shown, strict=True)):
        axes.annotate(
            words,
            (value, height),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=8.5,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
        )
    axes.margins(x=0.16)
