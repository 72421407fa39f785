"""Records of a group programme: what is read, and what is refused with file, row and column and without a child."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from building import Toy

from efficacy.documents import LANGUAGES
from efficacy.errors import DataError, Finding, ParameterError
from efficacy.params import GROUP_STAGES, load_site, planned_elements
from efficacy.project import Project
from efficacy.report.findings import finding_sentence
from efficacy.study import Study, load_study

ROOT = Path(__file__).parents[1]


def text(word: str) -> dict[str, str]:
    return {"zh": word, "en": word}


def level(value: str, *accepts: str, **more: Any) -> dict[str, Any]:
    return {"value": value, "label": text(value), "accepts": list(accepts), **more}


PLAN: dict[str, Any] = {
    "needs": [{"id": "want", "label": text("want")}],
    "objectives": [{"id": "aim", "need": "want", "label": text("aim"), "observed": ["effort"], "feedback": ["help"]}],
    "sessions": [
        {"number": 1, "objective": "aim", "theme": text("theme"), "stage": "early"},
        {"number": 2, "objective": "aim", "theme": text("theme"), "stage": "ending", "elements": ["talk"]},
    ],
    "outcomes": [{"id": "better", "label": text("better"), "measures": ["first"]}],
}
PROGRAMME: dict[str, Any] = {
    "checklist": {"kept_by": "worker", "elements": [level("talk", "谈话"), level("game", "游戏")]},
    "observed": {"minimum": 1, "maximum": 5, "dimensions": [level("effort", "努力")]},
    "feedback": [level("help", "互助", measures=["second"]), level("copy", "模仿", kind="mechanism")],
    "co_interventions": [{"label": text("lecture"), "reached": "everybody", "days": [date(2026, 3, 2)]}],
}
REGISTERS = {
    "session_checklist": {"file": "data/checklist.csv"},
    "session_observations": {"file": "data/observations.csv"},
    "members_feedback": {"file": "data/feedback.csv"},
}
TABLES: dict[str, list[list[Any]]] = {
    "sessions.csv": [["编号", "次", "出席"], ["kid001", "1", "是"], ["kid001", "2", "否"], ["kid002", "1", "是"]],
    "checklist.csv": [
        ["活动次数", "环节", "完成情况"],
        ["1", "谈话", "完成"],
        ["1", "游戏", "部分完成"],
        ["2", "谈话", "未完成"],
    ],
    "observations.csv": [
        ["编号", "活动次数", "观察员", "观察方面", "评分"],
        ["kid001", "1", "王社工", "努力", "3"],
        ["kid001", "1", "李老师", "努力", "4"],
        ["kid002", "1", "王社工", "努力", "５"],
    ],
    "feedback.csv": [
        ["编号", "编码员", "主题", "倾向"],
        ["kid001", "王社工", "互助", "积极"],
        ["kid001", "王社工", "模仿", "消极"],
        ["kid003", "李老师", "互助", "好坏兼有"],
    ],
}  # fmt: skip


@pytest.fixture
def toy(tmp_path: Path) -> Toy:
    """The tiny project with a programme whose every part is recorded."""
    made = Toy(tmp_path)
    made.site |= deepcopy(
        {
            "sessions": {
                "file": "data/sessions.csv",
                "format": "csv",
                "id": "编号",
                "session": "次",
                "attended": "出席",
            },
            "plan": PLAN,
            "programme": PROGRAMME,
            "registers": REGISTERS,
        }
    )
    made.tables |= deepcopy(TABLES)
    return made


def load(toy: Toy) -> Study:
    return load_study("village", project=toy.write())


def refused(toy: Toy) -> Finding:
    """The one finding a project is refused for; no sentence about it names a child or an adult."""
    with pytest.raises((DataError, ParameterError)) as caught:
        load(toy)
    (finding,) = caught.value.findings
    for language in LANGUAGES:
        sentence = finding_sentence(finding, language)
        assert not [name for name in ("kid0", "王社工", "李老师", "闲谈") if name in sentence], sentence
    return finding


def test_the_words_become_the_declared_names(toy: Toy) -> None:
    registers = load(toy).registers
    assert registers["session_checklist"].to_numpy().tolist() == [
        [1, "talk", "done"],
        [1, "game", "partly"],
        [2, "talk", "not_done"],
    ]
    seen = registers["session_observations"]
    assert seen["rating"].tolist() == [3, 4, 5]
    assert set(seen["rater"]) == {"s01", "s02"}
    assert set(seen["dimension"]) == {"effort"}
    said = registers["members_feedback"]
    assert said[["code", "valence"]].to_numpy().tolist() == [
        ["help", "positive"],
        ["copy", "negative"],
        ["help", "mixed"],
    ]


def test_one_coder_carries_one_name_through_all_registers(toy: Toy) -> None:
    registers = load(toy).registers
    assert registers["session_observations"]["rater"].iloc[0] == registers["members_feedback"]["rater"].iloc[0]


def test_several_files_of_one_kind_are_settled_row_by_row(toy: Toy) -> None:
    head, *rows = toy.tables["feedback.csv"]
    toy.tables |= {"feedback.csv": [head, rows[0]], "more.csv": [head, *rows[1:]]}
    toy.site["registers"]["members_feedback"] = [{"file": "data/feedback.csv"}, {"file": "data/more.csv"}]
    toy.set("more.csv", row=3, column="主题", text="闲谈")
    finding = refused(toy)
    assert (finding.code, finding.file, finding.row) == ("data.unknown_level", "data/more.csv", 3)


def cell(file: str, row: int, column: str, entry: str | None) -> Callable[[Toy], None]:
    return lambda toy: toy.set(file, row=row, column=column, text=entry)


def more(file: str, *entries: str) -> Callable[[Toy], None]:
    return lambda toy: toy.tables[file].append(list(entries))


BAD: dict[str, tuple[Callable[[Toy], None], str, str, int, str | None]] = {
    "part nobody declared": (
        cell("checklist.csv", 3, "环节", "唱歌"), "data.unknown_level", "data/checklist.csv", 3, "环节",
    ),
    "part not planned for the session": (
        cell("checklist.csv", 4, "环节", "游戏"), "data.unplanned_element", "data/checklist.csv", 4, "环节",
    ),
    "session that is not in the plan": (
        cell("checklist.csv", 4, "活动次数", "3"), "data.unknown_session", "data/checklist.csv", 4, "活动次数",
    ),
    "part noted twice": (
        more("checklist.csv", "1", "谈话", "未完成"), "data.duplicate_row", "data/checklist.csv", 5, None,
    ),
    "neither done nor not": (
        cell("checklist.csv", 2, "完成情况", "还行"), "data.unknown_code", "data/checklist.csv", 2, "完成情况",
    ),
    "mark outside the scale": (
        cell("observations.csv", 2, "评分", "6"), "data.out_of_range", "data/observations.csv", 2, "评分",
    ),
    "half a mark": (
        cell("observations.csv", 2, "评分", "3.5"), "data.not_an_integer", "data/observations.csv", 2, "评分",
    ),
    "aspect nobody declared": (
        cell("observations.csv", 4, "观察方面", "情绪"), "data.unknown_level", "data/observations.csv", 4, "观察方面",
    ),
    "rated twice by one observer": (
        more("observations.csv", "kid002", "1", "王社工", "努力", "2"),
        "data.duplicate_row", "data/observations.csv", 5, None,
    ),
    "no observer": (
        cell("observations.csv", 3, "观察员", None), "data.empty_cell", "data/observations.csv", 3, "观察员",
    ),
    "child whom nobody surveyed": (
        cell("feedback.csv", 2, "编号", "kid099"), "data.unknown_id", "data/feedback.csv", 2, "编号",
    ),
    "quotation where a code should be": (
        cell("feedback.csv", 3, "主题", "她说和大家在一起就不那么害怕了，" * 3),
        "data.category_too_long", "data/feedback.csv", 3, "主题",
    ),
    "valence nobody knows": (
        cell("feedback.csv", 4, "倾向", "很好"), "data.unknown_code", "data/feedback.csv", 4, "倾向",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_is_refused(toy: Toy, name: str) -> None:
    change, code, file, row, column = BAD[name]
    change(toy)
    finding = refused(toy)
    assert (finding.code, finding.file, finding.row, finding.column) == (code, file, row, column)


@pytest.mark.parametrize(
    ("change", "code", "row"),
    [
        (cell("observations.csv", 2, "活动次数", "2"), "data.observed_while_absent", 2),
        (cell("feedback.csv", 4, "编号", "kid012"), "data.recorded_outside_group", None),
    ],
    ids=["rated while absent", "not in the group"],
)
def test_what_is_only_warned_of(toy: Toy, change: Callable[[Toy], None], code: str, row: int | None) -> None:
    change(toy)
    (finding,) = [finding for finding in load(toy).findings if finding.severity == "warning"]
    assert (finding.code, finding.row) == (code, row)
    assert all("kid0" not in finding_sentence(finding, language) for language in LANGUAGES)


PARAMETERS: dict[str, tuple[Callable[[dict[str, Any]], Any], str, str]] = {
    "stages that go back": (
        lambda site: site["plan"]["sessions"][1].update(stage="preparation"),
        "parameters.stage_order", "plan.sessions.1.stage",
    ),
    "part of a session nobody declared": (
        lambda site: site["plan"]["sessions"][1].update(elements=["song"]),
        "parameters.unknown_reference", "plan.sessions.1.elements.0",
    ),
    "aspect nobody rates": (
        lambda site: site["plan"]["objectives"][0].update(observed=["mood"]),
        "parameters.unknown_reference", "plan.objectives.0.observed.0",
    ),
    "code nobody gives": (
        lambda site: site["plan"]["outcomes"][0].update(feedback=["joy"]),
        "parameters.unknown_reference", "plan.outcomes.0.feedback.0",
    ),
    "outcome measured by no scale": (
        lambda site: site["plan"]["outcomes"][0].update(measures=["third"]),
        "parameters.unknown_scale", "plan.outcomes.0.measures.0",
    ),
    "code measured by no scale": (
        lambda site: site["programme"]["feedback"][0].update(measures=["third"]),
        "parameters.unknown_scale", "programme.feedback.0.measures.0",
    ),
    "outcome twice": (
        lambda site: site["plan"].update(outcomes=[{"id": "better", "label": text("better")} for _ in range(2)]),
        "parameters.duplicate_name", "plan.outcomes.1.id",
    ),
    "one spelling, two codes": (
        lambda site: site["programme"]["feedback"][1].update(accepts=["互助"]),
        "parameters.ambiguous_text", "programme.feedback.1.accepts",
    ),
    "scale of marks without room": (
        lambda site: site["programme"]["observed"].update(maximum=1),
        "parameters.range", "programme.observed.minimum",
    ),
    "an end without a start": (
        lambda site: site["programme"]["co_interventions"][0].update(end=date(2026, 3, 9)),
        "parameters.co_intervention_dates", "programme.co_interventions.0.start",
    ),
    "register whose words nobody declared": (
        lambda site: site["programme"].pop("checklist") and site["plan"]["sessions"][1].pop("elements"),
        "parameters.programme_needed", "registers.session_checklist",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PARAMETERS)
def test_parameters_that_do_not_fit(toy: Toy, name: str) -> None:
    change, code, column = PARAMETERS[name]
    change(toy.site)
    finding = refused(toy)
    assert (finding.code, finding.column) == (code, column)


def test_a_session_with_parts_of_its_own_has_only_these(toy: Toy) -> None:
    site = load_site("village", project=toy.write()).site
    assert planned_elements(site.plan, site.programme) == ((1, "talk"), (1, "game"), (2, "talk"))
    assert planned_elements(None, site.programme) == ()


def test_every_part_may_be_missing(toy: Toy) -> None:
    for key in ("programme", "registers", "plan", "sessions"):
        del toy.site[key]
    study = load(toy)
    assert set(study.registers) == {"quality"}
    assert study.site.programme.co_interventions is None


def test_days_of_other_services_have_a_span(toy: Toy) -> None:
    toy.site["programme"]["co_interventions"] += [
        {"label": text("room"), "reached": "members", "start": date(2026, 3, 1), "end": date(2026, 4, 1)},
        {"label": text("visits"), "reached": "unknown"},
    ]
    spans = [other.span for other in load_site("village", project=toy.write()).site.programme.co_interventions or ()]
    assert [span and tuple(day.isoformat() for day in span) for span in spans] == [
        ("2026-03-02", "2026-03-02"),
        ("2026-03-01", "2026-04-01"),
        None,
    ]


@pytest.mark.parametrize(("site", "kinds"), [("qichun", 3), ("laixi", 1)])
def test_the_examples_are_read(site: str, kinds: int) -> None:
    study = load_study(site, project=Project(ROOT))
    assert len(set(study.registers) - {"quality"}) == kinds
    members = set(study.arm_role("treated"))
    assert set(study.registers["members_feedback"]["participant_id"]) <= members
    assert study.site.plan is not None
    assert set(study.site.plan.stage_of().values()) < set(GROUP_STAGES)
    assert all(outcome.label.zh for outcome in study.site.plan.outcomes)
