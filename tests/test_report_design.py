"""The planning report: from a plan's file to its pages, in both languages, with the comparison's own numbers."""

from __future__ import annotations

import math
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import efficacy as ef
from efficacy import cli
from efficacy.cli.speech import width
from efficacy.effects import DesignComparison
from efficacy.errors import ParameterError, UsageError
from efficacy.params import DesignParams, PlannedFile, json_schema_text, load_parameters, load_site, resolve
from efficacy.project import Project
from efficacy.report import design as page
from efficacy.report.blocks import Drawing, Figure, Sentence
from efficacy.report.findings import finding_sentence
from efficacy.report.wording import Wording
from efficacy.runs.overview import check_site, list_reports
from efficacy.study import NothingObserved, load_studies, observed

ROOT = Path(__file__).parents[1]
LANGUAGES = ("zh", "en")
PLAN = {"n_survey": 40, "n_members": 10, "selection_rule": "lowest_on_pretest", "effect": 0.6, "n_simulations": 1000}


def params(**changes: Any) -> DesignParams:
    return DesignParams(**{**PLAN, **changes})


def compared(asked: DesignParams) -> DesignComparison:
    """As the notebook asks."""
    return ef.compare_designs(
        page.designs_of(asked),
        retest_r=page.retest_of(asked),
        effect=asked.effect,
        drift=asked.drift,
        target_power=asked.target_power,
        curve=page.CURVE,
        n_simulations=asked.n_simulations,
        conf_level=asked.conf_level,
        seed=asked.seed,
    )


@pytest.fixture(scope="module")
def comparison() -> DesignComparison:
    return compared(params())


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "params").mkdir()
    shutil.copy(ROOT / "params" / "next_village.yml", tmp_path / "params")
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks")
    return Project(tmp_path)


def change(project: Project, old: str, new: str) -> None:
    path = project.parameter_file("next_village")
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def planned(project: Project) -> NothingObserved:
    study = observed(load_parameters("next_village", project=project), ())
    assert isinstance(study, NothingObserved)
    return study


def said(block: Any, language: str) -> str:
    """Everything a block says, as one text."""
    return str(block.describe(Wording(language, "chinese")))  # type: ignore[arg-type]


def blocks(asked: DesignParams, comparison: DesignComparison) -> list[Any]:
    return [
        page.plan_table(asked),
        page.alarms_sentence(asked, comparison),
        page.alarms_figure(asked, comparison),
        page.result_sentence(asked, comparison),
        page.gains_figure(asked, comparison),
        page.designs_table(asked, comparison),
        page.curve_figure(asked, comparison),
        page.by_retest_table(asked, comparison),
        *page.advice_sentences(asked, comparison),
        page.unknown_sentence(),
    ]


# ---- the file


def test_a_plan_is_a_file_without_data(project: Project) -> None:
    loaded = load_parameters("next_village", project=project)
    assert isinstance(loaded, PlannedFile)
    assert (loaded.name, loaded.data_origin, loaded.sites) == ("next_village", "planned", ())
    assert load_studies(loaded, project=project) == ()
    assert planned(project).input_hashes == {}
    asked = resolve(loaded, "design")
    assert isinstance(asked, DesignParams)
    assert (asked.n_survey, asked.n_members, asked.effect) == (54, 12, 0.5)


def test_a_plan_is_listed_and_checked_like_a_site_and_is_none(project: Project) -> None:
    assert [(entry.site, entry.report) for entry in list_reports(project)] == [("next_village", "design")]
    assert check_site("next_village", project).exit_code == 0
    with pytest.raises(UsageError):
        load_site("next_village", project=project)


