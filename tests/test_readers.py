"""Raw files as text, with the rows their readers see, or an error with file and row."""

from __future__ import annotations

import base64
import datetime
import hashlib
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from building import csv_bytes, excel_bytes, spss_bytes, wenjuanxing_rows
from hypothesis import given, settings, strategies as st

from efficacy.errors import DataError
from efficacy.project import Project
from efficacy.study.readers import RawTable, clean, read_table
from efficacy.study.readers.open import MAXIMUM_BYTES
from efficacy.study.readers.table import personal_columns
from efficacy.study.readers.wenjuanxing import seconds
from efficacy.study.readers.workbook import MAXIMUM_CELLS

ROWS = [["编号", "性别"], ["001", "男"], ["002", "女"]]


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., RawTable]:
    """Writes bytes as a data file of a project and reads it back."""
    (tmp_path / "data").mkdir()

    def write_and_read(content: bytes, *, name: str = "file.csv", format: str = "csv", sheet: str | None = None):
        (tmp_path / "data" / name).write_bytes(content)
        return read_table(Project(tmp_path), f"data/{name}", format=format, sheet=sheet)  # type: ignore[arg-type]

    return write_and_read


def values(table: RawTable) -> list[list[str | None]]:
    return table.cells.astype(object).where(table.cells.notna(), None).to_numpy().tolist()


@pytest.mark.parametrize(
    ("encoding", "recorded"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("gbk", "gb18030"),
        ("gb18030", "gb18030"),
        ("utf-16", "utf-16"),
    ],
)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_encodings_and_separators(read, encoding: str, recorded: str, separator: str) -> None:
    content = csv_bytes(ROWS, encoding=encoding, separator=separator)
    table = read(content)
    assert list(table.cells.columns) == ["编号", "性别"]
    assert values(table) == [["001", "男"], ["002", "女"]]
    assert list(table.cells.index) == [2, 3]
    assert table.encoding == recorded
    assert table.sha256 == hashlib.sha256(content).hexdigest()


def test_text_stays_text(read) -> None:
    table = read(csv_bytes([["id", "a"], ["123456789012345678", "NA"], ["007", "1e5"], [" x ", ""]]))
    assert values(table) == [["123456789012345678", "NA"], ["007", "1e5"], [" x ", None]]


def test_commas_in_headers_do_not_win_over_the_separator(read) -> None:
    table = read(csv_bytes([["id", "a, b", "c, d, e"], ["1", "2", "3"]], separator="\t"))
    assert list(table.cells.columns) == ["id", "a, b", "c, d, e"]


def test_rows_are_those_of_the_editor_with_line_breaks_inside_quotes_and_blank_lines(read) -> None:
    table = read(b'id,"long\nheader"\n1,"two\nlines"\n\n,\n2,b\n')
    assert list(table.cells.index) == [3, 7]
    assert list(table.cells.columns) == ["id", "long header"]
    assert [(change.rule, change.n) for change in table.changes] == [("empty_row", 1)]


def test_nobody_sees_rows_of_a_table(read) -> None:
    assert "001" not in repr(read(csv_bytes(ROWS)))


LATIN = "id,name\n1,Jos\xe9 \n2,No\xebl\n".encode("latin-1")
DAMAGED = csv_bytes([*ROWS, ["003", "男"]]).replace("003,男".encode(), b"003," + b"\xe7\x94")


@pytest.mark.parametrize(
    ("content", "code", "row"),
    [
        (b"", "data.empty_file", None),
        (b"\n\n , \n", "data.empty_file", None),
        (b"id,a\n", "data.header_only", 1),
        (b"id,a\n1,2\n1,2,3\n", "data.ragged_row", 3),
        (b"id,a\n1,2,9\n", "data.ragged_row", 2),
        (b'id,a\n1,2\n2,"3\n3,4\n', "data.broken_quoting", 3),
        (b"id,a\n1,2\n2,\x003\n", "data.nul_byte", 3),
        ("id,a\n1,二\n".encode("utf-16-le"), "data.undecodable", 2),
        (b"id,a,a \n1,2,3\n", "data.duplicate_column", 1),
        (b"id,,b\n1,2,3\n", "data.column_without_name", 1),
        (LATIN, "data.undecodable", 2),
        ("id,a\n1,Se\xf1ora\n".encode("latin-1"), "data.undecodable", 2),
        (DAMAGED, "data.undecodable", 4),
        (csv_bytes(ROWS, encoding="utf-16")[:-1], "data.undecodable", 3),
        (csv_bytes(ROWS, encoding="gbk") + b"\xff\xff,1\r\n", "data.undecodable", 4),
    ],
)
def test_broken_text_files_are_refused_with_the_row(read, content: bytes, code: str, row: int | None) -> None:
    with pytest.raises(DataError) as caught:
        read(content)
    assert [(finding.code, finding.row) for finding in caught.value.findings] == [(code, row)]
    assert caught.value.findings[0].file == "data/file.csv"


