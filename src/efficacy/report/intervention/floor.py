"""Where many children share the worst possible score before: what that does to the main analysis, as calibrated."""

from __future__ import annotations

import math

from ..labels import score_range
from ..wording import Words, say
from .evaluation import Evaluation
from .measured import nearest_design
from .words import retest, share

NOTICEABLE = 0.05
"""Share of all surveyed at the end of the scale from which on the report speaks of it."""
SIMULATED = 0.15
"""Share of the simulated population at the floor."""
_PROCEDURES = {
    "retest_correction": ("retest_correction_study_r", "retest_correction_study_r"),
    "regression_discontinuity": ("discontinuity_quadratic", "discontinuity_both"),
}


def floor_words(evaluation: Evaluation) -> list[Words]:
    """How often the analysis covers and claims with a floor, where the pretest has one; nothing elsewhere."""
    case = evaluation.case
    at_end = share_at_end(evaluation)
    if evaluation.key not in _PROCEDURES or math.isnan(at_end) or at_end < NOTICEABLE:
        return []
    design = nearest_design(
        n_survey=len(case.own_survey), n_members=len(case.both_waves[0]), retest_r=evaluation.shown_r
    )
    interval, claim = _PROCEDURES[evaluation.key]
    coverage = design.value(interval, "coverage", shape="floor")
    upward = design.value(claim, "upward", shape="floor")
    simulated = design.named_by(coverage)
    return [
        say(
            "intervention_measured.floor",
            observed=share(at_end),
            n=simulated.n_survey,
            members=simulated.n_members,
            r=retest(simulated.retest_r),
            simulated=share(SIMULATED),
            replications=min(coverage.replications, upward.replications),
            coverage=share(coverage.value),
            upward=share(upward.value),
        )
    ]


def share_at_end(evaluation: Evaluation) -> float:
    """Share of all surveyed whose first score is the worst the scale has; NaN where nobody has one."""
    case = evaluation.case
    low, high = score_range(case.study, case.baseline_outcome)
    worst = low if case.params.improvement == "increase" else high
    scores = case.own_survey
    return float((scores == worst).mean()) if len(scores) else math.nan
