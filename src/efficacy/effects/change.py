"""Change of the same children between two waves, unadjusted: t, exact tests, Bayes factor and the family of d."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import TypedDict, get_args

import numpy as np
import pandas as pd
from scipy import special, stats

from ..results import Reason, Result
from .distributions import hedges_correction, noncentral_t_interval
from .exact import Ties, sign_flip_p_value, signed_rank_p_value, signed_ranks
from .inputs import check_probability, complete_rows, numbers
from .linear import estimated

TERMS = ("mean_change", "d_z", "d_av", "d_rm", "smcc", "smcr", "g_av", "rank_biserial")
JZS_SCALE = math.sqrt(2) / 2
"""Scale of the Cauchy prior on d_z, the usual "medium" one."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PairedChange(Result):
    """Post minus pre of the children with both. Says nothing about why: see selection and controlled.

    r: correlation of pre and post in these children. sd_change: of the differences. w_plus, w_minus, n_nonzero: rank
    sums of gains and losses, zeros dropped; n_gains of the n_nonzero are gains. wilcoxon_method: "exact" or "normal";
    permutation_method: "exact" or "monte_carlo" with permutation_std_error. p_value_sign: of the exact sign test. bf10:
    for a change against none, JZS with scale sqrt(2)/2.
    """

    n: int
    mean_pre: float = math.nan
    sd_pre: float = math.nan
    mean_post: float = math.nan
    sd_post: float = math.nan
    r: float = math.nan
    mean_change: float = math.nan
    sd_change: float = math.nan
    conf_low: float = math.nan
    conf_high: float = math.nan
    statistic: float = math.nan
    df: float = math.nan
    p_value: float = math.nan
    ties: Ties = "as_stored"
    w_plus: float = math.nan
    w_minus: float = math.nan
    n_nonzero: int = 0
    n_gains: int = 0
    p_value_sign: float = math.nan
    p_value_wilcoxon: float = math.nan
    wilcoxon_method: str = "exact"
    p_value_permutation: float = math.nan
    permutation_std_error: float = math.nan
    permutation_method: str = "exact"
    bf10: float = math.nan
    effects: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """Rows TERMS: term, estimate, std_error, conf_low, conf_high (NaN where no interval is known), n."""
        return self.effects.copy()


def paired_change(
    pre: pd.Series, post: pd.Series, *, ties: Ties = "as_stored", conf_level: float = 0.95, seed: int = 0
) -> PairedChange:
    """Compare two waves of the same children.

    pre, post: one score a child in the same units, aligned by index; children with both. D = post - pre.
    t = M_D / (S_D / sqrt(n)), df = n - 1. Wilcoxon: exact on mid-ranks, zeros dropped; ties: "as_stored", as R and SPSS
    rank, or "rounded" for item means and decimals, where equal differences differ in their last binary digit.
    Permutation: all sign flips of D (random ones beyond exact.EXACT_FLIPS, from ``seed``). d_z = M_D/S_D, interval
    ncp/sqrt(n) by noncentral t; d_av = M_D/((S_pre + S_post)/2); d_rm = d_z sqrt(2(1 - r)); smcc = J d_z, its interval
    J times d_z's, SE^2 = 1/n + smcc^2/(2n); smcr = J M_D/S_pre, SE^2 = 2(1 - r)/n + smcr^2/(2n); g_av = J d_av; J exact
    with df n - 1; rank_biserial = (W+ - W-)/(W+ + W-). d_av, d_rm, smcr, g_av and rank_biserial have no interval here.
    Returns PairedChange; fewer than 2 pairs or equal differences: not computable. Raises ValueError for another ties.
    Lakens (2013), doi:10.3389/fpsyg.2013.00863; Becker (1988), doi:10.1111/j.2044-8317.1988.tb00901.x; Rouder et al.
    (2009), doi:10.3758/PBR.16.2.225. R: ``t.test(post, pre, paired=TRUE)``, ``coin::wilcoxsign_test``, ``binom.test``,
    ``metafor::escalc("SMCC" | "SMCR")``, ``effectsize::cohens_d`` and ``rank_biserial`` (paired=TRUE),
    ``BayesFactor::ttestBF``.
    """
    check_probability(conf_level, "conf_level")
    if ties not in get_args(Ties):
        raise ValueError(f"ties={ties!r}: one of {get_args(Ties)}")
    complete, n_dropped = complete_rows(pre=numbers(pre, "pre"), post=numbers(post, "post"))
    difference = (complete["post"] - complete["pre"]).to_numpy()
    n = len(difference)
    empty = PairedChange(
        n_used=n,
        n_dropped=n_dropped,
        n=n,
        method="paired_t",
        conf_level=conf_level,
        ties=ties,
        effects=_no_effects(n),
    )
    if n < 2:
        reason = Reason("too_few_rows", {"n": n, "minimum": 2})
        return dataclasses.replace(empty, status="not_computable", reasons=(reason,))
    empty = dataclasses.replace(empty, **_description(complete))
    if empty.sd_change <= 1e-13 * np.abs(complete.to_numpy()).max():
        reason = Reason("zero_variance", {"variable": "change"})
        return dataclasses.replace(empty, status="not_computable", reasons=(reason,))
    return _tested(empty, difference, seed)


