"""Treated against untreated: ANCOVA and change scores against R, the discontinuity by its formulas, readings."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from effects_facts import agrees, data, facts
from hypothesis import given, settings, strategies as st
from scipy import stats

from efficacy.effects import (
    ancova,
    change_score_comparison,
    comparison_readings,
    expected_ancova_bias,
    regression_discontinuity,
)

FACTS = facts("controlled")
DESIGNS = {
    "anorexia.CBT_v_Cont": ("anorexia", "Treat", "Cont", "CBT", "Prewt", "Postwt"),
    "anorexia.FT_v_Cont": ("anorexia", "Treat", "Cont", "FT", "Prewt", "Postwt"),
    "baumann.DRTA_v_Basal": ("baumann", "group", "Basal", "DRTA", "pretest.1", "post.test.1"),
}


def design(tag: str) -> tuple[pd.Series, pd.Series, pd.Series]:
    name, by, control, treated, pre, post = DESIGNS[tag]
    frame = data(name)
    kept = frame[frame[by].isin([control, treated])]
    return kept[pre], kept[post], kept[by] == treated


def cut_survey(
    seed: int = 1, n: int = 95, members: int = 15, effect: float = 0.0, r: float = 0.7
) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Lowest on the pretest treated, everybody measured twice, a straight line with a jump of ``effect``."""
    random = np.random.default_rng(seed)
    pre = pd.Series(np.sort(random.standard_normal(n)), index=[f"p{i:03d}" for i in range(n)])
    treated = pd.Series(np.arange(n) < members, index=pre.index)
    post = r * pre + math.sqrt(1 - r**2) * random.standard_normal(n) + effect * treated
    return pre, post, treated


@pytest.mark.parametrize("tag", DESIGNS)
def test_ancova_equals_r(tag: str) -> None:
    pre, post, treated = design(tag)
    result = ancova(pre, post, treated)
    robust, plain = FACTS[f"{tag}.ancova.hc3"], FACTS[f"{tag}.ancova"]
    for row, expected in zip(result.tidy().to_dict("records"), robust["value"]["values"], strict=True):
        for column, value in zip(("estimate", "std_error", "statistic", "p_value"), expected, strict=True):
            assert agrees(row[column], value, robust), (row["term"], column)
    effect = result.tidy().set_index("term").loc["treated"]
    for field in ("estimate", "std_error", "statistic", "p_value", "conf_low", "conf_high", "df"):
        assert getattr(result, field) == effect[field]
    assert agrees(result.r_squared, plain["value"]["r2"], plain)
    assert result.df == plain["value"]["df"]
    low, high = stats.t.interval(0.95, result.df, result.estimate, result.std_error)
    assert (result.conf_low, result.conf_high) == pytest.approx((low, high))
    assert (result.n_treated, result.n_untreated) == (treated.sum(), (~treated).sum())
    assert (result.form, result.method) == ("linear", "ancova_linear_hc3")


@pytest.mark.parametrize("tag", DESIGNS)
def test_change_score_equals_r(tag: str) -> None:
    pre, post, treated = design(tag)
    result = change_score_comparison(pre, post, treated)
    entry, morris = FACTS[f"{tag}.change_score"], FACTS[f"{tag}.dppc2"]
    welch = entry["value"]["welch"]
    for field, name in (
        ("statistic", "t"),
        ("df", "df"),
        ("p_value", "p"),
        ("conf_low", "ci_low"),
        ("conf_high", "ci_high"),
    ):
        assert agrees(getattr(result, field), welch[name], entry), field
    assert agrees(result.estimate, entry["value"]["diff"], entry)
    assert result.std_error == pytest.approx(entry["value"]["diff"] / welch["t"])
    assert agrees(result.d_ppc2, morris["value"]["d_ppc2"], morris)
    for arm, field, n in (("trt", "gain_treated", "n_treated"), ("ctrl", "gain_untreated", "n_untreated")):
        assert getattr(result, field) == pytest.approx(morris["value"][arm]["m2"] - morris["value"][arm]["m1"])
        assert getattr(result, n) == morris["value"][arm]["n"]
    tidy = result.tidy().set_index("term")
    assert tidy.loc["change_difference", "conf_low"] == result.conf_low
    assert tidy.loc["d_ppc2", "estimate"] == result.d_ppc2 and math.isnan(tidy.loc["d_ppc2", "conf_low"])


