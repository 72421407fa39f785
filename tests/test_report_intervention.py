"""The outcome evaluation: raw values untouched, every design said, nothing concluded that the design forbids."""

from __future__ import annotations

from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pytest
from intervention_cases import (
    DESIGNS,
    READINGS,
    ROOT,
    ROWS,
    WORDINGS,
    blocks_of,
    changes_of,
    column,
    described,
    draw,
    evaluated,
    keys_of,
    nobody_untreated_again,
    params_of,
    study_of,
    with_members,
    with_site,
)
from nbclient import NotebookClient

import efficacy as ef
from efficacy.errors import ParameterError
from efficacy.report import intervention as page
from efficacy.report.blocks import Figure, Table
from efficacy.report.intervention.discontinuity_figure import predicted
from efficacy.report.intervention.effect_figures import range_figure
from efficacy.report.opening import METADATA_KEY
from efficacy.report.privacy import suppress_small_cells
from efficacy.study import Study


@pytest.mark.parametrize("name", DESIGNS)
class TestEveryDesign:
    def test_the_declared_design_decides_the_analysis(self, name):
        assert evaluated(name).key == DESIGNS[name][2]

    @pytest.mark.parametrize("wording", WORDINGS, ids=("zh", "en"))
    def test_every_block_is_said(self, name, wording):
        for block in blocks_of(evaluated(name)):
            block.describe(wording)
            if isinstance(block, Figure):
                assert block.describe(wording)["alt"]
                draw(block, wording=wording, individual_marks=wording.language == "zh")

    def test_the_first_page_answers_in_order(self, name):
        described_page = page.first_page(evaluated(name), ef.session_record(evaluated(name).case.study.sessions))
        keys = [getattr(row.heading, "key", "").removeprefix("common.page_") for row in described_page.rows]
        assert keys in (ROWS, [key for key in ROWS if key])
        assert all(row["text"] for row in described_page.describe(WORDINGS[0])["rows"])

    def test_no_uncorrected_test_is_worded_as_an_effect(self, name):
        evaluation = evaluated(name)
        said = [key for block in described(evaluation).values() for key in keys_of(block)]
        claims = [key for key in said if "verdict_paired" in key or key == "intervention.paired_sentence"]
        assert bool(claims) == (evaluation.key == "paired_change")

    def test_readings_carry_no_p(self, name):
        evaluation = evaluated(name)
        if evaluation.key in READINGS:
            table = page.main_table(evaluation).describe(WORDINGS[0])
            assert not [entry["role"] for entry in table["columns"] if entry["role"].startswith("p_value")]
            assert evaluation.readings is not None
            assert column(table, "estimate") == list(evaluation.readings.tidy()["estimate"])

    def test_the_ladder_repeats_the_claims(self, name):
        evaluation = evaluated(name)
        for ladder, claims in zip(page.ladders(evaluation), evaluation.claims.values(), strict=True):
            states = dict(zip([rung.name for rung in claims.rungs], [r.state for r in ladder.rungs], strict=True))
            assert [key for key, state in states.items() if state == "reached"] == [claims.reached]
            unknown = {rung.name for rung in claims.rungs if rung.reached is None}
            assert {key for key, state in states.items() if state == "not_assessable"} == unknown


