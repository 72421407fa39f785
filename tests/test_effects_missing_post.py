"""Delta adjustment: equal to completing the data by hand, its tipping point, and invariants."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from efficacy.effects import (
    MissingPostSensitivity,
    adjusted_change,
    ancova,
    missing_post_sensitivity,
    paired_change,
)
from efficacy.effects.controlled import Form
from efficacy.effects.missing_post import COLUMNS, DELTAS, LARGEST_DELTA
from efficacy.streams import stream

CHILDREN = pd.Index([f"p{number:02d}" for number in range(40)], name="participant_id")
RANDOM = stream(3, "missing_post")
PRE = pd.Series(RANDOM.normal(3, 1, 40), index=CHILDREN)
POST = 1 + 0.7 * PRE + pd.Series(RANDOM.normal(0.4, 0.6, 40), index=CHILDREN)
TREATED = pd.Series(CHILDREN.isin(PRE.nsmallest(12).index), index=CHILDREN)
LOST = PRE.nsmallest(12).index[[1, 4, 8]].union(PRE.nlargest(28).index[[2, 5]])
SEEN = POST.drop(LOST)


def completed(fitted: pd.Series, shift: float, *, worse: pd.Index, better: pd.Index) -> pd.Series:
    """Posttests with the missing filled in by fitted values, some of them lower, some higher."""
    filled = POST.copy()
    filled[LOST] = fitted[LOST]
    filled[LOST.intersection(worse)] -= shift
    filled[LOST.intersection(better)] += shift
    return filled


@pytest.mark.parametrize("form", ["linear", "quadratic"])
@pytest.mark.parametrize("assumed", ["against", "treated", "everybody"])
def test_it_equals_completing_the_data_of_a_comparison(form: Form, assumed: str) -> None:
    measured = ancova(PRE, SEEN, TREATED, form=form)
    result = missing_post_sensitivity(
        PRE,
        SEEN,
        treated=TREATED,
        estimate=measured.estimate,
        std_error=measured.std_error,
        df=measured.df,
        sd=2.0,
        form=form,
        assumed=assumed,  # type: ignore[arg-type]
    )
    b = measured.tidy().set_index("term")["estimate"]
    x = PRE if form == "linear" else PRE - PRE[SEEN.index].mean()
    fitted = b["intercept"] + b["pre"] * x + b.get("pre_squared", 0.0) * x**2 + b["treated"] * TREATED
    members, others = TREATED.index[TREATED], TREATED.index[~TREATED]
    worse = CHILDREN if assumed == "everybody" else members
    better = others if assumed == "against" else CHILDREN[:0]
    for _, row in result.tidy().iterrows():
        filled = completed(fitted, 2.0 * row["delta"], worse=worse, better=better)
        whole = ancova(PRE, filled, TREATED, form=form)
        assert row["estimate"] == pytest.approx(whole.estimate, abs=1e-10)
    assert (result.n_used, result.n_treated, result.n_missing, result.share_missing) == (40, 12, 3, 0.25)
    assert result.n_missing_untreated == 2


def test_it_equals_completing_the_data_of_a_retest_correction() -> None:
    members = TREATED.index[TREATED]
    measured = adjusted_change(PRE, SEEN, members=members, retest_r=0.7, retest_n=40)
    result = missing_post_sensitivity(
        PRE[members], SEEN, estimate=measured.estimate, std_error=measured.std_error, df=measured.df, sd=1.5
    )
    seen = members.intersection(SEEN.index)
    fitted = SEEN[seen].mean() + 0.7 * (PRE - PRE[seen].mean())
    for _, row in result.tidy().iterrows():
        whole = completed(fitted, 1.5 * row["delta"], worse=members, better=members[:0])
        assert row["estimate"] == pytest.approx(
            adjusted_change(PRE, whole, members=members, retest_r=0.7).estimate, abs=1e-10
        )
    first = result.tidy().iloc[0]
    for field in ("estimate", "std_error", "df", "conf_low", "conf_high"):
        assert first[field] == pytest.approx(getattr(measured, field))


def test_the_standard_error_adds_that_of_the_share_missing() -> None:
    change = paired_change(PRE, SEEN)
    result = missing_post_sensitivity(
        PRE, SEEN, estimate=change.mean_change, std_error=0.1, df=change.df, sd=1.0, deltas=[0.0, 2.0]
    )
    assert (result.weight, result.weight_std_error) == pytest.approx((0.125, math.sqrt(0.125 * 0.875 / 40)))
    assert result.tidy()["std_error"].tolist() == pytest.approx([0.1, math.hypot(0.1, 2 * result.weight_std_error)])


def sensitivity(**changes: object) -> MissingPostSensitivity:
    given = {"estimate": 0.5, "std_error": 0.1, "df": 30.0, "sd": 1.0, **changes}
    return missing_post_sensitivity(PRE, SEEN, treated=TREATED, **given)  # type: ignore[arg-type]


def test_the_tipping_delta_is_where_the_interval_reaches_zero() -> None:
    result = sensitivity()
    assert result.tipping == "tips"
    at = sensitivity(deltas=[result.tipping_delta]).tidy().iloc[0]
    assert at["conf_low"] == pytest.approx(0, abs=1e-9)
    shown = result.tidy()
    assert shown["holds"].tolist() == (shown["delta"] < result.tipping_delta).tolist()
    assert tuple(shown.columns) == COLUMNS and tuple(shown["delta"]) == DELTAS
    assert sensitivity(estimate=0.1).tipping == "not_shown"
    assert math.isnan(sensitivity(estimate=0.1).tipping_delta)
    strong = sensitivity(estimate=50.0)
    assert (
        strong.tipping == "holds_throughout" and sensitivity(estimate=50.0, deltas=[LARGEST_DELTA]).rows["holds"].all()
    )


@settings(max_examples=30, deadline=None)
@given(estimate=st.floats(-2, 2), delta=st.floats(0, 3), sd=st.floats(0.1, 4))
def test_lower_is_better_is_the_mirror_image(estimate: float, delta: float, sd: float) -> None:
    up = sensitivity(estimate=estimate, deltas=[delta], sd=sd)
    down = sensitivity(estimate=-estimate, deltas=[delta], sd=sd, improvement="decrease")
    assert down.tidy()["estimate"].iloc[0] == pytest.approx(-up.tidy()["estimate"].iloc[0])
    assert down.tidy()["conf_high"].iloc[0] == pytest.approx(-up.tidy()["conf_low"].iloc[0])
    assert (down.tipping, down.tidy()["holds"].iloc[0]) == (up.tipping, up.tidy()["holds"].iloc[0])
    assert up.tidy()["estimate"].iloc[0] <= estimate + 1e-12


def test_nobody_missing_is_said() -> None:
    complete = missing_post_sensitivity(PRE, POST, estimate=0.5, std_error=0.1, df=10, sd=1.0)
    others_only = missing_post_sensitivity(
        *(PRE, POST.drop(PRE.nlargest(2).index)),
        estimate=0.5,
        std_error=0.1,
        df=10,
        sd=1.0,
        treated=TREATED,
        assumed="treated",
    )
    for result in (complete, others_only):
        assert (result.status, result.reasons[0].key) == ("not_computable", "nobody_missing_at_post")
        assert result.n_missing == 0 and result.tidy()["estimate"].isna().all()


def test_children_outside_the_comparison_do_not_count() -> None:
    few = TREATED.iloc[:20]
    result = missing_post_sensitivity(PRE, SEEN, treated=few, estimate=0.5, std_error=0.1, df=10, sd=1.0)
    assert result.n_used == 20


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"sd": 0.0}, "sd"),
        ({"std_error": 0.0}, "std_error"),
        ({"deltas": [-0.5]}, "deltas"),
        ({"deltas": []}, "deltas"),
        ({"form": "cubic"}, "form"),
        ({"assumed": "nobody"}, "assumed"),
        ({"improvement": "up"}, "improvement"),
    ],
)
def test_wrong_calls_are_refused(wrong: dict[str, object], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        sensitivity(**wrong)
