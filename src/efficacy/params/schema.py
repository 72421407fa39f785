"""The parameter file's model as a JSON Schema, for editors that complete and check while one types."""

from __future__ import annotations

import json
from typing import Any

from .site import Site


def site_json_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of params/<site>.yml.

    It knows keys, types and ranges, not what models check between fields. A parameter file names it in its first line:
    ``# yaml-language-server: $schema=site.schema.json``.
    """
    schema = Site.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def site_json_schema_text() -> str:
    """The schema as params/site.schema.json holds it."""
    return json.dumps(site_json_schema(), indent=2, ensure_ascii=False) + "\n"
