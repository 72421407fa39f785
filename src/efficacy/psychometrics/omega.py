"""McDonald's omega: reliability of a sum score from a one-factor model."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from ..results import Reason, Result, Status
from .efa import FactorSolution, fit_efa
from .inputs import check_count, check_level
from .omega_bootstrap import LogInterval, log_interval, raw_omega, resampled_omega

NegativeLoadings = Literal["keep", "flip"]

_NOT_ABOUT_RELIABILITY = ("no_degrees_of_freedom", "fit_not_computable")


@dataclass(frozen=True, kw_only=True, eq=False)
class Omega(Result):
    """McDonald's omega of the raw sum score from one factor.

    estimate: with the model's total variance, conf_low and conf_high its bootstrap interval, std_error and
    monte_carlo_error_low, monte_carlo_error_high (of the interval's ends) as omega_bootstrap.LogInterval. observed:
    the same with the observed variance of the sum. loadings: by item, standardised. n_resamples: drawn;
    n_resamples_used: with a solution.
    """

    estimate: float
    conf_low: float
    conf_high: float
    std_error: float
    monte_carlo_error_low: float
    monte_carlo_error_high: float
    observed: float
    n_items: int
    n_resamples: int
    n_resamples_used: int
    seed: int
    loadings: pd.Series

    def tidy(self) -> pd.DataFrame:
        """Two rows: term (omega, omega_observed), estimate, std_error, conf_low, conf_high, monte_carlo_error_low,
        monte_carlo_error_high (NaN for omega_observed), n."""
        interval = LogInterval(**{field.name: getattr(self, field.name) for field in dataclasses.fields(LogInterval)})
        terms = {"omega": (self.estimate, interval), "omega_observed": (self.observed, LogInterval())}
        return coefficient_rows(terms, self.n_used)


def mcdonald_omega(items: pd.DataFrame, *, conf_level: float = 0.95, n_resamples: int = 1000, seed: int = 1) -> Omega:
    """McDonald's omega of one scale from a one-factor maximum likelihood model, with a bootstrap interval.

    items: respondents x items of one scale, reverse-scored, NaN missing; complete rows. With loadings l and error
    variances u in the items' own units, omega = (sum l)^2 / ((sum l)^2 + sum u); nothing is flipped, so an item left
    unreversed lowers it, as it lowers the sum score. Interval: omega_bootstrap.log_interval over n_resamples resamples
    of respondents (seed: of their draw). Not computable: as fit_efa with one factor (3 items or more, more respondents
    than items). Flagged: heywood_case, several_optima, negative_general_loadings, resamples_without_solution. Raises
    ValueError for a wrong call. Reference: McDonald (1999), Test theory, Erlbaum, ch. 6; Kelley & Pornprasertmanit
    (2016), doi:10.1037/a0040086. R: semTools::reliability(lavaan::cfa(model, items)), rows omega and omega3.
    """
    check_options(conf_level, n_resamples, seed)
    solution = fit_efa(items, n_factors=1, extraction="ml", rotation="none")
    estimate = observed = math.nan
    interval, replicates, reasons = LogInterval(), np.empty(0), reliability_reasons(solution)
    if solution.status != "not_computable":
        complete = items.dropna().to_numpy(dtype=float)
        loadings, uniquenesses = solution.loadings["F1"].to_numpy(), solution.uniquenesses.to_numpy()
        deviations = solution.deviations.to_numpy()
        estimate = float(raw_omega(loadings[None], uniquenesses[None], deviations[None])[0])
        observed = float((loadings * deviations).sum() ** 2 / complete.sum(axis=1).var(ddof=1))
        replicates = resampled_omega(complete, uniquenesses, n_resamples=n_resamples, seed=seed)
        interval = log_interval(estimate, replicates, n=len(complete), conf_level=conf_level)
        negative = tuple(solution.loadings.index[loadings < 0])
        reasons = (*reasons, *negative_reason(negative, "keep"), *unsolved_reason(len(replicates), n_resamples))
    return Omega(
        n_used=solution.n_used,
        n_dropped=solution.n_dropped,
        method="McDonald's omega, one factor, maximum likelihood, bootstrap interval on log(1 - omega), listwise",
        conf_level=conf_level,
        status=conclusion(solution, reasons),
        reasons=reasons,
        estimate=estimate,
        **dataclasses.asdict(interval),
        observed=observed,
        n_items=solution.n_items,
        n_resamples=n_resamples,
        n_resamples_used=len(replicates),
        seed=seed,
        loadings=solution.loadings["F1"].rename("loading"),
    )


def check_options(conf_level: float, n_resamples: int, seed: int) -> None:
    """Raise ValueError where an option of a bootstrap interval is wrong."""
    check_level(conf_level)
    check_count(n_resamples, "n_resamples", minimum=2)
    check_count(seed, "seed", minimum=0)


def reliability_reasons(solution: FactorSolution) -> tuple[Reason, ...]:
    """The solution's reasons without those that are about its test of fit."""
    return tuple(reason for reason in solution.reasons if reason.key not in _NOT_ABOUT_RELIABILITY)


def conclusion(solution: FactorSolution, reasons: tuple[Reason, ...]) -> Status:
    """Status of an omega from its solution and its own reasons."""
    return "not_computable" if solution.status == "not_computable" else "flagged" if reasons else "ok"


def negative_reason(negative: tuple[str, ...], choice: NegativeLoadings) -> tuple[Reason, ...]:
    """What was done with items of a negative general loading; () where there are none."""
    key = "negative_general_loadings" if choice == "keep" else "items_flipped"
    return (Reason(key, {"items": negative}),) if negative else ()


def unsolved_reason(n_found: int, n_resamples: int) -> tuple[Reason, ...]:
    """How many resamples gave no solution; () where all did."""
    values = {"n": n_resamples - n_found, "n_resamples": n_resamples}
    return (Reason("resamples_without_solution", values),) if n_found < n_resamples else ()


def coefficient_rows(terms: dict[str, tuple[float, LogInterval]], n: int) -> pd.DataFrame:
    """One row a coefficient: term, estimate, the fields of its interval, n."""
    return pd.DataFrame(
        [
            {"term": term, "estimate": estimate, **dataclasses.asdict(interval), "n": n}
            for term, (estimate, interval) in terms.items()
        ]
    )
