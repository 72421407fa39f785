"""The block of each report in a parameter file: the fields of its model, each of which may be left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import create_model

from ...documents import StrictModel
from .base import ReportParams
from .beyond import DesignParams, PooledParams
from .registers import BottomShareParams, CaseworkParams, SingleCaseParams
from .survey import DescriptiveParams, FactorParams, InterventionParams


def _block(model: type[ReportParams]) -> type[StrictModel]:
    """The same fields, each optional: what a site's file or a notebook may leave open."""
    fields: dict[str, Any] = {
        name: (field.rebuild_annotation() | None, None) for name, field in model.model_fields.items()
    }
    return create_model(
        model.__name__.replace("Params", "Block"), __base__=StrictModel, __doc__=model.__doc__, **fields
    )


if TYPE_CHECKING:

    class ReportBlock(StrictModel): ...

    class DescriptiveBlock(StrictModel): ...

    class FactorBlock(StrictModel): ...

    class InterventionBlock(StrictModel): ...

    class BottomShareBlock(StrictModel): ...

    class SingleCaseBlock(StrictModel): ...

    class CaseworkBlock(StrictModel): ...

    class PooledBlock(StrictModel): ...

    class DesignBlock(StrictModel): ...
else:
    ReportBlock = _block(ReportParams)
    DescriptiveBlock = _block(DescriptiveParams)
    FactorBlock = _block(FactorParams)
    InterventionBlock = _block(InterventionParams)
    BottomShareBlock = _block(BottomShareParams)
    SingleCaseBlock = _block(SingleCaseParams)
    CaseworkBlock = _block(CaseworkParams)
    PooledBlock = _block(PooledParams)
    DesignBlock = _block(DesignParams)
