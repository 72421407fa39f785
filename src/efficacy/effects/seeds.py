"""Random numbers: one named stream per analysis, so that adding an analysis changes no other one's numbers."""

from __future__ import annotations

import zlib

import numpy as np


def generator(seed: int, analysis: str) -> np.random.Generator:
    """The random stream of one named analysis under a report's seed."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(zlib.crc32(analysis.encode("utf-8")),)))
