"""Scale scores: numbers from R and by hand, and what must hold for any answers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from building import INSTRUMENT
from hypothesis import given, settings, strategies as st

from efficacy.instruments import Instrument, Scale, load_instrument
from efficacy.study import score, score_items

REFERENCE = Path(__file__).parent / "reference"
FACTS = json.loads((REFERENCE / "scoring.json").read_text(encoding="utf-8"))["entries"]

TOY = Instrument.model_validate_json(json.dumps(INSTRUMENT))


def long(answers: pd.DataFrame, *, wave: str = "pre") -> pd.DataFrame:
    wide = answers.rename_axis("participant_id").reset_index()
    return wide.melt("participant_id", var_name="item", value_name="response").assign(wave=wave)


def wide_scores(scores: pd.DataFrame) -> pd.DataFrame:
    return scores.pivot(index="participant_id", columns="scale", values="score")


@pytest.mark.parametrize("fact", FACTS, ids=[fact["id"] for fact in FACTS])
def test_total_scores_of_complete_rows_equal_those_of_r(fact: dict) -> None:
    bfi = load_instrument("bfi25")
    numbers = tuple(item.number for item in bfi.items if item.name in fact["columns"])
    total = bfi.scales[0].model_copy(update={"id": "sum", "items": numbers, "scoring": "sum", "minimum_answered": 0.1})
    answers = pd.read_csv(REFERENCE / fact["data"])[fact["columns"]].rename(index=str)
    scores = score(long(answers), bfi.model_copy(update={"scales": (total,)}), missing="complete")["score"].dropna()
    found = {"n": len(scores), "mean": scores.mean(), "sd": scores.std(), "min": scores.min(), "max": scores.max()}
    assert found == pytest.approx(fact["value"], rel=1e-12)


def test_the_slices_hold_missing_answers_that_matter() -> None:
    assert [fact["value"]["n"] for fact in FACTS] == [95, 47]


NAN = float("nan")


@pytest.mark.parametrize(
    ("answers", "first", "second", "total", "n_answered"),
    [
        # item 3 is reversed: 6 - 5 = 1
        ([2, 4, 5, 1, 2, 3], 7 / 3, 2.0, 13.0, (3, 3, 6)),
        # 2 of 3 are 0.67 >= 0.6: the mean of those two; 5 of 6 are 0.83 >= 0.8: (4 + 1 + 1 + 2 + 3) / 5 x 6
        ([NAN, 4, 5, 1, 2, 3], 2.5, 2.0, 13.2, (2, 3, 5)),
        # the second scale needs all three; 4 of 6 are too few
        ([NAN, 4, 5, NAN, 2, 3], 2.5, NAN, NAN, (2, 2, 4)),
        ([NAN, NAN, 5, 1, 2, 3], NAN, 2.0, NAN, (1, 3, 4)),
        ([NAN] * 6, NAN, NAN, NAN, (0, 0, 0)),
    ],
)
def test_scores_by_hand(answers: list[float], first: float, second: float, total: float, n_answered: tuple) -> None:
    frame = pd.DataFrame([answers], columns=[f"i{n}" for n in range(1, 7)], index=["p1"])
    scores = score(long(frame), TOY)
    assert list(scores["scale"]) == ["first", "second", "all_items"]
    assert list(scores["score"]) == pytest.approx([first, second, total], rel=1e-12, nan_ok=True)
    assert tuple(scores["n_answered"]) == n_answered
    complete = score(long(frame), TOY, missing="complete")
    assert list(complete["score"].isna()) == [n < k for n, k in zip(n_answered, (3, 3, 6), strict=True)]


def test_a_share_of_items_is_met_exactly() -> None:
    scale = TOY.scales[1].model_copy(update={"minimum_answered": 2 / 3})
    instrument = TOY.model_copy(update={"scales": (scale,)})
    answers = pd.DataFrame({"i4": [1.0, 1.0], "i5": [2.0, NAN], "i6": [NAN, NAN]}, index=["p1", "p2"])
    assert list(score(long(answers), instrument)["score"]) == pytest.approx([1.5, NAN], nan_ok=True)


def test_items_that_were_not_asked_count_as_unanswered() -> None:
    answers = pd.DataFrame({"i1": [1.0], "i2": [2.0], "i4": [3.0]}, index=["p1"])
    scores = score(long(answers), TOY).set_index("scale")
    assert scores.loc["first", "score"] == 1.5
    assert scores.loc["second", ["score", "n_answered"]].tolist() == pytest.approx([NAN, 1], nan_ok=True)


def test_waves_are_kept_apart_and_other_instruments_left_aside() -> None:
    first = pd.DataFrame({f"i{n}": [2.0, 3.0] for n in range(1, 7)}, index=["p1", "p2"])
    later = first.loc[["p2"]] + 1
    others = pd.DataFrame({"x1": [99.0]}, index=["p3"])
    responses = pd.concat([long(first), long(later, wave="post"), long(others)], ignore_index=True)
    scores = score(responses, TOY)
    second = scores[scores["scale"] == "second"].set_index(["participant_id", "wave"])["score"]
    assert second.to_dict() == {("p1", "pre"): 2.0, ("p2", "pre"): 3.0, ("p2", "post"): 4.0}


def test_no_answers_give_no_scores() -> None:
    scores = score(pd.DataFrame(columns=["participant_id", "wave", "item", "response"]), TOY)
    assert list(scores.columns) == ["participant_id", "wave", "scale", "score", "n_answered"]
    assert scores.empty


ANSWERS = pd.DataFrame({f"i{n}": [1.0, 5.0] for n in range(1, 7)}, index=["kid1", "kid2"])


@pytest.mark.parametrize("wrong", [0, 6, 33, np.inf, -np.inf])
def test_answers_out_of_range_name_the_item_and_no_child(wrong: float) -> None:
    responses = long(ANSWERS)
    responses.loc[2, "response"] = wrong
    with pytest.raises(ValueError, match="answers outside 1 to 5 at items \\['i2'\\]") as caught:
        score(responses, TOY)
    assert "kid" not in str(caught.value)


def test_wrong_calls_are_refused() -> None:
    responses = long(ANSWERS)
    with pytest.raises(ValueError, match="one of \\['instrument', 'complete'\\]"):
        score(responses, TOY, missing="listwise")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="columns \\['wave'\\] are missing"):
        score(responses.drop(columns="wave"), TOY)
    with pytest.raises(ValueError, match="stands twice"):
        score(pd.concat([responses, responses.head(1)]), TOY)
    with pytest.raises(ValueError, match="participant_id or wave is missing"):
        score(responses.assign(wave=["pre", None] * 6), TOY)
    with pytest.raises(ValueError, match="no item of instrument 'toy'"):
        score(responses.assign(item="other"), TOY)


def test_undecided_reverse_keys_are_refused_by_number() -> None:
    with pytest.raises(ValueError, match=r"items \[14, 16, 17, 20\] is undecided"):
        score(long(ANSWERS), load_instrument("liang2000"))


def test_categories_score_as_text_does() -> None:
    responses = long(ANSWERS)
    kinds = dict.fromkeys(("participant_id", "wave", "item"), "category")
    as_text, as_categories = score(responses, TOY), score(responses.astype(kinds), TOY)
    pd.testing.assert_frame_equal(as_text, as_categories.astype(as_text.dtypes.to_dict()))


SHEETS = st.lists(
    st.lists(st.one_of(st.none(), st.integers(1, 5)), min_size=6, max_size=6), min_size=1, max_size=8
).map(lambda rows: pd.DataFrame(rows, columns=[f"i{n}" for n in range(1, 7)], dtype=float).rename(index="p{}".format))


def with_all_reversed(instrument: Instrument) -> Instrument:
    items = tuple(item.model_copy(update={"reverse": not item.reverse}) for item in instrument.items)
    return instrument.model_copy(update={"items": items})


@settings(max_examples=40, deadline=None)
@given(SHEETS)
def test_reversing_the_key_and_the_answers_changes_nothing(answers: pd.DataFrame) -> None:
    once, twice = score(long(answers), TOY), score(long(6 - answers), with_all_reversed(TOY))
    pd.testing.assert_frame_equal(once, twice)


@settings(max_examples=40, deadline=None)
@given(SHEETS, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(answers: pd.DataFrame, random) -> None:
    responses = long(answers)
    order = list(responses.index)
    random.shuffle(order)
    one, other = (wide_scores(score(frame, TOY)) for frame in (responses, responses.loc[order]))
    pd.testing.assert_frame_equal(one, other.reindex(one.index))


@settings(max_examples=40, deadline=None)
@given(SHEETS)
def test_scores_lie_within_the_scale_and_a_sum_is_a_mean_times_its_items(answers: pd.DataFrame) -> None:
    mean = TOY.scales[2].model_copy(update={"id": "as_mean", "scoring": "mean"})
    scores = wide_scores(score(long(answers), TOY.model_copy(update={"scales": (*TOY.scales, mean)})))
    np.testing.assert_allclose(scores["all_items"], scores["as_mean"] * 6)
    for scale in TOY.scales:
        low, high = TOY.range_of(scale.id)
        given_scores = scores[scale.id].dropna()
        assert given_scores.between(low - 1e-9, high + 1e-9).all()


@settings(max_examples=40, deadline=None)
@given(SHEETS)
def test_with_every_item_required_both_rules_agree(answers: pd.DataFrame) -> None:
    strict = tuple(
        Scale(**(scale.model_dump() | {"label": scale.label, "minimum_answered": 1.0})) for scale in TOY.scales
    )
    instrument = TOY.model_copy(update={"scales": strict})
    pd.testing.assert_frame_equal(
        score(long(answers), instrument), score(long(answers), instrument, missing="complete")
    )


def test_a_table_of_answers_is_scored_as_its_long_form() -> None:
    bfi = load_instrument("bfi25")
    answers = pd.read_csv(REFERENCE / "data" / "bfi_n54.csv")[[item.name for item in bfi.items]].rename(index=str)
    for missing in ("instrument", "complete"):
        found = score_items(answers.assign(other=99), bfi, missing=missing)
        expected = score(long(answers), bfi, missing=missing).drop(columns="wave")
        keys = ["scale", "participant_id"]
        pd.testing.assert_frame_equal(
            found.sort_values(keys, ignore_index=True),
            expected.sort_values(keys, ignore_index=True),
            check_dtype=False,
        )


def test_many_blocks_of_sheets_are_scored_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = pd.DataFrame(np.random.default_rng(1).integers(1, 6, (50, len(TOY.items))).astype(float))
    answers = answers.set_axis([item.name for item in TOY.items], axis=1).mask(answers.to_numpy() == 2)
    whole = score_items(answers, TOY)
    monkeypatch.setattr("efficacy.study.scale_scores._AT_ONCE", 7)
    pd.testing.assert_frame_equal(score_items(answers, TOY), whole)
    answers.iloc[33, 1] = 7.0
    with pytest.raises(ValueError, match="outside") as refused:
        score_items(answers, TOY)
    assert TOY.items[1].name in str(refused.value)
    assert "7" not in str(refused.value).replace(str(TOY.maximum), "")


def test_categories_are_scored_as_text() -> None:
    answers = pd.DataFrame(np.random.default_rng(2).integers(1, 6, (20, len(TOY.items))).astype(float)).rename(
        index=str
    )
    responses = long(answers.set_axis([item.name for item in TOY.items], axis=1))
    text = {column: responses[column].astype("category") for column in ("participant_id", "wave", "item")}
    found = score(responses.assign(**text), TOY)
    expected = score(responses, TOY)
    assert found["score"].tolist() == expected["score"].tolist()
    assert found["participant_id"].astype(str).tolist() == expected["participant_id"].tolist()


def test_a_table_without_an_item_is_refused() -> None:
    answers = pd.DataFrame([[1.0] * len(TOY.items)], columns=[item.name for item in TOY.items])
    with pytest.raises(ValueError, match=TOY.items[0].name):
        score_items(answers.drop(columns=TOY.items[0].name), TOY)
    with pytest.raises(ValueError, match="missing="):
        score_items(answers, TOY, missing="none")  # type: ignore[arg-type]
