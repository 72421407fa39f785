"""Children lost, small groups, several waves, each child, follow-up: statistics untouched, nothing told of few."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from intervention_cases import (
    WORDINGS,
    changes_of,
    column,
    courses_of,
    evaluated,
    keys_of,
    params_of,
    study_of,
    with_site,
)

import efficacy as ef
from efficacy.documents import Text
from efficacy.params import Covariate, Level
from efficacy.report import intervention as page
from efficacy.report.blocks import Figure, Table
from efficacy.study import Study


def shown(blocks: tuple[object, ...]) -> dict[str, dict[str, object]]:
    return {block.id: block.describe(WORDINGS[0]) for block in blocks}  # type: ignore[attr-defined]


def without(study: Study, children: pd.Index, wave: str) -> Study:
    scores = study.scores
    gone = scores["participant_id"].isin(children) & (scores["wave"] == wave)
    return Study(**{**vars(study), "scores": scores[~gone]})


def raised(study: Study, wave: str, by: float) -> Study:
    """Members' scores at a wave, moved."""
    scores = study.scores
    own = scores["participant_id"].isin(study.arm_role("treated")) & (scores["wave"] == wave)
    return Study(**{**vars(study), "scores": scores.assign(score=scores["score"] + by * own)})


def in_villages(study: Study, n_of_members: int, n_of_others: int = 8) -> Study:
    """Members and others in villages of their own."""
    children = study.participants.index
    members = children.isin(study.arm_role("treated"))
    number = np.where(
        members, np.arange(len(children)) % n_of_members, n_of_members + np.arange(len(children)) % n_of_others
    )
    names = [f"v{place}" for place in range(n_of_members + n_of_others)]
    village = pd.Categorical([names[place] for place in number], categories=names)
    label = Text(zh="村", en="village")
    levels = tuple(Level(value=name, label=Text(zh=name, en=name), accepts=(name,)) for name in names)
    covariate = Covariate(name="village", column="village", kind="categorical", label=label, levels=levels)
    site = study.site.model_copy(update={"covariates": (*study.site.covariates, covariate)})
    return Study(**{**vars(study), "site": site, "participants": study.participants.assign(village=village)})


@pytest.fixture(scope="module")
def laixi() -> page.Evaluation:
    """Members clearly above the others, three of them lost."""
    study = study_of("laixi")
    members = study.arm_role("treated")
    return page.evaluate(page.case_of(without(raised(study, "post", 0.6), members[:3], "post"), params_of("laixi")))


