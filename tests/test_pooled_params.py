"""Parameter files that are not a site's: a pooled analysis from its file to its report, by the road of every report."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import jsonschema
import nbformat
import papermill
import pytest

from efficacy import cli
from efficacy.errors import DataError, Finding, ParameterError, UsageError
from efficacy.params import PooledFile, json_schema, json_schema_text, load_parameters, load_site, resolve
from efficacy.params.pooled import POOLED_RULES
from efficacy.project import Project
from efficacy.report.findings import finding_sentence
from efficacy.report.html import METADATA_KEY
from efficacy.runs.jobs import Request, jobs_of
from efficacy.runs.notebook import one_language
from efficacy.runs.overview import list_reports
from efficacy.runs.runner import check, run
from efficacy.study import PooledStudy, load_studies, observed

ROOT = Path(__file__).parents[1]
POOLED = """\
schema: 1
kind: pooled
id: both
title: {zh: 两点, en: Both}
sites: [qichun, laixi]
defaults: {language: en, seed: 7}
pooled:
  primary_outcome: total
  retest_r: 0.7
  retest_n: 40
  retest_source: {zh: 假定, en: assumed}
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Two example sites and an analysis of both, with notebooks of their own."""
    for site in ("qichun", "laixi"):
        shutil.copytree(ROOT / "data" / site, tmp_path / "data" / site)
        (tmp_path / "params").mkdir(exist_ok=True)
        shutil.copy(ROOT / "params" / f"{site}.yml", tmp_path / "params")
    (tmp_path / "params" / "both.yml").write_text(POOLED, encoding="utf-8")
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks")
    (tmp_path / "reports").mkdir()
    return Project(tmp_path)


def pooled(project: Project) -> PooledFile:
    loaded = load_parameters("both", project=project)
    assert isinstance(loaded, PooledFile)
    return loaded


def change(project: Project, name: str, old: str, new: str) -> str:
    """Change a parameter file and give it back whole."""
    path = project.parameter_file(name)
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1, old
    changed = text.replace(old, new, 1)
    path.write_text(changed, encoding="utf-8")
    return changed


def refused(project: Project) -> tuple[Finding, ...]:
    with pytest.raises(ParameterError) as caught:
        load_parameters("both", project=project)
    return caught.value.findings


# ---- the file


def test_sites_stand_in_the_order_of_their_names(project: Project) -> None:
    loaded = pooled(project)
    assert [site.name for site in loaded.sites] == ["laixi", "qichun"]
    assert list(loaded.designs) == ["laixi", "qichun"]
    assert (loaded.name, loaded.content.reports, loaded.data_origin) == ("both", ("pooled",), "synthetic")


def test_parameters_are_resolved_as_a_site_s_are(project: Project) -> None:
    params = resolve(pooled(project), "pooled", {"retest_r": 0.8})
    values = params.model_dump()
    assert (values["primary_outcome"], values["retest_r"], values["retest_n"]) == ("total", 0.8, 40)
    assert (params.language, params.seed, params.conf_level) == ("en", 7, 0.95)


WRONG = [
    ("kind: pooled", "kind: poold", "literal_error", "kind: poold", "kind"),
    ("id: both", "id: all", "id_name", "id: all", "id"),
    ("sites: [", "site: [", "extra_forbidden", "site: [", "site"),
    ("[qichun, laixi]", "[qichun]", "too_short", "sites:", "sites"),
    ("[qichun, laixi]", "[qichun, qichun]", "duplicate_name", "sites:", "sites.1"),
    ("[qichun, laixi]", "[qichun, laxi]", "unknown_site", "sites:", "sites.1"),
    ("[qichun, laixi]", "[qichun, both]", "not_a_site", "sites:", "sites.1"),
    ("primary_outcome: total", "primary_outcome: ability", "pooled_outcome", "  primary", "pooled.primary_outcome"),
    ("  primary_outcome: total\n", "", "missing", "pooled:", "pooled.primary_outcome"),
    ("  retest_n: 40\n", "", "retest_incomplete", "  retest_r", "pooled.retest_r"),
    ("defaults:", "labels: {nowhere: {zh: 甲, en: A}}\ndefaults:", "unknown_site", "labels:", "labels.nowhere"),
    ("defaults:", "outcomes: {nowhere: total}\ndefaults:", "unknown_site", "outcomes:", "outcomes.nowhere"),
]


@pytest.mark.parametrize(("old", "new", "code", "marker", "column"), WRONG, ids=[edit[2] for edit in WRONG])
def test_a_wrong_file_is_refused_with_line_and_key(
    project: Project, old: str, new: str, code: str, marker: str, column: str
) -> None:
    text = change(project, "both", old, new)
    found = next(finding for finding in refused(project) if finding.code == f"parameters.{code}")
    assert (found.file, found.column) == ("params/both.yml", column)
    assert found.row == text[: text.index(marker)].count("\n") + 1
    for language in ("zh", "en"):
        assert finding_sentence(found, language)


UNLIKE = [
    ("selection_rule: lowest_on_pretest", "selection_rule: volunteers", "pooled_selection"),
    ("selection_rule: lowest_on_pretest", "selection_rule: typical_cases", "pooled_selection"),
    ("primary_outcome: total ", "primary_outcome: ability ", "pooled_outcome"),
    ("primary_outcome: total ", "baseline_outcome: ability\n  primary_outcome: total ", "pooled_other_test"),
    ("data_origin: synthetic", "data_origin: confidential", "pooled_origins"),
    ("  selection_rule: lowest", "  improvement: decrease\n  selection_rule: lowest", "pooled_directions"),
    ("reports: [descriptive, factor, intervention]", "reports: [descriptive]", "pooled_without_intervention"),
]


@pytest.mark.parametrize(("old", "new", "code"), UNLIKE)
def test_unlike_sites_are_refused_before_any_data_are_read(project: Project, old: str, new: str, code: str) -> None:
    change(project, "qichun", old, new)
    shutil.rmtree(project.data)
    findings = refused(project)
    assert [finding.code for finding in findings] == [f"parameters.{code}"]
    assert findings[0].file == "params/both.yml"
    assert "qichun" in finding_sentence(findings[0], "en") or code in ("pooled_origins", "pooled_directions")


def test_only_selection_by_the_recorded_pretest_is_pooled() -> None:
    assert POOLED_RULES == ("lowest_on_pretest", "random_from_low")


def test_what_is_wrong_with_a_site_is_said_of_its_own_file(project: Project) -> None:
    text = change(project, "qichun", "selection_rule:", "selection_rul:")
    (finding,) = refused(project)
    assert (finding.file, finding.code) == ("params/qichun.yml", "parameters.extra_forbidden")
    assert finding.row == text[: text.index("selection_rul:")].count("\n") + 1


def test_an_analysis_is_no_site(project: Project) -> None:
    with pytest.raises(UsageError, match=r"usage\.not_a_site"):
        load_site("both", project=project)


@pytest.mark.parametrize(("name", "report"), [("both", "factor"), ("qichun", "pooled")])
def test_a_kind_makes_its_own_reports_only(project: Project, name: str, report: str) -> None:
    with pytest.raises(ParameterError, match=r"^parameters\.report_of_another_kind$"):
        resolve(load_parameters(name, project=project), report)


# ---- the schema


def test_the_committed_schema_is_current() -> None:
    """If this fails: json_schema_text("pooled") is what params/pooled.schema.json must hold."""
    assert (ROOT / "params" / "pooled.schema.json").read_text(encoding="utf-8") == json_schema_text("pooled")


def test_the_schema_fits_the_example_and_refuses_what_the_model_refuses(project: Project) -> None:
    content = dict(pooled(project).document.content)
    schema = json_schema("pooled")
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    validator.validate(content)
    for wrong in ({"sites": ["qichun"]}, {"kind": "site"}, {"sitse": []}, {"pooled": {"retest_r": 2}}):
        with pytest.raises(jsonschema.ValidationError):
            validator.validate(content | wrong)


def test_every_key_of_the_schema_is_described_or_speaks_for_itself() -> None:
    schema = json_schema("pooled")
    for properties in (schema["properties"], schema["$defs"]["PooledBlock"]["properties"]):
        for key, value in properties.items():
            assert value.get("description") or key in (
                "schema",
                "title",
                "pooled",
                "language",
                "table_style",
                "retest_source",
            ), key


# ---- the data


def test_the_data_of_every_site_are_read(project: Project) -> None:
    loaded = pooled(project)
    study = observed(loaded, load_studies(loaded, project=project))
    assert isinstance(study, PooledStudy)
    assert [one.site.site for one in study.studies] == ["laixi", "qichun"]
    assert {"data/qichun/pretest.xlsx", "data/laixi/laixi.sav", "params/laixi.yml"} <= set(study.input_hashes)
    assert repr(study) == "<PooledStudy both: laixi, qichun (rows hidden)>"


def test_two_sites_may_not_read_the_same_file(project: Project) -> None:
    shutil.copytree(project.data / "qichun", project.data / "again")
    text = project.parameter_file("qichun").read_text(encoding="utf-8")
    project.parameter_file("again").write_text(
        text.replace("site: qichun", "site: again").replace("data/qichun/", "data/again/"), encoding="utf-8"
    )
    change(project, "both", "[qichun, laixi]", "[qichun, again]")
    with pytest.raises(DataError, match=r"^data\.same_file_at_two_sites$") as caught:
        load_studies(pooled(project), project=project)
    assert {finding.file for finding in caught.value.findings} >= {"data/qichun/pretest.xlsx"}


def test_errors_in_the_data_of_any_site_stop_the_analysis(project: Project) -> None:
    (project.data / "laixi" / "sessions.csv").write_text("", encoding="utf-8")
    (event,) = check(Request(sites=("both",)), project=project).events
    assert event.exit_code == 3
    assert {finding.file for finding in event.findings} == {"data/laixi/sessions.csv"}


# ---- the runner and the command


def test_every_input_of_every_site_counts_for_freshness(project: Project) -> None:
    def inputs() -> dict[str, str]:
        (job,) = jobs_of("both", Request(), project)
        return dict(job.inputs["files"])

    assert "instruments/liang2000.yml" in inputs()
    for path in (
        project.parameter_file("both"),
        project.parameter_file("laixi"),
        project.data / "qichun" / "sessions.xlsx",
        project.data / "laixi" / "laixi.sav",
        project.root / "notebooks" / "pooled.ipynb",
    ):
        before = inputs()
        path.write_bytes(path.read_bytes() + b"\n")
        after = inputs()
        assert {name for name in before if before[name] != after[name]} == {project.relative(path)}


def test_list_and_check_know_the_analysis(
    project: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ("both", "pooled", "en", "absent") in {
        (entry.site, entry.report, entry.language, entry.state) for entry in list_reports(project)
    }
    monkeypatch.setenv("EFFICACY_PROJECT", str(project.root))
    with pytest.raises(SystemExit) as left:
        cli.main(["check", "both", "--language", "en"])
    said = capsys.readouterr().out
    assert left.value.code == 0
    assert said.splitlines()[0] == "both: ready to run."
    assert "site laixi:" in said and "95 children" in said and "54 children" in said


@pytest.mark.parametrize(
    ("arguments", "code", "expected"),
    [
        (["check", "both"], 4, "params/both.yml line 5, sites (entry 2): there is no site laxi."),
        (["run", "both", "--report", "factor"], 4, "params/both.yml"),
        (["run", "bth"], 2, "Did you mean both?"),
    ],
)
def test_exit_codes_are_those_of_every_file(
    project: Project,
    arguments: list[str],
    code: int,
    expected: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    change(project, "both", "laixi]", "laxi]")
    monkeypatch.setenv("EFFICACY_PROJECT", str(project.root))
    with pytest.raises(SystemExit) as left:
        cli.main([*arguments, "--language", "en"])
    assert left.value.code == code
    assert expected in capsys.readouterr().err
    assert not any(project.reports.iterdir())


def shown(path: Path) -> list[object]:
    notebook = nbformat.read(path, as_version=4)
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    return [output.metadata[METADATA_KEY] for output in outputs]


def test_by_hand_equals_the_runner(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the analysis itself is run: its sites' own reports are not needed for it."""
    assert run(Request(sites=("both",)), project=project, n_jobs=1, listen=lambda _event: None) == 0
    made = project.reports / "both"
    assert {path.name for path in made.iterdir() if not path.name.startswith(".")} == {
        f"pooled.en.{ending}" for ending in ("ipynb", "html", "manifest.json")
    }
    manifest = json.loads((made / "pooled.en.manifest.json").read_text(encoding="utf-8"))
    assert (manifest["site"], manifest["data_origin"], manifest["seed"]) == ("both", "synthetic", 7)
    assert (project.reports / "index.html").read_text(encoding="utf-8").count("pooled.en.html") == 1
    monkeypatch.setenv("EFFICACY_PROJECT", str(project.root))
    source = one_language(nbformat.read(project.notebook("pooled"), as_version=4), "en")
    nbformat.write(source, project.root / "by_hand.ipynb")
    papermill.execute_notebook(
        str(project.root / "by_hand.ipynb"),
        str(project.root / "done.ipynb"),
        {"site": "both"},
        progress_bar=False,
        kernel_name="python3",
        cwd=str(project.root),
    )
    assert shown(project.root / "done.ipynb") == shown(made / "pooled.en.ipynb")
