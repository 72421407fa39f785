"""What every report can be asked for, and what several kinds share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ...documents import Language, Misfit, StrictModel, Text

Profile = Literal["share", "internal"]
SelectionRule = Literal[
    "lowest_on_pretest", "random_from_low", "typical_cases", "nominated", "volunteers", "not_selected", "unknown"
]
Probability = Annotated[float, Field(gt=0, lt=1)]


class ReportParams(StrictModel):
    """What every report can be asked for. In a site's file these stand under ``defaults``, and a report's own block may
    override them."""

    from_registers: ClassVar[bool] = False
    """Does this report rest on registers alone? A site whose every report does needs no survey."""
    registers_needed: ClassVar[tuple[str, ...]] = ()
    """Kinds of registers without which this report cannot be made."""
    about_one_child: ClassVar[bool] = False
    """Is the report about single children? Of confidential data it then exists only as internal."""

    language: Language = "zh"
    conf_level: Annotated[float, Field(ge=0.5, le=0.999)] = 0.95
    """Confidence level of intervals; 95 % is written 0.95."""
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 20260901
    """Same data and seed, same numbers."""
    profile: Profile = "share"
    """share shows groups only; internal shows single children, in a folder that is never shared."""
    table_style: Literal["chinese", "apa"] = "chinese"


class RetestParams(ReportParams):
    """What is known of how scores repeat themselves with no programme between them."""

    retest_r: Probability | None = None
    """Correlation of two measurements with no programme between them; neither alpha nor the members' own."""
    retest_n: Annotated[int, Field(ge=4)] | None = None
    """Number of children behind retest_r."""
    retest_sd: Annotated[float, Field(gt=0)] | None = None
    """Standard deviation of the scores of those children."""
    retest_source: Text | None = None
    retest_lowest: Probability = 0.6
    """Lowest retest correlation considered where none is known."""
    retest_highest: Probability = 0.9
    """Highest retest correlation considered where none is known."""

    def misfits(self) -> Iterator[Misfit]:
        if self.retest_lowest > self.retest_highest:
            values = {"low": self.retest_lowest, "high": self.retest_highest}
            yield Misfit("retest_range", ("retest_lowest",), values)
        given = [
            key for key in ("retest_r", "retest_n", "retest_sd", "retest_source") if getattr(self, key) is not None
        ]
        needed = ("retest_r", "retest_n", "retest_source") if given else ()
        yield from (Misfit("retest_incomplete", (given[0],), {"key": key}) for key in needed if key not in given)
