"""What a report's parameters ask of a site: waves, covariates, groups and scales that it has."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from ..documents import Misfit, nearest_name
from .reports import (
    BottomShareParams,
    DescriptiveParams,
    FactorParams,
    InterventionParams,
    ReportParams,
    SingleCaseParams,
)
from .site import Site

Scales = Mapping[str, Collection[str]]
"""Every scale of a site -> the waves it was measured at."""

_WAVE_ROLES = {
    "wave": None,
    "baseline_wave": "baseline",
    "post_wave": "post",
    "followup_wave": "followup",
}


def score_scales(site: Site) -> dict[str, list[str]]:
    """The scales whose scores arrive ready-made, with their waves."""
    scales: dict[str, list[str]] = {}
    for score in site.scores:
        scales.setdefault(score.scale, []).append(score.wave)
    return scales


def report_misfits(site: Site, params: ReportParams, *, scales: Scales | None = None) -> Iterator[Misfit]:
    """What a report asks for and the site does not have; places are the report's own fields.

    scales: where the site's instruments are known; else scales are checked only at a site without instruments.
    """
    yield from _wave_misfits(site, params)
    yield from _register_misfits(site, params)
    known = scales if scales is not None else None if site.instruments else score_scales(site)
    if isinstance(params, DescriptiveParams):
        yield from _covariate_misfits(site, params)
        yield from _scale_misfits(known, "scale", params.scale, params.wave or site.baseline)
    elif isinstance(params, BottomShareParams):
        yield from _school_misfits(site, params)
    elif isinstance(params, SingleCaseParams):
        yield from _case_misfits(site, params)
    elif isinstance(params, FactorParams):
        yield from _instrument_misfits(site, params)
        yield from _invariance_misfits(site, params)
    elif isinstance(params, InterventionParams):
        yield from _group_misfits(site, params)
        yield from _cluster_misfits(site, params)
        posts = site.waves_with("post")
        if not posts:
            yield Misfit("no_post_wave")
            return
        baseline = params.baseline_outcome or params.primary_outcome
        key = "baseline_outcome" if params.baseline_outcome else "primary_outcome"
        before = tuple(_scale_misfits(known, key, baseline, params.baseline_wave or site.baseline))
        after = _scale_misfits(known, "primary_outcome", params.primary_outcome, params.post_wave or posts[0])
        yield from before
        yield from (misfit for misfit in after if misfit not in before)  # one misspelt name is one mistake


def _wave_misfits(site: Site, params: ReportParams) -> Iterator[Misfit]:
    roles = {wave.id: wave.role for wave in site.waves}
    for key, role in _WAVE_ROLES.items():
        name = getattr(params, key, None)
        if name is None:
            continue
        if name not in roles:
            yield Misfit("unknown_wave", (key,), {"name": name, "nearest": nearest_name(name, roles)})
        elif role is not None and roles[name] != role:
            yield Misfit("wave_role", (key,), {"name": name, "role": roles[name], "needed": role})


def _register_misfits(site: Site, params: ReportParams) -> Iterator[Misfit]:
    for kind in params.registers_needed:
        if kind not in site.registers:
            yield Misfit("register_needed", (), {"name": kind})


def _covariate_misfits(site: Site, params: DescriptiveParams) -> Iterator[Misfit]:
    kinds = {covariate.name: covariate.kind for covariate in site.covariates}
    for key in ("group_by", "regression_predictors"):
        for index, name in enumerate(getattr(params, key)):
            if name not in kinds:
                values = {"name": name, "nearest": nearest_name(name, kinds)}
                yield Misfit("unknown_covariate", (key, index), values)
            elif key == "group_by" and kinds[name] == "number":
                yield Misfit("group_by_number", (key, index), {"name": name})


def _invariance_misfits(site: Site, params: FactorParams) -> Iterator[Misfit]:
    if (name := params.invariance_group) is None:
        return
    kinds = {covariate.name: covariate.kind for covariate in site.covariates}
    if name not in kinds:
        yield Misfit("unknown_covariate", ("invariance_group",), {"name": name, "nearest": nearest_name(name, kinds)})
    elif kinds[name] == "number":
        yield Misfit("group_by_number", ("invariance_group",), {"name": name})


def _school_misfits(site: Site, params: BottomShareParams) -> Iterator[Misfit]:
    if site.school is None:
        yield Misfit("school_needed")
        return
    terms = [term.value for term in site.school.terms]
    for key in ("earlier_term", "later_term"):
        if (name := getattr(params, key)) is not None and name not in terms:
            yield Misfit("unknown_reference", (key,), {"name": name, "nearest": nearest_name(name, terms)})


def _case_misfits(site: Site, params: SingleCaseParams) -> Iterator[Misfit]:
    if site.case_study is None:
        yield Misfit("case_study_needed")
        return
    outcomes = [outcome.value for outcome in site.case_study.outcomes]
    name = params.primary_outcome
    if name is not None and name not in outcomes:
        values = {"name": name, "nearest": nearest_name(name, outcomes)}
        yield Misfit("unknown_case_outcome", ("primary_outcome",), values)


def _instrument_misfits(site: Site, params: FactorParams) -> Iterator[Misfit]:
    uses = {use.instrument: use for use in site.instruments}
    if not uses:
        yield Misfit("factor_without_instrument")
        return
    if params.instrument is not None and params.instrument not in uses:
        values = {"name": params.instrument, "nearest": nearest_name(params.instrument, uses)}
        yield Misfit("instrument_not_used", ("instrument",), values)
        return
    used = uses[params.instrument] if params.instrument else site.instruments[0]
    wave = params.wave or site.baseline
    if wave not in used.columns and wave in [w.id for w in site.waves]:
        yield Misfit("not_measured_at", ("wave",), {"name": used.instrument, "wave": wave})


def _group_misfits(site: Site, params: InterventionParams) -> Iterator[Misfit]:
    roles = [level.role for level in site.arms.levels] if site.arms else []
    if roles and "treated" not in roles:
        yield Misfit("no_treated_arm")
    if params.comparison_group != "none" and "comparison" not in roles:
        yield Misfit("no_comparison_arm", ("comparison_group",), {"comparison_group": params.comparison_group})


def _cluster_misfits(site: Site, params: InterventionParams) -> Iterator[Misfit]:
    kinds = {covariate.name: covariate.kind for covariate in site.covariates}
    if params.cluster is None:
        return
    if params.cluster not in kinds:
        values = {"name": params.cluster, "nearest": nearest_name(params.cluster, kinds)}
        yield Misfit("unknown_covariate", ("cluster",), values)
    elif kinds[params.cluster] == "number":
        yield Misfit("cluster_number", ("cluster",), {"name": params.cluster})


def _scale_misfits(scales: Scales | None, key: str, name: str | None, wave: str) -> Iterator[Misfit]:
    if scales is None or name is None:
        return
    if name not in scales:
        yield Misfit("unknown_scale", (key,), {"name": name, "nearest": nearest_name(name, scales)})
    elif wave not in scales[name]:
        yield Misfit("not_measured_at", (key,), {"name": name, "wave": wave})
