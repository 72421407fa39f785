"""Raw files as tables of text: nothing is converted, guessed or repaired before the checks have seen it."""

from .open import Format, read_table
from .table import Change, RawTable, clean

__all__ = ["Change", "Format", "RawTable", "clean", "read_table"]
