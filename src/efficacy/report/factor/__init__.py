"""What the factor-analytic report (信度与效度分析) shows."""

from ..instrument_page import evidence_table, instrument_sentence, instrument_table
from .choices import instrument_of, n_factors_of, solution_of, wave_of
from .dimensions import (
    factorability_sentence,
    fit_sentence,
    loadings_table,
    number_of_factors_sentence,
    number_of_factors_table,
    placement_sentence,
    variance_table,
)
from .figures import loadings_figure, scree_figure
from .first_page import first_page
from .items import item_analysis_table, item_sentence, reliability_sentence, reliability_table

__all__ = [
    "evidence_table",
    "factorability_sentence",
    "first_page",
    "fit_sentence",
    "instrument_of",
    "instrument_sentence",
    "instrument_table",
    "item_analysis_table",
    "item_sentence",
    "loadings_figure",
    "loadings_table",
    "n_factors_of",
    "number_of_factors_sentence",
    "number_of_factors_table",
    "placement_sentence",
    "reliability_sentence",
    "reliability_table",
    "scree_figure",
    "solution_of",
    "variance_table",
    "wave_of",
]
