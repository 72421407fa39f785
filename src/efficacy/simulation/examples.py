"""The truth behind the synthetic example sites. Change a number here, and the example's files change with it."""

from __future__ import annotations

from .truth import AttendanceTruth, CausesTruth, CovariateTruth, OccasionTruth, QuestionnaireTruth, SiteTruth

# Loadings and how hard an item is to agree with differ between items without any pattern of meaning.
_LOADINGS = (0.62, 0.48, 0.57, 0.52, 0.66, 0.45, 0.60, 0.54, 0.50, 0.63, 0.47)
_HARDNESS = (-0.20, 0.15, 0.00, 0.25, -0.10, 0.30, -0.25, 0.10, -0.05, 0.20, -0.15)
_CUTS = (-1.25, -0.25, 0.65, 1.55)
_REVERSE_WORDED = (14, 16, 17, 20)


def _questionnaire(*, factor_correlation: float, lower: float) -> QuestionnaireTruth:
    """22 items, 1-11 on the first factor and 12-22 on the second. lower: how far all thresholds stand above _CUTS."""
    rows = [(loading, 0.0) for loading in _LOADINGS] + [(0.0, loading) for loading in reversed(_LOADINGS)]
    hardness = (*_HARDNESS, *_HARDNESS)
    return QuestionnaireTruth(
        loadings=tuple(rows),
        factor_correlations=((1.0, factor_correlation), (factor_correlation, 1.0)),
        thresholds=tuple(tuple(round(cut + lower + own, 2) for cut in _CUTS) for own in hardness),
        reverse=tuple(number in _REVERSE_WORDED for number in range(1, len(rows) + 1)),
    )


QICHUN = SiteTruth(
    name="qichun",
    seed=20250917,
    n=54,
    group_size=12,
    questionnaire=_questionnaire(factor_correlation=0.60, lower=0.10),
    retest_r=0.70,
    occasions=(OccasionTruth(wave="pre"), OccasionTruth(wave="post", effect=0.35, lowest=12)),
    covariates=(
        CovariateTruth(name="sex", proportions=(0.5, 0.5)),
        CovariateTruth(name="grade", proportions=(0.25, 0.25, 0.20, 0.15, 0.15)),
        CovariateTruth(name="late_enrolment", proportions=(0.65, 0.35)),
        CovariateTruth(name="guardian", proportions=(0.60, 0.16, 0.04, 0.14, 0.06)),
        CovariateTruth(name="away_years", proportions=(0.25, 0.40, 0.35), correlation=-0.15),
        CovariateTruth(name="only_child", proportions=(0.75, 0.25)),
        CovariateTruth(name="boarding", proportions=(0.60, 0.40)),
        CovariateTruth(name="contact", proportions=(0.20, 0.35, 0.45), correlation=0.30),
        CovariateTruth(name="cadre", proportions=(0.75, 0.25), correlation=0.35),
        CovariateTruth(name="marriage", proportions=(0.80, 0.15, 0.05)),
        CovariateTruth(name="finance", proportions=(0.30, 0.55, 0.15), correlation=0.10),
        CovariateTruth(name="self_rank", proportions=(0.30, 0.45, 0.25), correlation=0.45),
    ),
    attendance=AttendanceTruth(n_sessions=8, rate=0.88, spread=0.10, dose_share=0.5),
    causes=CausesTruth(
        n_children=15,
        rates=(("self", 0.80), ("peers", 0.35), ("family", 0.75), ("school", 0.45), ("society", 0.25)),
        raters=("A", "B"),
    ),
)

LAIXI = SiteTruth(
    name="laixi",
    seed=20240906,
    n=95,
    group_size=16,
    questionnaire=_questionnaire(factor_correlation=0.60, lower=0.20),
    retest_r=0.75,
    occasions=(
        OccasionTruth(wave="pre"),
        OccasionTruth(wave="pre2", lowest=30),
        OccasionTruth(wave="post", effect=0.50, drift=0.10),
        OccasionTruth(wave="followup", effect=0.30, drift=0.15),
    ),
    covariates=(
        CovariateTruth(name="sex", proportions=(0.5, 0.5)),
        CovariateTruth(name="grade", proportions=(0.25, 0.25, 0.25, 0.25)),
        CovariateTruth(name="guardian", proportions=(0.50, 0.22, 0.08, 0.15, 0.05)),
        CovariateTruth(name="boarding", proportions=(0.70, 0.30)),
        CovariateTruth(name="contact", proportions=(0.20, 0.40, 0.40), correlation=0.25),
        CovariateTruth(name="close_friends", proportions=(0.30, 0.45, 0.25), correlation=0.30),
        CovariateTruth(name="self_rank", proportions=(0.30, 0.45, 0.25), correlation=0.40),
    ),
    attendance=AttendanceTruth(n_sessions=8, rate=0.85, spread=0.15, dose_share=0.5),
    missing_rate=0.03,
    missing_spread=0.05,
    minimum_answered=0.8,
    n_dropouts=2,
)

_VILLAGE_COVARIATES = (
    CovariateTruth(name="sex", proportions=(0.5, 0.5)),
    CovariateTruth(name="grade", proportions=(0.30, 0.30, 0.25, 0.15)),
    CovariateTruth(name="contact", proportions=(0.20, 0.40, 0.40), correlation=0.30),
)

SHIQIAO = SiteTruth(
    name="shiqiao",
    seed=20250919,
    n=46,
    group_size=9,
    questionnaire=_questionnaire(factor_correlation=0.60, lower=0.15),
    retest_r=0.70,
    occasions=(OccasionTruth(wave="pre"), OccasionTruth(wave="post", effect=0.55, lowest=9)),
    covariates=_VILLAGE_COVARIATES,
)

HEKOU = SiteTruth(
    name="hekou",
    seed=20251005,
    n=58,
    group_size=11,
    questionnaire=_questionnaire(factor_correlation=0.60, lower=0.05),
    retest_r=0.70,
    occasions=(OccasionTruth(wave="pre"), OccasionTruth(wave="post", effect=0.25, lowest=11)),
    covariates=_VILLAGE_COVARIATES,
)
