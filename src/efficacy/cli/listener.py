"""What is heard of a run: a live line a report on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from ..documents import Language
from ..project import Project
from .speech import print_error, print_findings, site_language, words

if TYPE_CHECKING:
    from ..runs.runner import Event


class Listener:
    """Prints what happens: a live line per running report on a terminal, plain lines elsewhere."""

    def __init__(self, project: Project, language: Language | None, *, limit: int | None) -> None:
        self.project, self.language, self.limit = project, language, limit
        self.progress: Any = None
        self.tasks: dict[str | None, Any] = {}
        self.languages: set[Language] = set()

    def __enter__(self) -> Listener:
        if sys.stdout.isatty():
            from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

            self.progress = Progress(
                SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn(), transient=True
            )
            self.progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.progress is not None:
            self.progress.stop()

    @property
    def only_language(self) -> Language | None:
        """The one that every site so far speaks, if there is one."""
        return next(iter(self.languages)) if len(self.languages) == 1 else None

    def hear(self, event: Event) -> None:
        spoken = self.language or event.language or site_language(event.site, self.project)
        self.languages.add(spoken)
        seconds = f"{event.seconds:.1f}" if event.seconds is not None else ""
        line = words(f"state_{event.status}", spoken, name=event.name or event.site, seconds=seconds)
        if self.progress is not None and event.status == "started":
            self.tasks[event.name] = self.progress.add_task(line, total=None)
            return
        if self.progress is not None and event.name in self.tasks:
            self.progress.remove_task(self.tasks.pop(event.name))
        if event.status == "failed":
            print_error(words("failed", spoken, line=line))
        else:
            print(line, flush=True)
        print_findings(event.findings, spoken, limit=self.limit)
