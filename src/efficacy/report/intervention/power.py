"""Power for the effect declared beforehand, at the study's own size; never for the observed effect."""

from __future__ import annotations

from typing import Any

from ...effects import StudyDesign, compare_designs
from ..numbers import Number
from ..wording import Words, say
from .evaluation import Evaluation
from .words import retest, share

FEWEST = 3
"""Children in a group below which a design is not simulated."""


def declared_power(evaluation: Evaluation) -> list[Words]:
    """The chance that a study like this one claims the declared effect; nothing where none was declared, or where the
    analysis ends in no single test or compares several arms or different tests."""
    case = evaluation.case
    effect, design = case.params.declared_effect, own_design(evaluation)
    if effect is None or design is None:
        return []
    comparison = compare_designs(
        {"own": design},
        retest_r=[evaluation.shown_r],
        effect=effect,
        n_simulations=case.params.n_simulations,
        conf_level=case.params.conf_level,
        seed=case.params.seed,
    )
    power = comparison.tidy()["power"].iloc[0]
    return [
        say(
            "intervention_power.declared",
            effect=Number(value=effect, role="effect"),
            n=design.n_members,
            power=share(power),
            simulations=comparison.n_simulations,
            r=retest(evaluation.shown_r),
        )
    ]


def own_design(evaluation: Evaluation) -> StudyDesign | None:
    """The study as it came out: the children with both waves, chosen, compared and measured as declared."""
    case, params = evaluation.case, evaluation.case.params
    members, others = (len(children) for children in case.both_waves)
    if not evaluation.case.design.single_test or not case.same_test or members < FEWEST:
        return None
    sizes: dict[str, Any] = {"n_survey": len(case.own_survey), "n_members": members}
    if evaluation.key in ("regression_discontinuity", "randomised_ancova"):
        if others < FEWEST or len(case.arm.cat.categories) > 2:
            return None
        sizes = {"n_survey": members + others, "n_members": members, "comparison_group": params.comparison_group}
    if evaluation.key == "randomised_ancova":
        drawn = int(case.drawn.index.isin(case.both_waves[0].append(case.both_waves[1])).sum())
        if drawn < members + FEWEST:
            return None
        sizes |= {"n_pool": drawn, "comparison_group": "eligible_not_chosen_at_random"}
    if evaluation.key == "paired_change":
        sizes["n_survey"] = members
    design = StudyDesign(
        **sizes,
        selection_rule=params.selection_rule,
        second_baseline=evaluation.key == "second_baseline",
        retest_n=params.retest_n if evaluation.study_r is not None else None,
        retest_lowest=params.retest_lowest,
        retest_highest=params.retest_highest,
    )
    return design if design.analysis.key == evaluation.key else None
