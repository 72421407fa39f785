"""A finding as a sentence: where it is, what is wrong and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from ..documents import Language
from ..errors import Finding
from .messages import has_message, template

LONGEST_VALUE = 80
_NAMESPACE = "findings"
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_KEYED_FILES = {".yml", ".yaml"}


def finding_sentence(finding: Finding, language: Language) -> str:
    """``FILE[!SHEET] row R, column C: what is wrong. Fix: what to do.``, with whatever of the place is known."""
    place = _place(finding, language)
    text = template(finding_key(finding), language).format_map(_Filled(finding, language))
    return _template("place.sentence", language).format(place=place, text=text) if place else text


def finding_key(finding: Finding) -> str:
    """The message of a finding: a special one for its key, or for a nearest name that is lacking, else the code's."""
    special = []
    if isinstance(finding.values.get("key"), str):
        special.append(f"{_NAMESPACE}.{finding.code}.{finding.values['key']}")
    if finding.values.get("nearest") is None:
        special.append(f"{_NAMESPACE}.{finding.code}.without_nearest")
    for key in (*special, f"{_NAMESPACE}.{finding.code}"):
        if has_message(key):
            return key
    family = f"{_NAMESPACE}.{finding.code.partition('.')[0]}.other"
    return family if has_message(family) else f"{_NAMESPACE}.other"


def _place(finding: Finding, language: Language) -> str:
    """File, sheet, row and column as far as they are known; in a parameter file, line and key."""
    kind = "key" if finding.file and PurePosixPath(finding.file.split(" ")[0]).suffix in _KEYED_FILES else "column"
    parts = []
    if finding.row is not None:
        parts.append(_template("place.line" if kind == "key" else "place.row", language).format(row=finding.row))
    if finding.column:
        parts.append(_template(f"place.{kind}", language).format(name=shown(finding.column, language)))
    within = _template("place.between", language).join(parts)
    file = shown(finding.file, language) if finding.file else ""
    if finding.sheet:
        file += f"!{shown(finding.sheet, language)}"
    return " ".join(part for part in (file, within) if part)


def shown(value: Any, language: Language) -> str:
    """A value as a message shows it: one line, no control characters (a header may hold any), not endless."""
    if isinstance(value, (list, tuple, set, frozenset)):
        ordered = sorted(value, key=str) if isinstance(value, (set, frozenset)) else value
        return _template("place.and", language).join(shown(part, language) for part in ordered)
    text = f"{value:g}" if isinstance(value, float) else str(value)
    text = _UNSEEN.sub(" ", text)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def _template(key: str, language: Language) -> str:
    return template(f"{_NAMESPACE}.{key}", language)


class _Filled(Mapping[str, str]):
    """The values of a finding as text; one that a finding did not bring is shown as "?", never an error."""

    def __init__(self, finding: Finding, language: Language) -> None:
        values = {"code": finding.code, **finding.values}
        self._values = {name: shown(value, language) for name, value in values.items()}
        if language == "zh" and "expected" in self._values:  # pydantic lists choices in English
            self._values["expected"] = self._values["expected"].replace(" or ", " 或 ")

    def __getitem__(self, name: str) -> str:
        return self._values.get(name, "?")

    def __iter__(self) -> Any:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)
