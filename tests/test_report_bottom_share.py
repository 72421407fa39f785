"""The bottom-share report: every part said in both languages, raw values untouched, few pupils never shown."""

import json
import re

import pytest
from notebook_cells import ROOT, copied_project, shown_blocks

import efficacy as ef
from efficacy.errors import ParameterError
from efficacy.params import load_site, resolve
from efficacy.project import Project
from efficacy.report import bottom_share as page
from efficacy.study import load_study

PROJECT = Project(ROOT)
EXPECTED = {
    "first_page", "shares", "ties", "combinations", "list", "families", "course", "targets", "changes", "chance",
    "funnel", "classes", "by_subject", "standing", "standing.figure", "transitions", "causes", "causes.together",
    "help", "duties", "indicators",
    "activities", "recommendations", "colophon",
}  # fmt: skip


@pytest.fixture(scope="module")
def site():
    study = load_study("sizhoutou", project=PROJECT)
    params = resolve(load_site("sizhoutou", project=PROJECT), "bottom_share")
    marks = ef.with_totals(study.registers["exam_marks"], subjects=page.subjects_of(study))
    held = ef.identify_bottom(marks, study.registers["county_cuts"], tie_rule="below")
    return study, params, held


@pytest.fixture(scope="module")
def pages():
    with pytest.MonkeyPatch.context() as patch:
        return {
            language: shown_blocks(patch, "bottom_share", "sizhoutou", language=language) for language in ("zh", "en")
        }


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_part_is_there_and_said(pages, language):
    blocks = pages[language]
    assert {f"bottom_share.{name}" for name in EXPECTED} <= blocks.keys()
    text = json.dumps(list(blocks.values()), ensure_ascii=False)
    assert "{" + "}" not in text
    assert not re.search(r"\bnan\b", text)
    shown = "".join(
        block.get("text", "") + block.get("caption", "") + block.get("title", "") for block in blocks.values()
    )
    chinese = len(re.findall(r"[\u4e00-\u9fff]", shown)) / len(shown)
    assert chinese > 0.4 if language == "zh" else chinese == 0


def test_tables_hold_the_raw_values(pages, site):
    _, _, held = site
    shares = ef.bottom_shares(held).tidy()
    now = shares[shares["term"] == "2014-2"]
    raw = {row["cells"][4].get("raw") for row in pages["zh"]["bottom_share.shares"]["rows"]}
    assert raw == set(now["share"])
    last = pages["zh"]["bottom_share.shares"]["rows"][-1]["cells"]
    assert [cell["shown"] for cell in last[2:5]] == ["58", "7", "12.1%"]


def test_the_rule_in_force_judges_every_semester(pages):
    rows = [[cell["shown"] for cell in row["cells"]] for row in pages["zh"]["bottom_share.targets"]["rows"]]
    by_term = {row[0]: {other[3] for other in rows if other[0] == row[0] and other[2] == "总分"} for row in rows}
    assert by_term["2012学年第二学期"] == {"比上学期下降6.0%(百分点)"}
    assert by_term["2013学年第一学期"] == {"比上学期下降3.0%(百分点)"}
    assert by_term["2014学年第二学期"] == {"不定目标"}
    baseline = next(row for row in rows if row[:3] == ["2013学年第一学期", "初一", "总分"])
    assert baseline[4] == "—", "a new cohort has no term before"
    assert baseline[-1] == "无从判断"


def test_changes_are_of_the_same_pupils(pages, site):
    study, params, held = site
    shares = ef.with_earlier(ef.bottom_shares(held).tidy(), held, terms=page.terms_of(study))
    pairs = page.pairs_of(study, params, held, shares)
    rows = pages["en"]["bottom_share.changes"]["rows"]
    assert [row["cells"][0]["shown"] for row in rows] == ["Grade 7", "Grade 8", "Grade 9"]
    for row, (before, after) in zip(rows, pairs.values(), strict=True):
        change = ef.share_change(before, after)
        assert row["cells"][4]["raw"] == change.estimate
        assert row["cells"][5]["raw"] == [change.conf_low, change.conf_high]


def test_the_label_that_sticks_is_for_the_internal_version(pages, monkeypatch):
    assert "智力因素" not in [row["cells"][0]["shown"] for row in pages["zh"]["bottom_share.causes"]["rows"]]
    internal = shown_blocks(monkeypatch, "bottom_share", "sizhoutou", profile="internal")
    assert "智力因素" in [row["cells"][0]["shown"] for row in internal["bottom_share.causes"]["rows"]]


