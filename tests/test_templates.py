"""Templates of registers: what the command writes, filled in, is read back as it was filled in."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from efficacy.cli import main
from efficacy.codebooks import RegisterColumn, RegisterKind, register_kinds
from efficacy.documents import LANGUAGES, Language, load_document
from efficacy.errors import MachineError
from efficacy.params import RegisterFile
from efficacy.project import Project
from efficacy.runs.templates import write_template
from efficacy.study.audit import Audit
from efficacy.study.registers import everybody, open_registers, read_registers

N_ROWS = 3
KINDS = list(register_kinds().values())


class Site:
    """As much of a site as reading registers asks for."""

    def __init__(self, kind: str) -> None:
        self.registers = {kind: RegisterFile(file="data/filled.xlsx")}


def entry(column: RegisterColumn, row: int, language: Language) -> tuple[Any, Any]:
    """What a person fills in, and what a frame then holds; a later row never goes back."""
    if column.type == "code":
        code = column.codes[min(row, len(column.codes) - 1)]
        return code.label.in_language(language), code.value
    if column.type == "date":
        return datetime.date(2025, 9, 1 + row), f"2025-09-{1 + row:02d}"
    if column.type == "yes_no":
        return {"zh": "是否", "en": ("yes", "no")}[language][row % 2], row % 2 == 0
    if column.type in ("integer", "number"):
        low = 1 if column.minimum is None else max(column.minimum, 1)
        return int(low), float(int(low))
    if column.type == "text":
        return "一些文字", True
    word = f"{column.name[:3]}{row:03d}"
    return word, word


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
def test_what_is_filled_in_is_read_back(tmp_path: Path, kind: RegisterKind, language: Language) -> None:
    (tmp_path / "data").mkdir()
    path = tmp_path / "data" / "filled.xlsx"
    write_template(path, [kind.kind], language=language)
    book = openpyxl.load_workbook(path)
    sheet = book[kind.title.in_language(language)]
    assert [cell.value for cell in sheet[1]] == [column.label.in_language(language) for column in kind.columns]
    entries = [[entry(column, row, language) for column in kind.columns] for row in range(N_ROWS)]
    for row in entries:
        sheet.append([filled for filled, _ in row])
    book.save(path)
    audit = Audit(minimum_cell=5)
    site: Any = Site(kind.kind)
    opened = open_registers(site, Project(tmp_path), audit)
    frame = read_registers(site, opened, everybody(opened, audit), audit)[kind.kind]
    assert [finding.code for finding in audit.errors if finding.code != "data.not_on_register"] == []
    for position, column in enumerate(kind.columns):
        expected = [row[position][1] for row in entries]
        if column.type in ("person", "staff"):
            assert frame[column.name].nunique() == len(set(expected)) and frame[column.name].notna().all()
        elif column.type == "date":
            assert list(frame[column.name].dt.strftime("%Y-%m-%d")) == expected
        else:
            assert list(frame[column.name]) == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_choice_is_a_drop_down_list(tmp_path: Path, language: Language) -> None:
    path = tmp_path / "all.xlsx"
    write_template(path, [kind.kind for kind in KINDS], language=language)
    book = openpyxl.load_workbook(path)
    assert book["lists"].sheet_state == "hidden"
    for kind in KINDS:
        sheet = book[kind.title.in_language(language)]
        rules = {str(rule.sqref).split(":")[0]: rule for rule in sheet.data_validations.dataValidation}
        for position, column in enumerate(kind.columns):
            rule = rules.get(f"{openpyxl.utils.get_column_letter(position + 1)}2")
            if column.type != "code":
                continue
            assert rule is not None and rule.type == "list"
            start, end = rule.formula1.removeprefix("lists!").replace("$", "").split(":")
            words = [cell.value for (cell,) in book["lists"][f"{start}:{end}"]]
            assert words == [code.label.in_language(language) for code in column.codes]


def test_the_command_writes_once_and_names_what_it_does_not_know(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "forms" / "mine.xlsx"
    with pytest.raises(SystemExit) as left:
        main(["template", "series", "goals", "--to", str(target), "--language", "en"])
    assert left.value.code == 0 and "mine.xlsx" in capsys.readouterr().out
    assert openpyxl.load_workbook(target).sheetnames == [
        "Repeated measures",
        "Goal attainment",
        "How to fill in",
        "lists",
    ]
    before = target.read_bytes()
    for arguments, word in (
        (["series", "--to", str(target)], "mine.xlsx"),
        (["serie", "--to", str(tmp_path / "x.xlsx")], "series"),
        (["series", "--to", str(tmp_path / "x.doc")], ".xlsx"),
    ):
        with pytest.raises(SystemExit) as left:
            main(["template", *arguments, "--language", "en"])
        assert left.value.code == 2 and word in capsys.readouterr().err
    assert target.read_bytes() == before and not (tmp_path / "x.doc").exists()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(MachineError):
        write_template(tmp_path / "file" / "x.xlsx", ["series"], language="zh")


def test_words_of_the_guide_are_all_there() -> None:
    messages = Path(__file__).parents[1] / "src" / "efficacy" / "report" / "messages" / "runs.yml"
    said = load_document(messages, name="runs.yml").content
    types = {column.type for kind in KINDS for column in kind.columns}
    assert {f"template_type_{type}" for type in types} <= set(said)
