"""Random numbers by name: the same everywhere, and none that changes another."""

from __future__ import annotations

import pytest

from efficacy.streams import stream


def test_a_stream_depends_on_seed_and_name_alone() -> None:
    first = stream(7, "answers.pre").integers(0, 2**32, 4)
    stream(7, "something else").random(1000)
    assert (stream(7, "answers.pre").integers(0, 2**32, 4) == first).all()
    for other in (stream(8, "answers.pre"), stream(7, "answers.post")):
        assert not (other.integers(0, 2**32, 4) == first).any()


def test_a_stream_is_the_same_everywhere() -> None:
    # fixed once and for all: if these change, every example file changes
    assert stream(1, "stable").integers(0, 1000, 5).tolist() == [999, 108, 207, 719, 354]


@pytest.mark.parametrize(("seed", "name"), [(-1, "x"), (1, "")])
def test_a_wrong_stream_is_refused(seed: int, name: str) -> None:
    with pytest.raises(ValueError, match=r"seed|name"):
        stream(seed, name)
