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
from .bottom_share import BottomShareTruth, CohortTruth, SimulatedSchool, county_cuts, simulate_school
from .bottom_share_examples import SIZHOUTOU
from .examples import HEKOU, LAIXI, QICHUN, SHIQIAO
from .moments import ScaleTruth, item_covariances, item_means, scale_truth, shift_for, stability_for
from .process import (
    FidelityTruth,
    ObservationTruth,
    ProcessTruth,
    SimulatedProcess,
    VoicesTruth,
    checklist,
    coded_voices,
    ratings,
    simulate_process,
)
from .process_examples import LAIXI_PROCESS, QICHUN_PROCESS
from .programme import attendance, coded_causes, dose, dropouts, satisfaction
from .site import SimulatedSite, simulate_site
from .truth import AttendanceTruth, CausesTruth, CovariateTruth, OccasionTruth, QuestionnaireTruth, SiteTruth

__all__ = [
    "HEKOU",
    "LAIXI",
    "LAIXI_PROCESS",
    "QICHUN",
    "QICHUN_PROCESS",
    "SHIQIAO",
    "SIZHOUTOU",
    "AttendanceTruth",
    "BottomShareTruth",
    "CausesTruth",
    "CohortTruth",
    "CovariateTruth",
    "FidelityTruth",
    "ObservationTruth",
    "OccasionTruth",
    "ProcessTruth",
    "QuestionnaireTruth",
    "ScaleTruth",
    "SimulatedProcess",
    "SimulatedSchool",
    "SimulatedSite",
    "SiteTruth",
    "VoicesTruth",
    "attendance",
    "checklist",
    "coded_causes",
    "coded_voices",
    "county_cuts",
    "covariate",
    "dose",
    "dropouts",
    "factor_scores",
    "item_answers",
    "item_covariances",
    "item_means",
    "lowest",
    "occasion_factors",
    "ratings",
    "satisfaction",
    "scale_truth",
    "shares",
    "shift_for",
    "simulate_process",
    "simulate_school",
    "simulate_site",
    "skip_answers",
    "stability_for",
    "total_scores",
]
