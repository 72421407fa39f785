"""Factor scores: against psych, and what each kind of score promises."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pandas as pd
import pytest
from psychometrics_facts import assert_agrees, facts, items_of, table
from scipy.optimize import linear_sum_assignment

from efficacy.psychometrics import FactorSolution, factor_scores, fit_efa

FACTS = facts("factor_scores")
EFA = facts("efa")
METHODS = {"regression": "regression", "bartlett": "bartlett", "tenBerge": "ten_berge"}
ITEMS = items_of(FACTS["hs9.nf3.scores.regression"])


@cache
def solution(tag: str, rotation: str) -> FactorSolution:
    items = items_of(FACTS[f"{tag}.scores.regression"])
    return fit_efa(items, n_factors=int(tag[-1]), rotation=rotation)  # type: ignore[arg-type]


def aligned(ours: np.ndarray, theirs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which of our columns is which of theirs, and its sign there."""
    products = ours.T @ theirs
    rows, columns = linear_sum_assignment(-np.abs(products))
    order = rows[np.argsort(columns)]
    return order, np.sign(products[order, range(len(order))])


@pytest.mark.parametrize("name", FACTS)
def test_equals_psych(name: str) -> None:
    tag, kind = name.split(".scores.")
    value = FACTS[name]["value"]
    found = factor_scores(
        items_of(FACTS[name]),
        solution(tag, "varimax" if kind == "bartlett" else "oblimin"),
        method=METHODS[kind],  # type: ignore[arg-type]
    )
    first = table(value["first10"])
    scores = found.scores.dropna().to_numpy()
    order, signs = aligned(scores[:10], first.to_numpy())
    assert_agrees(scores[:10][:, order] * signs, first, 1e-3)
    if "weights" in value:
        assert_agrees(found.weights.to_numpy()[:, order] * signs, table(value["weights"]), 1e-3)
    if "cor" in value:
        correlations = np.corrcoef(scores[:, order] * signs, rowvar=False)
        assert_agrees(correlations, table(value["cor"]), 1e-3)
        phi = found_phi(tag)[np.ix_(order, order)] * np.outer(signs, signs)
        np.testing.assert_allclose(correlations, phi, atol=1e-8)


def found_phi(tag: str) -> np.ndarray:
    return solution(tag, "oblimin").factor_correlations.to_numpy()


@pytest.mark.parametrize("name", [name for name in EFA if name.endswith("minres.oblimin")])
def test_determinacy_equals_psych(name: str) -> None:
    found = factor_scores(items_of(EFA[name]), solution(name.split(".fa.")[0], "oblimin"))
    assert_agrees(np.sort(found.determinacy), np.sort(EFA[name]["value"]["R2_scores"]), 1e-4)
    standardised = found.scores.var(ddof=1)
    np.testing.assert_allclose(standardised, found.determinacy, atol=1e-10)  # of regression scores


def test_bartlett_scores_recover_the_factors_of_answers_without_error() -> None:
    """Answers that are exactly L f: unbiased scores are f, regression scores lie nearer to 0."""
    fitted = solution("hs9.nf3", "oblimin")
    factors = np.array([[1.0, -2, 0.5], [0, 0, 0], [-1, 1, 2]])
    answers = factors @ fitted.loadings.to_numpy().T
    items = pd.DataFrame(answers, columns=fitted.loadings.index) * fitted.deviations + fitted.means
    found = factor_scores(items, fitted, method="bartlett")
    np.testing.assert_allclose(found.scores, factors, atol=1e-10)
    shrunk = factor_scores(items, fitted)
    assert np.abs(shrunk.scores.to_numpy()).sum() < np.abs(factors).sum()


def test_scores_of_another_wave_keep_the_change_of_the_whole_group() -> None:
    fitted = solution("hs9.nf3", "oblimin")
    one, two = factor_scores(ITEMS, fitted), factor_scores(ITEMS + 0.5 * fitted.deviations, fitted)
    change = two.scores - one.scores
    np.testing.assert_allclose(change.std(), 0, atol=1e-10)
    assert (change.mean() > 0.2).all()


def test_incomplete_answers_have_no_score_and_others_the_same() -> None:
    fitted = solution("hs9.nf3", "oblimin")
    holed = ITEMS.mask((ITEMS.index.to_numpy()[:, None] < 6) & (np.arange(9) == 4))
    found = factor_scores(holed[holed.columns[::-1]], fitted)
    assert (found.n_used, found.n_dropped) == (295, 6)
    assert found.scores.iloc[:6].isna().all(axis=None)
    pd.testing.assert_frame_equal(found.scores.iloc[6:], factor_scores(ITEMS, fitted).scores.iloc[6:])
    tidy = found.tidy()
    assert tidy.shape == (27, 3)
    row = tidy[(tidy["item"] == "x5") & (tidy["factor"] == "F2")].iloc[0]
    assert row["weight"] == found.weights.loc["x5", "F2"]


def test_no_solution_has_no_scores() -> None:
    items = ITEMS.assign(x1=3.0)
    found = factor_scores(items, fit_efa(items, n_factors=2))
    assert (found.status, found.reasons[0].key) == ("not_computable", "zero_variance")
    assert found.scores.isna().all(axis=None)
    assert found.weights.isna().all(axis=None)


def test_bartlett_scores_need_variance_of_the_items_own() -> None:
    fitted = solution("hs9.nf3", "oblimin")
    known = FactorSolution(
        **{**vars(fitted), "uniquenesses": fitted.uniquenesses.where(fitted.uniquenesses > 0.4, 0.0)}
    )
    found = factor_scores(ITEMS, known, method="bartlett")
    assert [reason.key for reason in found.reasons] == ["uniqueness_of_zero"]
    assert found.reasons[0].values["items"] == tuple(fitted.uniquenesses.index[fitted.uniquenesses <= 0.4])
    assert math.isnan(found.determinacy.iloc[0])
    assert factor_scores(ITEMS, known).status == "ok"


def test_a_wrong_call_is_refused() -> None:
    fitted = solution("hs9.nf3", "oblimin")
    with pytest.raises(ValueError, match="method"):
        factor_scores(ITEMS, fitted, method="anderson")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="items of the solution"):
        factor_scores(ITEMS.rename(columns={"x1": "y1"}), fitted)
