"""From keys and values to text in the report's language."""

from __future__ import annotations

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
    """How this report speaks: its language and its number style."""

    language: Language
    style: TableStyle = "chinese"

    def text(self, words: Any) -> str:
        """Anything sayable as plain text. A bare float is refused: a number without a role has no decimals."""
        if isinstance(words, Message):
            filled = {name: self.text(value) for name, value in words.values.items()}
            return template(words.key, self.language).format(**filled)
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
