"""Exports of the survey site 问卷星, text version and code version."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd

from .table import Change, Place, RawTable, clean

_SUBMITTED, _DURATION, _ADDRESS = "提交答卷时间", "所用时间", "来自IP"
_DROPPED = (_SUBMITTED, _DURATION, "来源", "来源详情", _ADDRESS)
# after clean(): full-width colons and points are half-width. "1.5" begins a text, not a question
_QUESTION = re.compile(r"(\d{1,3}) ?(?:[、:]|\.(?!\d)) ?(.*)")
_MATRIX = re.compile(r"第 ?(\d{1,3}) ?题 ?\((.*)\)")
# code version, text version: skipped by the questionnaire's own logic, and left blank
_NO_ANSWER = {"-3": "skipped", "(跳过)": "skipped", "-2": "not_shown", "(空)": "not_shown"}
_SECONDS = re.compile(r"(?:(\d+) ?(?:小?时|h))? ?(?:(\d+) ?(?:分钟?|min|m))? ?(?:(\d+(?:\.\d+)?) ?(?:秒|s)?)?")


def as_wenjuanxing(table: RawTable) -> RawTable:
    """The table with its questions renamed Q1, Q2, ... (several columns of one question: Q5_1, Q5_2, ...).

    Address, source and times are dropped here; what stays of them is a duration in seconds, a running number for each
    address, and the middle of the submission times. Raises DataError where no column is a numbered question.
    """
    names, titles = _question_names(list(table.cells.columns))
    if not titles:
        raise Place(file=table.file, sheet=table.sheet).error("data.not_wenjuanxing")
    lead = [column for column in _DROPPED if column in table.cells.columns]
    kept = table.cells.drop(columns=lead).rename(columns=names)
    changes = [
        Change(file=table.file, rule="dropped_personal", n=int(table.cells[column].notna().sum()), column=column)
        for column in lead
    ]
    answers, missing = _without_codes(kept, list(titles), file=table.file)
    return replace(
        table,
        cells=answers,
        titles=titles,
        quality=_quality(table.cells),
        submitted=_middle_time(table.cells),
        changes=(*table.changes, *changes, *missing),
    )


def _question_names(columns: list[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Old name -> new name, and new name -> question text."""
    found: list[tuple[str, int, str, bool]] = []
    for column in columns:
        for pattern in (_QUESTION, _MATRIX):
            if match := pattern.fullmatch(column):
                found.append((column, int(match[1]), match[2], pattern is _MATRIX))
                break
    times = Counter(number for _, number, _, _ in found)
    running: Counter[int] = Counter()
    names: dict[str, str] = {}
    titles: dict[str, str] = {}
    for column, number, title, of_matrix in found:
        running[number] += 1
        several = of_matrix or times[number] > 1
        names[column] = f"Q{number}_{running[number]}" if several else f"Q{number}"
        titles[names[column]] = title
    return names, titles


def _without_codes(cells: pd.DataFrame, questions: list[str], *, file: str) -> tuple[pd.DataFrame, list[Change]]:
    """Cells with the export's own codes for "no answer" as missing."""
    cells = cells.copy()
    changes = []
    for column in questions:
        rules = cells[column].map(lambda text: _NO_ANSWER.get(clean(text)), na_action="ignore")
        for rule in ("skipped", "not_shown"):
            rows = cells.index[(rules == rule).to_numpy()]
            if len(rows):
                changes.append(Change(file=file, rule=rule, n=len(rows), column=column, row=int(rows[0])))
        cells.loc[rules.notna().to_numpy(), column] = np.nan
    return cells, changes


def _quality(cells: pd.DataFrame) -> pd.DataFrame:
    quality = pd.DataFrame(index=cells.index)
    if _DURATION in cells:
        quality["duration_seconds"] = cells[_DURATION].map(seconds, na_action="ignore").astype(float)
    if _ADDRESS in cells:
        quality["address"] = pd.factorize(cells[_ADDRESS])[0]  # -1: none recorded
    return quality


def seconds(text: str) -> float:
    """``123秒``, ``2分3秒`` or ``123`` as seconds; NaN where it is no duration."""
    match = _SECONDS.fullmatch(clean(text))
    if match is None or not any(match.groups()):
        return float("nan")
    hours, minutes, rest = (float(part or 0) for part in match.groups())
    return 3600 * hours + 60 * minutes + rest


def _middle_time(cells: pd.DataFrame) -> pd.Timestamp | None:
    if _SUBMITTED not in cells:
        return None
    texts = cells[_SUBMITTED].dropna().map(lambda text: clean(text).replace("/", "-"))
    times = pd.to_datetime(texts, errors="coerce", format="mixed", yearfirst=True).dropna().sort_values()
    return times.iloc[len(times) // 2] if len(times) else None
