"""What the package's own procedures do in simulated studies with known truth, measured beforehand and shipped."""

from .loader import calibrated_values, calibration_table
from .lookup import nearest_calibration
from .model import CalibratedValue

__all__ = ["CalibratedValue", "calibrated_values", "calibration_table", "nearest_calibration"]
