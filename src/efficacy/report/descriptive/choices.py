"""What the descriptive report is about where the parameters leave it open."""

from __future__ import annotations

import pandas as pd

from ...instruments import Instrument
from ...params import DescriptiveParams
from ...study import Study
from ..labels import midpoint_of, scale_names


def wave_of(study: Study, params: DescriptiveParams) -> str:
    """The wave named in the parameters, else the first baseline."""
    return params.wave or study.site.baseline


def scales_of(study: Study, params: DescriptiveParams) -> tuple[str, ...]:
    """Every scale somebody has a score on at the report's wave, in the site's order."""
    wave = wave_of(study, params)
    measured = study.scores.loc[(study.scores["wave"] == wave) & study.scores["score"].notna(), "scale"]
    return tuple(scale for scale in scale_names(study) if scale in set(measured))


def scale_of(study: Study, params: DescriptiveParams) -> str:
    """The scale named in the parameters, else the primary outcome where it was measured, else the first."""
    scales = scales_of(study, params)
    if params.scale:
        return params.scale
    primary = study.site.intervention.model_dump().get("primary_outcome")
    return primary if primary in scales else scales[0]


def scores_of(study: Study, params: DescriptiveParams) -> pd.DataFrame:
    """Children x scales at the report's wave; NaN where a child has no score."""
    wave = wave_of(study, params)
    columns = {scale: study.score(wave, scale) for scale in scales_of(study, params)}
    return pd.DataFrame(columns, index=study.participants.index)


def item_scales(study: Study, params: DescriptiveParams) -> tuple[str, ...]:
    """The scales of the report's wave that have items."""
    return tuple(scale for scale in scales_of(study, params) if study.instrument_of(scale) is not None)


def instruments_of(study: Study, params: DescriptiveParams) -> tuple[Instrument, ...]:
    """The questionnaires answered at the report's wave."""
    answered = set(study.responses.loc[study.responses["wave"] == wave_of(study, params), "item"])
    return tuple(i for i in study.instruments if answered & {item.name for item in i.items})


def references_of(study: Study, params: DescriptiveParams) -> dict[str, float]:
    """What each scale is compared with: every midpoint, or the declared value for the report's own scale."""
    if params.level_rule != "midpoint" and params.level_reference is not None:
        return {scale_of(study, params): params.level_reference}
    midpoints = {scale: midpoint_of(study, scale) for scale in scales_of(study, params)}
    return {scale: midpoint for scale, midpoint in midpoints.items() if midpoint is not None}


def groups_of(study: Study, params: DescriptiveParams) -> pd.DataFrame:
    """Children x grouping variables of group_by, as categories in declared order."""
    return study.participants[list(params.group_by)]


def predictors_of(study: Study, params: DescriptiveParams) -> pd.DataFrame:
    """Children x declared predictors of the one regression: numbers as they are, categories with reference first."""
    return study.participants[list(params.regression_predictors)]


def regressed_scales(study: Study, params: DescriptiveParams) -> tuple[str, ...]:
    """The scale of the one declared regression; none where no predictors are declared."""
    return (scale_of(study, params),) if params.regression_predictors else ()


def categorical_covariates(study: Study) -> pd.DataFrame:
    """Children x characteristics with levels."""
    names = [covariate.name for covariate in study.site.covariates if covariate.kind != "number"]
    return study.participants[names]


def numeric_covariates(study: Study) -> pd.DataFrame:
    """Children x characteristics that are numbers."""
    names = [covariate.name for covariate in study.site.covariates if covariate.kind == "number"]
    return study.participants[names]


def related_variables(study: Study, params: DescriptiveParams) -> pd.DataFrame:
    """What is correlated: every scale, and the characteristics that are numbers or ordered levels (by their rank)."""
    scores = scores_of(study, params)
    ordered = [covariate.name for covariate in study.site.covariates if covariate.kind == "ordinal"]
    codes = {name: study.participants[name].cat.codes for name in ordered}
    ranks = {name: code.astype(float).where(code >= 0) for name, code in codes.items()}
    return scores.join(numeric_covariates(study)).assign(**ranks)
