"""Heterotrait-monotrait ratios: against semTools, by hand, and on scales that are known to be apart or the same."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from psychometrics_facts import assert_agrees, facts, scored, subscales, table, with_correlations

from efficacy.psychometrics import htmt

FACTS = facts("htmt")
TAGS = sorted({name.split(".")[0] for name in FACTS})
FEW = 50

LOADINGS = np.array([[0.8, 0], [0.7, 0], [0.6, 0], [0, 0.75], [0, 0.65], [0, 0.55]])
MODEL = {"one": ["i01", "i02", "i03"], "two": ["i04", "i05", "i06"]}


def known(phi: float) -> pd.DataFrame:
    correlations = LOADINGS @ np.array([[1, phi], [phi, 1]]) @ LOADINGS.T
    np.fill_diagonal(correlations, 1)
    return with_correlations(correlations, n=200)


@pytest.mark.parametrize("tag", TAGS)
def test_equals_semtools_and_the_closed_form(tag: str) -> None:
    entry = FACTS[f"{tag}.multi.HTMT"]
    items, model = scored(entry), subscales(entry)
    geometric = table(entry["value"])
    assert_agrees(htmt(items, model, mean="geometric", n_resamples=2).ratios, geometric.loc[list(model), list(model)])
    found = htmt(items, model, n_resamples=2)
    for name in ("HTMT_classic", "HTMT_hand"):
        assert_agrees(found.ratios, table(FACTS[f"{tag}.multi.{name}"]["value"]).loc[list(model), list(model)])
    pairs = found.tidy()
    assert [found.ratios.loc[row.scale_1, row.scale_2] for row in pairs.itertuples()] == pairs["estimate"].tolist()
    assert len(pairs) == math.comb(len(model), 2)


def test_geometric_ratio_is_the_correlation_of_congeneric_scales() -> None:
    assert htmt(known(0.4), MODEL, mean="geometric", n_resamples=2).tidy()["estimate"].item() == pytest.approx(0.4)
    arithmetic = htmt(known(0.4), MODEL, n_resamples=2).tidy()["estimate"].item()
    assert abs(arithmetic - 0.4) > 1e-4  # unequal loadings
    assert arithmetic == pytest.approx(0.4, abs=0.02)


@pytest.mark.parametrize("mean", ["arithmetic", "geometric"])
def test_interval_holds_the_estimate_and_widens_with_its_level(mean: str) -> None:
    one = htmt(known(0.5), MODEL, mean=mean, n_resamples=300, seed=2).tidy().iloc[0]  # type: ignore[arg-type]
    two = htmt(known(0.5), MODEL, mean=mean, n_resamples=300, seed=2, conf_level=0.8).tidy().iloc[0]  # type: ignore[arg-type]
    assert one["conf_low"] < two["conf_low"] < one["estimate"] < two["conf_high"] < one["conf_high"]
    assert 0.15 < one["conf_high"] - one["conf_low"] < 0.45  # about 4 / sqrt(n) / loading


def test_direction_order_and_unit_of_items_are_irrelevant() -> None:
    items = known(0.4)
    one = htmt(items, MODEL, n_resamples=FEW, seed=3)
    moved = (items[items.columns[::-1]] * 3 - 5).assign(i05=lambda frame: -frame["i05"])
    two = htmt(moved, MODEL, n_resamples=FEW, seed=3)
    assert_agrees(two.tidy().iloc[:, 2:], one.tidy().iloc[:, 2:])
    turned = htmt(items, dict(reversed(MODEL.items())), n_resamples=FEW, seed=3)
    assert turned.tidy()["estimate"].item() == pytest.approx(one.tidy()["estimate"].item())


def test_incomplete_rows_are_dropped_and_items_of_no_scale_left_aside() -> None:
    items = known(0.4)
    holed = items.mask((items.index.to_numpy()[:, None] < 7) & (np.arange(6) == 2)).assign(other=math.nan)
    found = htmt(holed, MODEL, n_resamples=2)
    assert (found.n_used, found.n_dropped, found.n_items, found.n_scales) == (193, 7, 6, 2)
    assert_agrees(found.ratios, htmt(items.iloc[7:], MODEL, n_resamples=2).ratios)


@pytest.mark.parametrize(
    ("items", "model", "key"),
    [
        (known(0.4), {"one": MODEL["one"]}, "too_few_items"),
        (known(0.4).iloc[:3], MODEL, "too_few_rows"),
        (known(0.4).assign(i02=1.0), MODEL, "zero_variance"),
        (known(0.4).assign(i02=math.nan), MODEL, "empty_items"),
    ],
)
def test_not_computable_with_its_reason(items: pd.DataFrame, model: dict[str, list[str]], key: str) -> None:
    found = htmt(items, model)
    assert (found.status, [reason.key for reason in found.reasons]) == ("not_computable", [key])
    assert found.tidy()[["estimate", "conf_low", "conf_high"]].isna().all(axis=None)
    assert found.ratios.isna().all(axis=None)
    assert len(found.glance()) == 1


def test_twelve_respondents_and_fewer_than_items() -> None:
    items = pd.DataFrame(np.random.default_rng(4).integers(1, 6, (5, 6)).astype(float), columns=known(0).columns)
    found = htmt(items, MODEL, n_resamples=FEW)
    assert (found.status, found.reasons[0].key) == ("flagged", "resamples_without_solution")
    assert found.n_resamples_used == FEW - found.reasons[0].values["n"]
    assert found.tidy()["conf_high"].notna().all()


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ({"one": ["i01", "i09"], "two": ["i03", "i04"]}, "i09"),
        ({"one": ["i01", "i02"], "two": ["i02", "i04"]}, "more than once"),
        ({"one": ["i01", "i02"], "two": ["i04"]}, "two items or more"),
    ],
)
def test_a_wrong_model_is_refused(model: dict[str, list[str]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        htmt(known(0.4), model)


@pytest.mark.parametrize("option", [{"mean": "median"}, {"n_resamples": 0}, {"seed": -1}, {"conf_level": 2}])
def test_a_wrong_call_is_refused(option: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(option))):
        htmt(known(0.4), MODEL, **option)  # type: ignore[arg-type]