@pytest.mark.parametrize(
    ("old", "new", "code", "row"),
    [
        ("n_members: 12", "n_members: 54", "parameters.plan_members", 17),
        ("lowest_on_pretest", "not_selected", "parameters.plan_everybody", 17),
        ("retest_n: 40", "n_pool: 13", "parameters.plan_pool", 26),
        ("n_members: 12", "n_members: 3", "parameters.plan_losses", 27),
        ("retest_lowest: 0.6", "retest_lowest: 0.9", "parameters.retest_range", 24),
        ("id: next_village", "id: other", "parameters.id_name", 8),
        ("effect: 0.5", "efect: 0.5", "parameters.extra_forbidden", 22),
    ],
)
def test_a_wrong_plan_names_its_line_and_the_fix(project: Project, old: str, new: str, code: str, row: int) -> None:
    change(project, old, new)
    if code == "parameters.plan_losses":
        change(project, "attrition: 0.1", "attrition: 0.3")
    with pytest.raises(ParameterError) as caught:
        load_parameters("next_village", project=project)
    (finding,) = caught.value.findings
    assert (finding.code, finding.row) == (code, row)
    assert "改法" in finding_sentence(finding, "zh")
    assert "Fix" in finding_sentence(finding, "en")


def test_the_committed_schema_is_current() -> None:
    """If this fails: json_schema_text("plan") is what params/plan.schema.json must hold."""
    assert (ROOT / "params" / "plan.schema.json").read_text(encoding="utf-8") == json_schema_text("plan")


# ---- the page


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_block_speaks_both_languages(project: Project, comparison: DesignComparison, language: str) -> None:
    asked = params()
    shown = [page.first_page(planned(project), asked, comparison), *blocks(asked, comparison)]
    for block in shown:
        text = said(block, language)
        assert text
        assert bool(re.search("[\u4e00-\u9fff]", text)) == (language == "zh")
        assert "nan" not in text
    figures = [block for block in shown if isinstance(block, Figure)]
    assert len(figures) == 3
    for figure in figures:
        figure.draw(Drawing(wording=Wording(language, "chinese"), individual_marks=True))  # type: ignore[arg-type]


def test_tables_hold_the_comparison_unchanged(comparison: DesignComparison) -> None:
    asked = params()
    table = page.designs_table(asked, comparison)
    rows = comparison.tidy()
    at = rows[rows["retest_r"] == 0.75]
    columns = [column.role for column in table.columns]
    for shown, (_, row) in zip(table.rows, at.iterrows(), strict=True):
        values = dict(zip(columns, shown.cells, strict=True))
        for name in ("half_width", "power", "false_claims", "drift_claims", "detectable_effect"):
            assert values[name].value == row[name]  # type: ignore[union-attr]
        assert values["n"].value == row["n_questionnaires"]  # type: ignore[union-attr]
    by_r = page.by_retest_table(asked, comparison)
    halves = [cell.value for row in by_r.rows for cell in row.cells[1::2]]  # type: ignore[union-attr]
    assert halves == list(rows.set_index(["design", "retest_r"])["half_width"])


def test_alternative_texts_hold_what_is_drawn(comparison: DesignComparison) -> None:
    asked = params()
    rows = comparison.tidy()
    at = rows[rows["retest_r"] == 0.75]
    text = said(page.gains_figure(asked, comparison), "en")
    for _, row in at.iterrows():
        assert f"{row['half_width']:.2f}, {100 * row['power']:.1f}%" in text
    assert f"t-test {100 * at['usual_alarms'].iloc[0]:.0f}" in said(page.alarms_figure(asked, comparison), "en")


def test_advice_follows_the_numbers(project: Project, comparison: DesignComparison) -> None:
    asked = params()
    rows = comparison.tidy().set_index(["design", "retest_r"]).xs(0.75, level="retest_r")
    first = said(page.first_page(planned(project), asked, comparison), "en")
    again = rows.loc["second_baseline"]
    assert f"power from {100 * rows.loc['members_only', 'power']:.1f}% to {100 * again['power']:.1f}%" in first
    assert "10 more questionnaires" in first
    assert "30 more at post" in first
    assert ("No design reaches 80% power" in first) == (rows["power"].max() < 0.8)
    ids = [sentence.id for sentence in page.advice_sentences(asked, comparison)]
    assert ids == [f"design.advice.{number}" for number in range(1, 6)]


def test_a_large_effect_needs_no_warning() -> None:
    asked = params(effect=1.0, retest_r=0.8)
    result = said(page.result_sentence(asked, compared(asked)), "en")
    assert "No design reaches" not in result
    assert "Highest power" in result