class TestWhatMayBeSaid:
    """Sentences that a design or its numbers would make untrue are not said."""

    def said(self, evaluation: page.Evaluation) -> list[str]:
        return [key for block in described(evaluation).values() for key in keys_of(block)]

    def test_nobody_selected_is_not_believed_where_some_were_left_out(self):
        evaluation = evaluated("some_left_out")
        assert evaluation.case.chosen_low and not evaluation.case.chosen_by_score
        assert evaluation.claims[""].rung("more_than_selection").reached is None
        title = described(evaluation)["intervention.unadjusted"]["title"]
        assert "含回归到均值" in title and "%" not in title

    def test_only_children_who_could_have_been_drawn_are_compared(self):
        evaluation = evaluated("drawn_from_low")
        case, result = evaluation.case, evaluation.at_post.randomised
        highest = case.chosen(case.survey).max()
        others = case.both_waves[1]
        assert result.n_comparison == int((case.survey[others] <= highest).sum()) < len(others)
        against = evaluated("drawn_against_the_records").at_post.randomised
        assert (against.status, against.reasons[0].key) == ("not_computable", "fewer_than_two_levels")

    def test_another_population_does_not_set_the_mean_that_members_regress_to(self):
        alone = evaluated("other_population")
        assert alone.expected.reasons[0].key == "no_survey_beyond_members"
        assert "intervention_results.population_bias" not in self.said(alone)
        study = study_of("laixi")
        unchosen = study.arm_role("comparison")[:40]  # of the members' own population, in no group
        arm = study.participants["arm"].where(~study.participants.index.isin(unchosen))
        mixed = Study(**{**vars(study), "participants": study.participants.assign(arm=arm)})
        evaluation = page.evaluate(page.case_of(mixed, params_of("laixi", comparison_group="other_population")))
        case = evaluation.case
        own = case.survey.drop(case.others, errors="ignore")
        assert evaluation.expected.n_survey == len(own) < len(case.survey)
        assert evaluation.expected.mean_survey == pytest.approx(own.mean())
        gap = own.mean() - case.untreated(case.survey).mean()
        said = described(evaluation, WORDINGS[1])["intervention.assumptions"]["text"]
        assert f"{(1 - evaluation.shown_r) * gap:.2f} points" in said
        assert "intervention_results.population_bias" not in self.said(evaluated("matched"))

    @pytest.mark.parametrize("name", ["typical_compared", "volunteers_compared"])
    def test_untreated_children_who_were_measured_again_are_not_denied(self, name):
        evaluation = evaluated("unknown" if name == "volunteers_compared" else name)
        assert len(evaluation.case.both_waves[1]) > 0
        said = self.said(evaluation)
        assert "intervention_page.caution_no_comparison" not in said
        if evaluation.compared_readings:
            assert not [key for key in said if key.startswith("intervention_page.paste_without_comparison")]
            assert "intervention_results.others_none_retest" not in said

    def test_an_interval_below_zero_is_not_called_compatible_with_no_change(self):
        study = study_of("qichun")
        scores = study.scores.copy()
        scores.loc[scores["wave"] == "post", "score"] -= 1.5
        lower = Study(**{**vars(study), "scores": scores})
        evaluation = page.evaluate(page.case_of(lower, params_of("qichun")))
        said = self.said(evaluation)
        assert evaluation.at_post.adjusted.conf_high < 0
        assert "intervention_results.verdict_below" in said and "intervention_limits.not_absence" not in said
        assert "intervention_limits.not_absence" in self.said(evaluated("qichun"))

    def test_records_that_contradict_the_rule_make_the_gain_conditional(self):
        study = study_of("qichun")
        across = study.score("pre", "total").sort_values().index[[5, 9, 14, 18, 22, 26, 28, 31, 35, 39, 44, 48]]
        evaluation = page.evaluate(
            page.case_of(nobody_untreated_again(with_members(study, across)), params_of("qichun"))
        )
        said = self.said(evaluation)
        assert abs(evaluation.expected.standing) < 0.1 and evaluation.alarm_rate < 0.055
        assert "intervention_results.gain_study" not in said and "intervention_page.paste_lowest" not in said
        assert "intervention_page.caution_false_alarms" not in said

    def test_equal_pretests_raise_no_false_alarms(self):
        study = study_of("laixi")
        scores = study.scores.assign(score=study.scores["score"].where(study.scores["wave"] != "pre", 2.0))
        level = page.evaluate(page.case_of(Study(**{**vars(study), "scores": scores}), params_of("laixi")))
        assert np.isnan(level.alarm_rate)
        said = self.said(level)
        assert "intervention_page.caution_false_alarms" not in said and "reasons.zero_variance" in said

    def test_a_refused_retest_study_says_why(self):
        evaluation = page.evaluate(page.case_of(study_of("qichun"), params_of("qichun", retest_sd=1.2)))
        assert evaluation.study_r is None
        assert "reasons.retest_out_of_range" in keys_of(described(evaluation)["intervention.first_page"])

    def test_a_reading_holds_the_uncertainty_of_the_retest_study(self):
        evaluation = evaluated("typical")
        row, adjusted = evaluation.readings.tidy().iloc[0], evaluation.at_post.adjusted
        assert (row["conf_low"], row["df"]) == (adjusted.conf_low, adjusted.df) and adjusted.part_c > 0

    def test_another_test_before_gives_no_unit(self):
        params = params_of("laixi", baseline_outcome="ability")
        evaluation = page.evaluate(page.case_of(study_of("laixi"), params))
        table = page.main_table(evaluation).describe(WORDINGS[0])
        assert evaluation.key == "regression_discontinuity"
        assert set(column(table, "standardized")) == {None}

    def test_a_second_baseline_of_a_few_members_is_not_started_from(self):
        alone, members = study_of("laixi_alone"), study_of("laixi").arm_role("treated")
        kept = (alone.scores["wave"] != "pre2") | alone.scores["participant_id"].isin(members[:2])
        thin = Study(**{**vars(alone), "scores": alone.scores[kept]})
        assert page.case_of(thin, params_of("laixi", comparison_group="none")).design.key == "retest_correction"

    def test_untreated_children_measured_twice_cannot_be_declared_away(self):
        with pytest.raises(ParameterError, match="comparison_not_declared"):
            page.case_of(study_of("laixi"), params_of("laixi", comparison_group="none"))

    @pytest.mark.parametrize("name", ["everybody", "second_baseline"])
    def test_other_outcomes_by_the_same_analysis_with_holm(self, name):
        evaluation = evaluated(name)
        case = evaluation.case
        start = case.second_baseline or case.baseline
        table = described(evaluation)["intervention.others"]
        others = [scale for scale in case.scales if scale != case.outcome]
        changes = [
            ef.paired_change(*(case.chosen(case.study.score(wave, scale)) for wave in (start, case.post)))
            for scale in others
        ]
        assert column(table, "estimate") == pytest.approx([change.mean_change for change in changes])
        low, high = sorted(change.p_value for change in changes)
        assert sorted(column(table, "p_value_adjusted")) == pytest.approx([min(1, 2 * low), max(2 * low, high)])


