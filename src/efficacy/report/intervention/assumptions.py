"""What the main analysis assumes, with its measured error where that fails."""

from __future__ import annotations

from typing import Any

from ...effects import expected_ancova_bias
from ..blocks import Sentence
from ..numbers import Number
from ..wording import Words, say
from .evaluation import Evaluation
from .floor import floor_words
from .measured import DRIFT, MORE_SKEWED, SKEWED, MeasuredDesign, nearest_design
from .words import points, retest, share

_SENTENCES = {
    "retest_correction": "retest",
    "regression_discontinuity": "discontinuity",
    "randomised_ancova": "randomised",
    "second_baseline": "second",
    "two_readings": "two_readings",
    "readings_not_bounds": "readings",
    "population_readings": "population",
    "paired_change": "paired",
}


def assumptions_sentence(evaluation: Evaluation) -> Sentence:
    """What must hold for the main analysis, and how large its error is where that does not."""
    parts: list[Words] = [say(f"intervention_results.assume_{_SENTENCES[evaluation.key]}")]
    if evaluation.key == "retest_correction":
        parts.append(_retest_errors(evaluation))
    if evaluation.key == "regression_discontinuity" and evaluation.at_post.discontinuity is not None:
        parts += [_discontinuity_errors(evaluation), say("intervention_results.assume_power")]
    if len(parts) > 1 and evaluation.case.sign < 0:
        parts.append(say("intervention_results.assume_mirrored"))
    parts += floor_words(evaluation)
    if evaluation.key == "two_readings" and evaluation.compared_readings:
        parts.append(say("intervention_results.assume_ancova_leans"))
    if evaluation.key == "population_readings":
        parts += _population_bias(evaluation)
    return Sentence(id="intervention.assumptions", parts=parts, tone="caution")


def _measured_design(evaluation: Evaluation) -> MeasuredDesign:
    """The calibrated design whose error rates are quoted for this study."""
    case = evaluation.case
    return nearest_design(n_survey=len(case.own_survey), n_members=len(case.both_waves[0]), retest_r=evaluation.shown_r)


def _named(design: MeasuredDesign, replications: int) -> dict[str, Any]:
    """Which simulated design a sentence quotes."""
    return {
        "n": design.n_survey,
        "members": design.n_members,
        "r": retest(design.retest_r),
        "replications": replications,
    }


def _retest_errors(evaluation: Evaluation) -> Words:
    design = _measured_design(evaluation)
    normal, skewed, drift = (
        design.value("retest_correction_study_r", "coverage", shape=shape, drift=drift)
        for shape, drift in (("normal", 0.0), (SKEWED, 0.0), ("normal", DRIFT))
    )
    return say(
        "intervention_results.assume_retest_measured",
        **_named(design, min(normal.replications, skewed.replications, drift.replications)),
        normal=share(normal.value),
        skewness=Number(value=design.value("pretest", "skewness", shape=SKEWED).value, role="effect"),
        skewed=share(skewed.value),
        drift=share(drift.value),
    )


def _discontinuity_errors(evaluation: Evaluation) -> Words:
    result, design = evaluation.at_post.discontinuity, _measured_design(evaluation)
    observed = result.skewness_pre if result is not None else float("nan")
    linear, both = (
        [design.value(f"discontinuity_{form}", "upward", shape=shape) for shape in (SKEWED, MORE_SKEWED)]
        for form in ("linear", "both")
    )
    low, high = (design.value("pretest", "skewness", shape=shape).value for shape in (SKEWED, MORE_SKEWED))
    return say(
        "intervention_results.assume_discontinuity_measured",
        observed=Number(value=observed, role="effect"),
        **_named(design, min(value.replications for value in (*linear, *both))),
        low=Number(value=low, role="effect"),
        low_linear=share(linear[0].value),
        low_both=share(both[0].value),
        high=Number(value=high, role="effect"),
        high_linear=share(linear[1].value),
        high_both=share(both[1].value),
    )


def _population_bias(evaluation: Evaluation) -> list[Words]:
    """What ANCOVA would show without any effect, where the means of both populations are known.

    Chosen members do not show their population's mean, everybody else of it does; matched children show neither.
    """
    case = evaluation.case
    members, others = case.own_survey, case.untreated(case.survey)
    known = case.params.selection_rule == "not_selected" or len(members) > len(case.chosen(members))
    if case.params.comparison_group != "other_population" or not known or members.empty or others.empty:
        return []
    r = evaluation.shown_r
    bias = expected_ancova_bias(members_mean=members.mean(), controls_mean=others.mean(), retest_r=r)
    return [say("intervention_results.population_bias", bias=points(bias), r=retest(r))]
