"""What the scores mean: levels, differences, change, and what may be concluded from them. Numbers in, numbers out."""

from .change import PairedChange, paired_change
from .claims import RUNGS, Claims, Evidence, Rung, claims_ladder
from .clusters import ClusteredRegression, clustered_regression
from .coding import CodeCounts, count_codes
from .controlled import Ancova, ChangeScoreComparison, ancova, change_score_comparison, expected_ancova_bias
from .design import AnalysisKey, MainAnalysis, main_analysis
from .detectable import smallest_detectable_difference
from .discontinuity import RegressionDiscontinuity, regression_discontinuity
from .dose import DoseAndChange, dose_and_change
from .false_alarms import FalseAlarms, false_alarm_rate, false_alarm_rate_of_members
from .fidelity import FidelityRecord, fidelity_record
from .groups import GroupComparison, categorical_table, compare_by, compare_groups, describe_scores
from .level import LevelComparison, compare_to_reference
from .missing_post import MissingPostSensitivity, missing_post_sensitivity
from .mixed import LinearMixedModel, linear_mixed_model
from .observations import ObservationRecord, observation_record
from .planning import DesignComparison, StudyDesign, compare_designs, extra_measurements
from .pooling import PooledEffect, pool_effects
from .pooling_range import PooledChangeOverR, pool_adjusted_changes_over_r
from .pooling_sites import PooledChange, SurveyedGroup, pool_adjusted_changes
from .randomised import RandomisedAncova, randomised_ancova
from .readings import Readings, comparison_readings, selection_readings
from .regression import Regression, linear_regression
from .reliable_change import ReliableChange, reliable_change
from .retest import transported_retest
from .retest_range import AdjustedChangeOverR, adjusted_change_over_r
from .selection import AdjustedChange, RegressionToMean, adjusted_change, regression_to_mean
from .sessions import SessionRecord, session_record
from .single_case import (
    BaselineCorrectedTau,
    BetweenCaseEffect,
    GoalAttainment,
    LevelShift,
    NonOverlap,
    PhaseDescription,
    PiecewiseRegression,
    RandomisationTest,
    TauU,
    WithinCaseEffects,
    baseline_corrected_tau,
    between_case_effect,
    cohort_standing,
    describe_phase,
    goal_attainment,
    level_shift,
    non_overlap,
    piecewise_regression,
    randomisation_test,
    service_hours,
    support_matrix,
    tau_u,
    within_case_effects,
)
from .spss import SpssTable, spss_groups, spss_paired
from .stages import StageRecord, satisfaction_by_stage
from .voices import VALENCES, JointDisplay, Voices, code_voices, joint_display

__all__ = [
    "RUNGS",
    "VALENCES",
    "AdjustedChange",
    "AdjustedChangeOverR",
    "AnalysisKey",
    "Ancova",
    "BaselineCorrectedTau",
    "BetweenCaseEffect",
    "ChangeScoreComparison",
    "Claims",
    "ClusteredRegression",
    "CodeCounts",
    "DesignComparison",
    "DoseAndChange",
    "Evidence",
    "FalseAlarms",
    "FidelityRecord",
    "GoalAttainment",
    "GroupComparison",
    "JointDisplay",
    "LevelComparison",
    "LevelShift",
    "LinearMixedModel",
    "MainAnalysis",
    "MissingPostSensitivity",
    "NonOverlap",
    "ObservationRecord",
    "PairedChange",
    "PhaseDescription",
    "PiecewiseRegression",
    "PooledChange",
    "PooledChangeOverR",
    "PooledEffect",
    "RandomisationTest",
    "RandomisedAncova",
    "Readings",
    "Regression",
    "RegressionDiscontinuity",
    "RegressionToMean",
    "ReliableChange",
    "Rung",
    "SessionRecord",
    "SpssTable",
    "StageRecord",
    "StudyDesign",
    "SurveyedGroup",
    "TauU",
    "Voices",
    "WithinCaseEffects",
    "adjusted_change",
    "adjusted_change_over_r",
    "ancova",
    "baseline_corrected_tau",
    "between_case_effect",
    "categorical_table",
    "change_score_comparison",
    "claims_ladder",
    "clustered_regression",
    "code_voices",
    "cohort_standing",
    "compare_by",
    "compare_designs",
    "compare_groups",
    "compare_to_reference",
    "comparison_readings",
    "count_codes",
    "describe_phase",
    "describe_scores",
    "dose_and_change",
    "expected_ancova_bias",
    "extra_measurements",
    "false_alarm_rate",
    "false_alarm_rate_of_members",
    "fidelity_record",
    "goal_attainment",
    "joint_display",
    "level_shift",
    "linear_mixed_model",
    "linear_regression",
    "main_analysis",
    "missing_post_sensitivity",
    "non_overlap",
    "observation_record",
    "paired_change",
    "piecewise_regression",
    "pool_adjusted_changes",
    "pool_adjusted_changes_over_r",
    "pool_effects",
    "randomisation_test",
    "randomised_ancova",
    "regression_discontinuity",
    "regression_to_mean",
    "reliable_change",
    "satisfaction_by_stage",
    "selection_readings",
    "service_hours",
    "session_record",
    "smallest_detectable_difference",
    "spss_groups",
    "spss_paired",
    "support_matrix",
    "tau_u",
    "transported_retest",
    "within_case_effects",
]
