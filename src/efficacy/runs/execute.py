"""The process that makes one report: ``python -m efficacy.runs.execute FOLDER``, started by processes.start.

FOLDER holds ``job.json`` and, in the end, ``result.json``. Standard input stays open as long as the run that asked
for this report lives; when it closes, the kernel is killed and this process leaves at once, so that neither Ctrl-C nor
a killed run leaves a kernel behind.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import threading
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat
import psutil
from jupyter_client.kernelspec import NoSuchKernel
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill import execute_notebook
from papermill.exceptions import PapermillExecutionError

from ..documents import Text
from ..errors import EfficacyError, Finding, MachineError, NotebookError, error_from_json, our_bug
from ..params import load_parameters
from ..report.html import render_page
from ..report.messages import template
from ..report.privacy import only_blocks
from .files import discard, machine_error, only_writer, partial, publish, sha256_of
from .jobs import JOB, RESULT, Job
from .notebook import canonical, check_parameters_cell, first_unfinished, one_language, text_of
from .record import Inputs, git_state, manifest_text, read_inputs

SOURCE = "source.ipynb"
KERNEL_START_SECONDS = 60
INTERRUPTED = 130


def execute(job: Job, *, workspace: Path) -> dict[str, Any]:
    """Run one report and publish it; the manifest goes last.

    workspace: an empty folder of this process alone. Returns what the run is told: ``stderr_dropped``. Raises
    NotebookError, MachineError or what a cell raised; the earlier outputs are then untouched.
    """
    files = job.files
    with only_writer(files.lock, name=job.name):
        started = datetime.now(UTC)
        git = git_state(job.project)
        executed = _executed(job, workspace)
        _check_inputs_unchanged(job)
        notebook, execution = canonical(executed)
        if job.shows_groups_only:
            notebook = only_blocks(notebook, language=job.language)
        title = f"{Text.model_validate(job.title).in_language(job.language)} · {report_title(job)}"
        page = render_page(notebook, language=job.language, title=title)
        contents = {files.notebook: text_of(notebook), files.html: page}
        manifest = {
            "site": job.site,
            "report": job.report,
            "language": job.language,
            "profile": job.profile,
            "title": job.title,
            "data_origin": job.data_origin,
            "fingerprint": Inputs(**job.inputs).fingerprint,
            "inputs": job.inputs,
            "seed": job.parameters.get("seed"),
            "git": git,
            "started": started.isoformat(timespec="seconds"),
            "finished": datetime.now(UTC).isoformat(timespec="seconds"),
            "execution": execution,
            "outputs": {path.name: sha256_of(text) for path, text in contents.items()},
        }
        publish({**contents, files.manifest: manifest_text(manifest)})
        files.failed.unlink(missing_ok=True)
    return {"stderr_dropped": execution["stderr_dropped"]}


def report_title(job: Job) -> str:
    return template(f"runs.report_{job.report}", job.language)


def _executed(job: Job, workspace: Path) -> NotebookNode:
    """The notebook with its outputs, complete; a failed one is kept in the internal folder for whoever mends it."""
    name = f"notebooks/{job.report}.ipynb"
    source = one_language(_read(job.project.notebook(job.report), name), job.language)
    check_parameters_cell(source, name=name)
    (workspace / SOURCE).write_text(nbformat.writes(source), encoding="utf-8")
    growing = partial(job.files.notebook)
    try:
        executed: NotebookNode = execute_notebook(
            _literal(workspace / SOURCE),
            _literal(growing),
            parameters=dict(job.parameters),
            kernel_name="python3",
            progress_bar=False,
            start_timeout=KERNEL_START_SECONDS,
            execution_timeout=job.cell_timeout,
            record_timing=False,
        )
        number = first_unfinished(executed)
        if number is not None:
            raise NotebookError(Finding("notebook.unfinished", file=name, values={"cell": number}))
    except OSError as error:
        if isinstance(error, CellTimeoutError):
            _keep_failed(job)
            raise _failure(error, job, name=name) from None
        raise machine_error(error, growing, name=job.name) from None
    except (NotebookError, PapermillExecutionError, DeadKernelError, RuntimeError, NoSuchKernel) as error:
        _keep_failed(job)
        raise _failure(error, job, name=name) from None
    return executed


def _read(path: Path, name: str) -> NotebookNode:
    try:
        notebook: NotebookNode = nbformat.read(path, as_version=4)
    except (OSError, ValueError):  # not JSON, not UTF-8
        raise NotebookError(Finding("notebook.unreadable", file=name)) from None
    return notebook


def _literal(path: Path) -> str:
    """papermill fills parameters into braces of a path."""
    return str(path).replace("{", "{{").replace("}", "}}")


def _failure(error: Exception, job: Job, *, name: str) -> EfficacyError:
    """What stopped a notebook: an input error's findings, else the cell and the exception's type, never its text."""
    if isinstance(error, EfficacyError):
        return error
    if isinstance(error, PapermillExecutionError):
        known = error_from_json(error.traceback[0]) if error.traceback else None
        values = {"cell": error.exec_count or 0, "type": error.ename}
        return known or NotebookError(Finding("notebook.cell_failed", file=name, values=values))
    if isinstance(error, CellTimeoutError):
        return NotebookError(Finding("notebook.timeout", file=name, values={"seconds": job.cell_timeout}))
    code = "notebook.kernel_died" if isinstance(error, DeadKernelError) else "notebook.kernel_not_started"
    return NotebookError(Finding(code, file=name))


def _keep_failed(job: Job) -> None:
    growing, kept = partial(job.files.notebook), job.files.failed
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        if job.data_origin == "confidential":  # a traceback quotes the values that it met
            without = only_blocks(nbformat.read(growing, as_version=4), language=job.language)
            growing.write_text(nbformat.writes(without) + "\n", encoding="utf-8")
        growing.replace(kept)
    except (OSError, ValueError):
        discard(job.files.notebook)


def _check_inputs_unchanged(job: Job) -> None:
    """A manifest must not name files that changed while the notebook was reading them."""
    loaded = load_parameters(job.site, project=job.project)
    now = read_inputs(loaded, job.report, parameters=job.parameters, project=job.project)
    if now.files != job.inputs["files"]:
        raise MachineError(Finding("machine.inputs_changed", file=job.name))


def _leave_with_parent(job: Job, workspace: Path) -> None:
    """Wait until the run that started this process closes our standard input, then leave nothing behind."""
    sys.stdin.buffer.read()
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            process.kill()
    discard(*job.files.published)
    shutil.rmtree(workspace, ignore_errors=True)
    os._exit(INTERRUPTED)


def main(folder: str) -> int:
    workspace = Path(folder)
    job = Job.from_json((workspace / JOB).read_text(encoding="utf-8"))
    threading.Thread(target=_leave_with_parent, args=(job, workspace), daemon=True).start()
    try:
        result: dict[str, Any] = execute(job, workspace=workspace)
    except EfficacyError as error:
        result = {"error": error.to_json()}
    except Exception as error:
        result = {"error": our_bug(error).to_json()}
    discard(*job.files.published)
    (workspace / RESULT).write_text(json.dumps(result), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
