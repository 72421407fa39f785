"""What the report is about: each site's intervention as its own file declares it, in the order of the sites' names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...documents import Text
from ...effects import SurveyedGroup
from ...effects.pooling_sites import PoolingUnit
from ...instruments import Instrument
from ...params import PooledParams
from ...study import PooledStudy, Study
from ..intervention import Case, case_of


def cases(study: PooledStudy) -> tuple[Case, ...]:
    """The sites as interventions: waves, outcome, members and others of each."""
    return tuple(case_of(one, study.file.designs[site_of(one)]) for one in study.studies)


def site_of(one: Study) -> str:
    return one.site.site


def label_of(study: PooledStudy, site: str) -> Text | str:
    """A site's short name in tables and figures."""
    return study.file.pooled.label_of(site)


def groups_of(study: PooledStudy) -> Mapping[str, SurveyedGroup]:
    """What pooling takes: of each site the survey's pretest, the posttest and who the members are."""
    return {
        site_of(case.study): SurveyedGroup(survey_pre=case.own_survey, post=case.later, members=case.members)
        for case in cases(study)
    }


def unit_of(study: PooledStudy, params: PooledParams) -> PoolingUnit:
    """The outcome's own unit where every site used one questionnaire in one way, else survey standard deviations."""
    return "raw" if len(_measures(study, params)) == 1 else "standardised"


def scale_of(study: PooledStudy, one: Study, params: PooledParams) -> str:
    """The scale that measures the outcome at a site."""
    return study.file.pooled.outcome_of(site_of(one), params)


def instruments_of(study: PooledStudy, params: PooledParams) -> Sequence[Instrument | None]:
    """The questionnaire of the outcome at each site, None for a score that arrived ready-made."""
    return [one.instrument_of(scale_of(study, one, params)) for one in study.studies]


def _measures(study: PooledStudy, params: PooledParams) -> set[object]:
    """The different ways the outcome was measured; a ready-made score is like another of the same name and range."""
    found: set[object] = set()
    for one in study.studies:
        scale = scale_of(study, one, params)
        instrument = one.instrument_of(scale)
        if instrument is not None:
            members = [instrument.item(number) for number in instrument.scale(scale).items]
            keyed = tuple((item.name, item.reverse) for item in members)
            found.add((instrument.id, scale, instrument.minimum, instrument.maximum, keyed))
        else:
            ranges = {(score.minimum, score.maximum) for score in one.site.scores if score.scale == scale}
            found.add((scale, tuple(sorted(ranges))))
    return found
