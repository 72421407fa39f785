"""Items, reliability, correlations and factors: what a questionnaire measures in these respondents, as numbers.

Every function takes a frame of respondents x items (reverse-scored, NaN missing) and knows no file, language or plot.
"""

from .correlations import CorrelationMatrix, correlations
from .efa import FactorSolution, fit_efa, tucker_congruence
from .factorability import Factorability, factorability
from .items import describe_items, item_analysis
from .parallel import MinimumAveragePartial, ParallelAnalysis, minimum_average_partial, parallel_analysis
from .polychoric import PolychoricCorrelations, polychoric
from .reliability import Reliability, ReliabilityCoefficients, cronbach_alpha, reliability

__all__ = [
    "CorrelationMatrix",
    "FactorSolution",
    "Factorability",
    "MinimumAveragePartial",
    "ParallelAnalysis",
    "PolychoricCorrelations",
    "Reliability",
    "ReliabilityCoefficients",
    "correlations",
    "cronbach_alpha",
    "describe_items",
    "factorability",
    "fit_efa",
    "item_analysis",
    "minimum_average_partial",
    "parallel_analysis",
    "polychoric",
    "reliability",
    "tucker_congruence",
]
