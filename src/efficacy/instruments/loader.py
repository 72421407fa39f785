"""Reading a questionnaire's file, and deciding the keys that its sources dispute."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from ..documents import Document, KeyPath, load_document, nearest_name
from ..errors import Finding, ParameterError
from ..project import Project, shipped_instruments
from .model import Instrument

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,31}")


def load_instrument(name: str | Path, *, project: Project | None = None) -> Instrument:
    """A questionnaire by name (the project's own, else the shipped one) or from a file.

    name: an instrument's id, or the path of a .yml file (a Path, or text with a folder or the ending). Disputed items
    stay ``reverse == "disputed"`` until confirm_instrument decides them. Raises ParameterError:
    ``parameters.unknown_instrument`` with the nearest name, or line and reason for a bad file.
    """
    if isinstance(name, str) and _NAME.fullmatch(name):
        path = _named(name, project)
    elif isinstance(name, Path) or name.endswith((".yml", ".yaml")) or "/" in name or "\\" in name:
        path = Path(name)
    else:
        raise _unknown(name, project)
    document = load_document(path, name=project.relative(path) if project else path.name)
    instrument = document.validate(Instrument)
    if isinstance(name, str) and _NAME.fullmatch(name) and instrument.id != name:
        raise ParameterError(document.finding("parameters.instrument_name", ("id",), {"expected": name}))
    return instrument


def confirm_instrument(
    instrument: Instrument,
    *,
    reverse: Mapping[str, bool],
    confirmed_by: Literal["wording"] | None,
    document: Document | None = None,
    at: KeyPath = (),
) -> Instrument:
    """The instrument as one site used it, every reverse key decided.

    reverse: disputed item number (text) -> whether the wording printed at this site is reversed. confirmed_by:
    "wording", the only ground accepted. document, at: the parameter file and the place of this use in it, for the
    lines of findings. Raises ParameterError: ``parameters.reverse_not_confirmed`` (items without an answer, or answers
    without ``reverse_confirmed_by``), ``parameters.reverse_unknown_item`` (answers for items that are not disputed).
    """
    document = document or Document(name="", content={})
    disputed = [str(number) for number in instrument.disputed]
    open_items = disputed if confirmed_by is None else [number for number in disputed if number not in reverse]
    unknown = [number for number in reverse if number not in disputed]
    findings = []
    if open_items:
        values = {"instrument": instrument.id, "items": open_items}
        place = "reverse_confirmed_by" if confirmed_by is None else "reverse"
        findings.append(document.finding("parameters.reverse_not_confirmed", (*at, place), values))
    if unknown:
        values = {"instrument": instrument.id, "items": unknown, "disputed": disputed}
        findings.append(document.finding("parameters.reverse_unknown_item", (*at, "reverse", unknown[0]), values))
    if findings:
        raise ParameterError(findings)
    return instrument.confirmed(reverse)


def _named(name: str, project: Project | None) -> Path:
    path = project.instrument_file(name) if project else shipped_instruments().get(name)
    if path is None:
        raise _unknown(name, project)
    return path


def _unknown(name: str, project: Project | None) -> ParameterError:
    names = project.instrument_names() if project else tuple(shipped_instruments())
    values = {"instrument": name[:40], "nearest": nearest_name(name, names), "allowed": names}
    return ParameterError(Finding("parameters.unknown_instrument", values=values))
