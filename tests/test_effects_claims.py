"""The decision table, line by line, and the ladder of claims: every rung by its rule."""

from __future__ import annotations

import itertools
import math
from typing import get_args

import numpy as np
import pandas as pd
import pytest

from efficacy.effects import (
    RUNGS,
    AnalysisKey,
    Claims,
    Evidence,
    adjusted_change,
    adjusted_change_over_r,
    claims_ladder,
    main_analysis,
    paired_change,
    randomised_ancova,
    regression_discontinuity,
)
from efficacy.effects.design import BESIDE, SINGLE_TEST
from efficacy.params.reports import ComparisonGroup, SelectionRule

DECISIONS = [
    # selection, comparison, untreated measured twice, second baseline -> analysis
    ("lowest_on_pretest", "same_survey_not_chosen", True, False, "regression_discontinuity"),
    ("lowest_on_pretest", "same_survey_not_chosen", True, True, "regression_discontinuity"),
    ("lowest_on_pretest", "same_survey_not_chosen", False, False, "retest_correction"),
    ("lowest_on_pretest", "none", False, False, "retest_correction"),
    ("lowest_on_pretest", "none", False, True, "second_baseline"),
    ("lowest_on_pretest", "other_population", True, False, "population_readings"),
    ("lowest_on_pretest", "matched_from_other_population", True, False, "population_readings"),
    ("lowest_on_pretest", "randomised", True, False, "randomised_ancova"),
    ("random_from_low", "eligible_not_chosen_at_random", True, False, "randomised_ancova"),
    ("random_from_low", "same_survey_not_chosen", True, False, "randomised_ancova"),
    ("random_from_low", "none", False, False, "retest_correction"),
    ("typical_cases", "none", False, False, "two_readings"),
    ("typical_cases", "same_survey_not_chosen", True, False, "two_readings"),
    ("nominated", "none", False, False, "two_readings"),
    ("nominated", "none", False, True, "second_baseline"),
    ("volunteers", "same_survey_not_chosen", True, False, "readings_not_bounds"),
    ("volunteers", "none", False, True, "readings_not_bounds"),
    ("volunteers", "randomised", True, False, "randomised_ancova"),
    ("unknown", "none", False, False, "readings_not_bounds"),
    ("not_selected", "none", False, False, "paired_change"),
    ("not_selected", "randomised", True, False, "randomised_ancova"),
    ("not_selected", "same_survey_not_chosen", True, False, "readings_not_bounds"),
]


@pytest.mark.parametrize(("selection", "comparison", "twice", "second", "expected"), DECISIONS)
def test_decision_table(selection: str, comparison: str, twice: bool, second: bool, expected: str) -> None:
    chosen = main_analysis(
        selection,  # type: ignore[arg-type]
        comparison,  # type: ignore[arg-type]
        untreated_measured_twice=twice,
        second_baseline=second,
    )
    assert chosen.key == expected
    assert chosen.reason and chosen.beside == BESIDE[chosen.key]
    assert chosen.single_test == (expected not in ("two_readings", "readings_not_bounds", "population_readings"))


def test_every_declared_design_has_an_analysis() -> None:
    keys = set()
    for selection, comparison, twice, second in itertools.product(
        get_args(SelectionRule), get_args(ComparisonGroup), (True, False), (True, False)
    ):
        chosen = main_analysis(selection, comparison, untreated_measured_twice=twice, second_baseline=second)
        keys.add(chosen.key)
        if selection in ("lowest_on_pretest", "random_from_low", "typical_cases", "nominated"):
            assert chosen.key != "paired_change"
    assert keys == set(get_args(AnalysisKey)) == set(BESIDE)
    assert set(get_args(AnalysisKey)) > SINGLE_TEST


@pytest.mark.parametrize("comparison", ["none", "same_survey_not_chosen"])
def test_nobody_selected_is_not_believed_where_some_were_left_out(comparison: ComparisonGroup) -> None:
    chosen = main_analysis("not_selected", comparison, untreated_measured_twice=False, untreated_surveyed=True)
    assert (chosen.key, chosen.reason) == ("readings_not_bounds", "not_selected_but_some_not_chosen")
    everybody = main_analysis("not_selected", comparison, untreated_measured_twice=False)
    assert everybody.key == "paired_change"
    drawn = main_analysis("not_selected", "randomised", untreated_measured_twice=False, untreated_surveyed=True)
    assert drawn.key == "paired_change"


def test_unknown_words_are_refused() -> None:
    with pytest.raises(ValueError, match="selection_rule='lowest'"):
        main_analysis("lowest", "none", untreated_measured_twice=False)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="comparison_group='others'"):
        main_analysis("unknown", "others", untreated_measured_twice=False)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="analysis='t_test'"):
        claims_ladder("t_test", Evidence())  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="improvement='more'"):
        claims_ladder("paired_change", Evidence(), improvement="more")  # type: ignore[arg-type]


