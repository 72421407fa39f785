"""How many factors: parallel analysis and the minimum average partial test. Counting eigenvalues above 1 is not
offered: in small samples it keeps several factors too many."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..results import Reason, Result, Status
from ..streams import stream
from .contingency import ordered_items
from .inputs import (
    SMALLEST_EIGENVALUE,
    CorrelationMethod,
    Mask,
    Matrix,
    check_choice,
    check_count,
    correlations_of,
    numbers,
)
from .one_factor import one_factor_loadings
from .polychoric_null import shuffled_polychoric

Basis = Literal["factor", "component"]
Stack = NDArray[np.float64]  # replications x items x items

_RANDOM: dict[CorrelationMethod, str] = {
    "pearson": "random normal data",
    "spearman": "random normal data",
    "polychoric": "shuffled answers",
}
_MATRICES_AT_ONCE = 1000  # held in memory together, as are at most
_DRAWS_AT_ONCE = 2_000_000  # random numbers; the results depend on neither


@dataclass(frozen=True, kw_only=True, eq=False)
class ParallelAnalysis(Result):
    """Observed eigenvalues against those of random normal data of the same size.

    n_factors: leading observed eigenvalues above the percentile of the random ones (NaN where not computable).
    eigenvalues: what tidy() returns.
    """

    n_factors: float
    n_items: int
    basis: str
    correlation: str
    n_iterations: int
    percentile: float
    seed: int
    eigenvalues: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """One row an eigenvalue: position, observed, mean, percentile (of the random ones), retained."""
        return self.eigenvalues.copy()


@dataclass(frozen=True, kw_only=True, eq=False)
class MinimumAveragePartial(Result):
    """Average partial correlations after taking out 0, 1, 2, ... components.

    n_factors: components at the minimum of the squared version (Velicer 1976); n_factors_fourth: of the fourth-power
    version (Velicer, Eaton & Fava 2000); NaN where not computable. averages: what tidy() returns.
    """

    n_factors: float
    n_factors_fourth: float
    n_items: int
    correlation: str
    averages: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """One row a number of components, from 0: n_components, squared, fourth_power."""
        return self.averages.copy()


def parallel_analysis(
    items: pd.DataFrame,
    *,
    basis: Basis = "factor",
    correlation: CorrelationMethod = "pearson",
    n_iterations: int = 1000,
    percentile: float = 95.0,
    seed: int,
) -> ParallelAnalysis:
    """Parallel analysis on complete rows: keep the leading eigenvalues above those of unrelated items.

    items: respondents x items, NaN missing. basis: "component", eigenvalues of the correlation matrix (Horn 1965,
    doi:10.1007/BF02289447); "factor", eigenvalues of the correlation matrix with the communalities of a one-factor
    minres solution on its diagonal, fitted to the observed and to every random matrix alike. correlation: the random
    data are normal (for "spearman" their ranks); for "polychoric" every item's own answers, shuffled. percentile: of
    the random eigenvalues at each position (Glorfeld 1995, doi:10.1177/0013164495055003002). seed: of the random data.
    Not computable: too_few_items (below 3), empty_items, fewer_rows_than_items, zero_variance,
    singular_correlations, too_many_categories (polychoric). Flagged: correlation_at_limit, correlations_smoothed
    (polychoric; random matrices are smoothed alike). Raises ValueError for a wrong call. R:
    psych::fa.parallel(na.omit(items), fm = "minres", fa = "both", quant = .95, sim = TRUE; cor = "poly" draws with
    replacement), up to random error.
    """
    check_choice(basis, "basis", get_args(Basis))
    check_choice(correlation, "correlation", get_args(CorrelationMethod))
    check_count(n_iterations, "n_iterations")
    check_count(seed, "seed", minimum=0)
    if not 0 < percentile < 100:
        raise ValueError(f"percentile={percentile!r}: a number strictly between 0 and 100")
    frame = numbers(items)
    matrix, counts, reasons = correlations_of(frame, method=correlation, minimum_items=3)
    n_items = len(frame.columns)
    observed = mean = limit = np.full(n_items, math.nan)
    if matrix is not None:
        observed = _eigenvalues(matrix[None], basis)[0]
        generator = stream(seed, "parallel_analysis")
        if correlation == "polychoric":
            answers = ordered_items(frame.dropna().to_numpy())
            stacks = shuffled_polychoric(answers, n_iterations, generator)
        else:
            stacks = _random_correlations(counts["n_used"], n_items, n_iterations, correlation, generator)
        random = np.concatenate([_eigenvalues(stack, basis) for stack in stacks])
        mean, limit = random.mean(axis=0), np.percentile(random, percentile, axis=0)
    retained = np.logical_and.accumulate(observed > limit)
    return ParallelAnalysis(
        **counts,
        method=f"Parallel analysis, {basis} eigenvalues, {_RANDOM[correlation]}, listwise",
        status=_status(matrix, reasons),
        reasons=reasons,
        n_factors=math.nan if matrix is None else int(retained.sum()),
        n_items=n_items,
        basis=basis,
        correlation=correlation,
        n_iterations=n_iterations,
        percentile=float(percentile),
        seed=int(seed),
        eigenvalues=_table(observed, mean, limit, retained),
    )


def minimum_average_partial(
    items: pd.DataFrame, *, correlation: CorrelationMethod = "pearson"
) -> MinimumAveragePartial:
    """Velicer's minimum average partial test on complete rows, from 0 components on.

    items: respondents x p items, NaN missing. After m principal components are partialled out of the correlation
    matrix, squared and fourth_power are the means of the remaining partial correlations to those powers, m = 0 to
    p - 2 (NaN from where the components explain an item wholly); the number of factors is the m of the minimum. Not
    computable: as parallel_analysis. Raises ValueError for a wrong call. Reference: Velicer (1976),
    doi:10.1007/BF02293557; Velicer, Eaton & Fava (2000), doi:10.1007/978-1-4615-4397-8_3. R: psych::vss(R)$map
    (squared, which starts at one component).
    """
    check_choice(correlation, "correlation", get_args(CorrelationMethod))
    frame = numbers(items)
    matrix, counts, reasons = correlations_of(frame, method=correlation, minimum_items=3)
    n_components = np.arange(max(len(frame.columns) - 1, 0))
    powers = np.full((len(n_components), 2), math.nan) if matrix is None else _average_partials(matrix)
    return MinimumAveragePartial(
        **counts,
        method="Minimum average partial, listwise",
        status=_status(matrix, reasons),
        reasons=reasons,
        n_factors=math.nan if matrix is None else int(np.nanargmin(powers[:, 0])),
        n_factors_fourth=math.nan if matrix is None else int(np.nanargmin(powers[:, 1])),
        n_items=len(frame.columns),
        correlation=correlation,
        averages=pd.DataFrame({"n_components": n_components, "squared": powers[:, 0], "fourth_power": powers[:, 1]}),
    )


def _status(matrix: Matrix | None, reasons: tuple[Reason, ...]) -> Status:
    return "not_computable" if matrix is None else "flagged" if reasons else "ok"


def _random_correlations(
    n_rows: int, n_items: int, n_iterations: int, correlation: CorrelationMethod, generator: np.random.Generator
) -> Iterator[Stack]:
    """Correlation matrices of uncorrelated normal data, in stacks small enough for memory."""
    at_once = max(1, _DRAWS_AT_ONCE // (n_rows * n_items))
    for done in range(0, n_iterations, _MATRICES_AT_ONCE):
        stack = np.empty((min(_MATRICES_AT_ONCE, n_iterations - done), n_items, n_items))
        for start in range(0, len(stack), at_once):
            part = stack[start : start + at_once]
            data = generator.standard_normal((len(part), n_rows, n_items))
            if correlation == "spearman":
                data = data.argsort(axis=1).argsort(axis=1).astype(float)
            data -= data.mean(axis=1, keepdims=True)
            data /= np.sqrt((data**2).sum(axis=1, keepdims=True))
            part[:] = data.transpose(0, 2, 1) @ data
        yield stack


def _eigenvalues(stack: Stack, basis: Basis) -> Matrix:
    """Eigenvalues of every matrix, largest first: replications x items."""
    if basis == "factor":
        stack = stack.copy()
        diagonal = np.arange(stack.shape[1])
        stack[:, diagonal, diagonal] = one_factor_loadings(stack) ** 2
    return np.asarray(np.linalg.eigvalsh(stack)[:, ::-1], dtype=float)


def _table(observed: Matrix, mean: Matrix, limit: Matrix, retained: Mask) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "position": np.arange(1, len(observed) + 1),
            "observed": observed,
            "mean": mean,
            "percentile": limit,
            "retained": retained,
        }
    )


def _average_partials(matrix: Matrix) -> Matrix:
    """Means of squared and of fourth-power partial correlations after 0, 1, ..., p - 2 components: (p - 1) x 2."""
    values, vectors = np.linalg.eigh(matrix)
    components = (vectors * np.sqrt(values))[:, ::-1]
    off_diagonal = ~np.eye(len(matrix), dtype=bool)
    averages = np.full((len(matrix) - 1, 2), math.nan)
    for m in range(len(averages)):
        left = matrix - components[:, :m] @ components[:, :m].T
        variances = left.diagonal()
        if variances.min() < SMALLEST_EIGENVALUE:
            break  # the components explain an item wholly: nothing of it is left to correlate
        partial = (left / np.sqrt(np.outer(variances, variances)))[off_diagonal]
        averages[m] = (partial**2).mean(), (partial**4).mean()
    return averages
