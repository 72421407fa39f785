"""What the process evaluation (过程评估) shows: the plan, who came, how it went, what was seen and said."""

from .agreement import agreement_blocks, marks, rated_by_several, rated_by_two
from .attendance import attendance_blocks, dose_blocks
from .calendar import calendar_blocks, service_cautions, service_limits
from .carried_out import fidelity_blocks
from .observation import observation_blocks
from .overview import overview_blocks
from .plan import plan_blocks
from .records import STAGES, checklist, feedback, member_change, planned, ratings, stages_of
from .satisfaction import satisfaction_blocks
from .voices import feedback_blocks

__all__ = [
    "STAGES",
    "agreement_blocks",
    "attendance_blocks",
    "calendar_blocks",
    "checklist",
    "dose_blocks",
    "feedback",
    "feedback_blocks",
    "fidelity_blocks",
    "marks",
    "member_change",
    "observation_blocks",
    "overview_blocks",
    "plan_blocks",
    "planned",
    "rated_by_several",
    "rated_by_two",
    "ratings",
    "satisfaction_blocks",
    "service_cautions",
    "service_limits",
    "stages_of",
]
