"""Runs a report's notebook cell by cell without a kernel, and keeps what it shows."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest
import yaml

from efficacy.report import opening
from efficacy.report.blocks import METADATA_KEY

ROOT = Path(__file__).parents[1]


def copied_project(folder: Path, site: str, **edits: Any) -> Path:
    """A project with one example site whose parameter file is edited at the top level."""
    shutil.copytree(ROOT / "data" / site, folder / "data" / site)
    (folder / "params").mkdir()
    content = yaml.safe_load((ROOT / "params" / f"{site}.yml").read_text(encoding="utf-8"))
    text = json.dumps(content | edits, ensure_ascii=False, indent=1, default=str)  # JSON is YAML
    (folder / "params" / f"{site}.yml").write_text(text, encoding="utf-8")
    (folder / "reports").mkdir()
    return folder


def shown_blocks(
    monkeypatch: pytest.MonkeyPatch, report: str, site: str, *, project: Path = ROOT, **parameters: Any
) -> dict[str, dict[str, Any]]:
    """Every block that the notebook shows, by id, as its record describes it."""
    monkeypatch.setenv("EFFICACY_PROJECT", str(project))
    found: list[dict[str, Any]] = []

    def display(data: dict[str, Any], *, metadata: dict[str, Any], raw: bool) -> None:
        assert raw
        assert data["text/plain"]
        found.append(metadata[METADATA_KEY])

    monkeypatch.setattr(opening, "display", display)
    notebook = nbformat.read(ROOT / "notebooks" / f"{report}.ipynb", as_version=4)
    names: dict[str, Any] = {"__name__": "__main__"}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        exec(compile(cell.source, cell.id, "exec"), names)
        if "parameters" in cell.metadata.get("tags", []):
            names |= {"site": site, **parameters}
    return {block["id"]: block for block in found}
