"""What registers say: bottom shares and their targets, awards, help given, duties. Numbers in, numbers out."""

from .awards import AwardRule, award_audit
from .duties import duty_counts, duty_states
from .help_log import Reconciliation, help_balance, reconcile_help
from .identification import TOTAL, TieRule, identify_bottom, subject_by_total, with_totals
from .luck import ChanceOfFall, chance_of_fall
from .proportions import Estimate, binomial_limits, newcombe_paired, newcombe_unpaired, wilson
from .shares import BottomShares, ShareChange, bottom_shares, funnel, share_change
from .standing import IdentifiedStanding, identified_standing, transition_matrix
from .targets import FallTarget, NoTarget, StandingTarget, Target, judge_targets, needed_fall

__all__ = [
    "TOTAL",
    "AwardRule",
    "BottomShares",
    "ChanceOfFall",
    "Estimate",
    "FallTarget",
    "IdentifiedStanding",
    "NoTarget",
    "Reconciliation",
    "ShareChange",
    "StandingTarget",
    "Target",
    "TieRule",
    "award_audit",
    "binomial_limits",
    "bottom_shares",
    "chance_of_fall",
    "duty_counts",
    "duty_states",
    "funnel",
    "help_balance",
    "identified_standing",
    "identify_bottom",
    "judge_targets",
    "needed_fall",
    "newcombe_paired",
    "newcombe_unpaired",
    "reconcile_help",
    "share_change",
    "subject_by_total",
    "transition_matrix",
    "wilson",
    "with_totals",
]
