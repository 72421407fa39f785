"""Holding what a file says against a model, and saying in few words what does not fit, and where.

Whatever does not fit is a ``Misfit``: a code, the place in the file and what fills the code's sentence. pydantic's
hundred kinds of error become nine codes: unknown_key, missing_key, wrong_type, not_allowed, wrong_pattern,
wrong_length, out_of_range, not_json, and the codes that models give themselves in ``misfits()``.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator, Mapping
from types import UnionType
from typing import Annotated, Any, Literal, NamedTuple, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from .strict_yaml import KeyPath

Model = TypeVar("Model", bound=BaseModel)


class Misfit(NamedTuple):
    """One thing a model refuses. code: without its room, for example "unknown_wave". at: keys and list positions."""

    code: str
    at: KeyPath = ()
    values: Mapping[str, Any] = {}


class MisfitError(Exception):
    """Everything a model refuses in one content."""

    def __init__(self, misfits: Iterable[Misfit]) -> None:
        self.misfits = tuple(misfits)
        super().__init__(", ".join(misfit.code for misfit in self.misfits))


def fit(content: Mapping[str, Any], model: type[Model]) -> Model:
    """Content of JSON types as a model; raises MisfitError with everything that is wrong."""
    if foreign := [
        Misfit("not_json", (key,), {"type": type(v).__name__}) for key, v in content.items() if not _json(v)
    ]:
        raise MisfitError(foreign)
    try:
        # by way of JSON: the same strictness for a file and for a notebook's parameters, and lists become tuples
        return model.model_validate_json(json.dumps(content))
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        raise MisfitError(
            _merged(found for detail in details for found in _misfits_of(detail, content, model))
        ) from None


def nearest_name(name: str, allowed: Iterable[str]) -> str | None:
    """The allowed name most like a misspelt one, or None."""
    return next(iter(difflib.get_close_matches(name, list(allowed), n=1, cutoff=0.5)), None)


def fields_at(model: type[BaseModel], path: KeyPath) -> tuple[str, ...]:
    """The keys allowed at a path, as written in files; empty where any key is."""
    keys: dict[str, None] = {}
    for annotation in _annotations_at(model, path):
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            keys |= dict.fromkeys(f.alias or name for name, f in annotation.model_fields.items())
        elif get_origin(annotation) in (dict, Mapping):
            keys |= dict.fromkeys(_literals(get_args(annotation)[0]))
    return tuple(keys)


def _json(value: Any) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return False
    return True


_EXPECTED: Mapping[str, str] = {
    "string": "text",
    "int": "integer",
    "float": "number",
    "finite": "number",
    "bool": "true_false",
    "tuple": "list",
    "list": "list",
    "dict": "mapping",
    "model": "mapping",
    "date": "date",
}
_RELATIONS: Mapping[str, str] = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<"}


def _misfits_of(detail: ErrorDetails, content: Any, model: type[BaseModel]) -> Iterator[tuple[Misfit, KeyPath | None]]:
    """pydantic's error in our words, with the place of the union it comes from, if any."""
    kind, context = detail["type"], detail.get("ctx", {})
    at, union = _place(detail["loc"], content, whole=kind == "missing")
    if kind == "misfits":
        yield from ((Misfit(code, (*at, *inner), values), None) for code, inner, values in context["misfits"])
    elif kind == "extra_forbidden" or (kind == "literal_error" and detail["loc"][-1] == "[key]"):
        key = str(at[-1])
        yield Misfit("unknown_key", at, {"key": key, "nearest": nearest_name(key, fields_at(model, at[:-1]))}), union
    elif kind == "missing":
        yield Misfit("missing_key", at, {"key": str(at[-1])}), union
    elif kind == "literal_error":
        allowed = tuple(value for annotation in _annotations_at(model, at) for value in _literals(annotation))
        nearest = nearest_name(str(_value_at(content, at)), map(str, allowed))
        yield Misfit("not_allowed", at, {"allowed": allowed, "nearest": nearest}), union
    elif kind == "string_pattern_mismatch":
        yield Misfit("wrong_pattern", at, {"pattern": context["pattern"]}), union
    elif limits := {
        key: context[f"{key[:3]}_length"] for key in ("minimum", "maximum") if f"{key[:3]}_length" in context
    }:
        yield Misfit("wrong_length", at, limits), union
    elif relation := next((key for key in _RELATIONS if key in context), None):
        yield Misfit("out_of_range", at, {"relation": _RELATIONS[relation], "limit": context[relation]}), union
    elif expected := _EXPECTED.get(kind.partition("_")[0]):
        yield Misfit("wrong_type", at, {"expected": (expected,)}), union
    else:
        yield Misfit(kind, at, {key: v for key, v in context.items() if not isinstance(v, BaseException)}), union


def _place(location: tuple[int | str, ...], content: Any, *, whole: bool) -> tuple[KeyPath, KeyPath | None]:
    """The part of a location that stands in the content, and where a branch of a union was taken.

    pydantic names the branch of a union in the location; no such word is a key in the file. whole: the last part is
    wanted although it is not in the content, since it is the key that is missing.
    """
    at: list[str | int] = []
    union: KeyPath | None = None
    for position, part in enumerate(location):
        inside = (
            part in content if isinstance(content, Mapping) else isinstance(content, list) and isinstance(part, int)
        )
        if inside:
            content = content[part]
            at.append(part)
        elif whole and position == len(location) - 1:
            at.append(part)
        elif part != "[key]":
            union = tuple(at)
    return tuple(at), union


def _merged(found: Iterable[tuple[Misfit, KeyPath | None]]) -> list[Misfit]:
    """One misfit per place: of a union's branches the one that got furthest, else all that would have been right."""
    everything = list(found)
    merged: dict[tuple[Any, ...], Misfit] = {}
    for number, (misfit, union) in enumerate(everything):
        if union is None:
            merged[number,] = misfit
        elif misfit.at == union and any(other == union and len(m.at) > len(union) for m, other in everything):
            continue
        elif misfit.at == union and misfit.code in ("wrong_type", "not_allowed"):
            before = merged[union].values["expected"] if union in merged else ()
            more = misfit.values.get("expected") or tuple(f'"{value}"' for value in misfit.values["allowed"])
            merged[union] = Misfit("wrong_type", union, {"expected": (*before, *more)})
        else:
            merged[number,] = misfit
    return list(merged.values())


def _value_at(content: Any, path: KeyPath) -> Any:
    for part in path:
        content = content[part]
    return content


def _literals(annotation: Any) -> tuple[Any, ...]:
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return tuple(value for branch in _branches(annotation) if branch is not annotation for value in _literals(branch))


def _annotations_at(model: type[BaseModel], path: KeyPath) -> list[Any]:
    """The types a value at this path may have, unions taken apart."""
    annotations: list[Any] = [model]
    for part in path:
        annotations = [branch for a in annotations for inner in _step(a, part) for branch in _branches(inner)]
    return annotations


def _branches(annotation: Any) -> list[Any]:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _branches(get_args(annotation)[0])
    if origin in (Union, UnionType):
        return [branch for argument in get_args(annotation) for branch in _branches(argument)]
    return [annotation]


def _step(annotation: Any, part: str | int) -> list[Any]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [f.annotation for name, f in annotation.model_fields.items() if (f.alias or name) == part]
    arguments = get_args(annotation)
    if get_origin(annotation) in (dict, Mapping):
        return [arguments[1]]
    return [a for a in arguments if a is not Ellipsis] if isinstance(part, int) else []
