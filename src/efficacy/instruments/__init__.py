"""How it is measured: questionnaires as evidence-marked data."""

from .loader import confirm_instrument, load_instrument
from .model import Disagreement, Evidence, Instrument, Item, Norm, Permission, ResponseOption, Scale

__all__ = [
    "Disagreement",
    "Evidence",
    "Instrument",
    "Item",
    "Norm",
    "Permission",
    "ResponseOption",
    "Scale",
    "confirm_instrument",
    "load_instrument",
]
