"""The house: no arrow back, imports at the top of modules, one lazy door."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import efficacy

PACKAGE = Path(efficacy.__file__).parent
ROOT = Path(__file__).parents[1]
MODULES = sorted(PACKAGE.rglob("*.py"))


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def test_no_arrow_points_back() -> None:
    program = "from importlinter.cli import lint_imports_command as run; run()"
    answer = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert answer.returncode == 0, answer.stdout
    assert "0 broken" in answer.stdout


def late_imports(module: ast.Module) -> Iterator[int]:
    for function in ast.walk(module):
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            yield from (node.lineno for node in ast.walk(function) if isinstance(node, (ast.Import, ast.ImportFrom)))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_stand_at_the_top(path: Path) -> None:
    if not path.is_relative_to(PACKAGE / "cli"):  # bodies of commands: efficacy --help must answer at once
        assert list(late_imports(tree(path))) == []


def unnamed_encodings(module: ast.Module) -> Iterator[int]:
    for node in ast.walk(module):
        is_text = isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("read_text", "write_text")
        if is_text and "encoding" not in {keyword.arg for keyword in node.keywords}:
            yield node.lineno


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_text_files_name_their_encoding(path: Path) -> None:
    assert list(unnamed_encodings(tree(path))) == []


def test_public_names_stand_once_and_are_seen() -> None:
    stub = tree(PACKAGE / "__init__.pyi")
    names = [alias for node in ast.walk(stub) if isinstance(node, ast.ImportFrom) for alias in node.names]
    assert all(alias.asname == alias.name for alias in names), "without 'as' a type checker takes it for private"
    assert sorted(alias.name for alias in names) == efficacy.__all__
    assert set(efficacy.__all__) <= set(dir(efficacy))


@pytest.mark.parametrize("name", efficacy.__all__)
def test_every_public_name_is_there(name: str) -> None:
    room = import_module(f"efficacy.{efficacy._ROOM_OF[name]}")
    assert getattr(efficacy, name) is getattr(room, name)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_thing"):
        _ = efficacy.no_such_thing
