"""A finding as a sentence: where it is, what is wrong and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..documents import Language
from ..errors import Finding
from .messages import has_message, template

LONGEST_VALUE = 80
LONGEST_TITLE = 12
_NAMESPACE = "findings"
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_WORDED = frozenset({"expected", "unit"})
_KEYED = ("parameters.", "document.")  # families about YAML files, which have lines and keys
_ITEM_NUMBERS = "reverse"  # the one key whose entries are numbers themselves


def finding_sentence(finding: Finding, language: Language) -> str:
    """``FILE[!SHEET] row R, column C: what is wrong. Fix: what to do.``, with whatever of the place is known."""
    place = _place(finding, language)
    filled = _Filled(finding, language)
    text = template(finding_key(finding), language).format_map(filled)
    said = ("" if language == "zh" else " ").join([text, *(t.format_map(filled) for t in _also(finding, language))])
    return _template("place.sentence", language).format(place=place, text=said) if place else said


def finding_key(finding: Finding) -> str:
    """The message of a finding: a special one for its key, else the code's, else the one of its family."""
    family = finding.code.partition(".")[0]
    special = f"{finding.code}.{finding.values.get('key')}"
    for key in (special, finding.code, f"{family}.other"):
        if has_message(f"{_NAMESPACE}.{key}"):
            return f"{_NAMESPACE}.{key}"
    return f"{_NAMESPACE}.other"


_ALSO = ("columns", "labels", "n_unlisted", "whole_column")


def _also(finding: Finding, language: Language) -> Iterator[str]:
    """Sentences about what only some findings know: the nearest name, columns, frequent labels, further rows."""
    values = finding.values
    nearest = values.get("nearest")
    if nearest is not None and not (finding.code == "parameters.literal_error" and len(str(nearest)) < 3):
        yield _template("also.nearest", language)
    yield from (_template(f"also.{name}", language) for name in _ALSO if values.get(name))
    if len(rows := values.get("rows", ())) > 1:
        yield _template("also.rows" if len(rows) == values.get("n") else "also.more_rows", language)


def _place(finding: Finding, language: Language) -> str:
    """File, sheet, row and column as far as they are known; in a parameter file, line and key."""
    kind = "key" if finding.code.startswith(_KEYED) else "column"
    parts = []
    if finding.row is not None:
        parts.append(_template("place.line" if kind == "key" else "place.row", language).format(row=finding.row))
    if finding.column:
        name = shown(finding.column, language)
        said = _template(f"place.{kind}", language).format(name=_key(name, language) if kind == "key" else name)
        parts.append(_titled(said, finding, language))
    within = _template("place.between", language).join(parts)
    file = shown(finding.file, language) if finding.file else ""
    if finding.sheet:
        file += f"!{shown(finding.sheet, language)}"
    return " ".join(part for part in (file, within) if part)


def _key(name: str, language: Language) -> str:
    """A dotted key with the places in lists counted from 1, as people count."""
    said, before = "", ""
    for part in name.split("."):
        if before and part.isdecimal() and before != _ITEM_NUMBERS:
            said = _template("place.entry", language).format(key=said, number=int(part) + 1)
        else:
            said += f".{part}" if before else part
        before = part
    return said


def _titled(column: str, finding: Finding, language: Language) -> str:
    """With the beginning of the question's text: the file shows it where the parameters say Q3."""
    title = shown(finding.values.get("title") or "", language)
    if not title:
        return column
    begun = title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1] + "…"
    return _template("place.title", language).format(column=column, title=begun)


def shown(value: Any, language: Language) -> str:
    """A value as a message shows it: one line, no control characters (a header may hold any), not endless."""
    if isinstance(value, (list, tuple)):
        return _template("place.and", language).join(shown(part, language) for part in value)
    text = f"{value:g}" if isinstance(value, float) else str(value)
    text = _UNSEEN.sub(" ", text)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def _template(key: str, language: Language) -> str:
    return template(f"{_NAMESPACE}.{key}", language)


class _Filled(Mapping[str, str]):
    """The values of a finding as text; one that a finding did not bring is shown as "?", never an error."""

    def __init__(self, finding: Finding, language: Language) -> None:
        values = {"code": finding.code, **finding.values}
        for name in _WORDED & values.keys():
            values[name] = _in_words(values[name], language)
        self._values = {name: shown(value, language) for name, value in values.items()}

    def __getitem__(self, name: str) -> str:
        return self._values.get(name, "?")

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def _in_words(value: Any, language: Language) -> Any:
    """What pydantic and the readers name in English: kinds of values, units, and choices joined by "or"."""
    if isinstance(value, (list, tuple)):
        return [_in_words(part, language) for part in value]
    if not isinstance(value, str):
        return value
    if has_message(f"{_NAMESPACE}.word.{value}"):
        return _template(f"word.{value}", language)
    return value.replace(" or ", " 或 ") if language == "zh" else value
