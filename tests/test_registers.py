"""Registers: what is read by a codebook alone, and what is refused with file, row and column and without a child."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, cast

import openpyxl
import pandas as pd
import pytest

from efficacy.codebooks import Codebook, codebook_page, register_kind, register_kinds
from efficacy.documents import parse_document
from efficacy.errors import DataError, Finding, ParameterError, PrivacyError
from efficacy.params import REPORT_MODELS, ReportParams, load_site
from efficacy.project import Project, shipped_codebooks
from efficacy.report.findings import finding_sentence
from efficacy.runs.record import data_files
from efficacy.study import Study, load_study

ROOT = Path(__file__).parents[1]
CHILD = "孩子甲007"  # must never be seen in a finding

SITE = """\
schema: 1
site: case
title: {zh: 个案, en: A case}
population: {zh: 一名儿童, en: one child}
data_origin: synthetic
sampling: convenience
reports: [descriptive]
registers:
"""

HEAD = ["编号", "指标", "日期", "阶段", "数值"]
SERIES = [
    [CHILD, "作业", "2025-09-01", "基线期", "3"],
    [CHILD, "作业", "2025-09-08", "基线期", "4"],
    [CHILD, "作业", "2025-09-15", "干预期", "5"],
    ["孩子乙", "作业", "2025年9月1日", "A", "２"],
    ["孩子乙", "作业", "2025/9/8", "intervention", "6.5"],
]
SUPPORT = [
    ["编号", "日期", "支持类型", "支持来源", "评分", "评分人"],
    [CHILD, "2025-09-01", "情感支持", "父母", "2", "本人"],
    [CHILD, "2025-09-01", "情感支持", "老师", "3", None],
]


@dataclass
class Case:
    """A project whose one site has registers only."""

    root: Path
    registers: str = "  series: {file: data/series.csv}\n"
    files: dict[str, list[list[Any]]] = field(default_factory=lambda: {"series.csv": [list(HEAD), *map(list, SERIES)]})

    def write(self) -> Project:
        (self.root / "params").mkdir(exist_ok=True)
        (self.root / "data").mkdir(exist_ok=True)
        (self.root / "params" / "case.yml").write_text(SITE + self.registers, encoding="utf-8")
        for name, rows in self.files.items():
            with (self.root / "data" / name).open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows(rows)
        return Project(self.root)

    def load(self) -> Study:
        return load_study("case", project=self.write())

    def refused(self) -> tuple[Finding, ...]:
        with pytest.raises((DataError, PrivacyError, ParameterError)) as caught:
            self.load()
        for finding in caught.value.findings:
            for language in ("zh", "en"):
                assert CHILD not in finding_sentence(finding, language)
        return caught.value.findings


class OnRegisters(ReportParams):
    """A report that needs nothing but a register, in the place of one that exists."""

    from_registers: ClassVar[bool] = True
    registers_needed: ClassVar[tuple[str, ...]] = ("series",)


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Case:
    monkeypatch.setitem(cast(dict[str, Any], REPORT_MODELS), "descriptive", OnRegisters)
    return Case(tmp_path)


def codes(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.code for finding in findings]


# --- what is read


def test_a_site_of_registers_alone_is_read_by_the_codebook(case: Case) -> None:
    study = case.load()
    series = study.registers["series"]
    assert list(series.columns) == ["participant_id", "outcome", "day", "phase", "value"]
    assert list(series["value"]) == [3, 4, 5, 2, 6.5]
    assert list(series["phase"]) == ["baseline", "baseline", "intervention", "baseline", "intervention"]
    assert list(series["phase"].cat.categories)[:2] == ["baseline", "intervention"]
    assert list(series["day"].dt.strftime("%m-%d")) == ["09-01", "09-08", "09-15", "09-01", "09-08"]
    assert sorted(study.participants.index) == ["p001", "p002"] == sorted(set(series["participant_id"]))
    assert series["participant_id"].nunique() == series["participant_id"].iloc[[0, 3]].nunique() == 2
    assert study.responses.empty and study.scores.empty and not study.site.waves
    assert set(study.input_hashes) == {"data/series.csv"} == set(data_files(study.site))
    assert CHILD not in repr(study) + study.cleaning_log.to_string() + study.columns.to_string()
    assert {"pseudonym", "full_width"} <= set(study.cleaning_log["rule"])


def test_headings_of_the_site_s_own_and_columns_the_file_lacks(case: Case) -> None:
    case.registers = "  series: {file: data/s.csv, columns: {value: 完成, day: When}, constants: {outcome: 作业}}\n"
    case.files = {"s.csv": [["编号", "When", "phase", "完成"], [CHILD, "2025.9.1", "B", "3"]]}
    series = case.load().registers["series"]
    assert series[["outcome", "phase", "value"]].iloc[0].tolist() == ["作业", "intervention", 3.0]


def test_columns_that_may_be_missing(case: Case) -> None:
    case.registers += "  support: {file: data/support.csv, limits: {rating: [1, 5]}}\n"
    case.files["support.csv"] = [row[:5] for row in SUPPORT]
    support = case.load().registers["support"]
    assert support["rater"].isna().all() and list(support["rating"]) == [2, 3]
    assert list(support["rater"].cat.categories) == ["child", "worker", "other"]


def test_several_files_of_one_register(case: Case) -> None:
    case.registers = "  series:\n    - {file: data/one.csv}\n    - {file: data/two.csv}\n"
    case.files = {"one.csv": [HEAD, SERIES[0]], "two.csv": [HEAD, SERIES[1], SERIES[3]]}
    study = case.load()
    assert list(study.registers["series"]["value"]) == [3, 4, 2]
    assert data_files(study.site) == ("data/one.csv", "data/two.csv")
    case.files["two.csv"].append(SERIES[0])
    (finding,) = case.refused()
    assert (finding.code, finding.file, finding.row) == ("data.duplicate_row", "data/two.csv", 4)


def test_adults_get_codes_and_free_text_never_leaves_the_file(case: Case) -> None:
    case.registers += "  service_log: {file: data/log.csv}\n"
    head = ["编号", "日期", "服务策略", "所针对的支持", "小时数", "社工代号", "备注"]
    rows = [
        [CHILD, "2025-09-01", "教育观念", "情感支持", "1.5", "王老师", "她说很想妈妈"],
        [CHILD, "2025-09-02", "抗逆力", "评价支持", "1", "李老师", None],
        [CHILD, "2025-09-03", "抗逆力", "评价支持", "1", "王老师", ""],
    ]
    case.files["log.csv"] = [head, *rows]
    study = case.load()
    log = study.registers["service_log"]
    assert list(log["remark"]) == [True, False, False]
    assert set(log["worker"]) == {"s01", "s02"} and log["worker"].iloc[0] == log["worker"].iloc[2]
    said = study.cleaning_log.to_string() + log.to_string()
    assert "王老师" not in said and "妈妈" not in said
    assert "dropped_text" in set(study.cleaning_log["rule"])


def test_a_workbook_s_sheet_is_found_by_the_register_s_title(case: Case) -> None:
    project = case.write()
    book = openpyxl.Workbook()
    book.active.title = "别的"
    book.active.append(["随便", "什么"])
    book.active.append([1, 2])
    sheet = book.create_sheet("重复测量")
    for row in [HEAD, *SERIES]:
        sheet.append(row)
    book.save(project.data / "series.xlsx")
    case.registers = "  series: {file: data/series.xlsx}\n"
    assert len(case.load().registers["series"]) == len(SERIES)


CLASS_LIST = [
    ["某校初一期末成绩单", None, None, None, None],
    [None] * 5,
    ["姓名", "编号", "语文", "数学", "总分"],
    ["小明", "K01", "90", "缺考", "90"],
    ["小红", "K02", "71", "88", "159"],
]


def class_lists(case: Case, *, extra: list[list[Any]] | None = None) -> None:
    """A workbook with a class list a sheet, as schools keep them, declared beside the series of the same children."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, name in enumerate(("701", "702")):
        sheet = book.create_sheet(name)
        for row in [*CLASS_LIST, *(extra or [])]:
            code = row[1].replace("K", f"K{number}") if row[1] and row[1].startswith("K") else row[1]
            sheet.append([row[0], code, *row[2:]])
    (case.root / "data").mkdir(exist_ok=True)
    book.save(case.root / "data" / "classes.xlsx")
    case.registers += """\
  exam_marks:
    file: data/classes.xlsx
    sheets: ["701", "702"]
    sheet_as: class
    header_row: 3
    columns: {participant_id: 编号}
    across: {value: score, entry: subject, headings: {语文: chinese, 数学: maths}}
    constants: {term: 2014-1, grade: 初一, full_mark: 120}
"""


