"""The study as observed: one object that every notebook and statistic starts from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from ..errors import Finding
from ..instruments import Instrument, Item
from ..params import Site

PERSON_COLUMN = "participant_id"


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Study:
    """What was observed at one site.

    participants: one row a child, indexed by participant_id (pseudonyms, text), with the covariates (categories in
    declared order) and ``arm``. responses: participant_id, wave, item, response as answered (NaN: no answer). scores:
    participant_id, wave, scale, score, n_answered (missing where a score arrived ready-made). sessions:
    participant_id, session, attended (bool), satisfaction. causes: participant_id, level, rater. registers: further
    tables by name: each register by its kind, with the columns of its codebook; "quality" holds participant_id, wave,
    duration_seconds, too_fast, straight_lining, same_address_answers. cleaning_log: file, row (the first), column,
    rule, n; one row per file, column and rule, without values. instruments: as used here, every reverse key decided.
    input_hashes: SHA-256 of every file read, by relative name. encodings: how each text file was decoded. columns:
    which column of which file was read as what (``mapping.map_columns``, ``registers.map_register_columns``).
    """

    site: Site
    instruments: tuple[Instrument, ...]
    participants: pd.DataFrame
    responses: pd.DataFrame
    scores: pd.DataFrame
    sessions: pd.DataFrame
    causes: pd.DataFrame
    registers: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    cleaning_log: pd.DataFrame = field(default_factory=pd.DataFrame)
    input_hashes: Mapping[str, str] = field(default_factory=dict)
    encodings: Mapping[str, str] = field(default_factory=dict)
    columns: pd.DataFrame = field(default_factory=pd.DataFrame)

    def __repr__(self) -> str:
        """Sizes only: these are children."""
        waves = ", ".join(wave.id for wave in self.site.waves)
        return f"<Study {self.site.site}: {len(self.participants)} participants, waves {waves} (rows hidden)>"

    def instrument_of(self, scale: str) -> Instrument | None:
        """The instrument a scale belongs to; None for a score that arrived ready-made."""
        return next((i for i in self.instruments if any(s.id == scale for s in i.scales)), None)

    def items(self, wave: str, scale: str) -> pd.DataFrame:
        """Answers of one scale at one wave, reverse-scored: children (index participant_id) x items, NaN missing.

        Raises ValueError naming the allowed scales or waves.
        """
        instrument = self.instrument_of(scale)
        if instrument is None:
            raise ValueError(f"scale={scale!r}: one of {[s.id for i in self.instruments for s in i.scales]}")
        members = [instrument.item(number) for number in instrument.scale(scale).items]
        return self._reverse_scored(wave, instrument, members)

    def item_table(self, wave: str, instrument: str) -> pd.DataFrame:
        """All items of an instrument at one wave, reverse-scored: children x items."""
        chosen = next((i for i in self.instruments if i.id == instrument), None)
        if chosen is None:
            raise ValueError(f"instrument={instrument!r}: one of {[i.id for i in self.instruments]}")
        return self._reverse_scored(wave, chosen, chosen.items)

    def score(self, wave: str, scale: str) -> pd.Series:
        """Scores of one scale at one wave, indexed by participant_id; children without a score are absent."""
        rows = self.scores[(self.scores["wave"] == wave) & (self.scores["scale"] == scale)]
        return rows.set_index(PERSON_COLUMN)["score"].dropna().rename(scale)

    def measured(self, wave: str) -> pd.Index:
        """The children with at least one answer or score at a wave."""
        self._require_wave(wave)
        answered = self.responses[(self.responses["wave"] == wave) & self.responses["response"].notna()]
        scored = self.scores[(self.scores["wave"] == wave) & self.scores["score"].notna()]
        present = set(answered[PERSON_COLUMN]) | set(scored[PERSON_COLUMN])
        return self.participants.index[self.participants.index.isin(list(present))]

    def arm_role(self, role: str) -> pd.Index:
        """The children of every arm with a role ("treated" or "comparison")."""
        arms = self.site.arms
        names = [level.value for level in arms.levels if level.role == role] if arms else []
        if "arm" not in self.participants:
            return self.participants.index[:0]
        return self.participants.index[self.participants["arm"].isin(names)]

    def _reverse_scored(self, wave: str, instrument: Instrument, members: Sequence[Item]) -> pd.DataFrame:
        self._require_wave(wave)
        names = [item.name for item in members]
        rows = self.responses[(self.responses["wave"] == wave) & self.responses["item"].isin(names)]
        wide = rows.pivot(index=PERSON_COLUMN, columns="item", values="response")
        wide = wide.reindex(columns=names).rename_axis(columns=None).astype(float)
        reverse = [item.name for item in members if item.reverse is True]
        wide[reverse] = instrument.minimum + instrument.maximum - wide[reverse]
        return wide

    def _require_wave(self, wave: str) -> None:
        if wave not in (waves := [declared.id for declared in self.site.waves]):
            raise ValueError(f"wave={wave!r}: one of {waves}")
