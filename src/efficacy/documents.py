"""The files people write (parameters, instruments, messages): strict YAML, strict models, text in two languages.

YAML surprises its writers: ``no`` becomes False, ``012`` becomes 10, ``12:30`` becomes 750, the second of two equal
keys wins. Here every such scalar is refused with its line, and the fix is to quote it. Only true, false, null, plain
decimal numbers and text remain.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from .errors import Finding, ParameterError

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
SCHEMA = 1

MAXIMUM_BYTES = 1_000_000
MAXIMUM_DEPTH = 40
_TAG = "tag:yaml.org,2002:"
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]+([eE][-+]?[0-9]+)?")
_CONSTANTS: Mapping[str, Any] = {"true": True, "false": False, "null": None, "~": None, "": None}
# What YAML 1.1 or another reader would turn into something its writer may not have meant.
_SURPRISE = re.compile(
    r"(?i:y|n|yes|no|on|off|true|false|null)"
    r"|[-+]?0[0-9_]+|[-+]?0[xob][0-9a-fA-F_]+|[-+]?[0-9][0-9_]*_[0-9_]*"
    r"|[-+]?[0-9]+(:[0-5]?[0-9])+(\.[0-9]*)?|[-+]?(\.[0-9]+|[0-9]+\.)([eE][-+]?[0-9]+)?|[-+]?[0-9]+[eE][-+]?[0-9]+"
    r"|[-+]?\.(?i:inf|nan)|=|<<"
)


class StrictModel(BaseModel):
    """Base of every model read from a file: unknown keys are errors, values are never coerced, instances are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)


class Text(StrictModel):
    """A label or sentence in both languages."""

    zh: str
    en: str

    def in_language(self, language: Language) -> str:
        return self.zh if language == "zh" else self.en


Model = TypeVar("Model", bound=BaseModel)
KeyPath = tuple[str | int, ...]


