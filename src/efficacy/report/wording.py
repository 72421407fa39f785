"""From keys and values to text in the report's language."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..documents import Language, Text
from ..results import Reason, Result
from .messages import has_message, template
from .numbers import Interval, Number, PlusMinus, TableStyle, describe_number


@dataclass(frozen=True)
class Message:
    """A sentence or label by key, with what fills it."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)


Words = Message | Text | str
"""What can be said: a message, a label from the parameters or an instrument, or a technical term as it is."""


def say(key: str, /, **values: Any) -> Message:
    """A message; its values may be numbers with a role, labels, other messages, or lists of these."""
    return Message(key, values)


@dataclass(frozen=True)
class Wording:
    """How this report speaks: its language, its number style, and which variant of a sentence it says where there is
    one: of ``intervention.reached`` the variant "decrease" is ``intervention_decrease.reached``."""

    language: Language
    style: TableStyle = "chinese"
    variant: str = ""

    def text(self, words: Any) -> str:
        """Anything sayable as plain text. A bare float is refused: a number without a role has no decimals."""
        if isinstance(words, Message):
            filled = {name: self.text(value) for name, value in words.values.items()}
            return template(self._said(words.key), self.language).format(**filled)
        if isinstance(words, Text):
            return words.in_language(self.language)
        if isinstance(words, (Number, Interval, PlusMinus)):
            return str(describe_number(words, self.style)["shown"])
        if isinstance(words, str):
            return words
        if isinstance(words, int) and not isinstance(words, bool):
            return str(words)
        if isinstance(words, Sequence):
            return ("、" if self.language == "zh" else ", ").join(self.text(part) for part in words)
        raise TypeError(f"cannot say a {type(words).__name__}: give it a role")

    def _said(self, key: str) -> str:
        """The key in this report's variant, if it has one."""
        name, _, rest = key.partition(".")
        own = f"{name}_{self.variant}.{rest}"
        return own if self.variant and has_message(own) else key

    def numbers(self, words: Any) -> list[dict[str, Any]]:
        """The numbers a message holds, as a block records them."""
        if isinstance(words, Message):
            return [{"name": name, **entry} for name, value in words.values.items() for entry in self.numbers(value)]
        if isinstance(words, (Number, Interval, PlusMinus)):
            return [describe_number(words, self.style)]
        if isinstance(words, Sequence) and not isinstance(words, str):
            return [entry for part in words for entry in self.numbers(part)]
        if isinstance(words, int) and not isinstance(words, bool):
            return [{"raw": words, "shown": str(words), "role": "count"}]
        return []


def shortened(words: Words, *, language: Language, longest: int) -> Words:
    """Words for a figure: on one line, and labels that people wrote cut where together they are longer than fits.

    longest: of all labels in these words, in Latin characters. A label without end would leave a figure no room.
    """
    labels = [label.in_language(language) for label in _labels(words)]
    each = longest // len(labels) if sum(map(_width, labels)) > longest else longest
    shorter: Words = _with_labels(words, language=language, each=each)
    return shorter


def _width(text: str) -> int:
    """Width in Latin characters: a Chinese one is as wide as two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _labels(words: Any) -> list[Text]:
    if isinstance(words, Text):
        return [words]
    if isinstance(words, Message):
        return [label for value in words.values.values() for label in _labels(value)]
    if isinstance(words, Sequence) and not isinstance(words, str):
        return [label for part in words for label in _labels(part)]
    return []


def _with_labels(words: Any, *, language: Language, each: int) -> Any:
    """The same words, every label cut to this width."""
    if isinstance(words, Text):
        text = " ".join(words.in_language(language).split())
        while _width(text) > each:
            text = text.rstrip("…")[:-1] + "…"
        return text
    if isinstance(words, Message):
        values = {name: _with_labels(value, language=language, each=each) for name, value in words.values.items()}
        return Message(words.key, values)
    if isinstance(words, Sequence) and not isinstance(words, str):
        return [_with_labels(part, language=language, each=each) for part in words]
    return words


def reason_words(reason: Reason) -> Message:
    """The sentence for a reason of a result."""
    key = f"reasons.{reason.key}"
    if not has_message(key):
        return say("reasons.unnamed", key=reason.key)
    return Message(key, {name: _sayable(value) for name, value in reason.values.items()})


def reasons_of(result: Result) -> tuple[Message, ...]:
    return tuple(reason_words(reason) for reason in result.reasons)


def _sayable(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, float) and not value.is_integer():
        return Number(value=value, role="coefficient")
    if isinstance(value, (int, float)):
        return int(value)
    if isinstance(value, (list, tuple)):
        return [_sayable(part) for part in value]
    return str(value)
