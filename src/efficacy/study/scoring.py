"""Scale scores from answers, by the instrument's own range, keys and missing rule."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import numpy.typing as npt
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

    Raises ValueError for missing columns, ids or waves, undecided reverse keys, an item answered twice by a child at
    one wave, and answers outside the instrument's range; items are named, children never.
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
        self.instrument = instrument
        names = [item.name for item in instrument.items]
        item, found = _codes(responses["item"])
        item = pd.Index(names).get_indexer(pd.Index(found.astype(object))).astype(np.int32)[item]
        if len(responses) and (item < 0).all():
            raise ValueError(f"responses: no item of instrument {instrument.id!r}, whose items are {names}")
        if (item < 0).any():
            responses, item = responses[item >= 0], item[item >= 0]
        people, self.people = _codes(responses["participant_id"])
        waves, self.waves = _codes(responses["wave"])
        if (people < 0).any() or (waves < 0).any():
            raise ValueError("responses: participant_id or wave is missing in some rows")
        sheet, self.sheets = pd.factorize(people.astype(np.int64) * max(len(self.waves), 1) + waves)
        del people, waves  # with a million children every column of codes counts
        cell = sheet * len(names) + item
        self.matrix = np.full((len(self.sheets), len(names)), np.nan)
        given = np.zeros(self.matrix.size, dtype=bool)
        given[cell] = True
        if given.sum() < len(cell):
            raise ValueError("responses: an item stands twice for the same participant_id and wave")
        self.matrix.ravel()[cell] = responses["response"].to_numpy(dtype=float)
        self._refuse_out_of_range(names)
        for index, declared in enumerate(instrument.items):
            if declared.reverse is True:
                self.matrix[:, index] = instrument.minimum + instrument.maximum - self.matrix[:, index]

    def _refuse_out_of_range(self, names: list[str]) -> None:
        low, high = self.instrument.minimum, self.instrument.maximum
        outside = np.flatnonzero(((self.matrix < low) | (self.matrix > high)).any(axis=0))
        if outside.size:
            items = [names[index] for index in outside]
            raise ValueError(f"responses: answers outside {low} to {high} at items {items}")

    def scored(self, scale: Scale, *, missing: str) -> pd.DataFrame:
        numbers = [item.number for item in self.instrument.items]
        answers = self.matrix[:, [numbers.index(number) for number in scale.items]]
        unanswered = np.isnan(answers)
        answers[unanswered] = 0.0
        n_items = len(scale.items)
        n_answered = n_items - unanswered.sum(axis=1)
        share = scale.minimum_answered if missing == "instrument" else 1.0
        needed = max(1, math.ceil(share * n_items - 1e-9))  # 0.8 x 5 items are 4, not 4.000000001
        mean = answers.sum(axis=1) / np.where(n_answered >= needed, n_answered, np.nan)
        return pd.DataFrame(
            {
                "participant_id": self.people[self.sheets // max(len(self.waves), 1)],
                "wave": self.waves[self.sheets % max(len(self.waves), 1)],
                "scale": scale.id,
                "score": mean * n_items if scale.scoring == "sum" else mean,
                "n_answered": n_answered,
            }
        )


def _codes(column: pd.Series) -> tuple[npt.NDArray[np.int32], pd.Index]:
    codes, found = pd.factorize(column)
    return codes.astype(np.int32), found
