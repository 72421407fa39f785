"""The descriptive report over the example sites: what it shows is what was computed, in both languages, and safely."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient

import efficacy as ef
from efficacy.errors import Finding
from efficacy.params import CAUSE_LEVELS, FACETS, DescriptiveParams, load_site, resolve
from efficacy.project import Project
from efficacy.report import descriptive as page
from efficacy.report.blocks import Drawing, Figure, Sentence, Table
from efficacy.report.descriptive.differences import shown_levels
from efficacy.report.descriptive.figures import histogram
from efficacy.report.messages import has_message
from efficacy.report.opening import METADATA_KEY
from efficacy.report.privacy import suppress_small_cells
from efficacy.report.style import figure_style
from efficacy.report.wording import Wording
from efficacy.study import Study, load_study

ROOT = Path(__file__).parents[1]
SITES = ("qichun", "laixi", "bfi", "baumann")
LANGUAGES = ("zh", "en")


@dataclass(frozen=True)
class Case:
    """A study with the parameters and results that the notebook computes from it."""

    study: Study
    params: DescriptiveParams
    scores: pd.DataFrame
    described: pd.DataFrame
    levels: dict[str, Any]
    differences: pd.DataFrame
    by_group: dict[str, pd.DataFrame]
    causes: Any

    @property
    def outcome(self) -> str:
        return page.scale_of(self.study, self.params)


@cache
def study_of(site: str) -> Study:
    return load_study(site, project=ROOT)


def params_of(site: str, **overrides: Any) -> DescriptiveParams:
    loaded = load_site(site, project=Project(ROOT))
    if "descriptive" not in loaded.site.reports:
        return DescriptiveParams(**overrides)
    params = resolve(loaded, "descriptive", overrides)
    assert isinstance(params, DescriptiveParams)
    return params


def case_of(study: Study, params: DescriptiveParams) -> Case:
    scores, groups = page.scores_of(study, params), page.groups_of(study, params)
    outcome = page.scale_of(study, params)
    references = page.references_of(study, params)
    return Case(
        study=study,
        params=params,
        scores=scores,
        described=ef.describe_scores(scores),
        levels={name: ef.compare_to_reference(scores[name], reference=value) for name, value in references.items()},
        differences=ef.compare_by(scores[outcome], groups),
        by_group={name: ef.describe_scores(scores[[outcome]], by=groups[name]) for name in groups},
        causes=ef.count_codes(study.causes, levels=CAUSE_LEVELS),
    )


@cache
def case(site: str) -> Case:
    return case_of(study_of(site), params_of(site))


def without(study: Study, **changes: Any) -> Study:
    """The study of a site whose parameters say something else."""
    return Study(**{**vars(study), "site": study.site.model_copy(update=changes)})


@cache
def confidential(site: str) -> Case:
    return case_of(without(study_of(site), data_origin="confidential"), params_of(site))


def blocks_of(c: Case) -> list[Any]:
    """Every block of the notebook, in its order."""
    study, params = c.study, c.params
    kept = ef.describe_scores(c.scores.loc[page.unmarked_children(study, params)])
    occasion = page.wave_of(study, params)
    alphas = {name: ef.cronbach_alpha(study.items(occasion, name)) for name in page.item_scales(study, params)}
    detectable = {
        name: ef.smallest_detectable_difference(*page.two_smallest(study, params, table))
        for name, table in c.by_group.items()
    }
    spss = {name: ef.spss_groups(c.scores[c.outcome], by=study.participants[name]) for name in c.by_group}
    quantities = page.related_variables(study, params)
    pearson, spearman = (ef.correlations(quantities, method=name) for name in ("pearson", "spearman"))
    models = {
        name: ef.linear_regression(c.scores[name], page.predictors_of(study, params))
        for name in page.regressed_scales(study, params)
    }
    blocks = [
        page.first_page(study, params, c.described, c.levels, c.differences),
        page.consent_sentence(study),
        page.flow_figure(study, params),
        page.flow_table(study, params),
        *page.screening_blocks(study, params),
        page.sensitivity_sentence(study, params, c.described, kept),
        page.cleaning_table(study, params),
        page.characteristics_table(
            study,
            ef.categorical_table(page.categorical_covariates(study)),
            ef.describe_scores(page.numeric_covariates(study)),
        ),
        *page.instrument_blocks(study),
        *page.reliability_blocks(study, params, alphas),
        page.level_table(study, params, c.described, c.levels),
        page.level_sentence(study, params, c.levels),
        page.distribution_figure(study, params, c.scores, c.described, c.levels.get(c.outcome)),
        *page.items_missing(study, params),
    ]
    for instrument in page.instruments_of(study, params):
        answers = study.item_table(occasion, instrument.id)
        items = ef.describe_items(answers, minimum=instrument.minimum, maximum=instrument.maximum)
        middle = {name: ef.compare_to_reference(answers[name], reference=instrument.midpoint) for name in answers}
        blocks += [
            page.item_figure(study, instrument, items),
            page.item_table(study, params, instrument, items, middle),
            page.heat_map(instrument, ef.correlations(answers)),
        ]
    return [
        *blocks,
        *page.facet_blocks(study, params, c.described, c.levels),
        *page.difference_blocks(study, params, c.differences, c.by_group, detectable),
        *page.group_blocks(study, params, c.described, c.by_group),
        *page.spss_blocks(study, params, c.differences, spss),
        *page.correlation_blocks(study, params, pearson, spearman),
        *page.regression_blocks(study, params, models),
        *page.cause_blocks(study, params, c.causes),
        *page.plan_blocks(study),
        *page.session_blocks(study, params, ef.session_record(study.sessions)),
        page.outcome_sentence(study),
        *page.limit_sentences(study, params, c.differences, c.causes),
        page.recommendation_table(),
    ]


@cache
def blocks(site: str) -> list[Any]:
    return blocks_of(case(site))


@cache
def confidential_blocks(site: str) -> list[Any]:
    return blocks_of(confidential(site))


def block(shown: list[Any], block_id: str) -> Any:
    return next(b for b in shown if b.id == block_id)


def draw(figure: Figure, language: str) -> Any:
    with mpl.rc_context(figure_style()):
        canvas = figure.draw(Drawing(wording=Wording(language), individual_marks=True))
        canvas.draw_without_rendering()
    return canvas


def texts(canvas: Any) -> list[str]:
    """Everything written on a figure."""
    return [text.get_text() for text in canvas.findobj(mpl.text.Text) if text.get_text()]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("site", SITES)
def test_every_block_of_every_site_speaks_both_languages(site: str, language: str) -> None:
    described = [b.describe(Wording(language)) for b in blocks(site)]
    assert len({d["id"] for d in described}) == len(described)
    for d in described:
        said = " ".join(str(d.get(part, "")) for part in ("title", "text", "caption", "alt", "notes", "columns"))
        assert said.strip()
        assert "{" not in said.replace("{'", "").replace(", {", "")
        if d["kind"] == "sentence":
            assert d["text"].rstrip().endswith(("。", ".", "：", ":", "）", ")"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_reason_is_left_without_a_sentence(language: str) -> None:
    for site in SITES:
        shown = " ".join(str(b.describe(Wording(language))) for b in blocks(site))
        assert "reason code" not in shown
        assert "原因代码" not in shown


@pytest.mark.parametrize("site", ["qichun", "laixi"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_figures_are_drawn_and_nothing_is_cut_off(site: str, language: str) -> None:
    for figure in (b for b in blocks(site) if isinstance(b, Figure)):
        canvas = draw(figure, language)
        drawn, (width, height) = canvas.get_tightbbox(), canvas.get_size_inches()
        assert drawn.x0 > -0.02 and drawn.x1 < width + 0.02, figure.id
        assert drawn.y0 > -0.02 and drawn.y1 < height + 0.02, figure.id


def test_the_level_table_carries_the_computed_values_unchanged() -> None:
    c = case("qichun")
    table = block(blocks("qichun"), "descriptive.level").describe(Wording("zh"))
    assert table["columns"][4]["header"] == "与3.00之差"
    for row, (_, computed) in zip(table["rows"], c.described.iterrows(), strict=True):
        level = c.levels[computed["scale"]]
        scale, n, total, item_mean, difference, interval, statistic, p_value, below = row["cells"]
        assert scale["shown"]
        assert n["raw"] == computed["n"]
        assert item_mean["raw"] == [computed["mean"], computed["sd"]]
        n_items = len(c.study.items("pre", computed["scale"]).columns)
        assert total["raw"] == pytest.approx([computed["mean"] * n_items, computed["sd"] * n_items])
        assert difference["raw"] == level.difference
        assert interval["raw"] == [level.conf_low, level.conf_high]
        assert (statistic["raw"], p_value["raw"], below["raw"]) == (level.statistic, level.p_value, level.share_below)


def test_scales_with_other_references_have_a_column_for_them() -> None:
    c = case("qichun")
    levels = {**c.levels, "total": ef.compare_to_reference(c.scores["total"], reference=3.2)}
    described = page.level_table(c.study, c.params, c.described, levels).describe(Wording("en"))
    assert [row["cells"][4]["raw"] for row in described["rows"]] == [3, 3, 3.2]
    assert all(len(row["cells"]) == len(described["columns"]) for row in described["rows"])


def test_the_difference_table_carries_the_computed_values_unchanged() -> None:
    c = case("qichun")
    rows = block(blocks("qichun"), "descriptive.differences").describe(Wording("en"))["rows"]
    tested = [row["cells"] for row in rows if row["cells"][4].get("role") == "p"]
    assert len(tested) == len(c.differences) == 12
    for cells, (_, test) in zip(tested, c.differences.iterrows(), strict=True):
        assert cells[4]["raw"] == test["p_value"]
        assert cells[5]["raw"] == test["p_value_adjusted"]
        assert cells[7]["raw"] == test["rank_p_value"]
        effect = {number["name"]: number["raw"] for number in cells[6]["numbers"]}
        assert effect["effect"] == test["effect"]
        assert effect["interval"] == [test["effect_conf_low"], test["effect_conf_high"]]
        statistic = {number["name"]: number["raw"] for number in cells[3]["numbers"]}
        assert (statistic["statistic"], statistic["df"]) == (test["statistic"], test["df"])
    described = c.by_group["contact"]
    counts = [row["cells"][1]["raw"] for row in rows if "often" in str(row) or "several times" in str(row)]
    assert described.set_index("level").loc["often", "n"] in counts


def test_the_mean_of_a_single_respondent_is_never_shown() -> None:
    rows = block(blocks("qichun"), "descriptive.differences").describe(Wording("en"))["rows"]
    alone = [row["cells"] for row in rows if row["cells"][1].get("raw") == 1 and row["cells"][2].get("form") == "m_sd"]
    assert alone  # one guardian level has one child
    assert all(cells[2]["raw"] == [None, None] for cells in alone)


def test_the_first_page_has_its_rows_and_the_computed_numbers() -> None:
    c = case("laixi")
    rows = block(blocks("laixi"), "descriptive.first_page").describe(Wording("en"))["rows"]
    headings = [row["heading"] for row in rows]
    assert headings == [
        "Question",
        "Sample",
        "Method",
        "Result",
        "",
        "Interpret with care",
        "Text to paste",
        "What may not be concluded",
    ]
    level = c.levels["total"]
    raws = [number["raw"] for number in rows[3]["numbers"]]
    for value in (level.mean, level.sd, level.difference, [level.conf_low, level.conf_high]):
        assert value in raws


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [(-0.5, -0.1, "low against the scale midpoint"), (0.1, 0.5, "not low"), (-0.1, 0.2, "neither")],
)
def test_the_verdict_follows_the_interval_and_names_its_rule(low: float, high: float, said: str) -> None:
    c = case("qichun")
    shift = (low + high) / 2 - c.levels["total"].difference
    level = ef.compare_to_reference(c.scores["total"] + shift, reference=3.0)
    width = (high - low) / (level.conf_high - level.conf_low)
    middle = level.mean
    level = ef.compare_to_reference((c.scores["total"] + shift - middle) * width + middle, reference=3.0)
    assert (level.conf_low, level.conf_high) == pytest.approx((low, high))
    text = page.level_sentence(c.study, c.params, {"total": level}).describe(Wording("en"))["text"]
    assert said in text
    assert "midpoint" in text


@pytest.mark.parametrize("rule", ["norm", "comparison_group"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_norm_is_named_with_its_source(rule: str, language: str) -> None:
    source = {"zh": "某省2019年调查", "en": "a survey of 2019"}
    params = params_of("qichun", level_rule=rule, level_reference=3.2, level_source=source)
    c = case_of(study_of("qichun"), params)
    assert set(c.levels) == {"total"}
    page_text = str(page.first_page(c.study, params, c.described, c.levels, c.differences).describe(Wording(language)))
    assert source[language] in page_text
    assert source[language] in page.level_sentence(c.study, params, c.levels).describe(Wording(language))["text"]
    figure = page.distribution_figure(c.study, params, c.scores, c.described, c.levels["total"])
    assert any("3.20" in text for text in texts(draw(figure, language)))


def test_parameters_choose_wave_scale_and_groups() -> None:
    params = params_of("laixi", wave="post", scale="ability", group_by=["sex"], conf_level=0.9)
    c = case_of(study_of("laixi"), params)
    assert c.outcome == "ability"
    assert list(c.differences["variable"]) == ["sex"]
    expected = study_of("laixi").score("post", "ability")
    pd.testing.assert_series_equal(c.scores["ability"].dropna(), expected, check_names=False, check_like=True)
    header = page.level_table(c.study, params, c.described, c.levels).describe(Wording("en"))["columns"]
    assert "90% CI" in [column["header"] for column in header]


def test_left_open_the_primary_outcome_is_described() -> None:
    study = study_of("laixi")
    assert page.scale_of(study, DescriptiveParams()) == study.site.intervention.model_dump()["primary_outcome"]
    assert (
        page.scale_of(study_of("bfi"), DescriptiveParams()) == page.scales_of(study_of("bfi"), DescriptiveParams())[0]
    )


class TestConfidential:
    @pytest.mark.parametrize("site", ["qichun", "laixi"])
    def test_no_count_of_few_children_stands_in_any_table(self, site: str) -> None:
        c = confidential(site)
        k = c.study.site.minimum_cell
        counted = ("n", "n_attended", "mean sd", "share")
        for table in (b for b in confidential_blocks(site) if isinstance(b, Table)):
            described = suppress_small_cells(table, k=k).describe(Wording("en"))
            for row in described["rows"]:
                for column, cell in zip(described["columns"], row["cells"], strict=False):
                    if column["role"] in counted or column["role"].startswith("together_"):
                        raw = cell.get("raw")
                        if cell.get("role") == "count":
                            assert raw == 0 or raw >= k, (table.id, row)

    def test_a_figure_shows_no_level_that_the_table_hides(self) -> None:
        hidden = suppress_small_cells(block(confidential_blocks("qichun"), "descriptive.differences"), k=5)
        shown = {
            (row["cells"][0]["shown"].strip(), row["cells"][1]["raw"])
            for row in hidden.describe(Wording("en"))["rows"]
            if row["cells"][0]["shown"].startswith("\u2003") and "raw" in row["cells"][1]
        }
        alt = block(confidential_blocks("qichun"), "descriptive.groups").describe(Wording("en"))["alt"]
        drawn = {(level, int(n)) for level, n in re.findall(r": ([^:,]+?) \((\d+)\) ", alt)}
        assert drawn and drawn <= shown

    def test_the_complement_of_a_hidden_level_is_hidden_too(self) -> None:
        c = confidential("qichun")
        for name, levels in c.by_group.items():
            left = shown_levels(c.study, c.params, levels)
            hidden = len(c.study.participants) - int(left["n"].sum())
            assert hidden == 0 or hidden >= 5, name
        everybody = case("qichun")
        for levels in everybody.by_group.values():
            assert len(shown_levels(everybody.study, everybody.params, levels)) == (levels["n"] > 0).sum()

    def test_sentences_name_no_small_group(self) -> None:
        said = " ".join(
            str(b.describe(Wording("en")).get("text", "")) + str(b.describe(Wording("en")).get("notes", ""))
            for b in confidential_blocks("qichun")
            if isinstance(b, (Sentence, Table))
        )
        assert "fewer than 2 respondents" not in said  # would say that a level has one child
        assert "flagged fewer than 5 answer sheets" in said
        assert "1 respondents" not in said

    def test_bins_stand_for_enough_children(self) -> None:
        scores = confidential("qichun").scores["total"].to_numpy()
        edges, counts = histogram(scores, (1, 5), smallest=5)
        assert counts.min() >= 5
        assert counts.sum() == len(scores)
        assert (edges[1:] > edges[:-1]).all()
        assert len(edges) == len(counts) + 1
        for low, high, n in zip(edges[:-1], edges[1:], counts, strict=True):
            assert n == ((scores >= low) & (scores < high)).sum()

    def test_attendance_is_bounded_where_few_were_absent(self) -> None:
        table = block(confidential_blocks("qichun"), "descriptive.sessions").describe(Wording("en"))
        assert all("raw" not in row["cells"][2] for row in table["rows"])
        assert all(row["cells"][3]["shown"].startswith(">") for row in table["rows"])
        open_table = block(blocks("qichun"), "descriptive.sessions").describe(Wording("en"))
        assert [row["cells"][2]["raw"] for row in open_table["rows"]] == ef.session_record(
            study_of("qichun").sessions
        ).tidy()["n_attended"].tolist()

    def test_an_internal_report_hides_nothing(self) -> None:
        c = confidential("qichun")
        internal = params_of("qichun", profile="internal")
        table = page.screening_blocks(c.study, internal)[0].describe(Wording("en"))
        assert 1 in [row["cells"][1].get("raw") for row in table["rows"]]


class TestFigures:
    def test_alt_text_of_the_distribution_counts_everybody(self) -> None:
        for site in SITES:
            alt = block(blocks(site), "descriptive.distribution").describe(Wording("en"))["alt"]
            counts = [int(n) for n in re.findall(r": (\d+)(?:,|\.$)", alt.split("by range")[1])]
            assert sum(counts) == case(site).scores[case(site).outcome].notna().sum()

    def test_alt_text_of_the_items_names_every_mean(self) -> None:
        described = block(blocks("qichun"), "descriptive.items.liang2000.figure").describe(Wording("en"))
        answers = study_of("qichun").item_table("pre", "liang2000")
        for mean in answers.mean():
            assert f" {mean:.2f} [" in described["alt"]
        raws = [n["raw"] for n in described["numbers"] if not isinstance(n["raw"], list)]
        assert set(answers.mean().round(12)) <= {round(raw, 12) for raw in raws}

    def test_alt_text_of_the_heat_map_holds_the_range_of_correlations(self) -> None:
        correlations = study_of("qichun").item_table("pre", "liang2000").corr().to_numpy()
        inside = [correlations[i, j] for i in range(22) for j in range(i) if (i < 11) == (j < 11)]
        alt = block(blocks("qichun"), "descriptive.heat.liang2000").describe(Wording("en"))["alt"]
        assert f"[{min(inside):.2f}, {max(inside):.2f}]" in alt

    def test_the_flow_figure_says_who_was_left(self) -> None:
        alt = block(blocks("laixi"), "descriptive.flow.figure").describe(Wording("en"))["alt"]
        assert "approached 112" in alt
        assert "group members 16" in alt
        written = texts(draw(block(blocks("laixi"), "descriptive.flow.figure"), "en"))
        assert {"112", "16", "79"} <= set(written)


class TestMissingParts:
    def test_a_site_without_items_groups_or_programme_says_so(self) -> None:
        said = " ".join(b.describe(Wording("en")).get("text", "") for b in blocks("baumann") if isinstance(b, Sentence))
        for part in ("ready-made scores", "no grouping variables", "no predictors", "no coded interviews"):
            assert part in said
        for part in ("no group plan", "no session records", "do not say what measures"):
            assert part in said

    def test_a_site_stripped_of_everything_optional_still_renders(self) -> None:
        study = study_of("qichun")
        empty = study.sessions.iloc[:0]
        stripped = without(study, plan=None, facets={}, flow=type(study.site.flow)(), sessions=None, arms=None)
        stripped = Study(
            **{
                **vars(stripped),
                "sessions": empty,
                "causes": study.causes.iloc[:0],
                "registers": {},
                "findings": (),
                "cleaning_log": study.cleaning_log.iloc[:0],
                "participants": study.participants.drop(columns="arm"),
            }
        )
        shown = blocks_of(case_of(stripped, params_of("qichun", group_by=[], regression_predictors=[])))
        for language in LANGUAGES:
            said = [b.describe(Wording(language)) for b in shown]
            assert not [d for d in said if d["id"] == "descriptive.plan"]
        assert {"absent.plan", "absent.causes", "absent.sessions", "absent.facets"} <= {b.id for b in shown}


def test_unmeasured_facets_and_objectives_are_named() -> None:
    shown = blocks("qichun")
    facets = block(shown, "descriptive.facets.sentence").describe(Wording("zh"))["text"]
    assert "学业专注" in facets and "考试情绪" in facets and "学业自信" not in facets
    plan = study_of("qichun").site.plan
    assert plan is not None
    unmeasured = [objective.label.zh for objective in plan.objectives if not objective.measures]
    said = block(shown, "descriptive.plan.sentence").describe(Wording("zh"))["text"]
    assert unmeasured and all(label in said for label in unmeasured)


def test_causes_are_counted_as_computed() -> None:
    counts = case("qichun").causes
    rows = block(blocks("qichun"), "descriptive.causes").describe(Wording("en"))["rows"]
    assert [row["cells"][1]["raw"] for row in rows] == counts.tidy()["n"].tolist()
    together = block(blocks("qichun"), "descriptive.causes.together").describe(Wording("en"))["rows"]
    for row, first in enumerate(CAUSE_LEVELS):
        for column, second in enumerate(CAUSE_LEVELS[: row + 1]):
            assert together[row]["cells"][column + 1]["raw"] == counts.together.loc[first, second]


def test_the_marked_sheet_changes_the_mean_as_said() -> None:
    c = case("qichun")
    kept = page.unmarked_children(c.study, c.params)
    assert len(kept) == 53
    text = block(blocks("qichun"), "descriptive.sensitivity").describe(Wording("en"))
    means = [n["raw"] for n in text["numbers"] if n["role"] == "score"]
    assert means == [c.scores["total"].mean(), c.scores.loc[kept, "total"].mean()]


@pytest.mark.parametrize(("origin", "count"), [("synthetic", "3"), ("confidential", "<5")])
def test_a_warning_is_said_without_the_row_of_a_child(origin: str, count: str) -> None:
    study = without(study_of("qichun"), data_origin=origin)
    finding = Finding("data.no_arm", severity="warning", column="组别", row=17, values={"n": 3, "rows": [17, 21, 33]})
    warned = Study(**{**vars(study), "findings": (finding,)})
    text = page.screening_blocks(warned, params_of("qichun"))[-1].describe(Wording("zh"))["text"]
    assert "组别" in text and count in text
    assert not [row for row in ("17", "21", "33") if row in text]


def test_every_state_has_its_words() -> None:
    families = {
        "descriptive.sampling_": ("census", "probability", "convenience"),
        "descriptive.limit_": ("census", "probability", "convenience", "midpoint", "norm", "comparison_group"),
        "descriptive.paste_limit_": ("midpoint", "norm", "comparison_group"),
        "descriptive.not_concluded_": ("midpoint", "norm", "comparison_group"),
        "descriptive.rule_": ("midpoint", "norm", "comparison_group"),
        "descriptive_figures.": ("midpoint_mark", "norm_mark", "comparison_group_mark"),
        "descriptive.unit_": ("mean", "sum", "ready"),
        "descriptive.facet_": FACETS,
        "descriptive.cause_": CAUSE_LEVELS,
        "descriptive.level_": ("below", "above", "undecided", "none"),
        "descriptive.paste_": ("below", "above", "undecided"),
        "descriptive.outcome_": ("elsewhere", "nowhere"),
        "descriptive_tables.causes_note_": ("any_rater", "all_raters"),
        "descriptive_tables.effect_": ("hedges_g", "omega_squared"),
        "descriptive_tables.name_": ("hedges_g", "omega_squared"),
        "descriptive_figures.sessions_alt_": ("both", "attendance", "satisfaction"),
        "descriptive_figures.sessions_caption_": ("both", "attendance", "satisfaction"),
    }
    assert [f"{stem}{end}" for stem, ends in families.items() for end in ends if not has_message(f"{stem}{end}")] == []


def test_the_notebook_runs_and_every_output_has_its_block() -> None:
    notebook = nbformat.read(ROOT / "notebooks" / "descriptive.ipynb", as_version=4)
    resources = {"metadata": {"path": str(ROOT)}}
    NotebookClient(notebook, timeout=240, kernel_name="python3", resources=resources).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert [output for output in outputs if METADATA_KEY not in output.get("metadata", {})] == []
    ids = [output["metadata"][METADATA_KEY]["id"] for output in outputs]
    assert ids[1:-1] == [b.id for b in blocks("qichun")]  # between the banner and the colophon
    assert all(cell.execution_count for cell in notebook.cells if cell.cell_type == "code")
