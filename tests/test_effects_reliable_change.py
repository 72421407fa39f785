"""Reliable change: the arithmetic against R, the error rates it claims, r's uncertainty, and invariants."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from effects_facts import agrees, data, facts
from hypothesis import given, settings, strategies as st
from scipy import stats

from efficacy.effects import ReliableChange, reliable_change
from efficacy.effects.reliable_change import CHILDREN, ReliableMethod
from efficacy.streams import stream

FACTS = facts("reliable_change")
METHODS: tuple[ReliableMethod, ...] = ("regression_based", "jacobson_truax")
LEVEL_OF_196 = 2 * float(stats.norm.cdf(1.96)) - 1  # the references round the normal quantile
SMALL = pd.Series([1.0, 2.0, 3.0], index=["a", "b", "c"])


def waves(entry: dict[str, object]) -> tuple[pd.Series, pd.Series]:
    frame = data(str(entry["data"]).removeprefix("data/").removesuffix(".csv"), entry.get("filter"))  # type: ignore[arg-type]
    pre, post = entry["columns"][:2]  # type: ignore[index]
    return frame[pre], frame[post]


@pytest.mark.parametrize("tag", FACTS)
def test_jacobson_truax_equals_r(tag: str) -> None:
    """Mean and sd are the sample's own here: arithmetic, never a way to analyse."""
    entry = FACTS[tag]
    pre, post = waves(entry)
    value = entry["value"]
    result = reliable_change(
        pre,
        post,
        mean=float(pre.mean()),
        sd=float(pre.std()),
        retest_r=value["reliability"],
        method="jacobson_truax",
        conf_level=LEVEL_OF_196,
    )
    for field, name in {
        "sem": "SEM",
        "sd_difference": "S_diff",
        "smallest_reliable": "min_reliable_change",
        "n_improved": "n_improved",
        "n_deteriorated": "n_deteriorated",
    }.items():
        assert agrees(getattr(result, field), value[name], entry), field
    shown = result.tidy()
    assert shown["statistic"].to_numpy() == pytest.approx(value["rci"], abs=1e-8)
    assert shown["expected"].equals(shown["pre"])
    assert result.n_improved + result.n_unchanged + result.n_deteriorated == result.n == len(shown)


def test_regression_based_by_its_formula() -> None:
    pre, post = pd.Series([2.0, 3.0, 1.5]), pd.Series([3.4, 3.1, 0.2])
    result = reliable_change(pre, post, mean=3.0, sd=0.5, retest_r=0.7)
    expected = 3.0 + 0.7 * (pre - 3.0)
    shown = result.tidy()
    assert shown["expected"].to_numpy() == pytest.approx(expected.to_numpy())
    assert shown["statistic"].to_numpy() == pytest.approx(((post - expected) / (0.5 * math.sqrt(0.51))).to_numpy())
    assert shown["verdict"].tolist() == ["improved", "unchanged", "deteriorated"]
    assert result.smallest_reliable == pytest.approx(stats.norm.ppf(0.975) * 0.5 * math.sqrt(0.51))
    assert tuple(shown.columns) == CHILDREN


def test_the_share_of_unchanged_children_called_changed_is_the_stated_one() -> None:
    """The lowest 12 of 54, r = .7, nothing happened: 2.5 % a side for the regression-based index, far more improved
    than deteriorated children for Jacobson and Truax's."""
    random, r = stream(1, "reliable_change"), 0.7
    pre = np.sort(random.standard_normal((2500, 54)), axis=1)[:, :12].ravel()
    post = r * pre + math.sqrt(1 - r**2) * random.standard_normal(pre.size)
    based, truax = (
        reliable_change(pd.Series(pre), pd.Series(post), mean=0.0, sd=1.0, retest_r=r, method=method)
        for method in METHODS
    )
    for count in (based.n_improved, based.n_deteriorated):
        assert abs(count / pre.size - 0.025) < 4 * math.sqrt(0.025 * 0.975 / pre.size)
    assert truax.n_improved / pre.size > 0.05 > truax.n_deteriorated / pre.size


