"""The generators of a programme's records: truths found again, and the sites left as they were drawn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

import efficacy as ef
from efficacy.simulation import (
    LAIXI,
    LAIXI_PROCESS,
    QICHUN,
    QICHUN_PROCESS,
    FidelityTruth,
    ObservationTruth,
    ProcessTruth,
    VoicesTruth,
    checklist,
    coded_voices,
    ratings,
    simulate_process,
    simulate_site,
)
from efficacy.streams import stream

OBSERVED = ObservationTruth(
    dimensions=(("effort", 0.3),), raters=("a", "b"), trend=1.0, child_share=0.4, agreement=0.7, shifts=(0.0, 0.5)
)
VOICES = VoicesTruth(rates=(("help", 0.6), ("drive", 0.3)), raters=("a", "b"), sensitivity=0.9, same_valence=0.8)


def everybody_there(n: int, n_sessions: int) -> pd.DataFrame:
    child = np.repeat(np.arange(n), n_sessions)
    return pd.DataFrame({"child": child, "session": np.tile(np.arange(1, n_sessions + 1), n), "attended": True})


def test_the_checklist_has_its_shares() -> None:
    truth = FidelityTruth(elements=("x", "y"), proportions=(0.7, 0.2, 0.1))
    rows = checklist(stream(1, "fidelity"), n_sessions=10_000, truth=truth)
    shares = rows["done"].value_counts(normalize=True)
    assert shares.to_dict() == pytest.approx({"done": 0.7, "partly": 0.2, "not_done": 0.1}, abs=0.01)
    assert not rows.duplicated(["session", "element"]).any()


def test_ratings_have_their_marks_trend_and_agreement() -> None:
    rows = ratings(stream(2, "observations"), everybody_there(6000, 3), truth=OBSERVED)
    wide = rows.pivot(index=["child", "session"], columns="rater", values="rating")
    middle = wide.xs(2, level="session")
    expected = np.diff([0.0, *norm.cdf(np.array(OBSERVED.cuts) - 0.3), 1.0])
    np.testing.assert_allclose(middle["a"].value_counts(normalize=True).sort_index(), expected, atol=0.02)
    high = [(wide.xs(s, level="session")["a"] > 2).mean() for s in (1, 3)]  # tendencies 0.3 -+ 0.5
    np.testing.assert_allclose(high, [norm.cdf(0.3 - 0.5 + 0.6), norm.cdf(0.3 + 0.5 + 0.6)], atol=0.02)
    assert (middle["b"] > 2).mean() == pytest.approx(norm.cdf(0.3 + 0.5 + 0.6), abs=0.02)
    both = (middle > 3).mean(axis=1).eq(1).mean()  # both above the cut 0.5: a bivariate normal probability
    a, b = stream(3, "check").multivariate_normal([0.3, 0.8], [[1, 0.7], [0.7, 1]], 200_000).T
    assert both == pytest.approx(((a > 0.5) & (b > 0.5)).mean(), abs=0.02)
    later = [wide.xs(s, level="session")["a"].to_numpy() > 3 for s in (1, 3)]
    c, d = stream(4, "check").multivariate_normal([-0.2, 0.8], [[1, 0.4], [0.4, 1]], 200_000).T
    assert (later[0] & later[1]).mean() == pytest.approx(((c > 0.5) & (d > 0.5)).mean(), abs=0.02)


def test_the_agreement_of_tendencies_is_found_in_the_marks() -> None:
    rows = ratings(stream(8, "observations"), everybody_there(8000, 1), truth=OBSERVED)
    wide = rows.pivot(index=["child", "session"], columns="rater", values="rating")
    assert ef.polychoric(wide).correlations.loc["a", "b"] == pytest.approx(OBSERVED.agreement, abs=0.02)


def test_only_who_was_there_is_rated() -> None:
    sessions = everybody_there(5, 4)
    sessions.loc[::3, "attended"] = False
    rows = ratings(stream(2, "observations"), sessions, truth=OBSERVED)
    there = set(sessions[sessions["attended"]][["child", "session"]].itertuples(index=False, name=None))
    assert set(rows[["child", "session"]].itertuples(index=False, name=None)) == there
    assert len(rows) == 2 * len(there)


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"child_share": 0.9}, "child_share"), ({"agreement": 1.0}, "agreement"), ({"shifts": (0.0,)}, "one a rater")],
)
def test_ratings_that_cannot_be(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ratings(stream(2, "observations"), everybody_there(2, 2), truth=replace(OBSERVED, **changes))


def test_voices_have_their_rates() -> None:
    n = 20_000
    rows = coded_voices(stream(5, "said"), stream(5, "raters"), children=np.arange(n), truth=VOICES)
    counts = rows.groupby(["rater", "code"]).size() / n
    assert counts.loc["a"].to_dict() == pytest.approx({"help": 0.6 * 0.9, "drive": 0.3 * 0.9}, abs=0.01)
    valences = rows["valence"].value_counts(normalize=True)
    told = np.array(VOICES.proportions)
    np.testing.assert_allclose(
        [valences[v] for v in ("positive", "mixed", "negative")], told * 0.8 + (1 - told) * 0.1, atol=0.01
    )
    both = rows.pivot(index=["child", "code"], columns="rater", values="valence").dropna()
    assert (both["a"] == both["b"]).mean() == pytest.approx(0.8**2 + 2 * 0.1**2, abs=0.01)


@pytest.mark.parametrize(
    ("truth", "process"), [(QICHUN, QICHUN_PROCESS), (LAIXI, LAIXI_PROCESS)], ids=["qichun", "laixi"]
)
def test_the_examples_are_whole(truth: object, process: ProcessTruth) -> None:
    site = simulate_site(QICHUN if truth is QICHUN else LAIXI)
    members = set(np.flatnonzero(site.children["treated"]))
    drawn, again = simulate_process(site, process), simulate_process(site, process)
    for name in ("fidelity", "observations", "voices"):
        pd.testing.assert_frame_equal(getattr(drawn, name), getattr(again, name))
    assert set(drawn.voices["child"]) <= members
    assert set(drawn.observations["child"]) <= members
    assert len(drawn.fidelity) == (8 * 5 if process.fidelity else 0)
    if process.observations:
        assert len(drawn.observations) == int(site.sessions["attended"].sum()) * 3 * 2
        assert set(drawn.observations["rating"]) <= set(range(1, 6))


def test_records_of_one_kind_leave_the_others_as_they_were() -> None:
    site = simulate_site(QICHUN)
    whole = simulate_process(site, QICHUN_PROCESS)
    alone = simulate_process(site, ProcessTruth(voices=QICHUN_PROCESS.voices))
    pd.testing.assert_frame_equal(whole.voices, alone.voices)
    assert alone.fidelity.empty
    assert alone.observations.empty
