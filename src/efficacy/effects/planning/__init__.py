"""Before the data: what a planned study would find out, and how often it would be wrong."""

from .comparison import DesignComparison, compare_designs
from .designs import DesignName, StudyDesign, extra_measurements

__all__ = ["DesignComparison", "DesignName", "StudyDesign", "compare_designs", "extra_measurements"]