class TestRetestCorrection:
    @property
    def evaluation(self):
        return evaluated("qichun")

    def test_the_table_holds_the_correction_untouched(self):
        table = page.main_table(self.evaluation).describe(WORDINGS[0])
        adjusted, over = self.evaluation.at_post.adjusted, self.evaluation.at_post.over_r.tidy()
        shown = over[over["retest_r"].round(6).isin([0.6, 0.7, 0.8, 0.9])]
        assert column(table, "estimate") == [adjusted.estimate, *shown["estimate"]]
        assert column(table, "expected_gain") == [adjusted.expected_gain, *shown["expected_gain"]]
        assert column(table, "conf_low conf_high")[0] == [adjusted.conf_low, adjusted.conf_high]

    def test_the_sentence_to_paste_says_what_the_glossary_asks(self):
        adjusted = self.evaluation.at_post.adjusted
        text = described(self.evaluation)["intervention.first_page"]["rows"][6]["text"]
        parts = (
            "低分选出",
            f"上升约{adjusted.expected_gain:.2f}分",
            f"校正后变化{adjusted.estimate:.2f}分",
            "无对照组与追踪测",
        )
        assert [part for part in parts if part not in text] == []

    def test_the_verdict_is_that_of_the_interval(self):
        adjusted = self.evaluation.at_post.adjusted
        assert adjusted.conf_low < 0 < adjusted.conf_high
        assert "intervention_results.verdict_not_beyond" in keys_of(
            described(self.evaluation)["intervention.main.sentence"]
        )
        assert next(iter(self.evaluation.claims.values())).reached == "higher_at_post"

    def test_without_a_retest_study_the_lowest_r_decides(self):
        evaluation = evaluated("range_only")
        over = evaluation.at_post.over_r
        assert evaluation.study_r is None
        assert evaluation.shown_r == over.decisive_r == 0.6
        row = over.tidy().iloc[0]
        numbers = described(evaluation)["intervention.main.sentence"]["numbers"]
        assert row["estimate"] in [number["raw"] for number in numbers]

    def test_the_expected_gain_is_the_statistic_itself(self):
        table = described(self.evaluation)["intervention.expected"]
        expected = ef.regression_to_mean(
            self.evaluation.case.survey, self.evaluation.case.members, retest_r=column(table, "retest_r")
        )
        assert column(table, "estimate") == list(expected.tidy()["estimate"])

    def test_alpha_stands_in_one_line_and_corrects_nothing(self):
        blocks = described(self.evaluation)
        alpha = self.evaluation.alpha.estimate
        holding = [name for name, block in blocks.items() if alpha in [n["raw"] for n in block.get("numbers", [])]]
        assert holding == ["intervention.expected.sentence"]

    def test_the_figure_over_r_tells_its_ends(self):
        over = self.evaluation.at_post.over_r.tidy()
        alt = range_figure(self.evaluation).describe(WORDINGS[0])["alt"]
        assert f"{over['estimate'].iloc[0]:.2f}" in alt
        assert f"{over['estimate'].iloc[-1]:.2f}" in alt


