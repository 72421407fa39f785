"""One model per report: what its notebook's parameters cell may hold, with every default in one place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from .base import Profile, ReportParams, RetestParams, SelectionRule
from .beyond import DesignParams, PooledParams
from .blocks import (
    BottomShareBlock,
    CaseworkBlock,
    DescriptiveBlock,
    DesignBlock,
    FactorBlock,
    InterventionBlock,
    PooledBlock,
    ReportBlock,
    SingleCaseBlock,
)
from .registers import BottomShareParams, CaseworkParams, SingleCaseParams
from .survey import ComparisonGroup, DescriptiveParams, FactorParams, Improvement, InterventionParams

__all__ = [
    "REPORT_MODELS",
    "BottomShareBlock",
    "BottomShareParams",
    "CaseworkBlock",
    "CaseworkParams",
    "ComparisonGroup",
    "DescriptiveBlock",
    "DescriptiveParams",
    "DesignBlock",
    "DesignParams",
    "FactorBlock",
    "FactorParams",
    "Improvement",
    "InterventionBlock",
    "InterventionParams",
    "PooledBlock",
    "PooledParams",
    "Profile",
    "ReportBlock",
    "ReportName",
    "ReportParams",
    "RetestParams",
    "SelectionRule",
    "SingleCaseBlock",
    "SingleCaseParams",
]

ReportName = Literal["descriptive", "factor", "intervention", "bottom_share", "single_case", "casework"]
"""The reports a site may ask for; other parameter files make the one report of their kind."""

REPORT_MODELS: Mapping[str, type[ReportParams]] = {
    "descriptive": DescriptiveParams,
    "factor": FactorParams,
    "intervention": InterventionParams,
    "bottom_share": BottomShareParams,
    "single_case": SingleCaseParams,
    "casework": CaseworkParams,
    "pooled": PooledParams,
    "design": DesignParams,
}
