"""What the outcome evaluation (结果评估) shows."""

from . import programme
from .assumptions import assumptions_sentence
from .case import Case
from .children import children_blocks
from .choices import case_of
from .courses import courses_blocks
from .effect_figures import estimates_figure, sensitivity_figures
from .evaluation import Evaluation, evaluate
from .first_page import first_page
from .followup import attendance_sentence, waves_blocks
from .groups import groups_blocks
from .ladder import ladder_sentence, ladders
from .lasting import followup_blocks
from .limits import limitations_table, not_concluded_sentence
from .lost import lost_blocks
from .main_tables import main_sentences, main_table
from .others import other_outcomes_block
from .regression import expected_blocks
from .selection import baseline_block, characteristics_block, flow_table, selection_sentence
from .selection_figures import alarms_figure, selection_figure
from .unadjusted import spss_blocks, unadjusted_blocks

__all__ = [
    "Case",
    "Evaluation",
    "alarms_figure",
    "assumptions_sentence",
    "attendance_sentence",
    "baseline_block",
    "case_of",
    "characteristics_block",
    "children_blocks",
    "courses_blocks",
    "estimates_figure",
    "evaluate",
    "expected_blocks",
    "first_page",
    "flow_table",
    "followup_blocks",
    "groups_blocks",
    "ladder_sentence",
    "ladders",
    "limitations_table",
    "lost_blocks",
    "main_sentences",
    "main_table",
    "not_concluded_sentence",
    "other_outcomes_block",
    "programme",
    "selection_figure",
    "selection_sentence",
    "sensitivity_figures",
    "spss_blocks",
    "unadjusted_blocks",
    "waves_blocks",
]
