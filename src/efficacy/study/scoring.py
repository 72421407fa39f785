"""Scale scores from answers, by the instrument's own range, keys and missing rule."""

from __future__ import annotations

from typing import get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..instruments import Instrument, Scale
from .scale_scores import Missing, check_range, scale_scores

_COLUMNS = ("participant_id", "wave", "item", "response")


def score(responses: pd.DataFrame, instrument: Instrument, *, missing: Missing = "instrument") -> pd.DataFrame:
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
    _check(instrument, missing)
    absent = [column for column in _COLUMNS if column not in responses]
    if absent:
        raise ValueError(f"responses: columns {absent} are missing")
    answers = _Answers(responses, instrument)
    return pd.concat([answers.scored(scale, missing=missing) for scale in instrument.scales], ignore_index=True)


def score_items(items: pd.DataFrame, instrument: Instrument, *, missing: Missing = "instrument") -> pd.DataFrame:
    """Scale scores of answers that stand as a table, one sheet a row: what a survey of many thousands is scored with.

    items: sheets x items by the instrument's names, as answered, NaN missing; other columns are left aside. missing:
    as score. Returns one row a sheet and scale: participant_id (the sheet's index), scale, score, n_answered, as score.
    Raises ValueError for absent items, undecided reverse keys, and answers outside the instrument's range (items are
    named, children never). R: ``psych::scoreItems(keys, items, totals, min, max, missing = TRUE, impute = "none")``.
    """
    _check(instrument, missing)
    names = [item.name for item in instrument.items]
    if absent := [name for name in names if name not in items]:
        raise ValueError(f"items: the instrument's items {absent} are missing")
    answers = items[names].to_numpy(dtype=float, na_value=np.nan)
    check_range(answers, instrument)
    parts = []
    for scale in instrument.scales:
        scores, n_answered = scale_scores(answers, instrument, scale, missing=missing)
        parts.append(
            pd.DataFrame({"participant_id": items.index, "scale": scale.id, "score": scores, "n_answered": n_answered})
        )
    return pd.concat(parts, ignore_index=True)


def _check(instrument: Instrument, missing: Missing) -> None:
    if missing not in get_args(Missing):
        raise ValueError(f"missing={missing!r}: one of {list(get_args(Missing))}")
    if instrument.disputed:
        raise ValueError(
            f"instrument={instrument.id!r}: the reverse key of items {list(instrument.disputed)} is undecided"
        )


class _Answers:
    """The answers to one instrument as a matrix, sheets x items, NaN where missing."""

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
        check_range(self.matrix, instrument)

    def scored(self, scale: Scale, *, missing: Missing) -> pd.DataFrame:
        scores, n_answered = scale_scores(self.matrix, self.instrument, scale, missing=missing)
        return pd.DataFrame(
            {
                "participant_id": self.people[self.sheets // max(len(self.waves), 1)],
                "wave": self.waves[self.sheets % max(len(self.waves), 1)],
                "scale": scale.id,
                "score": scores,
                "n_answered": n_answered,
            }
        )


def _codes(column: pd.Series) -> tuple[npt.NDArray[np.int32], pd.Index]:
    if isinstance(column.dtype, pd.CategoricalDtype):  # text that stands a million times over is best kept so
        return np.asarray(column.cat.codes, dtype=np.int32), column.cat.categories
    codes, found = pd.factorize(column)
    return codes.astype(np.int32), found
