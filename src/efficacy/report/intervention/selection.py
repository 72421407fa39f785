"""Who was chosen and how: the flow of children, and members beside the others before anything happened."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence

import pandas as pd

from ...effects import (
    GroupComparison,
)
from ..blocks import Cell, Column, Row, Sentence, Table
from ..labels import arm_label, covariate_label, level_label, scale_label, scale_names, wave_label
from ..numbers import Interval, Number, PlusMinus
from ..privacy import suppress_small_cells
from ..shared import absent, conf_column, count_words, smallest_shown
from ..wording import Message, Words, reasons_of, say
from .case import Case
from .evaluation import Evaluation
from .words import points, row_where, waves

Group = tuple[Words, pd.Index]


def flow_table(case: Case) -> Table:
    """How many children there were at every step, of all and by group, and how many were lost."""
    site = case.study.site
    groups = _groups(case)
    smallest = smallest_shown(site, case.params)
    before = [(step, getattr(site.flow, step)) for step in ("approached", "consented", "returned")]
    nothing: list[Cell] = [Number(value=None, role="count")] * (len(groups) - 1)
    rows = [
        Row(cells=[say(f"intervention.flow_{step}"), Number(value=n, role="count"), *nothing], n=n)
        for step, n in before
        if n is not None
    ]
    measured = [
        wave.id for wave in site.waves if wave.id in {case.baseline, case.post, case.followup, case.second_baseline}
    ]
    for wave in measured:
        scale = case.baseline_outcome if wave == case.baseline else case.outcome
        step = say("intervention.flow_scored", wave=wave_label(case.study, wave))
        rows.append(_counts(step, case.study.score(wave, scale).index, groups))
        if wave == case.post:
            rows.append(_counts(say("intervention.flow_both", **waves(case)), _both(case), groups))
            rows.append(_lost(case, groups, smallest))
    notes: list[Words] = [say("intervention.flow_note")]
    if len(case.both_waves[1]) == 0 and len(case.others):
        notes.append(say("intervention.flow_no_untreated", **waves(case)))
    if site.flow.consent is not None:
        notes.append(say("intervention.flow_consent", consent=site.flow.consent))
    return Table(
        id="intervention.flow",
        title=say("intervention.flow_title"),
        columns=[
            Column(role="step", header=say("intervention.column_step"), align="left"),
            *(Column(role="n", header=label) for label, _ in groups),
        ],
        rows=rows,
        notes=notes,
    )


def selection_sentence(evaluation: Evaluation) -> Sentence:
    """How the members came into the group, where they stood, and which analysis that allows."""
    case = evaluation.case
    rule = case.params.selection_rule
    chosen = case.chosen(case.survey)
    fields = {"n": len(chosen), "n_survey": len(case.own_survey), **waves(case)}
    drawn = rule == "not_selected" and case.design.key == "randomised_ancova"
    parts: list[Words] = [say(f"intervention.selection_{'randomised' if drawn else rule}", **fields)]
    if rule == "lowest_on_pretest" and len(case.others) and not case.strictly_lowest:
        parts.append(say("intervention.selection_not_as_declared", **waves(case)))
    expected = evaluation.expected
    if expected is not None and expected.status != "not_computable":
        direction = "below" if expected.standing < 0 else "above"
        parts.append(
            say(
                "intervention.standing",
                members=points(expected.mean_members, n=expected.n),
                survey=points(expected.mean_survey, n=expected.n_survey),
                sd=points(expected.sd_survey),
                direction=say(f"intervention.direction_{direction}"),
                distance=Number(value=abs(expected.standing), role="effect"),
                **waves(case),
            )
        )
    parts.append(say(f"intervention.analysis_{case.design.reason}", **waves(case)))
    return Sentence(id="intervention.selection", parts=parts)


def baseline_block(case: Case, comparisons: Mapping[str, GroupComparison]) -> Table | Sentence:
    """Scores before the programme by group, with the size of the difference and no test.

    comparisons: by column of ``case.before``, as ``compare_groups`` gives them for ``case.compared``.
    """
    if case.others.empty:
        return absent("untreated")
    labels = _group_labels(case)
    two = len(labels) == 2
    rows = [
        Row(
            cells=[_before_label(case, name), *_means(result, list(labels)), *_difference(result, two)],
            n=int(result.tidy()["n"].min()) if len(result.tidy()) else None,
        )
        for name, result in comparisons.items()
    ]
    title = "baseline_title_arms" if case.design.key == "randomised_ancova" else "baseline_title"
    plain = "baseline_note" if case.chosen_low else "baseline_note_plain"
    note = "baseline_note_arms" if case.design.key == "randomised_ancova" else plain
    effect = "g" if two else "omega"
    return Table(
        id="intervention.baseline",
        title=say(f"intervention.{title}", wave=wave_label(case.study, case.baseline)),
        columns=[
            Column(role="scale", header=say("common.column_scale"), align="left"),
            *(Column(role="mean sd", header=_header(case, name)) for name in labels),
            *([Column(role="estimate", header=say("intervention.column_difference"))] if two else []),
            Column(role="effect", header=say(f"intervention.column_{effect}")),
            conf_column(case.params.conf_level, role="effect_conf_low effect_conf_high"),
        ],
        rows=rows,
        notes=[say(f"intervention.{note}"), *(note for result in comparisons.values() for note in reasons_of(result))],
    )


def characteristics_block(case: Case, members: pd.DataFrame, others: pd.DataFrame) -> Table | Sentence:
    """Categorical characteristics of members and others. members, others: as ``categorical_table`` gives them."""
    if case.others.empty or members.empty:
        return absent("untreated" if case.others.empty else "covariates")
    both = members.merge(others, on=["variable", "level"], suffixes=("_members", "_others"))
    sizes = {name: len(case.described_of(name)) for name in ("members", "others")}
    rows: list[Row] = []
    for variable, levels in both.groupby("variable", sort=False):
        shown = levels.iloc[1:] if len(levels) == 2 else levels  # of two levels the second tells all
        rows += [_characteristic(case, str(variable), row, sizes) for _, row in shown.iterrows()]
    table = Table(
        id="intervention.characteristics",
        title=say("intervention.characteristics_title"),
        columns=[
            Column(role="term", header=say("common.column_variable"), align="left"),
            *(
                Column(
                    role="n share",
                    header=say("intervention.group_n", group=say(f"intervention.header_{name}"), n=size),
                )
                for name, size in sizes.items()
            ),
            Column(role="estimate", header=say("intervention.column_points")),
        ],
        rows=rows,
        notes=[say("intervention.characteristics_note")],
    )
    return _without_hidden(table, smallest=smallest_shown(case.study.site, case.params))


def _without_hidden(table: Table, *, smallest: int) -> Table:
    """The table without the rows that would only say that they are hidden."""
    cleaned = suppress_small_cells(table, k=smallest)
    kept = [row for row, shown in zip(table.rows, cleaned.rows, strict=True) if shown.n is not None]
    if len(kept) == len(table.rows):
        return table
    notes = [*table.notes, say("intervention.characteristics_hidden", k=smallest)]
    return dataclasses.replace(table, rows=kept, notes=notes)


def _characteristic(case: Case, variable: str, row: pd.Series, sizes: Mapping[str, int]) -> Row:
    """One level. It stands for the fewest children inside or outside it in either group, none counting as one.

    Percentages are of the group in the column's header: of those who answered they would tell how few did not.
    """
    counts = {group: int(row[f"n_{group}"]) for group in sizes}
    shares = {group: counts[group] / size if size else math.nan for group, size in sizes.items()}
    fewest = min(*counts.values(), *(_answered(row, group) - n for group, n in counts.items()))
    label = say(
        "intervention.level_of",
        variable=covariate_label(case.study, variable),
        level=level_label(case.study, variable, str(row["level"])),
    )
    cells: list[Cell] = [
        label,
        *(_count_share(counts[group], shares[group]) for group in sizes),
        Number(value=shares["members"] - shares["others"], role="percent"),
    ]
    return Row(cells=cells, n=max(1, fewest), group=variable)


def _answered(row: pd.Series, group: str) -> int:
    """Children of a group with an answer to the variable."""
    everybody = row[f"n_{group}"] / row[f"share_{group}"] if row[f"share_{group}"] > 0 else row[f"n_{group}"]
    return round(float(everybody))


def _before_label(case: Case, name: str) -> Words:
    return scale_label(case.study, name) if name in scale_names(case.study) else covariate_label(case.study, name)


def _count_share(n: int, share: float) -> Message:
    return say("intervention.count_share", n=Number(value=n, role="count"), share=Number(value=share, role="percent"))


def _groups(case: Case) -> Sequence[Group]:
    """Columns of the flow: everybody, then the arms of a draw, or members and others."""
    everybody = (say("intervention.header_everybody"), case.study.participants.index)
    if len(case.others) == 0:
        return [everybody]
    return [everybody, *((label, _everybody_of(case, name)) for name, label in _group_labels(case).items())]


def _everybody_of(case: Case, name: str) -> pd.Index:
    """Every child of a group, the few who were lost too: here they are counted, not described."""
    if list(case.compared.cat.categories) == ["members", "others"]:
        return case.members if name == "members" else case.others
    return case.arm.index[case.arm == name]


def _both(case: Case) -> pd.Index:
    return case.survey.index.intersection(case.later.index)


def _counts(step: Words, present: pd.Index, groups: Sequence[Group]) -> Row:
    counts = [int(index.isin(present).sum()) for _, index in groups]
    return Row(cells=[step, *(Number(value=n or None, role="count") for n in counts)])  # nobody: not measured


def _lost(case: Case, groups: Sequence[Group], smallest: int) -> Row:
    """Children with a first score and no second, of the groups that were measured again at all."""
    both = _both(case)
    cells: list[Cell] = [say("intervention.flow_lost", **waves(case))]
    for _, index in groups:
        before, after = index.isin(case.survey.index).sum(), index.isin(both).sum()
        untouched = len(case.both_waves[1]) == 0 and not set(index) <= set(case.members)
        lost = count_words(int(before - after), smallest=smallest)
        shown: Cell = Number(value=lost, role="count") if isinstance(lost, int) else lost
        cells.append(Number(value=None, role="count") if untouched else shown)
    return Row(cells=cells)


def _group_labels(case: Case) -> dict[str, Words]:
    """Names by level of ``case.compared``."""
    levels = [str(level) for level in case.compared.cat.categories]
    if levels != ["members", "others"]:
        return {arm: arm_label(case.study, arm) for arm in levels}
    return {name: say(f"intervention.header_{name}") for name in levels}


def _header(case: Case, name: str) -> Message:
    return say("intervention.group_n", group=_group_labels(case).get(name, name), n=len(_members_of(case, name)))


def _members_of(case: Case, name: str) -> pd.Index:
    """The children of a group who are described."""
    return case.compared.index[case.compared == name]


def _means(result: GroupComparison, names: list[str]) -> list[Cell]:
    levels = result.tidy()
    rows = [row_where(levels, "level", name) if name in set(levels["level"]) else None for name in names]
    return [None if row is None else PlusMinus(mean=row["mean"], sd=row["sd"]) for row in rows]


def _difference(result: GroupComparison, two: bool) -> list[Cell]:
    effect: list[Cell] = [
        Number(value=result.effect, role="effect", n=result.n_used),
        Interval(low=result.effect_conf_low, high=result.effect_conf_high, role="effect"),
    ]
    return [points(result.estimate), *effect] if two else effect
