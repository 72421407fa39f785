"""``--set report.key=value``: one parameter for this run only, read by the rules of the parameter files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ..documents import parse_document
from ..errors import Finding, ParameterError, UsageError

SOURCE = "--set"  # how findings call where a value comes from
_SETTING = re.compile(r"(?P<report>[^.=\s]+)\.(?P<key>[^.=\s]+)=(?P<value>[^\r\n]*)")


def read_settings(texts: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Report -> key -> value. Raises UsageError for another form, ParameterError for a value YAML readers differ on."""
    settings: dict[str, dict[str, Any]] = {}
    for text in texts:
        match = _SETTING.fullmatch(text)
        if match is None or not match["value"].strip():
            raise UsageError(Finding("usage.bad_setting", values={"text": text}))
        place = f"{match['report']}.{match['key']}"
        try:
            value = parse_document(f"value: {match['value']}", name=SOURCE).content["value"]
        except ParameterError as error:
            raise ParameterError(
                [Finding(found.code, file=SOURCE, column=place, values=found.values) for found in error.findings]
            ) from None
        settings.setdefault(match["report"], {})[match["key"]] = value
    return settings
