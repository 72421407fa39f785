"""Studies with known truth: pure seeded generators, no files."""

from .answers import (
    covariate,
    factor_scores,
    item_answers,
    lowest,
    occasion_factors,
    shares,
    skip_answers,
    total_scores,
)
from .examples import LAIXI, QICHUN
from .moments import ScaleTruth, item_covariances, item_means, scale_truth, shift_for, stability_for
from .programme import attendance, coded_causes, dose, dropouts, satisfaction
from .site import SimulatedSite, simulate_site
from .truth import AttendanceTruth, CausesTruth, CovariateTruth, OccasionTruth, QuestionnaireTruth, SiteTruth

__all__ = [
    "LAIXI",
    "QICHUN",
    "AttendanceTruth",
    "CausesTruth",
    "CovariateTruth",
    "OccasionTruth",
    "QuestionnaireTruth",
    "ScaleTruth",
    "SimulatedSite",
    "SiteTruth",
    "attendance",
    "coded_causes",
    "covariate",
    "dose",
    "dropouts",
    "factor_scores",
    "item_answers",
    "item_covariances",
    "item_means",
    "lowest",
    "occasion_factors",
    "satisfaction",
    "scale_truth",
    "shares",
    "shift_for",
    "simulate_site",
    "skip_answers",
    "stability_for",
    "total_scores",
]
