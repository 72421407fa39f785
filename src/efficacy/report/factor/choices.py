"""What the factor report is about where the parameters leave it open."""

from __future__ import annotations

from ...instruments import Instrument
from ...params import FactorParams
from ...psychometrics import FactorSolution, MeasurementInvariance, fit_efa, measurement_invariance
from ...study import Study


def instrument_of(study: Study, params: FactorParams) -> Instrument:
    """The instrument named in the parameters, else the site's first. Raises ValueError naming the allowed ones."""
    known = {instrument.id: instrument for instrument in study.instruments}
    name = params.instrument or next(iter(known), None)
    if name not in known:
        raise ValueError(f"instrument={name!r}: one of {list(known)}")
    return known[name]


def wave_of(study: Study, params: FactorParams) -> str:
    """The wave named in the parameters, else the first baseline."""
    return params.wave or study.site.baseline


def n_factors_of(study: Study, params: FactorParams) -> int:
    """The number named in the parameters, else as many as the instrument has subscales."""
    return params.n_factors or len(instrument_of(study, params).subscales)


def solution_of(study: Study, params: FactorParams) -> FactorSolution:
    """The factor solution the parameters ask for."""
    instrument = instrument_of(study, params)
    return fit_efa(
        study.item_table(wave_of(study, params), instrument.id),
        n_factors=n_factors_of(study, params),
        extraction=params.extraction,
        rotation=params.rotation,
        correlation=params.correlation,
    )


ESTIMATORS = ("ML", "MLR", "WLSMV")
"""Estimators of the confirmatory model, the plainest first."""


def model_of(instrument: Instrument) -> dict[str, list[str]]:
    """The questionnaire's own structure: subscale -> its items."""
    return {scale.id: [instrument.item(number).name for number in scale.items] for scale in instrument.subscales}


def invariance_of(study: Study, params: FactorParams) -> MeasurementInvariance | None:
    """Invariance over the declared groups; None where none are declared."""
    if params.invariance_group is None:
        return None
    instrument = instrument_of(study, params)
    answers = study.item_table(wave_of(study, params), instrument.id)
    group = study.participants[params.invariance_group].reindex(answers.index)
    return measurement_invariance(answers, model_of(instrument), group=group, conf_level=params.conf_level)


def general_factors(instrument: Instrument) -> int:
    """Factors from which a general one is worked out: the subscales, at least two."""
    return max(len(instrument.subscales), 2)
