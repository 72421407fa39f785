"""Parameter files: what is refused and where, what wins over what, and the schema that editors use."""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any, get_args

import jsonschema
import pytest
from hypothesis import given, settings, strategies as st

from efficacy.documents import load_document
from efficacy.errors import Finding, ParameterError, UsageError
from efficacy.params import (
    CAUSE_LEVELS,
    FACETS,
    REPORT_MODELS,
    InterventionParams,
    ReportName,
    SiteFile,
    column_range,
    json_schema,
    json_schema_text,
    load_parameters,
    load_site,
    reports,
    resolve,
)
from efficacy.project import Project

REPOSITORY = Path(__file__).parents[1]
OWN_FILES = sorted((REPOSITORY / "params").glob("*.yml"))

SITE = """\
schema: 1
site: here
title: {zh: 某地, en: Here}
population: {zh: 儿童, en: children}
data_origin: synthetic
sampling: census
reports: [descriptive, factor, intervention]
defaults:
  language: en
  seed: 7
waves:
  - {id: pre, role: baseline, day: 2025-09-05}
  - {id: post, role: post, day: 2025-12-19}
  - {id: later, role: followup}
sources:
  - {file: data/here/pre.csv, format: csv, id: number, wave: pre}
  - {file: data/here/post.csv, format: csv, id: number, wave: post}
instruments:
  - instrument: liang2000
    columns:
      pre: Q1..Q22
      post: [a, b, c]
    reverse_confirmed_by: wording
    reverse: {14: true, 16: true, 17: true, 20: false}
scores:
  - {scale: marks, wave: pre, column: marks, label: {zh: 成绩, en: marks}, minimum: 0, maximum: 100}
covariates:
  - name: sex
    column: sex
    kind: categorical
    label: {zh: 性别, en: Sex}
    levels:
      - {value: boy, label: {zh: 男, en: boy}, accepts: [男, 1]}
      - {value: girl, label: {zh: 女, en: girl}, accepts: [女, 2]}
  - {name: age, column: age, kind: number, label: {zh: 年龄, en: Age}, minimum: 6, maximum: 18}
arms:
  file: data/here/group.csv
  format: csv
  id: number
  column: group
  otherwise: rest
  levels:
    - {value: group, role: treated, label: {zh: 组员, en: members}, accepts: [组员]}
    - {value: rest, role: comparison, label: {zh: 其他, en: others}, accepts: [其他]}
sessions: {file: data/here/sessions.csv, format: csv, id: number, session: s, attended: a}
causes: {file: data/here/causes.csv, format: csv, id: number, level: level}
facets:
  confidence: [ability]
  focus: []
plan:
  needs:
    - {id: trust, label: {zh: 信任, en: trust}}
  objectives:
    - {id: aim, need: trust, label: {zh: 目标, en: aim}, measures: [ability]}
  sessions:
    - {number: 1, objective: aim, theme: {zh: 初识, en: meeting}}
    - {number: 2, objective: aim, theme: {zh: 告别, en: farewell}}
flow: {approached: 60, consented: 50, returned: 40}
descriptive:
  group_by: [sex]
  regression_predictors: [sex, age]
  conf_level: 0.9
factor:
  n_factors: 2
intervention:
  selection_rule: lowest_on_pretest
  comparison_group: same_survey_not_chosen
  primary_outcome: total
  retest_r: 0.7
  retest_n: 40
  retest_source: {zh: 某研究, en: a study}
"""

Edit = tuple[str, str, str, str, str]

