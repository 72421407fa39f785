"""Group comparisons: against R (stats, coin, car, effectsize), and what must hold for any data."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from effects_facts import agrees, data, facts, table
from hypothesis import given, settings, strategies as st
from scipy import stats

from efficacy.effects import categorical_table, compare_by, compare_groups, describe_scores
from efficacy.effects.groups import holm

FACTS = facts("groups")
TWO = {
    "baumann.post3": ("baumann", "post.test.3", "group", ["Basal", "DRTA"]),
    "anorexia.post": ("anorexia", "Postwt", "Treat", ["FT", "Cont"]),
}
THREE = {"baumann.post1": "post.test.1", "baumann.post3": "post.test.3"}
ARMS = ["Basal", "DRTA", "Strat"]


def two_groups(tag: str) -> tuple[pd.Series, pd.Series]:
    name, outcome, by, levels = TWO[tag]
    frame = data(name)
    kept = frame[by].where(frame[by].isin(levels))
    return frame[outcome], pd.Series(pd.Categorical(kept, categories=levels), index=frame.index, name=by)


def three_groups(tag: str) -> tuple[pd.Series, pd.Series]:
    frame = data("baumann")
    return frame[THREE[tag]], pd.Series(
        pd.Categorical(frame["group"], categories=ARMS), index=frame.index, name="group"
    )


@pytest.mark.parametrize("tag", TWO)
def test_two_levels_equal_r(tag: str) -> None:
    scores, by = two_groups(tag)
    row = compare_groups(scores, by=by).glance().iloc[0]
    welch, g = FACTS[f"{tag}.t.welch"], FACTS[f"{tag}.hedges_g"]
    rank, exact = FACTS[f"{tag}.rank_biserial"], FACTS[f"{tag}.mw.exact"]
    for column, name in (
        ("statistic", "t"),
        ("df", "df"),
        ("p_value", "p"),
        ("conf_low", "ci_low"),
        ("conf_high", "ci_high"),
    ):
        assert agrees(row[column], welch["value"][name], welch), column
    assert agrees(row["effect"], g["value"]["Hedges_g"][0], g)
    assert agrees(row["effect_conf_low"], g["value"]["CI_low"][0], g)
    assert agrees(row["effect_conf_high"], g["value"]["CI_high"][0], g)
    assert agrees(row["rank_effect"], rank["value"]["r_rank_biserial"][0], rank)
    assert row["rank_statistic"] == exact["value"]["W"]
    assert agrees(row["rank_p_value"], exact["value"]["p_coin"], exact)
    described = table(FACTS[f"{tag}.describe"]["value"])
    assert row["estimate"] == pytest.approx(described.loc["x", "mean"] - described.loc["z", "mean"], rel=1e-12)
    assert (row["method"], row["effect_name"], row["rank_effect_name"]) == ("welch_t", "hedges_g", "rank_biserial")
    assert (row["rank_method"], row["n_levels"], row["by"]) == ("mann_whitney_exact", 2, by.name)
    assert math.isnan(row["df_denominator"]) and math.isnan(row["rank_df"])
    assert row["n_used"] + row["n_dropped"] == len(scores)
    assert row["n_used"] == described["n"].sum()


@pytest.mark.parametrize("tag", THREE)
def test_three_levels_equal_r(tag: str) -> None:
    scores, by = three_groups(tag)
    result = compare_groups(scores, by=by)
    row = result.glance().iloc[0]
    welch, kruskal, effects = (FACTS[f"{tag}.groups.{name}"] for name in ("welch", "kruskal", "effect_sizes"))
    for column, name in (("statistic", "F"), ("df", "df1"), ("df_denominator", "df2"), ("p_value", "p")):
        assert agrees(row[column], welch["value"][name], welch), column
    for column, name in (
        ("rank_statistic", "H"),
        ("rank_df", "df"),
        ("rank_p_value", "p"),
        ("rank_effect", "rank_epsilon2"),
    ):
        assert agrees(row[column], kruskal["value"][name], kruskal), column
    assert agrees(row["effect"], effects["value"]["omega2"]["Omega2"][0], effects)
    # omega squared's interval is ncp/(ncp + N); R gives the same ncp by way of Cohen's f
    for column, name in (("effect_conf_low", "CI_low"), ("effect_conf_high", "CI_high")):
        ncp = effects["value"]["cohens_f"][name][0] ** 2 * 63
        assert agrees(row[column], ncp / (ncp + 66), effects)
    assert (row["method"], row["effect_name"], row["n_levels"]) == ("welch_anova", "omega_squared", 3)
    assert (row["rank_method"], row["rank_effect_name"]) == ("kruskal_wallis", "epsilon_squared")
    described = FACTS[f"{tag}.groups.describe"]["value"]
    tidy = result.tidy()
    assert list(tidy["level"]) == described["level"]
    for column in ("n", "mean", "sd"):
        assert np.allclose(tidy[column], described[column], rtol=1e-12)


def test_holm_equals_r_and_ignores_what_is_missing() -> None:
    entry = FACTS["padj.p.adjust"]
    p_values = pd.Series([0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216])
    expected = table(entry["value"])["holm"].to_numpy()
    assert np.allclose(holm(p_values), expected, atol=1e-12)
    assert np.allclose(holm(p_values[::-1])[p_values.index], expected, atol=1e-12)
    with_gap = pd.concat([p_values, pd.Series([math.nan], index=[99])])
    assert np.allclose(holm(with_gap)[:10], expected, atol=1e-12)
    assert math.isnan(holm(with_gap)[99])


def test_many_groupings_one_row_each() -> None:
    frame = data("baumann")
    groups = pd.DataFrame(
        {
            "arm": frame["group"].astype("category"),
            "half": pd.Categorical(np.where(np.arange(len(frame)) % 2, "odd", "even")),
            "same": pd.Categorical(["all"] * len(frame)),
        },
        index=frame.index,
    )
    result = compare_by(frame["post.test.1"], groups)
    assert list(result["variable"]) == ["arm", "half", "same"]
    single = compare_groups(frame["post.test.1"], by=groups["arm"]).glance().iloc[0]
    assert result.loc[0, "p_value"] == single["p_value"]
    assert result.loc[0, "p_value_adjusted"] == pytest.approx(2 * min(result["p_value"][:2]))
    assert result.loc[2, "status"] == "not_computable"
    assert result.loc[2, "reasons"][0].key == "fewer_than_two_levels"
    assert math.isnan(result.loc[2, "p_value_adjusted"])
    assert compare_by(frame["post.test.1"], groups[[]]).empty


def test_levels_too_small_are_left_out_and_said() -> None:
    scores = pd.Series([1.0, 2.0, 3.0, 5.0, 6.0, 9.0, 4.0, np.nan])
    by = pd.Series(pd.Categorical(["a", "a", "a", "b", "b", "b", "c", "a"], categories=["a", "b", "c", "none"]))
    result = compare_groups(scores, by=by)
    assert result.status == "flagged"
    assert result.reasons[0].key == "levels_left_out"
    assert result.reasons[0].values == {"levels": ("c",), "minimum": 2}
    assert (result.n_used, result.n_dropped, result.n_levels) == (6, 2, 2)
    assert result.statistic == pytest.approx(compare_groups(scores[:6], by=by[:6]).statistic)


@pytest.mark.parametrize(
    ("scores", "levels", "key"),
    [
        ([1.0, 2.0, 3.0, 4.0], ["a", "a", "a", "a"], "fewer_than_two_levels"),
        ([2.0, 2.0, 2.0, 2.0], ["a", "a", "b", "b"], "level_without_spread"),
        ([1.0, 2.0, 3.0, 3.0, 5.0, 6.0], ["a", "a", "b", "b", "c", "c"], "level_without_spread"),
        ([np.nan, np.nan], ["a", "b"], "fewer_than_two_levels"),
    ],
)
def test_data_without_an_answer_say_why(scores: list[float], levels: list[str], key: str) -> None:
    result = compare_groups(pd.Series(scores), by=pd.Series(levels, dtype="category"))
    assert result.status == "not_computable"
    assert result.reasons[-1].key == key
    assert math.isnan(result.p_value) and math.isnan(result.effect)
    assert len(result.glance()) == 1


def test_wrong_calls_are_refused_without_answers() -> None:
    twice = pd.Series([1.0, 2.0], index=["p1", "p1"])
    with pytest.raises(ValueError, match="scores: one row per participant_id"):
        compare_groups(twice, by=pd.Series(["a", "b"]))
    with pytest.raises(ValueError, match="scores: numbers expected") as caught:
        compare_groups(pd.Series(["secret", "2"]), by=pd.Series(["a", "b"]))
    assert "secret" not in str(caught.value)
    with pytest.raises(ValueError, match=r"conf_level=1\.2"):
        compare_groups(pd.Series([1.0, 2.0]), by=pd.Series(["a", "b"]), conf_level=1.2)
    with pytest.raises(ValueError, match="finite"):
        compare_groups(pd.Series([1.0, np.inf]), by=pd.Series(["a", "b"]))


def test_describe_scores_equals_r_and_t_interval() -> None:
    frame = data("baumann")
    result = describe_scores(frame[["post.test.1", "post.test.3"]], by=frame["group"])
    assert list(result["scale"].unique()) == ["post.test.1", "post.test.3"]
    expected = FACTS["baumann.post3.groups.describe"]["value"]
    rows = result[result["scale"] == "post.test.3"]
    for column in ("n", "mean", "sd"):
        assert np.allclose(rows[column], expected[column], rtol=1e-12)
    paired = stats.ttest_1samp(frame.loc[frame["group"] == "Basal", "post.test.3"], 0).confidence_interval(0.95)
    first = rows.iloc[0]
    assert (first["conf_low"], first["conf_high"]) == pytest.approx((paired.low, paired.high))
    assert first["std_error"] == pytest.approx(first["sd"] / math.sqrt(22))
    basal = frame.loc[frame["group"] == "Basal", "post.test.3"]
    assert (first["median"], first["minimum"], first["maximum"]) == (basal.median(), basal.min(), basal.max())
    everyone = describe_scores(frame[["post.test.3"]])
    assert everyone.loc[0, "level"] == "" and everyone.loc[0, "n"] == 66


def test_describe_one_or_no_child() -> None:
    scores = pd.DataFrame({"scale": [3.0, np.nan]})
    result = describe_scores(scores, by=pd.Series(["a", "b"], dtype="category"))
    assert list(result["n"]) == [1, 0]
    assert result.loc[0, "mean"] == 3.0 and math.isnan(result.loc[0, "sd"]) and math.isnan(result.loc[1, "mean"])


def test_categorical_table_counts_declared_levels() -> None:
    covariates = pd.DataFrame(
        {
            "sex": pd.Categorical(["f", "m", "f", None], categories=["m", "f", "other"]),
            "nobody": pd.Categorical([None, None, None, None], categories=["yes"]),
        }
    )
    result = categorical_table(covariates)
    sex = result[result["variable"] == "sex"]
    assert list(sex["level"]) == ["m", "f", "other"] and list(sex["n"]) == [1, 2, 0]
    assert list(sex["share"]) == [1 / 3, 2 / 3, 0.0] and set(sex["n_missing"]) == {1}
    assert math.isnan(result.iloc[-1]["share"]) and result.iloc[-1]["n_missing"] == 4


def test_nobody_at_all_keeps_the_columns() -> None:
    nobody = pd.Series(dtype=float)
    table = describe_scores(pd.DataFrame({"scale": nobody}))
    assert table.empty and {"scale", "level", "n", "mean", "conf_high", "maximum"} <= set(table.columns)
    result = compare_groups(nobody, by=pd.Series(dtype="category"))
    assert (result.status, result.n_used) == ("not_computable", 0)
    assert list(result.tidy().columns) == ["level", "n", "mean", "sd", "std_error", "conf_low", "conf_high"]


def test_nullable_numbers_are_numbers() -> None:
    by = pd.Series(["a", "a", "a", "b", "b", "b"])
    plain = pd.Series([1.0, 2.0, np.nan, 4.0, 5.0, 7.0])
    nullable = plain.astype("Int64")
    assert compare_groups(nullable, by=by).p_value == compare_groups(plain, by=by).p_value


integers = st.lists(st.integers(0, 20), min_size=3, max_size=7)


@settings(max_examples=60, deadline=None)
@given(first=integers, second=integers, shift=st.integers(-50, 50))
def test_two_level_invariants(first: list[int], second: list[int], shift: int) -> None:
    scores = pd.Series([*first, *second], dtype=float)
    levels = ["a"] * len(first) + ["b"] * len(second)
    result = compare_groups(scores, by=pd.Series(pd.Categorical(levels, categories=["a", "b"])))
    swapped = compare_groups(scores, by=pd.Series(pd.Categorical(levels, categories=["b", "a"])))
    moved = compare_groups(scores + shift, by=pd.Series(pd.Categorical(levels, categories=["a", "b"])))
    assert result.status == swapped.status == moved.status
    if result.status == "not_computable":
        return
    for field in ("estimate", "statistic", "effect", "rank_effect"):
        assert getattr(swapped, field) == pytest.approx(-getattr(result, field), abs=1e-9)
        assert getattr(moved, field) == pytest.approx(getattr(result, field), rel=1e-6, abs=1e-9)
    assert swapped.p_value == pytest.approx(result.p_value)
    assert swapped.rank_p_value == pytest.approx(result.rank_p_value)
    assert result.conf_low <= result.estimate <= result.conf_high
    assert result.effect_conf_low <= result.effect <= result.effect_conf_high
    assert -1 <= result.rank_effect <= 1
    difference = np.sign(np.subtract.outer(first, second)).mean()
    assert result.rank_effect == pytest.approx(difference)


@settings(max_examples=40, deadline=None)
@given(groups=st.lists(integers, min_size=3, max_size=4))
def test_several_level_invariants(groups: list[list[int]]) -> None:
    scores = pd.Series(list(itertools.chain(*groups)), dtype=float)
    by = pd.Series(np.repeat([f"g{i}" for i in range(len(groups))], [len(g) for g in groups])).astype("category")
    result = compare_groups(scores, by=by)
    if result.status == "not_computable":
        return
    assert 0 <= result.effect_conf_low <= result.effect <= result.effect_conf_high <= 1
    assert 0 <= result.p_value <= 1 and 0 <= result.rank_effect <= 1
    renamed = compare_groups(scores, by=by.cat.reorder_categories(list(by.cat.categories)[::-1]))
    assert renamed.statistic == pytest.approx(result.statistic)
    assert renamed.effect == pytest.approx(result.effect)
