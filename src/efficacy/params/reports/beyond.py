"""Reports that are not of one site: several sites pooled, and a study that is still to be made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from ...documents import Misfit, Text
from ..names import Name
from .base import Probability, ReportParams, RetestParams, SelectionRule


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
