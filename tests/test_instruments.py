"""Questionnaires as data: shipped keys are those of their sources, wrong files and missing decisions are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from efficacy.documents import parse_document
from efficacy.errors import Finding, ParameterError
from efficacy.instruments import Instrument, confirm_instrument, load_instrument
from efficacy.project import Project, shipped_instruments

SHIPPED = tuple(shipped_instruments())

# id: n items, range, scale -> (items, scoring, lowest score, highest score), reverse items. Sources:
# liang2000: 王晓刚、罗刚 (2015); seqc: PhenX Toolkit 180602; gse: Schwarzer's FAQ (2014); bfi25: bfi.keys of R package
# psych; psss: NINDS Common Data Elements, MSPSS.
KEYS: dict[str, tuple[int, tuple[int, int], dict[str, tuple[list[int], str, float, float]], list[str]]] = {
    "liang2000": (
        22,
        (1, 5),
        {
            "ability": (list(range(1, 12)), "mean", 1, 5),
            "behaviour": (list(range(12, 23)), "mean", 1, 5),
            "total": (list(range(1, 23)), "mean", 1, 5),
        },
        [],
    ),
    "seqc": (
        24,
        (1, 5),
        {
            "academic": ([1, 4, 7, 10, 13, 16, 19, 22], "sum", 8, 40),
            "social": ([2, 6, 8, 11, 14, 17, 20, 23], "sum", 8, 40),
            "emotional": ([3, 5, 9, 12, 15, 18, 21, 24], "sum", 8, 40),
            "seqc_total": (list(range(1, 25)), "sum", 24, 120),
        },
        [],
    ),
    "gse": (10, (1, 4), {"general": (list(range(1, 11)), "sum", 10, 40)}, []),
    "bfi25": (
        25,
        (1, 6),
        {
            "agreeableness": ([1, 2, 3, 4, 5], "mean", 1, 6),
            "conscientiousness": ([6, 7, 8, 9, 10], "mean", 1, 6),
            "extraversion": ([11, 12, 13, 14, 15], "mean", 1, 6),
            "neuroticism": ([16, 17, 18, 19, 20], "mean", 1, 6),
            "openness": ([21, 22, 23, 24, 25], "mean", 1, 6),
        },
        ["A1", "C4", "C5", "E1", "E2", "O2", "O5"],
    ),
    "psss": (
        12,
        (1, 7),
        {
            "family": ([3, 4, 8, 11], "mean", 1, 7),
            "friends": ([6, 7, 9, 12], "mean", 1, 7),
            "others": ([1, 2, 5, 10], "mean", 1, 7),
            "psss_total": (list(range(1, 13)), "mean", 1, 7),
        },
        [],
    ),
}

TINY = """\
schema: 1
id: tiny
title: {zh: 小问卷, en: Tiny}
reference: made for tests
population: {zh: 无, en: nobody}
minimum: 1
maximum: 5
options:
  - {value: 1, label: {zh: 否, en: never}, accepts: [从不]}
  - {value: 5, label: {zh: 是, en: always}}
items:
  - {number: 1, name: t1, label: {zh: 一, en: one}}
  - {number: 2, name: t2, label: {zh: 二, en: two}, reverse: disputed}
  - {number: 3, name: t3, label: {zh: 三, en: three}, reverse: disputed}
scales:
  - {id: whole, label: {zh: 全, en: whole}, items: [1, 2, 3], minimum_answered: 0.6}
permission: {status: not_required, statement: {zh: 自编, en: our own}}
evidence:
  - {about: structure, status: own_choice, statement: {zh: 自编, en: our own}}
disagreements:
  - {about: reverse, statement: {zh: 不一, en: differs}, items: [2, 3]}