# old text, new text, code, text that marks the line, column
WRONG: list[Edit] = [
    # keys and values
    ("sampling: census", "samplng: census", "extra_forbidden", "samplng", "samplng"),
    ("sampling: census\n", "", "missing", "", "sampling"),
    ("data_origin: synthetic\n", "", "missing", "", "data_origin"),
    ("sampling: census", "sampling: all", "literal_error", "sampling", "sampling"),
    ("  conf_level: 0.9", "  conf_level: 95", "less_than_equal", "conf_level", "descriptive.conf_level"),
    ("  conf_level: 0.9", "  conf_levle: 0.9", "extra_forbidden", "conf_levle", "descriptive.conf_levle"),
    ("  seed: 7", "  seed: -7", "greater_than_equal", "seed", "defaults.seed"),
    ("  seed: 7", "  n_factors: 7", "extra_forbidden", "n_factors: 7", "defaults.n_factors"),
    ("  n_factors: 2", "  n_factors: two", "int_type", "n_factors", "factor.n_factors"),
    ("  n_factors: 2", "  n_factors: 2.0", "int_type", "n_factors", "factor.n_factors"),
    ("reports: [descriptive", "reports: [descriptiv", "literal_error", "reports", "reports.0"),
    ("reports: [descriptive, ", "reports: [factor, ", "duplicate_name", "reports", "reports.1"),
    ("reports: [descriptive, factor, intervention]", "reports: []", "too_short", "reports", "reports"),
    ("minimum: 6, maximum: 18}", "minimun: 6, maximum: 18}", "extra_forbidden", "name: age", "covariates.1.minimun"),
    ("accepts: [男, 1]", "accepts: [男, 1.5]", "union_type", "男, 1.5", "covariates.0.levels.0.accepts.1"),
    ("attended: a}", "attended: a, satisfaktion: b}", "extra_forbidden", "sessions:", "sessions.satisfaktion"),
    ("  focus: []", "  fokus: []", "extra_forbidden", "fokus", "facets.fokus"),
    # the site's id and paths
    ("site: here", "site: ../../x", "string_pattern_mismatch", "site: ..", "site"),
    ("site: here", "site: CON", "string_pattern_mismatch", "site: CON", "site"),
    ("site: here", "site: con", "reserved_name", "site: con", "site"),
    ("site: here", "site: lpt1", "reserved_name", "site: lpt1", "site"),
    ("site: here", "site: ''", "string_pattern_mismatch", "site: ''", "site"),
    ("site: here", "site: " + "x" * 300, "string_pattern_mismatch", "site: x", "site"),
    ("site: here", "site: there", "site_name", "site: there", "site"),
    *(
        ("file: data/here/pre.csv", f"file: {path}", "path_outside_data", "wave: pre}", "sources.0.file")
        for path in (
            "here/pre.csv",
            "/data/here/pre.csv",
            "data/../pre.csv",
            "data/here/../../pre.csv",
            "data",
            "data/",
            "'data\\here\\pre.csv'",
            "'C:/data/pre.csv'",
            "'data/.. /pre.csv'",
            "data/here./pre.csv",
            "'data/here/pre.csv '",
            "../data/pre.csv",
            "data/here/pre.csv:stream",
        )
    ),
    ("data/here/group.csv", "group.csv", "path_outside_data", "group.csv", "arms.file"),
    ("data/here/sessions.csv", "x/sessions.csv", "path_outside_data", "sessions.csv", "sessions.file"),
    ("data/here/causes.csv", "data/" + "x" * 200, "string_too_long", "causes:", "causes.file"),
    # waves
    ("id: post, role: post", "id: pre, role: post", "duplicate_name", "2025-12-19", "waves.1.id"),
    ("role: baseline", "role: post", "no_baseline", "waves:", "waves"),
    ("id: later, role: followup", "id: later, role: baseline", "wave_order", "id: later", "waves.2.role"),
    ("day: 2025-12-19", "day: 2025-08-19", "wave_order", "2025-08-19", "waves.1.day"),
    ("id: number, wave: post", "id: number, wave: pots", "unknown_wave", "wave: pots", "sources.1.wave"),
    ("scale: marks, wave: pre", "scale: marks, wave: prr", "unknown_wave", "wave: prr", "scores.0.wave"),
    ("      post: [a", "      past: [a", "unknown_wave", "past: [a", "instruments.0.columns.past"),
    # columns
    ("Q1..Q22", "Q1-Q22", "column_range", "Q1-Q22", "instruments.0.columns.pre"),
    ("Q1..Q22", "Q1...Q22", "column_range", "Q1...Q22", "instruments.0.columns.pre"),
    ("Q1..Q22", "Q1..", "column_range", "pre: Q1..", "instruments.0.columns.pre"),
    ("Q1..Q22", "5", "union_type", "pre: 5", "instruments.0.columns.pre"),
    ("[a, b, c]", "[a, b, a]", "duplicate_name", "[a, b, a]", "instruments.0.columns.post"),
    ("[a, b, c]", "[a, '', c]", "string_too_short", "[a, '', c]", "instruments.0.columns.post.1"),
    # what was measured, and of whom
    ("minimum: 0, maximum: 100", "minimum: 100, maximum: 100", "range", "scale: marks", "scores.0.minimum"),
    ("minimum: 6, maximum: 18", "minimum: 18, maximum: 6", "range", "name: age", "covariates.1.minimum"),
    ("kind: number", "kind: ordinal", "covariate_levels", "name: age", "covariates.1.kind"),
    ("kind: categorical", "kind: number", "covariate_levels", "kind: number\n", "covariates.0.kind"),
    ("{name: age", "{name: sex", "duplicate_name", "{name: sex", "covariates.1.name"),
    ("{name: age", "{name: arm", "reserved_column", "{name: arm", "covariates.1.name"),
    ("value: girl", "value: boy", "duplicate_name", "en: girl", "covariates.0.levels.1.value"),
    ("[女, 2]", "[女, 1]", "ambiguous_text", "[女, 1]", "covariates.0.levels.1.accepts"),
    ("[女, 2]", "[女, '1']", "ambiguous_text", "[女, '1']", "covariates.0.levels.1.accepts"),
    ("  otherwise: rest", "  otherwise: others", "unknown_reference", "otherwise", "arms.otherwise"),
    ("  format: csv\n", "", "roster_incomplete", "arms:", "arms"),
    ("  file: data/here/group.csv\n", "", "roster_incomplete", "arms:", "arms"),
    ("need: trust", "need: trusd", "unknown_reference", "id: aim", "plan.objectives.0.need"),
    ("2, objective: aim", "2, objective: aims", "unknown_reference", "farewell", "plan.sessions.1.objective"),
    ("number: 2, objective: aim", "number: 1, objective: aim", "duplicate_name", "farewell", "plan.sessions.1.number"),
    ("consented: 50", "consented: 70", "flow_order", "flow:", "flow.consented"),
    # reports: what they ask of the site
    ("group_by: [sex]", "group_by: [sexx]", "unknown_covariate", "group_by", "descriptive.group_by.0"),
    ("group_by: [sex]", "group_by: [age]", "group_by_number", "group_by", "descriptive.group_by.0"),
    ("group_by: [sex]", "group_by: [sex, sex]", "duplicate_name", "group_by", "descriptive.group_by.1"),
    ("s: [sex, age]", "s: [sex, aged]", "unknown_covariate", "predictors", "descriptive.regression_predictors.1"),
    ("  conf_level: 0.9", "  level_rule: norm", "level_incomplete", "level_rule", "descriptive.level_rule"),
    ("  conf_level: 0.9", "  wave: later2", "unknown_wave", "later2", "descriptive.wave"),
    ("  n_factors: 2", "  instrument: liang", "instrument_not_used", "instrument: liang\n", "factor.instrument"),
    ("  n_factors: 2", "  wave: later", "not_measured_at", "  wave: later", "factor.wave"),
    ("  selection_rule: lowest_on_pretest\n", "", "missing", "intervention:", "intervention.selection_rule"),
    ("  comparison_group: same_survey_not_chosen\n", "", "missing", "intervention:", "intervention.comparison_group"),
    ("  primary_outcome: total\n", "", "missing", "intervention:", "intervention.primary_outcome"),
    ("  retest_n: 40", "  retest_n: 40\n  post_wave: later", "wave_role", "post_wave", "intervention.post_wave"),
    ("  retest_n: 40", "  retest_n: 40\n  baseline_wave: old", "unknown_wave", "e: old", "intervention.baseline_wave"),
    ("  retest_n: 40\n", "", "retest_incomplete", "retest_r", "intervention.retest_r"),
    ("  retest_r: 0.7\n", "", "retest_incomplete", "retest_n", "intervention.retest_n"),
    ("  retest_source: {zh: 某研究, en: a study}\n", "", "retest_incomplete", "retest_r", "intervention.retest_r"),
    ("  retest_r: 0.7", "  retest_r: 1", "less_than", "retest_r", "intervention.retest_r"),
    ("  retest_n: 40", "  retest_n: 40\n  retest_lowest: 0.95", "retest_range", "0.95", "intervention.retest_lowest"),
    ("  retest_n: 40", "  retest_n: 40\n  cluster: sexx", "unknown_covariate", "cluster", "intervention.cluster"),
    ("  retest_n: 40", "  retest_n: 40\n  cluster: age", "cluster_number", "cluster", "intervention.cluster"),
    (
        *("  retest_n: 40", "  retest_n: 40\n  eligible_at_most: 2.5"),
        *("eligible_without_draw", "eligible", "intervention.eligible_at_most"),
    ),
    ("role: comparison", "role: treated", "no_comparison_arm", "comparison_group", "intervention.comparison_group"),
    ("role: treated", "role: comparison", "no_treated_arm", "intervention:", "intervention"),
    ("id: post, role: post", "id: post, role: followup", "no_post_wave", "intervention:", "intervention"),
]  # fmt: skip