class TestLost:
    def test_both_forms_stand_in_the_table_untouched(self, laixi):
        table = shown(page.lost_blocks(laixi))["intervention.lost"]
        forms = laixi.at_post.discontinuity.tidy().set_index("term")
        expected = []
        for form in ("linear", "quadratic"):
            row = forms.loc[form]
            result = ef.missing_post_sensitivity(
                laixi.case.survey,
                laixi.case.later,
                estimate=row["estimate"],
                std_error=row["std_error"],
                df=row["df"],
                sd=laixi.at_post.discontinuity.sd_pre,
                treated=laixi.case.treated,
                form=form,
            )
            expected += [None, *result.tidy()["estimate"]]
        assert column(table, "estimate") == expected

    def test_the_first_form_to_fail_decides(self, laixi):
        sentence = shown(page.lost_blocks(laixi))["intervention.lost.sentence"]
        assert laixi.at_post.discontinuity.verdict == "changed_more"
        assert "intervention_courses.lost_tips" in sentence["keys"]
        tipping = next(number["raw"] for number in sentence["numbers"] if number["name"] == "delta")
        table = page.lost_blocks(laixi)[1].describe(WORDINGS[0])
        holds = [row["cells"][3]["shown"] for row in table["rows"]]
        worse = [value for value in column(table, "delta") if value is not None and value >= tipping]
        assert (len(worse) > 0) == ("否" in holds)

    @pytest.mark.parametrize("name", ["qichun", "baumann", "everybody"])
    def test_nobody_lost_is_said(self, name):
        blocks = shown(page.lost_blocks(evaluated(name)))
        assert "reasons.nobody_missing_at_post" in keys_of(blocks["intervention.lost"])

    def test_readings_have_no_conclusion_to_fail(self):
        blocks = shown(page.lost_blocks(evaluated("typical")))
        assert keys_of(blocks["intervention.lost"]) == ["intervention_courses.lost_no_single_test"]

    @pytest.mark.parametrize("name", ["retest", "paired", "second", "arms"])
    def test_every_analysis_of_one_estimate_begins_with_it(self, name):
        site, changes = {
            "retest": ("qichun", {}),
            "paired": ("qichun_members", {"selection_rule": "not_selected"}),
            "second": ("laixi_alone", {"comparison_group": "none"}),
            "arms": ("baumann", {}),
        }[name]
        study = study_of(site)
        evaluation = page.evaluate(
            page.case_of(without(study, study.arm_role("treated")[:2], "post"), params_of(site, **changes))
        )
        at_post = evaluation.at_post
        main = {
            "retest": lambda: [at_post.adjusted.estimate],
            "paired": lambda: [at_post.unadjusted.mean_change],
            "second": lambda: [at_post.second_baseline.mean_change],
            "arms": lambda: list(at_post.randomised.tidy()["estimate"]),
        }[name]()
        table = shown(page.lost_blocks(evaluation))["intervention.lost"]
        first = [e for d, e in zip(column(table, "delta"), column(table, "estimate"), strict=True) if d == 0]
        # an arm that lost nobody has no rows
        assert first == [value for value in main if value in first] and first

    def test_few_are_not_counted(self):
        study = with_site(study_of("laixi"), data_origin="confidential")
        lost = without(study, study.arm_role("treated")[:2], "post")
        evaluation = page.evaluate(page.case_of(lost, params_of("laixi")))
        assert "组员少于5人" in shown(page.lost_blocks(evaluation))["intervention.lost.sentence"]["text"]


class TestGroups:
    def test_one_group_is_said_to_allow_nothing(self):
        for name in ("qichun", "laixi"):
            blocks = shown(page.groups_blocks(evaluated(name)))
            assert keys_of(blocks["intervention.clusters"]) == ["intervention_courses.cluster_one_group"]
        blocks = shown(page.groups_blocks(evaluated("baumann")))
        assert keys_of(blocks["intervention.clusters"]) == ["intervention_courses.cluster_not_declared"]

    def test_declared_groups_give_robust_intervals(self):
        study = in_villages(study_of("laixi"), 4)
        evaluation = page.evaluate(page.case_of(study, params_of("laixi", cluster="village")))
        case = evaluation.case
        table = shown(page.groups_blocks(evaluation))["intervention.clusters"]
        predictors = pd.DataFrame({"pre": case.survey, "treated": case.treated.astype(float)})
        linear = ef.clustered_regression(case.later, predictors, clusters=study.participants["village"])
        row = linear.tidy().set_index("term").loc["treated"]
        assert column(table, "estimate")[0] == row["estimate"]
        assert column(table, "estimate") == pytest.approx(list(evaluation.at_post.discontinuity.tidy()["estimate"][:2]))
        assert column(table, "df")[0] == row["df"]

    def test_several_groups_are_no_longer_called_one(self):
        study = in_villages(study_of("laixi"), 4)
        evaluation = page.evaluate(page.case_of(study, params_of("laixi", cluster="village")))
        said = keys_of(page.first_page(evaluation, ef.session_record(study.sessions)).describe(WORDINGS[0]))
        assert "intervention_page.caution_few_groups" in said and "intervention_page.caution_one_group" not in said
        limits = str(page.limitations_table(evaluation).describe(WORDINGS[0]))
        assert "4个小组" in limits and "只有一个小组" not in limits

    def test_the_mean_change_of_groups(self):
        study = in_villages(study_of("qichun_members"), 4)
        params = params_of("qichun", selection_rule="not_selected", cluster="village")
        evaluation = page.evaluate(page.case_of(study, params))
        table = shown(page.groups_blocks(evaluation))["intervention.clusters"]
        assert column(table, "estimate") == pytest.approx([evaluation.at_post.unadjusted.mean_change])

    def test_one_declared_group_is_refused_with_the_reason(self):
        study = in_villages(study_of("qichun_members"), 1)
        params = params_of("qichun", selection_rule="not_selected", cluster="village")
        blocks = shown(page.groups_blocks(page.evaluate(page.case_of(study, params))))
        assert keys_of(blocks["intervention.clusters"]) == ["reasons.one_cluster"]

    def test_a_correction_has_no_robust_form(self):
        study = in_villages(study_of("qichun"), 3)
        blocks = shown(page.groups_blocks(page.evaluate(page.case_of(study, params_of("qichun", cluster="village")))))
        assert keys_of(blocks["intervention.clusters"]) == ["intervention_courses.cluster_not_for_design"]


