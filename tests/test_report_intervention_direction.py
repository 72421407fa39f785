"""Scales on which less is better: the mirror image of the same study, said in its own words."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pandas as pd
import pytest
from intervention_cases import WORDINGS, blocks_of, described, draw, keys_of, pairs_of, params_of, study_of, with_site

from efficacy.report import intervention as page
from efficacy.report.blocks import Figure
from efficacy.report.wording import Wording
from efficacy.study import Study

HIGHEST_AND_LOWEST = 6  # of item means from 1 to 5, added
DOWN = tuple(Wording(wording.language, wording.style, variant="decrease") for wording in WORDINGS)
MIRRORED: dict[str, dict[str, object]] = {
    "qichun": {},
    "laixi": {},
    "laixi_alone": {"comparison_group": "none"},
    "laixi_drawn": {"selection_rule": "random_from_low", "eligible_at_most": 3.0},
}


def mirrored(study: Study) -> Study:
    scores = study.scores.assign(score=HIGHEST_AND_LOWEST - study.scores["score"])
    return Study(**{**vars(study), "scores": scores})


@cache
def both(name: str) -> tuple[page.Evaluation, page.Evaluation]:
    """A study, and the same one on a scale that runs the other way."""
    site, changes = name, dict(MIRRORED[name])
    up = page.evaluate(page.case_of(study_of(site), params_of(site, **changes)))
    if "eligible_at_most" in changes:
        changes["eligible_at_most"] = HIGHEST_AND_LOWEST - float(str(changes["eligible_at_most"]))
    down = params_of(site, improvement="decrease", **changes)
    return up, page.evaluate(page.case_of(mirrored(study_of(site)), down))


@pytest.mark.parametrize("name", MIRRORED)
class TestMirrored:
    def test_the_claims_are_the_same(self, name):
        up, down = both(name)
        assert down.key == up.key
        for arm, claims in up.claims.items():
            assert down.claims[arm].tidy().equals(claims.tidy())

    def test_what_is_expected_is_mirrored(self, name):
        up, down = both(name)
        if up.expected is not None:
            assert down.expected_gain == pytest.approx(-up.expected_gain)
            assert down.expected_improvement == pytest.approx(up.expected_improvement)
            assert down.alarm_rate == pytest.approx(up.alarm_rate, abs=0.05)
            assert down.alarms.tidy()["upward"].to_numpy() == pytest.approx(up.alarms.tidy()["upward"], abs=0.05)

    def test_the_same_children_could_have_been_drawn(self, name):
        up, down = both(name)
        assert list(down.case.drawn.index) == list(up.case.drawn.index)
        assert down.case.strictly_lowest == up.case.strictly_lowest


@pytest.mark.parametrize("name", ["qichun", "laixi"])
class TestMirroredWords:
    def test_the_same_is_said_with_the_other_words(self, name):
        up, down = both(name)
        for block, same in zip(blocks_of(down), blocks_of(up), strict=True):
            for wording, plain in zip(DOWN, WORDINGS, strict=True):
                said, other = block.describe(wording), same.describe(plain)
                if block.id != "intervention.lines.figure":
                    assert keys_of(said) == keys_of(other) or "assume_mirrored" in str(said)
                if isinstance(block, Figure) and wording.language == "zh":
                    draw(block, wording=wording)

    def test_no_sentence_praises_a_rise(self, name):
        _, down = both(name)
        for wording, words in zip(DOWN, (("高于0", "提高", "低分", "回升"), ("above 0", "low scorers")), strict=True):
            shown = described(down, wording)
            for block_id in ("intervention.first_page", "intervention.main.sentence", "intervention.ladder.sentence"):
                assert [word for word in words if word in str(shown[block_id])] == []


def test_the_declared_score_decides_who_could_have_been_drawn():
    up, _ = both("laixi_drawn")
    case = up.case
    assert set(case.drawn.index) == set(case.arm.index[case.arm.index.isin(case.survey.index[case.survey <= 3.0])])
    assert up.at_post.randomised.n_used <= len(case.drawn)
    assert "intervention_page.caution_pool_declared" in keys_of(described(up)["intervention.first_page"])
    low = params_of("laixi_drawn", selection_rule="random_from_low", eligible_at_most=2.0)
    outside = page.evaluate(page.case_of(study_of("laixi_drawn"), low))
    assert outside.case.drawn_from_outside
    assert "intervention_page.caution_pool_outside" in keys_of(described(outside)["intervention.first_page"])
    undeclared = page.case_of(study_of("laixi_drawn"), params_of("laixi_drawn", selection_rule="random_from_low"))
    assert case.survey[undeclared.drawn.index].max() == case.chosen(case.survey).max()


def raw_values(block: Any) -> Iterator[float]:
    """Every number a block holds."""
    if isinstance(block, dict):
        raw = block.get("raw")
        yield from raw if isinstance(raw, list) else [raw] if isinstance(raw, float) else []
        for part in block.values():
            yield from raw_values(part)
    elif isinstance(block, list):
        for part in block:
            yield from raw_values(part)


def without_post(study: Study, children: pd.Index) -> Study:
    scores = study.scores
    gone = scores["participant_id"].isin(children) & (scores["wave"] == "post")
    return Study(**{**vars(study), "scores": scores[~gone]})


def test_few_lost_children_are_in_no_description():
    """The members' mean of 16 and that of 15 would tell what the sixteenth scored."""
    members = study_of("laixi").arm_role("treated")
    study = with_site(without_post(study_of("laixi"), members[:2]), data_origin="confidential")
    case = page.case_of(study, params_of("laixi"))
    assert set(members[:2]) <= set(case.few_lost)
    assert not case.groups.index.isin(case.few_lost).any()
    assert not case.characteristics(case.members).index.isin(case.few_lost).any()
    evaluation = page.evaluate(case)
    assert evaluation.expected.n == len(case.both_waves[0]) == len(case.described_of("members")) == len(members) - 2
    assert page.case_of(with_site(study, data_origin="public"), params_of("laixi")).few_lost.empty
    assert page.case_of(study, params_of("laixi", profile="internal")).few_lost.empty
    many = with_site(without_post(study_of("laixi"), members[:6]), data_origin="confidential")
    assert not page.case_of(many, params_of("laixi")).few_lost.isin(members).any()


