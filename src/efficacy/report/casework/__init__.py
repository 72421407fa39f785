"""Casework report: cases and groups, warning, the roll, plans, pairings, graduates and outcomes, as registers exist."""

from .cases import case_blocks, closing_blocks, group_blocks
from .choices import STAGES, check_of, outcomes_of, pairs_of, plans_of, quality_of, stages_of, visits_of
from .first_page import first_page, limit_sentences, recommendation_table
from .roll import roll_blocks, visit_blocks
from .support import graduate_blocks, outcome_blocks, pair_blocks, plan_blocks
from .warning import crisis_blocks, warning_blocks

__all__ = [
    "STAGES",
    "case_blocks",
    "check_of",
    "closing_blocks",
    "crisis_blocks",
    "first_page",
    "graduate_blocks",
    "group_blocks",
    "limit_sentences",
    "outcome_blocks",
    "outcomes_of",
    "pair_blocks",
    "pairs_of",
    "plan_blocks",
    "plans_of",
    "quality_of",
    "recommendation_table",
    "roll_blocks",
    "stages_of",
    "visit_blocks",
    "visits_of",
    "warning_blocks",
]
