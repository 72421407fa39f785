"""Holding what a file says against a model, and saying in few words what does not fit, and where.

Whatever does not fit is a ``Misfit``: a code, the place in the file and what fills the code's sentence. The codes are
pydantic's own (extra_forbidden, missing, literal_error, int_type, less_than_equal, ...), those that models give
themselves in ``misfits()``, ``union_type`` where a value is none of several kinds, and ``not_json``.
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
        misfits = _merged(found for detail in details for found in _misfits_of(detail, content, model))
        raise MisfitError(_without_misspelt(misfits)) from None


def nearest_name(name: str, allowed: Iterable[str]) -> str | None:
    """The allowed name most like a misspelt one, or None."""
    return next(iter(difflib.get_close_matches(name, list(allowed), n=1, cutoff=0.5)), None)


def repeated(field: str, key: str | None, names: Iterable[str | int]) -> Iterator[Misfit]:
    """The entries of a list that repeat an earlier one's name. key: the name's key in an entry; None: the entry."""
    seen: set[str | int] = set()
    for index, name in enumerate(names):
        if name in seen:
            yield Misfit("duplicate_name", (field, index, key) if key else (field, index), {"name": name})
        seen.add(name)


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


_KINDS: Mapping[str, str] = {
    "string_type": "text",
    "int_type": "integer",
    "float_type": "number",
    "bool_type": "true_false",
    "tuple_type": "list",
    "dict_type": "mapping",
    "model_type": "mapping",
}


def _misfits_of(detail: ErrorDetails, content: Any, model: type[BaseModel]) -> Iterator[tuple[Misfit, KeyPath | None]]:
    """pydantic's error with the place in the file, and the place of the union it comes from, if any."""
    code, context = detail["type"], detail.get("ctx", {})
    at, union = _place(detail["loc"], content, whole=code == "missing")
    if code == "misfits":
        for inner, place, values in context["misfits"]:
            yield Misfit(inner, (*at, *place), values), None
        return
    key = next((part for part in reversed(at) if isinstance(part, str)), "")
    values = {"key": key} | {name: v for name, v in context.items() if not isinstance(v, BaseException)}
    if code == "extra_forbidden" or (code == "literal_error" and detail["loc"][-1] == "[key]"):
        code, values = "extra_forbidden", {"key": key, "nearest": nearest_name(key, fields_at(model, at[:-1]))}
    elif code == "literal_error":
        allowed = [str(value) for annotation in _annotations_at(model, at) for value in _literals(annotation)]
        values["nearest"] = nearest_name(str(_value_at(content, at)), allowed)
    yield Misfit(code, at, values), union


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
    merged: dict[KeyPath | int, Misfit] = {}
    for number, (misfit, union) in enumerate(everything):
        if union is None or len(misfit.at) > len(union):
            merged[number] = misfit
        elif any(other == union and len(deeper.at) > len(union) for deeper, other in everything):
            continue
        else:
            before = merged[union].values["expected"] if union in merged else ()
            expected = (*before, _KINDS.get(misfit.code) or misfit.values.get("expected", misfit.code))
            merged[union] = Misfit("union_type", union, {"key": misfit.values["key"], "expected": expected})
    return list(merged.values())


def _without_misspelt(misfits: list[Misfit]) -> list[Misfit]:
    """A key that is missing because it stands there misspelt is one mistake: the misspelling is said, with its name."""
    meant = {(*m.at[:-1], m.values["nearest"]) for m in misfits if m.code == "extra_forbidden"}
    return [misfit for misfit in misfits if misfit.code != "missing" or misfit.at not in meant]


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