def write(root: Path, text: str, *, name: str = "here") -> Project:
    (root / "params").mkdir(exist_ok=True)
    (root / "data").mkdir(exist_ok=True)
    (root / "params" / f"{name}.yml").write_text(text, encoding="utf-8")
    return Project(root)


def load(root: Path, text: str = SITE) -> SiteFile:
    return load_site("here", project=write(root, text))


def refused(root: Path, text: str) -> tuple[Finding, ...]:
    with pytest.raises(ParameterError) as caught:
        load(root, text)
    assert caught.value.exit_code == 4
    return caught.value.findings


def line_of(text: str, marker: str) -> int | None:
    return text[: text.index(marker)].count("\n") + 1 if marker else None


def test_the_file_these_tests_spoil_is_right(tmp_path: Path) -> None:
    loaded = load(tmp_path)
    assert loaded.site.baseline == "pre"
    assert loaded.site.waves_with("post") == ("post",)
    assert loaded.site.instruments[0].columns == {"pre": "Q1..Q22", "post": ("a", "b", "c")}
    assert loaded.site.instruments[0].reverse == {"14": True, "16": True, "17": True, "20": False}
    assert [place for place, _ in loaded.site.data_files()] == [
        ("sources", 0, "file"),
        ("sources", 1, "file"),
        ("arms", "file"),
        ("sessions", "file"),
        ("causes", "file"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "code", "marker", "column"), WRONG, ids=[f"{edit[2]}-{edit[1].strip()[:40]}" for edit in WRONG]
)
def test_a_wrong_file_is_refused_with_line_and_key(
    tmp_path: Path, old: str, new: str, code: str, marker: str, column: str
) -> None:
    assert old in SITE
    text = SITE.replace(old, new, 1)
    findings = refused(tmp_path, text)
    found = [(finding.code, finding.row, finding.column) for finding in findings]
    assert (f"parameters.{code}", line_of(text, marker), column) in found
    assert {finding.file for finding in findings} == {"params/here.yml"}


