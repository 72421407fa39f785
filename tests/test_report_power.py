"""Power for the effect declared beforehand, at the study's own size: said where it was declared and can be known."""

from __future__ import annotations

from pathlib import Path

import pytest

import efficacy as ef
from efficacy.params import InterventionParams, load_site, resolve
from efficacy.project import Project
from efficacy.report.intervention import Evaluation, case_of, evaluate, limitations_table
from efficacy.report.intervention.power import declared_power, own_design
from efficacy.report.wording import Wording

PROJECT = Project(Path(__file__).parents[1])
FEW = {"n_simulations": 1000}


def evaluated(site: str, **changes: object) -> Evaluation:
    loaded = load_site(site, project=PROJECT)
    params = resolve(loaded, "intervention", {**FEW, **changes})
    assert isinstance(params, InterventionParams)
    return evaluate(case_of(ef.load_study(site, project=PROJECT), params))


@pytest.mark.parametrize(("site", "key"), [("qichun", "retest_correction"), ("laixi", "regression_discontinuity")])
def test_the_power_is_that_of_the_sites_own_design(site: str, key: str) -> None:
    evaluation = evaluated(site, declared_effect=0.6)
    design, case = own_design(evaluation), evaluation.case
    assert design is not None
    assert design.analysis.key == key
    assert design.n_members == len(case.both_waves[0])
    expected = ef.compare_designs(
        {"own": design}, retest_r=[evaluation.shown_r], effect=0.6, n_simulations=1000, seed=case.params.seed
    ).tidy()["power"][0]
    assert 0.02 < expected < 0.98
    for language in ("zh", "en"):
        text = str(limitations_table(evaluation).describe(Wording(language, "chinese")))  # type: ignore[arg-type]
        assert f"{100 * expected:.1f}%" in text
        assert "0.60" in text


def test_nothing_is_said_of_an_effect_nobody_declared() -> None:
    evaluation = evaluated("qichun")
    assert declared_power(evaluation) == []
    assert "Hoenig" not in str(limitations_table(evaluation).describe(Wording("en", "chinese")))


@pytest.mark.parametrize("site", ["baumann"])
def test_nothing_is_said_where_the_design_cannot_be_simulated(site: str) -> None:
    assert declared_power(evaluated(site, declared_effect=0.5)) == []


def test_readings_have_no_power() -> None:
    assert declared_power(evaluated("qichun", declared_effect=0.5, selection_rule="nominated")) == []


def test_a_draw_has_its_own_design() -> None:
    evaluation = evaluated("laixi", declared_effect=0.5, selection_rule="not_selected", comparison_group="randomised")
    drawn = own_design(evaluation)
    assert drawn is not None
    assert drawn.analysis.key == "randomised_ancova"
    assert drawn.measured_at_post == tuple(len(children) for children in evaluation.case.both_waves)


def test_lots_among_the_members_alone_compare_with_nobody() -> None:
    """Nobody but the members scored low enough to have been drawn."""
    assert own_design(evaluated("laixi", declared_effect=0.5, selection_rule="random_from_low")) is None
