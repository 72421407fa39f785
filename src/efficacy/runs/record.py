"""What a report was made from, and the manifest that says so: hashes and versions, nothing of the machine."""

from __future__ import annotations

import hashlib
import json
import platform
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from ..documents import SCHEMA
from ..errors import Finding, NotebookError
from ..params import ParameterFile
from ..project import Project, package_files
from .files import sha256

DISTRIBUTION = "efficacy"


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """Everything that can change a report. files: SHA-256 by name relative to the project. package: version and hash
    of the code. libraries: versions of what the package depends on. parameters: as the notebook gets them."""

    files: Mapping[str, str]
    package: Mapping[str, str]
    python: str
    libraries: Mapping[str, str]
    parameters: Mapping[str, Any]

    @property
    def fingerprint(self) -> str:
        """One hash of all of it: a report whose manifest carries the same one is up to date."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


def read_inputs(loaded: ParameterFile, report: str, *, parameters: Mapping[str, Any], project: Project) -> Inputs:
    """Hash everything one report is made from; NotebookError where its notebook is missing.

    A data file or instrument that is missing has an empty hash: reading the study says so, with everything else that
    is wrong with the data.
    """
    notebook = project.notebook(report)
    if not notebook.is_file():
        raise NotebookError(Finding("notebook.missing", file=f"notebooks/{report}.ipynb"))
    paths: dict[str, Path | None] = {loaded.document.name: loaded.path, f"notebooks/{report}.ipynb": notebook}
    for site in loaded.sites:
        paths[site.document.name] = site.path
        paths |= {name: project.data_file(name) for name in data_files(site.site)}
        for use in site.site.instruments:
            paths[f"instruments/{use.instrument}.yml"] = project.instrument_file(use.instrument)
    return Inputs(
        files={name: _hash(path) for name, path in sorted(paths.items())},
        package={"version": version(DISTRIBUTION), "sha256": package_hash()},
        python=platform.python_version(),
        libraries=libraries(),
        parameters=parameters,
    )


def _hash(path: Path | None) -> str:
    try:
        return sha256(path) if path is not None else ""
    except OSError:
        return ""


def data_files(model: BaseModel) -> tuple[str, ...]:
    """Every data file a site's parameters name, wherever a model has a field ``file``."""
    return tuple(dict.fromkeys(_data_files(model)))


def _data_files(value: Any) -> Iterator[str]:
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            field = getattr(value, name)
            if name == "file" and isinstance(field, str):
                yield field
            else:
                yield from _data_files(field)
    elif isinstance(value, (tuple, list, Mapping)):
        for part in value.values() if isinstance(value, Mapping) else value:
            yield from _data_files(part)


@cache
def package_hash() -> str:
    """One hash of the package's own files: a report is out of date when the code that makes it has changed."""
    digest = hashlib.sha256()
    for name, path in package_files():
        digest.update(f"{name}\0{sha256(path)}\n".encode())
    return digest.hexdigest()


@cache
def libraries() -> Mapping[str, str]:
    """Installed versions of the package's direct dependencies, extras left out."""
    found = {}
    for requirement in requires(DISTRIBUTION) or ():
        name = re.match(r"[A-Za-z0-9._-]+", requirement)
        if name is None or "extra ==" in requirement:
            continue
        try:
            found[name[0]] = version(name[0])
        except PackageNotFoundError:  # needed on another system only
            continue
    return dict(sorted(found.items()))


def git_state(project: Project) -> dict[str, Any] | None:
    """Commit and whether tracked files outside reports/ were changed; None without git or outside a repository."""
    git = shutil.which("git")
    if git is None:
        return None

    def ask(*arguments: str) -> str | None:
        answer = subprocess.run(
            [git, "-C", str(project.root), *arguments], capture_output=True, text=True, encoding="utf-8", check=False
        )
        return answer.stdout.strip() if answer.returncode == 0 else None

    commit = ask("rev-parse", "HEAD")
    if commit is None:
        return None
    changed = ask("status", "--porcelain", "--untracked-files=no", "--", ".", ":(exclude)reports")
    return {"commit": commit, "dirty": bool(changed)}


def manifest_text(content: Mapping[str, Any]) -> str:
    return json.dumps({"schema": SCHEMA, **content}, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def read_manifest(path: Path) -> dict[str, Any] | None:
    """A manifest as written, or None where there is none that this version can read."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) and content.get("schema") == SCHEMA else None


def up_to_date(manifest: Path, inputs: Inputs) -> bool:
    """Whether the outputs beside a manifest are the ones it records, made from these inputs."""
    content = read_manifest(manifest)
    if content is None or content.get("fingerprint") != inputs.fingerprint:
        return False
    outputs: Mapping[str, str] = content.get("outputs", {})
    try:
        return bool(outputs) and all(sha256(manifest.with_name(name)) == value for name, value in outputs.items())
    except OSError:
        return False