class TestDiscontinuity:
    @property
    def evaluation(self):
        return evaluated("laixi")

    def test_all_forms_stand_in_the_table(self):
        table = page.main_table(self.evaluation).describe(WORDINGS[0])
        forms = self.evaluation.at_post.discontinuity.tidy()
        assert column(table, "estimate") == [*forms["estimate"], self.evaluation.gains.estimate]
        assert column(table, "p_value") == [*forms["p_value"], None]  # a difference of changes is shown without p
        assert column(table, "standardized")[:3] == list(forms["standardized"])

    @pytest.mark.parametrize("form", ["linear", "quadratic"])
    def test_the_lines_are_the_fitted_ones(self, form):
        case, fit = self.evaluation.case, self.evaluation.forms[form]
        both = case.both_waves[0].append(case.both_waves[1])
        pre, post = case.survey[both], case.later[both]
        for treated, group in ((True, case.members), (False, case.others)):
            own = pre[pre.index.isin(group)]
            line = predicted(fit, own, treated=treated, centre=pre.mean())
            assert line.mean() == pytest.approx(post[own.index].mean())  # least squares with a term for the group

    def test_other_scales_are_corrected_for_their_number(self):
        table = page.other_outcomes_block(self.evaluation).describe(WORDINGS[0])
        given = pd.Series(column(table, "p_value"))
        assert column(table, "p_value_adjusted") == list(ef.effects.groups.holm(given))
        assert len(given) == 4

    def test_a_second_baseline_is_told(self):
        again = self.evaluation.again
        text = described(self.evaluation)["intervention.baseline_again"]["text"]
        assert f"{again.mean_pre:.2f}" in text
        assert f"{again.mean_post:.2f}" in text


class TestRandomised:
    @property
    def evaluation(self):
        return evaluated("baumann")

    def test_every_arm_stands_against_the_comparison(self):
        table = page.main_table(self.evaluation).describe(WORDINGS[0])
        arms = self.evaluation.at_post.randomised.tidy()
        for role in ("estimate", "p_value", "p_value_adjusted", "standardized"):
            assert column(table, role) == list(arms[role])
        assert column(table, "p_value_permutation") == list(arms["p_value_permutation_adjusted"])

    def test_different_tests_give_no_change_score(self):
        assert not self.evaluation.case.same_test
        blocks = described(self.evaluation)
        assert "intervention.unadjusted_none" in keys_of(blocks["intervention.unadjusted"])
        assert "intervention_limits.not_improved_points" in keys_of(blocks["intervention.not_concluded"])
        states = [rung.state for rung in page.ladders(self.evaluation)[0].rungs]
        assert states == ["passed", "not_assessable", "passed", "reached", "not_assessable"]

    def test_there_is_a_ladder_for_every_arm(self):
        titles = [ladder.describe(WORDINGS[1])["title"] for ladder in page.ladders(self.evaluation)]
        assert len(set(titles)) == len(titles) == 2