def test_a_selection_nobody_can_simulate_is_said(project: Project) -> None:
    asked = params(selection_rule="volunteers", n_members=18, n_pool=25)
    comparison = compared(asked)
    first = said(page.first_page(planned(project), asked, comparison), "en")
    assert "nobody knows how they would change" in first
    assert "Make the rule the lowest scores" in first
    assert "Choose the lowest scorers and measure all the others again" in first
    assert "—" not in first
    assert "the design with the highest power" not in first  # to paste: the plan, which no other rule's power fits
    assert "no single test is right" in said(page.designs_table(asked, comparison), "en")
    alone = replace(comparison, designs=comparison.designs[comparison.designs["design"] == "members_only"])
    assert isinstance(page.gains_figure(asked, alone), Sentence)
    assert isinstance(page.alarms_figure(asked, alone), Sentence)
    assert isinstance(page.curve_figure(asked, alone), Sentence)
    assert page.result_sentence(asked, alone).parts == []
    assert "highest power" not in said(page.first_page(planned(project), asked, alone), "en")


def test_typical_cases_can_be_tested_from_a_second_baseline() -> None:
    asked = params(selection_rule="typical_cases", retest_r=0.7)
    said_of = "".join(said(sentence, "en") for sentence in page.advice_sentences(asked, compared(asked)))
    assert "only then does a test exist" in said_of


def test_where_nobody_is_chosen_lots_decide_who_waits(project: Project) -> None:
    asked = params(selection_rule="not_selected", n_members=40, retest_r=0.7)
    comparison = compared(asked)
    first = said(page.first_page(planned(project), asked, comparison), "en")
    assert "about its nominal rate" in first
    assert "lots decide who takes part first" in first
    assert math.isclose(comparison.tidy()["usual_alarms"].iloc[0], 0.05, abs_tol=0.03)


def test_losses_are_said_on_the_first_page(project: Project) -> None:
    asked = params(attrition=0.25, retest_r=0.7)
    assert "25% of the children" in said(page.first_page(planned(project), asked, compared(asked)), "en")


# ---- the command


def command(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    sizes = ("--surveyed", "40", "--members", "10", "--effect", "0.6", "--simulations", "1000")
    with pytest.raises(SystemExit) as caught:
        cli.main(["design", *sizes, *arguments])
    out, err = capsys.readouterr()
    return int(caught.value.code or 0), out, err


@pytest.mark.parametrize(("language", "header"), [("zh", "检验力"), ("en", "power")])
def test_the_command_prints_the_designs_side_by_side(
    capsys: pytest.CaptureFixture[str], language: str, header: str
) -> None:
    code, out, err = command(capsys, "--retest-r", "0.7", "--language", language)
    lines = out.splitlines()
    assert (code, err) == (0, "")
    assert header in lines[1]
    widths = {width(line) for line in lines[1:7]}
    assert len(widths) == 1  # aligned, Chinese characters counted as two
    row = compared(params(retest_r=0.7)).tidy().iloc[0]
    assert f"{row['half_width']:.2f}" in lines[2] and f"{100 * row['power']:.1f}%" in lines[2]
    assert len(lines) == 7 + 1 + 1 + 4 + 5  # table, gap, legend, result, advice


def test_the_command_takes_a_range_and_single_designs(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = command(capsys, "--retest-r", "0.6-0.8", "--design", "second_baseline", "--language", "en")
    assert code == 0
    assert [line for line in out.splitlines() if line.startswith("Retest")] == [
        f"Retest reliability r = {r}, 1000 simulated studies a design" for r in ("0.60", "0.70", "0.80")
    ]
    assert out.count("plus a second baseline") == 3
    assert "Best do both" not in out


@pytest.mark.parametrize(
    ("arguments", "said_in"),
    [
        (("--retest-r", "7"), "改法|Fix"),
        (("--retest-r", "0.9-0.7"), "改法|Fix"),
        (("--selection", "lowest"), "lowest_on_pretest"),
        (("--pool", "11"), "n_pool"),
        (("--attrition", "0.9"), "--attrition"),
        (("--design", "crystal_ball"), "crystal_ball"),
    ],
)
def test_a_wrong_option_is_answered_with_the_fix(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said_in: str
) -> None:
    for language in LANGUAGES:
        code, out, err = command(capsys, *arguments, "--language", language)
        assert (code, out) == (2, "")
        assert re.search(said_in, err)
        assert ("改法" if language == "zh" else "Fix") in err
