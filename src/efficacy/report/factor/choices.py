"""What the factor report is about where the parameters leave it open."""

from __future__ import annotations

from ...instruments import Instrument
from ...params import FactorParams
from ...psychometrics import FactorSolution, fit_efa
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