def test_every_ragged_row_is_named(read) -> None:
    with pytest.raises(DataError) as caught:
        read(b"id,a\n1\n2,3\n4,5,6\n")
    assert [(f.row, f.values["expected"], f.values["found"]) for f in caught.value.findings] == [(2, 2, 1), (4, 2, 3)]


def test_missing_and_huge_files(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    with pytest.raises(DataError, match=r"data\.file_missing"):
        read_table(Project(tmp_path), "data/none.csv", format="csv")
    with (tmp_path / "data" / "huge.csv").open("wb") as file:
        file.truncate(MAXIMUM_BYTES + 1)
    with pytest.raises(DataError, match=r"data\.too_large"):
        read_table(Project(tmp_path), "data/huge.csv", format="csv")


def test_excel_cells_read_as_excel_shows_them(read) -> None:
    rows = [
        ["编号 ", "分数", "半分", "日期", "对"],
        ["001", 3.0, 2.5, datetime.datetime(2026, 9, 3, 12, 0), True],
        [None, None, None, None, None],
        [110105201001011234, 12, None, datetime.time(1, 2), False],
    ]
    table = read(excel_bytes(rows, hidden=[["x"], ["y"]]), name="a.xlsx", format="excel")
    assert list(table.cells.columns) == ["编号", "分数", "半分", "日期", "对"]
    assert values(table)[0] == ["001", "3", "2.5", "2026-09-03 12:00:00", "TRUE"]
    assert values(table)[1][1:] == ["12", None, "01:02:00", "FALSE"]
    assert len(table.cells.iloc[1, 0]) == 18  # Excel has lost the last digits, the shape of an id number is still seen
    assert list(table.cells.index) == [2, 4]
    assert table.sheet == "Sheet1"
    assert [change.rule for change in table.changes] == ["empty_row"]


def test_spacing_rows_and_columns_of_a_sheet_are_no_content(read) -> None:
    table = read(excel_bytes([[], [None, "id", "a"], [None, "1", "2"]]), name="a.xlsx", format="excel")
    assert list(table.cells.columns) == ["id", "a"]
    assert list(table.cells.index) == [3]


def test_sheets_are_chosen_by_name(read) -> None:
    content = excel_bytes(ROWS, sheet="一班", hidden=[["id"], ["9"]])
    assert len(read(content, name="a.xlsx", format="excel", sheet="一班").cells) == 2
    assert list(read(content, name="a.xlsx", format="excel", sheet="hidden").cells.columns) == ["id"]
    with pytest.raises(DataError) as caught:
        read(content, name="a.xlsx", format="excel", sheet="一般")
    assert caught.value.findings[0].code == "data.unknown_sheet"
    assert caught.value.findings[0].values["nearest"] == "一班"


# a workbook of Excel 97-2003 (sheet 一班: 编号/001/002, 分数/3/2.5): no library of ours writes this format
XLS = zlib.decompress(
    base64.b85decode(
        "c-rk)O=uHA6#i!OAJR0bX`vNLC|I@j(CWoYyDDf;hFTAb2%2gR(vp_wMGv-Ga})$mikCt!UaDUFK@WNmJO~v%2!fF4v3L*^duX%1"
        "`Lc_t=For!mHC$W=IwiLX5Q|+nPm3WQnECEud9roFbp3mP6WXkostsqZW0i?<7m;V!%`fBe+rSXOk^;C$1N{IdJgq`mto<q|CuoG"
        "LCSGVBQurHrJIO-j3KLZ3`4>Sw?q?1C!=a3pCWG}-=XId@*Zlgl83~%q>f?9&h+hev-qghLt7lW-v?~-j+#NV<Au)RnQN-*8^GSe"
        "ne61>Y3TOHumG92kz77k$WE4!k_lYES0@d8@mA{7w9z+LuORxB_4-g9{dLO^%)&Xz1TP|n=RR$*6f&RAuA&EGXAyhH%(uf*1;?gy"
        ";xsTYNZuLMn=%)1V%;KcVRFZWPotG`k|~~$ZF=?g=hp|vN9_~T%yQ$dZtq)kL~w9Pw~)qhS{M|4`^Y=Um)YxP%3b7?B&O88qwTJ6"
        "V2(alXzi78b`fvvtu^vCk&DZR9(ET$+S^5594TK&Exxtq<@qBLz2Y^8e$}sT-q3htd$n@6g7@UkU$%v?m2hKs+~2TPtRYG<Nv_`M"
        "x1(HtRmWe^U-x*?iZY%g;;z3{$KRsA&-Jgq{bjiww%TxC8)cLFfhY_N3=9km3=9kmngZqivG=(LjevW62)W;N)}&O-XOjOGW0;cb"
        "oE%K|BQJFU=NrnO4g{3fm)c+(?|Y%f5gEOJ35+w2iH7r6j(@85c{bcI@%xrgqvKZ^iSrMS{~h^=!!Q"
    )
)


def test_workbooks_of_excel_97(read) -> None:
    table = read(XLS, name="a.xls", format="excel")
    assert list(table.cells.columns) == ["编号", "分数"]
    assert values(table) == [["001", "3"], ["002", "2.5"]]
    assert table.sheet == "一班"


def _two_sheets() -> bytes:
    content = excel_bytes(ROWS, hidden=[["id"], ["9"]])
    source, target = zipfile.ZipFile(BytesIO(content)), BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            archive.writestr(name, source.read(name).replace(b'state="hidden"', b'state="visible"'))
    return target.getvalue()


def _bomb() -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 3_000_000)
    return target.getvalue()