@pytest.mark.parametrize(
    ("old", "new", "nearest"),
    [
        ("sampling: census", "samplng: census", "sampling"),
        ("  conf_level: 0.9", "  conf_levle: 0.9", "conf_level"),
        ("  seed: 7", "  sead: 7", "seed"),
        ("instrument: liang2000", "instument: liang2000", "instrument"),
        ("objective: aim, theme", "objectiv: aim, theme", "objective"),
        ("group_by: [sex]", "group_by: [sxe]", "sex"),
        ("wave: post}", "wave: posst}", "post"),
        ("selection_rule: lowest_on_pretest", "selection_rule: lowest_pretest", "lowest_on_pretest"),
    ],
)
def test_a_misspelt_word_is_answered_with_the_nearest(tmp_path: Path, old: str, new: str, nearest: str) -> None:
    findings = refused(tmp_path, SITE.replace(old, new, 1))
    assert nearest in [finding.values.get("nearest") for finding in findings]


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    text = SITE.replace("group_by: [sex]", "group_by: [sexx, agge]").replace("  retest_n: 40\n", "  post_wave: later\n")
    codes = [finding.code for finding in refused(tmp_path, text)]
    assert codes == ["parameters.unknown_covariate"] * 2 + ["parameters.retest_incomplete"]


def test_a_report_without_a_block_is_blamed_on_the_list_of_reports(tmp_path: Path) -> None:
    text = SITE[: SITE.index("intervention:\n")]
    findings = refused(tmp_path, text)
    line = line_of(text, "reports:")
    assert [(f.code, f.row, f.column) for f in findings] == [
        ("parameters.missing", line, f"intervention.{key}")
        for key in ("selection_rule", "comparison_group", "primary_outcome")
    ]


def test_a_site_needs_something_measured(tmp_path: Path) -> None:
    start, end = SITE.index("instruments:"), SITE.index("covariates:")
    findings = refused(tmp_path, SITE[:start] + SITE[end:])
    assert "parameters.nothing_measured" in [finding.code for finding in findings]


