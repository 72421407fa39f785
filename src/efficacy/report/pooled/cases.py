"""What the report is about: each site's intervention as its own file declares it, in the order of the sites' names."""

from __future__ import annotations

from ...study import PooledStudy
from ..intervention import Case, case_of


def cases(study: PooledStudy) -> tuple[Case, ...]:
    """The sites as interventions: waves, outcome, members and others of each."""
    return tuple(case_of(one, study.file.designs[one.site.site]) for one in study.studies)
