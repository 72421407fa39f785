"""How a programme is carried out, seen and spoken of: checklists, observers' ratings, coded words of members."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..streams import stream
from .site import SimulatedSite
from .truth import FloatArray, IntArray

ANSWERS = ("done", "partly", "not_done")
VALENCES = ("positive", "mixed", "negative")


@dataclass(frozen=True, kw_only=True)
class FidelityTruth:
    """A checklist. elements: planned in every session. proportions: expected shares of done, partly, not done."""

    elements: tuple[str, ...]
    proportions: tuple[float, float, float] = (0.82, 0.12, 0.06)


@dataclass(frozen=True, kw_only=True)
class ObservationTruth:
    """Ratings from 1 on by several raters of every child present.

    dimensions: name and mean tendency at the middle of the programme. trend: rise of every tendency from the first to
    the last session, in standard deviations. child_share: share of a tendency's variance that stays with the child.
    agreement: correlation of two raters' tendencies, child_share included. shifts: how much milder each rater judges.
    cuts: where a tendency is cut into marks.
    """

    dimensions: tuple[tuple[str, float], ...]
    raters: tuple[str, ...]
    trend: float
    child_share: float
    agreement: float
    shifts: tuple[float, ...]
    cuts: tuple[float, ...] = (-1.6, -0.6, 0.5, 1.4)


@dataclass(frozen=True, kw_only=True)
class VoicesTruth:
    """Coded words of the treated. rates: share of children who speak of each code. proportions: expected shares of
    positive, mixed, negative, whatever happened to the child's score. sensitivity: chance that a rater finds what was
    said. same_valence: chance that it takes it as it was meant, else one of the other two."""

    rates: tuple[tuple[str, float], ...]
    raters: tuple[str, ...]
    proportions: tuple[float, float, float] = (0.70, 0.18, 0.12)
    sensitivity: float = 0.92
    same_valence: float = 0.9


@dataclass(frozen=True, kw_only=True)
class ProcessTruth:
    """What was recorded of a programme beside attendance; None: nothing of the kind."""

    fidelity: FidelityTruth | None = None
    observations: ObservationTruth | None = None
    voices: VoicesTruth | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class SimulatedProcess:
    """fidelity: session, element, done. observations: child, session, rater, dimension, rating. voices: child, rater,
    code, valence."""

    fidelity: pd.DataFrame
    observations: pd.DataFrame
    voices: pd.DataFrame


def simulate_process(site: SimulatedSite, truth: ProcessTruth) -> SimulatedProcess:
    """Draw the records of a simulated site's programme, in streams of their own: the site stays as it was drawn."""
    seed = site.truth.seed
    fidelity, seen, said = truth.fidelity, truth.observations, truth.voices
    n_sessions = int(site.sessions["session"].max()) if len(site.sessions) else 0
    members = np.flatnonzero(site.children["treated"])
    return SimulatedProcess(
        fidelity=checklist(stream(seed, "fidelity"), n_sessions=n_sessions, truth=fidelity)
        if fidelity
        else pd.DataFrame(columns=["session", "element", "done"]),
        observations=ratings(stream(seed, "observations"), site.sessions, truth=seen)
        if seen
        else pd.DataFrame(columns=["child", "session", "rater", "dimension", "rating"]),
        voices=coded_voices(stream(seed, "voices.said"), stream(seed, "voices.raters"), children=members, truth=said)
        if said
        else pd.DataFrame(columns=["child", "rater", "code", "valence"]),
    )


def checklist(rng: np.random.Generator, *, n_sessions: int, truth: FidelityTruth) -> pd.DataFrame:
    """What became of each planned element of each session, independently: columns session, element, done."""
    answers = rng.choice(len(ANSWERS), size=(n_sessions, len(truth.elements)), p=truth.proportions)
    rows = [
        (session + 1, element, ANSWERS[answers[session, position]])
        for session in range(n_sessions)
        for position, element in enumerate(truth.elements)
    ]
    return pd.DataFrame(rows, columns=["session", "element", "done"])


def ratings(rng: np.random.Generator, sessions: pd.DataFrame, *, truth: ObservationTruth) -> pd.DataFrame:
    """Marks of every child present: columns child, session, rater, dimension, rating.

    sessions: child, session (1, 2, ...), attended. Tendency of a place: the dimension's mean, the trend, a part of the
    child, a part of the occasion and a part of the rater, of variances child_share, agreement - child_share and
    1 - agreement; the mark is 1 plus the number of cuts below it. Raises ValueError where the shares do not fit.
    """
    if not 0 <= truth.child_share <= truth.agreement < 1:
        raise ValueError(f"child_share={truth.child_share!r}, agreement={truth.agreement!r}: from 0 to below 1, rising")
    if len(truth.shifts) != len(truth.raters):
        raise ValueError("shifts: one a rater")
    present = sessions[sessions["attended"].astype(bool)]
    children, child = np.unique(present["child"].to_numpy(), return_inverse=True)
    session = present["session"].to_numpy(dtype=np.float64)
    steps = (session - 1) / max(1.0, float(sessions["session"].max()) - 1) - 0.5
    parts = []
    for dimension, mean in truth.dimensions:
        stays = np.sqrt(truth.child_share) * rng.standard_normal(len(children))
        passes = np.sqrt(truth.agreement - truth.child_share) * rng.standard_normal(len(present))
        shared: FloatArray = mean + truth.trend * steps + stays[child] + passes
        for rater, shift in zip(truth.raters, truth.shifts, strict=True):
            own = shared + shift + np.sqrt(1 - truth.agreement) * rng.standard_normal(len(present))
            rows = present[["child", "session"]].assign(rater=rater, dimension=dimension)
            parts.append(rows.assign(rating=1 + np.searchsorted(truth.cuts, own)))
    table: pd.DataFrame = pd.concat(parts, ignore_index=True)
    return table[["child", "session", "rater", "dimension", "rating"]]


def coded_voices(
    said_rng: np.random.Generator, rater_rng: np.random.Generator, *, children: IntArray, truth: VoicesTruth
) -> pd.DataFrame:
    """What each rater coded of what each child said: columns child, rater, code, valence.

    children: numbers of those asked. Nothing is coded that was not said. Valences do not depend on any score, so that a
    pattern between words and scores is a chance finding.
    """
    codes = [code for code, _ in truth.rates]
    said = said_rng.random((len(children), len(codes))) < np.array([rate for _, rate in truth.rates])
    meant = said_rng.choice(len(VALENCES), size=said.shape, p=truth.proportions)
    found = said & (rater_rng.random((len(truth.raters), *said.shape)) < truth.sensitivity)
    right = rater_rng.random(found.shape) < truth.same_valence
    other = (meant + rater_rng.integers(1, len(VALENCES), found.shape)) % len(VALENCES)
    taken = np.where(right, meant, other)
    rows = [
        (int(children[i]), rater, codes[j], VALENCES[taken[r, i, j]])
        for r, rater in enumerate(truth.raters)
        for i, j in zip(*np.nonzero(found[r]), strict=True)
    ]
    return pd.DataFrame(rows, columns=["child", "rater", "code", "valence"])
