"""The main analyses for many studies at once: what simulations of a design and the calibration rest on.

Arrays are studies x children, dense; each function gives, for every row, what its one-study twin gives (tests hold
them together).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from .controlled import Form

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Estimates:
    """One estimate a study with its standard error and the degrees of freedom of its t."""

    estimate: FloatArray
    std_error: FloatArray
    df: FloatArray | float

    def half_width(self, conf_level: float) -> FloatArray:
        """Half the interval's width, by study."""
        return np.asarray(stats.t.ppf((1 + conf_level) / 2, self.df) * self.std_error)

    def interval(self, conf_level: float) -> tuple[FloatArray, FloatArray]:
        """Lower and upper ends, by study."""
        half = self.half_width(conf_level)
        return self.estimate - half, self.estimate + half


def paired_changes(pre: FloatArray, post: FloatArray) -> Estimates:
    """Mean change of every study's children, t on n - 1: paired_change."""
    change = post - pre
    n = change.shape[1]
    return Estimates(estimate=change.mean(axis=1), std_error=change.std(axis=1, ddof=1) / np.sqrt(n), df=float(n - 1))


def change_score_differences(pre: FloatArray, post: FloatArray, *, n_members: int) -> Estimates:
    """Gain of the members minus gain of the others by Welch's t: change_score_comparison.

    pre, post: the first n_members columns are the members.
    """
    change = post - pre
    members, others = change[:, :n_members], change[:, n_members:]
    return _welch(members.mean(axis=1) - others.mean(axis=1), _error_of_mean(members), _error_of_mean(others))


def retest_corrections(
    pre: FloatArray,
    post: FloatArray,
    *,
    mean_survey: FloatArray,
    sd_survey: FloatArray,
    n_survey: int,
    retest_r: FloatArray | float,
    retest_n: int | None = None,
) -> Estimates:
    """Members' change beyond regression to the mean: adjusted_change.

    pre, post: members only. mean_survey, sd_survey: of everybody's pretest, by study. retest_r: one for all or one a
    study; retest_n: children behind it, None where rho is fixed.
    """
    n = pre.shape[1]
    rho = np.broadcast_to(np.asarray(retest_r, dtype=float), len(pre))
    below = pre.mean(axis=1) - mean_survey
    part_a = (post - rho[:, None] * pre).var(axis=1, ddof=1) / n
    part_b = (1 - rho) ** 2 * sd_survey**2 / n_survey
    degrees = part_a**2 / (n - 1) + part_b**2 / (n_survey - 1)
    variance = part_a + part_b
    if retest_n is not None:
        part_c = below**2 * (1 - rho**2) ** 2 / (retest_n - 3)
        variance, degrees = variance + part_c, degrees + part_c**2 / (retest_n - 3)
    return Estimates(
        estimate=post.mean(axis=1) - mean_survey - rho * below,
        std_error=np.sqrt(variance),
        df=variance**2 / degrees,
    )


def ancovas(pre: FloatArray, post: FloatArray, *, n_members: int, form: Form = "linear") -> Estimates:
    """Members against others at post given the pretest, HC3, t on N - columns: ancova.

    pre, post: the first n_members columns are the members.
    """
    centred = pre - pre.mean(axis=1, keepdims=True)
    treated = np.broadcast_to(np.arange(pre.shape[1]) < n_members, pre.shape).astype(float)
    columns = [np.ones_like(pre), centred, treated]
    if form == "quadratic":
        columns.insert(2, centred**2)
    design = np.stack(columns, axis=2)
    coefficients, covariance = _hc3(design, post)
    return Estimates(
        estimate=coefficients[:, -1],
        std_error=np.sqrt(covariance[:, -1, -1]),
        df=float(pre.shape[1] - design.shape[2]),
    )


def untreated_lines(pre: FloatArray, post: FloatArray, *, n_members: int) -> Estimates:
    """Members against the line of the others alone: the row untreated_line of regression_discontinuity.

    pre, post: the first n_members columns are the members.
    """
    others, members = pre[:, n_members:], pre[:, :n_members]
    coefficients, covariance = _hc3(np.stack([np.ones_like(others), others], axis=2), post[:, n_members:])
    residuals = post[:, :n_members] - coefficients[:, :1] - coefficients[:, 1:] * members
    at = np.stack([np.ones(len(pre)), members.mean(axis=1)], axis=1)
    line = np.einsum("si,sij,sj->s", at, covariance, at)
    own = residuals.var(axis=1, ddof=1) / n_members
    return _welch(residuals.mean(axis=1), (own, n_members - 1), (line, others.shape[1] - 2))


def _hc3(design: FloatArray, outcome: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Least squares of every study: coefficients (studies x columns) and their HC3 covariances.

    design: studies x children x columns.
    """
    turned = design.transpose(0, 2, 1)
    bread = np.linalg.inv(turned @ design)
    projection = bread @ turned  # studies x columns x children
    coefficients = (projection @ outcome[:, :, None])[:, :, 0]
    residuals = outcome - (design @ coefficients[:, :, None])[:, :, 0]
    leverage = np.einsum("snk,skn->sn", design, projection)
    scaled = projection * (residuals / (1 - leverage))[:, None, :]
    return coefficients, scaled @ scaled.transpose(0, 2, 1)


def _error_of_mean(values: FloatArray) -> tuple[FloatArray, int]:
    """Squared standard error of each row's mean, and its degrees of freedom."""
    n = values.shape[1]
    return values.var(axis=1, ddof=1) / n, n - 1


def _welch(estimate: FloatArray, first: tuple[FloatArray, int], second: tuple[FloatArray, int]) -> Estimates:
    """An estimate with two independent parts of squared error, Welch-Satterthwaite degrees of freedom."""
    (a, df_a), (b, df_b) = first, second
    return Estimates(estimate=estimate, std_error=np.sqrt(a + b), df=(a + b) ** 2 / (a**2 / df_a + b**2 / df_b))
