"""How far the evidence carries: a ladder of claims, each rung with the rule that decided it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import pandas as pd

from ..results import Result
from .change import PairedChange
from .controlled import ChangeScoreComparison
from .design import AnalysisKey
from .discontinuity import RegressionDiscontinuity
from .inputs import Improvement, check_improvement
from .randomised import RandomisedAncova
from .retest_range import AdjustedChangeOverR
from .selection import AdjustedChange

RungName = Literal["described", "higher_at_post", "more_than_selection", "more_than_untreated", "maintained"]
RUNGS: tuple[RungName, ...] = get_args(RungName)


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What was computed for one outcome at one later wave; None for what the design does not have.

    unadjusted: post against the first baseline, the members only. adjusted: at the retest study's r. over_r: at the
    declared range. second_baseline: post against the baseline after selection. since_post, since_post_compared: at
    follow-up, the change since post, of the members and less that of the untreated. All in the outcome's own units.
    """

    unadjusted: PairedChange | None = None
    adjusted: AdjustedChange | None = None
    over_r: AdjustedChangeOverR | None = None
    second_baseline: PairedChange | None = None
    discontinuity: RegressionDiscontinuity | None = None
    randomised: RandomisedAncova | None = None
    since_post: PairedChange | None = None
    since_post_compared: ChangeScoreComparison | None = None


@dataclass(frozen=True, kw_only=True)
class Rung:
    """reached: True, False, or None where this design cannot tell. reason: key of the rule that decided."""

    name: RungName
    reached: bool | None
    reason: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Claims(Result):
    """The ladder of one outcome. reached: the highest rung reached, "none" if there is not even a description."""

    analysis: AnalysisKey
    reached: RungName | Literal["none"]
    rungs: tuple[Rung, ...]

    def tidy(self) -> pd.DataFrame:
        """One row a rung: term, reached (True, False, None), reason."""
        rows = [(rung.name, rung.reached, rung.reason) for rung in self.rungs]
        return pd.DataFrame(rows, columns=["term", "reached", "reason"]).astype({"reached": object})

    def rung(self, name: RungName) -> Rung:
        """The rung of that name."""
        return next(rung for rung in self.rungs if rung.name == name)


def claims_ladder(
    analysis: AnalysisKey,
    at_post: Evidence,
    *,
    at_followup: Evidence | None = None,
    arm: str | None = None,
    improvement: Improvement = "increase",
) -> Claims:
    """The claims the main analysis of one outcome allows, by declared rules and nothing else.

    analysis: from main_analysis. at_post, at_followup: results for the same outcome and conf_level. arm: which
    randomised arm, needed where there are several. Rules: higher_at_post, the unadjusted interval excludes no change
    (says nothing of selection). more_than_selection and more_than_untreated follow the main analysis alone: regression
    discontinuity, verdict "changed_more"; randomised, the HC3 interval excludes 0 and both p, HC3 and permutation,
    Holm-adjusted over arms, are at most 1 - conf_level; retest correction, the interval with a retest study's C
    excludes 0, else the verdict at the end of the range of r that claims least; second baseline, its paired interval;
    nobody selected, the unadjusted interval. Readings support neither. maintained: the same rule at follow-up, once it
    held at post, and no loss since: the interval of the change since post (less that of the untreated where they were
    measured) does not lie wholly on the side of no improvement. Returns Claims. Raises ValueError for an unknown
    analysis, arm or improvement. R: none.
    """
    if analysis not in get_args(AnalysisKey):
        raise ValueError(f"analysis={analysis!r}: one of {get_args(AnalysisKey)}")
    check_improvement(improvement)
    higher = _paired(at_post.unadjusted, improvement, missing="not_the_same_scale_twice")
    beyond, beyond_reason = _beyond(analysis, at_post, arm, improvement)
    controlled = analysis in ("regression_discontinuity", "randomised_ancova")
    results = [r for r in vars(at_post).values() if r is not None]
    n_used = at_post.unadjusted.n_used if at_post.unadjusted else max((r.n_used for r in results), default=0)
    rungs = (
        Rung(name="described", reached=n_used > 0, reason="described" if n_used else "nobody_measured_twice"),
        Rung(name="higher_at_post", reached=higher[0], reason=higher[1]),
        Rung(name="more_than_selection", reached=beyond, reason=beyond_reason),
        Rung(
            name="more_than_untreated",
            reached=beyond if controlled else None,
            reason=beyond_reason if controlled else "no_untreated_to_compare",
        ),
        _maintained(analysis, beyond, at_followup, arm, improvement),
    )
    return Claims(
        analysis=analysis,
        reached=next((rung.name for rung in reversed(rungs) if rung.reached), "none"),
        rungs=rungs,
        n_used=n_used,
        n_dropped=at_post.unadjusted.n_dropped if at_post.unadjusted else 0,
        method="claims_ladder",
        conf_level=next((r.conf_level for r in results), None),
    )


