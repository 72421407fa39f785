"""Effects on a group chosen because it scored low: every estimator on the same studies, by what the data are like."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from efficacy.calibration.model import Cell
from efficacy.effects.batch import (
    Estimates,
    ancovas,
    change_score_differences,
    paired_changes,
    retest_corrections,
    untreated_lines,
)

from .family import Aim, Family, FloatArray, Found, around, interval_found
from .shapes import population

RETEST_CHILDREN = 40
CONF_LEVEL = 0.95
BASE: Cell = {
    "n_survey": 54,
    "n_members": 12,
    "retest_r": 0.7,
    "shape": "normal",
    "effect": 0.0,
    "drift": 0.0,
    "missing": 0.0,
    "loss": "random",
    "shock": 0.0,
}
R = (0.5, 0.6, 0.7, 0.8, 0.9)
SHAPES = ("normal", "skew_0.7", "skew_1.2", "floor", "five_point")
GRID = around(
    BASE,
    {"n_survey": (30, 54, 95, 200), "n_members": (8, 12, 20)},
    {"retest_r": R, "shape": SHAPES},
    {"effect": (0.3, 0.5, 0.8), "retest_r": (0.6, 0.7, 0.8)},
    {"effect": (0.5,), "shape": SHAPES},
    {"drift": (0.2,), "retest_r": R},
    {"drift": (0.2,), "n_survey": (54, 95), "n_members": (8, 12, 20)},
    {"drift": (0.2,), "n_survey": (200,)},
    {"missing": (0.1, 0.25), "n_members": (8, 12, 20)},
    {"missing": (0.25,), "loss": ("lowest",)},
    {"shock": (0.1, 0.2, 0.3)},
    {"shape": ("skew_0.7", "skew_1.2"), "n_survey": (54, 95), "n_members": (8, 12, 20)},
    {"shape": ("skew_0.7", "skew_1.2"), "n_survey": (200,)},
)
"""shape of the scores; effect on every member and drift of everybody in survey standard deviations; missing, share of
each group without a posttest, lost at random or, of the members, the lowest posttests; shock, standard deviation of
what hits the whole group at once."""
_ASSUMING_NO_DRIFT = ("retest_correction_known_r", "retest_correction_study_r", "second_baseline")
_ASSUMING_NORMAL = ("retest_correction_known_r", "retest_correction_study_r", "discontinuity_linear")
_CERTIFIED = (*_ASSUMING_NO_DRIFT, "discontinuity_linear", "discontinuity_quadratic", "randomised_ancova")
_COVERAGE: Aim = (0.94, 0.96)
_UPWARD: Aim = (0.0, 0.03)
_BIAS: Aim = (-0.02, 0.02)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Scores:
    """Children in the order of their pretest. after: without the programme; after_programme: with it."""

    pre: FloatArray
    second: FloatArray
    after: FloatArray
    after_programme: FloatArray


@dataclass(frozen=True, kw_only=True, eq=False)
class _Group:
    """Members in the first columns, then those they are compared with; truth: their mean true effect, by study."""

    n_members: int
    pre: FloatArray
    second: FloatArray
    post: FloatArray
    truth: FloatArray


def replicate(cell: Cell, random: np.random.Generator, count: int) -> Found:
    """Every estimator of a change on ``count`` studies."""
    scores = _measure(cell, random, count)
    mean, sd = scores.pre.mean(axis=1), scores.pre.std(axis=1, ddof=1)
    n, size = int(cell["n_members"]), int(cell["n_survey"])
    lowest = _group(cell, scores, np.broadcast_to(np.arange(size), (count, size)), random)
    pool = random.permuted(np.broadcast_to(np.arange(min(2 * n, size)), (count, min(2 * n, size))), axis=1)
    drawn = _group(cell, scores, pool, random)
    k = lowest.n_members
    pre, second, post = lowest.pre[:, :k], lowest.second[:, :k], lowest.post[:, :k]
    survey = {"mean_survey": mean, "sd_survey": sd, "n_survey": size}
    r = float(cell["retest_r"])
    study = np.clip(_retest_study(cell, random, count), 0.01, 0.99)
    found: dict[tuple[str, str], FloatArray] = {}
    for procedure, estimates in {
        "usual_paired_t": paired_changes(pre, post),
        "retest_correction_known_r": retest_corrections(pre, post, retest_r=r, **survey),
        "retest_correction_study_r": retest_corrections(pre, post, retest_r=study, retest_n=RETEST_CHILDREN, **survey),
        "second_baseline": paired_changes(second, post),
        "discontinuity_linear": ancovas(lowest.pre, lowest.post, n_members=k),
        "discontinuity_quadratic": ancovas(lowest.pre, lowest.post, n_members=k, form="quadratic"),
        "untreated_line": untreated_lines(lowest.pre, lowest.post, n_members=k),
        "change_score": change_score_differences(lowest.pre, lowest.post, n_members=k),
    }.items():
        found |= _of(procedure, estimates, lowest.truth)
    found |= _of("randomised_ancova", ancovas(drawn.pre, drawn.post, n_members=k), drawn.truth)
    both = found["discontinuity_linear", "upward"] * found["discontinuity_quadratic", "upward"]
    found["discontinuity_both", "upward"] = both
    found["pretest", "skewness"] = _skewness(scores.pre)
    return found


def _measure(cell: Cell, random: np.random.Generator, count: int) -> _Scores:
    size = (count, int(cell["n_survey"]))
    children = population(random, shape=str(cell["shape"]), retest_r=float(cell["retest_r"]), size=size)
    pre, second = children.occasion(random, 0.0), children.occasion(random, 0.0)
    drift, effect = float(cell["drift"]), float(cell["effect"])
    seed = int(random.integers(2**63))  # the same errors with and without the programme
    after = children.occasion(np.random.default_rng(seed), drift)
    programme = children.occasion(np.random.default_rng(seed), drift + effect) if effect else after
    order = np.lexsort((random.random(size), pre), axis=1)  # ties in random order
    waves = (np.take_along_axis(wave, order, axis=1) for wave in (pre, second, after, programme))
    return _Scores(**dict(zip(("pre", "second", "after", "after_programme"), waves, strict=True)))


def _group(cell: Cell, scores: _Scores, children: np.ndarray, random: np.random.Generator) -> _Group:
    """The first n_members of these children have the programme; some of either group have no posttest."""
    n, missing = int(cell["n_members"]), float(cell["missing"])
    members, others = children[:, :n], children[:, n:]
    with_it = np.take_along_axis(scores.after_programme, members, axis=1)
    order = (
        with_it.argsort(axis=1)[:, ::-1] if cell["loss"] == "lowest" else random.random(members.shape).argsort(axis=1)
    )
    if missing:
        members = np.take_along_axis(members, order[:, : round((1 - missing) * n)], axis=1)
        others = random.permuted(others, axis=1)[:, : round((1 - missing) * others.shape[1])]
    both = np.concatenate([members, others], axis=1)
    k = members.shape[1]
    post = np.take_along_axis(scores.after, both, axis=1)
    gained = np.take_along_axis(scores.after_programme, members, axis=1)
    truth = (gained - post[:, :k]).mean(axis=1)
    post[:, :k] = gained + float(cell["shock"]) * random.standard_normal((len(post), 1))
    return _Group(
        n_members=k,
        pre=np.take_along_axis(scores.pre, both, axis=1),
        second=np.take_along_axis(scores.second, both, axis=1),
        post=post,
        truth=truth,
    )


def _retest_study(cell: Cell, random: np.random.Generator, count: int) -> FloatArray:
    """The correlation that other children of the same population show in each study's retest."""
    shape, r = str(cell["shape"]), float(cell["retest_r"])
    others = population(random, shape=shape, retest_r=r, size=(count, RETEST_CHILDREN))
    first, second = (others.occasion(random, 0.0) for _ in range(2))
    first, second = (wave - wave.mean(axis=1, keepdims=True) for wave in (first, second))
    return np.asarray((first * second).sum(axis=1) / np.sqrt((first**2).sum(axis=1) * (second**2).sum(axis=1)))