def village(gain: float, *, seed: int = 3, r: float = 0.7) -> tuple[pd.Series, pd.Series, pd.Index]:
    random = np.random.default_rng(seed)
    z = random.standard_normal(54)
    pre = pd.Series(60 + 10 * z, index=[f"p{i:03d}" for i in range(54)])
    members = pre.nsmallest(12).index
    post = pd.Series(60 + 10 * (r * z + math.sqrt(1 - r**2) * random.standard_normal(54)), index=pre.index)
    return pre, post.where(~pre.index.isin(members), post + gain), members


def evidence(gain: float, *, retest_n: int | None = None, seed: int = 3) -> Evidence:
    pre, post, members = village(gain, seed=seed)
    return Evidence(
        unadjusted=paired_change(pre[members], post[members]),
        adjusted=adjusted_change(pre, post, members=members, retest_r=0.7, retest_n=retest_n),
        over_r=adjusted_change_over_r(pre, post, members=members, lowest=0.6, highest=0.9),
        second_baseline=paired_change(pre[members] + 3, post[members]),
        discontinuity=regression_discontinuity(pre, post, pd.Series(pre.index.isin(members), index=pre.index)),
    )


def reached(claims: Claims) -> dict[str, bool | None]:
    tidy = claims.tidy()
    assert tuple(tidy["term"]) == RUNGS
    assert all(reason for reason in tidy["reason"])
    return dict(zip(tidy["term"], tidy["reached"], strict=True))


def test_retest_correction_claims_at_the_lowest_r_only() -> None:
    for gain in (0.0, 6.0, 9.0, 12.0, 30.0):
        found = evidence(gain)
        claims = claims_ladder("retest_correction", found)
        rungs = reached(claims)
        assert found.over_r is not None and found.unadjusted is not None
        assert rungs["more_than_selection"] is found.over_r.verdict
        assert rungs["higher_at_post"] == (found.unadjusted.conf_low > 0)
        assert rungs["more_than_untreated"] is None and rungs["maintained"] is None
        assert claims.rung("more_than_untreated").reason == "no_untreated_to_compare"
        assert claims.rung("maintained").reason == "no_followup"
    assert claims.reached == "more_than_selection" and claims.rung("more_than_selection").reason == "beyond_at_lowest_r"
    assert (claims.n_used, claims.conf_level, claims.analysis) == (12, 0.95, "retest_correction")


def test_a_gain_that_only_selection_explains_stays_below() -> None:
    found = evidence(2.0, seed=5)
    assert found.unadjusted is not None and found.unadjusted.conf_low > 0
    claims = claims_ladder("retest_correction", found)
    assert claims.reached == "higher_at_post"
    assert claims.rung("more_than_selection").reason == "not_beyond_at_lowest_r"


def test_a_retest_study_decides_with_its_uncertainty() -> None:
    for gain in (0.0, 8.0, 10.0, 30.0):
        found = evidence(gain, retest_n=40)
        assert found.adjusted is not None
        claims = claims_ladder("retest_correction", found)
        assert claims.rung("more_than_selection").reached is (found.adjusted.conf_low > 0)
    assert claims.rung("more_than_selection").reason == "beyond_at_retest_study"
    # one r without a study behind it never decides: the range does
    fixed = claims_ladder("retest_correction", evidence(30.0)).rung("more_than_selection")
    assert fixed.reason == "beyond_at_lowest_r"
    only_fixed = Evidence(adjusted=evidence(30.0).adjusted)
    assert claims_ladder("retest_correction", only_fixed).rung("more_than_selection").reached is None


def test_discontinuity_needs_both_forms() -> None:
    more, nothing = evidence(60.0), evidence(0.0)
    assert more.discontinuity is not None and more.discontinuity.verdict == "changed_more"
    assert reached(claims_ladder("regression_discontinuity", more)) == {
        "described": True,
        "higher_at_post": True,
        "more_than_selection": True,
        "more_than_untreated": True,
        "maintained": None,
    }
    claims = claims_ladder("regression_discontinuity", nothing)
    assert claims.rung("more_than_untreated").reached is False
    assert nothing.discontinuity is not None
    assert claims.rung("more_than_selection").reason == nothing.discontinuity.verdict
    # the other results do not help: the main analysis alone decides
    assert claims_ladder("regression_discontinuity", Evidence(over_r=more.over_r)).reached == "described"


def test_second_baseline_and_nobody_selected() -> None:
    found = evidence(12.0)
    assert found.second_baseline is not None and found.unadjusted is not None
    second = claims_ladder("second_baseline", found).rung("more_than_selection")
    assert second.reached is bool(found.second_baseline.conf_low > 0)
    everyone = claims_ladder("paired_change", found)
    assert everyone.rung("more_than_selection").reached is bool(found.unadjusted.conf_low > 0)
    assert everyone.rung("more_than_selection").reason == "nobody_selected"


