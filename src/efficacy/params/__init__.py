"""What is asked for: a parameter file for each study site or analysis across sites, one model per report."""

from .case_study import REPORTED_ITEMS, CaseOutcome, CaseStudy, RandomStart
from .caseload import Caseload, WarningSign
from .checks import Scales, report_misfits, score_scales
from .files import DataOrigin, ParameterFile, PlannedFile, PooledFile, SiteFile
from .loader import load_parameters, load_site, resolve
from .names import column_range
from .plan import GROUP_STAGES, Aim, Flow, Plan, PlannedSession
from .planned import PlannedStudy
from .pooled import Pooled
from .programme import CoIntervention, Programme, planned_elements
from .registers import RegisterFile, files_of
from .reports import (
    REPORT_MODELS,
    BottomShareParams,
    CaseworkParams,
    DescriptiveParams,
    DesignParams,
    FactorParams,
    InterventionParams,
    PooledParams,
    ReportName,
    ReportParams,
    RetestParams,
    SingleCaseParams,
)
from .schema import KINDS, json_schema, json_schema_text
from .school import AwardTier, Named, School, TargetRule, Term
from .site import FACETS, Site
from .sources import CAUSE_LEVELS, Arms, Covariate, InstrumentUse, Level, ScoreColumn, Source, Wave

__all__ = [
    "CAUSE_LEVELS",
    "FACETS",
    "GROUP_STAGES",
    "KINDS",
    "REPORTED_ITEMS",
    "REPORT_MODELS",
    "Aim",
    "Arms",
    "AwardTier",
    "BottomShareParams",
    "CaseOutcome",
    "CaseStudy",
    "Caseload",
    "CaseworkParams",
    "CoIntervention",
    "Covariate",
    "DataOrigin",
    "DescriptiveParams",
    "DesignParams",
    "FactorParams",
    "Flow",
    "InstrumentUse",
    "InterventionParams",
    "Level",
    "Named",
    "ParameterFile",
    "Plan",
    "PlannedFile",
    "PlannedSession",
    "PlannedStudy",
    "Pooled",
    "PooledFile",
    "PooledParams",
    "Programme",
    "RandomStart",
    "RegisterFile",
    "ReportName",
    "ReportParams",
    "RetestParams",
    "Scales",
    "School",
    "ScoreColumn",
    "SingleCaseParams",
    "Site",
    "SiteFile",
    "Source",
    "TargetRule",
    "Term",
    "WarningSign",
    "Wave",
    "column_range",
    "files_of",
    "json_schema",
    "json_schema_text",
    "load_parameters",
    "load_site",
    "planned_elements",
    "report_misfits",
    "resolve",
    "score_scales",
]
