"""Multiple regression: HC3 against sandwich, fit and beta against R and PSPP, inflation by its definition."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from effects_facts import agrees, data, facts
from hypothesis import given, settings, strategies as st

from efficacy.effects import linear_regression
from efficacy.effects.linear import fit_hc3

CONTROLLED, PSPP = facts("controlled"), facts("spss")
DESIGNS = {
    "anorexia.CBT_v_Cont": ("anorexia", "Treat", "Cont", "CBT", "Prewt", "Postwt"),
    "anorexia.FT_v_Cont": ("anorexia", "Treat", "Cont", "FT", "Prewt", "Postwt"),
    "baumann.DRTA_v_Basal": ("baumann", "group", "Basal", "DRTA", "pretest.1", "post.test.1"),
}


@pytest.mark.parametrize("tag", DESIGNS)
def test_hc3_equals_sandwich(tag: str) -> None:
    name, by, first, second, pre, post = DESIGNS[tag]
    frame = data(name)
    kept = frame[frame[by].isin([first, second])]
    arm = pd.Series(pd.Categorical(kept[by], categories=[first, second]), index=kept.index)
    result = linear_regression(kept[post], pd.DataFrame({"pre": kept[pre], "arm": arm}))
    tidy = result.tidy()
    entry, plain = CONTROLLED[f"{tag}.ancova.hc3"], CONTROLLED[f"{tag}.ancova"]
    assert list(tidy["term"]) == ["intercept", "pre", f"arm[{second}]"]
    for row, expected in zip(tidy.to_dict("records"), entry["value"]["values"], strict=True):
        for column, value in zip(("estimate", "std_error", "statistic", "p_value"), expected, strict=True):
            assert agrees(row[column], value, entry), (row["term"], column)
        half = (row["conf_high"] - row["conf_low"]) / 2
        assert row["conf_low"] + half == pytest.approx(row["estimate"])
        assert row["df"] == plain["value"]["df"]
    assert agrees(result.r_squared, plain["value"]["r2"], plain)
    assert agrees(result.residual_sd, plain["value"]["sigma"], plain)
    assert (result.n_used, result.n_parameters, result.df, result.df_denominator) == (len(kept), 3, 2, len(kept) - 3)
    assert (result.outcome, result.status) == (post, "ok")
    # two slopes inflate each other alike: 1/(1 - r^2)
    r = np.corrcoef(kept[pre], arm == second)[0, 1]
    assert np.allclose(tidy["vif"][1:], 1 / (1 - r**2))


def test_one_predictor_equals_pspp() -> None:
    frame = data("baumann")
    result = linear_regression(frame["post.test.1"], frame[["pretest.1"]])
    tables = {t["table"]: t["rows"] for t in PSPP["baumann_groups"]["value"]}
    r, r_squared, adjusted, sd = tables["Model Summary (post_test_1)"][1]
    row = tables["Coefficients (post_test_1)"][3]
    slope = result.tidy().iloc[1]
    assert result.r_squared == pytest.approx(r_squared, abs=1e-12)
    assert result.r_squared_adjusted == pytest.approx(adjusted, abs=1e-12)
    assert result.residual_sd == pytest.approx(sd, abs=1e-12)
    assert (slope["estimate"], slope["standardized"]) == (pytest.approx(row[1]), pytest.approx(row[3]))
    assert slope["standardized"] == pytest.approx(r)
    assert (slope["vif"], slope["gvif"], slope["gvif_df"]) == (pytest.approx(1.0), pytest.approx(1.0), 1)
    # with one slope Wald's F is its t squared
    assert result.statistic == pytest.approx(slope["statistic"] ** 2)
    assert result.p_value == pytest.approx(slope["p_value"])


def test_generalised_inflation_of_a_factor() -> None:
    frame = data("baumann")
    predictors = frame[["pretest.1", "pretest.2"]].assign(group=frame["group"].astype("category"))
    tidy = linear_regression(frame["post.test.3"], predictors).tidy().set_index("term")
    assert list(tidy.index) == ["intercept", "pretest.1", "pretest.2", "group[DRTA]", "group[Strat]"]
    assert list(tidy["variable"]) == ["", "pretest.1", "pretest.2", "group", "group"]
    assert list(tidy["level"]) == ["", "", "", "DRTA", "Strat"]
    # a numeric variable: 1/(1 - R^2) of it on the others
    others = frame[["pretest.2"]].assign(
        intercept=1.0, drta=frame["group"].eq("DRTA").astype(float), strat=frame["group"].eq("Strat").astype(float)
    )
    fitted = np.linalg.lstsq(others.to_numpy(), frame["pretest.1"].to_numpy(), rcond=None)[0]
    residual = frame["pretest.1"] - others.to_numpy() @ fitted
    expected = frame["pretest.1"].var() / residual.var()
    assert tidy.loc["pretest.1", "vif"] == pytest.approx(expected)
    # the factor: the same value for both columns, whatever the reference level
    turned = predictors.assign(group=predictors["group"].cat.reorder_categories(["Strat", "Basal", "DRTA"]))
    other = linear_regression(frame["post.test.3"], turned).tidy().set_index("term")
    assert tidy.loc["group[DRTA]", "gvif"] == tidy.loc["group[Strat]", "gvif"]
    assert other.loc["group[DRTA]", "gvif"] == pytest.approx(tidy.loc["group[DRTA]", "gvif"])
    assert tidy.loc["group[DRTA]", "gvif_df"] == 2
    assert tidy.loc["group[DRTA]", "vif"] == pytest.approx(math.sqrt(tidy.loc["group[DRTA]", "gvif"]))
    assert math.isnan(tidy.loc["intercept", "vif"]) and math.isnan(tidy.loc["intercept", "standardized"])


def test_listwise_deletion_is_counted_and_empty_levels_have_no_column() -> None:
    frame = data("baumann").head(44)
    group = pd.Series(
        pd.Categorical(frame["group"], categories=["Nobody", "Basal", "DRTA", "Strat"]), index=frame.index
    )
    predictors = pd.DataFrame({"pre": frame["pretest.1"].where(frame.index > 3), "group": group})
    result = linear_regression(frame["post.test.1"], predictors)
    assert (result.n_used, result.n_dropped) == (41, 3)
    assert list(result.tidy()["term"]) == ["intercept", "pre", "group[DRTA]"]


def test_few_rows_are_flagged() -> None:
    frame = data("baumann").head(25)
    result = linear_regression(frame["post.test.1"], frame[["pretest.1", "pretest.2", "post.test.2"]])
    assert result.status == "flagged"
    assert result.reasons[0].key == "few_rows_per_parameter"
    assert result.reasons[0].values == {"n": 25, "parameters": 3, "minimum": 10}
    assert math.isfinite(result.p_value)


NOISE = pd.Series([0.3, -0.2, 0.9, 0.1, -0.7, 0.4, 0.0, 1.1])


@pytest.mark.parametrize(
    ("outcome", "predictors", "key"),
    [
        (NOISE, {"a": range(8), "b": [2 * i for i in range(8)]}, "rank_deficient"),
        (NOISE, {"a": [1.0] * 8}, "rank_deficient"),
        (NOISE, {"a": [0.0] * 8}, "rank_deficient"),
        (NOISE * 0 + 2, {"a": range(8)}, "zero_variance"),
        (pd.Series(range(8), dtype=float), {"a": range(8)}, "perfect_fit"),
        (NOISE, {"a": [0, 0, 0, 0, 0, 0, 0, 1]}, "row_alone_on_its_level"),
        (NOISE[:2], {"a": range(2)}, "too_few_rows"),
    ],
)
def test_without_an_answer(outcome: pd.Series, predictors: dict[str, list[float]], key: str) -> None:
    result = linear_regression(outcome, pd.DataFrame(predictors))
    assert (result.status, result.reasons[0].key) == ("not_computable", key)
    assert math.isnan(result.r_squared) and result.tidy()["estimate"].isna().all()
    assert len(result.glance()) == 1


def test_wrong_calls() -> None:
    with pytest.raises(ValueError, match="numeric or categorical"):
        linear_regression(NOISE, pd.DataFrame({"sex": ["m", "f"] * 4}))
    with pytest.raises(ValueError, match="at least one variable"):
        linear_regression(NOISE, pd.DataFrame(index=NOISE.index))
    with pytest.raises(ValueError, match="'intercept' is the name"):
        linear_regression(NOISE, pd.DataFrame({"intercept": range(8)}))


def test_bool_predictor_is_zero_and_one() -> None:
    frame = data("baumann")
    treated = frame["group"] != "Basal"
    as_bool = linear_regression(frame["post.test.1"], pd.DataFrame({"t": treated})).tidy()
    as_number = linear_regression(frame["post.test.1"], pd.DataFrame({"t": treated.astype(int)})).tidy()
    pd.testing.assert_frame_equal(as_bool, as_number)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), shift=st.integers(-40, 40), scale=st.sampled_from([0.1, 2.0, 50.0]))
def test_invariants(seed: int, shift: int, scale: float) -> None:
    random = np.random.default_rng(seed)
    x = pd.DataFrame(random.normal(size=(40, 2)), columns=["a", "b"])
    y = x["a"] + random.normal(size=40)
    result = linear_regression(y, x)
    moved = linear_regression(scale * y + shift, x.assign(a=x["a"] / scale)[["b", "a"]])
    own, other = result.tidy().set_index("term"), moved.tidy().set_index("term")
    assert other.loc["b", "estimate"] == pytest.approx(scale * own.loc["b", "estimate"])
    for term in ("a", "b"):
        for column in ("statistic", "p_value", "standardized", "vif"):
            assert other.loc[term, column] == pytest.approx(own.loc[term, column], rel=1e-6, abs=1e-12)
        assert own.loc[term, "vif"] >= 1 - 1e-12
        assert own.loc[term, "conf_low"] <= own.loc[term, "estimate"] <= own.loc[term, "conf_high"]
    assert moved.r_squared == pytest.approx(result.r_squared)
    assert moved.statistic == pytest.approx(result.statistic)


def test_hc3_by_its_formula() -> None:
    frame = data("baumann")
    design = pd.DataFrame({"intercept": 1.0, "x": frame["pretest.1"], "z": frame["pretest.2"]})
    fit = fit_hc3(frame["post.test.2"], design)
    x = design.to_numpy()
    inverse = np.linalg.inv(x.T @ x)
    residual = frame["post.test.2"].to_numpy() - x @ inverse @ x.T @ frame["post.test.2"].to_numpy()
    leverage = np.einsum("ij,jk,ik->i", x, inverse, x)
    middle = x.T @ np.diag((residual / (1 - leverage)) ** 2) @ x
    assert np.allclose(fit.covariance, inverse @ middle @ inverse, rtol=1e-10)
    assert np.allclose(fit.residuals, residual)


@settings(max_examples=80, deadline=None)
@given(rows=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.sampled_from("ab")), min_size=1, max_size=9))
def test_any_few_rows_give_numbers_or_a_reason(rows: list[tuple[int, int, str]]) -> None:
    frame = pd.DataFrame(rows, columns=["y", "x", "k"]).astype({"y": float, "k": "category"})
    result = linear_regression(frame["y"], frame[["x", "k"]])
    assert (result.status == "ok") == (not result.reasons)
    assert result.n_used == len(frame)
    if result.status != "not_computable":
        assert (result.tidy()["std_error"] > 0).all()
        assert math.isnan(result.p_value) or 0 <= result.p_value <= 1


def test_wald_is_missing_where_only_the_reference_level_has_residuals() -> None:
    level = pd.Series(pd.Categorical(list("aabbcc")))
    result = linear_regression(pd.Series([0.0, 1.0, 2.0, 2.0, 5.0, 5.0]), pd.DataFrame({"level": level}))
    assert math.isnan(result.statistic) and math.isnan(result.p_value)
    assert np.allclose(result.tidy()["std_error"], math.sqrt(0.5))
    assert result.r_squared > 0.9
