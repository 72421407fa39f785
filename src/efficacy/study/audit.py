"""What a reading noticed and changed: findings and lines of the cleaning log, collected until all is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from ..errors import DataError, Finding, PrivacyError, Severity
from .readers import Change, RawTable

ROWS_NAMED = 20
_LOG_COLUMNS = ("file", "row", "column", "rule", "n")


@dataclass(eq=False, repr=False)
class Audit:
    """Findings and changes of one site.

    minimum_cell: labels in fewer rows than this are never named. incomplete: a source could not be read, so that a
    child or column found nowhere is no mistake of its own.
    """

    minimum_cell: int
    findings: list[Finding] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    hashes: dict[str, str] = field(default_factory=dict)
    encodings: dict[str, str] = field(default_factory=dict)
    incomplete: bool = False

    def opened(self, table: RawTable) -> None:
        """A file that could be read: its hash and encoding, and what its reader changed."""
        self.hashes[table.file] = table.sha256
        if table.encoding is not None:
            self.encodings[table.file] = table.encoding
        self.changes.extend(table.changes)

    def add(
        self,
        code: str,
        table: RawTable | None = None,
        *,
        severity: Severity = "error",
        column: str | None = None,
        rows: Iterable[int] = (),
        values: Mapping[str, Any] | None = None,
    ) -> None:
        """A finding about a whole file, a column or some of its rows: the first is named, the next ones listed."""
        numbers = sorted(int(row) for row in rows)
        content = dict(values or {})
        if table and column and column in table.titles:
            content["title"] = table.titles[column]
        if numbers:
            content |= {"n": len(numbers), "rows": numbers[:ROWS_NAMED]}
        self.findings.append(
            Finding(
                code,
                severity=severity,
                file=table.file if table else None,
                sheet=table.sheet if table else None,
                row=numbers[0] if numbers else None,
                column=column,
                values=content,
            )
        )

    def change(self, rule: str, table: RawTable, *, column: str, rows: Iterable[int]) -> None:
        """A rule that changed these rows of a column; nothing where there are none."""
        numbers = [int(row) for row in rows]
        if numbers:
            self.changes.append(Change(file=table.file, rule=rule, n=len(numbers), column=column, row=min(numbers)))

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity == "error")

    def stop_at_errors(self) -> None:
        """Raise every error at once: PrivacyError where one of them is about privacy, else DataError."""
        if self.errors:
            private = any(finding.code.startswith("privacy.") for finding in self.errors)
            raise (PrivacyError if private else DataError)(self.errors)

    def cleaning_log(self) -> pd.DataFrame:
        """One row per file, column and rule: how many cells it changed, and the first row it changed."""
        log = pd.DataFrame([vars(change) for change in self.changes], columns=list(_LOG_COLUMNS))
        return log.astype({"file": "str", "row": "Int64", "column": "str", "rule": "str", "n": "int64"})
