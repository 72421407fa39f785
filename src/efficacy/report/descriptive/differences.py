"""Who differs: one table over every declared grouping, what SPSS would print, and how many tests that is."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from ...effects import SpssTable
from ...params import DescriptiveParams
from ...results import Reason
from ...study import Study
from ..blocks import Block, Cell, Column, Row, Sentence, Table
from ..labels import covariate_label, level_label, scale_label
from ..numbers import Interval, Number, PlusMinus
from ..privacy import hidden_parts
from ..shared import absent, row_of, smallest_shown
from ..wording import Message, Words, reason_words, say
from .choices import scale_of, wave_of
from .protection import counts_of_all, few_unanswered, has_few

SMALLEST_LEVEL = 2  # a level needs a spread to be compared
_HEADINGS = (
    ("level", "descriptive_tables.column_variable_level"),
    ("n", "common.column_n"),
    ("mean sd", "common.column_mean_sd"),
    ("statistic df", "descriptive_tables.column_statistic_df"),
    ("p_value", "common.column_p"),
    ("p_value_adjusted", "common.column_p_adjusted"),
    ("effect", "descriptive_tables.column_effect_interval"),
    ("rank_p_value", "descriptive_tables.column_rank_p"),
)


def grouping_label(study: Study, variable: str) -> Words:
    """Name of a grouping variable; "arm" is the group a child belongs to."""
    return say("common.column_group") if variable == "arm" else covariate_label(study, variable)


def difference_blocks(
    study: Study,
    params: DescriptiveParams,
    differences: pd.DataFrame,
    described: Mapping[str, pd.DataFrame],
    detectable: Mapping[str, float],
) -> list[Block]:
    """Every declared grouping. differences: as compare_by returns them; described: the report's scale as
    describe_scores describes it by each variable; detectable: smallest detectable difference of each variable."""
    if differences.empty:
        return [absent("groups")]
    table = _difference_table(study, params, differences, described)
    return [table, difference_sentence(study, params, differences), *_size_sentences(study, detectable)]


def _difference_table(
    study: Study, params: DescriptiveParams, differences: pd.DataFrame, described: Mapping[str, pd.DataFrame]
) -> Table:
    rows: list[Row] = []
    notes: list[Words] = [say("descriptive_tables.differences_note")]
    for _, test in differences.iterrows():
        variable = test["variable"]
        rows.append(Row(cells=[grouping_label(study, variable), *_test_cells(study, params, test)]))
        rows += _level_rows(study, params, variable, described[variable])
        notes += [_reason_note(study, params, variable, reason) for reason in test["reasons"]]
    if any(counts_of_all(study, params, variable) is not None for variable in described):
        notes.append(say("protection.counts_of_all"))
    if any(has_few(study, params, variable) for variable in described):
        notes.append(say("protection.test_of_few"))
    scale = scale_label(study, scale_of(study, params))
    return Table(
        id="descriptive.differences",
        title=say("descriptive_tables.differences_title", scale=scale),
        columns=[
            Column(role=role, header=say(key), align="left" if role == "level" else "center") for role, key in _HEADINGS
        ],
        rows=rows,
        notes=notes,
        method="welch, holm",
    )


def _level_rows(study: Study, params: DescriptiveParams, variable: str, levels: pd.DataFrame) -> list[Row]:
    everybody = counts_of_all(study, params, variable)
    rows = []
    for _, level in levels[levels["n"] > 0].iterrows():
        n = int(level["n"])
        name = say("descriptive_tables.level_of", level=level_label(study, variable, str(level["level"])))
        count = Number(value=n if everybody is None else int(everybody[level["level"]]), role="count")
        # the mean of one respondent would be that respondent's score
        mean_sd = PlusMinus(mean=level["mean"] if n > 1 else None, sd=level["sd"])
        rows.append(Row(cells=[name, count, mean_sd, *[None] * 5], n=n, group=variable))
    n_scored = int(levels["n"].sum())
    without = "no_answer_or_score" if everybody is None else "no_answer"
    n_elsewhere = len(study.participants) - (n_scored if everybody is None else int(everybody.sum()))
    if n_elsewhere:
        name = say("descriptive_tables.level_of", level=say(f"descriptive_tables.{without}"))
        cells = [name, Number(value=n_elsewhere, role="count"), *[None] * 6]
        rows.append(Row(cells=cells, n=n_elsewhere, group=variable))
    return rows


def _reason_note(study: Study, params: DescriptiveParams, variable: str, reason: Reason) -> Message:
    """A reason with the levels it names in words; which level is small is not said of confidential data."""
    note = reason_words(reason)
    if smallest_shown(study.site, params) > 1 and reason.key in ("levels_left_out", "level_too_small"):
        note = say(f"descriptive_tables.{reason.key}_hidden")
    elif "levels" in reason.values:
        levels = [level_label(study, variable, str(level)) for level in reason.values["levels"]]
        note = Message(note.key, {**note.values, "levels": levels})
    return say("descriptive_tables.variable_note", variable=grouping_label(study, variable), note=note)


def _test_cells(study: Study, params: DescriptiveParams, test: pd.Series) -> list[Cell]:
    hidden = say("descriptive_tables.protected")
    if has_few(study, params, test["variable"]):
        return [hidden, None, hidden, *[None] * 4]
    # the rest would be a small cell
    n = None if few_unanswered(study, params, test["variable"]) else int(test["n_used"])
    everybody = counts_of_all(study, params, test["variable"])
    n_told = n if n is None or everybody is None else int(everybody.sum())
    n_used = hidden if n_told is None else Number(value=n_told, role="count")
    if test["status"] == "not_computable":
        return [n_used, None, say("descriptive_tables.not_computable"), None, None, None, None]
    return [
        n_used,
        None,
        statistic_words(test),
        Number(value=test["p_value"], role="p", n=n, method=test["method"]),
        Number(value=test["p_value_adjusted"], role="p", method="holm"),
        say(
            f"descriptive_tables.effect_{test['effect_name']}",
            effect=Number(value=test["effect"], role="effect", n=n),
            interval=Interval(low=test["effect_conf_low"], high=test["effect_conf_high"], role="effect"),
        ),
        Number(value=test["rank_p_value"], role="p", method=test["rank_method"]),
    ]


def statistic_words(test: pd.Series) -> Message:
    """t(df) of two levels, F(df1, df2) of more."""
    statistic = Number(value=test["statistic"], role="statistic", df=test["df"])
    df = Number(value=test["df"], role="df")
    if pd.isna(test["df_denominator"]):
        return say("descriptive_tables.t_df", statistic=statistic, df=df)
    denominator = Number(value=test["df_denominator"], role="df")
    return say("descriptive_tables.f_df", statistic=statistic, df=df, denominator=denominator)


def difference_sentence(study: Study, params: DescriptiveParams, differences: pd.DataFrame) -> Sentence:
    """How many comparisons there were, how many chance alone would give, and which remain after Holm."""
    return Sentence(
        id="descriptive.differences.sentence",
        parts=[*difference_words(study, params, differences), say("descriptive.differences_not_causes")],
        tone="caution",
    )


def difference_words(study: Study, params: DescriptiveParams, differences: pd.DataFrame) -> list[Words]:
    """The sentences about all comparisons together."""
    tested = differences[differences["p_value"].notna()]
    alpha = 1 - params.conf_level
    before = tested[tested["p_value"] < alpha]
    after = tested[tested["p_value_adjusted"] < alpha]
    scale = scale_label(study, scale_of(study, params))
    limit = f"{alpha:.3g}"
    parts: list[Words] = [
        say("descriptive.differences_tests", k=len(tested), scale=scale, n_before=len(before), alpha=limit)
    ]
    if len(after):
        labels = [_found(study, params, test) for _, test in after.iterrows()]
        parts.append(say("descriptive.differences_after", k=len(tested), found=labels, alpha=limit))
    else:
        parts.append(say("descriptive.differences_none_after", k=len(tested), alpha=limit))
    return parts


def _found(study: Study, params: DescriptiveParams, test: pd.Series) -> Words:
    if has_few(study, params, test["variable"]):
        return grouping_label(study, test["variable"])
    n = None if few_unanswered(study, params, test["variable"]) else int(test["n_used"])
    return say(
        "descriptive.difference_found",
        variable=grouping_label(study, test["variable"]),
        effect_name=say(f"descriptive_tables.name_{test['effect_name']}"),
        effect=Number(value=test["effect"], role="effect", n=n),
        p=Number(value=test["p_value_adjusted"], role="p_text", method="holm"),
    )


def _size_sentences(study: Study, detectable: Mapping[str, float]) -> list[Sentence]:
    """What groups of these sizes could not have shown; nothing where no sizes may be told."""
    sizes = [
        say("descriptive.detectable_of", variable=grouping_label(study, name), d=Number(value=d, role="effect"))
        for name, d in detectable.items()
        if not math.isnan(d)
    ]
    said = say("descriptive.detectable", sizes=sizes)
    return [Sentence(id="descriptive.detectable", parts=[said], tone="caution")] if sizes else []


def shown_levels(
    study: Study, params: DescriptiveParams, levels: pd.DataFrame, *, n_unanswered: int | None = None
) -> pd.DataFrame:
    """The levels somebody has, without those a table of these data would hide (privacy.suppress_small_cells).

    n_unanswered: children on no level; left out, those with a score are counted.
    """
    counts = [int(n) for n in levels["n"]]
    n_scored = len(study.score(wave_of(study, params), scale_of(study, params)))
    n_elsewhere = n_scored - sum(counts) if n_unanswered is None else n_unanswered
    hidden = hidden_parts([*counts, n_elsewhere], k=smallest_shown(study.site, params))
    return levels.iloc[[part for part, n in enumerate(counts) if n and part not in hidden]]


def two_smallest(study: Study, params: DescriptiveParams, levels: pd.DataFrame) -> tuple[int, int]:
    """Children on the two smallest levels that can be compared; (0, 0) where there are not two.

    Where small counts are protected, rounded down to steps of the smallest count that is shown: what is computed from
    them would otherwise give the exact counts back.
    """
    step = smallest_shown(study.site, params)
    sizes = sorted(int(n) // step * step for n in shown_levels(study, params, levels)["n"] if n >= SMALLEST_LEVEL)
    return (sizes[0], sizes[1]) if len(sizes) > 1 else (0, 0)


def spss_blocks(
    study: Study, params: DescriptiveParams, differences: pd.DataFrame, tables: Mapping[str, SpssTable]
) -> list[Block]:
    """What SPSS prints for the same comparisons, beside ours, and why the two differ."""
    if not tables:
        return [absent("spss")]
    rows: list[Row] = []
    notes: list[Words] = [say("descriptive_tables.spss_note"), say("descriptive_tables.spss_z_note")]
    for variable, table in tables.items():
        lines = table.tidy()
        label = grouping_label(study, variable)
        if has_few(study, params, variable):
            rows.append(Row(cells=[label, say("descriptive_tables.protected"), *[None] * 6]))
            continue
        notes += [_reason_note(study, params, variable, reason) for reason in table.reasons]
        if table.status == "not_computable":
            rows.append(Row(cells=[label, say("descriptive_tables.not_computable"), *[None] * 6]))
            continue
        told = not few_unanswered(study, params, variable)
        rows.append(Row(cells=[label, *_spss_cells(lines, df_told=told), _welch_p(differences, variable)]))
    if any(has_few(study, params, variable) for variable in tables):
        notes.append(say("protection.test_of_few"))
    return [
        Table(
            id="descriptive.spss",
            title=say("descriptive_tables.spss_title", scale=scale_label(study, scale_of(study, params))),
            columns=[
                Column(role="variable", header=say("common.column_variable"), align="left"),
                Column(role="levene", header=say("descriptive_tables.column_levene")),
                Column(role="levene_p_value", header=say("common.column_p")),
                Column(role="statistic df", header=say("descriptive_tables.column_pooled")),
                Column(role="p_value", header=say("common.column_p")),
                Column(role="rank_statistic", header=say("descriptive_tables.column_rank")),
                Column(role="rank_p_value", header=say("common.column_p")),
                Column(role="welch_p_value", header=say("descriptive_tables.column_our_p")),
            ],
            rows=rows,
            notes=notes,
            method="spss",
        ),
        Sentence(id="descriptive.spss.sentence", parts=[say("descriptive.spss_why")]),
    ]


def _spss_cells(lines: pd.DataFrame, *, df_told: bool) -> list[Cell]:
    """df_told: False where the degrees of freedom would tell how few did not answer."""
    levene = row_of(lines, "term", "levene")
    two = "t_equal_variances" in set(lines["term"])
    pooled = row_of(lines, "term", "t_equal_variances" if two else "anova")
    rank = row_of(lines, "term", "mann_whitney_z" if two else "kruskal_wallis")
    return [
        Number(value=levene["statistic"], role="statistic", df=levene["df"] if df_told else None),
        Number(value=levene["p_value"], role="p"),
        statistic_words(pooled) if df_told else Number(value=pooled["statistic"], role="statistic"),
        Number(value=pooled["p_value"], role="p"),
        say(
            f"descriptive_tables.{'z' if two else 'h'}_value",
            statistic=Number(value=rank["statistic"], role="statistic"),
        ),
        Number(value=rank["p_value"], role="p"),
    ]


def _welch_p(differences: pd.DataFrame, variable: str) -> Number:
    return Number(value=row_of(differences, "variable", variable)["p_value"], role="p")
