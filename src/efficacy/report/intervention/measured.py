"""Error rates of this report's methods where their assumptions fail, measured with the package's own functions.

From benchmarks/error_rates.py, 4,000 studies a cell: the lowest 12 of 54, retest correlation 0.7, no effect; the
retest study has 40 children. Monte-Carlo standard error about 0.005.
"""

from __future__ import annotations

N_SURVEY = 54
N_MEMBERS = 12
RETEST_R = 0.7
REPLICATIONS = 4000

RETEST_COVERAGE = 0.952
RETEST_COVERAGE_SKEWED = 0.911  # true levels skewed 1.2, the pretest about 0.6
RETEST_COVERAGE_DRIFT = 0.868  # everybody rises by 0.2 standard deviations

SKEWNESS_LOW, SKEWNESS_HIGH = 0.61, 0.98  # of the pretest, mean over the studies
LINEAR_CLAIMS_LOW, LINEAR_CLAIMS_HIGH = 0.128, 0.304  # upward, nominal 0.025
BOTH_CLAIMS_LOW, BOTH_CLAIMS_HIGH = 0.022, 0.034
