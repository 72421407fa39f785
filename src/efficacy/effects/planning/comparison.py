"""Designs side by side: how precise, how powerful, and how often wrong each would be."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ...results import Reason, Result
from ..batch import FloatArray
from ..inputs import check_probability
from .conclusions import Conclusions, conclude
from .designs import StudyDesign
from .draws import draw_studies, open_streams

CELLS = 2_000_000
"""Numbers of one kind held in memory at once."""
USUAL_KNOWN = ("lowest_on_pretest", "random_from_low", "not_selected")
"""Rules under which it is known how the members regress."""
SHARES = ("power", "false_claims", "drift_claims", "usual_alarms")
COLUMNS = (
    *("design", "retest_r", "method", "n", "n_untreated", "n_questionnaires", "half_width", "half_width_std_error"),
    *(f"{share}{ending}" for share in SHARES for ending in ("", "_std_error")),
    *("detectable_effect", "detectable_effect_std_error", "usual_gain"),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class DesignComparison(Result):
    """Properties of planned studies, one row a design and retest correlation; effects in survey standard deviations.

    effect: the one declared beforehand, given to the members alone. drift: what everybody changes by in drift_claims.
    target_power: behind detectable_effect. power_curve: design, retest_r, effect, power, power_std_error.
    """

    effect: float
    drift: float
    target_power: float
    n_simulations: int
    seed: int
    designs: pd.DataFrame
    power_curve: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """design, retest_r, method (main analysis), n (members with a posttest), n_untreated (untreated with one),
        n_questionnaires, half_width (mean, of the interval that decides), power (share that claim the effect),
        false_claims (share that claim a gain when nothing happened; nominal half of 1 - conf_level), drift_claims (the
        same when everybody changed by drift), detectable_effect (claimed with target_power), usual_alarms (share in
        which the paired t-test is significant in any direction when nothing happened), usual_gain (the members' mean
        gain then); each share, half_width and detectable_effect with its Monte-Carlo error as _std_error."""
        return self.designs.copy()


def compare_designs(
    designs: Mapping[str, StudyDesign],
    *,
    retest_r: Sequence[float],
    effect: float,
    drift: float = 0.2,
    target_power: float = 0.80,
    curve: Sequence[float] = (),
    n_simulations: int = 10_000,
    conf_level: float = 0.95,
    seed: int,
) -> DesignComparison:
    """Simulate planned studies and what each would conclude by the ladder of claims, at a declared effect.

    designs: by name. retest_r: correlations of two measurements without a programme that are supposed true, each in
    (0, 1). effect, drift, curve: in survey standard deviations, improvement upwards. Scores are normal, the effect is
    the same for every member. Analyses as in main_analysis; claimed is what lies above no change with the interval
    that decides: retest correction at a retest study's r with its error, else at both ends of the declared range;
    discontinuity, linear and quadratic; randomised, HC3 (the permutation test beside it is left out here). Designs
    with the same survey are compared on the same simulated children. Returns DesignComparison; a rule that allows no
    single test: NaN, flagged. Never for the observed effect (Hoenig & Heisey 2001, doi:10.1198/000313001300339897).
    Raises ValueError for numbers outside their range. R: none.
    """
    _check(designs, retest_r, target_power, conf_level, n_simulations)
    rows: list[dict[str, Any]] = []
    curves: list[dict[str, Any]] = []
    reasons: dict[str, Reason] = {}
    for name, design in designs.items():
        if not design.analysis.single_test:
            reasons[name] = Reason("no_single_test", {"design": name, "selection_rule": design.selection_rule})
        for r in retest_r:
            row = {"design": name, "retest_r": float(r), **_counts(design)}
            if name not in reasons:
                seen = _simulate(design, float(r), n_simulations, conf_level, seed)
                row |= _properties(design, seen, effect=effect, drift=drift, target_power=target_power)
                curves += [{"design": name, "retest_r": float(r), **_claimed(seen, at)} for at in curve]
            rows.append(row)
    return DesignComparison(
        effect=effect,
        drift=drift,
        target_power=target_power,
        n_simulations=n_simulations,
        seed=seed,
        designs=pd.DataFrame(rows).reindex(columns=list(COLUMNS)),
        power_curve=pd.DataFrame(curves, columns=["design", "retest_r", "effect", "power", "power_std_error"]),
        n_used=n_simulations,
        n_dropped=0,
        method="simulated_designs",
        conf_level=conf_level,
        status="not_computable" if len(reasons) == len(designs) else "flagged" if reasons else "ok",
        reasons=tuple(reasons.values()),
    )


def _check(
    designs: Mapping[str, StudyDesign],
    retest_r: Sequence[float],
    target_power: float,
    conf_level: float,
    n_simulations: int,
) -> None:
    for name, values in (("designs", designs), ("retest_r", retest_r)):
        if len(values) == 0:
            raise ValueError(f"{name}: at least one")
    for r in retest_r:
        check_probability(r, "retest_r")
    check_probability(target_power, "target_power")
    check_probability(conf_level, "conf_level")
    if n_simulations < 100:
        raise ValueError(f"n_simulations={n_simulations!r}: at least 100")


def _counts(design: StudyDesign) -> dict[str, Any]:
    n, n_untreated = design.measured_at_post
    questionnaires = design.n_questionnaires
    return {"method": design.analysis.key, "n": n, "n_untreated": n_untreated, "n_questionnaires": questionnaires}


def _simulate(design: StudyDesign, r: float, n_simulations: int, conf_level: float, seed: int) -> Conclusions:
    streams = open_streams(seed)

    def blocks() -> Iterator[Conclusions]:
        block = max(1, CELLS // design.n_survey)
        for start in range(0, n_simulations, block):
            drawn = draw_studies(design, retest_r=r, rows=min(block, n_simulations - start), streams=streams)
            yield conclude(design, drawn, conf_level=conf_level)

    parts = list(blocks())
    joined = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in ("margin", "half_width", "usual_gain", "usual_alarm")
    }
    return Conclusions(**joined, moved_by_drift=parts[0].moved_by_drift)


def _properties(
    design: StudyDesign, seen: Conclusions, *, effect: float, drift: float, target_power: float
) -> dict[str, float]:
    shares = {
        "power": seen.margin + effect > 0,
        "false_claims": seen.margin > 0,
        "drift_claims": seen.margin + (drift if seen.moved_by_drift else 0.0) > 0,
    }
    found = {name: value for share, claimed in shares.items() for name, value in _share(share, claimed).items()}
    if design.selection_rule in USUAL_KNOWN:
        found |= _share("usual_alarms", seen.usual_alarm) | {"usual_gain": float(seen.usual_gain.mean())}
    widths = seen.half_width[np.isfinite(seen.half_width)]
    detectable, detectable_error = _quantile(-seen.margin, target_power)
    return found | {
        "half_width": float(widths.mean()),
        "half_width_std_error": float(widths.std(ddof=1)) / math.sqrt(len(widths)),
        "detectable_effect": detectable,
        "detectable_effect_std_error": detectable_error,
    }


def _share(name: str, claimed: np.ndarray) -> dict[str, float]:
    share = float(claimed.mean())
    return {name: share, f"{name}_std_error": math.sqrt(share * (1 - share) / len(claimed))}


def _claimed(seen: Conclusions, effect: float) -> dict[str, float]:
    return {"effect": float(effect), **_share("power", seen.margin + effect > 0)}


def _quantile(values: FloatArray, share: float) -> tuple[float, float]:
    """The effect that this share of the studies would claim, and its error from the quantiles one error beside."""
    known = np.where(np.isfinite(values), values, np.inf)
    error = math.sqrt(share * (1 - share) / len(known))
    low, middle, high = np.quantile(known, np.clip([share - error, share, share + error], 0, 1))
    return float(middle), float(high - low) / 2
