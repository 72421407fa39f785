"""What the package's own procedures do in simulated studies with known truth, measured beforehand and shipped."""

from .loader import calibrated_values, calibration_table
from .lookup import nearest_calibration
from .model import CalibratedValue
from .questionnaires import factor_recovery, true_model_fit

__all__ = [
    "CalibratedValue",
    "calibrated_values",
    "calibration_table",
    "factor_recovery",
    "nearest_calibration",
    "true_model_fit",
]
