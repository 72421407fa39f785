"""From raw files to a Study: what is read right, and what is refused with file, row and column and without a child."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from building import (
    HEADER,
    N_CHILDREN,
    NAMES_OF_CHILDREN,
    Toy,
    answers,
    csv_bytes,
    excel_bytes,
    spss_bytes,
    wenjuanxing_rows,
)

from efficacy.errors import DataError, EfficacyError, ParameterError, PrivacyError, UsageError
from efficacy.report.findings import finding_sentence
from efficacy.study import Study, check_site, load_study
from efficacy.study.audit import ROWS_NAMED


@pytest.fixture
def toy(tmp_path: Path) -> Toy:
    return Toy(tmp_path)


def load(toy: Toy) -> Study:
    return load_study("village", project=toy.write())


def codes(study: Study, severity: str) -> list[str]:
    return [finding.code for finding in study.findings if finding.severity == severity]


def wide(study: Study, wave: str) -> set[tuple[float, ...]]:
    return set(map(tuple, study.item_table(wave, "toy").to_numpy().tolist()))


# --- what is read right


def reversed_answers(wave: int) -> set[tuple[float, ...]]:
    rows = ([float(text) for text in answers(child, wave)] for child in range(N_CHILDREN))
    return {tuple(6 - value if item == 2 else value for item, value in enumerate(row)) for row in rows}


def test_answers_covariates_and_arms_of_every_child(toy: Toy) -> None:
    study = load(toy)
    assert wide(study, "pre") == reversed_answers(0)
    assert wide(study, "post") == reversed_answers(1)
    people = study.participants
    assert people["sex"].value_counts().to_dict() == {"boy": 6, "girl": 6}
    assert list(people["sex"].cat.categories) == ["boy", "girl"]
    assert people["age"].sum() == sum(9 + n % 4 for n in range(N_CHILDREN))
    assert len(study.arm_role("treated")) == len(study.arm_role("comparison")) == 6
    assert [(f.code, f.values["n_matched"]) for f in study.findings] == [("data.wave_matched", 12)]
    assert set(study.input_hashes) == {"data/pre.csv", "data/post.csv"} == set(study.encodings)
    assert list(study.measured("post")) == list(people.index)


def test_scores_agree_with_items(toy: Toy) -> None:
    study = load(toy)
    pd.testing.assert_series_equal(
        study.score("pre", "second"), study.items("pre", "second").mean(axis="columns").rename("second")
    )
    assert study.score("post", "all_items").sum() == study.item_table("post", "toy").to_numpy().sum()


def test_each_child_keeps_its_own_answers_through_the_waves(toy: Toy) -> None:
    """A child is recognised by its answers: its row before and after, its sex and its age belong together."""
    study = load(toy)
    before, after = study.item_table("pre", "toy"), study.item_table("post", "toy")
    for child in range(N_CHILDREN):
        own = [float(text) for text in answers(child, 0)]
        own[2] = 6 - own[2]
        person = before.index[(before == own).all(axis="columns")]
        later = [float(text) for text in answers(child, 1)]
        later[2] = 6 - later[2]
        assert after.loc[person].to_numpy().tolist() == [later]
        assert study.participants.loc[person, "age"].tolist() == [9 + child % 4]


def test_pseudonyms_are_numbers_in_an_order_of_their_own(toy: Toy, tmp_path: Path) -> None:
    study = load(toy)
    assert list(study.participants.index) == [f"p{n:03d}" for n in range(1, N_CHILDREN + 1)]
    in_file_order = [6 - float(answers(child, 0)[2]) for child in range(N_CHILDREN)]
    assert study.item_table("pre", "toy")["i3"].tolist() != in_file_order
    again = load(Toy(tmp_path / "again"))
    pd.testing.assert_frame_equal(study.responses, again.responses)
    other = Toy(tmp_path / "other")
    other.set("pre.csv", row=2, column="T1", text="2")
    shuffled = load(other).item_table("pre", "toy")["i3"].tolist()
    assert shuffled != study.item_table("pre", "toy")["i3"].tolist()


def test_no_id_survives_reading(toy: Toy) -> None:
    study = load(toy)
    frames = [study.participants, study.responses, study.scores, study.cleaning_log, study.registers["quality"]]
    text = "".join(frame.to_csv() for frame in frames) + repr(study.findings) + repr(study)
    assert "kid" not in text
    assert repr(study) == "<Study village: 12 participants, waves pre, post (rows hidden)>"


def test_only_declared_codes_are_missing_and_changes_are_logged(toy: Toy) -> None:
    toy.set("pre.csv", row=2, column="T1", text="9")
    toy.set("pre.csv", row=3, column="T1", text="３")
    toy.set("pre.csv", row=4, column="T1", text="完全符合")
    toy.set("pre.csv", row=5, column="T1", text=" not at all ")
    toy.set("pre.csv", row=6, column="T1", text="非常不符合")
    toy.set("pre.csv", row=7, column="T1", text="4.0")
    toy.set("pre.csv", row=8, column="T1", text="")
    study = load(toy)
    assert sorted(study.item_table("pre", "toy")["i1"].dropna()) == sorted(
        [3, 5, 1, 1, 4, *(float(answers(child, 0)[0]) for child in range(7, 12))]
    )
    log = study.cleaning_log.set_index(["file", "column", "rule"])[["row", "n"]]
    assert log.loc[("data/pre.csv", "T1", "missing_code")].tolist() == [2, 1]
    assert log.loc[("data/pre.csv", "T1", "full_width")].tolist() == [3, 1]
    assert log.loc[("data/pre.csv", "T1", "option_text")].tolist() == [4, 3]
    assert log.loc[("data/pre.csv", "编号", "pseudonym")].tolist() == [2, 12]
    assert list(study.cleaning_log.columns) == ["file", "row", "column", "rule", "n"]


def test_names_are_dropped_at_the_door_and_listed(toy: Toy) -> None:
    toy.tables["pre.csv"] = [[*row, "姓名" if n == 0 else f"canary{n}"] for n, row in enumerate(toy.tables["pre.csv"])]
    log = load(toy).cleaning_log
    dropped = log[log["rule"] == "dropped_personal"]
    assert dropped[["column", "n"]].to_numpy().tolist() == [["姓名", 12]]


def test_ids_match_across_full_width_forms_and_spaces(toy: Toy) -> None:
    toy.set("post.csv", row=2, column="编号", text=" kid００1")
    assert len(load(toy).participants) == N_CHILDREN


def test_one_wide_spss_file(toy: Toy, tmp_path: Path) -> None:
    frame = pd.DataFrame(toy.tables["pre.csv"][1:], columns=HEADER)
    frame["性别"] = frame["性别"].map({"男": 1.0, "女": 2.0})
    items = [f"T{n}" for n in range(1, 7)]
    frame[[*items, "年龄"]] = frame[[*items, "年龄"]].astype(float)
    later = pd.DataFrame([answers(child, 1) for child in range(N_CHILDREN)], dtype=float)
    later.loc[10:] = None
    frame = frame.assign(**{f"P{n + 1}": later[n] for n in range(6)})
    frame.loc[0, "T1"] = 8
    labels = {"性别": {1: "男", 2: "女"}, "T2": {1: "完全不符合", 5: "完全符合"}}
    toy.raw["wide.sav"] = spss_bytes(tmp_path, frame, variable_value_labels=labels, missing_ranges={"T1": [8]})
    toy.site["sources"] = [{"file": "data/wide.sav", "format": "spss", "id": "编号"}]
    toy.site["instruments"][0]["columns"]["post"] = "P1..P6"
    study = load(toy)
    assert len(study.item_table("pre", "toy")) == 12
    assert len(study.item_table("post", "toy")) == 10
    assert study.item_table("pre", "toy")["i1"].isna().sum() == 1
    assert study.participants["sex"].value_counts().to_dict() == {"boy": 6, "girl": 6}
    assert study.cleaning_log.query("rule == 'user_missing'")["n"].tolist() == [1]


def as_wenjuanxing(toy: Toy, pre: list, post: list) -> None:
    """Makes both waves 问卷星 exports."""
    toy.site["sources"] = [
        {"file": "data/pre.xlsx", "format": "wenjuanxing", "id": "Q1", "wave": "pre"},
        {"file": "data/post.xlsx", "format": "wenjuanxing", "id": "Q1", "wave": "post"},
    ]
    toy.site["instruments"][0]["columns"] = {"pre": "Q2..Q7", "post": "Q2..Q7"}
    toy.site["covariates"] = []
    del toy.site["arms"]
    toy.raw = {"pre.xlsx": excel_bytes(pre), "post.xlsx": excel_bytes(post)}


def test_wenjuanxing_waves(toy: Toy) -> None:
    post = wenjuanxing_rows(1, day="2026/6/2")
    post[4][2] = "11秒"
    as_wenjuanxing(toy, wenjuanxing_rows(0), post)
    study = load(toy)
    assert wide(study, "pre") == reversed_answers(0)
    quality = study.registers["quality"]
    assert quality.groupby("wave")["duration_seconds"].agg(["min", "max"]).to_numpy().tolist() == [
        [11, 100],
        [100, 100],
    ]
    assert quality["too_fast"].sum() == 1
    assert codes(study, "warning") == ["data.too_fast"]


def test_same_answers_from_one_address_are_counted(toy: Toy) -> None:
    pre = wenjuanxing_rows(0)
    for row in (2, 3):
        pre[row][5], pre[row][7:] = pre[1][5], pre[1][7:]
    pre[4][7:] = pre[1][7:]  # the same answers from elsewhere
    as_wenjuanxing(toy, pre, wenjuanxing_rows(1, day="2026/6/2"))
    study = load(toy)
    found = [f for f in study.findings if f.code == "data.same_address_answers"]
    assert [(f.severity, dict(f.values)) for f in found] == [("warning", {"wave": "pre", "n": 3, "n_sheets": 12})]


def test_ready_made_scores(toy: Toy) -> None:
    toy.site["instruments"] = []
    label = {"zh": "测验", "en": "test"}
    score = {"scale": "exam", "column": "T1", "minimum": 0, "maximum": 10}
    toy.site["scores"] = [score | {"wave": wave, "label": dict(label)} for wave in ("pre", "post")]
    toy.set("pre.csv", row=2, column="T1", text="9")  # within the limits: a mark, not a missing code
    toy.set("pre.csv", row=3, column="T1", text="7.5")
    toy.set("post.csv", row=2, column="T1", text="")
    study = load(toy)
    assert study.responses.empty
    expected = [9.0, 7.5, *(float(answers(child, 0)[0]) for child in range(2, N_CHILDREN))]
    assert sorted(study.score("pre", "exam")) == sorted(expected)
    assert len(study.score("post", "exam")) == 11
    assert study.scores["n_answered"].isna().all()


SESSIONS = {
    "file": "data/sessions.csv",
    "format": "csv",
    "id": "编号",
    "session": "次",
    "attended": "出席",
    "satisfaction": "满意度",
}
PLAN = {
    "needs": [{"id": "need", "label": {"zh": "需", "en": "need"}}],
    "objectives": [{"id": "goal", "need": "need", "label": {"zh": "标", "en": "goal"}}],
    "sessions": [{"number": n, "objective": "goal", "theme": {"zh": "题", "en": "theme"}} for n in (1, 2)],
}


def with_sessions(toy: Toy) -> None:
    toy.site |= {"sessions": dict(SESSIONS), "plan": PLAN}
    toy.tables["sessions.csv"] = [
        ["编号", "次", "出席", "满意度"],
        ["kid001", "1", "是", "5"],
        ["kid002", "第1次", "缺席", ""],
        ["kid001", "2", "TRUE", "4"],
        ["kid002", "2", "0", ""],
    ]


def test_sessions(toy: Toy) -> None:
    with_sessions(toy)
    sessions = load(toy).sessions
    assert sessions.dtypes.astype(str).to_dict() == {
        "participant_id": "str",
        "session": "int64",
        "attended": "bool",
        "satisfaction": "float64",
    }
    by_child = sessions.groupby("participant_id")[["attended", "satisfaction"]].sum().to_numpy().tolist()
    assert sorted(by_child) == [[0, 0], [2, 9]]


def test_children_who_came_without_being_in_the_group_are_counted(toy: Toy) -> None:
    with_sessions(toy)
    toy.tables["sessions.csv"].append(["kid012", "1", "1", ""])
    study = load(toy)
    assert codes(study, "warning") == ["data.attended_outside_group"]


def with_causes(toy: Toy) -> None:
    toy.site["causes"] = {"file": "data/causes.csv", "format": "csv", "id": "编号", "level": "层面", "rater": "编码员"}
    toy.tables["causes.csv"] = [
        ["编号", "层面", "编码员"],
        ["kid001", "家庭", "王老师"],
        ["kid001", "school", "王老师"],
        ["kid001", "家庭", "李老师"],
    ]


def test_causes(toy: Toy) -> None:
    with_causes(toy)
    causes = load(toy).causes
    assert causes[["level", "rater"]].to_numpy().tolist() == [["family", "r1"], ["family", "r2"], ["school", "r2"]]


def with_roster(toy: Toy) -> None:
    toy.site["arms"] |= {"file": "data/roster.csv", "format": "csv", "id": "学生", "otherwise": "others"}
    toy.tables["roster.csv"] = [["学生", "组别", "姓名"], *([name, "小组", "x"] for name in NAMES_OF_CHILDREN[:3])]


def test_a_roster_names_the_group_and_everybody_else_is_in_the_other(toy: Toy) -> None:
    with_roster(toy)
    study = load(toy)
    assert study.participants["arm"].value_counts().to_dict() == {"others": 9, "group": 3}
    assert list(study.participants["arm"].cat.categories) == ["group", "others"]


def test_a_group_measured_alone_at_the_end_is_no_attrition(toy: Toy) -> None:
    toy.tables["post.csv"] = toy.tables["post.csv"][:7]
    study = load(toy)
    note = next(finding for finding in study.findings if finding.code == "data.wave_matched")
    assert {key: note.values[key] for key in ("n_present", "n_matched", "n_expected")} == {
        "n_present": 6,
        "n_matched": 6,
        "n_expected": 6,
    }


def test_a_site_by_the_path_of_its_file(toy: Toy) -> None:
    project = toy.write()
    assert len(load_study(project.root / "params" / "village.yml").participants) == N_CHILDREN
    assert len(load_study("village", project=str(project.root)).participants) == N_CHILDREN
    with pytest.raises(UsageError):
        load_study("vilage", project=project)


def test_wrong_names_of_scales_and_waves_are_answered_with_the_right_ones(toy: Toy) -> None:
    study = load(toy)
    for call in (lambda: study.items("pre", "secnd"), lambda: study.item_table("pre", "tyo")):
        with pytest.raises(ValueError, match=r"one of \['"):
            call()
    for call in (lambda: study.items("later", "second"), lambda: study.measured("later")):
        with pytest.raises(ValueError, match=r"wave='later': one of \['pre', 'post'\]"):
            call()


# --- what is noticed and kept


def straight(toy: Toy) -> None:
    for column in HEADER[4:]:
        toy.set("pre.csv", row=4, column=column, text="4")


def constant(toy: Toy) -> None:
    for row in range(2, 2 + N_CHILDREN):
        toy.set("pre.csv", row=row, column="T5", text="4")


def empty_item(toy: Toy) -> None:
    for row in range(2, 2 + N_CHILDREN):
        toy.set("pre.csv", row=row, column="T5", text="")


def blank_sheet(toy: Toy) -> None:
    for column in HEADER[4:]:
        toy.set("pre.csv", row=4, column=column, text="")


def newcomer(toy: Toy) -> None:
    toy.tables["post.csv"].append(["kid099", *answers(3, 2)])


def left_out_of_groups(toy: Toy) -> None:
    toy.set("pre.csv", row=5, column="组别", text="")


def unused_wave(toy: Toy) -> None:
    toy.site["waves"].append({"id": "later", "role": "followup"})


def declared_attrition(toy: Toy) -> None:
    toy.site["attrition_declared"] = True
    toy.tables["post.csv"] = [*toy.tables["post.csv"][:3], *toy.tables["post.csv"][9:11]]


# a child without a first answer has no baseline, and a newcomer has no group
ALSO = {"data.blank_sheets": {"data.not_at_baseline"}, "data.not_at_baseline": {"data.no_arm"}}


@pytest.mark.parametrize(
    ("change", "code", "values"),
    [
        (straight, "data.straight_lining", {"wave": "pre", "n": 1, "n_sheets": 12}),
        (constant, "data.constant_item", {"item": "i5", "wave": "pre", "instrument": "toy"}),
        (empty_item, "data.empty_item", {"item": "i5", "wave": "pre", "instrument": "toy"}),
        (blank_sheet, "data.blank_sheets", {"n": 1, "wave": "pre", "instrument": "toy"}),
        (newcomer, "data.not_at_baseline", {"wave": "post", "n_present": 13, "n_matched": 12}),
        (left_out_of_groups, "data.no_arm", {"n": 1}),
        (unused_wave, "data.wave_unused", {"wave": "later"}),
        (
            declared_attrition,
            "data.attrition",
            {"wave": "post", "n_present": 4, "n_matched": 4, "n_expected": 12, "share": 0.8},
        ),
    ],
)
def test_warnings(toy: Toy, change: Callable[[Toy], None], code: str, values: dict) -> None:
    change(toy)
    study = load(toy)
    warnings = {finding.code: dict(finding.values) for finding in study.findings if finding.severity == "warning"}
    assert warnings[code] == values
    assert set(warnings) == {code} | ALSO.get(code, set())
    assert check_site("village", project=toy.root) == study.findings


def test_names_as_ids_are_a_warning(toy: Toy) -> None:
    toy.tables["pre.csv"][0][0] = "学生姓名"
    toy.site["sources"][0]["id"] = "学生姓名"
    study = load(toy)
    (found,) = [finding for finding in study.findings if finding.severity == "warning"]
    assert (found.code, found.file, found.column) == ("privacy.names_as_id", "data/pre.csv", "学生姓名")
    assert "kid" not in repr(study.findings)


# --- what a site may say to be understood


def test_a_site_s_own_wording_of_the_options(toy: Toy) -> None:
    for row in range(2, 9):
        toy.set("pre.csv", row=row, column="T2", text="经常" if row < 8 else "从不")
    toy.site["instruments"][0]["answers"] = {"经常 ": 4, "从不": 1}
    study = load(toy)
    second = study.responses.loc[(study.responses["item"] == "i2") & (study.responses["wave"] == "pre"), "response"]
    expected = [4.0] * 6 + [1.0] + [float(answers(child, 0)[1]) for child in range(7, N_CHILDREN)]
    assert sorted(second) == sorted(expected)
    log = study.cleaning_log
    assert log.loc[log["rule"] == "option_text", "n"].tolist() == [7]


def test_a_site_s_own_wording_must_mean_an_answer(toy: Toy) -> None:
    toy.site["instruments"][0]["answers"] = {"经常": 6}
    with pytest.raises(ParameterError) as caught:
        load(toy)
    (found,) = caught.value.findings
    assert (found.code, found.column) == ("parameters.option_out_of_range", "instruments.0.answers.经常")


def test_a_roster_on_one_of_several_sheets(toy: Toy) -> None:
    with_roster(toy)
    rows = toy.tables.pop("roster.csv")
    workbook = openpyxl.Workbook()
    workbook.active.title = "说明"
    workbook.active.append(["这一页只是说明"])
    sheet = workbook.create_sheet("名单")
    for row in rows:
        sheet.append(row)
    content = io.BytesIO()
    workbook.save(content)
    toy.raw["roster.xlsx"] = content.getvalue()
    toy.site["arms"] |= {"file": "data/roster.xlsx", "format": "excel", "sheet": "名单"}
    assert len(load(toy).arm_role("treated")) == len([row for row in rows[1:] if "小组" in row])


# --- what each column was taken for


def test_every_column_is_accounted_for(toy: Toy) -> None:
    toy.tables["pre.csv"] = [[*row, "x"] for row in toy.tables["pre.csv"]]
    toy.tables["pre.csv"][0][-1] = "备注"
    columns = load(toy).columns
    before = columns[columns["file"] == "data/pre.csv"]
    assert before.set_index("column")["kind"].to_dict() == {
        "编号": "id",
        "性别": "covariate",
        "年龄": "covariate",
        "组别": "arm",
        **{f"T{n}": "item" for n in range(1, 7)},
        "备注": "unused",
    }
    assert before.set_index("column").loc["T3", "name"] == "toy i3"
    assert set(before["wave"]) == {"pre"}
    after = columns[columns["file"] == "data/post.csv"]
    assert after["kind"].tolist() == ["id", *["item"] * 6]


def test_columns_of_a_survey_carry_their_questions(toy: Toy) -> None:
    exports(toy, day="2026/6/2")
    columns = load(toy).columns
    items = columns[(columns["kind"] == "item") & (columns["wave"] == "post")]
    assert items["title"].notna().all() and items["title"].nunique() == 6


def test_a_column_is_found_by_its_question_s_text(toy: Toy) -> None:
    exports(toy, day="2026/6/2")
    project = toy.write()
    titles = load_study("village", project=project).columns.set_index("column")["title"]
    text = titles.drop_duplicates()["Q2"]
    path = project.parameter_file("village")
    said = path.read_text(encoding="utf-8")
    path.write_text(said.replace("id: Q1", f"id: {text}", 1), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        load_study("village", project=project)
    (found,) = caught.value.findings
    assert (found.code, found.values["nearest"], found.values["key"]) == ("data.unknown_column", "Q2", "wenjuanxing")
    assert found.values["columns"][0].startswith("Q1 ")


def test_headers_of_other_tables_are_not_listed(toy: Toy) -> None:
    """A table turned round has children in its header."""
    use(toy, "Q1..Q6")
    with pytest.raises(DataError) as caught:
        load(toy)
    assert all(found.values["key"] == "question" for found in caught.value.findings)
    assert not any("columns" in found.values for found in caught.value.findings)


@pytest.mark.parametrize(
    ("limits", "text", "key"),
    [({"minimum": 6}, "5", "at_least"), ({"maximum": 18}, "19", "at_most"), ({}, "inf", "finite")],
)
def test_a_limit_that_is_not_declared_is_not_spoken_of(toy: Toy, limits: dict, text: str, key: str) -> None:
    age = toy.site["covariates"][1]
    del age["minimum"], age["maximum"]
    age |= limits
    toy.set("pre.csv", row=5, column="年龄", text=text)
    with pytest.raises(DataError) as caught:
        load(toy)
    (found,) = caught.value.findings
    assert (found.code, found.values["key"]) == ("data.out_of_range", key)
    assert "None" not in finding_sentence(found, "zh") and "?" not in finding_sentence(found, "en")


# --- what is refused


@dataclass(frozen=True)
class Bad:
    """A change to the project, and the one error it must lead to."""

    change: Callable[[Toy], object]
    code: str
    row: int | None = None
    column: str | None = None
    file: str | None = "data/pre.csv"
    error: type[EfficacyError] = DataError
    values: tuple[tuple[str, object], ...] = ()


def cell(text: str, *, column: str = "T2", row: int = 5, file: str = "pre.csv") -> Callable[[Toy], object]:
    return lambda toy: toy.set(file, row=row, column=column, text=text)


def many_labels(toy: Toy) -> None:
    for row in range(2, 9):
        toy.set("pre.csv", row=row, column="T2", text="经常" if row < 7 else f"secret{row}")


def labels_without_options(toy: Toy) -> None:
    many_labels(toy)
    toy.instrument["options"] = []


def rename(toy: Toy, *, to: str) -> None:
    toy.tables["pre.csv"][0][1] = to


def use(toy: Toy, columns: str | list[str]) -> None:
    toy.site["instruments"][0]["columns"]["pre"] = columns


def strangers(toy: Toy) -> None:
    for row in range(2, 6):
        toy.set("post.csv", row=row, column="编号", text=f"kid9{row:02d}")


def few_came(toy: Toy) -> None:
    toy.tables["post.csv"] = [*toy.tables["post.csv"][:3], *toy.tables["post.csv"][9:11]]


def columns_of_another_wave(toy: Toy) -> None:
    """The file of the pretest is not there; in that of the post-test its headers stand over other questions."""
    del toy.tables["pre.csv"]
    header, *rows = toy.tables["post.csv"]
    toy.tables["post.csv"] = [[*header, "性别", "年龄", "组别"], *([*row, "5", "好", "4"] for row in rows)]


def group_alone(toy: Toy) -> None:
    """Only the group was measured again, and the parameters name a comparison."""
    toy.site["reports"] = ["intervention"]
    toy.site["intervention"] = {
        "selection_rule": "lowest_on_pretest",
        "comparison_group": "same_survey_not_chosen",
        "primary_outcome": "first",
    }
    toy.tables["post.csv"] = toy.tables["post.csv"][:7]


def nobody_came(toy: Toy) -> None:
    for row in range(2, 2 + N_CHILDREN):
        for column in HEADER[4:]:
            toy.set("post.csv", row=row, column=column, text="")


def same_file(toy: Toy) -> None:
    toy.tables["post.csv"] = [list(row) for row in toy.tables["pre.csv"]]


def same_answers(toy: Toy) -> None:
    rows = toy.tables["pre.csv"][1:]
    toy.tables["post.csv"][1:] = [[row[0], *row[4:]] for row in reversed(rows)]


def two_schools(toy: Toy) -> None:
    toy.site["sources"].append({"file": "data/pre2.csv", "format": "csv", "id": "编号", "wave": "pre"})
    toy.tables["pre2.csv"] = [
        HEADER,
        ["kid100", "男", "9", "小组", *"121212"],
        ["kid003", "男", "9", "小组", *"121212"],
    ]


def no_comparison(toy: Toy) -> None:
    for row in range(8, 14):
        toy.set("pre.csv", row=row, column="组别", text="小组")


def sessions_cell(text: str, *, column: str, row: int) -> Callable[[Toy], object]:
    def change(toy: Toy) -> None:
        with_sessions(toy)
        toy.set("sessions.csv", row=row, column=column, text=text)

    return change


def causes_row(row: list[str]) -> Callable[[Toy], object]:
    def change(toy: Toy) -> None:
        with_causes(toy)
        toy.tables["causes.csv"].append(row)

    return change


def roster_row(row: list[str]) -> Callable[[Toy], object]:
    def change(toy: Toy) -> None:
        with_roster(toy)
        toy.tables["roster.csv"].append(row)

    return change


def exports(toy: Toy, **post: object) -> None:
    as_wenjuanxing(toy, wenjuanxing_rows(0), wenjuanxing_rows(1, **post))  # type: ignore[arg-type]


def by_sequence_number(toy: Toy) -> None:
    exports(toy, day="2026/6/2")
    for source in toy.site["sources"]:
        source["id"] = "序号"


def mislabelled(toy: Toy) -> None:
    frame = pd.DataFrame(toy.tables["pre.csv"][1:], columns=HEADER)
    frame["T2"] = frame["T2"].astype(float)
    labels = {"T2": {1: "完全符合", 5: "完全不符合"}}
    toy.raw["pre.sav"] = spss_bytes(toy.root, frame, variable_value_labels=labels)
    toy.site["sources"][0] |= {"file": "data/pre.sav", "format": "spss"}


SESSIONS_FILE, CAUSES_FILE, ROSTER = "data/sessions.csv", "data/causes.csv", "data/roster.csv"
RANGE = (("minimum", 1), ("maximum", 5), ("n", 1))

BAD = {
    # columns
    "renamed column": Bad(
        lambda toy: rename(toy, to="性别问题"), "data.unknown_column", column="性别", values=(("nearest", "性别问题"),)
    ),
    "unknown item column": Bad(lambda toy: use(toy, "T1..T7"), "data.unknown_column", column="T7"),
    "unknown column in a list": Bad(
        lambda toy: use(toy, ["T1", "T2", "T3", "T4", "T5", "Z6"]), "data.unknown_column", column="Z6"
    ),
    "unknown id column": Bad(
        lambda toy: toy.site["sources"][1].update(id="学号"), "data.unknown_column", column="学号", file="data/post.csv"
    ),
    "too few items": Bad(
        lambda toy: use(toy, "T1..T5"), "data.item_count", column="T1..T5", values=(("expected", 6), ("found", 5))
    ),
    "items backwards": Bad(lambda toy: use(toy, "T6..T1"), "data.column_order", column="T6..T1"),
    # answers
    **{
        f"answer {text}": Bad(cell(text), "data.out_of_range", row=5, column="T2", values=RANGE)
        for text in ("0", "6", "33", "3.5", "inf", "-1", "１０", "1e3")
    },
    "999 without being declared": Bad(cell("999"), "data.out_of_range", row=5, column="T2"),
    **{
        f"text {text}": Bad(
            cell(text), "data.unmapped_label", row=5, column="T2", values=(("labels", []), ("n_unlisted", 1))
        )
        for text in ("NA", "空", "无", "nan", "1,0", "kid秘密")
    },
    "frequent labels are named, rare ones are not": Bad(
        many_labels,
        "data.unmapped_label",
        row=2,
        column="T2",
        values=(("labels", ["经常"]), ("n", 7), ("n_unlisted", 2)),
    ),
    "no label is named where the instrument has no options": Bad(
        labels_without_options, "data.unmapped_label", row=2, column="T2", values=(("labels", []), ("n_unlisted", 7))
    ),
    "missing code that is an answer": Bad(
        lambda toy: toy.site["sources"][0].update(missing_codes=[5]),
        "data.missing_code_in_range",
        values=(("code", 5),),
    ),
    "label of another answer": Bad(
        mislabelled,
        "data.label_contradicts_code",
        column="T2",
        file="data/pre.sav",
        values=(("expected", 5), ("code", "1")),
    ),
    # covariates and groups
    "unknown level": Bad(cell("nan", column="性别"), "data.unknown_level", row=5, column="性别"),
    "age out of range": Bad(
        cell("90", column="年龄"), "data.out_of_range", row=5, column="年龄", values=(("maximum", 18.0),)
    ),
    "age in words": Bad(cell("十岁", column="年龄"), "data.not_a_number", row=5, column="年龄"),
    "another spelling of a group": Bad(cell("小组A", column="组别"), "data.unknown_arm", row=5, column="组别"),
    "empty group": Bad(no_comparison, "data.empty_arm", column="组别", file=None, values=(("arm", "others"),)),
    # ids
    "duplicate id": Bad(
        cell("kid001", column="编号"), "data.duplicate_id", row=2, column="编号", values=(("rows", [2, 5]),)
    ),
    "full-width duplicate": Bad(cell("kid００１", column="编号"), "data.duplicate_id", row=2, column="编号"),
    "empty id": Bad(cell(" ", column="编号"), "data.empty_id", row=5, column="编号"),
    "leading zeros throughout": Bad(
        lambda toy: [toy.set("post.csv", row=row, column="编号", text=f"kid{row - 1}") for row in range(2, 8)],
        "data.similar_ids",
        row=2,
        column="编号",
        file="data/post.csv",
        values=(("n", 6), ("rows", [2, 3, 4, 5, 6, 7]), ("other_row", 2)),
    ),
    "leading zeros": Bad(
        cell("kid1", column="编号", file="post.csv", row=2),
        "data.similar_ids",
        row=2,
        column="编号",
        file="data/post.csv",
        values=(("other_file", "data/pre.csv"), ("other_row", 2)),
    ),
    "case": Bad(cell("KID007", column="编号"), "data.similar_ids", row=8, column="编号", values=(("other_row", 5),)),
    "digits lost by Excel": Bad(cell("1.23E+11", column="编号"), "data.digits_lost", row=5, column="编号"),
    "national id": Bad(
        cell("11010519491231002x", column="编号"), "privacy.national_id", row=5, column="编号", error=PrivacyError
    ),
    "averages at the bottom": Bad(
        lambda toy: toy.tables["pre.csv"].append(["平均", "", "", "", *"333333"]),
        "data.summary_row",
        row=14,
        column="编号",
    ),
    "sums in an unnamed row": Bad(
        lambda toy: toy.tables["pre.csv"].append(["", "合计", "", "", *"333333"]),
        "data.summary_row",
        row=14,
        column="编号",
    ),
    "sequence numbers as ids": Bad(
        by_sequence_number, "data.sequence_number_as_id", column="序号", file="data/post.xlsx"
    ),
    "sequence numbers beside numbers of children": Bad(
        lambda toy: (exports(toy, day="2026/6/2"), toy.site["sources"][0].update(id="序号")),
        "data.sequence_number_as_id",
        column="序号",
        file="data/pre.xlsx",
    ),
    "a child in two files of one wave": Bad(
        two_schools,
        "data.duplicate_id",
        row=3,
        column="编号",
        file="data/pre2.csv",
        values=(("other_file", "data/pre.csv"),),
    ),
    # waves
    "ids of others": Bad(
        strangers, "data.unmatched_ids", file=None, values=(("n_present", 12), ("n_matched", 8), ("share", 0.8))
    ),
    "few came back": Bad(few_came, "data.attrition", file=None, values=(("n_expected", 12), ("n_matched", 4))),
    "only the group came back, and nobody said who that is": Bad(
        lambda toy: (few_came(toy), toy.site.pop("arms")), "data.attrition", file=None, values=(("key", "no_arms"),)
    ),
    "nobody to compare with": Bad(group_alone, "data.comparison_not_measured", file=None, values=(("wave", "post"),)),
    "nobody came back": Bad(nobody_came, "data.empty_wave", file=None, values=(("wave", "post"),)),
    "the same file twice": Bad(
        same_file, "data.same_file", file="data/post.csv", values=(("other_file", "data/pre.csv"),)
    ),
    "the same answers twice": Bad(
        same_answers, "data.identical_waves", file="data/post.csv", values=(("other_wave", "pre"), ("n", 12))
    ),
    "items in another order": Bad(
        lambda toy: exports(toy, day="2026/6/2", order=(1, 0, 2, 3, 4, 5)),
        "data.item_order",
        file="data/post.xlsx",
        column="Q2",
    ),
    "waves swapped": Bad(lambda toy: exports(toy, day="2026/1/2"), "data.waves_swapped", file="data/post.xlsx"),
    # attendance, causes, roster
    "same session twice": Bad(
        sessions_cell("1", column="次", row=4), "data.duplicate_session", row=4, file=SESSIONS_FILE
    ),
    "session that was not planned": Bad(
        sessions_cell("3", column="次", row=4), "data.unknown_session", row=4, column="次", file=SESSIONS_FILE
    ),
    "child unknown at sessions": Bad(
        sessions_cell("kid077", column="编号", row=4), "data.unknown_id", row=4, column="编号", file=SESSIONS_FILE
    ),
    "satisfaction out of range": Bad(
        sessions_cell("7", column="满意度", row=4), "data.out_of_range", row=4, column="满意度", file=SESSIONS_FILE
    ),
    "attendance in other words": Bad(
        sessions_cell("也许", column="出席", row=4), "data.unknown_attendance", row=4, column="出席", file=SESSIONS_FILE
    ),
    "attendance empty": Bad(
        sessions_cell("", column="出席", row=4), "data.empty_cell", row=4, column="出席", file=SESSIONS_FILE
    ),
    "unknown cause": Bad(
        causes_row(["kid002", "天气", "王老师"]), "data.unknown_cause", row=5, column="层面", file=CAUSES_FILE
    ),
    "cause twice": Bad(causes_row(["kid001", "家庭", "王老师"]), "data.duplicate_cause", row=5, file=CAUSES_FILE),
    "roster names a stranger": Bad(
        roster_row(["kid077", "小组", "x"]), "data.unknown_id", row=5, column="学生", file=ROSTER
    ),
    "roster names a child twice": Bad(
        roster_row(["kid001", "小组", "x"]), "data.duplicate_id", row=2, column="学生", file=ROSTER
    ),
    # files
    "file missing": Bad(lambda toy: toy.tables.pop("post.csv"), "data.file_missing", file="data/post.csv"),
    "file missing whose columns another wave has too": Bad(
        columns_of_another_wave, "data.file_missing", file="data/pre.csv"
    ),
    "file broken": Bad(
        lambda toy: toy.raw.update({"post.csv": b"\xff\xff"}), "data.undecodable", row=1, file="data/post.csv"
    ),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_bad_input_is_refused_by_place_and_without_a_child(toy: Toy, bad: Bad) -> None:
    bad.change(toy)
    project = toy.write()
    with pytest.raises(bad.error) as caught:
        load_study("village", project=project)
    first = caught.value.findings[0]
    assert {finding.code for finding in caught.value.findings} == {bad.code}
    assert (first.file, first.row, first.column) == (bad.file, bad.row, bad.column)
    assert dict(bad.values).items() <= dict(first.values).items()
    said = f"{caught.value!s} {caught.value!r} {caught.value.to_json()}"
    assert not any(secret in said for secret in ("kid", "秘密", "secret", "010519491231", "王老师", "E+11"))
    assert check_site("village", project=project) == caught.value.findings


def test_every_error_of_every_file_is_told_at_once(toy: Toy) -> None:
    toy.set("pre.csv", row=3, column="T1", text="7")
    toy.set("pre.csv", row=9, column="T1", text="8")
    toy.set("pre.csv", row=4, column="性别", text="?")
    toy.set("post.csv", row=5, column="T6", text="0")
    toy.set("post.csv", row=6, column="编号", text="")
    with pytest.raises(DataError) as caught:
        load(toy)
    assert sorted((f.file, f.column, f.row, f.values["n"]) for f in caught.value.findings) == [
        ("data/post.csv", "T6", 5, 1),
        ("data/post.csv", "编号", 6, 1),
        ("data/pre.csv", "T1", 3, 2),
        ("data/pre.csv", "性别", 4, 1),
    ]


def test_a_long_list_of_rows_is_cut(toy: Toy) -> None:
    rows = [[f"kid{n:03d}", "男", "9", "小组", *"991234"] for n in range(100, 150)]
    toy.tables["pre.csv"] += [[*row[:4], "7", *row[5:]] for row in rows]
    with pytest.raises(DataError) as caught:
        load(toy)
    found = next(f for f in caught.value.findings if f.column == "T1")
    assert found.values["n"] == 50
    assert found.values["rows"] == list(range(14, 14 + ROWS_NAMED))


def test_an_unreadable_source_is_the_only_error(toy: Toy) -> None:
    """What only that file holds - columns, children of other lists - is not reported as missing."""
    with_sessions(toy)
    toy.raw["pre.csv"] = b""
    toy.tables["sessions.csv"].append(["kid100", "1", "1", ""])
    with pytest.raises(DataError) as caught:
        load(toy)
    assert [(finding.code, finding.file) for finding in caught.value.findings] == [("data.empty_file", "data/pre.csv")]


def test_two_instruments_must_not_share_item_names(toy: Toy) -> None:
    toy.site["instruments"].append({"instrument": "copy", "columns": {"pre": "T1..T6"}})
    project = toy.write()
    text = (project.params / "instruments" / "toy.yml").read_text(encoding="utf-8")
    (project.params / "instruments" / "copy.yml").write_text(text.replace("id: toy", "id: copy"), encoding="utf-8")
    with pytest.raises(ParameterError, match=r"parameters\.item_in_two_instruments"):
        load_study("village", project=project)


def test_gbk_csv_and_excel_waves_together(toy: Toy) -> None:
    toy.raw = {
        "pre.csv": csv_bytes(toy.tables["pre.csv"], encoding="gbk", separator=";"),
        "post.xlsx": excel_bytes(toy.tables["post.csv"]),
    }
    toy.site["sources"][1] |= {"file": "data/post.xlsx", "format": "excel"}
    study = load(toy)
    assert wide(study, "pre") == reversed_answers(0)
    assert wide(study, "post") == reversed_answers(1)
    assert study.encodings == {"data/pre.csv": "gb18030"}
