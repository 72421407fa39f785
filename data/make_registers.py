"""Write the registers of the example sites that rest on registers alone, the same bytes every time.

    python data/make_registers.py [FOLDER]

FOLDER: where the sites' folders go; without it, the folder of this script. What is true of them stands in
efficacy.simulation; here it only gets the shape in which a school keeps such files.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from make_examples import write_csv, write_sheets

from efficacy.codebooks import register_kind
from efficacy.simulation import CASEWORK, SIZHOUTOU, SimulatedSchool, simulate_casework, simulate_school

Sheet = tuple[Sequence[str], Iterable[Sequence[Any]]]

GRADES = {"g1": "初一", "g2": "初二", "g3": "初三"}
SUBJECTS = {"chinese": "语文", "maths": "数学", "english": "英语", "science": "科学", "total": "total"}
N_SCHOOLS = 17
CASEWORK_BOOKS = {
    "cases": ("case_files", "case_stages", "case_findings", "groups", "group_members", "group_meetings"),
    "pairs": ("pairs", "pair_contacts", "gifts", "outcomes"),
}


def main(folder: Path) -> None:
    """Write every register below folder."""
    for name, make in (("sizhoutou", make_sizhoutou), ("casework", make_casework)):
        target = folder / name
        target.mkdir(parents=True, exist_ok=True)
        make(target)


def make_sizhoutou(folder: Path) -> None:
    """Marks and help as the school's old program exports them, the other registers as sheets of a workbook."""
    school = simulate_school(SIZHOUTOU)
    logs = {"exam_marks": school.marks, "teacher_help": school.teacher_help, "pupil_help": school.pupil_help}
    for kind, frame in logs.items():
        header, rows = as_sheet(kind, _in_chinese(frame.drop(columns="full_mark", errors="ignore")))
        write_csv(folder / f"{kind}.csv", header, rows, encoding="gb18030")
    sheets = {
        "county_cuts": _with_ranks(school),
        "list_changes": _list_changes(school),
        "family_situations": school.families,
        "cause_forms": school.causes,
        "duties": school.duties,
        "indicators": _indicators(),
        "activities": _activities(),
    }
    write_sheets(
        folder / "registers.xlsx",
        {register_kind(kind).title.zh: as_sheet(kind, _in_chinese(frame)) for kind, frame in sheets.items()},
    )


def make_casework(folder: Path) -> None:
    """Short registers as sheets of two workbooks, long ones as the CSV a program exports."""
    registers = simulate_casework(CASEWORK).registers
    for book, kinds in CASEWORK_BOOKS.items():
        sheets = {register_kind(kind).title.zh: as_sheet(kind, _numbered(registers[kind])) for kind in kinds}
        write_sheets(folder / f"{book}.xlsx", sheets)
    in_books = {kind for kinds in CASEWORK_BOOKS.values() for kind in kinds}
    for kind, frame in registers.items():
        if kind not in in_books:
            header, rows = as_sheet(kind, _numbered(frame))
            write_csv(folder / f"{kind}.csv", header, rows, encoding="utf-8-sig")


def _numbered(frame: pd.DataFrame) -> pd.DataFrame:
    if "participant_id" not in frame:
        return frame
    return frame.assign(participant_id=[f"X{10_000 + number}" for number in frame["participant_id"]])


def _with_ranks(school: SimulatedSchool) -> pd.DataFrame:
    """The county's figures with the school's rank: made up as 2 + 30 x its bottom share, which makes 12 % the sixth."""
    marks = school.marks
    totals = marks.groupby(["participant_id", "term", "grade"])["score"].sum(min_count=len(SIZHOUTOU.subjects))
    everything = pd.concat([marks, totals.reset_index().assign(subject="total")])
    place = ["term", "grade", "subject"]
    held = everything.merge(school.cuts[[*place, "cut"]], on=place).dropna(subset="score")
    share = held["score"].lt(held["cut"]).groupby([held[name] for name in place]).mean()
    ranks = (2 + 30 * share).round().clip(1, N_SCHOOLS).astype(int).rename("rank")
    return school.cuts.merge(ranks, left_on=place, right_index=True).assign(n_schools=N_SCHOOLS)


def _list_changes(school: SimulatedSchool) -> pd.DataFrame:
    """Three pupils below one subject's cut but well above the total's are taken off the list of that subject."""
    marks = school.marks[school.marks["term"] == list(SIZHOUTOU.exam_days)[-1]]
    held = marks.merge(school.cuts, on=["term", "grade", "subject"])
    totals = held.groupby("participant_id")["score"].transform("sum")
    chosen = held[(held["score"] < held["cut"]) & (totals > 250)].sort_values("participant_id").head(3)
    rows = chosen[["participant_id", "term", "subject"]].assign(identified="否", decided_by="班主任1")
    return rows.assign(grounds=None)


def _indicators() -> pd.DataFrame:
    rows = [
        ("家长会到会", "2012-1", 68, 175),
        ("家长会到会", "2014-2", 167, 173),
        ("违纪人次", "2012-1", 41, None),
        ("违纪人次", "2014-2", 17, None),
        ("教师发表论文", "2014-2", 11, None),
    ]
    return pd.DataFrame(rows, columns=["indicator", "period", "count", "n"])


def _activities() -> pd.DataFrame:
    rows = [
        ("2015-03-12", "expert_lecture", 41),
        ("2015-03-27", "grade_seminar", 14),
        ("2015-04-10", "bureau_visit", 22),
        ("2015-04-24", "grade_seminar", 13),
        ("2015-05-08", "mentoring", 18),
        ("2015-05-22", "grade_seminar", 14),
    ]
    return pd.DataFrame(rows, columns=["day", "activity", "n_staff"])


def _in_chinese(frame: pd.DataFrame) -> pd.DataFrame:
    """Entries as the school writes them."""
    result = frame.copy()
    if "participant_id" in result:
        result["participant_id"] = [f"SZ{1000 + number}" for number in result["participant_id"]]
    if "grade" in result:
        result["grade"] = result["grade"].map(GRADES)
    for name in ("class", "unit"):
        if name in result:
            result[name] = [f"{GRADES[text[:2]]}{text[2:]}{'班' if text[2:] else ''}" for text in result[name]]
    if "subject" in result:
        result["subject"] = result["subject"].map(SUBJECTS)
    if "score" in result:
        result["score"] = ["缺考" if pd.isna(score) else int(score) for score in result["score"]]
    return result


def as_sheet(kind: str, frame: pd.DataFrame) -> Sheet:
    """A register under the Chinese headings of its codebook, codes by their Chinese labels."""
    columns = [column for column in register_kind(kind).columns if column.name in frame]
    labels: dict[str, Mapping[str, str]] = {
        column.name: {code.value: code.label.zh for code in column.codes} for column in columns if column.codes
    }
    rows = [
        [_cell(labels.get(column.name, {}).get(value, value)) for column, value in zip(columns, row, strict=True)]
        for row in frame[[column.name for column in columns]].itertuples(index=False, name=None)
    ]
    return [column.label.zh for column in columns], rows


def _cell(value: Any) -> Any:
    """Days as text and whole numbers without a decimal point, as people write them; nothing for a missing value."""
    if value is None or value != value:
        return None
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value.item() if hasattr(value, "item") else value


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
