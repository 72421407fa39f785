"""The pooled report: every block in both languages, statistics shown as they are, refusals said, nobody ranked."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest

import efficacy as ef
from efficacy.calibration import CalibratedValue
from efficacy.errors import PrivacyError
from efficacy.params import PooledParams, load_parameters, resolve
from efficacy.project import Project
from efficacy.report import pooled
from efficacy.report.blocks import Block, Drawing, Figure
from efficacy.report.opening import open_report
from efficacy.report.pooled import Evaluation, measured, result
from efficacy.report.style import figure_style
from efficacy.report.wording import Wording
from efficacy.study import PooledStudy, load_studies, observed

ROOT = Path(__file__).parents[1]
NAMES = ("hekou", "laixi", "qichun", "shiqiao")
LANGUAGES = ("zh", "en")


def evaluated(project: Project, **overrides: Any) -> Evaluation:
    loaded = load_parameters("pooled_villages", project=project)
    params = resolve(loaded, "pooled", overrides)
    study = observed(loaded, load_studies(loaded, project=project))
    assert isinstance(study, PooledStudy) and isinstance(params, PooledParams)
    return pooled.evaluate(study, params)


@pytest.fixture(scope="module")
def four() -> Evaluation:
    """The committed example."""
    return evaluated(Project(ROOT))


def copied(folder: Path, edits: dict[str, tuple[str, str]]) -> Project:
    (folder / "params").mkdir()
    for name in (*NAMES, "pooled_villages"):
        shutil.copy(ROOT / "params" / f"{name}.yml", folder / "params")
    for name in NAMES:
        shutil.copytree(ROOT / "data" / name, folder / "data" / name)
    for name, (old, new) in edits.items():
        path = folder / "params" / f"{name}.yml"
        text, n = re.subn(old, new, path.read_text(encoding="utf-8"), count=1, flags=re.DOTALL)
        assert n == 1, old
        path.write_text(text, encoding="utf-8")
    return Project(folder)


@pytest.fixture(scope="module")
def two(four: Evaluation) -> Evaluation:
    """Only two of its sites."""
    file, kept = four.study.file, slice(1, 3)
    fewer = dataclasses.replace(
        file,
        pooled=file.pooled.model_copy(update={"sites": ("laixi", "qichun")}),
        sites=file.sites[kept],
        designs={name: file.designs[name] for name in ("laixi", "qichun")},
    )
    return pooled.evaluate(PooledStudy(file=fewer, studies=four.study.studies[kept]), four.params)


def blocks(evaluation: Evaluation) -> Iterator[Block]:
    """Everything the notebook shows."""
    shared = pooled.shared_items(evaluation)
    invariances = {
        name: ef.measurement_invariance(part.items, part.model, group=part.site) for name, part in shared.items()
    }
    yield from (pooled.first_page(evaluation), pooled.sites_table(evaluation))
    yield from pooled.comparability_blocks(evaluation, invariances)
    yield from (pooled.forest_figure(evaluation), pooled.changes_table(evaluation))
    yield from pooled.result_blocks(evaluation)
    yield from pooled.stability_blocks(evaluation)
    yield from pooled.range_blocks(evaluation)
    yield from (pooled.open_sentence(evaluation), pooled.not_concluded_sentence(evaluation))


def described(evaluation: Evaluation, language: Any = "en") -> dict[str, dict[str, Any]]:
    return {block.id: block.describe(Wording(language)) for block in blocks(evaluation)}


def column(table: dict[str, Any], role: str) -> list[Any]:
    position = [found["role"] for found in table["columns"]].index(role)
    return [row["cells"][position].get("raw", row["cells"][position]["shown"]) for row in table["rows"]]


def page_text(shown: dict[str, Any]) -> str:
    return " ".join(row["text"] for row in shown["pooled.first_page"]["rows"])


# ---- the example


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_block_speaks_both_languages(four: Evaluation, language: Any) -> None:
    shown = described(four, language)
    assert len(shown) == 16 and "pooled.methods" in shown
    text = json.dumps(shown, ensure_ascii=False)
    assert "NaN" not in text and "None" not in text
    words = re.sub(r"[^\u4e00-\u9fff]", "", page_text(shown))
    assert len(words) > 300 if language == "zh" else len(words) == 0
    assert not re.search("治疗|无效|误判|虚假|作弊", text)


def test_the_first_page_has_its_seven_rows_and_says_what_was_found(four: Evaluation) -> None:
    page = described(four)["pooled.first_page"]
    assert [row["heading"] for row in page["rows"]] == [
        "Question",
        "Sample",
        "Method",
        "Result",
        "Interpret with care",
        "Text to paste",
        "What may not be concluded",
    ]
    main = four.main
    numbers = {entry["name"]: entry["raw"] for entry in page["rows"][3]["numbers"] if "name" in entry}
    assert numbers["estimate"] == main.estimate
    assert numbers["interval"] == [main.conf_low, main.conf_high]
    assert numbers["prediction"] == [main.pred_low, main.pred_high]
    assert "pooled.verdict_not_shown" in page["rows"][3]["keys"]
    assert page["rows"][6]["keys"][0] == "pooled_page.not_effect"
    assert "may not be ranked" in page["rows"][6]["text"]


def test_tables_carry_the_statistics_unchanged_and_in_the_order_of_names(four: Evaluation) -> None:
    shown, rows = described(four), four.main.by_site()
    assert list(rows["term"]) == list(NAMES)
    table = shown["pooled.changes"]
    for role, name in (("retest_r",) * 2, ("estimate",) * 2, ("std_error",) * 2, ("weight",) * 2):
        assert column(table, role) == list(rows[name])
    assert column(table, "conf_low conf_high") == rows[["conf_low", "conf_high"]].to_numpy().tolist()
    labels = ["Hekou", "Laixi", "Qichun X village", "Shiqiao"]
    assert column(table, "site") == column(shown["pooled.sites"], "site") == labels
    assert column(shown["pooled.sites"], "n") == [11, 16, 12, 9]
    left_out = four.main.at_fixed_r.leave_one_out()
    assert column(shown["pooled.left_out"], "estimate") == list(left_out["estimate"])
    assert column(shown["pooled.left_out"], "site") == labels
    methods = [four.main, *four.others.values()]
    assert column(shown["pooled.methods"], "estimate") == [found.estimate for found in methods]
    narrow = [found.conf_high - found.conf_low for found in methods]
    assert max(narrow[3:]) < min(narrow[:3]), "what other programs print first is narrower"


def test_the_numbers_of_the_pooling(four: Evaluation) -> None:
    main, at = four.main, four.main.at_fixed_r
    values = column(described(four)["pooled.table"], "estimate")
    expected = [main.estimate, main.p_value, None, main.std_error_sites, main.std_error_retest, at.tau2, at.i2, at.q]
    assert [value for value in values if value != ""] == [value for value in expected if value is not None]
    keys = described(four)["pooled.result.between"]["keys"]
    assert keys == ["pooled.between", "pooled.between_few", "pooled.as_if_known", "pooled.as_if_known_tips"]
    assert four.as_if_known.conf_low > 0 > main.conf_low


def test_small_sites_are_compared_by_congruence_and_the_reason_is_said(four: Evaluation) -> None:
    shown = described(four)
    assert "pooled.invariance" not in shown
    assert shown["pooled.instruments"]["keys"] == ["pooled.instruments_same", "pooled.congruence_why"]
    assert {entry["raw"] for entry in shown["pooled.instruments"]["numbers"]} == {46, 100}
    table = shown["pooled.congruence"]
    assert len(table["rows"]) == 6 and len(table["columns"]) == 3
    values = [cell["raw"] for row in table["rows"] for cell in row["cells"][1:]]
    assert all(0.85 < value <= 1 for value in values)
    assert shown["pooled.congruence.verdict"]["keys"] == ["pooled.congruence_similar", "pooled.congruence_small"]


def test_levels_of_invariance_are_shown_where_groups_are_large_enough(four: Evaluation) -> None:
    part = pooled.shared_items(four)["total"]
    assert part.items.shape == (253, 22) and part.items.index.is_unique
    assert {name: len(items) for name, items in part.model.items()} == {"ability": 11, "behaviour": 11}
    halves = part.site.map({"hekou": "a", "laixi": "a", "qichun": "b", "shiqiao": "b"})
    model = {"ability": part.model["ability"][:4]}
    invariance = ef.measurement_invariance(part.items, model, group=halves, minimum_n=80)
    assert invariance.status != "not_computable"
    renamed = dataclasses.replace(
        invariance, congruence=invariance.congruence.assign(group="qichun", other_group="laixi")
    )
    shown = {block.id: block.describe(Wording("en")) for block in pooled.comparability_blocks(four, {"total": renamed})}
    table = shown["pooled.invariance"]
    assert column(table, "level") == ["configural", "metric", "scalar", "strict"]
    assert column(table, "cfi") == list(invariance.tidy()["cfi"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_figures_are_drawn_and_said_in_words(four: Evaluation, two: Evaluation, language: Any) -> None:
    drawing = Drawing(wording=Wording(language), individual_marks=False)
    figures = [block for evaluation in (four, two) for block in blocks(evaluation) if isinstance(block, Figure)]
    assert [figure.id for figure in figures] == ["pooled.forest", "pooled.range", "pooled.forest"]
    for figure in figures:
        with mpl.rc_context(figure_style()):
            canvas = figure.draw(drawing)
            canvas.canvas.draw()
        assert canvas.axes
    forest = figures[0].describe(Wording(language))
    for row in four.main.by_site().itertuples():
        assert f"{row.estimate:.2f} [{row.conf_low:.2f}, {row.conf_high:.2f}]" in forest["alt"]
    assert f"[{four.main.pred_low:.2f}, {four.main.pred_high:.2f}]" in forest["alt"]
    axes = figures[0].draw(drawing).axes[0]
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels[1] == {"zh": "莱西市", "en": "Laixi"}[language] and len(labels) == 6
    assert axes.get_ylim()[0] > axes.get_ylim()[1], "the first site on top"


# ---- what may not be pooled


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_sites_are_shown_and_not_pooled(two: Evaluation, language: Any) -> None:
    shown = described(two, language)
    assert not two.pooled and not two.shown
    assert "pooled.table" not in shown and "pooled.left_out" not in shown
    page = shown["pooled.first_page"]
    assert page["rows"][3]["keys"] == ["pooled.refused", "reasons.two_studies"]
    assert page["rows"][5]["keys"] == ["pooled_page.paste_refused"]
    assert page["rows"][6]["keys"][0] == "pooled_page.not_pooled"
    table = shown["pooled.changes"]
    assert len(table["rows"]) == 2 and "weight" not in [found["role"] for found in table["columns"]]
    assert column(table, "estimate") == list(two.main.by_site()["estimate"])


def test_another_key_or_questionnaire_means_standard_deviations(tmp_path: Path) -> None:
    evaluation = evaluated(copied(tmp_path, {"hekou": ('"20": true', '"20": false')}))
    shown = described(evaluation)
    assert evaluation.unit == "standardised"
    assert shown["pooled.instruments"]["keys"] == ["pooled.instruments_keyed", "pooled.congruence_absent"]
    assert "pooled_page.open_standardised" in shown["pooled.open"]["keys"]
    assert "SD" in shown["pooled.result"]["text"]
    own = evaluation.main.by_site().set_index("term")
    case = next(case for case in evaluation.cases if case.study.site.site == "qichun")
    alone = ef.adjusted_change(case.own_survey, case.later, members=case.members, retest_r=0.7, retest_sd=0.53)
    assert own.loc["qichun", "estimate"] == alone.delta


def test_without_a_retest_study_the_least_favourable_end_decides(four: Evaluation) -> None:
    unknown = dict.fromkeys(("retest_r", "retest_n", "retest_sd", "retest_source"))
    evaluation = pooled.evaluate(four.study, four.params.model_copy(update=unknown))
    assert evaluation.main.retest_r == evaluation.over_r.decisive_r == 0.6
    assert evaluation.main.std_error_retest == 0
    shown = described(evaluation)
    assert shown["pooled.first_page"]["rows"][2]["keys"][0] == "pooled_page.method_range"
    assert "pooled.retest_not_counted" in shown["pooled.result.between"]["keys"]
    assert evaluation.shown == (evaluation.over_r.verdict and evaluation.others["modified"].conf_low > 0)


# ---- verdicts


def with_interval(evaluation: Evaluation, main: tuple[float, float], modified: tuple[float, float]) -> Evaluation:
    """The same sites with other intervals, as another draw might give."""
    changed = dataclasses.replace(evaluation.others["modified"], conf_low=modified[0], conf_high=modified[1])
    return dataclasses.replace(
        evaluation,
        main=dataclasses.replace(evaluation.main, conf_low=main[0], conf_high=main[1]),
        others={**evaluation.others, "modified": changed},
    )


@pytest.mark.parametrize(
    ("main", "modified", "key", "shown"),
    [
        ((0.1, 0.4), (0.05, 0.45), "shown", True),
        ((0.1, 0.4), (-0.05, 0.55), "agree_by_chance", False),
        ((-0.1, 0.6), (-0.1, 0.6), "not_shown", False),
        ((-0.6, -0.1), (-0.7, -0.05), "not_shown", False),
    ],
)
def test_more_than_selection_is_said_only_where_both_intervals_say_so(
    four: Evaluation, main: tuple[float, float], modified: tuple[float, float], key: str, shown: bool
) -> None:
    evaluation = with_interval(four, main, modified)
    assert evaluation.shown == shown
    assert [part.key for part in result.result_parts(evaluation)][1] == f"pooled.verdict_{key}"  # type: ignore[union-attr]
    page = pooled.first_page(evaluation).describe(Wording("en"))
    assert ("pooled_page.not_cause" in page["rows"][6]["keys"]) == shown
    assert f"pooled_page.paste_result_{'shown' if shown else 'not_shown'}" in page["rows"][5]["keys"]
    falling = dataclasses.replace(evaluation, improvement="decrease")
    assert falling.shown == (main[1] < 0 and modified[1] < 0)
    assert [part.key for part in result.result_parts(falling)][1].endswith("_decrease")  # type: ignore[union-attr]


def test_sites_whose_intervals_do_not_overlap_are_not_ranked_either(four: Evaluation) -> None:
    apart = four.main.by_site().assign(conf_low=[0.0, 0.5, 1.0, 1.5], conf_high=[0.1, 0.6, 1.1, 1.6])
    evaluation = dataclasses.replace(four, main=dataclasses.replace(four.main, sites=apart))
    keys = pooled.not_concluded_sentence(evaluation).describe(Wording("en"))["keys"]
    assert "pooled_page.not_ranked" in keys and "pooled_page.not_ranked_overlap" not in keys


# ---- measured coverage


def calibrated(value: float) -> CalibratedValue:
    return CalibratedValue(
        procedure="pooled_change",
        cell={"k": 4, "n_survey": 54, "n_members": 12, "retest_r": 0.7, "tau2": 0.05, "r_from": "study"},
        statistic="coverage",
        value=value,
        mc_error=0.002,
        replications=4000,
        replications_aim=4000,
        aim_low=0.93,
        aim_high=0.97,
        seed=1,
        version="0",
    )


@pytest.mark.parametrize(("value", "more"), [(0.99, "_wide"), (0.9, "_narrow"), (0.95, None)])
def test_the_coverage_measured_beforehand_stands_beside_the_interval(
    four: Evaluation, monkeypatch: pytest.MonkeyPatch, value: float, more: str | None
) -> None:
    asked: dict[str, Any] = {}

    def nearest(procedure: str, statistic: str, cell: dict[str, Any]) -> CalibratedValue:
        asked.update(cell, procedure=procedure, statistic=statistic)
        return calibrated(value)

    monkeypatch.setattr(measured, "nearest_calibration", nearest)
    notes = described(four)["pooled.table"]["notes"]
    assert any(f"{100 * value:.1f}%" in note for note in notes)
    assert len(notes) == (3 if more else 2)
    assert (asked["procedure"], asked["statistic"], asked["k"], asked["r_from"]) == (
        "pooled_change",
        "coverage",
        4,
        "study",
    )
    sd = four.main.by_site()["sd_survey"].mean()
    assert asked["tau2"] == pytest.approx(four.main.at_fixed_r.tau2 / sd**2)


def test_a_table_without_pooling_says_nothing_about_coverage(four: Evaluation, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(*_: Any) -> CalibratedValue:
        raise ValueError("not in the calibration table")

    monkeypatch.setattr(measured, "nearest_calibration", nothing)
    assert measured.measured_coverage(four) is None
    assert len(described(four)["pooled.table"]["notes"]) == 1


# ---- privacy


def test_of_confidential_sites_nothing_of_a_single_child_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    confidential = dict.fromkeys(NAMES, ("data_origin: synthetic", "data_origin: confidential\nminimum_cell: 9"))
    project = copied(tmp_path, confidential)
    monkeypatch.setenv("EFFICACY_PROJECT", str(project.root))
    shown: list[dict[str, Any]] = []
    seen = "efficacy.report.opening.display"
    monkeypatch.setattr(seen, lambda *_, **given: shown.append(given["metadata"]["efficacy"]))
    run = open_report("pooled", {"site": "pooled_villages"})
    assert not run.individual_marks
    evaluation = pooled.evaluate(run.study, run.params)  # type: ignore[arg-type]
    run.show(*blocks(evaluation), run.colophon())
    text = json.dumps(shown, ensure_ascii=False)
    assert "common.banner_confidential" in text and not re.search(r"p\d{3}", text)
    assert "合成" not in text


def test_a_site_with_fewer_members_than_a_cell_is_not_pooled_for_sharing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edits = dict.fromkeys(NAMES, ("data_origin: synthetic", "data_origin: confidential\nminimum_cell: 10"))
    edits["pooled_villages"] = (r"sites: \[.*?\ndefaults", "sites: [qichun, shiqiao]\ndefaults")
    monkeypatch.setenv("EFFICACY_PROJECT", str(copied(tmp_path, edits).root))
    with pytest.raises(PrivacyError, match=r"^privacy\.group_too_small$"):
        open_report("pooled", {"site": "pooled_villages"})