class TestCourses:
    def test_members_are_held_against_the_untreated(self):
        evaluation = evaluated("laixi")
        model = courses_of(evaluation.case)
        changes = model.changes.set_index(["term", "level", "wave_from", "wave"])["estimate"]
        own, others = (changes[("change", level, "pre", "post")] for level in ("members", "others"))
        assert changes[("difference_in_change", "members", "pre", "post")] == pytest.approx(own - others)
        table = shown(page.courses_blocks(evaluation, model))["intervention.courses"]
        assert column(table, "estimate") == list(model.changes.query("level == 'members'")["estimate"])

    def test_changes_from_the_selecting_wave_have_no_p(self):
        evaluation = evaluated("laixi")
        model = courses_of(evaluation.case)
        table = shown(page.courses_blocks(evaluation, model))["intervention.courses"]
        starts = model.changes.query("level == 'members'")["wave_from"]
        assert [p is None for p in column(table, "p_value")] == list(starts == "pre")
        nobody_chosen = page.evaluate(
            page.case_of(
                study_of("laixi"), params_of("laixi", comparison_group="randomised", selection_rule="not_selected")
            )
        )
        table = shown(page.courses_blocks(nobody_chosen, courses_of(nobody_chosen.case)))["intervention.courses"]
        assert None not in column(table, "p_value")

    def test_two_waves_or_two_tests_need_no_model(self):
        said = {
            name: keys_of(
                shown(page.courses_blocks(evaluated(name), courses_of(evaluated(name).case)))["intervention.courses"]
            )
            for name in ("qichun", "baumann")
        }
        assert said == {
            "qichun": ["intervention_courses.courses_two_waves"],
            "baumann": ["intervention.unadjusted_none"],
        }


class TestChildren:
    def test_every_child_is_listed_untouched(self):
        evaluation = evaluated("qichun")
        case = evaluation.case
        based = ef.reliable_change(
            case.chosen(case.survey),
            case.chosen(case.later),
            mean=case.survey.mean(),
            sd=case.survey.std(),
            retest_r=evaluation.shown_r,
            retest_n=case.params.retest_n,
        )
        blocks = shown(page.children_blocks(evaluation))
        table = blocks["intervention.children"]
        ordered = based.tidy().sort_values("statistic", ascending=False, kind="stable")
        for role in ("pre", "expected", "post", "statistic"):
            assert column(table, role) == pytest.approx(list(ordered[role]))
        numbers = {n["name"]: n["raw"] for n in blocks["intervention.children.sentence"]["numbers"]}
        assert (numbers["improved"], numbers["unchanged"]) == (based.n_improved, based.n_unchanged)
        assert not set(case.members) & set(str(table).replace("'", " ").split())

    def test_the_picture_tells_every_child(self):
        figure = next(block for block in page.children_blocks(evaluated("laixi")) if isinstance(block, Figure))
        alt = figure.describe(WORDINGS[0])["alt"]
        assert alt.count("号") == len(evaluated("laixi").case.members)

    @pytest.mark.parametrize("name", ["qichun", "laixi"])
    def test_a_shared_page_only_counts_and_only_what_it_may(self, name):
        study = with_site(study_of(name), data_origin="confidential")
        evaluation = page.evaluate(page.case_of(study, params_of(name)))
        blocks = page.children_blocks(evaluation)
        assert not [block for block in blocks if isinstance(block, (Figure, Table))]
        sentence = shown(blocks)["intervention.children.sentence"]
        assert "intervention_children.counts_hidden" in sentence["keys"]
        assert {n["name"] for n in sentence["numbers"]} == {"n", "r", "chance"}

    def test_large_enough_counts_are_told(self):
        study = with_site(study_of("laixi"), data_origin="confidential")
        own = study.arm_role("treated")
        scores = study.scores
        half = scores["participant_id"].isin(own[:8]) & (scores["wave"] == "post")
        some = Study(**{**vars(study), "scores": scores.assign(score=scores["score"] + 1.0 * half)})
        evaluation = page.evaluate(page.case_of(some, params_of("laixi")))
        sentence = shown(page.children_blocks(evaluation))["intervention.children.sentence"]
        numbers = {n["name"]: n["raw"] for n in sentence["numbers"]}
        counts = [numbers[name] for name in ("improved", "unchanged", "deteriorated")]
        assert min(n for n in counts if n) >= 5 and sum(counts) == numbers["n"]

    def test_without_a_survey_beyond_the_members_no_child_is_judged(self):
        evaluation = page.evaluate(page.case_of(study_of("qichun_members"), params_of("qichun")))
        blocks = shown(page.children_blocks(evaluation))
        assert keys_of(blocks["intervention.children"]) == ["reasons.no_survey_beyond_members"]