def test_class_lists_with_titles_sheets_and_a_column_a_subject(case: Case) -> None:
    class_lists(case)
    study = case.load()
    marks = study.registers["exam_marks"]
    assert len(marks) == 2 * 2 * 2
    table = marks.pivot_table(index=["class", "participant_id"], columns="subject", values="score", dropna=False)
    assert sorted(marks["score"].dropna()) == [71, 71, 88, 88, 90, 90] and marks["score"].isna().sum() == 2
    assert set(table.columns) == {"chinese", "maths"} and set(marks["class"]) == {"701", "702"}
    assert set(marks["term"]) == {"2014-1"} and "小明" not in study.columns.to_string()
    mapped = study.columns[study.columns["file"] == "data/classes.xlsx"]
    assert list(mapped.loc[mapped["kind"] == "unused", "column"]) == ["总分"] * 2, "names are not even mentioned"


def test_faults_in_class_lists_are_named_by_sheet_row_and_subject(case: Case) -> None:
    class_lists(case, extra=[["小刚", "K03", "130", "1O0", None], ["平均分", None, "80.5", "88", None]])
    found = {(f.code, f.sheet, f.row, f.column) for f in case.refused()}
    assert {("data.not_a_number", "702", 6, "数学"), ("data.summary_row", "701", 7, "编号")} <= found
    assert any(code == "data.wrong_order" and row == 6 for code, _, row, _ in found), "130 of 120"
    case.registers = case.registers.replace("数学: maths", "物理: physics")
    case.files["series.csv"] = [list(HEAD), *map(list, SERIES)]
    assert ("data.unknown_column", "物理") in {(f.code, f.column) for f in case.refused()}


