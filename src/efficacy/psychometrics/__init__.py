"""Items, reliability, correlations and factors: what a questionnaire measures in these respondents, as numbers.

Every function takes a frame of respondents x items (reverse-scored, NaN missing) and knows no file, language or plot.
"""

from .agreement import (
    CohenKappa,
    IntraclassCorrelations,
    KendallW,
    KrippendorffAlpha,
    RaterAgreement,
    RetestIcc,
    cohen_kappa,
    intraclass_correlations,
    kendall_w,
    krippendorff_alpha,
    rater_agreement,
    retest_icc,
)
from .cfa.compare import ModelComparison, compare_models
from .cfa.fit import fit_cfa
from .cfa.result import CfaResult
from .correlations import CorrelationMatrix, correlations
from .efa import FactorSolution, fit_efa, tucker_congruence
from .factor_scores import FactorScores, factor_scores
from .factorability import Factorability, factorability
from .htmt import Htmt, htmt
from .invariance import MeasurementInvariance, measurement_invariance
from .invariance_congruence import GroupCongruence, group_congruence
from .items import answer_counts, describe_items, item_analysis
from .loading_stability import LoadingStability, loading_stability
from .omega import Omega, mcdonald_omega
from .omega_hierarchical import OmegaHierarchical, omega_hierarchical
from .parallel import MinimumAveragePartial, ParallelAnalysis, minimum_average_partial, parallel_analysis
from .polychoric import PolychoricCorrelations, polychoric
from .reliability import Reliability, ReliabilityCoefficients, cronbach_alpha, reliability
from .split_half import SplitHalves, split_halves
from .validity import ConvergentValidity, convergent_validity

__all__ = [
    "CfaResult",
    "CohenKappa",
    "ConvergentValidity",
    "CorrelationMatrix",
    "FactorScores",
    "FactorSolution",
    "Factorability",
    "GroupCongruence",
    "Htmt",
    "IntraclassCorrelations",
    "KendallW",
    "KrippendorffAlpha",
    "LoadingStability",
    "MeasurementInvariance",
    "MinimumAveragePartial",
    "ModelComparison",
    "Omega",
    "OmegaHierarchical",
    "ParallelAnalysis",
    "PolychoricCorrelations",
    "RaterAgreement",
    "Reliability",
    "ReliabilityCoefficients",
    "RetestIcc",
    "SplitHalves",
    "answer_counts",
    "cohen_kappa",
    "compare_models",
    "convergent_validity",
    "correlations",
    "cronbach_alpha",
    "describe_items",
    "factor_scores",
    "factorability",
    "fit_cfa",
    "fit_efa",
    "group_congruence",
    "htmt",
    "intraclass_correlations",
    "item_analysis",
    "kendall_w",
    "krippendorff_alpha",
    "loading_stability",
    "mcdonald_omega",
    "measurement_invariance",
    "minimum_average_partial",
    "omega_hierarchical",
    "parallel_analysis",
    "polychoric",
    "rater_agreement",
    "reliability",
    "retest_icc",
    "split_halves",
    "tucker_congruence",
]