class TestLasting:
    def test_kept_is_the_main_analysis_and_no_loss_since(self):
        kept = page.evaluate(
            page.case_of(raised(raised(study_of("laixi"), "post", 0.8), "followup", 0.9), params_of("laixi"))
        )
        lost = page.evaluate(
            page.case_of(raised(raised(study_of("laixi"), "post", 1.4), "followup", 0.9), params_of("laixi"))
        )
        rungs = [next(iter(evaluation.claims.values())).rung("maintained") for evaluation in (kept, lost)]
        assert [(rung.reached, rung.reason) for rung in rungs] == [
            (True, "changed_more"),
            (False, "fell_back_since_post"),
        ]
        said = [
            keys_of(shown(page.followup_blocks(evaluation))["intervention.followup"]) for evaluation in (kept, lost)
        ]
        assert "intervention.followup_maintained" in said[0]
        assert "intervention.followup_fell_back" in said[1]

    def test_both_analyses_and_the_change_since_stand_in_the_table(self):
        evaluation = evaluated("laixi")
        table = shown(page.followup_blocks(evaluation))["intervention.lasting"]
        forms = [e.discontinuity.tidy()["estimate"][:2] for e in (evaluation.at_post, evaluation.at_followup)]
        since = evaluation.at_followup
        assert column(table, "estimate") == [
            *(*forms[0], *forms[1]),
            *(since.since_post.mean_change, since.since_post_compared.estimate),
        ]

    def test_nobody_untreated_at_followup_leaves_the_members_own_change(self):
        evaluation = evaluated("second_baseline")
        assert evaluation.at_followup.since_post_compared is None
        table = shown(page.followup_blocks(evaluation))["intervention.lasting"]
        assert column(table, "estimate")[-1] == evaluation.at_followup.since_post.mean_change


def test_small_groups_at_any_later_wave_are_known():
    study = study_of("laixi")
    few = without(study, study.arm_role("treated")[3:], "followup")
    sizes = [len(group) for group in page.case_of(few, params_of("laixi")).measured_groups]
    assert 3 in sizes


def test_where_nobody_was_chosen_low_the_whole_family_is_shown():
    evaluation = evaluated("everybody")
    table = page.unadjusted_blocks(evaluation, changes_of(evaluation.case))[1].describe(WORDINGS[0])
    effects = changes_of(evaluation.case)["total"].tidy().set_index("term")
    raw = column(table, "value total")
    for term in ("d_z", "d_av", "d_rm", "smcc", "smcr", "g_av", "rank_biserial"):
        assert float(effects.loc[term, "estimate"]) in raw, term
    for term in ("d_z", "smcc"):
        assert [effects.loc[term, "conf_low"], effects.loc[term, "conf_high"]] in raw, term
