"""Scale scores from answers, by the instrument's own range, keys and missing rule."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import pandas as pd

from ..instruments import Instrument, Scale

_COLUMNS = ("participant_id", "wave", "item", "response")


def score(
    responses: pd.DataFrame, instrument: Instrument, *, missing: Literal["instrument", "complete"] = "instrument"
) -> pd.DataFrame:
    """Scale scores of every child and wave with an answer sheet of the instrument.

    responses: participant_id, wave, item, response as answered, one row per answer; items of other instruments are
    left aside. missing: "instrument", scored where at least the scale's ``minimum_answered`` share of its items is
    answered; "complete", only where all are.

    Returns participant_id, wave, scale, score (NaN: too few answers), n_answered. With k items of which the set A is
    answered, reversed answers x' = minimum + maximum - x, and m the mean of the answers over A, the score is m
    (scoring "mean") or k * m (scoring "sum").

    Raises ValueError for missing columns, undecided reverse keys, an item answered twice by a child at one wave, and
    answers outside the instrument's range; items are named, children never.
    R, complete rows: ``rowMeans(X)`` or ``rowSums(X)`` after ``X[, reversed] <- minimum + maximum - X[, reversed]``.
    """
    if missing not in ("instrument", "complete"):
        raise ValueError(f"missing={missing!r}: one of ['instrument', 'complete']")
    absent = [column for column in _COLUMNS if column not in responses]
    if absent:
        raise ValueError(f"responses: columns {absent} are missing")
    if instrument.disputed:
        raise ValueError(
            f"instrument={instrument.id!r}: the reverse key of items {list(instrument.disputed)} is undecided"
        )
    answers = _Answers(responses, instrument)
    return pd.concat([answers.scored(scale, missing=missing) for scale in instrument.scales], ignore_index=True)


class _Answers:
    """The answers to one instrument as a matrix, sheets x items: reversed where the key says so, NaN where missing."""

    def __init__(self, responses: pd.DataFrame, instrument: Instrument) -> None:
        names = [item.name for item in instrument.items]
        code, found = pd.factorize(responses["item"])
        position = pd.Index(names).get_indexer(pd.Index(found.astype(object)))[code]
        own = position >= 0
        if not own.any() and len(responses):
            raise ValueError(f"responses: no item of instrument {instrument.id!r}, whose items are {names}")
        people, self.people = pd.factorize(responses["participant_id"][own])
        waves, self.waves = pd.factorize(responses["wave"][own])
        sheet, self.sheets = pd.factorize(people * max(len(self.waves), 1) + waves)
        cell = sheet * len(names) + position[own]
        if len(cell) and np.bincount(cell).max() > 1:
            raise ValueError("responses: an item stands twice for the same participant_id and wave")
        self.instrument = instrument
        self.matrix = np.full((len(self.sheets), len(names)), np.nan)
        self.matrix.ravel()[cell] = responses["response"].to_numpy(dtype=float)[own]
        self._refuse_out_of_range(names)
        reverse = [index for index, item in enumerate(instrument.items) if item.reverse is True]
        self.matrix[:, reverse] = instrument.minimum + instrument.maximum - self.matrix[:, reverse]

    def _refuse_out_of_range(self, names: list[str]) -> None:
        low, high = self.instrument.minimum, self.instrument.maximum
        outside = np.flatnonzero(((self.matrix < low) | (self.matrix > high)).any(axis=0))
        if outside.size:
            items = [names[index] for index in outside]
            raise ValueError(f"responses: answers outside {low} to {high} at items {items}")

    def scored(self, scale: Scale, *, missing: str) -> pd.DataFrame:
        numbers = [item.number for item in self.instrument.items]
        answers = self.matrix[:, [numbers.index(number) for number in scale.items]]
        n_items = len(scale.items)
        n_answered = np.isfinite(answers).sum(axis=1)
        share = scale.minimum_answered if missing == "instrument" else 1.0
        needed = max(1, math.ceil(share * n_items - 1e-9))  # 0.8 x 5 items are 4, not 4.000000001
        mean = np.nansum(answers, axis=1) / np.where(n_answered >= needed, n_answered, np.nan)
        return pd.DataFrame(
            {
                "participant_id": self.people[self.sheets // max(len(self.waves), 1)],
                "wave": self.waves[self.sheets % max(len(self.waves), 1)],
                "scale": scale.id,
                "score": mean * n_items if scale.scoring == "sum" else mean,
                "n_answered": n_answered,
            }
        )
