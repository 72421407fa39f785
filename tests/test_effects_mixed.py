"""Mixed models against lme4, lmerTest, pbkrtest and nlme; the grid, the boundary, and invariants."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pandas as pd
import pytest
from effects_facts import agrees, data, facts, table
from reference_facts import DATA

from efficacy.effects import LinearMixedModel, linear_mixed_model, paired_change
from efficacy.effects.mixed.random_intercept import DfMethod

FACTS = facts("mixed")
PAIRS = {
    "anorexia.CBT_v_Cont": ("anorexia", "Treat", ["Cont", "CBT"], ["Prewt", "Postwt"]),
    "anorexia.FT_v_Cont": ("anorexia", "Treat", ["Cont", "FT"], ["Prewt", "Postwt"]),
    "baumann.DRTA_v_Basal": ("baumann", "group", ["Basal", "DRTA"], ["pretest.1", "post.test.1"]),
}
METHODS: tuple[DfMethod, ...] = ("satterthwaite", "kenward_roger")
COEFFICIENT = {"estimate": "Estimate", "std_error": "Std. Error", "df": "df", "statistic": "t value"}


def long(frame: pd.DataFrame, waves: list[str]) -> pd.DataFrame:
    named = frame[waves].rename_axis("participant_id").reset_index()
    return named.melt(id_vars="participant_id", var_name="wave", value_name="score")


@cache
def two_arms(tag: str, df_method: DfMethod) -> LinearMixedModel:
    name, by, levels, waves = PAIRS[tag]
    frame = data(name)
    kept = frame[frame[by].isin(levels)]
    arm = kept[by].astype(pd.CategoricalDtype(levels))
    return linear_mixed_model(long(kept, waves), waves=waves, arm=arm, df_method=df_method)


@cache
def unbalanced(df_method: DfMethod) -> LinearMixedModel:
    frame = data("hs1939").iloc[:60]
    scores = long(frame, ["x1", "x2", "x3"])
    child, wave = scores["participant_id"], scores["wave"]
    scores = scores[~((child % 7 == 0) & (wave == "x3")) & ~((child % 5 == 0) & (wave == "x2"))]
    arm = frame["sex"].astype(str).astype(pd.CategoricalDtype(["1", "2"]))
    return linear_mixed_model(
        scores, waves=["x1", "x2", "x3"], arm=arm, covariates=frame[["ageyr"]], df_method=df_method
    )


@cache
def boundary(df_method: DfMethod) -> LinearMixedModel:
    frame = pd.read_csv(DATA / "bfi_n54.csv", index_col="row", encoding="utf-8")
    return linear_mixed_model(long(frame, ["A1", "A2"]), waves=["A1", "A2"], df_method=df_method)


def rows_agree(shown: pd.DataFrame, entry: dict[str, object]) -> list[str]:
    """Fields of the result's rows, in order, that differ from R's."""
    expected = table(entry["value"]).reset_index(drop=True)  # type: ignore[arg-type]
    names = COEFFICIENT | {"p_value": "Pr(>|t|)"}
    return [
        f"{field}[{row}]"
        for field, name in names.items()
        for row in expected.index
        if not agrees(shown[field].iloc[row], expected.loc[row, name], {"tolerance": 1e-5})
    ]


@pytest.mark.parametrize(("df_method", "name"), [("satterthwaite", "lmer"), ("kenward_roger", "kr")])
@pytest.mark.parametrize("tag", PAIRS)
def test_two_waves_and_arms_equal_lmertest(tag: str, df_method: DfMethod, name: str) -> None:
    expected = FACTS[f"{tag}.lmm.{name}"]["value"]
    shown = two_arms(tag, df_method).tidy()
    assert rows_agree(shown, {"value": expected.get("fixed", expected)}) == []


@pytest.mark.parametrize("tag", PAIRS)
def test_variances_equal_lme4_and_nlme(tag: str) -> None:
    result = two_arms(tag, "satterthwaite")
    lmer, nlme = FACTS[f"{tag}.lmm.lmer"], FACTS[f"{tag}.lmm.nlme"]
    for shown, expected in zip(
        (result.intercept_sd, result.residual_sd), lmer["value"]["varcomp"]["sdcor"], strict=True
    ):
        assert agrees(shown, expected, lmer)
    between, within = lmer["value"]["varcomp"]["vcov"]
    assert agrees(result.intraclass_correlation, between / (between + within), lmer)
    assert agrees(result.log_likelihood, lmer["value"]["REML_logLik"], lmer)
    assert agrees(result.residual_sd, nlme["value"]["sigma"], nlme)
    assert agrees(result.intercept_sd, nlme["value"]["sd_id"], nlme)


@pytest.mark.parametrize("df_method", METHODS)
class TestUnbalanced:
    """Three waves with missing cells, two arms, a covariate."""

    def test_coefficients_equal_r(self, df_method: DfMethod) -> None:
        shown = unbalanced(df_method).tidy()
        assert list(shown["term"]) == [
            *("intercept", "wave[x2]", "wave[x3]", "arm[2]", "ageyr", "wave[x2]:arm[2]", "wave[x3]:arm[2]")
        ]
        assert rows_agree(shown, FACTS[f"hs60.unbalanced.{df_method}"]) == []

    def test_changes_and_means_equal_contrasts_in_r(self, df_method: DfMethod) -> None:
        result = unbalanced(df_method)
        mean = result.means.query("level == '2' and wave == 'x3'")
        changes = result.changes.set_index(["term", "level", "wave_from", "wave"])
        wanted = [("change", "2", "x1", "x3"), ("change", "2", "x2", "x3"), ("difference_in_change", "2", "x2", "x3")]
        entry = FACTS[f"hs60.unbalanced.contrasts.{df_method}"]
        assert rows_agree(changes.loc[wanted], {"value": without(entry, "mean_2_x3")}) == []
        of_mean = table(entry["value"]).loc["mean_2_x3"]
        for field in ("estimate", "std_error", "df"):
            assert agrees(mean[field].iloc[0], of_mean[COEFFICIENT[field]], entry), field

    def test_intervals_are_those_of_t(self, df_method: DfMethod) -> None:
        shown = unbalanced(df_method).tidy()
        middle = (shown["conf_low"] + shown["conf_high"]) / 2
        assert middle.to_numpy() == pytest.approx(shown["estimate"].to_numpy())
        assert ((shown["conf_low"] > 0) | (shown["conf_high"] < 0)).tolist() == (shown["p_value"] < 0.05).tolist()


def without(entry: dict[str, object], row: str) -> dict[str, object]:
    kept = table(entry["value"]).drop(index=row)  # type: ignore[arg-type]
    return {"rows": list(kept.index), "cols": list(kept.columns), "values": kept.to_numpy().tolist()}


def test_variances_of_the_unbalanced_model_equal_lme4() -> None:
    result, entry = unbalanced("kenward_roger"), FACTS["hs60.unbalanced.variances"]
    assert agrees(result.intercept_sd, entry["value"]["sd"][0], entry)
    assert agrees(result.residual_sd, entry["value"]["sd"][1], entry)
    assert agrees(result.log_likelihood, entry["value"]["REML_logLik"], entry)


@pytest.mark.parametrize("df_method", METHODS)
def test_children_who_do_not_differ_are_a_flagged_result(df_method: DfMethod) -> None:
    result = boundary(df_method)
    assert (result.status, [reason.key for reason in result.reasons]) == ("flagged", ["random_intercept_zero"])
    assert (result.intercept_sd, result.intraclass_correlation) == (0.0, 0.0)
    assert rows_agree(result.tidy(), FACTS[f"bfi54.boundary.{df_method}"]) == []
    assert agrees(result.residual_sd, FACTS["bfi54.boundary.variances"]["value"]["sd"][1], {"tolerance": 1e-5})


def test_the_grid_is_complete_and_counted() -> None:
    result = unbalanced("kenward_roger")
    assert (result.n_children, result.n_waves, result.n_cells) == (60, 3, 180)
    assert (result.n_used, result.n_dropped) == (159, 21)
    cells = result.cells
    assert (cells["n"] + cells["n_missing"]).sum() == 180
    assert cells["n"].sum() == 159
    assert set(map(tuple, cells[["level", "wave"]].to_numpy())) == {(a, w) for a in "12" for w in ("x1", "x2", "x3")}
    both = result.changes.query("term == 'change' and level == '1' and wave_from == 'x1' and wave == 'x3'")
    assert both["n"].tolist() == [cells.query("level == '1' and wave == 'x3'")["n"].iloc[0]]  # x1 lacks nobody


def test_two_complete_waves_give_the_paired_t_test() -> None:
    frame = data("sleep")
    model = linear_mixed_model(long(frame, ["drug1", "drug2"]), waves=["drug1", "drug2"])
    paired = paired_change(frame["drug1"], frame["drug2"])
    change = model.changes.iloc[0]
    for field, expected in (("estimate", paired.mean_change), ("statistic", paired.statistic), ("df", paired.df)):
        assert change[field] == pytest.approx(expected, rel=1e-8)
    assert model.means["estimate"].tolist() == pytest.approx([paired.mean_pre, paired.mean_post])


def test_swapping_waves_flips_the_sign_and_a_constant_changes_nothing() -> None:
    frame = data("anorexia").query("Treat == 'CBT'")
    forward = linear_mixed_model(long(frame, ["Prewt", "Postwt"]), waves=["Prewt", "Postwt"]).changes.iloc[0]
    back = linear_mixed_model(long(frame, ["Prewt", "Postwt"]), waves=["Postwt", "Prewt"]).changes.iloc[0]
    moved = linear_mixed_model(long(frame[["Prewt", "Postwt"]] + 50, ["Prewt", "Postwt"]), waves=["Prewt", "Postwt"])
    for field, sign in (("estimate", -1), ("std_error", 1), ("df", 1)):
        assert back[field] == pytest.approx(sign * forward[field])
        assert moved.changes.iloc[0][field] == pytest.approx(forward[field])


def test_a_child_without_an_arm_or_covariate_is_dropped() -> None:
    frame = data("sleep")
    arm = pd.Series(pd.Categorical(["a", "b"] * 5, categories=["a", "b", "nobody"]), index=frame.index)
    arm = arm.drop(index=frame.index[-1])
    age = pd.DataFrame({"age": np.arange(10.0)}, index=frame.index)
    age.iloc[0, 0] = np.nan
    result = linear_mixed_model(long(frame, ["drug1", "drug2"]), waves=["drug1", "drug2"], arm=arm, covariates=age)
    assert (result.n_cells, result.n_used, result.n_children) == (20, 16, 8)
    assert set(result.means["level"]) == {"a", "b"}


def test_waves_and_arms_that_were_not_measured_have_no_rows() -> None:
    frame = data("hs1939").iloc[:40]
    scores = long(frame, ["x1", "x2", "x3"])
    arm = frame["sex"].astype(str).astype(pd.CategoricalDtype(["1", "2"]))
    ones = scores["participant_id"].isin(arm.index[arm == "1"])
    partly = scores[~(ones & (scores["wave"] == "x2"))]
    waves = ["x0", "x1", "x2", "x3"]
    result = linear_mixed_model(partly, waves=waves, arm=arm)
    assert (result.status, result.n_waves, result.n_cells) == ("ok", 3, 160)
    assert "wave[x2]:arm[2]" not in set(result.tidy()["term"])
    assert set(map(tuple, result.means[["level", "wave"]].to_numpy())) == {
        *(("1", "x1"), ("1", "x3"), ("2", "x1"), ("2", "x2"), ("2", "x3"))
    }
    steps = result.changes.query("term == 'difference_in_change'")[["wave_from", "wave"]].to_numpy().tolist()
    assert steps == [["x1", "x3"]]
    # the reference's empty cell tells nothing: the members' change is that of a model in which it never existed
    moved = linear_mixed_model(partly, waves=waves, arm=arm.cat.reorder_categories(["2", "1"]))
    for row in (result.changes.query("level == '2'").iloc[0], moved.changes.query("level == '2'").iloc[0]):
        assert (row["wave_from"], row["wave"]) == ("x1", "x2")
    first, second = (r.changes.query("term == 'change' and level == '2'") for r in (result, moved))
    assert first["estimate"].to_numpy() == pytest.approx(second["estimate"].to_numpy())
    assert first["df"].to_numpy() == pytest.approx(second["df"].to_numpy())


def test_data_that_cannot_support_it() -> None:
    once = pd.DataFrame({"participant_id": ["a", "b", "c", "d"], "wave": ["pre", "pre", "post", "post"]})
    apart = linear_mixed_model(once.assign(score=[1.0, 2.0, 4.0, 3.0]), waves=["pre", "post"])
    alike = linear_mixed_model(
        long(pd.DataFrame({"pre": [1.0, 2, 4], "post": [2.0, 3, 5]}), ["pre", "post"]), waves=["pre", "post"]
    )
    nobody = linear_mixed_model(once.assign(score=np.nan), waves=["pre", "post"])
    empty = linear_mixed_model(once.assign(score=[1.0, 2.0, 4.0, 3.0]).query("wave == 'pre'"), waves=["pre", "post"])
    keys = [result.reasons[0].key for result in (apart, alike, nobody, empty)]
    assert keys == ["nobody_measured_twice", "perfect_fit", "too_few_rows", "nobody_measured_twice"]
    for result in (apart, alike, nobody, empty):
        assert result.status == "not_computable"
        assert math.isnan(result.residual_sd)
        assert result.tidy()["estimate"].isna().all()


def test_wrong_calls_are_refused() -> None:
    scores = long(data("sleep"), ["drug1", "drug2"])
    with pytest.raises(ValueError, match="waves"):
        linear_mixed_model(scores, waves=["drug1"])
    with pytest.raises(ValueError, match="scores: one row"):
        linear_mixed_model(pd.concat([scores, scores]), waves=["drug1", "drug2"])
    with pytest.raises(ValueError, match="arm: categorical"):
        linear_mixed_model(scores, waves=["drug1", "drug2"], arm=pd.Series("a", index=range(10)))
    with pytest.raises(ValueError, match="df_method"):
        linear_mixed_model(scores, waves=["drug1", "drug2"], df_method="containment")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="names of the model"):
        linear_mixed_model(scores, waves=["drug1", "drug2"], covariates=pd.DataFrame({"wave": 1.0}, index=range(1, 11)))
