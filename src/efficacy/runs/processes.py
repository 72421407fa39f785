"""The processes that make reports: started with an environment of their own, watched, and ended without a trace."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import EfficacyError, Finding, NotebookError, error_from_json
from ..project import ENVIRONMENT_VARIABLE
from .jobs import JOB, RESULT, Job

SOURCE_DATE_EPOCH = "1756684800"  # 2025-09-01: a fixed day for libraries that would write the present one into files
GRACE_SECONDS = 10.0


@dataclass(frozen=True)
class Running:
    """One report being made."""

    job: Job
    process: subprocess.Popen[bytes]
    workspace: Path
    started: float

    def is_done(self) -> bool:
        return self.process.poll() is not None

    def result(self) -> dict[str, Any]:
        """What the process left; raises the error it met, or NotebookError where it died without a word."""
        try:
            content: dict[str, Any] = json.loads((self.workspace / RESULT).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            code = self.process.returncode
            raise NotebookError(Finding("notebook.process_died", file=self.job.name, values={"code": code})) from None
        if "error" in content:
            raise error_from_json(content["error"]) or EfficacyError(Finding("internal.unexpected"))
        return content

    def close(self) -> None:
        """End the process if it still runs, its kernel first, and remove its workspace."""
        if self.process.stdin is not None:
            self.process.stdin.close()  # the process kills its kernel, removes what it was writing and leaves
        try:
            self.process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.workspace, ignore_errors=True)


def start(job: Job) -> Running:
    """Start the process of one report. It is its own session, so that Ctrl-C reaches only the run, which ends it."""
    workspace = Path(tempfile.mkdtemp(prefix="efficacy-"))
    (workspace / JOB).write_text(job.to_json(), encoding="utf-8")
    _write_kernel_spec(workspace)
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "efficacy.runs.execute", str(workspace)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,  # a kernel's own output may hold data; what a cell shows goes to the notebook
        stderr=subprocess.DEVNULL,
        cwd=job.root,
        env=environment(job, workspace),
        start_new_session=True,
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )
    return Running(job=job, process=process, workspace=workspace, started=time.monotonic())


def environment(job: Job, workspace: Path) -> dict[str, str]:
    """This environment, with everything fixed that would make two equal runs differ or read a user's own settings."""
    kept = {key: value for key, value in os.environ.items() if key not in ("PYTHONWARNINGS", "PYTHONSTARTUP")}
    return kept | {
        ENVIRONMENT_VARIABLE: job.root,
        "PYTHONHASHSEED": "0",
        "SOURCE_DATE_EPOCH": SOURCE_DATE_EPOCH,
        "IPYKERNEL_CELL_NAME": "<cell>",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "IPYTHONDIR": str(workspace / "ipython"),
        "JUPYTER_PATH": str(workspace / "jupyter"),
        "JUPYTER_CONFIG_DIR": str(workspace / "config"),
        "JUPYTER_RUNTIME_DIR": str(workspace / "runtime"),
    }


def _write_kernel_spec(workspace: Path) -> None:
    """The kernel is this very Python, whatever kernels a user has registered under the name python3."""
    folder = workspace / "jupyter" / "kernels" / "python3"
    folder.mkdir(parents=True)
    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": command, "display_name": "Python 3", "language": "python"}
    (folder / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
