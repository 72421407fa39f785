"""How blocks are set as HTML: symbols, escapes, tables that stand without a style sheet."""

from __future__ import annotations

import re
from typing import Any

import pytest

from efficacy.report.markup import block_html


def sentence(text: str) -> str:
    return re.sub(r"^<p[^>]*>|</p>$", "", block_html({"kind": "sentence", "tone": "plain", "text": text}))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("校正前p<0.05的有2次", "校正前<i>p</i>&lt;0.05的有2次"),
        ("没有一次p小于0.05", "没有一次<i>p</i>小于0.05"),
        ("t(21.83)=0.91", "<i>t</i>(21.83)=0.91"),
        ("M±SD", "<i>M</i>±<i>SD</i>"),
        ("d_z", "<i>d</i><sub>z</sub>"),
        ("retest r = .77", "retest <i>r</i>\u00a0=\u00a0.77"),
        ("its p counts", "its <i>p</i> counts"),
    ],
)
def test_statistical_symbols_are_in_italics(text: str, shown: str) -> None:
    assert sentence(text) == shown


@pytest.mark.parametrize(
    "text", ["A班与B组", "a paired test", "data/p/t.csv", "SDQ", "grade 5", "top score", "p.csv", "n_factors"]
)
def test_letters_of_words_names_and_paths_are_left_alone(text: str) -> None:
    assert sentence(text) == text


def test_everything_is_escaped() -> None:
    assert sentence('<b onclick="x">&') == '&lt;b onclick="x"&gt;&amp;'


def table(header: str, shown: str, note: str) -> dict[str, Any]:
    return {
        "kind": "table",
        "id": "t",
        "title": "",
        "columns": [{"role": "a", "header": header, "align": "left"}],
        "rows": [{"cells": [{"shown": shown}]}],
        "notes": [note],
    }


def test_a_short_text_stays_on_one_line_and_a_long_one_may_break() -> None:
    short, long = block_html(table("方面", "出处薄弱", "")), block_html(table("方面", "很长的文字" * 10, ""))
    assert short.count("white-space:nowrap") == 2
    assert long.count("white-space:nowrap") == 1


def test_notes_are_as_wide_as_their_table() -> None:
    html = block_html(table("a", "b", "注：说明"))
    assert "width:fit-content" in html
    assert "width:0;min-width:100%" in html[html.index("ef-notes") :]


def test_the_rung_reached_is_bold_and_what_is_not_reached_is_dashed() -> None:
    rungs = [{"label": state, "note": "", "state": state} for state in ("passed", "reached", "not_reached")]
    parts = block_html({"kind": "ladder", "title": "", "rungs": rungs}).split("<li")[1:]
    assert ["font-weight:700" in part for part in parts] == [False, True, False]
    assert ["dashed" in part for part in parts] == [False, False, True]
