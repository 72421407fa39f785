"""Write the registers of the single-case examples, the same bytes every time.

    python data/make_cases.py [FOLDER]

FOLDER: where the sites' folders go; without it, the folder of this script. What is true of them stands in
efficacy.simulation (CASE_L, THREE_GIRLS); here it only gets the shape in which social workers keep such records.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
from make_examples import write_csv, write_sheets
from make_registers import as_sheet

from efficacy.codebooks import register_kind
from efficacy.simulation import (
    CASE_L,
    THREE_GIRLS,
    CaseStudyTruth,
    simulate_marks,
    simulate_series,
    simulate_services,
    simulate_support,
)

OUTCOMES = {"homework_days": "独立完成作业天数", "confidence": "学习信心自评", "off_task": "走神分钟数"}
SUBJECTS = {"chinese": "语文", "maths": "数学", "english": "英语"}
EXAMS = {
    "midterm": ("初三上期中", date(2023, 11, 9)),
    "term_end": ("初三上期末", date(2024, 1, 18)),
    "mock": ("初三模拟考", date(2024, 4, 18)),
    "entrance": ("中考", date(2024, 6, 14)),
}
INTAKE = date(2023, 9, 12)
SUPPORT_DAYS = (INTAKE, date(2024, 1, 10), date(2024, 6, 20))
MODES = ("面谈", "面谈", "家访", "学业辅导", "电话网络联系", "转介联络")
THREE_BEGIN = date(2025, 3, 3)


def main(folder: Path) -> None:
    """Write every register below folder."""
    for name, make in (("case_l", make_case_l), ("three_girls", make_three_girls)):
        target = folder / name
        target.mkdir(parents=True, exist_ok=True)
        make(target)


def make_case_l(folder: Path) -> None:
    """One workbook, a sheet for each register, under the headings of the templates."""
    sheets = {
        "series": _series(CASE_L, ["L"], INTAKE, days=16),
        "support": _support(),
        "service_log": _service_log(),
        "goals": _goals(),
        "cohort_marks": _marks(),
    }
    write_sheets(
        folder / "records.xlsx", {register_kind(kind).title.zh: as_sheet(kind, frame) for kind, frame in sheets.items()}
    )


def make_three_girls(folder: Path) -> None:
    """The weekly record of three girls, as a spreadsheet program saves it."""
    header, rows = as_sheet("series", _series(THREE_GIRLS, ["G1", "G2", "G3"], THREE_BEGIN, days=7))
    write_csv(folder / "series.csv", header, rows, encoding="utf-8-sig")


def _series(truth: CaseStudyTruth, ids: Sequence[str], first: date, *, days: int) -> pd.DataFrame:
    series = simulate_series(truth)
    return series.assign(
        participant_id=[ids[case] for case in series["case"]],
        outcome=series["outcome"].map(OUTCOMES),
        day=[first + timedelta(days=days * point) for point in series["point"]],
    )


def _support() -> pd.DataFrame:
    support = simulate_support(CASE_L).sort_values("time", kind="stable", ignore_index=True)
    return support.assign(participant_id="L", day=[SUPPORT_DAYS[time] for time in support["time"]], rater="child")


def _service_log() -> pd.DataFrame:
    begin = INTAKE + timedelta(days=6)
    log = simulate_services(CASE_L, n_days=(date(2024, 6, 7) - begin).days)
    return log.assign(
        participant_id="L",
        day=[begin + timedelta(days=day) for day in log["day"]],
        mode=[MODES[row % len(MODES)] for row in range(len(log))],
        worker=["社工甲" if row % 5 else "社工乙" for row in range(len(log))],
        remark=["(此列内容不会离开文件)" if row % 3 == 0 else None for row in range(len(log))],
    )


def _goals() -> pd.DataFrame:
    """Five goals with the level reached, made up; their levels were written down on the first day."""
    rows = [
        ("情绪困扰时有人可说", "emotional", 2, -1, 1, "worker"),
        ("有固定的学业辅导", "substantive", 2, -2, 0, "independent"),
        ("了解升学的路和要求", "informational", 1, -2, 1, "independent"),
        ("常得到肯定和反馈", "evaluation", 1, -1, 0, "worker"),
        ("考上普通高中", "study", 3, -1, 0, "independent"),
    ]
    goals = pd.DataFrame(rows, columns=["goal", "dimension", "weight", "level_before", "level_after", "rater"])
    return goals.assign(participant_id="L", set_on=date(2023, 9, 20), levels_written="是", rated_on=date(2024, 7, 5))


def _marks() -> pd.DataFrame:
    marks = simulate_marks(CASE_L)
    return marks.assign(
        participant_id="L",
        day=[EXAMS[exam][1] for exam in marks["exam"]],
        exam=[EXAMS[exam][0] for exam in marks["exam"]],
        subject=marks["subject"].map(SUBJECTS),
        full_mark=CASE_L.full_mark,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
