"""What efficacy check says of the files it read: every column, and no small group."""

from __future__ import annotations

from pathlib import Path

import pytest
from building import Toy

from efficacy.documents import Language
from efficacy.runs.reading import reading_lines
from efficacy.study import load_study


def lines(toy: Toy, language: Language) -> list[str]:
    return list(reading_lines(load_study("village", project=toy.write()), language))


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            [
                "data/pre.csv: children are told apart by 编号",
                "  pre: 6 items of toy, T1 to T6",
                "  sex: 性别",
                "  age: 年龄",
                "  arms: 组别",
                "data/post.csv: children are told apart by 编号",
                "  post: 6 items of toy, T1 to T6",
                "arm group: 6 children",
                "arm others: 6 children",
            ],
        ),
        (
            "zh",
            [
                "data/pre.csv：以 编号 区分儿童",
                "  pre：toy 共 6 题，T1 至 T6",
                "  性别：性别",
                "  年龄：年龄",
                "  arms：组别",
                "data/post.csv：以 编号 区分儿童",
                "  post：toy 共 6 题，T1 至 T6",
                "组别 小组：6 名",
                "组别 其他：6 名",
            ],
        ),
    ],
)
def test_every_column_has_its_line(tmp_path: Path, language: Language, expected: list[str]) -> None:
    assert sorted(lines(Toy(tmp_path), language)) == sorted(expected)


def test_columns_that_nothing_uses_are_listed(tmp_path: Path) -> None:
    toy = Toy(tmp_path)
    toy.tables["pre.csv"] = [[*row, *(f"{n}" for n in range(14))] for row in toy.tables["pre.csv"]]
    toy.tables["pre.csv"][0][-14:] = [f"N{n}" for n in range(14)]
    toy.tables["post.csv"] = [[*row, "x"] for row in toy.tables["post.csv"]]
    toy.tables["post.csv"][0][-1] = "备注"
    said = lines(toy, "en")
    assert "  columns not used, 14 in all: " + ", ".join(f"N{n}" for n in range(12)) + ", ..." in said
    assert "  columns not used: 备注" in said


def test_small_groups_are_not_counted(tmp_path: Path) -> None:
    toy = Toy(tmp_path)
    toy.site["minimum_cell"] = 7
    assert {"arm group: fewer than 7 children", "arm others: fewer than 7 children"} <= set(lines(toy, "en"))


def test_no_child_is_named(tmp_path: Path) -> None:
    assert "kid" not in "".join(lines(Toy(tmp_path), "zh"))
