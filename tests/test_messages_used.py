"""No sentence that nothing can say: every key is written in the code, or is of a form that the code builds."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import efficacy.report
from efficacy.report.messages import all_keys, fields, has_message
from efficacy.report.rules import Rule

PACKAGE = Path(efficacy.report.__file__).parents[1]
NOTEBOOKS = PACKAGE.parents[1] / "notebooks"
SENTENCES_OF_CODES = "findings."  # one for each code of a finding: test_messages_findings.py
VARIANTS = [key for key in all_keys() if re.match(r"[a-z_]+_decrease\.", key)]  # said in place of the plain sentence


def sources() -> Iterator[str]:
    yield from (path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    for path in NOTEBOOKS.glob("*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        yield from ("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


@cache
def written() -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    """Every text of the code, and every text with gaps that begins with a word, as a pattern with groups for gaps."""
    texts: set[str] = set()
    forms: set[str] = set()
    for source in sources():
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                form = "".join(re.escape(p.value) if isinstance(p, ast.Constant) else "(.+)" for p in node.values)
                forms.add(form.replace("(.+)(.+)", "(.+)"))
    return frozenset(texts), tuple(re.compile(form) for form in forms if re.match(r"[a-z]+", form))


@cache
def can_be_said(key: str, depth: int = 2) -> bool:
    """Is it a text of the code, or of a form whose gaps are filled with such texts?"""
    texts, forms = written()
    if key in texts:
        return True
    fillings = [match.groups() for form in forms if (match := form.fullmatch(key))] if depth else []
    return any(all(is_word(part) or can_be_said(part, depth - 1) for part in filling) for filling in fillings)


def is_word(part: str) -> bool:
    """Is it a text of the code, the end of one that lost its first word, or two of them in a row?"""
    texts, _ = written()
    if part in texts or any(text.endswith(f"_{part}") for text in texts if text.isidentifier()):
        return True
    return any(part[:cut] in texts and part[cut:] in texts for cut in range(3, len(part) - 2))


@pytest.mark.parametrize("key", [k for k in all_keys() if not k.startswith(SENTENCES_OF_CODES) and k not in VARIANTS])
def test_something_can_say_it(key: str) -> None:
    assert can_be_said(key)


@pytest.mark.parametrize("key", VARIANTS)
def test_a_variant_stands_for_a_sentence_that_asks_for_the_same(key: str) -> None:
    plain = key.replace("_decrease.", ".", 1)
    assert has_message(plain)
    assert fields(key, "zh") <= fields(plain, "zh")


@pytest.mark.parametrize("key", ["common.nothing_like_it", "rules.no_such_label", "factor.unsaid"])
def test_a_sentence_that_nothing_says_is_noticed(key: str) -> None:
    assert not can_be_said(key)


def test_labels_belong_to_a_rule() -> None:
    rules = [value for value in vars(efficacy.report.rules).values() if isinstance(value, Rule)]
    labels = {f"rules.{key}" for rule in rules for key in rule.keys}
    assert labels == {key for key in all_keys() if key.startswith("rules.")}
    assert all(len(rule.keys) == len(rule.cuts) + 1 and list(rule.cuts) == sorted(rule.cuts) for rule in rules)
