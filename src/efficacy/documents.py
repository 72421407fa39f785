"""The files people write (parameters, instruments, messages): strict models, text in two languages, lines for faults.

``strict_yaml`` reads a file, ``fitting`` holds it against a model; a ``Document`` knows the line of every place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from .errors import Finding, ParameterError, Severity
from .fitting import Misfit, MisfitError, fields_at, fit, nearest_name, repeated
from .strict_yaml import KeyPath, read_yaml

__all__ = [
    "LANGUAGES",
    "SCHEMA",
    "Document",
    "KeyPath",
    "Language",
    "Misfit",
    "MisfitError",
    "SchemaNumber",
    "StrictModel",
    "Text",
    "fields_at",
    "fit",
    "load_document",
    "nearest_name",
    "parse_document",
    "repeated",
]

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
SCHEMA = 1
SchemaNumber = Annotated[Literal[1], Field(alias="schema")]
MAXIMUM_BYTES = 100_000  # read in half a second at worst; the longest file of a site is a fifth of it


class StrictModel(BaseModel):
    """Base of every model read from a file: unknown keys are errors, values are never coerced, instances are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    def misfits(self) -> Iterator[Misfit]:
        """What is wrong with fields that are each right by themselves; at: relative to this model."""
        return iter(())

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if found := tuple(self.misfits()):
            codes = ", ".join(misfit.code for misfit in found)
            raise PydanticCustomError("misfits", "{codes}", {"codes": codes, "misfits": found})
        return self


class Text(StrictModel):
    """A label or sentence in both languages."""

    zh: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]

    def in_language(self, language: Language) -> str:
        """The text in that language."""
        return self.zh if language == "zh" else self.en


Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Document:
    """A YAML file's content with the line of every key. name: how findings call the file."""

    name: str
    content: dict[str, Any]
    lines: Mapping[KeyPath, int] = field(default_factory=dict)

    def line(self, path: KeyPath) -> int | None:
        """The line of a key, or of the nearest enclosing key that stands in the file."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path)

    def finding(
        self, code: str, path: KeyPath = (), values: Mapping[str, Any] | None = None, *, severity: Severity = "error"
    ) -> Finding:
        """A finding about one place of this file."""
        column = ".".join(map(str, path)) or None
        return Finding(code, severity, file=self.name or None, row=self.line(path), column=column, values=values or {})

    def validate(self, model: type[Model]) -> Model:
        """The content as a model; raises ParameterError with line and nearest key for everything that is wrong.

        Another schema number than ours is the only finding where it stands: the rest would be about another format.
        """
        found = self.content.get("schema", SCHEMA)
        if type(found) is int and found != SCHEMA:
            raise ParameterError(self.finding("parameters.schema", ("schema",), {"found": found, "expected": SCHEMA}))
        try:
            return fit(self.content, model)
        except MisfitError as error:
            raise ParameterError(
                [self.finding(f"parameters.{code}", path, values) for code, path, values in error.misfits]
            ) from None


def load_document(path: Path, *, name: str) -> Document:
    """Read a YAML file strictly.

    path: the file. name: how findings call it (relative to the project, so that no message shows a machine's paths).
    Raises ParameterError with file and line: unreadable, too large, not UTF-8, or what strict_yaml refuses.
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
    read = read_yaml(text, name=name)
    return Document(name=name, content=read.content, lines=read.lines)
