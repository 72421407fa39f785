"""What the descriptive report (现状与需求评估报告) shows."""

from ...params import CAUSE_LEVELS
from .choices import (
    categorical_covariates,
    groups_of,
    instruments_of,
    item_scales,
    numeric_covariates,
    predictors_of,
    references_of,
    regressed_scales,
    related_variables,
    scale_of,
    scales_of,
    scores_of,
    wave_of,
)
from .closing import limit_sentences, outcome_sentence, recommendation_table
from .differences import difference_blocks, spss_blocks, two_smallest
from .figures import distribution_figure, heat_map, item_figure
from .first_page import first_page
from .flow_figure import flow_figure
from .group_figure import group_blocks
from .instrument import instrument_blocks, reliability_blocks
from .level import item_table, items_missing, level_sentence, level_table
from .profile import cause_blocks, facet_blocks
from .programme import plan_blocks, session_blocks
from .quality import cleaning_table, screening_blocks, sensitivity_sentence, unmarked_children
from .relations import correlation_blocks, regression_blocks
from .sample import characteristics_table, consent_sentence, flow_table

__all__ = [
    "CAUSE_LEVELS",
    "categorical_covariates",
    "cause_blocks",
    "characteristics_table",
    "cleaning_table",
    "consent_sentence",
    "correlation_blocks",
    "difference_blocks",
    "distribution_figure",
    "facet_blocks",
    "first_page",
    "flow_figure",
    "flow_table",
    "group_blocks",
    "groups_of",
    "heat_map",
    "instrument_blocks",
    "instruments_of",
    "item_figure",
    "item_scales",
    "item_table",
    "items_missing",
    "level_sentence",
    "level_table",
    "limit_sentences",
    "numeric_covariates",
    "outcome_sentence",
    "plan_blocks",
    "predictors_of",
    "recommendation_table",
    "references_of",
    "regressed_scales",
    "regression_blocks",
    "related_variables",
    "reliability_blocks",
    "scale_of",
    "scales_of",
    "scores_of",
    "screening_blocks",
    "sensitivity_sentence",
    "session_blocks",
    "spss_blocks",
    "two_smallest",
    "unmarked_children",
    "wave_of",
]
