"""What is asked for: one parameter file per study site, one model per report."""

from .checks import Scales, report_misfits, score_scales
from .loader import SiteFile, load_site, resolve
from .names import column_range
from .plan import GROUP_STAGES, Aim, Flow, Plan, PlannedSession
from .programme import CoIntervention, Programme, planned_elements
from .registers import RegisterFile, files_of
from .reports import (
    REPORT_MODELS,
    DescriptiveParams,
    FactorParams,
    InterventionParams,
    ReportName,
    ReportParams,
)
from .schema import site_json_schema, site_json_schema_text
from .site import FACETS, Site
from .sources import CAUSE_LEVELS, Arms, Covariate, InstrumentUse, Level, ScoreColumn, Source, Wave

__all__ = [
    "CAUSE_LEVELS",
    "FACETS",
    "GROUP_STAGES",
    "REPORT_MODELS",
    "Aim",
    "Arms",
    "CoIntervention",
    "Covariate",
    "DescriptiveParams",
    "FactorParams",
    "Flow",
    "InstrumentUse",
    "InterventionParams",
    "Level",
    "Plan",
    "PlannedSession",
    "Programme",
    "RegisterFile",
    "ReportName",
    "ReportParams",
    "Scales",
    "ScoreColumn",
    "Site",
    "SiteFile",
    "Source",
    "Wave",
    "column_range",
    "files_of",
    "load_site",
    "planned_elements",
    "report_misfits",
    "resolve",
    "score_scales",
    "site_json_schema",
    "site_json_schema_text",
]