def test_every_mean_of_a_group_at_a_wave_rests_on_the_same_children():
    members = study_of("laixi").arm_role("treated")
    study = with_site(without_post(study_of("laixi"), members[:2]), data_origin="confidential")
    evaluation = page.evaluate(page.case_of(study, params_of("laixi")))
    told = described(evaluation)
    n = len(members) - 2
    first = evaluation.case.described(evaluation.case.chosen(evaluation.case.survey)).mean()
    assert len(evaluation.case.described(evaluation.case.chosen(evaluation.case.survey))) == n
    everybody = evaluation.case.chosen(evaluation.case.survey).mean()
    assert evaluation.expected.mean_members == pytest.approx(first)
    assert first in set(raw_values(told)) and everybody not in set(raw_values(told))


def test_every_scale_is_described_over_the_children_who_are_compared():
    study = study_of("laixi")
    scores = study.scores
    one = study.arm_role("treated")[:1]
    gone = scores["participant_id"].isin(one) & (scores["wave"] == "post") & (scores["scale"] == "ability")
    partly = with_site(Study(**{**vars(study), "scores": scores[~gone]}), data_origin="confidential")
    case = page.case_of(partly, params_of("laixi"))
    described_, compared = case.chosen(case.before["ability"].dropna()), pairs_of(case)["ability"]
    assert set(described_.index) == set(compared[0].index) & set(compared[1].index)
    public = page.case_of(with_site(partly, data_origin="public"), params_of("laixi"))
    assert len(public.chosen(public.before["ability"].dropna())) == len(described_) + 1


def test_a_few_lost_after_post_are_in_no_change_since_then():
    study = study_of("laixi")
    scores = study.scores
    gone = scores["participant_id"].isin(study.arm_role("treated")[:2]) & (scores["wave"] == "followup")
    partly = with_site(Study(**{**vars(study), "scores": scores[~gone]}), data_origin="confidential")
    hidden, told = (
        [
            block.describe(WORDINGS[0])
            for block in page.followup_blocks(page.evaluate(page.case_of(s, params_of("laixi"))))
        ]
        for s in (partly, with_site(partly, data_origin="public"))
    )
    assert len(told[1]["rows"]) == len(hidden[1]["rows"]) + 2
    assert "intervention_courses.since_post_compared" in told[0]["keys"]
    assert "intervention_courses.since_post_compared" not in hidden[0]["keys"]