@pytest.mark.parametrize("analysis", ["two_readings", "readings_not_bounds", "population_readings"])
def test_readings_never_climb(analysis: AnalysisKey) -> None:
    claims = claims_ladder(analysis, evidence(60.0), at_followup=evidence(60.0))
    assert claims.reached == "higher_at_post"
    assert claims.rung("more_than_selection").reached is None
    assert claims.rung("more_than_selection").reason == "readings_without_single_test"
    assert claims.rung("maintained").reached is None


def randomised(effect: float, seed: int = 2) -> Evidence:
    random = np.random.default_rng(seed)
    arm = pd.Series(pd.Categorical(np.repeat(["c", "t", "u"], 20), categories=["c", "t", "u"]))
    baseline = pd.Series(random.standard_normal(60))
    outcome = 0.5 * baseline + random.standard_normal(60) + effect * (arm == "t")
    return Evidence(randomised=randomised_ancova(outcome, baseline, arm, seed=1, n_permutations=999))


def test_randomised_arms_need_both_p_and_the_interval() -> None:
    found = randomised(3.0)
    strong = claims_ladder("randomised_ancova", found, arm="t")
    assert strong.reached == "more_than_untreated"
    assert strong.rung("higher_at_post").reason == "not_the_same_scale_twice"
    weak = claims_ladder("randomised_ancova", found, arm="u")
    assert weak.rung("more_than_untreated").reached is False and weak.reached == "described"
    for effect in (0.3, 0.6, 0.9, 1.2):
        found = randomised(effect)
        assert found.randomised is not None
        row = found.randomised.tidy().set_index("level").loc["t"]
        expected = (
            row["conf_low"] > 0 and row["p_value_adjusted"] <= 0.05 and row["p_value_permutation_adjusted"] <= 0.05
        )
        assert claims_ladder("randomised_ancova", found, arm="t").rung("more_than_untreated").reached is bool(expected)
    with pytest.raises(ValueError, match="arm=None"):
        claims_ladder("randomised_ancova", found)
    assert claims_ladder("randomised_ancova", Evidence()).reached == "none"


def test_maintained_follows_the_same_rule_later() -> None:
    strong, weak = evidence(40.0), evidence(0.0)
    kept = claims_ladder("retest_correction", strong, at_followup=strong)
    lost = claims_ladder("retest_correction", strong, at_followup=weak)
    late = claims_ladder("retest_correction", weak, at_followup=strong)
    assert (kept.reached, kept.rung("maintained").reached) == ("maintained", True)
    assert (lost.reached, lost.rung("maintained").reached) == ("more_than_selection", False)
    assert (late.rung("maintained").reached, late.rung("maintained").reason) == (None, "nothing_shown_at_post")


def test_wished_decrease_is_the_mirror_image() -> None:
    pre, post, members = village(20.0)
    rising = Evidence(
        unadjusted=paired_change(pre[members], post[members]),
        over_r=adjusted_change_over_r(pre, post, members=members, lowest=0.6, highest=0.9),
    )
    falling = Evidence(
        unadjusted=paired_change(-pre[members], -post[members]),
        over_r=adjusted_change_over_r(-pre, -post, members=members, lowest=0.6, highest=0.9, improvement="decrease"),
    )
    assert reached(claims_ladder("retest_correction", falling, improvement="decrease")) == reached(
        claims_ladder("retest_correction", rising)
    )
    assert claims_ladder("retest_correction", falling).rung("higher_at_post").reached is False


def test_what_cannot_be_computed_claims_nothing() -> None:
    pre, post, members = village(40.0)
    found = Evidence(
        unadjusted=paired_change(pre[members[:1]], post[members[:1]]),
        adjusted=adjusted_change(pre[members], post, members=members, retest_r=0.7, retest_n=40),
        over_r=adjusted_change_over_r(pre[members], post, members=members, lowest=0.6, highest=0.9),
        discontinuity=regression_discontinuity(pre, post, pd.Series(False, index=pre.index)),
    )
    for analysis in ("retest_correction", "regression_discontinuity", "second_baseline", "paired_change"):
        claims = claims_ladder(analysis, found)  # type: ignore[arg-type]
        assert claims.rung("more_than_selection").reached is None
        assert claims.reached == "described"
    assert claims_ladder("paired_change", Evidence()).reached == "none"
    assert len(claims_ladder("paired_change", Evidence()).glance()) == 1


def test_upward_claims_without_effect_stay_rare() -> None:
    """400 villages, no effect, true r = .6 at the lowest declared r: upward claims near 2.5 % (limit at 4 SE)."""
    random = np.random.default_rng(20260901)
    claimed = 0
    for _ in range(400):
        z = random.standard_normal(54)
        pre = pd.Series(z)
        post = pd.Series(0.6 * z + 0.8 * random.standard_normal(54))
        members = pre.nsmallest(12).index
        adjusted = adjusted_change(pre, post, members=members, retest_r=0.6, retest_n=40)
        claims = claims_ladder("retest_correction", Evidence(adjusted=adjusted))
        claimed += claims.rung("more_than_selection").reached is True
    assert claimed / 400 <= 0.025 + 4 * math.sqrt(0.025 * 0.975 / 400)
