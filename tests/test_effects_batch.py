"""Many studies at once give what each study alone gives."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from efficacy.effects import (
    adjusted_change,
    ancova,
    change_score_comparison,
    paired_change,
    regression_discontinuity,
)
from efficacy.effects.batch import (
    Estimates,
    ancovas,
    change_score_differences,
    paired_changes,
    retest_corrections,
    untreated_lines,
)

STUDIES, CHILDREN, MEMBERS = 4, 30, 7
FIELDS = ("estimate", "std_error", "df", "conf_low", "conf_high")


@pytest.fixture(scope="module")
def waves() -> tuple[np.ndarray, np.ndarray]:
    """Pretest, the members its lowest and in the first columns, and posttest."""
    random = np.random.default_rng(7)
    pre = 50 + 10 * np.sort(random.standard_normal((STUDIES, CHILDREN)), axis=1)
    return pre, 15 + 0.7 * pre + 7 * random.standard_normal(pre.shape)


def rows(estimates: Estimates) -> np.ndarray:
    low, high = estimates.interval(0.9)
    df = np.broadcast_to(estimates.df, low.shape)
    return np.stack([estimates.estimate, estimates.std_error, df, low, high], axis=1)


def of_each(waves: tuple[np.ndarray, np.ndarray], one: Callable[..., dict[str, float]]) -> np.ndarray:
    treated = pd.Series(np.arange(CHILDREN) < MEMBERS)
    found = [one(pd.Series(pre), pd.Series(post), treated) for pre, post in zip(*waves, strict=True)]
    return np.array([[row[name] for name in FIELDS] for row in found])


def discontinuity_row(term: str) -> Callable[..., dict[str, float]]:
    def row(pre: pd.Series, post: pd.Series, treated: pd.Series) -> dict[str, float]:
        table = regression_discontinuity(pre, post, treated, conf_level=0.9).tidy()
        return dict(table.set_index("term").loc[term])

    return row


def change_row(pre: pd.Series, post: pd.Series, treated: pd.Series) -> dict[str, float]:
    result = paired_change(pre[treated], post[treated], conf_level=0.9)
    return {**result.tidy().iloc[0], "df": result.df}


def glance(result: object) -> dict[str, float]:
    return dict(result.glance().iloc[0])  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("many", "one"),
    [
        (lambda a, b: paired_changes(a[:, :MEMBERS], b[:, :MEMBERS]), change_row),
        (
            lambda a, b: change_score_differences(a, b, n_members=MEMBERS),
            lambda *waves: glance(change_score_comparison(*waves, conf_level=0.9)),
        ),
        (lambda a, b: ancovas(a, b, n_members=MEMBERS), lambda *waves: glance(ancova(*waves, conf_level=0.9))),
        (lambda a, b: ancovas(a, b, n_members=MEMBERS, form="quadratic"), discontinuity_row("quadratic")),
        (lambda a, b: untreated_lines(a, b, n_members=MEMBERS), discontinuity_row("untreated_line")),
    ],
    ids=["paired", "change_score", "linear", "quadratic", "untreated_line"],
)
def test_every_study_comes_out_as_it_does_alone(
    waves: tuple[np.ndarray, np.ndarray], many: Callable[..., Estimates], one: Callable[..., dict[str, float]]
) -> None:
    assert rows(many(*waves)) == pytest.approx(of_each(waves, one), rel=1e-9)


@pytest.mark.parametrize("retest_n", [None, 40])
def test_every_retest_correction_comes_out_as_it_does_alone(
    waves: tuple[np.ndarray, np.ndarray], retest_n: int | None
) -> None:
    pre, post = waves
    each = np.array([0.6, 0.7, 0.8, 0.9])  # a retest coefficient a study, as a retest study would give
    found = retest_corrections(
        pre[:, :MEMBERS],
        post[:, :MEMBERS],
        mean_survey=pre.mean(axis=1),
        sd_survey=pre.std(axis=1, ddof=1),
        n_survey=CHILDREN,
        retest_r=each,
        retest_n=retest_n,
    )
    alone = [
        adjusted_change(
            pd.Series(a), pd.Series(b), members=pd.RangeIndex(MEMBERS), retest_r=r, retest_n=retest_n, conf_level=0.9
        )
        for a, b, r in zip(pre, post, each, strict=True)
    ]
    assert rows(found) == pytest.approx(np.array([[getattr(a, name) for name in FIELDS] for a in alone]), rel=1e-9)
