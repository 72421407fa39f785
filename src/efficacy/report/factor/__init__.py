"""What the factor-analytic report (信度与效度分析) shows."""

from ..instrument_page import evidence_table, instrument_sentence, instrument_table
from .choices import (
    ESTIMATORS,
    general_factors,
    instrument_of,
    invariance_of,
    model_of,
    n_factors_of,
    solution_of,
    wave_of,
)
from .confirmatory import fit_blocks, loading_blocks, modification_blocks
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
from .path_figure import path_figure
from .stability import invariance_blocks, polychoric_blocks, recovery_sentence, stability_blocks
from .validity import (
    coefficients_table,
    common_method_sentence,
    convergent_blocks,
    discriminant_blocks,
    further_table,
    general_sentence,
)

__all__ = [
    "ESTIMATORS",
    "coefficients_table",
    "common_method_sentence",
    "convergent_blocks",
    "discriminant_blocks",
    "evidence_table",
    "factorability_sentence",
    "first_page",
    "fit_blocks",
    "fit_sentence",
    "further_table",
    "general_factors",
    "general_sentence",
    "instrument_of",
    "instrument_sentence",
    "instrument_table",
    "invariance_blocks",
    "invariance_of",
    "item_analysis_table",
    "item_sentence",
    "loading_blocks",
    "loadings_figure",
    "loadings_table",
    "model_of",
    "modification_blocks",
    "n_factors_of",
    "number_of_factors_sentence",
    "number_of_factors_table",
    "path_figure",
    "placement_sentence",
    "polychoric_blocks",
    "recovery_sentence",
    "reliability_sentence",
    "reliability_table",
    "scree_figure",
    "solution_of",
    "stability_blocks",
    "variance_table",
    "wave_of",
]
