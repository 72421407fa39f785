"""The codebooks as a page for people: what ``docs/registers.md`` holds."""

from __future__ import annotations

from collections.abc import Iterator

from .library import codebooks
from .model import RegisterColumn, RegisterKind

_OPENING = """\
# Registers: the codebook of every kind

Made from `src/efficacy/codebooks/library/`; do not edit (a test says how to write it again). A site declares a register
in its parameter file:

    registers:
      KIND: {file: data/SITE/FILE.xlsx, sheet: SHEET, columns: {NAME: HEADING IN THE FILE}}

`sheet` may be left out where the sheet bears the register's title, or is the only one; `columns` need only name
headings that are neither a column's name below nor one of its two headings. `efficacy template KIND...` writes a
workbook with these headings and drop-down lists, which is read without any `columns`. A register in several files is a
list of such entries; `constants: {NAME: ENTRY}` fills a column that a file lacks, `limits: {NAME: [LOW, HIGH]}` narrows
a column of numbers to what the site's form allows. A class list (成绩单) has a column for each subject, a
sheet for each class and titles above its headings:

    registers:
      exam_marks:
        file: data/SITE/CLASSES.xlsx
        sheets: ["701", "702"]
        sheet_as: class
        header_row: 3
        across: {value: score, entry: subject, headings: {语文: 语文, 数学: 数学}}
        constants: {term: 2014-1, grade: 初一, full_mark: 120}

Types: *person*, number of a child (becomes a pseudonym); *staff*, number or name of an adult (becomes s01, s02, ...);
*category*, a short word of the site's own, never a name; *text*, free text, of which nothing is kept but whether
something was written. A column that is not required may be left out, and its cells may be empty.
"""


def codebook_page() -> str:
    """The page, in Markdown."""
    parts = [_OPENING]
    for codebook in codebooks():
        parts.append(f"## {codebook.title.en} ({codebook.title.zh})\n")
        parts.extend("\n".join(_kind(kind)) + "\n" for kind in codebook.kinds)
    return "\n".join(parts)


def _kind(kind: RegisterKind) -> Iterator[str]:
    yield f"### `{kind.kind}`: {kind.title.en} ({kind.title.zh})\n"
    yield f"One row: {kind.row.en}.\n"
    yield "| name | headings | type | required | allowed, notes |"
    yield "|---|---|---|---|---|"
    for column in kind.columns:
        required = "yes" if column.required else "no"
        headings = f"{column.label.zh} / {column.label.en}"
        yield f"| `{column.name}` | {headings} | {column.type} | {required} | {_allowed(column)} |"
    rules = [f"`{'`, `'.join(key)}` together stand once" for key in kind.keys]
    rules += [f"`{first}` is never after or above `{second}`" for first, second in kind.ordered]
    rules += [f"`{rule.column}` never goes back along `{rule.along}`" for rule in kind.rising]
    if rules:
        yield f"\nRules: {'; '.join(rules)}."


def _allowed(column: RegisterColumn) -> str:
    parts = [f"`{code.value}` {code.label.zh} / {code.label.en}" for code in column.codes]
    limits = [
        f"{word} {limit:g}" for word, limit in (("from", column.minimum), ("to", column.maximum)) if limit is not None
    ]
    if limits:
        parts.append(" ".join(limits))
    if column.empty:
        parts.append(f"no value: {', '.join(column.empty)}")
    if column.refers_to:
        parts.append(f"must stand in `{column.refers_to}` where there is one")
    if column.note:
        parts.append(column.note.en)
    return "; ".join(parts)
