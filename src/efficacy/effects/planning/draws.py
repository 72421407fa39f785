"""Planned studies that never happened: scores of children in whom nothing changed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ...streams import stream
from ..batch import FloatArray
from .designs import StudyDesign

_STREAMS = ("true", "pre", "second", "post", "lot", "loss", "retest")


@dataclass(frozen=True, kw_only=True, eq=False)
class DrawnStudies:
    """Scores in survey standard deviations, studies x children with a posttest; nothing happened to anybody.

    mean_survey, sd_survey: of everybody's pretest, by study. pre, second, post: the members in the first n_members
    columns, then the untreated. retest_r: found by each study's retest study, NaN where it found none between 0 and 1.
    """

    n_members: int
    mean_survey: FloatArray
    sd_survey: FloatArray
    pre: FloatArray
    second: FloatArray
    post: FloatArray
    retest_r: FloatArray

    @property
    def members(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """pre, second and post of the members alone."""
        return self.pre[:, : self.n_members], self.second[:, : self.n_members], self.post[:, : self.n_members]


def open_streams(seed: int) -> dict[str, np.random.Generator]:
    """One stream a kind of draw, so that two designs with the same survey are compared on the same children."""
    return {name: stream(seed, f"planning.{name}") for name in _STREAMS}


def draw_studies(
    design: StudyDesign, *, retest_r: float, rows: int, streams: Mapping[str, np.random.Generator]
) -> DrawnStudies:
    """The next ``rows`` studies of a design where two measurements without a programme correlate retest_r.

    Score = sqrt(r) true + sqrt(1 - r) error, all standard normal, errors independent between occasions.
    """
    shape = (rows, design.n_survey)
    true = math.sqrt(retest_r) * streams["true"].standard_normal(shape)
    error = math.sqrt(1 - retest_r)
    pre = true + error * streams["pre"].standard_normal(shape)
    columns = _children(design, pre, streams)
    true = np.take_along_axis(true, columns, axis=1)
    return DrawnStudies(
        n_members=design.measured_at_post[0],
        mean_survey=pre.mean(axis=1),
        sd_survey=pre.std(axis=1, ddof=1),
        pre=np.take_along_axis(pre, columns, axis=1),
        second=true + error * streams["second"].standard_normal(true.shape),
        post=true + error * streams["post"].standard_normal(true.shape),
        retest_r=_retest_found(design.retest_n, retest_r, rows, streams["retest"]),
    )


def _children(design: StudyDesign, pre: FloatArray, streams: Mapping[str, np.random.Generator]) -> np.ndarray:
    """Which children have a posttest, as columns of the survey: members first, then the untreated."""
    order = pre.argsort(axis=1)
    if design.selection_rule == "not_selected":
        order = streams["lot"].permuted(order, axis=1)
    elif design.drawn_by_lot:
        order[:, : design.pool] = streams["lot"].permuted(order[:, : design.pool], axis=1)
    members, untreated = design.measured_at_post
    groups = [order[:, : design.n_members]]
    if untreated:
        groups.append(order[:, design.n_members : design.pool if design.drawn_by_lot else None])
    if design.attrition:
        groups = [streams["loss"].permuted(group, axis=1) for group in groups]
    kept = zip(groups, (members, untreated), strict=False)
    return np.concatenate([group[:, :size] for group, size in kept], axis=1)


def _retest_found(n: int | None, r: float, rows: int, random: np.random.Generator) -> FloatArray:
    """Correlations in samples of n pairs (Bartlett's decomposition of their covariance); NaN outside (0, 1)."""
    if n is None:
        return np.full(rows, math.nan)
    first, other = np.sqrt(random.chisquare(n - 1, rows)), random.standard_normal(rows)
    along = r * first + math.sqrt(1 - r**2) * other
    found = along / np.sqrt(along**2 + (1 - r**2) * random.chisquare(n - 2, rows))
    return np.where((found > 0) & (found < 1), found, math.nan)
