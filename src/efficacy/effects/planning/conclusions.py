"""What each simulated study would conclude, by the rules of the ladder of claims."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..batch import Estimates, FloatArray, ancovas, paired_changes, retest_corrections
from .designs import StudyDesign
from .draws import DrawnStudies

_MOVED_BY_DRIFT = frozenset({"retest_correction", "second_baseline", "paired_change"})
"""Analyses without untreated children take everybody's change for the programme's."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Conclusions:
    """Of studies in which nothing happened, in survey standard deviations.

    margin: how far the end of the deciding interval lies above no change; a constant effect e shifts it to margin + e,
    and the studies with margin + e > 0 claim an effect (a NaN claims nothing). half_width: of the deciding interval.
    moved_by_drift: whether a change of everybody shifts it too. usual_gain: mean gain of the members; usual_alarm:
    whether the paired t-test on it is significant in any direction.
    """

    margin: FloatArray
    half_width: FloatArray
    moved_by_drift: bool
    usual_gain: FloatArray
    usual_alarm: FloatArray


def conclude(design: StudyDesign, drawn: DrawnStudies, *, conf_level: float) -> Conclusions:
    """Apply the design's main analysis and the usual paired t-test to every study."""
    pre, _, post = drawn.members
    usual = paired_changes(pre, post)
    low, high = usual.interval(conf_level)
    margin, half_width = _deciding(design, drawn, conf_level)
    return Conclusions(
        margin=margin,
        half_width=half_width,
        moved_by_drift=design.analysis.key in _MOVED_BY_DRIFT,
        usual_gain=usual.estimate,
        usual_alarm=((low > 0) | (high < 0)).astype(float),
    )


def _deciding(design: StudyDesign, drawn: DrawnStudies, conf_level: float) -> tuple[FloatArray, FloatArray]:
    """Margin and half-width. Where two intervals decide, the claim needs both; their span, or the wider, is shown."""
    pre, second, post = drawn.members
    key = design.analysis.key
    if key == "regression_discontinuity":
        forms = [ancovas(drawn.pre, drawn.post, n_members=drawn.n_members, form=f) for f in ("linear", "quadratic")]
        lows = [form.interval(conf_level)[0] for form in forms]
        return np.minimum(*lows), np.maximum(*(form.half_width(conf_level) for form in forms))
    if key == "retest_correction" and design.retest_n is None:
        ends = [_corrected(design, drawn, r) for r in (design.retest_lowest, design.retest_highest)]
        low, high = zip(*(end.interval(conf_level) for end in ends), strict=True)
        return np.minimum(*low), (np.maximum(*high) - np.minimum(*low)) / 2
    if key == "retest_correction":
        decides = _corrected(design, drawn, drawn.retest_r)
    elif key == "randomised_ancova":
        decides = ancovas(drawn.pre, drawn.post, n_members=drawn.n_members)
    else:
        decides = paired_changes(second if key == "second_baseline" else pre, post)
    return decides.interval(conf_level)[0], decides.half_width(conf_level)


def _corrected(design: StudyDesign, drawn: DrawnStudies, retest_r: FloatArray | float) -> Estimates:
    pre, _, post = drawn.members
    return retest_corrections(
        pre,
        post,
        mean_survey=drawn.mean_survey,
        sd_survey=drawn.sd_survey,
        n_survey=design.n_survey,
        retest_r=retest_r,
        retest_n=design.retest_n,
    )
