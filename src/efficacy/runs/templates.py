"""``efficacy template``: an empty workbook for registers, with drop-down lists, which is read back as it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from ..codebooks import RegisterColumn, RegisterKind, register_kinds
from ..documents import Language, nearest_name
from ..errors import Finding, UsageError
from ..report.messages import template
from .files import machine_error

ROWS = 2000
_LISTS = "lists"  # hidden; reading takes visible sheets only
_ENDING = ".xlsx"
_FORMATS = {"person": "@", "staff": "@", "category": "@", "date": "yyyy-mm-dd"}  # text: 001 must not become 1


def write_template(path: Path, kinds: Sequence[str], *, language: Language) -> None:
    """A workbook with one sheet for each kind of register, and a sheet that explains their columns.

    path: of the file to be written; it must not exist. kinds: in the order of the sheets. Raises UsageError for a kind
    no codebook knows, another ending or a file that is there; MachineError where it cannot be written.
    """
    known = register_kinds()
    for kind in kinds:
        if kind not in known:
            values = {"name": kind, "nearest": nearest_name(kind, known), "allowed": list(known)}
            raise UsageError(Finding("usage.unknown_register", values=values))
    if path.suffix.lower() != _ENDING:
        raise UsageError(Finding("usage.template_ending", values={"name": path.name}))
    book = _book([known[kind] for kind in dict.fromkeys(kinds)], language)
    if path.exists():
        raise UsageError(Finding("usage.file_exists", values={"name": path.name}))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        book.save(path)
    except OSError as error:
        raise machine_error(error, path) from None


def _book(kinds: Sequence[RegisterKind], language: Language) -> Workbook:
    book = Workbook()
    book.remove(book.active)
    sheets = [book.create_sheet(_sheet_name(kind, language)) for kind in kinds]
    guide = book.create_sheet(template("runs.template_guide", language))
    lists = book.create_sheet(_LISTS)
    lists.sheet_state = "hidden"
    _explain(guide, kinds, language)
    for sheet, kind in zip(sheets, kinds, strict=True):
        _fill(sheet, kind, lists, language)
    return book


def _sheet_name(kind: RegisterKind, language: Language) -> str:
    return kind.title.in_language(language)


def _fill(sheet: Worksheet, kind: RegisterKind, lists: Worksheet, language: Language) -> None:
    """Headings, and below each what may be entered."""
    for position, column in enumerate(kind.columns, start=1):
        letter = get_column_letter(position)
        heading = sheet.cell(row=1, column=position, value=column.label.in_language(language))
        heading.font = Font(bold=column.required)
        heading.fill = PatternFill("solid", fgColor="FFE3EFEE" if column.required else "FFF3F5F7")
        below = f"{letter}2:{letter}{ROWS}"
        sheet.column_dimensions[letter].width = 16
        sheet.column_dimensions[letter].number_format = _FORMATS.get(column.type, "General")
        if rule := _rule(column, lists, language):
            rule.error = template("runs.template_error", language)
            rule.showErrorMessage = True
            sheet.add_data_validation(rule)
            rule.add(below)
    sheet.freeze_panes = "A2"


def _rule(column: RegisterColumn, lists: Worksheet, language: Language) -> DataValidation | None:
    blank = not column.required
    if column.type == "code":
        return _choice([code.label.in_language(language) for code in column.codes], lists, blank=blank)
    if column.type == "yes_no":
        words = [template(f"runs.template_{word}", language) for word in ("yes", "no")]
        return _choice(words, lists, blank=blank)
    if column.type == "date":
        return DataValidation(type="date", operator="greaterThan", formula1="18264", allow_blank=blank)  # 1950
    if column.type in ("integer", "number") and column.minimum is not None and column.maximum is not None:
        kind = "whole" if column.type == "integer" else "decimal"
        low, high = f"{column.minimum:g}", f"{column.maximum:g}"
        return DataValidation(type=kind, operator="between", formula1=low, formula2=high, allow_blank=blank)
    return None


def _choice(words: Sequence[str], lists: Worksheet, *, blank: bool) -> DataValidation:
    """A drop-down list; its words stand on the hidden sheet, since Excel cuts longer lists in the rule itself."""
    position = lists.max_column + 1 if lists["A1"].value is not None else 1
    for row, word in enumerate(words, start=1):
        lists.cell(row=row, column=position, value=word)
    letter = get_column_letter(position)
    return DataValidation(type="list", formula1=f"{_LISTS}!${letter}$1:${letter}${len(words)}", allow_blank=blank)


def _explain(guide: Worksheet, kinds: Sequence[RegisterKind], language: Language) -> None:
    """What a row is, and each column with what may stand in it."""
    heads = ("register", "column", "needed", "content")
    guide.append([template(f"runs.template_{head}", language) for head in heads])
    for kind in kinds:
        row = template("runs.template_row", language).format(row=kind.row.in_language(language))
        guide.append([_sheet_name(kind, language), "", "", row])
        for column in kind.columns:
            needed = template("runs.template_yes" if column.required else "runs.template_no", language)
            guide.append(["", column.label.in_language(language), needed, _content(column, language)])
    for cell in guide[1]:
        cell.font = Font(bold=True)
    for letter, width in zip("ABCD", (22, 22, 10, 70), strict=True):
        guide.column_dimensions[letter].width = width
    for (cell,) in guide.iter_rows(min_col=4, max_col=4):
        cell.alignment = Alignment(wrap_text=True, vertical="top")


def _content(column: RegisterColumn, language: Language) -> str:
    between = template("runs.read_between", language)
    parts = [template(f"runs.template_type_{column.type}", language)]
    if column.codes:
        parts.append(between.join(code.label.in_language(language) for code in column.codes))
    if column.minimum is not None and column.maximum is not None:
        limits = {"minimum": f"{column.minimum:g}", "maximum": f"{column.maximum:g}"}
        parts.append(template("runs.template_limits", language).format(**limits))
    if column.empty:
        parts.append(template("runs.template_empty", language).format(words=between.join(column.empty)))
    if column.note:
        parts.append(column.note.in_language(language))
    return template("runs.template_stop", language).join(parts)
