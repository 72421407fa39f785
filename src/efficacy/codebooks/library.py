"""The codebooks that come with the package."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from ..documents import load_document
from ..project import shipped_codebooks
from .model import Codebook, RegisterKind


@cache
def codebooks() -> tuple[Codebook, ...]:
    """Every family of registers, in alphabetical order of their files."""
    return tuple(load_document(path, name=path.name).validate(Codebook) for path in shipped_codebooks())


@cache
def register_kinds() -> Mapping[str, RegisterKind]:
    """Every kind of register by name, in the order of the codebooks."""
    return {kind.kind: kind for codebook in codebooks() for kind in codebook.kinds}


def register_kind(name: str) -> RegisterKind:
    """One kind of register; ValueError names those there are."""
    if name not in register_kinds():
        raise ValueError(f"kind={name!r}: one of {list(register_kinds())}")
    return register_kinds()[name]
