"""The SPSS look: against PSPP 1.6.2 run with SPSS syntax, and R where PSPP rounds."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pandas as pd
import pytest
from effects_facts import data, facts
from hypothesis import given, settings, strategies as st
from scipy import stats

from efficacy.effects import spss_groups, spss_paired

PSPP = facts("spss")
R_GROUPS, R_CHANGE = facts("groups"), facts("change")


def printed(entry: str, name: str, number: int = 0) -> list[list[Any]]:
    """The rows of the number-th printed table of that name."""
    return [t["rows"] for t in PSPP[entry]["value"] if t["table"] == name][number]


def levels(frame: pd.DataFrame, by: str, kept: list[str]) -> pd.Series:
    return pd.Series(pd.Categorical(frame[by].where(frame[by].isin(kept)), categories=kept), index=frame.index)


CHANGE = data("anorexia").assign(ch=lambda frame: frame["Postwt"] - frame["Prewt"])
INDEPENDENT = [
    ("baumann_groups", data("baumann"), "group", ["Basal", "DRTA"], "post.test.1", 3),
    ("baumann_groups", data("baumann"), "group", ["Basal", "DRTA"], "post.test.3", 5),
    ("anorexia_prepost", CHANGE, "Treat", ["Cont", "FT"], "Postwt", 3),
    ("anorexia_prepost", CHANGE, "Treat", ["Cont", "FT"], "ch", 5),
]


@pytest.mark.parametrize(("entry", "frame", "by", "kept", "scale", "row"), INDEPENDENT)
def test_two_groups_equal_pspp(entry: str, frame: pd.DataFrame, by: str, kept: list[str], scale: str, row: int) -> None:
    result = spss_groups(frame[scale], by=levels(frame, by, kept))
    tidy = result.tidy().set_index("term")
    rows = printed(entry, "Independent Samples Test")
    assert tidy.loc["levene", "statistic"] == pytest.approx(rows[row][2], abs=1e-10)
    columns = ["statistic", "df", "estimate", "std_error", "conf_low", "conf_high"]
    for term, line in (("t_equal_variances", rows[row]), ("t_unequal_variances", rows[row + 1])):
        assert np.allclose(tidy.loc[term, columns].astype(float), [line[i] for i in (4, 5, 7, 8, 9, 10)], atol=1e-10)
        assert tidy.loc[term, "p_value"] == pytest.approx(line[6], abs=0.00101)  # PSPP prints 0.001 for less
    assert tidy.loc["anova", "statistic"] == pytest.approx(tidy.loc["t_equal_variances", "statistic"] ** 2)
    assert tidy.loc["anova", "p_value"] == pytest.approx(tidy.loc["t_equal_variances", "p_value"])
    assert (tidy.loc["levene", "df"], tidy.loc["levene", "df_denominator"]) == (1, result.n_used - 2)


@pytest.mark.parametrize(("scale", "row"), [("Postwt", 1), ("ch", 2)])
def test_mann_whitney_equals_pspp(scale: str, row: int) -> None:
    tidy = spss_groups(CHANGE[scale], by=levels(CHANGE, "Treat", ["Cont", "FT"])).tidy().set_index("term")
    tables = [t["rows"] for t in PSPP["anorexia_prepost"]["value"] if t["table"] == "Test Statistics"]
    line = next(rows for rows in tables if "Mann-Whitney U" in rows[0])[row]
    assert tidy.loc["mann_whitney_u", "statistic"] == line[1]
    assert tidy.loc["mann_whitney_z", "statistic"] == pytest.approx(line[3], abs=1e-10)


def test_mann_whitney_p_equals_r_without_continuity() -> None:
    frame, entry = data("baumann"), R_GROUPS["baumann.post3.mw.asymptotic"]
    tidy = spss_groups(frame["post.test.3"], by=levels(frame, "group", ["Basal", "DRTA"])).tidy().set_index("term")
    assert tidy.loc["mann_whitney_z", "statistic"] == pytest.approx(entry["value"]["z_no_continuity"], abs=1e-10)
    assert tidy.loc["mann_whitney_z", "p_value"] == pytest.approx(entry["value"]["p_no_continuity"], abs=1e-12)
    levene = R_GROUPS["baumann.post3.levene_mean"]["value"]
    assert tidy.loc["levene", "p_value"] == pytest.approx(levene["mean_p"], abs=1e-12)
    student = R_GROUPS["baumann.post3.t.student"]["value"]
    assert tidy.loc["t_equal_variances", "p_value"] == pytest.approx(student["p"], abs=1e-12)


@pytest.mark.parametrize(("scale", "position", "r"), [("post.test.1", 1, "post1"), ("post.test.3", 2, "post3")])
def test_three_groups_equal_pspp_and_r(scale: str, position: int, r: str) -> None:
    frame = data("baumann")
    tidy = spss_groups(frame[scale], by=frame["group"].astype("category")).tidy().set_index("term")
    levene = printed("baumann_groups", "Test of Homogeneity of Variances")[position]
    anova = printed("baumann_groups", "ANOVA")[1 + 3 * (position - 1)]
    kruskal = printed("baumann_groups", "Test Statistics")
    assert list(tidy.index) == ["levene", "anova", "kruskal_wallis"]
    assert np.allclose(tidy.loc["levene", ["statistic", "df", "df_denominator"]].astype(float), levene[1:4], atol=1e-10)
    assert tidy.loc["anova", "statistic"] == pytest.approx(anova[5], abs=1e-10)
    assert tidy.loc["anova", "p_value"] == pytest.approx(R_GROUPS[f"baumann.{r}.groups.anova"]["value"]["p"], abs=1e-12)
    assert tidy.loc["levene", "p_value"] == pytest.approx(
        R_GROUPS[f"baumann.{r}.groups.levene"]["value"]["mean_p"], abs=1e-12
    )
    assert tidy.loc["kruskal_wallis", "statistic"] == pytest.approx(kruskal[1][position], abs=1e-10)
    assert tidy.loc["kruskal_wallis", "df"] == kruskal[2][position]
    assert tidy.loc["kruskal_wallis", "p_value"] == pytest.approx(kruskal[3][position], abs=5e-4)


@pytest.mark.parametrize(("arm", "number"), [("CBT", 0), ("Cont", 1), ("FT", 2)])
def test_paired_equals_pspp(arm: str, number: int) -> None:
    frame = CHANGE[CHANGE["Treat"] == arm]
    tidy = spss_paired(frame["Prewt"], frame["Postwt"]).tidy().set_index("term")
    line = printed("anorexia_prepost", "Paired Samples Test", number)[3]
    columns = ["estimate", "std_error", "conf_low", "conf_high", "statistic", "df"]
    assert np.allclose(tidy.loc["paired_t", columns].astype(float), [line[i] for i in (2, 4, 5, 6, 7, 8)], atol=1e-10)
    assert tidy.loc["paired_t", "p_value"] == pytest.approx(line[9], abs=0.00101)
    z = printed("anorexia_prepost", "Test Statistics", number)[1][1]
    assert tidy.loc["wilcoxon_z", "statistic"] == pytest.approx(z, abs=1e-10)


@pytest.mark.parametrize("tag", ["sleep", "shoes", "baumann.pre_post1"])
def test_paired_z_equals_r_with_zeros_and_ties(tag: str) -> None:
    entry, exact = R_CHANGE[f"{tag}.wilcoxon.asymptotic"], R_CHANGE[f"{tag}.wilcoxon.exact"]
    frame = data(tag.split(".")[0])
    pre, post = entry["columns"][:2]
    result = spss_paired(frame[pre], frame[post])
    tidy = result.tidy().set_index("term")
    assert tidy.loc["wilcoxon_z", "statistic"] == pytest.approx(-abs(exact["value"]["z_coin_wilcoxon"]), abs=1e-10)
    assert tidy.loc["wilcoxon_z", "p_value"] == pytest.approx(entry["value"]["p_no_continuity"], abs=1e-12)
    assert (result.n_used, result.n_dropped) == (len(frame), 0)


@pytest.mark.parametrize(
    ("scores", "by", "key"),
    [
        ([1.0, 2.0], ["a", "a"], "fewer_than_two_levels"),
        ([1.0, 2.0], ["a", "b"], "too_few_rows"),
        ([2.0, 2.0, 3.0], ["a", "a", "b"], "zero_variance"),
        ([1.0, 1.0, 1.0, 1.0], ["a", "a", "b", "b"], "zero_variance"),
        ([1.0, 1.0, 2.0, 2.0], ["a", "a", "b", "b"], "zero_variance"),
    ],
)
def test_groups_without_an_answer(scores: list[float], by: list[str], key: str) -> None:
    result = spss_groups(pd.Series(scores), by=pd.Series(by, dtype="category"))
    assert (result.status, result.reasons[0].key) == ("not_computable", key)
    assert result.tidy().empty and len(result.glance()) == 1


def test_a_level_with_one_child_leaves_what_spss_computes() -> None:
    groups = [[3.1, 2.4, 4.0, 3.6], [2.2, 2.9, 1.8], [4.4]]
    by = pd.Series(np.repeat(["a", "b", "c"], [len(g) for g in groups]))
    result = spss_groups(pd.Series(list(itertools.chain(*groups))), by=by)
    tidy = result.tidy().set_index("term")
    anova, kruskal = stats.f_oneway(*groups), stats.kruskal(*groups)
    assert (result.status, result.reasons[0].key, result.reasons[0].values["n"]) == ("flagged", "level_too_small", 1)
    assert np.isnan(tidy.loc["levene", ["statistic", "p_value"]].astype(float)).all()
    found = tidy.loc[["anova", "kruskal_wallis"], ["statistic", "p_value"]].astype(float)
    assert np.allclose(found, [[anova.statistic, anova.pvalue], [kruskal.statistic, kruskal.pvalue]])
    assert (tidy.loc["anova", "df"], tidy.loc["anova", "df_denominator"]) == (2, 5)


def test_two_levels_one_of_them_a_single_child() -> None:
    first, second = [3.1, 2.4, 4.0, 3.6, 2.2], [5.0]
    tidy = spss_groups(pd.Series([*first, *second]), by=pd.Series(["a"] * 5 + ["b"])).tidy().set_index("term")
    student = stats.ttest_ind(first, second)
    equal = tidy.loc["t_equal_variances"]
    assert np.allclose([equal["statistic"], equal["df"], equal["p_value"]], [student.statistic, 4, student.pvalue])
    assert np.isnan(tidy.loc["t_unequal_variances", ["statistic", "estimate"]].astype(float)).all()
    ranks = stats.mannwhitneyu(first, second, use_continuity=False, method="asymptotic")
    assert tidy.loc["mann_whitney_z", "p_value"] == pytest.approx(ranks.pvalue)
    assert tidy.loc["anova", "statistic"] == pytest.approx(student.statistic**2)


def test_paired_without_an_answer() -> None:
    same = spss_paired(pd.Series([1.0, 2.0, 3.0]), pd.Series([2.0, 3.0, 4.0]))
    assert (same.status, same.reasons[0].key) == ("not_computable", "zero_variance")
    few = spss_paired(pd.Series([1.0, np.nan]), pd.Series([2.0, 3.0]))
    assert (few.status, few.reasons[0].key, few.n_dropped) == ("not_computable", "too_few_rows", 1)


def test_levene_without_spread_of_its_deviations_is_missing() -> None:
    pairs = spss_groups(pd.Series([1.0, 3.0, 2.0, 8.0]), by=pd.Series(["a", "a", "b", "b"]))
    tidy = pairs.tidy().set_index("term")
    assert np.isnan(tidy.loc["levene", "statistic"]) and np.isfinite(tidy.loc["anova", "statistic"])


@settings(max_examples=50, deadline=None)
@given(groups=st.lists(st.lists(st.integers(0, 6), min_size=1, max_size=6), min_size=2, max_size=4))
def test_any_whole_numbers_give_numbers_or_a_reason(groups: list[list[int]]) -> None:
    scores = pd.Series(list(itertools.chain(*groups)), dtype=float)
    by = pd.Series(np.repeat([f"g{i}" for i in range(len(groups))], [len(g) for g in groups]))
    result, tidy = spss_groups(scores, by=by), spss_groups(scores + 7, by=by).tidy().set_index("term")
    if result.status == "not_computable":
        assert result.reasons[0].key in ("zero_variance", "too_few_rows") and tidy.empty
        return
    own = result.tidy().set_index("term")
    assert np.allclose(own["statistic"], tidy["statistic"], equal_nan=True)
    assert own["p_value"].dropna().between(0, 1).all()
    assert own.loc["anova", "statistic"] == pytest.approx(stats.f_oneway(*groups).statistic)
