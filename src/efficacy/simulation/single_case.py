"""One child measured again and again, or a few whose start was drawn by lot: series, support, services, marks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..streams import stream


@dataclass(frozen=True, kw_only=True)
class SeriesTruth:
    """One outcome of each case.

    level: before the service. shift: step when it begins. slope: further change per point of the intervention. spread,
    autocorrelation: of the points about these. between: standard deviation of the level between cases. minimum,
    maximum: of the form; decimals: as it is filled in.
    """

    outcome: str
    level: float
    shift: float
    slope: float = 0.0
    spread: float
    autocorrelation: float = 0.0
    between: float = 0.0
    minimum: float = 0.0
    maximum: float
    decimals: int = 0

    def __post_init__(self) -> None:
        if not -1 < self.autocorrelation < 1:
            raise ValueError(f"autocorrelation={self.autocorrelation!r}: between -1 and 1")
        if self.minimum >= self.maximum:
            raise ValueError(f"minimum={self.minimum!r}: below maximum={self.maximum!r}")


@dataclass(frozen=True, kw_only=True)
class SupportTruth:
    """Ratings of support: before, at each later time the gain of its kind so far (cumulative), for every source.

    base: kind -> rating before; of_source: source -> how far above or below that; gains: kind -> gain at each time.
    """

    base: Mapping[str, float]
    of_source: Mapping[str, float]
    gains: Mapping[str, tuple[float, ...]]
    spread: float
    minimum: int = 1
    maximum: int = 5


@dataclass(frozen=True, kw_only=True)
class ServiceTruth:
    """How often and how long each strategy was used, and what kind of support it aims at."""

    strategy: str
    dimension: str
    n_contacts: int
    hours: float


@dataclass(frozen=True, kw_only=True)
class ExamTruth:
    """One exam of the cohort: its mean and standard deviation of marks, and where the child stands (z)."""

    exam: str
    mean: float
    sd: float
    z: float


@dataclass(frozen=True, kw_only=True)
class CaseStudyTruth:
    """A single-case study. n_points: of each case; starts: first intervention point (0-based) of each case, or None
    where it is drawn by lot between least_baseline and n_points - least_intervention."""

    name: str
    seed: int
    n_cases: int
    n_points: int
    outcomes: tuple[SeriesTruth, ...]
    starts: tuple[int, ...] | None
    least_baseline: int = 1
    least_intervention: int = 1
    support: SupportTruth | None = None
    services: tuple[ServiceTruth, ...] = ()
    exams: tuple[ExamTruth, ...] = ()
    subjects: tuple[str, ...] = ()
    cohort_n: int = 0
    full_mark: int = 120


def possible_starts(truth: CaseStudyTruth) -> range:
    """The positions that the lot could have given as first intervention point."""
    return range(truth.least_baseline, truth.n_points - truth.least_intervention + 1)


def drawn_starts(truth: CaseStudyTruth) -> tuple[int, ...]:
    """The first intervention point of each case: as declared, or drawn by lot, independently."""
    if truth.starts is not None:
        return truth.starts
    drawn = stream(truth.seed, f"{truth.name}.starts").choice(np.array(possible_starts(truth)), truth.n_cases)
    return tuple(int(start) for start in drawn)


def simulate_series(truth: CaseStudyTruth) -> pd.DataFrame:
    """case, outcome, point (0-based), phase, value: one row a measurement."""
    rows = []
    for series in truth.outcomes:
        rng = stream(truth.seed, f"{truth.name}.series.{series.outcome}")
        for case, start in enumerate(drawn_starts(truth)):
            point = np.arange(truth.n_points)
            inside = point >= start
            level = series.level + series.between * rng.standard_normal()
            values = level + inside * (series.shift + series.slope * (point - start)) + _errors(rng, series, len(point))
            values = np.round(np.clip(values, series.minimum, series.maximum), series.decimals)
            phases = np.where(inside, "intervention", "baseline")
            rows += [
                (case, series.outcome, *row)
                for row in zip(point.tolist(), phases.tolist(), values.tolist(), strict=True)
            ]
    return pd.DataFrame(rows, columns=["case", "outcome", "point", "phase", "value"])


def _errors(rng: np.random.Generator, series: SeriesTruth, n: int) -> np.ndarray:
    """A stationary first-order autoregression with the series' spread."""
    noise, phi = rng.standard_normal(n), series.autocorrelation
    errors = np.empty(n)
    errors[0] = noise[0]
    for t in range(1, n):
        errors[t] = phi * errors[t - 1] + np.sqrt(1 - phi**2) * noise[t]
    return series.spread * errors


def simulate_support(truth: CaseStudyTruth) -> pd.DataFrame:
    """time (0, 1, ...), dimension, source, rating."""
    support = truth.support
    if support is None:
        return pd.DataFrame(columns=["time", "dimension", "source", "rating"])
    rng = stream(truth.seed, f"{truth.name}.support")
    rows = []
    for dimension, base in support.base.items():
        for source, offset in support.of_source.items():
            for time, gain in enumerate((0.0, *support.gains[dimension])):
                raw = base + offset + gain + support.spread * rng.standard_normal()
                rating = int(np.clip(round(raw), support.minimum, support.maximum))
                rows.append((time, dimension, source, rating))
    return pd.DataFrame(rows, columns=["time", "dimension", "source", "rating"])


def simulate_services(truth: CaseStudyTruth, *, n_days: int) -> pd.DataFrame:
    """day (0 to n_days - 1, in order), strategy, dimension, hours in steps of half an hour."""
    rng = stream(truth.seed, f"{truth.name}.services")
    rows = []
    for service in truth.services:
        days = rng.choice(n_days, size=service.n_contacts, replace=False)
        hours = np.maximum(np.round(2 * rng.normal(service.hours, 0.4, service.n_contacts)) / 2, 0.5)
        rows += [(int(day), service.strategy, service.dimension, float(h)) for day, h in zip(days, hours, strict=True)]
    log = pd.DataFrame(rows, columns=["day", "strategy", "dimension", "hours"])
    return log.sort_values(["day", "strategy"], ignore_index=True)


def simulate_marks(truth: CaseStudyTruth) -> pd.DataFrame:
    """exam, subject, mark, cohort_mean, cohort_sd, rank, cohort_n: the child among a cohort drawn for each exam."""
    rows = []
    for exam in truth.exams:
        for subject in truth.subjects:
            rng = stream(truth.seed, f"{truth.name}.marks.{exam.exam}.{subject}")
            others = np.clip(np.round(rng.normal(exam.mean, exam.sd, truth.cohort_n - 1)), 0, truth.full_mark)
            own = float(
                np.clip(round(exam.mean + exam.sd * (exam.z + 0.15 * rng.standard_normal())), 0, truth.full_mark)
            )
            everybody = np.append(others, own)
            mean, sd = round(float(everybody.mean()), 1), round(float(everybody.std(ddof=1)), 1)
            rank = 1 + int((everybody > own).sum())
            rows.append((exam.exam, subject, own, mean, sd, rank, truth.cohort_n))
    return pd.DataFrame(rows, columns=["exam", "subject", "mark", "cohort_mean", "cohort_sd", "rank", "cohort_n"])
