"""How it is measured: questionnaires as evidence-marked data."""

from .model import Disagreement, Evidence, Instrument, Item, Norm, ResponseOption, Scale

__all__ = ["Disagreement", "Evidence", "Instrument", "Item", "Norm", "ResponseOption", "Scale"]
