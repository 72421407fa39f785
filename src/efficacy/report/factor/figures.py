"""Scree plot with parallel analysis, and the loadings at a glance."""

from __future__ import annotations

from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import MaxNLocator

from ...instruments import Instrument
from ...psychometrics import FactorSolution, ParallelAnalysis
from ...study import Study
from ..blocks import Drawing, Figure, Sentence
from ..labels import item_label
from ..numbers import Number
from ..style import ACCENT, FAINT, INK, REST
from ..wording import say
from .dimensions import SALIENT_LOADING, not_computable

WIDE_PANELS = 3  # so many factors leave room for halves on each axis


def scree_figure(parallel: ParallelAnalysis) -> Figure | Sentence:
    """Observed eigenvalues against those of random data: what stands above the line is more than noise."""
    if parallel.status == "not_computable":
        return not_computable("factor.scree", parallel)
    table = parallel.tidy()

    def draw(drawing: Drawing) -> Canvas:
        canvas = Canvas(figsize=(7.2, 3.4))
        axes = canvas.subplots()
        retained = table["retained"].astype(bool)
        axes.plot(table["position"], table["percentile"], color=REST, linestyle="--", linewidth=1.4)
        axes.plot(table["position"], table["observed"], color=ACCENT, linewidth=1.4)
        axes.scatter(table["position"][retained], table["observed"][retained], color=ACCENT, s=34, zorder=3)
        axes.scatter(
            table["position"][~retained],
            table["observed"][~retained],
            facecolor="white",
            edgecolor=ACCENT,
            s=26,
            zorder=3,
        )
        axes.axhline(0, color=FAINT, linewidth=0.8, zorder=0)
        last = table.iloc[min(len(table) - 1, 7)]
        axes.annotate(
            drawing.text(say("factor.scree_random", percentile=f"{parallel.percentile:g}")),
            (last["position"], last["percentile"]),
            xytext=(6, 16),
            textcoords="offset points",
            color="#5a6672",
        )
        axes.annotate(
            drawing.text(say("factor.scree_observed")),
            (table["position"].iloc[0], table["observed"].iloc[0]),
            xytext=(10, -2),
            textcoords="offset points",
            color=ACCENT,
        )
        axes.set_xlabel(drawing.text(say("factor.scree_x")))
        axes.set_ylabel(drawing.text(say(f"factor.scree_y_{parallel.basis}")))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_xlim(0.5, len(table) + 0.5)
        return canvas

    first = table.head(6)
    return Figure(
        id="factor.scree",
        caption=say("factor.scree_caption", found=parallel.n_factors),
        alt=say(
            "factor.scree_alt",
            observed=[Number(value=value, role="score") for value in first["observed"]],
            random=[Number(value=value, role="score") for value in first["percentile"]],
            found=parallel.n_factors,
        ),
        draw=draw,
        values=[Number(value=value, role="score") for value in table["observed"]],
    )


def loadings_figure(study: Study, instrument: Instrument, solution: FactorSolution) -> Figure | Sentence:
    """One panel a factor, one mark an item: do the items of a scale stand together?"""
    if solution.status == "not_computable":
        return not_computable("factor.loadings.figure", solution)
    names = [instrument.item(number).name for scale in instrument.subscales for number in scale.items]
    names = [name for name in names if name in solution.loadings.index]
    factors = list(solution.loadings.columns)

    def draw(drawing: Drawing) -> Canvas:
        canvas = Canvas(figsize=(7.2, 0.6 + 0.21 * len(names)))
        panels = canvas.subplots(1, len(factors), sharey=True, squeeze=False)[0]
        heights = range(len(names))
        ticks = (-0.5, 0, 0.5) if len(factors) <= WIDE_PANELS else (-1, 0, 1)  # so that neighbours' ends never meet
        for axes, factor in zip(panels, factors, strict=True):
            values = solution.loadings.loc[names, factor]
            strong = values.abs() >= SALIENT_LOADING
            axes.axvspan(-SALIENT_LOADING, SALIENT_LOADING, color="#f3f5f7", zorder=0)
            axes.axvline(0, color=FAINT, linewidth=0.8, zorder=1)
            colours = [ACCENT if big else REST for big in strong]
            axes.hlines(heights, 0, values, colors=colours, linewidth=1.6, zorder=2)
            axes.scatter(values, heights, color=colours, s=18, zorder=3)
            axes.set_title(factor)
            axes.set_xlim(-1.05, 1.05)
            axes.set_xticks(ticks)
            axes.tick_params(axis="y", length=0)
        panels[0].set_yticks(list(heights), [drawing.text(item_label(study, name)) for name in names], fontsize=8.5)
        panels[0].invert_yaxis()
        start = 0
        for scale in instrument.subscales[:-1]:
            start += sum(1 for number in scale.items if instrument.item(number).name in names)
            for axes in panels:
                axes.axhline(start - 0.5, color=INK, linewidth=0.6)
        canvas.supxlabel(drawing.text(say("factor.loadings_x")), fontsize=9.5)
        return canvas

    strongest = solution.loadings.loc[names].abs().idxmax(axis=1)
    values = solution.loadings.to_dict()
    return Figure(
        id="factor.loadings.figure",
        caption=say("factor.loadings_caption", limit=Number(value=SALIENT_LOADING, role="r")),
        alt=say(
            "factor.loadings_alt",
            loadings=[
                say(
                    "factor.loadings_alt_item",
                    item=item_label(study, name),
                    factor=strongest[name],
                    loading=Number(value=values[strongest[name]][name], role="coefficient"),
                )
                for name in names
            ],
        ),
        draw=draw,
    )
