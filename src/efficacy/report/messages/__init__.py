"""Every sentence a report can say, by key and language.

``messages/<file>.yml`` holds ``key: {zh: ..., en: ...}``; a full key is ``<file>.<key>``. A field ``{name}`` is filled
with a number, a label or another message. Sentences are whole: which one is said is decided by its key, never by
joining fragments.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from string import Formatter

import yaml

from ...documents import LANGUAGES, Language

_FOLDER = Path(__file__).parent


@cache
def _file(name: str) -> Mapping[str, Mapping[str, str]]:
    path = _FOLDER / f"{name}.yml"
    if not path.is_file():
        raise KeyError(f"no message file {name!r}")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # our own files; tests read them with the strict loader
    content: Mapping[str, Mapping[str, str]] = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
    return content


def template(key: str, language: Language) -> str:
    """The template of a full key; KeyError names the key."""
    name, _, rest = key.partition(".")
    try:
        return _file(name)[rest][language]
    except KeyError:
        raise KeyError(f"no message {key!r} in {language!r}") from None


def has_message(key: str) -> bool:
    name, _, rest = key.partition(".")
    return (_FOLDER / f"{name}.yml").is_file() and rest in _file(name)


def fields(key: str, language: Language) -> frozenset[str]:
    """The names a template asks for."""
    return frozenset(name for _, name, _, _ in Formatter().parse(template(key, language)) if name)


def all_keys() -> Iterator[str]:
    """Every full key of every file."""
    for path in sorted(_FOLDER.glob("*.yml")):
        for key in _file(path.stem):
            yield f"{path.stem}.{key}"


__all__ = ["LANGUAGES", "all_keys", "fields", "has_message", "template"]
