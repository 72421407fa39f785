"""Every message exists in both languages, asks for the same fields in each, and keeps to the house's words."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

import efficacy.report
from efficacy.documents import LANGUAGES, Text, parse_document
from efficacy.report.messages import all_keys, fields, has_message, template
from efficacy.report.numbers import Number
from efficacy.report.wording import Message, Wording, say

KEYS = tuple(all_keys())
FOLDER = Path(efficacy.report.__file__).parent
NEVER = ("治疗", "无效", "误判", "虚假", "作弊")
NEVER_ENGLISH = ("suspicious", "cheat", "fake", "cure")


@pytest.mark.parametrize("key", KEYS)
def test_a_message_renders_in_both_languages(key):
    assert fields(key, "zh") == fields(key, "en")
    for language in LANGUAGES:
        values = {name: Number(value=0.5, role="score") for name in fields(key, language)}
        text = Wording(language).text(Message(key, values))
        assert text.strip()
        assert re.search(r"\{[a-z_]+\}", text) is None


@pytest.mark.parametrize("key", KEYS)
def test_words_that_are_never_used(key):
    assert not [word for word in NEVER if word in template(key, "zh")]
    assert not [word for word in NEVER_ENGLISH if word in template(key, "en").lower()]
    if not key.startswith("findings."):  # a finding may name a column by its Chinese header
        assert re.search(r"[\u4e00-\u9fff]", template(key, "en")) is None


def test_lists_and_labels_are_joined_as_each_language_does():
    values: Sequence[Text] = [Text(zh="甲", en="A"), Text(zh="乙", en="B")]
    assert Wording("zh").text(values) == "甲、乙"
    assert Wording("en").text(values) == "A, B"


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("messages/*.yml")), ids=lambda path: path.stem)
def test_the_files_hold_no_surprises(path):
    parse_document(path.read_text(encoding="utf-8"), name=path.name)


def test_every_key_said_in_the_code_exists():
    """Keys that are written out; keys built from a state are covered by the tests of their report."""
    said = [
        (path.name, key)
        for path in FOLDER.rglob("*.py")
        for key in re.findall(r'\bsay\(\s*"([a-z_]+\.[A-Za-z0-9_.]+)"', path.read_text(encoding="utf-8"))
    ]
    missing = [(name, key) for name, key in said if not has_message(key)]
    assert len(said) > 100
    assert missing == []


def test_an_unknown_key_is_named():
    with pytest.raises(KeyError, match=r"common\.nothing"):
        Wording("en").text(say("common.nothing"))


def test_every_reason_in_the_code_has_a_sentence():
    source = FOLDER.parent
    keys = {
        key
        for path in source.rglob("*.py")
        for key in re.findall(r'\bReason\(\s*"([a-z_0-9]+)"', path.read_text(encoding="utf-8"))
    }
    assert len(keys) > 20
    assert sorted(key for key in keys if not has_message(f"reasons.{key}")) == []
