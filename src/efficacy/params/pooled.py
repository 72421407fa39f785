"""The parameter file of a pooled analysis: several sites that took the same steps, and one outcome of them all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import Field

from ..documents import Misfit, SchemaNumber, StrictModel, Text, nearest_name, repeated
from .names import Name, SiteId
from .reports import InterventionParams, PooledBlock, PooledParams, ReportBlock

POOLED_RULES = ("lowest_on_pretest", "random_from_low")
"""Selections by the recorded pretest: only there does the retest correction give an effect that can be pooled."""


class Pooled(StrictModel):
    """params/<id>.yml of kind pooled, whole. Its one report is ``pooled``."""

    schema_: SchemaNumber
    kind: Literal["pooled"]
    """What this file is about: an analysis across sites."""
    id: SiteId
    """Must equal the file's name."""
    title: Text
    sites: Annotated[tuple[SiteId, ...], Field(min_length=2)]
    """Sites with parameter files of their own, each with an intervention report. Two are shown and not pooled."""
    labels: dict[SiteId, Text] = {}
    """Site -> its short name in tables and figures; left out: its id."""
    outcomes: dict[SiteId, Name] = {}
    """Site -> its scale for the outcome, where it measured the same thing with another questionnaire."""

    defaults: ReportBlock = ReportBlock()
    """Settings that the report's own block may override."""
    pooled: PooledBlock = PooledBlock()

    @property
    def reports(self) -> tuple[str, ...]:
        """What such a file makes."""
        return ("pooled",)

    def misfits(self) -> Iterator[Misfit]:
        yield from repeated("sites", None, self.sites)
        for key, named in (("labels", self.labels), ("outcomes", self.outcomes)):
            for site in (site for site in named if site not in self.sites):
                values = {"site": site, "nearest": nearest_name(site, self.sites)}
                yield Misfit("unknown_site", (key, site), values)

    def label_of(self, site: str) -> Text | str:
        """A site's short name."""
        return self.labels.get(site, site)

    def outcome_of(self, site: str, params: PooledParams) -> str:
        """The scale that measures the pooled outcome at a site."""
        return self.outcomes.get(site, params.primary_outcome)


def pooled_misfits(pooled: Pooled, designs: Mapping[str, InterventionParams], params: PooledParams) -> Iterator[Misfit]:
    """Sites that declared another primary outcome: pooling theirs would be choosing one after seeing the data."""
    for site, design in designs.items():
        outcome = pooled.outcome_of(site, params)
        if design.primary_outcome != outcome:
            values = {"site": site, "outcome": outcome, "declared": design.primary_outcome}
            yield Misfit("pooled_outcome", ("primary_outcome",), values)
