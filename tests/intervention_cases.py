"""Cases of the outcome evaluation that its tests share: every design, the notebook's blocks, drawing a figure."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd

import efficacy as ef
from efficacy.params import InterventionParams, load_site, resolve
from efficacy.project import Project
from efficacy.report import intervention as page
from efficacy.report.blocks import Drawing, Figure
from efficacy.report.style import figure_style
from efficacy.report.wording import Wording
from efficacy.study import Study, load_study

ROOT = Path(__file__).parents[1]
WORDINGS = (Wording("zh"), Wording("en", "apa"))
SIMULATIONS = 1000
ROWS = ["question", "sample", "method", "result", "", "caution", "paste", "not_concluded"]

# how a site is declared -> the main analysis that follows
DESIGNS: dict[str, tuple[str, dict[str, Any], str]] = {
    "qichun": ("qichun", {}, "retest_correction"),
    "laixi": ("laixi", {}, "regression_discontinuity"),
    "baumann": ("baumann", {}, "randomised_ancova"),
    "range_only": ("qichun", {"retest_n": None, "retest_sd": None}, "retest_correction"),
    "no_retest": ("qichun", {"retest_r": None, "retest_n": None, "retest_sd": None}, "retest_correction"),
    "typical": ("qichun", {"selection_rule": "typical_cases"}, "two_readings"),
    "nominated": ("qichun", {"selection_rule": "nominated", "retest_r": None}, "two_readings"),
    "volunteers": ("qichun", {"selection_rule": "volunteers"}, "readings_not_bounds"),
    "unknown": ("laixi", {"selection_rule": "unknown"}, "readings_not_bounds"),
    "everybody": ("qichun_members", {"selection_rule": "not_selected"}, "paired_change"),
    "some_left_out": ("qichun", {"selection_rule": "not_selected"}, "readings_not_bounds"),
    "drawn_from_low": ("laixi_drawn", {"selection_rule": "random_from_low"}, "randomised_ancova"),
    "drawn_against_the_records": ("laixi", {"selection_rule": "random_from_low"}, "randomised_ancova"),
    "typical_compared": ("laixi_two_waves", {"selection_rule": "typical_cases"}, "two_readings"),
    "nobody_untreated": ("laixi_alone_two_waves", {"comparison_group": "none"}, "retest_correction"),
    "matched": ("laixi", {"comparison_group": "matched_from_other_population"}, "population_readings"),
    "second_baseline": ("laixi_alone", {"comparison_group": "none"}, "second_baseline"),
    "other_population": ("laixi", {"comparison_group": "other_population"}, "population_readings"),
    "first_followup": ("laixi", {"post_wave": "followup"}, "regression_discontinuity"),
}
READINGS = ("two_readings", "readings_not_bounds", "population_readings")


@cache
def study_of(name: str) -> Study:
    """An example site, or what is left of it under the rest of the name."""
    site, _, changed = name.partition("_")
    study = load_study(site, project=ROOT)
    if changed == "members":
        return with_children(study, study.arm_role("treated"))
    if changed == "drawn":
        return with_members(study, study.score("pre", "total").sort_values(kind="stable").index[:32:2])
    if changed.startswith("alone"):
        study = nobody_untreated_again(study)
    if changed.endswith("two_waves"):
        return Study(**{**vars(study), "scores": study.scores[study.scores["wave"] != "pre2"]})
    return study


def nobody_untreated_again(study: Study) -> Study:
    """Without the later scores of untreated children."""
    later = ~study.scores["wave"].isin(["pre", "pre2"])
    untreated = study.scores["participant_id"].isin(study.arm_role("comparison"))
    return Study(**{**vars(study), "scores": study.scores[~(later & untreated)]})


def params_of(site: str, **changes: Any) -> InterventionParams:
    declared = load_site(site.partition("_")[0], project=Project(ROOT))
    params = resolve(declared, "intervention", {"n_simulations": SIMULATIONS})
    assert isinstance(params, InterventionParams)
    return params.model_copy(update=changes)


@cache
def evaluated(name: str) -> page.Evaluation:
    site, changes, _ = DESIGNS[name]
    return page.evaluate(page.case_of(study_of(site), params_of(site, **changes)))


def with_site(study: Study, **changes: Any) -> Study:
    return Study(**{**vars(study), "site": study.site.model_copy(update=changes)})


def with_children(study: Study, kept: pd.Index) -> Study:
    """Some of the children only."""
    scores = study.scores[study.scores["participant_id"].isin(kept)]
    return Study(**{**vars(study), "participants": study.participants.loc[kept], "scores": scores})


def with_members(study: Study, members: pd.Index) -> Study:
    """The same children, others of them in the group."""
    arm = pd.Series(np.where(study.participants.index.isin(members), "group", "others"), study.participants.index)
    participants = study.participants.assign(arm=arm.astype(study.participants["arm"].dtype))
    return Study(**{**vars(study), "participants": participants})


def changes_of(case: page.Case) -> dict[str, ef.PairedChange]:
    """What the notebook computes of every scale measured twice."""
    return {name: ef.paired_change(*pair) for name, pair in pairs_of(case).items()}


def pairs_of(case: page.Case) -> dict[str, list[pd.Series]]:
    waves = (case.baseline, case.post)
    return {name: [case.chosen(case.study.score(wave, name)) for wave in waves] for name in case.scales}


def courses_of(case: page.Case) -> ef.LinearMixedModel:
    """The mixed model of the notebook."""
    return ef.linear_mixed_model(case.courses, waves=case.occasions, arm=case.course_groups)


@cache
def blocks_of(evaluation: page.Evaluation) -> list[Any]:
    """Every block of the notebook, in its order."""
    case = evaluation.case
    record = ef.session_record(case.study.sessions)
    comparisons = {name: ef.compare_groups(case.before[name], by=case.compared) for name in case.before}
    members, others = (ef.categorical_table(case.characteristics(group)) for group in (case.members, case.others))
    described = {wave: ef.describe_scores(case.at(wave), by=case.groups) for wave in case.occasions}
    printed = {name: ef.spss_paired(*pair) for name, pair in pairs_of(case).items()}
    return [
        page.first_page(evaluation, record),
        *page.ladders(evaluation),
        page.ladder_sentence(evaluation),
        page.selection_sentence(evaluation),
        page.flow_table(case),
        page.selection_figure(evaluation),
        page.baseline_block(case, comparisons),
        page.characteristics_block(case, members, others),
        *page.expected_blocks(evaluation),
        page.alarms_figure(evaluation),
        page.attendance_sentence(evaluation, record),
        *page.main_sentences(evaluation),
        page.estimates_figure(evaluation),
        page.main_table(evaluation),
        page.assumptions_sentence(evaluation),
        *page.sensitivity_figures(evaluation),
        page.other_outcomes_block(evaluation),
        *page.unadjusted_blocks(evaluation, changes_of(case)),
        *page.waves_blocks(evaluation, described),
        *page.spss_blocks(evaluation, printed),
        *page.lost_blocks(evaluation),
        *page.groups_blocks(evaluation),
        *page.courses_blocks(evaluation, courses_of(case)),
        *page.children_blocks(evaluation),
        *page.followup_blocks(evaluation),
        page.limitations_table(evaluation),
        page.not_concluded_sentence(evaluation),
    ]


@cache
def described(evaluation: page.Evaluation, wording: Wording = WORDINGS[0]) -> dict[str, dict[str, Any]]:
    return {block.id: block.describe(wording) for block in blocks_of(evaluation)}


def column(table: dict[str, Any], role: str) -> list[Any]:
    """Raw values of a column; None where the cell is no number."""
    at = [entry["role"] for entry in table["columns"]].index(role)
    return [row["cells"][at].get("raw") for row in table["rows"]]


def draw(figure: Figure, *, individual_marks: bool = True, wording: Wording = WORDINGS[0]) -> Any:
    with mpl.rc_context(figure_style()):
        canvas = figure.draw(Drawing(wording, individual_marks))
        canvas.savefig(io.BytesIO(), format="png")
    return canvas


def keys_of(block: dict[str, Any]) -> list[str]:
    return [*block.get("keys", []), *(key for row in block.get("rows", []) for key in row.get("keys", []))]
