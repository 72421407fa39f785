"""One child, or a few whose programmes start at different times: phases, overlap, size, trend, lot, goals."""

from .between import BetweenCaseEffect, between_case_effect
from .casework import service_hours, support_matrix
from .goals import GoalAttainment, cohort_standing, goal_attainment
from .kendall import BaselineCorrectedTau, TauU, baseline_corrected_tau, tau_u
from .magnitude import WithinCaseEffects, within_case_effects
from .overlap import NonOverlap, non_overlap
from .phases import LEAST_POINTS, PhaseDescription, describe_phase
from .randomisation import LEAST_STARTS, RandomisationTest, randomisation_test
from .trend import (
    LEAST_FOR_AUTOCORRELATION,
    LevelShift,
    PiecewiseRegression,
    level_shift,
    piecewise_regression,
)

__all__ = [
    "LEAST_FOR_AUTOCORRELATION",
    "LEAST_POINTS",
    "LEAST_STARTS",
    "BaselineCorrectedTau",
    "BetweenCaseEffect",
    "GoalAttainment",
    "LevelShift",
    "NonOverlap",
    "PhaseDescription",
    "PiecewiseRegression",
    "RandomisationTest",
    "TauU",
    "WithinCaseEffects",
    "baseline_corrected_tau",
    "between_case_effect",
    "cohort_standing",
    "describe_phase",
    "goal_attainment",
    "level_shift",
    "non_overlap",
    "piecewise_regression",
    "randomisation_test",
    "service_hours",
    "support_matrix",
    "tau_u",
    "within_case_effects",
]
