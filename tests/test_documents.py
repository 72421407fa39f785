"""Files that people write: what is refused, with which line, and what a model says about the rest."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings, strategies as st

from efficacy.documents import (
    MAXIMUM_BYTES,
    Document,
    Misfit,
    MisfitError,
    SchemaNumber,
    StrictModel,
    Text,
    fields_at,
    fit,
    load_document,
    nearest_name,
    parse_document,
    repeated,
)
from efficacy.errors import Finding, ParameterError
from efficacy.strict_yaml import MAXIMUM_DEPTH

BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n"

# text, then (code, line) of every finding
REFUSED: list[tuple[str, list[tuple[str, int]]]] = [
    ("a: 1\nb: 2\na: 3\n", [("duplicate_key", 3)]),
    ("a:\n  x: 1\n  y: 2\n  x: 3\n", [("duplicate_key", 4)]),
    ('1: a\n"1": b\n', [("duplicate_key", 2)]),
    ("a: 1\nb: &x 2\n", [("alias", 2)]),
    ("a: *x\n", [("alias", 1)]),
    (BOMB, [("alias", 1)]),
    ("a: 1\nb: !!python/object/apply:os.system [x]\n", [("tag", 2)]),
    ("a: !!int 3\n", [("tag", 1)]),
    ("a: ! x\n", [("tag", 1)]),
    ("a: 1\n---\nb: 2\n", [("several", 2)]),
    ("a: 1\n...\nb: 2\n", [("syntax", 3)]),
    ("a:\n\tb: 1\n", [("tab", 2)]),
    ("a: 1\nb:\tx\n", [("tab", 2)]),
    ("a: |\n\tx\n", [("tab", 2)]),
    ("a:\n  b: 1\n\tc: 2\n", [("tab", 3)]),
    ("a: " + "[" * 5000, [("too_deep", 1)]),
    ("".join("  " * i + "a:\n" for i in range(60)), [("too_deep", MAXIMUM_DEPTH + 1)]),
    ("a: 1\nb: 'x\nc: 2\n", [("unclosed_quote", 2)]),
    ('a: "x\n', [("unclosed_quote", 1)]),
    ('a: "x\nb: "y"\n', [("syntax", 2)]),
    ("a: [1, 2\nb: 3\n", [("syntax", 2)]),
    ("a: b: c\n", [("syntax", 1)]),
    ("a: @x\n", [("syntax", 1)]),
    ("a: 1\n  b: 2\n", [("syntax", 2)]),
    ('a: 1\nb: "\\UFFFFFFFF"\n', [("syntax", 2)]),
    ("%YAML 3.0\n---\na: 1\n", [("syntax", 1)]),
    ("a: x\nb: y\x00z\n", [("control_character", 2)]),
    ('a: "\\0"\n', [("control_character", 1)]),
    ('a: "\\ud800"\n', [("control_character", 1)]),
    ('a: 1\n"\\a": 2\n', [("control_character", 2)]),
    ("", [("empty", 1)]),
    ("# nothing but a note\n", [("empty", 1)]),
    ("---\n", [("empty", 1)]),
    ("- a\n- b\n", [("not_a_mapping", 1)]),
    ("# note\njust text\n", [("not_a_mapping", 2)]),
    ("? [a]\n: b\n", [("key_not_text", 1)]),
    ("true: 1\n", [("key_not_text", 1)]),
    ("1.5: x\n", [("key_not_text", 1)]),
    ("~: x\n", [("key_not_text", 1)]),
    ("<<: {a: 1}\n", [("surprise", 1)]),
    ("a: no\nb: 012\nc: fine\nd: 12:30\n", [("surprise", 1), ("surprise", 2), ("surprise", 4)]),
    ("a: no\na: [\n", [("surprise", 1), ("duplicate_key", 2), ("syntax", 3)]),
]

SURPRISES = [
    "no", "No", "NO", "yes", "on", "Off", "y", "n", "Y", "TRUE", "True", "False", "FALSE", "Null", "NULL",
    "012", "-012", "0777", "007", "00", "0o17", "0x1F", "0b101", "1_000", "1__0",
    "12:30", "1:30:45.5", "190:20",
    "1e3", "1E3", "1.5e3", "1.5e+3", "-1e-3", ".5", "-.5", "5.", "1.", "00.5",
    ".inf", "-.inf", "+.INF", ".nan", ".NaN", "=", "1234567890123456", "99999999999999999999",
]  # fmt: skip

PLAIN: list[tuple[str, object]] = [
    ("0", 0),
    ("-3", -3),
    ("+7", 7),
    ("123456789012345", 123456789012345),
    ("0.5", 0.5),
    ("-0.25", -0.25),
    ("10.0", 10.0),
    ("true", True),
    ("false", False),
    ("null", None),
    ("~", None),
    ("", None),
    ("2026-09-10", "2026-09-10"),
    ("2026-09-10 12:30:00", "2026-09-10 12:30:00"),
    ("12:75", "12:75"),
    ("1.2.3", "1.2.3"),
    ("1-5", "1-5"),
    ("Q1..Q22", "Q1..Q22"),
    ("nobody", "nobody"),
    ("１２", "１２"),
    ("'no'", "no"),
    ('"012"', "012"),
    ("'12:30'", "12:30"),
    ("'null'", "null"),
]


def refusals(text: str) -> list[tuple[str, int | None]]:
    with pytest.raises(ParameterError) as caught:
        parse_document(text, name="params/x.yml")
    assert caught.value.exit_code == 4
    assert {finding.file for finding in caught.value.findings} == {"params/x.yml"}
    return [(finding.code.removeprefix("document."), finding.row) for finding in caught.value.findings]


@pytest.mark.parametrize(("text", "expected"), REFUSED, ids=[repr(text[:24]) for text, _ in REFUSED])
def test_what_is_not_plain_is_refused_with_its_line(text: str, expected: list[tuple[str, int]]) -> None:
    assert refusals(text) == expected


@pytest.mark.parametrize("scalar", SURPRISES)
def test_scalars_that_readers_disagree_about_are_refused(scalar: str) -> None:
    assert refusals(f"a: 1\nb: {scalar}\n") == [("surprise", 2)]
    assert refusals(f"a: 1\nb: [x, {scalar}]\n") == [("surprise", 2)]
    assert parse_document(f"b: '{scalar}'", name="x").content == {"b": scalar}


@pytest.mark.parametrize(("scalar", "value"), PLAIN)
def test_plain_scalars_mean_what_they_look_like(scalar: str, value: object) -> None:
    read = parse_document(f"a: {scalar}\n", name="x").content["a"]
    assert read == value
    assert type(read) is type(value)


def test_item_numbers_are_keys_and_so_are_the_short_names_n_and_y() -> None:
    assert parse_document("14: true\nn: 3\ny: 4\n", name="x").content == {"14": True, "n": 3, "y": 4}


@pytest.mark.parametrize(
    ("text", "value"),
    [("1" + "_" * 200_000 + "x", str), ("9" * 200_000, str), ("0" * 60 + "x", str)],
    ids=["underscores", "digits", "zeros"],
)
def test_endless_numbers_are_text(text: str, value: type) -> None:
    assert type(parse_document(f"a: {text}", name="x").content["a"]) is value


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="0123456789.:_-+eExobnfINFty ", min_size=1, max_size=12))
def test_no_scalar_changes_silently(text: str) -> None:
    try:
        value = parse_document(f"a: {text}", name="x").content["a"]
    except ParameterError:
        return
    if type(value) in (int, float):
        assert Decimal(text.strip()) == Decimal(str(value))
    else:
        assert value in (None, text.strip()) or ":" in text or "-" in text  # "- x" and "a: b" are YAML's own shapes


SHAPES = st.lists(
    st.sampled_from(
        [*"-:?,[]{}#&*!|>'\"%@` \n\t\r~ax0.1\\", "\\U", "\\x", "- ", ": ", "  ", "---", "...", "<<", "é", "村"]
    ),
    max_size=40,
).map("".join)


@settings(max_examples=200, deadline=None)
@given(st.one_of(SHAPES, st.text(max_size=40)))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        document = parse_document(text, name="x")
    except ParameterError as error:
        assert all(finding.row is not None and finding.row >= 1 for finding in error.findings)
    else:
        assert isinstance(document.content, dict)


WORDS = st.text(alphabet=st.characters(categories=("L", "N", "P", "S", "Zs")), max_size=20)
JSON = st.recursive(
    st.one_of(WORDS, st.booleans(), st.none(), st.integers(-(10**14), 10**14)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(WORDS, inner, max_size=4)),
    max_leaves=12,
)


@settings(max_examples=80, deadline=None)
@given(st.dictionaries(WORDS, JSON, min_size=1, max_size=4))
def test_quoted_content_arrives_as_written(content: dict[str, object]) -> None:
    assert parse_document(json.dumps(content, ensure_ascii=False), name="x").content == content


def test_lines_of_keys_and_entries() -> None:
    document = parse_document("a: 1\nb:\n  - x: 1\n    y: 2\n  - {x: 3}\n\nc: {d: 4}\n", name="x")
    assert document.lines == {
        ("a",): 1,
        ("b",): 2,
        ("b", 0): 3,
        ("b", 0, "x"): 3,
        ("b", 0, "y"): 4,
        ("b", 1): 5,
        ("b", 1, "x"): 5,
        ("c",): 7,
        ("c", "d"): 7,
    }
    assert document.line(("b", 1, "missing")) == 5
    assert document.line(("missing",)) is None


@pytest.mark.parametrize(
    ("raw", "code", "row"),
    [
        ("a: 1\r\nb: 空\r\n".encode("utf-16"), "not_utf8", 1),
        ("a: 1\nb: 村\n".encode("gb18030"), "not_utf8", 2),
        ("a: 1\n".encode("utf-16-le"), "control_character", 1),
        (b"a: 1\nb: x\x00\n", "control_character", 2),
        (b"a: x\n" * 20_001, "too_large", None),
        (b"", "empty", 1),
    ],
    ids=["utf-16", "gb18030", "utf-16 without mark", "nul", "large", "empty"],
)
def test_files_that_are_no_text_are_refused(tmp_path: Path, raw: bytes, code: str, row: int | None) -> None:
    path = tmp_path / "secret folder" / "x.yml"
    path.parent.mkdir()
    path.write_bytes(raw)
    with pytest.raises(ParameterError) as caught:
        load_document(path, name="params/x.yml")
    (finding,) = caught.value.findings
    assert (finding.code, finding.file, finding.row) == (f"document.{code}", "params/x.yml", row)
    assert "secret" not in str(caught.value) + repr(finding)


def test_the_size_limit_itself_is_allowed(tmp_path: Path) -> None:
    path = tmp_path / "x.yml"
    path.write_bytes(b"a: 1\n" + b"#" * (MAXIMUM_BYTES - 5))
    assert load_document(path, name="x").content == {"a": 1}


@pytest.mark.parametrize(
    "raw", [b"\xef\xbb\xbfa: 1\nb: \xe6\x9d\x91\n", "a: 1\r\nb: 村\r\n".encode()], ids=["mark", "crlf"]
)
def test_files_of_other_editors_are_read(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "x.yml"
    path.write_bytes(raw)
    document = load_document(path, name="x")
    assert document.content == {"a": 1, "b": "村"}
    assert document.line(("b",)) == 2


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ParameterError) as caught:
        load_document(tmp_path / "x.yml", name="params/x.yml")
    assert caught.value.findings == (Finding("document.unreadable", file="params/x.yml"),)


class Inner(StrictModel):
    name: str
    kind: Literal["apple", "banana"] = "apple"
    reverse: bool | Literal["disputed"] = False


class Outer(StrictModel):
    schema_: SchemaNumber = 1
    columns: dict[str, str | tuple[str, ...]] = {}
    items: tuple[Inner, ...] = ()
    one: Inner | None = None
    named: dict[str, Inner] = {}
    accepts: tuple[str | int, ...] = ()
    facets: dict[Literal["confidence", "focus"], tuple[str, ...]] = {}
    label: Text | None = None
    day: date | None = None
    share: float = 1.0
    either: Inner | tuple[Inner, ...] | None = None

    def misfits(self) -> Iterator[Misfit]:
        yield from repeated("items", "name", (item.name for item in self.items))
        if self.share > 1:
            yield Misfit("share_above_one", ("share",), {"share": self.share})


# text, then code, column, line and some values of every finding
MISFITS: list[tuple[str, list[tuple[str, str, int | None, dict[str, object]]]]] = [
    ("lable: x", [("extra_forbidden", "lable", 1, {"key": "lable", "nearest": "label"})]),
    ("zzzzz: x", [("extra_forbidden", "zzzzz", 1, {"nearest": None})]),
    (
        "one: {nam: a}",
        [("extra_forbidden", "one.nam", 1, {"nearest": "name"})],  # misspelt, so not missing as well
    ),
    ("one: {qqqqqq: a}", [("missing", "one.name", 1, {}), ("extra_forbidden", "one.qqqqqq", 1, {"nearest": None})]),
    ("items:\n- name: a\n  kidn: apple", [("extra_forbidden", "items.0.kidn", 3, {"nearest": "kind"})]),
    ("named:\n  w:\n    name: a\n    revers: true", [("extra_forbidden", "named.w.revers", 4, {"nearest": "reverse"})]),
    ("label: {zh: 一, en: one, fr: un}", [("extra_forbidden", "label.fr", 1, {"key": "fr"})]),
    ("facets:\n  focsu: [a]", [("extra_forbidden", "facets.focsu", 2, {"key": "focsu", "nearest": "focus"})]),
    ("items:\n- kind: apple", [("missing", "items.0.name", 2, {"key": "name"})]),
    ("one: {name: a, kind: banan}", [("literal_error", "one.kind", 1, {"nearest": "banana", "key": "kind"})]),
    ("one: {name: 5}", [("string_type", "one.name", 1, {"key": "name"})]),
    ("items: {name: a}", [("tuple_type", "items", 1, {})]),
    ("one: [a]", [("model_type", "one", 1, {})]),
    ("share: 'x'", [("float_type", "share", 1, {})]),
    ("share: true", [("float_type", "share", 1, {})]),
    ("day: 2026-13-40", [("date_parsing", "day", 1, {})]),
    ("day: 20260910", [("date_type", "day", 1, {})]),
    ("columns: {w: 5}", [("union_type", "columns.w", 1, {"expected": ("text", "list")})]),
    ("columns:\n  w:\n  - a\n  - 5", [("string_type", "columns.w.1", 4, {})]),
    ("columns: {w: [5, a, 6]}", [("string_type", "columns.w.0", 1, {}), ("string_type", "columns.w.2", 1, {})]),
    ("columns: {str: 5}", [("union_type", "columns.str", 1, {})]),
    ("accepts: [a, 1, true]", [("union_type", "accepts.2", 1, {"expected": ("text", "integer")})]),
    (
        "one: {name: a, reverse: perhaps}",
        [("union_type", "one.reverse", 1, {"expected": ("true_false", "'disputed'")})],
    ),
    (
        "either: {nam: a}",
        [("extra_forbidden", "either.nam", 1, {"nearest": "name"})],
    ),
    ("schema: 2\nlable: x", [("schema", "schema", 1, {"found": 2, "expected": 1})]),
    ("schema: '1'", [("literal_error", "schema", 1, {})]),
    ("label: {zh: '', en: x}", [("string_too_short", "label.zh", 1, {"min_length": 1})]),
    ("share: 2.0", [("share_above_one", "share", 1, {"share": 2.0})]),
    ("items:\n- name: a\n- name: b\n- name: a", [("duplicate_name", "items.2.name", 4, {"name": "a"})]),
]


@pytest.mark.parametrize(("text", "expected"), MISFITS, ids=[text for text, _ in MISFITS])
def test_what_does_not_fit_is_named_with_place_and_nearest_key(
    text: str, expected: list[tuple[str, str, int | None, dict[str, object]]]
) -> None:
    with pytest.raises(ParameterError) as caught:
        parse_document(text, name="x.yml").validate(Outer)
    findings = caught.value.findings
    assert [(f.code, f.column, f.row) for f in findings] == [(f"parameters.{c}", at, row) for c, at, row, _ in expected]
    for finding, (_, _, _, values) in zip(findings, expected, strict=True):
        assert finding.file == "x.yml"
        assert dict(finding.values).items() >= values.items()


def test_a_model_is_frozen_and_lists_become_tuples() -> None:
    model = parse_document("items: [{name: a}]\nday: 2026-09-10\nshare: 1", name="x").validate(Outer)
    assert model.items == (Inner(name="a"),)
    assert model.day == date(2026, 9, 10)
    assert model.share == 1.0
    with pytest.raises(ValueError, match="frozen"):
        model.share = 0.5  # type: ignore[misc]


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), date(2026, 9, 10), {1, 2}, object()],
    ids=["nan", "inf", "date", "set", "object"],
)
def test_only_json_values_are_held_against_a_model(value: object) -> None:
    with pytest.raises(MisfitError) as caught:
        fit({"share": value}, Outer)
    assert caught.value.misfits == (Misfit("not_json", ("share",), {"type": type(value).__name__}),)


def test_a_model_made_in_code_refuses_the_same() -> None:
    with pytest.raises(ValueError, match="share_above_one"):
        Outer(share=2.0)


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        (("items", 0), ("name", "kind", "reverse")),
        (("one",), ("name", "kind", "reverse")),
        (("named", "any"), ("name", "kind", "reverse")),
        (("either",), ("name", "kind", "reverse")),
        (("either", 3), ("name", "kind", "reverse")),
        (("facets",), ("confidence", "focus")),
        (("label",), ("zh", "en")),
        (("columns",), ()),
        (("nowhere", "at", 0, "all"), ()),
    ],
)
def test_keys_allowed_at_a_place(path: tuple[str | int, ...], keys: tuple[str, ...]) -> None:
    assert fields_at(Outer, path) == keys


def test_keys_at_the_top_are_as_written_in_files() -> None:
    assert fields_at(Outer, ())[:2] == ("schema", "columns")


def test_nearest_name() -> None:
    assert nearest_name("qichn", ("laixi", "qichun")) == "qichun"
    assert nearest_name("xyz", ("laixi", "qichun")) is None


def test_findings_of_content_without_a_file_name_no_file() -> None:
    assert Document(name="", content={}).finding("parameters.x", ("a", 0), {"n": 1}) == Finding(
        "parameters.x", column="a.0", values={"n": 1}
    )
