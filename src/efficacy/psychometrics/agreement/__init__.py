"""Agreement of raters who coded interviews or observed children, and of a score with itself at a second testing."""

from .cohen import CohenKappa, cohen_kappa
from .icc import IntraclassCorrelations, intraclass_correlations
from .kendall import KendallW, kendall_w
from .krippendorff import KrippendorffAlpha, krippendorff_alpha
from .retest import RetestIcc, retest_icc
from .several import RaterAgreement, rater_agreement

__all__ = [
    "CohenKappa",
    "IntraclassCorrelations",
    "KendallW",
    "KrippendorffAlpha",
    "RaterAgreement",
    "RetestIcc",
    "cohen_kappa",
    "intraclass_correlations",
    "kendall_w",
    "krippendorff_alpha",
    "rater_agreement",
    "retest_icc",
]
