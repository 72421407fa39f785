"""What the registers of a school or project hold: one codebook a kind of register, as data."""

from .library import register_kind, register_kinds
from .model import Code, Codebook, RegisterColumn, RegisterKind
from .page import codebook_page

__all__ = [
    "Code",
    "Codebook",
    "RegisterColumn",
    "RegisterKind",
    "codebook_page",
    "register_kind",
    "register_kinds",
]
