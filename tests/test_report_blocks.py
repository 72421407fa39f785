"""Blocks, their HTML, and what is hidden before anything is shown."""

import copy
import math

import pytest
from hypothesis import given, strategies as st

from efficacy.documents import Text
from efficacy.report.blocks import Column, FirstPage, Ladder, PageRow, Row, Rung, Sentence, Table
from efficacy.report.markup import block_html
from efficacy.report.numbers import Interval, Number, PlusMinus
from efficacy.report.privacy import as_shown, hidden_parts, suppress_small_cells
from efficacy.report.wording import Wording, say, shortened

ZH, EN = Wording("zh"), Wording("en")
LABEL = Text(zh="学习能力", en="Ability")
NASTY = '<script>alert("x")</script> & {braces} $a$ =1+1'


def table(rows, **given):
    return Table(
        id="t",
        title=LABEL,
        columns=[Column(role="level", header="level", align="left"), Column(role="mean", header="M")],
        rows=rows,
        **given,
    )


def counted(label, n, group="sex"):
    return Row(cells=[label, Number(value=n / 3, role="score")], n=n, group=group)


def shown(block):
    return [[cell["shown"] for cell in row["cells"]] for row in block.describe(ZH)["rows"]]


def test_a_table_speaks_the_language_of_the_report():
    block = table([Row(cells=[LABEL, Number(value=2.345678, role="score")])], n=54, method="mean")
    for wording, label in ((ZH, "学习能力"), (EN, "Ability")):
        described = block.describe(wording)
        assert described["title"] == label
        assert described["rows"][0]["cells"][1] == {"raw": 2.345678, "shown": "2.35", "role": "score"}
        assert (described["n"], described["method"]) == (54, "mean")


@pytest.mark.parametrize("bare", [0.5, 3])
def test_a_bare_number_in_a_table_is_refused(bare):
    with pytest.raises(TypeError, match="role"):
        table([Row(cells=["a", bare])]).describe(ZH)


def test_a_bare_float_in_a_sentence_is_refused():
    with pytest.raises(TypeError, match="role"):
        ZH.text(say("common.item", number=0.5, label=LABEL))


def test_a_sentence_records_the_numbers_it_says():
    block = Sentence(id="s", parts=[say("common.item", number=3, label=LABEL)])
    described = block.describe(EN)
    assert described["text"] == "3 Ability"
    assert described["keys"] == ["common.item"]
    assert described["numbers"][0]["raw"] == 3


@pytest.mark.parametrize(
    "block",
    [
        table([Row(cells=[NASTY, NASTY]), Row(cells=[NASTY, None], heading=True)], notes=[NASTY]),
        Sentence(id="s", parts=[NASTY]),
        FirstPage(id="p", title=NASTY, subtitle=[NASTY], rows=[PageRow(heading=NASTY, parts=[NASTY])]),
        Ladder(id="l", rungs=[Rung(label=NASTY, note=NASTY, state="reached")]),
    ],
)
def test_nothing_written_by_people_executes(block):
    html = block_html(block.describe(EN))
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_few_children_are_hidden_and_cannot_be_worked_out():
    rows = [counted("a", 30), counted("b", 3), counted("c", 9), counted("d", 12, group="other")]
    hidden = suppress_small_cells(table(rows), k=5)
    texts = shown(hidden)
    assert texts[0] == ["a", "10.00"]
    assert texts[1][1] == texts[2][1] == ZH.text(say("common.hidden"))
    assert texts[3] == ["d", "4.00"]
    assert len(hidden.notes) == 1


def test_a_table_of_enough_children_is_unchanged():
    block = table([counted("a", 5), counted("b", 49)])
    assert suppress_small_cells(block, k=5) is block


@given(st.lists(st.integers(0, 40), min_size=1, max_size=8), st.integers(5, 10))
def test_no_row_of_fewer_than_k_is_ever_shown_and_never_exactly_one_is_hidden(counts, k):
    block = table([counted(str(index), n) for index, n in enumerate(counts)])
    described = suppress_small_cells(block, k=k).describe(EN)
    gone = ["raw" not in row["cells"][1] for row in described["rows"]]
    assert all(hidden for hidden, n in zip(gone, counts, strict=True) if 0 < n < k)
    if any(gone) and sum(1 for n in counts if n) > 1:
        assert sum(gone) != 1


