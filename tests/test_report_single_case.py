"""What the single-case report shows: raw values untouched, every design said, one child never shared."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import matplotlib as mpl
import nbformat
import pandas as pd
import pytest

import efficacy as ef
from efficacy.effects import cohort_standing, service_hours, support_matrix
from efficacy.errors import DataError, EfficacyError, ParameterError, PrivacyError
from efficacy.params import REPORTED_ITEMS, SingleCaseParams, load_site, resolve
from efficacy.project import Project
from efficacy.report import opening, single_case as page
from efficacy.report.blocks import METADATA_KEY, Block, Drawing, Figure, FirstPage, Table
from efficacy.report.findings import finding_sentence
from efficacy.report.single_case.scribe import ITEMS
from efficacy.report.style import figure_style
from efficacy.report.wording import Wording
from efficacy.runs.jobs import Request, jobs_of
from efficacy.study import load_study

ROOT = Path(__file__).parents[1]
WORDINGS = (Wording("zh"), Wording("en", "apa"))

SITE = """\
schema: 1
site: case
title: {zh: 个案, en: A case}
population: {zh: 一名儿童, en: One child}
data_origin: ORIGIN
sampling: convenience
reports: [single_case]
registers:
  series: {file: data/series.csv}
case_study:
  outcomes:
    - {value: 作业, label: {zh: 作业天数, en: homework}, improvement: increase, scale: ratio, minimum: 0, maximum: 7}
"""
LOT = """\
  random_start:
    least_baseline: 3
    least_intervention: 3
    drawn_on: 2025-01-01
    record: {zh: 存档, en: On file}
