"""Agreement of raters: against irr, vcd and psych, published examples, identities, and what cannot be judged."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra.numpy import arrays
from psychometrics_facts import assert_agrees, facts, table
from reference_facts import REFERENCE

from efficacy.psychometrics.agreement import (
    cohen_kappa,
    intraclass_correlations,
    kendall_w,
    krippendorff_alpha,
    rater_agreement,
    retest_icc,
)

FACTS = facts("agreement")
FOLDER = os.environ.get("EFFICACY_REFERENCE_DATA", "")
FEW = 30
FUN = ("Never Fun", "Fairly Often", "Very Often", "Always fun")
MEASURES = ("nominal", "ordinal", "interval", "ratio")
VCD = {"none": "unweighted", "linear": "weighted_linear", "quadratic": "weighted_quadratic"}
IRR = {"none": "unweighted", "linear": "linear", "quadratic": "quadratic"}
scores = arrays(float, st.tuples(st.integers(5, 12), st.integers(2, 4)), elements=st.integers(1, 4).map(float))


def named(statistic: str) -> list[str]:
    return [name for name in FACTS if name.endswith(f".{statistic}")]


def ratings_of(name: str) -> pd.DataFrame:
    entry = FACTS[name]
    path = REFERENCE / entry["data"]
    if "irr_" in entry["data"]:  # may not be copied into the repository
        if not FOLDER:
            pytest.skip("EFFICACY_REFERENCE_DATA is not set: these ratings may not be copied into the repository")
        path = Path(FOLDER) / entry["data"]
    frame = pd.read_csv(path, encoding="utf-8")
    if "filter" in entry:
        frame = frame.query(entry["filter"])
    return frame[entry["columns"]]


def levels_of(name: str) -> tuple[str, ...] | None:
    return FUN if name.startswith("sexualfun") else None


@pytest.mark.parametrize("weights", VCD)
@pytest.mark.parametrize("name", named("vcd.Kappa"))
def test_kappa_and_its_errors_equal_vcd_and_irr(name: str, weights: str) -> None:
    found = cohen_kappa(ratings_of(name), weights=weights, levels=levels_of(name))  # type: ignore[arg-type]
    vcd, irr = FACTS[name]["value"][VCD[weights]], FACTS[name.replace("vcd.Kappa", "irr.kappa2")]["value"][IRR[weights]]
    assert_agrees([found.estimate, found.std_error], [vcd["value"], vcd["ASE"]])
    assert_agrees([found.estimate, found.statistic, found.p_value], [irr["kappa"], irr["z"], irr["p"]])
    assert found.std_error_null == pytest.approx(found.estimate / found.statistic)
    reach = 1.959963984540054 * found.std_error
    assert_agrees([found.conf_low, found.conf_high], [found.estimate - reach, found.estimate + reach])
    assert found.estimate == pytest.approx((found.observed - found.expected) / (1 - found.expected))


@pytest.mark.parametrize("name", named("cohen_kappa"))
def test_unweighted_kappa_equals_psych(name: str) -> None:
    value = FACTS[name]["value"]
    found = cohen_kappa(ratings_of(name), levels=levels_of(name))
    assert_agrees([found.estimate, found.std_error**2], [value["kappa"], value["var.kappa"]])
    assert_agrees([found.conf_low, found.estimate, found.conf_high], table(value["confid"]).loc["unweighted kappa"])
    assert_agrees(found.observed, FACTS[name.replace("cohen_kappa", "percent_agreement")]["value"])
    quadratic = cohen_kappa(ratings_of(name), levels=levels_of(name), weights="quadratic")
    assert_agrees(quadratic.estimate, value["weighted_quadratic"])  # psych's variance of it is not usable
    if expected := FACTS.get(name.replace("cohen_kappa", "table")):
        assert_agrees(found.counts, table(expected["value"]), 0)


@pytest.mark.parametrize("name", named("gwet_ac1_hand"))
def test_gwet_and_scott_equal_the_closed_forms(name: str) -> None:
    found = (
        rater_agreement(ratings_of(name), levels=levels_of(name), n_resamples=2).tidy().set_index("term")["estimate"]
    )
    assert_agrees([found["gwet_ac1"], found["fleiss_kappa"]], list(FACTS[name]["value"].values()))
    cohen = cohen_kappa(ratings_of(name), levels=levels_of(name))
    assert_agrees([found["conger_kappa"], found["agreement"]], [cohen.estimate, cohen.observed])


@pytest.mark.parametrize("name", named("fleiss"))
def test_fleiss_and_conger_equal_irr(name: str) -> None:
    value = FACTS[name]["value"]
    found = rater_agreement(ratings_of(name), n_resamples=2)
    tidy = found.tidy().set_index("term")
    assert_agrees(tidy.loc["fleiss_kappa", "estimate"], value["kappa"])
    assert_agrees(tidy.loc["conger_kappa", "estimate"], value["conger_exact"])
    assert_agrees([found.statistic, found.p_value], [value["z"], value["p"]])
    by_hand = FACTS[f"{name}_hand"]["value"]
    assert_agrees(
        [tidy.loc["fleiss_kappa", "estimate"], tidy.loc["agreement", "estimate"], tidy.loc["fleiss_kappa", "expected"]],
        list(by_hand.values()),
    )
    detail = table(value["detail"])  # irr rounds it to three decimals
    used = found.by_level.dropna()
    assert_agrees(used[["estimate", "statistic", "p_value"]], detail, 1e-3)
    assert found.by_level["share"].sum() == pytest.approx(1)
    assert_agrees(used["estimate"] / used["std_error"], used["statistic"])


@pytest.mark.parametrize("name", named("kripp"))
def test_krippendorff_equals_irr(name: str) -> None:
    ratings = ratings_of(name)
    if name.startswith("sexualfun"):
        ratings = ratings.apply(lambda column: column.map({level: rank for rank, level in enumerate(FUN, start=1)}))
    for measure, expected in FACTS[name]["value"].items():
        found = krippendorff_alpha(ratings, level=measure, n_resamples=2)
        assert_agrees(found.estimate, as_published(expected, ratings))
        assert found.estimate == pytest.approx(1 - found.observed / found.expected)


def as_published(irr: float, ratings: pd.DataFrame) -> float:
    """irr 0.84.1 forgets to divide a unit's pairs by its ratings - 1 where nothing is missing and raters are more than
    two; undone here. Krippendorff's formula divides, and only so is alpha Fleiss' kappa but for the small sample."""
    n, m = ratings.size, ratings.shape[1]
    if m == 2 or ratings.isna().any(axis=None):
        return irr
    return 1 - (1 - irr) * (n - 1) * (m - 1) / (n * (m - 1) - 1)


def test_the_published_example_of_krippendorff() -> None:
    ratings = ratings_of("krippendorff.kripp")
    found = [krippendorff_alpha(ratings, level=measure, n_resamples=2).estimate for measure in MEASURES]  # type: ignore[arg-type]
    assert [round(alpha, 3) for alpha in found] == [0.743, 0.815, 0.849, 0.797]
    one = krippendorff_alpha(ratings, n_resamples=2)
    assert (one.n_used, one.n_dropped, one.n_ratings, one.n_raters) == (11, 1, 40, 4)


@pytest.mark.parametrize("name", named("icc.psych"))
def test_six_intraclass_correlations_equal_psych(name: str) -> None:
    expected = pd.DataFrame(FACTS[name]["value"]["anova"]).set_index("type")
    found = intraclass_correlations(ratings_of(name)).tidy().set_index("term").loc[expected.index]
    names = {"estimate": "ICC", "statistic": "F", "df": "df1", "df_denominator": "df2", "p_value": "p"}
    for ours, theirs in (names | {"conf_low": "lower bound", "conf_high": "upper bound"}).items():
        assert_agrees(found[ours], expected[theirs])
    by_irr = FACTS[name.replace("psych", "irr")]["value"]
    for term, theirs in {"ICC1": "oneway_single", "ICC3": "twoway_cons_single", "ICC3k": "twoway_cons_avg"}.items():
        row = found.loc[term, ["estimate", "statistic", "p_value", "conf_low", "conf_high"]]
        assert_agrees(row, list(by_irr[theirs].values()))
    # irr tests absolute agreement with other degrees of freedom, and steps its limits up another way
    single = by_irr["twoway_agree_single"]
    assert_agrees(found.loc["ICC2", ["estimate", "conf_low", "conf_high"]], [single[x] for x in ("icc", "lb", "ub")])
    assert_agrees(found.loc["ICC2k", "estimate"], by_irr["twoway_agree_avg"]["icc"])


def test_the_published_example_of_shrout_and_fleiss() -> None:
    found = intraclass_correlations(ratings_of("shrout_fleiss.icc.psych"))
    assert found.tidy()["estimate"].round(2).tolist() == [0.17, 0.29, 0.71, 0.44, 0.62, 0.91]
    summary = table(FACTS["shrout_fleiss.icc.psych"]["value"]["summary_SS"])
    assert_agrees([found.ms_units, found.ms_raters, found.ms_residual], summary["Mean Sq"])
    within = (3 * found.ms_raters + 15 * found.ms_residual) / 18
    assert found.ms_within == pytest.approx(within)


@pytest.mark.parametrize("name", named("kendall_w"))
def test_concordance_equals_irr(name: str) -> None:
    value = FACTS[name]["value"]
    found = kendall_w(ratings_of(name))
    assert_agrees([found.estimate, found.uncorrected], [value["W_corrected"], value["W_uncorrected"]])
    assert_agrees([found.chisq, found.p_value], [value["chisq"], value["p"]])


@pytest.mark.parametrize("name", named("retest"))
def test_retest_equals_psych_and_the_closed_forms(name: str) -> None:
    value, ratings = FACTS[name]["value"], ratings_of(name)
    first, second = (ratings[column] for column in ratings)
    expected = pd.DataFrame(value["icc"]).set_index("type")
    for form, term in {"agreement": "ICC2", "consistency": "ICC3"}.items():
        found = retest_icc(first, second, form=form)  # type: ignore[arg-type]
        row = [found.estimate, found.statistic, found.df, found.df_denominator, found.p_value]
        assert_agrees(row, expected.loc[term, ["ICC", "F", "df1", "df2", "p"]])
        assert_agrees([found.conf_low, found.conf_high], expected.loc[term, ["lower bound", "upper bound"]])
        assert_agrees(found.sem, value[f"sem_{form}"])
        assert_agrees(found.smallest_detectable_change, 1.959963984540054 * math.sqrt(2) * value[f"sem_{form}"])
        assert_agrees([found.mean_change, found.mean_change_std_error], [value["mean_change"], value["se_change"]])
        assert found.tidy()["estimate"].tolist() == [found.estimate, found.sem, found.smallest_detectable_change]
    assert_agrees(retest_icc(first, second, form="consistency").sem, value["sem_from_change"])


def test_a_shift_of_everybody_lowers_agreement_and_leaves_consistency() -> None:
    first = pd.Series([1.0, 2, 3, 4, 5, 6], index=list("abcdef"))
    second = first.add([0.5, -0.5, 0, 0, 0.5, -0.5]).iloc[::-1]
    same, moved = retest_icc(first, second), retest_icc(first, second + 2)
    assert moved.estimate < same.estimate - 0.2
    assert (moved.mean_change, same.mean_change) == (2, 0)
    steady = [retest_icc(first, second + shift, form="consistency") for shift in (0, 2)]
    assert steady[0].estimate == pytest.approx(steady[1].estimate)
    assert steady[0].sem == pytest.approx(steady[1].sem)
    swapped = retest_icc(second, first)
    assert swapped.estimate == pytest.approx(same.estimate)
    partly = retest_icc(first.drop("a"), second)
    assert (partly.n_used, partly.n_dropped) == (5, 1)


@settings(max_examples=25, deadline=None)
@given(scores, st.floats(-5, 5), st.floats(0.5, 4))
def test_invariants(values: np.ndarray, shift: float, scale: float) -> None:
    ratings = pd.DataFrame(values).add_prefix("r")
    moved = ratings.sample(frac=1, random_state=2)[ratings.columns[::-1]]
    one, two = intraclass_correlations(ratings), intraclass_correlations(moved * scale + shift)
    assert one.status == two.status
    if one.status == "ok":
        np.testing.assert_allclose(one.tidy()["estimate"], two.tidy()["estimate"], atol=1e-8)
        tidy = one.tidy()
        assert not ((tidy["conf_low"] > tidy["estimate"]) | (tidy["estimate"] > tidy["conf_high"])).any()
        assert tidy.loc[tidy["term"] != "ICC2k", ["conf_low", "conf_high"]].notna().all(axis=None)
    for measure in ("nominal", "ordinal", "interval"):
        alphas = [krippendorff_alpha(frame, level=measure, n_resamples=2) for frame in (ratings, moved * scale + shift)]  # type: ignore[arg-type]
        assert alphas[0].estimate == pytest.approx(alphas[1].estimate, abs=1e-8, nan_ok=True)
        assert not alphas[0].estimate > 1 + 1e-12
    three = rater_agreement(ratings, n_resamples=2).tidy().set_index("term")["estimate"]
    if not math.isnan(three["fleiss_kappa"]):  # the identity of the two coefficients
        n = ratings.size
        nominal = krippendorff_alpha(ratings, n_resamples=2).estimate
        assert nominal == pytest.approx(1 - (1 - three["fleiss_kappa"]) * (n - 1) / n, abs=1e-10)
    four, five = kendall_w(ratings), kendall_w(moved * scale + shift)
    assert four.estimate == pytest.approx(five.estimate, abs=1e-8, nan_ok=True)
    assert not four.estimate > 1 + 1e-12


def test_bootstrap_intervals_hold_their_estimates() -> None:
    generator = np.random.default_rng(3)
    truth = generator.integers(1, 5, (80, 1))
    noise = generator.integers(1, 5, (80, 3))
    ratings = pd.DataFrame(np.where(generator.random((80, 3)) < 0.7, truth, noise), columns=list("abc"))
    found = rater_agreement(ratings, n_resamples=200, seed=4)
    tidy = found.tidy()
    assert ((tidy["conf_low"] < tidy["estimate"]) & (tidy["estimate"] < tidy["conf_high"])).all()
    narrow = rater_agreement(ratings, n_resamples=200, seed=4, conf_level=0.5).tidy()
    assert (narrow["conf_low"] > tidy["conf_low"]).all()
    alpha = krippendorff_alpha(ratings, n_resamples=200, seed=4)
    width = alpha.conf_high - alpha.conf_low
    kappa = tidy.set_index("term").loc["fleiss_kappa"]
    assert width == pytest.approx(kappa["conf_high"] - kappa["conf_low"], abs=0.03)
    assert (found.n_resamples_used, found.status) == (200, "ok")


def test_words_need_an_order_only_where_it_matters() -> None:
    words = pd.DataFrame({"a": ["low", "mid", "high", "low"], "b": ["low", "high", "high", "mid"]})
    order = ["low", "mid", "high"]
    coded = words.replace({level: rank for rank, level in enumerate(order)}).astype(float)
    assert cohen_kappa(words).estimate == pytest.approx(cohen_kappa(coded).estimate)
    weighted = cohen_kappa(words, weights="linear", levels=order)
    assert weighted.estimate == pytest.approx(cohen_kappa(coded, weights="linear").estimate)
    categorical = words.astype(pd.CategoricalDtype(order, ordered=True))
    assert cohen_kappa(categorical, weights="linear").estimate == pytest.approx(weighted.estimate)
    assert list(weighted.counts.columns) == order
    ordinal = krippendorff_alpha(words, level="ordinal", levels=order, n_resamples=2)
    assert ordinal.estimate == pytest.approx(krippendorff_alpha(coded, level="ordinal", n_resamples=2).estimate)
    for call in (
        lambda: cohen_kappa(words, weights="linear"),
        lambda: krippendorff_alpha(words, level="ordinal"),
        lambda: krippendorff_alpha(words, level="interval"),
        lambda: cohen_kappa(words, levels=["low", "mid"]),
        lambda: cohen_kappa(words, levels=["low", "mid", "mid", "high"]),
        lambda: krippendorff_alpha(coded - 1, level="ratio"),
    ):
        with pytest.raises(ValueError, match=r"levels|ratings") as refused:
            call()
        assert "high" not in str(refused.value)


def test_a_level_that_nobody_used_counts_for_gwet_alone() -> None:
    ratings = pd.DataFrame({"a": [1, 2, 1, 2, 1], "b": [1, 2, 2, 2, 1]})
    two, five = (rater_agreement(ratings, levels=range(1, n + 1), n_resamples=2) for n in (2, 5))
    one, other = (result.tidy().set_index("term")["estimate"] for result in (two, five))
    assert one.drop("gwet_ac1").tolist() == pytest.approx(other.drop("gwet_ac1").tolist())
    assert other["gwet_ac1"] > one["gwet_ac1"]
    assert five.by_level["estimate"].isna().tolist() == [False, False, True, True, True]


NOTHING: dict[str, Any] = {"a": [1.0, 2, 3], "b": [math.nan] * 3}


@pytest.mark.parametrize(
    ("ratings", "keys"),
    [
        (pd.DataFrame({"a": [1.0, 2, 3]}), {"too_few_raters"}),
        (pd.DataFrame(NOTHING), {"too_few_units"}),
        (
            pd.DataFrame({"a": [2.0, 2, 2], "b": [2.0, 2, 2]}),
            {"one_category_only", "zero_variance", "rater_without_variation"},
        ),
    ],
)
def test_not_computable_with_its_reason(ratings: pd.DataFrame, keys: set[str]) -> None:
    results = [
        cohen_kappa(ratings),
        rater_agreement(ratings, n_resamples=FEW),
        krippendorff_alpha(ratings, n_resamples=FEW),
        intraclass_correlations(ratings),
        kendall_w(ratings),
    ]
    for found in results:
        assert found.status == "not_computable"
        assert {reason.key for reason in found.reasons} <= keys
        assert found.tidy()["estimate"].isna().all()
        assert len(found.glance()) == 1
        assert found.n_used + found.n_dropped == len(ratings)


def test_a_rater_who_says_the_same_of_everybody() -> None:
    ratings = pd.DataFrame({"a": [1.0, 2, 3, 2], "b": [2.0, 2, 2, 2]})
    for found in (cohen_kappa(ratings), kendall_w(ratings)):
        assert (found.status, found.reasons[0].key) == ("not_computable", "rater_without_variation")
        assert found.reasons[0].values == {"raters": ("b",)}
    assert rater_agreement(ratings, n_resamples=FEW).tidy()["estimate"].notna().all()
    assert intraclass_correlations(ratings).status == "ok"


def test_raters_who_never_disagree() -> None:
    ratings = pd.DataFrame({"a": [1.0, 2, 3, 2], "b": [1.0, 2, 3, 2]})
    kappa, icc = cohen_kappa(ratings), intraclass_correlations(ratings)
    for found in (kappa, icc):
        assert (found.status, found.reasons[0].key) == ("flagged", "no_disagreement")
        assert found.tidy()["estimate"].tolist() == [1.0] * len(found.tidy())
        assert found.tidy()[["conf_low", "conf_high"]].isna().all(axis=None)
    assert kappa.statistic > 0
    assert krippendorff_alpha(ratings, n_resamples=FEW).estimate == 1
    assert kendall_w(ratings).estimate == pytest.approx(1)
    retest = retest_icc(ratings["a"], ratings["b"])
    assert (retest.estimate, retest.sem, retest.status) == (1, 0, "flagged")


def test_units_that_all_have_the_same_mean() -> None:
    found = intraclass_correlations(pd.DataFrame({"a": [1.0, 2, 3], "b": [3.0, 2, 1]}))
    assert (found.status, found.reasons[0].key) == ("not_computable", "units_without_variation")


def test_retest_of_too_few_or_of_one_value() -> None:
    found = retest_icc(pd.Series([1.0, 2]), pd.Series([2.0, 1]))
    assert (found.status, found.reasons[0].key) == ("not_computable", "too_few_rows")
    assert math.isnan(found.sem)
    found = retest_icc(pd.Series([1.0] * 5), pd.Series([1.0] * 5))
    assert (found.status, found.reasons[0].key) == ("not_computable", "zero_variance")
    with pytest.raises(ValueError, match="form"):
        retest_icc(pd.Series([1.0]), pd.Series([1.0]), form="absolute")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="first"):
        retest_icc(pd.Series([1.0, 2], index=["a", "a"]), pd.Series([1.0]))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: cohen_kappa(pd.DataFrame({"a": [1], "b": [1], "c": [1]})), "two raters"),
        (lambda: cohen_kappa(pd.DataFrame({"a": [1], "b": [1]}), weights="cubic"), "weights"),  # type: ignore[arg-type]
        (lambda: cohen_kappa([[1, 2]]), "ratings"),  # type: ignore[arg-type]
        (lambda: cohen_kappa(pd.DataFrame([[1, 2]], columns=["a", "a"])), "every rater once"),
        (lambda: krippendorff_alpha(pd.DataFrame({"a": [1], "b": [1]}), level="metric"), "level"),  # type: ignore[arg-type]
        (lambda: rater_agreement(pd.DataFrame({"a": [1], "b": [1]}), n_resamples=1), "n_resamples"),
        (lambda: intraclass_correlations(pd.DataFrame({"a": ["x"], "b": ["y"]})), "ratings"),
    ],
)
def test_a_wrong_call_is_refused(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
