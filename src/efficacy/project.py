"""Where everything is: the project's root and every path in it. No other module computes a path."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from .errors import Finding, ParameterError, UsageError

ENVIRONMENT_VARIABLE = "EFFICACY_PROJECT"
_PACKAGE = Path(__file__).resolve().parent
_LIBRARY = _PACKAGE / "instruments" / "library"
_CODEBOOKS = _PACKAGE / "codebooks" / "library"


@dataclass(frozen=True)
class ReportFiles:
    """The files of one report. lock: held while it is written. failed: the notebook of a run that went wrong."""

    notebook: Path
    html: Path
    manifest: Path
    lock: Path
    failed: Path

    @property
    def published(self) -> tuple[Path, Path, Path]:
        """What a run that succeeds leaves behind, the manifest last."""
        return self.notebook, self.html, self.manifest


@dataclass(frozen=True)
class Project:
    """A folder with params/, data/ and reports/."""

    root: Path

    @property
    def params(self) -> Path:
        """One parameter file a site or other subject, and instruments/ with the project's own questionnaires."""
        return self.root / "params"

    @property
    def data(self) -> Path:
        """Raw files as they arrived; nothing is ever written here."""
        return self.root / "data"

    @property
    def reports(self) -> Path:
        """Everything that is made: a folder for each parameter file."""
        return self.root / "reports"

    @property
    def index(self) -> Path:
        """The page that leads to every report."""
        return self.reports / "index.html"

    def parameter_file(self, name: str) -> Path:
        """The parameter file of that name, whether it exists or not."""
        return self.params / f"{name}.yml"

    def parameter_names(self) -> tuple[str, ...]:
        """Everything that has a parameter file, sites and others, in alphabetical order."""
        return tuple(sorted(path.stem for path in self.params.glob("*.yml")))

    def instrument_file(self, name: str) -> Path | None:
        """The project's own file of an instrument, else the shipped one, else None."""
        for folder in self._instrument_folders:
            if (path := folder / f"{name}.yml").is_file():
                return path
        return None

    def instrument_names(self) -> tuple[str, ...]:
        """Every questionnaire that instrument_file finds, in alphabetical order."""
        return tuple(sorted({path.stem for folder in self._instrument_folders for path in folder.glob("*.yml")}))

    @property
    def _instrument_folders(self) -> tuple[Path, Path]:
        """Where questionnaires are looked for: the project's own win over the shipped ones."""
        return self.params / "instruments", _LIBRARY

    def notebook(self, report: str) -> Path:
        """The notebook of a report: the project's own, else the copy shipped with the package."""
        own = self.root / "notebooks" / f"{report}.ipynb"
        return own if own.is_file() else shipped_notebooks() / f"{report}.ipynb"

    def data_file(self, relative: str) -> Path:
        """A data file named in the parameters; it must lie inside data/, also after following links."""
        path = self.root / relative
        if not path.resolve().is_relative_to(self.data.resolve()):
            raise ParameterError(Finding("parameters.path_outside_data", values={"path": relative}))
        return path

    def report_files(self, *, site: str, report: str, language: str, profile: str) -> ReportFiles:
        """Where a report goes; the internal profile has a folder of its own that git ignores."""
        folder = self.reports / site
        target = folder / "internal" if profile == "internal" else folder
        if not target.resolve().is_relative_to(self.reports.resolve()):
            raise ParameterError(Finding("parameters.path_outside_reports", values={"path": site}))
        stem = f"{report}.{language}"
        return ReportFiles(
            notebook=target / f"{stem}.ipynb",
            html=target / f"{stem}.html",
            manifest=target / f"{stem}.manifest.json",
            lock=target / f".{stem}.lock",
            failed=folder / "internal" / f"{stem}.failed.ipynb",
        )

    def relative(self, path: Path) -> str:
        """A path as people are shown it: relative to the project, with forward slashes."""
        resolved = path.resolve()
        root = self.root.resolve()
        return resolved.relative_to(root).as_posix() if resolved.is_relative_to(root) else path.name


def find_project(root: str | Path | None = None) -> Project:
    """The project to work in: the argument, else EFFICACY_PROJECT, else the nearest parent with params/*.yml.

    Raises UsageError (exit 2) when none of the three is a project.
    """
    named = root or os.environ.get(ENVIRONMENT_VARIABLE)
    if named:
        folder = Path(named).expanduser().resolve()
        if not (folder / "params").is_dir():
            raise UsageError(Finding("usage.not_a_project", values={"folder": folder.name}))
        return Project(folder)
    here = Path.cwd().resolve()
    for folder in (here, *here.parents):
        if any((folder / "params").glob("*.yml")):
            return Project(folder)
    raise UsageError(Finding("usage.no_project"))


def package_files() -> tuple[tuple[str, Path], ...]:
    """Every file of the package that can change a report, with its name inside the package, in a fixed order."""
    found = ((path.relative_to(_PACKAGE), path) for path in _PACKAGE.rglob("*") if path.is_file())
    skipped = ("__pycache__", "_notebooks", ".")
    return tuple(
        sorted((n.as_posix(), path) for n, path in found if not any(part.startswith(skipped) for part in n.parts))
    )


def shipped_instruments() -> dict[str, Path]:
    """The questionnaires that came with the package, by name."""
    return {path.stem: path for path in sorted(_LIBRARY.glob("*.yml"))}


def shipped_codebooks() -> tuple[Path, ...]:
    """The codebooks of registers that came with the package, in a fixed order."""
    return tuple(sorted(_CODEBOOKS.glob("*.yml")))


def shipped_notebooks() -> Path:
    """The notebooks that came with the package; in a checkout, the checkout's own folder."""
    in_wheel = _PACKAGE / "_notebooks"
    return in_wheel if in_wheel.is_dir() else _PACKAGE.parents[1] / "notebooks"
