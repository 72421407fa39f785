"""Findings and errors: what is wrong with an input, as codes and values, never as sentences.

Rooms below ``report`` raise or return findings; only the command line and the reports turn a code into a sentence
(``report/messages/findings.yml`` holds one per code and language). ``str()`` of an error therefore names codes only:
a traceback can never carry a child's name or answer.
"""

from __future__ import annotations

import json
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, Literal

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True)
class Finding:
    """One thing noticed about an input.

    code: dotted key of its sentence, for example ``data.out_of_range``. severity: "error" stops the run, "warning"
    stands in the report, "note" only in the cleaning log. file: name relative to the project. row: 1-based line of a
    text file or row of a sheet, as the user's program shows it. column: column header or dotted key. values: what the
    sentence is filled with; never a name, an id or another cell of that row.
    """

    code: str
    severity: Severity = "error"
    file: str | None = None
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


class EfficacyError(Exception):
    """Base of every error the user can mend; carries findings and the exit code of the command."""

    exit_code: ClassVar[int] = 1

    def __init__(self, findings: Finding | Iterable[Finding]) -> None:
        self.findings: tuple[Finding, ...] = (findings,) if isinstance(findings, Finding) else tuple(findings)
        super().__init__(", ".join(dict.fromkeys(finding.code for finding in self.findings)))

    def to_json(self) -> str:
        """This error as one line, for another process; error_from_json reads it back."""
        record = {"error": type(self).__name__, "findings": [asdict(finding) for finding in self.findings]}
        return json.dumps(record, ensure_ascii=False, default=str)

    def _render_traceback_(self) -> list[str]:
        """What Jupyter shows of this error: its findings, which the runner reads back, and no code."""
        return [self.to_json()]


class UsageError(EfficacyError):
    """The command was used wrongly (no project here, unknown site, unknown report)."""

    exit_code = 2


class DataError(EfficacyError):
    """A data file cannot be read or holds something it must not hold."""

    exit_code = 3


class ParameterError(EfficacyError):
    """A parameter file or an instrument file is wrong."""

    exit_code = 4


class PrivacyError(EfficacyError):
    """Something that could name a child stands where it must not."""

    exit_code = 5


class NotebookError(EfficacyError):
    """A notebook or its kernel failed, or did not run to its end."""

    exit_code = 7


class MachineError(EfficacyError):
    """The machine refused: disk full, no rights, another run holds the lock."""

    exit_code = 8


_KINDS: dict[str, type[EfficacyError]] = {
    kind.__name__: kind
    for kind in (
        EfficacyError,
        UsageError,
        DataError,
        ParameterError,
        PrivacyError,
        NotebookError,
        MachineError,
    )
}


def error_from_json(text: str) -> EfficacyError | None:
    """The error that to_json wrote, or None where the text is anything else."""
    try:
        record = json.loads(text)
        return _KINDS[record["error"]]([Finding(**finding) for finding in record["findings"]])
    except (ValueError, TypeError, KeyError):
        return None


def our_bug(error: BaseException) -> EfficacyError:
    """An exception nobody expected, as a finding (exit 1): its type and where, never its text, which may hold data."""
    frames = traceback.extract_tb(error.__traceback__)
    parts = frames[-1].filename.replace("\\", "/").split("/") if frames else ["?"]
    where = f"{'/'.join(parts[-2:])}:{frames[-1].lineno}" if frames else "?"
    return EfficacyError(Finding("internal.unexpected", values={"type": type(error).__name__, "where": where}))
