"""What the runner does to a notebook as a document: choose its language, see whether it ran, make it reproducible."""

from __future__ import annotations

import copy
import json
from typing import Any

import nbformat
from nbformat import NotebookNode

from ..documents import LANGUAGES, Language
from ..errors import Finding, NotebookError

LANGUAGE_TAGS: dict[str, Language] = {f"lang-{language}": language for language in LANGUAGES}
INJECTED_TAG = "injected-parameters"
PARAMETERS_TAG = "parameters"


def _tags(cell: NotebookNode) -> list[str]:
    return list(cell.metadata.get("tags", []))


def one_language(notebook: NotebookNode, language: Language) -> NotebookNode:
    """A copy without the cells of the other language and without outputs, every cell with a stable id.

    Cells without a language tag stay. Ids that are missing or stand twice would otherwise be drawn at random.
    """
    chosen = copy.deepcopy(notebook)
    chosen.cells = [
        cell
        for cell in chosen.cells
        if language in (spoken := [LANGUAGE_TAGS[tag] for tag in _tags(cell) if tag in LANGUAGE_TAGS]) or not spoken
    ]
    seen: set[str] = set()
    for number, cell in enumerate(chosen.cells, start=1):
        if not cell.get("id") or cell.id in seen:
            cell.id = f"cell-{number}"
        seen.add(cell.id)
        if cell.cell_type == "code":
            cell.outputs = []
            cell.execution_count = None
    chosen.nbformat, chosen.nbformat_minor = 4, max(5, chosen.get("nbformat_minor", 5))
    return chosen


def check_parameters_cell(notebook: NotebookNode, *, name: str) -> None:
    """Exactly one cell is tagged ``parameters``: papermill only warns where there is none, and then injects first."""
    count = sum(PARAMETERS_TAG in _tags(cell) for cell in notebook.cells)
    if count != 1:
        raise NotebookError(Finding("notebook.parameters_cell", file=name, values={"count": count}))


def first_unfinished(notebook: NotebookNode) -> int | None:
    """Number (from 1, among the code cells) of the first that did not run to its end, or None when all did.

    papermill writes "completed" after a killed kernel and returns normally after ``sys.exit(0)``; only an execution
    count in every code cell, and no error output, means that a notebook ran.
    """
    code_cells = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    for number, cell in enumerate(code_cells, start=1):
        if cell.execution_count is None or any(output.output_type == "error" for output in cell.outputs):
            return number
    return None


def text_of(notebook: NotebookNode) -> str:
    """A notebook as its file holds it: lines without indentation, which would be a fifth of it."""
    return json.dumps(json.loads(nbformat.writes(notebook)), ensure_ascii=False, indent=0, sort_keys=True) + "\n"


def canonical(notebook: NotebookNode) -> tuple[NotebookNode, dict[str, Any]]:
    """An executed notebook without what differs between two equal runs, and what was taken out, for the manifest.

    Out go times, durations and paths (papermill's metadata), the random id of the injected cell, the patch version of
    Python, and standard error, which holds other libraries' warnings with paths of this machine.
    Returns the notebook and ``{"cells": [{"id", "seconds"}], "stderr_dropped": count}``.
    """
    clean = copy.deepcopy(notebook)
    clean.metadata.pop("papermill", None)
    clean.metadata.get("language_info", {}).pop("version", None)
    cells: list[dict[str, Any]] = []
    dropped = 0
    for cell in clean.cells:
        timing = cell.metadata.pop("papermill", {})
        cell.metadata.pop("execution", None)
        if INJECTED_TAG in _tags(cell):
            cell.id = INJECTED_TAG
        if not _tags(cell):
            cell.metadata.pop("tags", None)
        if cell.cell_type != "code":
            continue
        cells.append({"id": cell.id, "seconds": timing.get("duration")})
        kept = [output for output in cell.outputs if output.get("name") != "stderr"]
        dropped += len(cell.outputs) - len(kept)
        cell.outputs = kept
    return clean, {"cells": cells, "stderr_dropped": dropped}
