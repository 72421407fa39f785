"""What is asked for: one parameter file per study site, one model per report."""

from .loader import SiteFile, load_site, resolve
from .reports import (
    REPORT_MODELS,
    DescriptiveParams,
    FactorParams,
    InterventionParams,
    ReportName,
    ReportParams,
)
from .site import CAUSE_LEVELS, FACETS, Arms, Covariate, InstrumentUse, Plan, ScoreColumn, Site, Source, Wave

__all__ = [
    "CAUSE_LEVELS",
    "FACETS",
    "REPORT_MODELS",
    "Arms",
    "Covariate",
    "DescriptiveParams",
    "FactorParams",
    "InstrumentUse",
    "InterventionParams",
    "Plan",
    "ReportName",
    "ReportParams",
    "ScoreColumn",
    "Site",
    "SiteFile",
    "Source",
    "Wave",
    "load_site",
    "resolve",
]
