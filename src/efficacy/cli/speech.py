"""What the command prints, and in which language: messages by key, findings as sentences, columns of a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any
from unicodedata import east_asian_width

from ..documents import Language
from ..errors import EfficacyError, Finding
from ..project import Project

MAXIMUM_FINDINGS = 20


def print_findings(findings: Sequence[Finding], language: Language, *, limit: int | None) -> None:
    from ..report.findings import finding_sentence

    order = {"error": 0, "warning": 1, "note": 2}
    ordered = sorted(findings, key=lambda finding: order[finding.severity])
    shown = ordered if limit is None else ordered[:limit]
    for finding in shown:
        sentence = finding_sentence(finding, language)
        print_error(sentence if finding.severity == "error" else words(finding.severity, language, sentence=sentence))
    if len(shown) < len(ordered):
        print_error(words("more_findings", language, count=len(ordered) - len(shown)))


def print_error(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def words(key: str, language: Language, **values: Any) -> str:
    from ..report.messages import template

    return template(f"runs.{key}", language).format(**values)


def asked_language(arguments: Sequence[str]) -> Language:
    """The language asked for on the command line, also where reading it failed; else the locale's."""
    for flag, value in zip(arguments, [*arguments[1:], ""], strict=True):
        asked = value if flag == "--language" else flag.removeprefix("--language=")
        if asked in ("zh", "en"):
            return asked  # type: ignore[return-value]
    return locale_language()


def site_language(site: str, project: Project) -> Language:
    """The language a site's parameters ask for, read without checking the rest of the file; else the locale's."""
    from ..documents import load_document

    try:
        defaults = load_document(project.parameter_file(site), name=site).content.get("defaults")
        spoken = defaults.get("language") if isinstance(defaults, dict) else None
    except EfficacyError:
        spoken = None
    return spoken if spoken in ("zh", "en") else locale_language()


def locale_language() -> Language:
    import locale

    named = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), None)
    spoken = named or locale.getlocale()[0] or ""
    return "zh" if spoken.lower().startswith(("zh", "chinese")) else "en"


def width(text: str) -> int:
    """Columns of a terminal: a Chinese character takes two."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
