"""docs/coverage.md: every row of the source documents is in a report that exists, or left to people for a reason."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

import efficacy.report
from efficacy.codebooks import register_kinds

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| ([A-D][0-9-]+) \| (.+?) \| (.+) \|$", PAGE, flags=re.MULTILINE)
COUNTS = {"A": 11, "B": 9, "C": 6, "D1-": 1, "D2-": 21, "D3-": 13, "D4-": 5, "D5-": 5}


@cache
def block_ids() -> frozenset[str]:
    """Every text of the reports' code that could be a block's id, up to its first gap."""
    found = set()
    for path in Path(efficacy.report.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
            elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                found.add(str(node.values[0].value).rstrip("."))
    return frozenset(found)


def test_every_row_stands_once_and_in_order() -> None:
    expected = [f"{part}{number}" for part, count in COUNTS.items() for number in range(1, count + 1)]
    assert [row for row, _, _ in ROWS] == expected


@pytest.mark.parametrize(("row", "where"), [(row, where) for row, _, where in ROWS], ids=[row for row, _, _ in ROWS])
def test_it_is_in_a_report_or_left_to_people_for_a_reason(row: str, where: str) -> None:
    named = [name for name in re.findall(r"`([a-z_]+\.[a-z_.]+)`", where) if not name.endswith((".md", ".sav"))]
    missing = [name for name in named if name not in block_ids()]
    assert missing == [], row
    templates = re.findall(r"`efficacy template ([a-z_ ]+)`", where)
    assert all(kind in register_kinds() for names in templates for kind in names.split())
    if not named and not templates:
        assert re.search(r"left to people[^:]*: .{20}", where), row
