"""``efficacy new``: a project of one's own."""

from __future__ import annotations

from pathlib import Path

from ..documents import Language
from ..errors import Finding, UsageError
from ..params.schema import json_schema_text
from .files import machine_error

_STARTER = Path(__file__).parent / "starter"
SITE = "my_site"


def make_project(folder: Path, *, language: Language) -> None:
    """Make a project in a folder that does not exist yet or is empty.

    language: of the notes in its parameter file and of its reports. Raises UsageError where the folder holds anything,
    MachineError where it cannot be written.
    """
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise UsageError(Finding("usage.folder_not_empty", values={"folder": folder.name}))
        for path, text in _content(folder, language).items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise machine_error(error, folder) from None


def _content(folder: Path, language: Language) -> dict[Path, str]:
    return {
        folder / "README.md": _template("README.md"),
        folder / ".gitignore": _template("gitignore"),
        folder / "params" / f"{SITE}.yml": _template(f"{SITE}.{language}.yml"),
        folder / "params" / "site.schema.json": json_schema_text("site"),
        folder / "params" / "instruments" / ".gitkeep": "",
        folder / "data" / ".gitkeep": "",
        folder / "data" / SITE / ".gitkeep": "",
        folder / "reports" / ".gitkeep": "",
    }


def _template(name: str) -> str:
    return (_STARTER / name).read_text(encoding="utf-8")
