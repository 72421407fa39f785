"""Items, reliability, correlations and factors: what a questionnaire measures in these respondents, as numbers.

Every function takes a frame of respondents x items (reverse-scored, NaN missing) and knows no file, language or plot.
"""

from .correlations import CorrelationMatrix, correlations
from .efa import FactorSolution, fit_efa, tucker_congruence
from .factor_scores import FactorScores, factor_scores
from .factorability import Factorability, factorability
from .htmt import Htmt, htmt
from .items import answer_counts, describe_items, item_analysis
from .loading_stability import LoadingStability, loading_stability
from .omega import Omega, mcdonald_omega
from .omega_hierarchical import OmegaHierarchical, omega_hierarchical
from .parallel import MinimumAveragePartial, ParallelAnalysis, minimum_average_partial, parallel_analysis
from .polychoric import PolychoricCorrelations, polychoric
from .reliability import Reliability, ReliabilityCoefficients, cronbach_alpha, reliability
from .split_half import SplitHalves, split_halves

__all__ = [
    "CorrelationMatrix",
    "FactorScores",
    "FactorSolution",
    "Factorability",
    "Htmt",
    "LoadingStability",
    "MinimumAveragePartial",
    "Omega",
    "OmegaHierarchical",
    "ParallelAnalysis",
    "PolychoricCorrelations",
    "Reliability",
    "ReliabilityCoefficients",
    "SplitHalves",
    "answer_counts",
    "correlations",
    "cronbach_alpha",
    "describe_items",
    "factor_scores",
    "factorability",
    "fit_efa",
    "htmt",
    "item_analysis",
    "loading_stability",
    "mcdonald_omega",
    "minimum_average_partial",
    "omega_hierarchical",
    "parallel_analysis",
    "polychoric",
    "reliability",
    "split_halves",
    "tucker_congruence",
]
