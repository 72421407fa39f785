"""Everything the report says, computed once: the pooled change, and what stands beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...effects import (
    PooledChange,
    PooledChangeOverR,
    SurveyedGroup,
    pool_adjusted_changes,
    pool_adjusted_changes_over_r,
)
from ...effects.inputs import Improvement
from ...effects.pooling import PoolingTest
from ...effects.pooling_heterogeneity import Heterogeneity
from ...effects.pooling_sites import PoolingUnit
from ...params import PooledParams
from ...study import PooledStudy
from ..intervention import Case
from .cases import cases, groups_of, unit_of

OTHER_METHODS: Mapping[str, tuple[Heterogeneity, PoolingTest]] = {
    "modified": ("PM", "modified_knapp_hartung"),
    "reml": ("REML", "knapp_hartung"),
    "dersimonian_laird": ("DL", "z"),
    "fixed": ("FE", "z"),
}
"""What the same sites give by other methods: two that are as careful, and two that other programs print first."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Evaluation:
    """main: at the retest study's correlation with its error, or without a study at the end of the declared range that
    claims least. as_if_known: the same with the correlation taken as exact. others: by OTHER_METHODS."""

    study: PooledStudy
    params: PooledParams
    cases: tuple[Case, ...]
    unit: PoolingUnit
    improvement: Improvement
    main: PooledChange
    as_if_known: PooledChange
    over_r: PooledChangeOverR
    others: Mapping[str, PooledChange]

    @property
    def pooled(self) -> bool:
        """Is there a pooled number at all?"""
        return self.main.status != "not_computable"

    @property
    def has_study(self) -> bool:
        """Was r estimated in a retest study whose size is known?"""
        return self.params.retest_r is not None

    @property
    def shown(self) -> bool:
        """Is the change more than selection explains, also where estimates happen to agree more than they should?"""
        return self.pooled and all(self.beyond(result) for result in (self.main, self.others["modified"]))

    def beyond(self, result: PooledChange) -> bool:
        """Does an interval exclude no change on the side of improvement?"""
        return result.conf_low > 0 if self.improvement == "increase" else result.conf_high < 0


def evaluate(study: PooledStudy, params: PooledParams) -> Evaluation:
    """Pool the sites as the file asks, and by the other methods shown beside it."""
    groups, unit = groups_of(study), unit_of(study, params)
    improvement = next(iter(study.file.designs.values())).improvement
    over_r = pool_adjusted_changes_over_r(
        groups,
        unit=unit,
        lowest=params.retest_lowest,
        highest=params.retest_highest,
        improvement=improvement,
        conf_level=params.conf_level,
    )
    retest = _Retest.of(params, over_r)
    return Evaluation(
        study=study,
        params=params,
        cases=cases(study),
        unit=unit,
        improvement=improvement,
        main=retest.pooled(groups, unit, params),
        as_if_known=_Retest(r=retest.r, n=None, sd=retest.sd).pooled(groups, unit, params),
        over_r=over_r,
        others={key: retest.pooled(groups, unit, params, *how) for key, how in OTHER_METHODS.items()},
    )


@dataclass(frozen=True, kw_only=True)
class _Retest:
    """The retest correlation the pooling rests on."""

    r: float
    n: int | None
    sd: float | None

    @classmethod
    def of(cls, params: PooledParams, over_r: PooledChangeOverR) -> _Retest:
        if params.retest_r is None:
            return cls(r=over_r.decisive_r, n=None, sd=None)
        return cls(r=params.retest_r, n=params.retest_n, sd=params.retest_sd)

    def pooled(
        self,
        groups: Mapping[str, SurveyedGroup],
        unit: PoolingUnit,
        params: PooledParams,
        method: Heterogeneity = "PM",
        test: PoolingTest = "knapp_hartung",
    ) -> PooledChange:
        return pool_adjusted_changes(
            groups,
            unit=unit,
            retest_r=self.r,
            retest_n=self.n,
            retest_sd=self.sd,
            method=method,
            test=test,
            conf_level=params.conf_level,
        )
