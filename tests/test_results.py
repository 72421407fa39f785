"""The contract every statistic keeps: one vocabulary of columns, one row a parameter, one row for the whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
import pandas as pd
import pytest
from reference_facts import DATA

import efficacy as ef
from efficacy.results import COLUMNS, Reason, Result

ENDINGS = ("_std_error", "_conf_low", "_conf_high")
ITEMS = pd.read_csv(DATA / "bfi_n54.csv", encoding="utf-8")[["C1", "C2", "C3", "E3", "E5", "N1", "N2"]]
ONE = {"all": ["C1", "C2", "C3", "E3", "E5", "N1"]}
TWO = {"conscientious": ["C1", "C2", "C3"], "outgoing": ["E3", "E5", "N1"]}
SEX = pd.Series(["girl", "boy"] * 27, index=ITEMS.index)
CHILDREN = pd.Index([f"p{number:03d}" for number in range(60)])
PRE = pd.Series(np.random.default_rng(1).normal(size=60), index=CHILDREN)
POST = 0.7 * PRE + 0.7 * pd.Series(np.random.default_rng(2).normal(size=60), index=CHILDREN)
MEMBERS = PRE.nsmallest(12).index
TREATED = pd.Series(CHILDREN.isin(MEMBERS), index=CHILDREN)
ARM = pd.Series(pd.Categorical(["none", "games", "talks"] * 20, categories=["none", "games", "talks"]), index=CHILDREN)
WAVES = pd.DataFrame({"pre": PRE, "post": POST}).rename_axis("participant_id").reset_index()
WAVES = WAVES.melt(id_vars="participant_id", var_name="wave", value_name="score")
CODES = pd.DataFrame({"participant_id": ["p1", "p1", "p2"], "level": ["self", "family", "self"], "rater": [*"AAB"]})
FEELINGS = pd.DataFrame(
    {"participant_id": ["p1", "p2"], "code": ["help", "drive"], "valence": ["positive", "mixed"], "rater": ["r1", "r1"]}
)
CHECKLIST = pd.DataFrame({"session": [1, 2], "element": ["talk", "talk"], "done": ["done", "partly"]})
RATINGS = pd.DataFrame(
    {"participant_id": ["p1", "p2"], "session": 1, "rater": "a", "dimension": "effort", "rating": [3, 4]}
)
PHASES = [3, 4, 3, 5], [6, 4, 7, 8, 6]
SERIES = pd.DataFrame(
    [(case, session, "baseline" if session < 3 + case else "intervention", session * case % 5.0 + case)
     for case in range(4) for session in range(9)],
    columns=["case", "session", "phase", "value"],
)  # fmt: skip
MARKS = pd.DataFrame({"mark": [80.0], "cohort_mean": [70.0], "cohort_sd": [10.0], "rank": [9], "cohort_n": [60]})
SESSIONS = pd.DataFrame(
    {
        "participant_id": ["p1", "p2"] * 2,
        "session": [1, 1, 2, 2],
        "attended": [True, False, True, True],
        "satisfaction": [4.0, np.nan, 5.0, 3.0],
    }
)


BOTTOM = pd.DataFrame(
    {"participant_id": ["p1", "p2"], "term": "t1", "bottom": pd.array([True, False], dtype="boolean")}
)
LATER = pd.Series(pd.array([False, False], dtype="boolean"), index=["p1", "p2"])
HELP = pd.DataFrame({"participant_id": ["p1", "p2"], "subject": "maths", "day": pd.Timestamp("2020-01-01")})


def claims() -> Result:
    unadjusted = ef.paired_change(PRE[MEMBERS], POST[MEMBERS])
    over_r = ef.adjusted_change_over_r(PRE, POST, members=MEMBERS, lowest=0.5, highest=0.9)
    return ef.claims_ladder("retest_correction", ef.Evidence(unadjusted=unadjusted, over_r=over_r))


def groups() -> dict[str, ef.SurveyedGroup]:
    return {
        name: ef.SurveyedGroup(survey_pre=PRE, post=POST + shift, members=MEMBERS)
        for name, shift in (("north", 0.1), ("south", 0.4), ("west", 0.2))
    }


RESULTS: dict[str, Callable[[], Result]] = {
    "bottom_shares": lambda: ef.bottom_shares(BOTTOM, by=["term"]),
    "share_change": lambda: ef.share_change(BOTTOM.set_index("participant_id")["bottom"], LATER),
    "chance_of_fall": lambda: ef.chance_of_fall(20, share=0.3, fall=0.05, retest_r=[0.8]),
    "identified_standing": lambda: ef.identified_standing(PRE, POST, identified=TREATED, bottom_later=TREATED),
    "reconcile_help": lambda: ef.reconcile_help(HELP, HELP[:1]),
    "check_roll": lambda: ef.check_roll(
        CHILDREN, CHILDREN[5:], pd.Series({"p000": "transferred"}), formula="start_only"
    ),
    "warning_quality": lambda: ef.warning_quality(
        pd.DataFrame({"participant_id": ["p1"], "day": [pd.Timestamp("2020-01-01")], "rule": ["fails"]}),
        pd.Series({"p1": pd.Timestamp("2020-02-01")}),
        watched=pd.Index(["p1", "p2"]),
        rules=["fails"],
    ),
    "baseline_corrected_tau": lambda: ef.baseline_corrected_tau(*PHASES, improvement="increase"),
    "between_case_effect": lambda: ef.between_case_effect(SERIES, improvement="increase"),
    "describe_phase": lambda: ef.describe_phase(PHASES[0]),
    "goal_attainment": lambda: ef.goal_attainment(pd.Series({"marks": 1, "friends": -1})),
    "level_shift": lambda: ef.level_shift(PRE[:12], POST[:14], improvement="increase"),
    "non_overlap": lambda: ef.non_overlap(*PHASES, improvement="increase"),
    "piecewise_regression": lambda: ef.piecewise_regression(*PHASES, improvement="increase"),
    "randomisation_test": lambda: ef.randomisation_test(
        PRE, start=9, possible_starts=range(5, 30), improvement="increase"
    ),
    "tau_u": lambda: ef.tau_u(*PHASES, improvement="increase"),
    "within_case_effects": lambda: ef.within_case_effects(*PHASES, improvement="increase", ratio_scale=True),
    "adjusted_change": lambda: ef.adjusted_change(PRE, POST, members=MEMBERS, retest_r=0.7, retest_n=40),
    "adjusted_change_over_r": lambda: ef.adjusted_change_over_r(PRE, POST, members=MEMBERS, lowest=0.5, highest=0.9),
    "ancova": lambda: ef.ancova(PRE, POST, TREATED),
    "change_score_comparison": lambda: ef.change_score_comparison(PRE, POST, TREATED),
    "claims_ladder": claims,
    "compare_designs": lambda: ef.compare_designs(
        {"planned": ef.StudyDesign(n_survey=30, n_members=6)}, retest_r=[0.7], effect=0.5, n_simulations=100, seed=1
    ),
    "code_voices": lambda: ef.code_voices(FEELINGS, codes=["help", "drive"]),
    "clustered_regression": lambda: ef.clustered_regression(POST, pd.DataFrame({"pre": PRE}), clusters=ARM),
    "compare_groups": lambda: ef.compare_groups(POST, by=ARM),
    "compare_to_reference": lambda: ef.compare_to_reference(PRE, reference=0.1),
    "comparison_readings": lambda: ef.comparison_readings(PRE, POST, TREATED),
    "compare_models": lambda: ef.compare_models(ef.fit_cfa(ITEMS, ONE), ef.fit_cfa(ITEMS, TWO)),
    "convergent_validity": lambda: ef.convergent_validity(ef.fit_cfa(ITEMS, TWO)),
    "correlations": lambda: ef.correlations(ITEMS),
    "count_codes": lambda: ef.count_codes(CODES, levels=["self", "family"]),
    "cronbach_alpha": lambda: ef.cronbach_alpha(ITEMS),
    "dose_and_change": lambda: ef.dose_and_change(SESSIONS, pd.Series({"p1": 0.1, "p2": 0.3})),
    "factorability": lambda: ef.factorability(ITEMS),
    "false_alarm_rate": lambda: ef.false_alarm_rate(
        n_survey=30, n_members=6, retest_r=[0.6], n_simulations=100, seed=1
    ),
    "fidelity_record": lambda: ef.fidelity_record(CHECKLIST, planned=[(1, "talk"), (2, "talk")]),
    "fit_cfa": lambda: ef.fit_cfa(ITEMS, TWO, estimator="MLR"),
    "fit_efa": lambda: ef.fit_efa(ITEMS, n_factors=2),
    "linear_mixed_model": lambda: ef.linear_mixed_model(WAVES, waves=["pre", "post"], arm=ARM),
    "joint_display": lambda: ef.joint_display(
        ef.code_voices(FEELINGS, codes=["help", "drive"]), pd.Series({"p1": 0.1, "p2": 0.3})
    ),
    "linear_regression": lambda: ef.linear_regression(POST, pd.DataFrame({"pre": PRE, "arm": ARM})),
    "minimum_average_partial": lambda: ef.minimum_average_partial(ITEMS),
    "observation_record": lambda: ef.observation_record(RATINGS, dimensions=["effort"]),
    "missing_post_sensitivity": lambda: ef.missing_post_sensitivity(
        PRE, POST[5:], estimate=0.5, std_error=0.2, df=57.0, sd=1.0, treated=TREATED, assumed="everybody"
    ),
    "paired_change": lambda: ef.paired_change(PRE, POST),
    "pool_effects": lambda: ef.pool_effects(pd.Series([0.1, 0.4, 0.3]), pd.Series([0.2, 0.1, 0.3])),
    "pool_adjusted_changes": lambda: ef.pool_adjusted_changes(
        groups(), unit="raw", retest_r=0.7, retest_n=40, retest_sd=1.0
    ),
    "pool_adjusted_changes_over_r": lambda: ef.pool_adjusted_changes_over_r(
        groups(), unit="raw", lowest=0.6, highest=0.9
    ),
    "polychoric": lambda: ef.polychoric(ITEMS),
    "parallel_analysis": lambda: ef.parallel_analysis(ITEMS, n_iterations=50, seed=1),
    "randomised_ancova": lambda: ef.randomised_ancova(POST, PRE, ARM, seed=1, n_permutations=99),
    "regression_discontinuity": lambda: ef.regression_discontinuity(PRE, POST, TREATED),
    "regression_to_mean": lambda: ef.regression_to_mean(PRE, MEMBERS, retest_r=[0.5, 0.7]),
    "reliable_change": lambda: ef.reliable_change(PRE, POST, mean=0.0, sd=1.0, retest_r=0.7, retest_n=40),
    "reliability": lambda: ef.reliability(ITEMS),
    "satisfaction_by_stage": lambda: ef.satisfaction_by_stage(SESSIONS, stages={1: "early"}, order=["early", "late"]),
    "session_record": lambda: ef.session_record(SESSIONS),
    "spss_groups": lambda: ef.spss_groups(POST, by=ARM),
    "factor_scores": lambda: ef.factor_scores(ITEMS, ef.fit_efa(ITEMS, n_factors=2)),
    "group_congruence": lambda: ef.group_congruence(ITEMS, TWO, group=SEX),
    "measurement_invariance": lambda: ef.measurement_invariance(ITEMS, ONE, group=SEX, minimum_n=20, estimator="MLR"),
    "htmt": lambda: ef.htmt(ITEMS, {"C": ["C1", "C2"], "N": ["N1", "N2"]}, n_resamples=20),
    "loading_stability": lambda: ef.loading_stability(ITEMS, n_factors=1, n_resamples=20),
    "mcdonald_omega": lambda: ef.mcdonald_omega(ITEMS, n_resamples=20),
    "omega_hierarchical": lambda: ef.omega_hierarchical(ITEMS, n_factors=2, n_resamples=20),
    "split_halves": lambda: ef.split_halves(ITEMS),
    "cohen_kappa": lambda: ef.cohen_kappa(ITEMS[["C1", "C2"]]),
    "intraclass_correlations": lambda: ef.intraclass_correlations(ITEMS[["C1", "C2", "C3"]]),
    "kendall_w": lambda: ef.kendall_w(ITEMS[["C1", "C2", "C3"]]),
    "krippendorff_alpha": lambda: ef.krippendorff_alpha(ITEMS[["C1", "C2"]], n_resamples=20),
    "rater_agreement": lambda: ef.rater_agreement(ITEMS[["C1", "C2", "C3"]], n_resamples=20),
    "retest_icc": lambda: ef.retest_icc(PRE, POST),
}
FRAMES: dict[str, Callable[[], pd.DataFrame]] = {
    "cohort_standing": lambda: ef.cohort_standing(MARKS),
    "categorical_table": lambda: ef.categorical_table(pd.DataFrame({"arm": ARM})),
    "answer_counts": lambda: ef.answer_counts(ITEMS, minimum=1, maximum=6),
    "describe_items": lambda: ef.describe_items(ITEMS, minimum=1, maximum=6),
    "describe_scores": lambda: ef.describe_scores(pd.DataFrame({"total": PRE}), by=ARM),
    "item_analysis": lambda: ef.item_analysis(ITEMS),
}


@cache
def result(name: str) -> Result:
    return RESULTS[name]()


def kinds(base: type[Result] = Result) -> Iterator[type[Result]]:
    """Every kind of result the package has."""
    for kind in base.__subclasses__():
        if kind.__module__.startswith("efficacy."):
            yield kind
            yield from kinds(kind)


def unexplained(columns: pd.Index, documentation: str) -> list[str]:
    """The columns that neither the vocabulary nor the statistic's own words name."""
    words = set(re.findall(r"[A-Za-z_0-9]+", documentation))
    stems = {column: re.sub(f"({'|'.join(ENDINGS)})$", "", column) for column in columns}
    known = {*COLUMNS, *words}
    return [column for column, stem in stems.items() if column not in known and stem not in known]


