"""One model per report: what its notebook's parameters cell may hold, with every default in one place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field, create_model

from ..documents import Language, Misfit, StrictModel, Text, repeated
from .names import Entry, Name

ReportName = Literal["descriptive", "factor", "intervention", "bottom_share", "single_case", "casework"]
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
Improvement = Literal["increase", "decrease"]
"""Which direction of change is the wished one."""
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
    """Is the report about single children? Of confidential data it then exists only as internal."""

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
    rotation: Literal["oblimin", "promax", "promax_spss", "varimax", "none"] = "oblimin"
    correlation: Literal["pearson", "spearman", "polychoric"] = "pearson"
    structure: Literal["correlated", "second_order", "bifactor"] = "correlated"
    """Structure of the confirmatory model."""
    invariance_group: Name | None = None
    """Covariate over whose levels measurement invariance is tested; left out: it is not."""
    n_resamples: Annotated[int, Field(ge=100, le=100_000)] = 1000
    """Resamples behind bootstrap intervals and the stability of factors."""
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
    improvement: Improvement = "increase"
    """Which direction is the wished one; decrease: less is better, and the lowest of a rule are the highest scores."""
    eligible_at_most: float | None = None
    """With random_from_low: the first score with which a child could just have been drawn; left out: the highest
    member's. With improvement: decrease the lowest so drawn."""
    cluster: Name | None = None
    """Covariate naming the small group or class of each child; left out: one group."""
    declared_effect: Annotated[float, Field(gt=0, le=3)] | None = None
    """Effect looked for, in standard deviations of all surveyed, declared before the data were seen: its power is said.
    Never the observed one."""
    n_simulations: Annotated[int, Field(ge=1000, le=1_000_000)] = 10_000
    """Simulated studies behind the false-alarm rate and the power."""

    def misfits(self) -> Iterator[Misfit]:
        yield from super().misfits()
        if self.eligible_at_most is not None and self.selection_rule != "random_from_low":
            values = {"selection_rule": self.selection_rule}
            yield Misfit("eligible_without_draw", ("eligible_at_most",), values)


class BottomShareParams(ReportParams):
    """Bottom-share report: who is in the county's lowest fifth, what changed, and what chance alone does. The tie rule
    has no default: with whole marks it moves the share by several points."""

    from_registers: ClassVar[bool] = True
    registers_needed: ClassVar[tuple[str, ...]] = ("exam_marks", "county_cuts")

    tie_rule: Literal["below", "at_or_below"]
    """Is a mark equal to the county's cut in the bottom share?"""
    earlier_term: Entry | None = None
    """Term that change is counted from; left out: the last but one."""
    later_term: Entry | None = None
    """Term described and compared; left out: the last."""
    standing_lowest: Probability = 0.7
    """Lowest correlation of marks between neighbouring terms considered for what chance does."""
    standing_highest: Probability = 0.9
    as_of: date | None = None
    """Day on which duties are judged; left out: the last day in the register of duties."""

    def misfits(self) -> Iterator[Misfit]:
        if self.standing_lowest > self.standing_highest:
            values = {"low": self.standing_lowest, "high": self.standing_highest}
            yield Misfit("range", ("standing_lowest",), values)


class SingleCaseParams(ReportParams):
    """Single-case report: one child measured again and again, or a few whose programmes start at different times."""

    from_registers: ClassVar[bool] = True
    registers_needed: ClassVar[tuple[str, ...]] = ("series",)
    about_one_child: ClassVar[bool] = True

    primary_outcome: Entry | None = None
    """The one outcome of the first page; left out: the first of case_study."""
    between_cases: Literal["moments", "reml"] = "moments"
    """Estimator of the change between cases, where there are several."""


class CaseworkParams(ReportParams):
    """Casework report: cases, groups, warning, the roll, plans, pairings, graduates, as far as registers exist."""

    from_registers: ClassVar[bool] = True
    about_one_child: ClassVar[bool] = True


class PooledParams(RetestParams):
    """Pooled report: what several sites say together. The retest correlation is one for all of them."""

    primary_outcome: Name
    """The one outcome; every site must have declared it as its own."""


class DesignParams(ReportParams):
    """Planning report: what a study of so many children, chosen so, would find. The first four have no default: they
    are the plan, and the effect looked for."""

    n_survey: Annotated[int, Field(ge=6, le=5000)]
    """Children who are to answer before the programme."""
    n_members: Annotated[int, Field(ge=3, le=1000)]
    """Children who are to take part."""
    selection_rule: SelectionRule
    """How they are to be chosen."""
    effect: Annotated[float, Field(gt=0, le=3)]
    """Effect looked for, in standard deviations of all surveyed, declared before there are data."""
    effect_source: Text | None = None
    """Why this effect."""
    outcome: Text | None = None
    """What is to be measured and decides."""
    retest_r: Probability | None = None
    """Correlation of two measurements without a programme that is supposed; left out: ends and middle of the range."""
    retest_lowest: Probability = 0.6
    """Lowest retest correlation considered where no retest study is made."""
    retest_highest: Probability = 0.9
    """Highest retest correlation considered where no retest study is made."""
    retest_n: Annotated[int, Field(ge=4, le=10_000)] = 40
    """Other children who could answer twice without a programme."""
    n_pool: Annotated[int, Field(ge=4, le=5000)] | None = None
    """Low scorers among whom lots could be drawn; left out: twice the members."""
    attrition: Annotated[float, Field(ge=0, le=0.5)] = 0.0
    """Share of the children expected to miss the measurement after the programme."""
    drift: Annotated[float, Field(ge=0, le=1)] = 0.2
    """Change of everybody, in standard deviations, that is tried out."""
    target_power: Annotated[float, Field(ge=0.5, le=0.99)] = 0.80
    n_simulations: Annotated[int, Field(ge=1000, le=100_000)] = 10_000
    """Simulated studies a design."""

    def misfits(self) -> Iterator[Misfit]:
        everybody = self.selection_rule == "not_selected"
        sizes = {"n_members": self.n_members, "n_survey": self.n_survey}
        if everybody != (self.n_members == self.n_survey) or self.n_members > self.n_survey:
            yield Misfit("plan_everybody" if everybody else "plan_members", ("n_members",), sizes)
        elif self.n_pool is not None and not self.n_members + 3 <= self.n_pool <= self.n_survey:
            yield Misfit("plan_pool", ("n_pool",), {"n_pool": self.n_pool, **sizes})
        if round((1 - self.attrition) * self.n_members) < 3:
            yield Misfit("plan_losses", ("attrition",), sizes)
        if self.retest_lowest > self.retest_highest:
            values = {"low": self.retest_lowest, "high": self.retest_highest}
            yield Misfit("retest_range", ("retest_lowest",), values)


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

    class BottomShareBlock(StrictModel): ...

    class SingleCaseBlock(StrictModel): ...

    class CaseworkBlock(StrictModel): ...

    class PooledBlock(StrictModel): ...

    class DesignBlock(StrictModel): ...
else:
    ReportBlock = _block(ReportParams)
    DescriptiveBlock = _block(DescriptiveParams)
    FactorBlock = _block(FactorParams)
    InterventionBlock = _block(InterventionParams)
    BottomShareBlock = _block(BottomShareParams)
    SingleCaseBlock = _block(SingleCaseParams)
    CaseworkBlock = _block(CaseworkParams)
    PooledBlock = _block(PooledParams)
    DesignBlock = _block(DesignParams)
