"""Bottom-share report: who is in the county's lowest fifth, what changed, what chance does, what was done about it."""

from ...registers import TOTAL
from ..registers import register
from .awards import (
    award_blocks,
    award_results,
    award_rules,
    class_rows,
    subject_blocks,
    subject_results,
    subject_rows,
)
from .causes import cause_blocks, cause_forms, causes_of, rater_pairs
from .change import chance_blocks, change_table, funnel_figure
from .choices import (
    bottom_of,
    duties_of,
    duty_day,
    earlier_term,
    falls_of,
    help_logs,
    indicators_of,
    later_term,
    list_changes,
    minutes_of,
    pairs_of,
    ranks_of,
    share_of_all,
    standing,
    standings_of,
    subjects_of,
    targets_of,
    terms_of,
)
from .course import course_figure, target_blocks
from .first_page import first_page, limit_sentences, recommendation_table
from .identification import combination_table, list_sentence, share_table, tie_table
from .pupils import standing_blocks, transition_table
from .work import (
    activity_blocks,
    duty_blocks,
    family_blocks,
    help_blocks,
    indicator_blocks,
)

__all__ = [
    "TOTAL",
    "activity_blocks",
    "award_blocks",
    "award_results",
    "award_rules",
    "bottom_of",
    "cause_blocks",
    "cause_forms",
    "causes_of",
    "chance_blocks",
    "change_table",
    "class_rows",
    "combination_table",
    "course_figure",
    "duties_of",
    "duty_blocks",
    "duty_day",
    "earlier_term",
    "falls_of",
    "family_blocks",
    "first_page",
    "funnel_figure",
    "help_blocks",
    "help_logs",
    "indicator_blocks",
    "indicators_of",
    "later_term",
    "limit_sentences",
    "list_changes",
    "list_sentence",
    "minutes_of",
    "pairs_of",
    "ranks_of",
    "rater_pairs",
    "recommendation_table",
    "register",
    "share_of_all",
    "share_table",
    "standing",
    "standing_blocks",
    "standings_of",
    "subject_blocks",
    "subject_results",
    "subject_rows",
    "subjects_of",
    "target_blocks",
    "targets_of",
    "terms_of",
    "tie_table",
    "transition_table",
]
