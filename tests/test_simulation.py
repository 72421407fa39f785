"""The generators of simulated studies: exact truths against outside numbers, and truths found again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.stats import multivariate_normal, norm

from efficacy.simulation import (
    LAIXI,
    QICHUN,
    AttendanceTruth,
    CausesTruth,
    CovariateTruth,
    OccasionTruth,
    QuestionnaireTruth,
    SiteTruth,
    attendance,
    coded_causes,
    covariate,
    dose,
    dropouts,
    factor_scores,
    item_answers,
    item_covariances,
    item_means,
    lowest,
    occasion_factors,
    satisfaction,
    scale_truth,
    shares,
    shift_for,
    simulate_site,
    skip_answers,
    stability_for,
    total_scores,
)
from efficacy.streams import stream

SMALL = QuestionnaireTruth(
    loadings=((0.7, 0.0), (0.5, 0.0), (0.0, 0.6), (0.3, 0.4)),
    factor_correlations=((1.0, 0.4), (0.4, 1.0)),
    thresholds=((-1.0, 0.2, 1.1), (-0.5, 0.0, 0.9), (-1.5, -0.2, 0.6), (-0.8, 0.5, 1.5)),
    reverse=(False, True, False, False),
    minimum=1,
)


def large(truth: SiteTruth, n: int = 20_000) -> SiteTruth:
    """The same truth with many children, a fifth of them treated, and nobody absent."""
    occasions = tuple(replace(occasion, lowest=None) for occasion in truth.occasions)
    return replace(truth, n=n, group_size=n // 5, occasions=occasions, causes=None, n_dropouts=0)


# ---- one stream a draw


def test_a_further_covariate_or_occasion_changes_nothing_else() -> None:
    more = replace(
        QICHUN,
        covariates=(CovariateTruth(name="left_handed", proportions=(0.9, 0.1)), *QICHUN.covariates),
        occasions=(QICHUN.occasions[0], OccasionTruth(wave="middle"), QICHUN.occasions[1]),
    )
    before, after = simulate_site(QICHUN), simulate_site(more)
    for wave in ("pre", "post"):
        np.testing.assert_array_equal(before.answers[wave], after.answers[wave])
    assert before.children.equals(after.children[before.children.columns])
    assert before.sessions.equals(after.sessions)
    assert before.causes.equals(after.causes)


# ---- exact truths


def test_item_means_are_sums_of_normal_probabilities() -> None:
    expected = [1 + norm.sf(np.array(cuts)).sum() for cuts in SMALL.thresholds]
    np.testing.assert_allclose(item_means(SMALL), expected, rtol=0, atol=1e-14)
    moved = 1 + norm.cdf(0.5 * 0.7 - np.array(SMALL.thresholds[3])).sum()  # loadings .3 + .4
    assert item_means(SMALL, shift=0.5)[3] == pytest.approx(moved, abs=1e-14)


@pytest.mark.parametrize("stability", [None, 0.6])
def test_item_covariances_agree_with_bivariate_normal_probabilities(stability: float | None) -> None:
    covariances = item_covariances(SMALL, stability=stability)
    common = SMALL.lambda_ @ SMALL.phi @ SMALL.lambda_.T * (stability or 1.0)
    for i, j in [(0, 1), (1, 2), (0, 3), (2, 3)]:
        normal = multivariate_normal([0.0, 0.0], [[1.0, common[i, j]], [common[i, j], 1.0]])
        expected = sum(normal.cdf([-a, -b]) - norm.cdf(-a) * norm.cdf(-b) for a in SMALL.cuts[i] for b in SMALL.cuts[j])
        assert covariances[i, j] == pytest.approx(expected, abs=1e-7)
    np.testing.assert_allclose(covariances, covariances.T, atol=1e-14)


def test_the_variance_of_an_item_is_that_of_its_categories() -> None:
    edges = np.concatenate([[-np.inf], SMALL.cuts[2], [np.inf]])
    chances = np.diff(norm.cdf(edges))
    values = np.arange(1, 5)
    expected = (chances * values**2).sum() - (chances * values).sum() ** 2
    assert item_covariances(SMALL)[2, 2] == pytest.approx(expected, abs=1e-14)
    assert item_covariances(SMALL, stability=0.999)[2, 2] < expected  # the error part is drawn anew


def test_scale_truth_is_found_again_in_a_large_sample() -> None:
    site = simulate_site(large(QICHUN))
    questionnaire = QICHUN.questionnaire
    truth = scale_truth(questionnaire, stability=stability_for(questionnaire, retest_r=QICHUN.retest_r))
    scored = np.where(np.array(questionnaire.reverse), 6 - site.complete["pre"], site.complete["pre"])
    pre, post = scored.mean(axis=1), total_scores(site.untreated["post"], questionnaire=questionnaire)
    covariance = np.cov(scored, rowvar=False)
    alpha = 22 / 21 * (1 - np.trace(covariance) / covariance.sum())
    assert pre.mean() == pytest.approx(truth.mean, abs=0.015)
    assert pre.std() == pytest.approx(truth.sd, abs=0.01)
    assert alpha == pytest.approx(truth.alpha, abs=0.006)
    assert np.corrcoef(pre, post)[0, 1] == pytest.approx(truth.retest_r, abs=0.015)
    assert truth.retest_r == pytest.approx(QICHUN.retest_r, abs=1e-9)


def test_what_the_examples_promise_of_their_questionnaire() -> None:
    for truth, retest in ((QICHUN, 0.70), (LAIXI, 0.75)):
        scale = scale_truth(truth.questionnaire)
        assert truth.retest_r == retest
        assert 0.84 < scale.alpha < 0.87
        assert 2.55 < scale.mean < 2.75


@given(effect=st.floats(-1.5, 1.5), retest_r=st.floats(0.0, 0.8))
@settings(max_examples=15, deadline=None)
def test_shift_and_stability_are_inverted(effect: float, retest_r: float) -> None:
    truth = scale_truth(SMALL)
    shift = shift_for(SMALL, effect=effect)
    assert item_means(SMALL, shift=shift).mean() == pytest.approx(truth.mean + effect * truth.sd, abs=1e-9)
    reachable = retest_r * scale_truth(SMALL, stability=1.0).retest_r
    stability = stability_for(SMALL, retest_r=reachable)
    assert scale_truth(SMALL, stability=stability).retest_r == pytest.approx(reachable, abs=1e-9)


def test_what_cannot_be_reached_is_refused() -> None:
    with pytest.raises(ValueError, match="retest_r"):
        stability_for(SMALL, retest_r=0.95)
    with pytest.raises(ValueError, match="effect"):
        shift_for(SMALL, effect=9.0)


# ---- factors and answers


def test_loadings_and_factor_correlation_are_found_again() -> None:
    factors = factor_scores(stream(3, "f"), n=40_000, factor_correlations=SMALL.phi)
    assert np.corrcoef(factors, rowvar=False)[0, 1] == pytest.approx(0.4, abs=0.02)
    answers = item_answers(stream(3, "a"), factors, questionnaire=SMALL)
    # the slopes of an answer on the factors are its loadings times the normal density at its cuts (Stein)
    expected = SMALL.lambda_ * norm.pdf(SMALL.cuts).sum(axis=1, keepdims=True)
    expected[1] *= -1  # reverse-worded
    design = np.column_stack([np.ones(len(factors)), factors])
    slopes = np.linalg.lstsq(design, answers, rcond=None)[0][1:].T
    np.testing.assert_allclose(slopes, expected, atol=0.02)


def test_occasions_correlate_by_stability() -> None:
    stable, one, two = (factor_scores(stream(4, n), n=40_000, factor_correlations=SMALL.phi) for n in "abc")
    first, second = (occasion_factors(stable, fresh, stability=0.8) for fresh in (one, two))
    assert np.corrcoef(first[:, 0], second[:, 0])[0, 1] == pytest.approx(0.8, abs=0.01)
    assert first.var(axis=0) == pytest.approx([1.0, 1.0], abs=0.03)
    np.testing.assert_array_equal(occasion_factors(stable, one, stability=1.0), stable)
    with pytest.raises(ValueError, match="stability"):
        occasion_factors(stable, one, stability=1.2)


@given(shift=st.floats(-2, 2))
@settings(max_examples=10, deadline=None)
def test_answers_stay_in_range_and_shift_moves_scores_one_way(shift: float) -> None:
    factors = factor_scores(stream(5, "f"), n=200, factor_correlations=SMALL.phi)
    still, moved = (item_answers(stream(5, "a"), factors, questionnaire=SMALL, shift=s) for s in (0.0, shift))
    assert set(np.unique(moved)) <= {1, 2, 3, 4}
    difference = total_scores(moved, questionnaire=SMALL) - total_scores(still, questionnaire=SMALL)
    assert (np.sign(shift) * difference >= 0).all()


def test_reverse_wording_turns_the_answer_only() -> None:
    straight = replace(SMALL, reverse=(False,) * 4)
    factors = factor_scores(stream(6, "f"), n=100, factor_correlations=SMALL.phi)
    as_ticked, plain = (item_answers(stream(6, "a"), factors, questionnaire=q) for q in (SMALL, straight))
    np.testing.assert_array_equal(as_ticked[:, 1], 5 - plain[:, 1])
    np.testing.assert_array_equal(as_ticked[:, [0, 2, 3]], plain[:, [0, 2, 3]])
    np.testing.assert_allclose(
        total_scores(as_ticked, questionnaire=SMALL), total_scores(plain, questionnaire=straight)
    )


def test_total_scores_by_hand() -> None:
    answers = np.array([[1.0, 4.0, 2.0, 3.0], [2.0, np.nan, 2.0, 4.0], [np.nan] * 4])
    np.testing.assert_allclose(total_scores(answers, questionnaire=SMALL), [7 / 4, np.nan, np.nan])
    np.testing.assert_allclose(
        total_scores(answers, questionnaire=SMALL, minimum_answered=0.75), [7 / 4, 8 / 3, np.nan]
    )


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"reverse": (True,)}, "reverse"),
        ({"thresholds": ((0.0, -1.0, 1.0),) * 4}, "thresholds"),
        ({"factor_correlations": ((1.0, 0.4), (0.3, 1.0))}, "factor_correlations"),
        ({"factor_correlations": ((1.0, 1.0), (1.0, 1.0))}, "factor_correlations"),
        ({"loadings": ((0.9, 0.9),) * 4}, "loadings"),
    ],
)
def test_a_questionnaire_that_cannot_be_is_refused(change: dict[str, object], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        replace(SMALL, **change)  # type: ignore[arg-type]


# ---- who, when, how much


def test_lowest_takes_the_lowest_and_earlier_rows_in_ties() -> None:
    scores = np.array([3.0, 1.0, np.nan, 2.0, 2.0, 1.5])
    assert np.flatnonzero(lowest(scores, k=3)).tolist() == [1, 3, 5]
    with pytest.raises(ValueError, match="k=6"):
        lowest(scores, k=6)


@pytest.mark.parametrize("spread", [0.0, 0.2])
def test_attendance_rate_and_spread_are_found_again(spread: float) -> None:
    truth = AttendanceTruth(n_sessions=8, rate=0.85, spread=spread)
    came = attendance(stream(9, f"attendance {spread}"), n=20_000, truth=truth)
    assert came.mean() == pytest.approx(0.85, abs=0.01)
    # variance of a beta-binomial share: rate (1 - rate) / m * (1 + (m - 1) spread)
    expected = 0.85 * 0.15 / 8 * (1 + 7 * spread)
    assert came.mean(axis=1).var() == pytest.approx(expected, rel=0.06)


def test_dose_is_one_on_average_and_follows_attendance() -> None:
    came = np.array([[True] * 4, [True, True, False, False], [False] * 4])
    assert dose(came, dose_share=0.5) == pytest.approx([1.5, 1.0, 0.5])
    assert dose(came, dose_share=0.0) == pytest.approx([1.0] * 3)
    assert dose(np.zeros((2, 4), dtype=bool), dose_share=0.5) == pytest.approx([0.0, 0.0])
    with pytest.raises(ValueError, match="dose_share"):
        dose(came, dose_share=2.0)


def test_satisfaction_has_the_declared_shares_and_none_where_absent() -> None:
    came = stream(10, "came").random((5000, 8)) < 0.8
    marks = satisfaction(stream(10, "marks"), came, proportions=(0.1, 0.0, 0.2, 0.3, 0.4))
    assert (np.isfinite(marks) == came).all()
    found = np.bincount(marks[came].astype(int), minlength=6)[1:] / came.sum()
    assert found == pytest.approx([0.1, 0.0, 0.2, 0.3, 0.4], abs=0.015)
    with pytest.raises(ValueError, match="satisfaction"):
        satisfaction(stream(10, "x"), came, proportions=(0.5, 0.6))


def test_skipped_answers_have_the_declared_rate() -> None:
    answers = np.full((5000, 22), 3.0)
    skipped = skip_answers(stream(11, "skip"), answers, rate=0.03, spread=0.05)
    assert np.isnan(skipped).mean() == pytest.approx(0.03, abs=0.004)
    assert (skipped[np.isfinite(skipped)] == 3.0).all()
    np.testing.assert_array_equal(skip_answers(stream(11, "skip"), answers, rate=0.0, spread=0.05), answers)


@pytest.mark.parametrize(("rate", "spread"), [(1.2, 0.0), (0.5, 1.0), (0.5, -0.1)])
def test_impossible_shares_are_refused(rate: float, spread: float) -> None:
    with pytest.raises(ValueError, match=r"rate|spread"):
        shares(stream(1, "x"), n=2, rate=rate, spread=spread)


def test_dropouts_are_as_many_as_asked() -> None:
    counts = np.sum([dropouts(stream(seed, "d"), n=10, k=2) for seed in range(300)], axis=0)
    assert counts.sum() == 600
    assert counts.min() > 30  # everybody has the same chance


def test_a_covariate_has_its_shares_and_its_correlation() -> None:
    trait = stream(12, "trait").standard_normal(40_000)
    truth = CovariateTruth(name="c", proportions=(0.5, 0.5), correlation=0.4)
    codes = covariate(stream(12, "c"), trait, truth=truth)
    assert codes.mean() == pytest.approx(0.5, abs=0.01)
    # halves of a normal correlate sqrt(2 / pi) r with the other variable
    assert np.corrcoef(codes, trait)[0, 1] == pytest.approx(np.sqrt(2 / np.pi) * 0.4, abs=0.02)
    with pytest.raises(ValueError, match="proportions"):
        covariate(stream(12, "c"), trait, truth=replace(truth, proportions=(0.5, 0.4)))


def test_raters_find_causes_as_declared() -> None:
    truth = CausesTruth(
        n_children=4000, rates=(("self", 0.8), ("family", 0.3)), raters=("A", "B"), sensitivity=0.9, specificity=0.95
    )
    codes = coded_causes(stream(13, "t"), stream(13, "r"), children=np.arange(4000), truth=truth)
    found = codes.groupby(["rater", "level"]).size() / 4000
    assert found["A", "self"] == pytest.approx(0.8 * 0.9 + 0.2 * 0.05, abs=0.025)
    assert found["B", "family"] == pytest.approx(0.3 * 0.9 + 0.7 * 0.05, abs=0.025)
    both = codes.groupby(["child", "level"]).size().eq(2).groupby("level").sum() / 4000
    assert both["self"] == pytest.approx(0.8 * 0.81 + 0.2 * 0.0025, abs=0.025)
    assert not codes.duplicated().any()


# ---- whole studies


def test_effect_and_drift_are_found_again() -> None:
    truth = large(LAIXI)
    site = simulate_site(truth)
    treated = site.children["treated"].to_numpy()
    questionnaire = truth.questionnaire
    scale = scale_truth(questionnaire)
    drift = total_scores(site.untreated["post"], questionnaire=questionnaire).mean() - scale.mean
    assert drift / scale.sd == pytest.approx(0.10, abs=0.015)
    # the answer categories end below: the group of the lowest gains a little less than everybody would
    assert 0.42 < site.drawn_effect("post") / scale.sd < 0.50
    assert 0.24 < site.drawn_effect("followup") / scale.sd < 0.30
    assert site.drawn_effect("pre") == 0.0
    everybody = simulate_site(replace(truth, group_size=truth.n, missing_rate=0.0))
    assert everybody.drawn_effect("post") / scale.sd == pytest.approx(0.50, abs=0.015)
    np.testing.assert_array_equal(site.complete["post"][~treated], site.untreated["post"][~treated])
    assert site.children.loc[treated, "dose"].mean() == pytest.approx(1.0)


def test_a_group_chosen_low_regresses_to_the_mean() -> None:
    truth = large(replace(QICHUN, occasions=(OccasionTruth(wave="pre"), OccasionTruth(wave="post"))))
    site = simulate_site(truth)
    treated = site.children["treated"].to_numpy()
    pre, post = site.scores("pre"), site.scores("post")
    kept = (post[treated].mean() - pre.mean()) / (pre[treated].mean() - pre.mean())
    assert kept == pytest.approx(QICHUN.retest_r, abs=0.03)


def test_who_is_measured_when() -> None:
    site = simulate_site(LAIXI)
    measured = {wave: np.isfinite(answers).any(axis=1) for wave, answers in site.answers.items()}
    treated, gone = site.children["treated"].to_numpy(), site.children["gone"].to_numpy()
    assert {wave: int(rows.sum()) for wave, rows in measured.items()} == {
        "pre": 95, "pre2": 30, "post": 93, "followup": 93,
    }  # fmt: skip
    assert (measured["post"] == ~gone).all()
    assert (measured["pre2"] & treated).sum() == treated.sum() == 16
    assert np.nanmax(site.scores("pre")[treated]) <= np.nanmin(site.scores("pre")[~treated])
    assert len(site.sessions) == 16 * 8
    assert site.sessions["satisfaction"].notna().equals(site.sessions["attended"].astype(bool))


def test_a_study_is_the_same_every_time_and_another_with_another_seed() -> None:
    once, again, other = simulate_site(QICHUN), simulate_site(QICHUN), simulate_site(replace(QICHUN, seed=1))
    np.testing.assert_array_equal(once.answers["pre"], again.answers["pre"])
    assert not np.array_equal(once.answers["pre"], other.answers["pre"])
    assert once.causes.equals(again.causes)


def test_a_study_without_sessions_and_interviews() -> None:
    site = simulate_site(replace(QICHUN, attendance=None, causes=None))
    assert site.sessions.empty
    assert site.causes.empty
    assert site.children.loc[site.children["treated"], "dose"].eq(1.0).all()