# --- what is refused

WRONG = [
    (1, 3, "干予期", "data.unknown_code", 2, "阶段"),
    (1, 3, "", "data.empty_cell", 2, "阶段"),
    (2, 2, "05/09/2025", "data.bad_date", 3, "日期"),
    (2, 2, "45905", "data.bad_date", 3, "日期"),
    (2, 2, "2025-13-01", "data.bad_date", 3, "日期"),
    (2, 2, "1925-09-08", "data.bad_date", 3, "日期"),
    (2, 4, "很多", "data.not_a_number", 3, "数值"),
    (2, 4, "inf", "data.out_of_range", 3, "数值"),
    (2, 0, "", "data.empty_id", 3, "编号"),
    (2, 0, "420101200001010011", "privacy.national_id", 3, "编号"),
    (2, 0, "1.23E+11", "data.digits_lost", 3, "编号"),
    (1, 1, "很长" * 30, "data.category_too_long", 2, "指标"),
    (2, 2, "2025-09-01", "data.duplicate_row", 3, None),
    (3, 2, "2025-08-01", "data.goes_back", 2, "阶段"),
]


@pytest.mark.parametrize(
    ("row", "column", "text", "code", "at", "heading"), WRONG, ids=[f"{w[3]}-{w[2]}" for w in WRONG]
)
def test_wrong_cells_are_named_by_row_and_column(
    case: Case, row: int, column: int, text: str, code: str, at: int, heading: str | None
) -> None:
    case.files["series.csv"][row][column] = text
    finding = case.refused()[0]
    assert (finding.code, finding.row, finding.column) == (code, at, heading)


