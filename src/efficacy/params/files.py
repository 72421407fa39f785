"""A parameter file that was read and checked, whatever it is about: what reading data, reports and runs ask of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..documents import Document, Misfit
from .checks import Scales, report_misfits
from .planned import PlannedStudy
from .pooled import Pooled, pooled_misfits
from .reports import InterventionParams, PooledParams, ReportParams
from .site import Site

DataOrigin = Literal["synthetic", "public", "confidential", "planned"]
"""Whose data a report rests on; "planned": there are none yet."""


@dataclass(frozen=True)
class SiteFile:
    """A site's parameters, and the document they were read from (for the lines of later findings)."""

    site: Site
    document: Document
    path: Path

    @property
    def content(self) -> Site:
        return self.site

    @property
    def name(self) -> str:
        return self.site.site

    @property
    def data_origin(self) -> DataOrigin:
        return self.site.data_origin

    @property
    def minimum_cell(self) -> int:
        """Nothing that stands for fewer children is shown."""
        return self.site.minimum_cell

    @property
    def sites(self) -> tuple[SiteFile, ...]:
        """The sites whose data a report of this file rests on."""
        return (self,)

    def misfits(self, params: ReportParams, *, scales: Scales | None = None) -> Iterator[Misfit]:
        """What a report asks for and this file does not have; places are the report's own fields."""
        return report_misfits(self.site, params, scales=scales)


@dataclass(frozen=True)
class PooledFile:
    """The parameters of a pooled analysis. sites: in the order of their names, which ranks nobody. designs: what each
    site's own file says of its intervention."""

    pooled: Pooled
    document: Document
    path: Path
    sites: tuple[SiteFile, ...]
    designs: Mapping[str, InterventionParams]

    @property
    def content(self) -> Pooled:
        return self.pooled

    @property
    def name(self) -> str:
        return self.pooled.id

    @property
    def data_origin(self) -> DataOrigin:
        """Confidential where one site's data are."""
        origins = {site.data_origin for site in self.sites}
        return "confidential" if "confidential" in origins else self.sites[0].data_origin

    @property
    def minimum_cell(self) -> int:
        return max(site.minimum_cell for site in self.sites)

    def misfits(self, params: ReportParams, *, scales: Scales | None = None) -> Iterator[Misfit]:  # noqa: ARG002
        if isinstance(params, PooledParams):
            yield from pooled_misfits(self.pooled, self.designs, params)


@dataclass(frozen=True)
class PlannedFile:
    """The parameters of a study that is only planned: it rests on no data."""

    planned: PlannedStudy
    document: Document
    path: Path

    @property
    def content(self) -> PlannedStudy:
        return self.planned

    @property
    def name(self) -> str:
        return self.planned.id

    @property
    def data_origin(self) -> DataOrigin:
        return "planned"

    @property
    def minimum_cell(self) -> int:
        """Nobody is in it, so nothing has to be hidden."""
        return 1

    @property
    def sites(self) -> tuple[SiteFile, ...]:
        return ()

    def misfits(self, params: ReportParams, *, scales: Scales | None = None) -> Iterator[Misfit]:  # noqa: ARG002
        return iter(())


ParameterFile = SiteFile | PooledFile | PlannedFile
