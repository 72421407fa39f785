"""The models of parameter files as JSON Schemas, for editors that complete and check while one types."""

from __future__ import annotations

import ast
import inspect
import json
import textwrap
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from pydantic import BaseModel

from ..codebooks import register_kinds
from ..documents import StrictModel
from .planned import PlannedStudy
from .pooled import Pooled
from .site import Site

KINDS: Mapping[str, type[BaseModel]] = {"site": Site, "pooled": Pooled, "plan": PlannedStudy}


def json_schema(kind: str) -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a parameter file of that kind.

    It knows keys, types and ranges, not what models check between fields. A parameter file names it in its first line:
    ``# yaml-language-server: $schema=site.schema.json``.
    """
    model = KINDS[kind]
    schema = model.model_json_schema(by_alias=True)
    said = {model.__name__: dict(_field_docs(model)) for model in _models()}
    said |= {name.replace("Params", "Block"): docs for name, docs in said.items() if name.endswith("Params")}
    for name, part in {model.__name__: schema, **schema["$defs"]}.items():
        for key, value in part.get("properties", {}).items():
            value.pop("title", None)  # repeats the key
            if description := said.get(name, {}).get(key):
                value["description"] = description
    if "registers" in schema["properties"]:
        schema["properties"]["registers"]["propertyNames"] = {"enum": list(register_kinds())}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def json_schema_text(kind: str) -> str:
    """The schema as params/<kind>.schema.json holds it."""
    return json.dumps(json_schema(kind), indent=2, ensure_ascii=False) + "\n"


def _models(base: type[BaseModel] = StrictModel) -> Iterator[type[BaseModel]]:
    """Every model of this package, wherever in it."""
    for model in base.__subclasses__():
        if model.__module__.startswith(f"{__package__}."):
            yield model
        yield from _models(model)


def _field_docs(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """The text below each field, inherited fields first. Read here, not at import: a run needs no descriptions."""
    for base in reversed(model.__mro__):
        if not issubclass(base, BaseModel) or base is BaseModel:
            continue
        try:
            source = inspect.getsource(base)
        except (OSError, TypeError):  # made by create_model; its fields are described where they were written
            continue
        body = ast.parse(textwrap.dedent(source)).body[0]
        for field, text in pairwise(getattr(body, "body", [])):
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(text, ast.Expr):
                yield field.target.id, inspect.cleandoc(ast.literal_eval(text.value))
