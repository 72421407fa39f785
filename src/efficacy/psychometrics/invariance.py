"""Measurement invariance: whether a questionnaire measures the same in different groups."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import pandas as pd

from ..results import Reason, Result
from .cfa.ordinal_invariance import OrdinalSequence
from .cfa.result import Missing
from .cfa.sample import sample
from .cfa.structures import Structure, check_model, specify
from .inputs import check_choice, check_count, check_level
from .invariance_congruence import congruence_table
from .invariance_groups import MeasuredGroups, measured_groups, refusals
from .invariance_levels import LEVELS, Level, continuous_levels
from .invariance_ordinal import levels_of_ordered_answers, ordinal_refusals

InvarianceEstimator = Literal["ML", "MLR", "WLSMV", "ULSMV"]
ORDERED: tuple[InvarianceEstimator, ...] = ("WLSMV", "ULSMV")  # of ordered answers

_FIT = (
    "chisq",
    "df",
    "p_value",
    "cfi",
    "tli",
    "rmsea",
    "rmsea_conf_low",
    "rmsea_conf_high",
    "srmr",
)
_SCALED = (
    "chisq_scaled",
    "p_value_scaled",
    "scaling_factor",
    "cfi_scaled",
    "tli_scaled",
    "rmsea_scaled",
    "cfi_robust",
    "tli_robust",
    "rmsea_robust",
)
_DELTAS = ("cfi", "rmsea", "srmr")
_DELTAS_SCALED = ("cfi_scaled", "rmsea_scaled", "cfi_robust", "rmsea_robust")


@dataclass(frozen=True, kw_only=True, eq=False)
class MeasurementInvariance(Result):
    """Levels of measurement invariance over groups.

    levels: the table of tidy(). parameters: estimates of every level and group, as CfaResult.tidy() describes them,
    after columns level and group. factor_means: latent means of the scalar level: group, factor, estimate, std_error,
    statistic, p_value, conf_low, conf_high (the first group's are 0). groups: group, n. congruence: Tucker's
    congruence between groups, as group_congruence; given whether or not invariance could be tested. n_groups: number
    of groups. free: parameters left free in every group.
    """

    levels: pd.DataFrame
    parameters: pd.DataFrame
    factor_means: pd.DataFrame
    groups: pd.DataFrame
    congruence: pd.DataFrame
    n_groups: int
    estimator: str
    structure: str
    missing: Missing
    free: tuple[str, ...]

    def tidy(self) -> pd.DataFrame:
        """One row a level: configural, metric (equal loadings), scalar (also intercepts), strict (also residual
        variances); of ordered answers those of their sequence.

        level; chisq, df, p_value, cfi, tli, rmsea with rmsea_conf_low and rmsea_conf_high, srmr, and but for ordered
        answers aic, bic; but for ML also chisq_scaled, p_value_scaled, scaling_factor, cfi_scaled, tli_scaled,
        rmsea_scaled, cfi_robust, tli_robust, rmsea_robust (all as CfaResult describes them). Against the level before:
        chisq_difference, df_difference, p_value_difference (scaled where the chi-square is) and delta_cfi, delta_rmsea,
        delta_srmr (this level minus the one before; but for ML also delta_cfi_scaled, delta_rmsea_scaled,
        delta_cfi_robust, delta_rmsea_robust). status: not_computable for a level without a solution.
        """
        return self.levels.copy()


def measurement_invariance(
    items: pd.DataFrame,
    model: Mapping[str, Sequence[str]],
    *,
    group: pd.Series,
    estimator: InvarianceEstimator = "ML",
    structure: Structure = "correlated",
    missing: Missing = "listwise",
    free: Collection[str] = (),
    sequence: OrdinalSequence = "thresholds_first",
    minimum_n: int = 100,
    conf_level: float = 0.95,
) -> MeasurementInvariance:
    """Configural, metric, scalar and strict invariance of a factor model over groups.

    items: respondents x items, NaN missing. model, structure and missing: as fit_cfa. group: by respondent, aligned by
    index; groups in the order of its categories, else sorted. free: parameters that may differ between groups at every
    level, for partial invariance ("visual =~ x2", "x7 ~1", "x3 ~~ x3"; of ordered answers "visual =~ x2", "x7 | t1").
    sequence: of the levels of ordered answers (WLSMV, ULSMV): "thresholds_first", configural, thresholds, metric (also
    loadings), scalar (also intercepts), strict (also residual variances), or "loadings_first"; both as
    cfa.ordinal_invariance.ordinal_levels defines them. minimum_n: respondents a group needs; with fewer than about 100
    in each, differences of a size that matters are mostly missed (Meade & Bauer 2007, doi:10.1080/10705510701575461),
    so that a test passed would say little.

    Every level is a multi-group factor model with a mean structure, the first loading of each factor 1 (of ordered
    answers the first group's factor variances) and, from the scalar level on, latent means free in later groups.
    Difference tests: of the chi-squares (ML), Satorra & Bentler (2001) for MLR, Satorra (2000) for ordered answers.
    Customary limits of delta_cfi (-.010) and delta_rmsea (.015) come from groups of 150 and more with continuous items
    (Chen 2007, doi:10.1080/10705510701301834). Not computable: fewer_than_two_levels, groups_too_small,
    zero_variance_in_groups, categories_differ and too_many_categories (ordered answers), or the reasons of fit_cfa for
    the configural level. Flagged: levels_without_solution, and what fit_cfa flags of a level's solution. Raises
    ValueError for a wrong call. Reference: Meredith (1993), doi:10.1007/BF02294825. R: lavaan::cfa(model, data, group,
    group.equal, group.partial); lavaan::lavTestLRT; semTools::measEq.syntax.
    """
    check_choice(estimator, "estimator", get_args(InvarianceEstimator))
    check_choice(missing, "missing", get_args(Missing))
    check_level(conf_level)
    check_count(minimum_n, "minimum_n", minimum=1)
    check_choice(sequence, "sequence", get_args(OrdinalSequence))
    if estimator in ORDERED and missing == "fiml":
        raise ValueError(f"{estimator=}: complete answers only, missing='listwise'")
    known = [name for name in free if estimator not in ORDERED or "|" not in name]  # thresholds wait for the categories
    specification = specify(model, structure=structure, free=known, mean_structure=True)
    groups = measured_groups(items, specification.items, group, complete=missing == "listwise")
    reasons = refusals(groups, minimum_n=minimum_n)
    if estimator in ORDERED:
        reasons += ordinal_refusals(groups.answers)
    levels: list[Level] = []
    if not reasons:
        levels = _fitted(groups, model, estimator, structure, tuple(free), sequence, conf_level)
        reasons = _reasons(levels)
    solved = bool(levels) and bool(levels[0].fit)
    return MeasurementInvariance(
        n_used=groups.n_used,
        n_dropped=groups.n_dropped,
        method=f"Measurement invariance, {structure}, {estimator}, {missing}",
        conf_level=conf_level,
        status="not_computable" if not solved else "flagged" if reasons else "ok",
        reasons=reasons,
        levels=_levels(levels, estimator),
        parameters=_parameters(levels),
        factor_means=_factor_means(levels),
        groups=_sizes(groups),
        congruence=_congruence(groups, check_model(model, structure)),
        n_groups=len(groups.answers),
        estimator=estimator,
        structure=structure,
        missing=missing,
        free=tuple(free),
    )


def _fitted(
    groups: MeasuredGroups,
    model: Mapping[str, Sequence[str]],
    estimator: InvarianceEstimator,
    structure: Structure,
    free: tuple[str, ...],
    sequence: OrdinalSequence,
    conf_level: float,
) -> list[Level]:
    if estimator == "ML" or estimator == "MLR":
        samples = {name: sample(frame.to_numpy()) for name, frame in groups.answers.items()}
        levels = continuous_levels(
            samples, model, structure=structure, estimator=estimator, free=free, conf_level=conf_level
        )
    else:
        levels = levels_of_ordered_answers(
            groups.answers,
            model,
            structure=structure,
            estimator=estimator,
            sequence=sequence,
            free=free,
            conf_level=conf_level,
        )
    return list(levels)


def _reasons(levels: Sequence[Level]) -> tuple[Reason, ...]:
    if not levels[0].fit:
        return levels[0].reasons
    absent = sum(not level.fit for level in levels)
    found = {(reason.key, str(reason.values)): reason for level in levels if level.fit for reason in level.reasons}
    missing = (Reason("levels_without_solution", {"n_levels": absent}),) if absent else ()
    return (*missing, *found.values())


def _levels(levels: Sequence[Level], estimator: str) -> pd.DataFrame:
    robust = estimator != "ML"
    likelihood = [name for name in ("aic", "bic") if estimator not in ORDERED]
    names = [*_FIT, *likelihood, *(_SCALED if robust else ())]
    by_name = {level.name: level for level in levels}
    rows: list[dict[str, Any]] = []
    before: Mapping[str, Any] = {}
    for name in by_name or LEVELS:
        level = by_name.get(name)
        fit: Mapping[str, Any] = level.fit if level else {}
        row: dict[str, Any] = {"level": name, **{key: fit.get(key, math.nan) for key in names}}
        row["chisq_difference"] = level.difference if level else math.nan
        row["df_difference"] = level.difference_df if level else math.nan
        row["p_value_difference"] = level.difference_p_value if level else math.nan
        for key in (*_DELTAS, *(_DELTAS_SCALED if robust else ())):
            row[f"delta_{key}"] = fit.get(key, math.nan) - before.get(key, math.nan)
        row["status"] = "ok" if fit else "not_computable"
        rows.append(row)
        before = fit
    return pd.DataFrame(rows)


def _parameters(levels: Sequence[Level]) -> pd.DataFrame:
    tables = [level.parameters.assign(level=level.name) for level in levels if level.fit]
    if not tables:
        return pd.DataFrame(columns=["level", "group"])
    together = pd.concat(tables, ignore_index=True)
    return together[["level", *[column for column in together.columns if column != "level"]]]


def _factor_means(levels: Sequence[Level]) -> pd.DataFrame:
    columns = ["group", "factor", "estimate", "std_error", "statistic", "p_value", "conf_low", "conf_high"]
    scalar = [level for level in levels if level.name == "scalar" and level.fit]
    if not scalar:
        return pd.DataFrame(columns=columns)
    table = scalar[0].parameters
    means = table[table["kind"] == "factor_mean"].rename(columns={"lhs": "factor"})
    return means[columns].reset_index(drop=True)


def _sizes(groups: MeasuredGroups) -> pd.DataFrame:
    return pd.DataFrame({"group": list(groups.answers), "n": [len(frame) for frame in groups.answers.values()]})


def _congruence(groups: MeasuredGroups, blocks: Mapping[str, tuple[str, ...]]) -> pd.DataFrame:
    complete = {name: frame.dropna() for name, frame in groups.answers.items()}
    return congruence_table(MeasuredGroups(answers=complete, n_used=groups.n_used, n_dropped=groups.n_dropped), blocks)
