"""Regression to the mean and the retest correction: R's closed form, the formulas by hand, invariants, coverage."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from effects_facts import agrees, data, facts
from hypothesis import given, settings, strategies as st
from scipy import stats

from efficacy.effects import (
    adjusted_change,
    adjusted_change_over_r,
    regression_to_mean,
    selection_readings,
    transported_retest,
)
from efficacy.effects.retest import MeasuredMembers, beyond_regression

FACTS = facts("selection")


def survey(
    seed: int = 3, n: int = 54, members: int = 12, r: float = 0.7, gain: float = 0.0
) -> tuple[pd.Series, pd.Series, pd.Index]:
    """A survey with known retest correlation whose lowest are the members, in scale units of mean 60 and sd 10."""
    random = np.random.default_rng(seed)
    index = pd.Index([f"p{i:03d}" for i in range(n)])
    z = random.standard_normal(n)
    pre = pd.Series(60 + 10 * z, index=index)
    chosen = pre.nsmallest(members).index
    post = pd.Series(60 + 10 * (r * z + math.sqrt(1 - r**2) * random.standard_normal(n)), index=index)
    return pre, post.where(~index.isin(chosen), post + gain), chosen


@pytest.mark.parametrize("tag", ["sleep", "shoes", "anorexia.FT", "anorexia.CBT", "baumann.pre_post1", "anorexia12"])
def test_expected_gain_equals_r(tag: str) -> None:
    entry = FACTS[f"{tag}.rtm"]
    frame = data(entry["data"].removeprefix("data/").removesuffix(".csv"), entry.get("filter"))
    pre, value = frame[entry["columns"][0]], entry["value"]
    members = pre.index[pre < value["cut"]]
    result = regression_to_mean(pre, members, retest_r=value["rho"])
    row = result.tidy().iloc[0]
    assert agrees(row["estimate"], value["kelley_expected_from_observed"], entry)
    assert agrees(result.mean_survey, value["mu"], entry)
    assert agrees(result.sd_survey, value["sigma"], entry)
    assert agrees(result.mean_members, value["observed_selected_mean_pre"], entry)
    assert (result.n, result.n_survey) == (value["observed_n"], len(pre))
    assert row["standardized"] == pytest.approx(value["kelley_expected_from_observed"] / value["sigma"])
    assert result.standing == pytest.approx((value["observed_selected_mean_pre"] - value["mu"]) / value["sigma"])
    std_error = (1 - value["rho"]) * value["sigma"] / math.sqrt(len(pre))
    assert row["std_error"] == pytest.approx(std_error)
    assert row["df"] == len(pre) - 1
    low, high = stats.t.interval(0.95, len(pre) - 1, row["estimate"], std_error)
    assert (row["conf_low"], row["conf_high"]) == pytest.approx((low, high))


def test_expected_gain_one_row_a_correlation() -> None:
    pre, _, members = survey()
    result = regression_to_mean(pre, members.append(pd.Index(["absent"])), retest_r=[0.5, 0.7, 0.9])
    tidy = result.tidy()
    assert list(tidy["retest_r"]) == [0.5, 0.7, 0.9]
    assert tidy["estimate"].is_monotonic_decreasing and (tidy["estimate"] > 0).all()
    assert (result.n_used, result.n_dropped) == (12, 1)
    everyone_alike = regression_to_mean(pre, pre.sample(20, random_state=1).index, retest_r=0.7)
    assert abs(everyone_alike.tidy()["standardized"][0]) < 0.1


def by_hand(pre: pd.Series, post: pd.Series, members: pd.Index, rho: float, n_ext: int | None) -> dict[str, float]:
    x, y = pre[members].to_numpy(), post[members].to_numpy()
    n, total, mu, sd = len(x), len(pre), pre.mean(), pre.std()
    a = np.var(y - rho * x, ddof=1) / n
    b = (1 - rho) ** 2 * sd**2 / total
    c = 0.0 if n_ext is None else (x.mean() - mu) ** 2 * ((1 - rho**2) / math.sqrt(n_ext - 3)) ** 2
    below = a**2 / (n - 1) + b**2 / (total - 1) + (0.0 if n_ext is None else c**2 / (n_ext - 3))
    tau, error, df = y.mean() - mu - rho * (x.mean() - mu), math.sqrt(a + b + c), (a + b + c) ** 2 / below
    delta = tau / sd
    delta_error = math.sqrt(error**2 / sd**2 + delta**2 / (2 * (total - 1)))
    low, high = stats.t.interval(0.95, df, tau, error)
    delta_low, delta_high = stats.t.interval(0.95, df, delta, delta_error)
    return {
        "part_a": a,
        "part_b": b,
        "part_c": c,
        "estimate": tau,
        "std_error": error,
        "df": df,
        "statistic": tau / error,
        "p_value": 2 * stats.t.sf(abs(tau / error), df),
        "conf_low": low,
        "conf_high": high,
        "delta": delta,
        "delta_std_error": delta_error,
        "delta_conf_low": delta_low,
        "delta_conf_high": delta_high,
        "mean_survey": mu,
        "sd_survey": sd,
        "mean_pre": x.mean(),
        "mean_post": y.mean(),
        "unadjusted": y.mean() - x.mean(),
        "expected_gain": (1 - rho) * (mu - x.mean()),
    }


@pytest.mark.parametrize("retest_n", [None, 40])
@pytest.mark.parametrize("rho", [0.6, 0.85])
def test_adjusted_change_is_its_formula(rho: float, retest_n: int | None) -> None:
    pre, post, members = survey(gain=6.0)
    result = adjusted_change(pre, post, members=members, retest_r=rho, retest_n=retest_n)
    for field, value in by_hand(pre, post, members, rho, retest_n).items():
        assert getattr(result, field) == pytest.approx(value, rel=1e-10), field
    assert (result.n, result.n_survey, result.n_used, result.n_dropped) == (12, 54, 12, 0)
    assert (result.retest_r, result.retest_r_given) == (rho, rho)
    assert (result.transported, result.externally_estimated) == (False, retest_n is not None)
    assert result.unadjusted == pytest.approx(result.estimate + result.expected_gain)
    tidy = result.tidy().set_index("term")
    assert list(tidy.index) == ["adjusted_change", "delta"]
    assert list(tidy["estimate"]) == [result.estimate, result.delta]
    assert tidy.loc["delta", "conf_low"] == result.delta_conf_low


def test_adjusted_change_by_numbers_small_enough_for_paper() -> None:
    # survey 1..5: mu = 3, s^2 = 2.5; members 1, 2, 3 -> 3, 3, 6: X = 2, Y = 4; rho = .5
    pre = pd.Series([1.0, 2.0, 3.0, 4.0, 5.0])
    post = pd.Series([3.0, 3.0, 6.0, np.nan, np.nan])
    result = adjusted_change(pre, post, members=pd.Index([0, 1, 2]), retest_r=0.5, retest_n=28)
    assert result.estimate == pytest.approx(4 - 3 - 0.5 * (2 - 3))
    assert result.part_a == pytest.approx(np.var([2.5, 2.0, 4.5], ddof=1) / 3)
    assert result.part_b == pytest.approx(0.25 * 2.5 / 5)
    assert result.part_c == pytest.approx(1 * 0.75**2 / 25)
    assert result.expected_gain == pytest.approx(0.5)


def test_members_with_both_waves_but_a_survey_of_all() -> None:
    pre, post, members = survey(gain=5.0)
    partial = post.copy()
    partial[members[:2]] = np.nan
    result = adjusted_change(pre, partial, members=members, retest_r=0.7)
    assert (result.n, result.n_dropped, result.n_survey) == (10, 2, 54)
    assert result.mean_survey == pre.mean() and result.mean_pre == pre[members[2:]].mean()
    only_members = adjusted_change(pre, post[members], members=members, retest_r=0.7)
    whole = adjusted_change(pre, post, members=members, retest_r=0.7)
    assert only_members.estimate == whole.estimate and only_members.std_error == whole.std_error


def test_retest_correlation_carried_to_another_spread() -> None:
    assert transported_retest(0.8, retest_sd=10, survey_sd=10) == pytest.approx(0.8)
    assert transported_retest(0.8, retest_sd=10, survey_sd=5) == pytest.approx(1 - 0.2 * 4)
    pre, post, members = survey()
    result = adjusted_change(pre, post, members=members, retest_r=0.8, retest_n=50, retest_sd=8.0)
    rho = 1 - 0.2 * 64 / pre.var()
    assert result.retest_r == pytest.approx(rho) and result.retest_r_given == 0.8 and result.transported
    assert result.estimate == pytest.approx(by_hand(pre, post, members, rho, 50)["estimate"])
    assert result.std_error == pytest.approx(by_hand(pre, post, members, rho, 50)["std_error"])
    outside = adjusted_change(pre, post, members=members, retest_r=0.5, retest_n=50, retest_sd=30.0)
    assert (outside.status, outside.reasons[0].key) == ("not_computable", "retest_out_of_range")
    assert outside.reasons[0].values["given"] == 0.5 and outside.reasons[0].values["retest_r"] < 0
    assert math.isnan(outside.estimate)


@pytest.mark.parametrize("function", ["adjusted", "range", "expected"])
@pytest.mark.parametrize(
    ("change", "key"),
    [
        (lambda pre, post, members: (pre[members], post, members), "no_survey_beyond_members"),
        (lambda pre, post, members: (pre, post, members[:2]), "too_few_rows"),
        (lambda pre, post, members: (pre * 0 + 3, post, members), "zero_variance"),
    ],
)
def test_refusals(function: str, change, key: str) -> None:  # type: ignore[no-untyped-def]
    pre, post, members = change(*survey())
    if function == "adjusted":
        result = adjusted_change(pre, post, members=members, retest_r=0.7)
        assert math.isnan(result.estimate) and math.isnan(result.delta)
    elif function == "range":
        result = adjusted_change_over_r(pre, post, members=members, lowest=0.6, highest=0.9)
        assert not result.verdict and math.isnan(result.tipping_r) and result.tidy()["estimate"].isna().all()
    else:
        members = members[:0] if key == "too_few_rows" else members
        result = regression_to_mean(pre, members, retest_r=0.7)
        assert math.isnan(result.standing) and result.tidy()["estimate"].isna().all()
    assert (result.status, result.reasons[0].key) == ("not_computable", key)
    assert len(result.glance()) == 1


def test_no_member_measured_twice() -> None:
    pre, post, members = survey()
    result = adjusted_change(pre, post.drop(members[1:]), members=members, retest_r=0.7)
    assert (result.status, result.reasons[0].key, result.n_dropped) == ("not_computable", "too_few_rows", 11)


def test_wrong_calls() -> None:
    pre, post, members = survey()
    for r in (0.0, 1.0, -0.2, 1.3, math.nan):
        with pytest.raises(ValueError, match="retest_r"):
            adjusted_change(pre, post, members=members, retest_r=r)
        with pytest.raises(ValueError, match="retest_r"):
            regression_to_mean(pre, members, retest_r=[0.5, r])
    with pytest.raises(ValueError, match="retest_n=3"):
        adjusted_change(pre, post, members=members, retest_r=0.7, retest_n=3)
    with pytest.raises(ValueError, match="retest_sd"):
        adjusted_change(pre, post, members=members, retest_r=0.7, retest_sd=0.0)
    with pytest.raises(ValueError, match="lowest <= highest"):
        adjusted_change_over_r(pre, post, members=members, lowest=0.9, highest=0.6)
    with pytest.raises(ValueError, match="improvement='up'"):
        adjusted_change_over_r(pre, post, members=members, lowest=0.6, highest=0.9, improvement="up")  # type: ignore[arg-type]


def test_range_rows_are_adjusted_change_at_each_r() -> None:
    pre, post, members = survey(gain=6.0)
    result = adjusted_change_over_r(pre, post, members=members, lowest=0.6, highest=0.9, step=0.1)
    tidy = result.tidy()
    assert list(tidy["retest_r"]) == [0.6, 0.7, 0.8, 0.9]
    for row in tidy.to_dict("records"):
        single = adjusted_change(pre, post, members=members, retest_r=row["retest_r"])
        for column in set(tidy.columns) - {"retest_r", "beyond_selection"}:
            assert row[column] == getattr(single, column), column
        assert row["beyond_selection"] == (single.conf_low > 0)
    assert result.verdict == tidy["beyond_selection"].iloc[0]
    assert (result.lowest, result.highest, result.decisive_r, result.improvement) == (0.6, 0.9, 0.6, "increase")
    uneven = adjusted_change_over_r(pre, post, members=members, lowest=0.6, highest=0.87, step=0.1)
    assert list(uneven.tidy()["retest_r"]) == [0.6, 0.7, 0.8, 0.87]
    single = adjusted_change_over_r(pre, post, members=members, lowest=0.7, highest=0.7)
    assert list(single.tidy()["retest_r"]) == [0.7]


def test_the_verdict_tips_where_the_interval_touches_zero() -> None:
    pre, post, members = survey(gain=8.0)
    result = adjusted_change_over_r(pre, post, members=members, lowest=0.5, highest=0.9)
    assert result.tipping == "holds_above" and result.reasons == ()
    at = adjusted_change(pre, post, members=members, retest_r=result.tipping_r)
    assert at.conf_low == pytest.approx(0.0, abs=1e-6)
    assert adjusted_change(pre, post, members=members, retest_r=result.tipping_r + 1e-4).conf_low > 0
    assert adjusted_change(pre, post, members=members, retest_r=result.tipping_r - 1e-4).conf_low < 0
    assert result.verdict == (result.tipping_r < 0.5)


def test_a_verdict_that_never_tips_says_so() -> None:
    pre, post, members = survey()
    above = adjusted_change_over_r(pre, post + 40, members=members, lowest=0.6, highest=0.9)
    below = adjusted_change_over_r(pre, post - 40, members=members, lowest=0.6, highest=0.9)
    assert (above.verdict, above.tipping, above.reasons[0].key) == (True, "holds_everywhere", "claim_holds_everywhere")
    assert (below.verdict, below.tipping, below.reasons[0].key) == (False, "holds_nowhere", "claim_holds_nowhere")
    assert math.isnan(above.tipping_r) and math.isnan(below.tipping_r) and above.status == below.status == "ok"


def test_a_scale_that_should_fall_is_the_mirror_image() -> None:
    pre, post, members = survey(gain=5.0)
    rising = adjusted_change_over_r(pre, post, members=members, lowest=0.6, highest=0.9)
    falling = adjusted_change_over_r(
        120 - pre, 120 - post, members=members, lowest=0.6, highest=0.9, improvement="decrease"
    )
    assert falling.verdict == rising.verdict and falling.decisive_r == rising.decisive_r
    assert falling.tipping_r == pytest.approx(rising.tipping_r)
    assert list(falling.tidy()["beyond_selection"]) == list(rising.tidy()["beyond_selection"])


def test_members_above_the_mean_are_judged_at_the_highest_r() -> None:
    pre, post, _ = survey()
    result = adjusted_change_over_r(pre, post + 3, members=pre.nlargest(12).index, lowest=0.5, highest=0.9)
    assert result.decisive_r == 0.9
    assert result.verdict == result.tidy()["beyond_selection"].iloc[-1]


def test_members_near_the_mean_are_judged_at_the_end_that_claims_least() -> None:
    pre, post, _ = survey()
    near = (pre - pre.mean()).abs().nsmallest(12).index
    for shift in (1.0, 2.5, 4.0, 6.0):
        result = adjusted_change_over_r(pre, post + shift, members=near, lowest=0.05, highest=0.95)
        tidy = result.tidy().set_index("retest_r")
        assert tidy.loc[result.decisive_r, "conf_low"] == pytest.approx(tidy["conf_low"].min(), abs=1e-6)
        assert result.verdict == bool(tidy["beyond_selection"].all())


def test_a_claim_that_holds_between_two_r() -> None:
    pre = pd.Series([10.0, 20, 30, 40, 50, 60, 34, 35, 36], index=list("abcdefxyz"))
    post = pd.Series([30.0, 33, 37.0], index=list("xyz")) + 3.0
    pre[list("xyz")] = [31.0, 35.0, 39.0]
    result = adjusted_change_over_r(pre, post, members=pd.Index(list("xyz")), lowest=0.6, highest=0.9)
    holds = [
        adjusted_change(pre, post, members=pd.Index(list("xyz")), retest_r=float(r)).conf_low > 0
        for r in np.linspace(0.001, 0.999, 200)
    ]
    changes = int(np.abs(np.diff(np.array(holds, dtype=int))).sum())
    assert changes == 2 and result.tipping == "holds_between"
    assert adjusted_change(pre, post, members=pd.Index(list("xyz")), retest_r=result.tipping_r).conf_low == (
        pytest.approx(0.0, abs=1e-6)
    )


def test_readings_carry_the_error_of_the_retest_study() -> None:
    pre, post, members = survey(gain=2.0)
    row = selection_readings(pre, post, members=members, retest_r=[0.7], retest_n=30).tidy().iloc[0]
    single = adjusted_change(pre, post, members=members, retest_r=0.7, retest_n=30)
    assert (row["std_error"], row["df"], row["conf_low"]) == (single.std_error, single.df, single.conf_low)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10_000), rho=st.floats(0.3, 0.95), shift=st.integers(-30, 30), scale=st.sampled_from([0.1, 5.0])
)
def test_invariants(seed: int, rho: float, shift: int, scale: float) -> None:
    pre, post, members = survey(seed=seed)
    own = adjusted_change(pre, post, members=members, retest_r=rho, retest_n=30)
    moved = adjusted_change(scale * pre + shift, scale * post + shift, members=members, retest_r=rho, retest_n=30)
    order = adjusted_change(
        pre.sample(frac=1, random_state=seed), post, members=members[::-1], retest_r=rho, retest_n=30
    )
    assert moved.estimate == pytest.approx(scale * own.estimate, abs=1e-8)
    assert moved.delta == pytest.approx(own.delta, abs=1e-9) and moved.p_value == pytest.approx(own.p_value, abs=1e-9)
    assert order.estimate == pytest.approx(own.estimate, abs=1e-9) and order.df == pytest.approx(own.df)
    assert own.conf_low <= own.estimate <= own.conf_high
    assert own.delta_conf_low <= own.delta <= own.delta_conf_high
    fixed = adjusted_change(pre, post, members=members, retest_r=rho)
    assert fixed.estimate == own.estimate and fixed.std_error < own.std_error and fixed.part_c == 0
    assert min(own.n - 1, own.n_survey - 1, 27) <= own.df <= own.n - 1 + own.n_survey - 1 + 27


def test_rho_of_one_is_the_plain_gain() -> None:
    pre, post, members = survey()
    near = adjusted_change(pre, post, members=members, retest_r=1 - 1e-9)
    assert near.estimate == pytest.approx((post - pre)[members].mean(), abs=1e-6)
    assert near.std_error == pytest.approx((post - pre)[members].std() / math.sqrt(12), abs=1e-6)


def test_readings_bracket_from_recorded_score_to_stable_level() -> None:
    pre, post, members = survey(gain=2.0)
    result = selection_readings(pre, post, members=members, retest_r=[0.6, 0.8])
    tidy = result.tidy()
    assert list(tidy["term"]) == ["selected_on_recorded_score"] * 2 + ["selected_on_stable_level"]
    single = adjusted_change(pre, post, members=members, retest_r=0.8)
    assert tidy.loc[1, "estimate"] == single.estimate and tidy.loc[1, "df"] == single.df
    plain = stats.ttest_1samp((post - pre)[members], 0)
    assert tidy.loc[2, "estimate"] == pytest.approx((post - pre)[members].mean())
    assert tidy.loc[2, "conf_low"] == pytest.approx(plain.confidence_interval(0.95).low)
    assert (result.lowest, result.highest) == (tidy["estimate"].min(), tidy["estimate"].max())
    assert "p_value" not in tidy and math.isnan(tidy.loc[2, "retest_r"]) and set(tidy["n"]) == {12}
    refused = selection_readings(pre[members], post, members=members, retest_r=[0.7])
    assert (refused.status, refused.reasons[0].key) == ("not_computable", "no_survey_beyond_members")
    with pytest.raises(ValueError, match="at least one"):
        selection_readings(pre, post, members=members, retest_r=[])


def test_coverage_where_its_assumptions_hold() -> None:
    """2,000 surveys of 54, lowest 12, r = .7, no effect: the 95 % interval must hold 0 in .95 +- 4 standard errors."""
    random = np.random.default_rng(20260901)
    draws, total, n, r = 2000, 54, 12, 0.7
    pre = np.sort(random.standard_normal((draws, total)), axis=1)
    post = r * pre[:, :n] + math.sqrt(1 - r**2) * random.standard_normal((draws, n))
    held = upward = 0
    for x, y in zip(pre, post, strict=True):
        members = MeasuredMembers(
            pre=x[:n], post=y, n_survey=total, mean_survey=x.mean(), sd_survey=x.std(ddof=1), n_dropped=0
        )
        row = beyond_regression(members, r, retest_n=None, conf_level=0.95)
        held += row["conf_low"] <= 0 <= row["conf_high"]
        upward += row["conf_low"] > 0
    assert held / draws == pytest.approx(0.95, abs=4 * math.sqrt(0.95 * 0.05 / draws))
    assert upward / draws == pytest.approx(0.025, abs=4 * math.sqrt(0.025 * 0.975 / draws))
