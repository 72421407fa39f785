"""What the single-case report (个案评估) shows."""

from __future__ import annotations

import pandas as pd

from .case import Case, case_of
from .closing import not_concluded_sentence, recommendations_sentence
from .evaluation import Evaluation, evaluate
from .first_page import first_page
from .goals import goal_blocks
from .lot import lot_blocks, together_block
from .overlap import overlap_blocks, size_block, trend_block
from .phase_figure import phase_figures
from .scribe import scribe_table
from .services import service_blocks
from .standing import standing_blocks
from .support import support_blocks
from .tables import design_table, phases_table

__all__ = [
    "Case",
    "Evaluation",
    "by_child",
    "case_of",
    "design_table",
    "evaluate",
    "first_page",
    "goal_blocks",
    "lot_blocks",
    "not_concluded_sentence",
    "overlap_blocks",
    "phase_figures",
    "phases_table",
    "recommendations_sentence",
    "scribe_table",
    "service_blocks",
    "size_block",
    "standing_blocks",
    "support_blocks",
    "together_block",
    "trend_block",
]


def by_child(case: Case, kind: str) -> dict[str, pd.DataFrame]:
    """The rows of a register, child by child; nothing where the site keeps no such register."""
    register = case.register(kind)
    if register.empty:
        return {}
    return {str(child): rows for child, rows in register.groupby("participant_id", sort=True)}
