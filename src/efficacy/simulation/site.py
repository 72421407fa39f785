"""A whole simulated study, put together from the small generators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from ..streams import stream
from .answers import covariate, factor_scores, item_answers, lowest, occasion_factors, skip_answers, total_scores
from .moments import shift_for, stability_for
from .programme import attendance, coded_causes, dose, dropouts, satisfaction
from .truth import BoolArray, FloatArray, OccasionTruth, QuestionnaireTruth, SiteTruth


@dataclass(frozen=True, kw_only=True, eq=False)
class SimulatedSite:
    """What was observed, and what would have been.

    children: one row a child (0, 1, ...) with treated, gone (dropped out), dose and the covariates as category
    numbers. answers: wave -> children x items as ticked, NaN for no answer and for children not measured. complete:
    the same before anybody was left out, skipped or dropped. untreated: as complete, had there been no programme (same
    chance, drift kept). sessions: child, session (1, 2, ...), attended, satisfaction. causes: child, rater, level.
    """

    truth: SiteTruth
    children: pd.DataFrame
    answers: Mapping[str, FloatArray]
    complete: Mapping[str, FloatArray]
    untreated: Mapping[str, FloatArray]
    sessions: pd.DataFrame
    causes: pd.DataFrame

    def scores(self, wave: str) -> FloatArray:
        """Mean of the answered items of each child, by the truth's missing rule."""
        return total_scores(
            self.answers[wave],
            questionnaire=self.truth.questionnaire,
            minimum_answered=self.truth.minimum_answered,
        )

    def drawn_effect(self, wave: str) -> float:
        """Mean of (with programme - without) over the treated of this draw, in points of the item mean."""
        treated = self.children["treated"].to_numpy()
        totals = [
            total_scores(answers[wave], questionnaire=self.truth.questionnaire)[treated]
            for answers in (self.complete, self.untreated)
        ]
        return float(np.mean(totals[0] - totals[1]))


def simulate_site(truth: SiteTruth) -> SimulatedSite:
    """Draw one study.

    The first occasion is the pretest; the ``group_size`` children with the lowest recorded pretest are treated. Every
    draw has a stream named after what is drawn, so that a further covariate or occasion leaves the rest as it was.
    """
    questionnaire = truth.questionnaire
    stable = factor_scores(stream(truth.seed, "stable"), n=truth.n, factor_correlations=questionnaire.phi)
    trait = stable.sum(axis=1) / np.sqrt(questionnaire.phi.sum())
    first, *later = truth.occasions
    none = np.zeros(truth.n)
    complete = {first.wave: _answers(truth, first, stable, none)}
    untreated = dict(complete)
    pretest = _skipped(truth, first, complete[first.wave])
    score = total_scores(pretest, questionnaire=questionnaire, minimum_answered=truth.minimum_answered)
    treated = lowest(score, k=truth.group_size)
    gone = dropouts(stream(truth.seed, "dropouts"), n=truth.n, k=truth.n_dropouts)
    sessions, doses = _sessions(truth, treated)
    answers = {first.wave: pretest}
    for occasion in later:
        complete[occasion.wave] = _answers(truth, occasion, stable, doses)
        untreated[occasion.wave] = _answers(truth, occasion, stable, none)
        here = ~gone if occasion.lowest is None else lowest(score, k=occasion.lowest)
        skipped = _skipped(truth, occasion, complete[occasion.wave])
        answers[occasion.wave] = np.where(here[:, None], skipped, np.nan)
    children = pd.DataFrame({"treated": treated, "gone": gone, "dose": doses})
    for characteristic in truth.covariates:
        rng = stream(truth.seed, f"covariate.{characteristic.name}")
        children[characteristic.name] = covariate(rng, trait, truth=characteristic)
    return SimulatedSite(
        truth=truth,
        children=children,
        answers=answers,
        complete=complete,
        untreated=untreated,
        sessions=sessions,
        causes=_causes(truth, score),
    )


@cache  # solved once for a truth, however many studies are drawn from it with other seeds
def _latent(
    questionnaire: QuestionnaireTruth, retest_r: float, effects: tuple[float, ...]
) -> tuple[float, list[float]]:
    """Stability of the factors, and the shift behind each effect."""
    shifts = [shift_for(questionnaire, effect=effect) for effect in effects]
    return stability_for(questionnaire, retest_r=retest_r), shifts


def _answers(truth: SiteTruth, occasion: OccasionTruth, stable: FloatArray, doses: FloatArray) -> FloatArray:
    """Complete answers of every child on one occasion."""
    questionnaire = truth.questionnaire
    stability, (drift, programme) = _latent(questionnaire, truth.retest_r, (occasion.drift, occasion.effect))
    fresh_rng = stream(truth.seed, f"occasion.{occasion.wave}")
    fresh = factor_scores(fresh_rng, n=truth.n, factor_correlations=questionnaire.phi)
    return item_answers(
        stream(truth.seed, f"answers.{occasion.wave}"),
        occasion_factors(stable, fresh, stability=stability),
        questionnaire=questionnaire,
        shift=drift + programme * doses,
    )


def _skipped(truth: SiteTruth, occasion: OccasionTruth, complete: FloatArray) -> FloatArray:
    rng = stream(truth.seed, f"missing.{occasion.wave}")
    return skip_answers(rng, complete, rate=truth.missing_rate, spread=truth.missing_spread)


def _sessions(truth: SiteTruth, treated: BoolArray) -> tuple[pd.DataFrame, FloatArray]:
    """The session log of the treated, and the dose of every child (1 on average over the treated, 0 for others)."""
    doses = np.zeros(truth.n)
    columns = ["child", "session", "attended", "satisfaction"]
    if truth.attendance is None:
        doses[treated] = 1.0
        return pd.DataFrame(columns=columns), doses
    members = np.flatnonzero(treated)
    came = attendance(stream(truth.seed, "attendance"), n=len(members), truth=truth.attendance)
    marks = satisfaction(stream(truth.seed, "satisfaction"), came, proportions=truth.attendance.satisfaction)
    doses[members] = dose(came, dose_share=truth.attendance.dose_share)
    n_sessions = truth.attendance.n_sessions
    values = (np.repeat(members, n_sessions), np.tile(np.arange(1, n_sessions + 1), len(members)), came.ravel())
    return pd.DataFrame(dict(zip(columns, (*values, marks.ravel()), strict=True))), doses


def _causes(truth: SiteTruth, score: FloatArray) -> pd.DataFrame:
    if truth.causes is None:
        return pd.DataFrame(columns=["child", "rater", "level"])
    children = np.sort(np.flatnonzero(lowest(score, k=truth.causes.n_children)))
    return coded_causes(
        stream(truth.seed, "causes.true"), stream(truth.seed, "causes.raters"), children=children, truth=truth.causes
    )
