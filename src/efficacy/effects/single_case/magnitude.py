"""How large a change within one case is: standardised mean differences and log response ratios."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd
from scipy import stats

from ...results import Reason, Result
from ..inputs import Improvement, check_probability
from .phases import Phases, Points, two_phases

MAGNITUDE_TERMS = ("SMD_baseline", "SMD_pooled", "LRR")


@dataclass(frozen=True, kw_only=True, eq=False)
class WithinCaseEffects(Result):
    """Change from baseline to intervention in one case; positive is the wished direction.

    An SMD here is in standard deviations of this one child's own points: it cannot be compared with an SMD between
    children. percent_change: of the phase means in the outcome's own direction, on a ratio scale.
    """

    mean_baseline: float = math.nan
    mean_intervention: float = math.nan
    percent_change: float = math.nan
    effects: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """Rows MAGNITUDE_TERMS: term, estimate, std_error, conf_low, conf_high."""
        return self.effects.copy()


def within_case_effects(
    baseline: Points,
    intervention: Points,
    *,
    improvement: Improvement,
    ratio_scale: bool,
    bias_correct: bool = True,
    conf_level: float = 0.95,
) -> WithinCaseEffects:
    """Standardised mean differences and the log response ratio of two phases.

    baseline, intervention: m and n points. ratio_scale: has the outcome a true zero (counts, minutes, percentages)? A
    Likert score, a rank or a z score has none, and no ratio of means means anything: LRR is then refused, as it is
    where a phase mean is not positive. bias_correct: J = 1 - 3/(4 df - 1), and Pustejovsky's correction of LRR.
    SMD_baseline = J (M_B - M_A)/S_A, df = m - 1, SE^2 = J^2 [1/m + S_B^2/(n S_A^2) + g^2/(2 df)];
    SMD_pooled = J (M_B - M_A)/S_p, df = m + n - 2, SE^2 = J^2 [1/m + 1/n + g^2/(2 df)];
    LRR = ln(M_B/M_A) + S_B^2/(2 n M_B^2) - S_A^2/(2 m M_A^2), SE^2 = S_A^2/(m M_A^2) + S_B^2/(n M_B^2).
    Intervals: estimate -+ z SE. Standard errors assume independent points. Fewer than 3 points in a phase: not
    computable. Gingerich (1984); Pustejovsky (2018), doi:10.1016/j.jsp.2018.02.003.
    R: ``SingleCaseES::SMD(A, B, std_dev = "baseline" | "pool")``, ``SingleCaseES::LRRi(A, B, scale = "other")``.
    """
    check_probability(conf_level, "conf_level")
    phases = two_phases(baseline, intervention, improvement)
    described = phases.described("within_case", conf_level)
    if phases.shortage:
        nothing = _table({}, conf_level)
        return WithinCaseEffects(**described, effects=nothing, status="not_computable", reasons=phases.shortage)
    found, reasons = _standardised(phases, bias_correct)
    before, after = (phases.sign * float(points.mean()) for points in (phases.baseline, phases.intervention))
    percent = math.nan
    if not ratio_scale:
        reasons.append(Reason("no_ratio_scale"))
    elif min(before, after) <= 0:
        reasons.append(Reason("phase_mean_not_positive"))
    else:
        found["LRR"] = _log_ratio(phases, bias_correct)
        percent = after / before - 1
    return WithinCaseEffects(
        **described,
        mean_baseline=before,
        mean_intervention=after,
        percent_change=percent,
        effects=_table(found, conf_level),
        status="flagged" if reasons else "ok",
        reasons=tuple(reasons),
    )


def _standardised(phases: Phases, bias_correct: bool) -> tuple[dict[str, tuple[float, float]], list[Reason]]:
    """Estimate and standard error of the two SMDs, where the points vary at all."""
    a, b = phases.baseline, phases.intervention
    m, n = len(a), len(b)
    change = float(b.mean() - a.mean())
    var_a, var_b = float(a.var(ddof=1)), float(b.var(ddof=1))
    found: dict[str, tuple[float, float]] = {}
    if var_a > 0:
        spread = 1 / m + var_b / (n * var_a)
        found["SMD_baseline"] = _smd(change / math.sqrt(var_a), m - 1, spread, bias_correct)
    pooled = ((m - 1) * var_a + (n - 1) * var_b) / (m + n - 2)
    if pooled > 0:
        found["SMD_pooled"] = _smd(change / math.sqrt(pooled), m + n - 2, 1 / m + 1 / n, bias_correct)
    return found, [] if var_a > 0 else [Reason("phase_without_spread")]


def _smd(raw: float, df: int, spread: float, bias_correct: bool) -> tuple[float, float]:
    factor = 1 - 3 / (4 * df - 1) if bias_correct else 1.0
    estimate = factor * raw
    return estimate, factor * math.sqrt(spread + estimate**2 / (2 * df))


def _log_ratio(phases: Phases, bias_correct: bool) -> tuple[float, float]:
    (before, n_before), (after, n_after) = ((phases.sign * p, len(p)) for p in (phases.baseline, phases.intervention))
    parts = [before.var(ddof=1) / (n_before * before.mean() ** 2), after.var(ddof=1) / (n_after * after.mean() ** 2)]
    estimate = math.log(after.mean() / before.mean()) + (float(parts[1] - parts[0]) / 2 if bias_correct else 0.0)
    return phases.sign * estimate, math.sqrt(float(sum(parts)))


def _table(found: dict[str, tuple[float, float]], conf_level: float) -> pd.DataFrame:
    z = stats.norm.ppf(0.5 + conf_level / 2)
    rows = []
    for term in MAGNITUDE_TERMS:
        estimate, std_error = found.get(term, (math.nan, math.nan))
        rows.append((term, estimate, std_error, estimate - z * std_error, estimate + z * std_error))
    return pd.DataFrame(rows, columns=["term", "estimate", "std_error", "conf_low", "conf_high"])
