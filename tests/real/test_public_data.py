"""Real public data end to end: from the site's raw file through its parameters to numbers that R gives."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import efficacy as ef
from efficacy.project import Project

ROOT = Path(__file__).parents[2]
PROJECT = Project(ROOT)
FACTS = {
    entry["id"]: entry["value"]
    for entry in json.loads((ROOT / "tests" / "reference" / "real.json").read_text(encoding="utf-8"))["entries"]
}
SCALES = {"A": "agreeableness", "C": "conscientiousness", "N": "neuroticism"}


@pytest.fixture(scope="module")
def bfi():
    return ef.load_study("bfi", project=PROJECT)


@pytest.fixture(scope="module")
def baumann():
    return ef.load_study("baumann", project=PROJECT)


@pytest.mark.parametrize("letter", ["A", "N"])
def test_alpha_of_a_bfi_scale_is_that_of_psych(bfi, letter):
    items = bfi.items("survey", SCALES[letter])
    fact = FACTS[f"bfi_{letter}.alpha.listwise"]
    alpha = ef.cronbach_alpha(items)
    assert alpha.estimate == pytest.approx(fact["raw_alpha"], rel=1e-8)
    assert alpha.standardized == pytest.approx(fact["std_alpha"], rel=1e-8)
    analysis = ef.item_analysis(items).set_index("item")["alpha_if_dropped"]
    for item, dropped in fact["alpha_drop"].items():
        assert analysis[item] == pytest.approx(dropped, rel=1e-8)


@pytest.mark.parametrize("letter", ["A", "N"])
def test_scores_of_those_who_answered_every_item(bfi, letter):
    rows = bfi.scores[(bfi.scores["scale"] == SCALES[letter]) & (bfi.scores["n_answered"] == 5)]
    fact = FACTS[f"bfi_{letter}.total.describe"]
    total = 5 * rows["score"]
    assert len(total) == fact["n"]
    assert total.mean() == pytest.approx(fact["mean"], rel=1e-10)
    assert total.std() == pytest.approx(fact["sd"], rel=1e-10)
    assert total.skew() == pytest.approx(fact["skew_G1"], rel=1e-8)


@pytest.fixture(scope="module")
def three_scales(bfi):
    return pd.concat([bfi.items("survey", scale) for scale in SCALES.values()], axis=1)


def test_adequacy_of_three_scales(three_scales):
    """Reversing an item changes the sign of its correlations, not KMO or Bartlett's test."""
    adequacy = ef.factorability(three_scales)
    assert adequacy.kmo == pytest.approx(FACTS["bfi_ACN.nf3.kmo"]["MSA"], rel=1e-8)
    for item, msa in FACTS["bfi_ACN.nf3.kmo"]["MSAi"].items():
        assert adequacy.msa[item] == pytest.approx(msa, rel=1e-8)
    assert adequacy.bartlett_chisq == pytest.approx(FACTS["bfi_ACN.nf3.bartlett"]["chisq"], rel=1e-8)
    assert adequacy.bartlett_df == FACTS["bfi_ACN.nf3.bartlett"]["df"]


def test_factors_of_three_scales(bfi, three_scales):
    fact = FACTS["bfi_ACN.nf3.fa.minres.oblimin"]
    solution = ef.fit_efa(three_scales, n_factors=3)
    expected = pd.DataFrame(fact["loadings"]["values"], fact["loadings"]["rows"], fact["loadings"]["cols"])
    reverse = {item.name for item in bfi.instruments[0].items if item.reverse is True}
    expected.loc[[name for name in expected.index if name in reverse]] *= -1  # R's items were not reversed
    agreement = ef.tucker_congruence(solution.loadings, expected).abs().to_numpy()
    assert np.sort(agreement.max(axis=0)) == pytest.approx(1.0, abs=1e-6)
    best = agreement.argmax(axis=1)
    ours, theirs = solution.loadings.to_numpy(), expected.to_numpy()[:, best]
    signs = np.sign((ours * theirs).sum(axis=0))
    assert np.abs(ours - signs * theirs).max() < 1e-3
    assert solution.bic == pytest.approx(fact["BIC"], rel=1e-4)
    assert solution.tli == pytest.approx(fact["TLI"], rel=1e-4)


def test_number_of_components_by_average_partial(three_scales):
    fact = FACTS["bfi_ACN.nf3.map.hand"]
    table = ef.minimum_average_partial(three_scales).tidy()
    n = min(len(table), len(fact["squared_m0_on"]))
    assert table["squared"].to_numpy()[:n] == pytest.approx(fact["squared_m0_on"][:n], rel=1e-8)


def test_two_methods_of_baumann_compared_by_ancova(baumann):
    fact = pd.DataFrame(*(FACTS["baumann.DRTA_v_Basal.ancova.hc3"][key] for key in ("values", "rows", "cols")))
    chosen = baumann.participants["arm"].isin(["Basal", "DRTA"])
    arm = baumann.participants.loc[chosen, "arm"]
    treated = arm == "DRTA"
    pre = baumann.score("pre", "pretest_1").loc[arm.index]
    post = baumann.score("post", "post_test_1").loc[arm.index]
    result = ef.ancova(pre, post, treated)
    assert result.n_used == 44
    assert result.estimate == pytest.approx(fact.loc["grp", "est"], rel=1e-8)
    assert result.std_error == pytest.approx(fact.loc["grp", "se"], rel=1e-8)
    assert result.p_value == pytest.approx(fact.loc["grp", "p"], rel=1e-8)


def test_the_tests_of_baumann_are_no_waves_of_one_scale(baumann):
    waves = baumann.scores.groupby("scale", observed=True)["wave"].nunique()
    assert (waves == 1).all()
