"""Which column of which register file was read as what."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from .tables import OpenRegister

_TYPES = dict.fromkeys(("file", "wave", "column", "title", "kind", "name"), "str")


def map_register_columns(opened: Sequence[OpenRegister]) -> pd.DataFrame:
    """file, wave (missing), column, title (the sheet), kind ("register" or "unused"), name (KIND.COLUMN)."""
    rows = []
    by_table: dict[int, list[OpenRegister]] = {}
    for register in opened:  # one table holds several parts where a column stands for each subject
        by_table.setdefault(id(register.table), []).append(register)
    for parts in by_table.values():
        register, table = parts[0], parts[0].table
        names = {heading: name for part in parts for name, heading in part.columns.items()}
        for heading in table.cells.columns:
            kind, name = (
                ("register", f"{register.kind.kind}.{names[heading]}") if heading in names else ("unused", None)
            )
            rows.append((table.file, None, heading, table.sheet, kind, name or f"{register.kind.kind}."))
    return pd.DataFrame(rows, columns=list(_TYPES)).astype(_TYPES)
