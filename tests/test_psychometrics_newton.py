"""Many bounded minimisations at once: known minima, bounds, and the derivatives that the steps rest on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from reference_facts import DATA

from efficacy.psychometrics.newton import minimise_many
from efficacy.psychometrics.uniquenesses import _minres, _ml, loadings_at, minimise

ITEMS = pd.read_csv(DATA / "bfi_n95.csv", encoding="utf-8").loc[:, "A1":"O2"]
CORRELATIONS = ITEMS.corr().to_numpy()


def rosenbrock(points: np.ndarray, which: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The curved valley with its minimum 0 at (a, a^2), another a for every problem."""
    a = 1.0 + which
    x, y = points.T
    valley = y - x**2
    gradients = np.stack([-2 * (a - x) - 400 * x * valley, 200 * valley], axis=1)
    hessians = np.empty((len(points), 2, 2))
    hessians[:, 0, 0] = 2 - 400 * (valley - 2 * x**2)
    hessians[:, 0, 1] = hessians[:, 1, 0] = -400 * x
    hessians[:, 1, 1] = 200
    return (a - x) ** 2 + 100 * valley**2, gradients, hessians


def test_every_problem_reaches_its_own_minimum() -> None:
    starts = np.tile([-1.2, 1.0], (3, 1))
    found = minimise_many(rosenbrock, starts, lower=-20, upper=20)
    np.testing.assert_allclose(found.points, [[1, 1], [2, 4], [3, 9]], atol=1e-8)
    assert found.values.max() < 1e-15
    assert found.distance.max() < 1e-9


def test_a_minimum_beyond_the_box_lies_on_its_side() -> None:
    found = minimise_many(rosenbrock, np.tile([0.2, 0.2], (2, 1)), lower=-1.5, upper=1.5)
    # the second problem wants (2, 4): y is held at 1.5, x at the best for that y
    assert found.points[0] == pytest.approx([1, 1])
    assert found.points[1, 1] == 1.5
    x = np.linspace(1.0, 1.5, 100_001)
    assert found.points[1, 0] == pytest.approx(x[np.argmin((2 - x) ** 2 + 100 * (1.5 - x**2) ** 2)], abs=1e-5)
    assert found.distance.max() < 1e-9


def test_too_few_iterations_are_seen_in_the_distance() -> None:
    found = minimise_many(rosenbrock, np.array([[-1.2, 1.0]]), lower=-20, upper=20, most_iterations=3)
    assert found.distance[0] > 1e-3


@pytest.mark.parametrize(("make", "logs"), [(_minres, False), (_ml, True)])
def test_derivatives_are_those_of_the_discrepancy(make: object, logs: bool) -> None:
    which = np.arange(2)
    objective = make(np.repeat(CORRELATIONS[None], 2, axis=0), 3)  # type: ignore[operator]
    points = np.random.default_rng(3).uniform(0.3, 0.8, (2, 22))
    points = np.log(points) if logs else points
    _, gradients, hessians = objective(points, which)
    for item in (0, 7, 21):
        step = 1e-6 * (np.arange(22) == item)
        above, below = objective(points + step, which), objective(points - step, which)
        np.testing.assert_allclose(gradients[:, item], (above[0] - below[0]) / 2e-6, atol=1e-7)
        np.testing.assert_allclose(hessians[:, item], (above[1] - below[1]) / 2e-6, atol=1e-7)


def test_many_matrices_together_are_each_alone() -> None:
    matrices = np.stack([part.corr().to_numpy() for part in (ITEMS.iloc[:60], ITEMS.iloc[35:], ITEMS)])
    starts = np.full((3, 22), 0.6)
    for discrepancy in ("minres", "ml"):
        together = minimise(matrices, starts, n_factors=2, discrepancy=discrepancy)  # type: ignore[arg-type]
        alone = [minimise(matrix[None], starts[:1], n_factors=2, discrepancy=discrepancy) for matrix in matrices]  # type: ignore[arg-type]
        np.testing.assert_allclose(together.uniquenesses, np.vstack([one.uniquenesses for one in alone]), atol=1e-7)
        loadings = loadings_at(matrices, together.uniquenesses, n_factors=2, discrepancy=discrepancy)  # type: ignore[arg-type]
        np.testing.assert_allclose((loadings**2).sum(axis=2) + together.uniquenesses, 1, atol=1e-6)