"""
Rows = Sequence[tuple[str, str, str, float]]


class Opened:
    """A site with everything the notebook computes."""

    def __init__(self, site: str, project: Project, **overrides: Any) -> None:
        self.study = load_study(site, project=project)
        params = resolve(load_site(site, project=project), "single_case", overrides)
        assert isinstance(params, SingleCaseParams)
        self.case = page.case_of(self.study, params)
        self.evaluation = page.evaluate(self.case)
        self.matrices = {child: support_matrix(rows) for child, rows in page.by_child(self.case, "support").items()}
        self.hours = {child: service_hours(rows) for child, rows in page.by_child(self.case, "service_log").items()}

    @property
    def first_page(self) -> FirstPage:
        return page.first_page(self.evaluation, matrices=self.matrices, hours=self.hours)

    def blocks(self) -> list[Block]:
        marks = self.case.register("cohort_marks")
        standing = cohort_standing(marks) if len(marks) else marks
        return [
            self.first_page,
            page.design_table(self.case),
            *page.phase_figures(self.evaluation),
            page.phases_table(self.evaluation),
            *page.overlap_blocks(self.evaluation),
            page.size_block(self.evaluation),
            page.trend_block(self.evaluation),
            *page.lot_blocks(self.evaluation),
            page.together_block(self.evaluation),
            *page.support_blocks(self.case, self.matrices),
            *page.service_blocks(self.case, self.hours),
            *page.standing_blocks(self.case, standing),
            *page.goal_blocks(self.case),
            page.not_concluded_sentence(self.evaluation),
            page.scribe_table(self.evaluation),
            page.recommendations_sentence(),
        ]

    def said(self, wording: Wording) -> dict[str, dict[str, Any]]:
        described = [block.describe(wording) for block in self.blocks()]
        return {block["id"]: block for block in described}


def series(values: Mapping[str, Sequence[float]], *, child: str = "L", every: int = 7) -> Rows:
    """Rows of one child: phase -> its values, one measurement after the other."""
    day, rows = date(2025, 1, 6), []
    for phase, points in values.items():
        for value in points:
            rows.append((child, phase, day.isoformat(), value))
            day += timedelta(days=every)
    return rows


def open_case(root: Path, rows: Rows, *, extra: str = "", origin: str = "synthetic", **overrides: Any) -> Opened:
    return Opened("case", write_case(root, rows, extra=extra, origin=origin), **overrides)


def write_case(root: Path, rows: Rows, *, extra: str = "", origin: str = "synthetic") -> Project:
    for folder in ("params", "data", "reports"):
        (root / folder).mkdir(exist_ok=True)
    (root / "params" / "case.yml").write_text(SITE.replace("ORIGIN", origin) + extra, encoding="utf-8")
    with (root / "data" / "series.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["编号", "阶段", "日期", "数值", "指标"], *([*row, "作业"] for row in rows)])
    return Project(root)


@pytest.fixture(scope="module")
def case_l() -> Opened:
    return Opened("case_l", Project(ROOT))


@pytest.fixture(scope="module")
def three_girls() -> Opened:
    return Opened("three_girls", Project(ROOT))


OPENED = ("case_l", "three_girls")


@pytest.mark.parametrize("wording", WORDINGS, ids=lambda wording: wording.language)
@pytest.mark.parametrize("site", OPENED)
def test_every_block_can_be_said(site: str, wording: Wording, request: pytest.FixtureRequest) -> None:
    blocks = request.getfixturevalue(site).blocks()
    described = [block.describe(wording) for block in blocks]
    assert len({block["id"] for block in described}) == len(described)
    headings = [row["heading"] for row in described[0]["rows"]]
    assert len([heading for heading in headings if heading]) == 7
    for word in ("治疗", "无效", "误判", "虚假", "作弊"):
        assert all(word not in str(block) for block in described)


@pytest.mark.parametrize("site", OPENED)
def test_figures_are_drawn_and_their_words_hold_the_data(site: str, request: pytest.FixtureRequest) -> None:
    opened = request.getfixturevalue(site)
    figures = [block for block in opened.blocks() if isinstance(block, Figure)]
    with mpl.rc_context(figure_style()):
        for figure in figures:
            canvas = figure.draw(Drawing(wording=WORDINGS[0], individual_marks=True))
            assert canvas.axes
    phases = [figure for figure in figures if figure.id.startswith("single_case.phases")]
    shown = [n["raw"] for figure in phases for n in figure.describe(WORDINGS[1])["numbers"]]
    values = opened.study.registers["series"]["value"].dropna()
    assert sorted(shown) == sorted(values), "every point is in the alternative text, and nothing else"


def test_one_point_before_the_service_gives_a_chart_and_no_causal_claim(case_l: Opened) -> None:
    assert case_l.evaluation.design == "chart_no_baseline"
    said = case_l.said(WORDINGS[1])
    assert "single_case.size" in said and said["single_case.size"]["kind"] == "sentence"
    overlap = said["single_case.overlap.0"]["text"]
    assert "no causal claim can be made" in overlap and "homework" in overlap and "confidence" in overlap
    page_rows = {row["heading"]: row["text"] for row in said["single_case.first_page"]["rows"]}
    assert "supports no causal claim" in page_rows["What may not be concluded"]
    assert "cannot show what the service did" in page_rows["Text to paste"]
    assert "p =" not in str(said["single_case.first_page"]), "no p value without a lot"
    assert not any(comparison.computable for comparison in case_l.evaluation.comparisons)


def test_marks_stand_within_the_cohort_and_never_raw(case_l: Opened) -> None:
    marks = case_l.study.registers["cohort_marks"]
    table = case_l.said(WORDINGS[1])["single_case.standing.table.0"]
    z = [row["cells"][3]["raw"] for row in table["rows"]]
    assert z == pytest.approx(list((marks["mark"] - marks["cohort_mean"]) / marks["cohort_sd"]))
    raw = {f"{mark:g}" for mark in marks["mark"]}
    columns = [column["role"] for column in table["columns"]]
    assert "mark" not in columns
    shown = {cell["shown"] for row in table["rows"] for cell in row["cells"]}
    assert not raw & shown


def test_support_services_and_goals_carry_the_registers_numbers(case_l: Opened) -> None:
    said = case_l.said(WORDINGS[1])
    support = case_l.study.registers["support"]
    rows = said["single_case.support.table.0"]["rows"]
    first = [cell["raw"] for cell in rows[0]["cells"][2:]]
    emotional = support[support["dimension"] == "emotional"].groupby("day")["rating"].mean()
    assert first == pytest.approx([*emotional, emotional.iloc[-1] - emotional.iloc[0]])
    log = case_l.study.registers["service_log"]
    services = said["single_case.services.table.0"]["rows"]
    assert sum(row["cells"][3]["raw"] for row in services) == pytest.approx(log["hours"].sum())
    assert sum(row["cells"][2]["raw"] for row in services) == len(log)
    mapped = {(row["cells"][0]["shown"], row["cells"][1]["shown"]): row["cells"][5]["shown"] for row in services}
    assert mapped["Linking resources", "Emotional"] == "another aim than mapped"
    assert mapped["Building resilience", "Evaluation"] == "as mapped"
    goals = case_l.study.registers["goals"].set_index("goal")
    attained = ef.goal_attainment(goals["level_after"].astype(float), weights=goals["weight"])
    assert f"{attained.t_score:.2f}" in said["single_case.goals.table.0"]["notes"][0]


def test_a_lot_and_several_children(three_girls: Opened) -> None:
    assert three_girls.evaluation.design == "several_lot"
    said = three_girls.said(WORDINGS[1])
    lot = three_girls.evaluation.lots["独立完成作业天数"]
    cells = said["single_case.lot"]["rows"][0]["cells"]
    assert [cells[1]["raw"], cells[2]["raw"], cells[4]["raw"]] == [lot.estimate, lot.n_starts, lot.p_value]
    overlap = said["single_case.overlap.0"]
    nap = [comparison.overlap.index("NAP") for comparison in three_girls.evaluation.comparisons[:3]]
    assert [cell["numbers"][0]["raw"] for cell in overlap["rows"][0]["cells"][1:4]] == nap
    assert any("p001" in note and "form's range" in note for note in overlap["notes"]), "a baseline already rising"
    together = said["single_case.together"]["rows"][0]["cells"][2]["numbers"][0]["raw"]
    assert together == three_girls.evaluation.together["独立完成作业天数"].estimate
    reml = Opened("three_girls", Project(ROOT), between_cases="reml")
    assert reml.evaluation.together["独立完成作业天数"].method == "reml"


def test_the_checklist_is_complete_and_ticks_nothing(case_l: Opened) -> None:
    assert list(ITEMS) == list(range(1, 27))
    assert set(REPORTED_ITEMS) < set(ITEMS.values())
    rows = case_l.said(WORDINGS[1])["single_case.scribe"]["rows"]
    states = {row["cells"][0]["raw"]: row["cells"][2]["shown"] for row in rows}
    assert set(states.values()) == {"filled from data", "filled from the parameters", "missing"}
    assert states[13] == "filled from the parameters" and states[9] == "missing" and states[19] == "filled from data"


# --- other designs

RISING = {"基线期": [1, 2, 2, 1, 2], "干预期": [4, 5, 4, 5, 6, 5]}


@pytest.mark.parametrize(
    ("values", "extra", "design"),
    [
        ({"基线期": [2], "干预期": [4, 5, 4]}, "", "chart_no_baseline"),
        ({"干预期": [4, 5, 4]}, "", "chart_no_baseline"),
        ({"基线期": [2, 3], "干预期": [4, 5, 4]}, "", "chart"),
        (RISING, "", "ab"),
        (RISING, LOT, "lot"),
        ({**RISING, "追踪期": [5, 5, 6]}, "", "ab"),
        ({**RISING, "第二基线期": [3, 2, 2], "第二干预期": [5, 6, 5]}, "", "ab"),
        ({"基线期": [2, 2, 2], "干预期": [3, 3, 3]}, "", "ab"),
    ],
)
def test_every_design_can_be_said(
    tmp_path: Path, values: Mapping[str, Sequence[float]], extra: str, design: str
) -> None:
    opened = open_case(tmp_path, series(values), extra=extra)
    assert opened.evaluation.design == design
    for wording in WORDINGS:
        for block in opened.blocks():
            block.describe(wording)
    with mpl.rc_context(figure_style()):
        for figure in page.phase_figures(opened.evaluation):
            figure.draw(Drawing(wording=WORDINGS[1], individual_marks=True))
    not_concluded = page.not_concluded_sentence(opened.evaluation).describe(WORDINGS[1])["text"]
    assert ("no follow-up" in not_concluded) == ("追踪期" not in values)


def test_two_children_without_a_lot(tmp_path: Path) -> None:
    other = series({"基线期": [1, 1, 2, 2, 1, 1], "干预期": [3, 3, 4]}, child="M")
    opened = open_case(tmp_path, [*series(RISING), *other])
    assert opened.evaluation.design == "several"
    for wording in WORDINGS:
        text = str([block.describe(wording) for block in opened.blocks()])
        assert "p001" in text and "p002" in text and "M" not in {part.strip() for part in text.split(",")}
    reasons = [reason.key for found in opened.evaluation.together.values() for reason in found.reasons]
    assert reasons == ["too_few_cases"]


def test_few_possible_starts_give_no_p(tmp_path: Path) -> None:
    opened = open_case(tmp_path, series(RISING), extra=LOT)
    (lot,) = opened.evaluation.lots.values()
    assert lot.n_starts == 6 and lot.p_value != lot.p_value
    assert "too few for a p value" in str(opened.first_page.describe(WORDINGS[1]))
    outside = LOT.replace("least_baseline: 3", "least_baseline: 6")
    refused = open_case(tmp_path, series(RISING), extra=outside)
    assert not refused.evaluation.lots
    (sentence,) = page.lot_blocks(refused.evaluation)
    assert "none that the lot could have given" in sentence.describe(WORDINGS[1])["text"]


def test_the_order_of_rows_in_the_file_does_not_matter(tmp_path: Path) -> None:
    rows = series(RISING)
    one = open_case(tmp_path, rows).said(WORDINGS[0])
    two = open_case(tmp_path, list(reversed(rows))).said(WORDINGS[0])
    one.pop("single_case.first_page"), two.pop("single_case.first_page")
    assert one == two


# --- one child


def test_a_report_about_one_child_is_never_shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = write_case(tmp_path, series(RISING), origin="confidential")
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks")
    monkeypatch.setenv("EFFICACY_PROJECT", str(tmp_path))
    with pytest.raises(PrivacyError) as caught:
        ef.open_report("single_case", {"site": "case", "language": "en"})
    assert caught.value.exit_code == 5
    assert "internal" in finding_sentence(caught.value.findings[0], "en")
    with pytest.raises(PrivacyError):
        jobs_of("case", Request(), project)
    (job,) = jobs_of("case", Request(profile="internal"), project)
    assert "internal" in job.files.html.parts
    run = ef.open_report("single_case", {"site": "case", "profile": "internal"})
    assert run.individual_marks


@pytest.mark.parametrize("site", OPENED)
def test_the_notebook_s_cells_run_one_after_the_other(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EFFICACY_PROJECT", str(ROOT))
    shown: list[str] = []
    monkeypatch.setattr(opening, "display", lambda _, **given: shown.append(given["metadata"][METADATA_KEY]["id"]))
    cells = nbformat.read(ROOT / "notebooks" / "single_case.ipynb", 4).cells
    names: dict[str, Any] = {}
    for cell in cells:
        if cell.cell_type == "code":
            tagged = "parameters" in cell.metadata.get("tags", [])
            exec(f"{cell.source}\nsite = {site!r}" if tagged else cell.source, names)
    assert shown[:2] == ["banner", "single_case.first_page"] and shown[-1] == "single_case.colophon"
    assert {"single_case.design", "single_case.scribe"} <= set(shown)


# --- what the parameters and the registers must agree on


def wrong(root: Path, rows: Rows, *, edit: tuple[str, str] = ("", ""), extra: str = "") -> list[str]:
    project = write_case(root, rows, extra=extra)
    path = root / "params" / "case.yml"
    path.write_text(path.read_text(encoding="utf-8").replace(*edit), encoding="utf-8")
    with pytest.raises(EfficacyError) as caught:
        load_study("case", project=project)
    assert isinstance(caught.value, (DataError, ParameterError))
    for finding in caught.value.findings:
        for wording in WORDINGS:
            assert finding_sentence(finding, wording.language)
    return [finding.code for finding in caught.value.findings]


def test_what_does_not_fit_is_refused(tmp_path: Path) -> None:
    rows = series(RISING)
    assert wrong(tmp_path, rows, edit=("value: 作业", "value: 作业量")) == ["data.undeclared_word"]
    assert wrong(tmp_path, [*rows, ("L", "干预期", "2025-12-01", 9.0)]) == ["data.outside_outcome"]
    start = SITE.index("case_study:")
    assert wrong(tmp_path, rows, edit=(SITE[start:], "")) == ["parameters.case_study_needed"]
    assert wrong(tmp_path, rows, extra="single_case: {primary_outcome: 成绩}\n") == ["parameters.unknown_case_outcome"]
    assert wrong(tmp_path, rows, edit=("maximum: 7", "maximum: 0"))[0] == "parameters.range"


def test_an_outcome_without_points_is_said_and_left_out(tmp_path: Path) -> None:
    more = "    - {value: 信心, label: {zh: 信心, en: confidence}, improvement: increase, scale: other}\n"
    opened = open_case(tmp_path, series(RISING), extra=more)
    assert [finding.code for finding in opened.study.findings] == ["data.outcome_without_points"]
    assert len(opened.case.outcomes) == 1
    missing = open_case(tmp_path, [*series(RISING), ("L", "干预期", "2025-12-01", 7.0)])
    table = page.design_table(missing.case).describe(WORDINGS[1])
    assert isinstance(page.design_table(missing.case), Table) and table["rows"][0]["cells"][3]["raw"] == 7


def test_the_parameters_of_the_report_are_few() -> None:
    fields = set(SingleCaseParams.model_fields)
    assert fields >= {"primary_outcome", "between_cases"}
    assert SingleCaseParams.about_one_child and SingleCaseParams.from_registers
    assert pd.api.types.is_list_like(SingleCaseParams.registers_needed)
