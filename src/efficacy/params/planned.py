"""The parameter file of a study that is only planned: no data, and what is declared before there are any."""

from __future__ import annotations

from typing import Literal

from ..documents import SchemaNumber, StrictModel, Text
from .names import SiteId
from .reports import DesignBlock, ReportBlock


class PlannedStudy(StrictModel):
    """params/<id>.yml of kind plan, whole. Its one report is ``design``."""

    schema_: SchemaNumber
    kind: Literal["plan"]
    """What this file is about: a study that has not begun."""
    id: SiteId
    """Must equal the file's name."""
    title: Text

    defaults: ReportBlock = ReportBlock()
    """Settings that the report's own block may override."""
    design: DesignBlock = DesignBlock()

    @property
    def reports(self) -> tuple[str, ...]:
        """What such a file makes."""
        return ("design",)