def test_every_cause_has_the_kappa_of_the_two_raters(pages, site):
    study, _, _ = site
    rows = pages["en"]["bottom_share.causes"]["rows"]
    forms = page.cause_forms(study)
    chosen = [rows for _, rows in forms.groupby("rater")]
    both = set.intersection(*(set(rows["participant_id"]) for rows in chosen))
    assert len(both) > 50
    for row, cause in zip(rows, ("psychology", "family", "habits", "conduct"), strict=True):
        named = [set(table.loc[table["level"] == cause, "participant_id"]) for table in chosen]
        first, second = ({pupil: pupil in pupils for pupil in both} for pupils in named)
        observed = sum(first[pupil] == second[pupil] for pupil in both) / len(both)
        p, q = (sum(said.values()) / len(both) for said in (first, second))
        expected = p * q + (1 - p) * (1 - q)
        assert row["cells"][5]["raw"] == pytest.approx((observed - expected) / (1 - expected))
        low, high = row["cells"][6]["raw"]
        assert low < row["cells"][5]["raw"] < high


def test_subjects_are_awarded_by_their_rank_in_the_county(tmp_path, monkeypatch):
    school = load_site("sizhoutou", project=PROJECT).site.school.model_dump(mode="json", exclude_none=True)
    tier = {"unit": "subject", "name": {"zh": "单科奖", "en": "subject"}}
    school["awards"] = [
        tier | {"criterion": "rank_rise", "at_least": 1, "amount": 300.0},
        tier | {"criterion": "share_fall", "at_least": 0.03, "amount": 100.0, "only_if_rank_kept": True},
    ]
    project = copied_project(tmp_path, "sizhoutou", school=school)
    blocks = shown_blocks(monkeypatch, "bottom_share", "sizhoutou", project=project)
    rows = [[cell.get("raw") for cell in row["cells"]] for row in blocks["bottom_share.by_subject"]["rows"]]
    assert len(rows) == 12
    for row in rows:
        before, now, fall = row[2], row[3], -row[7]
        rose, kept = before is not None and before > now, before == now
        assert row[-1] == (300 if rose else 100 if kept and fall >= 0.03 - 1e-12 else 0)
    assert {row[-1] for row in rows} >= {0, 300}
    assert "amount" not in [column["role"] for column in blocks["bottom_share.classes"]["columns"]]


def test_classes_have_no_rank(tmp_path):
    school = load_site("sizhoutou", project=PROJECT).site.school.model_dump(mode="json", exclude_none=True)
    tier = {"unit": "class", "name": {"zh": "奖", "en": "award"}, "at_least": 1, "amount": 1.0}
    wrongs = ({"criterion": "rank_rise"}, {"criterion": "share_fall", "only_if_rank_kept": True})
    for number, wrong in enumerate(wrongs):
        school["awards"] = [tier | wrong]
        with pytest.raises(ParameterError, match="class_without_rank"):
            load_site("sizhoutou", project=Project(copied_project(tmp_path / str(number), "sizhoutou", school=school)))


def test_awards_follow_the_declared_rules(tmp_path, monkeypatch):
    school = load_site("sizhoutou", project=PROJECT).site.school.model_dump(mode="json", exclude_none=True)
    tier = {"name": {"zh": "进步奖", "en": "progress"}, "unit": "class", "criterion": "share_fall"}
    school["awards"] = [tier | {"at_least": 0.1, "amount": 200.0}, tier | {"at_least": 0.2, "amount": 500.0}]
    project = copied_project(tmp_path, "sizhoutou", school=school)
    blocks = shown_blocks(monkeypatch, "bottom_share", "sizhoutou", project=project)
    rows = [[cell.get("raw") for cell in row["cells"]] for row in blocks["bottom_share.classes"]["rows"]]
    for row in rows:
        fall, amount = -row[4], row[-1]
        assert amount == (500 if fall >= 0.2 - 1e-12 else 200 if fall >= 0.1 - 1e-12 else 0)
    assert any(row[-1] for row in rows)


def test_few_pupils_of_confidential_data_are_not_shown(tmp_path, monkeypatch):
    project = copied_project(tmp_path, "sizhoutou", data_origin="confidential")
    blocks = shown_blocks(monkeypatch, "bottom_share", "sizhoutou", project=project)
    for name, block in blocks.items():
        if name in ("bottom_share.duties", "bottom_share.targets", "bottom_share.colophon"):
            continue  # about duties, verdicts and files, not pupils
        for row in block.get("rows", []):
            for column, cell in zip(block.get("columns", []), row.get("cells", []), strict=False):
                if column["role"].split()[0] in ("n", "n_bottom", "n_left", "n_entered", "n_earlier", "n_later"):
                    raw = cell.get("raw")
                    assert raw is None or raw == 0 or raw >= 5, (name, row)


def test_registers_that_are_not_kept_are_named(tmp_path, monkeypatch):
    registers = {
        "exam_marks": {"file": "data/sizhoutou/exam_marks.csv", "constants": {"full_mark": 100}},
        "county_cuts": {"file": "data/sizhoutou/registers.xlsx"},
    }
    project = copied_project(tmp_path, "sizhoutou", registers=registers)
    blocks = shown_blocks(monkeypatch, "bottom_share", "sizhoutou", project=project)
    assert {"absent.cause_forms", "absent.help_logs", "absent.duties", "absent.indicators", "absent.families"} <= set(
        blocks
    )
    assert "bottom_share.shares" in blocks
