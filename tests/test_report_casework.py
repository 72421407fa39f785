"""The casework report: every part said in both languages, raw values untouched, nothing of few persons shown."""

import json
import re

import pytest
from notebook_cells import ROOT, copied_project, shown_blocks

import efficacy as ef
from efficacy.errors import EfficacyError
from efficacy.project import Project
from efficacy.simulation import CASEWORK, simulate_casework
from efficacy.study import load_study

PROJECT = Project(ROOT)
EXPECTED = {
    "first_page", "stages", "cases.sentence", "closing", "findings", "groups", "warnings", "warnings.figure", "crisis",
    "roll", "destinations", "certificates", "visits", "visits.figure", "plans", "measures", "poverty", "pairs", "gifts",
    "graduates", "outcomes", "recommendations", "colophon",
}  # fmt: skip


@pytest.fixture(scope="module")
def study():
    return load_study("casework", project=PROJECT)


@pytest.fixture(scope="module")
def pages():
    with pytest.MonkeyPatch.context() as patch:
        return {language: shown_blocks(patch, "casework", "casework", language=language) for language in ("zh", "en")}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_part_is_there_and_said(pages, language):
    blocks = pages[language]
    assert {f"casework.{name}" for name in EXPECTED} <= blocks.keys()
    text = json.dumps(list(blocks.values()), ensure_ascii=False)
    assert not re.search(r"\bnan\b", text)
    shown = "".join(b.get("text", "") + b.get("caption", "") + b.get("title", "") for b in blocks.values())
    chinese = len(re.findall(r"[\u4e00-\u9fff]", shown)) / len(shown)
    assert chinese > 0.4 if language == "zh" else chinese == 0


def test_the_group_that_is_not_what_it_is_called_is_named(pages):
    rows = {
        row["cells"][0]["shown"]: [c["shown"] for c in row["cells"]] for row in pages["en"]["casework.groups"]["rows"]
    }
    assert rows["Growth group"][2] == "yes"
    assert rows["Mutual-help group"][2] == "no"
    assert rows["Mutual-help group"][5] == "Late"
    assert rows["Mutual-help group"][6] == "budget"
    assert rows["Paired group"][6] == "evaluation"


def test_the_roll_names_its_gaps(pages, study):
    check = ef.check_roll(
        page_roll(study, "2019春"), page_roll(study, "2019秋"), leavers(study), formula="start_less_transfers"
    )
    assert check.n_left == CASEWORK.n_leavers
    assert check.tidy().set_index("level")["n"]["unknown"] == 1
    assert check.n_recorded_and_there == 1
    rate = next(n for n in pages["zh"]["casework.roll"]["numbers"] if n["name"] == "rate")
    assert rate["raw"] == check.retention


def page_roll(study, term):
    rolls = study.registers["roll_lists"]
    return rolls.loc[rolls["term"] == term].set_index("participant_id").index


def leavers(study):
    return study.registers["leavers"].set_index("participant_id")["destination"].astype(object)


def test_truth_of_the_generator_is_recovered():
    registers = simulate_casework(CASEWORK).registers
    at_risk = len(registers["crisis_decisions"]) / CASEWORK.n_students
    assert at_risk == pytest.approx(
        CASEWORK.risk, abs=4 * (CASEWORK.risk * (1 - CASEWORK.risk) / CASEWORK.n_students) ** 0.5
    )
    plans = registers["plan_measures"]
    planned = plans[plans["planned"] == "是"]
    assert (planned["done"] == "是").mean() == pytest.approx(CASEWORK.kept, abs=4 * (0.16 / len(planned)) ** 0.5)
    for name, frame in simulate_casework(CASEWORK).registers.items():
        assert frame.equals(registers[name])


def test_warnings_are_judged_only_where_outcomes_are_known(tmp_path, monkeypatch, pages):
    caseload = load_study("casework", project=PROJECT).site.caseload.model_dump(mode="json", exclude_none=True)
    project = copied_project(tmp_path, "casework", caseload=caseload | {"outcomes_known": False})
    blocks = shown_blocks(monkeypatch, "casework", "casework", project=project, language="zh")
    assert "casework.warnings" not in blocks
    assert "casework.warnings.sentence" in blocks
    assert "召回率" not in json.dumps(blocks["casework.first_page"], ensure_ascii=False)
    assert "召回率" in json.dumps(pages["zh"]["casework.first_page"], ensure_ascii=False)


def test_registers_that_are_not_kept_are_named(tmp_path, monkeypatch):
    registers = {"pairs": {"file": "data/casework/pairs.xlsx"}, "pair_contacts": {"file": "data/casework/pairs.xlsx"}}
    project = copied_project(tmp_path, "casework", registers=registers, caseload={})
    blocks = shown_blocks(monkeypatch, "casework", "casework", project=project)
    absent = {"cases", "casework_groups", "warnings", "crisis", "roll", "visits", "plans", "graduates", "outcomes"}
    assert {f"absent.{part}" for part in absent} <= blocks.keys()
    assert "casework.pairs" in blocks


def test_confidential_registers_exist_only_as_internal(tmp_path, monkeypatch):
    project = copied_project(tmp_path, "casework", data_origin="confidential")
    with pytest.raises(EfficacyError):
        shown_blocks(monkeypatch, "casework", "casework", project=project, profile="share")
    internal = shown_blocks(monkeypatch, "casework", "casework", project=project, profile="internal")
    assert "casework.missing" in internal