def test_without_instruments_scales_are_known_from_the_scores(tmp_path: Path) -> None:
    start, end = SITE.index("instruments:"), SITE.index("scores:")
    text = (SITE[:start] + SITE[end:]).replace(
        "reports: [descriptive, factor, intervention]", "reports: [intervention]"
    )
    findings = refused(tmp_path, text)
    assert {(f.code, f.values["name"]) for f in findings} == {("parameters.unknown_scale", "total")}
    findings = refused(tmp_path, text.replace("primary_outcome: total", "primary_outcome: marks"))
    assert [(f.code, dict(f.values)) for f in findings] == [
        ("parameters.not_measured_at", {"name": "marks", "wave": "post"})
    ]
    with_factor = text.replace("reports: [intervention]", "reports: [factor]")
    assert [f.code for f in refused(tmp_path, with_factor)] == ["parameters.factor_without_instrument"]


def test_a_link_out_of_the_data_folder_is_refused(tmp_path: Path) -> None:
    project = write(tmp_path, SITE)
    outside = tmp_path / "outside"
    outside.mkdir()
    try:
        (project.data / "here").symlink_to(outside, target_is_directory=True)
    except OSError:
        pytest.skip("this system gives no right to make links")
    with pytest.raises(ParameterError) as caught:
        load_site("here", project=project)
    rows = [(f.code, f.column, f.row) for f in caught.value.findings]
    assert rows[0] == ("parameters.path_outside_data", "sources.0.file", line_of(SITE, "data/here/pre.csv"))
    assert len(rows) == 5


@pytest.mark.parametrize("name", ["her", "../../x", "CON", "", "x" * 300, "here.yml"])
def test_unknown_sites_are_wrong_use_of_the_command(tmp_path: Path, name: str) -> None:
    project = write(tmp_path, SITE)
    with pytest.raises(UsageError) as caught:
        load_site(name, project=project)
    (finding,) = caught.value.findings
    assert finding.code == "usage.unknown_site"
    assert len(finding.values["site"]) <= 40
    assert finding.values["nearest"] == ("here" if name.startswith("her") else None)


# --- precedence -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("override", [None, 0.8])
@pytest.mark.parametrize("block", [None, 0.9])
@pytest.mark.parametrize("default", [None, 0.85])
def test_override_then_block_then_defaults_then_model(
    tmp_path: Path, override: float | None, block: float | None, default: float | None
) -> None:
    text = SITE.replace("  conf_level: 0.9\n", f"  conf_level: {block}\n" if block else "")
    text = text.replace("  seed: 7\n", f"  seed: 7\n  conf_level: {default}\n" if default else "  seed: 7\n")
    resolved = resolve(load(tmp_path, text), "descriptive", {"conf_level": override})
    assert resolved.conf_level == next(value for value in (override, block, default, 0.95) if value is not None)
    assert resolved.seed == 7
    assert resolved.table_style == "chinese"


def test_null_means_as_if_nothing_were_written(tmp_path: Path) -> None:
    text = SITE.replace("  conf_level: 0.9", "  conf_level: null").replace("n_factors: 2", "n_factors: null")
    loaded = load(tmp_path, text)
    assert resolve(loaded, "descriptive").conf_level == 0.95
    assert resolve(loaded, "factor").n_factors is None  # type: ignore[attr-defined]


def test_every_default_is_the_model_s(tmp_path: Path) -> None:
    resolved = resolve(load(tmp_path), "intervention").model_dump()
    declared = InterventionParams(selection_rule="unknown", comparison_group="none", primary_outcome="x").model_dump()
    written = {"language", "seed", "selection_rule", "comparison_group", "primary_outcome"}
    written |= {"retest_r", "retest_n", "retest_source"}
    assert {key: value for key, value in resolved.items() if key not in written} == {
        key: value for key, value in declared.items() if key not in written
    }


def test_resolved_values_survive_a_notebook(tmp_path: Path) -> None:
    loaded = load(tmp_path)
    for report in loaded.site.reports:
        params = resolve(loaded, report)
        injected = json.loads(json.dumps(params.model_dump(mode="json")))
        assert resolve(loaded, report, injected) == params


def test_any_allowed_override_arrives(tmp_path: Path) -> None:
    loaded = load(tmp_path)

    @settings(max_examples=30, deadline=None)
    @given(st.floats(0.5, 0.999), st.integers(0, 2**32 - 1), st.sampled_from(["zh", "en"]))
    def arrives(conf_level: float, seed: int, language: str) -> None:
        resolved = resolve(loaded, "factor", {"conf_level": conf_level, "seed": seed, "language": language})
        assert (resolved.conf_level, resolved.seed, resolved.language) == (conf_level, seed, language)

    arrives()


