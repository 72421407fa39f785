"""Random streams by name: adding one never changes another."""

from __future__ import annotations

import hashlib

import numpy as np

_WORDS = 4  # 128 bits of the name's digest: no two names of a project share a stream


def stream(seed: int, name: str) -> np.random.Generator:
    """The generator of one named stream.

    seed: of the whole simulation, 0 or more. name: what is drawn from it, for example "answers.post".
    The stream is numpy's PCG64 seeded by SeedSequence(seed, spawn_key = first 128 bits of SHA-256(name)), so it depends
    on these two arguments alone and not on what else was drawn. Raises ValueError for a negative seed or an empty name.
    Reference: O'Neill (2014), HMC-CS-2014-0905. R has no call that gives the same numbers.
    """
    if seed < 0:
        raise ValueError(f"seed={seed!r}: 0 or more")
    if not name:
        raise ValueError("name='': a text that says what is drawn")
    digest = hashlib.sha256(name.encode("utf-8")).digest()
    words = tuple(int.from_bytes(digest[4 * i : 4 * i + 4], "little") for i in range(_WORDS))
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=words)))
