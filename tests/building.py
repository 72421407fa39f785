"""Builds tiny projects with raw files in them: a 6-item questionnaire, twelve invented children, two waves."""

from __future__ import annotations

import csv
import io
import random
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyreadstat
import yaml

from efficacy.project import Project

Rows = list[list[Any]]

INSTRUMENT: dict[str, Any] = {
    "schema": 1,
    "id": "toy",
    "title": {"zh": "小问卷", "en": "Toy questionnaire"},
    "reference": "made for tests",
    "population": {"zh": "无", "en": "nobody"},
    "minimum": 1,
    "maximum": 5,
    "options": [
        {"value": 1, "label": {"zh": "完全不符合", "en": "not at all"}, "accepts": ["非常不符合"]},
        {"value": 2, "label": {"zh": "比较不符合", "en": "a little"}},
        {"value": 3, "label": {"zh": "说不清", "en": "unsure"}},
        {"value": 4, "label": {"zh": "比较符合", "en": "rather"}},
        {"value": 5, "label": {"zh": "完全符合", "en": "very much"}},
    ],
    "items": [
        {
            "number": n,
            "name": f"i{n}",
            "label": {"zh": f"第{n}题", "en": f"item {n}"},
            **({"reverse": True} if n == 3 else {}),
        }
        for n in range(1, 7)
    ],
    "scales": [
        {"id": "first", "label": {"zh": "前半", "en": "first half"}, "items": [1, 2, 3], "minimum_answered": 0.6},
        {"id": "second", "label": {"zh": "后半", "en": "second half"}, "items": [4, 5, 6]},
        {
            "id": "all_items",
            "label": {"zh": "总分", "en": "total"},
            "items": [1, 2, 3, 4, 5, 6],
            "kind": "total",
            "scoring": "sum",
            "minimum_answered": 0.8,
        },
    ],
    "permission": {"status": "not_required", "statement": {"zh": "自编", "en": "our own"}},
    "evidence": [{"about": "structure", "status": "own_choice", "statement": {"zh": "自编", "en": "our own"}}],
}

SITE: dict[str, Any] = {
    "schema": 1,
    "site": "village",
    "title": {"zh": "测试点", "en": "Test site"},
    "population": {"zh": "无", "en": "nobody"},
    "data_origin": "confidential",
    "sampling": "census",
    "reports": ["descriptive"],
    "waves": [{"id": "pre", "role": "baseline"}, {"id": "post", "role": "post"}],
    "sources": [
        {"file": "data/pre.csv", "format": "csv", "id": "编号", "wave": "pre", "missing_codes": [9]},
        {"file": "data/post.csv", "format": "csv", "id": "编号", "wave": "post", "missing_codes": [9]},
    ],
    "instruments": [{"instrument": "toy", "columns": {"pre": "T1..T6", "post": "T1..T6"}}],
    "covariates": [
        {
            "name": "sex",
            "column": "性别",
            "kind": "categorical",
            "label": {"zh": "性别", "en": "sex"},
            "levels": [
                {"value": "boy", "label": {"zh": "男", "en": "boy"}, "accepts": ["男", 1]},
                {"value": "girl", "label": {"zh": "女", "en": "girl"}, "accepts": ["女", 2]},
            ],
        },
        {
            "name": "age",
            "column": "年龄",
            "kind": "number",
            "label": {"zh": "年龄", "en": "age"},
            "minimum": 6,
            "maximum": 18,
        },
    ],
    "arms": {
        "column": "组别",
        "levels": [
            {"value": "group", "label": {"zh": "小组", "en": "group"}, "accepts": ["小组"], "role": "treated"},
            {"value": "others", "label": {"zh": "其他", "en": "others"}, "accepts": ["其他"], "role": "comparison"},
        ],
    },
}

N_CHILDREN = 12
HEADER = ["编号", "性别", "年龄", "组别", "T1", "T2", "T3", "T4", "T5", "T6"]
NAMES_OF_CHILDREN = [f"kid{n:03d}" for n in range(1, N_CHILDREN + 1)]