@pytest.mark.parametrize(
    ("report", "overrides", "code", "column", "values"),
    [
        ("factor", {"n_factors": "two"}, "int_type", "factor.n_factors", {"key": "n_factors"}),
        ("factor", {"n_factors": 0}, "greater_than_equal", "factor.n_factors", {"ge": 1}),
        ("factor", {"n_factor": 2}, "extra_forbidden", "factor.n_factor", {"nearest": "n_factors"}),
        ("factor", {"rotation": "oblimn"}, "literal_error", "factor.rotation", {"nearest": "oblimin"}),
        ("factor", {"language": "cn"}, "literal_error", "factor.language", {"key": "language"}),
        ("factor", {"conf_level": float("nan")}, "not_json", "factor.conf_level", {"type": "float"}),
        ("factor", {"n_factors": True}, "int_type", "factor.n_factors", {}),
        ("factor", {"wave": "later"}, "not_measured_at", "factor.wave", {"wave": "later"}),
        ("descriptive", {"group_by": ["age"]}, "group_by_number", "descriptive.group_by.0", {"name": "age"}),
        ("descriptive", {"group_by": "sex"}, "tuple_type", "descriptive.group_by", {}),
        (
            "descriptive",
            {"level_rule": "norm"},
            "level_incomplete",
            "descriptive.level_rule",
            {"key": "level_reference"},
        ),
        ("intervention", {"post_wave": "pre"}, "wave_role", "intervention.post_wave", {"needed": "post"}),
        ("intervention", {"retest_lowest": 0.95}, "retest_range", "intervention.retest_lowest", {"low": 0.95}),
    ],
)
def test_a_wrong_override_is_blamed_on_its_source_and_on_no_line(
    tmp_path: Path, report: str, overrides: dict[str, Any], code: str, column: str, values: dict[str, Any]
) -> None:
    loaded = load(tmp_path)
    for source in ("--set", f"notebooks/{report}.ipynb"):
        with pytest.raises(ParameterError) as caught:
            resolve(loaded, report, overrides, source=source)
        finding = caught.value.findings[0]
        assert (finding.code, finding.file, finding.row, finding.column) == (f"parameters.{code}", source, None, column)
        assert dict(finding.values).items() >= values.items()


def test_what_the_file_says_keeps_its_line_beside_an_override(tmp_path: Path) -> None:
    loaded = load(tmp_path)
    with pytest.raises(ParameterError) as caught:
        resolve(loaded, "intervention", {"retest_highest": 0.5, "language": "zh"})
    (finding,) = caught.value.findings
    assert finding.code == "parameters.retest_range"
    spoiled = SITE.replace("  retest_r: 0.7", "  retest_r: 0.7\n  retest_lowest: 0.8")
    with pytest.raises(ParameterError) as caught:
        resolve(load(tmp_path, spoiled), "intervention", {"retest_highest": 0.7})
    (finding,) = caught.value.findings
    assert (finding.file, finding.row) == ("params/here.yml", line_of(spoiled, "retest_lowest"))


def test_values_of_the_defaults_are_blamed_on_their_own_line(tmp_path: Path) -> None:
    text = SITE.replace("  seed: 7", "  seed: 7\n  conf_level: 3")
    (finding,) = refused(tmp_path, text)
    assert (finding.code, finding.row) == ("parameters.less_than_equal", line_of(text, "conf_level: 3"))


def test_reports_that_are_not_offered(tmp_path: Path) -> None:
    loaded = load(tmp_path, SITE.replace("[descriptive, factor, intervention]", "[descriptive, factor]"))
    with pytest.raises(ParameterError) as caught:
        resolve(loaded, "intervention")
    (finding,) = caught.value.findings
    assert (finding.code, finding.row) == ("parameters.report_not_declared", line_of(SITE, "reports:"))
    with pytest.raises(UsageError) as unknown:
        resolve(loaded, "factors")
    assert unknown.value.findings[0].values == {"report": "factors", "nearest": "factor"}


