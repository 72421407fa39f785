"""The process evaluation: blocks in both languages, raw values untouched, what is missing is said, few are hidden."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
import nbformat
import numpy as np
import pandas as pd
import pytest

import efficacy as ef
from efficacy.documents import Text
from efficacy.params import InterventionParams, load_site, resolve
from efficacy.params.programme import CoIntervention
from efficacy.project import Project
from efficacy.report import intervention as page
from efficacy.report.blocks import Block, Drawing, Figure, Table
from efficacy.report.html import render_page
from efficacy.report.intervention import programme
from efficacy.report.intervention.programme.attendance import _apart
from efficacy.report.intervention.programme.drawn import wide, wrapped
from efficacy.report.intervention.programme.plan import evidence_of
from efficacy.report.privacy import suppress_small_cells
from efficacy.report.style import figure_style
from efficacy.report.wording import Wording
from efficacy.study import Study, load_study

ROOT = Path(__file__).parents[1]
WORDINGS = (Wording("zh"), Wording("en", "apa"))
SITES = ("qichun", "laixi", "baumann")
DRAWN = (("qichun", "zh"), ("laixi", "en"), ("qichun_confidential", "zh"))  # drawing takes most of the time
SMALLEST = 5
LECTURE = Text(zh="讲座", en="lecture")


def changed(study: Study, **site: Any) -> Study:
    return Study(**{**vars(study), "site": study.site.model_copy(update=site)})


@cache
def study_of(name: str) -> Study:
    """An example site; "confidential" as if its data were, "bare" without any record of its programme."""
    site, _, kind = name.partition("_")
    study = load_study(site, project=ROOT)
    if kind == "confidential":
        return changed(study, data_origin="confidential")
    if kind == "bare":
        emptied = changed(study, plan=None, programme=type(study.site.programme)(), sessions=None, registers={})
        registers = {"quality": study.registers["quality"]}
        return Study(**{**vars(emptied), "sessions": study.sessions.iloc[:0], "registers": registers})
    return study


@cache
def evaluated(name: str) -> page.Evaluation:
    declared = load_site(name.partition("_")[0], project=Project(ROOT))
    params = resolve(declared, "intervention", {"n_simulations": 1000})
    assert isinstance(params, InterventionParams)
    return page.evaluate(page.case_of(study_of(name), params))


def results(case: page.Case) -> dict[str, Any]:
    """What the notebook computes."""
    study = case.study
    voices = ef.code_voices(programme.feedback(study), codes=study.site.programme.codes)
    seen = ef.observation_record(programme.ratings(study), dimensions=study.site.programme.dimensions)
    several, two = programme.rated_by_several(seen), programme.rated_by_two(seen)
    every = programme.marks(case)
    change = programme.member_change(case, case.outcome)
    return {
        "record": ef.session_record(study.sessions),
        "fidelity": ef.fidelity_record(programme.checklist(study), planned=programme.planned(study)),
        "seen": seen,
        "kappas": {name: ef.cohen_kappa(rows, weights="quadratic", levels=every) for name, rows in two.items()},
        "correlations": {name: ef.intraclass_correlations(rows) for name, rows in several.items()},
        "alphas": {name: ef.krippendorff_alpha(rows, level="ordinal") for name, rows in several.items()},
        "coders": ef.rater_agreement(voices.decisions),
        "voices": voices,
        "display": ef.joint_display(voices, change),
        "dose": ef.dose_and_change(study.sessions, change),
        "stages": ef.satisfaction_by_stage(study.sessions, stages=programme.stages_of(study), order=programme.STAGES),
    }


def blocks_of(evaluation: page.Evaluation) -> list[Block]:
    """Everything the notebook shows of the process."""
    case = evaluation.case
    r = results(case)
    return [
        *programme.overview_blocks(case, r["record"], r["fidelity"], r["seen"], r["voices"]),
        *programme.plan_blocks(case),
        *programme.calendar_blocks(case),
        *programme.attendance_blocks(evaluation, r["record"]),
        *programme.dose_blocks(case, r["dose"]),
        *programme.satisfaction_blocks(case, r["record"], r["stages"]),
        *programme.fidelity_blocks(case, r["fidelity"]),
        *programme.observation_blocks(case, r["seen"]),
        *programme.agreement_blocks(case, r["seen"], r["kappas"], r["correlations"], r["alphas"]),
        *programme.feedback_blocks(case, r["voices"], r["display"], r["coders"]),
    ]


def described(evaluation: page.Evaluation, wording: Wording = WORDINGS[0]) -> dict[str, dict[str, Any]]:
    return {block.id: block.describe(wording) for block in blocks_of(evaluation)}


def column(table: dict[str, Any], role: str) -> list[Any]:
    position = [entry["role"] for entry in table["columns"]].index(role)
    return [row["cells"][position].get("raw") for row in table["rows"] if len(row["cells"]) > position]


def shown(table: dict[str, Any]) -> list[list[str]]:
    return [[cell["shown"] for cell in row["cells"]] for row in table["rows"]]


@pytest.mark.parametrize("wording", WORDINGS, ids=["zh", "en"])
@pytest.mark.parametrize("name", [*SITES, "qichun_confidential", "laixi_bare"])
def test_every_block_can_be_said_and_drawn(name: str, wording: Wording) -> None:
    evaluation = evaluated(name)
    for block in blocks_of(evaluation):
        words = block.describe(wording)
        assert words["id"] == block.id
        assert "nan" not in str(words.get("alt", "")).lower()
        if isinstance(block, Figure) and (name, wording.language) in DRAWN:
            with mpl.rc_context(figure_style()):
                canvas = block.draw(Drawing(wording=wording, individual_marks=evaluation.case.individual_marks))
                assert canvas.axes
                canvas.canvas.draw()


# ---- what is missing is said


@pytest.mark.parametrize("name", ["baumann", "laixi_bare"])
def test_a_site_without_any_record_has_one_sentence(name: str) -> None:
    assert list(described(evaluated(name))) == ["absent.programme"]


def test_parts_without_a_record_are_named_in_the_overview() -> None:
    rows = dict(shown(described(evaluated("laixi"), WORDINGS[1])["intervention.programme.overview"]))
    assert {part for part, said in rows.items() if said == "not recorded"} == {"Fidelity", "Observation"}
    assert "16 members" in rows["Members' own feelings"]


def test_without_stages_satisfaction_is_shown_by_session() -> None:
    study = study_of("qichun")
    assert study.site.plan is not None
    sessions = tuple(session.model_copy(update={"stage": None}) for session in study.site.plan.sessions)
    plain = changed(study, plan=study.site.plan.model_copy(update={"sessions": sessions}))
    case = page.case_of(plain, evaluated("qichun").case.params)
    r = results(case)
    blocks = {block.id: block for block in programme.satisfaction_blocks(case, r["record"], r["stages"])}
    assert set(blocks) == {"intervention.programme.satisfaction", "intervention.programme.satisfaction.limit"}
    keys = blocks["intervention.programme.satisfaction.limit"].describe(WORDINGS[0])["keys"]
    assert "intervention_programme.stages_none" in keys


# ---- plan and outcomes


@pytest.mark.parametrize(
    ("site", "standings"),
    [
        ("qichun", ["scale", "observed", "scale", "feedback"]),
        ("laixi", ["scale", "feedback", "feedback", "none", "scale", "feedback"]),
    ],
)
def test_claimed_outcomes_stand_by_their_strongest_evidence(site: str, standings: list[str]) -> None:
    case = evaluated(site).case
    plan = case.study.site.plan
    assert plan is not None
    assert [evidence_of(case, outcome).standing for outcome in plan.outcomes] == standings
    text = described(evaluated(site))["intervention.programme.outcomes.sentence"]["text"]
    for outcome, standing in zip(plan.outcomes, standings, strict=True):
        assert (outcome.label.zh in text) == (standing != "scale")


def test_a_scale_that_one_wave_lacks_is_no_measure_of_change() -> None:
    study = study_of("qichun")
    later = (study.scores["wave"] == "post") & (study.scores["scale"] == "ability")
    without = Study(**{**vars(study), "scores": study.scores[~later]})
    case = page.case_of(without, evaluated("qichun").case.params)
    plan = case.study.site.plan
    assert plan is not None
    assert evidence_of(case, plan.outcomes[0]).standing == "feedback"


def test_observers_who_rated_nothing_are_no_evidence() -> None:
    study = study_of("qichun")
    registers = {name: rows for name, rows in study.registers.items() if name != "session_observations"}
    case = page.case_of(Study(**{**vars(study), "registers": registers}), evaluated("qichun").case.params)
    plan = case.study.site.plan
    assert plan is not None
    assert [evidence_of(case, outcome).standing for outcome in plan.outcomes][1] == "none"


# ---- other services


def services(case: page.Case, *others: CoIntervention) -> page.Case:
    kept = case.study.site.programme.model_copy(update={"co_interventions": others})
    return page.case_of(changed(case.study, programme=kept), case.params)


def limit_keys(case: page.Case) -> list[str]:
    return [
        limit.key.removeprefix("intervention_programme.limit_services_") for limit in programme.service_limits(case)
    ]


def test_services_are_limits_of_what_they_may_have_moved() -> None:
    laixi = evaluated("laixi").case
    assert limit_keys(laixi) == ["members", "everybody"]
    assert limit_keys(services(laixi)) == []
    assert limit_keys(evaluated("qichun").case) == ["unknown"]
    assert limit_keys(evaluated("baumann").case) == []
    later = CoIntervention(label=LECTURE, reached="members", days=(date(2025, 2, 1),))
    undated = CoIntervention(label=LECTURE, reached="unknown")
    others = CoIntervention(label=LECTURE, reached="others")
    assert limit_keys(services(laixi, later)) == []
    assert limit_keys(services(laixi, undated, others)) == ["unknown"]
    keys = [block.describe(WORDINGS[0]).get("keys", []) for block in programme.calendar_blocks(services(laixi, later))]
    assert keys[-1] == ["intervention_programme.service_outside"]


def test_services_stand_among_the_limitations() -> None:
    table = page.limitations_table(evaluated("laixi")).describe(WORDINGS[1])
    assert [limit for _, limit in shown(table) if "after-school places" in limit]


def test_a_service_of_the_members_alone_stands_on_the_first_page() -> None:
    for site, stands in (("laixi", True), ("qichun", False)):
        evaluation = evaluated(site)
        first = page.first_page(evaluation, ef.session_record(evaluation.case.study.sessions)).describe(WORDINGS[0])
        cautions = next(row for row in first["rows"] if row["tone"] == "caution")
        assert ("intervention_programme.limit_services_members" in cautions["keys"]) == stands


# ---- numbers are those of the statistics


def test_tables_hold_the_statistics_untouched() -> None:
    evaluation = evaluated("qichun")
    r, blocks = results(evaluation.case), described(evaluation)
    stages = r["stages"].tidy()
    given = stages[stages["n"] > 0]
    means = [cell for cell in column(blocks["intervention.programme.stages"], "mean sd") if cell]
    assert means == [list(pair) for pair in zip(given["mean"], given["sd"], strict=True)]
    halves = r["dose"].tidy()
    assert column(blocks["intervention.programme.halves"], "n") == list(halves["n"])
    joint = r["display"].tidy()
    assert column(blocks["intervention.feedback.joint"], "n") == list(joint["n"])
    codes = r["voices"].tidy()
    for role in ("n_positive", "n_mixed", "n_negative", "n_unsettled"):
        assert column(blocks["intervention.feedback.codes"], role) == list(codes[role])
    seen = column(blocks["intervention.programme.observation"], "mean")
    assert seen == [r["seen"].overall(name) for name in evaluation.case.study.site.programme.dimensions]
    assert sum(column(blocks["intervention.programme.dose"], "n")) == r["record"].n_used


def test_the_words_for_a_figure_hold_its_data() -> None:
    blocks = described(evaluated("qichun"), WORDINGS[1])
    r = results(evaluated("qichun").case)
    for mean in r["stages"].tidy()["mean"].dropna():
        assert f"{mean:.2f}" in blocks["intervention.programme.satisfaction"]["alt"]
    for share in r["record"].tidy()["share"]:
        assert f"{100 * share:.1f}%" in blocks["intervention.programme.attendance"]["alt"]
    assert "session 8 2025-11-28" in blocks["intervention.programme.calendar"]["alt"]
    assert "session 3 2/5" in blocks["intervention.programme.fidelity"]["alt"]


def test_the_change_beside_the_words_is_the_members_own() -> None:
    case = evaluated("laixi").case
    change = programme.member_change(case, case.outcome)
    assert set(change.index) <= set(case.members)
    pd.testing.assert_series_equal(change, (case.later - case.survey)[change.index].rename("total"), check_index=False)
    assert programme.member_change(evaluated("baumann").case, "post_test_1").empty


def test_agreement_is_that_of_the_statistics() -> None:
    evaluation = evaluated("qichun")
    r = results(evaluation.case)
    table = described(evaluation)["intervention.programme.agreement"]
    for row, name in zip(table["rows"], evaluation.case.study.site.programme.dimensions, strict=True):
        kappa, icc, alpha = (cell["numbers"][0]["raw"] for cell in row["cells"][2:])
        assert (kappa, alpha) == (r["kappas"][name].estimate, r["alphas"][name].estimate)
        assert icc == r["correlations"][name].tidy().set_index("term").loc["ICC2", "estimate"]
    coders = described(evaluation)["intervention.feedback.coders"]
    kappa = r["coders"].tidy().set_index("term").loc["conger_kappa", "estimate"]
    assert kappa in [number["raw"] for number in coders["numbers"]]


def test_one_observer_and_one_coder_cannot_be_checked() -> None:
    study = study_of("qichun")
    registers = {
        kind: rows[rows["rater"] == rows["rater"].iloc[0]] if "rater" in rows else rows
        for kind, rows in study.registers.items()
    }
    case = page.case_of(Study(**{**vars(study), "registers": registers}), evaluated("qichun").case.params)
    r = results(case)
    assert r["alphas"] == {}
    (said,) = programme.agreement_blocks(case, r["seen"], r["kappas"], r["correlations"], r["alphas"])
    assert said.describe(WORDINGS[0])["keys"] == ["intervention_programme.agreement_one"]
    blocks = {block.id: block for block in programme.feedback_blocks(case, r["voices"], r["display"], r["coders"])}
    assert "intervention.feedback.coders" not in blocks
    keys = blocks["intervention.feedback.limit"].describe(WORDINGS[0])["keys"]
    assert "intervention_programme.feedback_one_coder" in keys


# ---- few children


def test_shared_pages_of_confidential_data_hold_no_few_children() -> None:
    case = evaluated("qichun_confidential").case
    assert not case.individual_marks
    blocks = blocks_of(evaluated("qichun_confidential"))
    ids = {block.id for block in blocks}
    assert not ids & {"intervention.feedback.figure", "intervention.programme.dose.figure"}
    for block in blocks:
        if isinstance(block, Table):
            table = suppress_small_cells(block, k=SMALLEST).describe(WORDINGS[1])
            few = [n for role in ("n", "n_positive", "n_mixed", "n_negative", "n_not_mentioned", "n_unsettled")
                   if role in [c["role"] for c in table["columns"]] for n in column(table, role)]  # fmt: skip
            assert [n for n in few if n is not None and n < SMALLEST] == [], table["title"]


def test_a_mean_of_all_but_few_is_not_shown() -> None:
    """The mean change of everybody stands elsewhere: those about whom the coders differ must not be its remainder."""
    case = evaluated("qichun_confidential").case
    rows = shown(described(evaluated("qichun_confidential"), WORDINGS[1])["intervention.feedback.joint"])
    n_members = len(programme.member_change(case, case.outcome))
    for positive, others in zip(rows[::2], rows[1::2], strict=True):
        told = [int(row[2]) for row in (positive, others) if row[2].isdecimal()]
        assert not told or n_members - sum(told) in (0, *range(SMALLEST, n_members))


def test_counts_that_subtraction_would_give_back_are_hidden_too() -> None:
    """Members by code add up to all who were asked: one hidden count alone would hide nothing."""
    table = described(evaluated("qichun_confidential"))["intervention.feedback.codes"]
    for row in shown(table):
        hidden = [cell for cell in row[2:] if not cell.isdecimal()]
        assert len(hidden) != 1


def test_synthetic_data_are_shown_whole() -> None:
    table = described(evaluated("qichun"))["intervention.feedback.codes"]
    assert all(cell.isdecimal() for row in shown(table) for cell in row[2:])
    assert sum(int(cell) for cell in shown(table)[0][2:]) == 12


# ---- small helpers, and questions without an answer


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("short", 10, "short"),
        ("after-school places to study", 14, "after-school\nplaces to…"),
        ("识别并改变对失败和考试的不合理信念", 20, "识别并改变对失败和考\n试的不合理信念"),
        ("", 5, ""),
    ],
)
def test_long_names_are_broken_and_cut(text: str, width: int, expected: str) -> None:
    assert wrapped(text, width=width) == expected
    assert all(wide(line) <= width + 1 for line in expected.split("\n"))


def test_a_question_this_site_has_no_answer_to_is_left_out_of_the_page() -> None:
    cells = [
        nbformat.v4.new_markdown_cell("## Section\n\nfirst question"),
        nbformat.v4.new_code_cell("show()", execution_count=1),
        nbformat.v4.new_markdown_cell("second question"),
        nbformat.v4.new_code_cell("show(*nothing)", execution_count=2),
        nbformat.v4.new_markdown_cell("third question"),
        nbformat.v4.new_code_cell("never run"),
    ]
    html = render_page(nbformat.v4.new_notebook(cells=cells), language="en", title="t")
    assert "second question" not in html
    assert "show(*nothing)" not in html
    assert all(kept in html for kept in ("first question", "third question", "never run"))


def test_members_side_by_side_never_lie_on_each_other() -> None:
    attended = pd.Series([8.0, 8.0, 7.0, 8.0])
    placed = _apart(attended)
    assert len(set(np.round(placed, 6))) == 4
    assert placed[[0, 1, 3]].mean() == pytest.approx(8.0)
