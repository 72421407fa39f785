"""Every finding the package can make has a whole sentence in both languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
from hypothesis import given, settings, strategies as st
from pydantic import ValidationError

import efficacy
from efficacy.documents import LANGUAGES, Language, Text, load_document
from efficacy.errors import Finding
from efficacy.report.findings import LONGEST_VALUE, finding_key, finding_sentence
from efficacy.report.messages import fields, template

PACKAGE = Path(efficacy.__file__).parent
MESSAGES = PACKAGE / "report" / "messages" / "findings.yml"
FAMILIES = ("data", "document", "internal", "machine", "notebook", "parameters", "privacy", "usage")
CODE = re.compile(rf"({'|'.join(FAMILIES)})\.[a-z0-9_]+")
# what pydantic can find wrong with the models of the parameter and instrument files
PYDANTIC = (
    "bool_type",
    "date_from_datetime_parsing",
    "date_type",
    "dict_type",
    "extra_forbidden",
    "finite_number",
    "float_type",
    "greater_than",
    "greater_than_equal",
    "int_from_float",
    "int_type",
    "less_than",
    "less_than_equal",
    "literal_error",
    "missing",
    "model_type",
    "string_pattern_mismatch",
    "string_too_long",
    "string_too_short",
    "string_type",
    "too_short",
    "tuple_type",
)


@cache
def content() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = load_document(MESSAGES, name="findings.yml").content
    return found


def written_codes() -> Iterator[str]:
    """Every code that stands in the package: of findings, and of what models refuse."""
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
                yield node.value
            elif isinstance(node, ast.Call) and _called(node) in ("Misfit", "PydanticCustomError") and node.args:
                code = node.args[0]
                if isinstance(code, ast.Constant):
                    yield f"parameters.{code.value}"
            elif isinstance(node, ast.keyword) and node.arg == "problem" and isinstance(node.value, ast.Constant):
                yield f"data.{node.value.value}"


def _called(node: ast.Call) -> str:
    return getattr(node.func, "id", getattr(node.func, "attr", ""))


def strict_yaml_codes() -> Iterator[str]:
    for node in ast.walk(ast.parse((PACKAGE / "strict_yaml.py").read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.Call)
            and _called(node) in ("_note", "_stop")
            and isinstance(node.args[0], ast.Constant)
        ):
            yield f"document.{node.args[0].value}"


CODES = sorted({*written_codes(), *strict_yaml_codes(), *(f"parameters.{kind}" for kind in PYDANTIC)})


def test_the_search_for_codes_finds_them() -> None:
    assert len(CODES) > 100
    for expected in ("data.out_of_range", "parameters.unknown_wave", "document.duplicate_key", "machine.locked"):
        assert expected in CODES


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_its_own_sentence(code: str) -> None:
    assert finding_key(Finding(code)) == f"findings.{code}"


@pytest.mark.parametrize("key", sorted(content()))
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_can_be_filled(key: str, language: Language) -> None:
    names = fields(f"findings.{key}", language)
    assert names == fields(f"findings.{key}", "zh" if language == "en" else "en"), "both languages say the same"
    text = template(f"findings.{key}", language).format(**dict.fromkeys(names, "X"))
    assert text == text.strip() or key in ("place.between", "place.and")
    for _, name, format_spec, conversion in Formatter().parse(template(f"findings.{key}", language)):
        assert name is None or (name.isidentifier() and not format_spec and not conversion)


@pytest.mark.parametrize("key", [key for key in sorted(content()) if CODE.match(key)])
def test_errors_say_what_to_do(key: str) -> None:
    sentences = content()[key]
    assert ("改法：" in sentences["zh"]) == ("Fix: " in sentences["en"])
    assert "改法：" in sentences["zh"] or key in {
        "data.wave_matched",
        "data.not_at_baseline",
        "data.empty_item",
        "data.constant_item",
        "data.blank_sheets",
        "data.too_fast",
        "data.straight_lining",
        "data.same_address_answers",
        "notebook.stderr_dropped",
    }


def test_the_place_of_a_finding() -> None:
    table = Finding("data.empty_id", file="data/a.xlsx", sheet="一班", row=5, column="编号")
    assert finding_sentence(table, "en").startswith("data/a.xlsx!一班 row 5, column 编号: the id is empty. Fix: ")
    assert finding_sentence(table, "zh").startswith("data/a.xlsx!一班 第5行，“编号”列：编号为空。改法：")
    written = Finding("parameters.int_type", file="params/a.yml", row=3, column="factor.n_factors")
    assert finding_sentence(written, "en").startswith("params/a.yml line 3, factor.n_factors: ")
    override = Finding("parameters.int_type", file="--set", column="factor.n_factors")
    assert finding_sentence(override, "en").startswith("--set factor.n_factors: ")
    assert finding_sentence(Finding("usage.no_sites"), "en").startswith("The folder params")


def test_what_only_some_findings_know_is_added() -> None:
    near = Finding("parameters.extra_forbidden", values={"key": "langage", "nearest": "language"})
    assert finding_sentence(near, "en").endswith("Did you mean language?")
    assert "Did you mean" not in finding_sentence(
        Finding("parameters.extra_forbidden", values={"key": "q", "nearest": None}), "en"
    )
    rows = Finding("data.out_of_range", row=3, values={"minimum": 1, "maximum": 5, "n": 3, "rows": [3, 5, 8]})
    assert finding_sentence(rows, "en").endswith("3 rows in all: 3, 5, 8.")
    assert finding_sentence(rows, "zh").endswith("共 3 行：3、5、8。")
    many = Finding("data.out_of_range", row=3, values={"minimum": 1, "maximum": 5, "n": 30, "rows": [3, 5]})
    assert finding_sentence(many, "en").endswith("30 rows in all, the first: 3, 5.")
    labels = Finding("data.unmapped_label", values={"labels": ["一般般"], "n_unlisted": 2})
    assert "Among them: 一般般. " in finding_sentence(labels, "en")
    assert finding_sentence(labels, "en").endswith(
        "Rows whose spelling is not shown, to protect the children: 2; look them up in the file."
    )
    all_shown = Finding("data.unmapped_label", values={"labels": ["一般般"], "n_unlisted": 0, "whole_column": False})
    assert finding_sentence(all_shown, "zh").endswith("其中：一般般。")
    wrong_column = Finding("data.unmapped_label", values={"labels": [], "n_unlisted": 0, "whole_column": True})
    assert finding_sentence(wrong_column, "zh").endswith("可能写错了列。")
    columns = Finding(
        "data.unknown_column", column="Q9", values={"key": "wenjuanxing", "columns": ["Q1 编号", "Q2 性别"]}
    )
    assert finding_sentence(columns, "zh").endswith("文件中的列：Q1 编号、Q2 性别。")


def test_places_in_lists_are_counted_from_one() -> None:
    place = Finding("parameters.int_type", file="params/a.yml", row=3, column="covariates.0.levels.11.accepts")
    assert "line 3, covariates (entry 1).levels (entry 12).accepts: " in finding_sentence(place, "en")
    assert "第3行，covariates(第1项).levels(第12项).accepts：" in finding_sentence(place, "zh")
    item = Finding("parameters.bool_type", file="params/a.yml", row=3, column="instruments.1.reverse.14")
    assert "instruments (entry 2).reverse.14: " in finding_sentence(item, "en"), "14 is the item's number"


def test_a_question_is_shown_with_the_beginning_of_its_text() -> None:
    found = Finding(
        "data.out_of_range", file="a.xlsx", row=5, column="Q6", values={"title": "我能够解决学习中遇到的各种难题"}
    )
    assert finding_sentence(found, "zh").startswith("a.xlsx 第5行，“Q6”列(我能够解决学习中遇到的…)：")
    assert finding_sentence(found, "en").startswith("a.xlsx row 5, column Q6 (我能够解决学习中遇到的…): ")


def test_two_letters_are_no_hint() -> None:
    """zh is not what somebody meant by cn just because en looks like it."""
    language = Finding("parameters.literal_error", values={"key": "language", "nearest": "en"})
    assert finding_sentence(language, "zh") == "只能填 zh(中文)或 en(英文)。改法：选其中一个。"


def test_missing_choices_say_why_they_matter() -> None:
    for key, word in (("selection_rule", "regression to the mean"), ("primary_outcome", "beforehand")):
        assert word in finding_sentence(Finding("parameters.missing", values={"key": key}), "en")
    assert finding_key(Finding("parameters.missing", values={"key": "comparison_group"})).endswith("comparison_group")
    assert "flow" in finding_sentence(Finding("parameters.missing", values={"key": "flow"}), "en")


def test_words_among_the_values_are_translated() -> None:
    kinds = Finding("parameters.union_type", values={"expected": ("integer", "'a' or 'b'")})
    assert "整数、'a' 或 'b'" in finding_sentence(kinds, "zh")
    assert "a whole number, 'a' or 'b'" in finding_sentence(kinds, "en")


def test_an_unknown_code_is_still_a_sentence() -> None:
    for code in ("data.never_heard", "martian.invasion"):
        for language in LANGUAGES:
            assert code in finding_sentence(Finding(code), language)


VALUES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=200), st.lists(st.text()))


@settings(max_examples=60, deadline=None)
@given(
    code=st.sampled_from(CODES),
    language=st.sampled_from(LANGUAGES),
    column=st.none() | st.text(max_size=200),
    values=st.dictionaries(st.sampled_from(["key", "nearest", "name", "expected", "n", "minimum", "file"]), VALUES),
)
def test_any_values_give_one_clean_line(
    code: str, language: Language, column: str | None, values: dict[str, object]
) -> None:
    line = finding_sentence(Finding(code, file="data/x.csv", row=1, column=column, values=values), language)
    assert line.splitlines() == [line]
    assert not re.search(r"[\x00-\x1f\x7f\u202e]", line)


def test_long_values_are_cut() -> None:
    line = finding_sentence(Finding("parameters.unknown_wave", values={"name": "x" * 500}), "en")
    assert "x" * (LONGEST_VALUE - 1) + "…" in line and "x" * LONGEST_VALUE not in line


def test_pydantic_s_own_kinds_are_the_ones_listed() -> None:
    with pytest.raises(ValidationError) as caught:
        Text.model_validate_json('{"zh": "", "fr": 1}')
    assert {detail["type"] for detail in caught.value.errors()} <= set(PYDANTIC)