def _maintained(
    analysis: AnalysisKey,
    beyond: bool | None,
    at_followup: Evidence | None,
    arm: str | None,
    improvement: Improvement,
) -> Rung:
    if at_followup is None:
        return Rung(name="maintained", reached=None, reason="no_followup")
    if not beyond:
        return Rung(name="maintained", reached=None, reason="nothing_shown_at_post")
    later, reason = _beyond(analysis, at_followup, arm, improvement)
    if later and _fell_back(at_followup, improvement):
        return Rung(name="maintained", reached=False, reason="fell_back_since_post")
    return Rung(name="maintained", reached=later, reason=reason)


def _fell_back(at_followup: Evidence, improvement: Improvement) -> bool:
    """Is a loss since post shown?"""
    changes = (at_followup.since_post_compared, at_followup.since_post)
    known = next((change for change in changes if change is not None and change.status != "not_computable"), None)
    if known is None:
        return False
    return bool(known.conf_high < 0) if improvement == "increase" else bool(known.conf_low > 0)


def _beyond(
    analysis: AnalysisKey, evidence: Evidence, arm: str | None, improvement: Improvement
) -> tuple[bool | None, str]:
    """Does the main analysis show more than selection explains?"""
    if analysis == "regression_discontinuity":
        result = evidence.discontinuity
        if result is None or result.status == "not_computable":
            return None, "not_computable"
        return result.verdict == "changed_more", result.verdict
    if analysis == "randomised_ancova":
        return _randomised(evidence.randomised, arm, improvement)
    if analysis == "retest_correction":
        return _retest(evidence, improvement)
    if analysis == "second_baseline":
        return _paired(evidence.second_baseline, improvement, missing="not_computable")
    if analysis == "paired_change":
        reached, reason = _paired(evidence.unadjusted, improvement, missing="not_the_same_scale_twice")
        return reached, "nobody_selected" if reached else reason
    return None, "readings_without_single_test"


def _retest(evidence: Evidence, improvement: Improvement) -> tuple[bool | None, str]:
    study, over = evidence.adjusted, evidence.over_r
    if study is not None and study.externally_estimated and study.status != "not_computable":
        reached = _excludes_zero(study.conf_low, study.conf_high, improvement)
        return reached, "beyond_at_retest_study" if reached else "not_beyond_at_retest_study"
    if over is None or over.status == "not_computable":
        return None, "not_computable"
    return over.verdict, "beyond_at_lowest_r" if over.verdict else "not_beyond_at_lowest_r"


def _randomised(result: RandomisedAncova | None, arm: str | None, improvement: Improvement) -> tuple[bool | None, str]:
    if result is None or result.status == "not_computable" or result.conf_level is None:
        return None, "not_computable"
    contrasts = result.tidy().set_index("level")
    if arm is None and len(contrasts) == 1:
        arm = str(contrasts.index[0])
    if arm not in contrasts.index:
        raise ValueError(f"arm={arm!r}: one of {list(contrasts.index)}")
    row = dict(contrasts.loc[[arm]].iloc[0])
    alpha = 1 - result.conf_level
    p_values = max(row["p_value_adjusted"], row["p_value_permutation_adjusted"])
    reached = _excludes_zero(row["conf_low"], row["conf_high"], improvement) and bool(p_values <= alpha)
    return reached, "more_than_comparison_arm" if reached else "not_more_than_comparison_arm"


def _paired(result: PairedChange | None, improvement: Improvement, *, missing: str) -> tuple[bool | None, str]:
    if result is None:
        return None, missing
    if result.status == "not_computable":
        return None, "not_computable"
    reached = _excludes_zero(result.conf_low, result.conf_high, improvement)
    return reached, "interval_excludes_no_change" if reached else "interval_holds_no_change"


def _excludes_zero(low: float, high: float, improvement: Improvement) -> bool:
    return bool(low > 0) if improvement == "increase" else bool(high < 0)