def test_the_uncertainty_of_r_is_carried() -> None:
    pre, post = SMALL, SMALL + np.array([1.6, 0.4, -1.2])
    result = reliable_change(pre, post, mean=3.0, sd=1.0, retest_r=0.7, retest_n=40)
    low, high = np.tanh(np.arctanh(0.7) + np.array([-1, 1]) * stats.norm.ppf(0.975) / math.sqrt(37))
    assert (result.r_low, result.r_high) == pytest.approx((low, high))
    assert result.counts["retest_r"].tolist() == pytest.approx([low, 0.7, high])
    for place, r, row in (("verdict_lowest", low, 0), ("verdict_highest", high, 2)):
        alone = reliable_change(pre, post, mean=3.0, sd=1.0, retest_r=r)
        assert result.tidy()[place].tolist() == alone.tidy()["verdict"].tolist()
        counted = result.counts[["n_improved", "n_unchanged", "n_deteriorated"]].iloc[row].tolist()
        assert counted == [alone.n_improved, alone.n_unchanged, alone.n_deteriorated]
    declared = reliable_change(pre, post, mean=3.0, sd=1.0, retest_r=0.7, retest_ends=(0.6, 0.9))
    assert (declared.r_low, declared.r_high) == (0.6, 0.9)
    unknown = reliable_change(pre, post, mean=3.0, sd=1.0, retest_r=0.7)
    assert math.isnan(unknown.r_low) and len(unknown.counts) == 1
    assert set(unknown.tidy()["verdict_lowest"]) == {""}
    assert reliable_change(pre, post, mean=3.0, sd=1.0, retest_r=0.1, retest_n=4).r_low == 0.0


@settings(max_examples=40, deadline=None)
@given(
    pre=st.lists(st.floats(1, 5), min_size=3, max_size=8),
    shift=st.floats(-3, 3),
    r=st.floats(0.05, 0.95),
    method=st.sampled_from(METHODS),
)
def test_invariants(pre: list[float], shift: float, r: float, method: ReliableMethod) -> None:
    before = pd.Series(pre)
    after = (before + shift).where(before.index % 2 == 0, before)

    def judged(first: pd.Series, second: pd.Series, *, mean: float = 3.0, down: bool = False) -> ReliableChange:
        improvement = "decrease" if down else "increase"
        return reliable_change(first, second, mean=mean, sd=0.8, retest_r=r, method=method, improvement=improvement)

    here, moved = judged(before, after), judged(before + 10, after + 10, mean=13.0)
    assert moved.tidy()["statistic"].to_numpy() == pytest.approx(here.tidy()["statistic"].to_numpy(), abs=1e-9)
    mirrored = judged(-before, -after, mean=-3.0, down=True)
    assert mirrored.n_improved == here.n_improved and mirrored.n_deteriorated == here.n_deteriorated
    turned = judged(before, after, down=True)
    assert (turned.n_improved, turned.n_deteriorated) == (here.n_deteriorated, here.n_improved)


def test_children_with_both_scores_only() -> None:
    result = reliable_change(SMALL, pd.Series([2.0, np.nan], index=["a", "b"]), mean=2.0, sd=1.0, retest_r=0.7)
    assert (result.n, result.n_used, result.n_dropped) == (1, 1, 2)
    nobody = reliable_change(SMALL, SMALL.iloc[:0], mean=2.0, sd=1.0, retest_r=0.7)
    assert (nobody.status, nobody.reasons[0].key) == ("not_computable", "too_few_rows")
    assert nobody.tidy().empty


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"sd": 0.0}, "sd"),
        ({"mean": math.nan}, "mean"),
        ({"retest_r": 1.0}, "retest_r"),
        ({"retest_n": 3}, "retest_n"),
        ({"retest_n": 40, "retest_ends": (0.6, 0.9)}, "not both"),
        ({"retest_ends": (0.8, 0.9)}, "retest_ends"),
        ({"method": "edwards_nunnally"}, "method"),
        ({"improvement": "up"}, "improvement"),
    ],
)
def test_wrong_calls_are_refused(wrong: dict[str, object], named: str) -> None:
    right: dict[str, object] = {"mean": 2.0, "sd": 1.0, "retest_r": 0.7}
    with pytest.raises(ValueError, match=named):
        reliable_change(SMALL, SMALL, **(right | wrong))  # type: ignore[arg-type]