def _far_cell() -> bytes:
    content = excel_bytes(ROWS)
    source, target = zipfile.ZipFile(BytesIO(content)), BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
            archive.writestr(name, source.read(name).replace(b"</sheetData>", far))
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"no workbook", "data.not_a_workbook"),
        (b"PK\x03\x04 torn", "data.not_a_workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600, "data.not_a_workbook"),
        (_two_sheets(), "data.several_sheets"),
        (excel_bytes([]), "data.empty_file"),
        (excel_bytes([["id", "a"]]), "data.header_only"),
        (excel_bytes([["id", "id"], [1, 2]]), "data.duplicate_column"),
        (_bomb(), "data.zip_bomb"),
        (_far_cell(), "data.too_large"),
    ],
)
def test_broken_workbooks_are_refused(read, content: bytes, code: str) -> None:
    with pytest.raises(DataError) as caught:
        read(content, name="a.xlsx", format="excel")
    assert [finding.code for finding in caught.value.findings] == [code]


def test_limits_are_those_documented() -> None:
    assert MAXIMUM_BYTES == 20_000_000
    assert MAXIMUM_CELLS == 3_000_000


FRAME = pd.DataFrame(
    {"编号": ["张三张三", "002", "003"], "T1": [1.0, 9.0, np.nan], "SEX": [1.0, 2.0, 1.0], "W": [1.5, 2, 3]}
)
LABELS = {
    "column_labels": {"T1": "我能学好"},
    "variable_value_labels": {"SEX": {1: "男男", 2: "女"}},
    "missing_ranges": {"T1": [9]},
}


def test_spss_codes_labels_and_user_missing(read, tmp_path: Path) -> None:
    table = read(spss_bytes(tmp_path, FRAME, **LABELS), name="a.sav", format="spss")
    assert values(table) == [["张三张三", "1", "1", "1.5"], ["002", None, "2", "2"], ["003", None, "1", "3"]]
    assert table.titles == {"T1": "我能学好"}
    assert table.value_labels == {"SEX": {"1": "男男", "2": "女"}}
    assert list(table.cells.index) == [1, 2, 3]
    assert [(change.rule, change.column, change.n) for change in table.changes] == [("user_missing", "T1", 1)]
    assert table.encoding == "UTF-8"


def test_spss_files_of_the_old_chinese_code_page(read, tmp_path: Path) -> None:
    content = spss_bytes(tmp_path, FRAME.rename(columns={"编号": "ID"}), **LABELS)
    for text in ("张三张三", "我能学好", "男男", "女"):
        utf8, gbk = text.encode(), text.encode("gbk")
        assert utf8 in content
        content = content.replace(utf8, gbk.ljust(len(utf8)))
    table = read(content, name="a.sav", format="spss")
    assert values(table)[0][0] == "张三张三"
    assert table.value_labels["SEX"]["1"] == "男男"
    assert table.encoding == "GB18030"


@pytest.mark.parametrize("content", [b"nonsense" * 99, b"$FL2"])
def test_what_is_no_spss_file_is_refused(read, content: bytes) -> None:
    with pytest.raises(DataError, match=r"data\.not_spss"):
        read(content, name="a.sav", format="spss")