def test_an_unknown_code_is_answered_with_the_nearest_choice(case: Case) -> None:
    case.files["series.csv"][1][3] = "干予期"
    (finding,) = case.refused()
    assert finding.values["nearest"] == "干预期"
    assert "基线期" in finding_sentence(finding, "zh")


def test_values_outside_the_form_s_range(case: Case) -> None:
    case.registers += "  support: {file: data/support.csv, limits: {rating: [1, 2]}}\n"
    case.files["support.csv"] = SUPPORT
    (finding,) = case.refused()
    assert (finding.code, finding.row, finding.values["maximum"]) == ("data.out_of_range", 3, 2)
    assert "limits" in finding_sentence(finding, "en")


def test_ids_that_differ_only_in_typing(case: Case) -> None:
    case.files["series.csv"][1][0], case.files["series.csv"][2][0] = "007", "7"
    assert "data.similar_ids" in codes(case.refused())


def test_a_column_that_is_needed_and_absent(case: Case) -> None:
    case.files["series.csv"][0][3] = "阶 段落"
    (finding,) = case.refused()
    assert (finding.code, finding.column) == ("data.unknown_column", "阶段")
    assert "phase" in finding_sentence(finding, "en")


def test_totals_below_the_rows(case: Case) -> None:
    case.files["series.csv"].append(["合计", None, None, None, "20"])
    assert codes(case.refused()) == ["data.summary_row"]


def test_marks_above_the_full_mark_and_ranks_beyond_the_cohort(case: Case) -> None:
    case.registers += "  cohort_marks: {file: data/marks.csv}\n"
    head = ["编号", "考试", "考试日期", "科目", "分数", "满分", "年级人数", "年级名次"]
    case.files["marks.csv"] = [head, [CHILD, "期中", "2025-11-10", "数学", "缺考", "120", "80", None]]
    assert case.load().registers["cohort_marks"]["mark"].isna().all()
    case.files["marks.csv"] += [
        [CHILD, "期末", "2026-01-10", "数学", "130", "120", "80", "7"],
        [CHILD, "期末", "2026-01-10", "语文", "90", "120", "80", "81"],
    ]
    found = [(f.code, f.row, f.values["first"]) for f in case.refused()]
    assert found == [("data.wrong_order", 3, "分数"), ("data.wrong_order", 4, "年级名次")]


def test_columns_that_name_children_are_dropped_at_the_door(case: Case) -> None:
    case.files["series.csv"] = [[*row, "小明"] for row in case.files["series.csv"]]
    case.files["series.csv"][0][-1] = "学生姓名"
    study = case.load()
    assert "dropped_personal" in set(study.cleaning_log["rule"])
    assert "学生姓名" not in set(study.columns["column"])


# --- parameters


@pytest.mark.parametrize(
    ("registers", "code", "column"),
    [
        ("  serie: {file: data/a.csv}\n", "unknown_register", "registers.serie"),
        ("  series: {file: data/a.csv, columns: {a: b}}\n", "unknown_register_column", "registers.series.columns.a"),
        ("  series: {file: data/a.doc}\n", "register_format", "registers.series.file"),
        ("  series: {file: a.csv}\n", "path_outside_data", "registers.series.file"),
        ("  series: {fil: data/a.csv}\n", "extra_forbidden", "registers.series.fil"),
        ("  series: {file: data/a.csv, limits: {value: [5, 1]}}\n", "range", "registers.series.limits.value"),
        (
            "  series: {file: data/a.csv, columns: {day: x}, constants: {day: x}}\n",
            "register_column_twice",
            "registers.series.constants.day",
        ),
        ("  support: {file: data/a.csv}\n", "register_needed", "descriptive"),
        ("  series: {file: data/a.xlsx, sheet: x, sheets: [b]}\n", "register_sheets", "registers.series.sheet"),
        ("  series: {file: data/a.xlsx, sheet_as: phase}\n", "register_sheets", "registers.series.sheet_as"),
        (
            "  series: {file: data/a.csv, across: {value: valu, entry: outcome, headings: {a: b}}}\n",
            "unknown_register_column",
            "registers.series.across.valu",
        ),
        (
            "  series: {file: data/a.csv}\ncauses: {file: data/b.csv, format: csv, id: a, level: b}\n",
            "survey_absent",
            "causes",
        ),
    ],
)
def test_wrong_declarations_are_refused_with_their_line(case: Case, registers: str, code: str, column: str) -> None:
    case.registers = registers
    case.files = {}
    found = {(finding.code, finding.column) for finding in case.refused()}
    assert (f"parameters.{code}", column) in found


