"""What registers say: bottom shares and their targets, awards, help given, duties, casework, warnings and
rolls. Numbers in, numbers out."""

from .awards import AwardRule, award_audit
from .casework import (
    GroupType,
    contacts_kept,
    group_matches_type,
    outcomes_with_denominators,
    plan_adherence,
    stage_record,
)
from .duties import DUTY_STATES, duty_counts, duty_states
from .help_log import Reconciliation, help_balance, reconcile_help
from .identification import COMBINATIONS, TOTAL, TieRule, identify_bottom, subject_by_total, with_totals
from .luck import ChanceOfFall, chance_of_fall, luck_band
from .proportions import Estimate, binomial_limits, newcombe_paired, newcombe_unpaired, wilson
from .roll import RetentionFormula, RollCheck, check_roll, median_days, time_to_visit
from .shares import (
    BottomShares,
    ShareChange,
    bottom_shares,
    changes_by_group,
    direction_of_change,
    funnel,
    share_change,
    with_earlier,
)
from .standing import IdentifiedStanding, identified_standing, transition_matrix
from .targets import FallTarget, NoTarget, StandingTarget, Target, judge_targets, needed_fall
from .warning import WarningQuality, WarningRule, raise_warnings, warning_quality

__all__ = [
    "COMBINATIONS",
    "DUTY_STATES",
    "TOTAL",
    "AwardRule",
    "BottomShares",
    "ChanceOfFall",
    "Estimate",
    "FallTarget",
    "GroupType",
    "IdentifiedStanding",
    "NoTarget",
    "Reconciliation",
    "RetentionFormula",
    "RollCheck",
    "ShareChange",
    "StandingTarget",
    "Target",
    "TieRule",
    "WarningQuality",
    "WarningRule",
    "award_audit",
    "binomial_limits",
    "bottom_shares",
    "chance_of_fall",
    "changes_by_group",
    "check_roll",
    "contacts_kept",
    "direction_of_change",
    "duty_counts",
    "duty_states",
    "funnel",
    "group_matches_type",
    "help_balance",
    "identified_standing",
    "identify_bottom",
    "judge_targets",
    "luck_band",
    "median_days",
    "needed_fall",
    "newcombe_paired",
    "newcombe_unpaired",
    "outcomes_with_denominators",
    "plan_adherence",
    "raise_warnings",
    "reconcile_help",
    "share_change",
    "stage_record",
    "subject_by_total",
    "time_to_visit",
    "transition_matrix",
    "warning_quality",
    "wilson",
    "with_earlier",
    "with_totals",
]
