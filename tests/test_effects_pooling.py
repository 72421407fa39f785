"""Pooling: every number of metafor, the arithmetic of the shared retest correlation by hand, invariants, coverage."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from effects_facts import agrees, facts, table
from hypothesis import given, settings, strategies as st
from reference_facts import DATA
from scipy import optimize, stats

from efficacy.effects import (
    PooledEffect,
    SurveyedGroup,
    adjusted_change,
    pool_adjusted_changes,
    pool_adjusted_changes_over_r,
    pool_effects,
)
from efficacy.effects.pooling import mean_of_studies
from efficacy.effects.pooling_heterogeneity import between_variance, generalised_q

FACTS = facts("pooling")
STUDIES = pd.read_csv(DATA / "meta_bangertdrowns2004.csv", encoding="utf-8")
FITS = [name for name in FACTS if name.endswith((".z", ".knha"))]
LOOSE = {"tolerance": 1e-3}  # programs that stopped at their default precision
NAMES = {
    "beta": "estimate",
    "se": "std_error",
    "stat": "statistic",
    "p": "p_value",
    "ci.lb": "conf_low",
    "ci.ub": "conf_high",
    "ddf": "df",
    "tau2": "tau2",
    "H2": "h2",
    "Q": "q",
    "Qp": "q_p_value",
    "pi.lb": "pred_low",
    "pi.ub": "pred_high",
}


def studies(entry: dict[str, Any]) -> tuple[pd.Series, pd.Series]:
    """Estimates and standard errors of the first k studies, by a name that keeps their order."""
    k = int(entry["filter"].split()[1])
    index = pd.Index([f"s{number:02d}" for number in range(k)])
    return (
        pd.Series(STUDIES["yi"][:k].to_numpy(), index=index),
        pd.Series(np.sqrt(STUDIES["vi"][:k].to_numpy()), index=index),
    )


def alike() -> tuple[pd.Series, pd.Series]:
    """Four studies that happen to agree more than their standard errors promise."""
    y = pd.Series({"a": 0.25, "b": 0.22, "c": 0.30, "d": 0.24})
    return y, pd.Series([0.01, 0.02, 0.04, 0.015], index=y.index) ** 0.5


def fitted(entry: dict[str, Any], method: str, test: str, **options: Any) -> PooledEffect:
    test = {"z": "z", "knha": "knapp_hartung"}[test]
    return pool_effects(*studies(entry), method=method, test=test, two_studies="compute", **options)  # type: ignore[arg-type]


# ---- against metafor


@pytest.mark.parametrize("name", FITS)
def test_every_estimator_equals_r(name: str) -> None:
    entry = FACTS[name]
    _, _, method, test = name.split(".")
    result = fitted(entry, method, test)
    for theirs, ours in NAMES.items():
        expected, found = entry["value"][theirs], getattr(result, ours)
        if expected is None:
            assert math.isnan(found), theirs
        else:
            assert agrees(found, expected, entry), (theirs, found, expected)
    assert agrees(100 * result.i2, entry["value"]["I2"], entry)
    assert 100 * result.by_study()["weight"].to_numpy() == pytest.approx(np.array(entry["value"]["weights"]), rel=1e-6)
    assert (result.n_used, result.q_df, result.method) == (len(entry["value"]["weights"]), result.n_used - 1, method)


@pytest.mark.parametrize("name", [name for name in FACTS if ".confint" in name])
def test_the_interval_of_tau2_equals_r(name: str) -> None:
    entry = FACTS[name]
    own = name.startswith("own.")
    result = fitted(entry, "PM" if own and ".k2." not in name else "REML", "z")
    expected = table(entry["value"])
    entry = entry if own else entry | LOOSE
    upper_cut = not own and expected.loc["tau^2", "ci.ub"] == 100  # metafor's default limit; own.k2 is without it
    assert agrees(result.tau2_conf_low, expected.loc["tau^2", "ci.lb"], entry)
    assert agrees(result.i2_conf_low, expected.loc["I^2(%)", "ci.lb"] / 100, entry)
    if upper_cut:
        assert result.tau2_conf_high > 100
    else:
        assert agrees(result.tau2_conf_high, expected.loc["tau^2", "ci.ub"], entry)
        assert agrees(result.i2_conf_high, expected.loc["I^2(%)", "ci.ub"] / 100, entry)


@pytest.mark.parametrize("name", [name for name in FACTS if "leave1out" in name])
def test_leave_one_out_equals_r(name: str) -> None:
    entry = FACTS[name]
    own = name.startswith("own.")
    result = fitted(entry, name.split(".")[-1] if own else "REML", "knha" if own else "z").leave_one_out()
    k = len(result)
    names = {"estimate": "estimate", "se": "std_error", "ci.lb": "conf_low", "ci.ub": "conf_high", "tau2": "tau2"}
    for theirs, ours in names.items():
        if k == 2 and theirs not in ("estimate", "se"):
            continue  # what one study leaves has an estimate and a standard error, no heterogeneity
        for found, expected in zip(result[ours], entry["value"][theirs], strict=True):
            assert agrees(found, expected, entry if own else LOOSE)
    if k > 2:
        assert 100 * result["i2"].to_numpy() == pytest.approx(
            np.array(entry["value"]["I2"]), rel=1e-6 if own else 1e-2, abs=1e-6 if own else 0.2
        )


@pytest.mark.parametrize("name", [name for name in FACTS if name.endswith(".forest")])
def test_intervals_of_single_studies_equal_r(name: str) -> None:
    entry = FACTS[name]
    rows = pool_effects(*studies(entry)).by_study()
    for theirs, ours in {"y": "estimate", "lo": "conf_low", "hi": "conf_high"}.items():
        assert rows[ours].to_numpy() == pytest.approx(np.array(entry["value"][theirs]), rel=1e-8)


@pytest.mark.parametrize("name", [name for name in FACTS if name.endswith("level90")])
def test_another_confidence_level_equals_r(name: str) -> None:
    entry = FACTS[name]
    result = fitted(entry, "PM", "knha", conf_level=0.9)
    for theirs in ("ci.lb", "ci.ub", "pi.lb", "pi.ub"):
        assert agrees(getattr(result, NAMES[theirs]), entry["value"][theirs], entry)


@pytest.mark.parametrize("name", [name for name in FACTS if name.endswith(".adhoc")])
def test_the_modified_test_equals_r_and_is_never_narrower(name: str) -> None:
    entry = FACTS[name]
    y, se = studies(entry) if "data" in entry else alike()
    method = name.split(".")[2]
    result = pool_effects(y, se, method=method, test="modified_knapp_hartung")  # type: ignore[arg-type]
    for theirs, expected in entry["value"].items():
        assert agrees(getattr(result, NAMES[theirs]), expected, entry), theirs
    normal = pool_effects(y, se, method=method, test="z")  # type: ignore[arg-type]
    assert result.conf_high - result.conf_low >= normal.conf_high - normal.conf_low
    assert (result.status, result.df) == ("ok", len(y) - 1)


# ---- refusals and reasons


def test_two_studies_are_refused_and_one_is_not_computable() -> None:
    y, se = pd.Series({"a": 0.2, "b": 0.5}), pd.Series({"a": 0.1, "b": 0.1})
    two = pool_effects(y, se)
    assert (two.status, [reason.key for reason in two.reasons]) == ("not_computable", ["two_studies"])
    assert math.isnan(two.estimate) and math.isnan(two.tau2) and math.isnan(two.pred_low)
    assert list(two.by_study()["estimate"]) == [0.2, 0.5], "the studies themselves are shown"
    assert two.by_study()["weight"].isna().all() and two.leave_one_out().empty
    computed = pool_effects(y, se, two_studies="compute")
    assert computed.estimate == pytest.approx(0.35) and computed.df == 1
    one = pool_effects(y[:1], se[:1], two_studies="compute")
    assert (one.status, [reason.key for reason in one.reasons]) == ("not_computable", ["too_few_studies"])
    assert pool_effects(y[:0], se[:0]).n_used == 0


def test_a_study_without_an_estimate_is_dropped_and_counted() -> None:
    y = pd.Series({"a": 0.2, "b": math.nan, "c": 0.3, "d": 0.4})
    result = pool_effects(y, pd.Series(0.1, index=y.index))
    assert (result.n_used, result.n_dropped) == (3, 1)
    assert list(result.by_study()["term"]) == ["a", "c", "d"]


def test_leaving_one_of_three_out_gives_no_interval() -> None:
    y = pd.Series({"a": 0.2, "b": 0.5, "c": 0.9})
    rows = pool_effects(y, pd.Series(0.1, index=y.index)).leave_one_out()
    assert rows["estimate"].notna().all()
    assert rows[["std_error", "conf_low", "conf_high"]].isna().all(axis=None)


def test_equal_estimates_are_flagged() -> None:
    y = pd.Series({"a": 0.3, "b": 0.3, "c": 0.3})
    same = pool_effects(y, pd.Series(0.1, index=y.index))
    assert (same.status, same.reasons[0].key) == ("flagged", "estimates_all_equal")
    assert same.estimate == pytest.approx(0.3) and math.isnan(same.p_value)
    nearly = y + pd.Series({"a": 0.0, "b": 0.001, "c": 0.0})
    close = pool_effects(nearly, pd.Series(0.1, index=y.index))
    assert (close.status, close.reasons[0].key) == ("flagged", "knapp_hartung_narrower")
    assert pool_effects(nearly, pd.Series(0.1, index=y.index), test="z").status == "ok"


@pytest.mark.parametrize(
    "options",
    [{"method": "XX"}, {"test": "t"}, {"two_studies": "yes"}, {"conf_level": 95}, {"method": "FE"}],
)
def test_wrong_calls_are_refused(options: dict[str, Any]) -> None:
    y = pd.Series({"a": 0.2, "b": 0.5, "c": 0.9})
    with pytest.raises(ValueError, match=next(iter(options))):
        pool_effects(y, pd.Series(0.1, index=y.index), **options)
    with pytest.raises(ValueError, match="std_errors"):
        pool_effects(y, pd.Series({"a": 0.1, "b": 0.0, "c": 0.1}))


# ---- invariants

ESTIMATES = st.lists(st.tuples(st.floats(-3, 3, allow_subnormal=False), st.floats(0.05, 2)), min_size=3, max_size=8)


@settings(max_examples=20)
@given(rows=ESTIMATES, method=st.sampled_from(["PM", "DL", "REML", "ML", "HE", "SJ", "EB"]), shift=st.floats(-5, 5))
def test_moving_scaling_and_reordering(rows: list[tuple[float, float]], method: Any, shift: float) -> None:
    index = pd.Index([f"s{number}" for number in range(len(rows))])
    y, se = pd.Series([a for a, _ in rows], index=index), pd.Series([b for _, b in rows], index=index)
    result = pool_effects(y, se, method=method)
    moved = pool_effects((3 * y + shift)[::-1], 3 * se[::-1], method=method)
    assert moved.estimate == pytest.approx(3 * result.estimate + shift, abs=1e-5)
    assert moved.std_error == pytest.approx(3 * result.std_error, rel=1e-4, abs=1e-6)
    assert moved.tau2 == pytest.approx(9 * result.tau2, rel=1e-4, abs=1e-6)
    assert (moved.i2, moved.q) == pytest.approx((result.i2, result.q), rel=1e-3, abs=1e-5)
    assert min(y) - 1e-9 <= result.estimate <= max(y) + 1e-9
    assert result.conf_low <= result.estimate <= result.conf_high
    assert result.pred_low <= result.conf_low and result.conf_high <= result.pred_high
    assert result.tau2_conf_low <= result.tau2_conf_high
    assert result.by_study()["weight"].sum() == pytest.approx(1)


@settings(max_examples=20)
@given(rows=ESTIMATES)
def test_paule_mandel_solves_its_equation(rows: list[tuple[float, float]]) -> None:
    y, v = np.array([a for a, _ in rows]), np.array([b**2 for _, b in rows])
    tau2 = between_variance(y, v, "PM")
    excess = generalised_q(y, v, tau2) - (len(y) - 1)
    assert (tau2 == 0 and excess <= 1e-9) or abs(excess) < 1e-6


@pytest.mark.parametrize("restricted", [True, False])
def test_likelihood_is_not_worse_than_anywhere_on_a_fine_grid(restricted: bool) -> None:
    random = np.random.default_rng(5)

    def loss(y: np.ndarray, v: np.ndarray, tau2: float) -> float:
        value = np.log(v + tau2).sum() + generalised_q(y, v, tau2)
        return float(value + (math.log((1 / (v + tau2)).sum()) if restricted else 0))

    for _ in range(20):
        y, v = random.normal(size=5), random.uniform(0.01, 2, size=5)
        found = between_variance(y, v, "REML" if restricted else "ML")
        grid = np.linspace(0, 5, 400)
        assert loss(y, v, found) <= min(loss(y, v, float(tau2)) for tau2 in grid) + 1e-9


# ---- sites that share a retest correlation


def site(
    random: np.random.Generator, *, n: int, members: int, effect: float = 0.0, rho: float = 0.7, sd: float = 1.0
) -> SurveyedGroup:
    """One survey whose lowest children are the members, with a known retest correlation and effect."""
    index = pd.Index([f"p{number:03d}" for number in range(n)])
    z = random.standard_normal(n)
    pre = pd.Series(3 + sd * z, index=index)
    chosen = pre.nsmallest(members).index
    post = pd.Series(3 + sd * (rho * z + math.sqrt(1 - rho**2) * random.standard_normal(n)), index=index)
    return SurveyedGroup(survey_pre=pre, post=post + effect * index.isin(chosen), members=chosen)


@pytest.fixture(scope="module")
def groups() -> dict[str, SurveyedGroup]:
    random = np.random.default_rng(8)
    sizes = {"west": (54, 12, 0.9), "east": (95, 16, 1.1), "north": (44, 9, 1.0), "south": (60, 11, 1.2)}
    return {name: site(random, n=n, members=m, effect=0.4, sd=sd) for name, (n, m, sd) in sizes.items()}


@pytest.mark.parametrize("unit", ["raw", "standardised"])
def test_the_retest_correlation_s_error_enters_once(groups: dict[str, SurveyedGroup], unit: Any) -> None:
    """By hand: pool at fixed rho_j, then add (sum w (X - mu) SE_rho / u)^2."""
    retest_n, retest_sd = 40, 1.0
    result = pool_adjusted_changes(groups, unit=unit, retest_r=0.7, retest_n=retest_n, retest_sd=retest_sd)
    tau, variance, lever = {}, {}, {}
    for name, group in groups.items():
        pre, mu, s = group.survey_pre, group.survey_pre.mean(), group.survey_pre.std()
        rho = 1 - 0.3 * retest_sd**2 / s**2
        x, y = pre[group.members], group.post[group.members]
        tau[name] = y.mean() - mu - rho * (x.mean() - mu)
        variance[name] = (y - rho * x).var() / len(x) + (1 - rho) ** 2 * s**2 / len(pre)
        lever[name] = (x.mean() - mu) * (1 - rho**2) / math.sqrt(retest_n - 3)
        if unit == "standardised":
            tau[name], lever[name] = tau[name] / s, lever[name] / s
            variance[name] = variance[name] / s**2 + tau[name] ** 2 / (2 * (len(pre) - 1))
    y, v = pd.Series(tau), pd.Series(variance)
    tau2 = optimize.brentq(lambda t: _q(y, v, t) - 3, 0, 10) if _q(y, v, 0) > 3 else 0.0
    w = 1 / (v + tau2)
    w = w / w.sum()
    mean = (w * y).sum()
    sites = math.sqrt((w * (y - mean) ** 2).sum() / 3)
    retest = abs((w * pd.Series(lever)).sum())
    assert result.estimate == pytest.approx(mean)
    assert (result.std_error_sites, result.std_error_retest) == pytest.approx((sites, retest))
    assert result.std_error == pytest.approx(math.hypot(sites, retest))
    half = stats.t.ppf(0.975, 3) * math.hypot(sites, retest)
    assert (result.df, result.conf_low, result.conf_high) == pytest.approx((3, mean - half, mean + half))
    assert result.statistic == pytest.approx(mean / result.std_error)
    assert result.p_value == pytest.approx(2 * stats.t.sf(abs(mean / result.std_error), 3))
    wide = stats.t.ppf(0.975, 3) * math.sqrt(result.std_error**2 + tau2)
    assert (result.pred_low, result.pred_high) == pytest.approx((mean - wide, mean + wide))
    rows = result.by_site().set_index("term")
    assert list(rows.index) == ["east", "north", "south", "west"], "by name, not by effect"
    assert rows["estimate"].to_dict() == pytest.approx(tau)
    assert (rows["std_error"] ** 2).to_dict() == pytest.approx(variance)
    assert rows["weight"].to_dict() == pytest.approx(w.to_dict())


def _q(y: pd.Series, v: pd.Series, tau2: float) -> float:
    w = 1 / (v + tau2)
    return float((w * (y - (w * y).sum() / w.sum()) ** 2).sum())


def test_rows_of_sites_are_those_of_the_sites_own_analysis(groups: dict[str, SurveyedGroup]) -> None:
    rows = pool_adjusted_changes(groups, unit="raw", retest_r=0.7, retest_sd=1.0).by_site().set_index("term")
    for name, group in groups.items():
        own = adjusted_change(group.survey_pre, group.post, members=group.members, retest_r=0.7, retest_sd=1.0)
        for column in ("n", "n_survey", "retest_r", "mean_survey", "sd_survey", "mean_pre", "mean_post", "df"):
            assert rows.loc[name, column] == pytest.approx(getattr(own, column))
        for column in ("expected_gain", "estimate", "std_error", "conf_low", "conf_high"):
            assert rows.loc[name, column] == pytest.approx(getattr(own, column))


def test_without_the_number_of_retested_children_r_is_fixed(groups: dict[str, SurveyedGroup]) -> None:
    result = pool_adjusted_changes(groups, unit="raw", retest_r=0.7)
    assert result.std_error_retest == 0
    assert result.std_error == result.std_error_sites == result.at_fixed_r.std_error
    many = pool_adjusted_changes(groups, unit="raw", retest_r=0.7, retest_n=10**9)
    assert many.std_error == pytest.approx(result.std_error)


def test_other_methods_are_those_of_pool_effects(groups: dict[str, SurveyedGroup]) -> None:
    for method, test in (("REML", "knapp_hartung"), ("PM", "modified_knapp_hartung"), ("DL", "z"), ("FE", "z")):
        result = pool_adjusted_changes(groups, unit="raw", retest_r=0.7, method=method, test=test)  # type: ignore[arg-type]
        rows = result.by_site().set_index("term")
        alone = pool_effects(rows["estimate"], rows["std_error"], method=method, test=test)  # type: ignore[arg-type]
        for name in ("estimate", "std_error", "p_value", "conf_low", "conf_high", "pred_low", "pred_high"):
            assert getattr(result, name) == pytest.approx(getattr(alone, name), nan_ok=True), (method, name)


def test_units_of_the_scores_do_not_matter(groups: dict[str, SurveyedGroup]) -> None:
    points = {
        name: SurveyedGroup(survey_pre=22 * group.survey_pre + 5, post=22 * group.post + 5, members=group.members)
        for name, group in groups.items()
    }
    raw, larger = (pool_adjusted_changes(g, unit="raw", retest_r=0.7, retest_n=40) for g in (groups, points))
    assert (larger.estimate, larger.std_error) == pytest.approx((22 * raw.estimate, 22 * raw.std_error))
    delta, same = (pool_adjusted_changes(g, unit="standardised", retest_r=0.7, retest_n=40) for g in (groups, points))
    assert (delta.estimate, delta.conf_low, delta.pred_high) == pytest.approx(
        (same.estimate, same.conf_low, same.pred_high)
    )


def test_two_sites_are_not_pooled_and_a_site_that_cannot_be_computed_is_left_out(
    groups: dict[str, SurveyedGroup],
) -> None:
    two = pool_adjusted_changes({name: groups[name] for name in ("west", "east")}, unit="raw", retest_r=0.7)
    assert (two.status, [reason.key for reason in two.reasons]) == ("not_computable", ["two_studies"])
    assert math.isnan(two.estimate) and two.by_site()["estimate"].notna().all()
    whole = groups["west"]
    everybody = SurveyedGroup(survey_pre=whole.survey_pre, post=whole.post, members=whole.survey_pre.index)
    result = pool_adjusted_changes(groups | {"west": everybody}, unit="raw", retest_r=0.7)
    assert (result.status, result.n_used, result.n_dropped) == ("flagged", 3, 1)
    assert result.reasons[0].values == {"sites": ["west"]}
    assert math.isnan(result.by_site().set_index("term").loc["west", "weight"])


@pytest.mark.parametrize("options", [{"unit": "points"}, {"retest_n": 3}, {"retest_r": 1.0}, {"conf_level": 95}])
def test_wrong_calls_of_sites_are_refused(groups: dict[str, SurveyedGroup], options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        pool_adjusted_changes(groups, **{"unit": "raw", "retest_r": 0.7, **options})


# ---- over a range of r


def test_rows_of_the_range_are_single_poolings_and_the_verdict_tips_where_the_interval_touches_zero(
    groups: dict[str, SurveyedGroup],
) -> None:
    result = pool_adjusted_changes_over_r(groups, unit="raw", lowest=0.5, highest=0.9, step=0.1)
    assert list(result.tidy()["retest_r"]) == [0.5, 0.6, 0.7, 0.8, 0.9]
    for row in result.tidy().itertuples():
        single = pool_adjusted_changes(groups, unit="raw", retest_r=row.retest_r)
        assert (row.estimate, row.std_error, row.tau2) == pytest.approx(
            (single.estimate, single.std_error, single.at_fixed_r.tau2)
        )
        assert (row.conf_low, row.pred_high) == pytest.approx((single.conf_low, single.pred_high))
        assert row.beyond_selection == (single.conf_low > 0)
    assert result.tidy()["estimate"].is_monotonic_increasing, "a lower r explains more by selection"
    assert result.decisive_r == 0.5
    assert result.verdict == (result.tidy()["conf_low"][0] > 0)
    assert result.tipping == "holds_above"
    at = pool_adjusted_changes(groups, unit="raw", retest_r=result.tipping_r)
    assert at.conf_low == pytest.approx(0, abs=1e-6)


def test_turned_round_the_claim_is_the_same(groups: dict[str, SurveyedGroup]) -> None:
    turned = {
        name: SurveyedGroup(survey_pre=-group.survey_pre, post=-group.post, members=group.members)
        for name, group in groups.items()
    }
    up = pool_adjusted_changes_over_r(groups, unit="standardised", lowest=0.6, highest=0.9)
    down = pool_adjusted_changes_over_r(turned, unit="standardised", lowest=0.6, highest=0.9, improvement="decrease")
    assert (up.tipping, up.verdict, up.decisive_r) == (down.tipping, down.verdict, down.decisive_r)
    assert up.tipping_r == pytest.approx(down.tipping_r, nan_ok=True)


def test_the_range_of_two_sites_is_refused(groups: dict[str, SurveyedGroup]) -> None:
    two = {name: groups[name] for name in ("west", "east")}
    result = pool_adjusted_changes_over_r(two, unit="raw", lowest=0.6, highest=0.9)
    assert (result.status, result.reasons[0].key, result.verdict) == ("not_computable", "two_studies", False)
    assert result.tidy()["estimate"].isna().all()
    one = pool_adjusted_changes_over_r({"west": groups["west"]}, unit="raw", lowest=0.6, highest=0.9)
    assert one.reasons[0].key == "too_few_studies"
    for options in ({"lowest": 0.9, "highest": 0.6}, {"improvement": "up"}, {"unit": "points"}):
        with pytest.raises(ValueError, match=next(iter(options))):
            pool_adjusted_changes_over_r(groups, **{"unit": "raw", "lowest": 0.6, "highest": 0.9, **options})


def test_coverage_holds_only_when_the_shared_correlation_is_counted_once() -> None:
    """Four sites that share one estimated r: at fixed r the interval covers too rarely; the pooled one errs on the side
    of caution, because t on k - 1 also holds for the part that r's error has in it."""
    random = np.random.default_rng(21)
    n_studies, k, rho, retest_n = 600, 4, 0.7, 40
    covered = np.zeros(2)
    for _ in range(n_studies):
        pairs = random.multivariate_normal([0, 0], [[1, rho], [rho, 1]], size=retest_n)
        r = float(np.clip(np.corrcoef(pairs.T)[0, 1], 0.05, 0.95))
        y, v, lever = np.empty(k), np.empty(k), np.empty(k)
        for index in range(k):
            z = np.sort(random.standard_normal(54))
            x = z[:12]
            post = rho * x + math.sqrt(1 - rho**2) * random.standard_normal(12)
            below = x.mean() - z.mean()
            y[index] = post.mean() - z.mean() - r * below
            v[index] = (post - r * x).var(ddof=1) / 12 + (1 - r) ** 2 * z.var(ddof=1) / 54
            lever[index] = below
        found = mean_of_studies(y, v, method="PM", test="knapp_hartung", conf_level=0.95)
        weights = 1 / (v + found["tau2"])
        once = (1 - r**2) / math.sqrt(retest_n - 3) * float(weights @ lever / weights.sum())
        limit = stats.t.ppf(0.975, k - 1)
        errors = (found["std_error"], math.hypot(found["std_error"], once))
        covered += [abs(found["estimate"]) <= limit * error for error in errors]
    fixed, combined = covered / n_studies
    assert fixed < 0.92
    assert combined > 0.95
