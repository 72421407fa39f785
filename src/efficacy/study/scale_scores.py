"""One scale's score from a matrix of answers, a block of sheets at a time so that a million take little memory."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import numpy.typing as npt

from ..instruments import Instrument, Scale

Missing = Literal["instrument", "complete"]

_AT_ONCE = 1 << 15  # sheets whose answers lie in the processor's cache together


def check_range(answers: npt.NDArray[np.float64], instrument: Instrument) -> None:
    """ValueError naming the items with an answer outside the instrument's range (never a child, never an answer).

    answers: sheets x the instrument's items, NaN missing.
    """
    low, high = instrument.minimum, instrument.maximum
    outside = np.zeros(answers.shape[1], dtype=bool)
    for start in range(0, len(answers), _AT_ONCE):
        block = answers[start : start + _AT_ONCE]
        outside |= ((block < low) | (block > high)).any(axis=0)
    if outside.any():
        items = [item.name for item, wrong in zip(instrument.items, outside, strict=True) if wrong]
        raise ValueError(f"responses: answers outside {low} to {high} at items {items}")


def scale_scores(
    answers: npt.NDArray[np.float64], instrument: Instrument, scale: Scale, *, missing: Missing
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Scores (NaN: too few answers) and answered items of one scale.

    answers: sheets x the instrument's items, as answered, NaN missing. The sum of reversed answers is the sum of
    minimum + maximum over them less their own sum, so nothing is reversed one by one.
    """
    numbers = [item.number for item in instrument.items]
    members = [numbers.index(number) for number in scale.items]
    reverse = np.array([instrument.items[index].reverse is True for index in members])
    signs = np.where(reverse, -1.0, 1.0)
    n_items = len(members)
    sums, n_answered = np.empty(len(answers)), np.empty(len(answers), dtype=np.int64)
    for start in range(0, len(answers), _AT_ONCE):
        rows = slice(start, start + _AT_ONCE)
        block = answers[rows, members]
        given = ~np.isnan(block)
        block[~given] = 0.0
        n_answered[rows] = given.sum(axis=1)
        sums[rows] = block @ signs
        if reverse.any():
            sums[rows] += (instrument.minimum + instrument.maximum) * given[:, reverse].sum(axis=1)
    share = scale.minimum_answered if missing == "instrument" else 1.0
    needed = max(1, math.ceil(share * n_items - 1e-9))  # 0.8 x 5 items are 4, not 4.000000001
    means = sums / np.where(n_answered >= needed, n_answered, np.nan)
    return (means * n_items if scale.scoring == "sum" else means), n_answered