class TestUnadjusted:
    def test_one_table_holds_the_whole_family_untouched(self):
        evaluation = evaluated("qichun")
        changes = changes_of(evaluation.case)
        table = page.unadjusted_blocks(evaluation, changes)[1].describe(WORDINGS[0])
        total = changes["total"]
        raw = column(table, "value total")
        effects = total.tidy().set_index("term")
        for value in (total.mean_change, total.statistic, total.p_value, total.p_value_wilcoxon, total.bf10):
            assert value in raw
        assert {effects.loc[term, "estimate"] for term in ("d_z", "d_av", "g_av")} <= {v for v in raw if _number(v)}
        assert [total.mean_pre, total.sd_pre] in raw

    def test_the_title_says_how_often_this_design_misleads(self):
        evaluation = evaluated("qichun")
        title = page.unadjusted_blocks(evaluation, changes_of(evaluation.case))[1].describe(WORDINGS[0])["title"]
        assert "未校正的前后测比较(含回归到均值)" in title
        assert f"{100 * evaluation.alarm_rate:.1f}%" in title
        assert "*" not in str(described(evaluation)["intervention.unadjusted"])

    def test_holm_only_where_a_test_may_conclude(self):
        shown = {}
        for name in ("qichun", "everybody"):
            evaluation = evaluated(name)
            labels = [
                row.cells[0].key for row in page.unadjusted_blocks(evaluation, changes_of(evaluation.case))[1].rows
            ]
            shown[name] = "intervention.measure_p_holm" in labels
        assert shown == {"qichun": False, "everybody": True}

    def test_spss_prints_pre_minus_post(self):
        evaluation = evaluated("qichun")
        table = described(evaluation)["intervention.spss"]
        change = evaluation.at_post.unadjusted
        assert column(table, "estimate")[0] == pytest.approx(-change.mean_change)
        assert column(table, "statistic")[0] == pytest.approx(-change.statistic)


def _number(value: Any) -> bool:
    return isinstance(value, float)