@dataclass(frozen=True)
class Document:
    """A YAML file's content with the line of every key. name: how findings call the file."""

    name: str
    content: dict[str, Any]
    lines: Mapping[KeyPath, int]

    def line(self, path: KeyPath) -> int | None:
        """The line of a key, or of the nearest enclosing key that stands in the file."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path)

    def validate(self, model: type[Model]) -> Model:
        """The content as a model; raises ParameterError with line and nearest key for everything that is wrong."""
        try:
            # by way of JSON: the same strictness for a file and for a notebook's parameters, and lists become tuples
            return model.model_validate_json(json.dumps(self.content))
        except ValidationError as error:
            details = error.errors(include_url=False, include_input=False)
            raise ParameterError([self._finding(detail, model) for detail in details]) from None

    def _finding(self, detail: ErrorDetails, model: type[BaseModel]) -> Finding:
        path: KeyPath = tuple(detail["loc"])
        values = {key: value for key, value in detail.get("ctx", {}).items() if not isinstance(value, BaseException)}
        kind = detail["type"]
        if kind == "extra_forbidden":
            nearest = nearest_name(str(path[-1]), fields_at(model, path[:-1]))
            values = {"key": str(path[-1]), "nearest": nearest}
        elif kind == "missing":
            values = {"key": str(path[-1])}
        column = ".".join(str(part) for part in path if part not in _UNION_TAGS)
        return Finding(
            code=f"parameters.{kind}", file=self.name, row=self.line(path), column=column or None, values=values
        )


# pydantic adds the branch of a union to the location; no such word is a key in our files
_UNION_TAGS = frozenset({"str", "int", "float", "bool", "constrained-str", "list[str]"})


def fields_at(model: type[BaseModel], path: KeyPath) -> tuple[str, ...]:
    """The keys a model allows at a path, as written in files."""
    current: type[BaseModel] | None = model
    for part in path:
        if isinstance(part, int) or current is None:
            continue
        by_key = {field.alias or name: field for name, field in current.model_fields.items()}
        if part not in by_key:
            continue  # a mapping's own key or the branch of a union
        current = next(iter(_models_in(by_key[part].annotation)), None)
    return tuple(f.alias or name for name, f in current.model_fields.items()) if current else ()


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _models_in(argument)


def nearest_name(name: str, allowed: Iterator[str] | tuple[str, ...] | list[str]) -> str | None:
    """The allowed name most like a misspelt one, or None."""
    return next(iter(difflib.get_close_matches(name, list(allowed), n=1, cutoff=0.5)), None)


def load_document(path: Path, *, name: str) -> Document:
    """Read a YAML file strictly.

    path: the file. name: how findings call it (relative to the project, so that no message shows a machine's paths).
    Raises ParameterError with file and line: unreadable, not UTF-8, too large, too deep, not a mapping, duplicate key,
    alias, tag, more than one document, or a scalar that YAML readers disagree about.
    """
    try:
        raw = path.read_bytes()
    except OSError:
        raise ParameterError(Finding("document.unreadable", file=name)) from None
    if len(raw) > MAXIMUM_BYTES:
        raise ParameterError(Finding("document.too_large", file=name, values={"maximum": MAXIMUM_BYTES}))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = raw[: error.start].count(b"\n") + 1
        raise ParameterError(Finding("document.not_utf8", file=name, row=row)) from None
    return parse_document(text, name=name)


def parse_document(text: str, *, name: str) -> Document:
    """As load_document, from text already decoded."""
    builder = _Builder(name)
    try:
        builder.refuse_events(text)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        code = "document.tab" if mark and "\t" in (error.problem or "") else "document.syntax"
        raise ParameterError(Finding(code, file=name, row=mark.line + 1 if mark else None)) from None
    except yaml.YAMLError:
        raise ParameterError(Finding("document.syntax", file=name)) from None
    if not isinstance(node, yaml.MappingNode):
        raise ParameterError(Finding("document.not_a_mapping", file=name, row=1))
    content = builder.build(node, ())
    return Document(name=name, content=content, lines=builder.lines)


class _Builder:
    """Turns YAML nodes into plain values, remembering lines and refusing what surprises."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[KeyPath, int] = {}

    def error(self, code: str, line: int, **values: Any) -> ParameterError:
        return ParameterError(Finding(code, file=self.name, row=line + 1, values=values))

    def refuse_events(self, text: str) -> None:
        """Depth, aliases, tags and a second document are refused on the event stream, before any tree is built."""
        depth = documents = 0
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            line = event.start_mark.line if event.start_mark else 0
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self.error("document.several", line)
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise self.error("document.alias", line)
            if getattr(event, "tag", None):
                raise self.error("document.tag", line)
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > MAXIMUM_DEPTH:
                    raise self.error("document.too_deep", line, maximum=MAXIMUM_DEPTH)
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1

    def build(self, node: yaml.Node, path: KeyPath) -> Any:
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            values = []
            for index, child in enumerate(node.value):
                self.lines[(*path, index)] = child.start_mark.line + 1
                values.append(self.build(child, (*path, index)))
            return values
        assert isinstance(node, yaml.ScalarNode)
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[Hashable, Any]:
        values: dict[Hashable, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line
            if not isinstance(key_node, yaml.ScalarNode):
                raise self.error("document.key_not_text", line)
            key = self._scalar(key_node)
            key = str(key) if isinstance(key, int) and not isinstance(key, bool) else key
            if not isinstance(key, str):
                raise self.error("document.key_not_text", line)
            if key in values:
                raise self.error("document.duplicate_key", line, key=key)
            self.lines[(*path, key)] = line + 1
            values[key] = self.build(value_node, (*path, key))
        return values

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        text: str = node.value
        if node.style is not None:  # quoted or block text means text
            return text
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if _INTEGER.fullmatch(text):
            return int(text)
        if _DECIMAL.fullmatch(text):
            return float(text)
        if _SURPRISE.fullmatch(text):
            raise self.error("document.surprise", node.start_mark.line, text=text)
        return text