def test_quadratic_form_by_least_squares() -> None:
    pre, post, treated = design("anorexia.FT_v_Cont")
    result = ancova(pre, post, treated, form="quadratic")
    x = np.column_stack([np.ones(len(pre)), pre, pre**2, treated]).astype(float)
    coefficients = np.linalg.lstsq(x, post.to_numpy(), rcond=None)[0]
    assert result.estimate == pytest.approx(coefficients[3], rel=1e-6)
    assert result.df == len(pre) - 4
    assert list(result.tidy()["term"]) == ["intercept", "pre", "pre_squared", "treated"]
    assert result.tidy().set_index("term").loc["pre_squared", "estimate"] == pytest.approx(coefficients[2], rel=1e-6)


def test_discontinuity_rows_are_their_formulas() -> None:
    pre, post, treated = cut_survey(effect=0.5)
    post["p003"] = np.nan
    result = regression_discontinuity(pre, post, treated)
    tidy = result.tidy().set_index("term")
    assert list(tidy.index) == ["linear", "quadratic", "untreated_line"]
    for form in ("linear", "quadratic"):
        single = ancova(pre, post, treated, form=form)  # type: ignore[arg-type]
        for column in ("estimate", "std_error", "statistic", "df", "p_value", "conf_low", "conf_high"):
            assert tidy.loc[form, column] == getattr(single, column)
    both = post.notna()
    x0, y0, x1, y1 = pre[both & ~treated], post[both & ~treated], pre[both & treated], post[both & treated]
    line = np.column_stack([np.ones(len(x0)), x0])
    inverse = np.linalg.inv(line.T @ line)
    a, b = inverse @ line.T @ y0.to_numpy()
    residual = (y0 - a - b * x0).to_numpy()
    leverage = np.einsum("ij,jk,ik->i", line, inverse, line)
    covariance = inverse @ (line.T * (residual / (1 - leverage)) ** 2) @ line @ inverse
    members = y1 - a - b * x1
    g = np.array([1, x1.mean()])
    own, of_line = members.var() / len(members), g @ covariance @ g
    row = tidy.loc["untreated_line"]
    assert row["estimate"] == pytest.approx(members.mean())
    assert row["std_error"] == pytest.approx(math.sqrt(own + of_line))
    assert row["df"] == pytest.approx((own + of_line) ** 2 / (own**2 / (len(x1) - 1) + of_line**2 / (len(x0) - 2)))
    low, high = stats.t.interval(0.95, row["df"], row["estimate"], row["std_error"])
    assert (row["conf_low"], row["conf_high"]) == pytest.approx((low, high))
    assert (result.n_treated, result.n_untreated, result.n_survey, result.n_dropped) == (14, 80, 95, 1)


def test_discontinuity_in_survey_deviations() -> None:
    pre, post, treated = cut_survey(effect=0.8)
    result = regression_discontinuity(pre, post, treated)
    assert result.sd_pre == pre.std() and result.skewness_pre == pytest.approx(stats.skew(pre, bias=False))
    for row in result.tidy().to_dict("records"):
        delta = row["estimate"] / pre.std()
        error = math.sqrt(row["std_error"] ** 2 / pre.var() + delta**2 / (2 * 94))
        assert row["standardized"] == pytest.approx(delta)
        assert row["standardized_std_error"] == pytest.approx(error)
        low, high = stats.t.interval(0.95, row["df"], delta, error)
        assert (row["standardized_conf_low"], row["standardized_conf_high"]) == pytest.approx((low, high))


