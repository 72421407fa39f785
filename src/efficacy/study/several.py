"""The studies behind a parameter file: one of a site, several of a pooled analysis."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..errors import DataError, Finding
from ..params import ParameterFile, PlannedFile, PooledFile, Scales, SiteFile
from ..project import Project
from .declared import site_scales
from .loading import load_study
from .model import Study


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PooledStudy:
    """What was observed at several sites. file: what is asked of them; studies: in the order of their sites' names."""

    file: PooledFile
    studies: tuple[Study, ...]

    def __repr__(self) -> str:
        return f"<PooledStudy {self.file.name}: {', '.join(study.site.site for study in self.studies)} (rows hidden)>"

    @property
    def input_hashes(self) -> Mapping[str, str]:
        """SHA-256 of every site's data files and, since it holds what was asked of the site, its parameter file."""
        hashes = {site.document.name: hashlib.sha256(site.path.read_bytes()).hexdigest() for site in self.file.sites}
        for study in self.studies:
            hashes |= study.input_hashes
        return hashes


@dataclass(frozen=True, kw_only=True, eq=False)
class NothingObserved:
    """A study that is only planned."""

    file: PlannedFile

    @property
    def input_hashes(self) -> Mapping[str, str]:
        """No data files."""
        return {}


def load_studies(loaded: ParameterFile, *, project: Project) -> tuple[Study, ...]:
    """Read the data of every site a parameter file rests on, in the order of the sites' names.

    Raises as load_study does, with the errors of every site, and DataError where two sites read the same file.
    """
    studies: list[Study] = []
    errors: list[Finding] = []
    for site in loaded.sites:
        try:
            studies.append(load_study(site.name, project=project))
        except DataError as error:
            errors += error.findings
    errors += _shared_files(studies)
    if errors:
        raise DataError(errors)
    return tuple(studies)


def _shared_files(studies: Sequence[Study]) -> list[Finding]:
    """Files with the same content at two sites: the same children would count as two groups."""
    seen: dict[str, str] = {}
    findings = []
    for study in studies:
        own = dict(study.input_hashes)
        for file, digest in own.items():
            if digest in seen and seen[digest] not in own:
                findings.append(Finding("data.same_file_at_two_sites", file=file, values={"other": seen[digest]}))
        seen |= {digest: file for file, digest in own.items()}
    return findings


def observed(loaded: ParameterFile, studies: Sequence[Study]) -> Study | PooledStudy | NothingObserved:
    """What a notebook works on as ``study``."""
    if isinstance(loaded, PooledFile):
        return PooledStudy(file=loaded, studies=tuple(studies))
    if isinstance(loaded, PlannedFile):
        return NothingObserved(file=loaded)
    return studies[0]


def known_scales(loaded: ParameterFile, studies: Sequence[Study]) -> Scales | None:
    """Every scale of a site and its waves, for checking what a report names; None where no one site is meant."""
    return site_scales(loaded.site, studies[0].instruments) if isinstance(loaded, SiteFile) else None
