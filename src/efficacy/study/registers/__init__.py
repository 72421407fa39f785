"""Registers of a school or project: read by their codebooks, checked like every other input."""

from .mapping import map_register_columns
from .reading import everybody, read_registers, rows_by_file
from .tables import OpenRegister, open_registers

__all__ = ["OpenRegister", "everybody", "map_register_columns", "open_registers", "read_registers", "rows_by_file"]
