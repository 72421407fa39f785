"""One model per report: what its notebook's parameters cell may hold, with every default in one place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, create_model

from ..documents import Language, StrictModel, Text

ReportName = Literal["descriptive", "factor", "intervention"]
Profile = Literal["share", "internal"]

SelectionRule = Literal[
    "lowest_on_pretest", "random_from_low", "typical_cases", "nominated", "volunteers", "not_selected", "unknown"
]
ComparisonGroup = Literal[
    "none",
    "same_survey_not_chosen",
    "eligible_not_chosen_at_random",
    "randomised",
    "other_population",
    "matched_from_other_population",
]
LevelRule = Literal["midpoint", "norm", "comparison_group"]
Probability = Annotated[float, Field(gt=0, lt=1)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.]{0,63}$")]


class ReportParams(StrictModel):
    """What every report can be asked for. In a site's file these stand at the top level and may be overridden in a
    report's own block."""

    language: Language = "zh"
    conf_level: Annotated[float, Field(ge=0.5, le=0.999)] = 0.95
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 20260901
    profile: Profile = "share"
    table_style: Literal["chinese", "apa"] = "chinese"


class DescriptiveParams(ReportParams):
    """Descriptive report: who was asked, what they answered, who differs."""

    wave: Name | None = None  # None: the first baseline
    scale: Name | None = None  # scale the level, differences and regression are about; None: primary_outcome or first
    group_by: tuple[Name, ...] = ()
    level_rule: LevelRule = "midpoint"
    level_reference: float | None = None  # required for norm and comparison_group
    level_source: Text | None = None
    regression_predictors: tuple[Name, ...] = ()


class FactorParams(ReportParams):
    """Factor-analytic report: is the questionnaire measuring what it should, in these children."""

    instrument: Name | None = None  # None: the site's first
    wave: Name | None = None
    n_factors: Annotated[int, Field(ge=1, le=20)] | None = None  # None: as the instrument declares
    extraction: Literal["minres", "ml", "paf"] = "minres"
    rotation: Literal["oblimin", "promax", "varimax", "none"] = "oblimin"
    correlation: Literal["pearson", "spearman"] = "pearson"
    n_iterations: Annotated[int, Field(ge=100, le=100_000)] = 1000
    percentile: Annotated[float, Field(ge=50, le=99.9)] = 95.0


class InterventionParams(ReportParams):
    """Intervention report: what changed, and what may be concluded from it. The first three have no default: without
    them no honest analysis can be chosen."""

    selection_rule: SelectionRule
    comparison_group: ComparisonGroup
    primary_outcome: Name
    baseline_outcome: Name | None = None  # another test taken before; None: the primary outcome itself
    baseline_wave: Name | None = None
    post_wave: Name | None = None
    followup_wave: Name | None = None
    retest_r: Probability | None = None
    retest_n: Annotated[int, Field(ge=4)] | None = None
    retest_sd: Annotated[float, Field(gt=0)] | None = None
    retest_source: Text | None = None
    retest_lowest: Probability = 0.6
    retest_highest: Probability = 0.9
    n_simulations: Annotated[int, Field(ge=1000, le=1_000_000)] = 10_000
    declared_effect: float | None = None  # in survey standard deviations, for power; never the observed effect


REPORT_MODELS: Mapping[str, type[ReportParams]] = {
    "descriptive": DescriptiveParams,
    "factor": FactorParams,
    "intervention": InterventionParams,
}


def _block(model: type[ReportParams]) -> type[StrictModel]:
    """The same fields, each optional: what a site's file or a notebook may leave open."""
    fields: dict[str, Any] = {
        name: (field.rebuild_annotation() | None, None) for name, field in model.model_fields.items()
    }
    return create_model(
        model.__name__.replace("Params", "Block"), __base__=StrictModel, __doc__=model.__doc__, **fields
    )


if TYPE_CHECKING:

    class ReportBlock(StrictModel): ...

    class DescriptiveBlock(StrictModel): ...

    class FactorBlock(StrictModel): ...

    class InterventionBlock(StrictModel): ...
else:
    ReportBlock = _block(ReportParams)
    DescriptiveBlock = _block(DescriptiveParams)
    FactorBlock = _block(FactorParams)
    InterventionBlock = _block(InterventionParams)
