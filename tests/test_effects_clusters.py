"""Cluster-robust regression against clubSandwich; one cluster refused, few degrees of freedom suppressed."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from effects_facts import agrees, data, facts, table

from efficacy.effects import ClusteredRegression, clustered_regression, linear_regression
from efficacy.effects.clusters import SMALLEST_DF, Covariance

FACTS = facts("clusters")
DESIGNS = {
    "anorexia.CBT_v_Cont": ("anorexia", "Treat", "Cont", "CBT", "Prewt", "Postwt"),
    "anorexia.FT_v_Cont": ("anorexia", "Treat", "Cont", "FT", "Prewt", "Postwt"),
    "baumann.DRTA_v_Basal": ("baumann", "group", "Basal", "DRTA", "pretest.1", "post.test.1"),
}
COVARIANCES: tuple[Covariance, ...] = ("CR0", "CR1", "CR2")
NAMES = {"estimate": "est", "std_error": "se", "df": "df"}
TESTED = NAMES | {"statistic": "t", "p_value": "p"}


def did(tag: str, covariance: Covariance) -> ClusteredRegression:
    """Difference in differences of two waves in long form, clustered by child."""
    name, by, control, treated, pre, post = DESIGNS[tag]
    frame = data(name)
    kept = frame[frame[by].isin([control, treated])].reset_index()
    long = pd.concat([kept.assign(y=kept[pre], time=0.0), kept.assign(y=kept[post], time=1.0)], ignore_index=True)
    long["grp"] = (long[by] == treated).astype(float)
    long["time:grp"] = long["time"] * long["grp"]
    return clustered_regression(
        long["y"], long[["time", "grp", "time:grp"]], clusters=long["id"], covariance=covariance
    )


def schools() -> tuple[pd.DataFrame, pd.Series]:
    frame = data("hs1939").dropna(subset="grade")
    return frame, frame["school"] + " " + frame["ageyr"].astype(str)


def differing(result: ClusteredRegression, expected: pd.DataFrame, names: dict[str, str] = TESTED) -> list[str]:
    shown = result.tidy()
    return [
        f"{field}[{row}]"
        for field, name in names.items()
        for row in range(len(expected))
        if not agrees(shown[field].iloc[row], expected[name].iloc[row], {})
    ]


@pytest.mark.parametrize("covariance", COVARIANCES)
@pytest.mark.parametrize("tag", DESIGNS)
def test_difference_in_differences_equals_clubsandwich(tag: str, covariance: Covariance) -> None:
    expected = table(FACTS[f"{tag}.did.cluster"]["value"][covariance])
    assert differing(did(tag, covariance), expected) == []


@pytest.mark.parametrize("covariance", COVARIANCES)
def test_few_unequal_clusters_equal_clubsandwich(covariance: Covariance) -> None:
    frame, cluster = schools()
    result = clustered_regression(frame["x4"], frame[["x1", "sex"]], clusters=cluster, covariance=covariance)
    assert differing(result, table(FACTS[f"hs1939.school_age.{covariance}"]["value"])) == []
    assert (result.n_clusters, result.smallest_cluster, result.largest_cluster) == (11, 2, 62)
    assert (result.n_used, result.method, result.covariance) == (300, f"ols_{covariance.lower()}", covariance)


def test_a_predictor_of_whole_clusters_equals_clubsandwich() -> None:
    frame, cluster = schools()
    school = frame["school"].astype(pd.CategoricalDtype(["Grant-White", "Pasteur"]))
    result = clustered_regression(frame["x4"], frame[["x1"]].assign(school=school), clusters=cluster)
    assert differing(result, table(FACTS["hs1939.school_level.CR2"]["value"])) == []
    assert result.tidy()[["term", "variable", "level"]].iloc[2].tolist() == ["school[Pasteur]", "school", "Pasteur"]


def test_a_mean_equals_clubsandwich() -> None:
    frame, cluster = schools()
    result = clustered_regression(frame["x1"], frame[[]], clusters=cluster)
    assert differing(result, table(FACTS["hs1939.mean.CR2"]["value"])) == []


def test_few_degrees_of_freedom_leave_no_test() -> None:
    frame, cluster = schools()
    kept = frame["ageyr"].isin([12, 13])
    own = cluster[kept].astype("category")
    result = clustered_regression(frame.loc[kept, "x4"], frame.loc[kept, ["x1"]].assign(c=own), clusters=own)
    expected = table(FACTS["hs1939.dummies.CR2"]["value"])
    assert differing(result, expected, NAMES) == []
    assert (result.status, result.reasons[0].key) == ("flagged", "few_cluster_df")
    assert result.tidy()[["p_value", "conf_low", "conf_high", "statistic"]].isna().all(axis=None)
    assert (result.tidy()["df"] < SMALLEST_DF).all()
    assert result.reasons[0].values["minimum"] == SMALLEST_DF


def test_every_child_its_own_cluster_is_hc_of_the_same_kind() -> None:
    frame = data("anorexia")
    alone = pd.Series(frame.index.astype(str), index=frame.index)
    robust = linear_regression(frame["Postwt"], frame[["Prewt"]]).tidy()
    zero, two = (
        clustered_regression(frame["Postwt"], frame[["Prewt"]], clusters=alone, covariance=kind).tidy()
        for kind in ("CR0", "CR2")
    )
    assert zero["estimate"].to_numpy() == pytest.approx(robust["estimate"].to_numpy())
    assert (zero["std_error"] < two["std_error"]).all()
    assert (two["std_error"] < robust["std_error"]).all()  # HC0 < HC2 < HC3


def test_names_of_clusters_do_not_matter_and_the_unit_only_scales() -> None:
    frame, cluster = schools()
    first = clustered_regression(frame["x4"], frame[["x1"]], clusters=cluster).tidy()
    renamed = cluster.map({name: f"z{-number}" for number, name in enumerate(cluster.unique())})
    second = clustered_regression(10 * frame["x4"], frame[["x1"]], clusters=renamed).tidy()
    for field, factor in (("estimate", 10), ("std_error", 10), ("df", 1), ("p_value", 1)):
        assert second[field].to_numpy() == pytest.approx(factor * first[field].to_numpy(), rel=1e-9)


def test_data_that_cannot_support_it() -> None:
    score = pd.Series([1.0, 2.0, 4.0, 3.0, np.nan])
    nothing = pd.DataFrame(index=score.index)
    one = clustered_regression(score, nothing, clusters=pd.Series("a", index=score.index))
    flat = clustered_regression(score * 0 + 1, nothing, clusters=pd.Series([*"aabbb"]))
    line = clustered_regression(score, pd.DataFrame({"x": score}), clusters=pd.Series([*"aabbb"]))
    assert [result.reasons[0].key for result in (one, flat, line)] == ["one_cluster", "zero_variance", "perfect_fit"]
    for result in (one, flat, line):
        assert result.status == "not_computable"
        assert math.isnan(result.tidy()["estimate"].iloc[0])
        assert (result.n_used, result.n_dropped) == (4, 1)


def test_wrong_calls_are_refused() -> None:
    score = pd.Series([1.0, 2.0, 4.0])
    with pytest.raises(ValueError, match="covariance"):
        clustered_regression(score, pd.DataFrame(index=score.index), clusters=score, covariance="CR3")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="numeric or categorical"):
        clustered_regression(score, pd.DataFrame({"x": [*"abc"]}), clusters=score)
