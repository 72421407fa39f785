"""Small groups and classes: where children share a leader or a room, and why one group allows no such result."""

from __future__ import annotations

import pandas as pd

from ...effects import ClusteredRegression, clustered_regression
from ..blocks import Cell, Column, Row, Sentence, Table
from ..labels import arm_label, covariate_label, wave_label
from ..numbers import Number
from ..shared import conf_column, count_words, smallest_shown
from ..wording import Words, say
from .case import Case
from .evaluation import Evaluation
from .words import comparison_label, distinct, interval, points

FEW_CLUSTERS = 10


def groups_blocks(evaluation: Evaluation) -> tuple[Sentence | Table, ...]:
    """The main result with groups or classes allowed for; one sentence where that cannot be done."""
    case = evaluation.case
    if case.clusters is None:
        one_group = evaluation.key != "randomised_ancova" or len(case.arm.cat.categories) <= 2
        key = "cluster_one_group" if one_group else "cluster_not_declared"
        return (Sentence(id="intervention.clusters", parts=[say(f"intervention_courses.{key}")], tone="caution"),)
    found = _fitted(evaluation)
    if not found:
        parts = [say("intervention_courses.cluster_not_for_design")]
        return (Sentence(id="intervention.clusters", parts=parts, tone="caution"),)
    if all(result.status == "not_computable" for _, result in found):
        reasons = distinct(result for _, result in found)
        return (Sentence(id="intervention.clusters", parts=reasons, tone="caution"),)
    return (_table(case, found),)


def _table(case: Case, found: list[tuple[dict[str, Words], ClusteredRegression]]) -> Table:
    rows = [
        Row(cells=_cells(labels[row["term"]], row), n=result.n_used)
        for labels, result in found
        for _, row in result.tidy().iterrows()
        if row["term"] in labels
    ]
    first = found[0][1]
    note = say(
        "intervention_courses.cluster_note",
        n_clusters=first.n_clusters,
        variable=covariate_label(case.study, str(case.params.cluster)),
        smallest=count_words(first.smallest_cluster, smallest=smallest_shown(case.study.site, case.params)),
        largest=count_words(first.largest_cluster, smallest=smallest_shown(case.study.site, case.params)),
    )
    few = [say("intervention_courses.cluster_few")] if first.n_clusters < FEW_CLUSTERS else []
    return Table(
        id="intervention.clusters",
        title=say("intervention_courses.cluster_title"),
        columns=[
            Column(role="term", header=say("intervention_results.column_reading"), align="left"),
            Column(role="estimate", header=say("intervention_results.column_value")),
            conf_column(case.params.conf_level),
            Column(role="df", header=say("common.column_df")),
            Column(role="p_value", header=say("common.column_p")),
        ],
        rows=rows,
        notes=[note, *few, *distinct(result for _, result in found)],
        method="ols_cr2",
    )


def _cells(label: Words, row: pd.Series) -> list[Cell]:
    return [
        label,
        points(row["estimate"]),
        interval(row["conf_low"], row["conf_high"]),
        Number(value=row["df"], role="df"),
        Number(value=row["p_value"], role="p"),
    ]


def _fitted(evaluation: Evaluation) -> list[tuple[dict[str, Words], ClusteredRegression]]:
    """The regressions behind the main analysis, each with the labels of its effects by term."""
    case = evaluation.case
    assert case.clusters is not None
    clusters = case.clusters
    if evaluation.key == "regression_discontinuity":
        pre, treated = case.survey, case.treated.astype(float)
        linear = pd.DataFrame({"pre": pre, "treated": treated})
        quadratic = linear.assign(pre_squared=(pre - pre.mean()) ** 2)
        forms = {"linear": linear, "quadratic": quadratic}
        return [
            ({"treated": say(f"intervention_results.term_{form}")}, _regress(case, case.later, columns, clusters))
            for form, columns in forms.items()
        ]
    if evaluation.key == "randomised_ancova":
        columns = pd.DataFrame({"baseline": case.survey, "arm": case.drawn}).loc[case.drawn.index]
        labels: dict[str, Words] = {
            f"arm[{arm}]": say(
                "intervention_results.term_arm", arm=arm_label(case.study, str(arm)), comparison=comparison_label(case)
            )
            for arm in case.arm.cat.categories[1:]
        }
        return [(labels, _regress(case, case.later, columns, clusters))]
    if evaluation.key in ("paired_change", "second_baseline"):
        return [_change(case, evaluation.key, clusters)]
    return []


def _change(case: Case, key: str, clusters: pd.Series) -> tuple[dict[str, Words], ClusteredRegression]:
    """The members' mean change."""
    start = case.second_baseline if key == "second_baseline" and case.second_baseline is not None else case.baseline
    change = (case.chosen(case.later) - case.chosen(case.study.score(start, case.outcome))).dropna()
    named = {"wave": wave_label(case.study, start), "post": wave_label(case.study, case.post)}
    labels: dict[str, Words] = {"intercept": say("intervention_results.term_second_baseline", **named)}
    return labels, _regress(case, change, pd.DataFrame(index=change.index), clusters)


def _regress(case: Case, outcome: pd.Series, predictors: pd.DataFrame, clusters: pd.Series) -> ClusteredRegression:
    """Of the children who have everything."""
    return clustered_regression(outcome, predictors, clusters=clusters, conf_level=case.params.conf_level)