def test_every_kind_of_result_is_looked_at() -> None:
    assert {type(result(name)) for name in RESULTS} == set(kinds())


@pytest.mark.parametrize("name", RESULTS)
def test_every_column_is_in_the_vocabulary_or_explained_by_its_statistic(name: str) -> None:
    found = result(name)
    documentation = f"{type(found).__doc__} {type(found).tidy.__doc__} {getattr(ef, name).__doc__}"
    assert unexplained(found.tidy().columns, documentation) == []


@pytest.mark.parametrize("name", FRAMES)
def test_every_column_of_a_plain_table_is_in_the_vocabulary_or_explained(name: str) -> None:
    assert unexplained(FRAMES[name]().columns, str(getattr(ef, name).__doc__)) == []


@pytest.mark.parametrize("name", RESULTS)
def test_glance_is_one_row_of_every_single_value(name: str) -> None:
    found = result(name)
    glance = found.glance()
    assert len(glance) == 1
    tables = (pd.DataFrame, pd.Series, tuple, Result)
    single = {key for key, value in vars(found).items() if value is not None and not isinstance(value, tables)}
    assert set(glance.columns) == single
    assert {"n_used", "n_dropped", "method", "status"} <= single


@pytest.mark.parametrize("name", RESULTS)
def test_tidy_hands_out_a_copy(name: str) -> None:
    found = result(name)
    table = found.tidy()
    n_rows = len(table)
    table.drop(index=table.index, inplace=True)
    assert len(found.tidy()) == n_rows > 0


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_cannot_be_changed(name: str) -> None:
    with pytest.raises(AttributeError):
        result(name).n_used = 0  # type: ignore[misc]


def test_whole_numbers_of_numpy_are_single_values_too() -> None:
    counted = Result(n_used=np.int64(3), n_dropped=0, method="none", reasons=(Reason("too_few_rows"),))
    assert counted.glance().to_dict("records") == [{"n_used": 3, "n_dropped": 0, "method": "none", "status": "ok"}]


def test_a_result_without_parameters_says_so() -> None:
    with pytest.raises(NotImplementedError, match="Result"):
        Result(n_used=0, n_dropped=0, method="none").tidy()


@pytest.mark.parametrize("column", COLUMNS)
def test_columns_are_whole_words(column: str) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", column)
    assert COLUMNS[column].strip()
