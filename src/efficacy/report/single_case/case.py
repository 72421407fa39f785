"""A single-case study as its report sees it: children, outcomes, and the phases of every series in order of time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from ...effects.single_case import LEAST_POINTS
from ...params import CaseOutcome, CaseStudy, SingleCaseParams
from ...study import Study

PAIRS = (("baseline", "intervention"), ("baseline_2", "intervention_2"))
PHASES = ("baseline", "intervention", "baseline_2", "intervention_2", "followup")


@dataclass(frozen=True, eq=False)
class Series:
    """One outcome of one child. rows: day, phase, value, in order of time, without missing values."""

    child: str
    outcome: CaseOutcome
    rows: pd.DataFrame
    n_missing: int

    def phase(self, name: str) -> pd.Series:
        """The values of one phase, indexed by day."""
        own = self.rows[self.rows["phase"] == name]
        return pd.Series(own["value"].to_numpy(float), index=pd.DatetimeIndex(own["day"]))

    def days(self, name: str) -> np.ndarray:
        """Days since the first measurement of the points of one phase."""
        own = self.rows[self.rows["phase"] == name]
        return np.asarray((own["day"] - self.rows["day"].iloc[0]).dt.days, dtype=float)

    @property
    def phases(self) -> tuple[str, ...]:
        """The phases that have points, in order."""
        return tuple(name for name in PHASES if (self.rows["phase"] == name).any())

    @property
    def start(self) -> date | None:
        """The first day of the intervention."""
        days = self.phase("intervention").index
        return days[0].date() if len(days) else None

    @property
    def short(self) -> bool:
        """Has baseline or intervention too few points for anything but a chart?"""
        fewest = min(len(self.phase("baseline")), len(self.phase("intervention")))
        return bool(fewest < LEAST_POINTS)


@dataclass(frozen=True, eq=False)
class Case:
    """The study. series: by outcome, then by child, in the order of the parameters and of the pseudonyms."""

    study: Study
    params: SingleCaseParams
    declared: CaseStudy
    series: tuple[Series, ...]

    @property
    def children(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(sorted(series.child for series in self.series)))

    @property
    def outcomes(self) -> tuple[CaseOutcome, ...]:
        """Declared outcomes that have points, the primary one first."""
        present = [o for o in self.declared.outcomes if any(s.outcome is o for s in self.series)]
        return tuple(sorted(present, key=lambda outcome: outcome is not self.primary))

    @property
    def primary(self) -> CaseOutcome:
        name = self.params.primary_outcome or self.declared.outcomes[0].value
        return next(outcome for outcome in self.declared.outcomes if outcome.value == name)

    def of(self, outcome: CaseOutcome) -> tuple[Series, ...]:
        """The series of one outcome, one a child."""
        return tuple(series for series in self.series if series.outcome is outcome)

    def register(self, kind: str) -> pd.DataFrame:
        """A register; an empty frame where the site keeps none."""
        return self.study.registers.get(kind, pd.DataFrame())


def case_of(study: Study, params: SingleCaseParams) -> Case:
    """The single-case study of a site. Raises ValueError where the site declares none."""
    declared = study.site.case_study
    if declared is None:
        raise ValueError("study: its site declares no case_study")
    return Case(study, params, declared, tuple(_series(study.registers["series"], declared)))


def _series(register: pd.DataFrame, declared: CaseStudy) -> Iterator[Series]:
    for outcome in declared.outcomes:
        rows = register[register["outcome"] == outcome.value]
        for child, own in rows.groupby("participant_id", sort=True):
            ordered = own.sort_values("day", kind="stable")[["day", "phase", "value"]]
            present = ordered.dropna(subset=["value"]).reset_index(drop=True)
            if len(present):
                yield Series(str(child), outcome, present, len(ordered) - len(present))
