"""One model per report: what its notebook's parameters cell may hold, with every default in one place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field, create_model

from ..documents import Language, Misfit, StrictModel, Text, repeated
from .names import Name

ReportName = Literal["descriptive", "factor", "intervention"]
"""The reports a site may ask for; other parameter files make the one report of their kind."""
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


class ReportParams(StrictModel):
    """What every report can be asked for. In a site's file these stand under ``defaults``, and a report's own block may
    override them."""

    from_registers: ClassVar[bool] = False
    """Does this report rest on registers alone? A site whose every report does needs no survey."""
    registers_needed: ClassVar[tuple[str, ...]] = ()
    """Kinds of registers without which this report cannot be made."""
    about_one_child: ClassVar[bool] = False
    """Is the whole report about a single child? Of confidential data it then exists only as internal."""

    language: Language = "zh"
    conf_level: Annotated[float, Field(ge=0.5, le=0.999)] = 0.95
    """Confidence level of intervals; 95 % is written 0.95."""
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 20260901
    """Same data and seed, same numbers."""
    profile: Profile = "share"
    """share shows groups only; internal shows single children, in a folder that is never shared."""
    table_style: Literal["chinese", "apa"] = "chinese"


class DescriptiveParams(ReportParams):
    """Descriptive report: who was asked, what they answered, who differs."""

    wave: Name | None = None
    """Wave described; left out: the first baseline."""
    scale: Name | None = None
    """Scale that level, differences and regression are about; left out: primary_outcome, else the first."""
    group_by: tuple[Name, ...] = ()
    """Covariates whose levels are compared."""
    level_rule: LevelRule = "midpoint"
    """What "low" is held against."""
    level_reference: float | None = None
    """Mean of the norm or comparison group, in the scale's unit."""
    level_source: Text | None = None
    """Where that mean comes from."""
    regression_predictors: tuple[Name, ...] = ()
    """Covariates of the one declared regression."""

    def misfits(self) -> Iterator[Misfit]:
        if self.level_rule != "midpoint":
            for key in ("level_reference", "level_source"):
                if getattr(self, key) is None:
                    yield Misfit("level_incomplete", ("level_rule",), {"key": key, "level_rule": self.level_rule})
        yield from repeated("group_by", None, self.group_by)
        yield from repeated("regression_predictors", None, self.regression_predictors)


class FactorParams(ReportParams):
    """Factor-analytic report: is the questionnaire measuring what it should, in these children."""

    instrument: Name | None = None
    """Questionnaire; left out: the site's first."""
    wave: Name | None = None
    """Wave analysed; left out: the first baseline."""
    n_factors: Annotated[int, Field(ge=1, le=20)] | None = None
    """Number of factors; left out: as many as the questionnaire has subscales."""
    extraction: Literal["minres", "ml", "paf"] = "minres"
    rotation: Literal["oblimin", "promax", "varimax", "none"] = "oblimin"
    correlation: Literal["pearson", "spearman"] = "pearson"
    n_iterations: Annotated[int, Field(ge=100, le=100_000)] = 1000
    """Simulated data sets of the parallel analysis."""
    percentile: Annotated[float, Field(ge=50, le=99.9)] = 95.0
    """Percentile of the simulated eigenvalues that a factor must exceed."""


class RetestParams(ReportParams):
    """What is known of how scores repeat themselves with no programme between them."""

    retest_r: Probability | None = None
    """Correlation of two measurements with no programme between them; neither alpha nor the members' own."""
    retest_n: Annotated[int, Field(ge=4)] | None = None
    """Number of children behind retest_r."""
    retest_sd: Annotated[float, Field(gt=0)] | None = None
    """Standard deviation of the scores of those children."""
    retest_source: Text | None = None
    retest_lowest: Probability = 0.6
    """Lowest retest correlation considered where none is known."""
    retest_highest: Probability = 0.9
    """Highest retest correlation considered where none is known."""

    def misfits(self) -> Iterator[Misfit]:
        if self.retest_lowest > self.retest_highest:
            values = {"low": self.retest_lowest, "high": self.retest_highest}
            yield Misfit("retest_range", ("retest_lowest",), values)
        given = [
            key for key in ("retest_r", "retest_n", "retest_sd", "retest_source") if getattr(self, key) is not None
        ]
        needed = ("retest_r", "retest_n", "retest_source") if given else ()
        yield from (Misfit("retest_incomplete", (given[0],), {"key": key}) for key in needed if key not in given)


class InterventionParams(RetestParams):
    """Intervention report: what changed, and what may be concluded from it. The first three have no default: without
    them no honest analysis can be chosen."""

    selection_rule: SelectionRule
    """How the group was chosen."""
    comparison_group: ComparisonGroup
    """Which children outside the group were measured again."""
    primary_outcome: Name
    """The one scale that decides, named before the data are seen."""
    baseline_outcome: Name | None = None
    """Another test taken before; left out: the primary outcome itself."""
    baseline_wave: Name | None = None
    """Left out: the first baseline."""
    post_wave: Name | None = None
    """Left out: the first wave with the role post."""
    followup_wave: Name | None = None
    """Left out: the first wave with the role followup, if there is one."""
    n_simulations: Annotated[int, Field(ge=1000, le=1_000_000)] = 10_000
    """Simulated studies behind the false-alarm rate."""


class PooledParams(RetestParams):
    """Pooled report: what several sites say together. The retest correlation is one for all of them."""

    primary_outcome: Name
    """The one outcome; every site must have declared it as its own."""


REPORT_MODELS: Mapping[str, type[ReportParams]] = {
    "descriptive": DescriptiveParams,
    "factor": FactorParams,
    "intervention": InterventionParams,
    "pooled": PooledParams,
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

    class PooledBlock(StrictModel): ...
else:
    ReportBlock = _block(ReportParams)
    DescriptiveBlock = _block(DescriptiveParams)
    FactorBlock = _block(FactorParams)
    InterventionBlock = _block(InterventionParams)
    PooledBlock = _block(PooledParams)
