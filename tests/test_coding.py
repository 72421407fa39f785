"""Coded interviews, checked by hand and against plain counting."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from efficacy.effects.coding import count_codes

LEVELS = ["self", "peers", "family"]
CODES = pd.DataFrame(
    [
        ("a", "self", "A"),
        ("a", "family", "A"),
        ("a", "self", "B"),
        ("a", "self", "B"),  # written twice
        ("b", "family", "A"),
        ("b", "family", "B"),
        ("c", "peers", "A"),
    ],
    columns=["participant_id", "level", "rater"],
)


def test_counts_children_coded_by_any_rater() -> None:
    result = count_codes(CODES, levels=LEVELS)
    assert result.tidy()["n"].tolist() == [1, 1, 2]
    assert result.tidy()["share"].tolist() == pytest.approx([1 / 3, 1 / 3, 2 / 3])
    assert (result.n_used, result.n_raters) == (3, 2)


def test_counts_children_coded_by_all_raters_who_coded_them() -> None:
    result = count_codes(CODES, levels=LEVELS, rule="all_raters")
    assert result.tidy()["n"].tolist() == [1, 1, 1]  # "family" for a was given by one of two


def test_together_holds_pairs_and_the_counts_on_its_diagonal() -> None:
    together = count_codes(CODES, levels=LEVELS).together
    assert together.loc["self", "family"] == together.loc["family", "self"] == 1
    assert together.loc["peers", "family"] == 0
    assert [together.loc[level, level] for level in LEVELS] == [1, 1, 2]


def test_agreement_is_over_decisions_about_children_both_coded() -> None:
    result = count_codes(CODES, levels=LEVELS)
    assert result.n_agreement == 2  # a and b
    assert result.agreement == pytest.approx(5 / 6)  # of 2 children x 3 levels only "family" for a differs


def test_no_agreement_without_a_second_rater() -> None:
    result = count_codes(CODES[CODES["rater"] == "A"], levels=LEVELS)
    assert result.n_agreement == 0
    assert pd.isna(result.agreement)
    unnamed = count_codes(CODES.assign(rater=None), levels=LEVELS)
    assert unnamed.n_raters == 1
    assert pd.isna(unnamed.agreement)


def test_no_codes_are_not_computable() -> None:
    result = count_codes(CODES.iloc[:0], levels=LEVELS)
    assert (result.status, result.n_used) == ("not_computable", 0)
    assert result.tidy()["n"].tolist() == [0, 0, 0]


def test_wrong_calls_are_refused() -> None:
    with pytest.raises(ValueError, match="not among"):
        count_codes(CODES, levels=["self"])
    with pytest.raises(ValueError, match="any_rater or all_raters"):
        count_codes(CODES, levels=LEVELS, rule="most")  # type: ignore[arg-type]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("abcd"), st.sampled_from(LEVELS), st.sampled_from("AB")), min_size=1, max_size=30
    )
)
def test_any_rater_never_counts_fewer_than_all_raters(rows: list[tuple[str, str, str]]) -> None:
    codes = pd.DataFrame(rows, columns=["participant_id", "level", "rater"])
    lenient, strict = (
        count_codes(codes, levels=LEVELS, rule=rule)  # type: ignore[arg-type]
        for rule in ("any_rater", "all_raters")
    )
    assert (lenient.counts["n"] >= strict.counts["n"]).all()
    for level in LEVELS:  # against plain counting
        children = {child for child, given_level, _ in rows if given_level == level}
        assert lenient.counts.set_index("level").loc[level, "n"] == len(children)
    if lenient.n_agreement:
        assert 0 <= lenient.agreement <= 1