def test_a_survey_s_reports_still_need_a_survey(case: Case) -> None:
    project = case.write()
    text = (SITE + case.registers).replace("[descriptive]", "[descriptive, factor]")
    (project.params / "case.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ParameterError) as caught:
        load_site("case", project=project)
    found = {(finding.code, finding.values.get("key")) for finding in caught.value.findings}
    assert found == {
        ("parameters.missing", "waves"),
        ("parameters.missing", "sources"),
        ("parameters.nothing_measured", None),
    }


# --- codebooks


def test_every_codebook_is_right_and_kinds_are_told_apart() -> None:
    books = [parse_document(path.read_text(encoding="utf-8"), name=path.name) for path in shipped_codebooks()]
    kinds = [kind.kind for book in books for kind in book.validate(Codebook).kinds]
    assert kinds == list(register_kinds()) and len(set(kinds)) == len(kinds)
    titles = [title for kind in register_kinds().values() for title in (kind.title.zh, kind.title.en)]
    assert len(set(titles)) == len(titles), "a title names a sheet"
    assert "quality" not in kinds, "the study keeps its own table of that name"
    with pytest.raises(ValueError, match="series"):
        register_kind("serie")


@pytest.mark.parametrize("kind", register_kinds().values(), ids=lambda kind: kind.kind)
def test_references_lead_to_a_column_and_sheets_can_bear_the_title(kind: Any) -> None:
    for column in kind.columns:
        if column.refers_to:
            other, _, name = column.refers_to.partition(".")
            assert register_kind(other).column(name).type == column.type
    for title in (kind.title.zh, kind.title.en):
        assert len(title) <= 31 and not set(title) & set("[]:*?/\\"), "Excel's own rules for sheets"
    for rule in kind.rising:
        assert kind.column(rule.column).type == "code" and kind.column(rule.along).type == "date"


def test_the_page_of_codebooks_is_current() -> None:
    """If this fails: efficacy.codebooks.codebook_page() is what docs/registers.md must hold."""
    assert (ROOT / "docs" / "registers.md").read_text(encoding="utf-8") == codebook_page()


def test_a_wrong_codebook_is_refused() -> None:
    column = "{name: a, type: code, label: {zh: 甲, en: A}}"
    text = "schema: 1\nfamily: f\ntitle: {zh: 题, en: T}\nkinds:\n"
    text += "  - {kind: k, title: {zh: 表, en: K}, row: {zh: 行, en: R}, "
    with pytest.raises(ParameterError) as caught:
        parse_document(f"{text}columns: [{column}], keys: [[b]]}}\n", name="x").validate(Codebook)
    assert "parameters.codes_needed" in codes(caught.value.findings)
    fixed = column.replace("code", "number")
    with pytest.raises(ParameterError) as caught:
        parse_document(f"{text}columns: [{fixed}], keys: [[b]]}}\n", name="x").validate(Codebook)
    assert "parameters.unknown_reference" in codes(caught.value.findings)


def test_frames_of_every_kind_have_the_codebook_s_columns(case: Case) -> None:
    series = case.load().registers["series"]
    assert pd.api.types.is_datetime64_any_dtype(series["day"])
    assert [str(series[name].dtype) for name in ("participant_id", "value")] == ["str", "float64"]