class TestWhoWasChosen:
    def test_the_figure_tells_its_means(self):
        evaluation = evaluated("qichun")
        alt = page.selection_figure(evaluation).describe(WORDINGS[0])["alt"]
        for value in (evaluation.expected.mean_members, evaluation.expected.mean_survey, evaluation.expected_gain):
            assert f"{value:.2f}" in alt

    def test_members_who_are_not_the_lowest_have_little_to_regress(self):
        study = study_of("qichun")
        pre = study.score("pre", "total").sort_values()
        middle = pre.index[len(pre) // 2 - 6 : len(pre) // 2 + 6]
        case = page.case_of(nobody_untreated_again(with_members(study, middle)), params_of("qichun"))
        evaluation = page.evaluate(case)
        assert not case.strictly_lowest
        assert evaluation.alarms.basis == "actual_members"
        assert abs(evaluation.expected_gain) < abs(evaluated("qichun").expected_gain) / 3
        assert "intervention.selection_not_as_declared" in keys_of(described(evaluation)["intervention.selection"])

    def test_members_above_the_mean_are_expected_to_fall(self):
        study = study_of("qichun")
        highest = study.score("pre", "total").sort_values().index[-12:]
        evaluation = page.evaluate(
            page.case_of(nobody_untreated_again(with_members(study, highest)), params_of("qichun"))
        )
        assert evaluation.expected_gain < 0
        blocks = described(evaluation)
        assert "intervention.expected_fall" in keys_of(blocks["intervention.expected.sentence"])
        assert "intervention_page.caution_false_alarms" not in keys_of(blocks["intervention.first_page"])
        draw(page.selection_figure(evaluation))

    def test_a_survey_of_members_only_says_why_nothing_is_corrected(self):
        evaluation = page.evaluate(page.case_of(study_of("qichun_members"), params_of("qichun")))
        assert "reasons.no_survey_beyond_members" in keys_of(described(evaluation)["intervention.main.sentence"])
        assert next(iter(evaluation.claims.values())).reached == "higher_at_post"

    def test_without_arms_everybody_is_a_member_if_nobody_was_selected(self):
        study = with_site(study_of("qichun"), arms=None)
        bare = Study(**{**vars(study), "participants": study.participants.drop(columns="arm")})
        evaluation = page.evaluate(page.case_of(bare, params_of("qichun", selection_rule="not_selected")))
        assert evaluation.at_post.unadjusted.n == 12
        assert "absent.untreated" in keys_of(described(evaluation)["absent.untreated"])
        with pytest.raises(ParameterError, match="nobody_treated"):
            page.case_of(bare, params_of("qichun"))

    @pytest.mark.parametrize("key", ["primary_outcome", "baseline_outcome", "post_wave", "baseline_wave"])
    def test_names_that_do_not_exist_are_refused(self, key):
        with pytest.raises(ParameterError, match="unknown_reference"):
            page.case_of(study_of("qichun"), params_of("qichun", **{key: "nowhere"}))

    def test_a_site_without_sessions_says_so(self):
        study = study_of("qichun")
        bare = Study(**{**vars(study), "sessions": study.sessions.iloc[:0]})
        evaluation = page.evaluate(page.case_of(bare, params_of("qichun")))
        assert described(evaluation)["absent.sessions"]["text"]


@pytest.fixture(scope="module", params=["qichun", "laixi"])
def confidential(request):
    study = with_site(study_of(request.param), data_origin="confidential")
    return page.evaluate(page.case_of(study, params_of(request.param)))


class TestPrivacy:
    def test_no_row_stands_for_few_children(self, confidential):
        for block in blocks_of(confidential):
            if isinstance(block, Table):
                shown = suppress_small_cells(block, k=5)
                assert not [row.n for row in shown.rows if row.n is not None and row.n < 5]

    def test_levels_of_few_children_are_not_listed(self, confidential):
        table = described(confidential)["intervention.characteristics"]
        everything = described(evaluated(confidential.case.study.site.site))["intervention.characteristics"]
        assert 0 < len(table["rows"]) < len(everything["rows"])
        sizes = (len(confidential.case.members), len(confidential.case.others))
        for row in table["rows"]:
            counts = [cell["numbers"][0]["raw"] for cell in row["cells"][1:3]]
            assert min(*counts, *(size - n for size, n in zip(sizes, counts, strict=True))) >= 5

    def test_no_figure_draws_a_single_child(self, confidential):
        n = len(confidential.case.members)
        for block in blocks_of(confidential):
            if isinstance(block, Figure) and block.id != "intervention.alarms.figure":  # its squares are studies
                canvas = draw(block, individual_marks=False)
                for axes in canvas.axes:
                    assert len(axes.patches) == 0
                    assert sum(len(marks.get_offsets()) for marks in axes.collections) < n
                    assert len(axes.lines) < n

    def test_no_line_ends_at_a_childs_score(self, confidential):
        case = confidential.case
        scores = [group(s) for group in (case.chosen, case.untreated) for s in (case.survey, case.later)]
        extremes = {round(float(end), 6) for s in scores if len(s) for end in (s.min(), s.max())}
        figures = {block.id: block for block in blocks_of(confidential) if isinstance(block, Figure)}
        for name in ("intervention.selection.figure", "intervention.lines.figure"):
            if name in figures:
                axes = draw(figures[name], individual_marks=False).axes[0]
                assert not {round(float(x), 6) for line in axes.lines for x in line.get_xdata()} & extremes

    def test_few_lost_children_are_not_counted(self, confidential):
        texts = str(described(confidential)["intervention.flow"]) + str(described(confidential)["intervention.limits"])
        lost = len(confidential.case.untreated(confidential.case.survey)) - len(confidential.case.both_waves[1])
        assert ("少于5" in texts) == (0 < lost < 5 and len(confidential.case.both_waves[1]) > 0)


def test_the_notebook_runs():
    notebook = nbformat.read(ROOT / "notebooks" / "intervention.ipynb", as_version=4)
    cell = next(cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", []))
    cell.source = cell.source.replace('"qichun"', '"baumann"').replace("language = None", 'language = "en"')
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(ROOT)}}).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert all(METADATA_KEY in output.get("metadata", {}) for output in outputs)
    kinds = {output.metadata[METADATA_KEY]["kind"] for output in outputs}
    assert kinds == {"first_page", "ladder", "table", "figure", "sentence"}