@pytest.mark.parametrize(
    ("effect", "bend", "verdict"),
    [
        (2.5, 0.0, "changed_more"),
        (0.0, 0.0, "not_shown"),
        (-2.5, 0.0, "changed_less"),
        (0.0, 0.6, "depends_on_straight_line"),
    ],
)
def test_verdicts(effect: float, bend: float, verdict: str) -> None:
    pre, post, treated = cut_survey(seed=4, effect=effect)
    result = regression_discontinuity(pre, post + bend * pre**2, treated)
    tidy = result.tidy().set_index("term")
    excludes = (tidy["conf_low"] > 0) | (tidy["conf_high"] < 0)
    assert result.verdict == verdict
    assert result.linear_excludes_zero == excludes["linear"]
    assert result.quadratic_excludes_zero == excludes["quadratic"]
    mirrored = regression_discontinuity(-pre, -(post + bend * pre**2), treated, improvement="decrease")
    assert mirrored.verdict == verdict and mirrored.n_untreated_among_members == 0
    against = regression_discontinuity(pre, post + bend * pre**2, treated, improvement="decrease")
    swapped = {
        "changed_more": "changed_less",
        "changed_less": "changed_more",
        "depends_on_straight_line": "not_shown",  # a fall by one form alone is nobody's claim
    }
    assert against.verdict == swapped.get(verdict, verdict)


def test_a_cut_that_is_not_sharp_is_flagged() -> None:
    pre, post, treated = cut_survey()
    treated = treated.copy()
    treated.iloc[[3, 20]] = [False, True]
    result = regression_discontinuity(pre, post, treated)
    assert result.status == "flagged" and result.reasons[0].key == "cut_not_sharp"
    assert result.n_untreated_among_members == 6 and result.reasons[0].values == {"n": 6}
    tied = pre.round(0)
    at_the_cut = regression_discontinuity(tied, post, pd.Series(np.arange(95) < 15, index=pre.index))
    assert at_the_cut.n_untreated_among_members == 0


def test_without_an_answer() -> None:
    pre, post, treated = cut_survey()
    nobody = treated & False
    one = treated & (np.arange(95) < 1)
    for chosen, key in ((nobody, "rank_deficient"), (one, "row_alone_on_its_level")):
        single = ancova(pre, post, chosen)
        assert (single.status, single.reasons[0].key) == ("not_computable", key)
        assert math.isnan(single.estimate) and single.tidy()["estimate"].isna().all()
        both = regression_discontinuity(pre, post, chosen)
        assert (both.status, both.reasons[0].key, both.verdict) == ("not_computable", key, "not_shown")
        change = change_score_comparison(pre, post, chosen)
        assert (change.status, change.reasons[0].key) == ("not_computable", "too_few_rows")
    flat = change_score_comparison(pre, pre + 1, treated)
    assert (flat.status, flat.reasons[0].key) == ("not_computable", "zero_variance")
    few = regression_discontinuity(pre[13:17], post[13:17], treated[13:17])
    assert few.status == "not_computable" or few.reasons[0].key == "quadratic_not_computable"


def test_quadratic_that_cannot_be_computed_supports_no_claim() -> None:
    pre = pd.Series([0.0, 0, 0, 0, 1, 1, 1, 1])
    noise = pd.Series([0.1, -0.1, 0.05, -0.05, 0.1, -0.1, 0.0, 0.02])
    treated = pd.Series([True, True, False, False, False, False, False, False])
    result = regression_discontinuity(pre, pre + noise + 3 * treated, treated)
    assert result.linear_excludes_zero and not result.quadratic_excludes_zero
    assert result.verdict == "depends_on_straight_line"
    assert result.reasons[-1].key == "quadratic_not_computable" and result.reasons[-1].values == {
        "why": "rank_deficient"
    }
    assert math.isnan(result.tidy().set_index("term").loc["quadratic", "estimate"])


def test_wrong_calls() -> None:
    pre, post, treated = cut_survey()
    with pytest.raises(ValueError, match="form='cubic'"):
        ancova(pre, post, treated, form="cubic")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="treated: True or False"):
        ancova(pre, post, treated.astype(int))
    with pytest.raises(ValueError, match="improvement='more'"):
        regression_discontinuity(pre, post, treated, improvement="more")  # type: ignore[arg-type]


def test_expected_bias_of_ancova() -> None:
    # members matched to a population one standard deviation higher, r = .67: -.33 with no effect
    assert expected_ancova_bias(members_mean=0.0, controls_mean=1.0, retest_r=0.67) == pytest.approx(-0.33)
    with pytest.raises(ValueError, match="retest_r=1"):
        expected_ancova_bias(members_mean=0.0, controls_mean=1.0, retest_r=1)


