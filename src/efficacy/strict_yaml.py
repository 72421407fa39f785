"""Reading YAML without its surprises.

YAML misleads its writers: ``no`` becomes False, ``012`` becomes 10, ``12:30`` becomes 750, the second of two equal
keys wins, an alias can expand without end. Here every scalar that YAML readers disagree about is refused with its
line, and the fix is to quote it. Only true, false, null, plain decimal numbers and text remain; a date stays text.

The values are built from the parser's events, one pass, no tree: depth, aliases and tags are refused where they stand,
before anything is expanded. The parser is the pure Python one everywhere, so that a file is read alike everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from .errors import Finding, ParameterError

KeyPath = tuple[str | int, ...]

MAXIMUM_DEPTH = 40
_MAXIMUM_NUMBER = 64  # characters; what is longer is no number, and the patterns below stay fast
_MAXIMUM_DIGITS = 15  # of an integer: what a spreadsheet and a double keep exactly
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]+")
_CONSTANTS: Mapping[str, Any] = {"true": True, "false": False, "null": None, "~": None, "": None}
# What YAML 1.1, YAML 1.2 or a spreadsheet would turn into something its writer may not have meant.
_SURPRISE = re.compile(
    r"(?i:y|n|yes|no|on|off|true|false|null)"
    r"|[-+]?0[0-9_]+|[-+]?0[xob][0-9a-fA-F_]+|[-+]?[0-9][0-9_]*_[0-9_]*"  # 012, 0x1F, 1_000
    r"|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9]*)?"  # 12:30
    r"|[-+]?(\.[0-9]+|[0-9]+\.?[0-9]*)([eE][-+]?[0-9]+)?"  # .5, 5., 1e3, 00.5, 16 and more digits
    r"|[-+]?\.(?i:inf|nan)|=|<<"
)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass
class StrictYaml:
    """What a text holds. lines: the 1-based line of every key and list entry."""

    content: dict[str, Any] = field(default_factory=dict)
    lines: dict[KeyPath, int] = field(default_factory=dict)


def read_yaml(text: str, *, name: str) -> StrictYaml:
    """The mapping a YAML text holds.

    name: how findings call the file. Raises ParameterError with every finding up to the first fault of syntax; codes
    ``document.*``: empty, not_a_mapping, several, alias, tag, too_deep, duplicate_key, key_not_text, surprise,
    control_character, tab, unclosed_quote, syntax.
    """
    reader = _Reader(name, text)
    reader.read()
    if reader.findings:
        raise ParameterError(reader.findings)
    return reader.result


class _StopError(Exception):
    """Nothing after this fault can be read."""


class _Reader:
    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self.result = StrictYaml()
        self.findings: list[Finding] = []
        self.events: Iterator[yaml.Event] = iter(())
        self.line = 0  # of the event last read

    def read(self) -> None:
        """Fill the result, or the findings."""
        try:
            self.events = yaml.parse(self.text, Loader=yaml.SafeLoader)
            self._stream()
        except _StopError:
            pass
        except yaml.reader.ReaderError as error:
            line = self.text.count("\n", 0, error.position)
            self._note("control_character", line)
        except yaml.MarkedYAMLError as error:
            self._syntax(error)
        except (ValueError, OverflowError):  # an escape beyond Unicode, which PyYAML hands to chr() unchecked
            self._note("syntax", self.line)

    def _note(self, code: str, line: int, **values: Any) -> None:
        self.findings.append(Finding(f"document.{code}", file=self.name, row=line + 1, values=values))

    def _stop(self, code: str, line: int, **values: Any) -> _StopError:
        self._note(code, line, **values)
        return _StopError()

    def _syntax(self, error: yaml.MarkedYAMLError) -> None:
        mark = error.problem_mark or error.context_mark
        line = mark.line if mark else 0
        written = self.text.split("\n")
        if "quoted scalar" in (error.context or "") and error.context_mark is not None:
            self._note("unclosed_quote", error.context_mark.line)
        elif mark and line < len(written) and "\t" in written[line][: mark.column + 1]:
            self._note("tab", line)
        else:
            self._note("syntax", line)

    def _next(self) -> yaml.Event:
        event = next(self.events)
        line = self.line = _line(event)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise self._stop("alias", line)
        if getattr(event, "tag", None):
            raise self._stop("tag", line)
        return event

    def _stream(self) -> None:
        next(self.events)
        if isinstance(next(self.events), yaml.StreamEndEvent):
            raise self._stop("empty", 0)
        root = self._next()
        if isinstance(root, yaml.ScalarEvent) and root.value == "" and root.style is None:
            raise self._stop("empty", 0)
        if not isinstance(root, yaml.MappingStartEvent):
            raise self._stop("not_a_mapping", _line(root))
        self.result.content = self._mapping((), 1)
        self._next()
        after = self._next()
        if not isinstance(after, yaml.StreamEndEvent):
            raise self._stop("several", _line(after))

    def _value(self, event: yaml.Event, path: KeyPath, depth: int) -> Any:
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if depth >= MAXIMUM_DEPTH:
            raise self._stop("too_deep", _line(event), maximum=MAXIMUM_DEPTH)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path, depth + 1)
        return self._sequence(path, depth + 1)

    def _sequence(self, path: KeyPath, depth: int) -> list[Any]:
        values: list[Any] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            here = (*path, len(values))
            self.result.lines[here] = _line(event) + 1
            values.append(self._value(event, here, depth))
        return values

    def _mapping(self, path: KeyPath, depth: int) -> dict[str, Any]:
        values: dict[str, Any] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            line = _line(event)
            if not isinstance(event, yaml.ScalarEvent):
                raise self._stop("key_not_text", line)
            key = self._key(event)
            if key in values:
                self._note("duplicate_key", line, key=key)
            self.result.lines.setdefault((*path, key), line + 1)
            values[key] = self._value(self._next(), (*path, key), depth)
        return values

    def _key(self, event: yaml.ScalarEvent) -> str:
        if event.value in ("n", "y"):  # a common name of a column or a field; as a value it stays refused
            return event.value
        key = self._scalar(event)
        if isinstance(key, int) and not isinstance(key, bool):
            return event.value  # item numbers may be written without quotes
        if not isinstance(key, str):
            self._note("key_not_text", _line(event))
        return str(key)

    def _scalar(self, event: yaml.ScalarEvent) -> Any:
        text: str = event.value
        if _CONTROL.search(text):
            self._note("control_character", _line(event))
        if event.style is not None or len(text) > _MAXIMUM_NUMBER:  # quoted or block text means text
            return text
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if _INTEGER.fullmatch(text) and len(text.lstrip("+-")) <= _MAXIMUM_DIGITS:
            return int(text)
        if _DECIMAL.fullmatch(text):
            return float(text)
        if _SURPRISE.fullmatch(text):
            self._note("surprise", _line(event), text=text)
        return text


def _line(event: yaml.Event) -> int:
    return event.start_mark.line if event.start_mark else 0
