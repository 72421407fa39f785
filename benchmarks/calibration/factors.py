"""The number of factors: how often parallel analysis and MAP find it, and how often they invent one."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from efficacy.calibration.model import Cell
from efficacy.psychometrics import minimum_average_partial, parallel_analysis
from efficacy.simulation import factor_scores, item_answers

from .family import Aim, Family, FloatArray, Found, around
from .questionnaires import correlated_factors

N_ITEMS = 22
REFERENCE_ITERATIONS = 1000
BASE: Cell = {"n": 54, "n_items": N_ITEMS, "n_factors": 2, "factor_r": 0.6, "loadings": "low", "answers": "symmetric"}
GRID = around(
    BASE,
    {"n": (54, 95, 200), "factor_r": (0.0, 0.3, 0.6, 0.8), "loadings": ("low", "high")},
    {"n": (54, 95, 200), "n_factors": (1,), "factor_r": (0.0,), "loadings": ("low", "high")},
    {"n": (54, 95, 200), "n_factors": (3,), "factor_r": (0.3, 0.6)},
    {"n": (54, 95), "answers": ("skewed",)},
)


def replicate(cell: Cell, random: np.random.Generator, count: int) -> Found:
    """Both rules on ``count`` samples. The random eigenvalues depend on the numbers of children and items alone, so
    that one parallel analysis gives them for all samples of a cell."""
    truth = correlated_factors(
        n_items=N_ITEMS,
        n_factors=int(cell["n_factors"]),
        factor_r=float(cell["factor_r"]),
        loadings=str(cell["loadings"]),
        answers=str(cell["answers"]),
    )
    n, true = int(cell["n"]), int(cell["n_factors"])
    parallel, partial = [], []
    for _ in range(count):
        factors = factor_scores(random, n=n, factor_correlations=truth.phi)
        items = pd.DataFrame(item_answers(random, factors, questionnaire=truth))
        observed = parallel_analysis(items, n_iterations=1, seed=0).tidy()["observed"].to_numpy()
        parallel.append(int(np.logical_and.accumulate(observed > _limit(n)).sum()))
        partial.append(minimum_average_partial(items).n_factors)
    return _counted("parallel_analysis", parallel, true) | _counted("minimum_average_partial", partial, true)


@cache
def _limit(n: int) -> FloatArray:
    """95th percentiles of the eigenvalues of random data, with n rows."""
    normal = np.random.default_rng(n).standard_normal((n, N_ITEMS))
    analysis = parallel_analysis(pd.DataFrame(normal), n_iterations=REFERENCE_ITERATIONS, seed=20260901)
    return np.asarray(analysis.tidy()["percentile"], dtype=float)


def _counted(procedure: str, found: npt.ArrayLike, true: int) -> dict[tuple[str, str], FloatArray]:
    numbers = np.asarray(found, dtype=float)
    shares = {"recovered": numbers == true, "too_few": numbers < true, "too_many": numbers > true}
    return {(procedure, name): share.astype(float) for name, share in shares.items()}


def aim(_procedure: str, statistic: str, _cell: Cell) -> Aim | None:
    """A rule may miss a factor that these children cannot show, but should not invent one."""
    return (0.0, 0.05) if statistic == "too_many" else None


FACTORS = Family(name="factors", grid=GRID, replicate=replicate, replications=lambda _: 10_000, batch=50, aim=aim)
