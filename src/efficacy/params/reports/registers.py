"""Reports that rest on registers: the bottom share, single cases, casework."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import ClassVar, Literal

from ...documents import Misfit
from ..names import Entry
from .base import Probability, ReportParams


class BottomShareParams(ReportParams):
    """Bottom-share report: who is in the county's lowest fifth, what changed, and what chance alone does. The tie rule
    has no default: with whole marks it moves the share by several points."""

    from_registers: ClassVar[bool] = True
    registers_needed: ClassVar[tuple[str, ...]] = ("exam_marks", "county_cuts")

    tie_rule: Literal["below", "at_or_below"]
    """Is a mark equal to the county's cut in the bottom share?"""
    earlier_term: Entry | None = None
    """Term that change is counted from; left out: the last but one."""
    later_term: Entry | None = None
    """Term described and compared; left out: the last."""
    standing_lowest: Probability = 0.7
    """Lowest correlation of marks between neighbouring terms considered for what chance does."""
    standing_highest: Probability = 0.9
    as_of: date | None = None
    """Day on which duties are judged; left out: the last day in the register of duties."""

    def misfits(self) -> Iterator[Misfit]:
        if self.standing_lowest > self.standing_highest:
            values = {"low": self.standing_lowest, "high": self.standing_highest}
            yield Misfit("range", ("standing_lowest",), values)


class SingleCaseParams(ReportParams):
    """Single-case report: one child measured again and again, or a few whose programmes start at different times."""

    from_registers: ClassVar[bool] = True
    registers_needed: ClassVar[tuple[str, ...]] = ("series",)
    about_one_child: ClassVar[bool] = True

    primary_outcome: Entry | None = None
    """The one outcome of the first page; left out: the first of case_study."""
    between_cases: Literal["moments", "reml"] = "moments"
    """Estimator of the change between cases, where there are several."""


class CaseworkParams(ReportParams):
    """Casework report: cases, groups, warning, the roll, plans, pairings, graduates, as far as registers exist."""

    from_registers: ClassVar[bool] = True
    about_one_child: ClassVar[bool] = True
