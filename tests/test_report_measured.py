"""Error rates that the intervention report quotes: of the calibrated design nearest to the site, which it names."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pandas as pd
import pytest

import efficacy as ef
from efficacy.params import InterventionParams, load_site, resolve
from efficacy.project import Project
from efficacy.report.intervention import Evaluation, assumptions_sentence, case_of, evaluate
from efficacy.report.intervention.floor import floor_words, share_at_end
from efficacy.report.intervention.measured import DRIFT, MORE_SKEWED, SKEWED, nearest_design
from efficacy.report.wording import Wording

PROJECT = Project(Path(__file__).parents[1])


@pytest.fixture(scope="module")
def evaluations() -> dict[str, Evaluation]:
    found = {}
    for site in ("qichun", "laixi"):
        params = resolve(load_site(site, project=PROJECT), "intervention", {"n_simulations": 1000})
        assert isinstance(params, InterventionParams)
        found[site] = evaluate(case_of(ef.load_study(site, project=PROJECT), params))
    return found


@pytest.mark.parametrize("n_survey", [25, 54, 80, 300])
@pytest.mark.parametrize("n_members", [6, 12, 25])
@pytest.mark.parametrize("retest_r", [0.55, 0.7, 0.9])
def test_all_that_a_sentence_quotes_was_measured_in_the_design_it_names(
    n_survey: int, n_members: int, retest_r: float
) -> None:
    design = nearest_design(n_survey=n_survey, n_members=n_members, retest_r=retest_r)
    for procedure, statistic, shape, drift in (
        ("retest_correction_study_r", "coverage", "normal", 0.0),
        ("retest_correction_study_r", "coverage", SKEWED, 0.0),
        ("retest_correction_study_r", "coverage", "normal", DRIFT),
        ("discontinuity_linear", "upward", MORE_SKEWED, 0.0),
        ("discontinuity_both", "upward", SKEWED, 0.0),
        ("pretest", "skewness", MORE_SKEWED, 0.0),
    ):
        found = design.value(procedure, statistic, shape=shape, drift=drift)
        assert design.named_by(found) == design
        assert (found.cell["shape"], found.cell["drift"]) == (shape, drift)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_sentences_quote_the_table(evaluations: dict[str, Evaluation], language: str) -> None:
    for site, procedure, statistic in (
        ("qichun", "retest_correction_study_r", "coverage"),
        ("laixi", "discontinuity_both", "upward"),
    ):
        evaluation = evaluations[site]
        case = evaluation.case
        design = nearest_design(
            n_survey=len(case.own_survey), n_members=len(case.both_waves[0]), retest_r=evaluation.shown_r
        )
        text = assumptions_sentence(evaluation).describe(Wording(language, "chinese"))["text"]  # type: ignore[arg-type]
        quoted = design.value(procedure, statistic, shape=SKEWED)
        assert f"{100 * quoted.value:.1f}%" in text
        assert str(design.n_survey) in text
        assert str(quoted.replications) in text


def at_the_floor(evaluation: Evaluation, share: float) -> Evaluation:
    """The same study with so many first scores at the lowest possible."""
    survey = evaluation.case.own_survey.sort_values()
    lowest = pd.Series(1.0, index=survey.index[: round(share * len(survey))])
    case = dataclasses.replace(evaluation.case)
    vars(case)["own_survey"] = survey.where(~survey.index.isin(lowest.index), 1.0)
    return dataclasses.replace(evaluation, case=case)


@pytest.mark.parametrize("site", ["qichun", "laixi"])
def test_a_floor_is_spoken_of_where_there_is_one(evaluations: dict[str, Evaluation], site: str) -> None:
    assert share_at_end(evaluations[site]) < 0.05
    assert floor_words(evaluations[site]) == []
    floored = at_the_floor(evaluations[site], 0.2)
    assert share_at_end(floored) == pytest.approx(0.2, abs=0.01)
    (words,) = floor_words(floored)
    for language in ("zh", "en"):
        text = Wording(language, "chinese").text(words)  # type: ignore[arg-type]
        assert f"{100 * share_at_end(floored):.1f}%" in text
        assert "10000" in text


def test_an_unselected_site_has_no_such_sentence() -> None:
    params = resolve(load_site("baumann", project=PROJECT), "intervention")
    assert isinstance(params, InterventionParams)
    evaluation = evaluate(case_of(ef.load_study("baumann", project=PROJECT), params))
    assert floor_words(evaluation) == []
