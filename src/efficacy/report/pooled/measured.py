"""How often such an interval held the truth in simulated studies: the calibrated cell nearest to these sites."""

from __future__ import annotations

from ...calibration import CalibratedValue, nearest_calibration
from ...calibration.model import CellValue
from .evaluation import Evaluation

PROCEDURE, STATISTIC = "pooled_change", "coverage"


def measured_coverage(evaluation: Evaluation) -> CalibratedValue | None:
    """Coverage of the pooled interval, measured with this package's own code; None where the shipped table lacks it."""
    main, sites = evaluation.main, evaluation.main.by_site()
    scale = float(sites["sd_survey"].mean()) if evaluation.unit == "raw" else 1.0
    cell: dict[str, CellValue] = {
        "k": main.n_used,
        "n_survey": round(float(sites["n_survey"].mean())),
        "n_members": round(float(sites["n"].mean())),
        "retest_r": main.retest_r,
        "tau2": main.at_fixed_r.tau2 / scale**2,
        "r_from": "study" if evaluation.has_study else "truth",
    }
    try:
        return nearest_calibration(PROCEDURE, STATISTIC, cell)
    except ValueError:  # this table was made without it
        return None