def test_an_interval_is_hidden_too():
    rows = [Row(cells=["a", Interval(low=1.0, high=2.0, role="score")], n=2)]
    described = suppress_small_cells(table(rows), k=5).describe(EN)
    assert "raw" not in described["rows"][0]["cells"][1]


def test_what_everybody_answered_alike_is_hidden():
    rows = [Row(cells=["a", PlusMinus(mean=3.0, sd=0.0)]), Row(cells=["b", PlusMinus(mean=3.0, sd=0.5)])]
    described = suppress_small_cells(table(rows), k=5).describe(EN)
    assert ["raw" in row["cells"][1] for row in described["rows"]] == [False, True]


def test_beside_a_hidden_row_no_percentage_tells_its_denominator():
    rows = [Row(cells=["a", Number(value=n / 53, role="percent", n=n)], n=n, group="sex") for n in (30, 23, 1)]
    rows += [Row(cells=["b", Number(value=0.5, role="percent")], n=27, group="other")]
    described = suppress_small_cells(table(rows), k=5).describe(EN)
    assert ["raw" in row["cells"][1] for row in described["rows"]] == [False, False, False, True]


@pytest.mark.parametrize("style", ["chinese", "apa"])
@pytest.mark.parametrize(
    ("number", "raw"),
    [
        (Number(value=1 / 3, role="score"), 0.33),
        (Number(value=1 / 3, role="coefficient"), 0.333),
        (Number(value=1 / 3, role="percent"), 0.333),
        (Number(value=0.00004, role="p"), 0.0),
        (Number(value=0.0321, role="p_text"), 0.032),
        (Number(value=54, role="count"), 54),
        (Number(value=None, role="score"), None),
        (Interval(low=-1 / 3, high=2 / 3, role="effect"), [-0.33, 0.67]),
        (PlusMinus(mean=1 / 3, sd=math.inf), [0.33, "Inf"]),
    ],
)
def test_raw_numbers_can_be_held_as_they_are_shown(number, raw, style):
    described = table([Row(cells=["a", number])]).describe(Wording("en", style))
    before = copy.deepcopy(described)
    assert as_shown(described)["rows"][0]["cells"][1]["raw"] == raw
    assert described == before
    shown = as_shown(described)["rows"][0]["cells"][1]["shown"]
    assert shown == described["rows"][0]["cells"][1]["shown"]


def test_degrees_of_freedom_are_held_as_the_number_is_shown():
    described = as_shown(table([Row(cells=["a", Number(value=2.34567, role="p", df=91.96738)])]).describe(EN))
    assert described["rows"][0]["cells"][1]["df"] == 91.967


def test_labels_of_a_figure_are_cut_to_fit():
    short, long = Text(zh="短", en="short"), Text(zh="长" * 100, en="long " * 60)
    for words in (short, say("common.item", number=1, label=short), "plain " * 30, [short, short]):
        assert EN.text(shortened(words, language="en", longest=40)) == EN.text(words)
    assert EN.text(shortened(long, language="en", longest=40)) == ("long " * 8)[:39] + "…"
    assert ZH.text(shortened(long, language="zh", longest=40)) == "长" * 19 + "…"
    assert len(EN.text(shortened([long, long], language="en", longest=40))) == 20 + 2 + 20
    assert EN.text(shortened(Text(zh="甲", en="two\nlines"), language="en", longest=40)) == "two lines"


def test_three_rules_and_no_vertical_line():
    html = block_html(table([Row(cells=["a", Number(value=1.0, role="score")])]).describe(EN))
    assert html.count("1.5pt solid") == 2
    assert "0.75pt solid" in html
    assert "border-left" not in html


@given(counts=st.lists(st.integers(0, 30), min_size=1, max_size=8), k=st.integers(2, 8))
def test_hidden_parts_cannot_be_had_back_from_the_total(counts, k):
    hidden = hidden_parts(counts, k=k)
    assert {part for part, n in enumerate(counts) if 0 < n < k} <= hidden
    assert 0 not in [counts[part] for part in hidden]
    if hidden and any(n and part not in hidden for part, n in enumerate(counts)):
        assert len(hidden) > 1
        assert sum(counts[part] for part in hidden) >= k