@pytest.mark.parametrize("name", ["a.xlsx", "a.csv"])
def test_wenjuanxing_exports(read, name: str) -> None:
    rows = wenjuanxing_rows(0)
    rows[3][7], rows[4][7], rows[5][7], rows[6][7] = "-3", "-2", "(跳过)", "(空)"
    content = excel_bytes(rows) if name.endswith("xlsx") else csv_bytes(rows, encoding="gbk")
    table = read(content, name=name, format="wenjuanxing")
    assert list(table.cells.columns) == ["序号", "Q1", "Q2", "Q3", "Q4", "Q5", "Q6", "Q7"]
    assert table.titles["Q2"] == "题目甲"
    assert list(table.cells.index[table.cells["Q2"].isna()]) == [4, 5, 6, 7]
    log = {(change.rule, change.column): (change.n, change.row) for change in table.changes}
    assert log["skipped", "Q2"] == (2, 4)
    assert log["not_shown", "Q2"] == (2, 5)
    dropped = [column for rule, column in log if rule == "dropped_personal"]
    assert dropped == ["提交答卷时间", "所用时间", "来源", "来源详情", "来自IP"]
    assert table.quality is not None
    assert list(table.quality["duration_seconds"]) == [100.0] * 12
    assert table.quality["address"].nunique() == 12
    assert table.submitted == pd.Timestamp("2026-03-02 10:06:00")
    assert "10.0.0" not in repr(vars(table))


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("12、你的性别", "Q12"),
        ("12：你的性别", "Q12"),
        ("12:你的性别  ", "Q12"),
        ("12. 你的性别", "Q12"),
        ("12．你的性别", "Q12"),
        ("第5题(同伴)", "Q5_1"),
        ("第5题（同伴）", "Q5_1"),
        ("你的民族  ", "你的民族"),
        ("1.5小时", "1.5小时"),
        ("总分", "总分"),
    ],
)
def test_wenjuanxing_headers(read, header: str, name: str) -> None:
    table = read(csv_bytes([["序号", "1、编号", header], ["1", "a", "3"]]), format="wenjuanxing")
    assert list(table.cells.columns) == ["序号", "Q1", name]


def test_several_columns_of_one_question_are_numbered(read) -> None:
    header = ["序号", "第5题(老师)", "第5题(同学)", "7、原因(甲)", "7、原因(乙)", "8、年级"]
    table = read(csv_bytes([header, ["1", "2", "3", "0", "1", "四"]]), format="wenjuanxing")
    assert list(table.cells.columns) == ["序号", "Q5_1", "Q5_2", "Q7_1", "Q7_2", "Q8"]


def test_a_file_without_numbered_questions_is_no_export(read) -> None:
    with pytest.raises(DataError, match=r"data\.not_wenjuanxing"):
        read(csv_bytes(ROWS), format="wenjuanxing")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("123秒", 123),
        ("123", 123),
        ("2分3秒", 123),
        ("1小时2分3秒", 3723),
        ("１２３秒", 123),
        ("5.5", 5.5),
        ("2分钟", 120),
    ],
)
def test_durations(text: str, expected: float) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", "很快", "秒", "-5秒"])
def test_what_is_no_duration_is_nan(text: str) -> None:
    assert np.isnan(seconds(text))


def test_names_and_numbers_of_persons_are_recognised_by_their_header(read) -> None:
    header = ["序号", "1、你的姓名", "2、家长联系电话", "3、多久和父母通一次电话", "4、性别", "Name", "name_of_school"]
    table = read(csv_bytes([header, ["1"] * len(header)]), format="wenjuanxing")
    assert personal_columns(table) == ["Q1", "Q2", "Name"]


def test_cleaning_text() -> None:
    assert clean(" １２\u3000：\ufeffａ\u00a0 \n b ") == "12 :a b"


@settings(max_examples=50)
@given(st.text(max_size=20))
def test_cleaning_is_idempotent(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.lists(
            st.text(st.characters(codec="gb18030", exclude_characters="\r\n\0"), max_size=8), min_size=2, max_size=2
        ),
        min_size=1,
        max_size=5,
    )
)
def test_csv_cells_come_back_as_written(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    project = Project(tmp_path_factory.mktemp("csv"))
    project.data.mkdir()
    body = [["row", *cells] for cells in rows]
    (project.data / "a.csv").write_bytes(csv_bytes([["key", "one", "two"], *body]))
    table = read_table(project, "data/a.csv", format="csv")
    read_back = table.cells[["one", "two"]].fillna("").to_numpy().tolist()
    assert read_back == [[cell if clean(cell) else "" for cell in cells] for cells in rows]