def _tested(described: PairedChange, difference: np.ndarray, seed: int) -> PairedChange:
    """With its tests, its Bayes factor and the family of d."""
    n, conf_level = described.n, described.conf_level or math.nan
    test = estimated(described.mean_change, described.sd_change / math.sqrt(n), n - 1, conf_level)
    tested = dataclasses.replace(
        described,
        **_rank_tests(difference, described.ties, seed),
        conf_low=test["conf_low"],
        conf_high=test["conf_high"],
        statistic=test["statistic"],
        df=test["df"],
        p_value=test["p_value"],
        bf10=jzs_bayes_factor(test["statistic"], n),
    )
    return dataclasses.replace(tested, effects=_effects(tested, test["std_error"], conf_level))


class _RankTests(TypedDict):
    w_plus: float
    w_minus: float
    n_nonzero: int
    n_gains: int
    p_value_sign: float
    p_value_wilcoxon: float
    wilcoxon_method: str
    p_value_permutation: float
    permutation_std_error: float
    permutation_method: str


def _rank_tests(difference: np.ndarray, ties: Ties, seed: int) -> _RankTests:
    """Wilcoxon's, the sign and the sign-flip test."""
    signed = signed_ranks(difference, ties=ties)
    wilcoxon, wilcoxon_method = signed_rank_p_value(signed)
    flips, flips_error, flips_method = sign_flip_p_value(difference, seed=seed)
    gains = int((signed > 0).sum())
    return {
        "w_plus": float(signed[signed > 0].sum()),
        "w_minus": float(np.abs(signed[signed < 0]).sum()),
        "n_nonzero": len(signed),
        "n_gains": gains,
        "p_value_sign": float(stats.binomtest(gains, len(signed)).pvalue) if len(signed) else math.nan,
        "p_value_wilcoxon": wilcoxon,
        "wilcoxon_method": wilcoxon_method,
        "p_value_permutation": flips,
        "permutation_std_error": flips_error,
        "permutation_method": flips_method,
    }


def jzs_bayes_factor(statistic: float, n: int, *, scale: float = JZS_SCALE) -> float:
    """Bayes factor of a mean difference against none, d_z ~ Cauchy(0, scale), from a one-sample t on n - 1 df.

    Integral over g = exp(u) by the trapezoid rule on a grid far past both tails (its error falls exponentially for a
    smooth integrand on the whole line). Overflow gives infinity. Rouder et al. (2009), doi:10.3758/PBR.16.2.225.
    R: ``BayesFactor::ttestBF(x)``.
    """
    df, step = n - 1, 0.02
    u = np.arange(-8.0, 90.0, step)
    g = np.exp(u)
    spread = 1 + n * scale**2 * g
    log_likelihood = -0.5 * np.log(spread) - (df + 1) / 2 * np.log1p(statistic**2 / (spread * df))
    log_prior = -0.5 * math.log(2 * math.pi) - 0.5 * u - 1 / (2 * g)
    log_null = -(df + 1) / 2 * math.log1p(statistic**2 / df)
    log_bf = float(special.logsumexp(log_likelihood + log_prior)) + math.log(step) - log_null
    return math.exp(log_bf) if log_bf < 700 else math.inf


class _Description(TypedDict):
    mean_pre: float
    sd_pre: float
    mean_post: float
    sd_post: float
    r: float
    mean_change: float
    sd_change: float


def _description(complete: pd.DataFrame) -> _Description:
    pre, post = complete["pre"], complete["post"]
    varies = min(pre.std(), post.std()) > 1e-13 * complete.abs().to_numpy().max()
    return {
        "mean_pre": float(pre.mean()),
        "sd_pre": float(pre.std()),
        "mean_post": float(post.mean()),
        "sd_post": float(post.std()),
        "r": float(np.corrcoef(pre, post)[0, 1]) if varies else math.nan,
        "mean_change": float((post - pre).mean()),
        "sd_change": float((post - pre).std()),
    }


EFFECTS = ("term", "estimate", "std_error", "conf_low", "conf_high")


def _no_effects(n: int) -> pd.DataFrame:
    return pd.DataFrame({"term": TERMS}).reindex(columns=list(EFFECTS)).assign(n=n)


def _effects(tested: PairedChange, std_error: float, conf_level: float) -> pd.DataFrame:
    n, change, r = tested.n, tested.mean_change, tested.r
    correction = hedges_correction(n - 1)
    d_z = change / tested.sd_change
    d_av = change / ((tested.sd_pre + tested.sd_post) / 2)
    smcc = correction * d_z
    smcr = correction * change / tested.sd_pre if tested.sd_pre > 0 else math.nan
    ncp = noncentral_t_interval(tested.statistic, n - 1, conf_level)
    low, high = ncp[0] / math.sqrt(n), ncp[1] / math.sqrt(n)
    none = math.nan
    rows = [
        ("mean_change", change, std_error, tested.conf_low, tested.conf_high),
        ("d_z", d_z, none, low, high),
        ("d_av", d_av, none, none, none),
        ("d_rm", d_z * math.sqrt(2 * (1 - r)), none, none, none),
        ("smcc", smcc, math.sqrt(1 / n + smcc**2 / (2 * n)), correction * low, correction * high),
        ("smcr", smcr, math.sqrt(2 * (1 - r) / n + smcr**2 / (2 * n)), none, none),
        ("g_av", correction * d_av, none, none, none),
        ("rank_biserial", (tested.w_plus - tested.w_minus) / (tested.w_plus + tested.w_minus), none, none, none),
    ]
    return pd.DataFrame(rows, columns=list(EFFECTS)).assign(n=n)