def test_scales_are_checked_where_the_instruments_are_known(tmp_path: Path) -> None:
    loaded = load(tmp_path)
    scales = {"ability": ("pre", "post"), "marks": ("pre",)}
    with pytest.raises(ParameterError) as caught:
        resolve(loaded, "intervention", scales=scales)
    assert {(f.code, f.row) for f in caught.value.findings} == {
        ("parameters.unknown_scale", line_of(SITE, "primary_outcome"))
    }
    for overrides, code in [
        ({"primary_outcome": "marks"}, "not_measured_at"),
        ({"primary_outcome": "abilty"}, "unknown_scale"),
        ({"primary_outcome": "ability", "baseline_outcome": "mark"}, "unknown_scale"),
    ]:
        with pytest.raises(ParameterError) as caught:
            resolve(loaded, "intervention", overrides, scales=scales)
        assert {(f.code, f.file) for f in caught.value.findings} == {(f"parameters.{code}", "--set")}
    both = {"primary_outcome": "ability", "baseline_outcome": "marks"}
    assert resolve(loaded, "intervention", both, scales=scales).model_dump()["baseline_outcome"] == "marks"


# --- models, schema, own files --------------------------------------------------------------------------------------


@cache
def validator(kind: str) -> jsonschema.Draft202012Validator:
    """The schema of one kind of file, itself looked over once."""
    schema = json_schema(kind)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_blocks_and_models_have_the_same_fields() -> None:
    assert set(get_args(ReportName)) <= set(REPORT_MODELS)
    for model in REPORT_MODELS.values():
        block = getattr(reports, model.__name__.replace("Params", "Block"))
        assert list(block.model_fields) == list(model.model_fields)
        assert block().model_dump(exclude_none=True) == {}


def test_facets_and_causes_are_those_of_the_reports() -> None:
    assert list(json_schema("site")["properties"]["facets"]["propertyNames"]["enum"]) == list(FACETS)
    assert CAUSE_LEVELS == ("self", "peers", "family", "school", "society")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Q1..Q22", ("Q1", "Q22")),
        ("A1 .. O5", ("A1", "O5")),
        ("post.test.1..post.test.3", ("post.test.1", "post.test.3")),
        ("Q1", None),
        ("Q1.Q2", None),
        ("..Q2", None),
        ("Q1..", None),
        ("Q1..Q2..Q3", None),
        ("Q1...Q3", None),
        ("....", None),
    ],
)
def test_column_ranges(text: str, expected: tuple[str, str] | None) -> None:
    assert column_range(text) == expected


def test_the_committed_schema_is_current() -> None:
    """If this fails: efficacy.params.json_schema_text("site") is what params/site.schema.json must hold."""
    committed = (REPOSITORY / "params" / "site.schema.json").read_text(encoding="utf-8")
    assert committed == json_schema_text("site")


def test_every_own_key_of_the_schema_is_described_or_speaks_for_itself() -> None:
    definitions = json_schema("site")["$defs"]
    plain = ("language", "table_style", "extraction", "rotation", "correlation", "retest_source")
    for report in ("Descriptive", "Factor", "Intervention"):
        for key, value in definitions[f"{report}Block"]["properties"].items():
            assert value.get("description") or key in plain, key


@pytest.mark.parametrize("path", OWN_FILES, ids=[path.stem for path in OWN_FILES])
def test_own_files_load_and_fit_the_schema(path: Path) -> None:
    loaded = load_parameters(path.stem, project=Project(REPOSITORY))
    content = loaded.document.content
    validator(content.get("kind", "site")).validate(content)
    for report in loaded.content.reports:
        assert isinstance(resolve(loaded, report), REPORT_MODELS[report])


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("sampling",), "all"),
        (("samplng",), "census"),
        (("schema",), 2),
        (("factor", "n_factor"), 2),
        (("factor", "n_factors"), 0),
        (("intervention", "retest_r"), 1.5),
        (("waves", 0, "rol"), "post"),
        (("covariates", 0, "levels", 0, "accept"), []),
        (("defaults", "conf_level"), 95),
        (("facets", "fokus"), []),
    ],
)
def test_the_schema_refuses_what_the_model_refuses(tmp_path: Path, place: tuple[str | int, ...], value: object) -> None:
    write(tmp_path, SITE)
    content = copy.deepcopy(load_document(tmp_path / "params" / "here.yml", name="x").content)
    validator("site").validate(content)
    parent: Any = content
    for part in place[:-1]:
        parent = parent[part]
    parent[place[-1]] = value
    with pytest.raises(jsonschema.ValidationError):
        validator("site").validate(content)
