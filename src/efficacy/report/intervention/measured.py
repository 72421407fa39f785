"""Error rates of this report's methods where their assumptions fail: the calibrated design nearest to a site's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...calibration import CalibratedValue, nearest_calibration
from ...calibration.model import CellValue

DRIFT = 0.2
"""Change of everybody, in standard deviations, for which the error of methods without untreated children is quoted."""
SKEWED, MORE_SKEWED = "skew_0.7", "skew_1.2"
_NOTHING_HAPPENED: Mapping[str, CellValue] = {
    "shape": "normal",
    "effect": 0.0,
    "drift": 0.0,
    "missing": 0.0,
    "loss": "random",
    "shock": 0.0,
}


@dataclass(frozen=True, kw_only=True)
class MeasuredDesign:
    """A design of the calibration table: the lowest n_members of n_survey at a retest correlation, no effect."""

    n_survey: int
    n_members: int
    retest_r: float

    def value(self, procedure: str, statistic: str, *, shape: str = "normal", drift: float = 0.0) -> CalibratedValue:
        """What was measured of a procedure in this design, with scores of this shape and everybody changed by drift."""
        sizes = {"n_survey": self.n_survey, "n_members": self.n_members, "retest_r": self.retest_r}
        cell = {**sizes, **_NOTHING_HAPPENED, "shape": shape, "drift": drift}
        return nearest_calibration(procedure, statistic, cell)

    @staticmethod
    def named_by(value: CalibratedValue) -> MeasuredDesign:
        """The design whose cell a value comes from, for a sentence to name."""
        cell = value.cell
        return MeasuredDesign(
            n_survey=int(cell["n_survey"]), n_members=int(cell["n_members"]), retest_r=float(cell["retest_r"])
        )


def nearest_design(*, n_survey: int, n_members: int, retest_r: float) -> MeasuredDesign:
    """The calibrated design nearest to these numbers, of those measured with every failure that a sentence quotes."""
    wanted = MeasuredDesign(n_survey=max(n_survey, 1), n_members=max(n_members, 1), retest_r=retest_r)
    return MeasuredDesign.named_by(wanted.value("retest_correction_study_r", "coverage", drift=DRIFT))
