"""From the parameters to the case they describe: a wave or scale left open is the first that fits."""

from __future__ import annotations

import pandas as pd

from ...errors import Finding, ParameterError
from ...fitting import nearest_name
from ...params import InterventionParams
from ...study import Study
from ..labels import scale_names
from .case import FEWEST_UNTREATED, Case


def case_of(study: Study, params: InterventionParams) -> Case:
    """The case the parameters describe; a wave or scale left open is the first that fits.

    Raises ParameterError where a named wave or scale does not exist, where there is no wave after the programme,
    where nobody is known to have had the programme, or where untreated children were measured before and after and
    ``comparison_group`` is "none".
    """
    waves = [wave.id for wave in study.site.waves]
    baseline = _known(params.baseline_wave or study.site.baseline, waves, "baseline_wave")
    after = [*study.site.waves_with("post"), *study.site.waves_with("followup")]
    if params.post_wave is None and not after:
        raise ParameterError(Finding("parameters.no_post_wave", column="waves"))
    post = _known(params.post_wave or after[0], waves, "post_wave")
    late = [wave for wave in study.site.waves_with("followup") if wave != post]
    followup = _known(params.followup_wave, waves, "followup_wave") if params.followup_wave else next(iter(late), None)
    again = study.site.waves_with("baseline")
    known = scale_names(study)
    outcome = _known(params.primary_outcome, known, "primary_outcome")
    baseline_outcome = _known(params.baseline_outcome or outcome, known, "baseline_outcome")
    members, others = _who(study, params)
    case = Case(
        study=study,
        params=params,
        baseline=baseline,
        post=post,
        followup=followup,
        second_baseline=next((wave for wave in again if waves.index(wave) > waves.index(baseline)), None),
        outcome=outcome,
        baseline_outcome=baseline_outcome,
        members=members,
        others=others,
        scales=_scales(study, outcome, baseline, post),
    )
    _refuse_undeclared_comparison(case)
    return case


def _refuse_undeclared_comparison(case: Case) -> None:
    """Untreated children measured before and after may not be passed over: they can contradict the other analyses."""
    measured_twice = len(case.both_waves[1]) >= FEWEST_UNTREATED
    if case.params.comparison_group == "none" and measured_twice:
        raise ParameterError(Finding("parameters.comparison_not_declared", column="intervention.comparison_group"))


def _scales(study: Study, outcome: str, baseline: str, post: str) -> tuple[str, ...]:
    """The scales measured at both waves, the primary outcome first."""
    measured = [set(study.scores.loc[study.scores["wave"] == wave, "scale"]) for wave in (baseline, post)]
    both = [scale for scale in scale_names(study) if scale in measured[0] & measured[1]]
    return tuple(sorted(both, key=lambda scale: scale != outcome))


def _who(study: Study, params: InterventionParams) -> tuple[pd.Index, pd.Index]:
    """Members and others; where nobody was selected and no arms are declared, everybody is a member."""
    members, others = study.arm_role("treated"), study.arm_role("comparison")
    if len(members) == 0:
        if params.selection_rule != "not_selected" or study.site.arms is not None:
            raise ParameterError(Finding("parameters.nobody_treated", column="arms"))
        return study.participants.index, study.participants.index[:0]
    return members, others


def _known(name: str, allowed: list[str] | tuple[str, ...], key: str) -> str:
    if name not in allowed:
        nearest = nearest_name(name, allowed)
        values = {"name": name, "nearest": nearest}
        raise ParameterError(Finding("parameters.unknown_reference", column=key, values=values))
    return name