"""

# old text, new text, code, text that marks the line, column
BAD: list[tuple[str, str, str, str, str]] = [
    ("minimum: 1", "minimum: 5", "range", "minimum: 5", "minimum"),
    ("minimum: 1", "minimum: 9", "range", "minimum: 9", "minimum"),
    ("number: 3, name: t3", "number: 2, name: t3", "duplicate_name", "name: t3", "items.2.number"),
    ("name: t3", "name: t1", "duplicate_name", "三", "items.2.name"),
    ("items: [1, 2, 3],", "items: [1, 2, 3, 4],", "unknown_item", "id: whole", "scales.0.items"),
    ("items: [1, 2, 3],", "items: [1, 2, 3, 1],", "duplicate_name", "id: whole", "scales.0.items"),
    ("items: [1, 2, 3],", "items: [1, 2],", "item_in_scales", "name: t3", "items.2"),
    ("items: [1, 2, 3],", "items: [],", "too_short", "id: whole", "scales.0.items"),
    (
        "minimum_answered: 0.6}",
        "minimum_answered: 0.6}\n  - {id: again, label: {zh: 再, en: again}, items: [3]}",
        "item_in_scales",
        "name: t3",
        "items.2",
    ),
    (
        "minimum_answered: 0.6}",
        "minimum_answered: 0.6}\n  - {id: whole, label: {zh: 再, en: again}, items: [3], kind: total}",
        "duplicate_name",
        "en: again",
        "scales.1.id",
    ),
    ("minimum_answered: 0.6", "minimum_answered: 0", "greater_than", "id: whole", "scales.0.minimum_answered"),
    ("minimum_answered: 0.6", "minimum_answered: 60", "less_than_equal", "id: whole", "scales.0.minimum_answered"),
    ("items: [2, 3]}", "items: [2]}", "dispute_unexplained", "name: t3", "items.2.reverse"),
    ("items: [2, 3]}", "items: [2, 3, 7]}", "unknown_reference", "about: reverse", "disagreements.0.items"),
    ("about: reverse", "about: range", "dispute_unexplained", "name: t2", "items.1.reverse"),
    ("value: 5", "value: 6", "option_out_of_range", "value: 6", "options.1.value"),
    ("value: 5", "value: 1", "duplicate_name", "是", "options.1.value"),
    ("accepts: [从不]", "accepts: [是]", "ambiguous_text", "value: 5", "options.1"),
    ("status: own_choice", "status: public_source", "missing", "about: structure", "evidence.0.source"),
    ("status: own_choice", "status: certain", "literal_error", "about: structure", "evidence.0.status"),
    ("reverse: disputed}\nscales", "revers: disputed}\nscales", "extra_forbidden", "name: t3", "items.2.revers"),
    ("schema: 1", "schema: 2", "schema", "schema: 2", "schema"),
    ("status: not_required", "status: of_course", "literal_error", "permission", "permission.status"),
    ("name: t1", "name: 1t", "string_pattern_mismatch", "number: 1", "items.0.name"),
    (
        "evidence:",
        "norms:\n  - {scale: hole, mean: 3.0, population: {zh: 无, en: none}, source: none}\nevidence:",
        "unknown_scale",
        "scale: hole",
        "norms.0.scale",
    ),
]  # fmt: skip


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "params" / "instruments").mkdir(parents=True)
    (tmp_path / "params" / "instruments" / "tiny.yml").write_text(TINY, encoding="utf-8")
    return Project(tmp_path)


def findings(error: pytest.ExceptionInfo[ParameterError]) -> list[tuple[str, int | None, str | None]]:
    assert error.value.exit_code == 4
    return [(f.code, f.row, f.column) for f in error.value.findings]


def test_every_shipped_instrument_has_its_keys_here() -> None:
    assert set(SHIPPED) == set(KEYS)


@pytest.mark.parametrize("name", SHIPPED)
def test_keys_are_those_of_the_source(name: str) -> None:
    n_items, limits, scales, reverse = KEYS[name]
    instrument = load_instrument(name)
    assert [item.number for item in instrument.items] == list(range(1, n_items + 1))
    assert (instrument.minimum, instrument.maximum) == limits
    found = {s.id: (list(s.items), s.scoring, *instrument.range_of(s.id)) for s in instrument.scales}
    assert found == scales
    assert [item.name for item in instrument.items if item.reverse is True] == reverse


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_instruments_are_complete_and_ship_no_wording(name: str) -> None:
    instrument = load_instrument(name)
    assert instrument.id == name
    for item in instrument.items:
        assert 2 <= len(item.label.zh) <= 8
        assert 1 <= len(item.label.en.split()) <= 6
        assert not item.label.zh.startswith("我")
        assert not item.label.en.lower().startswith(("i ", "how well"))
    about = {entry.about for entry in instrument.evidence}
    assert {"structure", "range", "missing", "labels"} <= about
    assert all(entry.source for entry in instrument.evidence if entry.status in ("public_source", "weak_source"))
    assert instrument.cautions
    assert instrument.norms == ()  # none that a primary source supports
    if instrument.options:
        assert [option.value for option in instrument.options] == list(
            range(instrument.minimum, instrument.maximum + 1)
        )


def test_only_bfi_and_gse_and_seqc_are_free_to_use() -> None:
    status = {name: load_instrument(name).permission.status for name in SHIPPED}
    assert status == {
        "liang2000": "unknown",
        "seqc": "not_required",
        "gse": "granted",
        "bfi25": "not_required",
        "psss": "unknown",
    }


def test_names_of_items_and_scales_never_meet_between_shipped_instruments() -> None:
    loaded = [load_instrument(name) for name in SHIPPED]
    items = [item.name for instrument in loaded for item in instrument.items]
    scales = [scale.id for instrument in loaded for scale in instrument.scales]
    assert len(set(items)) == len(items)
    assert len(set(scales)) == len(scales)


def test_bfi_items_are_called_as_in_the_data() -> None:
    names = [item.name for item in load_instrument("bfi25").items]
    assert names == [f"{letter}{n}" for letter in "ACENO" for n in range(1, 6)]


def test_the_disputed_key_of_liang_is_evidence_not_fact() -> None:
    liang = load_instrument("liang2000")
    assert liang.disputed == (14, 16, 17, 20)
    assert not any(item.reverse is True for item in liang.items)
    (reverse,) = [entry for entry in liang.evidence if entry.about == "reverse"]
    assert reverse.status == "commonly_stated"
    assert {entry.about: entry.items for entry in liang.disagreements} == {
        "reverse": (14, 16, 17, 20),
        "item_order": (),
    }
    assert {entry.about: entry.status for entry in liang.evidence}["structure"] == "public_source"
    assert {entry.about: entry.status for entry in liang.evidence}["item_order"] == "weak_source"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("完全不符合", 1),
        ("非常不符合", 1),
        ("很不符合", 1),
        ("不太符合", 2),
        ("一般", 3),
        ("比较符合", 4),
        ("很符合", 5),
        ("完全符合", 5),
    ],
)
def test_option_texts_of_liang(text: str, value: int) -> None:
    assert load_instrument("liang2000").answers[text] == value


def test_midpoints_are_in_the_unit_of_the_score() -> None:
    assert load_instrument("liang2000").midpoint_of("total") == 3.0
    assert load_instrument("gse").midpoint_of("general") == 25.0
    assert load_instrument("gse").midpoint == 2.5
    assert load_instrument("seqc").midpoint_of("academic") == 24.0


def test_gse_is_scored_with_at_most_three_missing() -> None:
    (scale,) = load_instrument("gse").scales
    assert [n for n in range(11) if n / 10 >= scale.minimum_answered] == [7, 8, 9, 10]


def test_a_project_s_own_file_comes_first(project: Project) -> None:
    own = project.params / "instruments" / "gse.yml"
    own.write_text(TINY.replace("id: tiny", "id: gse"), encoding="utf-8")
    assert load_instrument("gse", project=project).title.en == "Tiny"
    assert load_instrument("gse").title.en == "General Self-Efficacy Scale (GSE)"
    assert load_instrument("seqc", project=project).id == "seqc"


def test_a_path_is_read_as_it_is(project: Project, tmp_path: Path) -> None:
    path = tmp_path / "elsewhere.yml"
    path.write_text(TINY, encoding="utf-8")
    assert load_instrument(path).id == "tiny"
    assert load_instrument(str(path)).id == "tiny"
    assert load_instrument(path, project=project).id == "tiny"


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("tinny", "tiny"), ("liang", "liang2000"), ("wholly else", None), ("", None), ("x" * 300, None)],
)
def test_unknown_names_are_answered_with_the_nearest(project: Project, name: str, nearest: str | None) -> None:
    with pytest.raises(ParameterError) as caught:
        load_instrument(name, project=project)
    (finding,) = caught.value.findings
    assert finding.code == "parameters.unknown_instrument"
    assert finding.values["nearest"] == nearest
    assert len(finding.values["instrument"]) <= 40
    assert set(finding.values["allowed"]) == {"tiny", *SHIPPED}


def test_a_name_never_leaves_the_folders(project: Project) -> None:
    (project.root / "outside.yml").write_text(TINY, encoding="utf-8")
    with pytest.raises(ParameterError) as caught:
        load_instrument("../../outside", project=project)
    assert findings(caught) == [("document.unreadable", None, None)]


def test_the_id_is_the_file_s_name(project: Project) -> None:
    (project.params / "instruments" / "other.yml").write_text(TINY, encoding="utf-8")
    with pytest.raises(ParameterError) as caught:
        load_instrument("other", project=project)
    assert findings(caught) == [("parameters.instrument_name", 2, "id")]
    assert caught.value.findings[0].file == "params/instruments/other.yml"


@pytest.mark.parametrize(("old", "new", "code", "marker", "column"), BAD, ids=[f"{b[2]}-{b[1][:30]}" for b in BAD])
def test_a_bad_file_is_refused_with_line_and_reason(
    tmp_path: Path, old: str, new: str, code: str, marker: str, column: str
) -> None:
    assert old in TINY
    text = TINY.replace(old, new, 1)
    path = tmp_path / "tiny.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ParameterError) as caught:
        load_instrument(path)
    row = next(number for number, line in enumerate(text.split("\n"), start=1) if marker in line)
    assert (f"parameters.{code}", row, column) in findings(caught)
    assert {finding.file for finding in caught.value.findings} == {"tiny.yml"}


SITE = parse_document(
    "a: 1\ninstruments:\n- instrument: tiny\n  reverse_confirmed_by: wording\n  reverse:\n    2: true\n    9: true\n",
    name="params/x.yml",
)


@pytest.fixture
def tiny() -> Instrument:
    return parse_document(TINY, name="tiny.yml").validate(Instrument)


def test_a_site_decides_each_disputed_item(tiny: Instrument) -> None:
    used = confirm_instrument(tiny, reverse={"2": True, "3": False}, confirmed_by="wording")
    assert [item.reverse for item in used.items] == [False, True, False]
    assert used.disputed == ()
    assert tiny.disputed == (2, 3)
    assert used.model_copy(update={"items": tiny.items}) == tiny


@pytest.mark.parametrize(
    ("reverse", "confirmed_by", "expected"),
    [
        ({}, None, [("not_confirmed", 3, ["2", "3"])]),
        ({}, "wording", [("not_confirmed", 5, ["2", "3"])]),
        ({"2": True}, "wording", [("not_confirmed", 5, ["3"])]),
        ({"2": True, "3": True}, None, [("not_confirmed", 4, ["2", "3"])]),
        ({"2": True, "3": True, "9": True}, "wording", [("unknown_item", 7, ["9"])]),
        ({"2": True, "9": True}, "wording", [("not_confirmed", 5, ["3"]), ("unknown_item", 7, ["9"])]),
        ({"02": True, "2": True, "3": True}, "wording", [("unknown_item", 5, ["02"])]),
    ],
)
def test_missing_and_surplus_answers_are_named(
    tiny: Instrument, reverse: dict[str, bool], confirmed_by: str | None, expected: list[tuple[str, int, list[str]]]
) -> None:
    document = SITE
    if not reverse and confirmed_by is None:
        document = parse_document("a: 1\ninstruments:\n  - instrument: tiny\n", name="params/x.yml")
    with pytest.raises(ParameterError) as caught:
        confirm_instrument(
            tiny,
            reverse=reverse,
            confirmed_by=confirmed_by,  # type: ignore[arg-type]
            document=document,
            at=("instruments", 0),
        )
    found = [(f.code.removeprefix("parameters.reverse_"), f.row, f.values["items"]) for f in caught.value.findings]
    assert found == expected
    assert {f.file for f in caught.value.findings} == {"params/x.yml"}


def test_an_undisputed_instrument_needs_no_answers_and_takes_none() -> None:
    gse = load_instrument("gse")
    assert confirm_instrument(gse, reverse={}, confirmed_by=None) == gse
    with pytest.raises(ParameterError) as caught:
        confirm_instrument(gse, reverse={"3": True}, confirmed_by="wording")
    values = {"instrument": "gse", "items": ["3"], "disputed": []}
    assert caught.value.findings == (Finding("parameters.reverse_unknown_item", column="reverse.3", values=values),)


def test_wrong_scale_or_item_names_the_allowed_ones(tiny: Instrument) -> None:
    with pytest.raises(ValueError, match=r"scale='hole': one of \['whole'\]"):
        tiny.scale("hole")
    with pytest.raises(ValueError, match=r"number=9: one of \[1, 2, 3\]"):
        tiny.item(9)