@pytest.mark.parametrize("tag", DESIGNS)
def test_comparison_readings_are_both_analyses_without_p(tag: str) -> None:
    pre, post, treated = design(tag)
    result = comparison_readings(pre, post, treated)
    tidy = result.tidy()
    adjusted, change = ancova(pre, post, treated), change_score_comparison(pre, post, treated)
    assert list(tidy["term"]) == ["ancova", "change_score"] and "p_value" not in tidy
    for column in ("estimate", "std_error", "df", "conf_low", "conf_high"):
        assert list(tidy[column]) == [getattr(adjusted, column), getattr(change, column)]
    assert (result.lowest, result.highest) == (min(tidy["estimate"]), max(tidy["estimate"]))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), shift=st.integers(-30, 30), scale=st.sampled_from([0.5, 20.0]))
def test_invariants(seed: int, shift: int, scale: float) -> None:
    pre, post, treated = cut_survey(seed=seed, n=50, members=10)
    for form in ("linear", "quadratic"):
        own = ancova(pre, post, treated, form=form)  # type: ignore[arg-type]
        moved = ancova(scale * pre + shift, scale * post - shift, treated, form=form)  # type: ignore[arg-type]
        swapped = ancova(pre, post, ~treated, form=form)  # type: ignore[arg-type]
        assert moved.estimate == pytest.approx(scale * own.estimate, rel=1e-5, abs=1e-8)
        assert moved.p_value == pytest.approx(own.p_value, rel=1e-5)
        assert swapped.estimate == pytest.approx(-own.estimate) and swapped.p_value == pytest.approx(own.p_value)
        assert own.conf_low <= own.estimate <= own.conf_high
    whole, other = (
        regression_discontinuity(pre, post, treated),
        regression_discontinuity(pre + shift, post + shift, treated),
    )
    columns = ["estimate", "std_error", "standardized"]
    assert np.allclose(whole.tidy()[columns], other.tidy()[columns], rtol=1e-6, atol=1e-9)
    gain, back = change_score_comparison(pre, post, treated), change_score_comparison(post, pre, treated)
    assert back.estimate == pytest.approx(-gain.estimate) and back.p_value == pytest.approx(gain.p_value)
    reversed_order = ancova(pre[::-1], post, treated.sample(frac=1, random_state=seed))
    assert reversed_order.estimate == pytest.approx(ancova(pre, post, treated).estimate)


marks = st.one_of(st.none(), st.integers(0, 4))


@settings(max_examples=80, deadline=None)
@given(rows=st.lists(st.tuples(marks, marks, st.booleans()), min_size=1, max_size=14))
def test_any_small_group_gives_numbers_or_a_reason(rows: list[tuple[int | None, int | None, bool]]) -> None:
    frame = pd.DataFrame(rows, columns=["pre", "post", "treated"])
    pre, post, treated = frame["pre"].astype(float), frame["post"].astype(float), frame["treated"]
    for result in (
        ancova(pre, post, treated, form="quadratic"),
        regression_discontinuity(pre, post, treated),
        change_score_comparison(pre, post, treated),
        comparison_readings(pre, post, treated),
    ):
        assert (result.status == "ok") == (not result.reasons)
        assert result.n_used + result.n_dropped == len(frame)
        tidy = result.tidy()
        known = tidy["conf_low"].notna()
        assert (tidy["conf_low"] <= tidy["estimate"])[known].all() and (tidy["estimate"] <= tidy["conf_high"])[
            known
        ].all()
        assert len(result.glance()) == 1


def test_a_line_without_error_has_no_row() -> None:
    pre = pd.Series([0.0, 1, 2, 3, 4, 5, 6])
    post = pd.Series([1.0, 2, 2, 3, 4, 5, 6])
    treated = pd.Series([True, True, False, False, False, False, False])
    row = regression_discontinuity(pre, post, treated).tidy().set_index("term").loc["untreated_line"]
    assert math.isnan(row["estimate"]) and math.isnan(row["p_value"])