def answers(child: int, wave: int) -> list[str]:
    """Six answers from 1 to 5, never the same six for two children or waves."""
    return random.Random(10 * child + wave).choices("12345", k=6)


def pre_rows() -> Rows:
    rows = [
        [name, "男" if n % 2 else "女", str(9 + n % 4), "小组" if n < 6 else "其他", *answers(n, 0)]
        for n, name in enumerate(NAMES_OF_CHILDREN)
    ]
    return [list(HEADER), *rows]


def post_rows() -> Rows:
    return [["编号", *HEADER[4:]], *([name, *answers(n, 1)] for n, name in enumerate(NAMES_OF_CHILDREN))]


@dataclass
class Toy:
    """A project about to be written: change ``site``, ``tables`` (csv files) or ``raw`` (bytes as they are) first."""

    root: Path
    site: dict[str, Any] = field(default_factory=lambda: deepcopy(SITE))
    instrument: dict[str, Any] = field(default_factory=lambda: deepcopy(INSTRUMENT))
    tables: dict[str, Rows] = field(default_factory=lambda: {"pre.csv": pre_rows(), "post.csv": post_rows()})
    raw: dict[str, bytes] = field(default_factory=dict)

    def set(self, file: str, *, row: int, column: str, text: str | None) -> None:
        """One cell of a csv file. row: as an editor shows it, the header being row 1."""
        rows = self.tables[file]
        rows[row - 1][rows[0].index(column)] = text

    def write(self) -> Project:
        """The project on disk."""
        (self.root / "params" / "instruments").mkdir(parents=True)
        (self.root / "data").mkdir()
        _dump(self.root / "params" / f"{self.site['site']}.yml", self.site)
        _dump(self.root / "params" / "instruments" / "toy.yml", self.instrument)
        for name, rows in self.tables.items():
            (self.root / "data" / name).write_bytes(csv_bytes(rows))
        for name, content in self.raw.items():
            (self.root / "data" / name).write_bytes(content)
        return Project(self.root)


def _dump(path: Path, content: dict[str, Any]) -> None:
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")


def csv_bytes(rows: Rows, *, encoding: str = "utf-8", separator: str = ",") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode(encoding)


def excel_bytes(rows: Rows, *, sheet: str = "Sheet1", hidden: Rows | None = None) -> bytes:
    workbook = openpyxl.Workbook()
    first = workbook.active
    assert first is not None
    first.title = sheet
    for row in rows:
        first.append(row)
    if hidden is not None:
        second = workbook.create_sheet("hidden")
        second.sheet_state = "hidden"
        for row in hidden:
            second.append(row)
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def spss_bytes(folder: Path, frame: pd.DataFrame, **labels: Any) -> bytes:
    """A .sav file; labels: as pyreadstat.write_sav takes them."""
    path = folder / "written.sav"
    pyreadstat.write_sav(frame, str(path), **labels)
    content = path.read_bytes()
    path.unlink()
    return content


LEAD = ["序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP"]


def wenjuanxing_rows(
    wave: int, *, day: str = "2026/3/2", seconds: int = 100, order: tuple[int, ...] = (0, 1, 2, 3, 4, 5)
) -> Rows:
    """An export of the toy questionnaire: question 1 is the child's code, questions 2 to 7 are the items."""
    titles = [f"{position + 2}、题目{'甲乙丙丁戊己'[item]}  " for position, item in enumerate(order)]
    header = [*LEAD, "1、编号", *titles]
    rows: Rows = [header]
    for n, name in enumerate(NAMES_OF_CHILDREN):
        given = answers(n, wave)
        lead = [str(n + 1), f"{day} 10:{n:02d}:00", f"{seconds}秒", "微信", "直接访问", f"10.0.0.{n}(湖北-黄冈)"]
        rows.append([*lead, name, *(given[item] for item in order)])
    return rows
