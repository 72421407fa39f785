"""Reports of a survey: who was asked, how the questionnaire measures, what a programme changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from ...documents import Misfit, Text, repeated
from ..names import Name
from .base import ReportParams, RetestParams, SelectionRule

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