def _of(procedure: str, estimates: Estimates, truth: FloatArray) -> dict[tuple[str, str], FloatArray]:
    low, high = estimates.interval(CONF_LEVEL)
    found = interval_found(procedure, estimates.estimate, low, high, truth)
    if procedure == "usual_paired_t":
        found["usual_paired_t", "significant"] = ((low > 0) | (high < 0)).astype(float)
    return found


def _skewness(scores: FloatArray) -> FloatArray:
    """G1 of every study, as the reports compute it."""
    n = scores.shape[1]
    centred = scores - scores.mean(axis=1, keepdims=True)
    g1 = (centred**3).mean(axis=1) / (centred**2).mean(axis=1) ** 1.5
    return np.asarray(g1 * math.sqrt(n * (n - 1)) / (n - 2))


def aim(procedure: str, statistic: str, cell: Cell) -> Aim | None:
    """Certified where the procedure's own assumptions hold; everywhere else it is only measured."""
    if procedure not in (*_CERTIFIED, "discontinuity_both") or cell["shock"] or cell["loss"] != "random":
        return None
    if procedure in _ASSUMING_NO_DRIFT and cell["drift"]:
        return None
    if cell["shape"] != "normal" and procedure in (*_ASSUMING_NORMAL, "discontinuity_quadratic", "discontinuity_both"):
        return None
    if cell["shape"] in ("floor", "five_point") and cell["effect"]:
        return None  # answers near the ends move less: the effect is not the same for every child
    bands = {"coverage": _COVERAGE, "bias": _BIAS} | ({} if cell["effect"] else {"upward": _UPWARD})
    return bands.get(statistic)


ADJUSTED = Family(name="adjusted", grid=GRID, replicate=replicate, replications=lambda _: 10_000, batch=1000, aim=aim)
